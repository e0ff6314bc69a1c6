import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// A sealed bid: a case of the bidder's own, so that its delivery has a receipt and nobody learns from the log
/// how many bid for what. The store holds an envelope that neither the city nor one keeper can open.
struct BidProcedure: Procedure {
  static let kind = "procurement-bid"
  let rules: ProcurementRules
  var card: MeasureCard { ProcurementCards.bids }
  var path: String { "procurement/bids" }
  var openingCommand: CommandID { "seal" }
  var type: CaseType { BidProcedure.bid }
  var trays: [CaseTray] { [] }
  var links: [(name: Phrase, target: String)] {
    [(Phrase("在浏览器中密封响应", en: "Seal a bid in the browser"), SealPage.path)]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("密封递交", en: "Sealed"), ["sealed"]),
      (Phrase("截止", en: "The hour has come"), ["closed", "withdrawn"]),
    ]
  }

  private static let bid = CaseType(
    kind, Phrase("密封响应", en: "sealed bid"),
    stages: [
      Stage(
        "sealed", Phrase("已密封递交", en: "Sealed"),
        .nobody(because: Phrase("等待开启时间。", en: "It waits for the hour of opening."))),
      .final("closed", Phrase("已到开启时间", en: "The hour has come")),
      .final("withdrawn", Phrase("已撤回", en: "Withdrawn")),
    ],
    clocks: [
      ClockSpec(
        "hour", Phrase("开启日", en: "day of opening"), drives: ["sealed"], onExpiry: "hour-due",
        ProcurementBasis.law(34))
    ],
    transitions: [
      .opening(
        "seal", Phrase("递交密封响应", en: "hand in a sealed bid"), by: [.owners], to: "sealed",
        then: [.start("hour")], ProcurementBasis.law(28, 1)),
      Transition(
        "withdraw", Phrase("撤回", en: "withdraw"), by: [.owners], from: ["sealed"], to: "withdrawn",
        then: [.stopAll], ProcurementBasis.law(29)),
      Transition(
        "hour-due", Phrase("开启日已过", en: "the day of opening is over"), by: [.system],
        from: ["sealed"], to: "closed", then: [.stopAll], ProcurementBasis.law(34)),
    ])

  func function(of command: CommandID) -> String { "trading" }

  func fields(of command: CommandID) -> [CaseField] {
    guard command == "seal" else { return [] }
    let hint = Phrase(
      "由密封页面或 tequ bid seal 在您自己的电脑上生成。",
      en: "Made on your own machine by the sealing page or by tequ bid seal.")
    return [
      CaseField("project", Phrase("采购项目编号", en: "Number of the purchase"), .line(30)),
      CaseField(
        "content-digest", Phrase("内容摘要", en: "Digest of the content"), hint: hint, .line(64),
        keeping: .fact),
      CaseField(
        "inner-digest", Phrase("内层密封摘要", en: "Digest under the outer seal"), hint: hint, .line(64),
        keeping: .fact),
      CaseField(
        "envelope", Phrase("密封内容", en: "Sealed bid"), hint: hint, .words(100_000)),
      CaseField("email", Phrase("电子邮箱", en: "E-mail"), .line(120), required: false),
    ]
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    let days = draft.facts.date("opens-on").map { draft.today.days(to: $0) } ?? 0
    return Period(max(0, days), .days, rollsOver: false, basis: ProcurementBasis.law(34))
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    if draft.command == "withdraw" {
      guard let subject = draft.subject, let key = Int64(subject.dropFirst(4)),
        let project = try view.first(CaseFileBook.find(key)),
        let opens = ChainStep.opensAt(try CaseFacts(project.facts), draft), draft.at < opens
      else {
        throw ChainStep.against(
          "too-late", "投标截止后不得撤回。", "After the end of bidding nothing is withdrawn.")
      }
    }
    guard draft.command == "seal" else { return }
    guard draft.actor.applicant != nil else { throw Problem.loginNeeded }
    func wrong(_ field: String, _ zh: String, _ en: String) -> Problem {
      .invalid([Problem.Field(field, Phrase(zh, en: en))])
    }
    guard let number = CaseNumber(draft.said.text("project")), number.measure == card.number,
      let project = try view.first(CaseFileBook.find(number.serial)),
      ProcurementMethod.allCases.contains(where: { project.kind == "procurement-\($0.rawValue)" }),
      project.base.stage == "bidding"
    else { throw wrong("project", "没有正在征集响应的这一项目。", "No such purchase takes bids now.") }
    let facts = try CaseFacts(project.facts)
    guard let opens = ChainStep.opensAt(facts, draft), draft.at < opens else {
      // That somebody came too late stays on record; for which purchase, the log does not say.
      draft.refusal = ChainStep.against(
        "late-bid", "已过投标截止时间，应当拒收（招标投标法第二十八条、实施条例第三十六条）。",
        "The end of bidding is over: late bids are refused (Bidding Law, art. 28; Regulations, art. 36)."
      )
      return
    }
    for name in ["content-digest", "inner-digest"] {
      let text = draft.said.text(name)
      guard text.utf8.count == 64, Hex.decode(text) != nil, text == text.lowercased() else {
        throw wrong(name, "应为64位小写十六进制摘要。", "A digest is 64 lower-case hexadecimal digits.")
      }
    }
    guard let envelope = Base64.decode(draft.said.text("envelope")),
      envelope.starts(with: Array("age-encryption.org/v1\n".utf8))
    else {
      throw wrong("envelope", "应为 age 格式的密封内容。", "A sealed bid in the age format is expected.")
    }
    let subject = "bid:\(project.base.key)"
    let known = try view.all(CaseFileBook.about(subject, kind: BidProcedure.kind))
    guard
      !known.contains(where: {
        $0.base.stage != "withdrawn" && $0.base.applicant == draft.actor.applicant
      })
    else {
      throw wrong("project", "您已递交；修改请先撤回。", "You have handed one in; withdraw it to change it.")
    }
    guard known.count < 200 else { throw wrong("project", "响应过多。", "There are too many bids.") }
    draft.subject = subject
    draft.facts.set("opens-on", facts.date("opens-on"))
    draft.title = "密封响应"
  }
}
