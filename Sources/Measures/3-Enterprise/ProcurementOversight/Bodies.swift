import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// A state firm's declaration of its four bodies (决策、组织、技术、监督). One person in two of them is refused, and
/// the attempt stays on record. Without a declaration in force no purchase moves.
struct BodiesProcedure: Procedure {
  static let kind = "procurement-bodies"
  let rules: ProcurementRules
  var card: MeasureCard { ProcurementCards.bodies }
  var path: String { "procurement/bodies" }
  var openingCommand: CommandID { "register" }
  var isOpenToPeople: Bool { false }
  var type: CaseType { BodiesProcedure.declaration }
  var trays: [CaseTray] {
    [CaseTray("mine", Phrase("本企业申报", en: "Of my firm"), for: .declarant, .agency)]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("立项", en: "Begun"), ["begun"]), (Phrase("已申报", en: "Declared"), ["declared"]),
      (Phrase("已废止", en: "Superseded"), ["superseded"]),
    ]
  }

  /// The bodies, each with its name.
  static let bodies: [(id: String, name: Phrase)] = [
    ("decision", Phrase("决策机构", en: "decision")),
    ("organisation", Phrase("组织机构", en: "organisation")),
    ("technology", Phrase("技术机构", en: "technology")),
    ("supervision", Phrase("监督机构", en: "supervision")),
  ]

  private static let declaration = CaseType(
    kind, Phrase("采购四机构申报", en: "declaration of four bodies"),
    stages: [
      Stage("begun", Phrase("待申报成员", en: "Members to be declared"), owedBy: .declarant),
      Stage(
        "declared", Phrase("生效", en: "In force"),
        .nobody(because: Phrase("申报生效，直至废止。", en: "It holds until it is superseded."))),
      .final("superseded", Phrase("已废止", en: "Superseded")),
    ],
    counters: [.flag("overdue", Phrase("逾期", en: "overdue"))],
    clocks: [
      ClockSpec(
        "declare", Phrase("申报时限", en: "time to declare"), drives: ["begun"], ProcurementBasis.city)
    ],
    transitions: [
      .opening(
        "register", Phrase("开始申报", en: "begin a declaration"), by: [.declarant], to: "begun",
        then: [.start("declare")], ProcurementBasis.notice),
      Transition(
        "declare", Phrase("申报四机构成员", en: "declare the members"), by: [.declarant],
        from: ["begun", "declared"], to: "declared", then: [.stopAll, .unmark("overdue")],
        ProcurementBasis.notice, recordsRefusal: true),
      Transition(
        "supersede", Phrase("废止", en: "supersede"), by: [.declarant], from: ["begun", "declared"],
        to: "superseded", then: [.stopAll], ProcurementBasis.city),
      Transition(
        "declare-due", Phrase("申报逾期", en: "not declared in time"), by: [.system], from: ["begun"],
        then: [.restart("declare"), .mark("overdue")], ProcurementBasis.city),
    ])

  func function(of command: CommandID) -> String { "separation" }

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case "register":
      [
        CaseField(
          "firm", Phrase("企业", en: "Firm"),
          .choice(rules.firms.map { .init($0, rules.firmName($0)) }), keeping: .open)
      ]
    case "declare":
      Self.bodies.map { body in
        CaseField(
          body.id, body.name + Phrase("成员", en: ": members"),
          hint: Phrase(
            "登录名或者账号编号，以空格分开。", en: "Log-in names or numbers of accounts, with spaces between."),
          .words(4000))
      }
    default: []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period("step", on: draft.today)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    if draft.command == "register" {
      draft.agency = draft.said.text("firm")
      draft.subject = "bodies:\(draft.said.text("firm"))"
      draft.title = "采购四机构申报"
      let known = try view.all(
        CaseFileBook.about("bodies:\(draft.said.text("firm"))", kind: BodiesProcedure.kind))
      guard known.allSatisfy(\.base.isClosed) else {
        draft.refusal = .invalid([
          Problem.Field(
            "firm", Phrase("该企业已有申报；请在其中更改或者先废止。", en: "The firm has one; change or supersede it."))
        ])
        return
      }
    }
    guard draft.command == "declare" else { return }
    var members: [String: [Int64]] = [:]
    var seen: [Int64: String] = [:]
    for body in Self.bodies {
      for word in draft.said.text(body.id).split(whereSeparator: \.isWhitespace) {
        guard
          let account = try Int64(word) ?? view.first(AccountBook.find(login: String(word)))?.key
        else {
          draft.refusal = .invalid([
            Problem.Field(body.id, Phrase("没有账号“\(word)”。", en: "There is no account “\(word)”."))
          ])
          return
        }
        if let other = seen[account], other != body.id {
          draft.refusal = .refused(
            "procurement-two-bodies",
            Phrase(
              "“\(word)”同时在两个机构中：四机构应当分离。",
              en: "“\(word)” stands in two bodies: the four are to be separate."))
          return
        }
        if seen.updateValue(body.id, forKey: account) == nil {
          members[body.id, default: []].append(account)
        }
      }
    }
    draft.facts["members"] = .object(
      members.mapValues { .array($0.sorted().map { .integer($0) }) })
    draft.publicFields["sizes"] = .object(
      members.mapValues { .integer(Int64($0.count)) })
  }

  /// The members of each body of a firm by the declaration in force; nil without one.
  static func inForce(_ firm: String, _ view: any View) throws -> [String: Set<Int64>]? {
    let rows = try view.all(CaseFileBook.about("bodies:\(firm)", kind: kind))
    guard let row = rows.first(where: { $0.base.stage == "declared" }) else { return nil }
    let members = try CaseFacts(row.facts)["members"]?.object ?? [:]
    return members.mapValues { Set(($0.array ?? []).compactMap(\.integer)) }
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    Self.bodies.map { body in
      let count = facts["members"]?[body.id]?.array?.count ?? 0
      return (body.name, Phrase("\(count)人", en: "\(count) persons"))
    }
  }

  func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase] {
    let all = (facts["members"]?.object ?? [:]).values.flatMap { $0.array ?? [] }
    return Set(all).count == all.count
      ? [] : [Phrase("一人在两个机构中。", en: "one person stands in two bodies")]
  }
}

extension ActorKind {
  /// Whoever declares for a firm.
  static let declarant = ActorKind("declare", Phrase("企业申报人", en: "declarant of the firm"))
}
