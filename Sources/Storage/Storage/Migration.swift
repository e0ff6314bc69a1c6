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

  /// A step.
  public init(_ id: String, _ statements: [String]) {
    self.id = id
    self.statements = statements
  }

  /// A digest of the text, to notice an edited step.
  public var digest: Digest { .of(statements.joined(separator: ";\n")) }
}
