import ArrivalFlow
import Commons

/// A flight on the board of an airport. Times are seconds since 1970.
struct BoardFlight: Hashable, Sendable {
  /// How far a flight has come on its way through the procedure.
  enum Phase: Int64, Sendable {
    /// Before the entry of an arc.
    case outside
    /// Past the entry, on the straight leg or on the arc.
    case arc
    /// Turned to the merge point, or on the final approach.
    case direct
  }

  let callsign: String
  var type = ""
  var isDeparture = false
  /// The landing (for departures the take-off) time of its flight plan.
  var estimate: Int64?
  /// WGS-84, degrees.
  var latitude: Double?
  var longitude: Double?
  /// When it was there.
  var placed: Int64?
  /// Metres a second.
  var speed: Double?
  var course_deg: Double?
  var level_m: Double?
  /// When it was last heard of.
  var heard: Int64
  /// Reports in a row that were too far away to be believed.
  var doubts: Int64 = 0

  // MARK: Its way

  /// The runway whose arcs it flies, and which arc; from the flight plan, else the nearest entry.
  var way: String?
  var arc: String?
  /// Whether way and arc were named by a flight plan.
  var isArcGiven = false
  var phase = Phase.outside
  /// The altitude of its level on the arc.
  var arcLevel_m: Int64?
  /// When it crosses the entry of the arc (for who is past it: when it would have, flying as expected).
  var entry: Int64?
  /// Seconds it must lose before the entry because its level is taken.
  var wait_s: Int64 = 0
  /// Seconds that its arc is too short for the delay.
  var missing_s: Int64 = 0
  /// How far it flies along the arc, in metres.
  var along_m: Int64?
  /// When to turn from the arc to the merge point.
  var turn: Int64?

  // MARK: Its place in the sequence

  /// When it would land if nothing was in its way.
  var target: Int64?
  /// The first such time.
  var firstTarget: Int64?
  var planned: Int64?
  /// The runway of the plan.
  var runway: String?
  /// Places moved from first come, first served.
  var shift: Int64 = 0
  /// Whether time and runway are kept.
  var isFrozen = false
  /// How often an announced time was changed.
  var moves: Int64 = 0
  /// By how many seconds the last sequencing changed it.
  var moved_s: Int64 = 0

  init(_ callsign: String, heard: Int64) {
    self.callsign = callsign
    self.heard = heard
  }

  /// The first letters are those of the airline.
  var airline: String { String(callsign.prefix { $0.isLetter }.prefix(3)) }
  var place: GeoPoint? {
    guard let latitude, let longitude else { return nil }
    return GeoPoint(latitude: latitude, longitude: longitude)
  }

  /// What a plan said of a way is no more.
  mutating func forgetPlan() {
    (planned, runway, isFrozen, along_m, turn) = (nil, nil, false, nil, nil)
    (shift, moved_s, missing_s) = (0, 0, 0)
  }

  // MARK: As data

  private typealias Whole = (name: String, path: WritableKeyPath<BoardFlight, Int64?>)
  private typealias Count = (name: String, path: WritableKeyPath<BoardFlight, Int64>)
  private typealias Text = (name: String, path: WritableKeyPath<BoardFlight, String?>)
  /// Canonical JSON here has whole numbers: name, member, units in one.
  private typealias Scaled = (
    name: String, path: WritableKeyPath<BoardFlight, Double?>, scale: Double
  )
  private static var wholes: [Whole] {
    [
      ("estimate", \.estimate), ("placed", \.placed), ("arc_level_m", \.arcLevel_m),
      ("entry", \.entry), ("arc_m", \.along_m), ("turn", \.turn), ("target", \.target),
      ("first_target", \.firstTarget), ("planned", \.planned),
    ]
  }
  private static var counts: [Count] {
    [
      ("heard", \.heard), ("doubts", \.doubts), ("wait_s", \.wait_s), ("missing_s", \.missing_s),
      ("shift", \.shift), ("moves", \.moves), ("moved_s", \.moved_s),
    ]
  }
  private static var texts: [Text] { [("way", \.way), ("arc", \.arc), ("runway", \.runway)] }
  private static var scaled: [Scaled] {
    [
      ("lat_e7", \.latitude, 1e7), ("lon_e7", \.longitude, 1e7), ("speed_cm_s", \.speed, 100),
      ("course_deg", \.course_deg, 1), ("level_m", \.level_m, 1),
    ]
  }

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "callsign": .string(callsign), "type": .string(type), "frozen": .bool(isFrozen),
      "departure": .bool(isDeparture), "arc_given": .bool(isArcGiven),
      "phase": .integer(phase.rawValue),
    ]
    for one in Self.wholes { members[one.name] = self[keyPath: one.path].map { .integer($0) } }
    for one in Self.counts { members[one.name] = .integer(self[keyPath: one.path]) }
    for one in Self.texts { members[one.name] = self[keyPath: one.path].map { .string($0) } }
    for one in Self.scaled {
      members[one.name] = self[keyPath: one.path].map {
        .integer(Int64(($0 * one.scale).rounded()))
      }
    }
    return .object(members)
  }

  init?(_ json: JSONValue) {
    guard let callsign = json["callsign"]?.string, let heard = json["heard"]?.integer else {
      return nil
    }
    self.init(callsign, heard: heard)
    type = json["type"]?.string ?? ""
    isFrozen = json["frozen"]?.bool ?? false
    isDeparture = json["departure"]?.bool ?? false
    isArcGiven = json["arc_given"]?.bool ?? false
    phase = json["phase"]?.integer.flatMap { Phase(rawValue: $0) } ?? .outside
    for one in Self.wholes { self[keyPath: one.path] = json[one.name]?.integer }
    for one in Self.counts { self[keyPath: one.path] = json[one.name]?.integer ?? 0 }
    for one in Self.texts { self[keyPath: one.path] = json[one.name]?.string }
    for one in Self.scaled {
      self[keyPath: one.path] = json[one.name]?.integer.map { Double($0) / one.scale }
    }
  }
}
