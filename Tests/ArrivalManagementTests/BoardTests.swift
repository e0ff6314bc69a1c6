import ArrivalFlow
import Cities
import CityProfiles
import Commons
import HTTPValues
import LegalTime
import Testing

@testable import ArrivalManagement

private let start = Int64(Instant(rfc3339: "2026-03-02T01:00:00Z")!.seconds)

@Suite struct BoardSequenceTests {
  private let rules: ArrivalRules
  private let airport: Airport
  private let options: Resequencing.Options

  init() throws {
    rules = try ArrivalBench.rules()
    airport = rules.book.airports[0]
    options = try rules.options(on: CivilDate("2026-03-02")!)
  }

  private func plan(_ callsign: String, _ type: String, in seconds: Int64) -> TrackReport {
    var report = TrackReport(track: callsign)
    report.callsign = callsign
    report.type = type
    report.estimate = Double(start + seconds)
    return report
  }

  /// Planned landings from the leader on with the least gap that the rules ask.
  private func gaps(_ board: ArrivalBoard) -> [(gap: Int64, least: Double)] {
    let order = board.flights.filter { $0.planned != nil }
      .sorted { ($0.planned ?? 0) < ($1.planned ?? 0) }
    let after = airport.scenario.study.after
    return zip(order, order.dropFirst()).compactMap { leader, follower in
      guard let first = rules.book.types[leader.type], let second = rules.book.types[follower.type]
      else { return nil }
      return ((follower.planned ?? 0) - (leader.planned ?? 0), after.interval_s(first, second))
    }
  }

  private func sequence(_ board: inout ArrivalBoard, at now: Int64) -> Int {
    board.sequence(airport, rules.book, options, now: now)
  }

  @Test func aBunchIsPulledApart() {
    var board = ArrivalBoard()
    let types = ["A333", "A320", "B752", "A320", "C550", "B763"]
    let reports = types.enumerated().map { plan("CSN10\($0.offset)", $0.element, in: 1200) }
    #expect(board.take(reports, feed: "f", airport, rules.book, now: start) == 6)
    #expect(sequence(&board, at: start) == 6)
    #expect(board.making == .asRuled)
    let found = gaps(board)
    #expect(found.count == 5)
    for (gap, least) in found { #expect(Double(gap) >= least) }
    #expect(board.flights.allSatisfy { abs($0.shift) <= 3 })
  }

  @Test func frozenTimesStay() throws {
    var board = ArrivalBoard()
    _ = board.take(
      [plan("CSN101", "A320", in: 200), plan("CSN102", "A320", in: 900)], feed: "f", airport,
      rules.book, now: start)
    _ = sequence(&board, at: start)
    let first = try #require(board.flights.first { $0.callsign == "CSN101" })
    #expect(first.isFrozen)
    // Another one comes in at the same time as the frozen one, and the frozen one's own estimate moves.
    _ = board.take(
      [plan("CCA900", "B77W", in: 205), plan("CSN101", "A320", in: 260)], feed: "f", airport,
      rules.book, now: start + 30)
    _ = sequence(&board, at: start + 30)
    #expect(board.flights.first { $0.callsign == "CSN101" }?.planned == first.planned)
    for (gap, least) in gaps(board) { #expect(Double(gap) >= least) }
  }

  @Test func anUnknownTypeIsGivenTheMost() {
    let groups = [nil, rules.book.types["A320"]]
    let found = ArrivalBoard.separations(groups, airport, rules.book)
    let all = Array(rules.book.types.values)
    let a320 = rules.book.types["A320"]!
    let after = airport.scenario.study.after
    #expect(found[1] == Int(all.map { after.interval_s($0, a320) }.max()!.rounded(.up)))
    #expect(found[0] >= found[1])
    #expect(found[3] == Int(after.interval_s(a320, a320).rounded(.up)))
  }

  @Test func landedAndSilentFlightsLeave() {
    var board = ArrivalBoard()
    _ = board.take(
      [plan("CSN101", "A320", in: 100), plan("CSN102", "A320", in: 100)], feed: "f", airport,
      rules.book, now: start)
    _ = sequence(&board, at: start)
    // What each lands later than it was first expected; landing sooner makes up for nobody else.
    let late = board.flights.reduce(0) { $0 + max(0, ($1.planned ?? 0) - (start + 100)) }
    #expect(late > 0)
    let landed = board.clear(now: start + 600)
    #expect(landed == ArrivalBoard.Landed(count: 2, delay_s: late))
    #expect(board.flights.isEmpty)
    var silent = TrackReport(track: "x")
    silent.callsign = "CSN9"
    _ = board.take([silent], feed: "f", airport, rules.book, now: start)
    _ = board.clear(now: start + 1800)
    #expect(board.flights.count == 1)
    _ = board.clear(now: start + 1801)
    #expect(board.flights.isEmpty && board.tracks.isEmpty)
  }

  @Test func aTrackIsKnownByWhatItSaidBefore() {
    var board = ArrivalBoard()
    var named = TrackReport(track: "780ABC")
    named.callsign = "CSN101"
    var placed = TrackReport(track: "780ABC")
    (placed.latitude, placed.longitude, placed.speed) = (22.0, 113.5, 150)
    #expect(board.take([placed], feed: "a", airport, rules.book, now: start) == 0)
    #expect(board.take([named, placed], feed: "a", airport, rules.book, now: start) == 2)
    // The same number of another feed is another aircraft.
    #expect(board.take([placed], feed: "b", airport, rules.book, now: start) == 0)
    #expect(board.flights[0].target ?? 0 > start)
    let old = board.flights[0].target
    placed.time = Double(start - 60)
    placed.latitude = 20
    _ = board.take([placed], feed: "a", airport, rules.book, now: start)
    #expect(board.flights[0].target == old)
  }

  @Test func aBoardIsReadAsItWasWritten() throws {
    var board = ArrivalBoard()
    _ = board.take([plan("CSN101", "A320", in: 900)], feed: "f", airport, rules.book, now: start)
    _ = sequence(&board, at: start)
    let again = try ArrivalBoard(board.text)
    #expect(again.text == board.text)
    #expect(again.flights == board.flights)
  }

  @Test func aFullHourIsSequencedWithinTheRules() {
    var board = ArrivalBoard()
    var random = SeededRandom(seed: 3)
    let types = ["A320", "A320", "A320", "B738", "A333", "B763"]
    let reports = (0..<33).map { index in
      plan("CSN\(100 + index)", types[random.below(6)], in: 300 + Int64(random.below(3200)))
    }
    _ = board.take(reports, feed: "f", airport, rules.book, now: start)
    _ = sequence(&board, at: start)
    #expect(board.making == .asRuled)
    for (gap, least) in gaps(board) { #expect(Double(gap) >= least) }
  }
}

@Suite struct AirportDataTests {
  @Test func theCitysAirportsAreRead() throws {
    let book = try ArrivalBench.rules().book
    #expect(book.airports.map(\.id) == ["shenzhen-2", "shenzhen-3", "oslo", "dublin"])
    for airport in book.airports {
      #expect(!airport.unverified.isEmpty && !airport.landingRunways.isEmpty)
      #expect(airport.merge.arcs.count == 2)
    }
    // Courses from the coordinates of both ends.
    let courses = book.airports.map { ($0.merge.threshold.name, $0.merge.threshold.course_deg) }
    for (name, course) in courses {
      let number = Double(Int(name.prefix(2))! * 10)
      #expect(abs(course - number) < 12, "\(name): \(course)")
    }
  }

  @Test func shenzhenBecomes65And160() throws {
    let study = try ArrivalBench.rules().book.airports[0].scenario.study
    #expect(abs(study.predictedAfter - 65) < 1)
    #expect(study.slotsPerDay == 160)
  }

  @Test(arguments: ["icao", "runways", "scenario", "point_merge", "name"])
  func aMissingMemberIsNamed(member: String) throws {
    let data = try #require(try BundledCities.shifan().airports)
    var members = try #require(data["airports"]?.array?.first?.object)
    members[member] = nil
    var all = data.object ?? [:]
    all["airports"] = .array([.object(members)])
    #expect(throws: Problem.self) { try AirportBook(.object(all)) }
  }

  @Test func aCityWithoutAirportsIsTold() throws {
    var files = BundledCities.shifanFiles
    files["airports.json"] = nil
    let profile = try CityProfile(files: files)
    #expect(throws: Problem.self) { try ArrivalRules(profile, calendar: .stateCouncil) }
  }
}
