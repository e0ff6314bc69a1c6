import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// A purchase of a state firm by one method, from the need to the last payment.
struct ChainProcedure: Procedure {
  let rules: ProcurementRules
  let method: ProcurementMethod
  let type: CaseType

  init(_ rules: ProcurementRules, _ method: ProcurementMethod) {
    self.rules = rules
    self.method = method
    type = ChainCases.type(method)
  }

  var card: MeasureCard { ProcurementCards.chain(method) }
  var path: String { "procurement/\(method.rawValue)" }
  var openingCommand: CommandID { .need }
  var isOpenToPeople: Bool { false }

  var trays: [CaseTray] {
    [
      CaseTray("conduct", Phrase("执行岗", en: "To conduct"), for: .conducting, .agency),
      CaseTray("approve", Phrase("审批岗", en: "To approve"), for: .approving, .agency),
      CaseTray("open", Phrase("开启岗", en: "To open"), for: .opening, .agency),
      CaseTray("accept", Phrase("验收付款岗", en: "To accept and pay"), for: .accepting, .agency),
      CaseTray("need", Phrase("需求岗", en: "Needs"), for: .needing, .agency),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    let all: [(name: Phrase, stages: [StageID])] = [
      (Phrase("需求审批", en: "Need"), ["needed", "approved"]),
      (Phrase("方案公告", en: "Plan and notice"), ["planned", "announced"]),
      (Phrase("密封响应", en: "Sealed bids"), ["bidding", "half-open"]),
      (
        Phrase("开启评审", en: "Opening and evaluation"), ["opened", "drawn", "evaluated", "published"]
      ),
      (Phrase("定标合同", en: "Award and contract"), ["awarded", "contracted"]),
      (Phrase("履约付款", en: "Performance"), ["performed"]),
      (Phrase("办结", en: "Closed"), ["closed", "failed", "rejected"]),
    ]
    let known = Set(type.stages.map(\.id))
    return all.map { ($0.name, $0.stages.filter(known.contains)) }.filter { !$0.stages.isEmpty }
  }

  func function(of command: CommandID) -> String { "separation" }

  func fields(of command: CommandID) -> [CaseField] {
    ChainFields(rules: rules, method: method).fields(of: command)
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    let tender = method.isTendering
    func until(_ name: String) -> Period? {
      draft.facts.date(name).map {
        Period(
          max(0, draft.today.days(to: $0)), .days, rollsOver: false, basis: ProcurementBasis.city)
      }
    }
    switch clock {
    case "opening": if let period = until("opens-on") { return period }
    case "perform": if let period = until("perform-by") { return period }
    case "contract": return try rules.legal("contract", on: draft.today)
    case "deposits": return try rules.legal("deposit-return", on: draft.today)
    case "publish": return try rules.legal("candidates-within", on: draft.today)
    case "publicity" where tender: return try rules.legal("candidates", on: draft.today)
    case "publicity": return try rules.legal("candidates", on: draft.today)
    default: break
    }
    return try rules.period(clock == "chase" ? "chase" : "step", on: draft.today)
  }

  /// Only posts of the firm itself reach its purchases.
  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    capacity == .system ? .all : .agency(row.base.agency)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    var step = ChainStep(rules: rules, method: method, draft: draft)
    do {
      try step.take(view)
      draft = step.draft
    } catch let problem as Problem where draft.capacity != .system {
      // What is tried and may not be stays on record with the reason.
      draft.refusal = problem
    }
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = [
      (Phrase("采购企业", en: "Firm"), rules.firmName(facts.text("firm"))),
      (Phrase("方式", en: "Method"), method.name),
      (Phrase("采购项目", en: "Title"), .same(facts.text("title"))),
    ]
    for (name, label) in [
      ("estimate", Phrase("估算价", en: "Estimate")), ("ceiling", Phrase("最高限价", en: "Ceiling")),
      ("value", Phrase("合同金额", en: "Contract")),
    ] {
      if let fen = facts.integer(name) {
        let yuan = Figures.fixed(Double(fen) / 100, 2)
        rows.append((label, Phrase("\(yuan)元", en: "\(yuan) yuan")))
      }
    }
    if let day = facts.date("opens-on") {
      rows.append(
        (
          Phrase("开启时间", en: "Opening"),
          .same("\(day) \(facts.integer("opens-hour") ?? 0):00")
        ))
    }
    let bids = ChainBid.all(facts)
    if !bids.isEmpty {
      rows.append((Phrase("响应家数", en: "Bids"), .same(String(bids.count))))
    }
    return rows
  }

  func links(
    of row: CaseFileRow, _ facts: CaseFacts, isStaff: Bool
  ) -> [(name: Phrase, target: String)] {
    [
      (
        Phrase("公开的项目页", en: "The public page of the purchase"),
        "/procurement/projects/\(row.base.number)"
      )
    ]
  }

  /// The two openers of a purchase are two persons, and no person holds two posts of it.
  func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase] {
    let holders = ChainStep.duties(facts)
    guard Set(holders.values).count == holders.count else {
      return [Phrase("一人在同一项目中任两个岗位。", en: "one person holds two posts of it")]
    }
    return []
  }
}
