import Commons
import Storage

/// Applies schema steps once each, in one transaction.
enum Migrator {
  private static let list = Statement("SELECT id, digest FROM schema_migrations")

  static func apply(_ migrations: [Migration], to connection: SQLiteConnection) throws {
    try connection.run(Statements.beginImmediate, [])
    do {
      try connection.run(MigrationLedger.create, [])
      let rows = try connection.all(Query(list) { ($0.text(0), $0.text(1)) })
      // A damaged file may hold a key twice; that is for the checks to say.
      let ledger = MigrationLedger(Dictionary(rows) { first, _ in first })
      for migration in try ledger.missing(of: migrations) {
        for sql in migration.rendered(for: .sqlite) { try connection.execute(sql) }
        let row: [SQLValue] = [.text(migration.id), .text(migration.digest.hex)]
        try connection.run(MigrationLedger.insert, row)
      }
      try connection.run(Statements.commit, [])
    } catch {
      _ = try? connection.run(Statements.rollback, [])
      throw error
    }
  }
}
