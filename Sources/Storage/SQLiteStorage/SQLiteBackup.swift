import CSQLite
import Commons
import Storage

/// Copies a database while it is being written to.
public enum SQLiteBackup {
  private static let anyRow = Statement("SELECT count(*) FROM schema_migrations")
  private static let pagesPerStep: Int32 = 2000

  /// Copies the database file `source` to the new file `destination`: one consistent state, that of
  /// the moment at which the copy began. Writers go on undisturbed.
  ///
  /// - Parameter progress: told pages done and pages in all.
  public static func copy(
    from source: String, to destination: String, progress: (Int, Int) -> Void = { _, _ in }
  ) throws {
    let reader = try SQLiteConnection(path: source, readOnly: true)
    // The copy would start over whenever somebody commits; a read transaction that is held open
    // keeps every page as it was.
    try reader.run(Statements.begin, [])
    _ = try reader.first(Query(anyRow) { $0.integer(0) })
    // Pages are copied as they are, with or without room for sums.
    let target = try SQLiteConnection(
      path: destination, readOnly: false, summed: SummedFiles.isEnabled(reader.handle))
    guard let backup = sqlite3_backup_init(target.handle, "main", reader.handle, "main") else {
      throw StorageError(
        "cannot back up to \(destination): \(String(cString: sqlite3_errmsg(target.handle)))")
    }
    var code = SQLITE_OK
    repeat {
      code = sqlite3_backup_step(backup, pagesPerStep)
      let all = Int(sqlite3_backup_pagecount(backup))
      progress(all - Int(sqlite3_backup_remaining(backup)), all)
    } while code == SQLITE_OK
    sqlite3_backup_finish(backup)
    guard code == SQLITE_DONE else {
      throw StorageError(
        """
        the copy to \(destination) stopped: \(String(cString: sqlite3_errstr(code))) (SQLite code \
        \(code)); look whether the disk has room and may be written to
        """)
    }
    try reader.run(Statements.commit, [])
    // The copy is one file: no write-ahead log beside it that could be forgotten.
    try target.execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL")
  }

  /// Brings what stands in a file's write-ahead log into the file, so that it can be taken alone.
  ///
  /// - Throws: ``StorageError`` if somebody still reads or writes it.
  public static func settle(_ path: String) throws {
    let connection = try SQLiteConnection(path: path, readOnly: false)
    let isBusy = try connection.first(Query(truncate) { $0.integer(0) })
    guard isBusy == 0 else { throw StorageError("somebody still uses \(path)") }
  }

  static let truncate = Statement("PRAGMA wal_checkpoint(TRUNCATE)")

  /// What SQLite's own check of a file finds wrong, and the first page that does not hold its sum; empty
  /// for a sound one.
  public static func integrityFindings(_ path: String) throws -> [String] {
    let check = Query(Statement("PRAGMA integrity_check")) { $0.text(0) }
    let rows = try SQLiteConnection(path: path, readOnly: true, summed: false).all(check)
    let found = rows == ["ok"] ? [] : rows
    do { _ = try SQLiteConnection(path: path, readOnly: true).all(check) } catch let error
      as StorageError
    {
      return found + [error.description]
    }
    return found
  }
}
