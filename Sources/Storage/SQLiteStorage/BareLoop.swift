import CSQLite
import Commons
import Storage
import Synchronization

/// The yardstick for benchmarks: the rows of a command written over the C interface by one thread,
/// without decisions, seals or marks. What the desk reaches is quoted against it.
public enum BareLoop {
  /// Writes so many commands in transactions of `perTransaction`, six to a case, each durable at its
  /// commit; returns the seconds it took.
  public static func run(path: String, commands: Int, perTransaction: Int) throws -> Double {
    let tables = try BareTables(path)
    let start = ContinuousClock.now
    var done = 0
    while done < commands {
      try tables.execute("BEGIN IMMEDIATE")
      let batch = done..<min(commands, done + perTransaction)
      for number in batch { try tables.write(number) }
      try tables.queue(Array(batch))
      try tables.execute("COMMIT")
      done += perTransaction
    }
    let taken = ContinuousClock.now - start
    return Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18
  }
}

/// The same rows for callers that come one by one: whatever waits is committed together, then each is
/// answered. What a bare server does for one request.
public final class BareWriter: Sendable {
  private let tables: Unchecked<BareTables>
  private let waiting = Mutex<[UnsafeContinuation<Int, any Error>]>([])
  private let wake = Signal()

  /// A writer on a new database file; it lives as long as the process.
  public init(path: String) throws {
    tables = Unchecked(try BareTables(path))
    startThread { self.loop() }
  }

  /// Writes one intake; returns its key once it is durable.
  public func write() async throws -> Int {
    try await withUnsafeThrowingContinuation { continuation in
      waiting.withLock { $0.append(continuation) }
      wake.signal()
    }
  }

  private func loop() {
    let tables = tables.value
    var number = 0
    while true {
      wake.wait()
      let taken = waiting.withLock { waiting in
        defer { waiting.removeAll(keepingCapacity: true) }
        return waiting
      }
      guard !taken.isEmpty else { continue }
      do {
        try tables.execute("BEGIN IMMEDIATE")
        let batch = taken.indices.map { 6 * (number + $0) }
        for number in batch { try tables.write(number) }
        try tables.queue(batch)
        try tables.execute("COMMIT")
        for (offset, continuation) in taken.enumerated() {
          continuation.resume(returning: number + offset + 1)
        }
        number += taken.count
      } catch { for continuation in taken { continuation.resume(throwing: error) } }
    }
  }
}

/// Reads rows of the bare tables by key, a connection for each reader at a time.
public final class BareReader: Sendable {
  private let path: String
  private let free = Mutex<[Unchecked<SQLiteConnection>]>([])
  private static let byKey = Statement(
    "SELECT c.case_key, c.status, c.agency, c.due_at, r.item, r.updated_at FROM cases c "
      + "JOIN requests r ON r.case_key = c.case_key WHERE c.case_key = $1")

  /// A reader of a database that a ``BareWriter`` made.
  public init(path: String) { self.path = path }

  /// The cells of one case as text; nil if there is none.
  public func row(_ key: Int64) throws -> [String]? {
    let taken = free.withLock { $0.popLast() }
    let connection = try taken?.value ?? SQLiteConnection(path: path, readOnly: true)
    defer {
      let entry = Unchecked(connection)
      free.withLock { $0.append(entry) }
    }
    return try connection.first(
      Query(BareReader.byKey, [.integer(key)]) { row in
        [
          String(row.integer(0)), row.text(1), row.text(2), String(row.integer(3)), row.text(4),
          String(row.integer(5)),
        ]
      })
  }
}

/// Tables with the indexes that a step of a service request touches, and the statements over them.
private final class BareTables {
  private static let schema = """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE journal (entry_key INTEGER PRIMARY KEY, kind TEXT, at INTEGER, stamp INTEGER,
      actor INTEGER, matter BLOB, public_fields TEXT, commitment BLOB, sealed BLOB, mark BLOB);
    CREATE TABLE log_waiting (place INTEGER PRIMARY KEY, entries TEXT);
    CREATE TABLE cases (case_key INTEGER PRIMARY KEY, version INTEGER, status TEXT, agency TEXT,
      due_at INTEGER, wake_at INTEGER, clocks TEXT, mark BLOB);
    CREATE INDEX cases_inbox ON cases (agency, due_at, case_key);
    CREATE INDEX cases_wake ON cases (wake_at, case_key);
    CREATE TABLE requests (case_key INTEGER PRIMARY KEY, item TEXT, updated_at INTEGER, mark BLOB);
    CREATE TABLE outbox (effect_key INTEGER PRIMARY KEY, entry_key INTEGER, payload TEXT, mark BLOB);
    """
  private static let sql = [
    "INSERT INTO journal VALUES (?1,'requests.step',?2,1,7,?3,'{\"stage\":\"handling\"}',?4,?5,?6)",
    "INSERT INTO log_waiting (entries) VALUES (?1)",
    "INSERT INTO cases VALUES (?1,1,'received dispatch+','urban',?2,?2,?3,?4)",
    "UPDATE cases SET version = version + 1, due_at = ?2, wake_at = ?2, clocks = ?3, mark = ?4 WHERE case_key = ?1",
    "INSERT INTO requests VALUES (?1,'cg-0103',?2,?4)",
    "UPDATE requests SET updated_at = ?2, mark = ?4 WHERE case_key = ?1",
    "INSERT INTO outbox VALUES (?1,?1,'{}',?4)",
  ]
  private static let sealed = [UInt8](repeating: 0xA5, count: 320)
  private static let clocks = "{\"handle\":\"20500@28800 5wd\"}"
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  private let database: OpaquePointer
  private var statements: [OpaquePointer] = []

  init(_ path: String) throws {
    SQLiteConnection.configure()
    var opened: OpaquePointer?
    guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else {
      throw StorageError("cannot open \(path)")
    }
    database = opened
    try execute(BareTables.schema)
    for sql in BareTables.sql {
      var statement: OpaquePointer?
      guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK, let statement
      else { throw failure }
      statements.append(statement)
    }
  }

  deinit {
    for statement in statements { sqlite3_finalize(statement) }
    sqlite3_close(database)
  }

  private var failure: StorageError { StorageError(String(cString: sqlite3_errmsg(database))) }

  func execute(_ sql: String) throws {
    guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  /// The rows of command `number`: step `number % 6` of case `number / 6 + 1`.
  func write(_ number: Int) throws {
    let step = number % 6
    let key = Int64(number / 6 + 1)
    let entry = BareTables.entry(of: number)
    // A key of its own index order, as due dates are not in the order of cases.
    let due = (key &* 2_654_435_761) & 0xFFFF_FFFF
    try run(statements[0]) { statement in
      sqlite3_bind_int64(statement, 1, entry)
      sqlite3_bind_int64(statement, 2, due)
      bind(statement, 3, 16)
      bind(statement, 4, 32)
      bind(statement, 5, 320)
      bind(statement, 6, 12)
    }
    let rows = step == 0 ? [2, 4] : [3, 5]
    for index in rows + (step.isMultiple(of: 2) ? [6] : []) {
      try run(statements[index]) { statement in
        sqlite3_bind_int64(statement, 1, index == 6 ? entry : key)
        if index < 6 { sqlite3_bind_int64(statement, 2, due + Int64(step)) }
        if index == 2 || index == 3 {
          sqlite3_bind_text(statement, 3, BareTables.clocks, -1, BareTables.transient)
        }
        bind(statement, 4, 12)
      }
    }
  }

  /// The row that queues commands for the log, one for the transaction.
  func queue(_ numbers: [Int]) throws {
    let entries = numbers.map { "\(BareTables.entry(of: $0))," }.joined()
    try run(statements[1]) { sqlite3_bind_text($0, 1, entries, -1, BareTables.transient) }
  }

  private static func entry(of number: Int) -> Int64 {
    Int64(number / 6 + 1) << 16 | Int64(number % 6 + 1)
  }

  private func bind(_ statement: OpaquePointer, _ index: Int32, _ count: Int) {
    _ = BareTables.sealed.withUnsafeBytes {
      sqlite3_bind_blob(statement, index, $0.baseAddress, Int32(count), BareTables.transient)
    }
  }

  private func run(_ statement: OpaquePointer, _ bind: (OpaquePointer) -> Void) throws {
    bind(statement)
    guard sqlite3_step(statement) == SQLITE_DONE else { throw failure }
    sqlite3_reset(statement)
  }
}
