import CityProfiles
import CaseWork
import Commons
import Dormancy
import HTTPValues
import LegalTime
import Markup
import MeasureKit
import Rulebook

/// “May I go dormant?”: answered before anybody signs in, for this city and beside it another, on any
/// day, each answer with its article. Nothing is kept.
struct CheckPage {
  let rules: DormancyRules
  let pledges: any PledgeQuery

  private static let groups: [(title: Phrase, ids: [FactID])] = [
    (
      Phrase("事由与准备", en: "Cause and preparation"),
      [
        "dormancy.cause", "dormancy.in-difficulty", "dormancy.means-to-go-on",
        "dormancy.labour-settled", "dormancy.address-replaces-domicile",
        "dormancy.address-confirmed",
      ]
    ),
    (
      Phrase("经营主体的状态", en: "The business"),
      [
        "operator.age-months", "operator.listed", "operator.on-abnormal-list",
        "operator.on-dishonest-list", "operator.locked", "operator.has-open-case",
        "operator.court-assistance", "operator.equity-pledged",
      ]
    ),
  ]
  private static let facts = groups.flatMap(\.ids)

  /// A place whose rules can be compared.
  private struct Place {
    let code: String
    let name: Phrase
    var territory: Territory? { code == "cn" ? nil : Territory(code) }
  }

  private var places: [Place] {
    let others = [
      Place(code: "cn", name: Phrase("全国规定", en: "national law")),
      Place(code: "4403", name: Phrase("深圳（地方规定未核对）", en: "Shenzhen (local rule unverified)")),
      Place(code: "3505", name: Phrase("泉州（办事指南未核对）", en: "Quanzhou (local guide unverified)")),
    ]
    let own = Place(code: rules.profile.code, name: rules.profile.name)
    return [own] + others.filter { $0.code != own.code }
  }

  // MARK: Page

  func render(_ visit: Visit) throws -> Response {
    let title = Phrase("能不能歇业？", en: "May I go dormant?")
    let trail = [PageShell.Link(DormancyMeasure.card.name, "/\(DormancyMeasure.card.slug)")]
    let query = visit.request.query
    let isAsked = query["day"] != nil
    let today = visit.now.date(in: rules.profile.zone)
    var answers: [(place: Place, result: Result<Answer, Problem>)] = []
    var problem: Problem?
    if isAsked {
      do throws(Problem) {
        let asked = try Asked(query, rules.law, CheckPage.facts)
        for place in chosen(query) {
          do throws(Problem) {
            answers.append((place, .success(try answer(asked, place))))
          } catch { answers.append((place, .failure(error))) }
        }
      } catch { problem = error }
    }
    let state = FormState(
      values: isAsked
        ? query.items.map { ($0.name, $0.value) }
        : [("day", today.description), ("with", "4403")], problem: problem)
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "不登录、不留痕。逐项告知是否符合、依据哪一条，并可与另一地对照。",
          en: "No log-in, nothing is kept. Each condition with its article, beside another place."))
      guard !answers.isEmpty else { return form(&h, state) }
      results(&h, answers)
      h.details(Phrase("改一改条件再看", en: "Change the facts"), isOpen: isIncomplete(answers)) { h in
        form(&h, state)
      }
    }
  }

  /// Whether an answer waits for facts.
  private func isIncomplete(
    _ answers: [(place: Place, result: Result<Answer, Problem>)]
  ) -> Bool {
    answers.contains { answer in
      guard case .success(let found) = answer.result else { return false }
      return !found.review.missing.isEmpty
    }
  }

  private func chosen(_ query: QueryItems) -> [Place] {
    let other = places.dropFirst().first { $0.code == query["with"] }
    return [places[0]] + (other.map { [$0] } ?? [])
  }

  // MARK: Asking

  /// What the form says.
  private struct Asked {
    let day: CivilDate
    let sheet: FactSheet
    let used: Int

    init(_ query: QueryItems, _ law: RuleBase, _ facts: [FactID]) throws(Problem) {
      var faults: [Problem.Field] = []
      guard let day = CivilDate(query["day"] ?? "") else {
        throw .invalid([
          Problem.Field(
            "day",
            Phrase("请填真实存在的日期，如2026-03-02。", en: "Give a day that exists, such as 2026-03-02."))
        ])
      }
      self.day = day
      var sheet = try law.sheet([.decisionDate: .date(day), "dormancy.from": .date(day)])
      for id in facts {
        guard let text = query[id.text], !text.isEmpty,
          let declaration = law.facts.first(where: { $0.id == id })
        else { continue }
        do throws(Problem) { try sheet.state(id, declaration.read(text)) } catch {
          faults += error.fields
        }
      }
      let used = query["used"].flatMap { $0.isEmpty ? nil : $0 } ?? "0"
      self.used = Int(used) ?? -1
      if !(0...36_500).contains(self.used) {
        faults.append(
          Problem.Field("used", Phrase("应为0至36500的整数。", en: "A whole number from 0 to 36500.")))
      }
      guard faults.isEmpty else { throw .invalid(faults) }
      self.sheet = sheet
    }
  }

  private struct Answer {
    let review: DormancyReview
    let limit: CivilDate
    let terms: DormancyTerms
    let isUnverified: Bool
  }

  private func answer(_ asked: Asked, _ place: Place) throws(Problem) -> Answer {
    let review = try DormancyReview(
      rules.law, asked.sheet, asOf: asked.day, in: place.territory)
    let terms = try DormancyTerms(rules.law, asOf: asked.day, in: place.territory)
    let longest = try rules.law.evaluate(
      "dormancy.longest-term", rules.law.sheet(), asOf: asked.day, in: place.territory)
    return Answer(
      review: review, limit: terms.limit(from: asked.day, usedBefore: asked.used).day,
      terms: terms, isUnverified: longest.isUnverified || terms.longest.basis.isUnverified)
  }

  private func form(_ h: inout HTML, _ state: FormState) {
    h.element("div", .class("panel reading")) { h in
      h.element("form", .action("/dormancy/check"), .named("method", "get")) { h in
        h.textField("day", Phrase("哪一天申请并开始", en: "Filed and begun on"), state, type: "date")
        h.select(
          "with", Phrase("与哪里对照", en: "Compared with"), state,
          groups: [
            (
              nil,
              [("none", Phrase("不对照", en: "no other place"))]
                + places.dropFirst().map { ($0.code, $0.name) }
            )
          ])
        h.textField(
          "used", Phrase("此前累计歇业天数", en: "Days of dormancy used before"), state,
          inputMode: "numeric")
        for (title, ids) in CheckPage.groups {
          h.group(title) { h in
            for id in ids {
              if let fact = rules.law.facts.first(where: { $0.id == id }) { field(&h, fact, state) }
            }
          }
        }
        h.button(Phrase("看结果", en: "See the answer"))
      }
    }
  }

  private func field(_ h: inout HTML, _ fact: FactDeclaration, _ state: FormState) {
    switch fact.type {
    case .choice(let choices):
      h.select(
        fact.id.text, fact.name, hint: fact.meaning, state,
        groups: [(nil, [("", Phrase("请选择", en: "choose"))] + choices.map { ($0.code, $0.name) })])
    case .count:
      h.textField(fact.id.text, fact.name, hint: fact.meaning, state, inputMode: "numeric")
    default:
      // No answer is an answer too: what is missing is then named.
      h.select(
        fact.id.text, fact.name, hint: hint(fact), state,
        groups: [
          (
            nil,
            [
              ("", Phrase("不清楚", en: "not known")), ("true", Phrase("是", en: "yes")),
              ("false", Phrase("否", en: "no")),
            ]
          )
        ])
    }
  }

  /// What the name does not say already.
  private func hint(_ fact: FactDeclaration) -> Phrase? {
    if fact.id == "operator.equity-pledged", !pledges.isConnected {
      return Phrase(
        "担保登记（举措3）尚未接入，以您所知为准。",
        en: "No register of pledges is connected (measure 3): as far as you know.")
    }
    return fact.meaning.zh == "是否\(fact.name.zh)" ? nil : fact.meaning
  }

  // MARK: Answering

  private func results(
    _ h: inout HTML, _ answers: [(place: Place, result: Result<Answer, Problem>)]
  ) {
    h.element("div", .class(answers.count > 1 ? "two" : nil)) { h in
      for (place, result) in answers {
        h.element("div", .class("panel")) { h in
          h.element("h2", text: place.name)
          switch result {
          case .failure(let problem):
            h.banner(problem.detail, .bad) { h in
              for basis in problem.because { h.element("p") { $0.basis(basis) } }
            }
          case .success(let answer): verdict(&h, answer)
          }
        }
      }
    }
    if let text = difference(answers) { h.banner(text, .info) }
  }

  private func verdict(_ h: inout HTML, _ answer: Answer) {
    let review = answer.review
    if !review.failures.isEmpty {
      h.banner(
        Phrase(
          "不可以：\(review.failures.count)项条件不符合。",
          en: "No: \(review.failures.count) condition(s) not met."), .bad)
    } else if !review.missing.isEmpty {
      h.banner(
        Phrase(
          "还缺\(review.missing.count)项事实，补充后才能回答。",
          en: "\(review.missing.count) fact(s) are missing; add them for an answer."), .warn)
    } else if !review.judged.isEmpty {
      h.banner(
        Phrase("可以申请，其中有事项由登记机关判断。", en: "You may apply; the registrar judges a point of it."),
        .warn)
    } else {
      h.banner(
        Phrase("可以，最迟歇业到\(answer.limit)。", en: "Yes, through \(answer.limit) at the latest."), .good
      )
    }
    h.element("ul", .class("rows")) { h in
      for condition in review.failures + review.judged {
        line(&h, condition, condition.verdict == .failed ? .bad : .warn)
      }
      for field in review.missing {
        h.element("li") { h in
          h.tag(Phrase("缺少", en: "missing"), .warn)
          h.text(" ")
          h.element("a", .href("#\(field.pointer)"), text: field.message)
        }
      }
    }
    h.details(
      Phrase(
        "符合的条件和期限（\(review.conditions.count { $0.verdict == .met })项）",
        en: "Conditions met, and terms (\(review.conditions.count { $0.verdict == .met }))")
    ) { h in
      h.element("ul", .class("rows")) { h in
        for condition in review.conditions where condition.verdict == .met {
          line(&h, condition, .good)
        }
      }
      periods(&h, answer)
    }
  }

  private func line(_ h: inout HTML, _ condition: DormancyReview.Condition, _ tone: Tone) {
    let word: Phrase =
      switch condition.verdict {
      case .met: Phrase("符合", en: "met")
      case .judged: Phrase("由登记机关判断", en: "to be judged")
      case .failed: Phrase("不符合", en: "not met")
      }
    h.element("li") { h in
      h.tag(word, tone)
      h.text(" ")
      h.text(condition.reason.text)
      if let citation = condition.reason.citation {
        h.text(" ")
        h.basis(.law(citation))
      }
    }
  }

  private func periods(_ h: inout HTML, _ answer: Answer) {
    let terms = answer.terms
    let rows: [(Phrase, Period?)] = [
      (Phrase("一次歇业最长", en: "One filing at most"), terms.longest),
      (Phrase("累计最长", en: "In all at most"), terms.cumulative),
      (Phrase("延期须在期满前", en: "Extension, before the end"), terms.window),
      (Phrase("恢复后公示", en: "Publishing the end"), terms.publishEnd),
      (Phrase("期满后办理终止", en: "Ending after the term"), terms.endAfterTerm),
      (Phrase("逾期可吊销执照", en: "Licence revocable when overdue for"), terms.revocableAfter),
    ]
    h.summary(
      rows.compactMap { name, period in
        period.map { period in
          (
            name,
            { h in
              h.text(period.phrase)
              h.text(" ")
              h.basis(period.basis)
            }
          )
        }
      })
  }

  /// Why two places differ, in a sentence; nil if they do not.
  private func difference(
    _ answers: [(place: Place, result: Result<Answer, Problem>)]
  ) -> Phrase? {
    guard answers.count == 2, case .success(let a) = answers[0].result,
      case .success(let b) = answers[1].result
    else { return nil }
    func named(_ answer: Answer) -> Set<RuleID> { Set(answer.review.failures.map(\.id)) }
    let apart = named(a).symmetricDifference(named(b))
    let names = (a.review.conditions + b.review.conditions)
      .filter { apart.contains($0.id) && $0.verdict == .failed }.map(\.name)
    var zh: [String] = []
    var en: [String] = []
    if !names.isEmpty {
      zh.append("条件不同：" + names.map(\.zh).joined(separator: "、"))
      en.append("conditions differ: " + names.map(\.en).joined(separator: ", "))
    }
    if a.limit != b.limit {
      zh.append("最迟日期不同：\(a.limit)与\(b.limit)")
      en.append("the last day differs: \(a.limit) and \(b.limit)")
    }
    guard !zh.isEmpty else {
      return Phrase("两地结果相同。", en: "Both places give the same answer.")
    }
    return Phrase(
      "同样的事实，两地结果不同。" + zh.joined(separator: "；") + "。",
      en: "The same facts, two results: " + en.joined(separator: "; ") + ".")
  }
}

extension Basis {
  /// Whether it cites something that nobody compared with the official text.
  var isUnverified: Bool {
    if case .law(let citation) = self { return !citation.isVerified }
    return false
  }
}
