import Books
import Commons
import Storage

/// Somebody who tries cases, as the head of the authority keeps the roster.
struct OfficerRow: Hashable, Sendable {
  /// The staff number: the row's key.
  let number: Int64
  var name: String
  /// Kinds of act on which the officer works; empty for all.
  var fields: [String]
  /// Whether the officer is qualified as article 6(2) asks of newcomers.
  var isQualified: Bool
  var isActive: Bool
  /// Open cases that are the officer's.
  var load: Int64

  init(
    number: Int64, name: String, fields: [String], isQualified: Bool, isActive: Bool,
    load: Int64 = 0
  ) {
    self.number = number
    self.name = name
    self.fields = fields
    self.isQualified = isQualified
    self.isActive = isActive
    self.load = load
  }

  init(_ row: Row) {
    self.init(
      number: row.integer(0), name: row.text(1),
      fields: row.text(2).split(separator: ",").map(String.init), isQualified: row.flag(3),
      isActive: row.flag(4), load: row.integer(5))
  }

  var values: [SQLValue] {
    [
      .integer(number), .text(name), .text(fields.joined(separator: ",")), SQLValue(isQualified),
      SQLValue(isActive), .integer(load),
    ]
  }

  /// Whether the officer works on a kind of act.
  func works(on actKind: String) -> Bool { fields.isEmpty || fields.contains(actKind) }
}

/// The paper side of a case that is over: when it is to be archived, and how long it is kept then.
struct ArchiveRow: Hashable, Sendable {
  let caseKey: Int64
  let closedOn: CivilDate
  /// The last day on which it should be archived.
  let dueOn: CivilDate
  var archivedOn: CivilDate?
  /// `permanent`, `long` or `short`, once it is archived.
  var retention: String?
  /// The last day of its period; nil for one that is kept for ever, or not archived yet.
  var keptThrough: CivilDate?

  init(caseKey: Int64, closedOn: CivilDate, dueOn: CivilDate) {
    self.caseKey = caseKey
    self.closedOn = closedOn
    self.dueOn = dueOn
  }

  init(_ row: Row) {
    func day(_ number: Int64) -> CivilDate { CivilDate(dayNumber: Int32(number)) }
    caseKey = row.integer(0)
    closedOn = day(row.integer(1))
    dueOn = day(row.integer(2))
    archivedOn = row.optionalInteger(3).map(day)
    retention = row.optionalText(4)
    keptThrough = row.optionalInteger(5).map(day)
  }

  var values: [SQLValue] {
    func number(_ day: CivilDate) -> Int64 { Int64(day.dayNumber) }
    return [
      .integer(caseKey), .integer(number(closedOn)), .integer(number(dueOn)),
      SQLValue(archivedOn.map(number)), SQLValue(retention), SQLValue(keptThrough.map(number)),
    ]
  }
}

/// The tables of measure 19 beside its cases.
public enum ReconsiderationTables {
  /// Their schema steps.
  public static let migrations = [
    Migration(
      "reconsideration.0001",
      [
        """
        CREATE TABLE reconsideration_officers (
          officer_number {key}, name TEXT NOT NULL, fields TEXT NOT NULL,
          is_qualified BIGINT NOT NULL, is_active BIGINT NOT NULL, open_cases BIGINT NOT NULL,
          mark {bytes} NOT NULL)
        """,
        """
        CREATE TABLE reconsideration_archive (
          case_key {key}, closed_day BIGINT NOT NULL, due_day BIGINT NOT NULL,
          archived_day BIGINT, retention TEXT, kept_through_day BIGINT, mark {bytes} NOT NULL)
        """,
        """
        CREATE INDEX reconsideration_archive_due ON reconsideration_archive (due_day, case_key)
        WHERE archived_day IS NULL
        """,
        """
        CREATE INDEX reconsideration_archive_kept
        ON reconsideration_archive (kept_through_day, case_key) WHERE kept_through_day IS NOT NULL
        """,
      ])
  ]

  static let officers = MarkedTable(
    "reconsideration_officers",
    ["officer_number", "name", "fields", "is_qualified", "is_active", "open_cases"])
  static let archive = MarkedTable(
    "reconsideration_archive",
    ["case_key", "closed_day", "due_day", "archived_day", "retention", "kept_through_day"])

  /// Tables whose rows carry a mark.
  public static let markedTables = [officers, archive]

  // MARK: Queries

  private static func list(_ table: MarkedTable) -> String {
    "SELECT \(table.columns.joined(separator: ", ")) FROM \(table.name)"
  }
  private static let everyOfficer = Statement("\(list(officers)) ORDER BY officer_number")
  private static let oneFile = Statement("\(list(archive)) WHERE case_key = $1")
  private static let everyFile = Statement(
    "\(list(archive)) WHERE case_key > $1 ORDER BY case_key LIMIT 2000")
  private static let toArchive = Statement(
    """
    \(list(archive)) WHERE archived_day IS NULL AND (due_day, case_key) > ($1, $2)
    ORDER BY due_day, case_key LIMIT $3
    """)
  private static let kept = Statement(
    """
    \(list(archive)) WHERE kept_through_day IS NOT NULL AND kept_through_day < $1
    ORDER BY kept_through_day, case_key LIMIT $2
    """)
  private static let overdue = Statement(
    "SELECT count(*) FROM reconsideration_archive WHERE archived_day IS NULL AND due_day < $1")
  private static let waiting = Statement(
    "SELECT count(*) FROM reconsideration_archive WHERE archived_day IS NULL")

  /// Who decides by the roster names this; who changes it raises it.
  private static let roster = GuardKey("reconsideration-roster", 0)

  /// The roster.
  static let allOfficers = Query(everyOfficer, guards: [roster]) { OfficerRow($0) }
  static func file(_ key: Int64) -> Query<ArchiveRow> {
    Query(oneFile, [.integer(key)]) { ArchiveRow($0) }
  }
  /// Files that are not archived, what is due first, after a cursor.
  static func toArchive(after cursor: (Int64, Int64), limit: Int) -> Query<ArchiveRow> {
    Query(toArchive, [.integer(cursor.0), .integer(cursor.1), .integer(Int64(limit))]) {
      ArchiveRow($0)
    }
  }
  /// Files whose period is over on a day, the oldest first.
  static func over(on day: CivilDate, limit: Int) -> Query<ArchiveRow> {
    Query(kept, [.integer(Int64(day.dayNumber)), .integer(Int64(limit))]) { ArchiveRow($0) }
  }
  /// How many files are not archived, and of them how many should have been before a day.
  static func openFiles(
    _ view: any View, on day: CivilDate
  ) throws -> (waiting: Int64, late: Int64) {
    let all = try view.first(Query(waiting) { $0.integer(0) }) ?? 0
    let late = try view.first(Query(overdue, [.integer(Int64(day.dayNumber))]) { $0.integer(0) })
    return (all, late ?? 0)
  }

  /// Every file, some thousand in memory at a time.
  static func forEachFile(_ view: any View, _ body: (ArchiveRow) throws -> Void) throws {
    var after = Int64.min
    while true {
      let page = try view.all(Query(everyFile, [.integer(after)]) { ArchiveRow($0) })
      guard let last = page.last else { return }
      for row in page { try body(row) }
      after = last.caseKey
    }
  }

  // MARK: Changes

  static func put(_ row: OfficerRow, over old: OfficerRow?, _ ring: KeyRing) -> [Change] {
    guard row != old else { return [] }
    let change =
      old.map { officers.updating(row.values, from: $0.values, ring) }
      ?? officers.inserting(row.values, ring)
    return [
      Change(
        change.statement, change.parameters, raises: [roster], touchesOneRow: change.touchesOneRow)
    ]
  }
  static func open(_ row: ArchiveRow, _ ring: KeyRing) -> Change {
    archive.inserting(row.values, ring)
  }
  static func move(_ row: ArchiveRow, from old: ArchiveRow, _ ring: KeyRing) -> Change {
    archive.updating(row.values, from: old.values, ring)
  }
  /// A case that goes on has no file to archive.
  static func drop(_ row: ArchiveRow) -> Change { archive.deleting([.integer(row.caseKey)]) }
}
