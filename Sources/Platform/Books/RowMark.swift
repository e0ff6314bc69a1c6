import Commons
import Crypto
import Storage
import Synchronization

/// A table whose rows carry a mark: the first 12 bytes of an HMAC over the table's name and all
/// other columns. A row changed behind the program's back no longer matches; `tequ verify` finds it
/// and names it. Rows of the journal that are already in the log are proven twice.
public struct MarkedTable: Sendable {
  /// The table.
  public let name: String
  /// Its columns without `mark`, the key first.
  public let columns: [String]
  /// Columns that together name a row, by position.
  public let keyCount: Int

  /// A marked table. Columns are given in the order in which rows are inserted; the first
  /// `keyCount` of them are the primary key.
  public init(_ name: String, keyCount: Int = 1, _ columns: [String]) {
    self.name = name
    self.columns = columns
    self.keyCount = keyCount
    let all = columns + ["mark"]
    let places = (1...all.count).map { "$\($0)" }.joined(separator: ", ")
    insert = Statement(
      "INSERT INTO \(name) (\(all.joined(separator: ", "))) VALUES (\(places))")
    select = Statement(
      "SELECT \(all.joined(separator: ", ")) FROM \(name) "
        + "ORDER BY \(columns.prefix(keyCount).joined(separator: ", "))")
    keys = columns.prefix(keyCount).enumerated().map { "\($1) = $\($0 + 1)" }
      .joined(separator: " AND ")
    delete = Statement("DELETE FROM \(name) WHERE \(keys)")
    prefix = Array(name.utf8)
  }

  /// Inserts a row with its mark.
  public let insert: Statement
  /// Removes the row with this key.
  public let delete: Statement
  /// All rows, the mark last.
  public let select: Statement
  private let keys: String
  private let prefix: [UInt8]
  private let updates = Updates()

  /// The updates that were asked for, by the set of columns that they name.
  private final class Updates: Sendable {
    let known = Mutex<[UInt64: Statement]>([:])
  }

  /// The update of the columns at some positions, the keys' among them.
  private func update(_ positions: [Int]) -> Statement {
    let set = positions.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    return updates.known.withLock { known in
      if let statement = known[set] { return statement }
      let places = positions.enumerated().dropFirst(keyCount).map { index, position in
        "\(position < columns.count ? columns[position] : "mark") = $\(index + 1)"
      }
      let statement = Statement(
        "UPDATE \(name) SET \(places.joined(separator: ", ")) WHERE \(keys)")
      known[set] = statement
      return statement
    }
  }

  /// The change that inserts a row.
  public func inserting(_ values: [SQLValue], _ ring: KeyRing) -> Change {
    Change(insert, values + [.blob(mark(values, ring))])
  }

  /// The change that replaces a row, which must exist.
  public func updating(_ values: [SQLValue], _ ring: KeyRing) -> Change {
    let all = values + [.blob(mark(values, ring))]
    return Change(update(Array(all.indices)), all, touchesOneRow: true)
  }

  /// The change that turns one row into another of the same key; it must exist. Only columns that
  /// differ are named: an engine rewrites every index over a column that is, changed or not.
  public func updating(
    _ values: [SQLValue], from old: [SQLValue], _ ring: KeyRing
  ) -> Change {
    var positions = Array(0..<keyCount)
    for position in keyCount..<values.count where values[position] != old[position] {
      positions.append(position)
    }
    var parameters = positions.map { values[$0] }
    positions.append(values.count)
    parameters.append(.blob(mark(values, ring)))
    return Change(update(positions), parameters, touchesOneRow: true)
  }

  /// The change that removes a row.
  public func deleting(_ key: [SQLValue]) -> Change { Change(delete, key) }

  /// The mark over a row's values in column order.
  public func mark(_ values: [SQLValue], _ ring: KeyRing) -> [UInt8] {
    var message = prefix
    message.reserveCapacity(256)
    for value in values { RowMark.append(value, to: &message) }
    // A copy of the keyed state: keying anew would cost as much as the message.
    var code = ring.marker
    code.update(data: message)
    return Array(code.finalize().prefix(12))
  }

  /// Rows whose mark does not match, by their key.
  public func alteredRows(_ view: any View, _ ring: KeyRing) throws -> [[SQLValue]] {
    try view.all(
      Query(select) { row -> [SQLValue]? in
        let values = (0..<columns.count).map { row.value($0) }
        let expected = mark(values, ring)
        let isIntact =
          row.value(columns.count) == .blob(expected)
        return isIntact ? nil : Array(values.prefix(keyCount))
      }
    ).compactMap { $0 }
  }
}

private enum RowMark {
  /// An injective encoding: a type byte, the length where it varies, the value.
  static func append(_ value: SQLValue, to out: inout [UInt8]) {
    switch value {
    case .null: out.append(0)
    case .integer(let integer):
      out.append(1)
      withUnsafeBytes(of: integer.bigEndian) { out.append(contentsOf: $0) }
    case .real(let real):
      out.append(2)
      withUnsafeBytes(of: real.bitPattern.bigEndian) { out.append(contentsOf: $0) }
    case .text(let text):
      out.append(3)
      withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { out.append(contentsOf: $0) }
      out.append(contentsOf: text.utf8)
    case .blob(let bytes):
      out.append(4)
      withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { out.append(contentsOf: $0) }
      out.append(contentsOf: bytes)
    }
  }
}
