import CaseEngine
import Commons

// A flight application: filed, decided on by the evening before, reported ready, confirmed, flown, closed.

extension StageID {
  static let filed: StageID = "filed"
  static let approved: StageID = "approved"
  static let reported: StageID = "reported"
  static let confirmed: StageID = "confirmed"
  static let active: StageID = "active"
  static let blocked: StageID = "blocked"
  static let handing: StageID = "handing"
}

extension CommandID {
  static let fileFlight: CommandID = "file"
  static let takeOffer: CommandID = "take-offer"
  static let approve: CommandID = "approve"
  static let refuse: CommandID = "refuse"
  static let record: CommandID = "record"
  static let report: CommandID = "report"
  static let confirmReady: CommandID = "confirm"
  static let deny: CommandID = "deny"
  static let activate: CommandID = "activate"
  static let land: CommandID = "land"
  static let closeAirspace: CommandID = "close-airspace"
  static let recall: CommandID = "recall"
  static let displace: CommandID = "displace"
  static let load: CommandID = "load"
  static let receive: CommandID = "receive"
  static let settle: CommandID = "settle"
}

extension ClockID {
  static let decide: ClockID = "decide"
  static let takeoff: ClockID = "takeoff"
  static let report: ClockID = "report"
  static let confirm: ClockID = "confirm"
  static let window: ClockID = "window"
  static let land: ClockID = "land"
  static let rescue: ClockID = "rescue"
  static let custody: ClockID = "custody"
  static let chaseLate: ClockID = "chase"
}

enum FlightCases {
  static let kind = "air-flight"

  static let flight = CaseType(
    kind, Phrase("飞行活动申请", en: "flight application"), stages: stages, counters: counters,
    clocks: clocks, transitions: deciding + flying + handingOver + lateness)

  static let stages: [Stage] = [
    Stage(.filed, Phrase("待决定", en: "To be decided"), owedBy: .control),
    Stage(.approved, Phrase("已批准，待起飞前报告", en: "Approved; to report ready"), owedBy: .flyers),
    Stage(.reported, Phrase("待起飞确认", en: "To be confirmed"), owedBy: .control),
    Stage(.confirmed, Phrase("可以起飞", en: "May take off"), owedBy: .flyers),
    Stage(.active, Phrase("飞行中", en: "In the air"), owedBy: .flyers),
    Stage(
      .blocked, Phrase("空域已不可用，待改计划", en: "Airspace taken; to be planned anew"), owedBy: .flyers),
    Stage(
      .handing, Phrase("已降落，货物待交接", en: "Landed; goods to be handed over"), owedBy: .flyers),
    .final("ended", Phrase("已结束", en: "Ended")),
    .final("refused", Phrase("不予批准", en: "Refused")),
    .final("withdrawn", Phrase("已撤回", en: "Withdrawn")),
    .final("undecided", Phrase("到起飞时刻未决定", en: "Not decided by take-off")),
    .final("lapsed", Phrase("未使用，批准失效", en: "Not used; lapsed")),
  ]

  static let counters: [Counter] = [
    .flag("overdue", Phrase("逾期", en: "overdue")),
    .flag("laden", Phrase("已交付装机", en: "goods loaded"), FlightBasis.city),
    .flag("recalled", Phrase("已通知避让", en: "told to leave"), FlightBasis.regulation(20)),
    Counter("chased", Phrase("催办", en: "chased"), upTo: 3, FlightBasis.city),
  ]

  static let clocks: [ClockSpec] = [
    ClockSpec(
      .decide, Phrase("作出决定时限", en: "time to decide"), drives: [.filed],
      FlightBasis.regulation(26, 1)),
    ClockSpec(
      .takeoff, Phrase("预计起飞时刻", en: "planned take-off"), drives: [], FlightBasis.regulation(30)),
    ClockSpec(
      .report, Phrase("起飞前报告时限", en: "time to report ready"), drives: [.approved],
      FlightBasis.regulation(30)),
    ClockSpec(
      .confirm, Phrase("起飞确认时限", en: "time to confirm"), drives: [.reported],
      FlightBasis.regulation(30)),
    ClockSpec(
      .window, Phrase("批准的飞行时间", en: "time for which it is approved"), drives: [.confirmed],
      FlightBasis.regulation(27, item: 6)),
    ClockSpec(
      .land, Phrase("预计结束时刻", en: "planned end"), drives: [.active],
      FlightBasis.regulation(32, item: 3)),
    ClockSpec(
      .rescue, Phrase("改计划时限", en: "time to plan anew"), drives: [.blocked],
      FlightBasis.regulation(20)),
    ClockSpec(
      .custody, Phrase("货物交接时限", en: "time to hand the goods over"), drives: [.handing],
      FlightBasis.city),
    ClockSpec(.chaseLate, Phrase("催办周期", en: "interval of chasing"), drives: [], FlightBasis.city),
  ]

  static let deciding: [Transition] = [
    .opening(
      .fileFlight, Phrase("提出飞行活动申请", en: "apply for a flight"), by: [.flyers], to: .filed,
      then: [.start(.decide), .start(.takeoff)], FlightBasis.regulation(26, 1)),
    Transition(
      .takeOffer, Phrase("采用建议的无冲突计划", en: "take the plan without conflicts"), by: [.flyers],
      from: [.filed], then: [.restart(.takeoff)], FlightBasis.regulation(32, item: 4)),
    Transition(
      .approve, Phrase("批准", en: "approve"), by: [.control], from: [.filed], to: .approved,
      then: [.stopAll, .unmark("overdue"), .start(.report)], FlightBasis.regulation(28)),
    // A plan under a standing approval is kept on record, not decided on again.
    Transition(
      .record, Phrase("备案", en: "keep on record"), by: [.system], from: [.filed], to: .approved,
      then: [.stopAll, .unmark("overdue"), .start(.report)], FlightBasis.regulation(26, 2)),
    Transition(
      .refuse, Phrase("不予批准", en: "refuse"), by: [.control], from: [.filed], to: "refused",
      then: [.stopAll], FlightBasis.regulation(26, 1), recordsRefusal: true),
    Transition(
      "withdraw", Phrase("撤回", en: "withdraw"), by: [.flyers],
      from: [.filed, .approved, .reported, .confirmed, .blocked], to: "withdrawn",
      then: [.stopAll], FlightBasis.city),
  ]

  static let flying: [Transition] = [
    Transition(
      .report, Phrase("报告准备就绪", en: "report ready"), by: [.flyers], from: [.approved],
      to: .reported, then: [.stopAll, .start(.confirm), .start(.window)],
      FlightBasis.regulation(30)),
    Transition(
      .confirmReady, Phrase("确认可以起飞", en: "confirm take-off"), by: [.control], from: [.reported],
      to: .confirmed, then: [.stopAll, .unmark("overdue"), .restart(.window)],
      FlightBasis.regulation(30)),
    Transition(
      .deny, Phrase("不予确认", en: "do not confirm"), by: [.control], from: [.reported],
      to: "refused", then: [.stopAll], FlightBasis.regulation(30), recordsRefusal: true),
    Transition(
      .activate, Phrase("起飞", en: "take off"), by: [.flyers], from: [.confirmed], to: .active,
      then: [.stopAll, .start(.land)], FlightBasis.regulation(30)),
    Transition(
      .land, Phrase("报告飞行结束", en: "report the end"), by: [.flyers], from: [.active], to: "ended",
      if: [.clear("laden", else: Phrase("货物尚未交接。", en: "Goods are still to be handed over."))],
      then: [.stopAll], FlightBasis.regulation(32, item: 3)),
    // The end is reported at once, whatever becomes of the goods.
    Transition(
      .land, Phrase("报告飞行结束", en: "report the end"), by: [.flyers], from: [.active], to: .handing,
      if: [.set("laden", else: Phrase("没有装机的货物。", en: "No goods are on board."))],
      then: [.stopAll, .unmark("overdue"), .start(.custody)], FlightBasis.regulation(32, item: 3)),
    Transition(
      .closeAirspace, Phrase("空域临时关闭", en: "airspace closed"), by: [.system],
      from: [.approved, .reported, .confirmed], to: .blocked,
      then: [.stopAll, .unmark("overdue"), .start(.rescue)], FlightBasis.regulation(20)),
    Transition(
      .displace, Phrase("紧急任务优先，须改计划", en: "an urgent task goes before; plan anew"), by: [.system],
      from: [.approved, .reported, .confirmed], to: .blocked,
      then: [.stopAll, .unmark("overdue"), .start(.rescue)], FlightBasis.regulation(18, 3)),
    Transition(
      .recall, Phrase("空域临时关闭，通知避让", en: "airspace closed; told to leave"), by: [.system],
      from: [.active], if: [.clear("recalled", else: Phrase("已经通知。", en: "It was told."))],
      then: [.mark("recalled")], FlightBasis.regulation(20)),
    Transition(
      .takeOffer, Phrase("采用建议的无冲突计划", en: "take the plan without conflicts"), by: [.flyers],
      from: [.blocked], to: .approved, then: [.stopAll, .start(.report)],
      FlightBasis.regulation(32, item: 4)),
  ]

  /// Who had the goods when: consignment by consignment, handed over and loaded, unloaded and received.
  static let handingOver: [Transition] = [
    Transition(
      .load, Phrase("登记交付装机", en: "record what is loaded"), by: [.flyers],
      from: [.approved, .reported, .confirmed], then: [.mark("laden")], FlightBasis.city),
    Transition(
      .receive, Phrase("登记卸机接收", en: "record what is received"), by: [.flyers],
      from: [.active, .handing],
      if: [.set("laden", else: Phrase("没有装机的货物。", en: "No goods were loaded."))], FlightBasis.city),
    Transition(
      .settle, Phrase("交接完毕", en: "close the hand-over"), by: [.flyers], from: [.handing],
      to: "ended", then: [.stopAll], FlightBasis.city),
  ]

  private static func late(
    _ clock: ClockID, _ zh: String, _ en: String, _ stage: StageID, _ basis: Basis
  ) -> Transition {
    Transition(
      CommandID("\(clock.text)-due"), Phrase(zh, en: en), by: [.system], from: [stage],
      then: [.lapse(clock), .mark("overdue"), .restart(.chaseLate)], basis)
  }

  private static func over(
    _ clock: ClockID, _ zh: String, _ en: String, from: [StageID], to: StageID, _ basis: Basis
  ) -> Transition {
    Transition(
      CommandID("\(clock.text)-due"), Phrase(zh, en: en), by: [.system], from: from, to: to,
      then: [.stopAll], basis)
  }

  static let lateness: [Transition] = [
    late(.decide, "决定逾期", "not decided in time", .filed, FlightBasis.regulation(26, 1)),
    late(.confirm, "起飞确认逾期", "not confirmed in time", .reported, FlightBasis.regulation(30)),
    late(.land, "到时未报告结束", "no report of its end", .active, FlightBasis.regulation(32, item: 3)),
    late(.custody, "货物交接逾期", "goods not handed over in time", .handing, FlightBasis.city),
    over(
      .takeoff, "到起飞时刻未决定", "not decided by take-off", from: [.filed], to: "undecided",
      FlightBasis.regulation(26, 1)),
    over(
      .report, "未按时报告，批准失效", "not reported in time: lapsed", from: [.approved], to: "lapsed",
      FlightBasis.regulation(30)),
    over(
      .window, "飞行时间已过", "its time is over", from: [.reported, .confirmed], to: "lapsed",
      FlightBasis.regulation(30)),
    over(
      .rescue, "未改计划，批准失效", "not planned anew: lapsed", from: [.blocked], to: "lapsed",
      FlightBasis.regulation(20)),
    Transition(
      "chase-due", Phrase("催办", en: "chase"), by: [.system],
      from: [.filed, .reported, .active, .handing], then: [.raise("chased"), .restart(.chaseLate)],
      FlightBasis.city),
  ]
}
