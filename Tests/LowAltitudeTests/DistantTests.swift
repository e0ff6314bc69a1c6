import AccessTokens
import Books
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage
import Testing

@testable import LowAltitude

/// The DSS of another program: requests go to its acts, and its answers to changes may be lost on their way.
private final class DistantDSS: PeerClient {
  let air: AirBench
  /// Whether it acts and its answers do not come.
  let losesAnswers = Locked(false)
  private let told = Locked<[JSONValue]>([])
  private static let city = AirCaller(
    name: "city", scopes: ["utm.strategic_coordination", "utm.conformance_monitoring_sa"])

  init() throws { air = try AirBench() }

  var notices: [JSONValue] { told.withLock { $0 } }

  func token(audience: String, scope: String) async throws -> String { audience + " " + scope }

  func send(
    _ method: Method, _ address: String, token: String, body: JSONValue?
  ) async throws -> PeerAnswer {
    guard address.hasPrefix("https://dss.example/") else {
      told.withLock { $0.append(body ?? .null) }
      return PeerAnswer(204, .null)
    }
    let answer = try await answered(method, address, body ?? .null)
    if losesAnswers.withLock({ $0 }), [.put, .delete].contains(method) {
      throw Problem.unavailable()
    }
    return answer
  }

  private func answered(
    _ method: Method, _ address: String, _ body: JSONValue
  ) async throws -> PeerAnswer {
    let parts = address.split(separator: "/").map(String.init)
    let isConstraint = parts[4] == "constraint_references"
    let (kind, word): (AirEntity.Kind, String) =
      isConstraint ? (.constraint, "constraint") : (.intent, "intent")
    let (id, tag) = (parts[5], parts.count > 6 ? parts[6] : nil)
    let (city, ring) = (DistantDSS.city, air.measure.ring)
    do {
      switch method {
      case .post:
        let area = try AskedVolume([
          try AirReader(body).neededPart("area_of_interest").volume()
        ]).open
        let found = try await air.store.read { try AirBook.entities(.intent, in: area, $0) }
        return PeerAnswer(
          200,
          [
            "operational_intent_references": .array(
              found.map { $0.intentReference(for: city, [:]) })
          ])
      case .get:
        let found = try await air.measure.entity(kind, id)
        return PeerAnswer(
          200,
          isConstraint
            ? ["constraint_reference": found.constraintReference(for: city, [:])]
            : ["operational_intent_reference": found.intentReference(for: city, [:])])
      case .put:
        let reader = try AirReader(body)
        if isConstraint {
          let wish = try ConstraintWish(reader, id: id, tag: tag, at: air.time.now)
          return PeerAnswer(
            201,
            try await air.measure.act("constraint.put", on: kind, id, by: city) {
              try wish.put($0, by: city, ring, $1, $2)
            })
        }
        let wish = try IntentWish(reader, id: id, tag: tag, by: city, at: air.time.now)
        let decision = IntentDecision(wish: wish, caller: city, ring: ring)
        return PeerAnswer(
          201,
          try await air.measure.act("intent.put", on: kind, id, by: city) {
            try decision.put($0, $1, $2)
          })
      default:
        return PeerAnswer(
          200,
          try await air.measure.act(word + ".delete", on: kind, id, by: city) {
            isConstraint
              ? try ConstraintWish.delete($0, tag: tag ?? "", by: city, ring, $1, $2)
              : try IntentDecision.delete($0, tag: tag ?? "", by: city, ring, $1, $2)
          })
      }
    } catch let refusal as AirRefusal { return PeerAnswer(refusal.status, refusal.body) }
  }
}

/// A city that plans among others at a DSS elsewhere.
private struct DistantBench {
  let air: AirBench
  let dss: DistantDSS
  let measure: LowAltitudeMeasure
  let provider: AirProvider
  let flights: FlightDesk

  init() throws {
    air = try AirBench()
    dss = try DistantDSS()
    provider = AirProvider(
      name: "city", baseURL: "https://city.example", exchangeURL: "https://dss.example/",
      servesTests: true, client: dss, time: air.time, random: SeededBytes(seed: 8))
    measure = try LowAltitudeMeasure(
      desk: air.measure.desk, ring: air.measure.ring, rules: air.measure.rules,
      acknowledger: Acknowledger([]), tokens: TokenVerifier(keys: [], audiences: []),
      provider: provider)
    flights = FlightDesk(measure: measure, provider: provider)
  }

  func put(_ number: Int, _ plan: JSONValue = ProviderBench.plan()) async throws -> FlightAnswer {
    let wish = try FlightWish(AirBench.id(number), AirReader(plan), at: air.time.now)
    return try await flights.put(wish, at: air.time.now)
  }

  func known(_ number: Int) async throws -> KnownFlight? {
    try await flights.known(plan: AirBench.id(number))
  }

  /// How the DSS has an intent of the city.
  func there(_ id: String) async throws -> AirEntity? {
    try await dss.air.store.first(AirBook.find(.intent, id))
  }

  func recover() async throws -> Int {
    air.time.advance(seconds: 20)
    return try await ProviderExchange(measure: measure, provider: provider)
      .recover(at: air.time.now)
  }

  func broken() async throws -> [String] {
    var found: [String] = []
    for invariant in measure.invariants {
      found += try await air.store.report { try invariant.broken($0) }.map(\.what.en)
    }
    return found
  }
}

/// The city as a provider with a DSS elsewhere.
@Suite struct DistantTests {
  @Test func aFlightIsKeptThereAndItsDetailsHere() async throws {
    let bench = try DistantBench()
    let now = AirBench.extent((22.54, 114.05), (50, 100), (-60, 600))
    #expect(try await bench.put(1, ProviderBench.plan(now)).status == "Planned")
    let planned = try #require(try await bench.known(1))
    #expect(try await bench.there(planned.flight.id)?.tag == planned.intent.tag)
    #expect(try await bench.put(1, ProviderBench.plan(now, usage: "InUse")).status == "OkToFly")
    let flying = try #require(try await bench.known(1))
    #expect(try await bench.there(flying.flight.id)?.state == "Activated")
    let there = try #require(try await bench.there(flying.flight.id))
    #expect(there.tag == flying.intent.tag)
    let told = try await bench.flights.told(flying)["reference"]
    #expect(told?["subscription_id"]?.string == there.subscription && there.subscription != nil)
    #expect(try await bench.put(2, ProviderBench.plan(now)).result == "Rejected")
    #expect(try await bench.flights.close(plan: AirBench.id(1))?.status == "Closed")
    #expect(try await bench.there(flying.flight.id) == nil)
    #expect(try await bench.known(1) == nil)
    #expect(try await bench.air.store.all(DistantBook.begun(before: .distant)).isEmpty)
    #expect(
      try await bench.air.store.first(DistantBook.reference(.intent, flying.flight.id)) == nil)
    #expect(try await bench.broken() == [])
  }

  @Test func subscribersThereAreTold() async throws {
    let bench = try DistantBench()
    _ = try await bench.dss.air.putSubscription(11, by: AirBench.two)
    #expect(try await bench.put(1).result == "Completed")
    for effect in try await bench.air.store.all(
      OutboxBook.waiting(limit: 10, kind: LowAltitudeMeasure.noticeKind))
    {
      _ = try await bench.measure.tellPeer(effect)
    }
    #expect(bench.dss.notices.count == 1)
    #expect(bench.dss.notices.first?["operational_intent"]?["details"] != nil)
  }

  @Test func whatWasMadeWithoutAnAnswerIsTakenAway() async throws {
    let bench = try DistantBench()
    bench.dss.losesAnswers.withLock { $0 = true }
    #expect(try await bench.put(1).result == "Failed")
    let begun = try await bench.air.store.all(DistantBook.begun(before: .distant))
    let id = try #require(begun.first?.id)
    #expect(try await bench.there(id) != nil)
    bench.dss.losesAnswers.withLock { $0 = false }
    #expect(try await bench.recover() == 1)
    #expect(try await bench.there(id) == nil)
    #expect(try await bench.known(1) == nil)
    #expect(try await bench.recover() == 0)
    #expect(try await bench.put(1).result == "Completed")
    #expect(try await bench.broken() == [])
  }

  @Test func whatWasChangedWithoutAnAnswerIsKeptAsItWasWished() async throws {
    let bench = try DistantBench()
    #expect(try await bench.put(1).result == "Completed")
    bench.dss.losesAnswers.withLock { $0 = true }
    #expect(try await bench.put(1, ProviderBench.plan(priority: 9)).result == "Failed")
    bench.dss.losesAnswers.withLock { $0 = false }
    #expect(try await bench.recover() == 1)
    let known = try #require(try await bench.known(1))
    #expect(known.flight.details["priority"]?.integer == 9)
    #expect(try await bench.there(known.flight.id)?.tag == known.intent.tag)
    #expect(try await bench.broken() == [])
  }

  @Test func whatWasTakenAwayWithoutAnAnswerIsGone() async throws {
    let bench = try DistantBench()
    #expect(try await bench.put(1).result == "Completed")
    bench.dss.losesAnswers.withLock { $0 = true }
    await #expect(throws: AirRefusal.self) {
      try await bench.flights.close(plan: AirBench.id(1))
    }
    bench.dss.losesAnswers.withLock { $0 = false }
    #expect(try await bench.recover() == 1)
    #expect(try await bench.known(1) == nil)
    #expect(try await bench.broken() == [])
  }

  @Test func closuresAreConstraintsThere() async throws {
    let bench = try DistantBench()
    let near = try ProviderBench()
    let closure = ClosureRow(
      id: 4, number: "x", reason: "rescue",
      outline: [
        [1_140_000_000, 225_000_000], [1_140_100_000, 225_000_000], [1_140_100_000, 225_100_000],
      ],
      lowerCM: 0, upperCM: 30_000, start: AirBench.start.adding(seconds: 2400),
      end: AirBench.start.adding(seconds: 7200), isLifted: false)
    let ring = near.measure.ring
    _ = try await bench.measure.act(
      "notice", on: .availability, "test", by: AirBench.one
    ) { _, _, _ in
      AirOutcome(changes: [ClosureBook.add(closure, ring)], reply: .null, publicFields: [:])
    }
    let desk = ConstraintDesk(measure: bench.measure, provider: bench.provider)
    #expect(try await desk.settle(at: bench.air.time.now) == 1)
    let id = desk.constraintID(closure)
    #expect(try await bench.dss.air.has(.constraint, id))
    let told = try await desk.told(id)
    let tag = try await bench.dss.air.store.first(AirBook.find(.constraint, id))?.tag
    #expect(told?["reference"]?["ovn"]?.string == tag)
    #expect(try await desk.settle(at: bench.air.time.now) == 0)
  }
}

extension Instant {
  fileprivate static let distant = Instant(rfc3339: "2100-01-01T00:00:00Z")!
}
