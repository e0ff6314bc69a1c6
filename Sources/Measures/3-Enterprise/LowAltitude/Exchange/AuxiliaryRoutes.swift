import AccessTokens
import Commons
import HTTPValues
import MeasureKit

/// What InterUSS adds to the standards (`/aux/v1`): which version runs, whether a token is good.
extension LowAltitudeMeasure {
  func auxiliaryRoutes(_ routes: inout Routes) {
    routes.foreign(.get, "/aux/v1/version") { _ in
      .json(["version": .string(LowAltitudeMeasure.version)])
    }
    let owners = [
      ["dss.read.identification_service_areas"], ["dss.write.identification_service_areas"],
    ]
    routes.foreign(.get, "/aux/v1/validate_oauth") { visit in
      await respond(visit, owners) { caller in
        if let owner = visit.request.query["owner"], owner != caller.name {
          throw AirRefusal(403, "the token is of \(caller.name), not of \(owner)")
        }
        return [:]
      }
    }
    // One store holds the whole pool, whatever serves from it; there is no pool of stores to describe.
    routes.foreign(.get, "/aux/v1/pool") { visit in
      // Without a name of the pool: there is none other to take it for.
      await respond(visit, [["interuss.pool_status.read"]]) { _ in [:] }
    }
    routes.foreign(.get, "/versions/{system}") { visit in
      await respond(visit, [["interuss.versioning.read_system_versions"]]) { _ in
        LowAltitudeMeasure.version(of: visit["system"])
      }
    }
    for path in ["pool/dss_instances", "configuration/global_options"] {
      routes.foreign(.get, "/aux/v1/" + path) { visit in
        await respond(visit, [["interuss.pool_status.read"]]) { _ in
          throw LowAltitudeMeasure.noPool
        }
      }
    }
    routes.foreign(.put, "/aux/v1/pool/dss_instances/heartbeat") { visit in
      await respond(visit, [["interuss.pool_status.heartbeat.write"]]) { _ in
        throw LowAltitudeMeasure.noPool
      }
    }
    for path in ["accepted_ca_certs", "ca_certs"] {
      routes.foreign(.get, "/aux/v1/configuration/" + path) { _ in
        .json(["CAs": []])
      }
    }
  }

  /// Gives a token to whoever asks, as the dummy authorisation server of InterUSS does: for tests, where
  /// the city was started so.
  func tokenRoutes(_ routes: inout Routes) {
    guard let issuer else { return }
    routes.foreign(.get, "/token") { visit in
      let query = visit.request.query
      guard let audience = query["intended_audience"], !audience.isEmpty else {
        return .json(["message": "intended_audience is missing"], status: 400)
      }
      let scopes = (query["scope"] ?? "").split(separator: " ").map(String.init)
      let token = try issuer.token(
        for: query["sub"] ?? "uss_noauth", scopes: scopes, audience: audience, at: visit.now,
        id: visit.freshKey)
      return .json([
        "access_token": .string(token), "token_type": "Bearer",
        "expires_in": .integer(TokenIssuer.lifeSeconds),
      ])
    }
  }

  private static let version = "tequ/0.1.0"

  /// The version in the form of InterUSS's versioning interface.
  static func version(of system: String) -> JSONValue {
    ["system_identity": .string(system), "system_version": .string(version)]
  }

  private static let noPool = AirRefusal(
    501, "this DSS is one store: it has no pool of stores and no certificates of its own")
}
