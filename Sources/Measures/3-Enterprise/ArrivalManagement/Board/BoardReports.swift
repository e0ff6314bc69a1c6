import ArrivalFlow
import Commons

/// What became of the reports of a message.
struct ReportCount: Hashable, Sendable {
  /// Of flights known by callsign, and believed.
  var taken = 0
  /// The same place at the same time as before.
  var duplicates = 0
  /// Older than what is known, or than two minutes.
  var stale = 0
  /// From the future: the sender's clock is ahead.
  var early = 0
  /// So far from the last place that nothing flies there in the time.
  var jumps = 0
  /// Of a track whose callsign was never said.
  var nameless = 0
  /// More flights than a board holds.
  var surplus = 0
  /// The largest step of the sender's clock before ours, in seconds.
  var ahead_s: Int64 = 0

  /// Those that were not taken, by name.
  var skipped: [(name: String, count: Int, why: Phrase)] {
    [
      ("duplicates", duplicates, Phrase("重复", en: "said before")),
      ("stale", stale, Phrase("过时", en: "older than what is known, or than two minutes")),
      (
        "early", early,
        Phrase(
          "来自未来：来源时钟快\(ahead_s)秒", en: "from the future: the sender's clock is \(ahead_s) s ahead")
      ),
      ("jumps", jumps, Phrase("跳变过大", en: "too far from the last place to be believed")),
      ("nameless", nameless, Phrase("航迹从未报过呼号", en: "tracks that never said a callsign")),
      ("surplus", surplus, Phrase("超出容量", en: "more flights than a board holds")),
    ].filter { $0.count > 0 }
  }

  var json: JSONValue {
    .object(Dictionary(uniqueKeysWithValues: skipped.map { ($0.name, .integer(Int64($0.count))) }))
  }
}

extension ArrivalBoard {
  /// A report may be so far ahead of our clock, in seconds.
  private static let ahead = 30.0
  /// A place older than this says nothing of where an aircraft is, in seconds.
  private static let oldest = 120.0
  /// Nothing here flies faster over the ground, in metres a second; beyond the way that it makes come
  /// ten kilometres in which any sensor may err.
  private static let fastest = (speed: 350.0, error_m: 10_000.0)
  /// After so many reports in a row that agree it is the old place that was wrong.
  private static let doubtsAtMost: Int64 = 2

  /// Takes in reports; what is stale, early, doubled or cannot be is counted and left.
  mutating func take(_ reports: [TrackReport], feed: String, _ airport: Airport, now: Int64)
    -> ReportCount
  {
    var count = ReportCount()
    for report in reports {
      let track = "\(feed) \(report.track)"
      if let callsign = report.callsign { tracks[track] = callsign }
      guard let callsign = tracks[track] else {
        count.nameless += 1
        continue
      }
      let index = flights.firstIndex { $0.callsign == callsign }
      guard index != nil || flights.count < Self.heldAtMost else {
        count.surplus += 1
        continue
      }
      var flight = index.map { flights[$0] } ?? BoardFlight(callsign, heard: now)
      let isNew = index == nil
      let isTaken = Self.take(report, into: &flight, airport, &count, isNew: isNew, now: now)
      if let index { flights[index] = flight } else if isTaken { flights.append(flight) }
      count.taken += isTaken ? 1 : 0
    }
    return count
  }

  private static func take(
    _ report: TrackReport, into flight: inout BoardFlight, _ airport: Airport,
    _ count: inout ReportCount, isNew: Bool, now: Int64
  ) -> Bool {
    let time = report.time ?? Double(now)
    if time > Double(now) + ahead {
      count.early += 1
      count.ahead_s = max(count.ahead_s, Int64(time - Double(now)))
      return false
    }
    let isPlaced = report.latitude != nil
    if isPlaced, time < Double(now) - oldest {
      count.stale += 1
      return false
    }
    if !isNew, report.time != nil, flight.place != nil, Int64(time) < flight.placed ?? 0 {
      count.stale += 1
      return false
    }
    if isPlaced, !isNew, isRepeated(report, flight) {
      count.duplicates += 1
      return false
    }
    if isPlaced, isJump(report, flight, airport, at: time) {
      count.jumps += 1
      flight.doubts += 1
      return false
    }
    flight.heard = max(flight.heard, min(Int64(time), now))
    plan(report, into: &flight, airport)
    // Formats in words can say any number; what nothing flies is left out.
    if let level = report.level_m, (-1000...30_000).contains(level) { flight.level_m = level }
    if let speed = report.speed, (0...1000).contains(speed) { flight.speed = speed }
    if let course = report.course_deg, (0...360).contains(course) { flight.course_deg = course }
    if let latitude = report.latitude, let longitude = report.longitude {
      (flight.latitude, flight.longitude) = (latitude, longitude)
      flight.placed = Int64(time)
      flight.doubts = 0
    }
    return true
  }

  /// What a flight plan says.
  private static func plan(
    _ report: TrackReport, into flight: inout BoardFlight, _ airport: Airport
  ) {
    if let type = report.type { flight.type = type }
    if let estimate = report.estimate { flight.estimate = Int64(estimate) }
    if let isDeparture = report.isDeparture, isDeparture != flight.isDeparture {
      flight.isDeparture = isDeparture
      flight.forgetPlan()
    }
    // An arc is named alone where one procedure has it, else with the runway, such as 34L.A.
    guard let named = report.arc else { return }
    for merge in airport.merges {
      for arc in merge.arcs
      where named == "\(merge.threshold.name).\(arc.name)"
        || (named == arc.name && airport.merges.count == 1)
      {
        (flight.way, flight.arc) = (merge.threshold.name, arc.name)
        flight.isArcGiven = true
      }
    }
  }

  private static func isRepeated(_ report: TrackReport, _ flight: BoardFlight) -> Bool {
    guard let time = report.time, let placed = flight.placed, Int64(time) == placed,
      let latitude = report.latitude, let longitude = report.longitude
    else { return false }
    // What is kept has seven decimals.
    return abs(latitude - (flight.latitude ?? 0)) < 1e-6
      && abs(longitude - (flight.longitude ?? 0)) < 1e-6
  }

  private static func isJump(
    _ report: TrackReport, _ flight: BoardFlight, _ airport: Airport, at time: Double
  ) -> Bool {
    guard let last = flight.place, let placed = flight.placed, flight.doubts < doubtsAtMost,
      let latitude = report.latitude, let longitude = report.longitude
    else { return false }
    let frame = LocalFrame(last)
    let new = frame.plane(GeoPoint(latitude: latitude, longitude: longitude))
    let way = PlanePoint(east: 0, north: 0).distance(to: new)
    return way > fastest.error_m + fastest.speed * abs(time - Double(placed))
  }
}
