#if PostgreSQL
  import Commons
  import Storage

  /// A change of one row, read from its SQL, that one statement can make for many rows: INSERT with one
  /// parameter for each column, UPDATE and DELETE by columns that equal parameters.
  struct RowShape {
    let table: String
    /// The columns that parameters stand for, the first use of each parameter, by parameter.
    let columns: [String]
    /// Columns with their parameters that name the row: all of an INSERT, those of WHERE otherwise.
    let bounds: [StatementReach.Bound]
    private let kind: Kind

    private enum Kind {
      case insert(columns: [String], parameters: [Int], conflict: String)
      case update(set: [StatementReach.Bound])
      case delete
    }

    /// Reads a statement; nil if it is of another shape.
    init?(_ sql: String) {
      let tokens = StatementReach.tokens(sql)
      let texts = tokens.map(\.text)
      switch texts.first {
      case "insert": self.init(insert: tokens, texts, sql)
      case "update": self.init(update: tokens, texts)
      case "delete": self.init(delete: tokens, texts)
      default: return nil
      }
    }

    // INSERT INTO t (a, b) VALUES ($1, $2) [ON CONFLICT …]
    private init?(insert tokens: [StatementReach.Token], _ texts: [String], _ sql: String) {
      guard texts.count > 4, texts[1] == "into", tokens[2].isWord, texts[3] == "(",
        let middle = texts.firstIndex(of: "values"), middle > 4, texts[middle - 1] == ")",
        let end = texts[(middle + 1)...].firstIndex(of: ")")
      else { return nil }
      let names = texts[4..<(middle - 1)].filter { $0 != "," }
      let values = tokens[(middle + 2)..<end].filter { $0.text != "," }.map(\.parameter)
      let parameters = values.compactMap { $0 }
      guard parameters.count == values.count, names.count == values.count else { return nil }
      var conflict = ""
      if end + 1 < texts.count {
        // What follows is taken as it stands; it may name the values as `excluded`, not as parameters.
        guard texts[end + 1] == "on", let place = sql.firstRange(of: "ON CONFLICT"),
          !tokens[(end + 1)...].contains(where: { $0.parameter != nil || $0.text == "'" })
        else { return nil }
        conflict = " " + sql[place.lowerBound...]
      }
      let bounds = zip(names, parameters).map { StatementReach.Bound(column: $0, parameter: $1) }
      self.init(
        texts[2], bounds, bounds,
        .insert(columns: names, parameters: parameters, conflict: conflict))
    }

    // UPDATE t SET a = $2, b = $3 WHERE k = $1 [AND …]
    private init?(update tokens: [StatementReach.Token], _ texts: [String]) {
      guard texts.count > 4, tokens[1].isWord, texts[2] == "set",
        let place = texts.firstIndex(of: "where"),
        let set = RowShape.equalities(tokens[3..<place], between: ","),
        let keys = RowShape.equalities(tokens[(place + 1)...], between: "and")
      else { return nil }
      self.init(texts[1], set + keys, keys, .update(set: set))
    }

    // DELETE FROM t WHERE k = $1 [AND …]
    private init?(delete tokens: [StatementReach.Token], _ texts: [String]) {
      guard texts.count > 4, texts[1] == "from", tokens[2].isWord, texts[3] == "where",
        let keys = RowShape.equalities(tokens[4...], between: "and")
      else { return nil }
      self.init(texts[2], keys, keys, .delete)
    }

    private init?(
      _ table: String, _ all: [StatementReach.Bound], _ bounds: [StatementReach.Bound], _ kind: Kind
    ) {
      let count = (all.map(\.parameter).max() ?? -1) + 1
      var columns = [String?](repeating: nil, count: count)
      for bound in all where columns[bound.parameter] == nil {
        columns[bound.parameter] = bound.column
      }
      guard count > 0, !columns.contains(nil) else { return nil }
      self.table = table
      self.columns = columns.compactMap { $0 }
      self.bounds = bounds
      self.kind = kind
    }

    private static func equalities(
      _ tokens: ArraySlice<StatementReach.Token>, between separator: String
    ) -> [StatementReach.Bound]? {
      var found: [StatementReach.Bound] = []
      for part in tokens.split(whereSeparator: { $0.text == separator }) {
        let part = Array(part)
        guard part.count == 3, part[0].isWord, part[1].text == "=",
          let parameter = part[2].parameter
        else { return nil }
        found.append(StatementReach.Bound(column: part[0].text, parameter: parameter))
      }
      return found.isEmpty ? nil : found
    }

    /// The statement for many rows, which fails unless it touches as many as its last parameter says; the
    /// others are arrays, one for each of the change's own.
    func exactlyManyRows(_ types: [ColumnType]) -> String {
      """
      WITH touched AS (\(manyRows(types)) RETURNING 1)
      SELECT 1 / (count(*) = $\(types.count + 1)::bigint)::integer FROM touched
      """
    }

    /// The statement for many rows; its parameters are arrays, one for each of the change's own.
    func manyRows(_ types: [ColumnType]) -> String {
      let arrays = types.enumerated().map { "$\($0 + 1)::\($1.name)[]" }.joined(separator: ", ")
      let names = types.indices.map { "p\($0)" }.joined(separator: ", ")
      let rows = "unnest(\(arrays)) AS u(\(names))"
      let condition = bounds.map { "t.\($0.column) = u.p\($0.parameter)" }
        .joined(separator: " AND ")
      switch kind {
      case .insert(let columns, let parameters, let conflict):
        let values = parameters.map { "u.p\($0)" }.joined(separator: ", ")
        return "INSERT INTO \(table) (\(columns.joined(separator: ", "))) "
          + "SELECT \(values) FROM \(rows)\(conflict)"
      case .update(let set):
        let values = set.map { "\($0.column) = u.p\($0.parameter)" }.joined(separator: ", ")
        return "UPDATE \(table) AS t SET \(values) FROM \(rows) WHERE \(condition)"
      case .delete: return "DELETE FROM \(table) AS t USING \(rows) WHERE \(condition)"
      }
    }
  }

  /// The types of columns whose values can stand in an array; the raw value is the type's OID.
  enum ColumnType: UInt32, CaseIterable {
    case bytes = 17
    case integer = 20
    case text = 25
    case real = 701

    /// The type of a name that the server gives.
    init?(name: String) {
      guard let type = ColumnType.allCases.first(where: { $0.name == name }) else { return nil }
      self = type
    }

    var name: String {
      switch self {
      case .bytes: "bytea"
      case .integer: "bigint"
      case .text: "text"
      case .real: "double precision"
      }
    }
  }

  /// What the server's catalogue says of a table.
  struct TableFacts {
    var types: [String: UInt32] = [:]
    var primaryKey: [String] = []
    /// Whether another column must be unique, or a row of another table exist: then the order of
    /// changes matters beyond rows with the same key.
    var isEntangled = false

    private static let columns = Statement(
      """
      SELECT c.relname, a.attname, a.atttypid::bigint FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND a.attnum > 0 AND NOT a.attisdropped
      """)
    private static let constraints = Statement(
      """
      SELECT c.relname, i.indisprimary::integer::bigint, a.attname FROM pg_index i
      JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indisunique AND c.relnamespace = current_schema()::regnamespace
      ORDER BY c.relname, array_position(i.indkey::int2[], a.attnum)
      """)
    private static let references = Statement(
      """
      SELECT c.relname, f.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_class f ON f.oid = k.confrelid
      WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace
      """)

    /// Asks the server about all tables of the store.
    static func all(
      _ connection: PostgresConnection
    ) throws(PostgresFailure) -> [String: TableFacts] {
      var facts: [String: TableFacts] = [:]
      do {
        for (table, column, type) in try connection.ask(columns).all({
          ($0.text(0), $0.text(1), $0.integer(2))
        }) {
          facts[table, default: TableFacts()].types[column] = UInt32(truncatingIfNeeded: type)
        }
        for (table, isPrimary, column) in try connection.ask(constraints).all({
          ($0.text(0), $0.flag(1), $0.text(2))
        }) {
          if isPrimary {
            facts[table]?.primaryKey.append(column)
          } else {
            facts[table]?.isEntangled = true
          }
        }
        for (table, other) in try connection.ask(references).all({ ($0.text(0), $0.text(1)) }) {
          facts[table]?.isEntangled = true
          facts[other]?.isEntangled = true
        }
      } catch let failure as PostgresFailure { throw failure } catch {
        throw PostgresFailure(.other, "\(error)")
      }
      return facts
    }
  }
#endif
