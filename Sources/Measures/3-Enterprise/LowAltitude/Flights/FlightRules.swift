import Airspace
import CityProfiles
import Commons
import LegalTime
import Rulebook

/// What the law and a city's profile say about flights of unmanned aircraft.
public struct FlightRules: Sendable {
  /// The city.
  public let profile: CityProfile
  /// The law that is asked.
  public let law: RuleBase
  /// Working days.
  public let calendar: WorkCalendar
  /// Controlled airspace that the city has published.
  let published: [AirZone]
  /// The bodies of air traffic control: sector, control area, the one that the national lead authorises.
  private let controllers: [String: String]
  /// The civil aviation authority, which keeps the registers.
  let registrar: String
  /// Metres of the ground above the ellipsoid; the city is taken as flat.
  let ground: Double
  /// How far apart flights are kept.
  let minima: SeparationMinima
  /// Minutes after which whoever is late is chased again.
  let chaseMinutes: Int64
  /// Minutes after landing within which goods are handed over.
  let custodyMinutes: Int64
  /// Who approves firms' trials and evaluates them.
  let trialOffice: String

  /// The rules of a city; throws ``Problem`` 422 if a parameter is missing or unreadable.
  public init(_ profile: CityProfile, law: RuleBase, calendar: WorkCalendar) throws(Problem) {
    self.profile = profile
    self.law = law
    self.calendar = calendar
    func value(_ name: String) throws(Problem) -> String {
      let found = profile.parameters.first { $0.name == "low-altitude.\(name)" }?.series.last?.value
      guard let found else { throw FlightRules.missing(name) }
      return found
    }
    func number(_ name: String) throws(Problem) -> Double {
      guard let number = Double(try value(name)), number.isFinite else {
        throw FlightRules.missing(name)
      }
      return number
    }
    var controllers: [String: String] = [:]
    for level in ["sector", "area", "national"] {
      let agency = try value("controller.\(level)")
      guard profile.agency(agency) != nil else { throw FlightRules.missing("controller.\(level)") }
      controllers[level] = agency
    }
    self.controllers = controllers
    registrar = try value("registrar")
    guard profile.agency(registrar) != nil else { throw FlightRules.missing("registrar") }
    ground = try number("ground")
    let (horizontal, vertical) = (try number("horizontal"), try number("vertical"))
    guard horizontal > 0, vertical > 0 else { throw FlightRules.missing("horizontal") }
    minima = SeparationMinima(horizontal: horizontal, vertical: vertical)
    chaseMinutes = Int64(try number("chase-minutes"))
    custodyMinutes = Int64(try number("custody-minutes"))
    trialOffice = try value("trial.office")
    guard profile.agency(trialOffice) != nil else { throw FlightRules.missing("trial.office") }
    published = try FlightRules.zones(profile, ground: ground)
    _ = try period("review", on: CivilDate(dayNumber: 20_000))
    for name in ["incident-review", "trial.review", "trial.evaluate", "trial.chase"] {
      _ = try period(name, on: CivilDate(dayNumber: 20_000))
    }
  }

  static func missing(_ name: String) -> Problem {
    .refused(
      "profile-period",
      Phrase(
        "城市档案缺少参数 low-altitude.\(name)，或其值无法读取。",
        en: "The city profile lacks the parameter low-altitude.\(name), or it cannot be read."))
  }

  /// Reads `kind|lower|upper|lng lat;lng lat;…`, heights in metres above the ground.
  private static func zones(
    _ profile: CityProfile, ground: Double
  ) throws(Problem) -> [AirZone] {
    var found: [AirZone] = []
    let prefix = "low-altitude.zone."
    for parameter in profile.parameters where parameter.name.hasPrefix(prefix) {
      for step in parameter.series {
        let parts = step.value.split(separator: "|").map(String.init)
        guard parts.count == 4, let kind = AirZone.Kind(rawValue: parts[0]),
          let lower = Double(parts[1]), let upper = Double(parts[2])
        else { throw missing(parameter.name) }
        let corners = parts[3].split(separator: ";").map {
          $0.split(separator: " ").map(String.init)
        }
        var places: [LatLng] = []
        for corner in corners {
          guard corner.count == 2, let longitude = Double(corner[0]),
            let latitude = Double(corner[1])
          else { throw missing(parameter.name) }
          places.append(LatLng(latitude: latitude, longitude: longitude))
        }
        let zone = AirZone(
          id: String(parameter.name.dropFirst(prefix.count)), name: parameter.label, kind: kind,
          volume: Volume4D(
            .polygon(places), lower: ground + lower, upper: ground + upper,
            start: Instant(step.from, in: profile.zone)), basis: step.basis)
        try zone.volume.check()
        found.append(zone)
      }
    }
    return found
  }

  // MARK: The city

  /// The place whose rules hold.
  var territory: Territory { Territory(profile.code) }

  /// The plane in which the city's airspace is computed: around the middle of its districts.
  var plane: CityPlane {
    let count = Double(max(1, profile.districts.count))
    return CityPlane(
      around: LatLng(
        latitude: profile.districts.map(\.latitude).reduce(0, +) / count,
        longitude: profile.districts.map(\.longitude).reduce(0, +) / count))
  }

  /// Minima by which promises are made: wider than what is to hold, by the error of the plane and of whole
  /// centimetres.
  var keptMinima: SeparationMinima {
    SeparationMinima(horizontal: minima.horizontal * 1.01 + 0.1, vertical: minima.vertical + 0.1)
  }

  /// A period that the city itself sets.
  func period(_ name: String, on day: CivilDate) throws(Problem) -> Period {
    let step =
      profile.parameter("low-altitude.\(name)", on: day)
      ?? profile.parameters.first { $0.name == "low-altitude.\(name)" }?.series.first
    guard let step, let period = Period(step.value, rollsOver: true, basis: step.basis) else {
      throw FlightRules.missing(name)
    }
    return period
  }

  /// Who decides at a level.
  func controller(_ level: String) -> String { controllers[level] ?? controllers["sector"] ?? "" }

  // MARK: Law

  /// What the law says, with its reasons.
  func finding(
    _ name: String, _ facts: [FactID: FactValue] = [:], on day: CivilDate
  ) throws(Problem) -> Finding {
    try law.evaluate(RuleID("uas.\(name)"), law.sheet(facts), asOf: day, in: territory)
  }

  /// A number of the law: an hour, minutes.
  func number(_ name: String, on day: CivilDate) throws(Problem) -> Int64 {
    guard case .number(let value) = try finding(name, on: day).outcome, value.denominator == 1
    else {
      throw FlightRules.missing(name)
    }
    return Int64(value.numerator)
  }

  /// So many minutes of the law before a moment.
  func before(_ moment: Instant, _ name: String, on day: CivilDate) throws(Problem) -> Instant {
    moment.adding(seconds: -60 * (try number(name, on: day)))
  }

  /// An hour of the law on the day before the flight.
  func dayBefore(_ start: Instant, _ name: String, on day: CivilDate) throws(Problem) -> Instant {
    Instant(
      start.date(in: profile.zone).adding(days: -1),
      secondOfDay: 3600 * Int(try number(name, on: day)),
      in: profile.zone)
  }

  /// A moment as people read it.
  func text(_ moment: Instant) -> String {
    let second = moment.secondOfDay(in: profile.zone)
    return
      "\(moment.date(in: profile.zone)) \(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
  }
}

/// On what the steps of the domestic side rest.
enum FlightBasis {
  static func regulation(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Basis {
    .law(UnmannedFlight.regulation(article, paragraph, item: item))
  }
  static let city = Basis.cityPolicy(
    Phrase("低空飞行服务办理规则（城市参数）", en: "rules for low-altitude services (city parameter)"))
}

/// Controlled airspace or a temporary closure.
struct AirZone: Hashable, Sendable {
  /// What it means for a flight.
  enum Kind: String, Hashable, Sendable {
    /// Flights need an approval (art. 19).
    case controlled
    /// Nothing is approved but urgent tasks: a prohibited area.
    case prohibited
    /// A temporary closure (art. 20).
    case temporary

    var name: Phrase {
      switch self {
      case .controlled: Phrase("管制空域", en: "controlled airspace")
      case .prohibited: Phrase("空中禁区", en: "prohibited area")
      case .temporary: Phrase("临时管制空域", en: "temporary controlled airspace")
      }
    }
  }

  /// A word of the city, or the number of the case.
  let id: String
  let name: Phrase
  let kind: Kind
  let volume: Volume4D
  let basis: Basis

  static func == (a: AirZone, b: AirZone) -> Bool { a.id == b.id && a.volume == b.volume }
  func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
