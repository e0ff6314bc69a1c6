#if PostgreSQL
  import CPostgres
  import Commons
  import Glibc
  import Storage

  /// One connection in pipeline mode: statements are sent without waiting, their outcomes collected
  /// afterwards in the same order. Used by one thread at a time.
  final class PostgresConnection {
    /// What became of one statement.
    enum Outcome {
      case done(PostgresAnswer)
      case failed(PostgresFailure)
      /// Not carried out, because one before it failed.
      case skipped
    }

    private enum Expected {
      case prepared(Int)
      case run(Statement)
      case sync
    }

    private let handle: OpaquePointer
    private let patience: Duration
    private var names: [UnsafeMutablePointer<CChar>?] = []
    private var expected: [Expected] = []
    private let parameters = PostgresParameters()

    /// Connects; `options` are those of a libpq connection string, so that TLS, password files and
    /// several hosts are given the way PostgreSQL's own tools take them.
    init(_ configuration: PostgresStore.Configuration, role: String, settings: [String]) throws {
      let extra = [
        "connect_timeout": "\(configuration.connectTimeoutSeconds)",
        "application_name": "tequ \(role)", "client_encoding": "UTF8",
      ]
      // Later words win: what the address itself says stands, but for the encoding.
      let words = ["connect_timeout", "application_name", "dbname", "client_encoding"]
      let values = words.map { $0 == "dbname" ? configuration.address : extra[$0]! }
      // From here on `deinit` closes it, also when this throws.
      handle = PostgresConnection.connect(words, values)
      patience = .seconds(configuration.statementTimeoutSeconds + 2)
      guard PQstatus(handle) == CONNECTION_OK else {
        let reason = String(cString: PQerrorMessage(handle))
        throw PostgresFailure(.lost, PostgresConnection.advice(reason))
      }
      for setting in settings {
        let result = PQexec(handle, setting)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
          let failure = result.map { PostgresFailure($0, sql: setting) }
          throw failure ?? PostgresFailure(.lost, "the connection broke while it was set up")
        }
      }
      guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
        throw PostgresFailure(.other, "libpq refuses pipeline mode")
      }
    }

    deinit {
      PQfinish(handle)
      for name in names { name?.deallocate() }
    }

    private static func connect(_ words: [String], _ values: [String]) -> OpaquePointer {
      let keywords = words.map { strdup($0) } + [nil]
      let settings = values.map { strdup($0) } + [nil]
      defer { for pointer in keywords + settings { free(pointer) } }
      return PQconnectdbParams(
        keywords.map { UnsafePointer($0) }, settings.map { UnsafePointer($0) }, 1)
    }

    private static func advice(_ reason: String) -> String {
      let reason = reason.split(separator: "\n").joined(separator: "; ")
      return """
        cannot connect to PostgreSQL: \(reason). Check the address after --database, that the \
        server runs and lets this user in, and the password (PGPASSFILE or passfile=…)
        """
    }

    // MARK: Sending

    /// Puts a statement into the pipeline. Throws only if the connection or the values are unusable;
    /// in the second case nothing was sent.
    func send(_ statement: Statement, _ values: [SQLValue]) throws(PostgresFailure) {
      try parameters.load(values, for: statement)
      let name = try prepare(statement)
      let sent = PQsendQueryPrepared(
        handle, name, Int32(values.count), parameters.pointers, parameters.lengths,
        parameters.formats, 1)
      guard sent == 1 else { throw lost() }
      expected.append(.run(statement))
      // Answers are taken in while questions go out: otherwise both sides could fill their buffers
      // and the server would stand still.
      if expected.count % 64 == 0 { try push() }
    }

    // The types of parameters are left to the server, as the columns they are compared with say.
    private func prepare(
      _ statement: Statement
    ) throws(PostgresFailure) -> UnsafeMutablePointer<CChar> {
      if statement.index < names.count, let name = names[statement.index] { return name }
      while names.count <= statement.index { names.append(nil) }
      let name = strdup("s\(statement.index)")!
      names[statement.index] = name
      guard PQsendPrepare(handle, name, statement.sql, 0, nil) == 1 else { throw lost() }
      expected.append(.prepared(statement.index))
      return name
    }

    private func forget(_ index: Int) {
      names[index]?.deallocate()
      names[index] = nil
    }

    /// Hands what was sent to the server, as far as it takes it.
    func push() throws(PostgresFailure) {
      guard PQflush(handle) >= 0, PQconsumeInput(handle) == 1 else { throw lost() }
    }

    private func lost() -> PostgresFailure {
      let reason = String(cString: PQerrorMessage(handle)).split(separator: "\n")
      return PostgresFailure(
        .lost, "the connection to PostgreSQL is gone: \(reason.joined(separator: "; "))")
    }

    // MARK: Receiving

    /// Ends the group of statements that were sent since the last call, waits for the server and
    /// returns what became of each. After a failure the rest of the group is skipped.
    func finish() throws(PostgresFailure) -> [Outcome] {
      guard PQpipelineSync(handle) == 1 else { throw lost() }
      expected.append(.sync)
      var outcomes: [Outcome] = []
      outcomes.reserveCapacity(expected.count)
      for item in expected {
        try wait()
        guard let result = PQgetResult(handle) else { throw lost() }
        switch item {
        case .sync:
          let status = PQresultStatus(result)
          PQclear(result)
          guard status == PGRES_PIPELINE_SYNC else { throw lost() }
          continue  // nothing follows a sync, not even the end of a result
        case .prepared(let index): try notePrepared(index, result, &outcomes)
        case .run(let statement): outcomes.append(outcome(result, statement))
        }
        try wait()
        guard PQgetResult(handle) == nil else { throw lost() }
      }
      expected.removeAll(keepingCapacity: true)
      return outcomes
    }

    // A statement that cannot be prepared fails the first run of it; the run itself is then skipped
    // by the server, so the failure is put in its place.
    private var unprepared: PostgresFailure?

    private func notePrepared(
      _ index: Int, _ result: OpaquePointer, _ outcomes: inout [Outcome]
    ) throws(PostgresFailure) {
      let status = PQresultStatus(result)
      if status != PGRES_COMMAND_OK {
        forget(index)
        if status == PGRES_FATAL_ERROR {
          unprepared = PostgresFailure(result, sql: "(preparing a statement)")
        }
      }
      PQclear(result)
    }

    private func outcome(_ result: OpaquePointer, _ statement: Statement) -> Outcome {
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return .done(PostgresAnswer(result))
      case PGRES_PIPELINE_ABORTED:
        PQclear(result)
        guard let failure = unprepared else { return .skipped }
        unprepared = nil
        return .failed(
          PostgresFailure(
            failure.kind,
            failure.message.replacing("(preparing a statement)", with: statement.sql)))
      default:
        defer { PQclear(result) }
        return .failed(PostgresFailure(result, sql: statement.sql))
      }
    }

    /// Waits until the next result is complete, sending what is still to be sent.
    private func wait() throws(PostgresFailure) {
      guard PQisBusy(handle) == 1 || PQflush(handle) != 0 else { return }
      let end = ContinuousClock.now + patience
      while true {
        let flushed = PQflush(handle)
        guard flushed >= 0 else { throw lost() }
        if PQisBusy(handle) == 0 { return }
        let writing = flushed == 1 ? Int16(POLLOUT) : 0
        var descriptor = pollfd(
          fd: PQsocket(handle), events: Int16(POLLIN) | writing, revents: 0)
        let ready = poll(&descriptor, 1, 1000)
        if ready > 0, descriptor.revents & ~Int16(POLLOUT) != 0 {
          guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        if ContinuousClock.now > end {
          throw PostgresFailure(.lost, "PostgreSQL has not answered for \(patience)")
        }
      }
    }

    // MARK: Shorthand

    /// Runs one statement and waits for it.
    func ask(_ statement: Statement, _ values: [SQLValue] = []) throws(PostgresFailure)
      -> PostgresAnswer
    {
      try send(statement, values)
      for outcome in try finish() {
        switch outcome {
        case .done(let answer): return answer
        case .failed(let failure): throw failure
        case .skipped: continue
        }
      }
      throw PostgresFailure(.other, "PostgreSQL skipped: \(statement.sql)")
    }
  }

  /// Statements of the driver itself.
  enum Control {
    static let begin = Statement("BEGIN ISOLATION LEVEL READ COMMITTED")
    static let beginSnapshot = Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    static let commit = Statement("COMMIT")
    static let rollback = Statement("ROLLBACK")
    static let savepoint = Statement("SAVEPOINT round")
    static let release = Statement("RELEASE SAVEPOINT round")
    static let rollbackToSavepoint = Statement("ROLLBACK TO SAVEPOINT round")
    /// All guards of the store at once, held until the transaction ends.
    static let lockStore = Statement(
      "SELECT pg_advisory_xact_lock(\(lockSpace), 'guards'::regclass::oid::integer)")
    /// "tequ" in ASCII: keeps these locks apart from those of other programs.
    static let lockSpace = 0x7465_7175
    static let raiseGuard = Statement(
      """
      INSERT INTO guards (name, version) VALUES ($1, 1)
      ON CONFLICT (name) DO UPDATE SET version = guards.version + 1
      """)
  }
#endif
