import Airspace
import Commons
import HTTPValues
import MeasureKit
import Storage

/// The interface by which InterUSS's suites make a provider plan flights as its users would
/// (flight_planning v1). Served only where tests are.
extension LowAltitudeMeasure {
  private static let plan: Scopes = [["interuss.flight_planning.plan"]]
  private static let direct: Scopes = [["interuss.flight_planning.direct_automated_test"]]

  func flightPlanningRoutes(_ routes: inout Routes, _ flights: FlightDesk) {
    let base = "/flight_planning/v1"
    let answers = RepeatedAnswers()
    routes.foreign(.get, base + "/status") { visit in
      await respond(visit, LowAltitudeMeasure.direct) { _ in
        [
          "status": "Ready", "api_name": "Flight Planning Automated Testing Interface",
          "api_version": "v0.7.0",
        ]
      }
    }
    routes.foreign(.put, base + "/flight_plans/{plan}") { visit in
      await respond(visit, LowAltitudeMeasure.plan) { _ in
        let body = try body(visit)
        return try await answers.answer(try body.neededText("request_id")) {
          try await plan(visit["plan"], body, flights, at: visit.now)
        }
      }
    }
    routes.foreign(.delete, base + "/flight_plans/{plan}") { visit in
      await respond(visit, LowAltitudeMeasure.plan) { _ in
        guard let answer = try await flights.close(plan: try AirReader.id(visit["plan"])) else {
          throw AirRefusal(404, "there is no flight plan \(visit["plan"])")
        }
        return answer.body
      }
    }
    routes.foreign(.post, base + "/clear_area_requests") { visit in
      await respond(visit, LowAltitudeMeasure.direct) { _ in
        let body = try body(visit)
        let volume = try body.neededPart("extent").volume()
        let gone = try await flights.clear(volume)
        return [
          "outcome": ["success": true, "details": ["closed": .array(gone.map(JSONValue.string))]]
        ]
      }
    }
    routes.foreign(.get, base + "/user_notifications") { visit in
      await respond(visit, LowAltitudeMeasure.plan) { _ in
        try await userNotifications(visit)
      }
    }
    routes.foreign(.get, "/versioning/versions/{system}") { visit in
      await respond(visit, [["interuss.versioning.read_system_versions"]]) { _ in
        LowAltitudeMeasure.version(of: visit["system"])
      }
    }
  }

  private func plan(
    _ id: String, _ body: AirReader, _ flights: FlightDesk, at now: Instant
  ) async throws -> JSONValue {
    let id = try AirReader.id(id)
    let style = try body.neededText("execution_style")
    let before = FlightAnswer.status(try await flights.known(plan: id)?.intent.state)
    guard style != "Hypothetical" else {
      return FlightAnswer(
        result: "NotSupported", status: before, notes: "flights are planned or not, not supposed"
      ).body
    }
    do {
      let wish = try FlightWish(id, try body.neededPart("flight_plan"), at: now)
      return try await flights.put(wish, at: now).body
    } catch let refusal as FlightWish.Refusal {
      return FlightAnswer(result: "Rejected", status: before, notes: refusal.why).body
    }
  }

  private func userNotifications(_ visit: Visit) async throws -> JSONValue {
    let found = try await notified(visit, .conflict)
    return [
      "user_notifications": .array(
        found.map { notice in
          let count = notice.body["with"]?.array?.count ?? 0
          return [
            "observed_at": JSONValue(moment: notice.at),
            "conflicts": .string(count > 1 ? "Multiple" : "Single"),
          ]
        })
    ]
  }
}

/// Answers to requests that were answered before, by their id.
final class RepeatedAnswers: Sendable {
  private let known = Locked<[String: JSONValue]>([:])
  private static let most = 10_000

  func answer(
    _ id: String, _ make: () async throws -> JSONValue
  ) async throws -> JSONValue {
    if let answer = known.withLock({ $0[id] }) { return answer }
    let answer = try await make()
    known.withLock { known in
      if known.count >= RepeatedAnswers.most { known.removeAll() }
      known[id] = answer
    }
    return answer
  }
}
