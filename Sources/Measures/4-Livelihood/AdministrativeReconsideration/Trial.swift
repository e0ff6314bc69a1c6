import CaseEngine
import Commons

extension ReconsiderationCases {
  /// Articles 36 to 38 and 42 to 55: sending on, reply, evidence, hearing, committee.
  static let hearing: [Transition] = replyMoves + recordMoves + hearingMoves + timeMoves

  private static let replyMoves: [Transition] = [
    Transition(
      "serve", Phrase("发送申请书副本", en: "send the application on"), by: [.officer], from: [.serving],
      to: .replying, then: [.stop(.serve), .start(.reply)], law(48)),
    Transition(
      "serve-due", Phrase("逾期未发送", en: "not sent on in time"), by: [.system], from: [.serving],
      then: [.lapse(.serve), .ensure(.watch)], law(48)),
    Transition(
      "reply", Phrase("答复并提交证据", en: "reply with evidence"), by: [.respondent], from: [.replying],
      to: .trial, then: [.stop(.reply), .mark(.replied)], law(48)),
    Transition(
      "reply-due", Phrase("逾期未答复，视为没有证据", en: "no reply: taken as without evidence"),
      by: [.system], from: [.replying], to: .trial, then: [.stop(.reply), .mark(.silent)],
      law(70)),
  ]

  private static let recordMoves: [Transition] = [
    Transition(
      "assign", Phrase("指定承办人", en: "assign officers"), by: [.approver], from: trials,
      law(36, 1)),
    Transition(
      "join", Phrase("通知第三人参加", en: "join a third party"), by: [.officer], from: trials, law(16, 1)),
    Transition(
      "third-evidence", Phrase("登记第三人证据", en: "record a third party's evidence"), by: [.officer],
      from: trials, law(70)),
    Transition(
      "submit", Phrase("提交意见和证据", en: "hand in views and evidence"), by: [.applicant],
      from: trials + standing, law(43, 1)),
    Transition(
      "allow-supplement", Phrase("同意被申请人补充证据", en: "let the respondent add evidence"),
      by: [.officer], from: [.trial, .called, .consulting], law(46, 2)),
    Transition(
      "supplement", Phrase("补充证据", en: "add evidence"), by: [.respondent],
      from: [.trial, .called, .consulting], law(46, 2)),
    Transition(
      "investigate", Phrase("调查取证", en: "gather evidence"), by: [.officer],
      from: [.replying, .trial, .called, .consulting], law(45, 2)),
    Transition(
      "inquire", Phrase("询问申请人", en: "ask the applicant"), by: [.officer], from: trials,
      law(45, 1)),
    Transition(
      "answer", Phrase("回答询问", en: "answer"), by: [.applicant], from: trials, law(45, 3)),
    Transition(
      "open-file", Phrase("准予查阅案卷", en: "open the file"), by: [.officer],
      from: [.trial, .called, .consulting, .proposed], law(47)),
    Transition(
      "stay", Phrase("决定停止执行", en: "stay the execution"), by: [.officer], from: trials + standing,
      law(42)),
    Transition(
      "hear", Phrase("听取意见", en: "hear the parties"), by: [.officer], from: [.trial],
      then: [.mark(.heard)], law(49)),
  ]

  private static let hearingMoves: [Transition] = [
    Transition(
      "call-hearing", Phrase("通知听证", en: "call a hearing"), by: [.officer], from: [.trial],
      to: .called, law(51, 1)),
    Transition(
      "attend", Phrase("参加听证并确认笔录", en: "attend and sign the record"),
      by: [.applicant, .respondent], from: [.called], law(50, 3)),
    Transition(
      "hold-hearing", Phrase("举行听证", en: "hold the hearing"), by: [.officer], from: [.called],
      to: .trial, then: [.mark(.heard)], law(50, 3)),
    Transition(
      "cancel-hearing", Phrase("取消或者延期听证", en: "cancel the hearing"), by: [.officer],
      from: [.called], to: .trial, law(51, 1)),
    Transition(
      "consult", Phrase("提请委员会咨询", en: "ask the committee"), by: [.officer], from: [.trial],
      to: .consulting, law(52, 2)),
    Transition(
      "advise", Phrase("提出咨询意见", en: "give an opinion"), by: [.committee], from: [.consulting],
      to: .trial, law(52, 3)),
  ]

  private static let timeMoves: [Transition] = [
    Transition(
      "convert", Phrase("转为普通程序", en: "convert to the ordinary procedure"), by: [.approver],
      from: [.serving, .replying, .trial],
      if: [
        .set(
          .simplified, else: Phrase("本件不适用简易程序。", en: "it does not follow the simplified one."),
          law(55))
      ], then: [.unmark(.simplified), .extend(.decide)], law(55)),
    Transition(
      "extend", Phrase("延长审理期限", en: "extend the time to decide"), by: [.approver],
      from: [.serving, .replying, .trial, .called, .consulting, .proposed, .agreed],
      if: [
        .clear(
          .simplified,
          else: Phrase("简易程序不能延长，可以转为普通程序。", en: "the simplified procedure cannot be extended."),
          law(62, 2))
      ], then: [.count(.extended), .extend(.decide)], law(62, 1)),
    Transition(
      "decide-due", Phrase("逾期未决定", en: "not decided in time"), by: [.system], from: trials,
      then: [.lapse(.decide), .ensure(.watch)], law(35)),
    Transition(
      "watch-due", Phrase("督促提醒", en: "reminder"), by: [.system], from: trials,
      if: [
        .clock(
          .decide, is: .lapsed, else: Phrase("未逾期。", en: "it is not overdue."), because: law(35))
      ], then: [.restart(.watch)], city),
    Transition(
      "watch-due", Phrase("督促提醒", en: "reminder"), by: [.system], from: trials,
      if: [
        .clock(
          .decide, is: .running, .suspended, else: Phrase("已逾期。", en: "it is overdue."),
          because: law(35)),
        .clock(
          .serve, is: .lapsed, else: Phrase("未逾期。", en: "it is not overdue."), because: law(48)),
      ], then: [.restart(.watch)], city),
    Transition(
      "watch-due", Phrase("不再提醒", en: "no more reminders"), by: [.system], from: trials,
      if: [
        .clock(
          .decide, is: .running, .suspended, else: Phrase("已逾期。", en: "it is overdue."),
          because: law(35)),
        .clock(
          .serve, is: .off, .running, .suspended, else: Phrase("已逾期。", en: "it is overdue."),
          because: law(48)),
      ], then: [.stop(.watch)], city),
  ]
}
