import Commons
import Testing

@testable import Airspace

@Suite struct ConformanceTests {
  private func point(_ east: Double, _ north: Double, _ up: Double, _ time: Double) -> TrackPoint {
    TrackPoint(east: east, north: north, up: up, time: time)
  }

  /// A climb to 60 m and 1,000 m eastwards at 10 m/s.
  private func plan() throws -> Trajectory {
    try Trajectory([point(0, 0, 0, 0), point(0, 0, 60, 20), point(1000, 0, 60, 120)])
  }

  @Test func theFourWaysOfDeviating() throws {
    let plan = try plan()
    let rules = ConformanceRules()
    let cases: [(TrackPoint, Deviation.Kind?, Double)] = [
      (point(500, 0, 60, 70), nil, 0), (point(500, 49, 79, 70), nil, 0),
      (point(500, 51, 60, 70), .lateral, 51), (point(500, 0, 81, 70), .vertical, 21),
      // 30 s ahead of the plan is 300 m; beside the 50 m that are allowed anyhow.
      (point(849, 0, 60, 70), nil, 0), (point(951, 0, 60, 70), .early, 40.1),
      (point(0, 0, 60, 75), nil, 0), (point(100, 0, 60, 100), .late, 65),
      (point(1000, 0, 60, 190), .time, 70), (point(5000, 0, 60, 400), .time, 280),
      (point(0, 0, 0, -40), .time, 40),
    ]
    for (report, kind, amount) in cases {
      let found = plan.deviation(of: report, rules)
      #expect(found?.kind == kind, "\(report)")
      if let found { #expect(abs(found.amount - amount) < 0.2, "\(report) \(found)") }
    }
  }

  @Test func aSingleBadFixChangesNothing() throws {
    var monitor = ConformanceMonitor(try plan())
    #expect(monitor.take(point(0, 0, 60, 20)) == nil)
    #expect(monitor.take(point(50, 400, 60, 25)) == nil)
    #expect(monitor.take(point(100, 0, 60, 30)) == nil)
    #expect(monitor.state == .conforming)
  }

  @Test func outsideThenContingentThenBack() throws {
    var monitor = ConformanceMonitor(try plan())
    var changes: [ConformanceMonitor.Change] = []
    for time in stride(from: 20.0, through: 118, by: 2) {
      let isOutside = (30.0..<100).contains(time)
      let east = (time - 20) * 10
      if let change = monitor.take(point(east, isOutside ? 80 : 0, 60, time)) {
        changes.append(change)
      }
    }
    #expect(changes.map(\.to) == [.nonconforming, .contingent, .conforming])
    #expect(changes.map(\.time) == [34, 90, 104])
    #expect(changes[0].deviation?.kind == .lateral)
    #expect(changes[2].deviation == nil)
  }

  @Test func silenceIsLostAndEndsWithReports() throws {
    var monitor = ConformanceMonitor(try plan())
    #expect(monitor.look(at: 20) == nil)
    #expect(monitor.look(at: 20.1)?.to == .lost)
    #expect(monitor.look(at: 30) == nil)
    for time in [31.0, 32] { #expect(monitor.take(point((time - 20) * 10, 0, 60, time)) == nil) }
    #expect(monitor.take(point(130, 0, 60, 33))?.to == .conforming)
    // After its plan is over nobody waits for it.
    #expect(monitor.look(at: 1000) == nil)
    // An older report is passed over.
    #expect(monitor.take(point(0, 900, 60, 32)) == nil)
  }

  @Test func aFlightCountsOnceInEachPart() throws {
    var density = Density(side: 1000, height: 30)
    density.add(try Trajectory([point(-500, 500, 45, 0), point(1500, 500, 45, 90)]))
    // Borders of columns at 22.5 s and 67.5 s, of the minute at 60 s.
    #expect(density.counts.count == 4)
    #expect(density.counts[.init(column: -1, row: 0, layer: 1, minute: 0)] == 1)
    #expect(density.counts[.init(column: 0, row: 0, layer: 1, minute: 0)] == 1)
    #expect(density.counts[.init(column: 0, row: 0, layer: 1, minute: 1)] == 1)
    #expect(density.counts[.init(column: 1, row: 0, layer: 1, minute: 1)] == 1)
    density.add(try Trajectory([point(100, 100, 40, 10), point(200, 100, 40, 20)]))
    #expect(density.over(1).map(\.flights) == [2])
    #expect(density.over(1).first?.part == .init(column: 0, row: 0, layer: 1, minute: 0))
    #expect(density.most == 2)
  }

  /// The parts of a path agree with where it is at many moments.
  @Test func partsHoldEveryMoment() throws {
    var random = SeededRandom(seed: 12)
    for _ in 0..<200 {
      let points = (0..<4).map { index in
        point(
          4000 * random.unit() - 2000, 4000 * random.unit() - 2000, 120 * random.unit(),
          Double(index) * 70 + 10 * random.unit())
      }
      let path = try Trajectory(points)
      var density = Density()
      density.add(path)
      var time = path.start
      while time < path.end {
        let at = try #require(path.position(at: time))
        func place(_ value: Double, _ size: Double) -> Int { Int((value / size).rounded(.down)) }
        let part = Density.Part(
          column: place(at.east, 1000), row: place(at.north, 1000), layer: place(at.up, 30),
          minute: place(time, 60))
        #expect(density.counts[part] == 1)
        time += 0.73
      }
    }
  }

  @Test func profileAndNearest() throws {
    let plan = try plan()
    let profile = AltitudeProfile(plan)
    #expect(profile.steps.map(\.way) == [0, 0, 1000])
    #expect(profile.top == 60)
    let near = try #require(plan.nearest(east: 300, north: 40, between: 0, and: 200))
    #expect(abs(near.distance - 40) < 1e-9)
    #expect(abs(near.point.time - 50) < 1e-9)
    let early = try #require(plan.nearest(east: 300, north: 40, between: 0, and: 40))
    #expect(abs(early.point.east - 200) < 1e-9)
    #expect(plan.nearest(east: 0, north: 0, between: 130, and: 140) == nil)
  }

  @Test func placesInsideAndOutside() {
    let square = Outline.polygon([
      LatLng(latitude: 22.5, longitude: 114), LatLng(latitude: 22.5, longitude: 114.1),
      LatLng(latitude: 22.6, longitude: 114.1), LatLng(latitude: 22.6, longitude: 114),
    ])
    #expect(square.contains(LatLng(latitude: 22.55, longitude: 114.05)))
    #expect(!square.contains(LatLng(latitude: 22.55, longitude: 114.11)))
    #expect(!square.contains(LatLng(latitude: -22.55, longitude: -65.95)))
    let away = square.distance(from: LatLng(latitude: 22.55, longitude: 114.11))
    #expect(abs(away - 1027) < 3)
    let circle = Outline.circle(LatLng(latitude: 22.5, longitude: 114), radius: 500)
    #expect(circle.contains(LatLng(latitude: 22.504, longitude: 114)))
    #expect(!circle.contains(LatLng(latitude: 22.505, longitude: 114)))
    let volume = Volume4D(
      square, lower: 0, upper: 120, start: Instant(seconds: 100), end: Instant(seconds: 200))
    let inside = LatLng(latitude: 22.55, longitude: 114.05)
    #expect(volume.contains(inside, altitude: 120, at: Instant(seconds: 200)))
    #expect(!volume.contains(inside, altitude: 121, at: Instant(seconds: 150)))
    #expect(!volume.contains(inside, altitude: 60, at: Instant(seconds: 201)))
  }

  @Test func corridorsAndTheirGaps() {
    func corridor(_ latitude: Double, _ lower: Double, _ upper: Double) -> Corridor {
      Corridor(
        [
          LatLng(latitude: latitude, longitude: 114), LatLng(latitude: latitude, longitude: 114.02),
        ],
        halfWidth: 20, lower: lower, upper: upper)
    }
    let one = corridor(22.5, 60, 90)
    #expect(one.gap(to: corridor(22.5, 91, 120)) == nil)
    // A thousandth of a degree is 111.2 m; less both half widths.
    #expect(abs((one.gap(to: corridor(22.501, 60, 90)) ?? 0) - 71.2) < 0.5)
    let across = Corridor(
      [LatLng(latitude: 22.49, longitude: 114.01), LatLng(latitude: 22.51, longitude: 114.01)],
      halfWidth: 20, lower: 90, upper: 120)
    #expect(one.gap(to: across) == 0)
    let zone = Volume4D(
      .circle(LatLng(latitude: 22.503, longitude: 114.01), radius: 300), lower: 0, upper: 200)
    #expect(!one.meets(zone) == (333.6 - 300 > 25))
    #expect(one.meets(Volume4D(.circle(LatLng(latitude: 22.502, longitude: 114.01), radius: 210))))
    #expect(abs(one.length - 2055) < 5)
  }
}
