import CaseEngine
import Commons

// A request to a protection station: taken over, visited, advised on, mended, looked at again.

extension ActorKind {
  /// The market regulator's office, which assigns requests and keeps the joint conference.
  static let coordinator = ActorKind("clerk", Phrase("统筹人员", en: "coordinator"))
  /// A station in a park or an association.
  static let station = ActorKind("handler", Phrase("保护工作站", en: "station"))
}

extension CommandID {
  static let request: CommandID = "request"
  static let assign: CommandID = "assign"
  static let plan: CommandID = "plan"
  static let visit: CommandID = "visit"
  static let followUp: CommandID = "follow-up"
  static let revisit: CommandID = "revisit"
}

enum StationCases {
  static let request = CaseType(
    "secret-station-request", Phrase("商业秘密保护服务", en: "help with trade secrets"),
    stages: stages, counters: counters, clocks: clocks, transitions: transitions + lateness)

  static let stages: [Stage] = [
    Stage("received", Phrase("待分派", en: "To be assigned"), owedBy: .coordinator),
    Stage("assigned", Phrase("待工作站安排", en: "To be planned"), owedBy: .station),
    Stage("planned", Phrase("已约上门", en: "Visit planned"), owedBy: .station),
    Stage("advised", Phrase("待企业整改", en: "To be mended by the firm"), owedBy: .owners),
    Stage("mended", Phrase("待回访", en: "To be looked at again"), owedBy: .station),
    .final("closed", Phrase("已办结", en: "Closed")),
    .final("referred", Phrase("已转介", en: "Referred")),
    .final("withdrawn", Phrase("已撤回", en: "Withdrawn")),
  ]

  static let counters: [Counter] =
    Lateness.counters(SecretBasis.city) + [
      Counter("revisits", Phrase("再次上门", en: "further visits"), upTo: 3, SecretBasis.city)
    ]

  private static func clock(
    _ id: ClockID, _ zh: String, _ en: String, drives: [StageID], _ command: CommandID
  ) -> ClockSpec {
    ClockSpec(id, Phrase(zh, en: en), drives: drives, onExpiry: command, SecretBasis.city)
  }

  static let clocks: [ClockSpec] = [
    clock("assign", "分派时限", "time to assign", drives: ["received"], "assign-due"),
    clock("plan", "安排时限", "time to plan a visit", drives: ["assigned"], "plan-due"),
    clock("visit", "上门并出具意见时限", "time to visit and advise", drives: ["planned"], "visit-due"),
    clock("mend", "整改时限", "time to mend", drives: ["advised"], "mend-due"),
    clock("follow", "回访时限", "time to look again", drives: ["mended"], "follow-due"),
    Lateness.clock(SecretBasis.city),
  ]

  private static func move(
    _ command: CommandID, _ zh: String, _ en: String, by actors: [ActorKind], from: [StageID],
    to: StageID? = nil, then effects: [CaseEffect], _ basis: Basis = SecretBasis.city,
    refuses: Bool = false
  ) -> Transition {
    Transition(
      command, Phrase(zh, en: en), by: actors, from: from, to: to, then: effects, basis,
      recordsRefusal: refuses)
  }

  private static let afresh = Lateness.ended

  static let transitions: [Transition] = [
    .opening(
      .request, Phrase("申请保护服务", en: "ask for help"), by: [.owners], to: "received",
      then: [.start("assign")], SecretBasis.notice),
    move(
      .assign, "分派到工作站", "assign to a station", by: [.coordinator],
      from: ["received", "assigned"], to: "assigned", then: afresh + [.start("plan")]),
    move(
      .plan, "约定上门日期", "plan a visit", by: [.station], from: ["assigned", "planned"],
      to: "planned", then: afresh + [.start("visit")]),
    move(
      .visit, "上门并出具意见", "visit and advise", by: [.station], from: ["planned"], to: "advised",
      then: afresh + [.start("mend")], SecretBasis.competition(15)),
    move(
      "report", "告知已整改", "say what was mended", by: [.owners], from: ["advised"], to: "mended",
      then: afresh + [.start("follow")]),
    move(
      .followUp, "回访并办结", "look again and close", by: [.station], from: ["mended"], to: "closed",
      then: [.stopAll]),
    move(
      .revisit, "再次上门", "visit again", by: [.station], from: ["mended"], to: "planned",
      then: afresh + [.count("revisits"), .start("visit")]),
    move(
      "refer", "转介其他机构", "refer elsewhere", by: [.coordinator, .station],
      from: ["received", "assigned", "planned"], to: "referred", then: [.stopAll]),
    move(
      "withdraw", "撤回申请", "withdraw", by: [.owners],
      from: ["received", "assigned", "planned", "advised"], to: "withdrawn", then: [.stopAll]),
  ]

  private static func late(_ clock: ClockID, _ zh: String, _ en: String, _ stage: StageID)
    -> Transition
  {
    Lateness.late(clock, Phrase(zh, en: en), from: [stage], SecretBasis.city)
  }

  static let lateness: [Transition] = [
    late("assign", "分派逾期", "not assigned in time", "received"),
    late("plan", "安排逾期", "not planned in time", "assigned"),
    late("visit", "上门逾期", "not visited in time", "planned"),
    late("follow", "回访逾期", "not looked at again in time", "mended"),
    // A firm that says nothing is looked at all the same.
    move(
      "mend-due", "整改期满，转入回访", "time to mend is over: look again", by: [.system],
      from: ["advised"], to: "mended", then: [.stopAll, .start("follow")]),
    Lateness.chasing(from: ["received", "assigned", "planned", "mended"], SecretBasis.city),
  ]
}
