import ArrivalFlow
import Commons

/// A flight on the board of an airport. Times are seconds since 1970.
struct BoardFlight: Hashable, Sendable {
  let callsign: String
  var type = ""
  /// The landing time of its flight plan.
  var estimate: Int64?
  /// WGS-84, degrees.
  var latitude: Double?
  var longitude: Double?
  /// Metres a second.
  var speed: Double?
  var level_m: Double?
  /// When it was last heard of.
  var heard: Int64
  /// When it would land if nothing was in its way.
  var target: Int64?
  /// The first such time.
  var firstTarget: Int64?
  var planned: Int64?
  var runway: Int64 = 0
  /// Places moved from first come, first served.
  var shift: Int64 = 0
  /// Whether time and runway are kept.
  var isFrozen = false

  init(_ callsign: String, heard: Int64) {
    self.callsign = callsign
    self.heard = heard
  }

  /// The first letters are those of the airline.
  var airline: String { String(callsign.prefix { $0.isLetter }.prefix(3)) }

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "callsign": .string(callsign), "type": .string(type), "heard": .integer(heard),
      "runway": .integer(runway), "shift": .integer(shift), "frozen": .bool(isFrozen),
    ]
    func add(_ name: String, _ value: Int64?) { members[name] = value.map { .integer($0) } }
    add("estimate", estimate)
    add("target", target)
    add("first_target", firstTarget)
    add("planned", planned)
    // Canonical JSON here has whole numbers: places in 10⁻⁷ degrees, speed in centimetres a second.
    add("lat_e7", latitude.map { Int64(($0 * 1e7).rounded()) })
    add("lon_e7", longitude.map { Int64(($0 * 1e7).rounded()) })
    add("speed_cm_s", speed.map { Int64(($0 * 100).rounded()) })
    add("level_m", level_m.map { Int64($0.rounded()) })
    return .object(members)
  }

  init?(_ json: JSONValue) {
    guard let callsign = json["callsign"]?.string, let heard = json["heard"]?.integer else {
      return nil
    }
    self.init(callsign, heard: heard)
    type = json["type"]?.string ?? ""
    estimate = json["estimate"]?.integer
    target = json["target"]?.integer
    firstTarget = json["first_target"]?.integer
    planned = json["planned"]?.integer
    runway = json["runway"]?.integer ?? 0
    shift = json["shift"]?.integer ?? 0
    isFrozen = json["frozen"]?.bool ?? false
    latitude = json["lat_e7"]?.integer.map { Double($0) / 1e7 }
    longitude = json["lon_e7"]?.integer.map { Double($0) / 1e7 }
    speed = json["speed_cm_s"]?.integer.map { Double($0) / 100 }
    level_m = json["level_m"]?.integer.map { Double($0) }
  }
}

/// What is expected of a flight on its way through a point-merge procedure.
struct ArrivalEstimate {
  let airport: Airport
  let group: FleetGroup?

  /// From the merge point to the threshold, in seconds: slowing evenly from the speed on the arcs to the
  /// approach speed, then the common final approach.
  var fromMerge_s: Double {
    let landing = group?.profile.landingSpeed ?? 70
    let final_m = min(airport.merge.merge_m, airport.scenario.study.after.final_m)
    return (airport.merge.merge_m - final_m) / ((airport.arcSpeed + landing) / 2) + final_m
      / landing
  }

  /// From an arc straight to the threshold, in seconds.
  func direct_s(_ arc: SequencingArc) -> Double { arc.radius_m / airport.arcSpeed + fromMerge_s }

  /// Seconds to the threshold from a place, straight to the merge point; the ground speed holds until the
  /// outermost arc.
  func toGo_s(_ place: GeoPoint, speed: Double?) -> Double {
    let distance = airport.merge.frame.plane(place).distance(to: airport.merge.mergePoint)
    let arc = airport.merge.arcs.map(\.radius_m).max() ?? 0
    let outside = max(0, distance - arc)
    let inside = min(distance, arc)
    return outside / max(60, speed ?? airport.arcSpeed) + inside / airport.arcSpeed + fromMerge_s
  }

  /// How long an arc can hold a flight, in seconds.
  var absorbed_s: Double { (airport.merge.arcs.map(\.length_m).min() ?? 0) / airport.arcSpeed }
}
