import Airspace
import Books
import Commons
import Storage

/// A point of a flight: WGS84 and a moment, as whole numbers, so that every reader computes with the same.
struct FlightPoint: Hashable, Sendable {
  /// Degrees east × 10⁷.
  var longitudeE7: Int64
  /// Degrees north × 10⁷.
  var latitudeE7: Int64
  /// Centimetres above the ellipsoid of WGS84.
  var altitudeCM: Int64
  /// When it is passed.
  var at: Instant

  /// The place.
  var place: LatLng {
    LatLng(latitude: Double(latitudeE7) / 1e7, longitude: Double(longitudeE7) / 1e7)
  }
  /// Metres above the ellipsoid.
  var altitude: Double { Double(altitudeCM) / 100 }

  var json: JSONValue {
    [
      .integer(longitudeE7), .integer(latitudeE7), .integer(altitudeCM),
      .integer(at.microseconds),
    ]
  }

  init(longitudeE7: Int64, latitudeE7: Int64, altitudeCM: Int64, at: Instant) {
    self.longitudeE7 = longitudeE7
    self.latitudeE7 = latitudeE7
    self.altitudeCM = altitudeCM
    self.at = at
  }

  init?(_ json: JSONValue) {
    guard let parts = json.array, parts.count == 4, let longitude = parts[0].integer,
      let latitude = parts[1].integer, let altitude = parts[2].integer,
      let time = parts[3].integer
    else { return nil }
    self.init(
      longitudeE7: longitude, latitudeE7: latitude, altitudeCM: altitude,
      at: Instant(microseconds: time))
  }
}

/// A flight that air traffic control has approved: the only paths that count in the air.
struct ApprovedFlight: Hashable, Sendable {
  /// How far it has come; the texts stand in the store.
  enum State: String, Sendable, CaseIterable {
    /// Approved, not in the air yet.
    case planned
    /// In the air.
    case active
    /// Landed.
    case ended
    /// Given up or taken back: it holds no airspace.
    case dropped

    /// Whether it holds airspace.
    var holds: Bool { self == .planned || self == .active }
  }

  /// The case of its application.
  let id: Int64
  /// The number of that case.
  let number: String
  /// The case under which its operator is registered.
  let operatorKey: Int64
  /// The real-name registration mark of the aircraft.
  let aircraft: String
  /// What it flies for, see ``Mission``.
  let mission: Mission
  /// The path with its times; two points at least, in the order of time. A flight over an area has the
  /// corners of the area, the first again at the end, and ``isArea``.
  var points: [FlightPoint]
  /// Whether it may be anywhere within the outline of ``points`` during the whole window.
  let isArea: Bool
  /// Metres above the ellipsoid between which a flight over an area stays, in centimetres.
  let lowerCM, upperCM: Int64
  /// From when to when it holds airspace.
  var start, end: Instant
  /// How far it has come.
  var state: State

  /// The box around it: west, south, east, north in degrees × 10⁷.
  var box: (west: Int64, south: Int64, east: Int64, north: Int64) {
    let (x, y) = (points.map(\.longitudeE7), points.map(\.latitudeE7))
    return (x.min() ?? 0, y.min() ?? 0, x.max() ?? 0, y.max() ?? 0)
  }

  /// Where it is at a moment; nil outside its window and for a flight over an area.
  func position(at moment: Instant) -> (place: LatLng, altitude: Double)? {
    guard !isArea else { return nil }
    for (a, b) in zip(points, points.dropFirst()) where a.at <= moment && moment <= b.at {
      let span = Double(b.at.microseconds - a.at.microseconds)
      let share = span > 0 ? Double(moment.microseconds - a.at.microseconds) / span : 0
      func between(_ p: Double, _ q: Double) -> Double { p + share * (q - p) }
      return (
        LatLng(
          latitude: between(a.place.latitude, b.place.latitude),
          longitude: between(a.place.longitude, b.place.longitude)),
        between(a.altitude, b.altitude)
      )
    }
    return nil
  }
}

/// The table of approved flights, one row for each application that was ever approved.
enum FlightBook {
  static let migration = Migration(
    "low-altitude.0101",
    [
      """
      CREATE TABLE air_flights (
        flight_key {key}, number TEXT NOT NULL, operator_key BIGINT NOT NULL,
        aircraft TEXT NOT NULL, mission TEXT NOT NULL, points TEXT NOT NULL,
        is_area BIGINT NOT NULL, lower_cm BIGINT NOT NULL, upper_cm BIGINT NOT NULL,
        starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, state TEXT NOT NULL,
        mark {bytes} NOT NULL)
      """,
      "CREATE INDEX air_flights_start ON air_flights (starts_at, flight_key)",
    ])

  /// By whom a flight was flown, for the evaluation of trials.
  static let operatorMigration = Migration(
    "low-altitude.0103",
    ["CREATE INDEX air_flights_operator ON air_flights (operator_key, starts_at, flight_key)"])

  static let table = MarkedTable(
    "air_flights",
    [
      "flight_key", "number", "operator_key", "aircraft", "mission", "points", "is_area",
      "lower_cm", "upper_cm", "starts_at", "ends_at", "state",
    ])

  /// The longest that one flight may hold airspace, in seconds; longer ones are filed again.
  static let longest: Int64 = 86_400

  private static let list = "SELECT \(table.columns.joined(separator: ", ")) FROM air_flights"
  private static let one = Statement("\(list) WHERE flight_key = $1")
  private static let during = Statement(
    """
    \(list) WHERE starts_at > $1 AND starts_at <= $2 AND ends_at >= $3
    ORDER BY starts_at, flight_key
    """)
  private static let page = Statement(
    "\(list) WHERE flight_key > $1 ORDER BY flight_key LIMIT 2000")

  private static let flown = Statement(
    """
    SELECT count(*) FROM air_flights WHERE operator_key = $1 AND mission = $2 AND state = 'ended'
    AND starts_at >= $3 AND starts_at <= $4
    """)

  // MARK: Rows

  static func values(_ flight: ApprovedFlight) -> [SQLValue] {
    [
      .integer(flight.id), .text(flight.number), .integer(flight.operatorKey),
      .text(flight.aircraft), .text(flight.mission.rawValue),
      .text(JSONValue.array(flight.points.map(\.json)).canonical), SQLValue(flight.isArea),
      .integer(flight.lowerCM), .integer(flight.upperCM), .integer(flight.start.microseconds),
      .integer(flight.end.microseconds), .text(flight.state.rawValue),
    ]
  }

  static func read(_ row: Row) throws -> ApprovedFlight {
    let points = try JSONValue(parsing: Array(row.text(5).utf8)).array ?? []
    guard let mission = Mission(rawValue: row.text(4)),
      let state = ApprovedFlight.State(rawValue: row.text(11))
    else {
      throw StorageError("air_flights: row \(row.integer(0)) has an unknown mission or state")
    }
    return ApprovedFlight(
      id: row.integer(0), number: row.text(1), operatorKey: row.integer(2),
      aircraft: row.text(3), mission: mission, points: points.compactMap { FlightPoint($0) },
      isArea: row.flag(6), lowerCM: row.integer(7), upperCM: row.integer(8),
      start: row.instant(9), end: row.instant(10), state: state)
  }

  // MARK: Queries

  /// One flight.
  static func find(_ id: Int64) -> Query<ApprovedFlight> {
    Query(one, [.integer(id)], guards: [GuardKey("air-flight", id)]) { try read($0) }
  }

  /// All flights, whatever their state, whose window shares a moment with another. Decisions may rest on
  /// it: whoever approves or drops a flight raises the guard of each hour that it touches.
  static func during(_ from: Instant, _ to: Instant) -> Query<ApprovedFlight> {
    Query(
      during,
      [
        .integer(from.microseconds - (longest + 1) * 1_000_000), .integer(to.microseconds),
        .integer(from.microseconds),
      ], guards: hours(from, to)
    ) { try read($0) }
  }

  /// The flights that hold airspace at a moment, for whoever looks for what was above a place: filter by
  /// ``ApprovedFlight/position(at:)`` or by ``ApprovedFlight/box``.
  static func flying(at moment: Instant, _ view: any View) throws -> [ApprovedFlight] {
    try view.all(during(moment, moment)).filter { $0.state != .dropped }
  }

  /// How many flights of an operator for a mission began in a span and are over.
  static func flown(
    _ operatorKey: Int64, _ mission: Mission, from: Instant, to: Instant
  ) -> Query<Int64> {
    Query(
      flown,
      [
        .integer(operatorKey), .text(mission.rawValue), .integer(from.microseconds),
        .integer(to.microseconds),
      ]
    ) { $0.integer(0) }
  }

  /// Every flight, some thousand in memory at a time.
  static func forEach(_ view: any View, _ body: (ApprovedFlight) throws -> Void) throws {
    var after = Int64.min
    while true {
      let flights = try view.all(Query(page, [.integer(after)]) { try read($0) })
      guard let last = flights.last else { return }
      for flight in flights { try body(flight) }
      after = last.id
    }
  }

  // MARK: Changes

  private static let hour: Int64 = 3_600_000_000

  /// The guards of the hours that a span touches.
  static func hours(_ from: Instant, _ to: Instant) -> [GuardKey] {
    let (first, last) = (from.microseconds / hour, max(from, to).microseconds / hour)
    return (first...last).map { GuardKey("air-hour", $0) }
  }

  private static func raises(_ flight: ApprovedFlight) -> [GuardKey] {
    hours(flight.start, flight.end) + [GuardKey("air-flight", flight.id)]
  }

  /// Writes a flight, as it is approved for the first time.
  static func add(_ flight: ApprovedFlight, _ ring: KeyRing) -> Change {
    let change = table.inserting(values(flight), ring)
    return Change(change.statement, change.parameters, raises: raises(flight))
  }

  /// Writes a flight over what it was.
  static func move(
    _ flight: ApprovedFlight, from old: ApprovedFlight, _ ring: KeyRing
  ) -> Change {
    let change = table.updating(values(flight), from: values(old), ring)
    return Change(
      change.statement, change.parameters, raises: raises(flight) + raises(old),
      touchesOneRow: true)
  }
}
