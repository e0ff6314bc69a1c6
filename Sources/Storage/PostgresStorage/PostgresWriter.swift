#if PostgreSQL
  import Commons
  import Glibc
  import Storage
  import Synchronization

  /// The thread that owns the writing connection: it takes what waits, commits once, then answers.
  ///
  /// Units that were planned ahead are streamed: while the server works on one batch and its commit, the
  /// next one is already sent behind it. Whatever does not go that way (a plan that no longer stands,
  /// another node's turn, a refusal by the server) is carried out by itself, see ``PostgresBatch``.
  final class PostgresWriter: @unchecked Sendable {
    private let configuration: PostgresStore.Configuration
    private let epoch: ServerEpoch
    let counter = CommitCounter()
    private let queue = Mutex<[PostgresGroup]>([])
    private let isStopped = Atomic<Bool>(false)
    private let wake = WakeUp()
    private let ended = Signal()
    private let trail = ChangeTrail()
    private let isAlone = Atomic<Bool>(true)
    // Used by the writer thread alone.
    private var connection: PostgresConnection?
    private var groups: ChangeGroups?
    private var random: SeededRandom
    /// The batch that is being filled, and the one before it that is under way.
    private var open: Load<PostgresStream>?
    private var flight: Load<PostgresStream>?
    /// Durable, but not yet answered: the server is first given the next COMMIT.
    private var landed: [PostgresGroup] = []
    /// When the server is given up that has not answered the batch under way.
    private var patienceEnds = ContinuousClock.now
    /// The number that this node's last batch had among those of all nodes; nil if it is not known.
    private var turn: Int64?
    /// This node's last batch that the present connection has committed.
    private var lastCommitted = 0
    /// Batches for which other nodes are still reckoned with.
    private var wariness = 0
    /// Whether more is being planned.
    private let expectsMore = Mutex<@Sendable () -> Bool>({ false })

    /// A batch with the groups that are answered when it is durable.
    private struct Load<Batch> {
      let batch: Batch
      var finished: [PostgresGroup] = []
    }

    /// A unit, with its group if it is the last one of it.
    private struct Entry {
      let unit: PostgresUnit
      let finished: PostgresGroup?
    }

    /// Times that a batch is tried before its callers are told to come again.
    private static let attempts = 5
    /// Batches in a row without another node's between them, before streaming is tried again.
    private static let caution = 8
    /// Units for which a commit is worth while although more are being planned.
    private static let enough = 96
    /// Milliseconds that units wait for those which are being planned.
    private static let hold: Int32 = 3

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

    /// The last batch of which the outcome is known: what is asked for after this was read contains it.
    var settled: Int { trail.settled }
    /// Whether it is worth while to plan ahead: not while other nodes write, too.
    var usesPlans: Bool { isAlone.load(ordering: .relaxed) }

    static func connect(
      _ configuration: PostgresStore.Configuration
    ) throws -> PostgresConnection {
      try PostgresConnection(
        configuration, role: "writer",
        settings: PostgresSession.settings(configuration) + PostgresSession.byKey + [
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

    /// Tells how to learn whether more units will come at once.
    func expect(_ more: @escaping @Sendable () -> Bool) { expectsMore.withLock { $0 = more } }

    func enqueue(_ groups: [PostgresGroup]) {
      let accepted = queue.withLock { waiting in
        guard !isStopped.load(ordering: .relaxed) else { return false }
        waiting += groups
        return true
      }
      guard accepted else {
        for group in groups {
          for unit in group.units { unit.failure = Problem.unavailable() }
          group.done()
        }
        return
      }
      wake.signal()
    }

    func stop() {
      let wasStopped = queue.withLock { _ in isStopped.exchange(true, ordering: .relaxed) }
      wake.signal()
      if !wasStopped { ended.wait() }
    }

    private var hasWork: Bool {
      isStopped.load(ordering: .relaxed) || queue.withLock { !$0.isEmpty }
    }

    private func loop() {
      while true {
        let groups = queue.withLock { waiting in
          let taken = waiting
          waiting.removeAll(keepingCapacity: true)
          return taken
        }
        if !groups.isEmpty {
          process(groups)
        } else if flight != nil {
          attempt(goOn)
          if flight != nil { waitForServer() }
        } else if open != nil {
          wake.sleep(atMost: PostgresWriter.hold, unless: { self.hasWork })
          if queue.withLock({ $0.isEmpty }) { attempt(depart) }
        } else if isStopped.load(ordering: .relaxed) {
          break
        } else {
          wake.sleep { self.hasWork }
        }
      }
      connection = nil
      ended.signal()
    }

    // Groups are cut into transactions of at most `batchLimit` units; a group is answered when its
    // last unit is durable.
    private func process(_ groups: [PostgresGroup]) {
      var entries: [Entry] = []
      for group in groups {
        for unit in group.units.dropLast() { entries.append(Entry(unit: unit, finished: nil)) }
        if let last = group.units.last { entries.append(Entry(unit: last, finished: group)) }
      }
      var rest = entries[...]
      while let entry = rest.first {
        guard canStream else {
          let batch = rest.prefix(configuration.batchLimit)
          rest = rest.dropFirst(batch.count)
          carryOut(batch.map(\.unit), batch.compactMap(\.finished))
          continue
        }
        attempt { () throws(PostgresFailure) in
          if try stream(entry) {
            // From here on it is answered with its batch, whatever becomes of that.
            rest = rest.dropFirst()
            try flow()
          } else {
            try land(waiting: true)
            let room = configuration.batchLimit - (open?.batch.units.count ?? 0)
            let batch = rest.prefix(room)
            rest = rest.dropFirst(room)
            finishByRounds(batch)
          }
        }
      }
      attempt(goOn)
    }

    /// Sends COMMIT for what was streamed, if no other batch is under way.
    private func goOn() throws(PostgresFailure) {
      try land(waiting: false)
      guard flight == nil, let open else { return }
      if open.batch.units.count < PostgresWriter.enough, !open.batch.mustBeRead,
        expectsMore.withLock({ $0 })()
      {
        return try open.batch.push()
      }
      try depart()
    }

    // MARK: Streaming

    private var canStream: Bool {
      open != nil || (turn != nil && wariness == 0 && connection != nil && groups != nil)
    }

    /// Puts a unit into the batch that is being filled; false if it must be run at its turn.
    private func stream(_ entry: Entry) throws(PostgresFailure) -> Bool {
      if open == nil, let connection, let groups, let turn {
        // What is streamed goes out with its COMMIT: it would not be known whether that was done.
        if flight == nil { try connection.requireOpen() }
        let last = flight?.batch.number ?? lastCommitted
        open = Load(
          batch: try PostgresStream(connection, groups, trail, turn: turn + 1, after: last))
        self.turn = turn + 1
      }
      guard let batch = open?.batch, try batch.take(entry.unit) else { return false }
      if let group = entry.finished { open?.finished.append(group) }
      return true
    }

    /// Hands what was streamed to the server from time to time, and closes a batch that is full.
    private func flow() throws(PostgresFailure) {
      guard let batch = open?.batch else { return }
      if batch.units.count == configuration.batchLimit {
        try land(waiting: true)
        try depart()
      } else if batch.units.count.isMultiple(of: PostgresBatch.stride) {
        try land(waiting: false)
        // A server that is busy with another batch is better given more at once.
        let isIdle = flight == nil
        if isIdle || batch.units.count.isMultiple(of: 4 * PostgresBatch.stride) { try batch.push() }
      }
    }

    /// Sends COMMIT for what was streamed.
    private func depart() throws(PostgresFailure) {
      guard let load = open else { return }
      if load.batch.mustBeRead { return finishByRounds([]) }
      open = nil
      flight = load
      if let connection { patienceEnds = .now + connection.patience }
      try load.batch.close()
    }

    /// Answers the callers of the batch under way, if the server has said what became of it.
    private func land(waiting: Bool) throws(PostgresFailure) {
      guard let load = flight, let connection else { return }
      try connection.push()
      guard let outcomes = waiting ? try connection.waitForGroup() : try connection.takeGroup()
      else { return }
      switch try load.batch.end(outcomes) {
      case .committed:
        flight = nil
        lastCommitted = load.batch.number
        trail.settle(load.batch.number)
        counter.add(load.batch.units.count)
        landed += load.finished
      case .overtaken:
        beWary()
        throw PostgresFailure(.retry, "another node had its turn")
      case .undone: throw PostgresFailure(.retry, "the batch was undone")
      }
    }

    private func waitForServer() {
      guard let connection else { return }
      attempt { () throws(PostgresFailure) in
        var failure: PostgresFailure?
        wake.sleep(unless: { self.hasWork && !self.isStopped.load(ordering: .relaxed) }) {
          do throws(PostgresFailure) {
            try connection.wait(for: wake, until: patienceEnds)
          } catch { failure = error }
        }
        if let failure { throw failure }
      }
    }

    /// Does something with the pipeline. If it fails, all that was in it is carried out by itself, in the
    /// same order.
    private func attempt(_ body: () throws(PostgresFailure) -> Void) {
      do { try body() } catch { recover(error) }
      answer(landed)
      landed.removeAll(keepingCapacity: true)
    }

    private func recover(_ failure: PostgresFailure) {
      let (flown, opened) = (flight, open)
      // If the connection is gone the server may have carried out the COMMIT, unless it had failed before.
      let isOver =
        flown.map { connection?.hasFailed(within: $0.batch.items.count - 1) ?? false } ?? true
      (flight, open) = (nil, nil)
      turn = nil
      if case .lost = failure.kind {
        connection = nil
      } else if let connection {
        // What was sent behind the failure is skipped or fails; its answers are not wanted.
        do {
          try connection.clear()
          _ = try connection.ask(Control.rollback)
        } catch { self.connection = nil }
      }
      if let flown {
        if case .lost = failure.kind, !isOver {
          fail(flown.batch.units, Problem.unavailable())
          answer(flown.finished)
        } else {
          carryOut(flown.batch.units, flown.finished)
        }
      }
      if let opened { carryOut(opened.batch.units, opened.finished) }
    }

    private func beWary() {
      wariness = PostgresWriter.caution
      isAlone.store(false, ordering: .relaxed)
    }

    /// Learns from the number that a batch had among those of all nodes.
    private func learn(_ turns: (first: Int64, last: Int64)?) {
      if let turn, let turns, turns.first != turn + 1 {
        beWary()
      } else if wariness > 0 {
        wariness -= 1
        isAlone.store(wariness == 0, ordering: .relaxed)
      }
      turn = turns?.last
    }

    private func answer(_ groups: [PostgresGroup]) {
      for group in groups { group.done() }
    }

    // MARK: By rounds

    /// Goes on with the streamed batch and units that must be run at their turn. No other batch may be
    /// under way.
    private func finishByRounds(_ entries: ArraySlice<Entry>) {
      guard let load = open, let connection, let groups else { return }
      open = nil
      let units = load.batch.units + entries.map(\.unit)
      let finished = load.finished + entries.compactMap(\.finished)
      let batch = PostgresBatch(
        continuing: load.batch, entries.map(\.unit), connection, groups, trail)
      do {
        try batch.finish()
        turn = batch.turns?.last
        settle()
        counter.add(units.count)
      } catch {
        turn = nil
        var isOpen = true
        if case .lost = error.kind {
          self.connection = nil
          isOpen = !batch.isCommitting
        } else {
          batch.abandon()
        }
        if isOpen { return carryOut(units, finished) }
        fail(units, Problem.unavailable())
      }
      answer(finished)
    }

    private func settle() {
      lastCommitted = trail.current
      trail.settle(trail.current)
    }

    /// Carries units out in a transaction of their own, and answers.
    private func carryOut(_ units: [PostgresUnit], _ finished: [PostgresGroup]) {
      if !units.isEmpty { commit(units) }
      answer(finished)
    }

    private func commit(_ units: [PostgresUnit]) {
      for attempt in 1...PostgresWriter.attempts {
        if attempt > 1 { pause(attempt) }
        guard let (connection, groups) = ready() else { continue }
        let batch = PostgresBatch(connection, units, groups, trail)
        do {
          try batch.run()
          learn(batch.turns)
          settle()
          return counter.add(units.count)
        } catch {
          turn = nil
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
    /// For connections on which all goes by key. Plans that are made once must not rest on how small a
    /// table was at that time, and are not worth making again.
    static let byKey = [
      "SET enable_seqscan = off", "SET enable_hashjoin = off", "SET enable_mergejoin = off",
      "SET jit = off", "SET plan_cache_mode = force_generic_plan",
    ]

    static func settings(_ configuration: PostgresStore.Configuration) -> [String] {
      [
        "SET client_min_messages = warning",
        "SET statement_timeout = '\(configuration.statementTimeoutSeconds)s'",
      ]
    }
  }
#endif
