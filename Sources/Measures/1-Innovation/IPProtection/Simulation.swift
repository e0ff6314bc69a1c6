import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import EvidencePackets
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// The people of a simulated city who have to do with IP: right holders, platforms, officers, a court. They
/// act once a working day; the same seed and the same days give the same cases. No message leaves: what
/// they do is done before the outbox is emptied.
public struct IPAgents: Sendable {
  private let measure: IPMeasure
  private let seed: UInt64
  private let citizen: Int64?

  /// Agents of a measure; `citizen` is the account of which some of the notices are.
  public init(_ measure: IPMeasure, seed: UInt64, citizen: Int64?) {
    self.measure = measure
    self.seed = seed
    self.citizen = citizen
  }

  private static func actor(_ kind: Actor.Kind, _ account: Int64, _ permissions: String...) -> Actor
  {
    Actor(
      kind: kind, account: account,
      permissions: Set(permissions.map { "ip-protection.\($0)" }), agencies: nil)
  }
  private static let holder = actor(.anonymous, 0, "file", "as-citizen")
  private static let platform = actor(.staff, -12, "as-platform")
  private static let officer = actor(.staff, -13, "as-handler")
  private static let court = actor(.staff, -14, "as-court")

  /// At eleven on a working day people take their steps.
  public func turn(at moment: Instant) async throws {
    let rules = measure.rules
    let today = moment.date(in: rules.profile.zone)
    guard moment == Instant(today, secondOfDay: 39_600, in: rules.profile.zone),
      rules.calendar.isWorkingDay(today)
    else { return }
    var random = SeededRandom(seed: seed).fork("ip \(today)")
    for stage in IPCases.notice.stages where !stage.isFinal {
      let rows = try await measure.desk.store.all(
        CaseFileBook.at(
          stage.id, kind: IPCases.notice.id, after: (.min, .min), limit: 200))
      for row in rows { try await act(on: row, stage.id, today, &random) }
    }
    if random.chance(0.6) { try await notify(today, &random) }
  }

  private static let goods = ["耳机", "积木", "外套", "教程视频", "手机壳", "香薰机"]

  private func notify(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    let rights = ["trademark", "copyright", "design", "invention", "software", "business-secret"]
    let platforms = measure.rules.platforms
    let districts = measure.rules.profile.districts
    let count = 1 + random.below(6)
    let goods = IPAgents.goods[random.below(IPAgents.goods.count)]
    let links = (0..<count).map { _ in
      "https://mall.example/item/\(100_000 + random.below(900_000))"
    }
    let said: [String: JSONValue] = [
      "holder": "晨光创意有限公司", "contact": "法务", "phone": "13800000001",
      "right": .string(rights[random.below(rights.count)]),
      "right-number": .string("第\(10_000_000 + random.below(50_000_000))号"),
      "platform": .string(platforms[random.below(platforms.count)].id),
      "links": .string(links.joined(separator: "\n")), "wanted": ["delete"],
      "place": .string(districts[random.below(districts.count)].id),
      "amount": .integer(Int64(random.below(900)) * 1_000_000),
      "statement": .string("链接所售\(goods)与权利人的\(goods)外观、标识一致，附比对图和购买记录。"),
      "truthful": true,
    ]
    let isOwn = random.chance(0.25)
    let actor =
      isOwn && citizen != nil
      ? IPAgents.actor(.citizen, citizen ?? 0, "file", "as-citizen") : IPAgents.holder
    try await submit(
      OpenCase(.notify, said: CaseFacts(said), in: measure.office.setting), actor,
      "notify.\(today)")
  }

  private func act(
    on row: CaseFileRow, _ stage: StageID, _ today: CivilDate, _ random: inout SeededRandom
  ) async throws {
    let facts = try CaseFacts(row.facts)
    let day = JSONValue.string(today.description)
    switch stage {
    case .notified where random.chance(0.85):
      try await step(
        .measures, .platform, row,
        [
          "kinds": ["delete"], "taken": .integer(facts.integer("links") ?? 1),
          "forwarded-on": day,
        ])
    case .notified: try await step(.decline, .platform, row, ["text": "初步证据不足，未见权属证明。"])
    case .measured where random.chance(0.12):
      try await step(
        .counter, .platform, row,
        ["merchant": "恒泰商贸店", "text": "商品有授权，附授权书。", "arrived-on": day])
    case .waiting where random.chance(0.12), .declined where random.chance(0.06):
      try await step(.complain, .holder, row, ["text": "请求认定侵权并处罚。"])
    case .waiting where random.chance(0.06):
      try await step(.sue, .holder, row, ["filed-on": day, "text": "停止侵权并赔偿。"])
    case .lifting: try await step(.lift, .platform, row)
    case .complained: try await step(.accept, .officer, row)
    case .investigating where random.chance(0.15):
      try await step(
        .decide, .officer, row,
        ["outcome": "infringing", "penalty": 3_000_000, "text": "比对一致，无授权。"])
    case .investigating where random.chance(0.1): try await step(.handOver, .officer, row)
    case .handedOver: try await step(.receive, .court, row, ["checked": true])
    case .sued:
      try await step(
        .docket, .court, row,
        ["docket-number": .string("（\(today.year)）示知民初\(row.base.key % 1000)号")])
    case .inCourt where random.chance(0.08):
      try await step(.judge, .court, row, ["judgment": "upheld", "damages": 5_000_000])
    default: break
    }
  }

  private func step(
    _ command: CommandID, _ capacity: ActorKind, _ row: CaseFileRow,
    _ said: [String: JSONValue] = [:]
  ) async throws {
    let actors: [ActorKind: Actor] = [
      .platform: IPAgents.platform, .officer: IPAgents.officer, .court: IPAgents.court,
    ]
    // Who holds an account acts under it.
    let own = row.base.applicant.map {
      IPAgents.actor(.citizen, $0, "file", "as-citizen")
    }
    try await submit(
      MoveCase(
        command, as: capacity, on: row.base.key, said: CaseFacts(said), in: measure.office.setting),
      actors[capacity] ?? own ?? IPAgents.holder, "\(row.base.key).\(row.base.version)")
  }

  /// Hands a command in; what a rule refuses is part of life.
  private func submit<C: Command>(_ command: C, _ actor: Actor, _ key: String) async throws {
    do {
      _ = try await measure.desk.submit(
        command, by: actor, CommandDesk.Terms(idempotencyKey: "sim.\(seed).\(key)"))
    } catch let problem as Problem where [403, 409, 422].contains(problem.status) {}
  }
}
