import Commons

// What is done with a request besides its period: taken up or not, returned, called back, supervised.
extension HotlineRules {
  // MARK: Intake

  static let intake: [Rule] =
    intake(beijing, dispatch: beijing.law(11, 2), answer: beijing.law(11, 1))
    + intake(weifang, dispatch: weifang.law(18, 2), answer: weifang.law(18, 2))
    + intake(jinan, dispatch: jinan.law(23, item: 2), answer: jinan.law(23, item: 1))
    + [
      ground(
        beijing, "emergency", "refer", "转紧急专线", "Passed to an emergency line",
        beijing.law(11, 3, item: 1)),
      ground(
        beijing, "procedure", "tell", "告知法定途径", "Told of the legal procedure",
        beijing.law(11, 3, item: 2)),
      ground(
        beijing, "same", "tell", "告知办理进展或者结果", "Told how the same matter stands",
        beijing.law(11, 3, item: 3)),
      ground(
        beijing, "secret", "explain", "涉密的解释", "Explained: secrets", beijing.law(11, 3, item: 4)),
      ground(beijing, "remit", "tell", "告知其他渠道", "Told of other ways", beijing.law(11, 3, item: 5)),
      ground(beijing, "unlawful", "explain", "劝导教育", "Dissuaded", beijing.law(11, 3, item: 6)),
      ground(
        weifang, "procedure", "refuse", "应走法定途径，不予受理并告知途径",
        "Not taken up: a legal procedure is open", weifang.law(19, 1, item: 1)),
      ground(
        weifang, "secret", "refuse", "涉密，不予受理", "Not taken up: secrets", weifang.law(19, 1, item: 3)
      ),
      ground(
        weifang, "unlawful", "refuse", "违反公序良俗，不予受理", "Not taken up: against morals",
        weifang.law(19, 1, item: 3)),
      ground(
        weifang, "same", "refuse", "已依法处理，不予受理", "Not taken up: dealt with by law",
        weifang.law(19, 1, item: 4)),
      ground(
        jinan, "procedure", "tell", "告知按原途径解决", "Told of the procedure under way",
        jinan.law(23, item: 3)),
      ground(
        jinan, "same", "explain", "已依法办理，不再办理", "Explained: dealt with by law",
        jinan.law(25, item: 1)),
    ]

  private static func intake(
    _ ordinance: Ordinance, dispatch: Citation, answer: Citation
  ) -> [Rule] {
    [
      ordinance.rule(
        "intake", Phrase("受理处置", en: "What is done with a request"), dispatch,
        .choice("dispatch", Phrase("派单", en: "dispatched"))),
      ordinance.rule(
        "intake.answer", Phrase("即时答复", en: "Answered at once"), answer, of: "hotline.intake",
        when: .all([.holds("hotline.answerable"), .equals("hotline.ground", "none")]),
        .choice("answer", Phrase("即时答复", en: "answered"))),
    ]
  }

  private static func ground(
    _ ordinance: Ordinance, _ code: String, _ answer: String, _ zh: String, _ en: String,
    _ citation: Citation
  ) -> Rule {
    ordinance.rule(
      "intake.\(code)", Phrase(zh, en: en), citation, of: "hotline.intake",
      when: .equals("hotline.ground", code), .choice(answer, Phrase(zh, en: en)))
  }

  // MARK: Afterwards

  static let later: [Rule] = [
    weifang.rule(
      "return", Phrase("承办单位可申请退回", en: "The unit may return it"), weifang.law(22, 1), .truth(true)),
    weifang.rule(
      "return.appointed", Phrase("经确定或指定的不得退回", en: "Not once determined or appointed"),
      weifang.law(22, 2), of: "hotline.return", when: .holds("hotline.is-appointed"), .truth(false)
    ),
    beijing.rule(
      "return", Phrase("承办单位可提出派单异议", en: "The unit may object to the dispatch"),
      beijing.law(12, 3), .truth(true)),
    beijing.rule(
      "call-back", Phrase("时限期满后回访", en: "Called back when the period is over"), beijing.law(23),
      .truth(true)),
    weifang.rule("call-back", Phrase("回访", en: "Called back"), weifang.law(25), .truth(true)),
    jinan.rule(
      "call-back", Phrase("审核并回访、请来电人评价", en: "Checked, called back and evaluated"),
      jinan.law(27, 1), .truth(true)),
    jinan.rule(
      "redo", Phrase("可退回再次办理", en: "May be handled again"), jinan.law(27, 2),
      when: .not(.holds("hotline.is-satisfied")), .truth(true)),
    overdue(weifang, weifang.law(26, item: 2)),
    overdue(jinan, jinan.law(28, item: 1)),
  ]

  private static func overdue(_ ordinance: Ordinance, _ citation: Citation) -> Rule {
    ordinance.rule(
      "supervise-overdue", Phrase("逾期未办理的列入督办", en: "Supervised when overdue"), citation,
      when: .holds("hotline.is-overdue"), .truth(true))
  }
}
