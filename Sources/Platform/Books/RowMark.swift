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
    self.init(name, keyCount: keyCount, columns, renewed: [], renewing: nil)
  }

  /// A marked table in which columns besides the mark rest on a generation of the keys.
  init(
    _ name: String, keyCount: Int = 1, _ columns: [String], renewed: [Int],
    renewing: (@Sendable ([SQLValue], KeyRing, any RandomSource) -> [SQLValue])?
  ) {
    self.name = name
    self.columns = columns
    self.keyCount = keyCount
    self.renewed = renewed
    self.renewing = renewing
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
    let key = columns.prefix(keyCount).joined(separator: ", ")
    let list = "SELECT \(all.joined(separator: ", ")) FROM \(name)"
    let after = (1...keyCount).map { "$\($0)" }.joined(separator: ", ")
    firstPage = Statement("\(list) ORDER BY \(key) LIMIT $1")
    nextPage = Statement(
      "\(list) WHERE "
        + (keyCount == 1 ? "\(key) > $1" : "(\(key)) > (\(after))")
        + " ORDER BY \(key) LIMIT $\(keyCount + 1)")
    let set = (renewed.map { columns[$0] } + ["mark"]).enumerated()
      .map { "\($1) = $\(keyCount + 1 + $0)" }
    renew = Statement(
      "UPDATE \(name) SET \(set.joined(separator: ", ")) WHERE \(keys) "
        + "AND mark = $\(keyCount + renewed.count + 2)")
    prefix = Array(name.utf8)
  }

  /// Inserts a row with its mark.
  public let insert: Statement
  /// Removes the row with this key.
  public let delete: Statement
  /// All rows, the mark last.
  public let select: Statement
  private let firstPage: Statement
  private let nextPage: Statement
  private let renew: Statement
  private let renewed: [Int]
  private let renewing: (@Sendable ([SQLValue], KeyRing, any RandomSource) -> [SQLValue])?
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
    mark(values, ring.current)
  }

  private func mark(_ values: [SQLValue], _ generation: KeyGeneration) -> [UInt8] {
    var message = prefix
    message.reserveCapacity(256)
    for value in values { value.append(to: &message) }
    // A copy of the keyed state: keying anew would cost as much as the message.
    var code = generation.marker
    code.update(data: message)
    return Array(code.finalize().prefix(12))
  }

  /// Rows whose mark does not match under any generation of the keys, by their key.
  public func alteredRows(_ view: any View, _ ring: KeyRing) throws -> [[SQLValue]] {
    let generations = ring.readable
    return try view.all(
      Query(select) { row -> [SQLValue]? in
        let values = (0..<columns.count).map { row.value($0) }
        let found = row.value(columns.count)
        let isIntact = generations.contains { found == .blob(mark(values, $0)) }
        return isIntact ? nil : Array(values.prefix(keyCount))
      }
    ).compactMap { $0 }
  }

  /// How many of the first rows match and how many do not: whether these are the table's keys.
  public func firstRows(
    _ limit: Int, _ view: any View, _ ring: KeyRing
  ) throws -> (intact: Int, altered: Int) {
    let generations = ring.readable
    let rows = try view.all(Query(firstPage, [.integer(Int64(limit))]) { $0.values })
    let intact = rows.count { row in
      generations.contains { row.last == .blob(mark(Array(row.dropLast()), $0)) }
    }
    return (intact, rows.count - intact)
  }

  // MARK: Rotation

  /// Rows of the table after a key, and what would bring them to the current generation.
  public struct Renewal: Sendable {
    /// For each row that rests on an older generation, a change that does nothing if somebody else
    /// has written the row meanwhile.
    public let changes: [Change]
    /// The last row's key; nil at the end of the table.
    public let last: [SQLValue]?
    /// Rows that match no generation; they are left as they are, for `verify` to name.
    public let altered: Int
  }

  /// Looks at the rows after a key, at most `limit`.
  public func renewal(
    _ view: any View, after key: [SQLValue]?, limit: Int, _ ring: KeyRing,
    random: any RandomSource
  ) throws -> Renewal {
    let size = SQLValue.integer(Int64(limit))
    let statement = key == nil ? firstPage : nextPage
    let rows = try view.all(Query(statement, (key ?? []) + [size]) { $0.values })
    let generations = ring.readable
    var changes: [Change] = []
    var altered = 0
    for row in rows {
      let values = Array(row.dropLast())
      guard let match = generations.firstIndex(where: { row.last == .blob(mark(values, $0)) })
      else {
        altered += 1
        continue
      }
      let next = renewing.map { $0(values, ring, random) } ?? values
      // A row of which the mark is new may still hold a key that is wrapped under an old one.
      if match == 0, next == values { continue }
      changes.append(
        Change(
          renew,
          Array(next.prefix(keyCount)) + renewed.map { next[$0] }
            + [.blob(mark(next, ring)), row[columns.count]]))
    }
    return Renewal(
      changes: changes, last: rows.last.map { Array($0.prefix(keyCount)) }, altered: altered)
  }
}
