import Airspace
import Commons

/// A position that an operator's system reports.
struct ReportedPosition: Hashable, Sendable {
  /// The number of the flight.
  let flight: String
  let place: LatLng
  /// Metres above the ellipsoid.
  let altitude: Double
  let at: Instant
}

/// Where aircraft were last reported, and how each stands to its plan.
///
/// Positions are observations and no acts: a thousand aircraft that report each second would be 86 million acts a
/// day, of which nobody needs one after the flight. They stay in memory, of each flight the last one with its
/// monitor, until nothing was heard for ``keepSeconds``; what follows from them, an alarm, is an act. A node that
/// starts anew knows nothing until the next report, and where several nodes share a city, reports about a flight
/// go to one of them.
final class Telemetry: Sendable {
  /// A change of state that air traffic control must learn of.
  struct Alarm: Hashable, Sendable {
    let flight: ApprovedFlight
    let change: ConformanceMonitor.Change
    /// The last position; nil if there never was one.
    let last: ReportedPosition?
    let at: Instant
  }

  private struct Track: Sendable {
    let flight: ApprovedFlight
    /// Whose reports are taken: of who reported first.
    let reporter: String
    var monitor: ConformanceMonitor?
    var last: ReportedPosition?
    var heardAt: Instant
  }

  /// Seconds after the last report for which a track is kept.
  static let keepSeconds: Int64 = 1800
  /// Positions in one request at most.
  static let mostInRequest = 1000
  /// Seconds that a report may be ahead of this machine's clock, or behind it.
  static let skewSeconds: Int64 = 300

  private let tracks = Locked<[String: Track]>([:])

  /// Takes positions of one reporter in; the answer is what was wrong with each that was not taken, by its place in
  /// the request, and the alarms that follow.
  func take(
    _ positions: [ReportedPosition], from reporter: String, of flights: [String: ApprovedFlight],
    at now: Instant
  ) -> (refused: [Int: String], alarms: [Alarm]) {
    tracks.withLock { tracks in
      var refused: [Int: String] = [:]
      var alarms: [Alarm] = []
      for (index, position) in positions.enumerated() {
        guard let flight = flights[position.flight], flight.state.holds else {
          refused[index] = "there is no such flight that holds airspace"
          continue
        }
        guard abs(position.at.seconds - now.seconds) <= Telemetry.skewSeconds else {
          refused[index] = "the time is more than five minutes from now"
          continue
        }
        var track =
          tracks[position.flight]
          ?? Track(
            flight: flight, reporter: reporter,
            monitor: flight.trackOnOwnPlane.map { ConformanceMonitor($0) }, last: nil, heardAt: now)
        guard track.reporter == reporter else {
          refused[index] = "another provider reports this flight"
          continue
        }
        if let last = track.last, position.at <= last.at {
          refused[index] = "it is not later than the last report of this flight"
          continue
        }
        track.last = position
        track.heardAt = now
        if let change = track.monitor?.take(flight.report(position)) {
          alarms.append(Alarm(flight: flight, change: change, last: position, at: position.at))
        }
        tracks[position.flight] = track
      }
      return (refused, alarms)
    }
  }

  /// Sees who has fallen silent, and forgets who has been for long.
  func look(at now: Instant) -> [Alarm] {
    tracks.withLock { tracks in
      var alarms: [Alarm] = []
      for (number, track) in tracks {
        var track = track
        if let change = track.monitor?.look(at: Double(now.microseconds) / 1e6) {
          alarms.append(Alarm(flight: track.flight, change: change, last: track.last, at: now))
          tracks[number] = track
        }
        if now.seconds - track.heardAt.seconds > Telemetry.keepSeconds { tracks[number] = nil }
      }
      return alarms.sorted { $0.flight.number < $1.flight.number }
    }
  }

  /// How a flight stands and where it was last reported; nil if nothing is known of it.
  func standing(of number: String) -> (state: ConformanceState?, last: ReportedPosition?)? {
    tracks.withLock { $0[number].map { ($0.monitor?.state, $0.last) } }
  }

  /// Flights that are followed.
  var count: Int { tracks.withLock { $0.count } }
}

extension ApprovedFlight {
  private var ownPlane: CityPlane? { points.first.map { CityPlane(around: $0.place) } }

  /// Its path on the plane around its first point, in seconds since the epoch; nil for a flight over an area.
  var trackOnOwnPlane: Trajectory? {
    guard !isArea, let ownPlane else { return nil }
    return try? Trajectory(track(on: ownPlane))
  }

  /// A reported position on the same plane.
  func report(_ position: ReportedPosition) -> TrackPoint {
    let spot = ownPlane?.project(position.place) ?? (east: 0, north: 0)
    return TrackPoint(
      east: spot.east, north: spot.north, up: position.altitude,
      time: Double(position.at.microseconds) / 1e6)
  }
}
