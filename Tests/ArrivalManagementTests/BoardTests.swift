import ArrivalFlow
import Cities
import CityProfiles
import Commons
import HTTPValues
import LegalTime
import Testing

@testable import ArrivalManagement

private let start = Int64(Instant(rfc3339: "2026-03-02T01:00:00Z")!.seconds)

/// A board of an airport with what it takes to sequence it.
private struct BoardBench {
  let rules: ArrivalRules
  let airport: Airport
  var board = ArrivalBoard()

  init(_ id: String = "shenzhen-2", configuration: String? = nil) throws {
    rules = try ArrivalBench.rules()
    airport = try rules.airport(id)
    board.configuration = configuration
  }

  func field() throws -> BoardField {
    let options = try rules.options(on: CivilDate("2026-03-02")!)
    return BoardField(
      airport: airport, book: rules.book, configuration: airport.configuration(board.configuration),
      arcs: try LiveArcs(
        airport, airport.merges, rules.book, types: Set(board.flights.map(\.type)),
        wind: board.wind, shift: options.shift), options: options)
  }

  @discardableResult
  mutating func take(_ reports: [TrackReport], at now: Int64 = start) -> ReportCount {
    board.take(reports, feed: "f", airport, now: now)
  }

  @discardableResult
  mutating func sequence(at now: Int64 = start) throws -> Int {
    board.sequence(try field(), now: now)
  }

  func flight(_ callsign: String) throws -> BoardFlight {
    try #require(board.flights.first { $0.callsign == callsign })
  }

  /// For each pair on one runway the gap and the least that the engine asks.
  func gaps() throws -> [(gap: Int64, least: Double)] {
    let order = board.flights.filter { $0.planned != nil }
      .sorted { ($0.planned ?? 0) < ($1.planned ?? 0) }
    let after = airport.scenario.study.after
    var found: [(gap: Int64, least: Double)] = []
    for (place, leader) in order.enumerated() {
      for follower in order.dropFirst(place + 1)
      where follower.runway == leader.runway && !leader.isDeparture && !follower.isDeparture {
        guard let first = rules.book.types[leader.type],
          let second = rules.book.types[follower.type]
        else { continue }
        found.append(
          ((follower.planned ?? 0) - (leader.planned ?? 0), after.interval_s(first, second)))
      }
    }
    return found
  }
}

private func plan(
  _ callsign: String, _ type: String, in seconds: Int64, departs: Bool = false, arc: String? = nil
) -> TrackReport {
  var report = TrackReport(track: callsign)
  report.callsign = callsign
  report.type = type
  report.estimate = Double(start + seconds)
  report.isDeparture = departs
  report.arc = arc
  return report
}

private func place(
  _ callsign: String, _ spot: GeoPoint, at time: Int64 = start, speed: Double = 130,
  course: Double? = nil, type: String = "A320"
) -> TrackReport {
  var report = TrackReport(track: callsign)
  report.callsign = callsign
  report.type = type
  (report.latitude, report.longitude) = (spot.latitude, spot.longitude)
  (report.time, report.speed, report.course_deg) = (Double(time), speed, course)
  return report
}

@Suite struct BoardSequenceTests {
  @Test func aBunchIsPulledApart() throws {
    var bench = try BoardBench()
    let types = ["A333", "A320", "B752", "A320", "C550", "B763"]
    let reports = types.enumerated().map { plan("CSN10\($0.offset)", $0.element, in: 1200) }
    #expect(bench.take(reports).taken == 6)
    #expect(try bench.sequence() == 6)
    #expect(bench.board.making == .asRuled)
    let found = try bench.gaps()
    #expect(found.count == 15)
    for (gap, least) in found { #expect(Double(gap) >= least) }
    #expect(bench.board.flights.allSatisfy { abs($0.shift) <= 3 })
  }

  @Test func frozenTimesStayAndChangesAreCounted() throws {
    var bench = try BoardBench()
    bench.take([plan("CSN101", "A320", in: 200), plan("CSN102", "A320", in: 900)])
    try bench.sequence()
    let first = try bench.flight("CSN101")
    #expect(first.isFrozen)
    #expect(bench.board.turn == .init(known: 0, moved: 0, mostMoved_s: 0, frozen: 1, isBest: true))
    // Another one comes in at the same time as the frozen one, and the frozen one's own estimate moves.
    bench.take(
      [
        plan("CCA900", "B77W", in: 205), plan("CSN101", "A320", in: 260),
        plan("CSN102", "A320", in: 1000),
      ], at: start + 30)
    try bench.sequence(at: start + 30)
    #expect(try bench.flight("CSN101").planned == first.planned)
    #expect(try bench.flight("CSN101").moves == 0)
    let second = try bench.flight("CSN102")
    #expect(second.moves == 1 && second.moved_s == 100)
    #expect(bench.board.turn.known == 2 && bench.board.turn.moved == 1)
    #expect(bench.board.turn.mostMoved_s == 100)
    for (gap, least) in try bench.gaps() { #expect(Double(gap) >= least) }
  }

  @Test func anUnknownTypeIsGivenTheMost() throws {
    var bench = try BoardBench()
    bench.take([plan("CSN101", "ZZZZ", in: 1200), plan("CSN102", "A320", in: 1200)])
    try bench.sequence()
    let order = bench.board.flights.sorted { ($0.planned ?? 0) < ($1.planned ?? 0) }
    let gap = (order[1].planned ?? 0) - (order[0].planned ?? 0)
    let all = Array(bench.rules.book.types.values)
    let a320 = try #require(bench.rules.book.types["A320"])
    let after = bench.airport.scenario.study.after
    let leads = all.map { after.interval_s($0, a320) }.max() ?? 0
    let follows = all.map { after.interval_s(a320, $0) }.max() ?? 0
    #expect(Double(gap) >= (order[0].type == "ZZZZ" ? leads : follows))
    let lines = BoardLine.all(bench.board, bench.airport, bench.rules.book, now: start)
    #expect(lines.filter { $0.warnings.contains { $0.en.contains("type unknown") } }.count == 1)
  }

  @Test func landedAndSilentFlightsLeave() throws {
    var bench = try BoardBench()
    bench.take([plan("CSN101", "A320", in: 100), plan("CSN102", "A320", in: 100)])
    try bench.sequence()
    // What each lands later than it was first expected; landing sooner makes up for nobody else.
    let late = bench.board.flights.reduce(0) { $0 + max(0, ($1.planned ?? 0) - (start + 100)) }
    #expect(late > 0)
    let landed = bench.board.clear(now: start + 1000)
    #expect(landed.count == 2 && landed.reduce(0) { $0 + $1.delay_s } == late)
    #expect(bench.board.flights.isEmpty)
    bench.board.tally.add(landed, on: CivilDate("2026-03-02")!)
    #expect(bench.board.tally.lines["CSN"]?.landed == 2)
    #expect(bench.board.tally.lines["CSN"]?.delay_s == late)
    bench.board.tally.add([], on: CivilDate("2026-03-03")!)
    #expect(bench.board.tally.lines.isEmpty)
    var silent = TrackReport(track: "x")
    silent.callsign = "CSN9"
    bench.take([silent])
    bench.board.clear(now: start + 1800)
    #expect(bench.board.flights.count == 1)
    bench.board.clear(now: start + 1801)
    #expect(bench.board.flights.isEmpty && bench.board.tracks.isEmpty)
  }

  @Test func aBoardIsReadAsItWasWritten() throws {
    var bench = try BoardBench("shenzhen-3", configuration: "mixed")
    bench.board.wind = try BoardWind("0 340 8\n3000 290 25", at: start, by: "radar")
    bench.take([
      plan("CSN101", "A320", in: 900), plan("CSN201", "A320", in: 600, departs: true),
      place("CSN102", GeoPoint(latitude: 22, longitude: 113.5)),
    ])
    try bench.sequence()
    bench.board.reason = Phrase("甲", en: "a")
    bench.board.tally.add([try bench.flight("CSN101")], on: CivilDate("2026-03-02")!)
    let again = try ArrivalBoard(bench.board.text)
    #expect(again.text == bench.board.text)
    #expect(again.wind == bench.board.wind && again.turn == bench.board.turn)
    #expect(again.tally == bench.board.tally && again.configuration == "mixed")
    #expect(again.flights.first { $0.callsign == "CSN101" }?.turn != nil)
  }

  @Test func aFullHourIsSequencedWithinTheRules() throws {
    var bench = try BoardBench()
    var random = SeededRandom(seed: 3)
    let types = ["A320", "A320", "A320", "B738", "A333", "B763"]
    bench.take(
      (0..<33).map { index in
        plan("CSN\(100 + index)", types[random.below(6)], in: 300 + Int64(random.below(3200)))
      })
    try bench.sequence()
    #expect(bench.board.making == .asRuled)
    for (gap, least) in try bench.gaps() { #expect(Double(gap) >= least) }
  }

  @Test func fairnessCountsWhoBearsWhat() throws {
    var bench = try BoardBench()
    bench.take(
      (0..<4).map { plan("CSN\($0)", "A320", in: 1200) } + [plan("CCA9", "A320", in: 3000)])
    try bench.sequence()
    let fair = BoardFairness(bench.board.flights)
    #expect(fair.airlines.map(\.airline) == ["CCA", "CSN"])
    #expect(fair.airlines[0].meanDelay_s == 0 && fair.airlines[1].meanDelay_s > 60)
    // One of two bears all: half of what is possible for two.
    #expect(abs(fair.inequality - 0.5) < 1e-9)
    #expect(BoardFairness.gini([1, 1, 1]) == 0)
  }
}

@Suite struct BoardRunwayTests {
  @Test func aDepartureTakesItsGapInMixedUse() throws {
    var bench = try BoardBench("dublin", configuration: "one")
    bench.take([
      plan("EIN1", "A320", in: 900), plan("EIN2", "A320", in: 960),
      plan("EIN3", "B738", in: 930, departs: true),
    ])
    #expect(try bench.sequence() == 3)
    let order = bench.board.flights.sorted { ($0.planned ?? 0) < ($1.planned ?? 0) }
    #expect(order.allSatisfy { $0.runway == "28L" })
    let system = BoardFieldProbe.system(try bench.field(), bench.rules)
    for (place, leader) in order.enumerated() {
      for follower in order.dropFirst(place + 1) {
        let least = system.gap(leader, follower)
        #expect(Double((follower.planned ?? 0) - (leader.planned ?? 0)) >= least)
      }
    }
    // Departures have no arc, and none is flown past its runway.
    let departure = try bench.flight("EIN3")
    #expect(departure.arc == nil && departure.turn == nil)
  }

  @Test func segregatedDeparturesDoNotWaitForLandings() throws {
    var bench = try BoardBench("dublin")
    bench.take([plan("EIN1", "A320", in: 900), plan("EIN3", "B738", in: 900, departs: true)])
    try bench.sequence()
    #expect(try bench.flight("EIN1").planned == start + 900)
    #expect(try bench.flight("EIN3").planned == start + 900)
    #expect(try bench.flight("EIN3").runway == "28R")
  }

  @Test func staggeredLandingsKeepTheSlant() throws {
    var bench = try BoardBench("shenzhen-3")
    bench.take([
      plan("CSN1", "A320", in: 1200, arc: "34L.A"), plan("CSN2", "A320", in: 1200, arc: "33.A"),
    ])
    try bench.sequence()
    let (one, two) = (try bench.flight("CSN1"), try bench.flight("CSN2"))
    #expect(one.runway == "34L" && two.runway == "33")
    let gap = abs((one.planned ?? 0) - (two.planned ?? 0))
    let after = bench.airport.scenario.study.after
    let a320 = try #require(bench.rules.book.types["A320"])
    let slant = after.staggered_s(a320, a320, slant_m: 3700, runwaySpacing_m: 2100)
    #expect(Double(gap) >= slant)
    // Far less than on one runway: the airport's use of its runways is what is sequenced.
    #expect(Double(gap) < after.interval_s(a320, a320))
  }

  @Test func aRunwayThatIsClosedLosesItsFlights() throws {
    var bench = try BoardBench("shenzhen-3")
    bench.take([plan("CSN1", "A320", in: 250, arc: "33.A"), plan("CSN2", "A320", in: 1200)])
    try bench.sequence()
    #expect(try bench.flight("CSN1").isFrozen && bench.flight("CSN1").runway == "33")
    bench.board.configuration = "one-lands"
    try bench.sequence(at: start + 1)
    #expect(try bench.flight("CSN1").runway == "34L" && bench.flight("CSN2").runway == "34L")
  }

  @Test func withoutARunwayForThemDeparturesAreNotSequenced() throws {
    var bench = try BoardBench()
    let field = try bench.field()
    #expect(field.configuration.takesDepartures)
    bench.take([plan("CSN1", "A320", in: 900, departs: true)])
    #expect(try bench.sequence() == 1)
  }
}

/// What the engine asks between two flights of a board.
private struct BoardFieldProbe {
  let runways: RunwaySystem
  let uses: [RunwayConfiguration.Use]
  let types: [String]

  static func system(_ field: BoardField, _ rules: ArrivalRules) -> BoardFieldProbe {
    let types = ["A320", "B738"]
    let fleet = types.compactMap { rules.book.types[$0] }
    return BoardFieldProbe(
      runways: ArrivalBoard.system(field, fleet, hasUnknown: false),
      uses: field.configuration.uses, types: types)
  }

  func gap(_ leader: BoardFlight, _ follower: BoardFlight) -> Double {
    func part(_ flight: BoardFlight) -> (kind: RunwayMovement.Kind, group: Int, runway: Int) {
      (
        flight.isDeparture ? .departure : .arrival, types.firstIndex(of: flight.type) ?? 0,
        uses.firstIndex { $0.runway == flight.runway } ?? 0
      )
    }
    return runways.gap_s(part(leader), part(follower)) ?? 0
  }
}
