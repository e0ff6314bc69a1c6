import Airspace
import Books
import Commons
import Desk
import Storage

/// Where the provider keeps what is its own so that others find it: the DSS of the same program, where an entity and
/// all that stands beside it, its details and the notices to others, are kept by one act; or a DSS elsewhere, see
/// ``DistantExchange``.
struct ProviderExchange: Sendable {
  let measure: LowAltitudeMeasure
  let provider: AirProvider

  /// What stands beside an entity.
  struct Beside: Sendable {
    var changes: [Change] = []
    var effects: [Effect] = []
  }

  /// Says what stands beside an entity, from what the DSS answered.
  typealias Writer = @Sendable (JSONValue, any View, Context) throws -> Beside
  private typealias Decide =
    @Sendable (AirEntity?, any View, Context) throws -> AirOutcome

  private var distant: DistantExchange? {
    provider.exchangeURL.map { DistantExchange(measure: measure, provider: provider, base: $0) }
  }

  /// The operational intents in the cells of volumes, and what providers say of themselves.
  ///
  /// - Parameter written: the volumes as F3548-21 writes them.
  func intents(
    in volumes: [Volume4D], _ written: [JSONValue]
  ) async throws -> (entities: [AirEntity], availability: [String: String]) {
    if let distant { return try await distant.intents(in: written) }
    let area = try AskedVolume(volumes).open
    return try await measure.desk.store.read { view in
      (try AirBook.entities(.intent, in: area, view), try AirBook.availability(view))
    }
  }

  /// The identification service areas in an area, `lat,lng,lat,lng,…`, at a moment.
  func areas(in text: String, _ edition: RemoteID, at now: Instant) async throws -> [AirEntity] {
    if let distant { return try await distant.areas(in: text, edition) }
    let volume = AirVolume(
      cells: try RemoteID.area(text), lower: nil, upper: nil, start: now, end: now)
    return try await measure.desk.store.read { try AirBook.entities(.area, in: volume, $0) }
  }

  /// Finds out what became of changes at a DSS elsewhere whose answer never came; how many those were.
  func recover(at now: Instant) async throws -> Int {
    try await distant?.recover(at: now) ?? 0
  }

  /// Makes an entity or changes it.
  ///
  /// - Parameters:
  ///   - tag: the OVN or version that is known; nil for a new one.
  ///   - body: what the standard has a provider send.
  ///   - edition: of F3411, for areas.
  ///   - said: what the journal keeps; the body if it is nil.
  /// - Throws: ``AirRefusal`` as the DSS refuses.
  func put(
    _ kind: AirEntity.Kind, _ id: String, _ tag: String?, _ body: JSONValue,
    _ edition: RemoteID = .v22a, said: JSONValue? = nil, beside: @escaping Writer
  ) async throws -> JSONValue {
    let (decide, volume) = try wish(kind, id, tag, body, edition)
    if let distant {
      return try await distant.put(
        kind, id, tag, body, edition, said: said ?? body, volume: volume, beside: beside)
    }
    return try await measure.act(
      kind.word + ".put", on: kind, id, by: provider.caller, said: said ?? body
    ) { try ProviderExchange.with(beside, decide($0, $1, $2), $1, $2) }
  }

  /// Takes an entity away; 404 if it is not there.
  func delete(
    _ kind: AirEntity.Kind, _ id: String, _ tag: String, _ edition: RemoteID = .v22a,
    beside: @escaping Writer
  ) async throws -> JSONValue {
    if let distant { return try await distant.delete(kind, id, tag, edition, beside: beside) }
    let (caller, ring) = (provider.caller, measure.ring)
    return try await measure.act(kind.word + ".delete", on: kind, id, by: caller) {
      old, view, context in
      let gone =
        switch kind {
        case .intent: try IntentDecision.delete(old, tag: tag, by: caller, ring, view, context)
        case .constraint: try ConstraintWish.delete(old, tag: tag, by: caller, ring, view, context)
        default: try AreaWish.delete(old, tag: tag, edition, by: caller, ring, view, context)
        }
      return try ProviderExchange.with(beside, gone, view, context)
    }
  }

  /// What of the city's own goes with an entity, whoever takes it away.
  static func leftovers(of entity: AirEntity, _ view: any View) throws -> [Change] {
    let id = entity.id
    let own: Change? =
      switch entity.kind {
      case .intent:
        try view.first(OwnFlightBook.flight(id)).map { OwnFlightBook.remove($0.id) }
      case .constraint:
        try view.first(OwnConstraintBook.find(id)).map { OwnConstraintBook.remove($0.id) }
      case .area:
        try view.first(RemoteBook.find(area: id)).map { RemoteBook.remove($0.id) }
      default: nil
      }
    guard let own else { return [] }
    return [own] + (try DistantBook.forget(entity.kind, id, view))
  }

  private static func with(
    _ beside: Writer, _ outcome: AirOutcome, _ view: any View, _ context: Context
  ) throws -> AirOutcome {
    let more = try beside(outcome.reply, view, context)
    return AirOutcome(
      changes: outcome.changes + more.changes, reply: outcome.reply,
      publicFields: outcome.publicFields, effects: more.effects)
  }

  /// How the DSS of the same program decides on what is sent, and the volume of it.
  private func wish(
    _ kind: AirEntity.Kind, _ id: String, _ tag: String?, _ body: JSONValue, _ edition: RemoteID
  ) throws -> (Decide, AskedVolume) {
    let (caller, ring, now) = (provider.caller, measure.ring, provider.time.now)
    let reader = try AirReader(body, takesPlain: provider.servesTests)
    switch kind {
    case .intent:
      let wish = try IntentWish(reader, id: id, tag: tag, by: caller, at: now)
      let decision = IntentDecision(wish: wish, caller: caller, ring: ring)
      return ({ try decision.put($0, $1, $2) }, wish.volume)
    case .constraint:
      let wish = try ConstraintWish(reader, id: id, tag: tag, at: now)
      return ({ try wish.put($0, by: caller, ring, $1, $2) }, wish.volume)
    default:
      let wish = try AreaWish(reader, edition, kind, id: id, tag: tag)
      return ({ try wish.put($0, by: caller, ring, $1, $2) }, wish.volume)
    }
  }
}
