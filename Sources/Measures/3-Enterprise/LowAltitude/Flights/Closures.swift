import Airspace
import Books
import Commons
import Storage

/// A temporary closure as it stands in the store.
struct ClosureRow: Hashable, Sendable {
  /// Its case.
  let id: Int64
  let number: String
  let reason: String
  /// Corners, degrees × 10⁷, as `[[east, north], …]`.
  let outline: [[Int64]]
  let lowerCM, upperCM: Int64
  let start: Instant
  var end: Instant
  /// Whether it was lifted before it ended; it closes nothing then.
  var isLifted: Bool

  /// What it closes.
  var zone: AirZone {
    AirZone(
      id: number, name: .same(number), kind: .temporary,
      volume: Volume4D(
        .polygon(
          outline.map { LatLng(latitude: Double($0[1]) / 1e7, longitude: Double($0[0]) / 1e7) }),
        lower: Double(lowerCM) / 100, upper: Double(upperCM) / 100, start: start, end: end),
      basis: FlightBasis.regulation(20))
  }
}

/// The table of temporary closures.
enum ClosureBook {
  static let migration = Migration(
    "low-altitude.0102",
    [
      """
      CREATE TABLE air_closures (
        closure_key {key}, number TEXT NOT NULL, reason TEXT NOT NULL, outline TEXT NOT NULL,
        lower_cm BIGINT NOT NULL, upper_cm BIGINT NOT NULL, starts_at BIGINT NOT NULL,
        ends_at BIGINT NOT NULL, is_lifted BIGINT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE INDEX air_closures_start ON air_closures (starts_at, closure_key)",
    ])

  static let table = MarkedTable(
    "air_closures",
    [
      "closure_key", "number", "reason", "outline", "lower_cm", "upper_cm", "starts_at", "ends_at",
      "is_lifted",
    ])

  /// The longest closure, in seconds: a week; a longer one is announced again.
  static let longest: Int64 = 7 * 86_400

  private static let list = "SELECT \(table.columns.joined(separator: ", ")) FROM air_closures"
  private static let one = Statement("\(list) WHERE closure_key = $1")
  private static let during = Statement(
    """
    \(list) WHERE starts_at > $1 AND starts_at <= $2 AND ends_at >= $3 AND is_lifted = 0
    ORDER BY starts_at, closure_key
    """)

  private static func values(_ row: ClosureRow) -> [SQLValue] {
    let outline = JSONValue.array(row.outline.map { .array($0.map { .integer($0) }) })
    return [
      .integer(row.id), .text(row.number), .text(row.reason), .text(outline.canonical),
      .integer(row.lowerCM), .integer(row.upperCM), .integer(row.start.microseconds),
      .integer(row.end.microseconds), SQLValue(row.isLifted),
    ]
  }

  private static func read(_ row: Row) throws -> ClosureRow {
    let outline = try JSONValue(parsing: Array(row.text(3).utf8)).array ?? []
    return ClosureRow(
      id: row.integer(0), number: row.text(1), reason: row.text(2),
      outline: outline.map { ($0.array ?? []).compactMap(\.integer) }.filter { $0.count == 2 },
      lowerCM: row.integer(4), upperCM: row.integer(5), start: row.instant(6),
      end: row.instant(7), isLifted: row.flag(8))
  }

  /// One closure.
  static func find(_ id: Int64) -> Query<ClosureRow> { Query(one, [.integer(id)]) { try read($0) } }

  /// Closures that share a moment with a span; decisions may rest on it.
  static func during(_ from: Instant, _ to: Instant) -> Query<ClosureRow> {
    Query(
      during,
      [
        .integer(from.microseconds - (longest + 1) * 1_000_000), .integer(to.microseconds),
        .integer(from.microseconds),
      ], guards: FlightBook.hours(from, to)
    ) { try read($0) }
  }

  /// Closures that share a moment with a span, for whoever only looks.
  static func open(from: Instant, to: Instant) -> Query<ClosureRow> {
    let guarded = during(from, from)
    var parameters = guarded.parameters
    parameters[1] = .integer(to.microseconds)
    return Query(guarded.statement, parameters, decode: guarded.decode)
  }

  static func add(_ row: ClosureRow, _ ring: KeyRing) -> Change {
    let change = table.inserting(values(row), ring)
    return Change(
      change.statement, change.parameters, raises: FlightBook.hours(row.start, row.end))
  }

  static func move(_ row: ClosureRow, from old: ClosureRow, _ ring: KeyRing) -> Change {
    let change = table.updating(values(row), from: values(old), ring)
    return Change(
      change.statement, change.parameters, raises: FlightBook.hours(old.start, old.end),
      touchesOneRow: true)
  }
}
