import CaseEngine
import Commons

// A series of slots: asked for by an airline, offered by the coordinator at the nearest time with room, taken or
// let go.

extension ActorKind {
  /// An airline.
  static let airline = ActorKind("citizen", Phrase("航空公司", en: "airline"))
  /// Gives slots away.
  static let coordinator = ActorKind("clerk", Phrase("时刻协调人员", en: "slot coordinator"))
}

extension CommandID {
  static let request: CommandID = "request"
  static let offer: CommandID = "offer"
  static let refuse: CommandID = "refuse"
  static let accept: CommandID = "accept"
  static let decline: CommandID = "decline"
  static let giveBack: CommandID = "give-back"
}

enum SlotCases {
  static let kind = "arrival-slots"

  static let series = CaseType(
    kind, Phrase("时刻系列", en: "series of slots"),
    stages: [
      Stage("requested", Phrase("待答复", en: "To be replied to"), owedBy: .coordinator),
      Stage("offered", Phrase("待航空公司确认", en: "With the airline"), owedBy: .airline),
      Stage(
        "allocated", Phrase("已分配", en: "Allocated"),
        .nobody(because: Phrase("航季内使用；不用应交还。", en: "Flown in the season; given back if not."))),
      .final("refused", Phrase("未分配", en: "Refused")),
      .final("declined", Phrase("未接受", en: "Declined")),
      .final("returned", Phrase("已交还", en: "Given back")),
    ],
    counters: Lateness.counters(ArrivalBasis.city),
    clocks: [
      ClockSpec(
        "offer", Phrase("答复时限", en: "time to reply"), drives: ["requested"], ArrivalBasis.city),
      ClockSpec(
        "reply", Phrase("确认时限", en: "time to confirm"), drives: ["offered"], ArrivalBasis.city),
      Lateness.clock(ArrivalBasis.city),
    ],
    transitions: [
      .opening(
        .request, Phrase("申请时刻", en: "ask for slots"), by: [.airline], to: "requested",
        then: [.start("offer")], ArrivalBasis.notice),
      move(
        .offer, "提出时刻", "offer slots", by: .coordinator, from: ["requested"], to: "offered",
        then: afresh + [.start("reply")], ArrivalBasis.slots),
      move(
        .refuse, "不予分配并说明理由", "refuse, with reasons", by: .coordinator, from: ["requested"],
        to: "refused", then: [.stopAll], ArrivalBasis.slots),
      move(
        .accept, "接受", "accept", by: .airline, from: ["offered"], to: "allocated",
        then: afresh),
      move(
        .decline, "不接受", "decline", by: .airline, from: ["offered"], to: "declined",
        then: [.stopAll]),
      move(
        .giveBack, "交还", "give back", by: .airline, from: ["allocated"], to: "returned",
        then: [.stopAll]),
      move(
        "withdraw", "撤回申请", "withdraw", by: .airline, from: ["requested"], to: "declined",
        then: [.stopAll]),
      Lateness.late(
        "offer", Phrase("答复逾期", en: "not replied to in time"), from: ["requested"],
        ArrivalBasis.city),
      move(
        "reply-due", "逾期未确认，时刻收回", "not confirmed in time: free again", by: .system,
        from: ["offered"], to: "declined", then: [.stopAll]),
      Lateness.chasing(from: ["requested"], ArrivalBasis.city),
    ])

  private static let afresh = Lateness.ended

  private static func move(
    _ command: CommandID, _ zh: String, _ en: String, by actor: ActorKind, from: [StageID],
    to: StageID? = nil, then effects: [CaseEffect], _ basis: Basis = ArrivalBasis.city
  ) -> Transition {
    Transition(command, Phrase(zh, en: en), by: [actor], from: from, to: to, then: effects, basis)
  }
}
