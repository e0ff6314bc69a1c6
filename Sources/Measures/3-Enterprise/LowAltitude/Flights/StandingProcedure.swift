import Airspace
import Books
import CaseEngine
import CaseWork
import Commons
import LegalTime
import MeasureKit
import Storage

/// A standing approval (长期飞行活动申请): regular flights in fixed airspace, whose plans are then filed for the
/// record by noon of the day before (art. 26, paragraph 2).
struct StandingProcedure: Procedure {
  static let kind = "air-standing"
  let rules: FlightRules

  var card: MeasureCard {
    MeasureCard(
      12, .enterprise, slug: "low-altitude", Phrase("长期飞行活动申请", en: "Standing approvals"),
      Phrase(
        "在固定空域内实施常态飞行，一次申请，逐日备案。",
        en: "Regular flights in fixed airspace: one approval, plans on record."),
      bases: [FlightBasis.regulation(26, 2)])
  }
  var path: String { "low-altitude/standing" }
  var type: CaseType { StandingProcedure.standing }
  var openingCommand: CommandID { "apply" }
  func function(of command: CommandID) -> String { "networks" }
  var trays: [CaseTray] {
    [CaseTray("filed", Phrase("待决定", en: "To be decided"), for: .control, .agency)]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("申请", en: "Applied for"), ["filed"]), (Phrase("批准", en: "Approved"), ["granted"]),
      (Phrase("结束", en: "Over"), ["expired", "refused", "withdrawn", "revoked"]),
    ]
  }

  private static let basis = FlightBasis.regulation(26, 2)

  private static let standing = CaseType(
    kind, Phrase("长期飞行活动申请", en: "standing approval"),
    stages: [
      Stage("filed", Phrase("待决定", en: "To be decided"), owedBy: .control),
      Stage(
        "granted", Phrase("有效", en: "Valid"),
        .nobody(because: Phrase("逐日将飞行计划备案即可。", en: "Plans are filed for the record, day by day."))),
      .final("expired", Phrase("已期满", en: "Expired")),
      .final("refused", Phrase("不予批准", en: "Refused")),
      .final("withdrawn", Phrase("已撤回", en: "Withdrawn")),
      .final("revoked", Phrase("已撤销", en: "Revoked")),
    ],
    counters: Lateness.counters(FlightBasis.city),
    clocks: [
      ClockSpec(
        "decide", Phrase("决定时限", en: "time to decide"), drives: ["filed"], FlightBasis.city),
      ClockSpec("term", Phrase("有效期", en: "term"), drives: [], basis),
      Lateness.clock(FlightBasis.city),
    ],
    transitions: [
      .opening(
        "apply", Phrase("提出长期申请", en: "apply"), by: [.flyers], to: "filed",
        then: [.start("decide")], basis),
      Transition(
        .approve, Phrase("批准", en: "approve"), by: [.control], from: ["filed"], to: "granted",
        then: Lateness.ended + [.start("term")], FlightBasis.regulation(28)),
      Transition(
        .refuse, Phrase("不予批准", en: "refuse"), by: [.control], from: ["filed"], to: "refused",
        then: [.stopAll], basis, recordsRefusal: true),
      Transition(
        "withdraw", Phrase("撤回", en: "withdraw"), by: [.flyers], from: ["filed", "granted"],
        to: "withdrawn", then: [.stopAll], FlightBasis.city),
      Transition(
        "revoke", Phrase("撤销", en: "revoke"), by: [.control], from: ["granted"], to: "revoked",
        then: [.stopAll], FlightBasis.city),
      Lateness.late(
        "decide", Phrase("决定逾期", en: "not decided in time"), from: ["filed"], FlightBasis.city),
      Lateness.chasing(from: ["filed"], FlightBasis.city),
      Transition(
        "term-due", Phrase("期满", en: "the term is over"), by: [.system], from: ["granted"],
        to: "expired", then: [.stopAll], basis),
    ])

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case "apply":
      [
        CaseField(
          "operator", Phrase("运营主体登记编号", en: "Number of the operator's registration"), .line(40),
          keeping: .fact),
        CaseField("from", Phrase("自", en: "From"), .date, keeping: .fact),
        CaseField("through", Phrase("至", en: "Through"), .date, keeping: .fact),
        CaseField(
          "path", Phrase("固定空域边界", en: "Border of the fixed airspace"),
          hint: Phrase("每行“经度, 纬度”，或者GeoJSON", en: "Lines of “longitude, latitude”, or GeoJSON"),
          .words(20_000)),
        CaseField(
          "height-high", Phrase("最高真高（米）", en: "Greatest height (m)"), .count(1...6000),
          keeping: .fact),
        CaseField("purpose", Phrase("常态飞行的内容", en: "What is flown"), .words(2000)),
        CaseField("email", Phrase("电子邮箱", en: "E-mail"), .line(120), required: false),
      ]
    case .refuse, "revoke": [CaseField("text", Phrase("理由", en: "Reasons"), .words(2000))]
    default: []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period(clock == "chase" ? "chase" : "review", on: draft.today)
  }

  /// The longest standing approval, in days (city policy).
  private static let longest = 366

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    if draft.command == .approve, let through = draft.facts.date("through") {
      draft.endsAt["term"] = Instant(through.adding(days: 1), in: draft.zone)
    }
    guard draft.command == "apply" else { return }
    guard let from = draft.said.date("from"), let through = draft.said.date("through"),
      from > draft.today, from <= through, from.days(to: through) <= StandingProcedure.longest
    else {
      throw Problem.invalid([
        Problem.Field(
          "through",
          Phrase(
            "自明天起，最长\(StandingProcedure.longest)日。",
            en: "From tomorrow on, \(StandingProcedure.longest) days at most."))
      ])
    }
    let operators = try RegisterBook.valid(
      draft.said.text("operator"), .operators, on: from, view, field: "operator")
    let outline = try ClosureProcedure.outline(draft.said, rules)
    draft.facts["outline"] = .array(outline.map { .array($0.map { .integer($0) }) })
    draft.facts.set("operator-key", operators.base.key)
    draft.agency = rules.controller("sector")
    draft.title = "长期飞行活动申请"
    draft.subject = "standing:\(operators.base.key)"
  }

  /// Whether a plan stays within the airspace of a standing approval: every point and every leg, and no higher.
  static func covers(_ permit: CaseFacts, _ plan: FlightPlan, _ rules: FlightRules) throws -> Bool {
    let corners = (permit["outline"]?.array ?? []).map { ($0.array ?? []).compactMap(\.integer) }
    guard corners.count >= 3, corners.allSatisfy({ $0.count == 2 }),
      let high = permit.integer("height-high"), plan.height <= high
    else { return false }
    let area = PlaneOutline(
      corners.map { LatLng(latitude: Double($0[1]) / 1e7, longitude: Double($0[0]) / 1e7) },
      in: rules.plane)
    return area.holds(plan.points.map(\.place), in: rules.plane)
  }
}
