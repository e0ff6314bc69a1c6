import CaseEngine
import Commons

extension ReconsiderationCases {
  /// Articles 39 to 41 and 56 to 60: standing still, review of a norm, ending without a decision.
  static let standingStill: [Transition] =
    [
      suspension(
        "suspend", Phrase("中止", en: "suspend"), to: .suspended, [.ensure(.watch)], law(39, 1)),
      suspension(
        "suspend-gone", Phrase("中止（主体消失）", en: "suspend for a successor"), to: .gone,
        [.start(.gone)], law(39, 1)),
      suspension(
        "suspend-norm", Phrase("中止并审查规范性文件", en: "suspend and review a norm"), to: .normReview,
        [.start(.norm), .start(.normNotice)], law(39, 1, item: 9)),
      suspension(
        "suspend-norm-elsewhere", Phrase("中止并转送审查", en: "suspend and send the norm on"),
        to: .normForwarding, [.start(.normForward)], law(39, 1, item: 9)),
    ]
    + resumption(
      "resume", Phrase("恢复审理", en: "resume"), by: .officer, [.suspended, .gone], law(39, 2))
    + resumption(
      "order-resumption", Phrase("责令恢复审理", en: "order to resume"), by: .superior,
      [.suspended, .gone], law(40))
    + resumption(
      "rule-norm-lawful", Phrase("认定条款合法，恢复审理", en: "norm lawful: resume"), by: .approver,
      [.normReview], law(59))
    + resumption(
      "rule-norm-unlawful", Phrase("停止执行条款并责令纠正，恢复审理", en: "norm unlawful: resume"),
      by: .approver, [.normReview], law(59))
    + resumption(
      "return-norm", Phrase("回复处理意见，恢复审理", en: "report back: resume"), by: .maker,
      [.normElsewhere], law(60))
    + normMoves + endings

  private static func suspension(
    _ command: CommandID, _ name: Phrase, to stage: StageID, _ effects: [CaseEffect],
    _ basis: Basis
  ) -> Transition {
    Transition(
      command, name, by: [.officer], from: trials, to: stage,
      then: [.suspendIfRunning(.decide), .suspendIfRunning(.serve), .suspendIfRunning(.reply)]
        + effects, basis)
  }

  /// A case goes on where it stood: to be sent on, waiting for the reply, or being tried.
  private static func resumption(
    _ command: CommandID, _ name: Phrase, by actor: ActorKind, _ from: [StageID], _ basis: Basis
  ) -> [Transition] {
    let elsewhere = Phrase("应回到原来的阶段。", en: "it goes on where it stood.")
    func open(_ clock: ClockID) -> Guard {
      .clock(clock, is: .running, .suspended, .lapsed, else: elsewhere, because: basis)
    }
    func off(_ clock: ClockID) -> Guard {
      .clock(clock, is: .off, else: elsewhere, because: basis)
    }
    let ways: [(StageID, [Guard])] = [
      (.serving, [open(.serve)]), (.replying, [off(.serve), open(.reply)]),
      (.trial, [off(.serve), off(.reply)]),
    ]
    return ways.map { stage, guards in
      Transition(
        command, name, by: [actor], from: from, to: stage, if: guards,
        then: [
          .resumeIfSuspended(.decide), .resumeIfSuspended(.serve), .resumeIfSuspended(.reply),
          .stop(.gone), .stop(.norm), .stop(.normNotice), .stop(.normAnswer),
        ], basis)
    }
  }

  private static let normMoves: [Transition] = [
    Transition(
      "notify-maker", Phrase("通知制定机关答复", en: "ask the maker"), by: [.officer],
      from: [.normReview],
      if: [
        .clock(
          .normNotice, is: .running, .lapsed,
          else: Phrase("已经通知过制定机关。", en: "the maker was asked already."), because: law(58, 1))
      ], then: [.stop(.normNotice), .start(.normAnswer)], law(58, 1)),
    Transition(
      "norm-notice-due", Phrase("逾期未通知制定机关", en: "maker not asked in time"), by: [.system],
      from: [.normReview], then: [.lapse(.normNotice), .ensure(.watch)], law(58, 1)),
    Transition(
      "answer-norm", Phrase("答复条款合法性", en: "answer on the norm"), by: [.maker],
      from: [.normReview],
      if: [
        .clock(
          .normAnswer, is: .running, else: Phrase("现在无须答复。", en: "no answer is due now."),
          because: law(58, 1))
      ], then: [.stop(.normAnswer)], law(58, 1)),
    Transition(
      "norm-answer-due", Phrase("制定机关逾期未答复", en: "no answer by the maker"), by: [.system],
      from: [.normReview], then: [.stop(.normAnswer)], law(58, 1)),
    Transition(
      "forward-norm", Phrase("转送有权机关", en: "send the norm on"), by: [.officer],
      from: [.normForwarding], to: .normElsewhere, then: [.stop(.normForward), .start(.norm)],
      law(56)),
    Transition(
      "norm-forward-due", Phrase("逾期未转送", en: "norm not sent on in time"), by: [.system],
      from: [.normForwarding], then: [.lapse(.normForward), .ensure(.watch)], law(56)),
    Transition(
      "norm-due", Phrase("规范性文件逾期未处理", en: "norm not dealt with in time"), by: [.system],
      from: [.normReview, .normElsewhere], then: [.lapse(.norm), .ensure(.watch)], law(60)),
    Transition(
      "watch-due", Phrase("督促提醒", en: "reminder"), by: [.system], from: standing,
      then: [.restart(.watch)], city),
  ]

  private static let endings: [Transition] = [
    Transition(
      "gone-due", Phrase("中止期满，终止", en: "nobody goes on: ended"), by: [.system], from: [.gone],
      to: .terminated, then: [.stopAll], law(41, item: 5)),
    Transition(
      "terminate", Phrase("决定终止", en: "end the case"), by: [.approver], from: trials + standing,
      to: .terminated, then: [.stopAll], law(41)),
    Transition(
      "ask-withdrawal", Phrase("申请撤回", en: "ask to withdraw"), by: [.applicant],
      from: trials + standing, law(41, item: 1)),
    Transition(
      "allow-withdrawal", Phrase("准予撤回，终止", en: "allow the withdrawal"), by: [.officer],
      from: trials + standing, to: .terminated, then: [.stopAll], law(41, item: 1)),
    Transition(
      "take-up", Phrase("由上级审理", en: "take the case up"), by: [.superior], from: trials + standing,
      to: .takenUp, then: [.stopAll], law(38)),
  ]
}
