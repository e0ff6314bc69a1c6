import CityProfiles
import Commons
import LegalTime
import Rulebook

/// What the law and a city's profile say about trade secrets.
public struct SecretRules: Sendable {
  /// A station in a park or an association.
  struct Station: Hashable, Sendable {
    /// The last word of its parameter.
    let id: String
    let name: Phrase
    /// The agency whose staff work in it.
    let agency: String
  }

  /// The city.
  public let profile: CityProfile
  /// The law that is asked.
  public let law: RuleBase
  /// Working days.
  public let calendar: WorkCalendar
  private let section: ProfileSection
  /// The stations.
  let stations: [Station]
  /// The agency that coordinates them and keeps the joint conference.
  let agency: String

  /// The rules of a city; throws ``Problem`` 422 if a parameter is missing or unreadable.
  public init(_ profile: CityProfile, law: RuleBase, calendar: WorkCalendar) throws(Problem) {
    self.profile = profile
    self.law = law
    self.calendar = calendar
    let section = ProfileSection(profile, "trade-secrets")
    self.section = section
    agency = section.latest("agency")
    guard profile.agency(agency) != nil else { throw section.missing("agency") }
    var stations: [Station] = []
    for (id, parameter) in section.members("station") {
      let parts = (parameter.series.last?.value ?? "").split(
        separator: "|", omittingEmptySubsequences: false
      ).map(String.init)
      guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty,
        profile.agency(parts[2]) != nil
      else { throw section.missing("station.\(id)") }
      stations.append(Station(id: id, name: Phrase(parts[0], en: parts[1]), agency: parts[2]))
    }
    guard !stations.isEmpty else { throw section.missing("station.…") }
    self.stations = stations
    try section.require(periods: SecretRules.periodNames)
  }

  /// The place whose rules hold.
  public var territory: Territory { Territory(profile.code) }

  static let periodNames = [
    "assign", "plan", "visit", "mend", "follow", "chase", "schedule", "meeting", "task", "check",
    "review", "renewal",
  ]

  /// Throws 422 for a day that is past or more than a year ahead.
  static func requireNear(_ day: CivilDate?, _ field: String, _ today: CivilDate) throws(Problem) {
    guard let day, !(0...366).contains(today.days(to: day)) else { return }
    throw .invalid([
      Problem.Field(
        field, Phrase("日期应在今天起一年之内。", en: "The day must lie within a year from today."))
    ])
  }

  /// A period that the city itself sets.
  func period(_ name: String, on day: CivilDate) throws(Problem) -> Period {
    try section.period(name, on: day)
  }
}
