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
      let statement: Statement
      let parameters: [SQLValue]
      /// Rows that must be touched; nil if any number is right.
      let expected: Int?
    }

    private final class Shape {
      let shape: RowShape
      let types: [ColumnType]
      let key: [Int]
      let statement: Statement
      var waiting: [[SQLValue]] = []
      var keys: Set<[SQLValue]> = []
      var touchesOneRow = false

      init(_ shape: RowShape, _ types: [ColumnType], key: [Int]) {
        self.shape = shape
        self.types = types
        self.key = key
        statement = Statement(shape.manyRows(types))
      }
    }

    private let facts: [String: TableFacts]
    private var shapes: [Int: Shape?] = [:]
    private var tables: [String: [Shape]] = [:]

    /// Rows that one statement carries at most, so that the server begins while others are decided.
    private static let limit = 256

    init(_ facts: [String: TableFacts]) { self.facts = facts }

    private func shape(_ statement: Statement) -> Shape? {
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
      return Shape(shape, types, key: key)
    }

    /// Takes a change in, and says what must be sent now: groups that it could have met, or that are
    /// full. With `isTaken` false the change itself is to be sent after them.
    func take(_ change: Change) -> (isTaken: Bool, first: [Group]) {
      guard let shape = shape(change.statement),
        change.parameters.count == shape.types.count,
        zip(change.parameters, shape.types).allSatisfy(ArrayEncoder.fits)
      else { return (false, flush()) }
      let table = shape.shape.table
      let key = shape.key.map { change.parameters[$0] }
      var first: [Group] = []
      let others = tables[table] ?? []
      let isEntangled = facts[table]?.isEntangled ?? true
      let meets = others.contains { other in
        other.keys.contains(key) || (isEntangled && other !== shape)
          || (other === shape && other.touchesOneRow != change.touchesOneRow)
      }
      if meets { first = flush(table) }
      if shape.waiting.isEmpty {
        tables[table, default: []].append(shape)
        shape.touchesOneRow = change.touchesOneRow
      }
      shape.waiting.append(change.parameters)
      shape.keys.insert(key)
      if shape.waiting.count == ChangeGroups.limit {
        tables[table]?.removeAll { $0 === shape }
        first.append(send(shape))
      }
      return (true, first)
    }

    /// All that waits.
    func flush() -> [Group] {
      let all = tables.values.joined().map(send)
      tables.removeAll(keepingCapacity: true)
      return all
    }

    private func flush(_ table: String) -> [Group] {
      (tables.removeValue(forKey: table) ?? []).map(send)
    }

    /// Forgets what waits: it will be decided anew.
    func clear() { _ = flush() }

    private func send(_ shape: Shape) -> Group {
      let rows = shape.waiting
      let arrays = shape.types.enumerated().map { index, type in
        SQLValue.blob(ArrayEncoder.array(of: type, rows.map { $0[index] }))
      }
      let expected = shape.touchesOneRow ? rows.count : nil
      shape.waiting.removeAll(keepingCapacity: true)
      shape.keys.removeAll(keepingCapacity: true)
      return Group(statement: shape.statement, parameters: arrays, expected: expected)
    }
  }

  /// Arrays in PostgreSQL's binary form: dimensions, whether there are NULLs, the elements' type, their
  /// number and first index, then each element's length and bytes.
  enum ArrayEncoder {
    static func fits(_ value: SQLValue, _ type: ColumnType) -> Bool {
      switch (value, type) {
      case (.null, _), (.integer, .integer), (.blob, .bytes), (.real, .real): true
      case (.text(let text), .text): !text.utf8.contains(0)
      default: false
      }
    }

    static func array(of type: ColumnType, _ values: [SQLValue]) -> [UInt8] {
      var out: [UInt8] = []
      out.reserveCapacity(20 + values.count * 24)
      func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { out.append(contentsOf: $0) }
      }
      append(Int32(1))
      append(Int32(values.contains(.null) ? 1 : 0))
      append(type.rawValue)
      append(Int32(values.count))
      append(Int32(1))
      for value in values {
        switch value {
        case .null: append(Int32(-1))
        case .integer(let integer):
          append(Int32(8))
          append(integer)
        case .real(let real):
          append(Int32(8))
          append(real.bitPattern)
        case .text(let text):
          append(Int32(text.utf8.count))
          out.append(contentsOf: text.utf8)
        case .blob(let bytes):
          append(Int32(bytes.count))
          out.append(contentsOf: bytes)
        }
      }
      return out
    }
  }
#endif
