import CaseEngine
import CaseWork
import Commons

/// What is asked about a trial, step by step.
enum TrialFields {
  private static func words(
    _ name: String, _ zh: String, _ en: String, required: Bool = true
  ) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .words(2000), required: required)
  }

  private static func count(
    _ name: String, _ zh: String, _ en: String, _ bounds: ClosedRange<Int64>
  ) -> CaseField { CaseField(name, Phrase(zh, en: en), .count(bounds), keeping: .open) }

  /// The missions of the notice: delivery, scenic routes, biological products.
  static let missions: [Mission] = [.delivery, .scenic, .biological]

  /// What is asked about a mission when a trial is applied for; consignments are handed over flight by flight.
  private static let asked: Set<String> = [
    "parcel-grams", "passengers", "product", "cold-least", "cold-most", "goods-class",
  ]

  static func of(_ command: CommandID) -> [CaseField] {
    switch command {
    case "apply": application
    case "approve", "pass", "fail", "refuse": [words("text", "意见", "Opinion")]
    case "support": support
    case "report": report
    case "withdraw": [words("text", "说明", "Remarks", required: false)]
    default: []
    }
  }

  private static let application: [CaseField] =
    [
      CaseField(
        "operator", Phrase("运营主体登记编号", en: "Number of the operator's registration"),
        hint: Phrase(
          "试点期内该主体的飞行自动计入评估。", en: "Its flights during the term count for the evaluation."),
        .line(40), keeping: .fact, TrialCases.city),
      CaseField("contact", Phrase("联系人", en: "Contact"), .line(60)),
      CaseField("phone", Phrase("联系电话", en: "Telephone"), .line(30)),
      CaseField("email", Phrase("电子邮箱", en: "E-mail"), .line(120), required: false),
      CaseField(
        Mission.field, Phrase("试点任务", en: "Mission"),
        .choice(missions.map { .init($0.rawValue, $0.name) }), keeping: .open, TrialCases.notice),
      count("months", "试点期（月）", "Term (months)", 1...24),
      count("flights-a-day", "每日架次", "Flights a day", 1...100_000),
    ] + Mission.fields.filter { asked.contains($0.name) } + [
      words("text", "航线、场景和安全措施", "Routes, use and safety")
    ]

  private static let support: [CaseField] = [
    CaseField(
      "support", Phrase("支持方式", en: "Kind of support"),
      .choice([
        .init("airspace", Phrase("空域协调", en: "airspace")), .init("pads", Phrase("起降点", en: "pads")),
        .init("funds", Phrase("资金", en: "funds")),
        .init("permits", Phrase("许可绿色通道", en: "permits")),
      ]), keeping: .open),
    CaseField(
      "amount", Phrase("金额（元）", en: "Amount (CNY)"), .money(.cny), keeping: .open,
      when: .init("support", is: "funds")), words("text", "说明", "Remarks", required: false),
  ]

  private static let report: [CaseField] = [
    count("flights", "完成架次", "Flights", 0...10_000_000),
    count("incidents", "飞行安全问题", "Incidents", 0...10_000),
    count("on-time", "准点率（%）", "On time (%)", 0...100), words("text", "总结", "Summary"),
  ]
}
