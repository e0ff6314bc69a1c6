import CSQLite
import Commons
import Glibc
import Storage
import Synchronization

/// A store in one SQLite file (WAL, `synchronous=FULL`), or in memory for tests and simulation.
///
/// One thread owns the writing connection and commits whatever waits as one transaction. Readers
/// have their own connections, which are made when all others are busy, so that a reader never
/// waits for another one.
public final class SQLiteStore: Store {
  /// How a store is opened.
  public struct Configuration: Sendable {
    /// The database file; nil for a private one in the memory file system, gone when closed.
    public var path: String?
    /// Units in one transaction at most.
    public var batchLimit: Int
    /// Memory for pages of the writing connection, in MiB; 0 for as little as SQLite can do with.
    public var cacheMegabytes: Int
    /// Pages in the write-ahead log from which on it is copied into the database.
    public var checkpointPages = 4000
    /// Opens for reading only: no writer is started and every write is refused.
    public var isReadOnly: Bool
    /// Whether a page that does not hold its sum fails the read. Only verification reads on, to name
    /// the rows that were changed.
    public var refusesDamagedPages = true
    /// When callers plan their units before the writer's turn for them.
    public var planning = Planning.whileBusy

    /// When callers plan ahead; it changes speed only.
    public enum Planning: Sendable, CaseIterable {
      /// While the writer works for others: an idle writer is quicker itself.
      case whileBusy
      /// Always and never, for conformance.
      case always, never
    }

    /// A configuration.
    public init(
      path: String?, batchLimit: Int = 1000, cacheMegabytes: Int = 32, isReadOnly: Bool = false
    ) {
      self.path = path
      self.batchLimit = batchLimit
      self.cacheMegabytes = cacheMegabytes
      self.isReadOnly = isReadOnly
    }
  }

  /// SQLite.
  public var dialect: Dialect { .sqlite }

  /// What was committed since the store was opened.
  public var commits: CommitCount { writer?.counter.count ?? CommitCounter().count }

  private let writer: SQLiteWriter?
  private let planning: Configuration.Planning
  private let readers: ReaderPool
  private let reports: WorkerThreads
  private let path: String
  private let privateFile: String?

  /// Opens or creates the database and applies what is missing of `migrations`.
  public init(_ configuration: Configuration, migrations: [Migration]) throws {
    let path = configuration.path ?? SQLiteStore.privatePath()
    self.path = path
    privateFile = configuration.path == nil ? path : nil
    planning = configuration.planning
    if configuration.isReadOnly {
      writer = nil
    } else {
      let connection = try SQLiteConnection(path: path, readOnly: false)
      try SQLiteStore.prepare(connection, configuration)
      try Migrator.apply(migrations, to: connection)
      writer = SQLiteWriter(connection, batchLimit: configuration.batchLimit)
    }
    readers = ReaderPool(path: path, summed: configuration.refusesDamagedPages)
    reports = WorkerThreads()
  }

  deinit {
    writer?.stop()
    reports.stop()
    if let privateFile {
      for suffix in ["", "-wal", "-shm"] { unlink(privateFile + suffix) }
    }
  }

  /// Refuses further writes, finishes those that wait and closes the writing connection.
  public func close() { writer?.stop() }

  private static func prepare(
    _ connection: SQLiteConnection, _ configuration: Configuration
  ) throws {
    try connection.execute("PRAGMA journal_mode=WAL")
    try connection.execute("PRAGMA synchronous=\(configuration.path == nil ? "OFF" : "FULL")")
    try connection.execute("PRAGMA foreign_keys=ON")
    // What is erased by law must not stay behind in the file; FAST overwrites it where that costs no
    // further page.
    try connection.execute("PRAGMA secure_delete=FAST")
    try connection.execute("PRAGMA wal_autocheckpoint=\(configuration.checkpointPages)")
    try connection.execute("PRAGMA cache_size=-\(configuration.cacheMegabytes * 1024)")
  }

  private static let memoryCounter = Atomic<Int>(0)

  // SQLite's own ":memory:" gives other connections no view of it, and its shared cache refuses
  // readers while a writer works; a file in the memory file system behaves like a real one.
  private static func privatePath() -> String {
    let number = memoryCounter.wrappingAdd(1, ordering: .relaxed).newValue
    return "/dev/shm/tequ-\(getpid())-\(number).sqlite"
  }

  // MARK: Store

  /// Hands a unit to the writer's thread and answers after the commit that it is part of.
  ///
  /// - Throws: what the unit throws; ``Problem`` 409 if a row it relies on has changed, 503 if
  ///   nothing could be committed or the store is closed; ``StorageError`` if SQLite refuses a
  ///   change or the store is open for reading only.
  public func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
    let pending = TypedWrite(unit)
    planAhead([pending])
    try await withUnsafeThrowingContinuation { continuation in
      enqueue([pending]) {
        if let failure = pending.failure {
          continuation.resume(throwing: failure)
        } else {
          continuation.resume()
        }
      }
    } as Void
    return pending.answer!
  }

  /// Hands over units that are carried out in their order and answered together, when the last of
  /// them is durable; one that fails does not hinder the others.
  public func writeAll<Answer>(
    _ units: [WriteUnit<Answer>]
  ) async -> [Result<Answer, any Error>] {
    guard !units.isEmpty else { return [] }
    let pending = units.map { TypedWrite($0) }
    planAhead(pending)
    await withUnsafeContinuation { continuation in
      enqueue(pending) { continuation.resume() }
    } as Void
    return pending.map { write in
      write.failure.map { .failure($0) } ?? .success(write.answer!)
    }
  }

  /// While the writer works for others, the caller's own thread does what it can.
  private func planAhead(_ writes: [PendingWrite]) {
    guard let writer, planning == .always || (planning == .whileBusy && writer.isBusy),
      let connection = try? readers.take()
    else { return }
    defer { readers.give(connection) }
    for write in writes { write.planAhead(connection) }
  }

  private func enqueue(_ writes: [PendingWrite], done: @escaping @Sendable () -> Void) {
    guard let writer else {
      for write in writes { write.failure = StorageError("the store is open for reading only") }
      return done()
    }
    writer.enqueue(PendingGroup(writes, done: done))
  }

  /// Reads within one snapshot on the calling thread, over a connection that it has to itself.
  public func read<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output {
    try readNow(body)
  }

  /// Reads within one snapshot on the calling thread.
  public func readNow<Output>(_ body: (any View) throws -> Output) throws -> Output {
    let connection = try readers.take()
    defer { readers.give(connection) }
    try connection.run(Statements.begin, [])
    defer { _ = try? connection.run(Statements.commit, []) }
    return try body(connection)
  }

  /// Reads within one snapshot on the one thread for reports: reports wait for each other, and no
  /// request waits for them.
  public func report<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output {
    try await withUnsafeThrowingContinuation { continuation in
      reports.run { [self] in
        continuation.resume(with: Result { try readNow(body) })
      }
    }
  }

  /// Brings the write-ahead log, in which older states of pages stand, into the file and empties it.
  ///
  /// - Throws: ``Problem`` 503 if somebody reads an older state all the while.
  public func scrub() async throws {
    let path = path
    let isDone = try await withUnsafeThrowingContinuation { continuation in
      reports.run {
        continuation.resume(
          with: Result {
            let connection = try SQLiteConnection(path: path, readOnly: false)
            return try connection.first(Query(SQLiteBackup.truncate) { $0.integer(0) }) == 0
          })
      }
    }
    guard isDone else { throw Problem.unavailable() }
  }
}

/// Reading connections, made when none is free: there are never more than threads that read.
private final class ReaderPool: Sendable {
  private let path: String
  private let free = Mutex<[Unchecked<SQLiteConnection>]>([])

  private let summed: Bool

  init(path: String, summed: Bool) {
    self.path = path
    self.summed = summed
  }

  func take() throws -> SQLiteConnection {
    if let connection = free.withLock({ $0.popLast() }) { return connection.value }
    let connection = try SQLiteConnection(path: path, readOnly: true, summed: summed)
    // No memory map: SQLite gives it up and takes it anew whenever somebody has written, which stops
    // every processor for a moment and costs more than the copies that it saves.
    try connection.execute("PRAGMA query_only=ON; PRAGMA mmap_size=0; PRAGMA cache_size=-4096")
    return connection
  }

  func give(_ connection: SQLiteConnection) {
    let entry = Unchecked(connection)
    free.withLock { $0.append(entry) }
  }
}

/// Carries a value across threads where the surrounding code guarantees single use at a time.
struct Unchecked<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}

enum Statements {
  static let begin = Statement("BEGIN")
  static let beginImmediate = Statement("BEGIN IMMEDIATE")
  static let commit = Statement("COMMIT")
  static let rollback = Statement("ROLLBACK")
  static let savepoint = Statement("SAVEPOINT unit")
  static let release = Statement("RELEASE unit")
  static let rollbackToSavepoint = Statement("ROLLBACK TO unit")
  static let raiseGuard = Statement(
    """
    INSERT INTO guards (name, version) VALUES ($1, 1)
    ON CONFLICT (name) DO UPDATE SET version = guards.version + 1
    """)
}
