import Commons

/// The few words in which the schemas of SQLite and PostgreSQL differ. Schema text is written once,
/// with these words in braces.
public struct Dialect: Sendable {
  /// The engine's name.
  public let name: String
  /// What each word in braces becomes.
  public let words: [String: String]

  /// A dialect.
  public init(name: String, words: [String: String]) {
    self.name = name
    self.words = words
  }

  /// SQLite 3.40 and later. `{key}` is the row's own 64-bit key; `{clustered}` keeps small rows in
  /// the index of their primary key.
  public static let sqlite = Dialect(
    name: "sqlite",
    words: ["key": "INTEGER PRIMARY KEY", "bytes": "BLOB", "clustered": "WITHOUT ROWID"])

  /// PostgreSQL 15 and later.
  public static let postgresql = Dialect(
    name: "postgresql",
    words: ["key": "BIGINT PRIMARY KEY", "bytes": "BYTEA", "clustered": ""])

  /// The schema text in this dialect.
  public func render(_ text: String) -> String {
    var out = text
    for (word, value) in words {
      var parts: [Substring] = []
      var rest = out[...]
      while let range = rest.firstRange(of: "{\(word)}") {
        parts.append(rest[..<range.lowerBound])
        rest = rest[range.upperBound...]
      }
      parts.append(rest)
      out = parts.joined(separator: value)
    }
    return out
  }
}

/// One step of the schema, applied once and for ever: a published step is never edited, a later one
/// corrects it.
public struct Migration: Sendable {
  /// A name that sorts after its predecessors, such as `requests.0001`.
  public let id: String
  /// Statements in the portable subset with dialect words.
  public let statements: [String]
  /// Statements for one engine alone, by its dialect's name: how rows are kept, never what they say.
  public let tuning: [String: [String]]

  /// A step.
  public init(_ id: String, _ statements: [String], tuning: [String: [String]] = [:]) {
    self.id = id
    self.statements = statements
    self.tuning = tuning
  }

  /// All statements for an engine, in its dialect.
  public func rendered(for dialect: Dialect) -> [String] {
    statements.map { dialect.render($0) } + (tuning[dialect.name] ?? [])
  }

  /// A digest of the portable text, to notice an edited step: the same on every engine.
  public var digest: Digest { .of(statements.joined(separator: ";\n")) }
}

/// The schema steps that a database says it has, and what that means for those of the program.
public struct MigrationLedger: Sendable {
  /// The step that every store begins with.
  public static let kernel = Migration(
    "storage.0001",
    [
      """
      CREATE TABLE guards (name TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL) {clustered}
      """
    ])
  /// Makes the table of the steps.
  public static let create = Statement(
    """
    CREATE TABLE IF NOT EXISTS schema_migrations
    (id TEXT NOT NULL PRIMARY KEY, digest TEXT NOT NULL)
    """)
  /// Notes a step: its id and its digest.
  public static let insert = Statement(
    "INSERT INTO schema_migrations (id, digest) VALUES ($1, $2)")

  private let applied: [String: String]

  /// A ledger of the steps that were applied, each with its digest.
  public init(_ applied: [String: String]) { self.applied = applied }

  /// The steps that are still to be applied, in order.
  ///
  /// - Throws: ``StorageError`` if a step was edited after it had been applied, or if the database
  ///   has steps that this program does not know: a newer version made it.
  public func missing(of migrations: [Migration]) throws -> [Migration] {
    let all = [MigrationLedger.kernel] + migrations
    let unknown = Set(applied.keys).subtracting(all.map(\.id)).sorted()
    guard unknown.isEmpty else {
      throw StorageError(
        """
        the database has schema steps that this program does not know \
        (\(unknown.joined(separator: ", "))): use the program version that made them
        """)
    }
    return try all.filter { migration in
      guard let known = applied[migration.id] else { return true }
      guard known == migration.digest.hex else {
        throw StorageError(
          """
          the schema step \(migration.id) differs from the one this database was made with; \
          run the program version that made it, or add a new step instead of editing one
          """)
      }
      return false
    }
  }
}
