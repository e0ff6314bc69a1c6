import Commons
import Storage

/// Applies schema steps once each, in one transaction, and refuses a step that was edited.
enum Migrator {
  static let kernel = Migration(
    "storage.0001",
    [
      """
      CREATE TABLE guards (name TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL) {clustered}
      """
    ])

  private static let create = Statement(
    """
    CREATE TABLE IF NOT EXISTS schema_migrations
    (id TEXT NOT NULL PRIMARY KEY, digest TEXT NOT NULL)
    """)
  private static let insert = Statement(
    "INSERT INTO schema_migrations (id, digest) VALUES ($1, $2)")
  private static let list = Statement("SELECT id, digest FROM schema_migrations")

  static func apply(_ migrations: [Migration], to connection: SQLiteConnection) throws {
    try connection.run(Statements.beginImmediate, [])
    do {
      try connection.run(create, [])
      let rows = try connection.all(Query(list) { ($0.text(0), $0.text(1)) })
      let applied = Dictionary(uniqueKeysWithValues: rows)
      for migration in [kernel] + migrations {
        let digest = migration.digest.hex
        if let known = applied[migration.id] {
          guard known == digest else {
            throw StorageError(
              """
              the schema step \(migration.id) differs from the one this database was made with; \
              run the program version that made it, or add a new step instead of editing one
              """)
          }
          continue
        }
        for sql in migration.statements { try connection.execute(Dialect.sqlite.render(sql)) }
        try connection.run(insert, [.text(migration.id), .text(digest)])
      }
      try connection.run(Statements.commit, [])
    } catch {
      _ = try? connection.run(Statements.rollback, [])
      throw error
    }
  }
}
