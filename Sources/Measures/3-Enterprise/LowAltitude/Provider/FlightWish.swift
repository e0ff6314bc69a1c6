import Airspace
import Commons

/// What a user wants of a flight of the city: where, when, how urgent, and in which state it is.
struct FlightWish: Sendable {
  /// The id under which the user knows it.
  let plan: String
  let state: String
  let volumes: [Volume4D]
  /// The volumes as F3548-21 writes them.
  let written: [JSONValue]
  let priority: Int64
  let telemetry: JSONValue

  /// Whether the aircraft keeps to what is planned.
  var isNominal: Bool { !IntentWish.offNominal.contains(state) }

  /// Corners of all volumes together (F3548-21, OiMaxVertices).
  static let mostCorners = 10_000
  /// Days before a flight at which it may be planned at the earliest (F3548-21, OiMaxPlanHorizon).
  static let horizonDays: Int64 = 30

  /// Why a flight cannot be planned as it is wished.
  struct Refusal: Error {
    let why: String
    init(_ why: String) { self.why = why }
  }

  /// Reads a plan as the flight-planning interface of InterUSS writes it.
  ///
  /// - Throws: ``AirRefusal`` 400 for what is no plan at all; ``Refusal`` for a plan that cannot be.
  init(_ plan: String, _ body: AirReader, at now: Instant) throws {
    self.plan = try AirReader.id(plan)
    let basic = try body.neededPart("basic_information")
    state = try FlightWish.state(basic)
    var (volumes, written): ([Volume4D], [JSONValue]) = ([], [])
    for item in try basic.list("area") ?? [] {
      let reader = try AirReader(item, "a volume of the area")
      do throws(AirRefusal) {
        volumes += try PeerIntent.volumes([item])
      } catch { throw Refusal(error.body["message"]?.string ?? "a volume is wrong") }
      written.append(try FlightWish.written(reader))
    }
    guard !volumes.isEmpty else { throw Refusal("the plan has no area") }
    (self.volumes, self.written) = (volumes, written)
    priority = try PeerIntent.priority(
      try body.part("astm_f3548_21") ?? AirReader(JSONValue.object([:])))
    telemetry = try FlightWish.telemetry(body, at: now)
  }

  private static func state(_ basic: AirReader) throws -> String {
    let (usage, aircraft) = (
      try basic.neededText("usage_state"), try basic.text("uas_state") ?? "Nominal"
    )
    switch (usage, aircraft) {
    case ("Planned", "Nominal"): return "Accepted"
    case ("InUse", "Nominal"): return "Activated"
    case ("InUse", "OffNominal"): return "Nonconforming"
    case ("InUse", "Contingent"): return "Contingent"
    default: throw Refusal("a flight cannot be \(usage) and \(aircraft)")
    }
  }

  /// A volume with the members that F3548-21 knows, moments as the DSS keeps them.
  private static func written(_ item: AirReader) throws -> JSONValue {
    let volume = try item.neededPart("volume")
    var shape: [String: JSONValue] = [:]
    for member in ["outline_polygon", "outline_circle", "altitude_lower", "altitude_upper"] {
      if let part = volume.value[member], part != .null { shape[member] = part }
    }
    var members: [String: JSONValue] = ["volume": .object(shape)]
    for member in ["time_start", "time_end"] {
      members[member] = try item.moment(member).map { JSONValue(moment: $0) }
    }
    return .object(members)
  }

  /// The last state of the aircraft that is not of the future, as F3548-21 writes telemetry.
  private static func telemetry(_ body: AirReader, at now: Instant) throws -> JSONValue {
    var last: (at: Instant, value: JSONValue)?
    for item in try body.part("telemetry")?.list("states") ?? [] {
      let state = try AirReader(item, "a state")
      guard let at = try state.moment("timestamp"), at <= now, at > last?.at ?? Instant(seconds: 0)
      else { continue }
      var members: [String: JSONValue] = ["time_measured": JSONValue(moment: at)]
      if let position = try state.part("position") {
        var place: [String: JSONValue] = [
          "latitude": .number(try position.number("lat")),
          "longitude": .number(try position.number("lng")), "extrapolated": false,
        ]
        if position.value["alt"]?.double != nil {
          place["altitude"] = [
            "value": .number(try position.number("alt")), "reference": "W84", "units": "M",
          ]
        }
        members["position"] = .object(place)
      }
      if state.value["speed"]?.double != nil {
        var velocity: [String: JSONValue] = [
          "speed": .number(try state.number("speed")), "units_speed": "MetersPerSecond",
        ]
        if state.value["track"]?.double != nil {
          velocity["track"] = .number(try state.number("track"))
        }
        members["velocity"] = .object(velocity)
      }
      last = (at, .object(members))
    }
    return last?.value ?? .null
  }

  /// Checks all that needs no other flight.
  ///
  /// - Throws: ``Refusal``.
  func check(from old: String?, at now: Instant) throws {
    let (starts, ends) = (volumes.compactMap(\.start), volumes.compactMap(\.end))
    guard let start = starts.min(), let end = ends.max() else {
      throw Refusal("the volumes have no times")
    }
    guard end > now else { throw Refusal("the flight would be over already") }
    let corners = volumes.reduce(0) {
      if case .polygon(let corners) = $1.outline { $0 + corners.count } else { $0 + 1 }
    }
    guard corners <= FlightWish.mostCorners else {
      throw Refusal("the volumes have \(corners) corners together, more than 10,000")
    }
    if state == "Accepted", start > now.adding(seconds: FlightWish.horizonDays * 86_400) {
      throw Refusal("the flight begins more than 30 days from now")
    }
    if state == "Activated" {
      let isActive = volumes.contains { ($0.start ?? now) <= now && now <= ($0.end ?? now) }
      guard isActive else { throw Refusal("no volume of the flight is active now") }
    }
    guard FlightWish.follows(state, old) else {
      throw Refusal("from \(old ?? "no state") no flight becomes \(state)")
    }
  }

  /// Which states follow which (F3548-21, figure of the states of operational intents).
  private static func follows(_ state: String, _ old: String?) -> Bool {
    switch old {
    case nil: ["Accepted", "Activated"].contains(state)
    case "Accepted": true
    case "Activated": state != "Accepted"
    case "Nonconforming": state != "Accepted"
    case "Contingent": state == "Contingent"
    default: false
    }
  }

  /// What others are told of it.
  var details: JSONValue {
    [
      "volumes": .array(isNominal ? written : []),
      "off_nominal_volumes": .array(isNominal ? [] : written), "priority": .integer(priority),
    ]
  }
}
