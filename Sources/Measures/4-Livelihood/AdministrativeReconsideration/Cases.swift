import CaseEngine
import Commons
import LegalTime
import Rulebook

// The case type of measure 19 (行政复议职责统一行使): the Administrative Reconsideration Law from
// filing to performance. Stages and clocks carry what the law ties to time and to who must act next;
// what depends on the content of a step is decided by the rules.

extension StageID {
  static let forwarding: StageID = "forwarding"
  static let received: StageID = "received"
  static let correcting: StageID = "correcting"
  static let serving: StageID = "serving"
  static let replying: StageID = "replying"
  static let trial: StageID = "trial"
  static let called: StageID = "called"
  static let consulting: StageID = "consulting"
  static let proposed: StageID = "proposed"
  static let agreed: StageID = "agreed"
  static let suspended: StageID = "suspended"
  static let gone: StageID = "gone"
  static let normReview: StageID = "norm-review"
  static let normForwarding: StageID = "norm-forwarding"
  static let normElsewhere: StageID = "norm-elsewhere"
  static let decided: StageID = "decided"
  static let performing: StageID = "performing"
  static let answering: StageID = "answering"
  static let undone: StageID = "undone"
  static let refused: StageID = "refused"
  static let abandoned: StageID = "abandoned"
  static let withdrawn: StageID = "withdrawn"
  static let terminated: StageID = "terminated"
  static let takenUp: StageID = "taken-up"
  static let closed: StageID = "closed"
}

extension CounterID {
  static let corrected: CounterID = "corrected"
  static let simplified: CounterID = "simplified"
  static let replied: CounterID = "replied"
  static let silent: CounterID = "silent"
  static let heard: CounterID = "heard"
  static let extended: CounterID = "extended"
  static let duty: CounterID = "duty"
}

extension ClockID {
  static let forward: ClockID = "forward"
  static let review: ClockID = "review"
  static let correct: ClockID = "correct"
  static let serve: ClockID = "serve"
  static let reply: ClockID = "reply"
  static let decide: ClockID = "decide"
  static let gone: ClockID = "gone"
  static let normForward: ClockID = "norm-forward"
  static let normNotice: ClockID = "norm-notice"
  static let normAnswer: ClockID = "norm-answer"
  static let norm: ClockID = "norm"
  static let deliver: ClockID = "deliver"
  static let perform: ClockID = "perform"
  static let order: ClockID = "order"
  static let opinion: ClockID = "opinion"
  static let watch: ClockID = "watch"
}

extension ActorKind {
  /// Whoever applies for reconsideration: the same capacity as ``citizen`` under its legal name.
  static let applicant = ActorKind(ActorKind.citizen.id, Phrase("申请人", en: "applicant"))
  static let clerk = ActorKind("clerk", Phrase("立案人员", en: "intake officer"))
  static let officer = ActorKind(ActorKind.handler.id, Phrase("行政复议人员", en: "case officer"))
  static let respondent = ActorKind("respondent", Phrase("被申请人", en: "respondent"))
  static let approver = ActorKind("approver", Phrase("复议机关（机构）负责人", en: "head of the authority"))
  static let committee = ActorKind("committee", Phrase("行政复议委员会", en: "committee"))
  static let maker = ActorKind("maker", Phrase("规范性文件制定（处理）机关", en: "body in charge of the norm"))
  static let court = ActorKind("court", Phrase("人民法院", en: "court"))
  static let procuratorate = ActorKind("procuratorate", Phrase("人民检察院", en: "procuratorate"))
  static let superior = ActorKind("superior", Phrase("上级行政机关", en: "superior authority"))
}

/// The kind of case of this measure.
enum ReconsiderationCases {
  static let type = CaseType(
    "reconsideration", Phrase("行政复议", en: "administrative reconsideration"), stages: stages,
    counters: counters, clocks: clocks,
    transitions: intake + hearing + standingStill + deciding + afterwards)

  static func law(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Basis {
    .law(ReconsiderationLaw.law(article, paragraph, item: item))
  }
  static let city = Basis.cityPolicy(
    Phrase("行政复议办理规范（城市参数）", en: "rules for handling reconsideration (city parameter)"))

  /// Stages of a case under trial that does not stand still.
  static let trials: [StageID] = [
    .serving, .replying, .trial, .called, .consulting, .proposed, .agreed,
  ]
  /// Stages in which it stands still.
  static let standing: [StageID] = [
    .suspended, .gone, .normReview, .normForwarding, .normElsewhere,
  ]

  static let stages: [Stage] = [
    Stage(.forwarding, Phrase("待处罚机关转送", en: "With the fining agency"), owedBy: .respondent),
    Stage(.received, Phrase("已收到，审查中", en: "Received, being examined"), owedBy: .clerk),
    Stage(.correcting, Phrase("待补正", en: "Waiting for corrections"), owedBy: .applicant),
    Stage(.serving, Phrase("已受理，待发送被申请人", en: "Accepted, to be sent on"), owedBy: .officer),
    Stage(.replying, Phrase("待被申请人答复", en: "Waiting for the respondent"), owedBy: .respondent),
    Stage(.trial, Phrase("审理中", en: "Being tried"), owedBy: .officer),
    Stage(.called, Phrase("已通知听证", en: "Hearing called"), owedBy: .officer),
    Stage(.consulting, Phrase("委员会咨询中", en: "With the committee"), owedBy: .committee),
    Stage(.proposed, Phrase("已拟意见，待同意", en: "Proposal to be agreed"), owedBy: .approver),
    Stage(.agreed, Phrase("已达成调解，待签署", en: "Agreement to be signed"), owedBy: .officer),
    Stage(.suspended, Phrase("已中止", en: "Standing still"), owedBy: .officer),
    Stage(.gone, Phrase("已中止，待确定承受人", en: "Standing still for a successor"), owedBy: .officer),
    Stage(.normReview, Phrase("已中止，审查规范性文件", en: "Reviewing a norm"), owedBy: .officer),
    Stage(.normForwarding, Phrase("已中止，待转送审查", en: "Norm to be sent on"), owedBy: .officer),
    Stage(.normElsewhere, Phrase("已中止，有权机关审查中", en: "Norm under review elsewhere"), owedBy: .maker),
    Stage(.decided, Phrase("已决定，待送达", en: "Decided, to be served"), owedBy: .officer),
    Stage(.performing, Phrase("已生效，待履行", en: "In force, to be performed"), owedBy: .respondent),
    Stage(
      .answering, Phrase("已生效，意见书待报送", en: "In force, opinion letter open"), owedBy: .respondent),
    .final(.undone, Phrase("处罚机关自行改正", en: "Put right by the fining agency")),
    .final(.refused, Phrase("不予受理", en: "Not accepted")),
    .final(.abandoned, Phrase("视为放弃申请", en: "Taken as abandoned")),
    .final(.withdrawn, Phrase("已撤回", en: "Withdrawn")),
    .final(.terminated, Phrase("已终止", en: "Ended without a decision")),
    .final(.takenUp, Phrase("由上级审理", en: "Taken up by the superior")),
    .final(.closed, Phrase("已办结", en: "Closed")),
  ]

  static let counters: [Counter] = [
    Counter(
      .corrected, Phrase("已通知补正", en: "corrections asked for"), upTo: 1,
      whenFull: Phrase(
        "补正通知应当一次性载明全部事项，不得再次要求补正。",
        en: "all corrections must be asked for at once; they were asked for already."),
      law(31, 1)),
    .flag(.simplified, Phrase("简易程序", en: "simplified procedure"), law(53)),
    .flag(.replied, Phrase("被申请人已答复", en: "the respondent replied"), law(48)),
    .flag(.silent, Phrase("被申请人逾期未答复", en: "the respondent gave no reply"), law(70)),
    .flag(.heard, Phrase("已听取意见", en: "the parties were heard"), law(49)),
    Counter(
      .extended, Phrase("已延长", en: "extended"), upTo: 1,
      whenFull: Phrase("审理期限只能延长一次。", en: "the time to decide was extended already."),
      law(62, 1)),
    .flag(.duty, Phrase("须履行", en: "to be performed"), law(77, 1)),
  ]

  static let clocks: [ClockSpec] = [
    ClockSpec(.forward, Phrase("转送期限", en: "time to forward"), drives: [.forwarding], law(32, 2)),
    ClockSpec(.review, Phrase("审查期限", en: "time to examine"), drives: [.received], law(30, 1)),
    ClockSpec(.correct, Phrase("补正期限", en: "time to correct"), drives: [.correcting], law(31, 2)),
    ClockSpec(
      .serve, Phrase("发送期限", en: "time to send to the respondent"), drives: [.serving], law(48)),
    ClockSpec(.reply, Phrase("答复举证期限", en: "time to reply"), drives: [.replying], law(48)),
    ClockSpec(.decide, Phrase("复议决定期限", en: "time to decide"), drives: trials + standing, law(62)),
    ClockSpec(
      .gone, Phrase("确定承受人期限", en: "time to find a successor"), drives: [.gone], law(41, item: 5)),
    ClockSpec(
      .normForward, Phrase("转送审查期限", en: "time to send the norm on"), drives: [.normForwarding],
      law(56)),
    ClockSpec(.normNotice, Phrase("通知制定机关期限", en: "time to ask the maker"), drives: [], law(58, 1)),
    ClockSpec(
      .normAnswer, Phrase("制定机关答复期限", en: "time for the maker's answer"), drives: [], law(58, 1)),
    ClockSpec(
      .norm, Phrase("规范性文件处理期限", en: "time to review the norm"),
      drives: [.normReview, .normElsewhere], law(56)),
    ClockSpec(.deliver, Phrase("送达期限", en: "time to serve the decision"), drives: [.decided], city),
    ClockSpec(.perform, Phrase("履行期限", en: "time to perform"), drives: [.performing], law(77, 1)),
    ClockSpec(.order, Phrase("责令履行期限", en: "time of an order to perform"), drives: [], law(77, 2)),
    ClockSpec(
      .opinion, Phrase("意见书报送期限", en: "time to answer the opinion"), drives: [.answering], law(76)),
    ClockSpec(.watch, Phrase("督促提醒", en: "reminder"), drives: [], city),
  ]
}
