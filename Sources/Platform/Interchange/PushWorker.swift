import Books
import Commons
import Desk
import Storage

/// Hands over effects of one kind at once, several at a time: at least once each, with growing pauses
/// after failures. A receiver that hangs holds up nobody else's messages. What is given up is told to
/// the measure, so that a person sees it.
public struct PushWorker: Sendable {
  private let desk: CommandDesk
  private let duty: Duty
  private let time: any TimeSource
  private let kind: String
  private let receiver: @Sendable (OutboxBook.Waiting) -> String
  private let post: @Sendable (OutboxBook.Waiting) async throws -> String?
  private let gaveUp: @Sendable (OutboxBook.Waiting) async throws -> Void
  private let patience: Patience
  private let underway = Locked(Underway())

  /// Tries before an effect is given up: about three hours after the first.
  public static let maximumAttempts: Int64 = 9
  /// Messages under way at a time, to one receiver and in all.
  static let (perReceiver, inAll) = (16, 64)

  /// How long an effect is tried, and in which order.
  public struct Patience: Sendable {
    /// Tries before an effect is given up.
    let attempts: Int64
    /// Seconds until the next try after so many.
    let pause: @Sendable (Int64) -> Int64
    /// Effects of one line go one after another, never two at a time; nil for none.
    let line: (@Sendable (OutboxBook.Waiting) -> String)?

    /// Some patience. No pause is longer than ``OutboxBook/longestPauseSeconds``.
    public init(
      attempts: Int64, line: (@Sendable (OutboxBook.Waiting) -> String)? = nil,
      pause: @escaping @Sendable (Int64) -> Int64
    ) {
      self.attempts = attempts
      self.line = line
      self.pause = pause
    }

    /// About three hours, in no order.
    public static let usual = Patience(attempts: PushWorker.maximumAttempts) {
      PushWorker.pause(after: $0)
    }
  }

  /// A worker for a kind of effect. `receiver` says to whom an effect goes; `post` hands it over and
  /// answers with the proof, nil if nobody is to be told, or throws ``DeliveryFailure``; `gaveUp` is told
  /// what could not be handed over.
  public init(
    desk: CommandDesk, duty: Duty, time: any TimeSource, kind: String,
    patience: Patience = .usual,
    receiver: @escaping @Sendable (OutboxBook.Waiting) -> String,
    post: @escaping @Sendable (OutboxBook.Waiting) async throws -> String?,
    gaveUp: @escaping @Sendable (OutboxBook.Waiting) async throws -> Void
  ) {
    self.desk = desk
    self.duty = duty
    self.time = time
    self.kind = kind
    self.patience = patience
    self.receiver = receiver
    self.post = post
    self.gaveUp = gaveUp
  }

  /// Seconds until the next try after so many: 2, 8, 32 … an hour at most.
  public static func pause(after attempts: Int64) -> Int64 {
    min(2 << min(2 * attempts, 20), OutboxBook.longestPauseSeconds)
  }

  private struct Underway {
    var keys: Set<String> = []
    var receivers: [String: Int] = [:]
    var lines: Set<String> = []
    /// What was dealt with since the list was read that is being worked through.
    var settled: Set<String> = []
  }

  /// Runs until the task is cancelled, looking for effects every so often.
  public func run(everyMilliseconds pause: Int, failed: @escaping @Sendable (any Error) -> Void)
    async
  {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        var rest = pause
        do {
          if try await duty.held() != nil {
            for effect in try await due() where claim(effect) {
              group.addTask { await carry(effect, failed) }
              rest = min(pause, 5)
            }
          }
        } catch is CancellationError { return } catch {
          failed(error)
          try? await Task.sleep(for: .seconds(1))
        }
        try? await Task.sleep(for: .milliseconds(rest))
      }
    }
  }

  /// Hands over what is due now; the answer is how many effects were looked at.
  public func runOnce() async throws -> Int {
    guard try await duty.held() != nil else { return 0 }
    var count = 0
    for effect in try await due() where claim(effect) {
      count += 1
      await carry(effect) { _ in }
    }
    return count
  }

  private func due() async throws -> [OutboxBook.Waiting] {
    let now = time.now
    underway.withLock { $0.settled = [] }
    return try await desk.store.read { [kind] view in
      try view.all(OutboxBook.fresh(limit: 256, kind: kind))
        + view.all(OutboxBook.later(at: now, limit: 256, kind: kind))
    }
  }

  /// Takes an effect in hand unless it is already, or its receiver has its fill.
  private func claim(_ effect: OutboxBook.Waiting) -> Bool {
    let (receiver, line) = (receiver(effect), patience.line?(effect))
    return underway.withLock { underway in
      guard underway.keys.count < Self.inAll, !underway.settled.contains(effect.key),
        underway.receivers[receiver, default: 0] < Self.perReceiver,
        line.map({ !underway.lines.contains($0) }) ?? true,
        underway.keys.insert(effect.key).inserted
      else { return false }
      if let line { underway.lines.insert(line) }
      underway.receivers[receiver, default: 0] += 1
      return true
    }
  }

  private func carry(_ effect: OutboxBook.Waiting, _ failed: (any Error) -> Void) async {
    do {
      do {
        try await finish(effect, try await post(effect) ?? OutboxBook.nobody)
      } catch let failure as DeliveryFailure {
        try await settle(effect, failure)
      } catch {
        // Ours, not the receiver's: it waits like any other failure, so that nothing spins.
        failed(error)
        try await settle(effect, DeliveryFailure("\(error)", isLasting: false))
      }
    } catch { failed(error) }
    underway.withLock { underway in
      underway.keys.remove(effect.key)
      underway.settled.insert(effect.key)
      if let line = patience.line?(effect) { underway.lines.remove(line) }
      underway.receivers[receiver(effect), default: 1] -= 1
    }
  }

  private func settle(_ effect: OutboxBook.Waiting, _ failure: DeliveryFailure) async throws {
    guard failure.isLasting || effect.attempts + 1 >= patience.attempts else {
      let pause = min(patience.pause(effect.attempts), OutboxBook.longestPauseSeconds)
      return try await desk.maintain(
        .postponeEffect(effect, until: time.now.adding(seconds: pause)))
    }
    // First the person, then the record: a crash in between tells the person again, which is one act.
    try await gaveUp(effect)
    try await finish(effect, "failed: \(failure)")
  }

  private func finish(_ effect: OutboxBook.Waiting, _ proof: String) async throws {
    guard let hold = try await duty.held() else { return }
    do {
      try await desk.maintain(.finishEffects([(effect, proof)], at: time.now, under: hold))
    } catch let problem as Problem where problem == .stale { await duty.drop(hold) }
  }
}
