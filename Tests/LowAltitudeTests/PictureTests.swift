import Airspace
import Commons
import Desk
import Storage
import Testing

@testable import LowAltitude

/// Writes a flight as if it had been approved.
struct WriteFlight: Command {
  let flight: ApprovedFlight
  var kind: String { "low-altitude.flight.write" }
  var permission: String { "test" }
  var aggregate: Int64? { nil }
  var content: JSONValue { ["number": .string(flight.number)] }
  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    .accepted(publicFields: [:], changes: [FlightBook.add(flight, context.ring)])
  }
}

extension AirBench {
  /// A flight eastwards at 60 m and 10 m/s past (22.54, 114.05), which it passes 100 s after its start.
  static func flight(_ id: Int64, from start: Instant, isArea: Bool = false) -> ApprovedFlight {
    // A millionth of a degree of longitude is 10.27 cm there.
    let east = Int64(1000 / 0.1027)
    let points = [-1, 1].map { side in
      FlightPoint(
        longitudeE7: 1_140_500_000 + Int64(side) * east * 10, latitudeE7: 225_400_000,
        altitudeCM: 6000, at: start.adding(seconds: side < 0 ? 0 : 200))
    }
    var flight = ApprovedFlight(
      id: id, number: "12-2026-000000\(id)-X", operatorKey: 1, aircraft: "UAS1", mission: .delivery,
      points: points, isArea: isArea, lowerCM: 5000, upperCM: 7000, start: start,
      end: start.adding(seconds: 200), state: .active)
    if isArea {
      flight.points = [(0, 0), (20_000, 0), (20_000, 20_000), (0, 20_000), (0, 0)].map {
        east, north in
        FlightPoint(
          longitudeE7: 1_140_500_000 + east, latitudeE7: 225_400_000 + north, altitudeCM: 6000,
          at: start)
      }
    }
    return flight
  }

  func write(_ flight: ApprovedFlight) async throws {
    _ = try await measure.desk.submit(WriteFlight(flight: flight), by: .system(["test"]))
  }
}

/// Who flew above a place, and who does not keep to a plan.
@Suite struct PictureTests {
  private func numbers(_ search: OverheadSearch, _ flights: [ApprovedFlight]) -> [Int64] {
    search.near(flights).map(\.flight.id)
  }

  @Test func thePictureHasWhatFliesAndNotWhatIsOver() async throws {
    let bench = try AirBench()
    let start = AirBench.start
    var flight = AirBench.flight(1, from: start)
    // The window is wider than the path, which takes 200 s.
    flight.end = start.adding(seconds: 3600)
    try await bench.write(flight)
    var landed = AirBench.flight(2, from: start)
    landed.end = start.adding(seconds: 3600)
    landed.state = .ended
    try await bench.write(landed)
    func seen(_ seconds: Int64, now: Int64) async throws -> [Int64] {
      try await bench.measure.flights(
        at: start.adding(seconds: seconds), now: start.adding(seconds: now)
      ).map(\.flight.id)
    }
    #expect(try await seen(100, now: 3000) == [1, 2])
    #expect(try await seen(300, now: 3000) == [])
    // Whoever has not reported the end may still be up there.
    #expect(try await seen(300, now: 300) == [1])
  }

  @Test func namesOnAMapDoNotLieOnEachOther() {
    var labels = MapLabels(width: 640, height: 480)
    // Around one point there is room for a few, and for whoever must be there.
    for number in 0..<20 { labels.add("R-\(number)", at: [(320, 240)]) }
    #expect((2...6).contains(labels.words.count))
    labels.add("1", at: [(320, 240)], isNeeded: true)
    #expect(labels.words.last == "1")
    // A route has other places along its way.
    labels.add("R-99", at: [(320, 240), (100, 100)])
    #expect(labels.words.last == "R-99")
    // Beyond the edge nothing stands.
    labels.add("CTR-001", at: [(700, 240)])
    #expect(labels.words.last == "R-99")
  }

  @Test func whoFlewAboveMe() throws {
    let start = AirBench.start
    let flights = [
      AirBench.flight(1, from: start), AirBench.flight(2, from: start.adding(seconds: 3600)),
      AirBench.flight(3, from: start, isArea: true),
    ]
    func search(_ latitude: Double, _ longitude: Double, _ seconds: Int64) -> OverheadSearch {
      OverheadSearch(
        place: LatLng(latitude: latitude, longitude: longitude),
        moment: start.adding(seconds: seconds))
    }
    // Below the path as it passes; the area's border is near.
    #expect(numbers(search(22.54, 114.05, 100), flights) == [1, 3])
    let near = try #require(search(22.541, 114.05, 100).near(flights).first { $0.flight.id == 1 })
    #expect(abs(near.distance - 111.2) < 0.5)
    #expect(near.altitude == 60)
    #expect(abs((near.at?.seconds ?? 0) - start.adding(seconds: 100).seconds) <= 1)
    // 300 m is the limit: 0.0027° are 300.2 m.
    #expect(numbers(search(22.5373, 114.05, 100), flights).isEmpty)
    #expect(Set(numbers(search(22.5374, 114.05, 100), flights)) == [1, 3])
    // Two minutes before and after count, and no more: at −25 s it is still 750 m away when the time ends.
    #expect(numbers(search(22.54, 114.05, 190), flights).contains(1))
    #expect(!numbers(search(22.54, 114.0595, -30), flights).contains(1))
    var dropped = flights[0]
    dropped.state = .dropped
    #expect(numbers(search(22.54, 114.05, 100), [dropped]).isEmpty)
  }

  @Test func positionsBecomeAlarmsAndAlarmsAreHandled() async throws {
    let bench = try AirBench()
    let flight = AirBench.flight(1, from: AirBench.start)
    try await bench.write(flight)
    let telemetry = bench.measure.telemetry
    func report(_ seconds: Int64, north: Double) -> ReportedPosition {
      let at = AirBench.start.adding(seconds: seconds)
      let planned = flight.position(at: at)?.place ?? flight.points[0].place
      return ReportedPosition(
        flight: flight.number,
        place: LatLng(latitude: planned.latitude + north / 111_195, longitude: planned.longitude),
        altitude: 60, at: at)
    }
    let flights = [flight.number: flight]
    func take(_ seconds: Int64, north: Double, by reporter: String = "uss1") async throws -> [Int:
      String]
    {
      let now = AirBench.start.adding(seconds: seconds)
      bench.time.set(now)
      let result = telemetry.take(
        [report(seconds, north: north)], from: reporter, of: flights, at: now)
      try await bench.measure.raise(result.alarms)
      return result.refused
    }
    for second: Int64 in [10, 12, 14] { #expect(try await take(second, north: 0).isEmpty) }
    #expect(try await take(16, north: 0, by: "uss2")[0] == "another provider reports this flight")
    #expect(try await take(14, north: 0)[0] != nil)
    for second: Int64 in [20, 22, 24] { _ = try await take(second, north: 90) }
    let open = try await bench.store.all(AlarmBook.open)
    #expect(open.map(\.state) == [.nonconforming])
    #expect(open.first?.deviation == "lateral" && open.first?.amount == 90)
    let controller = Actor(
      kind: .staff, account: 9, permissions: [HandleAlarm.permission], agencies: nil)
    let key = try #require(open.first?.key)
    _ = try await bench.measure.desk.submit(
      HandleAlarm(key: key, measure: "通知操控员返航"), by: controller)
    #expect(try await bench.store.all(AlarmBook.open).isEmpty)
    await #expect(throws: Problem.self) {
      try await bench.measure.desk.submit(HandleAlarm(key: key, measure: "再次"), by: controller)
    }
    // Silence is seen without a report.
    let done = try await bench.measure.nightly(at: AirBench.start.adding(seconds: 60))
    #expect(done == 1)
    #expect(try await bench.store.all(AlarmBook.open).map(\.state) == [.lost])
    #expect(telemetry.count == 1)
    _ = telemetry.look(at: AirBench.start.adding(seconds: 60 + 2000))
    #expect(telemetry.count == 0)
  }

  @Test func aFlightThatHoldsNoAirspaceIsNotFollowed() throws {
    let telemetry = Telemetry()
    var flight = AirBench.flight(1, from: AirBench.start)
    flight.state = .ended
    let position = ReportedPosition(
      flight: flight.number, place: flight.points[0].place, altitude: 60, at: AirBench.start)
    let result = telemetry.take(
      [position], from: "uss1", of: [flight.number: flight], at: AirBench.start)
    #expect(result.refused.count == 1 && telemetry.count == 0)
    let late = telemetry.take(
      [position], from: "uss1", of: [flight.number: AirBench.flight(1, from: AirBench.start)],
      at: AirBench.start.adding(seconds: 301))
    #expect(late.refused.count == 1)
  }

  @Test func onlyThePastIsPublic() throws {
    let (zone, now) = (ZoneOffset.beijing, AirBench.start)
    let moment = try LowAltitudeMeasure.moment("2026-03-02T08:59", zone: zone, now: now)
    #expect(moment == now.adding(seconds: -60))
    for text in ["2026-03-02T09:01", "2026-01-01T00:00", "yesterday"] {
      #expect(throws: Problem.self) {
        try LowAltitudeMeasure.moment(text, zone: zone, now: now)
      }
    }
  }
}
