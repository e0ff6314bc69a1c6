import AccessTokens
import Books
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// What InterUSS adds to the standards (`/aux/v1`): which version runs, whether a token is good, who is
/// in the pool.
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
    poolRoutes(&routes)
    routes.foreign(.get, "/versions/{system}") { visit in
      await respond(visit, [["interuss.versioning.read_system_versions"]]) { _ in
        LowAltitudeMeasure.version(of: visit["system"])
      }
    }
    // Nodes are known to the store by its own log-ins; no certificate of another node is taken.
    for path in ["accepted_ca_certs", "ca_certs"] {
      routes.foreign(.get, "/aux/v1/configuration/" + path) { _ in
        .json(["CAs": []])
      }
    }
  }

  /// The pool. A store is one instance and one representation of the airspace, however many nodes serve it.
  private func poolRoutes(_ routes: inout Routes) {
    let reading = [["interuss.pool_status.read"]]
    routes.foreign(.get, "/aux/v1/pool") { visit in
      await respond(visit, reading) { _ in ["dar_id": .string(representation)] }
    }
    routes.foreign(.get, "/aux/v1/pool/dss_instances") { visit in
      await respond(visit, reading) { _ in
        instances(try await desk.store.first(AirBook.find(.instance, Heartbeat.instance)))
      }
    }
    routes.foreign(.get, "/aux/v1/configuration/global_options") { visit in
      await respond(visit, reading) { _ in
        [
          "scd_global_lock": false, "scd_hash_lock": false,
          "time_based_notification_index": false,
        ]
      }
    }
    let writing = [["interuss.pool_status.heartbeat.write"]]
    routes.foreign(.put, "/aux/v1/pool/dss_instances/heartbeat") { visit in
      await respond(visit, writing, status: 201) { caller in
        let beat = try Heartbeat(visit.request.query, at: visit.now)
        let ring = ring
        let reply = try await act(
          "instance.heartbeat", on: .instance, Heartbeat.instance, by: caller, said: beat.said
        ) { try beat.put($0, by: caller, ring, $2) }
        return instances(reply)
      }
    }
  }

  /// The same for all nodes of a store, another for every store; it follows from a secret, and tells none.
  private var representation: String {
    Hex.encode(ring.secret(for: "airspace representation").prefix(16))
  }

  private func instances(_ entity: AirEntity?) -> JSONValue {
    instances(entity.map(Heartbeat.record) ?? .null)
  }

  private func instances(_ heartbeat: JSONValue) -> JSONValue {
    var instance: [String: JSONValue] = ["id": .string(Heartbeat.instance)]
    if heartbeat != .null { instance["most_recent_heartbeat"] = heartbeat }
    return ["dss_instances": [.object(instance)]]
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
}

/// A word of the operator that the exchange works (InterUSS, auxiliary interface).
private struct Heartbeat: Sendable {
  let source: String
  let timestamp: Instant
  let next: Instant?

  /// What the exchange is called in its pool.
  static let instance = "tequ"

  init(_ query: QueryItems, at now: Instant) throws(AirRefusal) {
    func moment(_ name: String) throws(AirRefusal) -> Instant? {
      guard let text = query[name], !text.isEmpty else { return nil }
      return try AirReader.moment(text, name)
    }
    guard let source = query["source"], !source.isEmpty, source.utf8.count <= 256 else {
      throw .malformed("source is missing or longer than 256 bytes")
    }
    self.source = source
    timestamp = try moment("timestamp") ?? now
    next = try moment("next_heartbeat_expected_before")
    if let next, next < timestamp {
      throw .malformed("next_heartbeat_expected_before is before the heartbeat")
    }
  }

  var said: JSONValue {
    ["source": .string(source), "timestamp": .string(timestamp.rfc3339(in: .utc))]
  }

  func put(
    _ old: AirEntity?, by caller: AirCaller, _ ring: KeyRing, _ context: Context
  ) throws -> AirOutcome {
    var new = AirEntity(
      kind: .instance, id: Heartbeat.instance, aggregate: context.aggregate, version: 1,
      manager: caller.name, start: timestamp, end: next ?? timestamp)
    (new.state, new.notices) = (source, (old?.notices ?? -1) + 1)
    new.options = next == nil ? [] : .hasNext
    return AirOutcome(
      changes: AirBook.save(new, over: old, ring), reply: Heartbeat.record(new),
      publicFields: ["index": .integer(new.notices)])
  }

  static func record(_ entity: AirEntity) -> JSONValue {
    var members: [String: JSONValue] = [
      "timestamp": .string(entity.start.rfc3339(in: .utc)), "reporter": .string(entity.manager),
      "source": .string(entity.state), "index": .integer(entity.notices),
    ]
    if entity.options.contains(.hasNext) {
      members["next_heartbeat_expected_before"] = .string(entity.end.rfc3339(in: .utc))
    }
    return .object(members)
  }
}

extension AirEntity.Options {
  /// The end is when the next heartbeat is expected.
  fileprivate static let hasNext = AirEntity.Options(rawValue: 8)
}
