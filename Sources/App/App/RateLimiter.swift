import Books
import Commons
import Desk
import Storage

/// How often one address may write, by the generic cell rate algorithm (ITU-T I.371, annex A): for
/// each address the moment at which its allowance will be whole again. Decided from memory; nodes that
/// share a store add up what they granted every second, so that one address has one allowance, and no
/// more than a second's excess.
final class RateLimiter: Sendable {
  private struct State {
    /// When the allowance will be whole, in microseconds.
    var whole: [String: Int64] = [:]
    /// Granted since the nodes last added up.
    var granted: [String: Int64] = [:]
  }

  private let state = Locked(State())
  private let interval: Int64
  private let perMinute: Int64
  private static let limit = 50_000
  /// Addresses that are added up at a time, those with the most writes first.
  private static let exchanged = 1000

  /// So many a minute in the long run; `perMinute` of them at once.
  init(perMinute: Int) {
    self.perMinute = Int64(max(1, perMinute))
    interval = max(1, 60_000_000 / self.perMinute)
  }

  /// Takes one; nil if there was one, else the seconds to wait.
  func take(_ address: String, at now: Instant) -> Int? {
    state.withLock { state -> Int? in
      let whole = max(now.microseconds, state.whole[address] ?? 0)
      let next = whole + interval
      let excess = next - now.microseconds - perMinute * interval
      guard excess <= 0 else { return Int((excess + 999_999) / 1_000_000) }
      if state.whole.count >= RateLimiter.limit, state.whole[address] == nil {
        state.whole.removeAll()
        state.granted.removeAll()
      }
      state.whole[address] = next
      state.granted[address, default: 0] += 1
      return nil
    }
  }

  /// Adds up with the other nodes; the answer is how many addresses were of interest.
  func exchange(_ desk: CommandDesk, _ ring: KeyRing, at now: Instant) async throws -> Int {
    let granted = state.withLock { state in
      defer { state.granted.removeAll() }
      return state.granted.sorted { $0.value > $1.value }.prefix(RateLimiter.exchanged)
    }
    guard !granted.isEmpty else { return 0 }
    let used = granted.map {
      (index: ring.blindIndex($0.key, use: "rate"), microseconds: $0.value * interval)
    }
    try await desk.maintain(.useAllowances(used, at: now))
    let sums = try await desk.store.read { view in
      try used.map { try view.first(ThrottleBook.find($0.index))?.until.microseconds ?? 0 }
    }
    state.withLock { state in
      for ((address, _), sum) in zip(granted, sums) {
        // What was granted meanwhile is not yet in the sum.
        let since = (state.granted[address] ?? 0) * interval
        state.whole[address] = max(state.whole[address] ?? 0, sum + since)
      }
    }
    return granted.count
  }
}
