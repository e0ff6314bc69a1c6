import Books
import CaseEngine
import CaseWork
import Commons
import LegalTime
import MeasureKit
import Storage

/// A small procedure: a stall permit is asked for, granted or turned away within five working days,
/// and the clerk's delay counts for the applicant.
struct PermitProcedure: Procedure {
  static let law = Basis.cityPolicy(Phrase("摊位许可规则", en: "rules for stalls"))
  let card = MeasureCard(
    7, .livelihood, slug: "permits", Phrase("摊位许可", en: "Stall permits"),
    Phrase("申请摊位。", en: "Ask for a stall."), bases: [law])

  let type = CaseType(
    "permit", Phrase("摊位许可", en: "stall permit"),
    stages: [
      Stage("filed", Phrase("待审查", en: "Filed"), owedBy: .handler),
      Stage("asked", Phrase("待补正", en: "Asked"), owedBy: .citizen),
      .final("granted", Phrase("已许可", en: "Granted")),
      .final("refused", Phrase("不予许可", en: "Refused")),
      .final("lapsed", Phrase("视为放弃", en: "Given up")),
    ],
    clocks: [
      ClockSpec(
        "review", Phrase("审查", en: "review"), drives: ["filed", "asked"], onExpiry: "deem", law),
      ClockSpec("answer", Phrase("补正", en: "answer"), drives: ["asked"], onExpiry: "give-up", law),
    ],
    transitions: [
      .opening(
        "file", Phrase("申请", en: "file"), by: [.citizen], to: "filed", then: [.start("review")], law
      ),
      Transition(
        "ask", Phrase("要求补正", en: "ask"), by: [.handler], from: ["filed"], to: "asked",
        then: [.suspend("review"), .start("answer")], law),
      Transition(
        "supply", Phrase("补正", en: "supply"), by: [.citizen], from: ["asked"], to: "filed",
        then: [.resume("review"), .stop("answer")], law),
      Transition(
        "grant", Phrase("许可", en: "grant"), by: [.handler], from: ["filed"], to: "granted",
        then: [.stopAll], law),
      Transition(
        "deem", Phrase("视为许可", en: "deemed granted"), by: [.system], from: ["filed"], to: "granted",
        then: [.stopAll], law),
      Transition(
        "give-up", Phrase("视为放弃", en: "given up"), by: [.system], from: ["asked"], to: "lapsed",
        then: [.stopAll], law),
      Transition(
        "refuse", Phrase("不予许可", en: "refuse"), by: [.handler], from: ["filed"], to: "refused",
        then: [.stopAll], law),
    ])

  func function(of command: CommandID) -> String { "matching" }

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case "file":
      [
        CaseField("name", Phrase("姓名", en: "name"), .line(60)),
        CaseField("email", Phrase("邮箱", en: "e-mail"), .line(120), required: false),
        CaseField(
          "goods", Phrase("商品", en: "goods"),
          .choice([
            .init("food", Phrase("食品", en: "food")), .init("books", Phrase("图书", en: "books")),
          ]),
          keeping: .open),
        CaseField(
          "licence", Phrase("食品经营许可证号", en: "food licence"), .line(40), keeping: .fact,
          when: .init("goods", is: "food")),
        CaseField("area", Phrase("面积（平方米）", en: "square metres"), .count(1...50), keeping: .fact),
        CaseField("from", Phrase("起始日", en: "from"), .date, keeping: .fact),
      ]
    case "refuse", "ask", "supply":
      [CaseField("text", Phrase("说明", en: "words"), .words(500))]
    default: []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    Period(5, .workingDays, basis: PermitProcedure.law)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    if draft.command == "file" {
      draft.agency = "market"
      draft.subject = "\(draft.facts.text("goods"))"
      draft.title = "摊位（\(draft.facts.text("goods"))）"
      let others = try view.all(CaseFileBook.about(draft.facts.text("goods"), kind: "permit"))
      if others.count(where: { !$0.base.isClosed }) >= 2 {
        throw Problem.refused("full", Phrase("名额已满。", en: "There is no stall left."))
      }
    }
    if draft.command == "refuse", draft.facts.text("goods") == "books" {
      draft.refusal = .refused("never", Phrase("图书摊位不得拒绝。", en: "A bookstall may not be refused."))
    }
  }

  let trays = [CaseTray("held", Phrase("待审查", en: "To review"), for: .handler, .agency)]
  let openingCommand: CommandID = "file"
  let way: [(name: Phrase, stages: [StageID])] = [
    (Phrase("申请", en: "File"), ["filed", "asked"]),
    (Phrase("结果", en: "Result"), ["granted", "refused", "lapsed"]),
  ]
  let documents = [
    CaseDocument(
      "permit", Phrase("摊位许可证", en: "Stall permit"), with: ["grant", "deem"], numbered: "摊许"
    ) { source in
      [.pairs([.init(Phrase("面积", en: "Area"), .same("\(source.facts.integer("area") ?? 0)"))])]
    }
  ]
  let notices: [CommandID: (subject: Phrase, body: Phrase)] = [
    "grant": (Phrase("已许可", en: "Granted"), Phrase("请领证。", en: "Come and fetch it."))
  ]
}
