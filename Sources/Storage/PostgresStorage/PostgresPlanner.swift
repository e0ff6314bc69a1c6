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
    /// Groups that are handed over while those behind them are still being planned, so that the server
    /// has them earlier.
    private static let portion = 16

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
        if writer.usesPlans { plan(groups) } else { handOver(groups) }
      }
    }

    /// Hands groups to the writer, planned or not.
    private func handOver(_ groups: [PostgresGroup]) {
      // First, so that the writer does not wait for what it has.
      unplanned.subtract(groups.count, ordering: .relaxed)
      writer.enqueue(groups)
    }

    /// A unit that is being planned, with the place of its group.
    private struct Planning {
      let unit: PostgresUnit
      let view: AheadView
      let place: Int
    }

    /// Plans groups and hands them over, portion by portion.
    private func plan(_ groups: [PostgresGroup]) {
      // Read before anything is asked: what was over by then is in every answer.
      let since = writer.settled
      var plannings: [Planning] = []
      var questions: [Question] = []
      /// Units of each group that are still being planned; groups whose last one is done.
      var open = groups.map(\.units.count)
      var done: [PostgresGroup] = []
      func advance(_ planning: Planning) {
        if let question = planning.unit.planAhead(planning.view, since: since) {
          plannings.append(planning)
          questions.append(question)
          return
        }
        open[planning.place] -= 1
        guard open[planning.place] == 0 else { return }
        done.append(groups[planning.place])
        if done.count == PostgresPlanner.portion {
          handOver(done)
          done.removeAll(keepingCapacity: true)
        }
      }
      for (place, group) in groups.enumerated() {
        for unit in group.units { advance(Planning(unit: unit, view: AheadView(), place: place)) }
      }
      for _ in 0..<PostgresPlanner.rounds where !questions.isEmpty {
        guard let answers = answers(questions) else { break }
        let waiting = plannings
        plannings.removeAll(keepingCapacity: true)
        questions.removeAll(keepingCapacity: true)
        for (planning, answer) in zip(waiting, answers) {
          planning.view.take(answer)
          advance(planning)
        }
      }
      // A unit that is not planned is run at its turn, and meets there what was wrong.
      let rest = zip(groups, open).filter { $1 > 0 }.map(\.0)
      if !(done + rest).isEmpty { handOver(done + rest) }
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
