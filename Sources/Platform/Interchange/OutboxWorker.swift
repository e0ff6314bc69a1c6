import Books
import Commons
import Desk
import Storage

/// Turns a waiting effect into a message; nil if nobody is to be told (no address on file).
public typealias NoticeWriter = @Sendable (OutboxBook.Waiting) async throws -> Notice?

/// Hands waiting effects to a connector: at least once, with growing pauses after
/// failures, given up on record after the last try.
public struct OutboxWorker: Sendable {
  private let desk: CommandDesk
  private let duty: Duty
  private let time: any TimeSource
  private let connectors: [any Connector]
  private let write: NoticeWriter
  /// Tries before an effect is given up.
  public static let maximumAttempts: Int64 = 8

  /// A worker that tells people through every connector.
  public init(
    desk: CommandDesk, duty: Duty, time: any TimeSource, connectors: [any Connector],
    write: @escaping NoticeWriter
  ) {
    self.desk = desk
    self.duty = duty
    self.time = time
    self.connectors = connectors
    self.write = write
  }

  /// Hands over what is new and what is due again, at most `limit` of each; returns how many effects
  /// were dealt with. Does nothing while another node has this duty.
  public func runOnce(limit: Int = 100) async throws -> Int {
    guard let hold = try await duty.held() else { return 0 }
    let now = time.now
    let waiting = try await desk.store.read { view in
      try view.all(OutboxBook.fresh(limit: limit))
        + view.all(OutboxBook.later(at: now, limit: limit))
    }
    var done: [(effect: OutboxBook.Waiting, proof: String)] = []
    for effect in waiting {
      if let proof = try await handOver(effect) { done.append((effect, proof)) }
    }
    // One commit for all of them: a notice that went out twice after a crash is told by its id.
    do {
      if !done.isEmpty {
        try await desk.maintain(.finishEffects(done, at: time.now, under: hold))
      }
    } catch let problem as Problem where problem == .stale {
      await duty.drop(hold)
      return 0
    }
    return waiting.count
  }

  /// Tells whoever is to be told; the answer is the proof, nil if it is to be tried again.
  private func handOver(_ effect: OutboxBook.Waiting) async throws -> String? {
    do {
      guard let notice = try await write(effect) else { return OutboxBook.nobody }
      var proofs: [String] = []
      for connector in connectors { proofs.append(try await connector.deliver(notice)) }
      return proofs.isEmpty ? "no connector" : proofs.joined(separator: " ")
    } catch let failure as DeliveryFailure {
      if failure.isLasting || effect.attempts + 1 >= OutboxWorker.maximumAttempts {
        return "failed: \(failure)"
      }
      let pause = min(30 << min(effect.attempts, 12), OutboxBook.longestPauseSeconds)
      try await desk.maintain(.postponeEffect(effect, until: time.now.adding(seconds: pause)))
      return nil
    }
  }
}
