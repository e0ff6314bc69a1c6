import Books
import CaseEngine
import CaseWork
import Commons
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// What must be on file before somebody flies: who operates, what flies, who steers, who pays for damage.
enum RegisterKind: String, Sendable, CaseIterable {
  case operators, aircraft, pilots, insurance

  /// The id of its kind of case.
  var caseType: String {
    switch self {
    case .operators: "air-operator"
    case .aircraft: "air-craft"
    case .pilots: "air-pilot"
    case .insurance: "air-insurance"
    }
  }

  var name: Phrase {
    switch self {
    case .operators: Phrase("运营主体备案", en: "Operators")
    case .aircraft: Phrase("航空器实名登记", en: "Aircraft")
    case .pilots: Phrase("操控员登记", en: "Pilots")
    case .insurance: Phrase("责任保险登记", en: "Liability insurance")
    }
  }

  var summary: Phrase {
    switch self {
    case .operators:
      Phrase(
        "单位或者个人，连同运营合格证或者免证理由。", en: "Organisations and persons, with their operating certificate.")
    case .aircraft:
      Phrase(
        "实名登记、唯一产品识别码；分类按性能指标自动算出。",
        en: "Real names and product ids; the class follows from the figures.")
    case .pilots:
      Phrase("执照、农用操作证书、培训及有效期。", en: "Licences, certificates, training, and until when.")
    case .insurance:
      Phrase("保单、保额、承保航空器和有效期。", en: "Policies, sums, aircraft covered, and until when.")
    }
  }

  var basis: Basis {
    switch self {
    case .operators: FlightBasis.regulation(11, 1)
    case .aircraft: FlightBasis.regulation(10, 1)
    case .pilots: FlightBasis.regulation(16, 1)
    case .insurance: FlightBasis.regulation(12)
    }
  }
}

extension ActorKind {
  /// Whoever flies: the capacity of the public pages under its own name.
  static let flyers = ActorKind("citizen", Phrase("飞行组织者", en: "operator"))
  /// Air traffic control for flights, the civil aviation authority for registers.
  static let control = ActorKind("handler", Phrase("空中交通管理机构", en: "air traffic control"))
  /// The civil aviation authority, which keeps the registers.
  static let registrar = ActorKind("handler", Phrase("民用航空管理部门", en: "civil aviation authority"))
}

/// One of the registers as a kind of case: applied for, looked at, valid until a day.
struct RegisterProcedure: Procedure {
  let rules: FlightRules
  let kind: RegisterKind

  var card: MeasureCard {
    MeasureCard(12, .enterprise, slug: "low-altitude", kind.name, kind.summary, bases: [kind.basis])
  }
  var path: String { "low-altitude/\(kind.rawValue)" }
  var openingCommand: CommandID { "register" }
  var type: CaseType { RegisterProcedure.types[kind]! }
  var trays: [CaseTray] {
    [
      CaseTray("filed", Phrase("待审核", en: "To be looked at"), for: .registrar, .agency),
      CaseTray("valid", Phrase("有效", en: "Valid"), for: .registrar, .stages(["valid"])),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("提交", en: "Filed"), ["filed"]),
      (Phrase("有效", en: "Valid"), ["valid", "suspended"]),
      (Phrase("结束", en: "Over"), ["expired", "revoked", "refused", "withdrawn"]),
    ]
  }
  var links: [(name: Phrase, target: String)] {
    [(Phrase("查询登记", en: "Look up a registration"), "/low-altitude/register")]
  }
  func function(of command: CommandID) -> String { "networks" }

  private static let types = Dictionary(
    uniqueKeysWithValues: RegisterKind.allCases.map { ($0, caseType($0)) })

  private static func caseType(_ kind: RegisterKind) -> CaseType {
    CaseType(
      kind.caseType, kind.name,
      stages: [
        Stage("filed", Phrase("待审核", en: "To be looked at"), owedBy: .registrar),
        Stage(
          "valid", Phrase("有效", en: "Valid"),
          .nobody(because: Phrase("有效期内无须办理。", en: "Nothing is owed while it is valid."))),
        Stage(
          "suspended", Phrase("暂停", en: "Suspended"),
          .nobody(because: Phrase("暂停期间不得飞行。", en: "While suspended nothing may be flown."))),
        .final("expired", Phrase("已过有效期", en: "Expired")),
        .final("revoked", Phrase("已吊销或者注销", en: "Revoked")),
        .final("refused", Phrase("不予登记", en: "Refused")),
        .final("withdrawn", Phrase("已撤回", en: "Withdrawn")),
      ],
      counters: Lateness.counters(FlightBasis.city),
      clocks: [
        ClockSpec(
          "review", Phrase("审核时限", en: "time to look at it"), drives: ["filed"], FlightBasis.city),
        ClockSpec("term", Phrase("有效期", en: "term"), drives: [], kind.basis),
        Lateness.clock(FlightBasis.city),
      ],
      transitions: transitions(kind))
  }

  private static func transitions(_ kind: RegisterKind) -> [Transition] {
    [
      .opening(
        "register", Phrase("申请登记", en: "apply for registration"), by: [.flyers], to: "filed",
        then: [.start("review")], kind.basis),
      Transition(
        "grant", Phrase("登记", en: "register"), by: [.registrar], from: ["filed"], to: "valid",
        then: Lateness.ended + [.start("term")], kind.basis),
      Transition(
        "refuse", Phrase("不予登记", en: "refuse"), by: [.registrar], from: ["filed"], to: "refused",
        then: [.stopAll], kind.basis, recordsRefusal: true),
      Transition(
        "withdraw", Phrase("撤回或者注销", en: "withdraw"), by: [.flyers],
        from: ["filed", "valid", "suspended"], to: "withdrawn", then: [.stopAll], FlightBasis.city),
      Transition(
        "renew", Phrase("延续", en: "renew"), by: [.registrar], from: ["valid"],
        then: [.restart("term")], kind.basis),
      Transition(
        "suspend", Phrase("暂停", en: "suspend"), by: [.registrar], from: ["valid"],
        to: "suspended", FlightBasis.regulation(51, 1)),
      Transition(
        "restore", Phrase("恢复", en: "restore"), by: [.registrar], from: ["suspended"], to: "valid",
        FlightBasis.regulation(51, 1)),
      Transition(
        "revoke", Phrase("吊销", en: "revoke"), by: [.registrar], from: ["valid", "suspended"],
        to: "revoked", then: [.stopAll], FlightBasis.regulation(51, 1)),
      Lateness.late(
        "review", Phrase("审核逾期", en: "not looked at in time"), from: ["filed"], FlightBasis.city),
      Lateness.chasing(from: ["filed"], FlightBasis.city),
      Transition(
        "term-due", Phrase("有效期满", en: "the term is over"), by: [.system],
        from: ["valid", "suspended"], to: "expired", then: [.stopAll], kind.basis),
    ]
  }

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case "register": RegisterFields.opening(kind)
    case "grant", "renew":
      [
        CaseField(
          "through", Phrase("有效期至", en: "Valid through"), .date, keeping: .fact, kind.basis)
      ]
    case "refuse", "suspend", "revoke":
      [CaseField("text", Phrase("理由", en: "Reasons"), .words(2000))]
    default: []
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period(clock == "chase" ? "chase" : "review", on: draft.today)
  }

  // MARK: Deciding

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case "register": try register(&draft, view)
    case "grant", "renew":
      guard let through = draft.said.date("through"), through >= draft.today else {
        throw Problem.invalid([
          Problem.Field("through", Phrase("不得早于今天。", en: "It may not be before today."))
        ])
      }
      draft.endsAt["term"] = Instant(through.adding(days: 1), in: draft.zone)
      if draft.command == "grant" { try requireSole(draft, view) }
    default: break
    }
  }

  private func register(_ draft: inout CaseDraft, _ view: any View) throws {
    draft.agency = rules.registrar
    let faults = RegisterFields.faults(kind, draft.said, today: draft.today)
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    draft.title = kind.name.zh
    switch kind {
    case .operators: draft.subject = "operator:\(draft.key)"
    case .aircraft:
      let id = draft.said.text("product-id").uppercased()
      draft.subject = "product:\(id)"
      let finding = try rules.finding(
        "class", RegisterFields.performance(draft.said), on: draft.today)
      let farming = try rules.finding(
        "agricultural", RegisterFields.performance(draft.said), on: draft.today)
      guard case .choice(let code) = finding.outcome else { return }
      draft.findings = [finding, farming]
      draft.facts.set("class", code)
      draft.facts.set("agricultural", farming.outcome == .truth(true))
      draft.publicFields["class"] = .string(code)
      let name = UnmannedFlight.classChoices.first { $0.code == code }?.name.zh ?? code
      draft.title = "\(name)无人驾驶航空器"
      try requireSole(draft, view)
    case .pilots: draft.subject = "pilot:\(draft.key)"
    case .insurance:
      let aircraft = try RegisterBook.valid(
        draft.said.text("aircraft"), .aircraft, on: draft.today, view, field: "aircraft")
      draft.subject = "insured:\(aircraft.base.key)"
    }
  }

  /// A product id stands on one airframe: another one on file bars it.
  private func requireSole(_ draft: CaseDraft, _ view: any View) throws {
    guard kind == .aircraft, let subject = draft.subject else { return }
    let others = try view.all(CaseFileBook.about(subject, kind: kind.caseType))
    guard
      let other = others.first(where: {
        $0.base.key != draft.key && ["valid", "suspended"].contains($0.base.stage)
      })
    else { return }
    throw Problem.refused(
      "aircraft-known",
      Phrase(
        "此唯一产品识别码已经登记（\(other.base.number)）。",
        en: "This product id is registered already (\(other.base.number))."),
      because: [FlightBasis.regulation(9, 1)])
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = []
    if let code = facts.string("class") {
      let name = UnmannedFlight.classChoices.first { $0.code == code }?.name ?? .same(code)
      rows.append((Phrase("分类（条例第六十二条）", en: "Class (Regulation, art. 62)"), name))
    }
    if let mark = facts.string("mark") { rows.append((Phrase("登记号", en: "Mark"), .same(mark))) }
    if let through = facts.date("through") {
      rows.append((Phrase("有效期至", en: "Valid through"), .same(through.description)))
    }
    return rows
  }
}

/// Finds what is on file.
enum RegisterBook {
  /// The case with a number in a register; nil if there is none.
  static func find(
    _ number: String, _ kind: RegisterKind, _ view: any View
  ) throws -> CaseFileRow? {
    guard let parsed = CaseNumber(number.filter { !$0.isWhitespace }), parsed.measure == 12,
      let row = try view.first(CaseFileBook.find(parsed.serial)), row.kind == kind.caseType
    else { return nil }
    return row
  }

  /// The case with a number, if it is valid on a day.
  ///
  /// - Throws: ``Problem`` 422 that says what is wrong, with the article.
  static func valid(
    _ number: String, _ kind: RegisterKind, on day: CivilDate, _ view: any View, field: String
  ) throws -> CaseFileRow {
    guard let row = try find(number, kind, view) else {
      throw Problem.invalid([
        Problem.Field(
          field,
          Phrase(
            "“\(number)”不是\(kind.name.zh)的编号。", en: "“\(number)” is no number of \(kind.name.en)."))
      ])
    }
    let facts = try CaseFacts(row.facts)
    guard row.base.stage == "valid", let through = facts.date("through"), through >= day else {
      let stage = row.base.stage
      throw Problem(
        "invalid", status: 422, title: Phrase("请更正以下各项", en: "Please correct the following"),
        detail: Phrase("登记在飞行日无效。", en: "A registration is not valid on the day of the flight."),
        fields: [
          Problem.Field(
            field,
            Phrase(
              "\(kind.name.zh)（\(number)）在\(day)无效（\(stage)）。",
              en: "\(kind.name.en) \(number) is not valid on \(day) (\(stage))."))
        ], because: [kind.basis])
    }
    return row
  }
}
