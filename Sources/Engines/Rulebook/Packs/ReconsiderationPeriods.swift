import Commons
import LegalTime

extension ReconsiderationLaw {
  // MARK: Periods

  /// The periods of the law, each a parameter with its article and a rule that gives it. Periods of
  /// three, five, seven and ten days are working days, others calendar days; a last day that is a day
  /// off moves (art. 88, by which the Civil Procedure Law, art. 85, applies).
  static let periodParameters: [Parameter] = [
    period("apply", Phrase("申请期限", en: "time to apply"), 60, .days, law(20, 1), (60, .days, 9)),
    period("untold", Phrase("未告知时的最长期限", en: "time to apply if not told"), 1, .years, law(20, 3)),
    period("bar", Phrase("最长受理期限", en: "outer bar"), 5, .years, law(21)),
    period(
      "bar-property", Phrase("不动产最长受理期限", en: "outer bar, real property"), 20, .years, law(21)),
    period(
      "review", Phrase("审查期限", en: "time to examine the application"), 5, .workingDays, law(30, 1),
      (5, .workingDays, 17)),
    correctionNotice,
    period("correct", Phrase("补正期限", en: "time to correct"), 10, .workingDays, law(31, 2)),
    period("forward", Phrase("转送期限", en: "time to forward"), 5, .workingDays, law(32, 2)),
    period(
      "sue", Phrase("复议前置的起诉期限", en: "time to sue where it comes first"), 15, .days, law(34),
      (15, .days, 19)),
    period(
      "serve", Phrase("发送被申请人期限", en: "time to send to the respondent"), 7, .workingDays, law(48),
      (7, .workingDays, 23)),
    period("serve-simplified", Phrase("简易程序发送期限", en: "simplified"), 3, .workingDays, law(54, 1)),
    period(
      "reply", Phrase("答复举证期限", en: "time to reply"), 10, .workingDays, law(48),
      (10, .workingDays, 23)),
    period("reply-simplified", Phrase("简易程序答复期限", en: "simplified"), 5, .workingDays, law(54, 1)),
    period(
      "hearing-notice", Phrase("听证提前通知", en: "notice before a hearing"), 5, .workingDays, law(51, 1)
    ),
    period("norm-own", Phrase("有权机关处理期限", en: "time to review a norm"), 30, .days, law(56)),
    period("norm-forward", Phrase("转送有权机关期限", en: "time to forward"), 7, .workingDays, law(56)),
    period(
      "norm-notice", Phrase("通知制定机关期限", en: "time to ask the maker"), 3, .workingDays, law(58, 1)),
    period("norm-answer", Phrase("制定机关答复期限", en: "time to answer"), 10, .workingDays, law(58, 1)),
    period("norm-elsewhere", Phrase("接受转送机关回复期限", en: "time to report back"), 60, .days, law(60)),
    period(
      "decide", Phrase("复议决定期限", en: "time to decide"), 60, .days, law(62, 1), (60, .days, 31)),
    period("decide-simplified", Phrase("简易程序决定期限", en: "simplified"), 30, .days, law(62, 2)),
    period(
      "extension", Phrase("最长延长期限", en: "longest extension"), 30, .days, law(62, 1),
      (30, .days, 31)),
    gone,
    redo,
    inaction,
    period(
      "opinion", Phrase("意见书报送期限", en: "time to answer an opinion letter"), 60, .days, law(76)),
  ]

  private static func period(
    _ name: String, _ title: Phrase, _ amount: Int, _ unit: Period.Unit, _ citation: Citation,
    _ former: (amount: Int, unit: Period.Unit, article: Int)? = nil
  ) -> Parameter {
    let now = Parameter.Value(
      from: start, .period(amount, unit, rollsOver: true), citation)
    guard let former else { return Parameter(ParameterID(prefix + name), title, [now]) }
    let before = Parameter.Value(
      from: formerStart, to: start, .period(former.amount, former.unit, rollsOver: true),
      self.former(former.article))
    return Parameter(ParameterID(prefix + name), title, [before, now])
  }

  private static let correctionNotice = Parameter(
    "recon.correction-notice", Phrase("补正通知期限", en: "time to ask for corrections"),
    [
      .init(
        from: regulationsStart, to: start, .period(5, .workingDays, rollsOver: true),
        regulations(29)),
      .init(from: start, .period(5, .workingDays, rollsOver: true), law(31, 1)),
    ])

  private static let gone = Parameter(
    "recon.gone", Phrase("因主体消失中止的期限", en: "time for somebody to go on"),
    [
      .init(
        from: regulationsStart, to: start, .period(60, .days, rollsOver: true),
        regulations(42, 2)),
      .init(from: start, .period(60, .days, rollsOver: true), law(41, item: 5)),
    ])

  private static let inaction = Parameter(
    "recon.inaction", Phrase("无履行期限时视为不履行", en: "time after which a failure to act counts"),
    [
      .init(
        from: regulationsStart, .period(60, .days, rollsOver: true), regulations(16, 1, item: 2))
    ]
  )

  private static let redo = Parameter(
    "recon.redo", Phrase("重新作出行政行为的期限（无其他规定时）", en: "time to act anew where nothing else says"),
    [.init(from: regulationsStart, .period(60, .days, rollsOver: true), regulations(49, 1))])

  /// One rule for each period, named like the parameter; where the simplified procedure has its own,
  /// that is an exception.
  static let periods: [Rule] =
    periodParameters.flatMap { parameter -> [Rule] in
      let name = parameter.id.text.dropFirst(prefix.count)
      guard !simplifiedNames.contains(String(name)), name != "bar-property" else { return [] }
      return parameter.series.map { value in
        Rule(
          rule("period.\(name)"), parameter.name, value.citation, from: value.span.from,
          to: value.span.to, .period(parameter.id), backwards: name == "hearing-notice")
      }
    } + simplifiedPeriods

  private static let simplifiedNames = [
    "serve-simplified", "reply-simplified", "decide-simplified",
  ]

  private static let simplifiedPeriods: [Rule] =
    [("serve", law(54, 1)), ("reply", law(54, 1)), ("decide", law(62, 2))].map { name, citation in
      Rule(
        rule("period.\(name).simplified"), Phrase("简易程序", en: "Simplified procedure"), citation,
        from: start, exceptionOf: rule("period.\(name)"), when: holds("simplified"),
        .period(ParameterID("\(prefix)\(name)-simplified")))
    } + [
      Rule(
        rule("period.bar.property"), Phrase("因不动产提出", en: "About real property"), law(21),
        from: start, exceptionOf: rule("period.bar"), when: holds("real-property"),
        .period("recon.bar-property"))
    ]
}
