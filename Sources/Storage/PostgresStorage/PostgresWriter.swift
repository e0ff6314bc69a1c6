#if PostgreSQL
  import Commons
  import Glibc
  import Storage
  import Synchronization

  /// The thread that owns the writing connection: it takes what waits, commits once, then answers.
  final class PostgresWriter: @unchecked Sendable {
    private let configuration: PostgresStore.Configuration
    private let epoch: ServerEpoch
    let counter = CommitCounter()
    private let queue = Mutex<[PostgresGroup]>([])
    private let isStopped = Atomic<Bool>(false)
    private let wake = Signal()
    private let ended = Signal()
    // Used by the writer thread alone.
    private var connection: PostgresConnection?
    private var groups: ChangeGroups?
    private var random: SeededRandom

    /// Times that a batch is tried before its callers are told to come again.
    private static let attempts = 5

    init(
      _ configuration: PostgresStore.Configuration, _ connection: PostgresConnection,
      _ epoch: ServerEpoch
    ) {
      self.configuration = configuration
      self.connection = connection
      self.epoch = epoch
      let moment = ContinuousClock.now
      random = SeededRandom(seed: UInt64(truncatingIfNeeded: moment.hashValue) ^ UInt64(getpid()))
      startThread { self.loop() }
    }

    static func connect(
      _ configuration: PostgresStore.Configuration
    ) throws -> PostgresConnection {
      try PostgresConnection(
        configuration, role: "writer",
        settings: PostgresSession.settings(configuration) + [
          // All that a writer asks or changes goes by key. Plans that are made once must not rest on how
          // small a table was at that time.
          "SET enable_seqscan = off", "SET enable_hashjoin = off", "SET enable_mergejoin = off",
          "SET jit = off",
          // A node that hangs with the lock in its hand loses it after this time.
          "SET idle_in_transaction_session_timeout = '\(configuration.idleTimeoutSeconds)s'",
          // What is acknowledged must be on disk, here and on the synchronous standby if there is one,
          // whatever the server's default says.
          """
          SELECT set_config('synchronous_commit', 'on', false)
          WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
          """,
        ])
    }

    func enqueue(_ group: PostgresGroup) {
      let accepted = queue.withLock { waiting in
        guard !isStopped.load(ordering: .relaxed) else { return false }
        waiting.append(group)
        return true
      }
      guard accepted else {
        for unit in group.units { unit.failure = Problem.unavailable() }
        return group.done()
      }
      wake.signal()
    }

    func stop() {
      let wasStopped = queue.withLock { _ in isStopped.exchange(true, ordering: .relaxed) }
      wake.signal()
      if !wasStopped { ended.wait() }
    }

    private func loop() {
      while true {
        let groups = queue.withLock { waiting in
          let taken = waiting
          waiting.removeAll(keepingCapacity: true)
          return taken
        }
        if groups.isEmpty {
          if isStopped.load(ordering: .relaxed) { break }
          wake.wait()
          continue
        }
        process(groups)
      }
      connection = nil
      ended.signal()
    }

    // Groups are cut into transactions of at most `batchLimit` units; a group is answered when its
    // last unit is durable.
    private func process(_ groups: [PostgresGroup]) {
      var batch: [PostgresUnit] = []
      var finished: [PostgresGroup] = []
      func flush() {
        if !batch.isEmpty { commit(batch) }
        batch.removeAll(keepingCapacity: true)
        for group in finished { group.done() }
        finished.removeAll(keepingCapacity: true)
      }
      for group in groups {
        for unit in group.units {
          batch.append(unit)
          if batch.count == configuration.batchLimit { flush() }
        }
        finished.append(group)
      }
      flush()
    }

    private func commit(_ units: [PostgresUnit]) {
      for attempt in 1...PostgresWriter.attempts {
        if attempt > 1 { pause(attempt) }
        guard let (connection, groups) = ready() else { continue }
        let batch = PostgresBatch(connection, units, groups)
        do {
          try batch.run()
          return counter.add(units.count)
        } catch {
          switch error.kind {
          case .lost:
            self.connection = nil
            // The server may have carried out a COMMIT whose answer was lost. To run the units
            // again could do them twice; the caller's key tells when it asks again.
            if batch.isCommitting { return fail(units, Problem.unavailable()) }
          case .retry: batch.abandon()
          case .refused, .unavailable, .other:
            batch.abandon()
            return fail(units, error.shown)
          }
        }
      }
      fail(units, Problem.unavailable())
    }

    private func ready() -> (PostgresConnection, ChangeGroups)? {
      if connection == nil {
        connection = try? PostgresWriter.connect(configuration)
        if connection != nil { epoch.begin() }
      }
      guard let connection else { return nil }
      if groups == nil { groups = (try? TableFacts.all(connection)).map { ChangeGroups($0) } }
      return groups.map { (connection, $0) }
    }

    private func fail(_ units: [PostgresUnit], _ error: any Error) {
      for unit in units { unit.failure = error }
    }

    /// Twice as long each time, with jitter, so that two nodes do not meet again.
    private func pause(_ attempt: Int) {
      let longest = UInt64(10_000) << UInt64(attempt)
      usleep(UInt32(longest / 2 + UInt64(random.below(Int(longest / 2)))))
    }
  }

  /// What every connection is told first.
  enum PostgresSession {
    static func settings(_ configuration: PostgresStore.Configuration) -> [String] {
      [
        "SET client_min_messages = warning",
        "SET statement_timeout = '\(configuration.statementTimeoutSeconds)s'",
      ]
    }
  }
#endif
