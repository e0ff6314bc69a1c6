import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// The lot by which alerts are assigned: in the morning the digest of a seed stands in the log, the day after the
/// seed itself. Whoever raised, saw or waited for an alert of the day could not know where it would go, and
/// afterwards everybody computes the order again.
struct DrawProcedure: Procedure {
  static let kind = "procurement-draw"
  let rules: ProcurementRules
  var card: MeasureCard { ProcurementCards.draws }
  var path: String { "procurement/draws" }
  var openingCommand: CommandID { "commit" }
  var isOpenToPeople: Bool { false }
  var type: CaseType { DrawProcedure.draw }
  var trays: [CaseTray] {
    [CaseTray("open", Phrase("待公布", en: "To be revealed"), for: .reviewing, .stages(["committed"]))]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("承诺种子", en: "Committed"), ["committed"]),
      (Phrase("公布抽签", en: "Revealed"), ["revealed"]),
    ]
  }

  private static let draw = CaseType(
    kind, Phrase("预警分派抽签", en: "draw of alerts"),
    stages: [
      Stage("committed", Phrase("种子已承诺", en: "Seed committed"), owedBy: .system),
      .final("revealed", Phrase("已公布", en: "Revealed")),
    ],
    counters: [.flag("overdue", Phrase("逾期", en: "overdue"))],
    clocks: [
      ClockSpec(
        "reveal", Phrase("公布时限", en: "time to reveal"), drives: ["committed"],
        ProcurementBasis.city)
    ],
    transitions: [
      .opening(
        "commit", Phrase("承诺种子", en: "commit to a seed"), by: [.system], to: "committed",
        then: [.start("reveal")], ProcurementBasis.city),
      Transition(
        "reveal", Phrase("公布种子和顺序", en: "reveal seed and order"), by: [.system],
        from: ["committed"], to: "revealed", then: [.stopAll], ProcurementBasis.city),
      Transition(
        "reveal-due", Phrase("公布逾期", en: "not revealed in time"), by: [.system],
        from: ["committed"], then: [.restart("reveal"), .mark("overdue")], ProcurementBasis.city),
    ])

  func function(of command: CommandID) -> String { "risk-indicators" }

  func fields(of command: CommandID) -> [CaseField] {
    func open(_ name: String, _ zh: String, _ en: String) -> CaseField {
      CaseField(name, Phrase(zh, en: en), .line(64), keeping: .open).saidByTheMeasure()
    }
    return switch command {
    case "commit": [open("day", "日期", "Day"), open("commitment", "种子摘要", "Digest of the seed")]
    case "reveal": [open("seed", "种子", "Seed")]
    default: []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period("assign", on: draft.today)
  }

  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach { .all }

  /// Every tenth of an order, beginning with the first, is looked at a second time.
  static func isSampled(_ place: Int64) -> Bool { place % 10 == 0 }

  /// Alerts of one draw at most; the others wait for the next.
  static let limit = 500

  /// The order in which a seed puts alerts.
  static func order(_ alerts: [String], seed: String) -> [String] {
    alerts.map { ($0, Digest.of("\(seed)\n\($0)").hex) }.sorted { $0.1 < $1.1 }.map(\.0)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    if draft.command == "commit" {
      let subject = "draw:\(draft.said.text("day"))"
      guard try view.all(CaseFileBook.about(subject, kind: DrawProcedure.kind)).isEmpty else {
        throw ChainStep.against("drawn-before", "当日已承诺种子。", "A seed of this day is committed.")
      }
      draft.subject = subject
      draft.title = "预警抽签 \(draft.said.text("day"))"
      draft.agency = rules.supervisor
    } else if draft.command == "reveal" {
      let seed = draft.said.text("seed")
      guard Digest.of(seed).hex == draft.facts.string("commitment") else {
        throw ChainStep.against(
          "other-seed", "种子与承诺不符。", "This is not the seed that was committed.")
      }
      let waiting = try view.all(
        CaseFileBook.at(
          "raised", kind: AlertProcedure.kind, after: (.min, .min), limit: DrawProcedure.limit))
      let order = DrawProcedure.order(waiting.compactMap(\.subject), seed: seed)
      draft.publicFields["order"] = .array(order.map { .string($0) })
      draft.publicFields["handlers"] = .array(rules.handlers.map { .string($0) })
      draft.facts["places"] = .object(
        Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, .integer(Int64($0))) }))
    }
  }
}
