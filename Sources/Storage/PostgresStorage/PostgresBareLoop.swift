#if PostgreSQL
  import Commons
  import Storage

  /// The yardstick for benchmarks on PostgreSQL: the rows of a command, sent in a pipeline by one
  /// thread, without questions, decisions, seals or marks. What the desk reaches is quoted against it.
  public enum PostgresBareLoop {
    private static let schema = [
      "CREATE SCHEMA bare",
      """
      CREATE TABLE bare.journal (entry_key BIGINT PRIMARY KEY, kind TEXT, at BIGINT, stamp BIGINT,
        actor BIGINT, matter BYTEA, public_fields TEXT, commitment BYTEA, sealed BYTEA, mark BYTEA)
      """,
      "CREATE TABLE bare.log_queue (entry_key BIGINT PRIMARY KEY)",
      """
      CREATE TABLE bare.cases (case_key BIGINT PRIMARY KEY, version BIGINT, status TEXT,
        agency TEXT, due_at BIGINT, wake_at BIGINT, clocks TEXT, mark BYTEA)
      """,
      "CREATE INDEX cases_inbox ON bare.cases (agency, due_at, case_key)",
      "CREATE INDEX cases_wake ON bare.cases (wake_at, case_key)",
      """
      CREATE TABLE bare.requests (case_key BIGINT PRIMARY KEY, item TEXT, updated_at BIGINT,
        mark BYTEA)
      """,
      """
      CREATE TABLE bare.outbox (effect_key BIGINT PRIMARY KEY, entry_key BIGINT, payload TEXT,
        mark BYTEA)
      """,
    ].map { Statement($0) }
    private static let drop = Statement("DROP SCHEMA bare CASCADE")
    private static let act = Statement(
      """
      INSERT INTO bare.journal
      VALUES ($1, 'requests.step', $2, 1, 7, $3, '{"stage":"handling"}', $4, $5, $6)
      """)
    private static let queue = Statement("INSERT INTO bare.log_queue VALUES ($1)")
    private static let open = Statement(
      "INSERT INTO bare.cases VALUES ($1, 1, 'received dispatch+', 'urban', $2, $2, $3, $4)")
    private static let move = Statement(
      """
      UPDATE bare.cases SET version = version + 1, due_at = $2, wake_at = $2, clocks = $3, mark = $4
      WHERE case_key = $1
      """)
    private static let request = Statement(
      "INSERT INTO bare.requests VALUES ($1, 'cg-0103', $2, $3)")
    private static let touch = Statement(
      "UPDATE bare.requests SET updated_at = $2, mark = $3 WHERE case_key = $1")
    private static let effect = Statement("INSERT INTO bare.outbox VALUES ($1, $1, '{}', $2)")

    /// Writes so many commands in transactions of `perTransaction`, six to a case, each durable at its
    /// commit, in a schema `bare` that is dropped afterwards; returns the seconds it took.
    public static func run(
      address: String, commands: Int, perTransaction: Int
    ) throws -> Double {
      do {
        let connection = try PostgresWriter.connect(.init(address: address))
        for statement in schema { _ = try connection.ask(statement) }
        let start = ContinuousClock.now
        var done = 0
        while done < commands {
          try connection.send(Control.begin, [])
          for number in done..<min(commands, done + perTransaction) {
            try write(number, on: connection)
          }
          try connection.send(Control.commit, [])
          for outcome in try connection.finish() {
            if case .failed(let failure) = outcome { throw failure }
          }
          done += perTransaction
        }
        let taken = ContinuousClock.now - start
        _ = try connection.ask(drop)
        return Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18
      } catch let failure as PostgresFailure { throw StorageError(failure.message) }
    }

    private static func bytes(_ count: Int) -> SQLValue {
      .blob([UInt8](repeating: 0xA5, count: count))
    }

    /// The rows of command `number`: step `number % 6` of case `number / 6 + 1`.
    private static func write(
      _ number: Int, on connection: PostgresConnection
    ) throws(PostgresFailure) {
      let step = number % 6
      let key = Int64(number / 6 + 1)
      let entry = key << 16 | Int64(step + 1)
      // A key of its own index order, as due dates are not in the order of cases.
      let due = (key &* 2_654_435_761) & 0xFFFF_FFFF
      try connection.send(
        act, [.integer(entry), .integer(due), bytes(16), bytes(32), bytes(320), bytes(12)])
      try connection.send(queue, [.integer(entry)])
      let moment = SQLValue.integer(due + Int64(step))
      try connection.send(
        step == 0 ? open : move,
        [.integer(key), moment, "{\"handle\":\"20500@28800 5wd\"}", bytes(12)])
      try connection.send(step == 0 ? request : touch, [.integer(key), moment, bytes(12)])
      if step.isMultiple(of: 2) { try connection.send(effect, [.integer(entry), bytes(12)]) }
    }
  }
#endif
