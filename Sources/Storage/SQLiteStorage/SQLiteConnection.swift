import CSQLite
import Commons
import Glibc
import Storage

/// One connection of SQLite with its prepared statements. Used by one thread at a time.
final class SQLiteConnection: RowCells, View {
  let handle: OpaquePointer
  private var prepared: [Prepared?] = []
  private var current: OpaquePointer?

  /// A prepared statement; `slots[k]` is SQLite's number for `$k+1`. SQLite numbers named
  /// parameters by first appearance, so `VALUES ($2, $1)` would otherwise bind swapped.
  private final class Prepared {
    let statement: OpaquePointer
    let slots: [Int32]
    /// Where the texts and blobs of the parameters lie while it runs: SQLite reads them in place
    /// instead of allocating a copy of each.
    private(set) var arena = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    init(_ statement: OpaquePointer, slots: [Int32]) {
      self.statement = statement
      self.slots = slots
    }

    deinit {
      sqlite3_finalize(statement)
      arena.deallocate()
    }

    func reserve(_ count: Int) {
      guard arena.count < count else { return }
      arena.deallocate()
      arena = .allocate(byteCount: max(256, 2 * count), alignment: 8)
    }
  }

  private static let isConfigured = tequ_sqlite_forgo_memory_statistics() == SQLITE_OK

  /// Settings of the whole library, made once, before the first connection of the process.
  static func configure() { _ = isConfigured }

  /// Opens a file; one that is new gets pages that hold sums, and pages that do not hold theirs fail the
  /// read. Not summed are the copy of a database without sums, and what is read to name damage.
  init(path: String, readOnly: Bool, summed: Bool = true) throws {
    SQLiteConnection.configure()
    if !readOnly { SQLiteConnection.make(path) }
    let address = summed ? SummedFiles.addressed(path) : (path: path, vfs: nil)
    var opened: OpaquePointer?
    let mode = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
    let code = sqlite3_open_v2(address.path, &opened, flags, address.vfs)
    guard code == SQLITE_OK, let opened else {
      let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(opened)
      throw StorageError("cannot open the database \(path): \(reason)")
    }
    handle = opened
    sqlite3_busy_timeout(handle, 10_000)
    sqlite3_extended_result_codes(handle, 1)
    if !readOnly, summed { SummedFiles.enable(handle) }
  }

  // SQLite would make the file readable by everybody whom the umask does not shut out; its log and its
  // index take over the file's own mode. Only a file that is not there yet is touched: to close one
  // that this process has open elsewhere would give up its locks.
  private static func make(_ path: String) {
    guard !path.hasPrefix("file:") else { return }
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
  }

  deinit {
    prepared = []
    sqlite3_close_v2(handle)
  }

  /// Whether a transaction that was begun is still open.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  // MARK: Running

  /// Runs SQL text without parameters or rows: schema, transactions, pragmas.
  func execute(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
  }

  /// Runs a change and returns the number of rows touched.
  @discardableResult
  func run(_ statement: Statement, _ parameters: [SQLValue]) throws -> Int {
    let entry = try bind(statement, parameters)
    defer { sqlite3_reset(entry.statement) }
    var code = sqlite3_step(entry.statement)
    while code == SQLITE_ROW { code = sqlite3_step(entry.statement) }
    guard code == SQLITE_DONE else { throw failure(statement.sql) }
    return Int(sqlite3_changes(handle))
  }

  func all<Output>(_ query: Query<Output>) throws -> [Output] {
    var rows: [Output] = []
    try each(query) {
      rows.append($0); return true
    }
    return rows
  }

  func first<Output>(_ query: Query<Output>) throws -> Output? {
    var row: Output?
    try each(query) {
      row = $0; return false
    }
    return row
  }

  private func each<Output>(_ query: Query<Output>, _ body: (Output) -> Bool) throws {
    try eachRow(query.statement, query.parameters) { body(try query.decode(Row(self))) }
  }

  /// Stands on each row of an answer in turn, until `body` has seen enough.
  private func eachRow(
    _ statement: Statement, _ parameters: [SQLValue], _ body: () throws -> Bool
  ) throws {
    let entry = try bind(statement, parameters)
    let outer = current
    current = entry.statement
    defer {
      sqlite3_reset(entry.statement)
      current = outer
    }
    while true {
      let code = sqlite3_step(entry.statement)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { throw failure(statement.sql) }
      if !(try body()) { return }
    }
  }

  // MARK: Answers as bytes

  /// Runs a question and appends its answer to `out` in an injective form: the same bytes, the same
  /// rows. `decode` looks at each row; without it rows are only written down.
  func record(
    _ statement: Statement, _ parameters: [SQLValue], onlyFirst: Bool, to out: inout [UInt8],
    decode: () throws -> Void = {}
  ) throws {
    try eachRow(statement, parameters) {
      writeRow(to: &out)
      try decode()
      return !onlyFirst
    }
    out.append(SQLiteConnection.end)
  }

  private static let end: UInt8 = 0xFF

  private func writeRow(to out: inout [UInt8]) {
    for column in 0..<sqlite3_column_count(current) {
      let type = sqlite3_column_type(current, column)
      out.append(UInt8(type))
      switch type {
      case SQLITE_INTEGER: append(sqlite3_column_int64(current, column), to: &out)
      case SQLITE_FLOAT:
        append(Int64(bitPattern: sqlite3_column_double(current, column).bitPattern), to: &out)
      case SQLITE_TEXT, SQLITE_BLOB:
        let start = sqlite3_column_blob(current, column)
        let count = Int(sqlite3_column_bytes(current, column))
        append(Int64(count), to: &out)
        out.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
      default: break
      }
    }
  }

  private func append(_ value: Int64, to out: inout [UInt8]) {
    withUnsafeBytes(of: value) { out.append(contentsOf: $0) }
  }

  // MARK: Preparing and binding

  private func prepare(_ statement: Statement) throws -> Prepared {
    if statement.index < prepared.count, let entry = prepared[statement.index] { return entry }
    var pointer: OpaquePointer?
    let code = sqlite3_prepare_v3(
      handle, statement.sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
    guard code == SQLITE_OK, let pointer else { throw failure(statement.sql) }
    let count = Int(sqlite3_bind_parameter_count(pointer))
    var slots = [Int32](repeating: 0, count: count)
    for slot in 1...max(1, count) where count > 0 {
      guard let name = sqlite3_bind_parameter_name(pointer, Int32(slot)),
        let number = Int(String(cString: name).dropFirst()), (1...count).contains(number)
      else {
        sqlite3_finalize(pointer)
        throw StorageError("parameters must be $1 … $n without gaps: \(statement.sql)")
      }
      slots[number - 1] = Int32(slot)
    }
    let entry = Prepared(pointer, slots: slots)
    while prepared.count <= statement.index { prepared.append(nil) }
    prepared[statement.index] = entry
    return entry
  }

  private func bind(_ statement: Statement, _ parameters: [SQLValue]) throws -> Prepared {
    let entry = try prepare(statement)
    guard entry.slots.count == parameters.count else {
      throw StorageError(
        "\(entry.slots.count) parameters expected, \(parameters.count) given: \(statement.sql)")
    }
    var size = 0
    for value in parameters {
      switch value {
      case .text(let text): size += text.utf8.count
      case .blob(let bytes): size += bytes.count
      default: break
      }
    }
    entry.reserve(size)
    var used = 0
    for (index, value) in parameters.enumerated() {
      let code = bind(value, at: entry.slots[index], of: entry, &used)
      guard code == SQLITE_OK else { throw failure(statement.sql) }
    }
    return entry
  }

  private func bind(
    _ value: SQLValue, at slot: Int32, of entry: Prepared, _ used: inout Int
  ) -> Int32 {
    func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer {
      let place = entry.arena.baseAddress! + used
      place.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
      used += bytes.count
      return UnsafeRawPointer(place)
    }
    switch value {
    case .null: return sqlite3_bind_null(entry.statement, slot)
    case .integer(let integer): return sqlite3_bind_int64(entry.statement, slot, integer)
    case .real(let real): return sqlite3_bind_double(entry.statement, slot, real)
    case .text(var text):
      return text.withUTF8 { utf8 in
        let start =
          utf8.isEmpty
          ? emptyText
          : keep(UnsafeRawBufferPointer(utf8)).assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text(entry.statement, slot, start, Int32(utf8.count), nil)
      }
    case .blob(let bytes):
      return bytes.withUnsafeBytes { raw in
        raw.isEmpty
          ? sqlite3_bind_zeroblob(entry.statement, slot, 0)
          : sqlite3_bind_blob(entry.statement, slot, keep(raw), Int32(raw.count), nil)
      }
    }
  }

  private func failure(_ sql: String) -> StorageError {
    let code = sqlite3_extended_errcode(handle)
    if code == SummedFiles.pageFailed {
      return StorageError(
        "SQLite: a page of the database does not hold its sum, so a disk or memory has changed it; "
          + "nothing of it was used. Stop the program, check the disk, restore a backup. In: \(sql)"
      )
    }
    return StorageError(
      "SQLite: \(String(cString: sqlite3_errmsg(handle))) (code \(code)) in: \(sql)",
      isConstraint: code & 0xFF == SQLITE_CONSTRAINT, isFull: code & 0xFF == SQLITE_FULL)
  }

  // MARK: RowCells

  var count: Int { Int(sqlite3_column_count(current)) }
  func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(current, Int32(column)) == SQLITE_NULL
  }
  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(current, Int32(column)) }
  func real(_ column: Int) -> Double { sqlite3_column_double(current, Int32(column)) }
  func text(_ column: Int) -> String {
    guard let pointer = sqlite3_column_text(current, Int32(column)) else { return "" }
    let count = Int(sqlite3_column_bytes(current, Int32(column)))
    return String(decoding: UnsafeBufferPointer(start: pointer, count: count), as: UTF8.self)
  }
  func blob(_ column: Int) -> [UInt8] {
    guard let pointer = sqlite3_column_blob(current, Int32(column)) else { return [] }
    let count = Int(sqlite3_column_bytes(current, Int32(column)))
    return Array(UnsafeRawBufferPointer(start: pointer, count: count))
  }
  func value(_ column: Int) -> SQLValue {
    switch sqlite3_column_type(current, Int32(column)) {
    case SQLITE_INTEGER: .integer(integer(column))
    case SQLITE_FLOAT: .real(real(column))
    case SQLITE_TEXT: .text(text(column))
    case SQLITE_BLOB: .blob(blob(column))
    default: .null
    }
  }
}

nonisolated(unsafe) private let emptyText: UnsafePointer<CChar> = {
  let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
  pointer.pointee = 0
  return UnsafePointer(pointer)
}()
