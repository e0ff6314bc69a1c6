import CaseEngine
import Commons

// The case type of measure 21 (民意速办): collect → dispatch → handle → supervise → evaluate.
// Shenzhen's own day counts are not public; the bases name the ordinances of cities whose texts
// are, and the city's own parameter where none says anything. A city replaces them with
// `CaseType.citing(_:)`.

extension StageID {
  static let received: StageID = "received"
  static let dispatched: StageID = "dispatched"
  static let disputed: StageID = "disputed"
  static let handling: StageID = "handling"
  static let supplementing: StageID = "supplementing"
  static let replied: StageID = "replied"
  static let evaluating: StageID = "evaluating"
  static let dissatisfied: StageID = "dissatisfied"
  static let answered: StageID = "answered"
  static let refused: StageID = "refused"
  static let closed: StageID = "closed"
  static let deemedClosed: StageID = "deemed-closed"
  static let unresolved: StageID = "unresolved"
  static let terminated: StageID = "terminated"
  static let withdrawn: StageID = "withdrawn"
}

extension CounterID {
  static let appointed: CounterID = "appointed"
  static let redo: CounterID = "redo"
  static let transfers: CounterID = "moved"
  static let extended: CounterID = "extended"
  static let level: CounterID = "level"
  static let urged: CounterID = "urged"
  static let reopened: CounterID = "reopened"
}

extension ClockID {
  static let dispatch: ClockID = "dispatch"
  static let accept: ClockID = "accept"
  static let ruling: ClockID = "ruling"
  static let handle: ClockID = "handle"
  static let supplement: ClockID = "supplement"
  static let supervise: ClockID = "supervise"
  static let callBack: ClockID = "callback"
  static let evaluation: ClockID = "evaluation"
  static let review: ClockID = "review"
  /// Not a clock of its own: the period by which `handle` is extended.
  static let extend: ClockID = "extend"
}

/// Where the rules of this case type stand.
enum HotlineLaw {
  static func beijing(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Basis {
    .law(
      Citation(
        "北京市接诉即办工作条例", edition: "2021-09-24", article: article, paragraph: paragraph,
        item: item))
  }
  static func weifang(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Basis {
    .law(
      Citation(
        "潍坊市12345政务服务便民热线条例", edition: "2021-12-03", article: article, paragraph: paragraph,
        item: item))
  }
  static func jinan(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Basis {
    .law(
      Citation(
        "济南市12345市民服务热线条例", edition: "2018-07-27", article: article, paragraph: paragraph,
        item: item))
  }
  static let city = Basis.cityPolicy(
    Phrase("民生诉求办理规则（城市参数）", en: "rules for citizens' requests (city parameter)"))
}

/// The kinds of case of this measure.
enum ServiceRequestCases {
  static let request = CaseType(
    "service-request", Phrase("民生诉求", en: "service request"), stages: stages,
    counters: counters, clocks: clocks,
    transitions: intake + dispatching + handling + supervision + evaluation + ending)

  static let stages: [Stage] = [
    Stage(.received, Phrase("已接收，待派单", en: "Received"), owedBy: .dispatcher),
    Stage(.dispatched, Phrase("已派单，待签收", en: "Dispatched"), owedBy: .handler),
    Stage(.disputed, Phrase("职责争议，待裁决", en: "Responsibility disputed"), owedBy: .arbiter),
    Stage(.handling, Phrase("办理中", en: "Being handled"), owedBy: .handler),
    Stage(.supplementing, Phrase("待补充材料", en: "Waiting for information"), owedBy: .citizen),
    Stage(.replied, Phrase("已答复，待回访", en: "Replied"), owedBy: .dispatcher),
    Stage(.evaluating, Phrase("待评价", en: "Waiting for evaluation"), owedBy: .citizen),
    Stage(.dissatisfied, Phrase("不满意，待审核", en: "Not satisfied"), owedBy: .dispatcher),
    .final(.answered, Phrase("即时答复", en: "Answered at once")),
    .final(.refused, Phrase("不予受理", en: "Not taken up")),
    .final(.closed, Phrase("已办结", en: "Closed")),
    .final(.deemedClosed, Phrase("逾期未评价，视为办结", en: "Closed without evaluation")),
    .final(.unresolved, Phrase("已解释，未能解决", en: "Explained, not resolved")),
    .final(.terminated, Phrase("终止办理", en: "Terminated")),
    .final(.withdrawn, Phrase("已撤回", en: "Withdrawn")),
  ]

  static let counters: [Counter] = [
    .flag(.appointed, Phrase("经裁决指定", en: "appointed by ruling"), HotlineLaw.weifang(22, 2)),
    Counter(
      .redo, Phrase("重办", en: "redone"), upTo: 2,
      whenFull: Phrase(
        "重办次数已满，应提级研究或说明理由后办结。",
        en: "it was redone as often as allowed; refer it upwards, or close it with reasons."),
      HotlineLaw.city),
    Counter(.transfers, Phrase("转办", en: "transferred"), upTo: 2, HotlineLaw.city),
    .flag(.extended, Phrase("已延期", en: "extended"), HotlineLaw.beijing(15, item: 2)),
    .flag(.overdue, Phrase("曾逾期", en: "was overdue")),
    Counter(.level, Phrase("督办级别", en: "supervision level"), upTo: 3, HotlineLaw.weifang(23)),
    .flag(.urged, Phrase("已催办", en: "urged")),
    .flag(.reopened, Phrase("抽查重开", en: "reopened after a sampled check"), HotlineLaw.city),
  ]

  static let clocks: [ClockSpec] = [
    ClockSpec(
      .dispatch, Phrase("派单时限", en: "time to dispatch"), drives: [.received],
      onExpiry: "dispatch-due", HotlineLaw.city),
    ClockSpec(
      .accept, Phrase("签收、退回时限", en: "time to accept or return"), drives: [.dispatched],
      onExpiry: "accept-due", HotlineLaw.city),
    ClockSpec(
      .ruling, Phrase("裁决时限", en: "time to rule"), drives: [.disputed],
      onExpiry: "ruling-due", HotlineLaw.city),
    ClockSpec(
      .handle, Phrase("办理时限", en: "time to handle"),
      drives: [.dispatched, .disputed, .handling, .supplementing],
      onExpiry: "handle-due", HotlineLaw.weifang(20, 1, item: 1)),
    ClockSpec(
      .supplement, Phrase("补充材料时限", en: "time to supply information"),
      drives: [.supplementing], onExpiry: "supplement-due", HotlineLaw.city),
    ClockSpec(
      .supervise, Phrase("督办反馈时限", en: "time to answer the supervision"), drives: [],
      onExpiry: "supervise-due", HotlineLaw.city),
    ClockSpec(
      .callBack, Phrase("回访时限", en: "time to call back"), drives: [.replied],
      onExpiry: "callback-due", HotlineLaw.city),
    ClockSpec(
      .evaluation, Phrase("评价时限", en: "time to evaluate"), drives: [.evaluating],
      onExpiry: "evaluation-due", HotlineLaw.city),
    ClockSpec(
      .review, Phrase("不满意审核时限", en: "time to review"), drives: [.dissatisfied],
      onExpiry: "review-due", HotlineLaw.city),
  ]

  private static func refusal(
    _ command: CommandID, _ name: Phrase, item: Int
  ) -> Transition {
    Transition(
      command, name, by: [.dispatcher], from: [.received], to: .refused, then: [.stopAll],
      HotlineLaw.beijing(11, 3, item: item), recordsRefusal: true)
  }

  static let intake: [Transition] = [
    .opening(
      "file", Phrase("提出诉求", en: "file"), by: [.citizen, .dispatcher], to: .received,
      then: [.start(.dispatch)], HotlineLaw.beijing(10)),
    .opening(
      "lead", Phrase("主动发现", en: "open from a lead"), by: [.system, .dispatcher],
      to: .received, then: [.start(.dispatch)], HotlineLaw.beijing(25)),
    Transition(
      "answer", Phrase("即时答复", en: "answer at once"), by: [.dispatcher], from: [.received],
      to: .answered, then: [.stopAll], HotlineLaw.beijing(11, 1)),
    refusal("refer-emergency", Phrase("转紧急专线", en: "pass to an emergency line"), item: 1),
    refusal("refer-procedure", Phrase("告知法定途径", en: "point to the legal procedure"), item: 2),
    refusal("refer-same", Phrase("告知同一事项进展", en: "tell of the same matter"), item: 3),
    refusal("refuse-secret", Phrase("涉密解释", en: "explain: secrets"), item: 4),
    refusal("refuse-remit", Phrase("告知其他渠道", en: "explain: outside remit"), item: 5),
    refusal("refuse-unlawful", Phrase("劝导教育", en: "explain: unlawful"), item: 6),
    Transition(
      "dispatch-due", Phrase("派单逾期", en: "dispatch overdue"), by: [.system], from: [.received],
      then: [.restart(.dispatch), .raise(.level), .mark(.overdue)], HotlineLaw.city),
  ]

  static let dispatching: [Transition] = [
    Transition(
      "dispatch", Phrase("派单", en: "dispatch"), by: [.dispatcher], from: [.received],
      to: .dispatched, then: [.stop(.dispatch), .start(.accept), .start(.handle)],
      HotlineLaw.beijing(12, 1)),
    Transition(
      "accept", Phrase("签收", en: "accept"), by: [.handler], from: [.dispatched], to: .handling,
      then: [.stop(.accept)], HotlineLaw.beijing(14, 1)),
    Transition(
      "return", Phrase("退回", en: "return"), by: [.handler], from: [.dispatched], to: .disputed,
      if: [
        .clear(
          .appointed,
          else: Phrase(
            "经裁决指定的承办单位不得退回。", en: "a unit appointed by ruling may not return the case."),
          HotlineLaw.weifang(22, 2))
      ], then: [.stop(.accept), .start(.ruling)], HotlineLaw.weifang(22, 1)),
    Transition(
      "accept-due", Phrase("逾期视为签收", en: "deemed accepted"), by: [.system],
      from: [.dispatched], to: .handling, then: [.stop(.accept), .raise(.level)],
      HotlineLaw.beijing(14, 1)),
    Transition(
      "uphold", Phrase("裁决由原单位办理", en: "rule: the first unit"), by: [.arbiter],
      from: [.disputed], to: .handling, then: [.stop(.ruling), .mark(.appointed)],
      HotlineLaw.weifang(22, 2)),
    Transition(
      "appoint", Phrase("裁决指定单位", en: "rule: another unit"), by: [.arbiter],
      from: [.disputed], to: .dispatched,
      then: [
        .stop(.ruling), .stop(.supervise), .mark(.appointed), .start(.accept), .restart(.handle),
      ], HotlineLaw.weifang(22, 2)),
    Transition(
      "ruling-due", Phrase("逾期未裁决，首接单位先办", en: "no ruling: the first unit handles"),
      by: [.system], from: [.disputed], to: .handling, then: [.stop(.ruling), .mark(.appointed)],
      HotlineLaw.beijing(14, 1)),
    Transition(
      "transfer", Phrase("转办", en: "transfer"), by: [.dispatcher], from: [.handling],
      to: .dispatched,
      if: [
        .clear(
          .appointed,
          else: Phrase("经裁决指定的，不再转办。", en: "it was appointed by ruling and stays."),
          HotlineLaw.weifang(22, 2))
      ], then: [.count(.transfers), .stop(.supervise), .start(.accept), .restart(.handle)],
      HotlineLaw.beijing(12, 3)),
    Transition(
      "assist", Phrase("增派协办单位", en: "add an assisting unit"), by: [.dispatcher, .arbiter],
      from: [.dispatched, .handling], HotlineLaw.weifang(22, 3)),
  ]

  static let handling: [Transition] = [
    Transition(
      "report-assist", Phrase("协办反馈", en: "report of an assisting unit"), by: [.handler],
      from: [.handling], HotlineLaw.beijing(14, 2)),
    Transition(
      "note", Phrase("记录进展", en: "note progress"), by: [.handler], from: [.handling],
      HotlineLaw.beijing(15, item: 1)),
    Transition(
      "extend", Phrase("依法延期", en: "extend"), by: [.supervisor], from: [.handling],
      then: [.count(.extended), .extend(.handle)], HotlineLaw.beijing(15, item: 2)),
    Transition(
      "ask", Phrase("请补充材料", en: "ask for information"), by: [.handler], from: [.handling],
      to: .supplementing, then: [.suspend(.handle), .start(.supplement)], HotlineLaw.city),
    Transition(
      "supply", Phrase("补充材料", en: "supply information"), by: [.citizen],
      from: [.supplementing], to: .handling, then: [.stop(.supplement), .resume(.handle)],
      HotlineLaw.city),
    Transition(
      "supplement-due", Phrase("逾期未补充，继续办理", en: "nothing supplied: handle on"),
      by: [.system], from: [.supplementing], to: .handling,
      then: [.stop(.supplement), .resume(.handle)], HotlineLaw.city),
    Transition(
      "reply", Phrase("答复", en: "reply"), by: [.handler], from: [.handling], to: .replied,
      then: [.stop(.handle), .stop(.supervise), .start(.callBack)], HotlineLaw.beijing(15, item: 3)
    ),
  ]

  static let supervision: [Transition] = [
    Transition(
      "handle-due", Phrase("办理逾期", en: "handling overdue"), by: [.system],
      from: [.dispatched, .disputed, .handling],
      then: [.lapse(.handle), .mark(.overdue), .raise(.level), .ensure(.supervise)],
      HotlineLaw.weifang(26, item: 2)),
    Transition(
      "supervise-due", Phrase("督办逾期，提级", en: "supervision overdue: one level up"),
      by: [.system], from: [.dispatched, .disputed, .handling, .supplementing],
      then: [.restart(.supervise), .raise(.level)], HotlineLaw.weifang(23)),
    Transition(
      "supervise", Phrase("督办", en: "supervise"), by: [.supervisor],
      from: [.dispatched, .handling], then: [.start(.supervise), .raise(.level)],
      HotlineLaw.jinan(28)),
    Transition(
      "urge", Phrase("催办", en: "urge"), by: [.citizen],
      from: [.received, .dispatched, .disputed, .handling], then: [.raise(.urged)],
      HotlineLaw.weifang(14)),
  ]

  static let evaluation: [Transition] = [
    Transition(
      "call-back", Phrase("回访", en: "call back"), by: [.dispatcher], from: [.replied],
      to: .evaluating, then: [.stop(.callBack), .start(.evaluation)], HotlineLaw.beijing(23)),
    Transition(
      "callback-due", Phrase("逾期未回访，自动请评", en: "no call-back: evaluation asked for"),
      by: [.system], from: [.replied], to: .evaluating,
      then: [.stop(.callBack), .start(.evaluation)], HotlineLaw.city),
    Transition(
      "satisfied", Phrase("评价满意", en: "satisfied"), by: [.citizen],
      from: [.replied, .evaluating], to: .closed, then: [.stopAll], HotlineLaw.jinan(27, 1)),
    Transition(
      "unsatisfied", Phrase("评价不满意", en: "not satisfied"), by: [.citizen],
      from: [.replied, .evaluating], to: .dissatisfied, then: [.stopAll, .start(.review)],
      HotlineLaw.jinan(27, 2)),
    Transition(
      "evaluation-due", Phrase("逾期未评价", en: "no evaluation in time"), by: [.system],
      from: [.evaluating], to: .deemedClosed, then: [.stopAll], HotlineLaw.city),
    Transition(
      "redo", Phrase("退回重办", en: "order to redo"), by: [.dispatcher, .supervisor],
      from: [.dissatisfied], to: .handling,
      then: [.count(.redo), .stop(.review), .start(.handle)], HotlineLaw.jinan(27, 2)),
    Transition(
      "review-due", Phrase("逾期未审核，自动重办", en: "no review: redone"), by: [.system],
      from: [.dissatisfied], to: .handling,
      then: [.count(.redo), .stop(.review), .start(.handle)], HotlineLaw.city),
    Transition(
      "review-due", Phrase("逾期未审核，提级", en: "no review: one level up"), by: [.system],
      from: [.dissatisfied],
      if: [
        .counter(
          .redo, in: 2...2,
          else: Phrase("重办次数未满。", en: "it can still be redone."), HotlineLaw.city)
      ], then: [.restart(.review), .raise(.level)], HotlineLaw.weifang(23)),
    Transition(
      "explain", Phrase("说明理由后办结", en: "close with reasons"), by: [.dispatcher, .supervisor],
      from: [.dissatisfied], to: .unresolved, then: [.stopAll],
      HotlineLaw.weifang(20, 1, item: 3)),
  ]

  static let ending: [Transition] = [
    Transition(
      "archive", Phrase("历史件随答复办结", en: "closed by its reply (import)"), by: [.system],
      from: [.replied], to: .deemedClosed, then: [.stopAll], HotlineLaw.city),
    Transition(
      "terminate", Phrase("审核后终止办理", en: "terminate"), by: [.dispatcher, .supervisor],
      from: [.handling, .supplementing], to: .terminated, then: [.stopAll],
      HotlineLaw.weifang(21)),
    Transition(
      "withdraw", Phrase("撤回", en: "withdraw"), by: [.citizen],
      from: [
        .received, .dispatched, .disputed, .handling, .supplementing, .replied, .evaluating,
        .dissatisfied,
      ], to: .withdrawn, then: [.stopAll], HotlineLaw.city),
    Transition(
      "reopen", Phrase("抽查不实，重开", en: "reopen: not really done"), by: [.supervisor],
      from: [.closed, .deemedClosed, .unresolved], to: .handling,
      then: [.count(.reopened), .start(.handle)], HotlineLaw.city),
  ]
}
