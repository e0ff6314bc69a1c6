import CaseEngine
import CaseWork
import CityProfiles
import Commons
import LegalTime
import MeasureKit
import Storage

/// Firms' trials: delivery, scenic routes, biological products.
struct TrialProcedure: Procedure {
  let profile: CityProfile

  var card: MeasureCard {
    MeasureCard(
      12, .enterprise, slug: "low-altitude", Phrase("低空飞行试点", en: "Trials of firms"),
      Phrase(
        "末端配送、景区航线、生物制剂运输：申请、支持、交接、报告、评估。",
        en: "Delivery, scenic routes, biological products: apply, be supported, hand over, report, be evaluated."),
      bases: [TrialCases.notice])
  }
  var path: String { "low-altitude/trials" }
  var type: CaseType { TrialCases.trial }
  var openingCommand: CommandID { "apply" }
  func function(of command: CommandID) -> String { "trials" }

  var trays: [CaseTray] {
    [
      CaseTray(
        "applied", Phrase("待审核", en: "To be reviewed"), for: .trialOffice, .stages(["applied"])),
      CaseTray(
        "running", Phrase("试点中", en: "Running"), for: .trialOffice, .stages(["running"])),
      CaseTray(
        "reported", Phrase("待评估", en: "To be evaluated"), for: .trialOffice, .stages(["reported"])),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("申请", en: "Applied for"), ["applied"]), (Phrase("试点", en: "Run"), ["running"]),
      (Phrase("评估", en: "Evaluated"), ["reported"]),
      (Phrase("结束", en: "Over"), ["passed", "failed", "refused", "withdrawn"]),
    ]
  }
  var notices: [CommandID: (subject: Phrase, body: Phrase)] {
    [
      "approve": (
        Phrase("试点申请已同意", en: "Your trial is approved"),
        Phrase("请在试点期内开展，并在期满前提交报告。", en: "Run it within its term and report before it ends.")
      ),
      "trial-due": (
        Phrase("试点期已满", en: "The term of your trial is over"),
        Phrase("已转入评估。", en: "It goes to evaluation now.")
      ),
      "pass": (
        Phrase("试点评估通过", en: "Your trial has passed"), Phrase("请查看评估意见。", en: "See the evaluation.")
      ),
    ]
  }

  /// The office sees all trials.
  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    capacity == .trialFirm ? .applicant : .all
  }

  // MARK: Fields

  private static func words(_ name: String, _ zh: String, _ en: String, required: Bool = true) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .words(2000), required: required)
  }

  /// The missions of the notice.
  private static let missions: [Mission] = [.delivery, .scenic, .biological]
  /// What is asked about a mission when a trial is applied for; hand-overs are recorded one by one later.
  private static let asked: Set<String> = [
    "parcel-grams", "passengers", "product", "cold-least", "cold-most", "goods-class",
  ]

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case "apply": application
    case "approve", "pass", "fail", "refuse": [Self.words("text", "意见", "Opinion")]
    case "support": support
    case "hand-over": handOver
    case "report": report
    case "withdraw": [Self.words("text", "说明", "Remarks", required: false)]
    default: []
    }
  }

  private var application: [CaseField] {
    [
      CaseField("firm", Phrase("企业名称", en: "Firm"), .line(120)),
      CaseField("contact", Phrase("联系人", en: "Contact"), .line(60)),
      CaseField("phone", Phrase("联系电话", en: "Telephone"), .line(30)),
      CaseField("email", Phrase("电子邮箱", en: "E-mail"), .line(120), required: false),
      CaseField(
        Mission.field, Phrase("试点任务", en: "Mission"),
        .choice(Self.missions.map { .init($0.rawValue, $0.name) }), keeping: .open),
      CaseField(
        "months", Phrase("试点期（月）", en: "Term (months)"), .count(1...24), keeping: .open),
      CaseField(
        "flights-a-day", Phrase("每日架次", en: "Flights a day"), .count(1...100_000), keeping: .open),
    ] + Mission.fields.filter { Self.asked.contains($0.name) } + [
      Self.words("text", "航线、场景和安全措施", "Routes, use and safety")
    ]
  }

  private var support: [CaseField] {
    [
      CaseField(
        "support", Phrase("支持方式", en: "Kind of support"),
        .choice([
          .init("airspace", Phrase("空域协调", en: "airspace")), .init("pads", Phrase("起降点", en: "pads")),
          .init("funds", Phrase("资金", en: "funds")), .init("permits", Phrase("许可绿色通道", en: "permits")),
        ]), keeping: .open),
      CaseField(
        "amount", Phrase("金额", en: "Amount"), .money(.cny), keeping: .open,
        when: .init("support", is: "funds")), Self.words("text", "说明", "Remarks", required: false),
    ]
  }

  private var handOver: [CaseField] {
    [
      CaseField("consignment", Phrase("货物编号", en: "Consignment"), .line(60)),
      CaseField(
        "leg", Phrase("环节", en: "Which hand-over"),
        .choice([
          .init("loaded", Phrase("交付装机", en: "handed over and loaded")),
          .init("received", Phrase("接收卸机", en: "unloaded and received")),
        ]), keeping: .open),
      CaseField("handed-by", Phrase("交付人（单位、岗位）", en: "Handed over by"), .line(120)),
      CaseField("handed-to", Phrase("接收人（单位、岗位）", en: "Received by"), .line(120)),
      CaseField(
        "temperature", Phrase("交接时温度（0.1℃）", en: "Temperature (0.1 °C)"), .count(-2000...500)),
    ]
  }

  private var report: [CaseField] {
    [
      CaseField("flights", Phrase("完成架次", en: "Flights"), .count(0...10_000_000), keeping: .open),
      CaseField("incidents", Phrase("不安全事件", en: "Incidents"), .count(0...10_000), keeping: .open),
      CaseField(
        "on-time", Phrase("准点率（%）", en: "On time (%)"), .count(0...100), keeping: .open),
      Self.words("text", "总结", "Summary"),
    ]
  }

  // MARK: Deciding

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    if clock == "trial" {
      let months = Int(draft.facts.integer("months") ?? 1)
      return Period(months, .months, rollsOver: true, basis: TrialCases.city)
    }
    let name = "low-altitude.trial.\(clock.text)"
    let step =
      profile.parameter(name, on: draft.today)
      ?? profile.parameters.first { $0.name == name }?.series.first
    guard let step, let period = Period(step.value, rollsOver: true, basis: step.basis) else {
      throw Problem.refused(
        "profile-period",
        Phrase("城市档案缺少参数 \(name)。", en: "The city profile lacks the parameter \(name)."))
    }
    return period
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case "apply":
      let faults = Mission.faults(draft.said)
      guard faults.isEmpty else { throw Problem.invalid(faults) }
      let mission = Mission(rawValue: draft.said.text(Mission.field))
      draft.title = "低空飞行试点：\(mission?.name.zh ?? "")"
    case "hand-over": try handOver(&draft)
    case "support":
      draft.facts.set("supports", (draft.facts.integer("supports") ?? 0) + 1)
    default: break
    }
  }

  /// A hand-over of biological products keeps to the cold chain that was applied for; one that does not is
  /// recorded all the same, and says so.
  private func handOver(_ draft: inout CaseDraft) throws {
    guard draft.facts.text(Mission.field) == Mission.biological.rawValue else {
      throw Problem.refused(
        "no-custody",
        Phrase("只有生物制剂运输须登记交接。", en: "Only biological products are handed over on record."))
    }
    let temperature = draft.said.integer("temperature") ?? 0
    let least = draft.facts.integer("cold-least") ?? .min
    let most = draft.facts.integer("cold-most") ?? .max
    let isBroken = temperature < least || temperature > most
    draft.facts.set("hand-overs", (draft.facts.integer("hand-overs") ?? 0) + 1)
    if isBroken { draft.facts.set("breaks", (draft.facts.integer("breaks") ?? 0) + 1) }
    draft.publicFields["cold-chain"] = .string(isBroken ? "broken" : "kept")
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = []
    if let mission = Mission(rawValue: facts.text(Mission.field)) {
      rows.append((Phrase("任务", en: "Mission"), mission.name))
    }
    if let months = facts.integer("months") {
      rows.append((Phrase("试点期", en: "Term"), Phrase("\(months)个月", en: "\(months) months")))
    }
    for (name, label) in [
      ("supports", Phrase("支持措施", en: "Support given")),
      ("hand-overs", Phrase("登记交接", en: "Hand-overs")),
      ("breaks", Phrase("其中温度超限", en: "of them outside the cold chain")),
    ] {
      if let count = facts.integer(name) { rows.append((label, .same(String(count)))) }
    }
    return rows
  }
}
