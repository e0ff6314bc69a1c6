import Airspace
import Books
import CaseEngine
import CaseWork
import Commons
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// How a flight is applied for, decided on and flown: what the steps decide.
struct FlightProcedure: Procedure {
  let rules: FlightRules

  var card: MeasureCard {
    MeasureCard(
      12, .enterprise, slug: "low-altitude", Phrase("飞行活动申请", en: "Flights"),
      Phrase(
        "申请、批准、起飞确认和飞行结束；四维冲突自动排除，时限自动提醒。",
        en:
          "Apply, be approved, confirmed and fly; conflicts are found in four dimensions, clocks alarm."
      ),
      bases: [
        FlightBasis.regulation(26), FlightBasis.regulation(27), FlightBasis.regulation(28),
        FlightBasis.regulation(30), FlightBasis.regulation(31),
      ])
  }
  var path: String { "low-altitude/flights" }
  var type: CaseType { FlightCases.flight }
  var openingCommand: CommandID { .fileFlight }
  func function(of command: CommandID) -> String { "networks" }
  func fields(of command: CommandID) -> [CaseField] { FlightFields.of(command) }

  var links: [(name: Phrase, target: String)] {
    [
      (Phrase("要不要申请？", en: "Do I have to apply?"), "/low-altitude/check"),
      (Phrase("适飞空域和管制空域", en: "Where one may fly"), "/low-altitude/airspace"),
    ]
  }
  var trays: [CaseTray] {
    [
      CaseTray("filed", Phrase("待决定", en: "To be decided"), for: .control, .stages([.filed])),
      CaseTray(
        "reported", Phrase("待起飞确认", en: "To be confirmed"), for: .control, .stages([.reported])),
      CaseTray("active", Phrase("飞行中", en: "In the air"), for: .control, .stages([.active])),
      CaseTray(
        "waiting", Phrase("等待起飞", en: "Waiting to fly"), for: .control,
        .stages([.approved, .confirmed, .blocked])),
      CaseTray(
        "handing", Phrase("货物待交接", en: "Goods to be handed over"), for: .control,
        .stages([.handing])),
      CaseTray("mine", Phrase("本单位全部", en: "All of this body"), for: .control, .agency),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("申请", en: "Applied for"), [.filed]),
      (Phrase("批准", en: "Approved"), [.approved, .blocked]),
      (Phrase("起飞确认", en: "Confirmed"), [.reported, .confirmed]),
      (Phrase("飞行", en: "In the air"), [.active, .handing]),
      (
        Phrase("结束", en: "Over"), ["ended", "refused", "withdrawn", "undecided", "lapsed"]
      ),
    ]
  }
  var notices: [CommandID: (subject: Phrase, body: Phrase)] {
    [
      .approve: (
        Phrase("飞行活动申请已批准", en: "The flight is approved"),
        Phrase("请在起飞1小时前报告准备情况。", en: "Report ready one hour before take-off.")
      ),
      .record: (
        Phrase("飞行计划已备案", en: "The plan is on record"),
        Phrase("请在起飞1小时前报告准备情况。", en: "Report ready one hour before take-off.")
      ),
      .refuse: (
        Phrase("飞行活动申请未获批准", en: "The flight is refused"),
        Phrase("理由见办件。", en: "The case says why.")
      ),
      .confirmReady: (
        Phrase("可以起飞", en: "You may take off"), Phrase("已确认。", en: "It is confirmed.")
      ),
      .closeAirspace: (
        Phrase("空域临时关闭，原计划不能飞", en: "The airspace is closed; the plan cannot be flown"),
        Phrase("请查看并采用建议的计划，或者撤回。", en: "Take the plan that is offered, or withdraw.")
      ),
      .displace: (
        Phrase(
          "紧急任务优先使用空域，原计划不能飞", en: "An urgent task has your airspace; the plan cannot be flown"),
        Phrase("请查看并采用建议的计划，或者撤回。", en: "Take the plan that is offered, or withdraw.")
      ),
      .recall: (
        Phrase("空域临时关闭，请立即避让", en: "The airspace is closed; leave it now"),
        Phrase("请服从空中交通管理机构的指令。", en: "Follow the instructions of air traffic control.")
      ),
      "decide-due": (
        Phrase("决定逾期", en: "The decision is late"),
        Phrase("已提醒空中交通管理机构。", en: "Air traffic control has been reminded.")
      ),
    ]
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    // Every clock of a flight ends at a moment; see `decide`.
    throw FlightRules.missing(clock.text)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    draft.endsAt[.chaseLate] = draft.at.adding(seconds: 60 * rules.chaseMinutes)
    try FlightStep(rules: rules).take(&draft, view)
  }

  // MARK: What a page shows

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = []
    if let mission = Mission(rawValue: facts.text(Mission.field)) {
      rows.append((Phrase("任务", en: "Mission"), mission.name))
    }
    if let plan = try? FlightPlan(facts["plan"]) {
      rows.append(
        (
          Phrase("时间", en: "Time"),
          .same("\(rules.text(plan.start)) – \(rules.text(plan.end))")
        ))
      rows.append(
        (
          Phrase("最高真高", en: "Greatest height"), .same("\(plan.height) m")
        ))
    }
    if let route = facts.string("route") {
      let slot = facts.integer("slot").map { rules.text(Instant(microseconds: $0)) }
      rows.append(
        (
          Phrase("航路和时隙", en: "Route and slot"),
          .same(route + " ") + (slot.map { .same($0) } ?? Phrase("未占时隙", en: "no slot held"))
        ))
    }
    if let sharing = FlightProcedure.sharing[facts.text("sharing")] {
      rows.append((Phrase("融合飞行（第二十二条）", en: "Shared airspace (art. 22)"), sharing))
    }
    let found = facts["conflicts"]?.array ?? []
    for one in found.prefix(5) {
      let at = one["at"]?.integer.map { rules.text(Instant(microseconds: $0)) } ?? ""
      rows.append(
        (
          Phrase("冲突", en: "Conflict"),
          .same("\(one["with"]?.string ?? "") \(at)")
        ))
    }
    if let offer = facts["offer"], let text = FlightProcedure.offerText(offer, rules) {
      rows.append((Phrase("建议的无冲突计划", en: "Plan without conflicts"), text))
    }
    rows += CustodyStep.summary(facts, rules)
    if file.base.stage == StageID.filed.text, found.isEmpty {
      rows.append((Phrase("冲突", en: "Conflicts"), Phrase("无", en: "none")))
    }
    return rows
  }

  /// The answers of article 22 that a page shows.
  private static let sharing = [
    "free": Phrase("可以，无需批准", en: "yes, without an approval"),
    "approval": Phrase("须经批准", en: "with an approval"),
  ]

  /// How a plan that is offered differs, and what that is worth.
  static func offerText(_ offer: JSONValue, _ rules: FlightRules) -> Phrase? {
    guard let plan = try? FlightPlan(offer["plan"]), let delay = offer["delay"]?.integer,
      let climb = offer["climb"]?.integer, let detour = offer["detour"]?.integer,
      let cost = offer["cost"]?.integer
    else { return nil }
    let start = rules.text(plan.start)
    return Phrase(
      "\(start)起飞；推迟\(delay)秒，升高\(climb)米，绕行\(detour)米；代价\(cost)秒",
      en:
        "take-off \(start); \(delay) s later, \(climb) m higher, \(detour) m aside; cost \(cost) s")
  }

  func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase] {
    guard (try? FlightPlan(facts["plan"])) != nil else {
      return [Phrase("没有飞行计划。", en: "it has no plan")]
    }
    return []
  }
}
