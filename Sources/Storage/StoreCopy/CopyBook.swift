import Commons
import Storage

/// How far a copy has come, kept in the target and written together with the rows that it speaks of.
/// Empty in a city that is whole: a store with a row here must not be used.
public enum CopyBook {
  /// The schema step.
  public static let migration = Migration(
    "copies.0001",
    [
      """
      CREATE TABLE copy_progress (
        table_name TEXT NOT NULL PRIMARY KEY, last_key {bytes} NOT NULL,
        copied_rows BIGINT NOT NULL, digest {bytes} NOT NULL, is_done BIGINT NOT NULL) {clustered}
      """
    ])

  /// The table that a copy leaves out.
  static let tableName = "copy_progress"
  /// The row that stands for the copy as a whole; its digest is that of the schema.
  static let whole = ""

  private static let list = Statement(
    "SELECT table_name, last_key, copied_rows, digest, is_done FROM copy_progress")
  private static let put = Statement(
    """
    INSERT INTO copy_progress (table_name, last_key, copied_rows, digest, is_done)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (table_name) DO UPDATE SET last_key = excluded.last_key,
      copied_rows = excluded.copied_rows, digest = excluded.digest, is_done = excluded.is_done
    """)
  private static let one = Statement(
    "SELECT copied_rows, is_done FROM copy_progress WHERE table_name = $1")
  private static let clear = Statement("DELETE FROM copy_progress")
  private static let ledger = Statement("SELECT id, digest FROM schema_migrations ORDER BY id")

  /// How far one table has come.
  struct Entry: Hashable, Sendable {
    let table: String
    let lastKey: [SQLValue]
    let rows: Int64
    let digest: [UInt8]
    let isDone: Bool
  }

  /// All entries.
  static let entries = Query(list) { row in
    Entry(
      table: row.text(0), lastKey: SQLValue.list(row.blob(1)) ?? [], rows: row.integer(2),
      digest: row.blob(3), isDone: row.flag(4))
  }

  /// Rows of a table that were copied, and whether those were all.
  static func state(of table: String) -> Query<(rows: Int64, isDone: Bool)> {
    Query(one, [.text(table)]) { ($0.integer(0), $0.flag(1)) }
  }

  static func put(_ entry: Entry) -> Change {
    var key: [UInt8] = []
    for value in entry.lastKey { value.append(to: &key) }
    return Change(
      put,
      [
        .text(entry.table), .blob(key), .integer(entry.rows), .blob(entry.digest),
        SQLValue(entry.isDone),
      ])
  }

  static let clearing = Change(clear, [])

  /// The schema steps that a store has, with their digests.
  static let steps = Query(ledger) { (id: $0.text(0), digest: $0.text(1)) }

  /// Throws unless the store is whole: a copy into it was begun and did not come to its end.
  ///
  /// - Throws: ``Problem`` 422 `copy-unfinished`.
  public static func requireWhole(_ store: any Store) async throws {
    let isUnfinished = try await store.read { view in
      // A store that was opened for reading may lack the step.
      guard try view.all(steps).contains(where: { $0.id == migration.id }) else { return false }
      return try !view.all(entries).isEmpty
    }
    guard !isUnfinished else {
      throw Problem.refused(
        "copy-unfinished",
        Phrase(
          "向此数据库的迁移（tequ copy）没有完成。请再次运行同一命令，它会从中断处继续；或者删除此数据库。",
          en: "A tequ copy into this database did not come to its end. Run the same command again, "
            + "it goes on where it stopped; or drop this database."))
    }
  }
}
