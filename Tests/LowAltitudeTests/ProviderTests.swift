import AccessTokens
import Airspace
import Commons
import HTTPValues
import Testing

@testable import LowAltitude

/// What F3548-21 asks of a provider of services, flight by flight.
@Suite struct ProviderTests {
  private static let far = AirBench.extent((22.64, 114.05))
  /// Another corner of the same cell: a DSS tells of it, but nobody meets there.
  private static let beside = AirBench.extent((22.5405, 114.0535))
  private static let now = AirBench.extent((22.54, 114.05), (50, 100), (-60, 600))

  @Test func aFlightIsPlannedActivatedAndClosed() async throws {
    let bench = try ProviderBench()
    #expect(try await bench.put(1, ProviderBench.plan(ProviderTests.now)).status == "Planned")
    let planned = try #require(try await bench.known(1))
    #expect(planned.intent.state == "Accepted" && planned.intent.manager == "city")
    let flying = ProviderBench.plan(ProviderTests.now, usage: "InUse")
    #expect(try await bench.put(1, flying).status == "OkToFly")
    let activated = try #require(try await bench.known(1))
    #expect(activated.flight.id == planned.flight.id && activated.intent.tag != planned.intent.tag)
    let told = try await bench.flights.told(activated)
    #expect(told["reference"]?["ovn"]?.string == activated.intent.tag)
    #expect(told["details"]?["volumes"]?.array?.count == 1)
    #expect(try await bench.flights.close(plan: AirBench.id(1))?.status == "Closed")
    #expect(try await bench.known(1) == nil)
    #expect(try await bench.flights.close(plan: AirBench.id(1)) == nil)
    #expect(try await !bench.air.has(.intent, planned.flight.id))
  }

  /// Each row: the other's priority, ours, where the other is, and whether ours is planned.
  @Test(
    arguments: [
      (0, 0, AirBench.extent(), "Rejected"), (0, 100, AirBench.extent(), "Completed"),
      (100, 0, AirBench.extent(), "Rejected"), (0, 0, ProviderTests.beside, "Completed"),
      (100, 0, ProviderTests.far, "Completed"),
    ] as [(Int64, Int64, JSONValue, String)])
  func priorityGoesFirstAndThenWhoWasThere(
    _ others: Int64, _ ours: Int64, _ extent: JSONValue, _ result: String
  ) async throws {
    let bench = try ProviderBench()
    try await bench.foreign(7, extent, priority: .integer(others))
    let answer = try await bench.put(1, ProviderBench.plan(priority: .integer(ours)))
    #expect(answer.result == result, "\(answer.notes ?? "")")
    #expect((try await bench.known(1) != nil) == (result == "Completed"))
    // Whether the other is told depends on its subscription alone, of which it has none.
    #expect(bench.peer.asked(.post).isEmpty)
  }

  @Test func twoFlightsOfTheCityAreNoStrangersToEachOther() async throws {
    let bench = try ProviderBench()
    #expect(try await bench.put(1).result == "Completed")
    #expect(try await bench.put(2).result == "Rejected")
    #expect(try await bench.put(3, ProviderBench.plan(ProviderTests.beside)).result == "Completed")
    #expect(bench.peer.asked.withLock { $0.isEmpty })
  }

  /// Each row: what the other provider says wrongly of its flight.
  @Test(
    arguments: [
      ["details", "priority", "1.2"], ["reference", "state", "\"Flying\""],
      ["reference", "ovn", "\"short\""], ["reference", "version", "\"1\""],
      ["reference", "time_end", "null"], ["details", "volumes", "[]"], ["details", "volumes", "7"],
      ["reference", "id", "\"00000000-0000-4000-8000-000000000099\""],
    ])
  func nothingIsPlannedAroundWhatIsNotKnown(_ wrong: [String]) async throws {
    let bench = try ProviderBench()
    try await bench.foreign(7) { intent in
      var part = intent[wrong[0]]?.object ?? [:]
      part[wrong[1]] = try? JSONValue(parsing: Array(wrong[2].utf8))
      intent[wrong[0]] = .object(part)
    }
    let answer = try await bench.put(1, ProviderBench.plan(priority: 100))
    #expect(answer.result == "Rejected" && answer.status == "NotPlanned")
    #expect(try await bench.known(1) == nil)
  }

  @Test func aProviderThatDoesNotAnswerStandsInTheWayUnlessItIsDown() async throws {
    let bench = try ProviderBench()
    try await bench.foreign(7)
    bench.peer.answers.withLock { $0.removeAll() }
    #expect(try await bench.put(1).result == "Rejected")
    let body: JSONValue = ["availability": "Down", "old_version": ""]
    let wish = try AvailabilityWish(AirReader(body), uss: "uss2")
    let ring = bench.measure.ring
    _ = try await bench.measure.act(
      "availability.put", on: .availability, "uss2", by: AirBench.one
    ) { old, _, context in try wish.put(old, ring, context) }
    // What it only planned gives way.
    #expect(try await bench.put(1).result == "Completed")
  }

  @Test func subscribersAreToldOfTheWholeFlightAndOfItsEnd() async throws {
    let bench = try ProviderBench()
    _ = try await bench.air.putSubscription(11, by: AirBench.two)
    #expect(try await bench.put(1).result == "Completed")
    try await bench.tell()
    _ = try await bench.flights.close(plan: AirBench.id(1))
    try await bench.tell()
    let told = bench.peer.asked(.post)
    let address = "https://uss2.example/uss/v1/operational_intents"
    #expect(told.map(\.address) == [address, address])
    let first = told.first?.body?["operational_intent"]
    #expect(first?["details"]?["priority"]?.integer == 0)
    #expect(first?["reference"]?["ovn"]?.string?.isEmpty == false)
    #expect(told.last?.body?["operational_intent"] == nil)
    #expect(
      told.compactMap { $0.body?["subscriptions"]?.array?.first?["notification_index"]?.integer }
        == [1, 2])
  }

  @Test func statesFollowEachOtherAsTheStandardHasIt() async throws {
    let bench = try ProviderBench()
    func put(_ usage: String, _ aircraft: String = "Nominal") async throws -> String {
      try await bench.put(
        1, ProviderBench.plan(ProviderTests.now, usage: usage, aircraft: aircraft)
      ).result
    }
    #expect(try await put("InUse", "OffNominal") == "Rejected")
    #expect(try await put("InUse") == "Completed")
    #expect(try await put("Planned") == "Rejected")
    #expect(try await put("InUse", "OffNominal") == "Completed")
    let off = try #require(try await bench.known(1))
    #expect(off.flight.details["volumes"]?.array?.isEmpty == true)
    #expect(off.flight.details["off_nominal_volumes"]?.array?.count == 1)
    #expect(try await put("InUse", "Contingent") == "Completed")
    #expect(try await put("InUse") == "Rejected")
    #expect(try await put("Closed") == "Rejected")
  }

  /// Each row: a plan that cannot be, and a word of the reason.
  @Test(
    arguments: [
      (AirBench.extent((22.54, 114.05), (50, 100), (-600, -60)), "Planned", "over"),
      (AirBench.extent((22.54, 114.05), (50, 100), (2_592_060, 2_592_600)), "Planned", "30 days"),
      (AirBench.extent(), "InUse", "active"),
      (AirBench.extent((22.54, 114.05), (100, 50)), "Planned", "altitude"),
      (AirBench.extent((91, 114.05)), "Planned", "corner"),
    ] as [(JSONValue, String, String)])
  func whatCannotBeIsRejectedWithAReason(
    _ extent: JSONValue, _ usage: String, _ word: String
  ) async throws {
    let answer = try await ProviderBench().put(1, ProviderBench.plan(extent, usage: usage))
    #expect(answer.result == "Rejected" && answer.notes?.contains(word) == true, "\(answer)")
  }

  @Test func theLastPositionThatIsNotOfTheFutureIsKept() async throws {
    let bench = try ProviderBench()
    func state(_ seconds: Int64, _ lat: Double) -> JSONValue {
      [
        "id": "x", "timestamp": JSONValue(moment: AirBench.start.adding(seconds: seconds)),
        "position": ["lat": .number(lat), "lng": .number(114.05), "alt": 60], "speed": 5,
        "track": 90,
      ]
    }
    let plan = ProviderBench.plan(
      ProviderTests.now, usage: "InUse",
      telemetry: [state(-2, 22.1), state(-1, 22.2), state(9, 22.3)])
    #expect(try await bench.put(1, plan).result == "Completed")
    let telemetry = try await bench.known(1)?.flight.telemetry
    #expect(telemetry?["position"]?["latitude"]?.double == 22.2)
    #expect(telemetry?["velocity"]?["units_speed"]?.string == "MetersPerSecond")
  }

  @Test func whoMeetsAFlightOfTheCityIsNoticed() async throws {
    let bench = try ProviderBench()
    #expect(try await bench.put(1).result == "Completed")
    try await bench.foreign(7, priority: 100)
    let answer = bench.peer.answers.withLock { $0.values.first?.body["operational_intent"] }
    let peer = try PeerIntent(try #require(answer))
    let id = try #require(try await bench.known(1)).flight.id
    #expect(try await bench.flights.met(by: peer) == [id])
  }

  // MARK: Clients of the authorisation server

  @Test func clientsGetWhatTheyAreRegisteredFor() async throws {
    let bench = try ProviderBench()
    let secret = try #require(
      try await bench.clients.register("uss9", scopes: ["a", "b"], audiences: ["dss.example"]))
    let client = try #require(try await bench.clients.all().first)
    #expect(!client.secret.contains(secret) && ClientSecret(client.secret)?.fits(secret) == true)
    for count in 1...3 {
      try await bench.clients.noteToken(
        "uss9", "jti\(count)", scopes: ["a"], audience: "dss.example", assertion: nil,
        at: bench.air.time.now)
    }
    #expect(try await bench.clients.all().first?.version == 4)
    await #expect(throws: OAuthRefusal.self) {
      try await bench.clients.noteToken(
        "uss9", "jti", scopes: ["c"], audience: "dss.example", assertion: nil,
        at: bench.air.time.now)
    }
    try await bench.clients.close("uss9")
    await #expect(throws: OAuthRefusal.self) {
      try await bench.clients.noteToken(
        "uss9", "jti", scopes: ["a"], audience: "dss.example", assertion: nil,
        at: bench.air.time.now)
    }
    await #expect(throws: Problem.self) { try await bench.clients.close("uss9") }
    await #expect(throws: Problem.self) {
      try await bench.clients.register("two words", scopes: ["a"], audiences: ["*"])
    }
    await #expect(throws: Problem.self) {
      try await bench.clients.register("uss8", scopes: [], audiences: ["*"])
    }
  }
}
