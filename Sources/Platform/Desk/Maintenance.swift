import Books
import Commons
import Storage

/// What may be written without an act: a closed list. None of it decides anything; each is either
/// repeatable or checked by `tequ verify`.
public enum Maintenance: Sendable {
  /// A person signed in.
  case beginSession(AccountBook.Session)
  /// A session was used and lasts longer.
  case prolongSession(AccountBook.Session)
  /// A person signed out; the digest of the token.
  case endSession([UInt8])
  /// Personal data is about to be read.
  case recordAccess(at: Instant, actor: Int64, aggregate: Int64, what: String)
  /// An attachment arrived, before the act that will refer to it.
  case stageBlob(BlobBook.Blob, bytes: [UInt8], sealing: SealingKey)
  /// Effects were handed over or given up, each with its proof, by the node that has that duty.
  case finishEffects(
    [(effect: OutboxBook.Waiting, proof: String)], at: Instant, under: LeaseBook.Hold)
  /// An effect failed and is put off.
  case postponeEffect(OutboxBook.Waiting, until: Instant)
  /// The addressee opened a notice.
  case markRead(OutboxBook.Delivery, at: Instant)
  /// Acts move from the queue into the log, with the tiles and the checkpoint that follow, by the
  /// node that has that duty.
  case integrate(
    [JournalBook.Waiting], at: Int64, tiles: [(level: Int, index: Int64, hashes: [UInt8])],
    LogBook.State, under: LeaseBook.Hold)
  /// A checkpoint is published, or none any more, by the node that has the log's duty.
  case publish(LogBook.Publication, under: LeaseBook.Hold)
  /// A subscriber has heard the acts of the log before an index, by the node that has that duty.
  case advance(subscriber: String, to: Int64, under: LeaseBook.Hold)
  /// A wrong password was given under these blind indexes; each waits the longer, the more there were
  /// beyond `freeTries`.
  case noteFailures([(index: Int64, freeTries: Int64)], at: Instant)
  /// The right password was given.
  case forgiveFailures([Int64])
  /// Allowances were used, each by so many microseconds of the time in which it fills up again.
  case useAllowances([(index: Int64, microseconds: Int64)], at: Instant)
  /// Old sessions, answers, throttles and unused attachments are dropped.
  case sweep(at: Instant)

  func changes(
    _ view: any View, _ ring: KeyRing, _ random: any RandomSource
  ) throws -> [Change] {
    switch self {
    case .beginSession(let session): [AccountBook.begin(session, ring)]
    case .prolongSession(let session): [AccountBook.prolong(session, ring)]
    case .endSession(let digest): [AccountBook.end(digest)]
    case .recordAccess(let at, let actor, let aggregate, let what):
      [
        AccessBook.record(
          // Taken here and not before, so that keys are committed in their order and no digest
          // passes over a row that was still on its way.
          key: (try view.first(AccessBook.lastKey) ?? 0) + 1, at: at, actor: actor,
          aggregate: aggregate, what: what, ring)
      ]
    case .stageBlob(let blob, let bytes, let sealing):
      BlobBook.stage(blob, bytes, sealing: sealing, ring, random: random)
    case .finishEffects(let done, let at, let hold):
      try fenced(hold, view) {
        done.flatMap { OutboxBook.finish($0.effect, at: at, proof: $0.proof, ring) }
      }
    case .postponeEffect(let effect, let until):
      [OutboxBook.postpone(effect, until: until, ring)]
    case .markRead(let delivery, let at): [OutboxBook.markRead(delivery, at: at, ring)]
    case .integrate(let waiting, let first, let tiles, let state, let hold):
      try fenced(hold, view) {
        LogBook.integrate(waiting, at: first)
          + tiles.map { LogBook.put(level: $0.level, index: $0.index, hashes: $0.hashes) }
          + [LogBook.put(state, ring)]
      }
    case .publish(let publication, let hold):
      try fenced(hold, view) { try LogBook.publish(publication, view, ring) }
    case .advance(let name, let index, let hold):
      try fenced(hold, view) { [SubscriptionBook.advance(name, to: index, ring)] }
    case .noteFailures(let failures, let now):
      try failures.map { index, freeTries in
        let count = try (view.first(ThrottleBook.find(index))?.count ?? 0) + 1
        let wait = Int64(1) << min(12, max(0, count - freeTries) + 4)
        return ThrottleBook.put(index, .init(count: count, until: now.adding(seconds: wait)))
      }
    case .forgiveFailures(let indexes): indexes.map { ThrottleBook.forgive($0) }
    case .useAllowances(let uses, let now):
      try uses.map { index, used in
        let whole = try view.first(ThrottleBook.find(index))?.until ?? now
        return ThrottleBook.put(
          index,
          .init(
            count: 0,
            until: Instant(
              microseconds: max(now.microseconds, whole.microseconds) + used)))
      }
    case .sweep(let moment):
      [
        AccountBook.prune(at: moment), IdempotencyBook.prune(at: moment),
        // A day after a wait is over its count is forgotten, too.
        ThrottleBook.prune(at: moment.adding(seconds: -86_400)),
      ]
        + BlobBook.sweep(before: moment.adding(seconds: -86_400))
    }
  }
}

/// Changes of a holder's that stand only while its term lasts.
private func fenced(
  _ hold: LeaseBook.Hold, _ view: any View, _ changes: () throws -> [Change]
) throws -> [Change] {
  try hold.require(view)
  return try changes()
}

extension CommandDesk {
  /// Writes one item of the closed list.
  public func maintain(_ task: Maintenance) async throws {
    let (ring, random) = (ring, random)
    try await store.write { view in
      WritePlan(try task.changes(view, ring, random), answer: ())
    }
  }

  /// Records that personal data is about to be read; the answer may be given once this returns.
  public func recordAccess(by actor: Actor, to aggregate: Int64, _ what: String) async throws {
    try await maintain(
      .recordAccess(
        at: time.now, actor: actor.account, aggregate: aggregate,
        what: what))
  }

  /// What an act's commitment was made of; nil if it was destroyed or altered.
  public func opening(
    of row: JournalRow
  ) async throws -> (salt: [UInt8], privatePart: [UInt8])? {
    do {
      let key = try await keys.key(of: row.key.aggregate)
      return key.open(row.sealed, at: row.key.raw).map { (key.salt(at: row.key.raw), $0) }
    } catch let problem as Problem where problem.status == 404 { return nil }
  }

  /// Opens what was sealed for an aggregate at a place; nil if it was destroyed or altered.
  public func open(_ sealed: [UInt8], of aggregate: Int64, at place: Int64) async throws -> [UInt8]?
  {
    try await keys.key(of: aggregate).open(sealed, at: place)
  }
}
