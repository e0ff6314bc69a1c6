import AccessControl
import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import HTTPValues
import Interchange
import MeasureKit
import Storage
import Testing

@testable import LowAltitude

extension ProviderBench {
  /// Hands over what is due to other providers, as the program does; how many notices were looked at.
  @discardableResult
  func tell() async throws -> Int {
    let measure = measure
    let duty = Duty("outbox", node: "test", store: air.store, time: air.time, isAlone: true)
    return try await PushWorker(
      desk: measure.desk, duty: duty, time: air.time, kind: LowAltitudeMeasure.noticeKind,
      patience: PushWorker.Patience(
        attempts: .max, line: { LowAltitudeMeasure.line($0) },
        pause: { LowAltitudeMeasure.pause(after: $0) }),
      receiver: { LowAltitudeMeasure.receiver($0) }
    ) { effect in
      switch try await measure.tellPeer(effect) {
      case .told(let proof): return proof
      case .later(let why): throw DeliveryFailure(why, isLasting: false)
      case .never(let why): throw DeliveryFailure(why, isLasting: true)
      }
    } gaveUp: { effect in
      try await measure.gaveUpTelling(effect)
    }.runOnce()
  }

  func waiting() async throws -> [OutboxBook.Waiting] {
    try await air.store.all(OutboxBook.waiting(limit: 100, kind: LowAltitudeMeasure.noticeKind))
  }

  static let controller = Actor(
    kind: .staff, account: 2, permissions: LowAltitudeMeasure.controller.permissions,
    agency: "air-sector", agencies: ["air-sector"])

  /// Announces a closure over the place of ``AirBench/extent(_:_:_:)``, for a rescue within the hour.
  func close(
    path: String = "114.045 22.535; 114.06 22.535; 114.06 22.55; 114.045 22.55"
  ) async throws -> Int64 {
    let office = try #require(measure.office("closures"))
    let said: [String: JSONValue] = [
      "reason": "rescue", "path": .string(path), "height-low": 0, "height-high": 300,
      "start": "2026-03-02T09:45", "end": "2026-03-02T12:00", "notice": "1",
      "district": "jiangbei",
    ]
    return try await measure.desk.submit(
      OpenCase("announce", as: .control, said: CaseFacts(said), in: office.setting),
      by: ProviderBench.controller
    ).aggregate
  }

  func broken() async throws -> [String] {
    var found: [String] = []
    for invariant in measure.invariants {
      found += try await air.store.report { try invariant.broken($0) }.map(\.what.en)
    }
    return found
  }
}

/// What other providers are told: nothing is lost, nothing is told for ever, and a late notice brings no old news.
@Suite struct PeerNoticeTests {
  private static let address = "https://uss2.example/uss/v1/operational_intents"

  @Test("A provider that is down is told later, and of what holds then")
  func later() async throws {
    let bench = try ProviderBench()
    _ = try await bench.air.putSubscription(11, by: AirBench.two)
    bench.peer.answers.withLock { $0[PeerNoticeTests.address] = PeerAnswer(503, .null) }
    #expect(try await bench.put(1).result == "Completed")
    #expect(try await bench.put(1, ProviderBench.plan(priority: 7)).result == "Completed")
    try await bench.tell()
    #expect(try await bench.waiting().map(\.attempts) == [1, 1])
    bench.air.time.advance(seconds: 1)
    #expect(try await bench.tell() == 0)
    bench.peer.answers.withLock { $0.removeAll() }
    bench.air.time.advance(seconds: 2)
    #expect(try await bench.tell() == 2)
    #expect(try await bench.waiting().isEmpty)
    let told = bench.peer.asked(.post).suffix(2)
    for notice in told {
      #expect(
        notice.body?["operational_intent"]?["details"]?["priority"]?.integer == 7, "\(notice)")
    }
    let indices = told.compactMap {
      $0.body?["subscriptions"]?.array?.first?["notification_index"]?.integer
    }
    #expect(indices.sorted() == [1, 2])
    let id = try #require(try await bench.known(1)).flight.id
    let log = try await bench.air.store.all(OwnFlightBook.notices(about: id))
    #expect(log.compactMap { $0.body["response_code"]?.integer } == [503, 503, 204, 204])
    #expect(try await bench.broken() == [])
  }

  @Test("It is given up when the flight's time is over, and that is on record")
  func givenUp() async throws {
    let bench = try ProviderBench()
    _ = try await bench.air.putSubscription(11, by: AirBench.two)
    bench.peer.answers.withLock { $0[PeerNoticeTests.address] = PeerAnswer(503, .null) }
    #expect(try await bench.put(1).result == "Completed")
    for _ in 0..<30 {
      try await bench.tell()
      bench.air.time.advance(seconds: 60)
    }
    #expect(try await bench.waiting().isEmpty)
    let untold = try await bench.air.store.all(OwnFlightBook.latest(.untold, limit: 10))
    #expect(untold.map { $0.body["to"]?.string } == ["https://uss2.example"])
    #expect((untold.first?.body["tries"]?.integer ?? 0) > 10)
    #expect(bench.peer.asked(.post).count < 30)
  }

  /// Each row: what the peer answers, and whether it is asked again.
  @Test(arguments: [(400, false), (422, false), (401, true), (404, true), (429, true), (500, true)])
  func whoTakesItForWrongIsNotAskedAgain(_ status: Int, _ again: Bool) async throws {
    let bench = try ProviderBench()
    _ = try await bench.air.putSubscription(11, by: AirBench.two)
    bench.peer.answers.withLock { $0[PeerNoticeTests.address] = PeerAnswer(status, .null) }
    _ = try await bench.put(1)
    try await bench.tell()
    #expect(try await bench.waiting().count == (again ? 1 : 0))
  }

  @Test("Pauses grow to a minute, after about an hour to an hour")
  func pauses() {
    #expect((0..<7).map { LowAltitudeMeasure.pause(after: $0) } == [2, 4, 8, 16, 32, 60, 60])
    #expect(LowAltitudeMeasure.pause(after: 63) == 60)
    #expect(LowAltitudeMeasure.pause(after: 64) == 3600)
    #expect(LowAltitudeMeasure.pause(after: .max) == OutboxBook.longestPauseSeconds)
  }
}

/// Closures of the city are constraints of the exchange.
@Suite struct ConstraintTests {
  private static let day = AirBench.extent((22.54, 114.05), (50, 100), (60, 20_000))

  private func settle(_ bench: ProviderBench) async throws -> Int {
    try await ConstraintDesk(measure: bench.measure, provider: bench.flights.provider)
      .settle(at: bench.air.time.now)
  }

  private func own(_ bench: ProviderBench) async throws -> [OwnConstraint] {
    try await bench.air.store.all(OwnConstraintBook.all)
  }

  @Test("A closure is published once, told to who subscribed to constraints, and given to who asks")
  func published() async throws {
    let bench = try ProviderBench()
    _ = try await bench.air.putSubscription(
      11, ConstraintTests.day, by: AirBench.two, constraints: true)
    _ = try await bench.air.putSubscription(12, ConstraintTests.day, by: AirBench.one)
    let key = try await bench.close()
    #expect(try await own(bench).isEmpty)
    #expect(try await settle(bench) == 1)
    #expect(try await settle(bench) == 0)
    let own = try #require(try await own(bench).first)
    #expect(own.closure == key)
    let entity = try #require(try await bench.air.store.first(AirBook.find(.constraint, own.id)))
    #expect(entity.manager == "city" && entity.url == "https://city.example")
    #expect(entity.start == Instant(rfc3339: "2026-03-02T09:45:00+08:00"))
    try await bench.tell()
    let told = bench.peer.asked(.post)
    #expect(told.map(\.address) == ["https://uss2.example/uss/v1/constraints"])
    let constraint = told.first?.body?["constraint"]
    #expect(constraint?["reference"]?["ovn"]?.string == entity.tag)
    let volume = constraint?["details"]?["volumes"]?.array?.first?["volume"]
    #expect(volume?["outline_polygon"]?["vertices"]?.array?.count == 4)
    #expect(volume?["altitude_upper"]?["value"]?.double == bench.measure.rules.ground + 300)
    #expect(try await bench.broken() == [])
  }

  @Test("An intent that asks for constraints must know it")
  func asked() async throws {
    let bench = try ProviderBench()
    _ = try await bench.close()
    _ = try await settle(bench)
    let extent = AirBench.extent((22.54, 114.05), (50, 100), (3000, 3600))
    let wanting: [String: JSONValue] = [
      "new_subscription": [
        "uss_base_url": "https://uss.example/sub", "notify_for_constraints": true,
      ]
    ]
    let refused = try await refusal {
      try await bench.air.putIntent(1, AirBench.intent(extent, wanting))
    }
    let missing = refused?.body["missing_constraints"]?.array
    #expect(refused?.status == 409 && missing?.count == 1)
    #expect(missing?.first?["ovn"]?.string == "Available from USS")
    let id = try #require(missing?.first?["id"]?.string)
    let desk = ConstraintDesk(measure: bench.measure, provider: bench.flights.provider)
    let ovn = try #require(try await desk.told(id)?["reference"]?["ovn"]?.string)
    _ = try await bench.air.putIntent(1, AirBench.intent(extent, key: [ovn], wanting))
  }

  @Test("What is lifted is taken back, what is over goes a day later")
  func takenBack() async throws {
    let bench = try ProviderBench()
    _ = try await bench.air.putSubscription(
      11, ConstraintTests.day, by: AirBench.two, constraints: true)
    let office = try #require(bench.measure.office("closures"))
    let (first, second) = (
      try await bench.close(),
      try await bench.close(path: "114.1 22.6; 114.11 22.6; 114.11 22.61; 114.1 22.61")
    )
    #expect(try await settle(bench) == 2)
    _ = try await bench.measure.desk.submit(
      MoveCase(
        "lift", as: .control, on: first, said: CaseFacts(["text": "完成"]), in: office.setting),
      by: ProviderBench.controller)
    #expect(try await settle(bench) == 1)
    #expect(try await own(bench).map(\.closure) == [second])
    try await bench.tell()
    // The first notice waited until the closure was lifted: it tells of nothing any more.
    let told = bench.peer.asked(.post)
    #expect(told.count == 2 && told.allSatisfy { $0.body?["constraint"] == nil })
    bench.air.time.advance(seconds: 4 * 3600)
    #expect(try await settle(bench) == 0)
    bench.air.time.advance(seconds: 24 * 3600)
    #expect(try await settle(bench) == 1)
    #expect(try await own(bench).isEmpty)
    #expect(try await bench.broken() == [])
  }

  @Test("What goes with time takes the city's details with it")
  func expired() async throws {
    let bench = try ProviderBench()
    _ = try await bench.close()
    _ = try await settle(bench)
    #expect(try await bench.put(1).result == "Completed")
    bench.air.time.advance(seconds: 2 * 86_400)
    #expect(try await bench.measure.expire(at: bench.air.time.now) > 1)
    #expect(try await own(bench).isEmpty)
    #expect(try await bench.air.store.all(OwnFlightBook.all).isEmpty)
    #expect(try await bench.broken() == [])
  }
}
