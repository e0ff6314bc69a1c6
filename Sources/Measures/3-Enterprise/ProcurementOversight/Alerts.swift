import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import RedFlags
import Storage

extension ActorKind {
  /// Whoever handles alerts at a supervising agency.
  static let handling = ActorKind("handle", Phrase("预警处置人员", en: "handler of alerts"))
  /// The firm that an alert is about.
  static let firm = ActorKind("firm", Phrase("被预警企业", en: "the firm concerned"))
  /// Whoever decides on appeals and checks what was drawn for a second look.
  static let reviewing = ActorKind("review", Phrase("复核人员", en: "reviewer"))
}

/// An alert: raised by the program, drawn to a supervising agency by lot, handled with reasons in the order of the lot,
/// appealed. There is no step that withdraws, deletes or changes one.
struct AlertProcedure: Procedure {
  static let kind = "procurement-alert"
  let rules: ProcurementRules
  var card: MeasureCard { ProcurementCards.alerts }
  var path: String { "procurement/alerts" }
  var openingCommand: CommandID { "raise" }
  var isOpenToPeople: Bool { false }
  var type: CaseType { AlertProcedure.alert }
  var trays: [CaseTray] {
    [
      CaseTray("mine", Phrase("抽到本单位", en: "Drawn to my agency"), for: .handling, .agency),
      CaseTray("firm", Phrase("本企业", en: "Of my firm"), for: .firm, .party),
      CaseTray(
        "review", Phrase("申诉与抽查", en: "Appeals and second looks"), for: .reviewing,
        .stages(["appealed", "sampled"])),
      CaseTray("raised", Phrase("待抽签", en: "To be drawn"), for: .reviewing, .stages(["raised"])),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("预警", en: "Raised"), ["raised"]), (Phrase("抽签分派", en: "Drawn"), ["assigned"]),
      (Phrase("处置", en: "Handled"), ["handled"]),
      (Phrase("复核", en: "Reviewed"), ["appealed", "sampled"]),
      (Phrase("办结", en: "Closed"), ["closed"]),
    ]
  }

  // MARK: Case type

  private static func move(
    _ command: CommandID, _ zh: String, _ en: String, by actor: ActorKind, from: [StageID],
    to: StageID? = nil, then effects: [CaseEffect]
  ) -> Transition {
    Transition(
      command, Phrase(zh, en: en), by: [actor], from: from, to: to, then: effects,
      ProcurementBasis.city)
  }
  private static func clock(_ id: ClockID, _ zh: String, _ en: String, _ drives: [StageID])
    -> ClockSpec
  {
    ClockSpec(id, Phrase(zh, en: en), drives: drives, ProcurementBasis.city)
  }
  private static func late(_ id: ClockID, _ zh: String, _ en: String, _ stages: [StageID])
    -> Transition
  {
    Lateness.late(id, Phrase(zh, en: en), from: stages, ProcurementBasis.city)
  }
  private static let afresh = Lateness.ended

  private static let alert = CaseType(
    kind, Phrase("采购预警", en: "procurement alert"),
    stages: [
      Stage("raised", Phrase("待抽签", en: "To be drawn"), owedBy: .system),
      Stage("assigned", Phrase("待处置", en: "To be handled"), owedBy: .handling),
      Stage("handled", Phrase("已处置，可申诉", en: "Handled; an appeal is open"), owedBy: .firm),
      Stage("appealed", Phrase("申诉复核", en: "Under appeal"), owedBy: .reviewing),
      Stage("sampled", Phrase("抽查复核", en: "Second look"), owedBy: .reviewing),
      .final("closed", Phrase("已办结", en: "Closed")),
    ],
    counters: [
      Lateness.mark, .flag("sample", Phrase("抽中复核", en: "sampled")),
      Counter("returned", Phrase("退回重办", en: "returned"), upTo: 2, ProcurementBasis.city),
    ],
    clocks: [
      clock("assign", "抽签时限", "time to draw", ["raised"]),
      clock("handle", "处置时限", "time to handle", ["assigned"]),
      clock("appeal", "申诉期限", "time to appeal", ["handled"]),
      clock("review", "复核时限", "time to review", ["appealed", "sampled"]),
      Lateness.clock(ProcurementBasis.city),
    ],
    transitions: [
      .opening(
        "raise", Phrase("发出预警", en: "raise an alert"), by: [.system], to: "raised",
        then: [.start("assign")], ProcurementBasis.notice),
      move(
        "assign", "按抽签分派", "assign by lot", by: .system, from: ["raised"], to: "assigned",
        then: afresh + [.start("handle")]),
      move(
        "assign-sample", "按抽签分派并列入抽查", "assign by lot, with a second look", by: .system,
        from: ["raised"], to: "assigned", then: afresh + [.mark("sample"), .start("handle")]),
      move(
        "handle", "处置并说明理由", "handle, with reasons", by: .handling, from: ["assigned"],
        to: "handled", then: afresh + [.start("appeal")]),
      move(
        "appeal", "申诉", "appeal", by: .firm, from: ["handled"], to: "appealed",
        then: afresh + [.start("review")]),
      Transition(
        "appeal-due", Phrase("申诉期满，办结", en: "no appeal: close"), by: [.system], from: ["handled"],
        to: "closed",
        if: [.clear("sample", else: Phrase("已列入抽查。", en: "It is sampled."))], then: [.stopAll],
        ProcurementBasis.city),
      Transition(
        "appeal-due", Phrase("申诉期满，转入抽查", en: "no appeal: second look"), by: [.system],
        from: ["handled"], to: "sampled",
        if: [.set("sample", else: Phrase("未列入抽查。", en: "It is not sampled."))],
        then: afresh + [.start("review")], ProcurementBasis.city),
      move(
        "uphold", "维持处置", "uphold", by: .reviewing, from: ["appealed", "sampled"], to: "closed",
        then: [.stopAll]),
      move(
        "return", "退回重新处置", "return", by: .reviewing, from: ["appealed", "sampled"],
        to: "assigned", then: afresh + [.count("returned"), .start("handle")]),
      late("assign", "抽签逾期", "not drawn in time", ["raised"]),
      late("handle", "处置逾期", "not handled in time", ["assigned"]),
      late("review", "复核逾期", "not reviewed in time", ["appealed", "sampled"]),
      Lateness.chasing(
        from: ["raised", "assigned", "appealed", "sampled"], counted: false, ProcurementBasis.city),
    ])

  // MARK: Fields

  func function(of command: CommandID) -> String { "risk-indicators" }

  private static func open(_ name: String, _ zh: String, _ en: String) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .line(300), keeping: .open).saidByTheMeasure()
  }

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case "raise":
      [
        Self.open("alert", "预警标识", "Id"), Self.open("ocid", "采购过程", "Process"),
        Self.open("subject", "对象", "Subject"), Self.open("code", "指标", "Indicator"),
        Self.open("grade", "等级", "Grade"), Self.open("value", "数值", "Value"),
        // A platform's release may name no buyer.
        CaseField(
          "firm", Phrase("企业", en: "Firm"), .line(300), required: false, keeping: .open
        ).saidByTheMeasure(),
        CaseField(
          "names", Phrase("涉及单位", en: "Organisations named"), .words(4000), required: false,
          keeping: .open
        ).saidByTheMeasure(),
      ]
    case "assign", "assign-sample": [Self.open("draw", "抽签编号", "Number of the draw")]
    case "handle":
      [
        CaseField(
          "outcome", Phrase("处置结果", en: "Outcome"),
          .choice([
            .init("explained", Phrase("核实，有合理解释", en: "looked into; explained")),
            .init("corrected", Phrase("督促整改", en: "to be corrected")),
            .init("referred", Phrase("移送查处", en: "referred for investigation")),
          ]), keeping: .open),
        CaseField("text", Phrase("理由", en: "Reasons"), .words(4000)),
      ]
    case "appeal": [CaseField("text", Phrase("申诉理由", en: "Why"), .words(4000))]
    case "uphold", "return":
      [CaseField("text", Phrase("复核意见", en: "Finding of the review"), .words(4000))]
    default: []
    }
  }

  /// The organisations that an alert names, from its field.
  static func names(_ text: String) -> [String] {
    ((try? JSONValue(parsing: Array(text.utf8)))?.array ?? []).compactMap(\.string)
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period(clock.text, on: draft.today)
  }

  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    switch capacity {
    case .system, .reviewing: .all
    case .firm: .agency(row.party)
    default: .agency(row.base.agency)
    }
  }

  // MARK: Deciding

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case "raise":
      let id = draft.said.text("alert")
      guard try view.all(CaseFileBook.about(id, kind: AlertProcedure.kind, limit: 1)).isEmpty else {
        throw ChainStep.against("known-alert", "这一预警已经发出。", "This alert was raised before.")
      }
      draft.subject = id
      draft.title = "\(draft.said.text("code"))：\(AlertCatalogue.name(draft.said.text("code")).zh)"
      draft.agency = rules.supervisor
      let firm = draft.said.text("firm")
      draft.party = rules.firms.contains(firm) ? firm : nil
      let row = AlertRow(draft)
      draft.rows.append { [AlertTables.add(row, $0)] }
    case "assign", "assign-sample":
      guard let number = CaseNumber(draft.said.text("draw")),
        let drawn = try view.first(CaseFileBook.find(number.serial)),
        drawn.kind == DrawProcedure.kind,
        let place = try CaseFacts(drawn.facts)["places"]?[draft.subject ?? ""]?.integer
      else {
        throw ChainStep.against("no-draw", "抽签结果中没有这一预警。", "The draw does not name this alert.")
      }
      guard DrawProcedure.isSampled(place) == (draft.command == "assign-sample") else {
        throw ChainStep.against("not-as-drawn", "与抽签结果不符。", "This is not what was drawn.")
      }
      draft.agency = rules.handlers[Int(place) % rules.handlers.count]
      draft.publicFields["place"] = .integer(place)
      draft.facts.set("place", place)
      draft.facts.set("day", try CaseFacts(drawn.facts).text("day"))
    case "handle": try requireTurn(&draft, view)
    default: break
    }
  }

  /// Where the lot put an alert: the day of its draw, then the place in it.
  private static func turn(_ facts: CaseFacts) -> (day: String, place: Int64) {
    (facts.text("day"), facts.integer("place") ?? 0)
  }

  /// Alerts that wait for their handling, by agency in the order of the lot.
  static func queues(_ waiting: [CaseFileRow]) throws -> [String: [CaseFileRow]] {
    let placed = try waiting.map { ($0, turn(try CaseFacts($0.facts))) }
    let queues = Dictionary(grouping: placed.sorted { $0.1 < $1.1 }) { $0.0.base.agency ?? "" }
    return queues.mapValues { $0.map(\.0) }
  }

  /// An agency handles in the order of the lot: before it handles an alert, at most so many that come earlier may
  /// wait. Otherwise it would pick which ones are looked at. An attempt stays on record.
  private func requireTurn(_ draft: inout CaseDraft, _ view: any View) throws {
    let own = AlertProcedure.turn(draft.facts)
    var earlier: [CaseFileRow] = []
    var cursor = (Int64.min, Int64.min)
    while true {
      let page = try view.all(
        CaseFileBook.at(
          "assigned", kind: AlertProcedure.kind, after: cursor, limit: DrawProcedure.limit))
      for row in page where row.base.agency == draft.agency && row.base.key != draft.key {
        if AlertProcedure.turn(try CaseFacts(row.facts)) < own { earlier.append(row) }
      }
      guard page.count == DrawProcedure.limit, let last = page.last else { break }
      cursor = (last.base.dueAt?.microseconds ?? .max, last.base.key)
    }
    draft.publicFields["earlier"] = .integer(Int64(earlier.count))
    guard earlier.count > rules.window else { return }
    let first =
      try AlertProcedure.queues(earlier).values.first?.first?.base.number.description ?? ""
    draft.refusal = ChainStep.against(
      "not-its-turn",
      "应当按抽签先后处置：前面还有\(earlier.count)件待处置，至多可有\(rules.window)件；请先处置 \(first)。",
      "Alerts are handled in the order of the lot: \(earlier.count) before it wait, \(rules.window) may; "
        + "handle \(first) first.")
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    let code = facts.text("code")
    return [
      (Phrase("指标", en: "Indicator"), .same(code) + .same(" ") + AlertCatalogue.name(code)),
      (Phrase("等级", en: "Grade"), AlertCatalogue.gradeName(facts.text("grade"))),
      (Phrase("数值", en: "Value"), .same(facts.text("value"))),
      (Phrase("依据", en: "Source"), .same(AlertCatalogue.source(code))),
      (Phrase("何时触发", en: "Raised when"), .same(AlertCatalogue.definition(code))),
      (Phrase("采购过程", en: "Process"), .same(facts.text("ocid"))),
      (Phrase("对象", en: "Subject"), .same(facts.text("subject"))),
    ]
      + (facts.text("names").isEmpty
        ? []
        : [
          (
            Phrase("涉及单位", en: "Organisations named"),
            .same(AlertProcedure.names(facts.text("names")).joined(separator: "，"))
          )
        ])
  }
}

/// What the indicators are called, how much they say and what they rest on.
enum AlertCatalogue {
  private static let cardinal: [String: Phrase] = [
    "R003": Phrase("投标期过短", en: "Short submission period"),
    "R018": Phrase("只有一家响应", en: "Single bid received"),
    "R024": Phrase("报价紧随中标价", en: "Price close to the winning bid"),
    "R025": Phrase("屡投不中", en: "Excessive unsuccessful bids"),
    "R028": Phrase("报价相同", en: "Identical bid prices"),
    "R030": Phrase("逾期响应中标", en: "Late bid won"),
    "R035": Phrase("其他响应均被否决", en: "All except the winning bid disqualified"),
    "R036": Phrase("最低价被否决", en: "Lowest bid disqualified"),
    "R038": Phrase("否决过多", en: "Excessive disqualified bids"),
    "R048": Phrase("供应品类过杂", en: "Heterogeneous supplier"),
    "R058": Phrase("大幅降价", en: "Heavily discounted bid"),
  ]

  static func name(_ code: String) -> Phrase {
    CatalogueFlag.named(code)?.name ?? cardinal[code] ?? .same(code)
  }
  static func grade(_ code: String) -> String {
    CatalogueFlag.named(code)?.grade.rawValue ?? "yellow"
  }
  static func source(_ code: String) -> String {
    CatalogueFlag.named(code)?.source ?? "OCP 2024, \(code)"
  }
  static func definition(_ code: String) -> String {
    CatalogueFlag.named(code)?.definition ?? "docs/reference/red-flags.md, \(code)"
  }
  static func gradeName(_ grade: String) -> Phrase {
    switch grade {
    case "red": Phrase("红色", en: "red")
    case "amber": Phrase("橙色", en: "amber")
    default: Phrase("黄色", en: "yellow")
    }
  }
}
