import Books
import Commons
import Desk
import Storage

/// What a USS wants of a subscription (F3548-21).
struct SubscriptionWish: Sendable {
  let id: String
  let tag: String?
  let volume: AskedVolume
  let url: String
  let options: AirEntity.Options

  init(_ body: AirReader, id: String, tag: String?) throws(AirRefusal) {
    self.id = try AirReader.id(id)
    self.tag = tag
    url = try body.address("uss_base_url")
    do throws(AirRefusal) {
      volume = try AskedVolume([try body.neededPart("extents").volume()])
    } catch { throw AirRefusal(400, body: error.body) }
    var options: AirEntity.Options = []
    if try body.flag("notify_for_operational_intents") ?? false { options.insert(.intents) }
    if try body.flag("notify_for_constraints") ?? false { options.insert(.constraints) }
    guard !options.isEmpty else {
      throw .malformed("a subscription must be for operational intents, for constraints or both")
    }
    self.options = options
  }

  /// The longest subscription (F3548-21, DSS0060; F3411, DSS0060), and how far a start may be past.
  static let longestSeconds: Int64 = 86_400
  static let skewSeconds: Int64 = 300

  /// The span of a subscription, with what was left open taken from what it was, from now and from the
  /// longest.
  static func span(
    _ volume: AskedVolume, _ old: AirEntity?, at now: Instant
  ) throws(AirRefusal) -> (start: Instant, end: Instant) {
    if let start = volume.start, start.adding(seconds: skewSeconds) < now {
      throw .malformed("time_start must not be in the past")
    }
    let start = volume.start ?? old?.start ?? now
    let end = volume.end ?? old?.end ?? start.adding(seconds: longestSeconds)
    guard start <= end else { throw .malformed("time_end is before time_start") }
    guard end <= start.adding(seconds: longestSeconds) else {
      throw .malformed("a subscription lasts 24 hours at most")
    }
    return (start, end)
  }

  /// Makes or changes a subscription.
  func put(
    _ old: AirEntity?, by caller: AirCaller, _ ring: KeyRing, _ view: any View,
    _ context: Context
  ) throws -> AirOutcome {
    let span = try SubscriptionWish.span(volume, old, at: context.recordedAt)
    try check(old, by: caller)
    var new = AirEntity(
      kind: .subscription, id: id, aggregate: context.aggregate,
      version: old?.ownAggregate == nil ? 1 : (old?.version ?? 0) + 1, manager: caller.name,
      start: span.start, end: span.end)
    new.take(volume.open)
    (new.start, new.end) = span
    (new.url, new.options, new.notices) = (url, options, old?.notices ?? 0)
    new.tag = AirEntity.freshTag(id, context)
    let dependents = try view.all(AirBook.dependents(of: id))
    for dependent in dependents {
      guard let intent = try view.first(AirBook.find(.intent, dependent)) else { continue }
      try new.requireCover(of: intent)
    }
    let availability = try AirBook.availability(view)
    var reply: [String: JSONValue] = ["subscription": new.subscriptionRecord(dependents)]
    if options.contains(.intents) {
      reply["operational_intent_references"] = .array(
        try AirBook.entities(.intent, in: new.volume, view)
          .map { $0.intentReference(for: caller, availability) })
    }
    if options.contains(.constraints) {
      reply["constraint_references"] = .array(
        try AirBook.entities(.constraint, in: new.volume, view)
          .map { $0.constraintReference(for: caller, availability) })
    }
    return AirOutcome(
      changes: AirBook.save(new, over: old, ring), reply: .object(reply),
      publicFields: new.publicFields)
  }

  private func check(_ old: AirEntity?, by caller: AirCaller) throws {
    guard let old else {
      if tag == nil { return }
      throw AirRefusal(400, "there is no subscription \(id) to change")
    }
    guard let tag else { throw AirRefusal(409, "the subscription \(id) exists already") }
    guard old.tag == tag else { throw AirRefusal(409, "the version is not the current one") }
    guard old.manager == caller.name else {
      throw AirRefusal(403, "the subscription belongs to another USS")
    }
  }

  /// Takes a subscription away on which nothing rests.
  static func delete(
    _ old: AirEntity?, tag: String, by caller: AirCaller, _ view: any View
  ) throws -> AirOutcome {
    let old = try AirEntity.removable(old, tag: tag, by: caller)
    let dependents = try view.all(AirBook.dependents(of: old.id))
    guard dependents.isEmpty else {
      throw AirRefusal(400, "operational intents rest on this subscription")
    }
    return AirOutcome(
      changes: AirBook.remove(old), reply: ["subscription": old.subscriptionRecord([])],
      publicFields: old.publicFields)
  }
}

extension AirEntity {
  /// Refuses a subscription that no longer covers an intent that rests on it.
  fileprivate func requireCover(of intent: AirEntity) throws {
    let coversArea = Set(cells).isSuperset(of: intent.cells)
    let coversHeight =
      (lower ?? .min) <= (intent.lower ?? .min) && (intent.upper ?? .max) <= (upper ?? .max)
    let coversTime =
      start <= intent.start.adding(seconds: SubscriptionWish.skewSeconds) && intent.end <= end
    guard coversArea, coversHeight, coversTime else {
      throw AirRefusal(
        400, "the operational intent \(intent.id) rests on this subscription, which must cover it")
    }
  }

  func subscriptionRecord(_ dependents: [String]) -> JSONValue {
    [
      "id": .string(id), "version": .string(tag), "notification_index": .integer(notices),
      "uss_base_url": .string(url), "time_start": JSONValue(moment: start),
      "time_end": JSONValue(moment: end),
      "notify_for_operational_intents": .bool(options.contains(.intents)),
      "notify_for_constraints": .bool(options.contains(.constraints)),
      "implicit_subscription": .bool(options.contains(.implicit)),
      "dependent_operational_intents": .array(dependents.map { .string($0) }),
    ]
  }
}
