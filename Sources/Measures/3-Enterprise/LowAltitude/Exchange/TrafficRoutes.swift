import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// The DSS side of ASTM F3548-21: eleven paths.
extension LowAltitudeMeasure {
  private static let coordination = "utm.strategic_coordination"
  private static let conformance = "utm.conformance_monitoring_sa"
  private static let management = "utm.constraint_management"
  private static let processing = "utm.constraint_processing"
  private static let arbitration = "utm.availability_arbitration"

  func trafficRoutes(_ routes: inout Routes) {
    intentRoutes(&routes)
    constraintRoutes(&routes)
    subscriptionRoutes(&routes)
    availabilityRoutes(&routes)
  }

  // MARK: Operational intents

  private func intentRoutes(_ routes: inout Routes) {
    let path = "/dss/v1/operational_intent_references"
    let scopes = [[LowAltitudeMeasure.coordination], [LowAltitudeMeasure.conformance]]
    routes.foreign(.post, path + "/query") { visit in
      await respond(visit, scopes) { caller in
        let found = try await references(.intent, visit)
        return [
          "operational_intent_references": .array(
            found.entities.map { $0.intentReference(for: caller, found.availability) })
        ]
      }
    }
    routes.foreign(.get, path + "/{entity}") { visit in
      await respond(visit, scopes) { caller in
        let found = try await entity(.intent, visit["entity"])
        let availability = try await desk.store.read { try AirBook.availability($0) }
        return ["operational_intent_reference": found.intentReference(for: caller, availability)]
      }
    }
    routes.foreign(.put, path + "/{entity}") { visit in
      await respond(visit, scopes, status: 201) { try await putIntent(visit, nil, $0) }
    }
    routes.foreign(.put, path + "/{entity}/{ovn}") { visit in
      await respond(visit, scopes) { try await putIntent(visit, visit["ovn"], $0) }
    }
    versionless(&routes, path + "/{entity}", scopes)
    routes.foreign(.delete, path + "/{entity}/{ovn}") { visit in
      await respond(visit, scopes) { caller in
        let id = try AirReader.id(visit["entity"])
        let (tag, ring) = (visit["ovn"], ring)
        return try await act("intent.delete", on: .intent, id, by: caller) { old, view, context in
          try IntentDecision.delete(old, tag: tag, by: caller, ring, view, context)
        }
      }
    }
  }

  private func putIntent(
    _ visit: Visit, _ tag: String?, _ caller: AirCaller
  ) async throws -> JSONValue {
    let body = try body(visit)
    let wish = try IntentWish(body, id: visit["entity"], tag: tag, by: caller, at: visit.now)
    let decision = IntentDecision(wish: wish, caller: caller, ring: ring)
    return try await act(
      "intent.put", on: .intent, wish.id, by: caller, said: IntentWish.kept(body.value)
    ) { try decision.put($0, $1, $2) }
  }

  /// The entities in an area of interest.
  private func references(
    _ kind: AirEntity.Kind, _ visit: Visit
  ) async throws -> (entities: [AirEntity], availability: [String: String]) {
    let volume = try AskedVolume([
      try body(visit).neededPart("area_of_interest").volume()
    ]).open
    return try await desk.store.read { view in
      (try AirBook.entities(kind, in: volume, view), try AirBook.availability(view))
    }
  }

  // MARK: Constraints

  private func constraintRoutes(_ routes: inout Routes) {
    let path = "/dss/v1/constraint_references"
    let reading = [[LowAltitudeMeasure.management], [LowAltitudeMeasure.processing]]
    let writing = [[LowAltitudeMeasure.management]]
    routes.foreign(.post, path + "/query") { visit in
      await respond(visit, reading) { caller in
        let found = try await references(.constraint, visit)
        return [
          "constraint_references": .array(
            found.entities.map { $0.constraintReference(for: caller, found.availability) })
        ]
      }
    }
    routes.foreign(.get, path + "/{entity}") { visit in
      await respond(visit, reading) { caller in
        let found = try await entity(.constraint, visit["entity"])
        let availability = try await desk.store.read { try AirBook.availability($0) }
        return ["constraint_reference": found.constraintReference(for: caller, availability)]
      }
    }
    routes.foreign(.put, path + "/{entity}") { visit in
      await respond(visit, writing, status: 201) { try await putConstraint(visit, nil, $0) }
    }
    routes.foreign(.put, path + "/{entity}/{ovn}") { visit in
      await respond(visit, writing) { try await putConstraint(visit, visit["ovn"], $0) }
    }
    versionless(&routes, path + "/{entity}", writing)
    routes.foreign(.delete, path + "/{entity}/{ovn}") { visit in
      await respond(visit, writing) { caller in
        let id = try AirReader.id(visit["entity"])
        let (tag, ring) = (visit["ovn"], ring)
        return try await act(
          "constraint.delete", on: .constraint, id, by: caller
        ) { old, view, context in
          try ConstraintWish.delete(old, tag: tag, by: caller, ring, view, context)
        }
      }
    }
  }

  private func putConstraint(
    _ visit: Visit, _ tag: String?, _ caller: AirCaller
  ) async throws -> JSONValue {
    let body = try body(visit)
    let wish = try ConstraintWish(body, id: visit["entity"], tag: tag, at: visit.now)
    let ring = ring
    return try await act(
      "constraint.put", on: .constraint, wish.id, by: caller, said: body.value
    ) { try wish.put($0, by: caller, ring, $1, $2) }
  }

  // MARK: Subscriptions

  private func subscriptionRoutes(_ routes: inout Routes) {
    let path = "/dss/v1/subscriptions"
    let scopes = [[LowAltitudeMeasure.processing], [LowAltitudeMeasure.coordination]]
    routes.foreign(.post, path + "/query") { visit in
      await respond(visit, scopes) { try await ownSubscriptions(visit, $0) }
    }
    routes.foreign(.get, path + "/{subscription}") { visit in
      await respond(visit, scopes) { caller in
        let found = try await entity(.subscription, visit["subscription"])
        guard found.manager == caller.name else {
          throw AirRefusal(403, "the subscription belongs to another USS")
        }
        let dependents = try await desk.store.all(AirBook.dependents(of: found.id))
        return ["subscription": found.subscriptionRecord(dependents)]
      }
    }
    routes.foreign(.put, path + "/{subscription}") { visit in
      await respond(visit, scopes) { try await putSubscription(visit, nil, $0) }
    }
    routes.foreign(.put, path + "/{subscription}/{version}") { visit in
      await respond(visit, scopes) { try await putSubscription(visit, visit["version"], $0) }
    }
    versionless(&routes, path + "/{subscription}", scopes)
    routes.foreign(.delete, path + "/{subscription}/{version}") { visit in
      await respond(visit, scopes) { caller in
        let id = try AirReader.id(visit["subscription"])
        let tag = visit["version"]
        return try await act(
          "subscription.delete", on: .subscription, id, by: caller
        ) { old, view, _ in
          try SubscriptionWish.delete(old, tag: tag, by: caller, view)
        }
      }
    }
  }

  private func putSubscription(
    _ visit: Visit, _ tag: String?, _ caller: AirCaller
  ) async throws -> JSONValue {
    let body = try body(visit)
    let wish = try SubscriptionWish(body, id: visit["subscription"], tag: tag)
    let ring = ring
    return try await act(
      "subscription.put", on: .subscription, wish.id, by: caller, said: body.value
    ) { try wish.put($0, by: caller, ring, $1, $2) }
  }

  /// The caller's own subscriptions in an area that are not over.
  private func ownSubscriptions(_ visit: Visit, _ caller: AirCaller) async throws -> JSONValue {
    var volume = try AskedVolume([
      try body(visit).neededPart("area_of_interest").volume()
    ]).open
    volume.start = max(volume.start, visit.now)
    let asked = volume
    let records = try await desk.store.read { view in
      try AirBook.entities(.subscription, in: asked, view)
        .filter { $0.manager == caller.name }
        .map { $0.subscriptionRecord(try view.all(AirBook.dependents(of: $0.id))) }
    }
    return ["subscriptions": .array(records)]
  }

  // MARK: Availability and reports

  private func availabilityRoutes(_ routes: inout Routes) {
    let path = "/dss/v1/uss_availability/{uss}"
    let writing = [[LowAltitudeMeasure.arbitration]]
    let reading =
      writing + [[LowAltitudeMeasure.coordination], [LowAltitudeMeasure.conformance]]
    let reporting = reading + [[LowAltitudeMeasure.management], [LowAltitudeMeasure.processing]]
    routes.foreign(.get, path) { visit in
      await respond(visit, reading) { _ in
        let uss = visit["uss"]
        let found = try await desk.store.first(AirBook.find(.availability, uss))
        return AvailabilityWish.record(found, uss)
      }
    }
    routes.foreign(.put, path) { visit in
      await respond(visit, writing) { caller in
        let body = try body(visit)
        let wish = try AvailabilityWish(body, uss: visit["uss"])
        let ring = ring
        return try await act(
          "availability.put", on: .availability, wish.uss, by: caller, said: body.value
        ) { old, _, context in try wish.put(old, ring, context) }
      }
    }
    routes.foreign(.post, "/dss/v1/reports") { visit in
      await respond(visit, reporting, status: 201) { try await report(visit, $0) }
    }
  }

  /// Keeps a report of a problem in the journal, sealed, and answers with its id.
  private func report(_ visit: Visit, _ caller: AirCaller) async throws -> JSONValue {
    let body = try body(visit)
    _ = try body.neededPart("exchange")
    guard case .object(let said) = body.value else { throw AirRefusal.malformed("no report") }
    return try await act(
      "report", on: .availability, "report:" + visit.request.requestID, by: caller,
      said: body.value
    ) { _, _, context in
      var record = said
      record["report_id"] = .string(IntentDecision.freshID(context))
      return AirOutcome(changes: [], reply: .object(record), publicFields: [:])
    }
  }
}
