import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import LegalTime
import MeasureKit
import Storage

/// Firms' trials: delivery, scenic routes, biological products. What the firm reports is put beside what its flights
/// on record say.
struct TrialProcedure: Procedure {
  let rules: FlightRules

  var card: MeasureCard {
    MeasureCard(
      12, .enterprise, slug: "low-altitude", Phrase("低空飞行试点", en: "Trials of firms"),
      Phrase(
        "末端配送、景区航线、生物制剂运输：申请、支持、报告、评估。",
        en:
          "Delivery, scenic routes, biological products: apply, be supported, report, be evaluated."
      ),
      bases: [TrialCases.notice])
  }
  var path: String { "low-altitude/trials" }
  var type: CaseType { TrialCases.trial }
  var openingCommand: CommandID { "apply" }
  func function(of command: CommandID) -> String { "trials" }
  func fields(of command: CommandID) -> [CaseField] { TrialFields.of(command) }

  var trays: [CaseTray] {
    [
      CaseTray(
        "applied", Phrase("待审核", en: "To be reviewed"), for: .trialOffice, .stages(["applied"])),
      CaseTray("running", Phrase("试点中", en: "Running"), for: .trialOffice, .stages(["running"])),
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
        Phrase("已转入评估，报告可以补交。", en: "It goes to evaluation now; you may still report.")
      ),
      "pass": (
        Phrase("试点评估通过", en: "Your trial has passed"), Phrase("请查看评估意见。", en: "See the evaluation.")
      ),
      "fail": (
        Phrase("试点评估未通过", en: "Your trial has not passed"),
        Phrase("请查看评估意见。", en: "See the evaluation.")
      ),
    ]
  }

  // MARK: Deciding

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    guard clock == "trial" else { return try rules.period("trial.\(clock.text)", on: draft.today) }
    let months = Int(draft.facts.integer("months") ?? 1)
    return Period(months, .months, rollsOver: true, basis: TrialCases.city)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case "apply": try apply(&draft, view)
    case "approve": draft.facts.set("from", draft.at.microseconds)
    case "support":
      draft.facts.set("supports", (draft.facts.integer("supports") ?? 0) + 1)
      if draft.said.text("support") == "funds" {
        let given = (draft.facts.integer("funds") ?? 0) + (draft.said.integer("amount") ?? 0)
        draft.facts.set("funds", given)
      }
    case "report", "trial-due": try count(&draft, view)
    default: break
    }
  }

  private func apply(_ draft: inout CaseDraft, _ view: any View) throws {
    let faults = Mission.faults(draft.said)
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    let operators = try RegisterBook.valid(
      draft.said.text("operator"), .operators, on: draft.today, view, field: "operator")
    try FlightStep.requireOwn(draft, operators)
    let mission = Mission(rawValue: draft.said.text(Mission.field))
    draft.facts.set("operator-key", operators.base.key)
    draft.title = "低空飞行试点：\(mission?.name.zh ?? "")"
    draft.agency = rules.trialOffice
    draft.subject = "trial:\(operators.base.key)"
  }

  /// What stands on record of the operator's flights for the mission since the trial was approved.
  private func count(_ draft: inout CaseDraft, _ view: any View) throws {
    guard let operators = draft.facts.integer("operator-key"),
      let from = draft.facts.integer("from").map(Instant.init(microseconds:)),
      let mission = Mission(rawValue: draft.facts.text(Mission.field))
    else { return }
    let flown =
      try view.first(FlightBook.flown(operators, mission, from: from, to: draft.at)) ?? 0
    draft.facts.set("flown", flown)
    draft.publicFields["flown"] = .integer(flown)
  }

  // MARK: What a page shows

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = []
    if let mission = Mission(rawValue: facts.text(Mission.field)) {
      rows.append((Phrase("任务", en: "Mission"), mission.name))
    }
    if let months = facts.integer("months") {
      rows.append((Phrase("试点期", en: "Term"), Phrase("\(months)个月", en: "\(months) months")))
    }
    for (name, label) in [
      ("supports", Phrase("支持措施（次）", en: "Support given (times)")),
      ("flights", Phrase("企业报告的架次", en: "Flights as the firm reports")),
      ("flown", Phrase("系统记录的架次", en: "Flights on record")),
    ] {
      if let count = facts.integer(name) { rows.append((label, .same(String(count)))) }
    }
    if let funds = facts.money("funds", .cny) {
      rows.append((Phrase("支持资金", en: "Funds given"), .same(funds.description)))
    }
    return rows
  }
}
