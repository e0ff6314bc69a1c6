import Airspace
import Books
import Commons
import Desk
import Storage

/// What an act of the DSS comes to.
struct AirOutcome: Sendable {
  let changes: [Change]
  /// What the USS is answered.
  let reply: JSONValue
  /// What the log says of it: nothing by which a flight could be found.
  let publicFields: JSONValue
  /// Whom the city tells of it afterwards, if it is the city's own.
  var effects: [Effect] = []
}

/// An act of the DSS on one entity, on behalf of a USS.
struct AirAct: Command {
  let kind: String
  let permission = LowAltitudeMeasure.exchange
  let entity: AirEntity.Kind
  let id: String
  /// The aggregate as it was known before; nil if there was no such entity.
  let aggregate: Int64?
  let content: JSONValue
  let body: @Sendable (AirEntity?, any View, Context) throws -> AirOutcome

  func load(_ view: any View, _ context: Context) throws -> AirEntity? {
    let found = try view.first(AirBook.find(entity, id))
    // It came or went since the aggregate was looked up: to be asked again.
    guard found?.ownAggregate == aggregate else { throw Problem.stale }
    return found
  }

  func authorise(_ loaded: AirEntity?, _ context: Context) throws {}

  func version(of loaded: AirEntity?) -> Int64 {
    loaded?.ownAggregate == nil ? 0 : loaded?.version ?? 0
  }

  func decide(_ loaded: AirEntity?, _ view: any View, _ context: Context) throws -> Decision {
    let outcome = try body(loaded, view, context)
    return .accepted(
      publicFields: outcome.publicFields, changes: AirAct.raisingOnce(outcome.changes),
      effects: outcome.effects, reply: outcome.reply)
  }

  /// The same changes, each predicate raised by the first of them that does: an act that touches many
  /// subscriptions of one place would raise it for each.
  private static func raisingOnce(_ changes: [Change]) -> [Change] {
    var raised: Set<GuardKey> = []
    return changes.map { change in
      if change.raises.isEmpty { return change }
      return Change(
        change.statement, change.parameters,
        raises: change.raises.filter { raised.insert($0).inserted },
        touchesOneRow: change.touchesOneRow)
    }
  }
}

/// A USS that calls.
struct AirCaller: Sendable {
  /// Its name in the token.
  let name: String
  let scopes: Set<String>
}

extension AirEntity {
  /// Its aggregate; nil for an implicit subscription, whose acts are those of intents, and for the
  /// instance, of which every heartbeat stands for itself.
  var ownAggregate: Int64? {
    options.contains(.implicit) || kind == .instance ? nil : aggregate
  }

  /// A tag that nobody can foresee and that no other version has: 32 characters.
  static func freshTag(_ id: String, _ context: Context) -> String {
    let digest = Digest.of(Array(id.utf8), context.random.bytes(16))
    return Base64.encode(Array(digest.bytes.prefix(24)), url: true)
  }

  /// The same in the form that F3411 gives versions: small letters and digits.
  static func freshVersion(_ id: String, _ context: Context) -> String {
    Hex.encode(Digest.of(Array(id.utf8), context.random.bytes(16)).bytes.prefix(10))
  }
}

/// The subscriptions that an act touches, until all that happens to each is known.
struct SubscriptionChanges {
  private(set) var told: [AirEntity] = []
  private(set) var changes: [Change] = []
  private let ring: KeyRing

  init(_ ring: KeyRing) { self.ring = ring }

  /// Notes that subscribers are sent a notice of what happens in a volume.
  ///
  /// - Parameters:
  ///   - own: the subscription that is made or widened by the same act, as it will be, and as it was.
  ///   - removed: the subscription that the same act takes away.
  mutating func notify(
    _ kind: AirEntity.Kind, of option: AirEntity.Options, in volume: AirVolume, at now: Instant,
    own: (new: AirEntity, old: AirEntity?)? = nil, removed: AirEntity? = nil, _ view: any View
  ) throws {
    var volume = volume
    volume.start = max(volume.start, now)
    for old in try AirBook.entities(kind, in: volume, view) where old.id != own?.new.id {
      guard old.id != removed?.id, option.isEmpty || old.options.contains(option) else { continue }
      tell(old, over: old)
    }
    if let own {
      if own.new.options.contains(option), volume.meets(own.new) {
        tell(own.new, over: own.old)
      } else if own.new != own.old {
        changes += AirBook.save(own.new, over: own.old, ring)
      }
    }
    if let removed { changes += AirBook.remove(removed) }
  }

  private mutating func tell(_ new: AirEntity, over old: AirEntity?) {
    var new = new
    new.notices += 1
    changes += AirBook.save(new, over: old, ring)
    told.append(new)
  }

  /// Whom the USS must tell, by address. `address` is what the standard calls it.
  func list(_ address: String, _ url: (AirEntity) -> String = { $0.url }) -> JSONValue {
    let byAddress = Dictionary(grouping: told, by: url)
    return .array(
      byAddress.keys.sorted().map { key in
        .object([
          address: .string(key),
          "subscriptions": .array(
            (byAddress[key] ?? []).map {
              [
                "subscription_id": .string($0.id), "notification_index": .integer($0.notices),
              ]
            }),
        ])
      })
  }
}
