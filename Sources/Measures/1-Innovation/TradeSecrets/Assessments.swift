import CaseEngine
import CaseWork
import Commons
import LegalTime
import MeasureKit
import SecrecyMeasures
import Storage

extension StageID {
  static let current: StageID = "current"
  static let outdated: StageID = "outdated"
}

extension CommandID {
  static let renew: CommandID = "renew"
}

/// A self-assessment on file: the day, the edition of the clauses, the industry, and the salted digest of
/// the result. Answers, evidence and score stay with the firm, which is not named: a list of what firms
/// do not guard would be a map for whoever wants their secrets.
struct AssessmentProcedure: Procedure {
  var operations: [CaseOperation] {
    let text = CaseOperation.text
    return [
      .get(
        "/clauses", "The clauses by which a firm assesses itself, with weights and sources",
        query: [("edition", "Another edition than that of today")],
        answers: CaseOperation.object([
          "edition": text,
          "clauses": CaseOperation.list(of: CaseOperation.object(["id": text])),
        ]), 404)
    ]
  }
  let rules: SecretRules
  var card: MeasureCard { SecretCards.assessments }
  var path: String { "trade-secrets/assessments" }
  var openingCommand: CommandID { "file" }
  var trays: [CaseTray] { [] }
  var type: CaseType { AssessmentProcedure.caseType }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("在有效期内", en: "Current"), [.current]),
      (Phrase("待复评", en: "To be renewed"), [.outdated]),
      (Phrase("结束", en: "Over"), ["closed", "lapsed"]),
    ]
  }
  var links: [(name: Phrase, target: String)] {
    [(Phrase("在线自评（不保存）", en: "Assess yourself (nothing is kept)"), "/trade-secrets/check")]
  }

  static let caseType = CaseType(
    "secrecy-assessment", Phrase("保密措施自评", en: "self-assessment of secrecy"),
    stages: [
      Stage(
        .current, Phrase("在有效期内", en: "Current"),
        .nobody(
          because: Phrase("复评日之前无须办理任何事项。", en: "nothing is owed before the next assessment"))),
      Stage(.outdated, Phrase("待复评", en: "To be renewed"), owedBy: .owners),
      .final("closed", Phrase("已撤下", en: "Taken down")),
      .final("lapsed", Phrase("逾期未复评", en: "Not renewed in time")),
    ],
    clocks: [
      ClockSpec(
        "review", Phrase("复评周期", en: "time to the next assessment"), drives: [.current],
        onExpiry: "review-due", SecretBasis.city),
      ClockSpec(
        "renewal", Phrase("复评时限", en: "time to renew"), drives: [.outdated],
        onExpiry: "renewal-due", SecretBasis.city),
    ],
    transitions: [
      .opening(
        "file", Phrase("登记自评", en: "register an assessment"), by: [.owners], to: .current,
        then: [.start("review")], SecretBasis.court(6)),
      Transition(
        .renew, Phrase("登记复评", en: "register another assessment"), by: [.owners],
        from: [.current, .outdated], to: .current, then: [.stopAll, .start("review")],
        SecretBasis.city),
      Transition(
        "take-down", Phrase("撤下自评", en: "take it down"), by: [.owners],
        from: [.current, .outdated], to: "closed", then: [.stopAll], SecretBasis.city),
      Transition(
        "review-due", Phrase("到复评日", en: "due for another assessment"), by: [.system],
        from: [.current], to: .outdated, then: [.stopAll, .start("renewal")], SecretBasis.city),
      Transition(
        "renewal-due", Phrase("逾期未复评", en: "not renewed in time"), by: [.system],
        from: [.outdated], to: "lapsed", then: [.stopAll], SecretBasis.city),
    ])

  /// Sections of GB/T 4754 by which the seed's 15 industries may be counted.
  static let industries: [CaseField.Choice] = [
    .init("electronics", Phrase("电子信息制造", en: "electronics")),
    .init("software", Phrase("软件和信息技术服务", en: "software and IT services")),
    .init("internet", Phrase("互联网服务", en: "internet services")),
    .init("biotech", Phrase("生物医药", en: "biotechnology and medicine")),
    .init("devices", Phrase("医疗器械", en: "medical devices")),
    .init("machinery", Phrase("装备制造", en: "machinery")),
    .init("automotive", Phrase("汽车", en: "motor vehicles")),
    .init("aviation", Phrase("航空航天、无人机", en: "aviation and drones")),
    .init("energy", Phrase("新能源", en: "new energy")),
    .init("materials", Phrase("新材料", en: "new materials")),
    .init("chemistry", Phrase("化工", en: "chemicals")),
    .init("food", Phrase("食品饮料", en: "food and drink")),
    .init("textiles", Phrase("服装家纺", en: "textiles")),
    .init("jewellery", Phrase("黄金珠宝、钟表", en: "jewellery and watches")),
    .init("logistics", Phrase("物流供应链", en: "logistics")),
    .init("finance", Phrase("金融服务", en: "finance")),
    .init("design", Phrase("设计、文化创意", en: "design and culture")),
    .init("trade", Phrase("批发零售、电商", en: "trade and e-commerce")),
    .init("science", Phrase("科研和技术服务", en: "research and technical services")),
    .init("other", Phrase("其他", en: "other")),
  ]

  func function(of command: CommandID) -> String { "self-assessment" }

  func fields(of command: CommandID) -> [CaseField] {
    let result = [
      CaseField(
        "result", Phrase("自评结果摘要", en: "Digest of the result"),
        hint: Phrase(
          "64位十六进制，由“tequ secret assess”或在线自评给出；答案和证据不用提交。",
          en:
            "64 hex digits from “tequ secret assess” or the page; answers and evidence stay with you."
        ),
        .line(64), keeping: .open),
      CaseField(
        "edition", Phrase("条款版本", en: "Edition of the clauses"),
        .choice(ClauseSet.all.map { .init($0.edition, .same($0.edition)) }), keeping: .open),
    ]
    switch command {
    case "file":
      return [
        CaseField(
          "industry", Phrase("行业", en: "Industry"),
          hint: Phrase(
            "公开，用于统计覆盖的行业数；不用填企业名称。", en: "Public, to count industries; no name is asked."),
          .choice(AssessmentProcedure.industries), keeping: .open)
      ] + result
    case .renew: return result
    default: return []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period(clock.text, on: draft.today)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    guard ["file", .renew].contains(draft.command) else { return }
    draft.title = "保密措施自评"
    var faults: [Problem.Field] = []
    if !DepositProcedure.isValue(draft.said.text("result")) {
      faults.append(
        .init(
          "result", Phrase("应为64位小写十六进制。", en: "It has 64 lower-case hex digits.")))
    }
    if let set = ClauseSet.edition(draft.said.text("edition")), set.from > draft.today {
      faults.append(
        .init(
          "edition",
          Phrase("此版条款自\(set.from)起适用。", en: "This edition applies from \(set.from) on.")))
    }
    guard faults.isEmpty else { throw Problem.invalid(faults) }
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    let industry = AssessmentProcedure.industries.first { $0.code == facts.text("industry") }
    return [
      (Phrase("行业", en: "Industry"), industry?.name ?? .same("—")),
      (Phrase("条款版本", en: "Edition"), .same(facts.text("edition"))),
      (Phrase("结果摘要", en: "Digest"), .same(facts.text("result"))),
    ]
  }
}
