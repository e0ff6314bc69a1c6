import Books
import Commons
import Desk
import Storage

/// What a USS wants of a constraint reference.
struct ConstraintWish: Sendable {
  let id: String
  let tag: String?
  let volume: AskedVolume
  let url: String

  init(_ body: AirReader, id: String, tag: String?, at now: Instant) throws(AirRefusal) {
    self.id = try AirReader.id(id)
    self.tag = tag
    url = try body.address("uss_base_url")
    volume = try IntentWish.extents(body, at: now, altitudes: false)
  }

  /// Makes or changes a constraint.
  func put(
    _ old: AirEntity?, by caller: AirCaller, _ ring: KeyRing, _ view: any View,
    _ context: Context
  ) throws -> AirOutcome {
    if let old, old.manager != caller.name {
      throw AirRefusal(403, "the constraint is managed by another USS")
    }
    guard old?.tag == tag else {
      throw AirRefusal(409, "the OVN is not the current one of the constraint")
    }
    var new = AirEntity(
      kind: .constraint, id: id, aggregate: context.aggregate, version: (old?.version ?? 0) + 1,
      manager: caller.name, start: context.recordedAt, end: context.recordedAt)
    new.take(volume.open)
    new.url = url
    new.tag = AirEntity.freshTag(id, context)
    return try ConstraintWish.outcome(
      new, AirBook.save(new, over: old, ring),
      in: old.map { new.volume.union($0.volume) } ?? new.volume, by: caller, ring, view, context)
  }

  /// Takes a constraint away.
  static func delete(
    _ old: AirEntity?, tag: String, by caller: AirCaller, _ ring: KeyRing, _ view: any View,
    _ context: Context
  ) throws -> AirOutcome {
    let old = try AirEntity.removable(old, tag: tag, by: caller)
    return try outcome(
      old, AirBook.remove(old) + (try ProviderExchange.leftovers(of: old, view)), in: old.volume,
      by: caller, ring, view, context)
  }

  private static func outcome(
    _ entity: AirEntity, _ changes: [Change], in volume: AirVolume, by caller: AirCaller,
    _ ring: KeyRing, _ view: any View, _ context: Context
  ) throws -> AirOutcome {
    var subscriptions = SubscriptionChanges(ring)
    try subscriptions.notify(
      .subscription, of: .constraints, in: volume, at: context.recordedAt, view)
    return AirOutcome(
      changes: changes + subscriptions.changes,
      reply: [
        "constraint_reference": entity.constraintReference(
          for: caller, try AirBook.availability(view)),
        "subscribers": subscriptions.list("uss_base_url"),
      ],
      publicFields: entity.publicFields)
  }
}
