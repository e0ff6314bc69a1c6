import CaseEngine
import CaseWork
import Commons

// A firm's trial (notice, measure 12 (3)): applied for, approved, run with the city's support, reported, evaluated.

extension ActorKind {
  /// The firm that runs the trial.
  static let trialFirm = ActorKind("citizen", Phrase("试点企业", en: "firm"))
  /// The office that approves trials, supports and evaluates them.
  static let trialOffice = ActorKind("reviewer", Phrase("试点主管人员", en: "trial office"))
}

enum TrialCases {
  static let city = Basis.cityPolicy(
    Phrase("低空飞行试点管理规则（城市参数）", en: "rules for low-altitude trials (city parameter)"))
  /// The measure in the notice.
  static let notice = Basis.law(
    Citation("关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知", edition: "发改体改〔2023〕1447号", item: 12))

  static let trial = CaseType(
    "low-altitude-trial", Phrase("低空飞行试点", en: "low-altitude trial"), stages: stages,
    counters: counters, clocks: clocks, transitions: transitions + lateness)

  private static let stages: [Stage] = [
    Stage("applied", Phrase("待审核", en: "To be reviewed"), owedBy: .trialOffice),
    Stage("running", Phrase("试点中", en: "Running"), owedBy: .trialFirm),
    Stage("reported", Phrase("待评估", en: "To be evaluated"), owedBy: .trialOffice),
    .final("passed", Phrase("评估通过", en: "Passed")),
    .final("failed", Phrase("评估未通过", en: "Not passed")),
    .final("refused", Phrase("不予同意", en: "Refused")),
    .final("withdrawn", Phrase("已撤回", en: "Withdrawn")),
  ]

  private static let counters: [Counter] =
    Lateness.counters(city) + [.flag("told", Phrase("已提交报告", en: "reported"))]

  private static func clock(
    _ id: ClockID, _ zh: String, _ en: String, drives: [StageID]
  ) -> ClockSpec { ClockSpec(id, Phrase(zh, en: en), drives: drives, city) }

  private static let clocks: [ClockSpec] = [
    clock("review", "审核时限", "time to review", drives: ["applied"]),
    clock("trial", "试点期", "term of the trial", drives: ["running"]),
    clock("evaluate", "评估时限", "time to evaluate", drives: ["reported"]),
    Lateness.clock(city),
  ]

  private static func move(
    _ command: CommandID, _ zh: String, _ en: String, by actor: ActorKind, from: [StageID],
    to: StageID? = nil, then effects: [CaseEffect] = [], refuses: Bool = false
  ) -> Transition {
    Transition(
      command, Phrase(zh, en: en), by: [actor], from: from, to: to, then: effects, city,
      recordsRefusal: refuses)
  }

  private static let transitions: [Transition] = [
    .opening(
      "apply", Phrase("申请试点", en: "apply for a trial"), by: [.trialFirm], to: "applied",
      then: [.start("review")], notice),
    move(
      "approve", "同意试点", "approve", by: .trialOffice, from: ["applied"], to: "running",
      then: Lateness.ended + [.start("trial")]),
    move(
      "refuse", "不予同意", "refuse", by: .trialOffice, from: ["applied"], to: "refused",
      then: [.stopAll], refuses: true),
    move("support", "登记支持措施", "record support", by: .trialOffice, from: ["running"]),
    move(
      "report", "提交试点报告", "report", by: .trialFirm, from: ["running"], to: "reported",
      then: Lateness.ended + [.mark("told"), .start("evaluate")]),
    // The term may be over before the firm reports: it may still do so until it is evaluated.
    Transition(
      "report", Phrase("补交试点报告", en: "report late"), by: [.trialFirm], from: ["reported"],
      if: [.clear("told", else: Phrase("已经提交报告。", en: "It was reported."))],
      then: [.mark("told")], city),
    move(
      "pass", "评估通过", "pass", by: .trialOffice, from: ["reported"], to: "passed", then: [.stopAll]),
    move(
      "fail", "评估不通过", "not pass", by: .trialOffice, from: ["reported"], to: "failed",
      then: [.stopAll]),
    move(
      "withdraw", "撤回", "withdraw", by: .trialFirm, from: ["applied", "running"],
      to: "withdrawn", then: [.stopAll]),
  ]

  private static let lateness: [Transition] = [
    Lateness.late(
      "review", Phrase("审核逾期", en: "not reviewed in time"), from: ["applied"], city),
    Lateness.late(
      "evaluate", Phrase("评估逾期", en: "not evaluated in time"), from: ["reported"], city),
    // A firm that does not report is evaluated all the same.
    move(
      "trial-due", "试点期满，转入评估", "the term is over: to be evaluated", by: .system,
      from: ["running"], to: "reported", then: [.stopAll, .start("evaluate")]),
    Lateness.chasing(from: ["applied", "reported"], city),
  ]
}
