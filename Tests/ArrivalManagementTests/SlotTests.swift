import Books
import CaseEngine
import CaseWork
import Commons
import Testing

@testable import ArrivalManagement

private func series(_ time: String, _ weekdays: Set<Int> = [1]) -> SlotSeries {
  SlotSeries(
    from: CivilDate("2026-04-01")!, to: CivilDate("2026-04-30")!, weekdays: weekdays,
    minute: SlotSeries.minute(time)!)
}

@Suite struct SlotPlanTests {
  @Test(arguments: ["8:35", "24:00", "08:60", "0835", "08:3a", "+8:35", ""])
  func whatIsNoTimeIsNone(text: String) { #expect(SlotSeries.minute(text) == nil) }

  @Test func timesAreReadAndWritten() {
    for minute in [0, 515, 1439] { #expect(SlotSeries.minute(SlotSeries.text(minute)) == minute) }
    #expect(SlotSeries.text(515) == "08:35")
  }

  @Test func seriesFlyOnTheirDays() {
    #expect(series("08:35").days.map(\.day) == [6, 13, 20, 27])
    #expect(series("08:35", []).days.isEmpty)
  }

  private let two = SlotLimits(total: 2, arrivals: 2, departures: 2)

  @Test func theNearestHourWithRoomIsOffered() {
    var plan = SlotPlan(limits: two)
    for _ in 0..<2 { plan.add(series("08:10")) }
    #expect(plan.bound(series("08:35")) == .arrivals)
    // 09:00 is 25 minutes away, 07:55 is 40.
    #expect(plan.nearest(series("08:35"), tolerance: 60) == 540)
    #expect(plan.nearest(series("08:10"), tolerance: 60) == 475)
    #expect(plan.nearest(series("08:30"), tolerance: 60) == 540)
    #expect(plan.nearest(series("08:35"), tolerance: 20) == nil)
    // Another day of the week has room.
    #expect(plan.nearest(series("08:35", [2]), tolerance: 0) == 515)
    // One Monday that is full fills the whole series.
    #expect(plan.nearest(series("08:35", [1, 2]), tolerance: 20) == nil)
  }

  @Test func eachKindHasALimitOfItsOwnAndBothTogether() {
    var plan = SlotPlan(limits: SlotLimits(total: 3, arrivals: 2, departures: 2))
    var departure = series("08:20")
    departure.isArrival = false
    for _ in 0..<2 { plan.add(series("08:10")) }
    #expect(plan.bound(series("08:35")) == .arrivals)
    #expect(plan.bound(departure) == nil)
    plan.add(departure)
    // One departure more would be its second, yet the fourth movement.
    #expect(plan.bound(departure) == .total)
    #expect(plan.bound(series("08:35")) == .arrivals)
    #expect(plan.hours(on: CivilDate("2026-04-06")!)[8] == .init(arrivals: 2, departures: 1))
    #expect(plan.hours(on: CivilDate("2026-04-07")!)[8].total == 0)
    // All Mondays of the period have as many: the first counts.
    #expect(plan.busiest == CivilDate("2026-04-06"))
    #expect(SlotPlan(limits: two).busiest == nil)
  }
}

@Suite struct SlotCaseTests {
  private static let said: [String: JSONValue] = [
    "airport": "shenzhen-2", "airline": "csn", "movement": "arrival", "from": "2026-04-01",
    "to": "2026-10-24", "weekdays": ["1", "3"], "time": "08:35", "tolerance": 30,
    "priority": "other", "contact": "航班计划部",
  ]

  private func ask(
    _ bench: ArrivalBench, _ changes: [String: JSONValue] = [:]
  ) async throws -> Int64 {
    try await bench.open(
      bench.measure.slots, .request, as: .airline, by: ArrivalBench.airline,
      Self.said.merging(changes) { $1 })
  }

  private func offer(_ bench: ArrivalBench, _ key: Int64) async throws -> CaseFacts {
    let row = try await bench.step(
      bench.measure.slots, .offer, as: .coordinator, by: ArrivalBench.coordinator, on: key)
    return try CaseFacts(row.facts)
  }

  @Test func aSeriesIsOfferedTakenAndGivenBack() async throws {
    let bench = try ArrivalBench()
    let key = try await ask(bench)
    #expect(try await offer(bench, key).text("offered") == "08:35")
    var row = try await bench.step(
      bench.measure.slots, .accept, as: .airline, by: ArrivalBench.airline, on: key)
    #expect(row.base.stage == "allocated")
    #expect(try CaseFacts(row.facts).text("airline") == "CSN")
    row = try await bench.step(
      bench.measure.slots, .giveBack, as: .airline, by: ArrivalBench.airline, on: key,
      ["text": "停航。"])
    #expect(row.base.stage == "returned")
    #expect(try await bench.broken().isEmpty)
  }

  @Test func aFullHourIsPassedOver() async throws {
    let bench = try ArrivalBench()
    // The airport gives away 36 arrivals and 36 departures an hour, 65 in all.
    for _ in 0..<36 { _ = try await offer(bench, ask(bench)) }
    let key = try await ask(bench)
    let moved = try await offer(bench, key)
    #expect(moved.text("offered") == "09:00")
    #expect(moved.text("bound") == "arrivals")
    for _ in 0..<29 { _ = try await offer(bench, ask(bench, ["movement": "departure"])) }
    let last = try await offer(bench, ask(bench, ["movement": "departure"]))
    #expect(last.text("offered") == "09:00")
    #expect(last.text("bound") == "total")
    let narrow = try await ask(bench, ["tolerance": 10])
    #expect(await faults { _ = try await offer(bench, narrow) } == ["422"])
    let other = try await ask(bench, ["weekdays": ["2"]])
    #expect(try await offer(bench, other).text("offered") == "08:35")
  }

  @Test func higherPriorityInTheHourComesFirst() async throws {
    let bench = try ArrivalBench()
    let other = try await ask(bench)
    let historic = try await ask(bench, ["priority": "historic", "time": "08:05"])
    #expect(await faults { _ = try await offer(bench, other) } == ["422"])
    #expect(try await offer(bench, historic).text("offered") == "08:05")
    #expect(try await offer(bench, other).text("offered") == "08:35")
  }

  @Test func anAirlineThatDoesNotConfirmLosesThem() async throws {
    let bench = try ArrivalBench()
    let key = try await ask(bench)
    _ = try await offer(bench, key)
    _ = try await bench.tick(at: "2026-03-14T00:00:00+08:00")
    #expect(try await bench.row(key).base.stage == "declined")
  }

  @Test func badRequestsAreTold() async throws {
    let bench = try ArrivalBench()
    func wrong(_ changes: [String: JSONValue]) async -> [String] {
      await faults { _ = try await ask(bench, changes) }
    }
    #expect(await wrong(["airport": "nowhere"]) == ["airport"])
    #expect(await wrong(["airline": "C1"]) == ["airline"])
    #expect(await wrong(["time": "25:00"]) == ["time"])
    #expect(await wrong(["to": "2026-03-31"]) == ["to"])
    #expect(await wrong(["from": "2026-03-01"]) == ["to"])
    #expect(await wrong(["to": "2027-04-02"]) == ["to"])
    #expect(await wrong(["weekdays": ["8"]]) == ["weekdays"])
    #expect(
      await wrong(["from": "2026-04-01", "to": "2026-04-02", "weekdays": ["1"]]) == ["weekdays"])
  }
}
