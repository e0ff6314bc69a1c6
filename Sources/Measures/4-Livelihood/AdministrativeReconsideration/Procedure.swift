import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import LegalTime
import Markup
import MeasureKit
import Rulebook
import Storage

/// How an application for reconsideration is handled: the case type of the law, its periods by the
/// rule base, and what its articles say to the content of each step.
public struct ReconsiderationProcedure: Procedure {
  /// The law in the city.
  public let rules: ReconsiderationRules

  /// The procedure under a city's rules.
  public init(_ rules: ReconsiderationRules) { self.rules = rules }

  /// Measure 19.
  public var card: MeasureCard { ReconsiderationMeasure.card }
  /// The stages and clocks of the law.
  public var type: CaseType { ReconsiderationCases.type }
  /// From a phone, or through the one authority to which officials hand applications on.
  public func function(of command: CommandID) -> String {
    command == openingCommand ? "online-filing" : "unified-authority"
  }
  /// What is said with a step.
  public func fields(of command: CommandID) -> [CaseField] {
    ReconsiderationProcedure.fields[command] ?? []
  }
  /// Filing on the public page.
  public var openingCommand: CommandID { "file" }

  /// Pages beside the usual ones.
  public var links: [(name: Phrase, target: String)] {
    [
      (name: Phrase("我还能申请吗", en: "Can I still apply?"), target: "/reconsideration/check"),
      (name: Phrase("决定书公开", en: "Published decisions"), target: "/reconsideration/decisions"),
      (name: Phrase("服务标准", en: "Service standards"), target: "/reconsideration/standards"),
      (name: Phrase("首选率与成效", en: "First choice and figures"), target: "/reconsideration/figures"),
    ]
  }

  /// Pages of officials beside the trays.
  public var deskLinks: [(name: Phrase, target: String, capacity: ActorKind)] {
    let staff = Phrase("人员与办案量", en: "Officers and loads")
    let archive = Phrase("归档与保管", en: "Files")
    func open(_ command: CommandID) -> String { "/desk/reconsideration/open/\(command)" }
    return [
      (staff, "/desk/reconsideration/staff", .approver),
      (archive, "/desk/reconsideration/archive", .approver),
      (archive, "/desk/reconsideration/archive", .officer),
      (name(of: "take-down"), open("take-down"), .clerk),
      (name(of: "reroute"), open("reroute"), .respondent),
      (name(of: "lodge"), open("lodge"), .respondent),
      (Phrase("法院报数", en: "Court figures"), "/desk/reconsideration/court-counts", .court),
    ]
  }

  // MARK: Periods

  /// The period of the law in force when the clock starts, or the city's where the law leaves it.
  public func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    let isSimplified = type.count(.simplified, of: draft.status) > 0
    let facts: [String: FactValue] = ["simplified": .truth(isSimplified)]
    switch clock {
    case .perform:
      return Period(Int(draft.facts.integer("days") ?? 0), .days, basis: Self.law(77, 1))
    case .order:
      return Period(Int(draft.said.integer("days") ?? 0), .days, basis: Self.law(77, 2))
    case .deliver, .watch: return try rules.cityPeriod(clock, on: draft.today)
    case .norm:
      let isOwn = draft.stage(type).id == .normReview
      return try rules.period(isOwn ? "norm-own" : "norm-elsewhere", on: draft.today)
    default: return try rules.period(clock.text, facts, on: draft.today)
    }
  }

  /// Corrections and extensions take as long as was said; a case that is converted gets the rest of
  /// the ordinary period.
  public func prolongation(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    if draft.command == "convert" {
      let ordinary = try rules.period("decide", on: draft.today)
      let simplified = try rules.period(
        "decide", ["simplified": .truth(true)], on: draft.today)
      return Period(ordinary.amount - simplified.amount, .days, basis: Self.law(55))
    }
    let days = Int(draft.said.integer("days") ?? 0)
    return clock == .correct
      ? Period(days, .workingDays, basis: Self.law(31, 2))
      : Period(days, .days, basis: Self.law(62, 1))
  }

  // MARK: Who

  /// Respondents act on cases against them; makers of norms and the superior on any; courts on those
  /// that are decided or over.
  public func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    switch capacity {
    case .citizen: .applicant
    case .respondent: .agency(row.party)
    case .system, .maker, .superior: .all
    // What is still being tried is not a court's to read.
    case .court: Self.readableByCourts.contains(row.base.stage) ? .all : .nobody
    case .procuratorate: Self.watched.contains(row.base.stage) ? .all : .nobody
    default: .agency(row.base.agency)
    }
  }

  private static let readableByCourts: Set<String> = [
    "performing", "answering", "closed", "refused", "terminated",
  ]

  /// What the procuratorate watches: whether a decision in force is performed.
  private static let watched: Set<String> = ["performing", "answering", "closed"]

  /// By who must act.
  public var trays: [CaseTray] {
    [
      CaseTray(
        "intake", Phrase("待审查", en: "To examine"), for: .clerk, .stages([.received, .correcting])),
      CaseTray(
        "cases", Phrase("承办案件", en: "My cases"), for: .officer,
        .stages(
          ReconsiderationCases.trials + ReconsiderationCases.standing
            + [.decided, .performing, .answering])),
      CaseTray("sign", Phrase("待同意", en: "To agree"), for: .approver, .stages([.proposed])),
      CaseTray(
        "overdue", Phrase("履行监督", en: "Performance"), for: .approver,
        .stages([.performing, .answering])),
      CaseTray(
        "committee", Phrase("待咨询", en: "For the committee"), for: .committee, .stages([.consulting])
      ),
      CaseTray("respondent", Phrase("以我单位为被申请人", en: "Against us"), for: .respondent, .party),
      CaseTray(
        "norms", Phrase("规范性文件审查", en: "Norms"), for: .maker,
        .stages([.normReview, .normElsewhere])),
      CaseTray(
        "court", Phrase("已办结案件", en: "Closed cases"), for: .court,
        .stages([.closed, .refused, .terminated, .performing, .answering])),
      CaseTray(
        "procuratorate", Phrase("履行监督（检察）", en: "Performance, for the procuratorate"),
        for: .procuratorate, .stages([.performing, .answering, .closed])),
      CaseTray(
        "superior", Phrase("上级监督", en: "Superior"), for: .superior,
        .stages([.refused, .suspended, .gone] + ReconsiderationCases.trials)),
    ]
  }

  /// From filing to performance.
  public var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("申请", en: "Apply"), [.forwarding, .received, .correcting]),
      (Phrase("受理、答复", en: "Acceptance and reply"), [.serving, .replying]),
      (
        Phrase("审理", en: "Trial"),
        [.trial, .called, .consulting, .agreed] + ReconsiderationCases.standing
      ),
      (Phrase("决定", en: "Decision"), [.proposed, .decided]),
      (Phrase("送达、履行", en: "In force"), [.performing, .answering, .closed]),
    ]
  }

  /// What stays within the authority: proposals, consultation, referrals.
  public var internalCommands: Set<CommandID> {
    ["propose", "propose-duty", "send-back", "consult", "advise", "assign", "refer", "archive"]
  }

  // MARK: What is shown

  /// Time to apply, whether it comes first, procedure and outcome.
  public func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = []
    func add(_ name: Phrase, _ value: Phrase?) {
      if let value { rows.append((name: name, value: value)) }
    }
    add(Phrase("被申请人", en: "Respondent"), respondent(facts))
    add(
      Phrase("行为种类", en: "Kind of act"),
      Self.name(facts.string("act-kind"), in: ReconsiderationLaw.actKinds))
    add(Phrase("申请日", en: "Filed on"), facts.date("filed-on")?.phrase)
    add(Phrase("申请期限至", en: "Could be filed until"), facts.date("last-day")?.phrase)
    if let first = facts["is-first"]?.bool {
      add(
        Phrase("复议前置", en: "Must come before the court"),
        first ? Phrase("是", en: "yes") : Phrase("否", en: "no"))
    }
    if facts.flag("deemed") {
      add(Phrase("受理", en: "Acceptance"), Phrase("视为受理", en: "deemed accepted"))
    }
    add(Phrase("听证日期", en: "Hearing on"), facts.date("hearing-on")?.phrase)
    if facts.string("stay") != nil {
      add(Phrase("执行", en: "Execution"), Phrase("停止执行", en: "stayed"))
    }
    // A proposal is no decision yet.
    if facts.date("decided-on") != nil {
      add(
        Phrase("决定", en: "Decision"),
        Self.name(facts.string("decision"), in: ReconsiderationLaw.decisionKinds))
    }
    add(Phrase("生效日", en: "In force since"), facts.date("in-force-on")?.phrase)
    let officers = facts.list("officers")
    add(
      Phrase("承办人（工号）", en: "Officers (staff numbers)"),
      officers.isEmpty ? nil : .same(officers.joined(separator: "、")))
    if let retention = facts.string("retention") {
      let kept = facts.date("kept-through")?.phrase
      add(
        Phrase("案卷保管", en: "File kept"),
        Self.name(ofRetention: retention)
          + (kept.map { Phrase("，至\($0.zh)", en: ", through \($0.en)") } ?? .same("")))
    }
    return rows
  }

  static func name(_ code: String?, in choices: [FactType.Choice]) -> Phrase? {
    code.flatMap { code in choices.first { $0.code == code }?.name }
  }

  /// The respondent's name.
  func respondent(_ facts: CaseFacts) -> Phrase? {
    facts.string("respondent").flatMap { rules.profile.agency($0)?.name }
      ?? facts.string("respondent-other").map(Phrase.same)
  }

  /// What must hold of every case: a decision that the rules allow, and none without its day.
  public func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase] {
    var found: [Phrase] = []
    func expect(_ holds: Bool, _ what: Phrase) { if !holds { found.append(what) } }
    expect(
      facts.date("filed-on") != nil && facts.date("last-day") != nil,
      Phrase("没有申请日或者申请期限。", en: "it has no day of filing or last day to file"))
    guard let status = try? type.status(row.base.status) else { return found }
    let stage = type.stage(of: status).id
    let isPast = [.decided, .performing, .answering, .closed].contains(stage)
    expect(
      !isPast || (facts.string("decision") != nil && facts.date("decided-on") != nil),
      Phrase("已决定而没有决定种类或者日期。", en: "it is decided without a kind or day of decision"))
    let isSilent = type.count(.silent, of: status) > 0 && type.count(.replied, of: status) == 0
    expect(
      !isPast || !isSilent || facts.flag("third-interest")
        || !["uphold", "change", "reject"].contains(facts.text("decision")),
      Phrase("被申请人未答复却维持、变更或者驳回请求（第70条）。", en: "no reply, yet upheld, changed or rejected (70)"))
    return found
  }
}
