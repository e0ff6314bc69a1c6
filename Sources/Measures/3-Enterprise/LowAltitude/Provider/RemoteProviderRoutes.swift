import Airspace
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// The USS side of ASTM F3411: flights for display providers, notices for the city as one of them. Both
/// editions are served at the same addresses; the scope of the token tells which one is spoken.
extension LowAltitudeMeasure {
  func remoteProviderRoutes(_ routes: inout Routes) {
    guard let provider else { return }
    let remote = RemoteDesk(measure: self, provider: provider)
    let reading: Scopes = [[RemoteID.v22a.readScope], [RemoteID.v19.readScope]]
    routes.foreign(.get, "/uss/flights") { visit in
      await respond(visit, reading) { caller in
        let edition = LowAltitudeMeasure.edition(caller, \.readScope)
        let view = try RemoteView(visit.request.query["view"])
        guard view.diagonalKilometres <= edition.widestKilometres else {
          throw AirRefusal(413, "the view is wider than \(edition.widestKilometres) km")
        }
        let recent = try LowAltitudeMeasure.recentSeconds(visit.request.query, edition)
        let flights = try await remote.flights(at: visit.now)
        return [
          "timestamp": edition.moment(visit.now),
          "flights": .array(
            flights.compactMap {
              edition.flight($0, in: view, recentSeconds: recent, at: visit.now)
            }),
        ]
      }
    }
    routes.foreign(.get, "/uss/flights/{flight}/details") { visit in
      await respond(visit, reading) { caller in
        let edition = LowAltitudeMeasure.edition(caller, \.readScope)
        guard let details = try await remote.own(visit["flight"], at: visit.now) else {
          throw AirRefusal(404, "no flight of this provider has the id \(visit["flight"])")
        }
        return ["details": edition.details(details)]
      }
    }
    areaNoticeRoute(&routes, remote)
    if provider.servesTests {
      for (edition, name) in [(RemoteID.v19, "v19"), (.v22a, "v22a")] {
        injectionRoutes(&routes, remote, edition, "/rid_injection/" + name)
        observationRoutes(&routes, remote, edition, "/rid_observation/" + name)
      }
    }
  }

  private static func edition(
    _ caller: AirCaller, _ scope: KeyPath<RemoteID, String>
  ) -> RemoteID {
    caller.scopes.contains(RemoteID.v22a[keyPath: scope]) ? .v22a : .v19
  }

  private static func recentSeconds(
    _ query: QueryItems, _ edition: RemoteID
  ) throws(AirRefusal) -> Double {
    if edition == .v19 {
      return query["include_recent_positions"]?.lowercased() == "true" ? 60 : 0
    }
    guard let text = query["recent_positions_duration"] else { return 0 }
    guard let seconds = Double(text), (0...60).contains(seconds) else {
      throw .malformed("recent_positions_duration must be from 0 to 60 seconds")
    }
    return seconds
  }

  /// Another service provider tells of an area. Who looks here asks the DSS each time, so that the notice is
  /// only kept.
  private func areaNoticeRoute(_ routes: inout Routes, _ remote: RemoteDesk) {
    let writing: Scopes = [[RemoteID.v22a.writeScope], [RemoteID.v19.writeScope]]
    routes.foreign(.post, "/uss/identification_service_areas/{id}") { visit in
      let response = await respond(visit, writing, status: 204) { _ in
        let id = try AirReader.id(visit["id"])
        let body = try body(visit)
        guard let subscriptions = try body.list("subscriptions"), !subscriptions.isEmpty else {
          throw AirRefusal.malformed("subscriptions are missing")
        }
        for item in subscriptions {
          let subscription = try AirReader(item, "a subscription")
          _ = try AirReader.id(try subscription.neededText("subscription_id"))
        }
        let flights = FlightDesk(measure: self, provider: remote.provider)
        try await flights.note([(.area, id, body.value)])
        return .null
      }
      return response.status == 204 ? Response(204) : response
    }
  }

  // MARK: Tests

  private static let injecting: Scopes = [["rid.inject_test_data"]]

  /// The interface by which InterUSS's suites make aircraft report (rid injection v1).
  private func injectionRoutes(
    _ routes: inout Routes, _ remote: RemoteDesk, _ edition: RemoteID, _ base: String
  ) {
    routes.foreign(.put, base + "/tests/{test}") { visit in
      await respond(visit, LowAltitudeMeasure.injecting) { _ in
        let id = try AirReader.id(visit["test"])
        let flights = try body(visit).list("requested_flights") ?? []
        let group = try await remote.put(id, .array(flights), edition, at: visit.now)
        return ["injected_flights": group.flights, "version": .string(group.version)]
      }
    }
    routes.foreign(.delete, base + "/tests/{test}/{version}") { visit in
      await respond(visit, LowAltitudeMeasure.injecting) { _ in
        let id = try AirReader.id(visit["test"])
        guard let group = try await desk.store.first(RemoteBook.find(id)),
          group.version == visit["version"]
        else { throw AirRefusal(404, "there is no such test in this version") }
        try await remote.remove(group, edition)
        return ["injected_flights": group.flights, "version": .string(group.version)]
      }
    }
    routes.foreign(.get, base + "/user_notifications") { visit in
      await respond(visit, LowAltitudeMeasure.injecting) { _ in
        let found = try await notified(visit, .operator)
        return [
          "user_notifications": .array(
            found.map {
              ["observed_at": JSONValue(moment: $0.at), "message": $0.body["message"] ?? ""]
            })
        ]
      }
    }
  }

  /// What users were told in the time that a query names.
  func notified(_ visit: Visit, _ kind: AirNotice.Kind) async throws -> [AirNotice] {
    let query = visit.request.query
    guard let after = query["after"] else { throw AirRefusal.malformed("after is missing") }
    let from = try AirReader.moment(after, "after")
    let to = try query["before"].map { try AirReader.moment($0, "before") } ?? visit.now
    guard from <= to else { throw AirRefusal.malformed("before is earlier than after") }
    return try await desk.store.all(
      OwnFlightBook.notices(kind, from: from, to: min(to, visit.now)))
  }

  /// The interface by which the suites look at what users of a display provider see (rid observation v1).
  private func observationRoutes(
    _ routes: inout Routes, _ remote: RemoteDesk, _ edition: RemoteID, _ base: String
  ) {
    let looking: Scopes = [[RemoteID.v19.readScope]]
    routes.foreign(.get, base + "/display_data") { visit in
      await respond(visit, looking) { _ in
        let view = try RemoteView(visit.request.query["view"])
        guard view.diagonalKilometres <= edition.widestKilometres else {
          throw AirRefusal(413, "the view is wider than \(edition.widestKilometres) km")
        }
        let flights = try await remote.look(view, edition, at: visit.now)
        if view.diagonalKilometres <= edition.detailedKilometres {
          return ["flights": .array(flights.map { LowAltitudeMeasure.observed($0, view) })]
        }
        guard !flights.isEmpty else { return ["clusters": []] }
        let draws = remote.shift(flights.compactMap { $0["id"]?.string })
        return [
          "clusters": [
            RemoteCluster.written(flights.compactMap(RemoteDesk.place), in: view, draws)
          ]
        ]
      }
    }
    routes.foreign(.get, base + "/display_data/{flight}") { visit in
      await respond(visit, looking) { _ in
        guard let details = try await remote.details(visit["flight"], edition) else {
          throw AirRefusal(404, "the flight \(visit["flight"]) was not seen here")
        }
        return LowAltitudeMeasure.observed(details)
      }
    }
  }

  private static func rounded(_ value: JSONValue?, _ step: Double) -> JSONValue? {
    value?.double.map { .number(($0 / step).rounded() * step) }
  }

  /// A flight as users see it. Speed, course and height are no finer than F3411 asks.
  private static func observed(_ flight: JSONValue, _ view: RemoteView) -> JSONValue {
    let state = flight["current_state"]
    var current: [String: JSONValue] = [:]
    for member in ["timestamp_accuracy", "operational_status", "speed_accuracy", "vertical_speed"] {
      current[member] = state?[member]
    }
    current["timestamp"] = state?["timestamp"]?["value"] ?? state?["timestamp"]
    current["track"] = rounded(state?["track"], 1)
    current["speed"] = rounded(state?["speed"], 0.25)
    var position = state?["position"]?.object ?? [:]
    position["extrapolated"] = nil
    position["pressure_altitude"] = nil
    if var height = (position["height"] ?? state?["height"])?.object {
      height["distance"] = rounded(height["distance"], 1)
      position["height"] = .object(height)
    }
    let recent = flight["recent_positions"]?.array ?? []
    return [
      "id": flight["id"] ?? "", "aircraft_type": flight["aircraft_type"] ?? "NotDeclared",
      "current_state": .object(current), "most_recent_position": .object(position),
      "recent_paths": .array(paths(recent.compactMap { $0["position"] }, view)),
    ]
  }

  /// Positions in pieces that lie in the view, each with the positions just before and after it.
  private static func paths(_ positions: [JSONValue], _ view: RemoteView) -> [JSONValue] {
    var (paths, current): ([JSONValue], [JSONValue]) = ([], [])
    var previous: JSONValue?
    func close() {
      if !current.isEmpty { paths.append(["positions": .array(current)]) }
      current = []
    }
    for position in positions {
      let short = JSONValue.object(
        (position.object ?? [:]).filter { ["lat", "lng", "alt"].contains($0.key) })
      guard let lat = short["lat"]?.double, let lng = short["lng"]?.double else { continue }
      if view.contains(LatLng(latitude: lat, longitude: lng)) {
        if current.isEmpty, let previous { current.append(previous) }
        current.append(short)
      } else if !current.isEmpty {
        current.append(short)
        close()
      }
      previous = short
    }
    close()
    return paths
  }

  /// Who flies, as users see it.
  private static func observed(_ details: JSONValue) -> JSONValue {
    let place = details["operator_location"]
    var who: [String: JSONValue] = [:]
    who["id"] = details["operator_id"]
    who["location"] = place?["position"] ?? place
    if let metres = place?["altitude"]?["value"] {
      var altitude: [String: JSONValue] = ["altitude": metres]
      altitude["altitude_type"] = place?["altitude_type"]
      who["altitude"] = .object(altitude)
    }
    let uas = details["uas_id"]
    let names = ["serial_number", "registration_id", "utm_id", "specific_session_id"]
      .compactMap { uas?[$0]?.string }
    let plain = [details["serial_number"], details["registration_number"]]
      .compactMap { $0?.string }
    var aircraft: [String: JSONValue] = [:]
    aircraft["id"] = (names + plain).first { !$0.isEmpty }.map(JSONValue.string)
    aircraft["eu_classification"] = details["eu_classification"]
    return ["operator": .object(who), "uas": .object(aircraft)]
  }
}
