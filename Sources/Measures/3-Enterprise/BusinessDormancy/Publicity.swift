import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// Something that the law has published through the national publicity system (条例 art. 30(3), 实施细则
/// arts 41(3), 42), as it waits to be handed over.
struct PublicityRow: Hashable, Sendable {
  /// What is published.
  enum Matter: String, Sendable {
    case dormancy, extension_ = "extension", end

    /// As the articles call it.
    var name: Phrase {
      switch self {
      case .dormancy: Phrase("歇业", en: "dormancy")
      case .extension_: Phrase("延长歇业期限", en: "extension of the term")
      case .end: Phrase("终止歇业", en: "end of dormancy")
      }
    }
  }

  /// The act that published it: the row's key.
  let key: Int64
  let caseKey: Int64
  let matter: Matter
  let on: CivilDate
  let spell: DormancyTerm
  let address: String
  var handedAt: Instant?

  /// First and last day, and the day of resuming once there is one.
  struct DormancyTerm: Hashable, Sendable {
    let from: CivilDate
    let through: CivilDate
    let resumedOn: CivilDate?
  }

  init(
    key: Int64, caseKey: Int64, matter: Matter, on day: CivilDate, spell: DormancyTerm,
    address: String
  ) {
    self.key = key
    self.caseKey = caseKey
    self.matter = matter
    on = day
    self.spell = spell
    self.address = address
  }

  init(_ row: Row) {
    func day(_ place: Int) -> CivilDate { CivilDate(dayNumber: Int32(row.integer(place))) }
    key = row.integer(0)
    caseKey = row.integer(1)
    matter = Matter(rawValue: row.text(2)) ?? .dormancy
    on = day(3)
    spell = DormancyTerm(
      from: day(4), through: day(5),
      resumedOn: row.optionalInteger(6).map { CivilDate(dayNumber: Int32($0)) })
    address = row.text(7)
    handedAt = row.optionalInstant(8)
  }

  var values: [SQLValue] {
    func number(_ day: CivilDate) -> SQLValue { .integer(Int64(day.dayNumber)) }
    return [
      .integer(key), .integer(caseKey), .text(matter.rawValue), number(on), number(spell.from),
      number(spell.through), SQLValue(spell.resumedOn.map { Int64($0.dayNumber) }),
      .text(address), SQLValue(handedAt),
    ]
  }
}

extension DormancyProcedure {
  private static let matters: [CommandID: PublicityRow.Matter] = [
    .file: .dormancy, .extend: .extension_, .setAside: .dormancy, .resume: .end,
    .resumeEarlier: .end, .resumeChanged: .end, .publish: .end, .publishChanged: .end,
    .confirm: .end, .confirmChanged: .end,
  ]

  /// Puts what a step publishes in the table of what waits for the national system.
  func publicise(_ draft: inout CaseDraft) {
    guard let matter = Self.matters[draft.command], let from = draft.facts.date("from"),
      let through = draft.facts.date("through")
    else { return }
    let row = PublicityRow(
      key: JournalKey(aggregate: draft.key, version: draft.version).raw, caseKey: draft.key,
      matter: matter, on: draft.today,
      spell: .init(from: from, through: through, resumedOn: draft.facts.date("resumed")),
      address: matter == .end ? "" : draft.facts.text("address"))
    draft.changes.append(DormancyTables.publicity.inserting(row.values, ring))
  }
}

/// Says that publications were handed over to the national system. One act for a batch, all or nothing;
/// what was handed over before is passed over.
struct HandOverPublicity: Command {
  typealias Loaded = Void
  let keys: [Int64]

  var kind: String { "dormancy.publicity-handed" }
  var permission: String { "dormancy.feed" }
  var aggregate: Int64? { nil }
  var content: JSONValue { ["ids": .array(keys.map { .string(String($0)) })] }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    var changes: [Change] = []
    var faults: [Problem.Field] = []
    for (place, key) in Set(keys).sorted().enumerated() {
      guard let row = try view.first(DormancyTables.publication(key)) else {
        faults.append(
          Problem.Field("/ids/\(place)", Phrase("没有这项公示。", en: "There is no such publication.")))
        continue
      }
      guard row.handedAt == nil else { continue }
      var next = row
      next.handedAt = context.recordedAt
      changes.append(DormancyTables.move(next, from: row, context.ring))
    }
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    return .accepted(
      publicFields: ["handed": .integer(Int64(changes.count))], changes: changes)
  }
}

/// What waits for the national system, over the interface.
extension DormancyMeasure {
  func publicityRoutes(_ routes: inout Routes) {
    let feed = RouteAccess.holding("dormancy.feed")
    routes.get("/api/dormancy/publicity", feed, .interface) { try await self.waiting($0) }
    routes.post("/api/dormancy/publicity/handed", feed, .interface) {
      try await self.handOver($0)
    }
  }

  private func waiting(_ visit: Visit) async throws -> Response {
    let limit = try visit.limit()
    let after = try visit.cursor(count: 1)?.keys[0] ?? .min
    let rows = try await desk.store.all(
      DormancyTables.waitingPublicity(after: after, limit: limit + 1))
    var items: [JSONValue] = []
    for row in rows.prefix(limit) {
      try await desk.recordAccess(by: visit.actor, to: row.caseKey, "dormancy.publicity")
      items.append(try await item(row))
    }
    var response = Response.json([
      "connected": .bool(publicity.isConnected), "note": .string(publicity.explanation.zh),
      "items": .array(items),
    ])
    if rows.count > limit {
      let next = visit.target(after: PageCursor(rows[limit - 1].key))
      response.headers.set("link", "<\(next)>; rel=\"next\"")
    }
    return response
  }

  /// One publication in the terms of the articles. Code and name stand sealed in the case alone and are
  /// opened for it.
  private func item(_ row: PublicityRow) async throws -> JSONValue {
    let file = try await CaseFile.load(row.caseKey, desk, office.setting)
    var fields: [String: JSONValue] = [
      "id": .string(String(row.key)),
      "办件编号": JSONValue(file?.row.base.number.description),
      "统一社会信用代码": JSONValue(file?.opening?.string("code")?.uppercased()),
      "名称": JSONValue(file?.facts.string("operator")), "公示事项": .string(row.matter.name.zh),
      "公示日期": .string(row.on.description), "歇业起始日": .string(row.spell.from.description),
      "歇业截止日": .string(row.spell.through.description),
    ]
    if !row.address.isEmpty { fields["法律文书送达地址"] = .string(row.address) }
    if let resumed = row.spell.resumedOn { fields["恢复营业日"] = .string(resumed.description) }
    return .object(fields)
  }

  private func handOver(_ visit: Visit) async throws -> Response {
    let ids = try visit.request.json()["ids"]?.array ?? []
    let keys = ids.compactMap { $0.string.flatMap { Int64($0) } }
    guard !ids.isEmpty, ids.count == keys.count, ids.count <= FeedReader.limit else {
      throw Problem.malformed(
        Phrase(
          "应为 {\"ids\": [\"…\"]}，1至\(FeedReader.limit)项。",
          en: "{\"ids\": [\"…\"]} with 1 to \(FeedReader.limit) items is expected."))
    }
    let done = try await desk.submit(
      HandOverPublicity(keys: keys), by: visit.actor, try visit.terms())
    return .json(["act": .string(String(done.row.key.raw))], status: 201)
  }
}
