import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import Interchange
import MeasureFixture
import MeasureKit
import Storage
import Testing

@testable import IPProtection

/// A platform that answers as it is told, one answer after another.
private final class Receiver: Sendable {
  private let answers: Locked<[Result<String, DeliveryFailure>]>
  private let seen = Locked<[String]>([])

  init(_ answers: Result<String, DeliveryFailure>...) { self.answers = Locked(answers) }

  func take(_ key: String) throws -> String {
    seen.withLock { $0.append(key) }
    let next = answers.withLock { $0.isEmpty ? .success("taken") : $0.removeFirst() }
    return try next.get()
  }

  var keys: [String] { seen.withLock { $0 } }
}

@Suite struct PushWorkerTests {
  private func worker(_ bench: IPBench, _ receiver: Receiver) -> PushWorker {
    let duty = Duty(
      "outbox", node: "test", store: bench.desk.store, time: bench.time, isAlone: true)
    let measure = bench.measure
    return PushWorker(
      desk: bench.desk, duty: duty, time: bench.time, kind: IPMeasure.pushKind,
      receiver: { IPMeasure.receiver($0) }
    ) { effect in
      guard try await measure.push(effect) != nil else { return nil }
      return try receiver.take(effect.key)
    } gaveUp: { effect in
      try await measure.gaveUp(effect)
    }
  }

  private func proofs(_ bench: IPBench, _ key: Int64) async throws -> [String] {
    try await bench.desk.store.all(OutboxBook.deliveries(of: key)).map(\.proof)
  }

  @Test func whatIsTakenIsRecordedOnce() async throws {
    let (bench, receiver) = (try IPBench(), Receiver(.success("webhook:200 r-1")))
    let key = try await bench.notify()
    let worker = worker(bench, receiver)
    #expect(try await worker.runOnce() == 1)
    #expect(try await worker.runOnce() == 0)
    #expect(try await proofs(bench, key) == ["webhook:200 r-1"])
    #expect(receiver.keys.count == 1)
  }

  @Test func afterAFailureItWaitsAndTriesAgainUnderTheSameKey() async throws {
    let passing = DeliveryFailure("HTTP 503", isLasting: false)
    let (bench, receiver) = (try IPBench(), Receiver(.failure(passing), .failure(passing)))
    let key = try await bench.notify()
    let worker = worker(bench, receiver)
    _ = try await worker.runOnce()
    #expect(try await worker.runOnce() == 0)
    bench.time.advance(seconds: 2)
    #expect(try await worker.runOnce() == 1)
    bench.time.advance(seconds: 7)
    #expect(try await worker.runOnce() == 0)
    bench.time.advance(seconds: 1)
    #expect(try await worker.runOnce() == 1)
    #expect(Set(receiver.keys).count == 1 && receiver.keys.count == 3)
    #expect(try await proofs(bench, key) == ["taken"])
    #expect(try await bench.stage(key) == "notified")
  }

  @Test func whatIsRefusedForGoodComesToAnOfficial() async throws {
    let lasting = DeliveryFailure("HTTP 400", isLasting: true)
    let (bench, receiver) = (try IPBench(), Receiver(.failure(lasting)))
    let key = try await bench.notify()
    _ = try await worker(bench, receiver).runOnce()
    #expect(try await bench.stage(key) == "undelivered")
    #expect(try await proofs(bench, key) == ["failed: HTTP 400"])
  }

  @Test func whatFailsNineTimesIsGivenUp() async throws {
    let bench = try IPBench()
    let failures = Array(
      repeating: Result<String, DeliveryFailure>.failure(
        DeliveryFailure("away", isLasting: false)), count: 9)
    let receiver = Receiver()
    let left = Locked(failures)
    let key = try await bench.notify()
    let duty = Duty(
      "outbox", node: "test", store: bench.desk.store, time: bench.time, isAlone: true)
    let measure = bench.measure
    let worker = PushWorker(
      desk: bench.desk, duty: duty, time: bench.time, kind: IPMeasure.pushKind,
      receiver: { IPMeasure.receiver($0) }
    ) { effect in
      _ = try receiver.take(effect.key)
      return try left.withLock { $0.isEmpty ? .success("late") : $0.removeFirst() }.get()
    } gaveUp: { effect in
      try await measure.gaveUp(effect)
    }
    for _ in 0..<9 {
      _ = try await worker.runOnce()
      bench.time.advance(seconds: 3600)
    }
    #expect(receiver.keys.count == 9)
    #expect(try await bench.stage(key) == "undelivered")
  }
}
