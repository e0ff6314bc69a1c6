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
    for path in ["pool", "pool/dss_instances", "configuration/global_options"] {
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
        .json(LowAltitudeMeasure.noPool.body, status: LowAltitudeMeasure.noPool.status)
      }
    }
  }

  private static let version = "tequ/0.1.0"
  private static let noPool = AirRefusal(
    501, "this DSS is one store: it has no pool of stores and no certificates of its own")
}
