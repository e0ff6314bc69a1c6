#if PostgreSQL
  import Storage

  /// A batch of units that were planned ahead, sent while the server still works on the batch before it,
  /// COMMIT included: what must hold for it to be right is checked by the server on its way, and if it
  /// does not hold, nothing of it is committed and it is carried out by ``PostgresBatch`` instead.
  final class PostgresStream {
    private let connection: PostgresConnection
    private let groups: ChangeGroups
    private let trail: ChangeTrail
    /// Its number among the batches of this node.
    let number: Int
    /// The number that it must have among those of all nodes.
    let turn: Int64
    /// The units taken so far.
    private(set) var units: [PostgresUnit] = []
    /// What was sent, in order.
    private(set) var items: [BatchItem] = [.control, .control, .turnCheck, .control]
    /// Guards that its changes raise.
    private(set) var raised: Set<String> = []
    /// Whether it changes anything.
    private(set) var hasChanges = false
    /// Whether its outcome must be looked at before it may be committed.
    private(set) var mustBeRead = false

    /// Begins a batch behind the one of the number `predecessor`, which may still be under way.
    init(
      _ connection: PostgresConnection, _ groups: ChangeGroups, _ trail: ChangeTrail, turn: Int64,
      after predecessor: Int
    ) throws(PostgresFailure) {
      self.connection = connection
      self.groups = groups
      self.trail = trail
      self.turn = turn
      groups.clear()
      trail.begin(chained: true)
      number = trail.current
      try connection.send(Control.begin, [])
      try connection.send(Control.lockStore, [])
      try connection.send(
        Control.requireTurn, [.integer(turn), .text(String(predecessor))])
      try connection.send(Control.nameBatch, [.text(String(number))])
    }

    /// Sends what a unit changes; false if it must be run at its turn, because its plan does not stand.
    func take(_ unit: PostgresUnit) throws(PostgresFailure) -> Bool {
      guard unit.isPlanned(trail) else { return false }
      for change in unit.failure == nil ? unit.changes : [] {
        hasChanges = true
        trail.note(change)
        for key in change.raises { raised.insert(key.name) }
        let (isTaken, first) = groups.take(change)
        try send(first)
        if isTaken { continue }
        do { try connection.send(change.statement, change.parameters) } catch {
          guard case .refused = error.kind else { throw error }
          unit.unsendable = error
          mustBeRead = true
          break
        }
        items.append(.change(unit: units.count, touchesOneRow: change.touchesOneRow))
        mustBeRead = mustBeRead || change.touchesOneRow
      }
      // At last: if it could not be sent to its end, it was not taken.
      units.append(unit)
      return true
    }

    /// Hands what was taken to the server, which makes these changes while others are taken.
    func push() throws(PostgresFailure) {
      try send(groups.flush())
      try connection.push()
    }

    private func send(_ groups: [ChangeGroups.Group]) throws(PostgresFailure) {
      for group in groups {
        try connection.send(group.statement, group.parameters)
        items.append(.group)
      }
    }

    /// Sends the rest and COMMIT.
    func close() throws(PostgresFailure) {
      try send(groups.flush())
      for name in raised.sorted() {
        try connection.send(Control.raiseGuard, [.text(name)])
        items.append(.control)
      }
      try connection.send(Control.commit, [])
      items.append(.control)
      try connection.endGroup()
    }

    /// What became of a closed batch.
    enum End {
      case committed
      /// Another node had its turn between this batch and the one before it.
      case overtaken
      /// Something in it was refused; nothing was committed.
      case undone
    }

    /// Reads what became of it once it is closed.
    ///
    /// - Throws: `lost` if the server's answer makes no sense.
    func end(_ outcomes: [PostgresConnection.Outcome]) throws(PostgresFailure) -> End {
      guard outcomes.count == items.count, let last = outcomes.last else {
        throw PostgresFailure(.lost, "PostgreSQL gave \(outcomes.count) outcomes of \(items)")
      }
      if case .done(let answer) = last, answer.tag == "COMMIT" { return .committed }
      for (item, outcome) in zip(items, outcomes) {
        guard case .failed(let failure) = outcome else { continue }
        if case .lost = failure.kind { throw failure }
        if case .turnCheck = item { return .overtaken }
        break
      }
      return .undone
    }
  }
#endif
