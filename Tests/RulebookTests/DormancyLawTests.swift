import Commons
import LegalTime
import Rulebook
import Testing

/// A healthy business that wants to go dormant on the day on which it files.
private let good: [FactID: FactValue] = [
  "dormancy.cause": .choice("public-health"), "dormancy.in-difficulty": .truth(true),
  "dormancy.means-to-go-on": .truth(true), "dormancy.labour-settled": .truth(true),
  "dormancy.address-replaces-domicile": .truth(false), "operator.age-months": .count(40),
  "operator.on-abnormal-list": .truth(false), "operator.on-dishonest-list": .truth(false),
  "operator.locked": .truth(false), "operator.has-open-case": .truth(false),
  "operator.court-assistance": .truth(false), "operator.equity-pledged": .truth(false),
  "operator.listed": .truth(false),
]

/// What each condition gives; a condition that is not in force is left out.
private func answers(
  _ changes: [FactID: FactValue?], _ day: String, _ place: Territory?
) throws -> [RuleID: String] {
  let base = try RuleBase([DormancyLaw.pack])
  let date = try #require(CivilDate(day))
  var sheet = try base.sheet(good)
  try sheet.state("dormancy.from", .date(date))
  try sheet.state(.decisionDate, .date(date))
  for (id, value) in changes { try sheet.state(id, value) }
  var found: [RuleID: String] = [:]
  for id in DormancyLaw.conditionIDs {
    do { found[id] = try base.evaluate(id, sheet, asOf: date, in: place).outcome.phrase.en } catch {
      guard error.slug == "rule-not-in-force" else { throw error }
    }
  }
  return found
}

private func failures(
  _ changes: [FactID: FactValue?], _ day: String, _ place: Territory?
) throws -> [String] {
  try answers(changes, day, place).filter { $0.value != "met" }
    .map { "\($0.key.text.dropFirst(9))=\($0.value)" }.sorted()
}

@Suite struct DormancyLawTests {
  @Test func aHealthyBusinessMayEverywhere() throws {
    for place: Territory? in [nil, "4403", "3505", "990000"] {
      #expect(try failures([:], "2026-03-02", place).isEmpty)
    }
    #expect(try answers([:], "2026-03-02", nil).count == DormancyLaw.conditionIDs.count)
    // Before the Regulation only Shenzhen had a rule, and before that nobody.
    #expect(try answers([:], "2022-02-28", nil).isEmpty)
    #expect(try answers([:], "2021-03-01", "4403").count == 11)
    #expect(try answers([:], "2021-02-28", "4403").isEmpty)
  }

  // fact=value, day, place, what fails.
  @Test(arguments: [
    "dormancy.cause=none 2026-03-02 - cause=failed",
    "dormancy.cause=none 2022-02-28 4403 cause=failed",
    "dormancy.cause=other 2026-03-02 - cause=judged",
    "dormancy.cause=economic-crisis 2026-03-02 440300 -",
    "dormancy.cause=economic-crisis 2021-06-01 4403 -",
    "dormancy.in-difficulty=false 2026-03-02 3505 difficulty=failed",
    "dormancy.in-difficulty=false 2021-06-01 4403 difficulty=failed",
    "dormancy.means-to-go-on=false 2023-10-26 - -",
    "dormancy.means-to-go-on=false 2023-10-27 - will=failed",
    "dormancy.means-to-go-on=false 2021-06-01 4403 will=failed",
    "dormancy.means-to-go-on=false 2026-03-02 4403 will=failed",
    "dormancy.labour-settled=false 2026-03-02 - labour=failed",
    "operator.barred-by-law=true 2026-03-02 - law-allows=failed",
    "dormancy.from=2026-03-01 2026-03-02 - filed-before=failed",
    "dormancy.from=2026-03-03 2026-03-02 - -",
    "operator.age-months=11 2026-03-02 4403 age=failed",
    "operator.age-months=12 2026-03-02 4403 -",
    "operator.age-months=0 2026-03-02 - -",
    "operator.on-abnormal-list=true 2026-03-02 440305 abnormal-list=failed",
    "operator.on-abnormal-list=true 2026-03-02 4404 -",
    "operator.on-dishonest-list=true 2021-03-01 4403 dishonest-list=failed",
    "operator.locked=true 2026-03-02 4403 lock=failed",
    "operator.has-open-case=true 2026-03-02 4403 open-case=failed",
    "operator.court-assistance=true 2026-03-02 4403 court-assistance=failed",
    "operator.equity-pledged=true 2026-03-02 4403 pledge=failed",
    "operator.equity-pledged=true 2026-03-02 - -",
    "operator.listed=true 2026-03-02 350502 listed=failed",
    "operator.listed=true 2026-03-02 4403 -",
  ])
  func oneFactDecides(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    let pair = words[0].split(separator: "=").map(String.init)
    let base = try RuleBase([DormancyLaw.pack])
    let fact = try #require(base.facts.first { $0.id.text == pair[0] })
    let place = words[2] == "-" ? nil : Territory(words[2])
    let expected = words[3] == "-" ? [] : [words[3]]
    #expect(try failures([fact.id: fact.read(pair[1])], words[1], place) == expected)
  }

  @Test func anAddressThatReplacesTheDomicileNeedsItsLetter() throws {
    let replaces: [FactID: FactValue?] = ["dormancy.address-replaces-domicile": .truth(true)]
    #expect(
      try failures(
        replaces.merging(["dormancy.address-confirmed": .truth(false)]) { $1 }, "2026-03-02", nil)
        == ["address=failed"])
    #expect(
      try failures(
        replaces.merging(["dormancy.address-confirmed": .truth(true)]) { $1 }, "2026-03-02", nil
      )
      .isEmpty)
    // Whether there is a letter was not said: the missing fact is named.
    let problem = try #require(throws: Problem.self) { try failures(replaces, "2026-03-02", nil) }
    #expect(problem.fields.map(\.pointer) == ["dormancy.address-confirmed"])
  }

  @Test func termsDifferByCityAndDate() throws {
    let base = try RuleBase([DormancyLaw.pack])
    func period(_ id: RuleID, _ day: String, _ place: Territory?) -> String? {
      guard let date = CivilDate(day), let sheet = try? base.sheet(),
        let finding = try? base.evaluate(id, sheet, asOf: date, in: place)
      else { return nil }
      return finding.outcome.phrase.en + (finding.isUnverified ? " (unverified)" : "")
    }
    #expect(period("dormancy.longest-term", "2022-02-28", nil) == nil)
    #expect(period("dormancy.longest-term", "2022-03-01", nil) == "3 years")
    #expect(period("dormancy.longest-term", "2022-02-28", "4403") == "2 years (unverified)")
    #expect(period("dormancy.longest-term", "2026-03-02", "4403") == "2 years (unverified)")
    #expect(period("dormancy.cumulative-term", "2026-03-02", "4403") == "3 years")
    #expect(period("dormancy.cumulative-term", "2022-02-28", "4403") == nil)
    #expect(period("dormancy.extension-window", "2026-03-02", nil) == "30 days")
    #expect(period("dormancy.publish-end", "2026-03-02", nil) == "30 days")
    #expect(period("dormancy.register-changes", "2026-03-02", nil) == "30 days")
    #expect(period("dormancy.end-after-term", "2026-03-02", nil) == nil)
    #expect(period("dormancy.revocable-after", "2026-03-02", "4403") == "6 months (unverified)")
  }

  @Test func onlyBusinessEndsDormancy() throws {
    let base = try RuleBase([DormancyLaw.pack])
    let day = try #require(CivilDate("2026-03-02"))
    for (code, outcome) in [
      ("invoice", "resumed"), ("social-insurance", "resumed"), ("licence-use", "resumed"),
      ("bid", "resumed"), ("contribution", "dormant"), ("nil-return", "dormant"),
      ("annual-report", "dormant"),
    ] {
      let sheet = try base.sheet(["dormancy.event": .choice(code)])
      #expect(
        try base.evaluate("dormancy.activity", sheet, asOf: day).outcome == .choice(outcome))
    }
  }

  @Test func monthlyPrepaymentMayBecomeQuarterly() throws {
    let base = try RuleBase([DormancyLaw.pack])
    func outcome(_ facts: [FactID: FactValue], _ day: String) throws -> String? {
      let date = try #require(CivilDate(day))
      return try base.evaluate("dormancy.tax-period", base.sheet(facts), asOf: date)
        .outcome.phrase.en
    }
    let monthly: [FactID: FactValue] = [
      "tax.prepays-monthly": .truth(true), "tax.has-branches": .truth(false),
    ]
    #expect(try outcome(monthly, "2022-07-14") == "quarterly")
    #expect(throws: Problem.self) { try outcome(monthly, "2022-07-13") }
    let abnormal = monthly.merging(["tax.abnormal-household": .truth(true)]) { $1 }
    #expect(try outcome(abnormal, "2026-03-02") == "unchanged")
    let branches = monthly.merging(["tax.has-branches": .truth(true)]) { $1 }
    #expect(try outcome(branches, "2026-03-02") == "unchanged")
    let head = branches.merging(["tax.head-office-dormant": .truth(true)]) { $1 }
    #expect(try outcome(head, "2026-03-02") == "quarterly")
  }
}
