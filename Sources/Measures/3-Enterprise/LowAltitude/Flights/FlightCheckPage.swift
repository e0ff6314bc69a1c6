import CaseWork
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit
import Rulebook

/// “Do I have to apply?”: what the law asks of a flight, from its facts alone, each answer with its article.
/// Nothing is kept.
struct FlightCheckPage {
  let rules: FlightRules

  /// What is asked, in groups.
  private static let groups: [(title: Phrase, facts: [String])] = [
    (
      Phrase("航空器", en: "Aircraft"),
      [
        "empty-grams", "takeoff-grams", "height-metres", "speed-kmh", "radius-metres", "low-power",
        "intervention", "keeps-airspace", "surveyed", "farm-only", "cannot-identify",
      ]
    ),
    (
      Phrase("飞行", en: "Flight"),
      [
        "mission", "height-metres-flown", "in-published-controlled", "over-farmland", "extent",
        "organisation", "commercial",
      ]
    ),
    (
      Phrase("特别情形", en: "Special cases"),
      [
        "relayed", "dangerous-or-dropping", "over-crowd", "from-vehicle", "swarm",
        "state-aircraft", "own-ground", "civil-control-zone", "shared", "own-manned", "airworthy",
      ]
    ),
  ]

  /// Every fact that may be stated, for the contract.
  static var facts: [String] { groups.flatMap(\.facts) }

  /// What is answered, in order.
  private static let questions = [
    "application-needed", "confirmation-needed", "controlled", "level", "certificate-needed",
    "licence-needed", "farm-certificate-needed", "training-needed", "adult-needed",
    "insurance-needed", "airworthiness-needed", "sharing",
  ]

  /// The answers, class first.
  private func findings(_ query: QueryItems, on day: CivilDate) throws(Problem) -> [Finding] {
    var stated: [FactID: FactValue] = [:]
    var faults: [Problem.Field] = []
    for name in FlightCheckPage.groups.flatMap(\.facts) {
      let id = FactID("uas.\(name)")
      guard let text = query[name], !text.isEmpty,
        let declaration = rules.law.facts.first(where: { $0.id == id })
      else { continue }
      // A ticked box says 1.
      let isTicked = declaration.type == .truth && text == "1"
      do throws(Problem) { stated[id] = try declaration.read(isTicked ? "true" : text) } catch {
        faults += error.fields.map { Problem.Field(name, $0.message) }
      }
    }
    for name in [
      "empty-grams", "takeoff-grams", "height-metres", "speed-kmh", "height-metres-flown",
    ]
    where query[name]?.isEmpty ?? true {
      faults.append(Problem.Field(name, Phrase("请填写。", en: "Please answer.")))
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    let kind = try rules.finding("class", stated, on: day)
    let farming = try rules.finding("agricultural", stated, on: day)
    if case .choice(let code) = kind.outcome { stated["uas.class"] = .choice(code) }
    stated["uas.agricultural"] = .truth(farming.outcome == .truth(true))
    var found = [kind, farming]
    for name in FlightCheckPage.questions {
      found.append(try rules.finding(name, stated, on: day))
    }
    return found
  }

  /// The answers as JSON: the value of each rule and its reasons.
  func answer(_ visit: Visit) throws -> Response {
    let day = visit.now.date(in: rules.profile.zone)
    let found = try findings(visit.request.query, on: day)
    return .json([
      "as_of": .string(day.description),
      "answers": .object(
        Dictionary(uniqueKeysWithValues: found.map { ($0.rule.text, $0.json) })),
    ])
  }

  func render(_ visit: Visit) throws -> Response {
    let title = Phrase("要不要申请？", en: "Do I have to apply?")
    let query = visit.request.query
    let day = visit.now.date(in: rules.profile.zone)
    var found: [Finding] = []
    var problem: Problem?
    if query["empty-grams"] != nil {
      do throws(Problem) { found = try findings(query, on: day) } catch { problem = error }
    }
    let state = FormState(values: query.items.map { ($0.name, $0.value) }, problem: problem)
    let trail = [PageShell.Link(LowAltitudeMeasure.card.name, "/low-altitude")]
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "不登录、不留痕；逐项说明依据哪一条。", en: "No log-in, nothing is kept; each answer with its article."))
      if !found.isEmpty { answers(&h, found, visit.language) }
      form(&h, state)
    }
  }

  private func answers(_ h: inout HTML, _ found: [Finding], _ language: Language) {
    h.table(
      Phrase("回答", en: "Answers"),
      columns: [(Phrase("问题", en: "Question"), false), (Phrase("回答", en: "Answer"), false)],
      isCaptionHidden: true
    ) { table in
      for finding in found {
        let name = rules.law.rules.first { $0.id == finding.rule }?.name ?? .same(finding.rule.text)
        table.row([
          { $0.element("strong", text: name) },
          { h in
            h.tag(said(finding), finding.outcome == .truth(true) ? .warn : .info)
            h.details(Phrase("为什么", en: "Why")) { h in
              h.element("pre", .class("wrap"), text: finding.explanation(language))
            }
          },
        ])
      }
    }
  }

  /// A choice by its name instead of its code.
  private func said(_ finding: Finding) -> Phrase {
    guard case .choice(let code) = finding.outcome else { return finding.outcome.phrase }
    for rule in rules.law.rules {
      if case .choice(code, let name) = rule.answer, rule.id.text.hasPrefix(finding.rule.text) {
        return name
      }
    }
    return .same(code)
  }

  private func form(_ h: inout HTML, _ state: FormState) {
    h.element("div", .class("panel reading")) { h in
      h.element("form", .action("/low-altitude/check"), .named("method", "get")) { h in
        for group in FlightCheckPage.groups {
          h.group(group.title) { h in
            for name in group.facts { field(&h, name, state) }
          }
        }
        h.button(Phrase("看结果", en: "Show the answers"))
      }
    }
  }

  private func field(_ h: inout HTML, _ name: String, _ state: FormState) {
    guard let fact = rules.law.facts.first(where: { $0.id == FactID("uas.\(name)") }) else {
      return
    }
    switch fact.type {
    case .truth: h.checkbox(name, fact.name, state)
    case .choice(let choices):
      h.select(
        name, fact.name, state,
        groups: [(name: nil, options: choices.map { (value: $0.code, label: $0.name) })])
    default: h.textField(name, fact.name, state)
    }
  }
}
