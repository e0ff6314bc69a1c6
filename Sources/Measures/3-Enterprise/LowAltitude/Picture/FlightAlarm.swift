import Airspace
import Books
import Commons
import Desk
import Storage

/// An alarm about a flight that does not keep to its plan, and what air traffic control did about it.
struct FlightAlarm: Hashable, Sendable {
  let key: Int64
  var version: Int64
  /// The number of the flight.
  let flight: String
  let state: ConformanceState
  /// What was not kept: a ``Deviation/Kind``, or empty for a lost aircraft.
  let deviation: String
  /// By how much, in metres or seconds.
  let amount: Int64
  /// Millionths of a degree; nil without a position.
  let latitudeE6: Int64?
  let longitudeE6: Int64?
  let raisedAt: Instant
  var handledAt: Instant?
  /// What was done; empty before.
  var measure: String
}

/// The table of alarms.
enum AlarmBook {
  static let migration = Migration(
    "low-altitude.0203",
    [
      """
      CREATE TABLE air_alarms (
        alarm_key {key}, version BIGINT NOT NULL, flight TEXT NOT NULL, state TEXT NOT NULL,
        deviation TEXT NOT NULL, amount BIGINT NOT NULL, lat_e6 BIGINT, lon_e6 BIGINT,
        raised_at BIGINT NOT NULL, handled_at BIGINT, measure TEXT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE INDEX air_alarms_open ON air_alarms (raised_at, alarm_key) WHERE handled_at IS NULL",
    ])

  static let table = MarkedTable(
    "air_alarms",
    [
      "alarm_key", "version", "flight", "state", "deviation", "amount", "lat_e6", "lon_e6",
      "raised_at", "handled_at", "measure",
    ])

  private static let list = "SELECT \(table.columns.joined(separator: ", ")) FROM air_alarms"
  private static let byKey = Statement("\(list) WHERE alarm_key = $1")
  private static let unhandled = Statement(
    "\(list) WHERE handled_at IS NULL ORDER BY raised_at, alarm_key LIMIT 200")
  private static let latest = Statement(
    "\(list) WHERE handled_at IS NOT NULL ORDER BY alarm_key DESC LIMIT 50")

  private static func read(_ row: Row) throws -> FlightAlarm {
    guard let state = ConformanceState(rawValue: row.text(3)) else {
      throw StorageError("air_alarms \(row.integer(0)): unknown state")
    }
    return FlightAlarm(
      key: row.integer(0), version: row.integer(1), flight: row.text(2), state: state,
      deviation: row.text(4), amount: row.integer(5), latitudeE6: row.optionalInteger(6),
      longitudeE6: row.optionalInteger(7), raisedAt: row.instant(8),
      handledAt: row.optionalInstant(9), measure: row.text(10))
  }

  private static func values(_ alarm: FlightAlarm) -> [SQLValue] {
    [
      .integer(alarm.key), .integer(alarm.version), .text(alarm.flight),
      .text(alarm.state.rawValue), .text(alarm.deviation), .integer(alarm.amount),
      SQLValue(alarm.latitudeE6), SQLValue(alarm.longitudeE6), SQLValue(alarm.raisedAt),
      SQLValue(alarm.handledAt), .text(alarm.measure),
    ]
  }

  static func find(_ key: Int64) -> Query<FlightAlarm> {
    Query(byKey, [.integer(key)], decode: read)
  }
  /// Alarms that nobody has handled, the oldest first.
  static let open = Query(unhandled, decode: read)
  /// Alarms that were handled, the newest first.
  static let handled = Query(latest, decode: read)

  static func add(_ alarm: FlightAlarm, _ ring: KeyRing) -> Change {
    table.inserting(values(alarm), ring)
  }
  static func replace(_ old: FlightAlarm, with new: FlightAlarm, _ ring: KeyRing) -> Change {
    table.updating(values(new), from: values(old), ring)
  }
}

/// Raises an alarm.
struct RaiseAlarm: Command {
  typealias Loaded = Void
  static let permission = "low-altitude.alarm"

  let alarm: Telemetry.Alarm

  var kind: String { "low-altitude.alarm.raise" }
  var permission: String { RaiseAlarm.permission }
  var aggregate: Int64? { nil }
  var content: JSONValue {
    [
      "flight": .string(alarm.flight.number), "state": .string(alarm.change.to.rawValue),
      "deviation": .string(alarm.change.deviation?.kind.rawValue ?? ""),
      "at": .string(alarm.at.rfc3339(in: .utc)),
    ]
  }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    func micro(_ degrees: Double?) -> Int64? { degrees.map { Int64(($0 * 1e6).rounded()) } }
    let deviation = alarm.change.deviation
    let row = FlightAlarm(
      key: context.aggregate, version: 1, flight: alarm.flight.number, state: alarm.change.to,
      deviation: deviation?.kind.rawValue ?? "", amount: Int64((deviation?.amount ?? 0).rounded()),
      latitudeE6: micro(alarm.last?.place.latitude),
      longitudeE6: micro(alarm.last?.place.longitude),
      raisedAt: context.effectiveAt, handledAt: nil, measure: "")
    return .accepted(
      publicFields: [
        "state": .string(row.state.rawValue), "deviation": .string(row.deviation),
        "mission": .string(alarm.flight.mission.rawValue),
      ], changes: [AlarmBook.add(row, context.ring)])
  }
}

/// Says what was done about an alarm.
struct HandleAlarm: Command {
  static let permission = "low-altitude.control"

  let key: Int64
  /// What was done, in words.
  let measure: String

  var kind: String { "low-altitude.alarm.handle" }
  var permission: String { HandleAlarm.permission }
  var aggregate: Int64? { key }
  var content: JSONValue { ["measure": .string(measure)] }

  func load(_ view: any View, _ context: Context) throws -> FlightAlarm {
    guard let alarm = try view.first(AlarmBook.find(key)) else {
      throw Problem.notFound(Phrase("没有这条告警。", en: "There is no such alarm."))
    }
    return alarm
  }
  func authorise(_ loaded: FlightAlarm, _ context: Context) throws {}
  func version(of loaded: FlightAlarm) -> Int64 { loaded.version }

  func decide(_ loaded: FlightAlarm, _ view: any View, _ context: Context) throws -> Decision {
    guard loaded.handledAt == nil else {
      throw Problem.refused(
        "alarm-handled", Phrase("这条告警已经处置。", en: "This alarm was handled before."))
    }
    guard (1...1000).contains(measure.codePoints) else {
      throw Problem.invalid([
        Problem.Field(
          "measure",
          Phrase("请写明处置措施，最多1000字。", en: "Say what was done, in at most 1,000 characters."))
      ])
    }
    var alarm = loaded
    alarm.version += 1
    alarm.handledAt = context.effectiveAt
    alarm.measure = measure
    let seconds = context.effectiveAt.seconds - loaded.raisedAt.seconds
    return .accepted(
      publicFields: ["state": .string(loaded.state.rawValue), "seconds": .integer(seconds)],
      changes: [AlarmBook.replace(loaded, with: alarm, context.ring)])
  }
}
