import Airspace
import Books
import Commons
import Storage

/// A flight's place on a route: the slot in which it comes into the corridor.
struct Booking: Hashable, Sendable {
  /// The case of the flight.
  let flight: Int64
  /// The code of the route.
  let route: String
  /// The beginning of the slot.
  let slotAt: Instant
  /// When the flight comes into the corridor.
  let enteredAt: Instant
  /// Whether it is held; given up with the flight.
  var isHeld: Bool
}

/// The table of bookings: a flight uses one route at most.
enum BookingBook {
  static let migration = Migration(
    "low-altitude.0104",
    [
      """
      CREATE TABLE air_bookings (
        flight_key {key}, route TEXT NOT NULL, slot_at BIGINT NOT NULL,
        entered_at BIGINT NOT NULL, is_held BIGINT NOT NULL, mark {bytes} NOT NULL)
      """,
      // One flight in a slot, whatever else goes wrong.
      "CREATE UNIQUE INDEX air_bookings_slot ON air_bookings (route, slot_at) WHERE is_held = 1",
    ])

  static let table = MarkedTable(
    "air_bookings", ["flight_key", "route", "slot_at", "entered_at", "is_held"])

  private static let list = "SELECT \(table.columns.joined(separator: ", ")) FROM air_bookings"
  private static let one = Statement("\(list) WHERE flight_key = $1")
  private static let span = Statement(
    "\(list) WHERE route = $1 AND slot_at >= $2 AND slot_at <= $3 AND is_held = 1 ORDER BY slot_at")
  private static let every = Statement("\(list) ORDER BY flight_key")

  private static func read(_ row: Row) throws -> Booking {
    Booking(
      flight: row.integer(0), route: row.text(1), slotAt: row.instant(2),
      enteredAt: row.instant(3), isHeld: row.flag(4))
  }

  private static func values(_ booking: Booking) -> [SQLValue] {
    [
      .integer(booking.flight), .text(booking.route), SQLValue(booking.slotAt),
      SQLValue(booking.enteredAt), SQLValue(booking.isHeld),
    ]
  }

  private static func guards(_ route: String) -> [GuardKey] { [GuardKey("air-route", route)] }

  /// The booking of a flight, held or not.
  static func find(_ flight: Int64) -> Query<Booking> {
    Query(one, [.integer(flight)], guards: [GuardKey("air-flight", flight)], decode: read)
  }

  /// The bookings of a route that are held and whose slot begins in a span; decisions may rest on it.
  static func held(_ route: String, from: Instant, to: Instant) -> Query<Booking> {
    Query(
      span, [.text(route), .integer(from.microseconds), .integer(to.microseconds)],
      guards: guards(route), decode: read)
  }

  static func add(_ booking: Booking, _ ring: KeyRing) -> Change {
    let change = table.inserting(values(booking), ring)
    return Change(change.statement, change.parameters, raises: guards(booking.route))
  }

  static func move(_ booking: Booking, from old: Booking, _ ring: KeyRing) -> Change {
    let change = table.updating(values(booking), from: values(old), ring)
    return Change(
      change.statement, change.parameters, raises: guards(booking.route) + guards(old.route),
      touchesOneRow: true)
  }

  /// That whoever holds a slot holds airspace, and comes into the corridor within the slot.
  @Sendable static func broken(_ view: any View) throws -> [(row: Int64, what: Phrase)] {
    var found: [(row: Int64, what: Phrase)] = []
    for booking in try view.all(Query(every, decode: read)) {
      let flight = try view.first(FlightBook.find(booking.flight))
      if booking.isHeld != (flight.map { $0.state != .dropped } ?? false) {
        found.append((booking.flight, Phrase("时隙与飞行状态不符。", en: "its slot does not fit its flight")))
      }
      let late = booking.enteredAt.microseconds - booking.slotAt.microseconds
      if !(0..<3_600_000_000).contains(late) {
        found.append((booking.flight, Phrase("进入时刻不在时隙内。", en: "it enters outside its slot")))
      }
    }
    return found
  }
}

/// The slots of a route around a flight that asks for one. Of so many slots an hour each is as long as the hour
/// divided by their number, and takes one flight: the one that comes into the corridor in it.
struct RouteSlots: Sendable {
  let code: String
  /// Microseconds of a slot.
  let length: Int64
  private let parts: [PlaneVolume]
  private let plane: CityPlane
  private let bookings: [Booking]

  /// The slots of a route in service that a plan may come into, now or put off.
  ///
  /// - Throws: ``Problem`` 422 on the field `route` if there is no such route in service.
  init(_ text: String, around plan: FlightPlan, _ rules: FlightRules, _ view: any View) throws {
    let code = text.filter { !$0.isWhitespace }.uppercased()
    guard let route = try view.first(NetworkBook.find(code: code)), route.state == .inService,
      let length = route.slotLength
    else {
      throw Problem.invalid([
        Problem.Field(
          "route", Phrase("没有运行中的航路“\(code)”。", en: "No route “\(code)” is in service."))
      ])
    }
    (self.code, self.length, plane) = (code, length, rules.plane)
    parts = route.parts(in: rules.plane)
    bookings = try view.all(
      BookingBook.held(
        code, from: plan.start.adding(seconds: -3600),
        to: plan.end.adding(seconds: Deconfliction.slack)))
  }

  private init(_ slots: RouteSlots, _ bookings: [Booking]) {
    (code, length, parts, plane) = (slots.code, slots.length, slots.parts, slots.plane)
    self.bookings = bookings
  }

  /// The same for a flight, which is in nobody's way and least of all in its own.
  func without(flight: Int64) -> RouteSlots {
    RouteSlots(self, bookings.filter { $0.flight != flight })
  }

  // MARK: Asking

  /// When a path comes into the corridor, in seconds since 1970; nil if it never does.
  func entry(of path: Trajectory) -> Double? { parts.compactMap { $0.firstEntry(of: path) }.min() }

  /// The same of a plan; nil also for a flight over an area, which uses no route.
  func entry(of plan: FlightPlan) throws(Problem) -> Double? {
    try plan.trajectory(in: plane).flatMap { entry(of: $0) }
  }

  private func slot(_ entry: Double) -> Int64 {
    Int64((entry * 1e6).rounded(.down)) / length * length
  }

  /// Whether the slot of a moment is free.
  func isFree(at entry: Double) -> Bool {
    let slot = slot(entry)
    return !bookings.contains { $0.slotAt.microseconds == slot }
  }

  /// Seconds by which a path must be put off at least to come into a free slot; nil if it never comes into the
  /// corridor.
  func leastDelay(of path: Trajectory) -> Double? {
    guard let entry = entry(of: path) else { return nil }
    let taken = Set(bookings.map(\.slotAt.microseconds))
    var slot = slot(entry)
    guard taken.contains(slot) else { return 0 }
    while taken.contains(slot) { slot += length }
    // Whole seconds, and no doubt about the edge.
    return (Double(slot) / 1e6 - entry).rounded(.up) + 1
  }

  /// The booking of a plan that comes into a free slot.
  ///
  /// - Throws: ``Problem`` 422 if it does not come into the corridor.
  func booking(of plan: FlightPlan, for flight: Int64) throws -> Booking {
    guard let entry = try entry(of: plan) else {
      throw Problem.refused(
        "off-route", Phrase("飞行计划没有进入航路\(code)。", en: "The plan does not come into \(code)."))
    }
    return Booking(
      flight: flight, route: code, slotAt: Instant(microseconds: slot(entry)),
      enteredAt: Instant(microseconds: Int64((entry * 1e6).rounded(.down))), isHeld: true)
  }
}

extension NetworkAsset {
  /// Microseconds of a slot; nil for what has none.
  var slotLength: Int64? {
    guard kind == .route, let slots = number("slots_per_hour"), slots > 0 else { return nil }
    return 3_600_000_000 / slots
  }

  /// The corridor leg by leg, each as wide as the route. Where two legs meet a wedge on the outside of the bend is
  /// left out: whoever comes in there is counted a moment later, on the leg.
  fileprivate func parts(in plane: CityPlane) -> [PlaneVolume] {
    guard let corridor else { return [] }
    let spots = corridor.points.map { plane.project($0) }
    return zip(spots, spots.dropFirst()).compactMap { a, b in
      let (x, y) = (b.east - a.east, b.north - a.north)
      let length = (x * x + y * y).squareRoot()
      guard length > 0 else { return nil }
      let (across, up) = (-y / length * corridor.halfWidth, x / length * corridor.halfWidth)
      let corners = [
        plane.place(east: a.east + across, north: a.north + up),
        plane.place(east: b.east + across, north: b.north + up),
        plane.place(east: b.east - across, north: b.north - up),
        plane.place(east: a.east - across, north: a.north - up),
      ]
      return PlaneVolume(
        Volume4D(.polygon(corners), lower: corridor.lower, upper: corridor.upper), in: plane)
    }
  }
}
