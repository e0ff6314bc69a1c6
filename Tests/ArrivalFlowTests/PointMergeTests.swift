import ArrivalFlow
import Commons
import Foundation
import Testing

/// The example of the reference, and variants of it.
enum MergeExample {
  static func document() throws -> String {
    try String(contentsOfFile: repository("docs/reference/arrivals-merge.json"), encoding: .utf8)
  }

  static func scenario(_ changes: [(String, String)] = []) throws -> MergeScenario {
    let text = try changes.reduce(document()) { text, change in
      #expect(text.contains(change.0), "\(change.0) is in the example")
      return text.replacingOccurrences(of: change.0, with: change.1)
    }
    return try MergeScenario(JSONValue(parsing: text))
  }
}

@Suite struct PointMergeTests {
  @Test func thePlaneKeepsDistancesFromItsMiddle() {
    for latitude in [-60.0, 0, 22.6, 60] {
      let frame = LocalFrame(GeoPoint(latitude: latitude, longitude: 179.9))
      for bearing in stride(from: 0.0, to: 360, by: 30) {
        let point = PlanePoint(east: 0, north: 0).moved(80_000, bearing_deg: bearing)
        let back = frame.plane(frame.geo(point))
        #expect(point.distance(to: back) < 0.01)
      }
    }
    let frame = LocalFrame(GeoPoint(latitude: 0, longitude: 0))
    // A degree on the equator is 111,319.49 m; on the meridian there 110,574.39 m to one degree north.
    #expect(abs(frame.plane(GeoPoint(latitude: 0, longitude: 1)).east - 111_319.49) < 1)
    #expect(abs(frame.plane(GeoPoint(latitude: 1, longitude: 0)).north - 110_574.39) < 12)
  }

  @Test func arcsAreEquidistantAndTheEnvelopeHoldsThem() throws {
    let merge = try MergeExample.scenario().merge
    for arc in merge.arcs {
      let line = merge.line(arc)
      for point in line {
        #expect(abs(point.distance(to: merge.mergePoint) - arc.radius_m) < 1e-6)
      }
      let chords = zip(line, line.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
      #expect(abs(chords - arc.length_m) < arc.length_m * 0.001)
    }
    let envelope = merge.envelope()
    for (corner, next) in zip(envelope, envelope.dropFirst() + envelope.prefix(1)) {
      let (along, across) = (next.east - corner.east, next.north - corner.north)
      for arc in merge.arcs {
        for point in merge.line(arc) + [merge.entryPoint(arc)] {
          let side = along * (point.north - corner.north) - across * (point.east - corner.east)
          #expect(side / hypot(along, across) >= merge.limits.radar_m * 0.999)
        }
      }
    }
  }

  @Test func aFlightTakesTheTimeItIsGivenAndKeepsTheDescent() throws {
    let scenario = try MergeExample.scenario()
    let tables = try MergeTables(scenario)
    var random = SeededRandom(seed: 7)
    let (plan, flights, left) = try tables.apart(
      tables.draw(30, seconds: 3600, random: &random), mayHold: true)
    #expect(left.isEmpty && plan.faults.isEmpty)
    for (flight, trajectory) in zip(plan.flights, flights) {
      let points = try #require(trajectory).points
      let (first, last) = (points[0], points[points.count - 1])
      #expect(abs(last.time - flight.landing) < 1.5)
      #expect(first.time == flight.entered)
      #expect(hypot(last.place.east, last.place.north) < 1)
      #expect(abs(last.altitude_m - 19) < 0.5)
      for (point, next) in zip(points, points.dropFirst()) where next.time - point.time > 1 {
        let flown = point.place.distance(to: next.place)
        let speed = flown / (next.time - point.time)
        #expect(abs(speed - point.groundSpeed) < 6, "\(speed) \(point.groundSpeed)")
        #expect(next.altitude_m <= point.altitude_m + 1e-6)
        let fall = (point.altitude_m - next.altitude_m) / max(1, flown)
        #expect(fall <= scenario.merge.limits.gradient * 1.03)
      }
    }
  }

  @Test func theArcAbsorbsItsLengthOverTheSpeed() throws {
    let scenario = try MergeExample.scenario([(#""wind": [{"#, #""calm": [{"#)])
    let merge = scenario.merge
    let speeds = try SpeedProfile([.init(toGo_m: 10_000, cas: 70), .init(toGo_m: 40_000, cas: 110)])
    let flight = try MergeFlight(
      merge, arc: merge.arcs[0], level_m: 2400, speeds: speeds, wind: .calm)
    let speed = StandardAir.trueSpeed(cas: 110, altitude_m: 2400)
    #expect(abs(flight.absorption_s - merge.arcs[0].length_m / speed) < 2)
    for share in [0.0, 0.3, 1] {
      let along = merge.arcs[0].length_m * share
      let seconds = flight.seconds(along_m: along)
      #expect(abs(try #require(flight.along_m(seconds: seconds)) - along) < 5)
    }
    #expect(flight.along_m(seconds: flight.seconds(along_m: 0) - 5) == nil)
    #expect(flight.along_m(seconds: flight.seconds(along_m: merge.arcs[0].length_m) + 5) == nil)
    // The standard atmosphere: 250 kt calibrated at 10,000 ft are 288 kt true.
    let knot = ApproachProfile.knot
    #expect(abs(StandardAir.trueSpeed(cas: 250 * knot, altitude_m: 3048) / knot - 288) < 1)
    #expect(abs(StandardAir.trueSpeed(cas: 100, altitude_m: 0) - 100) < 1e-3)
  }

  @Test func windOnTheNoseTakesLonger() throws {
    let merge = try MergeExample.scenario().merge
    let speeds = try SpeedProfile([.init(toGo_m: 0, cas: 70)])
    func seconds(_ from: Double) throws -> Double {
      let wind = try WindProfile([.init(altitude_m: 0, from_deg: from, speed: 15)])
      return try MergeFlight(
        merge, arc: merge.arcs[0], level_m: 1800, speeds: speeds, wind: wind
      ).seconds(along_m: merge.arcs[0].length_m / 2)
    }
    let head = try seconds(merge.threshold.course_deg)
    let tail = try seconds(merge.outbound_deg)
    #expect(head > tail * 1.15)
  }

  @Test func whatCannotBeFlownIsNamed() throws {
    let tables = try MergeTables(try MergeExample.scenario())
    // Thirty aircraft within two minutes need more than the arcs have.
    let entries = (0..<30).map {
      MergeScenario.Entry(
        callsign: "X\($0)", airline: "A", group: 2, arc: $0 % 2, time: Double($0 / 2) * 4)
    }
    let plan = try tables.plan(entries)
    #expect(plan.faults.contains { $0.message[.en].contains("Arc run-out") })
    #expect(plan.faults.contains { $0.message[.en].contains("Level conflict") })
    #expect(Set(plan.faults.map(\.pointer)).isSubset(of: Set(entries.map(\.callsign))))
    for flight in plan.flights where flight.along_m == nil {
      #expect(plan.faults.contains { $0.pointer == flight.entry.callsign })
    }
  }

  @Test func conflictsAreSeenWhereAPlanIsBroken() throws {
    let tables = try MergeTables(try MergeExample.scenario())
    var random = SeededRandom(seed: 3)
    let entries = tables.draw(30, seconds: 2600, random: &random)
    let (plan, flights, left) = try tables.apart(entries, mayHold: true)
    #expect(left.isEmpty)
    // The one that follows most closely, a little early.
    let order = plan.flights.indices.sorted { plan.flights[$0].landing < plan.flights[$1].landing }
    let middle = try #require(
      zip(order, order.dropFirst()).min {
        plan.flights[$0.1].landing - plan.flights[$0.0].landing
          < plan.flights[$1.1].landing - plan.flights[$1.0].landing
      }
    ).1
    var broken = flights
    let flight = try #require(flights[middle])
    let early = try MergeFlight(
      tables.scenario.merge,
      arc: tables.scenario.merge.arcs[plan.flights[middle].entry.arc],
      level_m: tables.levels[plan.flights[middle].level].level_m,
      speeds: SpeedProfile([.init(toGo_m: 8000, cas: 70), .init(toGo_m: 45_000, cas: 113)]),
      wind: .calm)
    broken[middle] = early.trajectory(
      along_m: flight.along_m, begin: plan.flights[middle].entered - 70)
    #expect(!tables.conflicts(plan, broken).isEmpty)
  }

  @Test(arguments: [
    (#""radius_km": 44"#, #""radius_km": 0"#, "/arcs/0/radius_km"),
    (#""radius_km": 44"#, #""radius_km": 4"#, "/arcs/0/radius_m"),
    (#""radius_km": 44"#, #""radius_km": 1e5"#, "/arcs/0/radius_m"),
    (#""radius_km": 44"#, #""radius_km": "wide""#, "/arcs/0/radius_km"),
    (#""radius_km": 44"#, #""radius_km": 60"#, "/arcs"),
    (#""radius_km": 44, "from_deg": 35"#, #""radius_km": 22.5, "from_deg": 169"#, "/arcs/0"),
    (#""from_deg": 35"#, #""from_deg": -35"#, "/arcs/0/to_deg"),
    (#""latitude": 22.6205"#, #""latitude": 99"#, "/threshold/latitude"),
    (#""latitude": 22.6205"#, #""latitude": null"#, "/runway/latitude"),
    ("[1800, 2100, 2400]", "[1800, 2100, 2600]", "/arcs/1/levels_m/0"),
    ("[1800, 2100, 2400]", "[1800, 2000, 2400]", "/arcs/0/levels_m/1"),
    ("[1800, 2100, 2400]", #"["low"]"#, "/arcs/0/levels_m/0"),
    ("[2700, 3000, 3300]", "[2700, 3000, 6300]", "/arcs/1/levels_m/2"),
    (#""intercept_m": 900"#, #""intercept_m": 1900"#, "/intercept_m"),
    (#""to_go_km": 30"#, #""to_go_km": 16.1"#, "/speeds"),
    (#""from_deg": 290"#, #""from_deg": 390"#, "/wind"),
    (#""scheme": "recat-cn""#, #""scheme": """#, "/scheme"),
    (#""hourly": 34"#, #""hourly": 3000"#, "/hourly"),
    (#""approach_kt": 143"#, #""approach_kt": -143"#, "/fleet/0/approach_kt"),
  ])
  func absurdProceduresAreRefused(text: String, other: String, pointer: String) throws {
    #expect {
      _ = try MergeTables(try MergeExample.scenario([(text, other)]))
    } throws: { error in
      let fields = (error as? Problem)?.fields.map(\.pointer) ?? []
      #expect(fields.contains(pointer), "\(fields)")
      return true
    }
  }

  @Test func listedAircraftNeedAKnownTypeAndArc() throws {
    let text =
      #""arrivals": [{"callsign": "CZ1", "type": "A35K", "arc": "north", "entry_s": -5}], "hourly": 34"#
    #expect {
      _ = try MergeExample.scenario([(#""hourly": 34"#, text)])
    } throws: {
      ($0 as? Problem)?.fields.map(\.pointer)
        == ["/arrivals/0/type", "/arrivals/0/arc", "/arrivals/0/entry_s"]
    }
  }

  @Test func noNumbersBreakAProcedure() {
    var random = SeededRandom(seed: 99)
    let odd = [
      Double.nan, .infinity, -.infinity, 0, -1, 1e300, Double.leastNonzeroMagnitude, 90, 180,
      44_000, 1800,
    ]
    func any() -> Double { odd[random.below(odd.count)] }
    for _ in 0..<3000 {
      let arcs = (0..<random.below(4)).map { _ in
        SequencingArc(
          "a", radius_m: any(), from_deg: any(), to_deg: any(),
          levels_m: (0..<random.below(3)).map { _ in any() }, entry_m: any())
      }
      let place = GeoPoint(latitude: any(), longitude: any())
      let threshold = RunwayThreshold("1", place, course_deg: any(), elevation_m: any())
      let merge = try? PointMerge(
        threshold: threshold, merge_m: any(), arcs: arcs, mergeFloor_m: any(),
        mergeCeiling_m: any(),
        intercept_m: any(), glide_deg: any(), limits: MergeLimits(radar_m: any()))
      if let merge {
        #expect(merge.envelope().allSatisfy { $0.east.isFinite && $0.north.isFinite })
      }
    }
  }
}
