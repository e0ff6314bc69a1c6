import Commons
import Dormancy
import LegalTime
import Rulebook
import Testing

private func day(_ text: String) -> CivilDate { CivilDate(text)! }

private func spell(_ text: String) -> DormancySpell {
  let parts = text.split(separator: " ").map { day(String($0)) }
  return DormancySpell(
    from: parts[0], through: parts[1], resumedOn: parts.count > 2 ? parts[2] : nil)
}

private func terms(_ place: Territory?, _ on: String = "2026-03-02") throws -> DormancyTerms {
  try DormancyTerms(RuleBase([DormancyLaw.pack]), asOf: day(on), in: place)
}

private let business: Set<DormancyEvent.Kind> = [.invoice, .socialInsurance, .licenceUse, .bid]

private func standing(
  _ spells: [String], _ events: [DormancyEvent] = [], on: String, _ place: Territory? = nil
) throws -> DormancyStanding {
  try DormancyHistory(spells.map(spell), events: events)
    .standing(on: day(on), terms(place), business: business, .stateCouncil)
}

private func event(_ kind: DormancyEvent.Kind, _ on: String, id: String = "1") -> DormancyEvent {
  DormancyEvent(kind, on: day(on), source: "tax", id: id)
}

@Suite struct DormancyHistoryTests {
  @Test func theRulesSayWhatIsBusiness() throws {
    let base = try RuleBase([DormancyLaw.pack])
    #expect(try DormancyTerms.business(base, asOf: day("2026-03-02")) == business)
  }

  // first day, days used before, city: the last day that the law allows, worked out by hand.
  @Test(arguments: [
    "2023-01-01 0 - 2026-01-01", "2024-02-29 0 - 2027-02-28", "2023-01-01 0 4403 2025-01-01",
    // 366 days of a leap year used: as if it had begun on 2024-03-01.
    "2025-03-02 366 - 2027-03-01",
    // Shenzhen's two years for one filing, three in all.
    "2025-03-02 366 4403 2027-03-01", "2025-03-02 365 4403 2027-03-02",
    "2025-03-02 400 4403 2027-01-27",
    // Used up.
    "2026-06-01 1200 - 2026-02-17",
  ])
  func theLimitFollowsTheCalendar(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    let terms = try terms(words[2] == "-" ? nil : Territory(words[2]))
    #expect(terms.limit(from: day(words[0]), usedBefore: Int(words[1])!).day == day(words[3]))
  }

  @Test func twoSpellsCountTogether() throws {
    // 365 + 365 days used; the third has what is left of three years.
    let spells = [
      "2020-03-01 2021-03-01 2021-03-02", "2022-03-01 2023-03-01 2023-03-02",
      "2024-03-01 2027-03-01",
    ]
    let on = try standing(spells, on: "2024-03-01")
    #expect(on.state == .dormant)
    #expect(on.used == 730)
    // As if it had begun 730 days before 2024-03-01, on 2022-03-02.
    #expect(on.latest?.limit == day("2025-03-02"))
    #expect(on.left == 366)
    let after = try standing(spells, on: "2025-03-03")
    #expect(after.state == .active)
    #expect(after.latest?.end?.why == .cumulative)
    #expect(after.latest?.end?.on == day("2025-03-03"))
    #expect(after.left == 0)
    #expect(after.publishBy == nil)
  }

  @Test func twoCitiesTwoResults() throws {
    let spells = ["2023-05-01 2026-05-01"]
    #expect(try standing(spells, on: "2025-05-02").state == .dormant)
    let shenzhen = try standing(spells, on: "2025-05-02", "4403")
    #expect(shenzhen.state == .active)
    #expect(shenzhen.latest?.end?.why == .longest)
    // 30 days from 2025-05-01 is the 31st, a Saturday of the Dragon Boat holiday: the next working
    // day is 2025-06-03.
    #expect(shenzhen.publishBy == day("2025-06-03"))
  }

  @Test func businessWhileDormantIsResumption() throws {
    let spells = ["2025-01-10 2026-01-09"]
    let events = [
      event(.invoice, "2025-01-09"), event(.nilReturn, "2025-04-15"),
      event(.contribution, "2025-05-01"), event(.bid, "2025-06-02", id: "b7"),
      event(.invoice, "2025-07-01"),
    ]
    let before = try standing(spells, events, on: "2025-06-01")
    #expect(before.state == .dormant)
    let after = try standing(spells, events, on: "2025-06-02")
    #expect(after.state == .active)
    #expect(after.latest?.end?.why == .deemed(events[3]))
    #expect(after.publishBy == day("2025-07-02"))
    #expect(after.used == 142)
  }

  @Test func anEventOnTheFirstDayLeavesNothing() throws {
    let now = try standing(
      ["2025-01-10 2026-01-09"], [event(.invoice, "2025-01-10")], on: "2025-02-01")
    #expect(now.state == .active)
    #expect(now.used == 0)
  }

  @Test func theExtensionWindowAndReminders() throws {
    let on = try standing(["2025-01-10 2025-12-31"], on: "2025-12-01")
    #expect(on.window == day("2025-12-01")...day("2025-12-31"))
    #expect(on.isReminderDue([30, 7]))
    #expect(try !standing(["2025-01-10 2025-12-31"], on: "2025-12-02").isReminderDue([30, 7]))
  }

  @Test func badSpellsAreNamed() throws {
    func fields(_ spells: String...) -> [Problem.Field] {
      do throws(Problem) {
        _ = try DormancyHistory(spells.map(spell))
        return []
      } catch { return error.fields }
    }
    let overlap = fields("2025-01-01 2025-12-31", "2025-12-31 2026-02-01")
    #expect(overlap.count == 1)
    #expect(overlap[0].message.en.contains("2025-01-01 to 2025-12-31"))
    #expect(overlap[0].message.en.contains("2025-12-31 to 2026-02-01"))
    #expect(fields("2025-01-01 2025-12-31 2025-06-01", "2025-06-01 2026-02-01").isEmpty)
    #expect(fields("2025-02-01 2025-01-31").map(\.pointer) == ["spells/0/through"])
    #expect(fields("2025-02-01 2025-03-01 2025-01-31").map(\.pointer) == ["spells/0/resumed"])
    #expect(fields("2025-02-01 2025-03-01 2025-03-03").map(\.pointer) == ["spells/0/resumed"])
    #expect(fields("2025-02-01 2025-03-01 2025-03-02").isEmpty)
  }

  @Test func theSweepAgreesWithTheHistory() throws {
    let business = business
    let leads = Array(0...60)
    let today = day("2026-03-02")
    for place: Territory? in [nil, "4403"] {
      let terms = try terms(place)
      var random = SeededRandom(seed: 15)
      var columns = DormancyColumns()
      var histories: [DormancyHistory] = []
      for _ in 0..<4000 {
        let history = try #require(DormancySample.history(&random, until: today))
        histories.append(history)
        columns.append(history.spells, history.events.map { ($0.on, $0.kind) })
      }
      let sweep = DormancySweep(columns, on: today, terms, business: business, remind: leads)
      var counts: [DormancyStanding.State: Int] = [:]
      var findings: [DormancySweep.Finding] = []
      for (place, history) in histories.enumerated() {
        let now = history.standing(on: today, terms, business: business, .stateCouncil)
        counts[now.state, default: 0] += 1
        func add(_ need: DormancySweep.Need, _ day: CivilDate) {
          findings.append(.init(place: Int32(place), need: need, day: day))
        }
        switch now.latest?.end?.why {
        case .deemed: add(.deemed, now.latest!.end!.on)
        case .term, .longest, .cumulative: add(.over, now.latest!.end!.on)
        case .decided: break
        case nil: if now.isReminderDue(leads) { add(.remind, now.latest!.lastDay) }
        }
      }
      #expect(sweep.counts.filter { $0.value > 0 } == counts)
      #expect(sweep.findings == findings)
      #expect(Set(findings.map(\.need)).count == 3)
    }
  }
}

@Suite struct DormancyReviewTests {
  private func facts(_ base: RuleBase, _ changes: [FactID: FactValue] = [:]) throws -> FactSheet {
    try base.sheet(
      changes.merging([
        "dormancy.cause": .choice("economic-crisis"), "dormancy.in-difficulty": .truth(true),
        "dormancy.means-to-go-on": .truth(true), "dormancy.labour-settled": .truth(false),
        "dormancy.address-replaces-domicile": .truth(false),
        "dormancy.from": .date(day("2026-03-05")),
        .decisionDate: .date(day("2026-03-02")), "operator.age-months": .count(5),
        "operator.on-abnormal-list": .truth(false), "operator.on-dishonest-list": .truth(false),
        "operator.locked": .truth(false), "operator.has-open-case": .truth(false),
        "operator.court-assistance": .truth(false), "operator.equity-pledged": .truth(true),
        "operator.listed": .truth(false),
      ]) { first, _ in first })
  }

  @Test func allThatFailsIsToldAtOnce() throws {
    let base = try RuleBase([DormancyLaw.pack])
    let today = day("2026-03-02")
    let national = try DormancyReview(base, facts(base), asOf: today)
    #expect(national.failures.map(\.id) == ["dormancy.labour"])
    #expect(national.judged.map(\.id) == ["dormancy.cause"])
    let shenzhen = try DormancyReview(base, facts(base), asOf: today, in: "4403")
    #expect(
      shenzhen.failures.map(\.id) == ["dormancy.labour", "dormancy.age", "dormancy.pledge"])
    #expect(shenzhen.judged.isEmpty)
    let problem = try #require(shenzhen.problem)
    #expect(problem.fields.count == 3)
    #expect(problem.because.count == 3)
    #expect(problem.fields[0].message.zh.contains("第30条第2款"))
  }

  @Test func missingFactsAreNamed() throws {
    let base = try RuleBase([DormancyLaw.pack])
    let review = try DormancyReview(base, base.sheet(), asOf: day("2026-03-02"), in: "4403")
    #expect(!review.isPassed)
    #expect(review.missing.map(\.pointer).contains("operator.equity-pledged"))
    #expect(Set(review.missing.map(\.pointer)).count == review.missing.count)
    let national = try DormancyReview(base, base.sheet(), asOf: day("2026-03-02"))
    #expect(!national.missing.map(\.pointer).contains("operator.equity-pledged"))
  }

  @Test func whereNoLawIsInForceItSaysSo() throws {
    let base = try RuleBase([DormancyLaw.pack])
    let problem = try #require(throws: Problem.self) {
      try DormancyReview(base, base.sheet(), asOf: day("2022-02-28"))
    }
    #expect(problem.slug == "no-dormancy-law")
  }
}
