import CaseEngine
import Commons
import Rulebook

// The case type of measure 15 (商事主体歇业): applied for online, finished at the counter, filed and
// published; then dormant until the operator resumes, is found doing business, or the term ends.

extension ActorKind {
  /// Whoever runs the business, or an agent: the capacity of the public pages under its own name.
  static let operators = ActorKind("citizen", Phrase("经营主体", en: "operator"))
  /// The counter at which identity is checked.
  static let counter = ActorKind("clerk", Phrase("办事窗口", en: "counter"))
  /// The registration authority, which files, publishes and decides.
  static let registrar = ActorKind("handler", Phrase("登记机关", en: "registration authority"))
}

extension StageID {
  static let ready: StageID = "ready"
  static let correcting: StageID = "correcting"
  static let reviewing: StageID = "reviewing"
  static let dormant: StageID = "dormant"
  static let extending: StageID = "extending"
  static let resuming: StageID = "resuming"
  static let objected: StageID = "objected"
  static let returned: StageID = "returned"
  static let settling: StageID = "settling"
  static let resumed: StageID = "resumed"
  static let deregistering: StageID = "deregistering"
  static let refused: StageID = "refused"
  static let withdrawn: StageID = "withdrawn"
  static let lapsed: StageID = "lapsed"
}

extension CommandID {
  static let apply: CommandID = "apply"
  static let supply: CommandID = "supply"
  static let finish: CommandID = "finish"
  static let file: CommandID = "file"
  static let askExtension: CommandID = "ask-extension"
  static let extend: CommandID = "extend"
  static let deny: CommandID = "deny"
  static let resume: CommandID = "resume"
  static let resumeEarlier: CommandID = "resume-earlier"
  static let resumeChanged: CommandID = "resume-changed"
  static let deem: CommandID = "deem"
  static let setAside: CommandID = "set-aside"
  static let publish: CommandID = "publish"
  static let publishChanged: CommandID = "publish-changed"
  static let termDue: CommandID = "term-due"
  static let remindDue: CommandID = "remind-due"
  static let confirm: CommandID = "confirm"
  static let confirmChanged: CommandID = "confirm-changed"
}

extension ClockID {
  static let finish: ClockID = "finish"
  static let correct: ClockID = "correct"
  static let review: ClockID = "review"
  static let term: ClockID = "term"
  static let remind: ClockID = "remind"
  static let extending: ClockID = "extension"
  static let publish: ClockID = "publish"
  static let objection: ClockID = "objection"
  static let settle: ClockID = "settle"
  static let changes: ClockID = "changes"
}

extension CounterID {
  static let corrections: CounterID = "corrections"
  static let ordered: CounterID = "ordered"
  static let objection: CounterID = "objection"
}

/// The law on which the steps rest. The numbers themselves are in the rule pack.
enum DormancyBasis {
  static func regulation(_ article: Int, _ paragraph: Int? = nil) -> Basis {
    .law(DormancyLaw.regulation(article, paragraph))
  }
  static func rules(_ article: Int, _ paragraph: Int? = nil) -> Basis {
    .law(DormancyLaw.rules(article, paragraph))
  }
  static let city = Basis.cityPolicy(
    Phrase("歇业备案办理规则（城市参数）", en: "rules for filing dormancy (city parameter)"))
}

/// The kinds of case of this measure.
enum DormancyCases {
  static let dormancy = CaseType(
    "business-dormancy", Phrase("歇业备案", en: "filing of dormancy"), stages: stages,
    counters: counters, clocks: clocks,
    transitions: filing + waiting + extending + resuming + returning + lateness)

  private static let resting = Phrase(
    "歇业由经营主体自主决定，期限届满前无须办理任何事项。",
    en: "dormancy is the operator's own choice; nothing is owed before its term ends")

  static let stages: [Stage] = [
    Stage(
      .ready, Phrase("已核对条件（待到窗口办结）", en: "Checked; to be finished at the counter"),
      owedBy: .operators),
    Stage(.correcting, Phrase("待补正", en: "To be corrected"), owedBy: .operators),
    Stage(.reviewing, Phrase("待备案", en: "To be filed"), owedBy: .registrar),
    Stage(.dormant, Phrase("歇业", en: "Dormant"), .nobody(because: resting)),
    Stage(.extending, Phrase("歇业（申请延期中）", en: "Dormant; extension asked for"), owedBy: .registrar),
    Stage(
      .resuming, Phrase("视为恢复营业（待公示）", en: "Deemed resumed; to be published"), owedBy: .operators),
    Stage(.objected, Phrase("对恢复认定有异议", en: "Finding of resumption disputed"), owedBy: .registrar),
    Stage(.returned, Phrase("期满恢复（待确认）", en: "Term over; to be confirmed"), owedBy: .operators),
    Stage(.settling, Phrase("已恢复（待变更登记）", en: "Resumed; changes to register"), owedBy: .operators),
    .final(.resumed, Phrase("已恢复经营", en: "Back in business")),
    .final(.deregistering, Phrase("不再经营（转注销）", en: "To be deregistered")),
    .final(.refused, Phrase("不予备案", en: "Not filed")),
    .final(.withdrawn, Phrase("已撤回", en: "Withdrawn")),
    .final(.lapsed, Phrase("逾期未办结（视为撤回）", en: "Not finished in time")),
  ]

  static let counters: [Counter] =
    [Counter(.corrections, Phrase("补正", en: "corrected"), upTo: 3, DormancyBasis.city)]
    + Lateness.counters(DormancyBasis.city) + [
      Counter(.ordered, Phrase("责令改正", en: "ordered to correct"), upTo: 3, DormancyBasis.rules(74)),
      .flag(.objection, Phrase("已提出异议", en: "disputed"), DormancyBasis.city),
    ]

  static let clocks: [ClockSpec] = [
    ClockSpec(
      .finish, Phrase("到窗口办结时限", en: "time to come to the counter"), drives: [.ready],
      DormancyBasis.city),
    ClockSpec(
      .correct, Phrase("补正时限", en: "time to correct"), drives: [.correcting], DormancyBasis.city),
    ClockSpec(
      .review, Phrase("备案时限", en: "time to file"), drives: [.reviewing], DormancyBasis.city),
    ClockSpec(
      .term, Phrase("歇业期限", en: "term of dormancy"), drives: [.dormant, .extending],
      DormancyBasis.regulation(30, 4)),
    ClockSpec(
      .remind, Phrase("期满提醒", en: "reminder before the end"), drives: [], DormancyBasis.city),
    ClockSpec(
      .extending, Phrase("延期办理时限", en: "time to decide on the extension"), drives: [.extending],
      DormancyBasis.city),
    ClockSpec(
      .publish, Phrase("公示终止歇业时限", en: "time to publish the end"), drives: [.resuming],
      DormancyBasis.rules(42, 1)),
    ClockSpec(
      .objection, Phrase("异议处理时限", en: "time to rule on the objection"), drives: [.objected],
      DormancyBasis.city),
    ClockSpec(
      .settle, Phrase("期满确认时限", en: "time to confirm"), drives: [.returned],
      DormancyBasis.rules(42, 3)),
    ClockSpec(
      .changes, Phrase("变更登记时限", en: "time to register changes"), drives: [.settling],
      DormancyBasis.rules(42, 2)),
    Lateness.clock(DormancyBasis.city),
  ]

  // MARK: Filing

  static let filing: [Transition] = [
    .opening(
      .apply, Phrase("申请歇业备案", en: "apply"), by: [.operators, .counter], to: .ready,
      then: [.start(.finish)], DormancyBasis.regulation(30, 3)),
    Transition(
      .finish, Phrase("窗口核验身份，办结申请", en: "identity checked at the counter"), by: [.counter],
      from: [.ready], to: .reviewing, then: [.stop(.finish), .start(.review)],
      DormancyBasis.rules(41, 1)),
    Transition(
      .file, Phrase("备案并公示歇业", en: "file and publish"), by: [.registrar], from: [.reviewing],
      to: .dormant, then: [.stopAll, .start(.term), .start(.remind), .unmark(.overdue)],
      DormancyBasis.regulation(30, 3)),
    Transition(
      "ask", Phrase("要求补正", en: "ask for a correction"), by: [.counter, .registrar],
      from: [.ready, .reviewing], to: .correcting,
      then: [.count(.corrections), .stopAll, .start(.correct)], DormancyBasis.city),
    Transition(
      .supply, Phrase("补正", en: "correct"), by: [.operators, .counter], from: [.correcting],
      to: .ready, then: [.stop(.correct), .start(.finish)], DormancyBasis.city),
    Transition(
      "refuse", Phrase("不予备案", en: "refuse"), by: [.registrar], from: [.reviewing],
      to: .refused, then: [.stopAll], DormancyBasis.regulation(20), recordsRefusal: true),
    Transition(
      "withdraw", Phrase("撤回申请", en: "withdraw"), by: [.operators],
      from: [.ready, .correcting, .reviewing], to: .withdrawn, then: [.stopAll],
      DormancyBasis.city),
    Transition(
      "finish-due", Phrase("逾期未到窗口，视为撤回", en: "nobody came: withdrawn"), by: [.system],
      from: [.ready], to: .lapsed, then: [.stopAll], DormancyBasis.city),
    Transition(
      "correct-due", Phrase("逾期未补正，视为撤回", en: "not corrected: withdrawn"), by: [.system],
      from: [.correcting], to: .lapsed, then: [.stopAll], DormancyBasis.city),
  ]

  // MARK: Dormant

  static let waiting: [Transition] = [
    Transition(
      .remindDue, Phrase("提醒歇业即将期满", en: "remind that the term ends"), by: [.system],
      from: [.dormant, .extending], then: [.stop(.remind)], DormancyBasis.city),
    Transition(
      .resume, Phrase("恢复经营并公示终止歇业", en: "resume and publish the end"), by: [.operators, .counter],
      from: [.dormant, .extending], to: .resumed, then: [.stopAll], DormancyBasis.rules(42, 1)),
    Transition(
      .resumeEarlier, Phrase("此前已恢复经营，公示终止歇业", en: "publish that business resumed earlier"),
      by: [.operators, .counter], from: [.dormant, .extending], to: .resumed, then: [.stopAll],
      DormancyBasis.rules(42, 1)),
    Transition(
      .resumeChanged, Phrase("恢复经营，有事项待变更登记", en: "resume, with changes to register"),
      by: [.operators, .counter], from: [.dormant, .extending], to: .settling,
      then: [.stopAll, .start(.changes)], DormancyBasis.rules(42, 2)),
    Transition(
      .deem, Phrase("认定视为恢复营业", en: "find that it is deemed to have resumed"),
      by: [.system, .registrar], from: [.dormant, .extending, .returned], to: .resuming,
      then: [.stopAll, .start(.publish), .unmark(.overdue)], DormancyBasis.regulation(30, 4)),
    Transition(
      .termDue, Phrase("期限届满，视为自动恢复经营", en: "term over: back in business"), by: [.system],
      from: [.dormant, .extending], to: .returned,
      then: [.stopAll, .start(.settle), .unmark(.overdue)],
      DormancyBasis.rules(42, 3)),
  ]

  static let extending: [Transition] = [
    Transition(
      .askExtension, Phrase("申请延长歇业期限", en: "ask for an extension"), by: [.operators],
      from: [.dormant], to: .extending, then: [.start(.extending)], DormancyBasis.rules(41, 3)),
    Transition(
      .extend, Phrase("准予延期并公示", en: "extend and publish"), by: [.registrar], from: [.extending],
      to: .dormant,
      then: [
        .stop(.extending), .stop(.chase), .unmark(.overdue), .restart(.term), .restart(.remind),
      ],
      DormancyBasis.rules(41, 3)),
    Transition(
      .deny, Phrase("不予延期", en: "do not extend"), by: [.registrar], from: [.extending],
      to: .dormant, then: [.stop(.extending), .stop(.chase), .unmark(.overdue)],
      DormancyBasis.regulation(30, 4)),
  ]

  // MARK: Back in business

  static let resuming: [Transition] = [
    Transition(
      .publish, Phrase("公示终止歇业", en: "publish the end"), by: [.operators, .counter],
      from: [.resuming], to: .resumed, then: [.stopAll], DormancyBasis.rules(42, 1)),
    Transition(
      .publishChanged, Phrase("公示终止歇业，有事项待变更登记", en: "publish the end, with changes to register"),
      by: [.operators, .counter], from: [.resuming], to: .settling,
      then: [.stopAll, .start(.changes)], DormancyBasis.rules(42, 2)),
    Transition(
      "object", Phrase("对认定提出异议", en: "dispute the finding"), by: [.operators],
      from: [.resuming], to: .objected,
      if: [
        .clock(
          .publish, is: .running,
          else: Phrase("公示期限已过，不能再提出异议。", en: "the time to publish is over."),
          because: DormancyBasis.city)
      ], then: [.count(.objection), .suspend(.publish), .start(.objection)], DormancyBasis.city),
    Transition(
      "uphold", Phrase("维持认定", en: "uphold the finding"), by: [.registrar], from: [.objected],
      to: .resuming,
      then: [.stop(.objection), .stop(.chase), .unmark(.overdue), .resume(.publish)],
      DormancyBasis.city),
    Transition(
      .setAside, Phrase("撤销认定，继续歇业", en: "set the finding aside: still dormant"),
      by: [.registrar], from: [.objected], to: .dormant,
      then: [.stopAll, .start(.term), .start(.remind), .unmark(.overdue)], DormancyBasis.city),
    Transition(
      "order", Phrase("责令改正", en: "order to correct"), by: [.registrar], from: [.resuming],
      if: [
        .set(
          .overdue, else: Phrase("公示期限未过。", en: "the time to publish is not over."),
          DormancyBasis.rules(74))
      ], then: [.count(.ordered), .restart(.chase)], DormancyBasis.rules(74)),
    Transition(
      "fine", Phrase("记录罚款决定", en: "record a fine"), by: [.registrar], from: [.resuming],
      if: [
        .set(
          .ordered, else: Phrase("须先责令改正。", en: "it must be ordered to correct first."),
          DormancyBasis.rules(74))
      ], DormancyBasis.rules(74)),
  ]

  static let returning: [Transition] = [
    Transition(
      .confirm, Phrase("确认恢复经营", en: "confirm that it is back in business"),
      by: [.operators, .counter], from: [.returned], to: .resumed, then: [.stopAll],
      DormancyBasis.rules(42, 3)),
    Transition(
      .confirmChanged, Phrase("确认恢复经营，有事项待变更登记", en: "confirm, with changes to register"),
      by: [.operators, .counter], from: [.returned], to: .settling,
      then: [.stopAll, .start(.changes)], DormancyBasis.rules(42, 2)),
    Transition(
      "deregister", Phrase("决定不再经营，办理注销", en: "give up the business"), by: [.operators, .counter],
      from: [.dormant, .extending, .resuming, .returned], to: .deregistering, then: [.stopAll],
      DormancyBasis.rules(42, 3)),
    Transition(
      "changed", Phrase("变更登记已办理", en: "changes registered"),
      by: [.operators, .counter, .registrar],
      from: [.settling], to: .resumed, then: [.stopAll], DormancyBasis.rules(42, 2)),
    Transition(
      "close", Phrase("登记机关记载恢复经营", en: "record that it is back in business"), by: [.registrar],
      from: [.returned, .resuming], to: .resumed,
      if: [
        .set(
          .overdue, else: Phrase("办理时限未过。", en: "the time for it is not over."),
          DormancyBasis.city)
      ], then: [.stopAll], DormancyBasis.rules(42, 3)),
  ]

  // MARK: Late

  private static func late(
    _ command: CommandID, _ clock: ClockID, _ zh: String, _ en: String, from stage: StageID,
    _ basis: Basis = DormancyBasis.city
  ) -> Transition {
    Lateness.late(clock, Phrase(zh, en: en), from: [stage], as: command, basis)
  }

  static let lateness: [Transition] = [
    late("review-due", .review, "备案逾期", "filing overdue", from: .reviewing),
    late("extension-due", .extending, "延期办理逾期", "extension overdue", from: .extending),
    late("objection-due", .objection, "异议处理逾期", "objection overdue", from: .objected),
    late(
      "publish-due", .publish, "逾期未公示终止歇业", "end not published in time", from: .resuming,
      DormancyBasis.rules(74)),
    late("settle-due", .settle, "期满逾期未确认", "not confirmed in time", from: .returned),
    late(
      "changes-due", .changes, "逾期未办理变更登记", "changes not registered in time", from: .settling,
      DormancyBasis.regulation(46)),
    Lateness.chasing(
      from: [.reviewing, .extending, .objected, .resuming, .returned, .settling],
      DormancyBasis.city),
  ]
}
