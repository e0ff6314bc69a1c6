import Commons
import Rulebook

/// Whether a function of a measure may be switched on in a place on a day, with the record on file: the
/// rules of ``AdoptionScope`` asked one after the other.
public struct AdoptionGate: Sendable {
  /// What the gate says.
  public enum Verdict: String, Hashable, Sendable {
    case allowed
    case pilotScopeOnly = "pilot_scope_only"
    case needsAuthorisation = "needs_authorisation"
    case needsGuidance = "needs_guidance"
    case notInThisPlace = "not_in_this_place"

    /// Whether it may be switched on at all.
    public var isOpen: Bool { self == .allowed || self == .pilotScopeOnly }

    /// How it is called.
    public var name: Phrase {
      switch self {
      case .allowed: Phrase("可以实施", en: "allowed")
      case .pilotScopeOnly: Phrase("只在试点范围内", en: "within a pilot scope only")
      case .needsAuthorisation: Phrase("须先取得授权", en: "needs an authorisation first")
      case .needsGuidance:
        Phrase("须有主管部门指导和风险防控方案", en: "needs the department's guidance and a risk plan")
      case .notInThisPlace: Phrase("本地不在推广范围", en: "not in this place")
      }
    }
  }

  /// What is on file for a function on a day.
  public struct Record: Hashable, Sendable {
    /// Who issued what authorises it: codes of the rules' `record.level`; empty if there is nothing.
    public var levels: [String] = []
    /// Whether the guidance of the department is on file.
    public var hasGuidance = false
    /// Whether a risk plan is on file.
    public var hasRiskPlan = false
    /// Whether the city takes the measure for highly specialised.
    public var isSpecialised = false
    /// Whether the city takes it for one of wide interest.
    public var isWide = false

    /// Nothing on file.
    public init() {}

    /// What a profile's entry has on file for a function on a day.
    public init(_ adoption: Adoption, _ function: String, on day: CivilDate) {
      levels = adoption.authorisations.filter { $0.holds(on: day) && $0.covers(function) }
        .map(\.level)
      hasGuidance = adoption.guidance.map { $0.from <= day } ?? false
      hasRiskPlan = adoption.riskPlan.map { $0.from <= day } ?? false
      isSpecialised = adoption.isSpecialised
      isWide = adoption.isWide
    }
  }

  /// What the gate says of one question.
  public struct Answer: Sendable {
    /// The verdict.
    public let verdict: Verdict
    /// At which level an authorisation is needed: a code of the rules' `authorisation.required`.
    public let required: String
    /// What each rule gave, with its reasons, in the order in which they were asked.
    public let findings: [Finding]
    /// What would have to be on file; empty where nothing is missing.
    public let needed: [Phrase]
    /// The articles that decided.
    public let because: [Basis]
  }

  private let base: RuleBase

  /// A gate over the rules on adoption.
  ///
  /// - Throws: ``Problem`` 422 if the rules are wrong.
  public init() throws(Problem) { base = try RuleBase([AdoptionScope.pack]) }

  /// SHA-256 of the rules that it asks.
  public var digest: Digest { base.digest }

  /// The days on which the rules change.
  public var edges: [CivilDate] {
    Set(base.rules.flatMap { [$0.span.from, $0.span.to].compactMap { $0 } }).sorted()
  }

  /// Asks whether a function may be on.
  ///
  /// - Parameters:
  ///   - function: a code of ``MeasureFunction``.
  ///   - place: the city's GB/T 2260 code.
  ///   - day: before the day of the notice, the rules of that day are asked.
  /// - Throws: ``Problem`` 422 if there is no such measure.
  public func answer(
    _ measure: Int, _ function: String, in place: String, on day: CivilDate, _ record: Record
  ) throws(Problem) -> Answer {
    let day = max(day, AdoptionScope.start)
    var sheet = try base.sheet()
    let departs = AdoptionScope.Departure.all.contains {
      $0.measure == measure && $0.code == function
    }
    let known = { (choices: [FactType.Choice]) in
      choices.first { place.hasPrefix($0.code) }?.code ?? AdoptionScope.other
    }
    try sheet.state("adoption.measure", .choice(String(measure)))
    try sheet.state("adoption.function", .choice(departs ? function : AdoptionScope.ordinary))
    try sheet.state("place.province", .choice(known(AdoptionScope.provinces)))
    try sheet.state("place.city", .choice(known(AdoptionScope.cities)))
    try sheet.state("adoption.is-specialised", .truth(record.isSpecialised))
    try sheet.state("adoption.is-wide", .truth(record.isWide))
    try sheet.state("record.guidance", .truth(record.hasGuidance))
    try sheet.state("record.risk-plan", .truth(record.hasRiskPlan))
    var findings: [Finding] = []
    func ask(_ rule: RuleID, _ fact: FactID?) throws(Problem) {
      let finding = try base.evaluate(rule, sheet, asOf: day, in: Territory(place))
      findings.append(finding)
      guard let fact else { return }
      switch finding.outcome {
      case .choice(let code): try sheet.state(fact, .choice(code))
      case .truth(let truth): try sheet.state(fact, .truth(truth))
      default: break
      }
    }
    try ask("adoption.scope", "adoption.scope-class")
    try ask("adoption.requirement", "authorisation.required")
    try ask("adoption.zone-powers", "place.has-zone-powers")
    // Any record that is sufficient will do; which are, depends on place and function.
    for level in record.levels.isEmpty ? ["none"] : record.levels {
      try sheet.state("record.level", .choice(level))
      let finding = try base.evaluate("adoption.record", sheet, asOf: day, in: Territory(place))
      if finding.outcome == .truth(true) { break }
    }
    try ask("adoption.record", "record.suffices")
    try ask("adoption.specialised", "adoption.needs-care")
    try ask("adoption.gate", nil)
    return answer(findings, record)
  }

  /// All that it would take to switch a function on where nothing is on file yet: the gate is asked again
  /// with what it missed before.
  ///
  /// - Returns: the first answer, and everything that is needed on the way; nil where nothing helps.
  public func path(
    _ measure: Int, _ function: String, in place: String, on day: CivilDate,
    _ record: Record = Record()
  ) throws(Problem) -> (first: Answer, needed: [Phrase]?, because: [Basis]) {
    var record = record
    let first = try answer(measure, function, in: place, on: day, record)
    var last = first
    var (needed, because) = (first.needed, first.because)
    while last.verdict == .needsAuthorisation || last.verdict == .needsGuidance {
      if last.verdict == .needsAuthorisation {
        record.levels.append(AdoptionGate.enough[last.required] ?? "npc")
      } else {
        (record.hasGuidance, record.hasRiskPlan) = (true, true)
      }
      last = try answer(measure, function, in: place, on: day, record)
      needed += last.needed
      because += last.because.filter { !because.contains($0) }
    }
    return (first, last.verdict.isOpen ? needed : nil, because)
  }

  /// A record that is high enough, for each level at which one is needed.
  private static let enough = [
    "none": "city", "policy": "department", "regulation": "state-council", "law": "npc",
  ]

  private func answer(_ findings: [Finding], _ record: Record) -> Answer {
    let (scope, requirement, authorised, last) = (
      findings[0], findings[1], findings[3], findings[5]
    )
    guard case .choice(let code) = last.outcome, let verdict = Verdict(rawValue: code),
      case .choice(let required) = requirement.outcome
    else { preconditionFailure("the gate's rule gives one of its verdicts") }
    let needed: [Phrase]
    var deciding: [Finding]
    switch verdict {
    case .allowed: (needed, deciding) = ([], [scope, authorised])
    case .pilotScopeOnly:
      needed = [
        Phrase("试点阶段：范围、停止标准", en: "a stage with its scope and its criteria for stopping")
      ]
      deciding = record.isWide ? [last] : [scope]
    case .notInThisPlace:
      needed = [
        Phrase("通知所列地方，或者推广至全国", en: "a place of the list, or the extension to the whole country")
      ]
      deciding = [scope]
    case .needsAuthorisation:
      needed = [AdoptionGate.route(required)]
      deciding = [requirement]
    case .needsGuidance:
      needed = [
        record.hasGuidance ? nil : Phrase("主管部门的指导意见", en: "the guidance of the department"),
        record.hasRiskPlan ? nil : Phrase("风险防控方案", en: "a risk plan"),
      ].compactMap { $0 }
      deciding = [last]
    }
    if verdict == .needsAuthorisation, required != "none" { deciding.append(last) }
    var because = deciding.compactMap(\.citation).map(Basis.law)
    if verdict == .needsAuthorisation {
      because += AdoptionGate.routes(required).map(Basis.law)
    }
    return Answer(
      verdict: verdict, required: required, findings: findings, needed: needed,
      because: because.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
  }

  private static func route(_ required: String) -> Phrase {
    switch AdoptionScope.Departure.Level(rawValue: required) {
    case .law:
      Phrase(
        "全国人大及其常委会的授权决定，或者（限经济特区）依授权变通的特区法规",
        en:
          "a decision of the National People's Congress or its Standing Committee or, in a special "
          + "economic zone only, a regulation that varies the law under its powers")
    case .regulation:
      Phrase("国务院或者全国人大及其常委会的决定", en: "a decision of the State Council or higher")
    case .policy:
      Phrase(
        "国家主管部门、最高人民法院或者更高机关的授权",
        en: "an authorisation of the national department or court, or higher")
    case nil: Phrase("城市的实施决定", en: "the city's decision")
    }
  }

  /// Where it stands who may authorise.
  private static func routes(_ required: String) -> [Citation] {
    switch AdoptionScope.Departure.Level(rawValue: required) {
    case .law: AdoptionScope.lawRoutes
    case .regulation: AdoptionScope.regulationRoutes
    case .policy, nil: []
    }
  }
}

extension Finding {
  /// The article of the rule that decided: that of the exception that applied, else of the rule itself.
  fileprivate var citation: Citation? {
    guard let rule = because.first else { return nil }
    return rule.because.last { $0.kind == .exception }?.citation ?? rule.citation
  }
}
