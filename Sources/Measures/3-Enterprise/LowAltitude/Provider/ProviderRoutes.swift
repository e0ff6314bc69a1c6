import AccessTokens
import Airspace
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// The USS side of ASTM F3548-21: seven paths.
extension LowAltitudeMeasure {
  private static let coordination = "utm.strategic_coordination"
  private static let conformance = "utm.conformance_monitoring_sa"
  private static let management = "utm.constraint_management"
  private static let processing = "utm.constraint_processing"
  private static let arbitration = "utm.availability_arbitration"

  func providerRoutes(_ routes: inout Routes) {
    guard let provider else { return }
    let desk = FlightDesk(measure: self, provider: provider)
    ownFlightRoutes(&routes, desk)
    noticeRoutes(&routes, desk)
    if provider.servesTests { flightPlanningRoutes(&routes, desk) }
  }

  private func ownFlightRoutes(_ routes: inout Routes, _ flights: FlightDesk) {
    let path = "/uss/v1/operational_intents/{entity}"
    routes.foreign(.get, path) { visit in
      await respond(visit, [[LowAltitudeMeasure.coordination]]) { _ in
        let known = try await ownFlight(visit["entity"], flights)
        return ["operational_intent": try await flights.told(known)]
      }
    }
    routes.foreign(.get, path + "/telemetry") { visit in
      await respond(visit, [[LowAltitudeMeasure.conformance]]) { _ in
        let known = try await ownFlight(visit["entity"], flights)
        guard IntentWish.offNominal.contains(known.intent.state) else {
          throw AirRefusal(409, "the flight keeps to its plan, so its position is not shared")
        }
        guard known.flight.telemetry != .null else {
          throw AirRefusal(412, "no position of the flight is known")
        }
        return [
          "operational_intent_id": .string(known.flight.id), "telemetry": known.flight.telemetry,
        ]
      }
    }
    routes.foreign(.get, "/uss/v1/log_sets/{set}") { visit in
      await respond(visit, LowAltitudeMeasure.everyRole) { _ in
        let id = try AirReader.id(visit["set"])
        let notices = try await desk.store.all(OwnFlightBook.notices(about: id))
        guard !notices.isEmpty else { throw AirRefusal(404, "there is no log set \(id)") }
        return LowAltitudeMeasure.logSet(notices)
      }
    }
  }

  private static let everyRole: Scopes = [
    [coordination], [processing], [management], [conformance], [arbitration],
  ]

  private func ownFlight(_ id: String, _ flights: FlightDesk) async throws -> KnownFlight {
    guard let known = try await flights.known(try AirReader.id(id)) else {
      throw AirRefusal(404, "no flight of this provider has the id \(id)")
    }
    return known
  }

  /// What is known about a flight, as F3548-21 writes a USSLogSet: the requests, and what users were told.
  private static func logSet(_ notices: [AirNotice]) -> JSONValue {
    [
      "messages": .array(notices.filter { $0.kind == .exchange }.map(\.body)),
      "operator_notifications": .array(
        notices.filter { $0.kind == .conflict }.map {
          ["time_triggered": JSONValue(moment: $0.at), "type": "conflict", "content": $0.body]
        }),
    ]
  }

  // MARK: What others send

  private func noticeRoutes(_ routes: inout Routes, _ flights: FlightDesk) {
    routes.foreign(.post, "/uss/v1/operational_intents") { visit in
      await quietly(visit, [[LowAltitudeMeasure.coordination]]) { _ in
        let body = try body(visit)
        let notice = try LowAltitudeMeasure.notice(body, "operational_intent")
        var notices: [(kind: AirNotice.Kind, subject: String, body: JSONValue)] = [
          (.intent, notice.id, body.value)
        ]
        if let value = notice.value {
          let peer = try PeerIntent(value)
          guard peer.id == notice.id else {
            throw AirRefusal.malformed("operational_intent_id is not the id of its reference")
          }
          for met in try await flights.met(by: peer) {
            notices.append((.conflict, met, FlightDesk.conflict([peer.id])))
          }
        }
        try await flights.note(notices)
      }
    }
    routes.foreign(.get, "/uss/v1/constraints/{entity}") { visit in
      await respond(visit, [[LowAltitudeMeasure.processing]]) { _ in
        let id = try AirReader.id(visit["entity"])
        let constraints = ConstraintDesk(measure: self, provider: flights.provider)
        guard let told = try await constraints.told(id) else {
          throw AirRefusal(404, "no constraint of this provider has the id \(id)")
        }
        return ["constraint": told]
      }
    }
    routes.foreign(.post, "/uss/v1/constraints") { visit in
      await quietly(visit, [[LowAltitudeMeasure.management]]) { _ in
        let body = try body(visit)
        let notice = try LowAltitudeMeasure.notice(body, "constraint")
        if let value = notice.value {
          let constraint = try AirReader(value, "the constraint")
          let reference = try constraint.neededPart("reference")
          guard try AirReader.id(try reference.neededText("id")) == notice.id else {
            throw AirRefusal.malformed("constraint_id is not the id of its reference")
          }
          for item in try constraint.neededPart("details").list("volumes") ?? [] {
            _ = try AirReader(item, "a volume").volume()
          }
        }
        try await flights.note([(.constraint, notice.id, body.value)])
      }
    }
    routes.foreign(.post, "/uss/v1/reports") { visit in
      await respond(visit, LowAltitudeMeasure.everyRole, status: 201) { _ in
        let body = try body(visit)
        let exchange = try body.neededPart("exchange")
        for member in ["url", "method", "recorder_role"] {
          _ = try exchange.neededText(member)
        }
        guard var record = body.value.object else { throw AirRefusal.malformed("no report") }
        let id = flights.provider.freshID()
        record["report_id"] = .string(id)
        try await flights.note([(.report, id, .object(record))])
        return .object(record)
      }
    }
  }

  /// Answers a notification: 204 if it is kept.
  private func quietly(
    _ visit: Visit, _ scopes: Scopes, _ take: (AirCaller) async throws -> Void
  ) async -> Response {
    let response = await respond(visit, scopes, status: 204) { caller in
      try await take(caller)
      return .null
    }
    return response.status == 204 ? Response(204) : response
  }

  /// The id and the entity, absent if it is gone, of a notification.
  private static func notice(
    _ body: AirReader, _ entity: String
  ) throws -> (id: String, value: JSONValue?) {
    let id = try AirReader.id(try body.neededText(entity + "_id"))
    guard let subscriptions = try body.list("subscriptions"), !subscriptions.isEmpty else {
      throw AirRefusal.malformed("subscriptions are missing")
    }
    for item in subscriptions {
      let subscription = try AirReader(item, "a subscription")
      _ = try AirReader.id(try subscription.neededText("subscription_id"))
      guard let index = item["notification_index"]?.integer, index >= 0 else {
        throw AirRefusal.malformed("notification_index must be an integer from 0")
      }
    }
    return (id, try body.part(entity)?.value)
  }
}

extension FlightDesk {
  /// Our flights that another one meets.
  func met(by peer: PeerIntent) async throws -> [String] {
    let area = try AskedVolume(peer.volumes).open
    let near = try await measure.desk.store.read { try AirBook.entities(.intent, in: area, $0) }
    var met: [String] = []
    for intent in near where intent.manager == provider.name && intent.id != peer.id {
      guard let known = try await known(intent.id),
        VolumeContact.meet(try known.volumes(), peer.volumes)
      else { continue }
      met.append(intent.id)
    }
    return met
  }
}
