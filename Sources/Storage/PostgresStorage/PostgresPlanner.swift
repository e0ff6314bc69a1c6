#if PostgreSQL
  import Commons
  import Storage
  import Synchronization

  /// A thread that plans units before their turn, with answers over a reading connection of its own, while
  /// the writer and the server work for others. What it plans rests on committed rows; at the unit's turn
  /// the writer tells from what was changed since whether the plan stands, see ``ChangeTrail``.
  final class PostgresPlanner: @unchecked Sendable {
    private let configuration: PostgresStore.Configuration
    private let epoch: ServerEpoch
    private let writer: PostgresWriter
    private let queue = Mutex<[PostgresGroup]>([])
    private let unplanned = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)
    private let wake = Signal()
    private let ended = Signal()
    // Used by the planner's thread alone.
    private var connection: PostgresConnection?
    private var groups = QuestionGroups()
    private var madeIn = 0

    /// Questions in a row that are asked ahead; a unit that asks on is run at its turn.
    private static let rounds = 4

    init(
      _ configuration: PostgresStore.Configuration, _ epoch: ServerEpoch, _ writer: PostgresWriter
    ) {
      self.configuration = configuration
      self.epoch = epoch
      self.writer = writer
      startThread { self.loop() }
    }

    /// Groups that wait or are being planned.
    var load: Int { unplanned.load(ordering: .relaxed) }

    func enqueue(_ group: PostgresGroup) {
      let isOpen = queue.withLock { waiting in
        guard !isStopped.load(ordering: .relaxed) else { return false }
        waiting.append(group)
        unplanned.add(1, ordering: .relaxed)
        return true
      }
      if isOpen { wake.signal() } else { writer.enqueue([group]) }
    }

    /// Hands what waits to the writer, planned or not, and ends.
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
          if isStopped.load(ordering: .relaxed) { return ended.signal() }
          wake.wait()
          continue
        }
        if writer.usesPlans { plan(groups) }
        unplanned.subtract(groups.count, ordering: .relaxed)
        writer.enqueue(groups)
      }
    }

    private func plan(_ groups: [PostgresGroup]) {
      // Read before anything is asked: what was over by then is in every answer.
      let since = writer.settled
      var views: [(unit: PostgresUnit, view: AheadView)] = []
      var questions: [Question] = []
      for unit in groups.lazy.flatMap(\.units) {
        let view = AheadView()
        guard let question = unit.planAhead(view, since: since) else { continue }
        views.append((unit, view))
        questions.append(question)
      }
      for _ in 0..<PostgresPlanner.rounds where !questions.isEmpty {
        // Without an answer the unit is run at its turn, and meets what was wrong there.
        guard let answers = answers(questions) else { return }
        let waiting = views
        views.removeAll(keepingCapacity: true)
        questions.removeAll(keepingCapacity: true)
        for ((unit, view), answer) in zip(waiting, answers) {
          view.take(answer)
          guard let question = unit.planAhead(view, since: since) else { continue }
          views.append((unit, view))
          questions.append(question)
        }
      }
    }

    private func answers(_ questions: [Question]) -> [PostgresAnswer]? {
      do {
        let connection = try ready()
        let answers = try groups.answers(to: questions, on: connection)
        return madeIn == epoch.current ? answers : nil
      } catch {
        if case .lost? = (error as? PostgresFailure)?.kind { connection = nil }
        return nil
      }
    }

    private func ready() throws -> PostgresConnection {
      if let connection, madeIn == epoch.current { return connection }
      madeIn = epoch.current
      groups = QuestionGroups()
      let made = try PostgresReader.connect(configuration, settings: PostgresSession.byKey)
      connection = made
      return made
    }
  }
#endif
