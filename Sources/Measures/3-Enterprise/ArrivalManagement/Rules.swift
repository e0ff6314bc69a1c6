import ArrivalFlow
import CityProfiles
import Commons
import LegalTime

/// What a city's profile says about arrivals.
public struct ArrivalRules: Sendable {
  /// A unit that is heard before a procedure is approved.
  struct Unit: Hashable, Sendable {
    /// The last word of its parameter.
    let id: String
    let name: Phrase
    /// The agency whose staff answer for it.
    let agency: String
  }

  /// The city.
  public let profile: CityProfile
  /// Working days.
  public let calendar: WorkCalendar
  /// The airports.
  public let book: AirportBook
  /// The units that are heard.
  let units: [Unit]
  /// The agency that keeps procedures and slots.
  let agency: String

  static let periodNames = [
    "check", "coordinate", "answer", "approve", "publish", "review", "offer", "reply", "chase",
    "airac-lead",
  ]

  /// The rules of a city; throws ``Problem`` 422 if a parameter or an airport is missing or unreadable.
  public init(_ profile: CityProfile, calendar: WorkCalendar) throws(Problem) {
    self.profile = profile
    self.calendar = calendar
    guard let data = profile.airports else {
      throw .refused(
        "profile-airports",
        Phrase("城市档案缺少 airports.json。", en: "The city profile lacks airports.json."))
    }
    book = try AirportBook(data)
    agency = profile.parameters.first { $0.name == "arrivals.agency" }?.series.last?.value ?? ""
    guard profile.agency(agency) != nil else { throw ArrivalRules.missing("agency") }
    let prefix = "arrivals.unit."
    var units: [Unit] = []
    for parameter in profile.parameters where parameter.name.hasPrefix(prefix) {
      let parts = (parameter.series.last?.value ?? "").split(
        separator: "|", omittingEmptySubsequences: false
      ).map(String.init)
      guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty,
        profile.agency(parts[2]) != nil
      else { throw ArrivalRules.missing(String(parameter.name.dropFirst(9))) }
      units.append(
        Unit(
          id: String(parameter.name.dropFirst(prefix.count)), name: Phrase(parts[0], en: parts[1]),
          agency: parts[2]))
    }
    guard !units.isEmpty, units.count <= 15 else { throw ArrivalRules.missing("unit.…") }
    self.units = units
    for name in ArrivalRules.periodNames { _ = try period(name, on: CivilDate(dayNumber: 0)) }
    _ = try options(on: CivilDate(dayNumber: 0))
  }

  private static func missing(_ name: String) -> Problem {
    .refused(
      "profile-period",
      Phrase(
        "城市档案缺少参数 arrivals.\(name)，或其值无法读取。",
        en: "The city profile lacks the parameter arrivals.\(name), or it cannot be read."))
  }

  private func value(_ name: String, on day: CivilDate) -> (value: String, basis: Basis)? {
    let step =
      profile.parameter("arrivals.\(name)", on: day)
      ?? profile.parameters.first { $0.name == "arrivals.\(name)" }?.series.first
    return step.map { ($0.value, $0.basis) }
  }

  /// A period that the city itself sets; one from before the first value is measured by that.
  func period(_ name: String, on day: CivilDate) throws(Problem) -> Period {
    guard let step = value(name, on: day),
      let period = Period(step.value, rollsOver: true, basis: step.basis)
    else { throw ArrivalRules.missing(name) }
    return period
  }

  /// How a running sequence is put in order again: seconds of the freeze horizon, places, weight.
  func options(on day: CivilDate) throws(Problem) -> Resequencing.Options {
    func number(_ name: String, _ bounds: ClosedRange<Int>) throws(Problem) -> Int {
      guard let text = value(name, on: day)?.value, let number = Int(text), bounds.contains(number)
      else { throw ArrivalRules.missing(name) }
      return number
    }
    return Resequencing.Options(
      freeze: try number("freeze", 0...3600), shift: try number("shift", 0...10),
      stability: try number("stability", 0...100))
  }

  /// The airport of this name.
  ///
  /// - Throws: ``Problem`` 404 if there is none.
  func airport(_ id: String) throws(Problem) -> Airport {
    guard let airport = book[id] else {
      throw .notFound(Phrase("没有这个机场。", en: "There is no such airport."))
    }
    return airport
  }

  var airportChoices: [(id: String, name: Phrase)] { book.airports.map { ($0.id, $0.name) } }
}
