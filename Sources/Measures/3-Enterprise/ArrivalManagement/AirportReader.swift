import ArrivalFlow
import CityProfiles
import Commons

/// Reads one object of `airports.json`.
struct AirportReader {
  private let json: JSONValue
  let place: String

  init(_ json: JSONValue, _ place: String) {
    self.json = json
    self.place = place
  }

  /// A member.
  subscript(name: String) -> JSONValue? { json[name] }

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
      kinds: try kinds("use"))
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
    let name = try phrase("name")
    var runways: [Airport.Runway] = []
    for (index, row) in (json["runways"]?.array ?? []).enumerated() {
      runways.append(try AirportReader(row, "\(place)/runways/\(index)").runway())
    }
    let merge = AirportReader(json["point_merge"] ?? .null, place + "/point_merge")
    var merges = [try merge.merge(runways)]
    for (index, row) in (json["further_merges"]?.array ?? []).enumerated() {
      merges.append(try AirportReader(row, "\(place)/further_merges/\(index)").merge(runways))
    }
    var configurations: [RunwayConfiguration] = []
    for (index, row) in (json["configurations"]?.array ?? []).enumerated() {
      let reader = AirportReader(row, "\(place)/configurations/\(index)")
      configurations.append(try reader.configuration(runways, merges))
    }
    guard !configurations.isEmpty, Set(configurations.map(\.id)).count == configurations.count
    else { throw fault("configurations") }
    let scenario = json["scenario"] ?? .null
    var figures: Airport.Published?
    if let row = json["published"] {
      figures = try AirportReader(row, place + "/published").published()
    }
    return Airport(
      id: try text("id"), icao: try text("icao"), name: name, runways: runways,
      merges: merges, configurations: configurations,
      slotLimits: try AirportReader(json["slot_limits"] ?? .null, place + "/slot_limits")
        .slotLimits(),
      arcSpeed_kt: try merge.number("arc_speed_kt"), scenario: try CapacityScenario(scenario),
      scenarioJSON: scenario, published: figures,
      assumptions: try phrases("assumptions"), unverified: try phrases("unverified"))
  }
}
