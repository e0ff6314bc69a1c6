import Airspace
import Commons
import Testing

@testable import LowAltitude

/// What F3411 asks of who shows flights.
@Suite struct RemoteFlightTests {
  private static let start = AirBench.start

  private static func state(_ tenths: Int64, _ lat: Double, lacking: String? = nil) -> JSONValue {
    var members: [String: JSONValue] = [
      "timestamp": .string(start.adding(microseconds: tenths * 100_000).rfc3339(in: .utc)),
      "timestamp_accuracy": 0, "operational_status": "Airborne", "track": 180, "speed": 5,
      "speed_accuracy": "SA3mps", "vertical_speed": 0,
      "position": [
        "lat": .number(lat), "lng": .number(114.05), "alt": 60,
        "height": ["distance": 20, "reference": "TakeoffLocation"],
      ],
    ]
    if let lacking { members[lacking] = nil }
    return .object(members)
  }

  private static func flight(_ states: [JSONValue]) throws -> RemoteFlight {
    try RemoteFlight(
      [
        "injection_id": "one", "aircraft_type": "VTOL", "telemetry": .array(states),
        "details_responses": [
          [
            "effective_after": .string(start.rfc3339(in: .utc)),
            "details": ["id": "shown", "serial_number": "INTC1234"],
          ]
        ],
      ], at: start)
  }

  private static let view: RemoteView = {
    guard let view = try? RemoteView("22.5,114.0,22.6,114.1") else {
      preconditionFailure("the view of these tests cannot be read")
    }
    return view
  }()

  @Test func aFlightIsShownForAMinuteAfterItsLastReport() throws {
    let flight = try RemoteFlightTests.flight(
      (0..<10).map { RemoteFlightTests.state($0 * 10, 22.54) })
    func shown(_ seconds: Int64) -> JSONValue? {
      RemoteID.v22a.flight(
        flight, in: RemoteFlightTests.view, recentSeconds: 60,
        at: RemoteFlightTests.start.adding(seconds: seconds))
    }
    #expect(shown(-1) == nil)
    #expect(shown(0)?["recent_positions"]?.array?.count == 1)
    #expect(shown(9)?["recent_positions"]?.array?.count == 10)
    #expect(shown(69)?["recent_positions"]?.array?.count == 1)
    #expect(shown(70) == nil)
  }

  @Test func theEditionsWriteTheSameFlightDifferently() throws {
    let flight = try RemoteFlightTests.flight([RemoteFlightTests.state(0, 22.54)])
    let at = RemoteFlightTests.start
    let old = RemoteID.v19.flight(flight, in: RemoteFlightTests.view, recentSeconds: 0, at: at)
    let new = RemoteID.v22a.flight(flight, in: RemoteFlightTests.view, recentSeconds: 0, at: at)
    #expect(
      old?["aircraft_type"]?.string == "VTOL" && new?["aircraft_type"]?.string == "HybridLift")
    #expect(old?["current_state"]?["timestamp"]?.string != nil)
    #expect(new?["current_state"]?["timestamp"]?["format"]?.string == "RFC3339")
    #expect(old?["current_state"]?["height"]?["distance"]?.integer == 20)
    #expect(new?["current_state"]?["position"]?["height"]?["distance"]?.integer == 20)
    let details = try #require(flight.details(at: at))
    #expect(RemoteID.v19.details(details)["serial_number"]?.string == "INTC1234")
    #expect(RemoteID.v22a.details(details)["uas_id"]?["serial_number"]?.string == "INTC1234")
  }

  @Test func whatCrossesTheViewIsShownWithOneReportOnEachSide() throws {
    let places = [22.4, 22.45, 22.55, 22.58, 22.65, 22.7]
    let states = places.enumerated().map {
      RemoteFlightTests.state(Int64($0.offset) * 10, $0.element)
    }
    let flight = try RemoteFlightTests.flight(states)
    let found = flight.states(
      in: RemoteFlightTests.view, at: RemoteFlightTests.start.adding(seconds: 6))
    #expect(found.map(\.place.latitude) == [22.45, 22.55, 22.58, 22.65])
  }

  @Test func operatorsAreToldOfWhatIsMissingAndOfSlowReports() throws {
    let lacking = try RemoteFlightTests.flight([
      RemoteFlightTests.state(0, 22.54), RemoteFlightTests.state(10, 22.54, lacking: "track"),
    ])
    #expect(lacking.states.count == 1 && lacking.notices.count == 1)
    #expect(lacking.notices.first?.message.contains("track") == true)
    let good = try RemoteFlightTests.flight(
      (0..<40).map { RemoteFlightTests.state($0 * 10, 22.54) })
    #expect(good.notices.isEmpty)
    let slow = try RemoteFlightTests.flight(
      (0..<20).map { RemoteFlightTests.state($0 * 30, 22.54) })
    #expect(slow.notices.count == 1)
  }

  /// Wherever the flights are and whatever is drawn, they are inside, and the box is as large as it must be.
  @Test func clustersHoldTheirFlightsAndHideThem() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<500 {
      let places = (0...random.below(4)).map { _ in
        (x: random.unit() * 4000, y: random.unit() * 4000)
      }
      let cluster = RemoteCluster(places, viewArea: 16e6, (random.unit(), random.unit()))
      #expect(cluster.width >= 600 && cluster.height >= 600)
      #expect(cluster.width * cluster.height >= 0.15 * 16e6)
      for place in places {
        #expect((cluster.west...(cluster.west + cluster.width)).contains(place.x))
        #expect((cluster.south...(cluster.south + cluster.height)).contains(place.y))
      }
    }
  }

  @Test func aFlightThatReportsIsFoundAndShownUntilItEnds() async throws {
    let bench = try ProviderBench()
    let start = AirBench.start
    let flight = ApprovedFlight(
      id: 7, number: CaseNumber(measure: 12, year: 2026, serial: 7).description, operatorKey: 1,
      aircraft: "UAS1", mission: .delivery, points: AirBench.flight(7, from: start).points,
      isArea: false, lowerCM: 5000, upperCM: 7000, start: start, end: start.adding(seconds: 200),
      state: .active)
    try await bench.air.write(flight)
    func report(_ seconds: Int64) throws -> ReportedPosition {
      let at = start.adding(seconds: seconds)
      let place = try #require(flight.position(at: at)).place
      return ReportedPosition(flight: flight.number, place: place, altitude: 60, at: at)
    }
    let known = [flight.number: flight]
    for second: Int64 in [10, 11, 12] {
      await bench.measure.identify([try report(second)], known, at: start.adding(seconds: second))
    }
    let remote = RemoteDesk(measure: bench.measure, provider: bench.flights.provider)
    let now = start.adding(seconds: 12)
    let areas = try await remote.exchange.areas(
      in: "22.53,114.04,22.53,114.06,22.55,114.06", .v22a, at: now)
    #expect(areas.map(\.manager) == ["city"])
    let shown = try #require(try await remote.flights(at: now).first)
    let view = try RemoteView("22.53,114.04,22.55,114.06")
    let value = try #require(RemoteID.v22a.flight(shown, in: view, recentSeconds: 60, at: now))
    #expect(value["id"]?.string == flight.number && value["simulated"]?.bool == false)
    #expect(value["recent_positions"]?.array?.count == 3)
    // 2 km in 200 s, eastwards.
    #expect(abs((value["current_state"]?["speed"]?.double ?? 0) - 10) < 0.1)
    #expect(abs((value["current_state"]?["track"]?.double ?? 0) - 90) < 0.1)
    let details = try await remote.own(flight.number, at: now)
    #expect(details?["uas_id"]?["registration_id"]?.string == "UAS1")
    // After a minute of silence it is shown no more; its area goes when it has ended.
    #expect(try await remote.flights(at: start.adding(seconds: 73)).isEmpty)
    #expect(try await bench.measure.settleLiveFlights(at: start.adding(seconds: 73)) == 0)
    #expect(try await bench.measure.settleLiveFlights(at: start.adding(seconds: 201)) == 1)
    #expect(try await !bench.air.has(.area, areas[0].id))
    #expect(try await bench.broken().filter { $0.contains("exchange") } == [])
  }
}
