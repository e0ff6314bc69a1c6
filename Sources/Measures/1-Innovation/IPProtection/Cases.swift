import CaseEngine
import Commons

// The case type of measure 2: a right holder's notice to a platform, the merchant's statement, complaint
// or suit, the agency's handling, and the hand-over to the court with the evidence.

extension ActorKind {
  /// The right holder, or an agent: the capacity of the public pages.
  static let holder = ActorKind("citizen", Phrase("权利人", en: "right holder"))
  /// The platform to which the notice goes; it also hands on what its merchant says.
  static let platform = ActorKind("platform", Phrase("电子商务平台", en: "platform"))
  /// The agency that handles complaints.
  static let officer = ActorKind("handler", Phrase("知识产权行政部门", en: "IP agency"))
  /// The court of first instance.
  static let court = ActorKind("court", Phrase("人民法院", en: "court"))
}

extension StageID {
  static let notified: StageID = "notified"
  static let undelivered: StageID = "undelivered"
  static let measured: StageID = "measured"
  static let declined: StageID = "declined"
  static let waiting: StageID = "waiting"
  static let lifting: StageID = "lifting"
  static let liftUndelivered: StageID = "lift-undelivered"
  static let complained: StageID = "complained"
  static let investigating: StageID = "investigating"
  static let sued: StageID = "sued"
  static let handedOver: StageID = "handed-over"
  static let inCourt: StageID = "in-court"
  static let kept: StageID = "kept"
  static let unmeasured: StageID = "unmeasured"
  static let restored: StageID = "restored"
  static let decided: StageID = "decided"
  static let rejected: StageID = "rejected"
  static let referred: StageID = "referred"
  static let judged: StageID = "judged"
  static let withdrawn: StageID = "withdrawn"
}

extension CommandID {
  static let notify: CommandID = "notify"
  static let measures: CommandID = "measures"
  static let decline: CommandID = "decline"
  static let undelivered: CommandID = "undelivered"
  static let pushAgain: CommandID = "push-again"
  static let served: CommandID = "served"
  static let counter: CommandID = "counter"
  static let complain: CommandID = "complain"
  static let sue: CommandID = "sue"
  static let waitDue: CommandID = "wait-due"
  static let lift: CommandID = "lift"
  static let withdraw: CommandID = "withdraw"
  static let order: CommandID = "order"
  static let accept: CommandID = "accept"
  static let notAccept: CommandID = "not-accept"
  static let transfer: CommandID = "transfer"
  static let decide: CommandID = "decide"
  static let refer: CommandID = "refer"
  static let handOver: CommandID = "hand-over"
  static let receive: CommandID = "receive"
  static let sendBack: CommandID = "send-back"
  static let docket: CommandID = "docket"
  static let notDocket: CommandID = "not-docket"
  static let prolong: CommandID = "prolong"
  static let judge: CommandID = "judge"
  static let deposit: CommandID = "deposit"
}

extension ClockID {
  static let measures: ClockID = "measures"
  static let serve: ClockID = "serve"
  static let quiet: ClockID = "quiet"
  static let wait: ClockID = "wait"
  static let lift: ClockID = "lift"
  static let accept: ClockID = "accept"
  static let decide: ClockID = "decide"
  static let receive: ClockID = "receive"
  static let docket: ClockID = "docket"
  static let trial: ClockID = "trial"
}

extension CounterID {
  static let ordered: CounterID = "ordered"
  static let prolonged: CounterID = "prolonged"
}

/// The law on which the steps rest. The numbers themselves are in the rule packs.
enum IPBasis {
  static func commerce(_ article: Int, _ paragraph: Int? = nil) -> Basis {
    .law(Citation("电子商务法", edition: "2018-08-31", article: article, paragraph: paragraph))
  }
  static func civilProcedure(_ article: Int) -> Basis {
    .law(Citation("民事诉讼法", edition: "2023-09-01", article: article))
  }
  static func online(_ article: Int) -> Basis {
    .law(Citation("人民法院在线诉讼规则", edition: "2021-06-16", article: article))
  }
  static func jurisdiction(_ article: Int) -> Basis {
    .law(
      Citation(
        "最高人民法院关于第一审知识产权民事、行政案件管辖的若干规定", edition: "法释〔2022〕13号", article: article))
  }
  static let city = Basis.cityPolicy(
    Phrase("知识产权协同保护办理规则（城市参数）", en: "rules for joint IP protection (city parameter)"))
}

/// The kind of case of this measure.
enum IPCases {
  static let notice = CaseType(
    "ip-notice", Phrase("知识产权通知与维权", en: "IP notice and enforcement"), stages: stages,
    counters: counters, clocks: clocks,
    transitions: noticing + answering + administering + judging + depositing + lateness)

  private static let free = Phrase(
    "平台内经营者可以随时提交不侵权声明，法律没有规定期限；权利人可以投诉或者起诉。",
    en:
      "the merchant may state at any time that nothing is infringed, no period is set; the right holder "
      + "may complain or sue")
  private static let open = Phrase(
    "权利人可以向有关部门投诉或者向法院起诉。", en: "the right holder may complain to the agency or sue")

  static let stages: [Stage] = [
    Stage(.notified, Phrase("通知已推送平台", en: "Sent to the platform"), owedBy: .platform),
    Stage(
      .undelivered, Phrase("推送失败（待人工送达）", en: "Not delivered; to be served"), owedBy: .officer),
    Stage(.measured, Phrase("平台已采取措施", en: "Measures taken"), .nobody(because: free)),
    Stage(.declined, Phrase("平台未采取措施", en: "No measures taken"), .nobody(because: open)),
    Stage(
      .waiting, Phrase("已转送不侵权声明（待投诉或起诉）", en: "Counter-statement received"), owedBy: .holder),
    Stage(.lifting, Phrase("应终止措施", en: "Measures to be ended"), owedBy: .platform),
    Stage(
      .liftUndelivered, Phrase("终止措施推送失败（待人工送达）", en: "End of measures not delivered"),
      owedBy: .officer),
    Stage(.complained, Phrase("已投诉（待受理）", en: "Complained; to be accepted"), owedBy: .officer),
    Stage(.investigating, Phrase("调查处理中", en: "Investigated"), owedBy: .officer),
    Stage(.sued, Phrase("已起诉（待立案）", en: "Sued; to be docketed"), owedBy: .court),
    Stage(.handedOver, Phrase("已移交法院（待签收）", en: "Handed to the court"), owedBy: .court),
    Stage(.inCourt, Phrase("诉讼中", en: "Before the court"), owedBy: .court),
    .final(.kept, Phrase("措施维持（无声明）", en: "Measures stand")),
    .final(.unmeasured, Phrase("未采取措施（办结）", en: "Closed without measures")),
    .final(.restored, Phrase("已终止措施", en: "Measures ended")),
    .final(.decided, Phrase("已作行政处理", en: "Decided by the agency")),
    .final(.rejected, Phrase("不予受理或立案", en: "Not accepted")),
    .final(.referred, Phrase("已移送其他机关", en: "Referred to another authority")),
    .final(.judged, Phrase("法院已裁判", en: "Judged")),
    .final(.withdrawn, Phrase("已撤回通知", en: "Withdrawn")),
  ]

  static let counters: [Counter] =
    Lateness.counters(IPBasis.city) + [
      Counter(.ordered, Phrase("责令限期改正", en: "ordered to correct"), upTo: 3, IPBasis.commerce(84)),
      .flag(.prolonged, Phrase("已延长审理期限", en: "trial prolonged"), IPBasis.civilProcedure(152)),
    ]

  private static func clock(
    _ id: ClockID, _ zh: String, _ en: String, drives: [StageID], _ command: CommandID,
    _ basis: Basis = IPBasis.city
  ) -> ClockSpec {
    ClockSpec(id, Phrase(zh, en: en), drives: drives, onExpiry: command, basis)
  }

  // The law says “promptly” (及时) where a platform must act; how long that is at most, the city sets.
  static let clocks: [ClockSpec] = [
    clock(.measures, "平台采取措施时限", "time to take measures", drives: [.notified], "measures-due"),
    clock(
      .serve, "人工送达时限", "time to serve", drives: [.undelivered, .liftUndelivered], "serve-due"),
    clock(.quiet, "无声明办结期", "quiet time before closing", drives: [], "quiet-due"),
    clock(
      .wait, "投诉或起诉期限", "time to complain or sue", drives: [.waiting], .waitDue,
      IPBasis.commerce(43, 2)),
    clock(.lift, "终止措施时限", "time to end measures", drives: [.lifting], "lift-due"),
    clock(.accept, "受理时限", "time to accept", drives: [.complained], "accept-due"),
    clock(.decide, "处理时限", "time to decide", drives: [.investigating], "decide-due"),
    clock(.receive, "签收时限", "time to receive", drives: [.handedOver], "receive-due"),
    clock(
      .docket, "立案时限", "time to docket", drives: [.sued], "docket-due",
      IPBasis.civilProcedure(126)),
    clock(
      .trial, "一审审理期限", "time of first instance", drives: [.inCourt], "trial-due",
      IPBasis.civilProcedure(152)),
    Lateness.clock(IPBasis.city),
  ]

  /// A move to another stage: whatever ran is over, and the clock of the new stage begins.
  private static func go(
    _ command: CommandID, _ zh: String, _ en: String, by actors: [ActorKind], from: [StageID],
    to stage: StageID, starting clock: ClockID? = nil,
    _ basis: Basis = IPBasis.city
  ) -> Transition {
    Transition(
      command, Phrase(zh, en: en), by: actors, from: from, to: stage,
      then: Lateness.ended + (clock.map { [.start($0)] } ?? []), basis)
  }

  // MARK: Notice and measures

  static let noticing: [Transition] = [
    .opening(
      .notify, Phrase("向平台发出侵权通知", en: "send a notice"), by: [.holder], to: .notified,
      then: [.start(.measures)], IPBasis.commerce(42, 1)),
    go(
      .measures, "已采取措施并转送通知", "measures taken, notice forwarded", by: [.platform],
      from: [.notified, .undelivered], to: .measured, starting: .quiet, IPBasis.commerce(42, 2)),
    go(
      .decline, "不采取措施（说明理由）", "no measures, with reasons", by: [.platform],
      from: [.notified, .undelivered], to: .declined, starting: .quiet, IPBasis.commerce(42, 2)),
    go(
      .undelivered, "推送未能送达", "push not delivered", by: [.system], from: [.notified],
      to: .undelivered, starting: .serve),
    go(
      .undelivered, "推送未能送达", "push not delivered", by: [.system], from: [.lifting],
      to: .liftUndelivered, starting: .serve),
    go(
      .pushAgain, "再次推送", "push again", by: [.officer], from: [.undelivered], to: .notified,
      starting: .measures),
    go(
      .pushAgain, "再次推送", "push again", by: [.officer], from: [.liftUndelivered], to: .lifting,
      starting: .lift),
    go(
      .served, "已另行送达", "served otherwise", by: [.officer], from: [.undelivered], to: .notified,
      starting: .measures),
    go(
      .served, "已另行送达", "served otherwise", by: [.officer], from: [.liftUndelivered],
      to: .lifting, starting: .lift),
    Transition(
      .order, Phrase("责令限期改正", en: "order to correct"), by: [.officer],
      from: [.notified, .lifting],
      if: [
        .set(.overdue, else: Phrase("平台尚未逾期。", en: "the platform is not late."), IPBasis.city)
      ], then: [.count(.ordered), .restart(.chase)], IPBasis.commerce(84)),
    go(
      "quiet-due", "无声明，措施维持", "no statement: measures stand", by: [.system], from: [.measured],
      to: .kept),
    go("quiet-due", "办结", "closed", by: [.system], from: [.declined], to: .unmeasured),
    go(
      .withdraw, "撤回通知", "withdraw the notice", by: [.holder],
      from: [.notified, .undelivered, .measured, .declined, .waiting, .complained],
      to: .withdrawn),
  ]

  // MARK: Statement, complaint, suit

  private static let after: [StageID] = [.measured, .declined, .waiting]

  static let answering: [Transition] = [
    go(
      .counter, "转送不侵权声明", "forward the counter-statement", by: [.platform], from: [.measured],
      to: .waiting, starting: .wait, IPBasis.commerce(43, 1)),
    go(
      .complain, "向行政部门投诉", "complain to the agency", by: [.holder], from: after,
      to: .complained, starting: .accept, IPBasis.commerce(43, 2)),
    go(
      .sue, "登记已向法院起诉", "say that a suit is filed", by: [.holder], from: after, to: .sued,
      starting: .docket, IPBasis.commerce(43, 2)),
    go(
      .waitDue, "期满未投诉、起诉：应终止措施", "no complaint or suit: measures end", by: [.system],
      from: [.waiting], to: .lifting, starting: .lift, IPBasis.commerce(43, 2)),
    go(
      .lift, "已终止措施", "measures ended", by: [.platform], from: [.lifting, .liftUndelivered],
      to: .restored, IPBasis.commerce(43, 2)),
  ]

  // MARK: Agency

  static let administering: [Transition] = [
    go(
      .accept, "受理投诉", "accept the complaint", by: [.officer], from: [.complained],
      to: .investigating, starting: .decide),
    go(
      .notAccept, "不予受理", "do not accept", by: [.officer], from: [.complained], to: .rejected),
    Transition(
      .transfer, Phrase("移送有管辖权的部门", en: "transfer to the competent agency"), by: [.officer],
      from: [.complained], then: [.restart(.accept), .stop(.chase), .unmark(.overdue)],
      IPBasis.city),
    go(
      .decide, "作出行政处理", "decide", by: [.officer], from: [.investigating], to: .decided,
      IPBasis.commerce(84)),
    go(
      .refer, "移送公安、海关或其他机关", "refer to another authority", by: [.officer],
      from: [.complained, .investigating], to: .referred),
    go(
      .handOver, "连同证据移交法院", "hand over to the court with the evidence", by: [.officer],
      from: [.investigating, .decided], to: .handedOver, starting: .receive, IPBasis.online(18)),
  ]

  // MARK: Court

  static let judging: [Transition] = [
    go(
      .receive, "核验证据并签收", "verify the evidence and receive it", by: [.court],
      from: [.handedOver], to: .inCourt, starting: .trial, IPBasis.online(16)),
    go(
      .sendBack, "退回", "send back", by: [.court], from: [.handedOver], to: .investigating,
      starting: .decide),
    go(
      .docket, "立案", "docket", by: [.court], from: [.sued], to: .inCourt, starting: .trial,
      IPBasis.civilProcedure(126)),
    go(
      .notDocket, "不予立案", "do not docket", by: [.court], from: [.sued], to: .rejected,
      IPBasis.civilProcedure(126)),
    Transition(
      .prolong, Phrase("延长审理期限", en: "prolong the trial"), by: [.court], from: [.inCourt],
      if: [
        .clock(
          .trial, is: .running, else: Phrase("审理期限已过。", en: "the time is over."),
          because: IPBasis.civilProcedure(152))
      ], then: [.count(.prolonged), .extend(.trial)], IPBasis.civilProcedure(152)),
    go(.judge, "裁判", "judge", by: [.court], from: [.inCourt], to: .judged, IPBasis.jurisdiction(3)),
  ]

  // MARK: Evidence

  private static let unfinished: [StageID] = stages.filter { !$0.isFinal }.map(\.id)

  // Packets come in by pages and interfaces of the measure's own, which check them first.
  static let depositing: [Transition] = [
    Transition(
      .deposit, Phrase("存入证据包", en: "deposit an evidence packet"), by: [.system],
      from: unfinished, IPBasis.online(18))
  ]

  // MARK: Late

  private static func late(
    _ command: CommandID, _ clock: ClockID, _ zh: String, _ en: String, from stages: [StageID],
    _ basis: Basis = IPBasis.city
  ) -> Transition {
    Lateness.late(clock, Phrase(zh, en: en), from: stages, as: command, basis)
  }

  static let lateness: [Transition] = [
    late(
      "measures-due", .measures, "平台逾期未采取措施", "measures overdue", from: [.notified],
      IPBasis.commerce(42, 2)),
    late(
      "serve-due", .serve, "逾期未送达", "serving overdue", from: [.undelivered, .liftUndelivered]),
    late(
      "lift-due", .lift, "平台逾期未终止措施", "end of measures overdue", from: [.lifting],
      IPBasis.commerce(43, 2)),
    late("accept-due", .accept, "逾期未受理", "acceptance overdue", from: [.complained]),
    late("decide-due", .decide, "逾期未处理", "decision overdue", from: [.investigating]),
    late("receive-due", .receive, "逾期未签收", "receipt overdue", from: [.handedOver]),
    late(
      "docket-due", .docket, "逾期未立案", "docketing overdue", from: [.sued],
      IPBasis.civilProcedure(126)),
    late(
      "trial-due", .trial, "审理超期", "trial overdue", from: [.inCourt], IPBasis.civilProcedure(152)),
    Lateness.chasing(
      from: stages.filter { if case .owed = $0.duty { true } else { false } }.map(\.id),
      IPBasis.city),
  ]
}
