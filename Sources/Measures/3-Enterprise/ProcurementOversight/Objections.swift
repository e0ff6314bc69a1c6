import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// A supplier's question or objection, answered by the firm in the time that the law gives; while an objection
/// waits, the purchase stands still.
struct ObjectionProcedure: Procedure {
  static let kind = "procurement-objection"
  let rules: ProcurementRules
  var card: MeasureCard { ProcurementCards.objections }
  var path: String { "procurement/objections" }
  var openingCommand: CommandID { "raise" }
  var type: CaseType { ObjectionProcedure.objection }
  var trays: [CaseTray] {
    [CaseTray("mine", Phrase("待答复", en: "To be answered"), for: .conducting, .agency)]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("提出", en: "Raised"), ["raised"]), (Phrase("答复", en: "Answered"), ["answered"]),
      (Phrase("办结", en: "Closed"), ["settled", "complained", "withdrawn"]),
    ]
  }
  var notices: [CommandID: (subject: Phrase, body: Phrase)] {
    [
      "answer": (
        Phrase("采购人已答复", en: "The firm has answered"),
        Phrase("如不满意，可在期限内投诉。", en: "If it does not satisfy you, complain in time.")
      )
    ]
  }

  private static let objection = CaseType(
    kind, Phrase("采购询问与异议", en: "question or objection"),
    stages: [
      Stage("raised", Phrase("待答复", en: "To be answered"), owedBy: .conducting),
      Stage("answered", Phrase("已答复，可投诉", en: "Answered; a complaint is open"), owedBy: .owners),
      .final("settled", Phrase("已了结", en: "Settled")),
      .final("complained", Phrase("已转投诉", en: "Complaint made")),
      .final("withdrawn", Phrase("已撤回", en: "Withdrawn")),
    ],
    counters: [Lateness.mark],
    clocks: [
      ClockSpec(
        "answer", Phrase("答复期限", en: "time to answer"), drives: ["raised"],
        ProcurementBasis.regulations(22)),
      ClockSpec(
        "complain", Phrase("投诉期限", en: "time to complain"), drives: ["answered"],
        ProcurementBasis.regulations(60, 1)),
      Lateness.clock(ProcurementBasis.city),
    ],
    transitions: [
      .opening(
        "raise", Phrase("提出询问或者异议", en: "ask or object"), by: [.owners], to: "raised",
        then: [.start("answer")], ProcurementBasis.regulations(22)),
      Transition(
        "answer", Phrase("答复", en: "answer"), by: [.conducting], from: ["raised"], to: "answered",
        then: Lateness.ended + [.start("complain")], ProcurementBasis.regulations(22)),
      Transition(
        "complain", Phrase("向监督部门投诉", en: "complain to the supervisor"), by: [.owners],
        from: ["raised", "answered"], to: "complained", then: [.stopAll],
        ProcurementBasis.regulations(60, 1)),
      Transition(
        "withdraw", Phrase("撤回", en: "withdraw"), by: [.owners], from: ["raised"], to: "withdrawn",
        then: [.stopAll], ProcurementBasis.city),
      Lateness.late(
        "answer", Phrase("答复逾期", en: "not answered in time"), from: ["raised"],
        ProcurementBasis.regulations(22)),
      Transition(
        "complain-due", Phrase("投诉期满", en: "the time to complain is over"), by: [.system],
        from: ["answered"], to: "settled", then: [.stopAll], ProcurementBasis.regulations(60, 1)),
      Lateness.chasing(from: ["raised"], counted: false, ProcurementBasis.city),
    ])

  func function(of command: CommandID) -> String { "trading" }

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case "raise":
      [
        CaseField("project", Phrase("采购项目编号", en: "Number of the purchase"), .line(30)),
        CaseField(
          "about", Phrase("类别", en: "About"),
          .choice([
            .init("question", Phrase("询问", en: "a question")),
            .init("documents", Phrase("对采购文件的异议", en: "an objection to the documents")),
            .init("opening", Phrase("对开启的异议", en: "an objection to the opening")),
            .init("result", Phrase("对评审结果的异议", en: "an objection to the result")),
          ]), keeping: .open),
        CaseField("text", Phrase("内容与理由", en: "What, and why"), .words(4000)),
        CaseField("firm-name", Phrase("单位名称", en: "Organisation"), .line(120)),
        CaseField("email", Phrase("电子邮箱", en: "E-mail"), .line(120), required: false),
      ]
    case "answer": [CaseField("text", Phrase("答复", en: "Answer"), .words(4000))]
    case "complain": [CaseField("text", Phrase("投诉请求", en: "What is asked for"), .words(4000))]
    default: []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    switch clock {
    case "answer" where draft.facts.string("about") == "question":
      try rules.period("question", on: draft.today)
    case "answer": try rules.legal("objection-answer", on: draft.today)
    case "complain": try rules.legal("complaint", on: draft.today)
    default: try rules.period("chase", on: draft.today)
    }
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    if draft.command == "answer" { return }
    guard draft.command == "raise" else { return }
    func wrong(_ field: String, _ zh: String, _ en: String) -> Problem {
      .invalid([Problem.Field(field, Phrase(zh, en: en))])
    }
    guard let number = CaseNumber(draft.said.text("project")), number.measure == card.number,
      let project = try view.first(CaseFileBook.find(number.serial)),
      ProcurementMethod.allCases.contains(where: { project.kind == "procurement-\($0.rawValue)" })
    else { throw wrong("project", "没有这一采购项目。", "There is no such purchase.") }
    let facts = try CaseFacts(project.facts)
    let stage = project.base.stage
    switch draft.said.text("about") {
    case "documents":
      let days = try rules.legal("documents-objection", on: draft.today).amount
      guard let opens = facts.date("opens-on"), stage == "bidding",
        draft.today.days(to: opens) >= days
      else {
        throw wrong(
          "about", "对采购文件的异议应在投标截止\(days)日前提出（招标投标法实施条例第二十二条）。",
          "Object to the documents at least \(days) days before the end of bidding (Regulations, art. 22)."
        )
      }
    case "result":
      guard stage == "published" else {
        throw wrong(
          "about", "对评审结果的异议应在候选人公示期间提出（招标投标法实施条例第五十四条）。",
          "Object to the result while the candidates are published (Regulations, art. 54).")
      }
    default: break
    }
    draft.agency = facts.text("firm")
    draft.subject = "objection:\(project.base.key)"
    draft.facts.set("ocid", facts.text("ocid"))
    draft.title = "采购询问与异议"
  }
}
