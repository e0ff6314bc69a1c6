import ArrivalFlow
import Commons

/// The arrivals of an airport as they stand: what was heard, and the sequence made of it.
struct ArrivalBoard: Sendable {
  /// Who landed, for the figures of an act.
  struct Landed: Hashable, Sendable {
    let count: Int
    /// The sum of what they landed later than they first could, in seconds.
    let delay_s: Int64
  }

  /// How the sequence was made.
  enum Making: String, Sendable {
    /// Within freeze horizon and position shifts.
    case asRuled = "as-ruled"
    /// Windows were widened by an hour: aircraft must hold.
    case holding
    /// Nothing is frozen and shifts are wide: something that was frozen could not be kept.
    case afresh
    /// There is none.
    case none
  }

  var flights: [BoardFlight] = []
  /// Callsigns by track of a feed, for reports that name none.
  var tracks: [String: String] = [:]
  var making = Making.asRuled

  /// Seconds after its planned landing in which a flight still leads the next.
  static let afterLanding: Int64 = 300
  /// Flights that land later than this from now are not yet in sequence.
  static let horizon: Int64 = 3600
  /// Flights of which nothing was heard for so long are taken off.
  static let silence: Int64 = 1800
  private static let sequencedAtMost = 80
  private static let heldAtMost = 400

  // MARK: Reports

  /// Takes in reports; the answer is how many were of a flight that is known by callsign.
  mutating func take(
    _ reports: [TrackReport], feed: String, _ airport: Airport, _ book: AirportBook, now: Int64
  )
    -> Int
  {
    var taken = 0
    for report in reports {
      let track = "\(feed) \(report.track)"
      if let callsign = report.callsign { tracks[track] = callsign }
      guard let callsign = tracks[track] else { continue }
      var flight: BoardFlight
      let index = flights.firstIndex { $0.callsign == callsign }
      if let index {
        flight = flights[index]
      } else {
        guard flights.count < Self.heldAtMost else { continue }
        flight = BoardFlight(callsign, heard: now)
      }
      update(&flight, report, airport, book, now: now)
      if let index { flights[index] = flight } else { flights.append(flight) }
      taken += 1
    }
    return taken
  }

  private func update(
    _ flight: inout BoardFlight, _ report: TrackReport, _ airport: Airport, _ book: AirportBook,
    now: Int64
  ) {
    // What was said before something newer is of no use.
    let time = report.time.map { Int64($0) } ?? now
    guard time >= flight.heard || flight.latitude == nil else { return }
    flight.heard = max(flight.heard, min(time, now))
    if let type = report.type { flight.type = type }
    if let estimate = report.estimate { flight.estimate = Int64(estimate) }
    if let level = report.level_m { flight.level_m = level }
    if let speed = report.speed { flight.speed = speed }
    if let latitude = report.latitude, let longitude = report.longitude {
      (flight.latitude, flight.longitude) = (latitude, longitude)
      let estimate = ArrivalEstimate(airport: airport, group: book.types[flight.type])
      let toGo = estimate.toGo_s(
        GeoPoint(latitude: latitude, longitude: longitude), speed: flight.speed)
      flight.target = time + Int64(toGo.rounded())
    } else if flight.latitude == nil {
      flight.target = flight.estimate
    }
    if flight.firstTarget == nil { flight.firstTarget = flight.target }
  }

  /// Takes off who has landed and whoever has long been silent.
  mutating func clear(now: Int64) -> Landed {
    let landed = flights.filter { ($0.planned ?? .max) < now - Self.afterLanding }
    let delay = landed.reduce(0) {
      $0 + max(0, ($1.planned ?? 0) - ($1.firstTarget ?? $1.planned ?? 0))
    }
    flights.removeAll { flight in
      if let planned = flight.planned, planned < now - Self.afterLanding { return true }
      return max(flight.heard, flight.target ?? 0) < now - Self.silence
    }
    let known = Set(flights.map(\.callsign))
    tracks = tracks.filter { known.contains($0.value) }
    return Landed(count: landed.count, delay_s: delay)
  }

  // MARK: Sequence

  /// Puts the flights in order; the answer is how many there are in the sequence.
  mutating func sequence(
    _ airport: Airport, _ book: AirportBook, _ options: Resequencing.Options, now: Int64
  ) -> Int {
    let order = flights.indices.filter { index in
      guard let target = flights[index].planned ?? flights[index].target else { return false }
      return target < now + Self.horizon
    }.sorted { key($0) < key($1) }.prefix(Self.sequencedAtMost)
    let chosen = Array(order)
    for index in flights.indices where !chosen.contains(index) {
      (flights[index].planned, flights[index].isFrozen) = (nil, false)
    }
    guard !chosen.isEmpty else {
      making = .asRuled
      return 0
    }
    let base = now - 7200
    let groups = chosen.map { book.types[flights[$0].type] }
    let separations = Self.separations(groups, airport, book)
    var free = options
    (free.freeze, free.shift) = (-Int(Self.horizon), 10)
    for (way, own, hold) in [
      (Making.asRuled, options, Int64(0)), (.holding, options, 3600), (.afresh, free, 3600),
    ] {
      let aircraft = zip(chosen, groups).map { index, group in
        arrival(flights[index], group, airport, base: base, now: now, hold: hold)
      }
      if let made = try? Resequencing(
        aircraft, separations: separations, runways: airport.landingRunways.count,
        now: Int(now - base), own)
      {
        adopt(made, chosen, base: base, frozenBefore: now + Int64(own.freeze))
        making = way
        return chosen.count
      }
    }
    making = .none
    return 0
  }

  private func key(_ index: Int) -> (Int64, String) {
    (flights[index].planned ?? flights[index].target ?? .max, flights[index].callsign)
  }

  private func arrival(
    _ flight: BoardFlight, _ group: FleetGroup?, _ airport: Airport, base: Int64, now: Int64,
    hold: Int64
  ) -> SequencedArrival {
    let target = max(flight.target ?? flight.planned ?? now, now - Self.afterLanding)
    let earliest = max(min(target, now), target - Self.gain)
    let absorbed = Int64(ArrivalEstimate(airport: airport, group: group).absorbed_s)
    let latest = target + absorbed + Self.speedAndHolding + hold
    let planned = flight.planned.map {
      Landing(aircraft: 0, runway: Int(flight.runway), time: Int($0 - base))
    }
    return SequencedArrival(
      callsign: flight.callsign, airline: flight.airline,
      arrival: Arrival(
        earliest: Int(earliest - base), target: Int(target - base), latest: Int(latest - base),
        penalty: Arrival.Penalty(early: 2, late: 10)), planned: planned)
  }

  /// What can be gained by flying faster, in seconds.
  private static let gain: Int64 = 60
  /// What can be lost before the arcs, in seconds.
  private static let speedAndHolding: Int64 = 1800

  /// The least seconds from leader (row) to follower: minimum and buffer, rounded up. An aircraft of an
  /// unknown type counts as the type of the book that needs most.
  static func separations(
    _ groups: [FleetGroup?], _ airport: Airport, _ book: AirportBook
  ) -> [Int] {
    let rules = airport.scenario.study.after
    let all = Array(book.types.values)
    var known: [String: Int] = [:]
    func seconds(_ leader: FleetGroup?, _ follower: FleetGroup?) -> Int {
      let key = "\(leader?.type.designator ?? "") \(follower?.type.designator ?? "")"
      if let seconds = known[key] { return seconds }
      var most = 0.0
      for first in leader.map({ [$0] }) ?? all {
        for second in follower.map({ [$0] }) ?? all {
          most = max(most, rules.interval_s(first, second))
        }
      }
      let seconds = Int(most.rounded(.up))
      known[key] = seconds
      return seconds
    }
    return groups.flatMap { leader in groups.map { seconds(leader, $0) } }
  }

  private mutating func adopt(
    _ made: Resequencing, _ chosen: [Int], base: Int64, frozenBefore: Int64
  ) {
    for landing in made.schedule.landings {
      let index = chosen[landing.aircraft]
      flights[index].planned = base + Int64(landing.time)
      flights[index].runway = Int64(landing.runway)
      flights[index].shift = Int64(made.shifts[landing.aircraft])
      flights[index].isFrozen = base + Int64(landing.time) < frozenBefore
    }
  }

  // MARK: In the store

  var text: String {
    JSONValue.object([
      "flights": .array(flights.sorted { $0.callsign < $1.callsign }.map(\.json)),
      "making": .string(making.rawValue),
      "tracks": .object(tracks.mapValues { .string($0) }),
    ]).canonical
  }

  init() {}

  /// Reads ``text``.
  init(_ text: String) throws {
    let json = try JSONValue(parsing: Array(text.utf8))
    flights = (json["flights"]?.array ?? []).compactMap { BoardFlight($0) }
    tracks = (json["tracks"]?.object ?? [:]).compactMapValues(\.string)
    making = Making(rawValue: json["making"]?.string ?? "") ?? .asRuled
  }
}
