import Books
import CaseWork
import Commons
import Storage

/// An alert as it was raised; nothing in the program changes or removes such a row.
public struct AlertRow: Hashable, Sendable {
  /// The case that handles it.
  public let key: Int64
  /// `OCID|subject|code`.
  public let id: String
  /// What stands in the act by which it was raised.
  public let ocid, subject, code, grade, value, firm: String
  /// When that was.
  public let raisedAt: Instant

  init(_ draft: CaseDraft) {
    key = draft.key
    id = draft.said.text("alert")
    ocid = draft.said.text("ocid")
    subject = draft.said.text("subject")
    code = draft.said.text("code")
    grade = draft.said.text("grade")
    value = draft.said.text("value")
    firm = draft.said.text("firm")
    raisedAt = draft.at
  }

  /// What an act says that raised an alert; nil for any other act.
  public init?(_ act: JournalRow) {
    guard act.kind == "procurement.alerts.raise",
      let fields = try? JSONValue(parsing: act.publicFields)
    else { return nil }
    func text(_ name: String) -> String { fields[name]?.string ?? "" }
    key = act.key.aggregate
    id = text("alert")
    ocid = text("ocid")
    subject = text("subject")
    code = text("code")
    grade = text("grade")
    value = text("value")
    firm = text("firm")
    raisedAt = act.effectiveAt
  }

  init(_ row: Row) {
    key = row.integer(0)
    id = row.text(1)
    ocid = row.text(2)
    subject = row.text(3)
    code = row.text(4)
    grade = row.text(5)
    value = row.text(6)
    firm = row.text(7)
    raisedAt = row.instant(8)
  }

  var values: [SQLValue] {
    [
      .integer(key), .text(id), .text(ocid), .text(subject), .text(code), .text(grade),
      .text(value), .text(firm), .integer(raisedAt.microseconds),
    ]
  }
}

/// The table of alerts: rows are added and read, nothing else.
public enum AlertTables {
  /// Its schema.
  public static let migrations = [
    Migration(
      "procurement.0001",
      [
        """
        CREATE TABLE procurement_alerts (
          alert_key {key}, alert_id TEXT NOT NULL, ocid TEXT NOT NULL, subject TEXT NOT NULL,
          code TEXT NOT NULL, grade TEXT NOT NULL, value TEXT NOT NULL, firm TEXT NOT NULL,
          raised_at BIGINT NOT NULL, mark {bytes} NOT NULL)
        """,
        "CREATE UNIQUE INDEX procurement_alerts_id ON procurement_alerts (alert_id)",
        "CREATE INDEX procurement_alerts_ocid ON procurement_alerts (ocid, alert_key)",
        "CREATE INDEX procurement_alerts_raised ON procurement_alerts (raised_at, alert_key)",
      ])
  ]

  /// The table.
  public static let table = MarkedTable(
    "procurement_alerts",
    ["alert_key", "alert_id", "ocid", "subject", "code", "grade", "value", "firm", "raised_at"])

  private static let list =
    "SELECT \(table.columns.joined(separator: ", ")) FROM procurement_alerts"
  private static let ofProcess = Statement("\(list) WHERE ocid = $1 ORDER BY alert_key LIMIT 500")
  private static let page = Statement("\(list) WHERE alert_key > $1 ORDER BY alert_key LIMIT 2000")
  private static let newest = Statement(
    "\(list) WHERE (raised_at, alert_key) < ($1, $2) ORDER BY raised_at DESC, alert_key DESC LIMIT $3"
  )

  static func add(_ row: AlertRow, _ ring: KeyRing) -> Change { table.inserting(row.values, ring) }

  /// Alerts of a process.
  static func alerts(of ocid: String) -> Query<AlertRow> {
    Query(ofProcess, [.text(ocid)]) { AlertRow($0) }
  }
  /// The newest first, before a cursor.
  static func latest(before cursor: (Int64, Int64), limit: Int) -> Query<AlertRow> {
    Query(newest, [.integer(cursor.0), .integer(cursor.1), .integer(Int64(limit))]) { AlertRow($0) }
  }
  /// Every row, some thousand in memory at a time.
  public static func forEach(_ view: any View, _ body: (AlertRow) throws -> Void) throws {
    var after = Int64.min
    while true {
      let rows = try view.all(Query(page, [.integer(after)]) { AlertRow($0) })
      guard let last = rows.last else { return }
      for row in rows { try body(row) }
      after = last.key
    }
  }
}
