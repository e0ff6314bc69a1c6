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
}
