#if PostgreSQL
  import Commons
  import Storage

  /// Something that was put into the pipeline, of which an outcome is expected.
  enum BatchItem {
    case control
    /// The number of the batch among those of all nodes.
    case turn
    /// That this number is the one that was expected.
    case turnCheck
    case change(unit: Int, touchesOneRow: Bool)
    case group
    case question(Asked)
  }

  /// One transaction over the units that waited together. It means what they mean one after the
  /// other: units are taken in order; the changes of each go into the pipeline before the next one
  /// is decided; a question is answered from memory only if no change since could have altered its
  /// answer, and otherwise asked behind those changes. See docs/decisions/0009-postgresql-rounds.md.
  final class PostgresBatch {
    private let connection: PostgresConnection
    private let units: [PostgresUnit]
    private let cache = AnswerCache()
    private let groups: ChangeGroups
    private let trail: ChangeTrail
    /// Whether each change goes by itself, because one that went with others was refused.
    private var isCareful = false
    /// Units whose changes are sent together.
    static let stride = 48
    /// Units before it are accepted: decided for good, their changes sent.
    private var position = 0
    /// Units behind the position that are run ahead to learn their questions.
    private var window: Int
    /// Where the units begin that are undone with the round.
    private var roundStart = 0
    private var hasChanges = false
    private var isFirstRound = true
    private var hasSavepoint = false
    private var raised: Set<String> = []
    /// What was sent before the next round and is collected with it.
    private var pending: [BatchItem] = []
    /// Whether COMMIT was sent: from then on a lost connection leaves the outcome open.
    private(set) var isCommitting = false
    /// The first and the last number that the batch had among those of all nodes.
    private(set) var turns: (first: Int64, last: Int64)?

    /// A batch that is to be begun.
    init(
      _ connection: PostgresConnection, _ units: [PostgresUnit], _ groups: ChangeGroups,
      _ trail: ChangeTrail
    ) {
      self.connection = connection
      self.groups = groups
      self.units = units
      self.trail = trail
      window = units.count
    }

    /// A batch that goes on where a stream met a unit that must be run at its turn.
    init(
      continuing stream: PostgresStream, _ rest: [PostgresUnit], _ connection: PostgresConnection,
      _ groups: ChangeGroups, _ trail: ChangeTrail
    ) {
      self.connection = connection
      self.groups = groups
      self.trail = trail
      units = stream.units + rest
      window = units.count
      position = stream.units.count
      pending = stream.items
      raised = stream.raised
      hasChanges = stream.hasChanges
      turns = (stream.turn, stream.turn)
    }

    /// Carries the batch out and commits it. Afterwards each unit has its answer or its failure.
    /// Throws if nothing was committed.
    func run() throws(PostgresFailure) {
      for unit in units { unit.reset() }
      groups.clear()
      trail.begin(chained: false)
      try begin()
      try finish()
    }

    /// Carries out what is left of it and commits.
    func finish() throws(PostgresFailure) {
      while true {
        let round = try sendRound()
        guard try collect(round) else { continue }
        isFirstRound = false
        if position == units.count { return try commit() }
      }
    }

    // The lock stands for all guards at once: batches of several nodes follow one another, so that
    // what a unit saw holds until it commits. It is asked for before the first question, because
    // each statement sees what was committed before it.
    private func begin() throws(PostgresFailure) {
      try connection.send(Control.begin, [])
      try connection.send(Control.lockStore, [])
      try connection.send(Control.nextTurn, [])
      try connection.send(Control.nameBatch, [.text(String(trail.current))])
      pending = [.control, .control, .turn, .control]
      hasSavepoint = false
      isFirstRound = true
      hasChanges = false
      roundStart = 0
      position = 0
      raised = []
      trail.breakChain()
    }

    // MARK: Sending a round

    private struct Round {
      var items: [BatchItem]
      /// The units whose changes it carries.
      var accepted: Range<Int>
      var hasChanges = false
    }

    private func sendRound() throws(PostgresFailure) -> Round {
      var round = Round(items: pending, accepted: position..<position)
      pending = []
      var metConflict = false
      let start = position
      while position < units.count {
        let unit = units[position]
        if !unit.isPlanned(trail) {
          let wasDecided = unit.isDecided
          guard case .decided = unit.advance(cache) else {
            metConflict = metConflict || wasDecided
            break
          }
        }
        if unit.isSuspect, round.hasChanges { break }
        try send(unit, position, in: &round)
        position += 1
        if unit.isSuspect { break }
        // The server makes these changes while the next units are decided.
        if (position - start).isMultiple(of: PostgresBatch.stride) {
          try send(groups.flush(), in: &round)
          try connection.push()
        }
      }
      if metConflict {
        window = max(4, window / 2)
      } else {
        window = min(units.count, window * 2)
      }
      round.accepted = (hasSavepoint ? start : 0)..<position
      try send(groups.flush(), in: &round)
      try ask(in: &round)
      return round
    }

    private func send(
      _ unit: PostgresUnit, _ index: Int, in round: inout Round
    ) throws(PostgresFailure) {
      unit.unsendable = nil
      guard unit.failure == nil, !unit.changes.isEmpty else { return }
      if !round.hasChanges { try protect(&round) }
      for change in unit.changes {
        cache.meet(change)
        trail.note(change)
        for key in change.raises { raised.insert(key.name) }
        if !isCareful {
          let (isTaken, first) = groups.take(change)
          try send(first, in: &round)
          if isTaken { continue }
        }
        do { try connection.send(change.statement, change.parameters) } catch {
          guard case .refused = error.kind else { throw error }
          // The values cannot even be sent. Its changes so far are undone with the round.
          unit.unsendable = error
          break
        }
        round.items.append(.change(unit: index, touchesOneRow: change.touchesOneRow))
      }
    }

    private func send(
      _ groups: [ChangeGroups.Group], in round: inout Round
    ) throws(PostgresFailure) {
      for group in groups {
        try connection.send(group.statement, group.parameters)
        round.items.append(.group)
      }
    }

    // The first changes of a transaction need no savepoint: they are undone with it.
    private func protect(_ round: inout Round) throws(PostgresFailure) {
      round.hasChanges = true
      let isFirst = isFirstRound || !hasChanges
      hasChanges = true
      if isFirst { return }
      if hasSavepoint {
        try connection.send(Control.release, [])
        round.items.append(.control)
      }
      try connection.send(Control.savepoint, [])
      round.items.append(.control)
      hasSavepoint = true
      roundStart = position
    }

    /// Asks what the next unit needs to know and, as far as they can be run ahead, those behind it.
    private func ask(in round: inout Round) throws(PostgresFailure) {
      guard position < units.count else { return }
      var wanted: Set<ObjectIdentifier> = []
      for unit in units[position..<min(units.count, position + window)] {
        guard case .asking(let question) = unit.advance(cache), question.answer == nil,
          wanted.insert(ObjectIdentifier(question)).inserted
        else { continue }
        do { try connection.send(question.statement, question.parameters) } catch {
          guard case .refused = error.kind else { throw error }
          cache.refuse(question, error.shown)
          cache.clear()
          continue
        }
        round.items.append(.question(question))
      }
    }

    // MARK: Collecting a round

    /// Reads what became of a round. False if it was undone and is to be sent again.
    private func collect(_ round: Round) throws(PostgresFailure) -> Bool {
      let outcomes = try connection.finish()
      guard outcomes.count == round.items.count else {
        throw PostgresFailure(.lost, "PostgreSQL gave \(outcomes.count) outcomes of \(round.items)")
      }
      var answers: [(Asked, PostgresAnswer)] = []
      for (item, outcome) in zip(round.items, outcomes) {
        switch (item, outcome) {
        case (.question(let asked), .done(let answer)): answers.append((asked, answer))
        case (.change(let index, true), .done(let answer)) where answer.touched != 1:
          try undo(blaming: index, Problem.stale)
          return false
        case (.turn, .done(let answer)):
          let turn = answer.number
          turns = (turns?.first ?? turn, turn)
        case (_, .done): continue
        case (_, .failed(let failure)):
          try undo(item, failure)
          return false
        case (_, .skipped): continue
        }
      }
      for index in round.accepted {
        guard let failure = units[index].unsendable else { continue }
        try undo(blaming: index, failure.shown)
        return false
      }
      for (asked, answer) in answers { cache.keep(answer, of: asked) }
      return true
    }

    private func undo(_ item: BatchItem, _ failure: PostgresFailure) throws(PostgresFailure) {
      switch failure.kind {
      case .retry, .lost: throw failure
      case .refused, .other, .unavailable: break
      }
      switch item {
      case .control, .turn, .turnCheck: throw failure
      case .question(let asked):
        cache.refuse(asked, failure.shown)
        try rewind()
      case .change(let index, _): try undo(blaming: index, failure.shown)
      case .group:
        // Whose change it was, or whose row was not there, is not known: all are sent again, each by
        // itself.
        isCareful = true
        try rewind()
      }
    }

    // A unit that was sent with others is tried once more alone: it may have failed because of a
    // change of theirs that will be undone, and they must not suffer for it.
    private func undo(blaming index: Int, _ error: any Error) throws(PostgresFailure) {
      let unit = units[index]
      unit.unsendable = nil
      if unit.isSuspect { unit.verdict = error }
      unit.isSuspect = true
      try rewind()
    }

    /// Back to the last savepoint, or to a new transaction where there is none.
    private func rewind() throws(PostgresFailure) {
      cache.clear()
      groups.clear()
      if hasSavepoint {
        _ = try connection.ask(Control.rollbackToSavepoint)
        position = roundStart
      } else {
        _ = try connection.ask(Control.rollback)
        try begin()
      }
    }

    // MARK: Committing

    private func commit() throws(PostgresFailure) {
      for name in raised.sorted() { try connection.send(Control.raiseGuard, [.text(name)]) }
      isCommitting = true
      try connection.send(Control.commit, [])
      for outcome in try connection.finish() {
        switch outcome {
        case .done(let answer) where answer.tag == "ROLLBACK":
          throw PostgresFailure(.retry, "the transaction was rolled back instead of committed")
        case .failed(let failure): throw failure
        case .done, .skipped: continue
        }
      }
    }

    /// Ends the transaction without a trace.
    func abandon() {
      _ = try? connection.finish()
      _ = try? connection.ask(Control.rollback)
    }
  }
#endif
