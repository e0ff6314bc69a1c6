import Airspace
import Books
import CaseWork
import CityProfiles
import Commons
import Desk
import Storage

/// Flights of the city whose positions are reported, as display providers may see them (F3411, service provider). Positions
/// are observations: those of the last minute are held in memory, none is kept. What is kept is the area in the DSS under
/// which a flight is found, from its first report until it has ended.
final class LiveFlights: Sendable {
  private struct Track: Sendable {
    let flight: ApprovedFlight
    /// Of the last minute, in order of time.
    var reports: [ReportedPosition]
  }

  private let tracks = Locked<[String: Track]>([:])
  /// Reports of one flight that are held at most: two a second.
  private static let mostReports = 120
  /// What groups of such flights are called.
  static let prefix = "live."

  /// Takes positions in that were accepted; the flights of which these are the first for a minute.
  func take(
    _ positions: [ReportedPosition], of flights: [String: ApprovedFlight], at now: Instant
  ) -> [ApprovedFlight] {
    let bound = now.adding(seconds: -RemoteFlight.recentSeconds)
    return tracks.withLock { tracks in
      tracks = tracks.filter { ($0.value.reports.last?.at ?? bound) > bound }
      var first: [ApprovedFlight] = []
      for position in positions {
        guard let flight = flights[position.flight] else { continue }
        if tracks[position.flight] == nil {
          tracks[position.flight] = Track(flight: flight, reports: [])
          first.append(flight)
        }
        tracks[position.flight]?.reports.append(position)
        tracks[position.flight]?.reports.removeAll { $0.at <= bound }
        let excess = (tracks[position.flight]?.reports.count ?? 0) - LiveFlights.mostReports
        if excess > 0 { tracks[position.flight]?.reports.removeFirst(excess) }
      }
      return first
    }
  }

  /// Takes the next report of a flight for its first.
  func forget(_ number: String) { tracks.withLock { $0[number] = nil } }

  /// The flights of the last minute; `state` says how one stands to its plan.
  func flights(
    at now: Instant, _ state: (String) -> ConformanceState?
  ) throws -> [RemoteFlight] {
    let bound = now.adding(seconds: -RemoteFlight.recentSeconds)
    let current = tracks.withLock { tracks in
      tracks.values.filter { ($0.reports.last?.at ?? bound) > bound }
    }
    return try current.sorted { $0.flight.number < $1.flight.number }.map { track in
      try RemoteFlight(
        LiveFlights.written(track, state(track.flight.number)), at: now, isSimulated: false)
    }
  }

  /// A flight as the injection interface writes one, so that all flights are shown by the same code.
  private static func written(_ track: Track, _ state: ConformanceState?) -> JSONValue {
    let flight = track.flight
    var telemetry: [JSONValue] = []
    for (index, report) in track.reports.enumerated() {
      let before = index > 0 ? track.reports[index - 1] : nil
      telemetry.append(written(report, before, state))
    }
    let from = track.reports.first?.at ?? flight.start
    return [
      "injection_id": .string(flight.number), "aircraft_type": "NotDeclared",
      "telemetry": .array(telemetry),
      "details_responses": [
        [
          "effective_after": .string(from.rfc3339(in: .utc)),
          "details": [
            "id": .string(flight.number),
            "operation_description": .string(
              flight.mission.name.en + (state.map { ", " + $0.rawValue } ?? "")),
            "uas_id": ["registration_id": .string(flight.aircraft)],
          ],
        ]
      ],
    ]
  }

  /// Course and speed follow from two reports; of one they are not known: 361° and 255 m/s, and 63 m/s upwards (F3411).
  private static func written(
    _ report: ReportedPosition, _ before: ReportedPosition?, _ state: ConformanceState?
  ) -> JSONValue {
    var (track, speed, climb) = (361.0, 255.0, 63.0)
    if let before, report.at > before.at {
      let seconds = Double(report.at.microseconds - before.at.microseconds) / 1e6
      let metres = before.place.distance(to: report.place)
      speed = min(metres / seconds, 254.25)
      climb = max(-62, min((report.altitude - before.altitude) / seconds, 62))
      if metres > 1 { track = before.place.bearing(to: report.place) }
    }
    return [
      "timestamp": .string(report.at.rfc3339(in: .utc)), "timestamp_accuracy": 1,
      "operational_status": .string(state == .contingent ? "Emergency" : "Airborne"),
      "position": [
        "lat": .number(report.place.latitude), "lng": .number(report.place.longitude),
        "alt": .number(report.altitude), "accuracy_h": "HAUnknown", "accuracy_v": "VAUnknown",
        "extrapolated": false,
      ],
      "track": .number(track), "speed": .number(speed), "speed_accuracy": "SAUnknown",
      "vertical_speed": .number(climb),
    ]
  }
}

extension LowAltitudeMeasure {
  /// Lets flights whose positions were accepted be found by display providers, where the city is a provider. What
  /// goes wrong there goes wrong for them alone, and is tried again with the next report.
  func identify(
    _ positions: [ReportedPosition], _ flights: [String: ApprovedFlight], at now: Instant
  ) async {
    guard let provider else { return }
    let remote = RemoteDesk(measure: self, provider: provider)
    for flight in live.take(positions, of: flights, at: now) {
      do { try await remote.announce(flight, at: now) } catch { live.forget(flight.number) }
    }
  }

  /// Takes away the areas of flights that have ended; how many.
  func settleLiveFlights(at now: Instant) async throws -> Int {
    guard let provider else { return 0 }
    let remote = RemoteDesk(measure: self, provider: provider)
    var done = 0
    for (id, _) in try await desk.store.all(RemoteBook.versions)
    where id.hasPrefix(LiveFlights.prefix) {
      let number = CaseNumber(String(id.dropFirst(LiveFlights.prefix.count)))
      let flight =
        if let number { try await desk.store.first(FlightBook.find(number.serial)) } else {
          ApprovedFlight?.none
        }
      if let flight, flight.state.holds, flight.end > now { continue }
      guard let group = try await desk.store.first(RemoteBook.find(id)) else { continue }
      do {
        try await remote.remove(group, .v22a)
        done += 1
      } catch let refusal as AirRefusal where [404, 409, 503].contains(refusal.status) {}
    }
    return done
  }
}

extension RemoteDesk {
  /// Metres by which the area of a flight is wider than its path: a flight that leaves its plan is still found.
  private static let aroundMetres = 500.0

  /// Keeps the area of a flight in the DSS from its first report until its end.
  func announce(_ flight: ApprovedFlight, at now: Instant) async throws {
    let id = LiveFlights.prefix + flight.number
    guard try await measure.desk.store.first(RemoteBook.find(id)) == nil else { return }
    let group = RemoteGroup(
      id: id, version: provider.freshID(), area: provider.freshID(), flights: [])
    let places = flight.points.map(\.place)
    let (south, north) = (places.map(\.latitude).min() ?? 0, places.map(\.latitude).max() ?? 0)
    let (west, east) = (places.map(\.longitude).min() ?? 0, places.map(\.longitude).max() ?? 0)
    let low = LatLng(latitude: south, longitude: west)
      .moved(by: RemoteDesk.aroundMetres, towards: 180)
      .moved(by: RemoteDesk.aroundMetres, towards: 270)
    let high = LatLng(latitude: north, longitude: east)
      .moved(by: RemoteDesk.aroundMetres, towards: 0)
      .moved(by: RemoteDesk.aroundMetres, towards: 90)
    let body = areaBody(
      [low, high], (now, max(flight.end, now).adding(seconds: RemoteDesk.afterSeconds)), .v22a)
    let (ring, own, until) = (measure.ring, provider.baseURL, flight.end)
    _ = try await exchange.put(.area, group.area, nil, body) { reply, view, _ in
      guard try view.first(RemoteBook.find(id)) == nil else { throw Problem.stale }
      return ProviderExchange.Beside(
        changes: [RemoteBook.save(group, over: nil, ring)],
        effects: PeerNotice.effects(
          .area22, group.area, reply, until: until, extents: body["extents"] ?? .null,
          except: own))
    }
  }
}
