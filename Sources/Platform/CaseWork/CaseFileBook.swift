import Books
import CaseEngine
import Commons
import MeasureKit
import Storage

/// What a case of a declared procedure has besides what every case has.
public struct CaseFileRow: Sendable {
  /// What every case has.
  public var base: CaseRow
  /// The id of its case type.
  public let kind: String
  /// The agency that is the other party.
  public var party: String?
  /// What it is about: a code or a keyed digest.
  public var subject: String?
  /// ``CaseFacts/text``.
  public var facts: String
  /// When something last happened to it.
  public var updatedAt: Instant

  /// A case as it is opened.
  public init(
    base: CaseRow, kind: String, party: String? = nil, subject: String? = nil, facts: String,
    updatedAt: Instant
  ) {
    self.base = base
    self.kind = kind
    self.party = party
    self.subject = subject
    self.facts = facts
    self.updatedAt = updatedAt
  }

  init(_ row: Row) {
    base = CaseRow(row)
    let offset = CaseBook.table.columns.count
    kind = row.text(offset + 1)
    party = row.optionalText(offset + 4)
    subject = row.optionalText(offset + 5)
    facts = row.text(offset + 8)
    updatedAt = row.instant(offset + 9)
  }

  /// Stage, agency and deadline stand here again, so that one index finds the rows of a list.
  var values: [SQLValue] {
    [
      .integer(base.key), .text(kind), .text(base.stage), SQLValue(base.agency), SQLValue(party),
      SQLValue(subject), SQLValue(!base.isClosed), .integer(sortKey), .text(facts),
      .integer(updatedAt.microseconds),
    ]
  }

  /// Open cases are listed by deadline, closed ones by when they were closed.
  var sortKey: Int64 { (base.closedAt ?? base.dueAt)?.microseconds ?? .max }
}

/// The cases of declared procedures.
public enum CaseFileBook {
  /// Its schema.
  public static let migration = Migration(
    "case-files.0001",
    [
      """
      CREATE TABLE case_files (
        case_key {key}, kind TEXT NOT NULL, stage TEXT NOT NULL, agency TEXT, party TEXT,
        subject TEXT, is_open BIGINT NOT NULL, sort_at BIGINT NOT NULL, facts TEXT NOT NULL,
        updated_at BIGINT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE INDEX case_files_stage ON case_files (kind, stage, sort_at, case_key)",
      """
      CREATE INDEX case_files_agency ON case_files (kind, agency, sort_at, case_key)
      WHERE is_open = 1
      """,
      """
      CREATE INDEX case_files_party ON case_files (kind, party, sort_at, case_key)
      WHERE is_open = 1 AND party IS NOT NULL
      """,
      """
      CREATE INDEX case_files_subject ON case_files (kind, subject, case_key)
      WHERE subject IS NOT NULL
      """,
    ])

  /// The table.
  public static let table = MarkedTable(
    "case_files",
    [
      "case_key", "kind", "stage", "agency", "party", "subject", "is_open", "sort_at", "facts",
      "updated_at",
    ])

  private static let columns =
    CaseBook.columns + ", " + table.columns.map { "f.\($0)" }.joined(separator: ", ")
  private static let joined = "FROM case_files f JOIN cases c ON c.case_key = f.case_key"
  private static let order = "ORDER BY f.sort_at, f.case_key LIMIT"

  private static let byKey = Statement("SELECT \(columns) \(joined) WHERE f.case_key = $1")
  private static let ofStage = Statement(
    """
    SELECT \(columns) \(joined) WHERE f.kind = $1 AND f.stage = $2
    AND (f.sort_at, f.case_key) > ($3, $4) \(order) $5
    """)
  private static let latestOfStage = Statement(
    """
    SELECT \(columns) \(joined) WHERE f.kind = $1 AND f.stage = $2
    AND (f.sort_at, f.case_key) < ($3, $4) ORDER BY f.sort_at DESC, f.case_key DESC LIMIT $5
    """)
  private static let ofAgency = Statement(
    """
    SELECT \(columns) \(joined) WHERE f.kind = $1 AND f.agency = $2 AND f.is_open = 1
    AND (f.sort_at, f.case_key) > ($3, $4) \(order) $5
    """)
  private static let ofParty = Statement(
    """
    SELECT \(columns) \(joined) WHERE f.kind = $1 AND f.party = $2 AND f.is_open = 1
    AND f.party IS NOT NULL AND (f.sort_at, f.case_key) > ($3, $4) \(order) $5
    """)
  private static let ofSubject = Statement(
    """
    SELECT \(columns) \(joined) WHERE f.kind = $1 AND f.subject = $2 AND f.subject IS NOT NULL
    AND f.case_key < $3 ORDER BY f.case_key DESC LIMIT $4
    """)
  private static let everyRow = Statement(
    "SELECT \(columns) \(joined) WHERE f.kind = $1 AND f.case_key > $2 ORDER BY f.case_key LIMIT 2000"
  )

  /// One case.
  public static func find(_ key: Int64) -> Query<CaseFileRow> {
    Query(byKey, [.integer(key)]) { CaseFileRow($0) }
  }

  /// Cases at a stage by deadline (closed ones by when they were closed), after a cursor.
  public static func at(
    _ stage: StageID, kind: String, after cursor: (Int64, Int64), limit: Int
  ) -> Query<CaseFileRow> {
    list(ofStage, kind, stage.text, cursor, limit)
  }

  /// Cases at a stage, the latest first, before a cursor.
  public static func latest(
    at stage: StageID, kind: String, before cursor: (Int64, Int64), limit: Int
  ) -> Query<CaseFileRow> {
    list(latestOfStage, kind, stage.text, cursor, limit)
  }

  /// Open cases that an agency holds, by deadline, after a cursor.
  public static func held(
    by agency: String, kind: String, after cursor: (Int64, Int64), limit: Int
  ) -> Query<CaseFileRow> {
    list(ofAgency, kind, agency, cursor, limit)
  }

  /// Open cases in which an agency is the other party, by deadline, after a cursor.
  public static func against(
    _ party: String, kind: String, after cursor: (Int64, Int64), limit: Int
  ) -> Query<CaseFileRow> {
    list(ofParty, kind, party, cursor, limit)
  }

  /// The cases about a subject, the newest first. Decisions may rest on it: whoever opens a case
  /// about the subject raises the guard.
  public static func about(
    _ subject: String, kind: String, before key: Int64 = .max, limit: Int = 200
  ) -> Query<CaseFileRow> {
    Query(
      ofSubject, [.text(kind), .text(subject), .integer(key), .integer(Int64(limit))],
      guards: [GuardKey("case-subject", "\(kind):\(subject)")]
    ) { CaseFileRow($0) }
  }

  private static func list(
    _ statement: Statement, _ kind: String, _ value: String, _ cursor: (Int64, Int64), _ limit: Int
  ) -> Query<CaseFileRow> {
    Query(
      statement,
      [.text(kind), .text(value), .integer(cursor.0), .integer(cursor.1), .integer(Int64(limit))]
    ) { CaseFileRow($0) }
  }

  /// Looks at every case of a kind, some thousand in memory at a time.
  public static func forEach(
    _ kind: String, _ view: any View, _ body: (CaseFileRow) throws -> Void
  ) throws {
    var after: Int64 = 0
    while true {
      let page = try view.all(
        Query(everyRow, [.text(kind), .integer(after)]) { CaseFileRow($0) })
      guard let last = page.last else { return }
      for row in page { try body(row) }
      after = last.base.key
    }
  }

  /// The changes that open a case.
  static func open(_ row: CaseFileRow, _ ring: KeyRing) -> [Change] {
    let insert = table.inserting(row.values, ring)
    return [
      CaseBook.open(row.base, ring),
      Change(insert.statement, insert.parameters, raises: guards(row)),
    ]
  }

  /// The changes that move a case from one state to another.
  static func move(_ row: CaseFileRow, from old: CaseFileRow, _ ring: KeyRing) -> [Change] {
    let update = table.updating(row.values, from: old.values, ring)
    return [
      CaseBook.move(row.base, from: old.base, ring),
      Change(
        update.statement, update.parameters, raises: guards(row) + guards(old),
        touchesOneRow: true),
    ]
  }

  private static func guards(_ row: CaseFileRow) -> [GuardKey] {
    row.subject.map { [GuardKey("case-subject", "\(row.kind):\($0)")] } ?? []
  }
}
