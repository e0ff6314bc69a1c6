import Commons
import Storage
import Synchronization

/// One unit that waits for the writer. The writer thread fills in the outcome before it calls the
/// group's `done`, which is what makes the hand-over of these fields safe.
class PendingWrite: @unchecked Sendable {
  var failure: (any Error)?
  /// What was planned before its turn; nil if nothing was.
  private(set) var ahead: PlannedAhead?

  /// Plans against committed rows. If the unit refuses, nothing is kept: a refusal, too, must rest on
  /// the units before it.
  func planAhead(_ connection: SQLiteConnection) {
    ahead = try? PlannedAhead(plan, connection)
  }

  /// Runs the unit's pure part and keeps its answer.
  func plan(_ view: any View) throws -> [Change] { preconditionFailure("overridden") }
}

final class TypedWrite<Answer: Sendable>: PendingWrite, @unchecked Sendable {
  private let unit: WriteUnit<Answer>
  private(set) var answer: Answer?

  init(_ unit: @escaping WriteUnit<Answer>) { self.unit = unit }

  override func plan(_ view: any View) throws -> [Change] {
    let plan = try unit(view)
    answer = plan.answer
    return plan.changes
  }
}

/// Units that arrived together and are answered together.
final class PendingGroup: Sendable {
  let writes: [PendingWrite]
  let done: @Sendable () -> Void

  init(_ writes: [PendingWrite], done: @escaping @Sendable () -> Void) {
    self.writes = writes
    self.done = done
  }
}

/// The thread that owns the writing connection: it takes what waits, commits once, then answers.
final class SQLiteWriter: Sendable {
  private let connection: Unchecked<SQLiteConnection>
  private let batchLimit: Int
  let counter = CommitCounter()
  private let queue = Mutex<[PendingGroup]>([])
  private let isStopped = Atomic<Bool>(false)
  private let isWorking = Atomic<Bool>(false)
  private let wake: Signal
  private let ended: Signal

  init(_ connection: SQLiteConnection, batchLimit: Int) {
    self.connection = Unchecked(connection)
    self.batchLimit = max(1, batchLimit)
    wake = Signal()
    ended = Signal()
    startThread { self.loop() }
  }

  func enqueue(_ group: PendingGroup) {
    let accepted = queue.withLock { waiting in
      guard !isStopped.load(ordering: .relaxed) else { return false }
      waiting.append(group)
      return true
    }
    guard accepted else {
      for write in group.writes { write.failure = Problem.unavailable() }
      return group.done()
    }
    wake.signal()
  }

  /// Whether a unit that comes now has to wait for others.
  var isBusy: Bool { isWorking.load(ordering: .relaxed) }

  func stop() {
    let wasStopped = queue.withLock { _ in
      isStopped.exchange(true, ordering: .relaxed)
    }
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
      isWorking.store(!groups.isEmpty, ordering: .relaxed)
      if groups.isEmpty {
        if isStopped.load(ordering: .relaxed) { break }
        wake.wait()
        continue
      }
      process(groups)
    }
    ended.signal()
  }

  // Groups are cut into transactions of at most `batchLimit` units; a group is answered when its
  // last unit is durable.
  private func process(_ groups: [PendingGroup]) {
    var batch: [PendingWrite] = []
    var finished: [PendingGroup] = []
    func flush() {
      commit(batch)
      batch.removeAll(keepingCapacity: true)
      for group in finished { group.done() }
      finished.removeAll(keepingCapacity: true)
    }
    for group in groups {
      for write in group.writes {
        batch.append(write)
        if batch.count == batchLimit { flush() }
      }
      finished.append(group)
    }
    flush()
  }

  private func commit(_ batch: [PendingWrite]) {
    guard !batch.isEmpty else { return }
    do {
      if try attempt(batch, careful: false) { return }
      _ = try attempt(batch, careful: true)
    } catch {
      _ = try? connection.value.run(Statements.rollback, [])
      // Refusals, too: they may rest on what mates changed, which is undone.
      let failure = (error as? StorageError).flatMap(SQLiteWriter.explained) ?? .unavailable()
      for write in batch { write.failure = failure }
    }
  }

  /// What callers are told of a failure that somebody must do something about.
  private static func explained(_ error: StorageError) -> Problem? {
    guard error.isFull else { return nil }
    return Problem(
      "disk-full", status: 503, title: Phrase("磁盘已满", en: "The disk is full"),
      detail: Phrase(
        "数据库所在磁盘已满，未办理任何事项，已有数据完好。请腾出空间后用同一请求重试，不会重复办理。",
        en: "The disk of the database is full. Nothing was done and nothing is damaged. Make room, "
          + "then send the same request again; it will not be carried out twice."),
      retryAfterSeconds: 60)
  }

  /// After some errors (input and output, no room) SQLite rolls the whole transaction back by itself.
  /// Whatever ran after that would be committed statement by statement, on top of changes that are
  /// gone.
  private func requireTransaction(after error: any Error) throws {
    if !connection.value.isInTransaction { throw error }
  }

  // The common path has no savepoints. If a unit fails after it has already changed rows, the
  // transaction is rolled back and run again with a savepoint around each unit: units are pure
  // functions of the view, so the second run means the same.
  private func attempt(_ batch: [PendingWrite], careful: Bool) throws -> Bool {
    let connection = connection.value
    var scratch: [UInt8] = []
    scratch.reserveCapacity(1024)
    var lines = LineList()
    try connection.run(Statements.beginImmediate, [])
    for write in batch {
      write.failure = nil
      let changes: [Change]
      do {
        if let ahead = write.ahead, try ahead.holds(connection, scratch: &scratch) {
          changes = ahead.changes
        } else {
          changes = try write.plan(connection)
        }
      } catch {
        try requireTransaction(after: error)
        write.failure = error
        continue
      }
      if careful { try connection.run(Statements.savepoint, []) }
      let linesBefore = lines
      var applied = 0
      do {
        for change in changes {
          if !lines.take(change) { try apply(change, on: connection) }
          applied += 1
        }
      } catch {
        try requireTransaction(after: error)
        write.failure = error
        lines = linesBefore
        if careful {
          try connection.run(Statements.rollbackToSavepoint, [])
        } else if applied > 0 || error is Problem {
          try connection.run(Statements.rollback, [])
          return false
        }
      }
      if careful { try connection.run(Statements.release, []) }
    }
    for change in lines.flush() { try apply(change, on: connection) }
    try connection.run(Statements.commit, [])
    counter.add(batch.count)
    return true
  }

  private func apply(_ change: Change, on connection: SQLiteConnection) throws {
    for key in change.raises {
      try connection.run(Statements.raiseGuard, [.text(key.name)])
    }
    let touched = try connection.run(change.statement, change.parameters)
    if change.touchesOneRow, touched != 1 { throw Problem.stale }
  }
}
