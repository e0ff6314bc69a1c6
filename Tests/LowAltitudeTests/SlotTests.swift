import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import Storage
import Testing

@testable import LowAltitude

/// Slots of routes, and airspace that flights and routes know alike.
@Suite struct SlotTests {
  private let keeper = Actor(
    kind: .staff, account: 7, permissions: [NetworkDuty.keep], agencies: nil)
  private let inspector = Actor(
    kind: .staff, account: 8, permissions: [NetworkDuty.inspect], agencies: nil)

  private func problem(_ body: () async throws -> Void) async -> Problem? {
    do {
      try await body()
      return nil
    } catch { return error as? Problem }
  }

  private func plan(
    _ bench: FlightBench, _ kind: NetworkAsset.Kind, _ code: String, _ facts: JSONValue
  ) async throws -> Int64 {
    try await bench.desk.submit(
      PlanAsset(assetKind: kind, code: code, name: Phrase("名称", en: "name"), facts: facts),
      by: keeper
    ).aggregate
  }

  private func step(_ bench: FlightBench, _ key: Int64, _ steps: AssetStep...) async throws {
    for step in steps {
      _ = try await bench.desk.submit(
        AssetAct(step: step, key: key, facts: nil, reason: "理由", rules: bench.measure.rules),
        by: step.permission == NetworkDuty.keep ? keeper : inspector)
    }
  }

  /// A route from west to east where the flights of the bench fly, in service.
  private func route(_ bench: FlightBench, slots: Int64) async throws -> Int64 {
    let key = try await plan(bench, .route, "R-1", SlotTests.facts(22_620_000, slots: slots))
    try await step(bench, key, .build, .accept, .commission)
    return key
  }

  private static func facts(
    _ latitude: Int64, slots: Int64 = 12, east: Int64 = 114_050_000
  ) -> JSONValue {
    [
      "operator": "运营方", "lower_m": 100, "upper_m": 140, "width_m": 60,
      "slots_per_hour": .integer(slots),
      "points": [[.integer(latitude), 113_990_000], [.integer(latitude), .integer(east)]],
    ]
  }

  private func file(
    _ bench: FlightBench, _ party: FlightBench.Party, at start: String,
    _ more: [String: JSONValue] = [:]
  ) async throws -> CaseFileRow {
    let said: [String: JSONValue] = [
      "route": "R-1", "start": .string("2026-03-03T\(start)"), "end": "2026-03-03T11:30",
    ]
    return try await bench.open(
      "flights", "file", FlightBench.application(party, said.merging(more) { $1 }))
  }

  private func approve(_ bench: FlightBench, _ row: CaseFileRow) async throws -> CaseFileRow {
    try await bench.move("flights", "approve", as: .control, by: FlightBench.controller, on: row)
  }

  private func held(_ bench: FlightBench) async throws -> [Booking] {
    try await bench.desk.store.all(
      BookingBook.held(
        "R-1", from: Instant(rfc3339: "2026-03-03T00:00:00Z")!,
        to: Instant(rfc3339: "2026-03-04T00:00:00Z")!))
  }

  @Test func aSlotTakesOneFlightAndTheNextOneIsOfferedTheNext() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    _ = try await route(bench, slots: 12)
    let first = try await approve(bench, file(bench, party, at: "10:00"))
    #expect(try await held(bench).map(\.slotAt) == [Instant(rfc3339: "2026-03-03T10:00:00+08:00")!])
    var second = try await file(bench, party, at: "10:02")
    let facts = try CaseFacts(second.facts)
    #expect(facts["conflicts"]?.array?.map { $0["with"]?.string } == ["R-1"])
    #expect((180...182).contains(facts["offer"]?["delay"]?.integer ?? 0))
    #expect(await problem { _ = try await approve(bench, second) }?.slug == "conflict")
    second = try await bench.move("flights", "take-offer", on: second)
    second = try await approve(bench, second)
    #expect(
      try await held(bench).map(\.slotAt.seconds)
        == [10 * 60, 10 * 60 + 5].map {
          Instant(rfc3339: "2026-03-02T16:00:00Z")!.seconds + $0 * 60
        })
    // Whoever gives up frees the slot, and somebody else has it.
    _ = try await bench.move("flights", "withdraw", on: first)
    #expect(try await held(bench).map(\.flight) == [second.base.key])
    let third = try await approve(bench, file(bench, party, at: "10:01"))
    #expect(try await held(bench).map(\.flight) == [third.base.key, second.base.key])
    #expect(try await bench.problems() == [])
  }

  @Test func aFullRouteIsRefusedWithoutAnOfferThatDoesNotHelp() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    _ = try await route(bench, slots: 1)
    _ = try await approve(bench, file(bench, party, at: "10:00"))
    let second = try await file(bench, party, at: "10:20")
    let facts = try CaseFacts(second.facts)
    // The next slot is forty minutes away: more than a plan is put off.
    #expect(facts["conflicts"] != nil && facts["offer"] == nil)
    let refused = await problem { _ = try await approve(bench, second) }
    #expect(refused?.slug == "conflict" && refused?.detail.zh.contains("R-1") == true)
    // An urgent task goes before and takes no slot.
    bench.at("2026-03-03T09:40")
    let urgent: [String: JSONValue] = [
      "urgency": "urgent", "urgent-task": "medical", "mission": "emergency",
    ]
    var said = FlightBench.application(party, urgent)
    said["parcel-grams"] = nil
    said.merge(["route": "R-1", "start": "2026-03-03T10:30", "end": "2026-03-03T11:30"]) { $1 }
    let row = try await approve(bench, bench.open("flights", "file", said))
    #expect(try await held(bench).contains { $0.flight == row.base.key } == false)
    #expect(try await bench.problems() == [])
  }

  @Test func aRouteMustBeInServiceAndFlown() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    let none = await problem { _ = try await file(bench, party, at: "10:00") }
    #expect(none?.fields.map(\.pointer) == ["route"])
    let key = try await route(bench, slots: 12)
    let aside = await problem {
      _ = try await file(
        bench, party, at: "10:00", ["path": "114.00, 22.64, 100\n114.04, 22.64, 100"])
    }
    #expect(aside?.fields.map(\.pointer) == ["route"])
    let row = try await file(bench, party, at: "10:00")
    try await step(bench, key, .suspend)
    #expect(await problem { _ = try await approve(bench, row) }?.fields.map(\.pointer) == ["route"])
    // Nor is what was approved before confirmed, and whoever gives up is let go.
    try await step(bench, key, .resume)
    var held = try await approve(bench, row)
    bench.at("2026-03-03T08:30")
    held = try await bench.move("flights", "report", on: held, ["text": "就绪"])
    try await step(bench, key, .suspend)
    let barred = await problem {
      try await bench.move("flights", "confirm", as: .control, by: FlightBench.controller, on: held)
    }
    #expect(barred?.fields.map(\.pointer) == ["route"])
    held = try await bench.move("flights", "withdraw", on: held)
    #expect(try await self.held(bench).isEmpty)
    #expect(try await bench.problems() == [])
  }

  @Test func flightsKnowTheRegisterOfAirspace() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    let key = try await plan(
      bench, .controlled, "CTR-9",
      [
        "reason": "港口", "lower_m": 0, "upper_m": 200, "radius_m": 300,
        "points": [[22_620_000, 114_020_000]],
      ])
    var row = try await bench.open("flights", "file", FlightBench.application(party))
    #expect(try CaseFacts(row.facts).list("zones") == [])
    try await step(bench, key, .build, .accept, .commission)
    row = try await bench.open("flights", "file", FlightBench.application(party))
    #expect(try CaseFacts(row.facts).list("zones") == ["CTR-9"])
  }

  @Test func routesKnowPublishedAirspaceAndClosures() async throws {
    let bench = try FlightBench()
    // Through the prohibited area of the city's profile.
    let key = try await plan(
      bench, .route, "R-9", SlotTests.facts(22_615_000, east: 114_200_000))
    try await step(bench, key, .build)
    let prohibited = await problem { try await step(bench, key, .accept) }
    #expect(
      prohibited?.slug == "route-conflict" && prohibited?.detail.zh.contains("reserve") == true)
    let free = try await plan(bench, .route, "R-8", SlotTests.facts(22_650_000))
    try await step(bench, free, .build)
    _ = try await bench.open(
      "closures", "announce", as: .control, by: FlightBench.controller,
      [
        "reason": "event", "height-low": 0, "height-high": 300, "notice": "公告1号",
        "path": "114.01 22.64; 114.03 22.64; 114.03 22.66; 114.01 22.66",
        "start": "2026-03-04T08:00", "end": "2026-03-04T12:00",
      ])
    // What is still to come does not bar it; what is in force does.
    try await step(bench, free, .accept)
    bench.at("2026-03-04T09:00")
    let closed = await problem { try await step(bench, free, .commission) }
    #expect(closed?.slug == "route-conflict" && closed?.detail.en.contains("closure") == true)
    bench.at("2026-03-04T12:01")
    try await step(bench, free, .commission)
  }
}
