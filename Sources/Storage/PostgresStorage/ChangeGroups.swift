#if PostgreSQL
  import Commons
  import Storage

  /// Gathers changes of one shape, of whatever units, so that one statement makes them all: a statement
  /// costs the server as much as the row that it writes. See docs/decisions/0009-postgresql-rounds.md.
  ///
  /// Changes are put together only where their order cannot matter: rows of one table with different
  /// primary keys. A change that could meet one that waits sends that one first.
  final class ChangeGroups {
    /// Changes that one statement makes.
    struct Group {
      /// Fails if a change does not touch the one row that it must.
      let statement: Statement
      let parameters: [SQLValue]
    }

    /// A table with the shapes of which changes wait.
    private final class Table {
      let isEntangled: Bool
      var waiting: [Shape] = []

      init(isEntangled: Bool) { self.isEntangled = isEntangled }
    }

    /// The primary key of a row.
    private enum RowKey: Hashable {
      case one(SQLValue)
      case several([SQLValue])
    }

    private final class Shape {
      let table: Table
      let key: [Int]
      let anyNumber: Statement
      let exactNumber: Statement
      var columns: [ArrayEncoder]
      var keys: Set<RowKey> = []
      var touchesOneRow = false

      init(_ shape: RowShape, _ types: [ColumnType], key: [Int], _ table: Table) {
        self.table = table
        self.key = key
        anyNumber = Statement(shape.manyRows(types))
        exactNumber = Statement(shape.exactlyManyRows(types))
        columns = types.map { ArrayEncoder($0) }
      }

      func key(of change: Change) -> RowKey {
        key.count == 1
          ? .one(change.parameters[key[0]]) : .several(key.map { change.parameters[$0] })
      }

      func fits(_ change: Change) -> Bool {
        guard change.parameters.count == columns.count else { return false }
        for (column, value) in zip(columns, change.parameters) where !column.type.holds(value) {
          return false
        }
        return true
      }
    }

    private let facts: [String: TableFacts]
    private var shapes: [Shape??] = []
    private var tables: [String: Table] = [:]
    private var lines = LineList()

    /// Rows that one statement carries at most, so that the server begins while others are decided.
    private static let limit = 256

    init(_ facts: [String: TableFacts]) { self.facts = facts }

    private func shape(_ statement: Statement) -> Shape? {
      while shapes.count <= statement.index { shapes.append(nil) }
      if let known = shapes[statement.index] { return known }
      let made = make(statement)
      shapes[statement.index] = .some(made)
      return made
    }

    private func make(_ statement: Statement) -> Shape? {
      guard let shape = RowShape(statement.sql), let facts = facts[shape.table],
        !facts.primaryKey.isEmpty
      else { return nil }
      let types = shape.columns.compactMap { facts.types[$0].flatMap(ColumnType.init(rawValue:)) }
      let key = facts.primaryKey.compactMap { name in
        shape.bounds.first { $0.column == name }?.parameter
      }
      guard types.count == shape.columns.count, key.count == facts.primaryKey.count else {
        return nil
      }
      let table = tables[shape.table] ?? Table(isEntangled: facts.isEntangled)
      tables[shape.table] = table
      return Shape(shape, types, key: key, table)
    }

    /// Takes a change in, and says what must be sent now: groups that it could have met, or that are
    /// full. With `isTaken` false the change itself is to be sent after them.
    func take(_ change: Change) -> (isTaken: Bool, first: [Group]) {
      if lines.take(change) { return (true, []) }
      guard let shape = shape(change.statement), shape.fits(change) else {
        return (false, flush())
      }
      let table = shape.table
      let key = shape.key(of: change)
      var first: [Group] = []
      let meets = table.waiting.contains { other in
        other.keys.contains(key) || (table.isEntangled && other !== shape)
          || (other === shape && other.touchesOneRow != change.touchesOneRow)
      }
      if meets { first = flush(table) }
      if shape.keys.isEmpty {
        table.waiting.append(shape)
        shape.touchesOneRow = change.touchesOneRow
      }
      for (column, value) in change.parameters.enumerated() { shape.columns[column].append(value) }
      shape.keys.insert(key)
      if shape.keys.count == ChangeGroups.limit {
        table.waiting.removeAll { $0 === shape }
        first.append(send(shape))
      }
      return (true, first)
    }

    /// All that waits.
    func flush() -> [Group] {
      tables.values.flatMap { flush($0) }
        + lines.flush().map { Group(statement: $0.statement, parameters: $0.parameters) }
    }

    private func flush(_ table: Table) -> [Group] {
      let groups = table.waiting.map(send)
      table.waiting.removeAll(keepingCapacity: true)
      return groups
    }

    /// Forgets what waits: it will be decided anew.
    func clear() { _ = flush() }

    private func send(_ shape: Shape) -> Group {
      let count = shape.keys.count
      var parameters: [SQLValue] = []
      parameters.reserveCapacity(shape.columns.count + 1)
      for column in shape.columns.indices { parameters.append(.blob(shape.columns[column].take())) }
      shape.keys.removeAll(keepingCapacity: true)
      guard shape.touchesOneRow else {
        return Group(statement: shape.anyNumber, parameters: parameters)
      }
      parameters.append(.integer(Int64(count)))
      return Group(statement: shape.exactNumber, parameters: parameters)
    }
  }

  extension ColumnType {
    /// Whether a value can stand in an array of the type.
    func holds(_ value: SQLValue) -> Bool {
      switch (value, self) {
      case (.null, _), (.integer, .integer), (.blob, .bytes), (.real, .real): true
      case (.text(let text), .text): !text.utf8.contains(0)
      default: false
      }
    }
  }

  /// An array in PostgreSQL's binary form: the number of dimensions, whether there are NULLs, the elements'
  /// type, their number and first index, then each element's length and bytes.
  struct ArrayEncoder {
    let type: ColumnType
    private var bytes = [UInt8](repeating: 0, count: 20)
    private var count: Int32 = 0
    private var hasNulls = false

    init(_ type: ColumnType) { self.type = type }

    private mutating func append(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends a value that the type holds.
    mutating func append(_ value: SQLValue) {
      count += 1
      switch value {
      case .null:
        hasNulls = true
        append(Int32(-1))
      case .integer(let integer):
        append(Int32(8))
        append(integer)
      case .real(let real):
        append(Int32(8))
        append(real.bitPattern)
      case .text(var text):
        append(Int32(text.utf8.count))
        text.withUTF8 { bytes.append(contentsOf: $0) }
      case .blob(let blob):
        append(Int32(blob.count))
        bytes.append(contentsOf: blob)
      }
    }

    /// The array of what was appended; the next one begins empty.
    mutating func take() -> [UInt8] {
      let head: [Int32] = [1, hasNulls ? 1 : 0, Int32(bitPattern: type.rawValue), count, 1]
      for (place, number) in head.enumerated() {
        withUnsafeBytes(of: number.bigEndian) {
          bytes.replaceSubrange((4 * place)..<(4 * place + 4), with: $0)
        }
      }
      var next = [UInt8](repeating: 0, count: 20)
      next.reserveCapacity(bytes.count)
      swap(&next, &bytes)
      count = 0
      hasNulls = false
      return next
    }

    /// The array of values that the type holds.
    static func array(of type: ColumnType, _ values: [SQLValue]) -> [UInt8] {
      var encoder = ArrayEncoder(type)
      for value in values { encoder.append(value) }
      return encoder.take()
    }
  }
#endif
