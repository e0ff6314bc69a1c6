import Books
import Commons
import Desk
import MeasureKit
import Storage

/// Tells measures of the acts of others that they react to, in the order of the log.
struct SubscriptionWorker: Sendable {
  let desk: CommandDesk
  let subscriptions: [ActSubscription]

  /// Entries of the log looked at in a turn.
  private static let page: Int64 = 10_000
  /// Entries passed over that are worth a write by themselves.
  private static let stride: Int64 = 1000

  /// One turn of each subscriber; the answer is how many acts were heard. One that fails is told again next time
  /// and does not hold up the others.
  func runOnce(under hold: LeaseBook.Hold) async throws -> Int {
    var count = 0
    var failure: (any Error)?
    for subscription in subscriptions {
      do { count += try await run(subscription, hold) } catch { failure = error }
    }
    if let failure { throw failure }
    return count
  }

  private func run(_ subscription: ActSubscription, _ hold: LeaseBook.Hold) async throws -> Int {
    let found = try await desk.store.read { view in
      let size = try view.first(LogBook.state)?.size ?? 0
      let from = try view.first(SubscriptionBook.next(subscription.name)) ?? 0
      let to = min(size, from + SubscriptionWorker.page)
      let acts =
        from < to
        ? try view.all(SubscriptionBook.acts(of: subscription.kinds, from: from, to: to)) : []
      return (from: from, to: to, acts: acts)
    }
    for (index, entry) in found.acts {
      guard let row = try await desk.store.first(JournalBook.entry(entry)) else { continue }
      try await subscription.hear(try await heard(row, index, opens: subscription.opensActs))
    }
    if !found.acts.isEmpty || found.to - found.from >= SubscriptionWorker.stride {
      try await desk.maintain(
        .advance(subscriber: subscription.name, to: found.to, under: hold))
    }
    return found.acts.count
  }

  private func heard(
    _ row: JournalRow, _ index: Int64, opens: Bool
  ) async throws -> HeardAct {
    let opening = opens ? try await desk.opening(of: row) : nil
    let content = try opening.map { try JSONValue(parsing: $0.privatePart)["content"] }
    return HeardAct(
      index: index, key: row.key,
      act: PublicAct(
        kind: row.kind, matter: row.matter, recordedAt: row.recordedAt,
        effectiveAt: row.effectiveAt, fields: try JSONValue(parsing: row.publicFields)),
      content: content ?? nil)
  }
}
