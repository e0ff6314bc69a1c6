import CityProfiles
import Commons
import LegalTime
import MeasureKit
import Rulebook

/// What the law and a city's profile say about the protection of intellectual property.
public struct IPRules: Sendable {
  /// The city.
  public let profile: CityProfile
  /// The law that is asked.
  public let law: RuleBase
  /// Working days.
  public let calendar: WorkCalendar
  private let section: ProfileSection
  /// The platforms that take part.
  public let platforms: [Place]
  /// The city's courts of first instance, each with its level.
  public let courts: [Court]

  /// A body outside the city's own agencies, by its id in posts and addresses.
  public struct Place: Hashable, Sendable {
    /// The id.
    public let id: String
    /// The name.
    public let name: Phrase
  }

  /// A court.
  public struct Court: Hashable, Sendable {
    /// The id.
    public let id: String
    /// The name.
    public let name: Phrase
    /// `basic`, `intermediate` or `ip`.
    public let level: String
  }

  /// The rules of a city; throws ``Problem`` 422 if a parameter is missing or unreadable.
  public init(_ profile: CityProfile, law: RuleBase, calendar: WorkCalendar) throws(Problem) {
    self.profile = profile
    self.law = law
    self.calendar = calendar
    let section = ProfileSection(profile, "ip")
    self.section = section
    platforms = section.members("platform").map { Place(id: $0.id, name: $0.parameter.label) }
    courts = section.members("court").map {
      Court(
        id: $0.id, name: $0.parameter.label, level: $0.parameter.series.last?.value ?? "basic")
    }
    try section.require(periods: IPRules.periodNames)
    guard profile.agency(intake) != nil else { throw section.missing("agency") }
    guard !platforms.isEmpty else { throw section.missing("platform.…") }
    guard courts.contains(where: { $0.level == "basic" }),
      courts.contains(where: { $0.level != "basic" })
    else { throw section.missing("court.…") }
  }

  static let periodNames = [
    "measures", "serve", "quiet", "lift", "accept", "decide", "receive", "chase",
  ]

  /// The place whose rules hold.
  public var territory: Territory { Territory(profile.code) }

  /// A period that the city itself sets.
  func period(_ name: String, on day: CivilDate) throws(Problem) -> Period {
    try section.period(name, on: day)
  }

  /// A period that the law sets.
  func legal(_ rule: RuleID, on day: CivilDate) throws(Problem) -> Period {
    let finding = try law.evaluate(rule, law.sheet(), asOf: day, in: territory)
    guard case .period(let period) = finding.outcome else { throw section.missing(rule.text) }
    return period
  }

  /// The agency that takes in what no rule gives to another.
  var intake: String { section.step("agency", on: CivilDate(dayNumber: 0))?.value ?? "" }

  /// The amount from which the city's own agency acts, in fen; 0 for none.
  private func cityAmount(on day: CivilDate) -> Int64 {
    (section.step("city-amount", on: day).flatMap { Int64($0.value) } ?? 0) * 100
  }

  /// A platform or a court by its id, an agency too.
  func name(_ id: String) -> Phrase {
    platforms.first { $0.id == id }?.name ?? courts.first { $0.id == id }?.name
      ?? profile.agency(id)?.name ?? .same(id)
  }

  // MARK: Competence

  /// What competence depends on.
  struct Matter: Sendable {
    var right: String
    var procedure = "civil"
    var defendant = "other"
    var amount: Int64 = 0
    var isAtBorder = false
    var isCrime = false
    var crossesDistricts = false
    var basicCourtApproved = false
    var district: String?
  }

  /// Who is competent, with the reasons.
  struct Competence: Sendable {
    let court: Finding
    let agency: Finding
    let level: Finding
    let technical: Finding
    let courtID: String
    let agencyID: String

    /// The findings on which it rests.
    var findings: [Finding] { [court, agency, level, technical] }
    var isTechnical: Bool { technical.outcome == .truth(true) }
  }

  func sheet(_ matter: Matter, on day: CivilDate) throws(Problem) -> FactSheet {
    try law.sheet([
      "ip.right": .choice(matter.right), "ip.procedure": .choice(matter.procedure),
      "ip.defendant": .choice(matter.defendant), "ip.amount": .money(.fen(matter.amount)),
      "ip.at-border": .truth(matter.isAtBorder), "ip.crime": .truth(matter.isCrime),
      "ip.crosses-districts": .truth(matter.crossesDistricts),
      "ip.basic-court-approved": .truth(matter.basicCourtApproved),
      "ip.city-amount": .money(.fen(cityAmount(on: day))),
    ])
  }

  /// Which court and which agency, by the law of a day.
  func competence(_ matter: Matter, on day: CivilDate) throws(Problem) -> Competence {
    let sheet = try sheet(matter, on: day)
    func ask(_ rule: RuleID) throws(Problem) -> Finding {
      try law.evaluate(rule, sheet, asOf: day, in: territory)
    }
    let (court, agency) = (try ask("ip.court"), try ask("ip.agency"))
    let level = try ask("ip.agency-level")
    return Competence(
      court: court, agency: agency, level: level, technical: try ask("ip.technical"),
      courtID: courtID(court), agencyID: agencyID(agency, level, matter.district))
  }

  /// The city's court of the level that the finding names: a higher one where it names several.
  private func courtID(_ finding: Finding) -> String {
    let wanted =
      finding.outcome == .choice("SPC-designated basic court")
      ? ["basic"] : ["ip", "intermediate"]
    for level in wanted {
      if let court = courts.first(where: { $0.level == level }) { return court.id }
    }
    return courts.first?.id ?? ""
  }

  /// The city's agency behind a kind; matters of a district go to its government where that is set.
  private func agencyID(_ agency: Finding, _ level: Finding, _ district: String?) -> String {
    guard case .choice(let kind) = agency.outcome else { return intake }
    let day = agency.asOf
    let id = section.step("agency.\(kind)", on: day)?.value ?? intake
    guard level.outcome == .choice("district"), let district,
      let own = section.step("agency.\(kind).\(district)", on: day)?.value,
      profile.agency(own) != nil
    else { return profile.agency(id) == nil ? intake : id }
    return own
  }

  /// What a platform does, as of some days after a statement arrived, with what the right holder did.
  func afterWait(_ answer: String, days: Int, on day: CivilDate) throws(Problem) -> Finding {
    try law.evaluate(
      "takedown.measures",
      law.sheet([
        "takedown.answer": .choice(answer), "takedown.days": .count(Int64(max(0, days))),
      ]), asOf: day, in: territory)
  }
}
