import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// The DSS side of remote identification after ASTM F3411, in its editions of 2019 and 2022.
extension LowAltitudeMeasure {
  /// The scopes of an edition.
  private struct Rights {
    let readAreas: Scopes
    let writeAreas: Scopes
    let subscribe: Scopes
    let readSubscription: Scopes

    init(_ edition: RemoteID) {
      switch edition {
      case .v19:
        let (read, write) = (
          "dss.read.identification_service_areas", "dss.write.identification_service_areas"
        )
        (readAreas, writeAreas, subscribe) = ([[read]], [[write]], [[read]])
        readSubscription = [[read], [write]]
      case .v22a:
        let (display, service) = ("rid.display_provider", "rid.service_provider")
        (readAreas, writeAreas, subscribe) = ([[display]], [[service]], [[display]])
        readSubscription = [[display], [service]]
      }
    }
  }

  func remoteRoutes(_ routes: inout Routes) {
    for (edition, base) in [(RemoteID.v19, "/v1/dss"), (.v22a, "/rid/v2/dss")] {
      areaRoutes(&routes, edition, base + "/identification_service_areas")
      areaSubscriptionRoutes(&routes, edition, base + "/subscriptions")
    }
  }

  private func areaRoutes(_ routes: inout Routes, _ edition: RemoteID, _ path: String) {
    let rights = Rights(edition)
    routes.foreign(.get, path) { visit in
      await respond(visit, rights.readAreas) { _ in
        let areas = try await areas(visit)
        return ["service_areas": .array(areas.map { $0.areaRecord(edition) })]
      }
    }
    routes.foreign(.get, path + "/{id}") { visit in
      await respond(visit, rights.readAreas) { _ in
        ["service_area": try await entity(.area, visit["id"]).areaRecord(edition)]
      }
    }
    changes(&routes, edition, .area, path, rights.writeAreas)
  }

  private func areaSubscriptionRoutes(
    _ routes: inout Routes, _ edition: RemoteID, _ path: String
  ) {
    let rights = Rights(edition)
    routes.foreign(.get, path) { visit in
      await respond(visit, rights.subscribe) { caller in
        let cells = try RemoteID.area(visit.request.query["area"])
        let volume = AirVolume(
          cells: cells, lower: nil, upper: nil, start: visit.now, end: AskedVolume.always.1)
        let found = try await desk.store.read {
          try AirBook.entities(.areaSubscription, in: volume, $0)
        }
        return [
          "subscriptions": .array(
            found.filter { $0.manager == caller.name }
              .map { $0.areaSubscriptionRecord(edition) })
        ]
      }
    }
    routes.foreign(.get, path + "/{id}") { visit in
      await respond(visit, rights.readSubscription) { _ in
        let found = try await entity(.areaSubscription, visit["id"])
        return ["subscription": found.areaSubscriptionRecord(edition)]
      }
    }
    changes(&routes, edition, .areaSubscription, path, rights.subscribe)
  }

  private func changes(
    _ routes: inout Routes, _ edition: RemoteID, _ kind: AirEntity.Kind, _ path: String,
    _ scopes: Scopes
  ) {
    routes.foreign(.put, path + "/{id}") { visit in
      await respond(visit, scopes) { try await put(visit, edition, kind, nil, $0) }
    }
    routes.foreign(.put, path + "/{id}/{version}") { visit in
      await respond(visit, scopes) { try await put(visit, edition, kind, visit["version"], $0) }
    }
    versionless(&routes, path + "/{id}", scopes)
    routes.foreign(.delete, path + "/{id}/{version}") { visit in
      await respond(visit, scopes) { caller in
        let id = try AirReader.id(visit["id"])
        let (tag, ring) = (try RemoteID.version(visit["version"]), ring)
        return try await act(
          LowAltitudeMeasure.noun(kind) + ".delete", on: kind, id, by: caller
        ) { old, view, context in
          try AreaWish.delete(old, tag: tag, edition, by: caller, ring, view, context)
        }
      }
    }
  }

  private static func noun(_ kind: AirEntity.Kind) -> String {
    kind == .area ? "area" : "subscription"
  }

  private func put(
    _ visit: Visit, _ edition: RemoteID, _ kind: AirEntity.Kind, _ tag: String?,
    _ caller: AirCaller
  ) async throws -> JSONValue {
    let body = try body(visit)
    let wish = try AreaWish(body, edition, kind, id: visit["id"], tag: tag)
    let ring = ring
    return try await act(
      LowAltitudeMeasure.noun(kind) + ".put", on: kind, wish.id, by: caller, said: body.value
    ) { try wish.put($0, by: caller, ring, $1, $2) }
  }

  /// The areas around a polygon that are not over, in the time that is asked for.
  private func areas(_ visit: Visit) async throws -> [AirEntity] {
    let query = visit.request.query
    let cells = try RemoteID.area(query["area"])
    let start = try query["earliest_time"].map { try AirReader.moment($0, "earliest_time") }
    let end = try query["latest_time"].map { try AirReader.moment($0, "latest_time") }
    let volume = AirVolume(
      cells: cells, lower: nil, upper: nil, start: max(start ?? visit.now, visit.now),
      end: end ?? AskedVolume.always.1)
    return try await desk.store.read { try AirBook.entities(.area, in: volume, $0) }
  }
}
