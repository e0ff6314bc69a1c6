/// A table as the schema steps leave it: its columns in order and its primary key. Read from the
/// steps' own text, so that whoever needs all tables of a city has no second list to keep.
public struct TableSchema: Hashable, Sendable {
  /// The table.
  public let name: String
  /// Its columns in the order of declaration.
  public private(set) var columns: [String]
  /// The columns of its primary key, in the key's order.
  public let key: [String]

  /// The tables that schema steps make, ``MigrationLedger/kernel`` first, in the order in which
  /// they are made.
  ///
  /// - Throws: ``StorageError`` for a step that changes tables in a way that is not understood
  ///   here, and for a table without a primary key.
  public static func tables(of migrations: [Migration]) throws -> [TableSchema] {
    var tables: [TableSchema] = []
    for migration in [MigrationLedger.kernel] + migrations {
      for statement in migration.statements {
        do { try apply(statement, to: &tables) } catch let error as StorageError {
          throw StorageError("schema step \(migration.id): \(error.description)")
        }
      }
    }
    return tables
  }

  private static func apply(_ statement: String, to tables: inout [TableSchema]) throws {
    let words = statement.split { $0.isWhitespace || $0 == "(" }.prefix(6).map(String.init)
    let verbs = words.map { $0.uppercased() }
    if verbs.starts(with: ["CREATE", "TABLE"]) {
      tables.append(try TableSchema(statement))
    } else if verbs.starts(with: ["DROP", "TABLE"]), let name = words.last {
      tables.removeAll { $0.name == name }
    } else if verbs.starts(with: ["ALTER", "TABLE"]) {
      guard verbs.count > 4, verbs[3] == "ADD",
        let index = tables.firstIndex(where: { $0.name == words[2] })
      else { throw StorageError("only ALTER TABLE … ADD is read: \(statement)") }
      tables[index].columns.append(verbs[4] == "COLUMN" ? words[5] : words[4])
    }
  }

  /// Reads one CREATE TABLE.
  private init(_ statement: String) throws {
    guard let open = statement.firstIndex(of: "("), let close = statement.lastIndex(of: ")") else {
      throw StorageError("no list of columns: \(statement)")
    }
    name = statement[..<open].split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
    var columns: [String] = []
    var key: [String] = []
    for item in TableSchema.items(statement[statement.index(after: open)..<close]) {
      let words = item.split { $0.isWhitespace || $0 == "(" }.map(String.init)
      guard let first = words.first else { continue }
      let isKey =
        item.contains("{key}") || item.contains("{serial}")
        || item.uppercased().contains("PRIMARY KEY")
      if ["PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "CONSTRAINT"].contains(first.uppercased()) {
        guard isKey, let from = item.firstIndex(of: "("), let to = item.lastIndex(of: ")") else {
          continue
        }
        key = item[item.index(after: from)..<to].split { $0 == "," || $0.isWhitespace }
          .map(String.init)
      } else {
        columns.append(first)
        if isKey { key = [first] }
      }
    }
    guard !key.isEmpty else { throw StorageError("the table \(name) has no primary key") }
    self.columns = columns
    self.key = key
  }

  /// What stands between the commas that are in no inner brackets and no literal.
  private static func items(_ text: Substring) -> [Substring] {
    var items: [Substring] = []
    var depth = 0
    var isQuoted = false
    var start = text.startIndex
    for index in text.indices {
      switch text[index] {
      case "'": isQuoted.toggle()
      case "(" where !isQuoted: depth += 1
      case ")" where !isQuoted: depth -= 1
      case "," where !isQuoted && depth == 0:
        items.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    items.append(text[start...])
    return items
  }
}
