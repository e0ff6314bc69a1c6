import Books
import Commons
import MeasureKit
import Storage

/// What must hold of the exchange's tables beyond the marks of their rows.
extension AirBook {
  private static let acts = Statement(
    """
    SELECT entry_key, kind FROM journal
    WHERE kind >= 'low-altitude.' AND kind < 'low-altitude/' ORDER BY entry_key
    """)
  private static let links = Statement(
    "SELECT kind, id, aggregate, version, subscription, options FROM air_entities ORDER BY kind, id"
  )

  private struct Link: Sendable {
    let kind: AirEntity.Kind?
    let id: String
    let act: JournalKey
    let subscription: String?
    let isImplicit: Bool
  }

  /// Whether an act leaves an entity behind.
  private static func keeps(_ kind: String) -> Bool { keeping.contains(kind) }
  private static let keeping = Set(
    AirEntity.Kind.allCases.map { LowAltitudeMeasure.card.slug + "." + $0.word + ".put" })

  /// That each entity is there that the journal says, in the version of its last act, that none is there
  /// of which it says nothing, that intents rest on subscriptions that are there, and that no implicit
  /// subscription is there without an intent.
  @Sendable static func unfounded(_ view: any View) throws -> [(row: Int64, what: Phrase)] {
    var last: [Int64: (version: Int64, kind: String)] = [:]
    for act in try view.all(
      Query(acts) { (key: JournalKey(raw: $0.integer(0)), kind: $0.text(1)) })
    {
      last[act.key.aggregate] = (act.key.version, act.kind)
    }
    let entities = try view.all(
      Query(links) {
        Link(
          kind: AirEntity.Kind(rawValue: $0.integer(0)), id: $0.text(1),
          act: JournalKey(aggregate: $0.integer(2), version: $0.integer(3)),
          subscription: $0.optionalText(4),
          isImplicit: AirEntity.Options(rawValue: $0.integer(5)).contains(.implicit))
      })
    let subscriptions = Set(entities.lazy.filter { $0.kind == .subscription }.map(\.id))
    let supports = Set(entities.compactMap(\.subscription))
    var broken: [(row: Int64, what: Phrase)] = []
    func note(_ row: Int64, _ zh: String, en: String) {
      broken.append((row, Phrase(zh, en: en)))
    }
    for entity in entities {
      let (id, row) = (entity.id, entity.act.aggregate)
      if let support = entity.subscription, !subscriptions.contains(support) {
        note(
          row, "\(id) 依据的订阅 \(support) 不存在。", en: "the subscription \(support) of \(id) is missing."
        )
      }
      if entity.isImplicit {
        if !supports.contains(id) {
          note(row, "默示订阅 \(id) 没有飞行意图。", en: "no intent rests on the implicit subscription \(id).")
        }
        continue
      }
      // Every heartbeat is a matter of its own; the row's mark says that it is one.
      if entity.kind == .instance { continue }
      let act = last.removeValue(forKey: row)
      if act?.version != entity.act.version || !keeps(act?.kind ?? "") {
        note(
          row, "\(id) 与台账最后一次办理不符。", en: "\(id) is not as its last act in the journal left it.")
      }
    }
    for (aggregate, act) in last where keeps(act.kind) {
      note(
        aggregate, "台账 \(aggregate) 所登记的事项不在交换数据中。",
        en: "what the acts of \(aggregate) keep is missing.")
    }
    return broken.sorted { $0.row < $1.row }
  }

  private static let halved = Statement(
    """
    SELECT f.id, 1 FROM air_own_flights f WHERE NOT EXISTS
      (SELECT 1 FROM air_entities e WHERE e.kind = 1 AND e.id = f.id)
    UNION ALL
    SELECT c.id, 2 FROM air_own_constraints c WHERE NOT EXISTS
      (SELECT 1 FROM air_entities e WHERE e.kind = 2 AND e.id = c.id)
    ORDER BY 1
    """)

  /// That what the city planned or closed is in the DSS as long as its details are here.
  @Sendable static func halves(_ view: any View) throws -> [(row: Int64, what: Phrase)] {
    try view.all(Query(halved) { (id: $0.text(0), kind: $0.integer(1)) }).map {
      (
        $0.kind,
        Phrase("\($0.id) 有详情而不在交换数据中。", en: "\($0.id) has details here and is not in the exchange.")
      )
    }
  }
}
