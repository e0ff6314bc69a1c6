import Airspace
import Commons
import Desk
import HTTPValues
import Storage

/// Shows flights of the city to display providers, and flights of all providers to whoever looks (F3411:
/// service provider and display provider).
final class RemoteDesk: Sendable {
  let measure: LowAltitudeMeasure
  let provider: AirProvider
  // Reports are read once for all that look at them each second; the store says whether they changed.
  private let known = Locked<[String: (version: String, flights: [RemoteFlight])]>([:])
  // Where flights were seen, by id, so that their details can be asked for.
  private let seen = Locked<[String: (url: String, at: Instant)]>([:])
  // Hides where in its cluster a flight is, the same way for as long as the program runs.
  private let salt: [UInt8]
  private static let mostSeen = 100_000
  /// Hours after which it is forgotten where a flight was seen (F3411, NetDpMaxDataRetentionPeriod).
  private static let keptSeconds: Int64 = 86_400

  init(measure: LowAltitudeMeasure, provider: AirProvider) {
    self.measure = measure
    self.provider = provider
    salt = Array(provider.freshID().utf8)
  }

  // MARK: Own flights

  /// Those of tests, and those whose positions are reported to the city.
  func flights(at now: Instant) async throws -> [RemoteFlight] {
    let versions = try await measure.desk.store.all(RemoteBook.versions)
    var all: [RemoteFlight] = []
    for (id, version) in versions {
      if let held = known.withLock({ $0[id] }), held.version == version {
        all += held.flights
        continue
      }
      guard let group = try await measure.desk.store.first(RemoteBook.find(id)) else { continue }
      let flights = try RemoteDesk.read(group.flights, at: now)
      known.withLock { $0[id] = (group.version, flights) }
      all += flights
    }
    all += try measure.live.flights(at: now) { measure.telemetry.standing(of: $0)?.state }
    let there = Set(versions.map(\.id))
    known.withLock { known in known = known.filter { there.contains($0.key) } }
    return all
  }

  static func read(_ value: JSONValue, at now: Instant) throws -> [RemoteFlight] {
    guard let items = value.array else { throw AirRefusal.malformed("no list of flights") }
    return try items.map { try RemoteFlight($0, at: now) }
  }

  /// Keeps flights and their area in the DSS by one act, and has display providers told.
  func put(
    _ id: String, _ value: JSONValue, _ edition: RemoteID, at now: Instant
  ) async throws -> RemoteGroup {
    let flights = try RemoteDesk.read(value, at: now)
    let (ring, provider) = (measure.ring, provider)
    if let old = try await measure.desk.store.first(RemoteBook.find(id)) {
      try await remove(old, edition)
    }
    let group = RemoteGroup(
      id: id, version: provider.freshID(), area: provider.freshID(), flights: value)
    let body = try area(flights, edition, at: now)
    let until = flights.flatMap(\.states).map(\.at).max() ?? now
    _ = try await exchange.put(.area, group.area, nil, body, edition) { reply, view, context in
      guard try view.first(RemoteBook.find(id)) == nil else { throw Problem.stale }
      var changes = [RemoteBook.save(group, over: nil, ring)]
      for notice in flights.flatMap(\.notices) {
        let row = AirNotice(
          id: IntentDecision.freshID(context), kind: .operator, subject: group.area,
          at: notice.at, body: ["message": .string(notice.message)])
        changes.append(OwnFlightBook.add(row, ring))
      }
      return ProviderExchange.Beside(
        changes: changes,
        effects: PeerNotice.effects(
          edition.about, group.area, reply, until: until, extents: body["extents"] ?? .null,
          except: provider.baseURL))
    }
    return group
  }

  /// Takes flights away with their area.
  func remove(_ group: RemoteGroup, _ edition: RemoteID) async throws {
    guard let area = try await measure.desk.store.first(AirBook.find(.area, group.area)) else {
      throw AirRefusal(404, "the area \(group.area) is gone")
    }
    let own = provider.baseURL
    _ = try await exchange.delete(.area, group.area, area.tag, edition) { reply, _, _ in
      ProviderExchange.Beside(
        effects: PeerNotice.effects(
          edition.about, group.area, reply, until: area.end, except: own))
    }
  }

  var exchange: ProviderExchange { ProviderExchange(measure: measure, provider: provider) }

  /// Seconds for which the area stays after the last report, during which positions are still shown.
  static let afterSeconds: Int64 = RemoteFlight.recentSeconds + 1
  /// Degrees by which the area is wider than the reports, so that it has an extent.
  private static let margin = 0.0001

  /// The area of flights, as an edition asks the DSS for it.
  private func area(
    _ flights: [RemoteFlight], _ edition: RemoteID, at now: Instant
  ) throws -> JSONValue {
    let states = flights.flatMap(\.states)
    let times = states.map(\.at) + flights.flatMap { $0.details.map(\.from) }
    guard let first = times.min(), let last = times.max(),
      let south = states.map(\.place.latitude).min(),
      let north = states.map(\.place.latitude).max(),
      let west = states.map(\.place.longitude).min(),
      let east = states.map(\.place.longitude).max()
    else { throw AirRefusal.malformed("no flight has a whole report") }
    let margin = RemoteDesk.margin
    return areaBody(
      [
        LatLng(latitude: south - margin, longitude: west - margin),
        LatLng(latitude: north + margin, longitude: east + margin),
      ], (max(first, now), last.adding(seconds: RemoteDesk.afterSeconds)), edition)
  }

  /// A box from its south-western to its north-eastern corner, as an edition asks the DSS for an area.
  func areaBody(
    _ box: [LatLng], _ span: (Instant, Instant), _ edition: RemoteID
  ) -> JSONValue {
    let (low, high) = (box[0], box[1])
    let corners = [
      (low.latitude, low.longitude), (low.latitude, high.longitude),
      (high.latitude, high.longitude), (high.latitude, low.longitude),
    ].map { JSONValue.object(["lat": .number($0.0), "lng": .number($0.1)]) }
    let outline: JSONValue = ["vertices": .array(corners)]
    // Drones fly below this; metres.
    let ceiling: Int64 = 3048
    if edition == .v19 {
      return [
        "extents": [
          "spatial_volume": [
            "footprint": outline, "altitude_lo": 0, "altitude_hi": .integer(ceiling),
          ],
          "time_start": edition.moment(span.0), "time_end": edition.moment(span.1),
        ], "flights_url": .string(provider.baseURL + "/uss/flights"),
      ]
    }
    func altitude(_ metres: Int64) -> JSONValue {
      ["value": .integer(metres), "reference": "W84", "units": "M"]
    }
    return [
      "extents": [
        "volume": [
          "outline_polygon": outline, "altitude_lower": altitude(0),
          "altitude_upper": altitude(ceiling),
        ], "time_start": edition.moment(span.0), "time_end": edition.moment(span.1),
      ], "uss_base_url": .string(provider.baseURL),
    ]
  }

  // MARK: All flights

  /// The flights of all providers in a view: what a display provider shows.
  func look(_ view: RemoteView, _ edition: RemoteID, at now: Instant) async throws -> [JSONValue] {
    let provider = provider
    let text = view.corners.map { "\($0.latitude),\($0.longitude)" }.joined(separator: ",")
    let areas = try await exchange.areas(in: text, edition, at: now)
    var shown: [JSONValue] = []
    if areas.contains(where: { $0.manager == provider.name }) {
      for flight in try await flights(at: now) {
        if let value = edition.flight(flight, in: view, recentSeconds: 60, at: now) {
          shown.append(value)
          note(value, "")
        }
      }
    }
    let others = areas.filter { $0.manager != provider.name }
    let urls = Set(others.map { RemoteDesk.flightsURL($0.url, edition) }).sorted()
    let recent = edition == .v19 ? "include_recent_positions=true" : "recent_positions_duration=60"
    let query = "?view=\(view.text)&\(recent)"
    let answers = await withTaskGroup(of: (String, AirExchange).self) { group in
      for url in urls {
        group.addTask { (url, await provider.ask(.get, url, query, scope: edition.readScope)) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for (url, exchange) in answers {
      guard exchange.isTaken, let flights = exchange.answer?.body["flights"]?.array else {
        // Who looks must know that something is missing (F3411, NET0420 and what follows).
        throw AirRefusal(412, "\(url) gives no flights: \(exchange.problem ?? "a bad answer")")
      }
      for flight in flights where RemoteDesk.place(flight) != nil {
        shown.append(flight)
        note(flight, url)
      }
    }
    return shown
  }

  private static func flightsURL(_ url: String, _ edition: RemoteID) -> String {
    edition.shown(url, .area) + (edition == .v19 ? "" : "/uss/flights")
  }

  private func note(_ flight: JSONValue, _ url: String) {
    guard let id = flight["id"]?.string else { return }
    let now = provider.time.now
    seen.withLock { seen in
      if seen.count >= RemoteDesk.mostSeen {
        let limit = now.adding(seconds: -RemoteDesk.keptSeconds)
        seen = seen.filter { $0.value.at > limit }
        if seen.count >= RemoteDesk.mostSeen { seen.removeAll() }
      }
      seen[id] = (url, now)
    }
  }

  /// Where a flight is, as its provider says; nil if it does not say it as the standard has it.
  static func place(_ flight: JSONValue) -> LatLng? {
    let position = flight["current_state"]?["position"]
    guard flight["id"]?.string != nil, let lat = position?["lat"]?.double,
      let lng = position?["lng"]?.double
    else { return nil }
    let place = LatLng(latitude: lat, longitude: lng)
    return place.isValid ? place : nil
  }

  /// Who flies, as its provider says; nil for a flight that nobody saw.
  func details(_ id: String, _ edition: RemoteID) async throws -> JSONValue? {
    let now = provider.time.now
    guard let sighting = seen.withLock({ $0[id] }),
      sighting.at > now.adding(seconds: -RemoteDesk.keptSeconds)
    else { return nil }
    if sighting.url.isEmpty { return try await own(id, at: now).map { edition.details($0) } }
    // Ids come from others: a path is made of none that could lead elsewhere.
    guard id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/?#%".utf8.contains($0) }) else {
      return nil
    }
    let exchange = await provider.ask(
      .get, sighting.url, "/\(id)/details", scope: edition.readScope)
    guard exchange.isTaken else { return nil }
    return exchange.answer?.body["details"]
  }

  /// What is said of an own flight; nil if there is none of this id.
  func own(_ id: String, at now: Instant) async throws -> JSONValue? {
    try await flights(at: now).lazy.compactMap { $0.details(at: now) }
      .first { $0["id"]?.string == id }
  }

  /// Two draws in 0..<1 that hide places in a cluster: the same for the same flights.
  func shift(_ ids: [String]) -> (Double, Double) {
    let digest = Digest.of(salt, Array(ids.sorted().joined(separator: "\n").utf8)).bytes
    func draw(_ at: Int) -> Double {
      Double(digest[at..<(at + 6)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) / 0x1p48
    }
    return (draw(0), draw(8))
  }
}
