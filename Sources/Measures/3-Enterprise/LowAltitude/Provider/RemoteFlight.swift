import Airspace
import Commons

/// One state of an aircraft, as it reports it.
struct RemoteState: Sendable {
  let at: Instant
  let place: LatLng
  /// All of it, as the injection interface of InterUSS writes it.
  let value: JSONValue
}

/// A flight whose aircraft is identified remotely (F3411): what is shown of it, and where it was.
struct RemoteFlight: Sendable {
  let id: String
  let aircraft: String
  /// In order of time.
  let states: [RemoteState]
  /// What is said of it, each from a moment on; in order of time.
  let details: [(from: Instant, value: JSONValue)]
  /// What its operator is to be told: reports that lack something, and times in which too few came.
  let notices: [(at: Instant, message: String)]

  /// Whether it is one of a test.
  let isSimulated: Bool

  /// Seconds for which a position is shown (F3411, NetMaxNearRealTimeDataPeriod).
  static let recentSeconds: Int64 = 60

  private static let neededOfState = [
    "timestamp", "timestamp_accuracy", "position", "track", "speed", "speed_accuracy",
    "vertical_speed",
  ]
  private static let neededOfPosition = ["lat", "lng", "alt"]

  /// Reads a flight of the injection interface. States that lack something are left out and told of.
  init(_ value: JSONValue, at now: Instant, isSimulated: Bool = true) throws {
    self.isSimulated = isSimulated
    let flight = try AirReader(value, "a flight")
    id = try flight.neededText("injection_id")
    aircraft = try flight.text("aircraft_type") ?? "NotDeclared"
    var details: [(from: Instant, value: JSONValue)] = []
    for item in try flight.list("details_responses") ?? [] {
      let response = try AirReader(item, "a details response")
      let from = try AirReader.moment(try response.neededText("effective_after"), "effective_after")
      details.append((from, try response.neededPart("details").value))
    }
    guard !details.isEmpty else { throw AirRefusal.malformed("a flight has no details") }
    self.details = details.sorted { $0.from < $1.from }
    var (states, notices): ([RemoteState], [(at: Instant, message: String)]) = ([], [])
    var last = now
    for (place, item) in (try flight.list("telemetry") ?? []).enumerated() {
      let moment = item["timestamp"]?.string.flatMap { Instant(rfc3339: $0) }
      last = moment ?? last
      let missing = RemoteFlight.missing(item)
      if let moment, missing.isEmpty, let lat = item["position"]?["lat"]?.double,
        let lng = item["position"]?["lng"]?.double
      {
        let spot = LatLng(latitude: lat, longitude: lng)
        guard spot.isValid else { throw AirRefusal.malformed("a position is off the globe") }
        states.append(RemoteState(at: moment, place: spot, value: item))
      } else {
        let what = missing.isEmpty ? "timestamp" : missing.joined(separator: ", ")
        notices.append((last, "flight \(id), report \(place): missing \(what)"))
      }
    }
    self.states = states.sorted { $0.at < $1.at }
    self.notices = notices + RemoteFlight.slow(id, self.states)
  }

  private static func missing(_ state: JSONValue) -> [String] {
    func lacks(_ value: JSONValue?) -> Bool { value == nil || value == .null }
    let own = neededOfState.filter { lacks(state[$0]) }
    guard let position = state["position"], position != .null else { return own }
    return own + neededOfPosition.filter { lacks(position[$0]) }.map { "position." + $0 }
  }

  /// When too few reports came: in ten seconds fewer than two with one report a second, each second counted
  /// with the two before it (F3411, NET0040: 20 % of the time at 1 Hz).
  private static func slow(
    _ id: String, _ states: [RemoteState]
  ) -> [(at: Instant, message: String)] {
    guard let first = states.first?.at, let last = states.last?.at else { return [] }
    let length = Int((last.microseconds - first.microseconds) / 1_000_000)
    guard length < 86_400 else { return [] }
    var counts = [Int](repeating: 0, count: length + 1)
    for state in states {
      counts[Int((state.at.microseconds - first.microseconds) / 1_000_000)] += 1
    }
    let isGood = counts.indices.dropFirst(2).map { counts[($0 - 2)...$0].reduce(0, +) >= 3 }
    var notices: [(at: Instant, message: String)] = []
    var wasSlow = false
    for start in 0..<max(0, isGood.count - window) {
      let isSlow = isGood[start..<(start + window)].count { $0 } < window / 5
      if isSlow, !wasSlow {
        let at = first.adding(seconds: Int64(start + window + 2))
        notices.append((at, "flight \(id): insufficient update rate"))
      }
      wasSlow = isSlow
    }
    return notices
  }
  private static let window = 10

  /// What is said of it at a moment; nil before its first word.
  func details(at now: Instant) -> JSONValue? { details.last { $0.from <= now }?.value }

  /// The id that others see at a moment.
  func shownID(at now: Instant) -> String? { details(at: now)?["id"]?.string }

  /// The states of the last minute in a view, and each first one outside of it, in order of time.
  func states(in view: RemoteView, at now: Instant) -> [RemoteState] {
    var found: [RemoteState] = []
    var previous: RemoteState?
    var wasInside = false
    let from = now.adding(seconds: -RemoteFlight.recentSeconds)
    for state in states where from <= state.at && state.at <= now {
      let isInside = view.contains(state.place)
      if isInside, !wasInside, let previous { found.append(previous) }
      if isInside || wasInside { found.append(state) }
      (previous, wasInside) = (state, isInside)
    }
    return found
  }
}

/// A box of latitudes and longitudes that is looked at.
struct RemoteView: Sendable {
  let south: Double
  let north: Double
  let west: Double
  let east: Double

  /// Reads `lat,lng,lat,lng`: two corners.
  init(_ text: String?) throws(AirRefusal) {
    guard let text, !text.isEmpty else { throw .malformed("view is missing") }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
      .compactMap { Double($0.filter { $0 != " " }) }
    guard numbers.count == 4, text.count(where: { $0 == "," }) == 3 else {
      throw .malformed("view must be lat,lng,lat,lng in degrees")
    }
    let corners = [
      LatLng(latitude: numbers[0], longitude: numbers[1]),
      LatLng(latitude: numbers[2], longitude: numbers[3]),
    ]
    guard corners.allSatisfy(\.isValid) else { throw .malformed("view is off the globe") }
    (south, north) = (min(numbers[0], numbers[2]), max(numbers[0], numbers[2]))
    (west, east) = (min(numbers[1], numbers[3]), max(numbers[1], numbers[3]))
  }

  var corners: [LatLng] {
    [(south, west), (south, east), (north, east), (north, west)].map {
      LatLng(latitude: $0.0, longitude: $0.1)
    }
  }

  var diagonalKilometres: Double { corners[0].distance(to: corners[2]) / 1000 }

  func contains(_ place: LatLng) -> Bool {
    (south...north).contains(place.latitude) && (west...east).contains(place.longitude)
  }

  var text: String { "\(south),\(west),\(north),\(east)" }
}

extension RemoteID {
  /// Kilometres of the diagonal up to which flights are shown at all (F3411, NetMaxDisplayAreaDiagonal).
  var widestKilometres: Double { self == .v19 ? 3.6 : 7 }
  /// Kilometres up to which they are shown one by one (NetDetailsMaxDisplayAreaDiagonal).
  var detailedKilometres: Double { self == .v19 ? 1 : 2 }
  /// The scope of a display provider.
  var readScope: String {
    self == .v19 ? "dss.read.identification_service_areas" : "rid.display_provider"
  }
  /// How notices of areas are told.
  var about: PeerNotice.About { self == .v19 ? .area19 : .area22 }
  /// The scope of a service provider.
  var writeScope: String {
    self == .v19 ? "dss.write.identification_service_areas" : "rid.service_provider"
  }

  private static let stateMembers = [
    "timestamp_accuracy", "operational_status", "track", "speed", "speed_accuracy",
    "vertical_speed", "group_radius", "group_ceiling", "group_floor", "group_count",
  ]

  private func position(_ state: RemoteState) -> JSONValue {
    guard var position = state.value["position"]?.object else { return .null }
    // The height stands with the state in one edition and with the position in the other.
    if self == .v22a, position["height"] == nil { position["height"] = state.value["height"] }
    if self == .v19 { position["height"] = nil }
    return .object(position.filter { $0.value != .null })
  }

  private func state(_ state: RemoteState) -> JSONValue {
    var members: [String: JSONValue] = [
      "timestamp": moment(state.at), "position": position(state),
    ]
    for member in RemoteID.stateMembers {
      if let value = state.value[member], value != .null { members[member] = value }
    }
    if self == .v19, let height = state.value["height"] ?? state.value["position"]?["height"],
      height != .null
    {
      members["height"] = height
    }
    return .object(members)
  }

  /// A flight as this edition shows it in a view; nil if it was not there in the last minute.
  func flight(
    _ flight: RemoteFlight, in view: RemoteView, recentSeconds: Double, at now: Instant
  ) -> JSONValue? {
    guard let id = flight.shownID(at: now) else { return nil }
    let states = flight.states(in: view, at: now)
    guard let last = states.last else { return nil }
    var aircraft = flight.aircraft
    if self == .v19, aircraft == "HybridLift" { aircraft = "VTOL" }
    if self == .v22a, aircraft == "VTOL" { aircraft = "HybridLift" }
    var members: [String: JSONValue] = [
      "id": .string(id), "aircraft_type": .string(aircraft), "current_state": state(last),
      "simulated": .bool(flight.isSimulated),
    ]
    if recentSeconds > 0 {
      let from = now.adding(microseconds: -Int64(recentSeconds * 1e6))
      members["recent_positions"] = .array(
        states.filter { $0.at >= from }.map {
          ["time": moment($0.at), "position": position($0)]
        })
    }
    return .object(members)
  }

  /// Who flies, as this edition says it.
  func details(_ details: JSONValue) -> JSONValue {
    var members: [String: JSONValue] = [:]
    for member in ["id", "operator_id", "operation_description", "auth_data"] {
      if let value = details[member], value != .null { members[member] = value }
    }
    let uas = details["uas_id"]
    let serial = details["serial_number"]?.string ?? uas?["serial_number"]?.string
    let registration = details["registration_number"]?.string ?? uas?["registration_id"]?.string
    let place = details["operator_location"].flatMap { $0 == .null ? nil : $0 }
    if self == .v19 {
      members["serial_number"] = serial.map(JSONValue.string)
      members["registration_number"] = registration.map(JSONValue.string)
      members["operator_location"] = place
      return .object(members)
    }
    var names = uas?.object ?? ["utm_id": details["id"] ?? .null]
    if let serial { names["serial_number"] = .string(serial) }
    if let registration { names["registration_id"] = .string(registration) }
    members["uas_id"] = .object(names.filter { $0.value != .null })
    if let value = details["eu_classification"], value != .null {
      members["eu_classification"] = value
    }
    if let place {
      var location: [String: JSONValue] = ["position": place]
      if let altitude = details["operator_altitude"], let metres = altitude["altitude"]?.double {
        location["altitude"] = ["value": .number(metres), "reference": "W84", "units": "M"]
        if let kind = altitude["altitude_type"], kind != .null { location["altitude_type"] = kind }
      }
      members["operator_location"] = .object(location)
    }
    return .object(members)
  }
}
