import CaseEngine
import Commons

extension ReconsiderationCases {
  /// Articles 61 to 75: proposal, agreement, decision, service.
  static let deciding: [Transition] =
    proposals("propose", Phrase("拟定意见（无须履行）", en: "propose, nothing to perform"), [])
    + proposals(
      "propose-duty", Phrase("拟定意见（被申请人须履行）", en: "propose, to be performed"), [.mark(.duty)])
    + [
      Transition(
        "send-back", Phrase("退回再审", en: "send back"), by: [.approver], from: [.proposed],
        to: .trial, then: [.unmark(.duty)], law(61, 1)),
      Transition(
        "decide", Phrase("作出决定", en: "decide"), by: [.approver], from: [.proposed], to: .decided,
        then: [.stop(.decide), .start(.deliver)], law(61, 1)),
      Transition(
        "mediate", Phrase("达成调解协议", en: "record an agreement"), by: [.officer],
        from: [.trial], to: .agreed, law(73, 1)),
      Transition(
        "back-out", Phrase("反悔", en: "back out"), by: [.applicant, .respondent], from: [.agreed],
        to: .trial, law(73, 2)),
      Transition(
        "sign", Phrase("各方签署调解书（无须履行）", en: "sign, nothing to perform"), by: [.officer],
        from: [.agreed], to: .decided, then: [.stop(.decide), .start(.deliver)], law(73, 1)),
      Transition(
        "sign-duty", Phrase("各方签署调解书（须履行）", en: "sign, to be performed"), by: [.officer],
        from: [.agreed], to: .decided, then: [.mark(.duty), .stop(.decide), .start(.deliver)],
        law(73, 1)),
      Transition(
        "deliver-due", Phrase("逾期未送达", en: "not served in time"), by: [.system],
        from: [.decided], then: [.lapse(.deliver), .ensure(.watch)], city),
    ] + deliveries

  private static func proposals(
    _ command: CommandID, _ name: Phrase, _ effects: [CaseEffect]
  ) -> [Transition] {
    [
      Transition(
        command, name, by: [.officer], from: [.trial], to: .proposed,
        if: [
          .set(
            .simplified, else: Phrase("普通程序须先听取意见。", en: "the parties must be heard first."),
            law(54, 2))
        ], then: effects, law(61, 1)),
      Transition(
        command, name, by: [.officer], from: [.trial], to: .proposed,
        if: [
          .clear(.simplified, else: Phrase("本件适用简易程序。", en: "it is simplified."), law(54, 2)),
          .set(
            .heard,
            else: Phrase(
              "适用普通程序审理的，应当先听取当事人意见，或者记明因当事人原因不能听取。",
              en: "in the ordinary procedure the parties must be heard first, or it must be on "
                + "record why they could not be."), law(49)),
        ], then: effects, law(61, 1)),
    ]
  }

  private static let noDuty = Phrase("决定须履行。", en: "the decision must be performed.")
  private static let someDuty = Phrase("决定无须履行。", en: "nothing must be performed.")
  private static let opinionOpen = Phrase("意见书尚未报送。", en: "the opinion letter is open.")
  private static let opinionOff = Phrase("没有待报送的意见书。", en: "no opinion letter is open.")

  private static func withOpinion(_ isOpen: Bool) -> Guard {
    isOpen
      ? .clock(.opinion, is: .running, .lapsed, else: opinionOff, because: law(76))
      : .clock(.opinion, is: .off, else: opinionOpen, because: law(76))
  }

  private static let deliveries: [Transition] = [
    Transition(
      "deliver", Phrase("送达，生效", en: "serve: in force"), by: [.officer], from: [.decided],
      to: .performing, if: [.set(.duty, else: someDuty, law(77, 1))],
      then: [.stop(.deliver), .start(.perform)], law(75, 2)),
    Transition(
      "deliver", Phrase("送达，生效", en: "serve: in force"), by: [.officer], from: [.decided],
      to: .answering, if: [.clear(.duty, else: noDuty, law(77, 1)), withOpinion(true)],
      then: [.stop(.deliver), .ensure(.watch)], law(75, 2)),
    Transition(
      "deliver", Phrase("送达，生效", en: "serve: in force"), by: [.officer], from: [.decided],
      to: .closed, if: [.clear(.duty, else: noDuty, law(77, 1)), withOpinion(false)],
      then: [.stopAll], law(75, 2)),
  ]

  /// Articles 76 to 79: opinion letters, performance, enforcement, publication.
  static let afterwards: [Transition] =
    performance + opinions + [
      Transition(
        "interview", Phrase("约谈或者通报批评", en: "summon or criticise"), by: [.approver],
        from: [.performing, .answering], law(77, 2)),
      Transition(
        "refer", Phrase("移送监察或者任免机关", en: "refer to supervision"), by: [.approver],
        from: trials + standing + [.decided, .performing, .answering, .closed], law(85)),
      Transition(
        "publish", Phrase("公开决定书", en: "publish the decision"), by: [.officer],
        from: [.performing, .answering, .closed], law(79, 1)),
      Transition(
        "copy-up", Phrase("抄告上一级主管部门", en: "copy to the superior department"), by: [.officer],
        from: [.performing, .answering, .closed], law(79, 2)),
      Transition(
        "enforce", Phrase("强制执行", en: "enforce"), by: [.officer], from: [.closed], law(78)),
      Transition(
        "report-suit", Phrase("通报已受理行政诉讼", en: "tell of a suit that was taken"), by: [.court],
        from: [.performing, .answering, .closed, .refused, .terminated], law(10)),
      Transition(
        "suggest", Phrase("提出检察建议", en: "make a procuratorial suggestion"), by: [.procuratorate],
        from: [.performing, .answering, .closed], city),
      Transition(
        "archive", Phrase("归档", en: "archive"), by: [.officer],
        from: [.closed, .refused, .abandoned, .withdrawn, .terminated], city),
      Transition(
        "watch-due", Phrase("督促提醒", en: "reminder"), by: [.system],
        from: [.decided, .performing, .answering], then: [.restart(.watch)], city),
    ]

  private static let performance: [Transition] = [
    Transition(
      "report", Phrase("报告履行情况", en: "report performance"), by: [.respondent],
      from: [.performing], law(77, 1)),
    Transition(
      "confirm", Phrase("确认已履行", en: "confirm performance"), by: [.officer],
      from: [.performing], to: .answering, if: [withOpinion(true)],
      then: [.stop(.perform), .stop(.order), .ensure(.watch)], law(77, 1)),
    Transition(
      "confirm", Phrase("确认已履行", en: "confirm performance"), by: [.officer],
      from: [.performing], to: .closed, if: [withOpinion(false)], then: [.stopAll], law(77, 1)),
    Transition(
      "perform-due", Phrase("逾期未履行", en: "not performed in time"), by: [.system],
      from: [.performing], then: [.lapse(.perform), .ensure(.watch)], law(77, 2)),
    Transition(
      "order", Phrase("责令限期履行", en: "order to perform"), by: [.approver], from: [.performing],
      if: [
        .clock(
          .perform, is: .lapsed, else: Phrase("履行期限未满。", en: "it is still time to perform."),
          because: law(77, 2))
      ], then: [.start(.order)], law(77, 2)),
    Transition(
      "order-due", Phrase("责令期满未履行", en: "order not followed in time"), by: [.system],
      from: [.performing], then: [.stop(.order)], law(77, 2)),
  ]

  private static let opinions: [Transition] = [
    Transition(
      "issue-opinion", Phrase("制发意见书", en: "issue an opinion letter"), by: [.approver],
      from: trials + [.decided, .performing], then: [.start(.opinion)], law(76)),
    Transition(
      "answer-opinion", Phrase("报送纠正情况", en: "answer the opinion letter"), by: [.respondent],
      from: trials + standing + [.decided, .performing],
      if: [withOpinion(true)], then: [.stop(.opinion)], law(76)),
    Transition(
      "answer-opinion", Phrase("报送纠正情况", en: "answer the opinion letter"), by: [.respondent],
      from: [.answering], to: .closed, then: [.stopAll], law(76)),
    Transition(
      "opinion-due", Phrase("意见书逾期未报送", en: "opinion letter not answered"), by: [.system],
      from: trials + standing + [.decided, .performing, .answering],
      then: [.lapse(.opinion), .ensure(.watch)], law(76)),
  ]
}
