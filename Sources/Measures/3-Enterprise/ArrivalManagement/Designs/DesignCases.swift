import CaseEngine
import Commons

// A version of a point-merge procedure: designed, checked, coordinated between units, approved, published,
// superseded or withdrawn. What was designed is never changed: a better design is a case of its own.

extension ActorKind {
  /// Designs procedures.
  static let designer = ActorKind("designer", Phrase("程序设计人员", en: "procedure designer"))
  /// Answers for a unit.
  static let unit = ActorKind("unit", Phrase("协调单位", en: "unit"))
  /// Approves procedures.
  static let approver = ActorKind("approver", Phrase("批准人", en: "approver"))
}

extension CommandID {
  static let design: CommandID = "design"
  static let check: CommandID = "check"
  static let coordinate: CommandID = "coordinate"
  static let answer: CommandID = "answer"
  static let conclude: CommandID = "conclude"
  static let approve: CommandID = "approve"
  static let reject: CommandID = "reject"
  static let publish: CommandID = "publish"
  static let review: CommandID = "review"
  static let supersede: CommandID = "supersede"
  static let withdraw: CommandID = "withdraw"
}

enum DesignCases {
  static let kind = "arrival-procedure"

  static let procedure = CaseType(
    kind, Phrase("点融合程序", en: "point-merge procedure"),
    stages: stages, counters: counters, clocks: clocks, transitions: transitions + lateness)

  static let stages: [Stage] = [
    Stage("designed", Phrase("待校核", en: "To be checked"), owedBy: .designer),
    Stage("checked", Phrase("待协调", en: "To be coordinated"), owedBy: .designer),
    Stage("coordinating", Phrase("空域协调中", en: "With the units"), owedBy: .unit),
    Stage("agreed", Phrase("待批准", en: "To be approved"), owedBy: .approver),
    Stage("approved", Phrase("待公布", en: "To be published"), owedBy: .designer),
    Stage("published", Phrase("已公布", en: "Published"), owedBy: .designer),
    .final("superseded", Phrase("已被替代", en: "Superseded")),
    .final("rejected", Phrase("未通过", en: "Rejected")),
    .final("withdrawn", Phrase("已撤回", en: "Withdrawn")),
  ]

  static let counters = Lateness.counters(ArrivalBasis.city)

  private static func clock(_ id: ClockID, _ zh: String, _ en: String, _ drives: [StageID])
    -> ClockSpec
  { ClockSpec(id, Phrase(zh, en: en), drives: drives, ArrivalBasis.city) }

  static let clocks: [ClockSpec] = [
    clock("check", "校核时限", "time to check", ["designed"]),
    clock("coordinate", "发起协调时限", "time to ask the units", ["checked"]),
    clock("answer", "单位答复时限", "time for units to answer", ["coordinating"]),
    clock("approve", "批准时限", "time to approve", ["agreed"]),
    clock("publish", "公布时限", "time to publish", ["approved"]),
    clock("review", "复核周期", "time to the next review", ["published"]),
    Lateness.clock(ArrivalBasis.city),
  ]

  private static func move(
    _ command: CommandID, _ zh: String, _ en: String, by actors: ActorKind..., from: [StageID],
    to: StageID? = nil, then effects: [CaseEffect], _ basis: Basis = ArrivalBasis.city,
    refuses: Bool = false
  ) -> Transition {
    Transition(
      command, Phrase(zh, en: en), by: actors, from: from, to: to, then: effects, basis,
      recordsRefusal: refuses)
  }

  private static let afresh = Lateness.ended
  private static let underway: [StageID] = [
    "designed", "checked", "coordinating", "agreed", "approved",
  ]

  static let transitions: [Transition] = [
    .opening(
      .design, Phrase("设计新版本", en: "design a version"), by: [.designer], to: "designed",
      then: [.start("check")], ArrivalBasis.notice),
    move(
      .check, "校核可行性", "check that it can be flown", by: .designer, from: ["designed"],
      to: "checked", then: afresh + [.start("coordinate")], refuses: true),
    move(
      .coordinate, "发起空域协调", "ask the units", by: .designer, from: ["checked"],
      to: "coordinating", then: afresh + [.start("answer")], ArrivalBasis.notice),
    move(.answer, "单位答复", "answer for a unit", by: .unit, from: ["coordinating"], then: []),
    move(
      .conclude, "协调结束", "conclude the coordination", by: .designer, from: ["coordinating"],
      to: "agreed", then: afresh + [.start("approve")], refuses: true),
    move(
      .approve, "批准", "approve", by: .approver, from: ["agreed"], to: "approved",
      then: afresh + [.start("publish")]),
    move(
      .reject, "不批准", "reject", by: .approver, from: ["agreed"], to: "rejected", then: [.stopAll]),
    move(
      .publish, "公布", "publish", by: .designer, from: ["approved"], to: "published",
      then: afresh + [.start("review")], ArrivalBasis.airac, refuses: true),
    move(
      .review, "定期复核", "review", by: .designer, from: ["published"],
      then: [.unmark("overdue"), .stop("chase"), .restart("review")]),
    move(
      .supersede, "被新版本替代", "superseded by a later version", by: .system, from: ["published"],
      to: "superseded", then: [.stopAll]),
    move(
      .withdraw, "撤回", "withdraw", by: .designer, from: underway + ["published"],
      to: "withdrawn", then: [.stopAll]),
  ]

  private static func late(_ clock: ClockID, _ zh: String, _ en: String, _ stage: StageID)
    -> Transition
  {
    Lateness.late(clock, Phrase(zh, en: en), from: [stage], ArrivalBasis.city)
  }

  static let lateness: [Transition] = [
    late("check", "校核逾期", "not checked in time", "designed"),
    late("coordinate", "发起协调逾期", "units not asked in time", "checked"),
    late("answer", "单位答复逾期", "units did not answer in time", "coordinating"),
    late("approve", "批准逾期", "not decided in time", "agreed"),
    late("publish", "公布逾期", "not published in time", "approved"),
    late("review", "复核逾期", "not reviewed in time", "published"),
    Lateness.chasing(from: underway + ["published"], ArrivalBasis.city),
  ]
}
