import Books
import CaseEngine
import CaseWork
import Commons
import LegalTime
import MeasureKit
import Storage

/// An incident (art. 40): it is dealt with at once, and reported within 24 hours of landing.
struct IncidentProcedure: Procedure {
  static let kind = "air-incident"
  let rules: FlightRules

  var card: MeasureCard {
    MeasureCard(
      12, .enterprise, slug: "low-altitude", Phrase("飞行安全问题报告", en: "Incidents"),
      Phrase("异常先告知，降落后24小时内书面报告。", en: "Tell at once; report within 24 hours of landing."),
      bases: [FlightBasis.regulation(40)])
  }
  var path: String { "low-altitude/incidents" }
  var type: CaseType { IncidentProcedure.incident }
  var openingCommand: CommandID { "notify" }
  func function(of command: CommandID) -> String { "networks" }
  var trays: [CaseTray] {
    [
      CaseTray("owed", Phrase("待报告", en: "Report owed"), for: .control, .stages(["noticed"])),
      CaseTray(
        "reported", Phrase("待核查", en: "To be looked into"), for: .control, .stages(["reported"])),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("告知", en: "Told"), ["noticed"]), (Phrase("报告", en: "Reported"), ["reported"]),
      (Phrase("核查完毕", en: "Closed"), ["closed"]),
    ]
  }

  private static let incident = CaseType(
    kind, Phrase("飞行安全问题报告", en: "incident"),
    stages: [
      Stage("noticed", Phrase("待书面报告", en: "Report owed"), owedBy: .flyers),
      Stage("reported", Phrase("待核查", en: "To be looked into"), owedBy: .control),
      .final("closed", Phrase("已核查", en: "Closed")),
    ],
    counters: Lateness.counters(FlightBasis.city),
    clocks: [
      ClockSpec(
        "report", Phrase("报告时限（降落后24小时）", en: "time to report (24 h after landing)"),
        drives: ["noticed"], FlightBasis.regulation(40)),
      ClockSpec(
        "review", Phrase("核查时限", en: "time to look into it"), drives: ["reported"], FlightBasis.city
      ),
      Lateness.clock(FlightBasis.city),
    ],
    transitions: [
      .opening(
        "notify", Phrase("告知异常情况", en: "tell of an incident"), by: [.flyers], to: "noticed",
        then: [.start("report")], FlightBasis.regulation(40)),
      Transition(
        "report", Phrase("提交书面报告", en: "report"), by: [.flyers], from: ["noticed"],
        to: "reported", then: Lateness.ended + [.start("review")],
        FlightBasis.regulation(40)),
      Transition(
        "close", Phrase("核查完毕", en: "close"), by: [.control], from: ["reported"], to: "closed",
        then: [.stopAll], FlightBasis.city),
      Lateness.late(
        "report", Phrase("报告逾期", en: "not reported in time"), from: ["noticed"],
        FlightBasis.regulation(40)),
      Lateness.late(
        "review", Phrase("核查逾期", en: "not looked into in time"), from: ["reported"],
        FlightBasis.city),
      Lateness.chasing(from: ["noticed", "reported"], FlightBasis.city),
    ])

  private static let kinds: [CaseField.Choice] = [
    .init("link", Phrase("链路中断", en: "link lost")),
    .init("position", Phrase("偏离航线或者高度", en: "off its route or height")),
    .init("near-miss", Phrase("险些相撞", en: "near miss")),
    .init("collision", Phrase("相撞", en: "collision")),
    .init("crash", Phrase("坠落", en: "crash")), .init("injury", Phrase("人员受伤", en: "injury")),
    .init("other", Phrase("其他", en: "other")),
  ]

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case "notify":
      [
        CaseField(
          "flight", Phrase("飞行活动编号", en: "Number of the flight"), .line(40), required: false,
          keeping: .fact),
        CaseField(
          "kind", Phrase("情况", en: "What happened"), .choice(IncidentProcedure.kinds),
          keeping: .open),
        CaseField(
          "landed", Phrase("降落时刻", en: "Landed at"),
          hint: Phrase("例如 2026-03-02T14:30", en: "Such as 2026-03-02T14:30"),
          .line(32), keeping: .fact, FlightBasis.regulation(40)),
        CaseField("place", Phrase("地点", en: "Place"), .line(200)),
        CaseField("phone", Phrase("联系电话", en: "Telephone"), .line(30)),
        CaseField("email", Phrase("电子邮箱", en: "E-mail"), .line(120), required: false),
        CaseField("text", Phrase("经过和处置", en: "What happened and what was done"), .words(4000)),
      ]
    case "report":
      [
        CaseField("text", Phrase("书面报告", en: "Report"), .words(8000)),
        CaseField(
          "measures", Phrase("防止再次发生的措施", en: "What keeps it from happening again"), .words(4000)),
      ]
    case "close": [CaseField("text", Phrase("核查结论", en: "Conclusion"), .words(4000))]
    default: []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period(clock == "chase" ? "chase" : "incident-review", on: draft.today)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    if draft.command == "report" {
      let end = draft.clocks.end(of: "report", draft.calendar)
      draft.publicFields["in-time"] = .bool(end.map { draft.at <= $0 } ?? true)
    }
    guard draft.command == "notify" else { return }
    guard let landed = FlightPlan.moment(draft.said.text("landed"), rules), landed <= draft.at
    else {
      throw Problem.invalid([
        Problem.Field(
          "landed", Phrase("应为已过去的日期和时刻。", en: "Give a day and time that have passed."))
      ])
    }
    if let number = draft.said.string("flight") {
      guard let parsed = CaseNumber(number), parsed.measure == 12,
        let flight = try view.first(CaseFileBook.find(parsed.serial)),
        flight.kind == FlightCases.kind
      else {
        throw Problem.invalid([
          Problem.Field("flight", Phrase("没有这一飞行活动。", en: "There is no such flight."))
        ])
      }
      draft.subject = "incident:\(flight.base.key)"
    }
    draft.endsAt["report"] = landed.adding(
      seconds: 60 * (try rules.number("incident-report", on: draft.today)))
    draft.agency = rules.controller("sector")
    draft.title = "飞行安全问题报告"
  }
}
