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
    /// How long a server may say nothing.
    let patience: Duration
    private var names: [UnsafeMutablePointer<CChar>?] = []
    /// What was sent and not yet answered to the end of its group, in order.
    private var expected: [Expected] = []
    /// Which of it is answered next, and whether its result has been read but not the end of it.
    private var position = 0
    private var isInside = false
    private var outcomes: [Outcome] = []
    private var openGroups = 0
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
      if expected.count.isMultiple(of: 64) { try push() }
    }

    /// The names of the types that the server inferred for a statement's parameters.
    func parameterTypes(of statement: Statement) throws(PostgresFailure) -> [String] {
      let name = SQLValue.text(String(cString: try prepare(statement)))
      let answer = try ask(Control.parameterTypes, [name])
      return (try? answer.all { $0.text(0) }) ?? []
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

    /// Looks whether the server has said good-bye while nothing was asked of it.
    func requireOpen() throws(PostgresFailure) {
      // The first look finds its last words, the second one the end.
      for _ in 0..<2 { guard PQconsumeInput(handle) == 1 else { throw lost() } }
      guard PQisBusy(handle) == 0, PQstatus(handle) == CONNECTION_OK else { throw lost() }
    }

    private func lost() -> PostgresFailure {
      let reason = String(cString: PQerrorMessage(handle)).split(separator: "\n")
      return PostgresFailure(
        .lost, "the connection to PostgreSQL is gone: \(reason.joined(separator: "; "))")
    }

    // MARK: Receiving

    /// Ends the group of statements that were sent since the last call: after a failure the server skips
    /// the rest of its group.
    func endGroup() throws(PostgresFailure) {
      guard PQpipelineSync(handle) == 1 else { throw lost() }
      expected.append(.sync)
      openGroups += 1
      try push()
    }

    /// Ends the group and waits for what became of each statement in it. No older group may be left.
    func finish() throws(PostgresFailure) -> [Outcome] {
      try endGroup()
      return try waitForGroup()
    }

    /// Waits for the oldest group that was ended: what became of each statement in it.
    func waitForGroup() throws(PostgresFailure) -> [Outcome] {
      let end = ContinuousClock.now + patience
      while true {
        if let outcomes = try takeGroup() { return outcomes }
        try wait(for: nil, until: end)
      }
    }

    /// What became of the statements of the oldest group that was ended, if the server has said it all.
    func takeGroup() throws(PostgresFailure) -> [Outcome]? {
      while openGroups > 0, PQisBusy(handle) == 0 {
        let result = PQgetResult(handle)
        if isInside {
          guard result == nil else { throw lost() }
          isInside = false
          position += 1
          continue
        }
        guard let result else { throw lost() }
        switch expected[position] {
        case .sync:
          let status = PQresultStatus(result)
          PQclear(result)
          guard status == PGRES_PIPELINE_SYNC else { throw lost() }
          // Nothing follows a sync, not even the end of a result.
          expected.removeFirst(position + 1)
          position = 0
          openGroups -= 1
          defer { outcomes = [] }
          return outcomes
        case .prepared(let index): notePrepared(index, result)
        case .run(let statement): outcomes.append(outcome(result, statement))
        }
        isInside = true
      }
      return nil
    }

    /// Whether the server is known to have failed at one of the first `count` statements of the oldest group
    /// that was ended.
    func hasFailed(within count: Int) -> Bool {
      // Its last words may have come in before the end was noticed.
      _ = try? takeGroup()
      return outcomes.prefix(count).contains { if case .failed = $0 { true } else { false } }
    }

    /// Ends what was sent and forgets what becomes of it.
    func clear() throws(PostgresFailure) {
      try endGroup()
      while openGroups > 0 { _ = try waitForGroup() }
    }

    // A statement that cannot be prepared fails the first run of it; the run itself is then skipped
    // by the server, so the failure is put in its place.
    private var unprepared: PostgresFailure?

    private func notePrepared(_ index: Int, _ result: OpaquePointer) {
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

    /// Waits until the server has said something or a wake-up comes, sending what is still to be sent.
    ///
    /// - Throws: `lost` once it is later than `end`.
    func wait(for wake: WakeUp?, until end: ContinuousClock.Instant) throws(PostgresFailure) {
      let flushed = PQflush(handle)
      guard flushed >= 0 else { throw lost() }
      let writing = flushed == 1 ? Int16(POLLOUT) : 0
      var descriptors = [
        pollfd(fd: PQsocket(handle), events: Int16(POLLIN) | writing, revents: 0)
      ]
      if let wake {
        descriptors.append(pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0))
      }
      let ready = poll(&descriptors, nfds_t(descriptors.count), 1000)
      if ready > 0, descriptors[0].revents & ~Int16(POLLOUT) != 0 {
        guard PQconsumeInput(handle) == 1 else { throw lost() }
      }
      if ready <= 0, ContinuousClock.now > end {
        throw PostgresFailure(.lost, "PostgreSQL has not answered for \(patience)")
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
    static let parameterTypes = Statement(
      """
      SELECT t.type::text FROM pg_prepared_statements s,
        unnest(s.parameter_types) WITH ORDINALITY AS t (type, place)
      WHERE s.name = $1 ORDER BY t.place
      """)
    /// Batches of all nodes are counted under the lock. A number is used up even if its batch fails.
    static let makeTurns = Statement("CREATE SEQUENCE IF NOT EXISTS turns")
    static let nextTurn = Statement("SELECT nextval('turns')")
    /// Fails unless no other node had the lock since this one had it last, and the batch before this one
    /// of the same connection is committed: what a session is told in a transaction is undone with it.
    static let requireTurn = Statement(
      """
      SELECT 1 / (nextval('turns') = $1::bigint
        AND current_setting('tequ.batch', true) IS NOT DISTINCT FROM $2::text)::integer
      """)
    static let nameBatch = Statement("SELECT set_config('tequ.batch', $1, false)")
    /// "tequ" in ASCII: keeps these locks apart from those of other programs.
    static let lockSpace = 0x7465_7175
    static let raiseGuard = Statement(
      """
      INSERT INTO guards (name, version) VALUES ($1, 1)
      ON CONFLICT (name) DO UPDATE SET version = guards.version + 1
      """)
  }
#endif
