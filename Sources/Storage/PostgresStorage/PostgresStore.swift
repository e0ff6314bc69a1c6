#if PostgreSQL
  import Commons
  import Storage

  /// A store in one PostgreSQL database, version 15 or later, that several nodes may share.
  ///
  /// One thread owns the writing connection and commits whatever waits as one transaction; others
  /// answer single questions in pipelines; snapshots have connections of their own.
  public final class PostgresStore: Store {
    /// How a store is opened.
    public struct Configuration: Sendable {
      /// A libpq address: `postgresql://host/database?sslmode=verify-full` or `host=… dbname=…`.
      /// Passwords come from a password file or the environment, as for PostgreSQL's own tools.
      public var address: String
      /// Units in one transaction at most.
      public var batchLimit: Int
      /// Threads that answer single questions.
      public var readers: Int
      /// Threads that plan units before their turn; with none, every unit is run at its turn. Each asks
      /// what has gathered at once, so that more of them ask more often.
      public var planners = 1
      /// Seconds after which the server gives up a question or a change, all of which go by key; two
      /// more, and a server that says nothing at all is given up.
      public var statementTimeoutSeconds = 10
      /// The same for a report or a step of the schema.
      public var reportTimeoutSeconds = 3600
      /// Seconds to wait for a connection.
      public var connectTimeoutSeconds = 5
      /// Seconds after which a node that hangs within a transaction loses its turn.
      public var idleTimeoutSeconds = 5
      /// Opens for reading only: every write is refused and the schema is left alone.
      public var isReadOnly = false

      /// A configuration.
      public init(address: String, batchLimit: Int = 1000, readers: Int = 2) {
        self.address = address
        self.batchLimit = max(1, batchLimit)
        self.readers = max(1, readers)
      }

      /// For what may take long.
      var patient: Configuration {
        var patient = self
        patient.statementTimeoutSeconds = reportTimeoutSeconds
        return patient
      }
    }

    /// PostgreSQL.
    public var dialect: Dialect { .postgresql }

    /// What was committed since the store was opened.
    public var commits: CommitCount { writer?.counter.count ?? CommitCounter().count }

    private let writer: PostgresWriter?
    private let planners: [PostgresPlanner]
    private let readers: [PostgresReader]
    private let snapshots: SnapshotPool
    private let longSnapshots: SnapshotPool
    private let reports = WorkerThreads()
    private let snapshotThreads = WorkerThreads(4)

    /// Connects and applies what is missing of `migrations`.
    ///
    /// - Throws: ``StorageError`` if the server is away, lets nobody in, or holds a database that
    ///   this program must not use.
    public init(_ configuration: Configuration, migrations: [Migration]) throws {
      let epoch = ServerEpoch()
      do {
        if configuration.isReadOnly {
          _ = try PostgresReader.connect(configuration)
          writer = nil
        } else {
          let patient = configuration.patient
          let session = PostgresSession.settings(patient)
          try PostgresMigrator.apply(
            migrations, to: PostgresConnection(patient, role: "migrator", settings: session))
          writer = PostgresWriter(
            configuration, try PostgresWriter.connect(configuration), epoch)
        }
      } catch let failure as PostgresFailure { throw StorageError(failure.message) }
      planners =
        writer.map { writer in
          (0..<max(0, configuration.planners)).map { _ in
            PostgresPlanner(configuration, epoch, writer)
          }
        } ?? []
      writer?.expect { [planners] in planners.contains { $0.load > 0 } }
      readers = (0..<configuration.readers).map { _ in PostgresReader(configuration, epoch) }
      snapshots = SnapshotPool(configuration, epoch)
      longSnapshots = SnapshotPool(configuration.patient, epoch)
    }

    /// Whether the database at an address has the tables of a store.
    ///
    /// - Throws: ``StorageError`` if the server is away or lets nobody in.
    public static func holdsSchema(_ address: String) throws -> Bool {
      do {
        let connection = try PostgresReader.connect(Configuration(address: address))
        return try connection.ask(hasLedger).first { $0.integer(0) } == 1
      } catch let failure as PostgresFailure { throw StorageError(failure.message) }
    }

    private static let hasLedger = Statement(
      "SELECT (to_regclass('schema_migrations') IS NOT NULL)::integer")

    deinit {
      close()
      for reader in readers { reader.stop() }
      reports.stop()
      snapshotThreads.stop()
    }

    /// Refuses further writes, finishes those that wait and closes the writing connection.
    public func close() {
      for planner in planners { planner.stop() }
      writer?.stop()
      writer?.expect { false }
    }

    // MARK: Store

    /// Runs one unit.
    public func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
      let pending = TypedPostgresUnit(unit)
      await withUnsafeContinuation { continuation in
        enqueue([pending]) { continuation.resume() }
      } as Void
      if let failure = pending.failure { throw failure }
      return pending.answer!
    }

    /// Runs several units that arrive together, in their order.
    public func writeAll<Answer>(
      _ units: [WriteUnit<Answer>]
    ) async -> [Result<Answer, any Error>] {
      guard !units.isEmpty else { return [] }
      let pending = units.map { TypedPostgresUnit($0) }
      await withUnsafeContinuation { continuation in
        enqueue(pending) { continuation.resume() }
      } as Void
      return pending.map { unit in
        unit.failure.map { .failure($0) } ?? .success(unit.answer!)
      }
    }

    private func enqueue(_ units: [PostgresUnit], done: @escaping @Sendable () -> Void) {
      guard let writer else {
        for unit in units { unit.failure = StorageError("the store is open for reading only") }
        return done()
      }
      let group = PostgresGroup(units, done: done)
      if let planner = planners.min(by: { $0.load < $1.load }) {
        planner.enqueue(group)
      } else {
        writer.enqueue([group])
      }
    }

    /// Reads within one snapshot.
    ///
    /// A body with one question, as nearly all have, rests on one statement and needs no
    /// transaction; its question goes out together with those of others. Only a body that asks again
    /// is run within a snapshot. Either way it only looks, so that it may be run more than once.
    public func read<Output: Sendable>(
      _ body: @escaping @Sendable (any View) throws -> Output
    ) async throws -> Output {
      let asking = OneQuestionView(nil)
      let early = Result { try body(asking) }
      guard let question = asking.missing else { return try early.get() }
      let view = OneQuestionView(try await answer(question.statement, question.parameters))
      let result = Result { try body(view) }
      if view.missing == nil { return try result.get() }
      // Not on the calling thread: there are as many of those as cores, and the server may be slow.
      return try await withUnsafeThrowingContinuation { continuation in
        snapshotThreads.run { [self] in
          continuation.resume(with: Result { try snapshots.read(body) })
        }
      }
    }

    private func answer(
      _ statement: Statement, _ parameters: [SQLValue]
    ) async throws -> PostgresAnswer {
      let reader = readers.min { $0.load < $1.load }!
      let result = await withUnsafeContinuation { continuation in
        reader.enqueue(
          WaitingQuestion(statement, parameters) { continuation.resume(returning: $0) })
      }
      do { return try result.get() } catch { throw error.shown }
    }

    /// Reads a long report on a thread of its own, within one snapshot.
    public func report<Output: Sendable>(
      _ body: @escaping @Sendable (any View) throws -> Output
    ) async throws -> Output {
      try await withUnsafeThrowingContinuation { continuation in
        reports.run { [self] in
          continuation.resume(with: Result { try longSnapshots.read(body) })
        }
      }
    }
  }

  /// Answers the first question if it has the answer, and stops at the next.
  private final class OneQuestionView: View {
    private var answer: PostgresAnswer?
    private(set) var missing: (statement: Statement, parameters: [SQLValue])?

    private struct Missing: Error {}

    init(_ answer: PostgresAnswer?) { self.answer = answer }

    func all<Output>(_ query: Query<Output>) throws -> [Output] {
      try take(query).all(query.decode)
    }

    func first<Output>(_ query: Query<Output>) throws -> Output? {
      try take(query).first(query.decode)
    }

    private func take<Output>(_ query: Query<Output>) throws -> PostgresAnswer {
      guard let answer, missing == nil else {
        if missing == nil { missing = (query.statement, query.parameters) }
        throw Missing()
      }
      self.answer = nil
      return answer
    }
  }
#endif
