import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// A connected trading platform from which the city fetches releases: how far it has come, what it took and what it
/// refused stands in the log, so that a node that begins anew goes on where another stopped.
struct FeedProcedure: Procedure {
  static let kind = "procurement-feed"
  let rules: ProcurementRules
  var card: MeasureCard { ProcurementCards.feeds }
  var path: String { "procurement/feeds" }
  var openingCommand: CommandID { "connect" }
  var isOpenToPeople: Bool { false }
  var type: CaseType { FeedProcedure.feed }
  var trays: [CaseTray] { [] }
  var way: [(name: Phrase, stages: [StageID])] {
    [(Phrase("接入", en: "Connected"), ["connected"]), (Phrase("停止", en: "Ended"), ["ended"])]
  }

  private static func step(
    _ command: CommandID, _ zh: String, _ en: String, _ effects: [CaseEffect]
  )
    -> Transition
  {
    Transition(
      command, Phrase(zh, en: en), by: [.system], from: ["connected"], then: effects,
      ProcurementBasis.notice)
  }

  private static let feed = CaseType(
    kind, Phrase("平台数据拉取", en: "feed of a connected platform"),
    stages: [
      Stage(
        "connected", Phrase("定时拉取", en: "Fetched from"),
        .nobody(because: Phrase("由程序定时拉取。", en: "The program fetches from it."))),
      .final("ended", Phrase("已停止", en: "Ended")),
    ],
    clocks: [
      ClockSpec(
        "silence", Phrase("无更新期限", en: "time without news"), drives: ["connected"],
        ProcurementBasis.city)
    ],
    transitions: [
      .opening(
        "connect", Phrase("开始拉取", en: "begin to fetch"), by: [.system], to: "connected",
        then: [.start("silence")], ProcurementBasis.notice),
      step("pull", "拉取一页", "fetch a page", [.restart("silence")]),
      step("refuse", "拒收一条发布", "refuse a release", []),
      step("trouble", "拉取失败", "fail to fetch", []),
      Transition(
        "silence-due", Phrase("长期无更新，停止拉取", en: "no news for long: ended"), by: [.system],
        from: ["connected"], to: "ended", then: [.stopAll], ProcurementBasis.city),
    ])

  func function(of command: CommandID) -> String { "trading" }

  /// Letters of a reason that stand in the log at most.
  static let reasonLimit = 600

  func fields(of command: CommandID) -> [CaseField] {
    func open(_ name: String, _ zh: String, _ en: String, _ length: Int = 80) -> CaseField {
      CaseField(name, Phrase(zh, en: en), .line(length), required: false, keeping: .open)
        .saidByTheMeasure()
    }
    let platform = open("platform", "交易平台", "Platform", 60)
    let page = open("page", "所读页", "Page that was read", 2000)
    let reason = open("reason", "原因", "Why", FeedProcedure.reasonLimit)
    switch command {
    case "connect": return [platform, open("address", "地址", "Address", 2000)]
    case "pull":
      return [
        platform, page, open("next", "下次所读页", "Page to read next", 2000),
        open("taken", "收下", "Taken"), open("known", "已有", "Known before"),
        open("refused", "拒收", "Refused"),
        CaseField("seen", Phrase("本页已读", en: "Read of this page"), .words(200_000), required: false)
          .saidByTheMeasure(),
      ]
    case "refuse":
      return [
        platform, page, open("ocid", "采购过程", "Process", 200),
        open("release", "发布编号", "Id of the release", 200),
        open("digest", "发布摘要", "Digest of the release"), reason,
      ]
    case "trouble": return [platform, page, reason]
    default: return []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period("silence", on: draft.today)
  }

  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach { .all }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    func add(_ name: String) {
      let (more, sum) = (Int64(draft.said.text(name)) ?? 0, "\(name)-sum")
      draft.facts.set(sum, (draft.facts.integer(sum) ?? 0) + more)
    }
    switch draft.command {
    case "connect":
      let platform = draft.said.text("platform")
      guard
        try view.all(CaseFileBook.about("feed:\(platform)", kind: FeedProcedure.kind))
          .allSatisfy(\.base.isClosed)
      else { throw ChainStep.against("known-feed", "该平台已接入。", "This platform is connected.") }
      draft.subject = "feed:\(platform)"
      draft.agency = rules.supervisor
      draft.title = "平台数据拉取：\(platform)"
      draft.facts.set("platform", platform)
      draft.facts.set("page", draft.said.text("address"))
    case "pull":
      let next = draft.said.string("next")
      draft.facts.set("page", next ?? draft.said.text("page"))
      // What was read of a page is forgotten with the page.
      draft.facts.set("seen", next == nil ? draft.said.string("seen") : nil)
      draft.facts.set("trouble", nil as String?)
      for name in ["taken", "known", "refused"] { add(name) }
    case "trouble": draft.facts.set("trouble", draft.said.text("reason"))
    default: break
    }
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    [
      (Phrase("交易平台", en: "Platform"), .same(facts.text("platform"))),
      (Phrase("下次所读页", en: "Page to read next"), .same(facts.text("page"))),
      (
        Phrase("收下／已有／拒收", en: "Taken, known, refused"),
        .same(
          ["taken", "known", "refused"].map { String(facts.integer("\($0)-sum") ?? 0) }
            .joined(separator: " / "))
      ),
      (Phrase("最近的失败", en: "Last failure"), .same(facts.string("trouble") ?? "–")),
    ]
  }
}
