import ArrivalFlow
import CityProfiles
import Commons

/// An airport of the city's profile: its runways, its example of a point-merge procedure and what its
/// capacity rests on.
public struct Airport: Sendable {
  /// A runway by the direction in which it is used.
  public struct Runway: Hashable, Sendable {
    /// Its name, such as 33.
    public let name: String
    /// The threshold that is crossed.
    public let threshold: RunwayThreshold
    /// The far end.
    public let end: GeoPoint
    /// What it takes in the first configuration.
    public let kinds: Set<RunwayMovement.Kind>
  }

  /// Figures that somebody published.
  public struct Published: Hashable, Sendable {
    /// Movements an hour before the change.
    public let before: Double
    /// Movements an hour after it.
    public let after: Double
    /// Slots a day that it adds.
    public let slotsPerDay: Int
    /// Where they stand.
    public let source: String
  }

  /// Its name in addresses and data.
  public let id: String
  /// The ICAO location indicator of the airport whose coordinates these are.
  public let icao: String
  /// Its name.
  public let name: Phrase
  /// The runways.
  public let runways: [Runway]
  /// The procedure of each runway that has one, the main one first.
  public let merges: [PointMerge]
  /// Ways to use the runways, the usual one first.
  public let configurations: [RunwayConfiguration]
  /// How many slots an hour are given away.
  public let slotLimits: SlotLimits
  /// The speed on the arcs in knots, calibrated.
  public let arcSpeed_kt: Double
  /// What its capacity rests on.
  public let scenario: CapacityScenario
  /// The scenario as it stands in the data, for changing single members of it.
  public let scenarioJSON: JSONValue
  /// Published figures, if any.
  public let published: Published?
  /// What the capacity rests on.
  public let assumptions: [Phrase]
  /// What nobody has checked.
  public let unverified: [Phrase]

  /// The main procedure.
  public var merge: PointMerge { merges[0] }
  /// The speed on the arcs in metres a second.
  var arcSpeed: Double { arcSpeed_kt * ApproachProfile.knot }
  /// The configuration of this name, or the usual one.
  func configuration(_ id: String?) -> RunwayConfiguration {
    configurations.first { $0.id == id } ?? configurations[0]
  }

  /// The name of a further set of runways of the study.
  func expansionName(_ expansion: CapacityStudy.Expansion) -> Phrase {
    let row = (scenarioJSON["expansions"]?.array ?? []).first {
      $0["name"]?.string == expansion.name
    }
    return row?["name_zh"]?.string.map { Phrase($0, en: expansion.name) } ?? .same(expansion.name)
  }
}

/// The airports of a city and the aircraft types that it knows.
public struct AirportBook: Sendable {
  /// Where coordinates come from.
  public let source: Phrase
  /// The airports.
  public let airports: [Airport]
  /// Aircraft types by designator.
  public let types: [String: FleetGroup]

  /// The airport of this name.
  public subscript(id: String) -> Airport? { airports.first { $0.id == id } }

  /// Reads `airports.json`.
  ///
  /// - Throws: ``Problem`` 422 that names the airport and the member.
  public init(_ json: JSONValue) throws(Problem) {
    source = try AirportReader(json, "").phrase("source")
    var types: [String: FleetGroup] = [:]
    for (index, row) in (json["types"]?.array ?? []).enumerated() {
      let reader = AirportReader(row, "types/\(index)")
      let type = AircraftType(
        try reader.text("type"), mass_kg: Int(try reader.number("mass_kg")),
        span_cm: Int((try reader.number("span_m") * 100).rounded()))
      types[type.designator] = FleetGroup(
        type, weight: 1, profile: ApproachProfile(knots: try reader.number("approach_kt")),
        occupancy_s: try reader.number("occupancy_s"))
    }
    var airports: [Airport] = []
    for (index, row) in (json["airports"]?.array ?? []).enumerated() {
      airports.append(try AirportReader(row, "airports/\(index)").airport())
    }
    guard !airports.isEmpty else {
      throw AirportReader(json, "").fault("airports")
    }
    for airport in airports {
      for group in airport.scenario.study.fleet where types[group.type.designator] == nil {
        types[group.type.designator] = group
      }
    }
    self.airports = airports
    self.types = types
  }
}
