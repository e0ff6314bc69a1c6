import Airspace
import Books
import Commons
import Desk
import Storage

/// What a USS wants of an operational intent reference (F3548-21, §5 of its annex A4).
struct IntentWish: Sendable {
  let id: String
  /// The OVN that it knows; nil for a new one.
  let tag: String?
  let volume: AskedVolume
  let url: String
  let state: String
  let subscription: String?
  /// The address and whether constraints count, of a subscription that is to be made.
  let implicit: (url: String, constraints: Bool)?
  let key: Set<String>
  let ovn: String?

  /// States that a DSS keeps.
  private static let states: Set<String> = ["Accepted", "Activated", "Nonconforming", "Contingent"]
  /// States in which an aircraft is where it should not be, so that no key is asked for.
  static let offNominal: Set<String> = ["Nonconforming", "Contingent"]

  init(
    _ body: AirReader, id: String, tag: String?, by caller: AirCaller, at now: Instant
  ) throws(AirRefusal) {
    self.id = try AirReader.id(id)
    self.tag = tag
    url = try body.address("uss_base_url")
    subscription = try body.text("subscription_id").flatMap {
      text throws(AirRefusal) in text.isEmpty ? nil : try AirReader.id(text)
    }
    if let asked = try body.part("new_subscription") {
      guard subscription == nil else {
        throw .malformed("subscription_id and new_subscription exclude each other")
      }
      implicit = (
        try asked.address("uss_base_url"), try asked.flag("notify_for_constraints") ?? false
      )
    } else {
      implicit = nil
    }
    state = try body.neededText("state")
    guard IntentWish.states.contains(state) else { throw .malformed("“\(state)” is no state") }
    volume = try IntentWish.extents(body, at: now, altitudes: true)
    guard tag != nil || state == "Accepted" else {
      throw .malformed("an operational intent begins in the state Accepted")
    }
    ovn = try IntentWish.requested(try body.text("requested_ovn_suffix"), self.id, at: now)
    guard state == "Accepted" || subscription != nil || implicit != nil else {
      throw .malformed("in the state \(state) a subscription is needed")
    }
    key = Set((try body.list("key") ?? []).compactMap(\.string))
    let scope = "utm.conformance_monitoring_sa"
    if IntentWish.offNominal.contains(state), !caller.scopes.contains(scope) {
      throw AirRefusal(403, "the state \(state) needs the scope \(scope)")
    }
  }

  /// What the journal keeps of a body: all of it, but of the key its length and digest. A key may hold all
  /// OVNs that a USS has ever seen; whoever has it can show that it is the one.
  static func kept(_ body: JSONValue) -> JSONValue {
    guard case .object(var members) = body, let key = members["key"], let list = key.array
    else { return body }
    members["key"] = [
      "count": .integer(Int64(list.count)),
      "digest": .string(Hex.encode(Digest.of(key.canonicalBytes).bytes)),
    ]
    return .object(members)
  }

  /// Extents that are bounded in time, and in altitude if `altitudes`, and not over yet.
  static func extents(
    _ body: AirReader, at now: Instant, altitudes: Bool
  ) throws(AirRefusal) -> AskedVolume {
    var volumes: [Volume4D] = []
    for item in try body.list("extents") ?? [] {
      let volume = try AirReader(item, "an extent").volume()
      guard volume.start != nil, volume.end != nil else {
        throw .malformed("every extent needs time_start and time_end")
      }
      guard !altitudes || (volume.lower != nil && volume.upper != nil) else {
        throw .malformed("every extent needs altitude_lower and altitude_upper")
      }
      volumes.append(volume)
    }
    let union: AskedVolume
    do throws(AirRefusal) { union = try AskedVolume(volumes) } catch {
      throw AirRefusal(400, body: error.body)
    }
    guard let end = union.end, end > now else { throw .malformed("the extents are over already") }
    return union
  }

  /// An OVN that the USS chooses: the id and a UUID of version 7 of this moment.
  private static func requested(
    _ suffix: String?, _ id: String, at now: Instant
  ) throws(AirRefusal) -> String? {
    guard let suffix else { return nil }
    guard let uuid = AirReader.uuid(suffix), AirReader.digit(uuid, 14) == "7",
      let time = Int64(uuid.filter { $0 != "-" }.prefix(12), radix: 16)
    else { throw .malformed("requested_ovn_suffix must be a UUID of version 7") }
    guard abs(now.microseconds / 1000 - time) <= skewMilliseconds else {
      throw .malformed("requested_ovn_suffix is more than five minutes from now")
    }
    return "\(id)_\(suffix)"
  }
  private static let skewMilliseconds: Int64 = 300_000
}

/// How intents change. Pure.
struct IntentDecision {
  let wish: IntentWish
  let caller: AirCaller
  let ring: KeyRing

  /// Makes or changes an intent.
  func put(
    _ old: AirEntity?, _ view: any View, _ context: Context
  ) throws -> AirOutcome {
    try check(old)
    var new = AirEntity(
      kind: .intent, id: wish.id, aggregate: context.aggregate,
      version: (old?.version ?? 0) + 1, manager: caller.name, start: context.recordedAt,
      end: context.recordedAt)
    new.take(wish.volume.open)
    (new.url, new.state) = (wish.url, wish.state)
    new.tag = wish.ovn ?? AirEntity.freshTag(wish.id, context)
    let support = try support(new, old, view, context)
    new.subscription = support.attached?.new.id
    let availability = try AirBook.availability(view)
    try checkKey(new.volume, support.attached?.new, availability, view)
    var subscriptions = SubscriptionChanges(ring)
    try subscriptions.notify(
      .subscription, of: .intents, in: old.map { new.volume.union($0.volume) } ?? new.volume,
      at: context.recordedAt, own: support.attached, removed: support.removed, view)
    return AirOutcome(
      changes: AirBook.save(new, over: old, ring) + subscriptions.changes,
      reply: [
        "operational_intent_reference": new.intentReference(for: caller, availability),
        "subscribers": subscriptions.list("uss_base_url"),
      ],
      publicFields: new.publicFields)
  }

  private func check(_ old: AirEntity?) throws {
    guard let old else {
      if wish.tag == nil { return }
      throw AirRefusal(400, "there is no operational intent \(wish.id) to change")
    }
    guard old.manager == caller.name else {
      throw AirRefusal(403, "the operational intent is managed by another USS")
    }
    guard old.tag == wish.tag else {
      throw AirRefusal(
        409,
        wish.tag == nil
          ? "the operational intent \(wish.id) exists already"
          : "the OVN is not the current one of the operational intent")
    }
  }

  private struct Support {
    /// The subscription of the intent, as it will be and as it was.
    var attached: (new: AirEntity, old: AirEntity?)?
    /// An implicit one that nothing rests on any more.
    var removed: AirEntity?
  }

  /// The subscription on which the intent rests after the act.
  private func support(
    _ new: AirEntity, _ old: AirEntity?, _ view: any View, _ context: Context
  ) throws -> Support {
    var support = Support()
    if let former = old?.subscription, former != wish.subscription {
      support.removed = try IntentDecision.abandoned(former, by: wish.id, view)
    }
    if let wanted = wish.subscription {
      guard let found = try view.first(AirBook.find(.subscription, wanted)) else {
        throw AirRefusal(400, "there is no subscription \(wanted)")
      }
      guard found.manager == caller.name else {
        throw AirRefusal(403, "the subscription \(wanted) belongs to another USS")
      }
      support.attached = (try widened(found, new, context), found)
    } else if let asked = wish.implicit {
      let id = IntentDecision.freshID(context)
      var made = AirEntity(
        kind: .subscription, id: id, aggregate: context.aggregate, version: 1,
        manager: caller.name, start: new.start, end: new.end)
      made.take(new.volume)
      made.url = asked.url
      made.tag = AirEntity.freshTag(id, context)
      made.options = [.intents, .implicit]
      if asked.constraints { made.options.insert(.constraints) }
      support.attached = (made, nil)
    }
    return support
  }

  /// An implicit subscription on which nothing but this intent rested.
  static func abandoned(
    _ subscription: String, by intent: String, _ view: any View
  ) throws -> AirEntity? {
    guard let found = try view.first(AirBook.find(.subscription, subscription)),
      found.options.contains(.implicit),
      try view.all(AirBook.dependents(of: subscription)) == [intent]
    else { return nil }
    return found
  }

  /// A UUID of version 4.
  static func freshID(_ context: Context) -> String {
    var bytes = context.random.bytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return AirReader.uuid(Hex.encode(bytes)) ?? ""
  }

  /// A subscription that covers the intent: an implicit one grows, another one must do.
  private func widened(
    _ subscription: AirEntity, _ intent: AirEntity, _ context: Context
  ) throws -> AirEntity {
    let covers =
      subscription.start <= intent.start && intent.end <= subscription.end
      && Set(subscription.cells).isSuperset(of: intent.cells)
    if covers { return subscription }
    guard subscription.options.contains(.implicit) else {
      throw AirRefusal(
        400, "the subscription does not cover the area and the time of the operational intent")
    }
    var wider = subscription
    wider.take(subscription.volume.union(intent.volume))
    wider.tag = AirEntity.freshTag(subscription.id, context)
    return wider
  }

  /// Whoever plans must show that it knows all that is planned there already: each OVN stands in its key.
  private func checkKey(
    _ volume: AirVolume, _ subscription: AirEntity?, _ availability: [String: String],
    _ view: any View
  ) throws {
    if IntentWish.offNominal.contains(wish.state) { return }
    let intents = try AirBook.entities(.intent, in: volume, view).filter { other in
      // A USS that is down cannot be asked, but what flies already counts.
      let isReachable = availability[other.manager] != "Down" || other.state != "Accepted"
      return other.id != wish.id && isReachable && !wish.key.contains(other.tag)
    }
    var constraints: [AirEntity] = []
    if subscription?.options.contains(.constraints) ?? false {
      constraints = try AirBook.entities(.constraint, in: volume, view)
        .filter { !wish.key.contains($0.tag) }
    }
    if intents.isEmpty, constraints.isEmpty { return }
    var body: [String: JSONValue] = [
      "message": "the key lacks current OVNs of operational intents or constraints"
    ]
    if !intents.isEmpty {
      body["missing_operational_intents"] = .array(
        intents.map { $0.intentReference(for: caller, availability) })
    }
    if !constraints.isEmpty {
      body["missing_constraints"] = .array(
        constraints.map { $0.constraintReference(for: caller, availability) })
    }
    throw AirRefusal(409, body: .object(body))
  }

  /// Takes an intent away.
  static func delete(
    _ old: AirEntity?, tag: String, by caller: AirCaller, _ ring: KeyRing, _ view: any View,
    _ context: Context
  ) throws -> AirOutcome {
    let old = try AirEntity.removable(old, tag: tag, by: caller)
    let removed = try old.subscription.flatMap { try abandoned($0, by: old.id, view) }
    var subscriptions = SubscriptionChanges(ring)
    try subscriptions.notify(
      .subscription, of: .intents, in: old.volume, at: context.recordedAt, removed: removed, view)
    return AirOutcome(
      changes: AirBook.remove(old) + subscriptions.changes
        + (try ProviderExchange.leftovers(of: old, view)),
      reply: [
        "operational_intent_reference": old.intentReference(
          for: caller, try AirBook.availability(view)),
        "subscribers": subscriptions.list("uss_base_url"),
      ],
      publicFields: old.publicFields)
  }
}

extension AirEntity {
  /// What is to be taken away, if it is there, the caller's own and as the caller knows it.
  static func removable(
    _ old: AirEntity?, tag: String, by caller: AirCaller
  ) throws -> AirEntity {
    guard let old else { throw AirRefusal(404, "there is nothing under this id") }
    guard old.manager == caller.name else {
      throw AirRefusal(403, "it is managed by another USS")
    }
    guard old.tag == tag else { throw AirRefusal(409, "the OVN or version is not the current one") }
    return old
  }

  /// What the public log says: no place, no time, no name.
  var publicFields: JSONValue {
    ["cells": .integer(Int64(cells.count)), "state": .string(state), "version": .integer(version)]
  }

  /// What stands in an answer instead of the OVN of another USS's entity.
  private static let hidden = "Available from USS"
  /// What stands for no subscription, where the standard demands one.
  private static let noSubscription = "00000000-0000-4000-8000-000000000000"

  private func reference(
    for caller: AirCaller, _ availability: [String: String]
  ) -> [String: JSONValue] {
    [
      "id": .string(id), "manager": .string(manager), "version": .integer(version),
      "uss_availability": .string(availability[manager] ?? "Unknown"),
      "uss_base_url": .string(url),
      "ovn": .string(manager == caller.name ? tag : AirEntity.hidden),
      "time_start": JSONValue(moment: start), "time_end": JSONValue(moment: end),
    ]
  }

  func intentReference(for caller: AirCaller, _ availability: [String: String]) -> JSONValue {
    var members = reference(for: caller, availability)
    members["state"] = .string(state)
    members["subscription_id"] = .string(subscription ?? AirEntity.noSubscription)
    return .object(members)
  }

  func constraintReference(for caller: AirCaller, _ availability: [String: String]) -> JSONValue {
    .object(reference(for: caller, availability))
  }
}
