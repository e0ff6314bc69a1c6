import Airspace
import Books
import Commons
import Desk
import HTTPValues
import Storage

/// A DSS elsewhere, reached over HTTP with tokens, and what of the city's own is there. Of each own entity a copy is kept
/// here with its details, by one act when the DSS has answered. What is begun is on record before the DSS is asked, so
/// that an answer that never came is asked for afterwards, see ``recover(at:)``.
struct DistantExchange: Sendable {
  let measure: LowAltitudeMeasure
  let provider: AirProvider
  /// Its address, without the path of a standard.
  let base: String

  private var store: any Store { measure.desk.store }
  private var flights: FlightDesk { FlightDesk(measure: measure, provider: provider) }

  /// Seconds after which a change that was begun is asked for: longer than any answer is waited for.
  private static let patienceSeconds: Int64 = 15

  // MARK: Asking

  private static func path(_ kind: AirEntity.Kind, _ edition: RemoteID) -> String {
    switch kind {
    case .intent: "/dss/v1/operational_intent_references"
    case .constraint: "/dss/v1/constraint_references"
    default: (edition == .v19 ? "/v1" : "/rid/v2") + "/dss/identification_service_areas"
    }
  }

  /// The scope with which an entity is written.
  private static func scope(_ kind: AirEntity.Kind, _ edition: RemoteID, _ body: JSONValue)
    -> String
  {
    switch kind {
    case .intent:
      IntentWish.offNominal.contains(body["state"]?.string ?? "")
        ? "utm.conformance_monitoring_sa" : "utm.strategic_coordination"
    case .constraint: "utm.constraint_management"
    default: edition.writeScope
    }
  }

  /// Sends a request to the DSS; what it answers with success.
  ///
  /// - Throws: ``AirRefusal`` as it refuses; 503 if it does not answer.
  private func call(
    _ method: Method, _ path: String, _ scope: String, _ body: JSONValue? = nil, about id: String
  ) async throws -> JSONValue {
    let exchange = await provider.ask(method, base, path, scope: scope, body: body)
    if exchange.isTaken { return exchange.answer?.body ?? .null }
    try await flights.note([(.exchange, id, exchange.record)])
    guard let answer = exchange.answer else {
      throw AirRefusal(503, "the DSS at \(base) does not answer: \(exchange.problem ?? "")")
    }
    if answer.body["message"] != nil { throw AirRefusal(answer.status, body: answer.body) }
    throw AirRefusal(answer.status, "the DSS at \(base) answers HTTP \(answer.status)")
  }

  /// The operational intents in volumes, each as F3548-21 writes one.
  func intents(
    in volumes: [JSONValue]
  ) async throws -> (entities: [AirEntity], availability: [String: String]) {
    var (found, availability): ([String: AirEntity], [String: String]) = ([:], [:])
    for volume in volumes {
      let answer = try await call(
        .post, DistantExchange.path(.intent, .v22a) + "/query", "utm.strategic_coordination",
        ["area_of_interest": volume], about: provider.freshID())
      for item in answer["operational_intent_references"]?.array ?? [] {
        let reference = try AirReader(item, "a reference", takesPlain: provider.servesTests)
        var entity = AirEntity(
          kind: .intent, id: try AirReader.id(try reference.neededText("id")), aggregate: 0,
          manager: try reference.neededText("manager"), start: provider.time.now,
          end: provider.time.now)
        entity.url = try reference.address("uss_base_url")
        entity.state = try reference.neededText("state")
        entity.tag = try reference.text("ovn") ?? ""
        found[entity.id] = entity
        availability[entity.manager] = try reference.text("uss_availability")
      }
    }
    return (found.values.sorted { $0.id < $1.id }, availability)
  }

  /// The identification service areas in an area, `lat,lng,lat,lng,…`, now.
  func areas(in area: String, _ edition: RemoteID) async throws -> [AirEntity] {
    let now = provider.time.now
    let moment = now.rfc3339(in: .utc)
    let answer = try await call(
      .get,
      DistantExchange.path(.area, edition)
        + "?area=\(area)&earliest_time=\(moment)&latest_time=\(moment)",
      edition.readScope, about: provider.freshID())
    return try (answer["service_areas"]?.array ?? []).map { item in
      let record = try AirReader(item, "an area", takesPlain: provider.servesTests)
      var entity = AirEntity(
        kind: .area, id: try AirReader.id(try record.neededText("id")), aggregate: 0,
        manager: try record.neededText("owner"), start: now, end: now)
      entity.url = edition.kept(try record.address(edition.address(.area)))
      return entity
    }
  }

  // MARK: Changing

  /// Makes or changes an entity there, and keeps its copy here.
  func put(
    _ kind: AirEntity.Kind, _ id: String, _ tag: String?, _ body: JSONValue,
    _ edition: RemoteID, said: JSONValue, volume: AskedVolume,
    beside: @escaping ProviderExchange.Writer
  ) async throws -> JSONValue {
    try await begin(kind, id, edition, said)
    let path = DistantExchange.path(kind, edition) + "/" + id + (tag.map { "/" + $0 } ?? "")
    let reply = try await settled(kind, id) {
      try await call(.put, path, DistantExchange.scope(kind, edition, body), body, about: id)
    }
    return try await keep(kind, id, body, reply, said: said, volume: volume, beside: beside)
  }

  /// Takes an entity away there and its copy here.
  func delete(
    _ kind: AirEntity.Kind, _ id: String, _ tag: String, _ edition: RemoteID,
    beside: @escaping ProviderExchange.Writer
  ) async throws -> JSONValue {
    try await begin(kind, id, edition, .null)
    let path = DistantExchange.path(kind, edition) + "/\(id)/\(tag)"
    let reply = try await settled(kind, id) {
      do {
        return try await call(
          .delete, path, DistantExchange.scope(kind, edition, [:]), about: id)
      } catch let refusal as AirRefusal where refusal.status == 404 { return [:] }
    }
    return try await drop(kind, id, reply, beside: beside)
  }

  /// Lets the DSS answer; a refusal ends what was begun, silence does not.
  private func settled(
    _ kind: AirEntity.Kind, _ id: String, _ ask: () async throws -> JSONValue
  ) async throws -> JSONValue {
    do { return try await ask() } catch let refusal as AirRefusal
      where (400..<500).contains(refusal.status)
    {
      try await end(kind, id)
      throw refusal
    }
  }

  private func keep(
    _ kind: AirEntity.Kind, _ id: String, _ body: JSONValue, _ reply: JSONValue,
    said: JSONValue, volume: AskedVolume, beside: @escaping ProviderExchange.Writer
  ) async throws -> JSONValue {
    let (caller, ring) = (provider.caller, measure.ring)
    let record =
      reply["operational_intent_reference"] ?? reply["constraint_reference"]
      ?? reply["service_area"]
    guard let record, let tag = (record["ovn"] ?? record["version"])?.string else {
      throw AirRefusal(502, "the DSS at \(base) answers without an OVN or version")
    }
    return try await measure.act(kind.word + ".put", on: kind, id, by: caller, said: said) {
      old, view, context in
      var new = AirEntity(
        kind: kind, id: id, aggregate: context.aggregate, version: (old?.version ?? 0) + 1,
        manager: caller.name, start: context.recordedAt, end: context.recordedAt)
      new.take(volume.open)
      new.url = (body["uss_base_url"] ?? body["flights_url"])?.string ?? ""
      (new.tag, new.state) = (tag, body["state"]?.string ?? "")
      let more = try beside(reply, view, context)
      return AirOutcome(
        changes: AirBook.save(new, over: old, ring) + more.changes
          + (try DistantBook.end(kind, id, view))
          + [try DistantBook.keep(kind, id, record, view, ring)], reply: reply,
        publicFields: new.publicFields, effects: more.effects)
    }
  }

  private func drop(
    _ kind: AirEntity.Kind, _ id: String, _ reply: JSONValue,
    beside: @escaping ProviderExchange.Writer = { _, _, _ in .init() }
  ) async throws -> JSONValue {
    try await measure.act(kind.word + ".delete", on: kind, id, by: provider.caller) {
      old, view, context in
      let more = try beside(reply, view, context)
      var changes = more.changes + (try DistantBook.end(kind, id, view))
      if let old {
        changes += AirBook.remove(old) + (try ProviderExchange.leftovers(of: old, view))
      }
      return AirOutcome(
        changes: changes, reply: reply, publicFields: old?.publicFields ?? [:],
        effects: more.effects)
    }
  }

  // MARK: What was begun

  private func mark(
    _ kind: AirEntity.Kind, _ id: String, said: JSONValue,
    _ change: @escaping @Sendable (any View, Context) throws -> [Change]
  ) async throws {
    _ = try await measure.act(
      "exchange", on: .availability, "exchange:" + provider.freshID(), by: provider.caller,
      said: ["about": .string(id), "kind": .string(kind.word), "said": said]
    ) { _, view, context in
      AirOutcome(changes: try change(view, context), reply: .null, publicFields: [:])
    }
  }

  private func begin(
    _ kind: AirEntity.Kind, _ id: String, _ edition: RemoteID, _ said: JSONValue
  ) async throws {
    let ring = measure.ring
    try await mark(kind, id, said: said) { view, context in
      let change = BegunChange(
        kind: kind, id: id, edition: edition, said: said, at: context.recordedAt)
      return [DistantBook.save(change, over: try view.first(DistantBook.find(kind, id)), ring)]
    }
  }

  private func end(_ kind: AirEntity.Kind, _ id: String) async throws {
    try await mark(kind, id, said: .null) { view, _ in try DistantBook.end(kind, id, view) }
  }

  /// Finds out what became of changes whose answer never came; how many those were. What was made and nobody was told of is
  /// taken away again; what was changed is kept as it was wished; what was taken away is taken away.
  func recover(at now: Instant) async throws -> Int {
    let bound = now.adding(seconds: -DistantExchange.patienceSeconds)
    let begun = try await store.all(DistantBook.begun(before: bound))
    for change in begun { try await recover(change) }
    return begun.count
  }

  private func recover(_ change: BegunChange) async throws {
    let (kind, id) = (change.kind, change.id)
    let path = DistantExchange.path(kind, change.edition) + "/" + id
    let there: JSONValue?
    do {
      there = try await call(
        .get, path, DistantExchange.scope(kind, change.edition, [:]), about: id)
    } catch let refusal as AirRefusal where refusal.status == 404 { there = nil }
    let copy = try await store.first(AirBook.find(kind, id))
    let record =
      there?["operational_intent_reference"] ?? there?["constraint_reference"]
      ?? there?["service_area"]
    let tag = (record?["ovn"] ?? record?["version"])?.string
    switch (tag, copy) {
    case (nil, nil): try await end(kind, id)
    case (nil, _): _ = try await drop(kind, id, [:])
    case (let tag?, nil):
      _ = try await delete(kind, id, tag, change.edition) { _, _, _ in .init() }
    case (let tag?, let copy?) where tag == copy.tag: try await end(kind, id)
    case (_, .some): try await rollForward(change, there ?? .null)
    }
  }

  /// Keeps a changed entity as it was wished. Subscribers are not told again: who needs it asks.
  private func rollForward(_ change: BegunChange, _ there: JSONValue) async throws {
    let (id, said, ring) = (change.id, change.said, measure.ring)
    let isIntent = change.kind == .intent
    guard change.kind != .area, let body = isIntent ? said["intent"] : said else {
      return try await end(change.kind, id)
    }
    var volumes: [Volume4D] = []
    for item in body["extents"]?.array ?? [] { volumes.append(try AirReader(item).volume()) }
    _ = try await keep(
      change.kind, id, body, there, said: said, volume: try AskedVolume(volumes)
    ) { _, view, _ in
      var beside = ProviderExchange.Beside()
      if isIntent, let plan = said["plan"]?.string {
        let row = try view.first(OwnFlightBook.flight(id))
        let flight = OwnFlight(
          id: id, plan: plan, details: said["details"] ?? .null,
          telemetry: row?.telemetry ?? .null)
        beside.changes = [OwnFlightBook.save(flight, over: row, ring)]
      } else if let row = try view.first(OwnConstraintBook.find(id)) {
        var next = row
        next.details = ConstraintDesk.details(body["extents"] ?? [])
        beside.changes = [OwnConstraintBook.save(next, over: row, ring)]
      }
      return beside
    }
  }
}
