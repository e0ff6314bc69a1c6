import AccessTokens
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// How a request of another program is answered.
extension LowAltitudeMeasure {
  /// Scopes of which a token needs all of one of the lists.
  typealias Scopes = [[String]]

  /// Answers with JSON; whatever goes wrong is a status and a message.
  func respond(
    _ visit: Visit, _ scopes: Scopes, status: Int = 200,
    _ answer: (AirCaller) async throws -> JSONValue
  ) async -> Response {
    do {
      return .json(try await answer(try caller(visit, scopes)), status: status)
    } catch let refusal as AirRefusal {
      return .json(refusal.body, status: refusal.status)
    } catch let problem as Problem {
      // The standards know no 422 and no 415.
      let status = [415, 422].contains(problem.status) ? 400 : problem.status
      var response = Response.json(["message": .string(problem.detail.en)], status: status)
      response.addRetry(problem)
      return response
    } catch {
      var response = Response.json(
        ["message": .string(Problem.unavailable().detail.en)], status: 503)
      response.addRetry(.unavailable())
      return response
    }
  }

  /// Who calls, if the token is good and allows it.
  private func caller(_ visit: Visit, _ scopes: Scopes) throws -> AirCaller {
    let claims: TokenClaims
    do throws(TokenProblem) {
      claims = try tokens.verify(header: visit.request.headers["authorization"], at: visit.now)
    } catch { throw AirRefusal(401, error.rawValue) }
    guard scopes.contains(where: claims.scopes.isSuperset(of:)) else {
      let needed = scopes.map { $0.joined(separator: " and ") }.joined(separator: ", or ")
      throw AirRefusal(403, "the access token lacks the scope: \(needed)")
    }
    return AirCaller(name: claims.subject, scopes: claims.scopes)
  }

  /// The body of a request.
  func body(_ visit: Visit) throws -> AirReader {
    try AirReader(try visit.request.json(), takesPlain: provider?.servesTests ?? false)
  }

  /// How often an act is tried on an entity that others change meanwhile.
  private static let tries = 8

  /// Does an act on an entity, and answers when it is durable.
  ///
  /// - Parameters:
  ///   - said: what the USS sent; it stands sealed in the journal.
  ///   - decide: pure.
  func act(
    _ kind: String, on entity: AirEntity.Kind, _ id: String, by caller: AirCaller,
    said: JSONValue = .null,
    _ decide: @escaping @Sendable (AirEntity?, any View, Context) throws -> AirOutcome
  ) async throws -> JSONValue {
    let content: JSONValue = [
      "id": .string(id), "said": said, "uss": .string(caller.name),
    ]
    for attempt in 1...LowAltitudeMeasure.tries {
      let known = try await desk.store.first(AirBook.find(entity, id))
      let act = AirAct(
        kind: LowAltitudeMeasure.card.slug + "." + kind, entity: entity, id: id,
        aggregate: known?.ownAggregate, content: content, body: decide)
      do {
        return try await desk.submit(act, by: .system([LowAltitudeMeasure.exchange])).reply
      } catch let problem as Problem
        where problem.status == Problem.stale.status && attempt < LowAltitudeMeasure.tries
      {
        continue
      }
    }
    throw Problem.unavailable()
  }

  /// Declares what a deletion is answered that does not say which version it means.
  func versionless(_ routes: inout Routes, _ path: String, _ scopes: Scopes) {
    routes.foreign(.delete, path) { visit in
      await respond(visit, scopes) { _ in
        throw AirRefusal.malformed("the OVN or version is missing: it is the last part of the path")
      }
    }
  }

  /// The one entity that a query names; 404 if it is not there.
  func entity(_ kind: AirEntity.Kind, _ id: String) async throws -> AirEntity {
    let id = try AirReader.id(id)
    guard let found = try await desk.store.first(AirBook.find(kind, id)) else {
      throw AirRefusal(404, "there is nothing under the id \(id)")
    }
    return found
  }
}
