import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// The people of a simulated city who have to do with reconsideration: those who apply, the authority
/// with its officers and its head, the agencies that answer for their acts, the committee, the court that
/// reports its figures. They act once a working day; the same seed and the same days give the same cases.
public struct ReconsiderationAgents: Sendable {
  private let measure: ReconsiderationMeasure
  private let seed: UInt64
  private let citizen: Int64?

  /// Agents of a measure; `citizen` is the account that files some of the applications itself.
  public init(_ measure: ReconsiderationMeasure, seed: UInt64, citizen: Int64?) {
    self.measure = measure
    self.seed = seed
    self.citizen = citizen
  }

  private var setting: CaseSetting { measure.office.setting }
  private var desk: CommandDesk { measure.office.desk }
  private var profile: CityProfile { setting.profile }

  /// At eleven on a working day everybody takes the steps that are due.
  public func turn(at moment: Instant) async throws {
    let today = setting.day(moment)
    guard moment == Instant(today, secondOfDay: 39_600, in: profile.zone),
      setting.calendar.isWorkingDay(today)
    else { return }
    var random = SeededRandom(seed: seed).fork("reconsideration \(today)")
    try await enrol()
    try await reportSuits(today, &random)
    for stage in Self.stages {
      let rows = try await desk.store.all(
        CaseFileBook.at(stage, kind: setting.type.id, after: (.min, .min), limit: 200))
      for row in rows { try await act(on: row, stage, today, &random) }
    }
    for place in 0..<(random.chance(0.55) ? 1 + random.below(2) : 0) {
      try await file(today, place, &random)
    }
  }

  private static let stages: [StageID] = [
    .received, .correcting, .serving, .replying, .trial, .called, .consulting, .agreed, .proposed,
    .decided, .performing, .suspended, .closed, .refused, .abandoned, .withdrawn, .terminated,
  ]

  // MARK: People

  private func actor(_ capacity: ActorKind, _ agency: String? = nil) -> Actor {
    guard capacity != .citizen else {
      return Actor(
        kind: .anonymous, account: 0,
        permissions: ["reconsideration.file", "reconsideration.as-citizen"])
    }
    // One account for each capacity: who proposes does not decide.
    let place = Int64(Self.capacities.firstIndex(of: capacity) ?? 0)
    return Actor(
      kind: .staff, account: -20 - place, permissions: [setting.procedure.permission(capacity)],
      agency: agency, agencies: nil)
  }

  private static let capacities: [ActorKind] = [
    .clerk, .officer, .approver, .respondent, .committee, .court,
  ]

  private static let roster: [(number: Int64, name: String, fields: [String])] = [
    (101, "陈立新", ["penalty", "coercion"]), (102, "林晓岚", ["licence", "other"]),
    (103, "周正", ["disclosure", "inaction"]), (104, "何敏", []), (105, "吴思远", ["penalty"]),
  ]

  private func enrol() async throws {
    guard try await desk.store.first(ReconsiderationTables.allOfficers) == nil else { return }
    let known = Set(ReconsiderationLaw.actKinds.map(\.code))
    for one in Self.roster {
      _ = try await submit(
        SetOfficer(
          number: one.number, name: one.name, fields: one.fields.filter(known.contains),
          isQualified: true, isActive: true), actor(.approver), "officer.\(one.number)")
    }
  }

  /// On the first working day of a month, the court reports the month before.
  private func reportSuits(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    let first = CivilDate("\(today.description.prefix(7))-01") ?? today
    guard setting.calendar.workingDay(onOrAfter: first) == today else { return }
    let month = String(first.adding(days: -1).description.prefix(7))
    _ = try await submit(
      EnterCourtCount(
        period: month, suits: Int64(3 + random.below(5)), source: "示范市中级人民法院行政审判月报（演示）",
        reportedOn: today, zone: profile.zone), actor(.court), "court.\(month)")
  }

  // MARK: Filing

  private static let matters: [(kind: String, agency: String, request: String, reasons: String)] = [
    ("penalty", "urban", "撤销占道经营处罚决定。", "摆放在自家门口，没有占用人行道，处罚事实不清。"),
    ("penalty", "market", "撤销行政处罚决定。", "已在责令期限内改正，处罚明显过重。"),
    ("penalty", "traffic-police", "撤销交通违法处罚决定。", "当时为避让救护车，有行车记录为证。"),
    ("licence", "health", "撤销不予许可决定，责令重新作出。", "材料齐全，不予许可没有说明理由。"),
    ("disclosure", "planning", "责令公开所申请的规划信息。", "所申请的信息不属于不予公开的范围。"),
    ("inaction", "housing", "责令履行查处职责。", "投诉已满两个月，至今没有处理，也没有答复。"),
    ("other", "market", "撤销不予登记决定。", "登记材料符合法定形式。"),
  ]

  private func file(
    _ today: CivilDate, _ place: Int, _ random: inout SeededRandom
  ) async throws {
    let kinds = Set(ReconsiderationLaw.actKinds.map(\.code))
    let known = Self.matters.filter { kinds.contains($0.kind) && profile.agency($0.agency) != nil }
    guard !known.isEmpty else { return }
    let matter = known[random.below(known.count)]
    let knownOn = today.adding(days: -3 - random.below(random.chance(0.06) ? 90 : 40))
    var said: [String: JSONValue] = [
      "applicant-kind": "person", "name": .string(Self.names[random.below(Self.names.count)]),
      "phone": .string("1390000" + padded(random.below(10_000), 4)),
      "address": .string("江北区滨河路\(1 + random.below(300))号"), "e-service": true,
      "respondent": .string(matter.agency), "act-kind": .string(matter.kind), "excluded": "none",
      "known-on": .string(knownOn.description), "acted-on": .string(knownOn.description),
      "told": "yes", "request": .string(matter.request), "reasons": .string(matter.reasons),
    ]
    if matter.kind == "penalty" {
      said["amount"] = .integer(Int64(200 + random.below(60) * 100) * 100)
    }
    if random.chance(0.2) { said["hearing-asked"] = true }
    let isOwn = random.chance(0.15)
    let applicant =
      isOwn
      ? citizen.map {
        Actor(
          kind: .citizen, account: $0,
          permissions: ["reconsideration.file", "reconsideration.as-citizen"])
      } : nil
    _ = try await submit(
      OpenCase("file", said: CaseFacts(said), in: setting), applicant ?? actor(.citizen),
      "file.\(today).\(place)")
  }

  private static let names = ["赵一鸣", "钱多多", "孙悦", "李想", "周文", "吴静", "郑凯", "王小明"]

  // MARK: Cases

  private static let tests: [String: JSONValue] = [
    "applicant-clear": true, "respondent-fits": true, "interest": true, "request-concrete": true,
    "has-jurisdiction": true,
  ]

  private func act(
    on row: CaseFileRow, _ stage: StageID, _ today: CivilDate, _ random: inout SeededRandom
  ) async throws {
    switch stage {
    case .received where random.chance(0.7): try await examine(row, today, &random)
    case .correcting where random.chance(0.4):
      try await step("correct", .citizen, row, ["text": "已补充身份证明和处罚决定书。"])
    case .serving where random.chance(0.8): try await step("serve", .officer, row)
    case .replying where random.chance(0.2):
      try await step("reply", .respondent, row, ["text": "处罚认定事实清楚，程序合法，证据随附。"])
    case .trial: try await tryCase(row, today, &random)
    case .called: try await hearing(row, today, &random)
    case .consulting where random.chance(0.5):
      try await step("advise", .committee, row, ["text": "多数意见认为证据不足以证明违法事实。"])
    case .agreed where random.chance(0.5):
      try await step("sign", .officer, row, ["all-signed": true])
    case .proposed where random.chance(0.7):
      try await step(
        "decide", .approver, row, ["agreed-by": random.chance(0.8) ? "head" : "collective"])
    case .decided where random.chance(0.8):
      try await step("deliver", .officer, row, ["delivered-by": "electronic"])
    case .performing: try await perform(row, &random)
    case .suspended where random.chance(0.2):
      try await step("resume", .officer, row, ["text": "中止事由已经消除。"])
    case .closed, .refused, .abandoned, .withdrawn, .terminated:
      try await afterwards(row, stage, today, &random)
    default: break
    }
  }

  private func examine(
    _ row: CaseFileRow, _ today: CivilDate, _ random: inout SeededRandom
  ) async throws {
    let facts = try CaseFacts(row.facts)
    if random.chance(0.12) {
      return try await step("ask-correction", .clerk, row, ["text": "请提交处罚决定书和身份证明复印件。"])
    }
    let isLate = facts.date("last-day").map { last in
      facts.date("filed-on").map { last < $0 } ?? false
    }
    if isLate == true {
      return try await step(
        "refuse", .clerk, row, ["refused-for": "in-time", "text": "超过法定申请期限，且无正当理由。"])
    }
    let amount = facts.integer("amount") ?? .max
    let isSmall = amount <= 300_000 || facts.string("act-kind") == "disclosure"
    if isSmall, random.chance(0.6) {
      return try await step(
        "accept-simplified", .clerk, row, Self.tests.merging(["clear": true]) { $1 })
    }
    try await step("accept", .clerk, row, Self.tests)
  }

  private func tryCase(
    _ row: CaseFileRow, _ today: CivilDate, _ random: inout SeededRandom
  ) async throws {
    let facts = try CaseFacts(row.facts)
    let status = try setting.type.status(row.base.status)
    let isSimplified = setting.type.count(.simplified, of: status) > 0
    let isHeard = setting.type.count(.heard, of: status) > 0
    if random.chance(0.03) {
      return try await step(
        "suspend", .officer, row, ["suspension": "other-case", "text": "须以另案的审理结果为依据。"])
    }
    if random.chance(0.02) {
      return try await step("ask-withdrawal", .citizen, row, ["withdrawal": "settled"])
    }
    if facts.flag("withdrawal-asked") {
      return try await step("allow-withdrawal", .officer, row, ["voluntary": true])
    }
    if !isHeard, !isSimplified || random.chance(0.3) {
      if facts.flag("hearing-asked"), facts["hearing-held"] == nil {
        return try await call(row, today)
      }
      return try await step(
        "hear", .officer, row,
        ["manner": random.chance(0.5) ? "phone" : "internet", "text": "申请人坚持原请求，并说明经过。"])
    }
    guard random.chance(0.3) else { return }
    if random.chance(0.15) {
      return try await step(
        "mediate", .officer, row, ["lawful-agreement": true, "text": "被申请人减轻处罚，申请人撤回其他请求。"])
    }
    if random.chance(0.1), facts["consulted"] == nil {
      return try await step(
        "consult", .officer, row, ["technical": true, "text": "检测报告能否证明超标？"])
    }
    try await propose(row, status, &random)
  }

  private func call(_ row: CaseFileRow, _ today: CivilDate) async throws {
    guard let notice = try? measure.rules.period("hearing-notice", on: today) else { return }
    let day = setting.calendar.workingDay(
      onOrAfter: setting.calendar.earliest(notice, toldOn: today))
    try await step(
      "call-hearing", .officer, row,
      [
        "hearing-on": .string(day.description), "place": "线上（掌上复议）", "text": "处罚事实与程序",
        "chair": "陈立新", "assessors": 2, "recorder": "何敏",
      ])
  }

  private func hearing(
    _ row: CaseFileRow, _ today: CivilDate, _ random: inout SeededRandom
  ) async throws {
    let facts = try CaseFacts(row.facts)
    if facts["attended-citizen"] == nil {
      // As the hearing room says it after it has compared the code.
      return try await step(
        "attend", .citizen, row,
        ["mode": "remote", "text": "我没有占用道路，请看照片。", "identified": "code", "signed": true])
    }
    guard let day = facts.date("hearing-on"), day <= today else { return }
    try await step(
      "hold-hearing", .officer, row,
      [
        "applicant-present": "present",
        "respondent-head": random.chance(0.7) ? "present" : "delegated",
        "text": "双方陈述、举证、质证，笔录经核对签字。",
      ])
  }

  private func propose(
    _ row: CaseFileRow, _ status: CaseStatus, _ random: inout SeededRandom
  ) async throws {
    let isSilent = setting.type.count(.silent, of: status) > 0
    let draw = random.below(100)
    var said: [String: JSONValue] = [
      "content": "见决定书。", "text": "经审理查明的事实和理由。", "compensation": "none",
    ]
    let outcome: (CommandID, String, String) =
      isSilent
      ? ("propose", "revoke", "facts-unclear")
      : draw < 55
        ? ("propose", "uphold", "lawful")
        : draw < 80
          ? ("propose", "revoke", "facts-unclear") : ("propose-duty", "revoke", "procedure")
    said["decision"] = .string(outcome.1)
    said["ground"] = .string(outcome.2)
    if outcome.0 == "propose-duty" {
      said["redo"] = true
      said["days"] = .integer(Int64(15 + random.below(3) * 15))
    }
    try await step(outcome.0, .officer, row, said)
  }

  private func perform(_ row: CaseFileRow, _ random: inout SeededRandom) async throws {
    if random.chance(0.1) {
      return try await step(
        "report", .respondent, row, ["text": "已经依法重新作出决定并送达当事人。"])
    }
    if random.chance(0.15) {
      try await step("confirm", .officer, row, ["text": "已核实，重新作出的决定合法送达。"])
    }
  }

  private func afterwards(
    _ row: CaseFileRow, _ stage: StageID, _ today: CivilDate, _ random: inout SeededRandom
  ) async throws {
    let facts = try CaseFacts(row.facts)
    if stage == .closed, facts["published"] == nil, facts.string("decision") != "mediated",
      random.chance(0.3)
    {
      let kind = ReconsiderationProcedure.name(
        facts.string("decision"), in: ReconsiderationLaw.decisionKinds)
      return try await step(
        "publish", .officer, row,
        ["text": .string("申请人不服行政行为一案，复议机关经审理，决定：\(kind?.zh ?? "")。个人信息已隐去。")])
    }
    if facts["archived-on"] == nil, random.chance(0.08) {
      try await step(
        "archive", .officer, row,
        [
          "volume": .string("\(today.year)-\(row.base.key % 1000)"),
          "pages": .integer(20 + row.base.key % 60),
        ])
    }
  }

  private func step(
    _ command: CommandID, _ capacity: ActorKind, _ row: CaseFileRow,
    _ said: [String: JSONValue] = [:]
  ) async throws {
    _ = try await submit(
      MoveCase(command, as: capacity, on: row.base.key, said: CaseFacts(said), in: setting),
      actor(capacity, capacity == .respondent ? row.party : row.base.agency),
      "\(row.base.key).\(row.base.version)")
  }

  /// Hands a command in; what a rule refuses is part of life.
  private func submit<C: Command>(
    _ command: C, _ actor: Actor, _ key: String
  ) async throws -> Acknowledged? {
    do {
      return try await desk.submit(
        command, by: actor, CommandDesk.Terms(idempotencyKey: "sim.\(seed).\(key)"))
    } catch let problem as Problem where [403, 404, 409, 422].contains(problem.status) {
      return nil
    }
  }
}
