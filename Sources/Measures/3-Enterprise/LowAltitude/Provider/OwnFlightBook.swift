import Books
import Commons
import Storage

/// A flight of the city as others may ask for it. Its id, state and OVN are those of its operational
/// intent in the DSS, kept by the same act.
struct OwnFlight: Hashable, Sendable {
  /// The id of the operational intent.
  let id: String
  /// The id under which its user knows it.
  let plan: String
  /// Details as F3548-21 writes them: volumes, off-nominal volumes, priority.
  var details: JSONValue
  /// The last position that is known, as F3548-21 writes it; null before there is one.
  var telemetry: JSONValue = .null
}

/// Something that came from or went to another provider, or that a user was told.
struct AirNotice: Hashable, Sendable {
  /// What it is.
  enum Kind: String, Sendable {
    /// Another provider told of an intent.
    case intent
    /// Another provider told of a constraint.
    case constraint
    /// Another provider told of an area in which it identifies flights.
    case area
    /// Another provider reported a problem.
    case report
    /// A request of ours and its answer.
    case exchange
    /// A user was told of a conflict.
    case conflict
    /// Another provider could not be told something.
    case untold
    /// An operator is told of what its aircraft reports.
    case `operator`
  }

  let id: String
  let kind: Kind
  /// The entity that it is about.
  let subject: String
  let at: Instant
  let body: JSONValue
}

/// The tables of the provider.
enum OwnFlightBook {
  static let migration = Migration(
    "low-altitude.0002",
    [
      """
      CREATE TABLE air_own_flights (
        id TEXT NOT NULL PRIMARY KEY, plan TEXT NOT NULL, details TEXT NOT NULL,
        telemetry TEXT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE UNIQUE INDEX air_own_flights_plan ON air_own_flights (plan)",
      """
      CREATE TABLE air_notices (
        id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL,
        noted_at BIGINT NOT NULL, body TEXT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE INDEX air_notices_subject ON air_notices (subject, noted_at)",
      "CREATE INDEX air_notices_kind ON air_notices (kind, noted_at)",
    ])

  static let flights = MarkedTable("air_own_flights", ["id", "plan", "details", "telemetry"])
  static let notices = MarkedTable("air_notices", ["id", "kind", "subject", "noted_at", "body"])

  private static func values(_ flight: OwnFlight) -> [SQLValue] {
    [
      .text(flight.id), .text(flight.plan), .text(flight.details.canonical),
      .text(flight.telemetry.canonical),
    ]
  }

  private static let flightList = "SELECT id, plan, details, telemetry FROM air_own_flights"
  private static let byID = Statement("\(flightList) WHERE id = $1")
  private static let byPlan = Statement("\(flightList) WHERE plan = $1")
  private static let every = Statement("\(flightList) ORDER BY id")

  private static func flight(_ row: Row) throws -> OwnFlight {
    OwnFlight(
      id: row.text(0), plan: row.text(1),
      details: try JSONValue(parsing: Array(row.text(2).utf8)),
      telemetry: try JSONValue(parsing: Array(row.text(3).utf8)))
  }

  static func flight(_ id: String) -> Query<OwnFlight> {
    Query(byID, [.text(id)]) { try flight($0) }
  }

  static func flight(plan: String) -> Query<OwnFlight> {
    Query(byPlan, [.text(plan)]) { try flight($0) }
  }

  /// All flights: a city has as many as fly or are planned, and each goes when it is over.
  static let all = Query(every, []) { try flight($0) }

  static func save(_ new: OwnFlight, over old: OwnFlight?, _ ring: KeyRing) -> Change {
    guard let old else { return flights.inserting(values(new), ring) }
    return flights.updating(values(new), from: values(old), ring)
  }

  static func remove(_ id: String) -> Change { flights.deleting([.text(id)]) }

  static func add(_ notice: AirNotice, _ ring: KeyRing) -> Change {
    notices.inserting(
      [
        .text(notice.id), .text(notice.kind.rawValue), .text(notice.subject),
        SQLValue(notice.at), .text(notice.body.canonical),
      ], ring)
  }

  private static let noticeList = "SELECT id, kind, subject, noted_at, body FROM air_notices"
  private static let bySubject = Statement(
    "\(noticeList) WHERE subject = $1 ORDER BY noted_at, id LIMIT 1000")
  private static let byKind = Statement(
    "\(noticeList) WHERE kind = $1 AND noted_at >= $2 AND noted_at <= $3 "
      + "ORDER BY noted_at, id LIMIT 1000")

  private static let newest = Statement(
    "\(noticeList) WHERE kind = $1 ORDER BY noted_at DESC, id DESC LIMIT $2")

  /// The latest of a kind.
  static func latest(_ kind: AirNotice.Kind, limit: Int) -> Query<AirNotice> {
    Query(newest, [.text(kind.rawValue), .integer(Int64(limit))]) { try notice($0) }
  }

  private static func notice(_ row: Row) throws -> AirNotice {
    guard let kind = AirNotice.Kind(rawValue: row.text(1)) else {
      throw StorageError("air_notices: “\(row.text(1))” is no kind of notice")
    }
    return AirNotice(
      id: row.text(0), kind: kind, subject: row.text(2), at: row.instant(3),
      body: try JSONValue(parsing: Array(row.text(4).utf8)))
  }

  static func notices(about subject: String) -> Query<AirNotice> {
    Query(bySubject, [.text(subject)]) { try notice($0) }
  }

  static func notices(
    _ kind: AirNotice.Kind, from: Instant, to: Instant
  ) -> Query<AirNotice> {
    Query(byKind, [.text(kind.rawValue), SQLValue(from), SQLValue(to)]) { try notice($0) }
  }
}
