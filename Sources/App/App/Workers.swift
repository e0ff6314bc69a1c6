import Books
import CaseWork
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
  let publisher: CheckpointPublisher
  let expiry: RequestExpiry
  let caseExpiry: CaseExpiry
  let outbox: OutboxWorker
  let pushes: [PushWorker]
  let keys: KeyWatch
  let measures: [any Measure]
  let desk: CommandDesk
  let duties: Duties
  let time: any TimeSource
  let logger: Logger

  /// Runs until the task is cancelled. Where several nodes share the store, the limiter's allowances
  /// are those of all of them.
  func run(sharing limiter: RateLimiter, _ ring: KeyRing) async {
    await withTaskGroup(of: Void.self) { group in
      if duties.isShared {
        group.addTask {
          await repeating("allowances", 1000) {
            // One turn a second, however many there were.
            _ = try await limiter.exchange(desk, ring, at: time.now)
            return 0
          }
        }
      }
      group.addTask { await repeating("sequencer", 200) { try await sequencer.runOnce() } }
      group.addTask { await repeating("witnesses", 1000) { try await publisher.runOnce() } }
      group.addTask {
        await repeating("legal clocks", 1000) {
          try await duties.clocks.held() == nil ? 0 : try await tick()
        }
      }
      group.addTask {
        await repeating("nightly", 60_000) {
          try await duties.nightly.held() == nil ? 0 : try await night()
        }
      }
      group.addTask { await repeating("subscriptions", 1000) { try await hear() } }
      group.addTask { await repeating("outbox", 1000) { try await outbox.runOnce() } }
      for pushes in pushes {
        group.addTask {
          await pushes.run(everyMilliseconds: 50) { logger.error("pushes: \($0)") }
        }
      }
      group.addTask { await repeating("keys", 1000) { try await keys.look() } }
      group.addTask { await repeating("sweep", 3_600_000) { try await sweep() } }
      group.addTask {
        await repeating("leases", Int(Duty.pause / 1000)) {
          for duty in duties.all { try await duty.beat() }
          return 0
        }
      }
    }
  }

  /// Runs on a node that only reads, until the task is cancelled: its figures follow the log, its keys the key
  /// file.
  func runReading() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await repeating("log", 200) {
          try await sequencer.follow()
          return 0
        }
      }
      group.addTask { await repeating("keys", 1000) { try await keys.look() } }
    }
  }

  /// Gives the steps that are due now; the answer is how many.
  func tick() async throws -> Int {
    let now = time.now
    let rows = try await desk.store.all(CaseBook.due(by: now, limit: 500))
    if rows.isEmpty { return 0 }
    return try await expiry.expire(rows, at: now) + caseExpiry.expire(rows, at: now)
  }

  /// What measures do once a night; the answer is how much.
  func night() async throws -> Int {
    var done = 0
    for measure in measures { done += try await measure.nightly(at: time.now) }
    return done
  }

  /// Tells measures of acts of others; the answer is how many were heard.
  func hear() async throws -> Int {
    guard let hold = try await duties.subscriptions.held() else { return 0 }
    let worker = SubscriptionWorker(desk: desk, subscriptions: measures.flatMap(\.subscriptions))
    return try await worker.runOnce(under: hold)
  }

  private func sweep() async throws -> Int {
    try await desk.maintain(.sweep(at: time.now))
    // Somebody may have read an older state when a subject was forgotten.
    try? await desk.store.scrub()
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
        pause = max(pause, 1000)
      }
      try? await Task.sleep(for: .milliseconds(pause))
    }
  }
}

/// The duties of a store that one node at a time carries out. Sweeping is none: whoever does it, and
/// however often, it comes to the same.
struct Duties: Sendable {
  /// To move acts into the log.
  let log: Duty
  /// To notice that legal clocks have run out. Two nodes that notice take the step once, because it
  /// has a key; this spares the work.
  let clocks: Duty
  /// To hand over notices.
  let outbox: Duty
  /// What measures do once a night. A night's work that two nodes begin comes to the same.
  let nightly: Duty
  /// To tell measures of each other's acts.
  let subscriptions: Duty

  /// Whether there may be other nodes.
  let isShared: Bool

  /// The duties as seen from a node.
  init(node: String, store: any Store, time: any TimeSource, isAlone: Bool) {
    func duty(_ name: String) -> Duty {
      Duty(name, node: node, store: store, time: time, isAlone: isAlone)
    }
    isShared = !isAlone
    log = duty("log")
    clocks = duty("clocks")
    outbox = duty("outbox")
    nightly = duty("nightly")
    subscriptions = duty("subscriptions")
  }

  /// All of them.
  var all: [Duty] { [log, clocks, outbox, nightly, subscriptions] }
}
