import Commons
import Storage

/// What every measure's cases have in common: where a case stands, who holds it, when it is due.
public struct CaseRow: Sendable {
  /// The key, also the serial of its number.
  public let key: Int64
  /// The measure, 1–22.
  public let measure: Int
  /// The last act's version.
  public var version: Int64
  /// The stage, as the case type names it.
  public var stage: String
  /// The whole status in the case engine's compact form.
  public var status: String
  /// What it is about, in a line that may be shown in lists.
  public var title: String
  /// The agency that holds it.
  public var agency: String?
  /// The account of the officer that holds it.
  public var handler: Int64?
  /// The account of the applicant, if signed in.
  public let applicant: Int64?
  /// When it was opened in fact.
  public let openedAt: Instant
  /// The deadline that counts now.
  public var dueAt: Instant?
  /// When the system must look at it next: the earliest of all running clocks.
  public var wakeAt: Instant?
  /// When it was closed.
  public var closedAt: Instant?
  /// The clocks' states in their compact form.
  public var clocks: String

  /// A case as it is opened.
  public init(
    key: Int64, measure: Int, version: Int64, stage: String, status: String, title: String,
    agency: String? = nil, handler: Int64? = nil, applicant: Int64? = nil, openedAt: Instant,
    dueAt: Instant? = nil, wakeAt: Instant? = nil, closedAt: Instant? = nil,
    clocks: String = ""
  ) {
    self.key = key
    self.measure = measure
    self.version = version
    self.stage = stage
    self.status = status
    self.title = title
    self.agency = agency
    self.handler = handler
    self.applicant = applicant
    self.openedAt = openedAt
    self.dueAt = dueAt
    self.wakeAt = wakeAt
    self.closedAt = closedAt
    self.clocks = clocks
  }

  /// Reads the columns of ``CaseBook/columns``, the first at `offset`.
  public init(_ row: Row, offset: Int = 0) {
    key = row.integer(offset)
    measure = Int(row.integer(offset + 1))
    version = row.integer(offset + 2)
    stage = row.text(offset + 3)
    status = row.text(offset + 4)
    title = row.text(offset + 5)
    agency = row.optionalText(offset + 6)
    handler = row.optionalInteger(offset + 7)
    applicant = row.optionalInteger(offset + 8)
    openedAt = row.instant(offset + 9)
    dueAt = row.optionalInstant(offset + 10)
    wakeAt = row.optionalInstant(offset + 11)
    closedAt = row.optionalInstant(offset + 12)
    clocks = row.text(offset + 13)
  }

  /// The values in column order.
  var values: [SQLValue] {
    [
      .integer(key), .integer(Int64(measure)), .integer(version), .text(stage), .text(status),
      .text(title), SQLValue(agency), SQLValue(handler), SQLValue(applicant),
      .integer(openedAt.microseconds), SQLValue(dueAt), SQLValue(wakeAt), SQLValue(closedAt),
      .text(clocks),
    ]
  }

  /// The number by which people know it; the year is that of Beijing's calendar.
  public var number: CaseNumber {
    CaseNumber(measure: measure, year: openedAt.date(in: .beijing).year, serial: key)
  }

  /// Whether it is closed.
  public var isClosed: Bool { closedAt != nil }
}

/// The cases of all measures.
public enum CaseBook {
  static let migration = Migration(
    "cases.0001",
    [
      """
      CREATE TABLE cases (
        case_key {key}, measure BIGINT NOT NULL, version BIGINT NOT NULL, stage TEXT NOT NULL,
        status TEXT NOT NULL, title TEXT NOT NULL, agency TEXT, handler BIGINT,
        applicant BIGINT, opened_at BIGINT NOT NULL, due_at BIGINT,
        wake_at BIGINT, closed_at BIGINT, clocks TEXT NOT NULL, mark {bytes} NOT NULL)
      """,
      """
      CREATE INDEX cases_inbox ON cases (agency, due_at, case_key) WHERE closed_at IS NULL
      """,
      "CREATE INDEX cases_wake ON cases (wake_at, case_key) WHERE wake_at IS NOT NULL",
      "CREATE INDEX cases_applicant ON cases (applicant, case_key) WHERE applicant IS NOT NULL",
    ])

  /// The table.
  public static let table = MarkedTable(
    "cases",
    [
      "case_key", "measure", "version", "stage", "status", "title", "agency", "handler",
      "applicant", "opened_at", "due_at", "wake_at", "closed_at", "clocks",
    ])

  /// The columns that ``CaseRow/init(_:offset:)`` reads, prefixed for a join with alias `c`.
  public static let columns = table.columns.map { "c.\($0)" }.joined(separator: ", ")

  private static let byKey = Statement("SELECT \(columns) FROM cases c WHERE c.case_key = $1")
  private static let toWake = Statement(
    """
    SELECT \(columns) FROM cases c
    WHERE c.wake_at IS NOT NULL AND c.wake_at <= $1 ORDER BY c.wake_at, c.case_key LIMIT $2
    """)
  private static let ofApplicant = Statement(
    """
    SELECT \(columns) FROM cases c WHERE c.applicant = $1 AND c.case_key < $2 AND c.measure = $3
    ORDER BY c.case_key DESC LIMIT $4
    """)

  /// One case.
  public static func find(_ key: Int64) -> Query<CaseRow> {
    Query(byKey, [.integer(key)]) { CaseRow($0) }
  }

  /// Cases whose clock has run out by `moment`, the earliest first.
  public static func due(by moment: Instant, limit: Int) -> Query<CaseRow> {
    Query(toWake, [.integer(moment.microseconds), .integer(Int64(limit))]) { CaseRow($0) }
  }

  /// The cases of an applicant under a measure, the newest first, after a cursor over the key.
  public static func of(
    applicant: Int64, measure: Int, before key: Int64, limit: Int
  ) -> Query<CaseRow> {
    Query(
      ofApplicant,
      [.integer(applicant), .integer(key), .integer(Int64(measure)), .integer(Int64(limit))]
    ) { CaseRow($0) }
  }

  /// The change that opens a case.
  public static func open(_ row: CaseRow, _ ring: KeyRing) -> Change {
    table.inserting(row.values, ring)
  }

  /// The change that moves a case from one state to another.
  public static func move(_ row: CaseRow, from old: CaseRow, _ ring: KeyRing) -> Change {
    table.updating(row.values, from: old.values, ring)
  }
}
