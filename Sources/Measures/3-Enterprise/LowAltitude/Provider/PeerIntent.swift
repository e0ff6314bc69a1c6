import Airspace
import Commons

/// An operational intent of another provider with its details, as that provider answered. It counts only
/// if all of it is what F3548-21 allows: whoever plans around a volume must know where it is.
struct PeerIntent: Sendable {
  let id: String
  let ovn: String
  let state: String
  let priority: Int64
  let volumes: [Volume4D]

  private static let states: Set<String> = ["Accepted", "Activated", "Nonconforming", "Contingent"]

  /// Reads one.
  ///
  /// - Throws: ``AirRefusal`` 400 that names what is not as the standard has it.
  init(_ value: JSONValue) throws(AirRefusal) {
    let intent = try AirReader(value, "the operational intent")
    let reference = try intent.neededPart("reference")
    id = try AirReader.id(try reference.neededText("id"))
    state = try reference.neededText("state")
    guard PeerIntent.states.contains(state) else { throw .malformed("“\(state)” is no state") }
    ovn = try reference.neededText("ovn")
    guard (16...128).contains(ovn.utf8.count) else {
      throw .malformed("an OVN has 16 to 128 characters")
    }
    for member in ["manager", "uss_availability", "uss_base_url", "subscription_id"] {
      _ = try reference.neededText(member)
    }
    guard reference.value["version"]?.integer != nil else {
      throw .malformed("version must be an integer")
    }
    for member in ["time_start", "time_end"] where try reference.moment(member) == nil {
      throw .malformed("\(member) is missing")
    }
    let details = try intent.neededPart("details")
    priority = try PeerIntent.priority(details)
    var volumes: [Volume4D] = []
    for member in ["volumes", "off_nominal_volumes"] {
      volumes += try PeerIntent.volumes(try details.list(member) ?? [])
    }
    guard !volumes.isEmpty else { throw .malformed("it has no volumes") }
    self.volumes = volumes
  }

  static func volumes(_ list: [JSONValue]) throws(AirRefusal) -> [Volume4D] {
    var volumes: [Volume4D] = []
    for item in list {
      let volume = try AirReader(item, "a volume").volume()
      do throws(Problem) { try volume.check() } catch { throw .malformed(error.detail.en) }
      guard volume.start != nil, volume.end != nil, volume.lower != nil, volume.upper != nil
      else { throw .malformed("a volume of a flight has limits of time and of altitude") }
      volumes.append(volume)
    }
    return volumes
  }

  /// 0 if it is not said (F3548-21, Priority).
  static func priority(_ details: AirReader) throws(AirRefusal) -> Int64 {
    guard let given = details.value["priority"], given != .null else { return 0 }
    guard let priority = given.integer else { throw .malformed("priority must be an integer") }
    return priority
  }
}
