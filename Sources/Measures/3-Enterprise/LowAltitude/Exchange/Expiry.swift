import Commons
import Desk
import MeasureKit
import Storage

/// What is over goes: nobody looks for it any more, and the standards let a DSS forget it.
extension LowAltitudeMeasure {
  /// How long what is over is kept, so that a USS may still ask for it (city policy).
  static let keptSeconds: Int64 = 86_400
  /// How often it is looked for.
  private static let pauseSeconds: Int64 = 3_600
  private static let pageSize = 200

  /// Takes away, each as an act of its own, what was over a day ago. The answer is how much that was.
  /// Asked more often than once an hour it does nothing.
  func expire(at moment: Instant) async throws -> Int {
    let isDue = lookedForEnded.withLock { last in
      if let last, moment < last.adding(seconds: LowAltitudeMeasure.pauseSeconds) { return false }
      last = moment
      return true
    }
    guard isDue else { return 0 }
    let bound = moment.adding(seconds: -LowAltitudeMeasure.keptSeconds)
    var done = 0
    // Intents first: subscriptions wait until none rests on them.
    for kind in AirEntity.Kind.allCases where kind.ends {
      var last = ""
      while true {
        let page = try await desk.store.all(
          AirBook.ended(kind, by: bound, after: last, limit: LowAltitudeMeasure.pageSize))
        guard let final = page.last else { break }
        last = final.id
        done += try await expire(page, bound)
      }
    }
    return done
  }

  private func expire(_ page: [AirEntity], _ bound: Instant) async throws -> Int {
    let commands = page.compactMap { entity -> (command: AirAct, terms: CommandDesk.Terms)? in
      // An implicit subscription goes with its last intent.
      guard let aggregate = entity.ownAggregate else { return nil }
      let act = AirAct(
        kind: LowAltitudeMeasure.card.slug + "." + entity.kind.word + ".expired",
        entity: entity.kind, id: entity.id, aggregate: aggregate,
        content: ["id": .string(entity.id), "said": .null, "uss": .string(entity.manager)]
      ) { found, view, _ in try AirEntity.expired(found, by: bound, view) }
      return (act, CommandDesk.Terms())
    }
    var done = 0
    for answer in await desk.submit(all: commands, by: .system([LowAltitudeMeasure.exchange])) {
      switch answer {
      case .success: done += 1
      // Somebody changed it meanwhile, or an intent rests on it still; it is looked at again.
      case .failure(is AirRefusal): break
      case .failure(let problem as Problem) where problem.status == Problem.stale.status: break
      case .failure(let error): throw error
      }
    }
    return done
  }
}

extension AirEntity.Kind {
  /// Whether it is over at some time.
  var ends: Bool { self != .availability && self != .instance }

  /// What acts on it are called.
  var word: String {
    switch self {
    case .intent: "intent"
    case .constraint: "constraint"
    case .subscription, .areaSubscription: "subscription"
    case .area: "area"
    case .availability: "availability"
    case .instance: "instance"
    }
  }
}

extension AirEntity {
  /// Takes away what is over, and with it the implicit subscription on which nothing else rests.
  static func expired(
    _ found: AirEntity?, by bound: Instant, _ view: any View
  ) throws -> AirOutcome {
    guard let found, found.end < bound else { throw AirRefusal(409, "it is not over") }
    var changes = AirBook.remove(found) + (try ProviderExchange.leftovers(of: found, view))
    if found.kind == .subscription, try view.first(AirBook.dependents(of: found.id)) != nil {
      throw AirRefusal(409, "an operational intent rests on it")
    }
    if let support = found.subscription,
      let removed = try IntentDecision.abandoned(support, by: found.id, view)
    {
      changes += AirBook.remove(removed)
    }
    return AirOutcome(changes: changes, reply: .null, publicFields: found.publicFields)
  }
}

extension AirBook {
  private static let over = Statement(
    """
    SELECT \(list) FROM air_entities e
    WHERE e.kind = $1 AND e.id > $2 AND e.ends_at < $3 ORDER BY e.id LIMIT $4
    """)

  /// What of a kind was over before a moment, by id.
  static func ended(
    _ kind: AirEntity.Kind, by bound: Instant, after id: String, limit: Int
  ) -> Query<AirEntity> {
    Query(
      over, [.integer(kind.rawValue), .text(id), SQLValue(bound), .integer(Int64(limit))],
      decode: read)
  }
}
