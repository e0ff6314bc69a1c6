import Commons
import Storage

/// Reads a table page by page in the order of its key: each page begins after the last key of the
/// one before, so that the last page costs what the first does.
struct TablePages: Sendable {
  let table: TableSchema
  /// Inserts one row.
  let insert: Statement
  private let count: Statement
  private let first: Statement
  private let next: Statement
  private let places: [Int]

  init(_ table: TableSchema) {
    self.table = table
    let columns = table.columns.joined(separator: ", ")
    let key = table.key.joined(separator: ", ")
    func parameters(_ count: Int) -> String {
      (1...count).map { "$\($0)" }.joined(separator: ", ")
    }
    insert = Statement(
      "INSERT INTO \(table.name) (\(columns)) VALUES (\(parameters(table.columns.count)))")
    count = Statement("SELECT count(*) FROM \(table.name)")
    first = Statement("SELECT \(columns) FROM \(table.name) ORDER BY \(key) LIMIT $1")
    let after =
      table.key.count == 1 ? "\(key) > $1" : "(\(key)) > (\(parameters(table.key.count)))"
    next = Statement(
      "SELECT \(columns) FROM \(table.name) WHERE \(after) ORDER BY \(key) "
        + "LIMIT $\(table.key.count + 1)")
    places = table.key.compactMap { table.columns.firstIndex(of: $0) }
  }

  /// The rows of a table.
  func rowCount(_ view: any View) throws -> Int64 {
    try view.first(Query(count) { $0.integer(0) }) ?? 0
  }

  /// At most `limit` rows after a key; from the first row for nil.
  func page(_ view: any View, after key: [SQLValue]?, limit: Int) throws -> [[SQLValue]] {
    let size = SQLValue.integer(Int64(limit))
    let statement = key == nil ? first : next
    return try view.all(Query(statement, (key ?? []) + [size]) { $0.values })
  }

  /// The key of a row.
  func key(of row: [SQLValue]) -> [SQLValue] { places.map { row[$0] } }

  /// Reads on from a key, page by page, until there is nothing more or `body` has seen enough.
  func each(
    _ view: any View, after key: [SQLValue]?, limit most: Int = .max,
    _ body: ([[SQLValue]]) throws -> Void
  ) throws {
    var after = key
    var size = PageSize()
    var left = most
    while left > 0 {
      let limit = min(size.rows, left)
      let rows = try page(view, after: after, limit: limit)
      guard let last = rows.last else { return }
      try body(rows)
      size.learn(from: rows)
      after = self.key(of: last)
      left -= rows.count
      if rows.count < limit { return }
    }
  }

  /// The digest of all rows of the table.
  func digest(_ view: any View) throws -> TableDigest {
    var digest = TableDigest(table)
    try each(view, after: nil) { digest.add($0) }
    return digest
  }
}

/// How many rows the next page may have, so that a page stays at some megabytes whether its rows are
/// keys or pictures.
struct PageSize: Sendable {
  /// Bytes of a page that are aimed at.
  static let bytes = 4 << 20
  /// Rows of a page at most.
  static let maximum = 2000
  /// Rows of the first page: nothing is known yet.
  private(set) var rows = 16

  /// Takes the mean of a page that was read.
  mutating func learn(from page: [[SQLValue]]) {
    let size = page.reduce(1) { $0 + $1.reduce(0) { $0 + $1.size } }
    rows = min(max(1, PageSize.bytes * page.count / size), PageSize.maximum)
  }
}

extension SQLValue {
  fileprivate var size: Int {
    switch self {
    case .null: 1
    case .integer, .real: 8
    case .text(let text): text.utf8.count
    case .blob(let bytes): bytes.count
    }
  }
}

/// A digest over the rows of a table in the order of its key, the same for the same rows whatever the
/// engine: each row is hashed with the digest of those before it, so that it can be carried on after
/// an interruption.
struct TableDigest: Hashable, Sendable {
  private(set) var rows: Int64 = 0
  private(set) var value: [UInt8]

  /// The digest of no rows; it names the table and its columns.
  init(_ table: TableSchema) {
    value = Digest.of("tequ table 1\n\(table.name)\n\(table.columns.joined(separator: ","))").bytes
  }

  mutating func add(_ page: [[SQLValue]]) {
    var bytes: [UInt8] = []
    for row in page {
      bytes.removeAll(keepingCapacity: true)
      for cell in row { cell.append(to: &bytes) }
      value = Digest.of(value, bytes).bytes
    }
    rows += Int64(page.count)
  }
}
