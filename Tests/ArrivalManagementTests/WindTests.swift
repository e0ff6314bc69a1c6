import ArrivalFlow
import Commons
import Testing

@testable import ArrivalManagement

private let start = Int64(Instant(rfc3339: "2026-03-02T01:00:00Z")!.seconds)

@Suite struct WindTextTests {
  @Test func linesAreReadInAnyCommonForm() throws {
    let one = try BoardWind("0 340 8\n3000 290 25\n", at: 5, by: "x")
    let two = try BoardWind(
      "altitude_m,from_deg,speed_kt\r\n0,340,8\r\n3000,290,25", at: 5, by: "x")
    #expect(one == two && one.layers.count == 2)
    #expect(try BoardWind("", at: 5, by: "x").layers.isEmpty)
    #expect(BoardWind(one.json) == one)
    let wind = try one.profile().wind(altitude_m: 3000)
    // From the west-north-west towards the east-south-east.
    #expect(wind.east > 0 && wind.north < 0)
  }

  @Test(arguments: [
    "0 340", "0 361 8", "-1 340 8", "0 340 191", "0 340 8 9", "a b c", "3000 1 1\n0 1 1",
    "0 1 1\n0 1 1",
  ])
  func whatIsNoWindIsNone(text: String) {
    #expect(throws: Problem.self) { try BoardWind(text, at: 0, by: "") }
  }
}

/// Flights on their way through the arcs of a procedure.
@Suite struct LiveArcTests {
  private let rules: ArrivalRules
  private let airport: Airport

  init() throws {
    rules = try ArrivalBench.rules()
    airport = rules.book.airports[0]
  }

  private func arcs(_ wind: BoardWind?) throws -> LiveArcs {
    try LiveArcs(
      airport, airport.merges, rules.book, types: ["A320", "B77W"], wind: wind, shift: 3)
  }

  private func flight(_ point: TrajectoryPoint, _ arc: String, _ wind: BoardWind?) throws
    -> BoardFlight
  {
    var flight = BoardFlight("CSN1", heard: start)
    flight.type = "A320"
    (flight.way, flight.arc) = (airport.merge.threshold.name, arc)
    let place = airport.merge.frame.geo(point.place)
    (flight.latitude, flight.longitude) = (place.latitude, place.longitude)
    (flight.speed, flight.course_deg) = (point.groundSpeed, point.course_deg)
    (flight.level_m, flight.placed) = (point.altitude_m, start)
    return flight
  }

  /// Flies whole procedures by the engine, and asks at every point when the aircraft crossed its entry and when it
  /// would land if it turned at once.
  @Test(arguments: ["", "0 340 8\n3000 290 25", "0 160 15\n3000 110 40"])
  func aFlightIsFoundOnItsWay(layers: String) throws {
    let wind = try BoardWind(layers, at: start, by: "")
    let arcs = try arcs(wind)
    let way = try #require(arcs.ways.first)
    let group = arcs.group("A320")
    for level in way.tables.levels.indices {
      let flown = way.tables.flight(group: group, level: level)
      let along = flown.arc.length_m * 0.6
      let trajectory = flown.trajectory(along_m: along, begin: 0, every: 20)
      let end = trajectory.points.last?.time ?? 0
      var phase = BoardFlight.Phase.outside
      for point in trajectory.points.dropFirst() where point.time < end - 1 {
        var flight = try flight(point, flown.arc.name, wind)
        flight.phase = phase
        let found = try #require(arcs.estimate(flight, level: level))
        phase = max(phase, found.phase)
        guard phase == .arc, point.time < trajectory.directTo - 5 else {
          // In the turn and after it: what is left to fly is what the engine flies.
          guard found.phase == .direct else { continue }
          let left = (found.landing ?? 0) - Double(start)
          #expect(abs(left - (end - point.time)) < 12, "\(point.time) of \(end): \(left)")
          continue
        }
        #expect(abs(found.entry - (Double(start) - point.time)) < 6, "entry at \(point.time)")
      }
      #expect(phase == .direct)
    }
  }

  @Test func theWindMovesLandings() throws {
    let (calm, blown) = (
      try arcs(nil), try arcs(try BoardWind("0 340 25\n3000 340 40", at: 0, by: ""))
    )
    let (one, two) = (calm.ways[0].tables, blown.ways[0].tables)
    let group = calm.group("A320")
    // 340 degrees is straight against the approach to 33.
    #expect(two.shortest_s(group: group, level: 0) > one.shortest_s(group: group, level: 0) + 20)
    #expect(two.landingGap_s(group, group) > one.landingGap_s(group, group))
  }

  @Test func landingAsPlannedIsWhatTheArcGives() throws {
    let wind = try BoardWind("0 340 8\n3000 290 25", at: start, by: "")
    let arcs = try arcs(wind)
    let way = arcs.ways[0]
    let group = arcs.group("A320")
    let flown = way.tables.flight(group: group, level: 1)
    for share in [0.0, 0.3, 0.77, 1] {
      let exact = flown.seconds(along_m: flown.arc.length_m * share)
      let found = try #require(way.tables.along_m(group: group, level: 1, seconds: exact))
      // A second of flight is some hundred metres.
      #expect(abs(found - flown.arc.length_m * share) < 150)
      let back = arcs.seconds(way, group: group, level: 1, along_m: flown.arc.length_m * share)
      #expect(abs(back - exact) < 1.5)
    }
  }

  @Test func aStormIsRefused() throws {
    let storm = try BoardWind("0 340 140", at: 0, by: "")
    #expect(throws: Problem.self) { try arcs(storm) }
  }
}

/// Arcs on the board: levels, run-outs, turns.
@Suite struct BoardArcTests {
  private let rules: ArrivalRules
  private let airport: Airport
  private let arcs: LiveArcs

  init() throws {
    rules = try ArrivalBench.rules()
    airport = rules.book.airports[0]
    arcs = try LiveArcs(airport, airport.merges, rules.book, types: ["A320"], wind: nil, shift: 3)
  }

  private func field() throws -> BoardField {
    BoardField(
      airport: airport, book: rules.book, configuration: airport.configurations[0], arcs: arcs,
      options: try rules.options(on: CivilDate("2026-03-02")!))
  }

  /// An aircraft so many seconds before the entry of arc A, at 130 m/s.
  private func report(_ callsign: String, _ seconds: Double) -> TrackReport {
    let entry = airport.merge.entryPoint(airport.merge.arcs[0])
    let out = airport.merge.mergePoint.bearing(to: entry)
    let spot = airport.merge.frame.geo(entry.moved(130 * seconds, bearing_deg: out))
    var report = TrackReport(track: callsign)
    report.callsign = callsign
    report.type = "A320"
    (report.latitude, report.longitude, report.speed) = (spot.latitude, spot.longitude, 130)
    report.arc = "A"
    return report
  }

  private func board(_ reports: [TrackReport]) throws -> ArrivalBoard {
    var board = ArrivalBoard()
    _ = board.take(reports, feed: "f", airport, now: start)
    _ = board.sequence(try field(), now: start)
    return board
  }

  @Test func whoIsNotDelayedTurnsAtOnce() throws {
    let board = try board([report("CSN1", 600)])
    let flight = board.flights[0]
    #expect(abs((flight.entry ?? 0) - start - 600) <= 1)
    #expect(flight.along_m ?? -1 < 150 && flight.missing_s == 0 && flight.wait_s == 0)
    #expect(flight.arcLevel_m == 2700)
    let shortest = arcs.ways[0].tables.shortest_s(group: arcs.group("A320"), level: 0)
    #expect(abs(Double((flight.planned ?? 0) - (flight.entry ?? 0)) - shortest) <= 2)
    #expect((flight.turn ?? 0) > (flight.entry ?? 0) && (flight.turn ?? 0) < (flight.planned ?? 0))
  }

  @Test func whoEntersTooCloseBehindMustWait() throws {
    let board = try board([report("CSN1", 600), report("CSN2", 610)])
    let second = try #require(board.flights.first { $0.callsign == "CSN2" })
    #expect(second.wait_s > 20)
    let lines = BoardLine.all(board, airport, rules.book, now: start)
    #expect(lines.contains { $0.warnings.contains { $0.en.contains("level conflict") } })
    // The wait counts: nobody is planned to land before they can be there.
    let shortest = arcs.ways[0].tables.shortest_s(group: arcs.group("A320"), level: 0)
    let entered = Double((second.entry ?? 0) + second.wait_s)
    #expect(Double(second.planned ?? 0) >= entered + shortest - 2)
  }

  @Test func anArcThatIsUsedUpIsTold() throws {
    // Both arcs full of aircraft at once: the last ones need more than the arc has.
    var reports: [TrackReport] = []
    for index in 0..<16 {
      var plan = TrackReport(track: "CCA\(index)")
      plan.callsign = "CCA\(index)"
      plan.type = "A320"
      plan.estimate = Double(start + 1500)
      plan.arc = index.isMultiple(of: 2) ? "A" : "B"
      reports.append(plan)
    }
    let board = try board(reports)
    let late = board.flights.filter { $0.missing_s > 0 }
    #expect(!late.isEmpty)
    let lines = BoardLine.all(board, airport, rules.book, now: start)
    #expect(lines.contains { $0.warnings.contains { $0.en.contains("arc run-out") } })
    for flight in late {
      // With the hold that is named the whole arc gives exactly the planned landing.
      let level = ArrivalBoard.level(flight, arcs.ways[0])
      let whole = arcs.ways[0].tables.longest_s(group: arcs.group("A320"), level: level)
      let entered = Double((flight.entry ?? 0) + flight.wait_s + flight.missing_s)
      #expect(abs(entered + whole - Double(flight.planned ?? 0)) <= 1.5)
    }
  }

  @Test func itsTurnLandsItAsPlanned() throws {
    let board = try board((0..<6).map { report("CSN\($0)", 600 + Double($0) * 60) })
    for flight in board.flights where flight.missing_s == 0 {
      let level = ArrivalBoard.level(flight, arcs.ways[0])
      let flown = arcs.ways[0].tables.flight(group: arcs.group("A320"), level: level)
      let seconds = flown.seconds(along_m: Double(flight.along_m ?? 0))
      let entered = Double((flight.entry ?? 0) + flight.wait_s)
      #expect(abs(entered + seconds - Double(flight.planned ?? 0)) < 2.5, "\(flight.callsign)")
    }
  }
}

/// Feeds that are late, wrong, doubled or lost.
@Suite struct BadFeedTests {
  private let airport: Airport

  init() throws { airport = try ArrivalBench.rules().book.airports[0] }

  private func place(
    _ callsign: String?, _ latitude: Double, at time: Int64, track: String? = nil
  ) -> TrackReport {
    var report = TrackReport(track: track ?? callsign ?? "?")
    report.callsign = callsign
    (report.latitude, report.longitude, report.time) = (latitude, 113.5, Double(time))
    return report
  }

  private func take(_ board: inout ArrivalBoard, _ reports: [TrackReport], at now: Int64 = start)
    -> ReportCount
  { board.take(reports, feed: "f", airport, now: now) }

  @Test func aTrackIsKnownByWhatItSaidBefore() {
    var board = ArrivalBoard()
    let named = place("CSN101", 22, at: start, track: "780ABC")
    let unnamed = place(nil, 22.001, at: start + 1, track: "780ABC")
    #expect(take(&board, [unnamed], at: start + 1).nameless == 1)
    #expect(take(&board, [named, unnamed], at: start + 1).taken == 2)
    // The same number of another feed is another aircraft.
    #expect(board.take([unnamed], feed: "b", airport, now: start + 1).nameless == 1)
  }

  @Test func aClockThatIsAheadIsTold() {
    var board = ArrivalBoard()
    let count = take(
      &board, [place("CSN1", 22, at: start + 31), place("CSN2", 22, at: start + 30)])
    #expect(count.early == 1 && count.ahead_s == 31 && count.taken == 1)
    #expect(board.flights.map(\.callsign) == ["CSN2"])
    #expect(count.skipped.first?.why.en.contains("31 s ahead") == true)
  }

  @Test func whatIsOldIsNotTaken() {
    var board = ArrivalBoard()
    #expect(take(&board, [place("CSN1", 22, at: start - 121)]).stale == 1)
    #expect(board.flights.isEmpty)
    #expect(take(&board, [place("CSN1", 22, at: start)]).taken == 1)
    // Out of order: older than what is known.
    #expect(take(&board, [place("CSN1", 21.99, at: start - 10)]).stale == 1)
    #expect(board.flights[0].latitude == 22)
  }

  @Test func theSameAgainCountsAsDoubled() {
    var board = ArrivalBoard()
    let report = place("CSN1", 22, at: start)
    #expect(take(&board, [report, report]).duplicates == 1)
    #expect(take(&board, [report]).taken == 0)
  }

  @Test func aJumpIsDoubtedTwiceThenBelieved() {
    var board = ArrivalBoard()
    _ = take(&board, [place("CSN1", 22, at: start)])
    // 55 km in four seconds.
    #expect(take(&board, [place("CSN1", 22.5, at: start + 4)], at: start + 4).jumps == 1)
    #expect(board.flights[0].latitude == 22 && board.flights[0].doubts == 1)
    // It goes on where it was: the doubt is gone.
    #expect(take(&board, [place("CSN1", 22.01, at: start + 8)], at: start + 8).taken == 1)
    #expect(board.flights[0].doubts == 0)
    for step in [12, 16] {
      let far = place("CSN1", 22.5, at: start + Int64(step))
      #expect(take(&board, [far], at: start + Int64(step)).jumps == 1)
    }
    #expect(take(&board, [place("CSN1", 22.5, at: start + 20)], at: start + 20).taken == 1)
    #expect(board.flights[0].latitude == 22.5)
  }

  @Test func whoVanishesIsShownThenTakenOff() {
    var board = ArrivalBoard()
    _ = take(&board, [place("CSN1", 22, at: start)])
    #expect(!ArrivalBoard.isLost(board.flights[0], now: start + 60))
    #expect(ArrivalBoard.isLost(board.flights[0], now: start + 61))
    board.clear(now: start + 1800)
    #expect(board.flights.count == 1)
    board.clear(now: start + 1801)
    #expect(board.flights.isEmpty)
  }

  @Test func aFullBoardSaysSo() {
    var board = ArrivalBoard()
    let many = (0..<405).map { place("A\($0)", 22, at: start) }
    let count = take(&board, many)
    #expect(count.taken == 400 && count.surplus == 5)
  }

  @Test func departuresAreToldFromArrivals() {
    let text =
      "callsign,type,eta,etd,arc\nCSN1,A320,2026-03-02T01:10:00Z,,A\nCSN2,A320,,2026-03-02T01:10:00Z,\n"
      + "CSN3,A320,2026-03-02T01:10:00Z,2026-03-02T01:10:00Z,\n"
    let content = ReportTable.read(Array(text.utf8))
    #expect(content.reports.map(\.isDeparture) == [false, true])
    #expect(content.reports.map(\.arc) == ["A", nil])
    #expect(content.faults.map(\.place) == [4])
  }
}
