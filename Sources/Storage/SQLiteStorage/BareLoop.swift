import CSQLite
import Commons
import Storage

/// The yardstick for benchmarks: the rows of a command written by a bare loop over the C interface, in
/// one thread, without decisions, seals or marks. What the desk reaches is quoted against it.
public enum BareLoop {
  /// Tables with the indexes that a service request's step touches.
  private static let schema = """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE journal (entry_key INTEGER PRIMARY KEY, kind TEXT, at INTEGER, stamp INTEGER,
      actor INTEGER, matter BLOB, public_fields TEXT, commitment BLOB, sealed BLOB, mark BLOB);
    CREATE TABLE log_queue (entry_key INTEGER PRIMARY KEY);
    CREATE TABLE cases (case_key INTEGER PRIMARY KEY, version INTEGER, status TEXT, agency TEXT,
      due_at INTEGER, wake_at INTEGER, clocks TEXT, mark BLOB);
    CREATE INDEX cases_inbox ON cases (agency, due_at, case_key);
    CREATE INDEX cases_wake ON cases (wake_at, case_key);
    CREATE TABLE requests (case_key INTEGER PRIMARY KEY, item TEXT, updated_at INTEGER, mark BLOB);
    CREATE TABLE outbox (effect_key INTEGER PRIMARY KEY, entry_key INTEGER, payload TEXT, mark BLOB);
    """

  /// Writes so many commands in transactions of `perTransaction`, six to a case, each durable at its
  /// commit; returns the seconds it took.
  public static func run(path: String, commands: Int, perTransaction: Int) throws -> Double {
    var opened: OpaquePointer?
    guard sqlite3_open(path, &opened) == SQLITE_OK, let database = opened else {
      throw StorageError("cannot open \(path)")
    }
    defer { sqlite3_close(database) }
    func execute(_ sql: String) throws {
      guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
        throw StorageError(String(cString: sqlite3_errmsg(database)))
      }
    }
    try execute(schema)
    let statements = try [
      "INSERT INTO journal VALUES (?1,'requests.step',?2,1,7,?3,'{\"stage\":\"handling\"}',?4,?5,?6)",
      "INSERT INTO log_queue VALUES (?1)",
      "INSERT INTO cases VALUES (?1,1,'received dispatch+','urban',?2,?2,?3,?4)",
      "UPDATE cases SET version = version + 1, due_at = ?2, wake_at = ?2, clocks = ?3, mark = ?4 WHERE case_key = ?1",
      "INSERT INTO requests VALUES (?1,'cg-0103',?2,?4)",
      "UPDATE requests SET updated_at = ?2, mark = ?4 WHERE case_key = ?1",
      "INSERT INTO outbox VALUES (?1,?1,'{}',?4)",
    ].map { try prepare($0, database) }
    defer { for statement in statements { sqlite3_finalize(statement) } }
    let start = ContinuousClock.now
    var done = 0
    while done < commands {
      try execute("BEGIN IMMEDIATE")
      for number in done..<min(commands, done + perTransaction) {
        try command(number, statements, database)
      }
      try execute("COMMIT")
      done += perTransaction
    }
    let taken = ContinuousClock.now - start
    return Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18
  }

  private static func prepare(_ sql: String, _ database: OpaquePointer) throws -> OpaquePointer {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw StorageError(String(cString: sqlite3_errmsg(database)))
    }
    return statement
  }

  private static let sealed = [UInt8](repeating: 0xA5, count: 320)
  private static let clocks = "{\"handle\":\"20500@28800 5wd\"}"

  private static func command(
    _ number: Int, _ statements: [OpaquePointer], _ database: OpaquePointer
  ) throws {
    let step = number % 6
    let key = Int64(number / 6 + 1)
    let entry = key << 16 | Int64(step + 1)
    // A key of its own index order, as due dates are not in the order of cases.
    let due = (key &* 2_654_435_761) & 0xFFFF_FFFF
    try run(statements[0], database) { statement in
      sqlite3_bind_int64(statement, 1, entry)
      sqlite3_bind_int64(statement, 2, due)
      bind(statement, 3, 16)
      bind(statement, 4, 32)
      bind(statement, 5, 320)
      bind(statement, 6, 12)
    }
    try run(statements[1], database) { sqlite3_bind_int64($0, 1, entry) }
    let rows = step == 0 ? [2, 4] : [3, 5]
    for index in rows + (step.isMultiple(of: 2) ? [6] : []) {
      try run(statements[index], database) { statement in
        sqlite3_bind_int64(statement, 1, index == 6 ? entry : key)
        if index < 6 { sqlite3_bind_int64(statement, 2, due + Int64(step)) }
        if index == 2 || index == 3 {
          sqlite3_bind_text(
            statement, 3, clocks, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
        bind(statement, 4, 12)
      }
    }
  }

  private static func bind(_ statement: OpaquePointer, _ index: Int32, _ count: Int) {
    _ = sealed.withUnsafeBytes {
      sqlite3_bind_blob(
        statement, index, $0.baseAddress, Int32(count),
        unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }
  }

  private static func run(
    _ statement: OpaquePointer, _ database: OpaquePointer, _ bind: (OpaquePointer) -> Void
  ) throws {
    bind(statement)
    guard sqlite3_step(statement) == SQLITE_DONE else {
      throw StorageError(String(cString: sqlite3_errmsg(database)))
    }
    sqlite3_reset(statement)
  }
}
