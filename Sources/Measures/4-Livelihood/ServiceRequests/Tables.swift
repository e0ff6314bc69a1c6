import Books
import Commons
import Storage

/// What a service request has besides what every case has. The words of the citizen are not here:
/// they stand sealed in the journal's first act.
public struct RequestRow: Sendable {
  /// The case's key.
  public let key: Int64
  /// The catalogue's item, such as `cg-0103`.
  public var item: String
  /// The item's category (大类), for counting.
  public var category: String
  /// Consultation, complaint, report, suggestion or help.
  public let service: String
  /// The channel through which it came in.
  public let channel: String
  /// The district of the place.
  public let district: String
  /// WGS 84 latitude in millionths of a degree; nil if no place was given.
  public let latitudeE6: Int64?
  /// WGS 84 longitude in millionths of a degree.
  public let longitudeE6: Int64?
  /// Whether the citizen agreed that title and text be shown to everybody.
  public let isPublic: Bool
  /// When it was opened in fact.
  public let openedAt: Instant
  /// When something last happened to it.
  public var updatedAt: Instant
  /// When it was answered; the last answer if it was redone.
  public var repliedAt: Instant?
  /// The citizen's score, 1–5; nil until given.
  public var score: Int64?
  /// Marks by which staff and supervisors find it: overdue 1, urged 2, redo 4, watched 8.
  public var marks: Int64
  /// Where an imported request comes from, unique; nil for one that was entered here.
  public let source: String?

  /// A request's own columns.
  public init(
    key: Int64, item: String, category: String, service: String, channel: String,
    district: String, latitudeE6: Int64?, longitudeE6: Int64?, isPublic: Bool, openedAt: Instant,
    updatedAt: Instant, repliedAt: Instant? = nil, score: Int64? = nil, marks: Int64 = 0,
    source: String?
  ) {
    self.key = key
    self.item = item
    self.category = category
    self.service = service
    self.channel = channel
    self.district = district
    self.latitudeE6 = latitudeE6
    self.longitudeE6 = longitudeE6
    self.isPublic = isPublic
    self.openedAt = openedAt
    self.updatedAt = updatedAt
    self.repliedAt = repliedAt
    self.score = score
    self.marks = marks
    self.source = source
  }

  init(_ row: Row, offset: Int = 0) {
    key = row.integer(offset)
    item = row.text(offset + 1)
    category = row.text(offset + 2)
    service = row.text(offset + 3)
    channel = row.text(offset + 4)
    district = row.text(offset + 5)
    latitudeE6 = row.optionalInteger(offset + 6)
    longitudeE6 = row.optionalInteger(offset + 7)
    isPublic = row.flag(offset + 8)
    openedAt = row.instant(offset + 9)
    updatedAt = row.instant(offset + 10)
    repliedAt = row.optionalInstant(offset + 11)
    score = row.optionalInteger(offset + 12)
    marks = row.integer(offset + 13)
    source = row.optionalText(offset + 14)
  }

  var values: [SQLValue] {
    [
      .integer(key), .text(item), .text(category), .text(service), .text(channel),
      .text(district), SQLValue(latitudeE6), SQLValue(longitudeE6), SQLValue(isPublic),
      .integer(openedAt.microseconds), .integer(updatedAt.microseconds), SQLValue(repliedAt),
      SQLValue(score), .integer(marks), SQLValue(source),
    ]
  }
}

/// A request with its case.
public struct RequestCase: Sendable {
  /// What every case has.
  public var base: CaseRow
  /// What a request has besides.
  public var request: RequestRow
}

/// The tables of measure 21.
public enum RequestTables {
  /// Their schema steps.
  public static let migrations = [tables, room]

  private static let tables = Migration(
    "requests.0001",
    [
      """
      CREATE TABLE requests (
        case_key {key}, item TEXT NOT NULL, category TEXT NOT NULL, service TEXT NOT NULL,
        channel TEXT NOT NULL, district TEXT NOT NULL, latitude_e6 BIGINT, longitude_e6 BIGINT,
        is_public BIGINT NOT NULL, opened_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
        replied_at BIGINT, score BIGINT, marks BIGINT NOT NULL, source TEXT,
        mark {bytes} NOT NULL)
      """,
      "CREATE INDEX requests_public ON requests (opened_at, case_key) WHERE is_public = 1",
      "CREATE INDEX requests_item ON requests (item, opened_at, case_key) WHERE is_public = 1",
      "CREATE INDEX requests_category ON requests (category, opened_at, case_key)",
      """
      CREATE INDEX requests_centre ON cases (stage, due_at, case_key) WHERE \(owedByCentre("stage"))
      """,
      "CREATE UNIQUE INDEX requests_source ON requests (source) WHERE source IS NOT NULL",
    ])

  /// Every step of a request rewrites its row, and none the columns of its indexes: with room in the
  /// page PostgreSQL keeps the new version beside the old one and leaves the indexes alone.
  private static let room = Migration(
    "requests.0002", [], tuning: ["postgresql": ["ALTER TABLE requests SET (fillfactor = 60)"]])

  /// Stages that the centre owes. Spelt out: SQLite would build the list of an `IN` anew with every
  /// change of a case, which costs more than the change.
  private static func owedByCentre(_ column: String) -> String {
    ["received", "replied", "dissatisfied", "disputed"].map { "\(column) = '\($0)'" }
      .joined(separator: " OR ")
  }

  /// The table.
  public static let table = MarkedTable(
    "requests",
    [
      "case_key", "item", "category", "service", "channel", "district", "latitude_e6",
      "longitude_e6", "is_public", "opened_at", "updated_at", "replied_at", "score", "marks",
      "source",
    ])

  private static let columns =
    CaseBook.columns + ", " + table.columns.map { "r.\($0)" }.joined(separator: ", ")
  private static let joined = "FROM requests r JOIN cases c ON c.case_key = r.case_key"
  private static let caseColumnCount = CaseBook.table.columns.count

  private static func decode(_ row: Row) -> RequestCase {
    RequestCase(base: CaseRow(row), request: RequestRow(row, offset: caseColumnCount))
  }

  private static let byKey = Statement("SELECT \(columns) \(joined) WHERE r.case_key = $1")
  private static let bySource = Statement("SELECT case_key FROM requests WHERE source = $1")
  private static let inboxFirst = Statement(
    """
    SELECT \(columns) FROM cases c JOIN requests r ON r.case_key = c.case_key
    WHERE c.closed_at IS NULL AND c.agency = $1 AND (c.due_at, c.case_key) > ($2, $3)
    ORDER BY c.due_at, c.case_key LIMIT $4
    """)
  private static let publicByTime = Statement(
    """
    SELECT \(columns) \(joined)
    WHERE r.opened_at >= $1 AND (r.opened_at, r.case_key) < ($2, $3) AND r.is_public = 1
    ORDER BY r.opened_at DESC, r.case_key DESC LIMIT $4
    """)
  private static let publicOfItem = Statement(
    """
    SELECT \(columns) \(joined)
    WHERE r.item = $1 AND r.opened_at >= $2 AND (r.opened_at, r.case_key) < ($3, $4)
    AND r.is_public = 1 ORDER BY r.opened_at DESC, r.case_key DESC LIMIT $5
    """)
  private static let recentOfCategory = Statement(
    """
    SELECT \(columns) \(joined)
    WHERE r.category = $1 AND r.opened_at >= $2 ORDER BY r.opened_at DESC, r.case_key DESC LIMIT $3
    """)
  private static let centreFirst = Statement(
    """
    SELECT \(columns) FROM cases c JOIN requests r ON r.case_key = c.case_key
    WHERE c.stage = $1 AND (\(owedByCentre("c.stage")))
    AND (c.due_at, c.case_key) > ($2, $3) ORDER BY c.due_at, c.case_key LIMIT $4
    """)
  private static let overdueFirst = Statement(
    """
    SELECT \(columns) FROM cases c JOIN requests r ON r.case_key = c.case_key
    WHERE c.closed_at IS NULL AND c.agency = $1 AND c.due_at < $2
    ORDER BY c.due_at, c.case_key LIMIT $3
    """)

  /// How far the cases of a tray are counted; a page says “more than”.
  static let countLimit: Int64 = 999

  private static func counted(_ condition: String) -> String {
    "(SELECT count(*) FROM (SELECT 1 FROM cases WHERE \(condition) LIMIT \(countLimit + 1)) AS n)"
  }
  private static let countStage = Statement(
    "SELECT \(counted("stage = $1 AND (\(owedByCentre("stage")))"))")
  private static let countAgency = {
    let own = "closed_at IS NULL AND agency = $1 AND stage IN ('dispatched', 'handling')"
    return Statement(
      """
      SELECT \(counted(own)), \(counted(own + " AND due_at < $2")),
        \(counted(own + " AND due_at < $3"))
      """)
  }()

  /// How many requests wait at a stage that the centre or the arbiter owes, up to ``countLimit`` + 1.
  static func count(stage: String) -> Query<Int64> {
    Query(countStage, [.text(stage)]) { $0.integer(0) }
  }

  /// What an agency must act on: all, late at `now`, due before `soon` (the late among them); each up
  /// to ``countLimit`` + 1.
  static func load(
    of agency: String, at now: Instant, soon: Instant
  ) -> Query<(open: Int64, late: Int64, soon: Int64)> {
    Query(
      countAgency,
      [.text(agency), .integer(now.microseconds), .integer(soon.microseconds)]
    ) { ($0.integer(0), $0.integer(1), $0.integer(2)) }
  }

  /// One request.
  public static func find(_ key: Int64) -> Query<RequestCase> {
    Query(byKey, [.integer(key)]) { decode($0) }
  }

  /// The case that was imported from a source.
  public static func imported(_ source: String) -> Query<Int64> {
    Query(bySource, [.text(source)], guards: [GuardKey("request-source", source)]) {
      $0.integer(0)
    }
  }

  /// Requests that everybody may read, opened since `from` and before a cursor (time, key), the newest
  /// first; of one item, if it is given.
  public static func openToAll(
    _ item: String? = nil, since from: Instant, before cursor: (Int64, Int64), limit: Int
  ) -> Query<RequestCase> {
    let rest: [SQLValue] = [
      .integer(from.microseconds), .integer(cursor.0), .integer(cursor.1), .integer(Int64(limit)),
    ]
    guard let item else { return Query(publicByTime, rest) { decode($0) } }
    return Query(publicOfItem, [.text(item)] + rest) { decode($0) }
  }

  /// The latest requests of a category since a moment.
  static func recent(category: String, since from: Instant, limit: Int) -> Query<RequestCase> {
    Query(
      recentOfCategory,
      [.text(category), .integer(from.microseconds), .integer(Int64(limit))]
    ) { decode($0) }
  }

  /// Requests of a stage that the centre owes, by deadline, after a cursor (due, key).
  public static func centre(
    _ stage: String, after cursor: (Int64, Int64), limit: Int
  ) -> Query<RequestCase> {
    Query(
      centreFirst,
      [.text(stage), .integer(cursor.0), .integer(cursor.1), .integer(Int64(limit))]
    ) { decode($0) }
  }

  /// An agency's open requests by deadline, after a cursor (due, key).
  public static func inbox(
    _ agency: String, after cursor: (Int64, Int64), limit: Int
  ) -> Query<RequestCase> {
    Query(
      inboxFirst,
      [.text(agency), .integer(cursor.0), .integer(cursor.1), .integer(Int64(limit))]
    ) { decode($0) }
  }

  /// An agency's open requests that are late at `moment`, the latest first.
  public static func overdue(_ agency: String, at moment: Instant, limit: Int) -> Query<RequestCase>
  {
    Query(
      overdueFirst, [.text(agency), .integer(moment.microseconds), .integer(Int64(limit))]
    ) { decode($0) }
  }

  private static let open = Statement(
    "SELECT case_key FROM cases WHERE closed_at IS NULL AND measure = 21 ORDER BY case_key")
  /// The keys of all open requests.
  public static let openKeys = Query(open) { $0.integer(0) }

  private static let span = Statement("SELECT min(case_key), max(case_key) FROM requests")
  /// The lowest and the highest key; 0 and 0 without a request.
  public static let keySpan = Query(span) { row in
    (row.optionalInteger(0) ?? 0)...(row.optionalInteger(1) ?? 0)
  }

  // MARK: Verification

  private static let everyRow = Statement(
    "SELECT \(columns) \(joined) WHERE r.case_key > $1 ORDER BY r.case_key LIMIT 5000")
  private static let caseAlone = Statement(
    """
    SELECT c.case_key FROM cases c WHERE c.measure = 21
    AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.case_key = c.case_key)
    """)
  private static let requestAlone = Statement(
    """
    SELECT r.case_key FROM requests r
    WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.case_key = r.case_key AND c.measure = 21)
    """)

  /// Looks at every request, a few thousand in memory at a time.
  static func forEach(_ view: any View, _ body: (RequestCase) throws -> Void) throws {
    var after: Int64 = 0
    while true {
      let page = try view.all(Query(everyRow, [.integer(after)]) { decode($0) })
      guard let last = page.last else { return }
      for row in page { try body(row) }
      after = last.base.key
    }
  }

  /// Cases of this measure that have no row of their own here.
  static func withoutRequest(_ view: any View) throws -> [Int64] {
    try view.all(Query(caseAlone) { $0.integer(0) })
  }

  /// Rows here that have no case.
  static func withoutCase(_ view: any View) throws -> [Int64] {
    try view.all(Query(requestAlone) { $0.integer(0) })
  }

  /// The changes that open a request.
  static func open(_ row: RequestCase, _ ring: KeyRing) -> [Change] {
    let guards = row.request.source.map { [GuardKey("request-source", $0)] } ?? []
    let insert = table.inserting(row.request.values, ring)
    return [
      CaseBook.open(row.base, ring),
      Change(insert.statement, insert.parameters, raises: guards),
    ]
  }

  /// The changes that move a request from one state to another.
  static func move(_ row: RequestCase, from old: RequestCase, _ ring: KeyRing) -> [Change] {
    [
      CaseBook.move(row.base, from: old.base, ring),
      table.updating(row.request.values, from: old.request.values, ring),
    ]
  }
}
