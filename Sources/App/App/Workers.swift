import Books
import Commons
import Desk
import Interchange
import Logging
import MeasureKit
import ServiceRequests
import Storage

/// What runs beside the requests: log, legal clocks, outbox, sweeping. Each repeats its turn, rests
/// when there is nothing to do, and comes back after a failure.
struct Workers: Sendable {
  let sequencer: Sequencer
  let expiry: RequestExpiry
  let outbox: OutboxWorker
  let desk: CommandDesk
  let time: any TimeSource
  let logger: Logger

  /// Runs until the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await repeating("sequencer", 200) { try await sequencer.runOnce() } }
      group.addTask { await repeating("legal clocks", 1000) { try await tick() } }
      group.addTask { await repeating("outbox", 1000) { try await outbox.runOnce() } }
      group.addTask { await repeating("sweep", 3_600_000) { try await sweep() } }
    }
  }

  /// Gives the steps that are due now; the answer is how many.
  func tick() async throws -> Int {
    let now = time.now
    let rows = try await desk.store.all(CaseBook.due(by: now, limit: 500))
    return rows.isEmpty ? 0 : try await expiry.expire(rows, at: now)
  }

  private func sweep() async throws -> Int {
    try await desk.maintain(.sweep(at: time.now))
    do {
      _ = try await desk.submit(DigestAccessLog(), by: .system(["access.digest"]))
    } catch let problem as Problem where problem.slug == "nothing-new" {}
    return 0
  }

  private func repeating(
    _ name: String, _ pauseMilliseconds: Int, _ turn: @Sendable () async throws -> Int
  ) async {
    while !Task.isCancelled {
      var pause = pauseMilliseconds
      do { if try await turn() > 0 { pause = 5 } } catch is CancellationError { return } catch {
        logger.error("\(name): \(error)")
        pause = 5000
      }
      try? await Task.sleep(for: .milliseconds(pause))
    }
  }
}
