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
    /// Whether aircraft land on it; else they depart.
    public let isForArrivals: Bool
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
  /// The procedure that the data describes.
  public let merge: PointMerge
  /// The speed on the arcs in knots.
  public let arcSpeed_kt: Double
  /// What its capacity rests on.
  public let scenario: CapacityScenario
  /// The scenario as it stands in the data, for changing single members of it.
  public let scenarioJSON: JSONValue
  /// Published figures, if any.
  public let published: Published?
  /// What nobody has checked.
  public let unverified: [String]

  /// The speed on the arcs in metres a second.
  var arcSpeed: Double { arcSpeed_kt * ApproachProfile.knot }
  /// How many runways take arrivals that do not hinder each other. Runways on which arrivals are staggered
  /// count as one: their sequence is kept as if it were one runway's, which is never too close.
  var landingRunways: [Runway] {
    let all = runways.filter(\.isForArrivals)
    let isStaggered = (scenarioJSON["runways"]?.array ?? []).contains {
      $0["use"]?.string == "staggered"
    }
    let count = (scenarioJSON["runways"]?.array ?? []).reduce(0) { sum, use in
      ["arrivals", "mixed"].contains(use["use"]?.string)
        ? sum + Int(use["runways"]?.integer ?? 1) : sum
    }
    return Array(all.prefix(isStaggered ? 1 : max(1, count)))
  }
  /// Movements an hour that are declared today: after the change where one was published.
  var declared: Int { Int(published?.after ?? scenario.study.declaredBefore) }
}

/// The airports of a city and the aircraft types that it knows.
public struct AirportBook: Sendable {
  /// Where coordinates come from.
  public let source: String
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
    source = json["source"]?.string ?? ""
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

/// Reads one object of `airports.json`.
struct AirportReader {
  private let json: JSONValue
  private let place: String

  init(_ json: JSONValue, _ place: String) {
    self.json = json
    self.place = place
  }

  func fault(_ name: String) -> Problem {
    .invalid([
      Problem.Field(
        "airports.json /\(place)/\(name)",
        Phrase("缺失或有误。", en: "It is missing or wrong."))
    ])
  }

  func text(_ name: String) throws(Problem) -> String {
    guard let text = json[name]?.string, !text.isEmpty else { throw fault(name) }
    return text
  }

  func number(_ name: String) throws(Problem) -> Double {
    guard let number = json[name]?.double, number.isFinite else { throw fault(name) }
    return number
  }

  private func point() throws(Problem) -> GeoPoint {
    let (latitude, longitude) = (try number("lat"), try number("lon"))
    guard (-90...90).contains(latitude), (-180...180).contains(longitude) else {
      throw fault("lat")
    }
    return GeoPoint(latitude: latitude, longitude: longitude)
  }

  private func runway() throws(Problem) -> Airport.Runway {
    let start = try point()
    let end = try AirportReader(json["reciprocal"] ?? .null, place + "/reciprocal").point()
    let far = LocalFrame(start).plane(end)
    let course = PlanePoint(east: 0, north: 0).bearing(to: far)
    let threshold = RunwayThreshold(
      try text("name"), start, course_deg: course, elevation_m: try number("elevation_m"))
    return Airport.Runway(
      name: try text("name"), threshold: threshold, end: end,
      isForArrivals: try text("use") == "arrivals")
  }

  private func arc() throws(Problem) -> SequencingArc {
    SequencingArc(
      try text("name"), radius_m: try number("radius_m"), from_deg: try number("from_deg"),
      to_deg: try number("to_deg"), levels_m: (json["levels_m"]?.array ?? []).compactMap(\.double),
      entry_m: try number("entry_m"))
  }

  private func merge(_ runways: [Airport.Runway]) throws(Problem) -> PointMerge {
    let name = try text("landing")
    guard let landing = runways.first(where: { $0.name == name }) else { throw fault("landing") }
    var arcs: [SequencingArc] = []
    for (index, row) in (json["arcs"]?.array ?? []).enumerated() {
      arcs.append(try AirportReader(row, "\(place)/arcs/\(index)").arc())
    }
    return try PointMerge(
      threshold: landing.threshold, merge_m: try number("merge_m"), arcs: arcs,
      mergeFloor_m: try number("merge_floor_m"), mergeCeiling_m: try number("merge_ceiling_m"),
      intercept_m: try number("intercept_m"))
  }

  private func published() throws(Problem) -> Airport.Published {
    Airport.Published(
      before: try number("before"), after: try number("after"),
      slotsPerDay: Int(try number("slots_per_day")), source: try text("source"))
  }

  func airport() throws(Problem) -> Airport {
    let names = json["name"]?.array?.compactMap(\.string) ?? []
    guard names.count == 2 else { throw fault("name") }
    var runways: [Airport.Runway] = []
    for (index, row) in (json["runways"]?.array ?? []).enumerated() {
      runways.append(try AirportReader(row, "\(place)/runways/\(index)").runway())
    }
    let merge = AirportReader(json["point_merge"] ?? .null, place + "/point_merge")
    let scenario = json["scenario"] ?? .null
    var figures: Airport.Published?
    if let row = json["published"] {
      figures = try AirportReader(row, place + "/published").published()
    }
    return Airport(
      id: try text("id"), icao: try text("icao"), name: Phrase(names[0], en: names[1]),
      runways: runways, merge: try merge.merge(runways),
      arcSpeed_kt: try merge.number("arc_speed_kt"), scenario: try CapacityScenario(scenario),
      scenarioJSON: scenario, published: figures,
      unverified: (json["unverified"]?.array ?? []).compactMap(\.string))
  }
}
