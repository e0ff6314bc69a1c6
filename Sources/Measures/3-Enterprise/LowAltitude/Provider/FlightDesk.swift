import Airspace
import Commons
import Desk
import HTTPValues
import Storage

/// What came of a wish about a flight.
struct FlightAnswer: Sendable {
  /// As the flight-planning interface calls it: Completed, Rejected or Failed.
  let result: String
  /// NotPlanned, Planned, OkToFly, OffNominal or Closed.
  let status: String
  /// Why, if it was not done; what went wrong beside, if it was.
  var notes: String?
  /// The operational intent, where there is one.
  var id: String?

  var body: JSONValue {
    var members: [String: JSONValue] = [
      "planning_result": .string(result), "flight_plan_status": .string(status),
    ]
    members["notes"] = notes.map(JSONValue.string)
    return .object(members)
  }

  /// What users call the state of an operational intent.
  static func status(_ state: String?) -> String {
    switch state {
    case nil: "NotPlanned"
    case "Accepted": "Planned"
    case "Activated": "OkToFly"
    default: "OffNominal"
    }
  }
}

/// A flight of ours and its operational intent, as they stand.
struct KnownFlight: Sendable {
  let flight: OwnFlight
  let intent: AirEntity

  /// All its volumes; what we keep is what we checked.
  func volumes() throws -> [Volume4D] {
    let details = try AirReader(flight.details, "details")
    return try PeerIntent.volumes(try details.list("volumes") ?? [])
      + PeerIntent.volumes(try details.list("off_nominal_volumes") ?? [])
  }
}

/// Plans flights of the city among those of all providers, as F3548-21 asks of a USS: it looks who is there
/// already (SCD0035 and what follows), keeps its intent in the DSS and its details by one act, and has whoever
/// subscribed told (USS0005).
struct FlightDesk: Sendable {
  let measure: LowAltitudeMeasure
  let provider: AirProvider

  private var desk: CommandDesk { measure.desk }
  private var exchange: ProviderExchange { ProviderExchange(measure: measure, provider: provider) }
  private static let tries = 4
  private static let coordination = "utm.strategic_coordination"

  // MARK: Looking

  func known(plan: String) async throws -> KnownFlight? {
    try await desk.store.read { view in
      guard let flight = try view.first(OwnFlightBook.flight(plan: plan)),
        let intent = try view.first(AirBook.find(.intent, flight.id))
      else { return nil }
      return KnownFlight(flight: flight, intent: intent)
    }
  }

  func known(_ id: String) async throws -> KnownFlight? {
    try await desk.store.read { view in
      guard let flight = try view.first(OwnFlightBook.flight(id)),
        let intent = try view.first(AirBook.find(.intent, id))
      else { return nil }
      return KnownFlight(flight: flight, intent: intent)
    }
  }

  /// An intent of ours as other providers are told of it.
  func told(_ known: KnownFlight) async throws -> JSONValue {
    let caller = provider.caller
    let reference = try await desk.store.read { view in
      try view.first(DistantBook.reference(.intent, known.flight.id))
        ?? known.intent.intentReference(for: caller, try AirBook.availability(view))
    }
    return ["reference": reference, "details": known.flight.details]
  }

  /// Another flight, as far as planning needs to know it.
  private struct Other {
    let id: String
    let manager: String
    /// Nil if its provider is down, so that nobody can ask.
    let ovn: String?
    let state: String
    let priority: Int64
    let volumes: [Volume4D]
  }

  /// The other flights in the cells of a wish. Throws ``FlightWish/Refusal`` if one cannot be known.
  private func others(
    _ wish: FlightWish, _ own: String?, _ exchanges: inout [AirExchange]
  ) async throws -> [Other] {
    let found = try await exchange.intents(in: wish.volumes, wish.written)
    var others: [Other] = []
    for intent in found.entities where intent.id != own {
      if intent.manager == provider.name {
        guard let known = try await known(intent.id) else { continue }
        let details = try AirReader(known.flight.details)
        others.append(
          Other(
            id: intent.id, manager: intent.manager, ovn: known.intent.tag, state: intent.state,
            priority: try PeerIntent.priority(details), volumes: try known.volumes()))
        continue
      }
      let exchange = await provider.ask(
        .get, intent.url, "/uss/v1/operational_intents/" + intent.id,
        scope: FlightDesk.coordination)
      exchanges.append(exchange)
      let isDown = found.availability[intent.manager] == "Down"
      if let other = try FlightDesk.other(intent, exchange, isDown: isDown, wish) {
        others.append(other)
      }
    }
    return others
  }

  private static func other(
    _ intent: AirEntity, _ exchange: AirExchange, isDown: Bool, _ wish: FlightWish
  ) throws -> Other? {
    guard exchange.isTaken, let body = exchange.answer?.body else {
      guard isDown else {
        throw FlightWish.Refusal(
          "\(intent.manager) gives no details of its flight \(intent.id): "
            + (exchange.problem ?? "HTTP \(exchange.answer?.status ?? 0)"))
      }
      // A provider that is down cannot be asked: what it only planned gives way to all, what flies gives
      // way to nothing (F3548-21, SCD0005 and SCD0010).
      return intent.state == "Accepted"
        ? nil
        : Other(
          id: intent.id, manager: intent.manager, ovn: nil, state: intent.state,
          priority: .max, volumes: wish.volumes)
    }
    do throws(AirRefusal) {
      let intentBody = body["operational_intent"] ?? .null
      let peer = try PeerIntent(intentBody)
      guard peer.id == intent.id else { throw .malformed("it is another operational intent") }
      return Other(
        id: peer.id, manager: intent.manager, ovn: peer.ovn, state: peer.state,
        priority: peer.priority, volumes: peer.volumes)
    } catch {
      throw FlightWish.Refusal(
        "what \(intent.manager) says of its flight \(intent.id) is not as the standard has it: "
          + (error.body["message"]?.string ?? ""))
    }
  }

  /// Which flights of lower priority the wish meets. Throws ``FlightWish/Refusal`` for one that may not be
  /// met: priority goes first, and among equals whoever was there first.
  private func conflicts(
    _ wish: FlightWish, _ old: KnownFlight?, _ others: [Other]
  ) throws -> [String] {
    var met: [String] = []
    for other in others where VolumeContact.meet(wish.volumes, other.volumes) {
      if wish.priority > other.priority {
        met.append(other.id)
        continue
      }
      // Two that fly and meet already may change, or neither could ever leave.
      if old?.intent.state == "Activated", other.state == "Activated", let old,
        VolumeContact.meet(try old.volumes(), other.volumes)
      {
        continue
      }
      throw FlightWish.Refusal(
        "it meets the flight \(other.id) of \(other.manager), whose priority \(other.priority) "
          + "is not below its own \(wish.priority)")
    }
    return met
  }

  // MARK: Acting

  /// Plans a flight or changes it.
  func put(_ wish: FlightWish, at now: Instant) async throws -> FlightAnswer {
    _ = try? await exchange.recover(at: now)
    let old = try await known(plan: wish.plan)
    let before = FlightAnswer.status(old?.intent.state)
    var exchanges: [AirExchange] = []
    var answer: FlightAnswer
    do {
      try wish.check(from: old?.intent.state, at: now)
      answer = try await tryPut(wish, old, &exchanges)
    } catch let refusal as FlightWish.Refusal {
      answer = FlightAnswer(result: "Rejected", status: before, notes: refusal.why)
    } catch let refusal as AirRefusal {
      answer = FlightAnswer(
        result: "Failed", status: before, notes: refusal.body["message"]?.string)
    }
    let subject = answer.id ?? old?.flight.id ?? wish.plan
    try await note(exchanges.map { (.exchange, subject, $0.record) })
    return answer
  }

  private func tryPut(
    _ wish: FlightWish, _ old: KnownFlight?, _ exchanges: inout [AirExchange]
  ) async throws -> FlightAnswer {
    for attempt in 1...FlightDesk.tries {
      var (key, met): ([String], [String]) = ([], [])
      if wish.isNominal {
        let others = try await others(wish, old?.flight.id, &exchanges)
        met = try conflicts(wish, old, others)
        key = others.compactMap(\.ovn)
      }
      do {
        let id = try await keep(wish, old, key)
        if !met.isEmpty { try await note([(.conflict, id, FlightDesk.conflict(met))]) }
        return FlightAnswer(
          result: "Completed", status: FlightAnswer.status(wish.state), id: id)
      } catch let refusal as AirRefusal
        where refusal.status == 409 && attempt < FlightDesk.tries
      {
        // Somebody came between the look and the act: to be looked at again.
        continue
      }
    }
    throw AirRefusal(409, "the airspace changes faster than a flight can be planned in it")
  }

  static func conflict(_ met: [String]) -> JSONValue {
    ["with": .array(met.map(JSONValue.string))]
  }

  /// Keeps the intent in the DSS, the details beside it and the notices to others, by one act: none of them is
  /// ever there alone.
  private func keep(
    _ wish: FlightWish, _ old: KnownFlight?, _ key: [String]
  ) async throws -> String {
    let id = old?.flight.id ?? provider.freshID()
    let body: JSONValue = [
      "extents": .array(wish.written), "key": .array(key.map(JSONValue.string)),
      "state": .string(wish.state), "uss_base_url": .string(provider.baseURL),
      "new_subscription": ["uss_base_url": .string(provider.baseURL)],
    ]
    // A flight that begins its life in flight is first accepted, as the DSS wants it.
    var tag = old?.intent.tag
    if tag == nil, wish.state != "Accepted" {
      var first = body.object ?? [:]
      first["state"] = "Accepted"
      tag = try await keep(wish, id, nil, .object(first))
    }
    _ = try await keep(wish, id, tag, body)
    return id
  }

  /// The answer is the new OVN.
  private func keep(
    _ wish: FlightWish, _ id: String, _ tag: String?, _ body: JSONValue
  ) async throws -> String? {
    let (ring, own) = (measure.ring, provider.baseURL)
    let until = wish.volumes.compactMap(\.end).max() ?? provider.time.now
    let said: JSONValue = ["details": wish.details, "intent": body, "plan": .string(wish.plan)]
    let reply = try await exchange.put(.intent, id, tag, body, said: said) { reply, view, _ in
      let row = try view.first(OwnFlightBook.flight(id))
      let flight = OwnFlight(
        id: id, plan: wish.plan, details: wish.details,
        telemetry: wish.telemetry == .null ? row?.telemetry ?? .null : wish.telemetry)
      return ProviderExchange.Beside(
        changes: [OwnFlightBook.save(flight, over: row, ring)],
        effects: PeerNotice.effects(.intent, id, reply, until: until, except: own))
    }
    return reply["operational_intent_reference"]?["ovn"]?.string
  }

  /// Ends a flight; nil if there is none under this id.
  func close(plan: String) async throws -> FlightAnswer? {
    for _ in 1...FlightDesk.tries {
      guard let known = try await known(plan: plan) else { return nil }
      do { return try await close(known) } catch let refusal as AirRefusal
        where refusal.status == 409
      {
        continue
      }
    }
    throw AirRefusal(409, "the flight \(plan) is being changed")
  }

  func close(_ known: KnownFlight) async throws -> FlightAnswer {
    let (id, until, own) = (known.flight.id, known.intent.end, provider.baseURL)
    _ = try await exchange.delete(.intent, id, known.intent.tag) { reply, _, _ in
      ProviderExchange.Beside(
        effects: PeerNotice.effects(.intent, id, reply, until: until, except: own))
    }
    return FlightAnswer(result: "Completed", status: "Closed")
  }

  /// Ends all flights that share a point with a volume; the ids of those that are gone.
  func clear(_ volume: Volume4D) async throws -> [String] {
    var gone: [String] = []
    for flight in try await desk.store.all(OwnFlightBook.all) {
      guard let known = try await known(flight.id),
        VolumeContact.meet([volume], try known.volumes())
      else { continue }
      if try await close(plan: flight.plan) != nil { gone.append(flight.plan) }
    }
    return gone
  }

  // MARK: Noting

  /// Keeps notices, by one act.
  func note(
    _ notices: [(kind: AirNotice.Kind, subject: String, body: JSONValue)]
  ) async throws {
    guard !notices.isEmpty else { return }
    let ring = measure.ring
    let said = JSONValue.array(
      notices.map { ["about": .string($0.subject), "kind": .string($0.kind.rawValue)] })
    _ = try await measure.act(
      "notice", on: .availability, "notice:" + provider.freshID(), by: provider.caller, said: said
    ) { _, _, context in
      let changes = notices.map { notice in
        OwnFlightBook.add(
          AirNotice(
            id: IntentDecision.freshID(context), kind: notice.kind, subject: notice.subject,
            at: context.recordedAt, body: notice.body), ring)
      }
      return AirOutcome(changes: changes, reply: .null, publicFields: [:])
    }
  }
}
