#if PostgreSQL
  import Commons
  import Storage

  /// Checks that a database can hold a city and applies the schema steps that it lacks, in one
  /// transaction. Nodes that start together wait for one another.
  enum PostgresMigrator {
    private static let facts = Statement(
      """
      SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'),
        datcollate, pg_is_in_recovery()::integer
      FROM pg_database WHERE datname = current_database()
      """)
    private static let lock = Statement(
      "SELECT pg_advisory_xact_lock(\(Control.lockSpace), hashtext(current_schema()))")
    private static let list = Statement("SELECT id, digest FROM schema_migrations")

    static func apply(_ migrations: [Migration], to connection: PostgresConnection) throws {
      try check(connection)
      try refuseHiddenWrites(migrations)
      _ = try connection.ask(Control.begin)
      do {
        _ = try connection.ask(lock)
        _ = try connection.ask(MigrationLedger.create)
        _ = try connection.ask(Control.makeTurns)
        let rows = try connection.ask(list).all { ($0.text(0), $0.text(1)) }
        let ledger = MigrationLedger(Dictionary(uniqueKeysWithValues: rows))
        for migration in try ledger.missing(of: migrations) {
          for sql in migration.rendered(for: .postgresql) {
            _ = try connection.ask(Statement(sql))
          }
          let row: [SQLValue] = [.text(migration.id), .text(migration.digest.hex)]
          _ = try connection.ask(MigrationLedger.insert, row)
        }
        try advanceSerials(connection)
        _ = try connection.ask(Control.commit)
      } catch {
        _ = try? connection.ask(Control.rollback)
        throw error
      }
    }

    private static let serials = Statement(
      """
      SELECT quote_ident(c.relname), quote_ident(a.attname),
        pg_get_serial_sequence(quote_ident(c.relname), a.attname)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attidentity <> '' AND c.relkind = 'r'
        AND c.relnamespace = current_schema()::regnamespace
      """)

    // Rows that were copied from another store brought their keys with them: the next one that this
    // store gives must be greater. Under the lock of all writers, as they take keys meanwhile.
    private static func advanceSerials(_ connection: PostgresConnection) throws {
      let columns = try connection.ask(serials).all { ($0.text(0), $0.text(1), $0.text(2)) }
      if columns.isEmpty { return }
      _ = try connection.ask(Control.lockStore)
      for (table, column, sequence) in columns {
        _ = try connection.ask(
          Statement(
            """
            SELECT setval('\(sequence)', m.last) FROM (SELECT max(\(column)) AS last FROM \(table)) m
            WHERE m.last >= (SELECT last_value FROM \(sequence))
            """))
      }
    }

    private static func check(_ connection: PostgresConnection) throws {
      let found = try connection.ask(facts).first {
        ($0.integer(0), $0.text(1), $0.text(2), $0.integer(3) == 1)
      }
      guard let (version, encoding, collation, isStandby) = found else { return }
      guard !isStandby else {
        throw StorageError(
          """
          this server is a standby and takes no writes; give the address of the primary, or all \
          hosts with target_session_attrs=read-write
          """)
      }
      guard version >= 150_000 else {
        throw StorageError(
          "this server is PostgreSQL \(version / 10_000); version 15 or later is needed")
      }
      let byteOrders = ["C", "POSIX", "C.UTF-8", "C.utf8"]
      guard encoding == "UTF8", byteOrders.contains(collation) else {
        throw StorageError(
          """
          this database has encoding \(encoding) and collation \(collation), so that lists would be \
          in another order than on other stores; make one with \
          createdb -T template0 -E UTF8 --locale=C.UTF-8 NAME
          """)
      }
    }

    // Rows that change without a statement naming their table would escape what batches know of
    // each other.
    private static func refuseHiddenWrites(_ migrations: [Migration]) throws {
      for migration in migrations {
        for statement in migration.statements {
          let words = StatementReach.tokens(statement).map(\.text)
          let isHidden =
            words.contains("cascade") || words.contains("trigger")
            || words.prefix(4).contains("rule")
            || zip(words, words.dropFirst()).contains { $0 == "delete" && $1 == "set" }
          guard !isHidden else {
            throw StorageError(
              "the schema step \(migration.id) has a trigger, a rule or a cascade: write what it "
                + "would do as changes of the unit")
          }
        }
      }
    }
  }
#endif
