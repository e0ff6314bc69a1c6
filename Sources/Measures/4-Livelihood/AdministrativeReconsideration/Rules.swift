import CaseEngine
import CityProfiles
import Commons
import LegalTime
import Rulebook

/// What the law and a city's profile say about reconsideration: findings of the rule base, periods,
/// and which authority decides over which of the city's agencies.
public struct ReconsiderationRules: Sendable {
  /// The law.
  public let base: RuleBase
  /// The city.
  public let profile: CityProfile
  /// Its working days.
  public let calendar: WorkCalendar
  private let spans: [RuleID: [Span]]
  private let blank: FactSheet

  /// The law, which holds ``ReconsiderationLaw``, in a city; throws ``Problem`` 422 if the profile lacks a period that the law leaves to
  /// the city.
  public init(_ profile: CityProfile, law: RuleBase, calendar: WorkCalendar) throws {
    base = law
    blank = try law.sheet()
    spans = Dictionary(grouping: base.rules, by: \.id).mapValues { $0.map(\.span) }
    self.profile = profile
    self.calendar = calendar
    let first = ReconsiderationLaw.start
    for clock in [ClockID.deliver, .watch, "archive"] { _ = try cityPeriod(clock, on: first) }
  }

  // MARK: Findings

  /// What a rule gives for some facts, named without the pack's prefix.
  func finding(
    _ rule: String, _ facts: [String: FactValue], on day: CivilDate
  ) throws(Problem) -> Finding {
    try finding(RuleID("recon." + rule), facts, on: day)
  }

  func finding(
    _ rule: RuleID, _ facts: [String: FactValue], on day: CivilDate
  ) throws(Problem) -> Finding {
    var sheet = blank
    for (name, value) in facts { try sheet.state(FactID("recon." + name), value) }
    return try base.evaluate(rule, sheet, asOf: day)
  }

  /// Whether a question is answered with yes; a question that the law of the day does not know is
  /// not.
  func holds(_ rule: RuleID, _ facts: [String: FactValue], on day: CivilDate) throws(Problem)
    -> Bool
  {
    guard isInForce(rule, on: day) else { return false }
    return try finding(rule, facts, on: day).outcome == .truth(true)
  }

  private func isInForce(_ rule: RuleID, on day: CivilDate) -> Bool {
    spans[rule]?.contains { $0.contains(day) } ?? false
  }

  // MARK: Periods

  /// A period of the law; nil if the law of the day has none.
  func lawful(
    _ name: String, _ facts: [String: FactValue] = [:], on day: CivilDate
  ) throws(Problem) -> Period? {
    let rule = RuleID("recon.period." + name)
    guard isInForce(rule, on: day) else { return nil }
    var sheet = blank
    for (name, value) in facts { try sheet.state(FactID("recon." + name), value) }
    guard case .period(let period) = try base.opened(rule, asOf: day).value(sheet) else {
      return nil
    }
    return period
  }

  /// A period of the law that must be there.
  func period(
    _ name: String, _ facts: [String: FactValue] = [:], on day: CivilDate
  ) throws(Problem) -> Period {
    guard let period = try lawful(name, facts, on: day) else {
      throw .refused(
        "rule-not-in-force",
        Phrase("\(day) 的法律没有这一期限。", en: "The law of \(day) has no such period."))
    }
    return period
  }

  /// A period that the law leaves to the city.
  func cityPeriod(_ clock: ClockID, on day: CivilDate) throws(Problem) -> Period {
    let name = "reconsideration.\(clock.text)"
    let series = profile.parameters.first { $0.name == name }?.series ?? []
    let value = series.last { $0.from <= day } ?? series.first
    guard let value, let period = Period(value.value, basis: value.basis) else {
      throw .refused(
        "profile-period",
        Phrase(
          "城市档案缺少参数 \(name)（例：5wd、15d）。", en: "The city profile lacks \(name) (such as 5wd, 15d)."))
    }
    return period
  }

  // MARK: Who decides

  /// A list of agencies in the profile, such as those that stand under their ministry alone.
  func agencies(_ name: String) -> [Substring] {
    let series = profile.parameters.first { $0.name == "reconsideration.\(name)" }?.series
    return series?.last?.value.split(separator: ",") ?? []
  }

  /// What kind of respondent one of the city's agencies is.
  func kind(of agency: String) -> String {
    let id = Substring(agency)
    if agencies("vertical").contains(id) { return "vertical" }
    if agencies("justice").contains(id) { return "justice" }
    switch profile.agency(agency)?.kind {
    case "district": return "lower-government"
    case "company", "centre": return "authorised"
    default: return "department"
    }
  }

  /// The authority that decides over a respondent, and whether it is this city's government.
  func authority(
    of agency: String, on day: CivilDate
  ) throws(Problem) -> (finding: Finding, isOurs: Bool) {
    let finding = try finding(
      "jurisdiction", ["respondent-kind": .choice(kind(of: agency))], on: day)
    guard case .choice(let code) = finding.outcome else { return (finding, false) }
    // The city stands one level above its districts and on the level of its departments.
    let ours = ["own-government", "upper-government", "own-or-local", "own-or-upper"]
    return (finding, ours.contains(code))
  }

  /// How an authority is called.
  static func name(ofAuthority code: String) -> Phrase {
    ReconsiderationLaw.authorities.first { $0.code == code }?.name ?? .same(code)
  }
}

extension ReconsiderationRules {
  /// The first day of the revised law.
  var firstDay: CivilDate { ReconsiderationLaw.start }

  /// The agency that handles reconsideration for the city's government.
  var office: String? { agencies("office").first.map(String.init) }
}
