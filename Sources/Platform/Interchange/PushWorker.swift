import Books
import Commons
import Desk
import Storage

/// Hands over effects of one kind at once, several at a time: at least once each, with growing pauses
/// after failures. A receiver that hangs holds up nobody else's messages. What is given up is told to
/// the measure, so that a person sees it.
public struct PushWorker: Sendable {
  /// What an effect stands for.
  public struct Parcel: Sendable {
    let receiver: String
    let post: @Sendable () async throws -> String

    /// A message for a receiver; `post` hands it over and answers with the proof, or throws
    /// ``DeliveryFailure``.
    public init(to receiver: String, post: @escaping @Sendable () async throws -> String) {
      self.receiver = receiver
      self.post = post
    }
  }

  private let desk: CommandDesk
  private let duty: Duty
  private let time: any TimeSource
  private let kind: String
  private let pack: @Sendable (OutboxBook.Waiting) async throws -> Parcel?
  private let gaveUp: @Sendable (OutboxBook.Waiting) async throws -> Void
  private let underway = Locked(Underway())

  /// Tries before an effect is given up: about three hours after the first.
  public static let maximumAttempts: Int64 = 9
  /// Messages under way at a time, to one receiver and in all.
  static let (perReceiver, inAll) = (8, 64)

  /// A worker for a kind of effect. `pack` says what an effect stands for, nil if nobody is to be told;
  /// `gaveUp` is told what could not be handed over.
  public init(
    desk: CommandDesk, duty: Duty, time: any TimeSource, kind: String,
    pack: @escaping @Sendable (OutboxBook.Waiting) async throws -> Parcel?,
    gaveUp: @escaping @Sendable (OutboxBook.Waiting) async throws -> Void
  ) {
    self.desk = desk
    self.duty = duty
    self.time = time
    self.kind = kind
    self.pack = pack
    self.gaveUp = gaveUp
  }

  /// Seconds until the next try after so many: 2, 8, 32 … an hour at most.
  public static func pause(after attempts: Int64) -> Int64 {
    min(2 << min(2 * attempts, 20), OutboxBook.longestPauseSeconds)
  }

  private struct Underway {
    var keys: Set<String> = []
    var receivers: [String: Int] = [:]
  }

  /// Runs until the task is cancelled, looking for effects every so often.
  public func run(everyMilliseconds pause: Int, failed: @escaping @Sendable (any Error) -> Void)
    async
  {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        do {
          if try await duty.held() != nil {
            for effect in try await due() {
              guard let parcel = try await claim(effect) else { continue }
              group.addTask { await carry(effect, parcel, failed) }
            }
          }
        } catch is CancellationError { return } catch {
          failed(error)
          try? await Task.sleep(for: .seconds(1))
        }
        try? await Task.sleep(for: .milliseconds(pause))
      }
    }
  }

  /// Hands over what is due now; the answer is how many effects were looked at.
  public func runOnce() async throws -> Int {
    guard try await duty.held() != nil else { return 0 }
    var count = 0
    for effect in try await due() {
      guard let parcel = try await claim(effect) else { continue }
      count += 1
      await carry(effect, parcel) { _ in }
    }
    return count
  }

  private func due() async throws -> [OutboxBook.Waiting] {
    let now = time.now
    return try await desk.store.read { [kind] view in
      try view.all(OutboxBook.fresh(limit: 256, kind: kind))
        + view.all(OutboxBook.later(at: now, limit: 256, kind: kind))
    }
  }

  /// Takes an effect in hand unless it is already, or its receiver has its fill.
  private func claim(_ effect: OutboxBook.Waiting) async throws -> Parcel? {
    guard underway.withLock({ !$0.keys.contains(effect.key) && $0.keys.count < Self.inAll }) else {
      return nil
    }
    guard let parcel = try await pack(effect) else {
      try await finish(effect, OutboxBook.nobody)
      return nil
    }
    let isFree = underway.withLock { underway in
      guard underway.receivers[parcel.receiver, default: 0] < Self.perReceiver else { return false }
      underway.receivers[parcel.receiver, default: 0] += 1
      underway.keys.insert(effect.key)
      return true
    }
    return isFree ? parcel : nil
  }

  private func carry(
    _ effect: OutboxBook.Waiting, _ parcel: Parcel, _ failed: (any Error) -> Void
  ) async {
    do {
      do {
        try await finish(effect, try await parcel.post())
      } catch let failure as DeliveryFailure {
        try await settle(effect, failure)
      }
    } catch { failed(error) }
    underway.withLock { underway in
      underway.keys.remove(effect.key)
      underway.receivers[parcel.receiver, default: 1] -= 1
    }
  }

  private func settle(_ effect: OutboxBook.Waiting, _ failure: DeliveryFailure) async throws {
    guard failure.isLasting || effect.attempts + 1 >= PushWorker.maximumAttempts else {
      let pause = PushWorker.pause(after: effect.attempts)
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
