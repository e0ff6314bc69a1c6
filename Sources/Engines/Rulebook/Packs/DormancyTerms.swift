import Commons
import LegalTime

// Terms, what counts as business, and what the tax notice offers. The pack's own file has the
// conditions.
extension DormancyLaw {
  private static func series(
    _ id: ParameterID, _ name: Phrase, in place: Territory? = nil, from: CivilDate = start,
    _ value: ParameterValue, _ citation: Citation
  ) -> Parameter {
    Parameter(id, name, in: place, [.init(from: from, value, citation)])
  }

  static let parameters: [Parameter] = [
    series(
      "dormancy.longest-term", Phrase("歇业最长期限", en: "longest term"),
      .period(3, .years, rollsOver: false), regulation(30, 4)),
    series(
      "dormancy.longest-term", Phrase("歇业最长期限", en: "longest term"), in: shenzhen,
      from: localStart, .period(2, .years, rollsOver: false), localRule),
    series(
      "dormancy.cumulative-term", Phrase("累计歇业期限", en: "cumulative term"),
      .period(3, .years, rollsOver: false), rules(42, 3)),
    series(
      "dormancy.extension-window", Phrase("延期办理时间（届满前）", en: "extension: before the end"),
      .period(30, .days, rollsOver: false), rules(41, 3)),
    series(
      "dormancy.publish-end", Phrase("公示终止歇业", en: "publishing the end"),
      .period(30, .days, rollsOver: true), rules(42, 1)),
    series(
      "dormancy.register-changes", Phrase("恢复后办理变更登记", en: "changes to register on resuming"),
      .period(30, .days, rollsOver: true), regulation(24)),
    series(
      "dormancy.end-after-term", Phrase("期满后办理终止", en: "ending after the term"), in: shenzhen,
      from: localStart, .period(30, .days, rollsOver: true), localRule),
    series(
      "dormancy.revocable-after", Phrase("逾期可吊销执照", en: "overdue until revocation"), in: shenzhen,
      from: localStart, .period(6, .months, rollsOver: true), localRule),
    series(
      "dormancy.least-age", Phrase("最低成立月数", en: "least age in months"), in: shenzhen,
      from: localStart, .count(12), localRule),
  ]

  // MARK: Periods

  private static func national(_ id: RuleID, _ name: Phrase, _ citation: Citation) -> Rule {
    Rule(id, name, citation, from: start, .period(ParameterID(id.text)))
  }
  private static func zone(
    _ id: RuleID, _ name: Phrase, to end: CivilDate? = nil
  ) -> Rule {
    Rule(
      id, name, localRule, from: localStart, to: end, in: shenzhen, .period(ParameterID(id.text)))
  }

  static let periods: [Rule] = [
    zone("dormancy.longest-term", Phrase("歇业最长期限", en: "Longest term"), to: start),
    national("dormancy.longest-term", Phrase("歇业最长期限", en: "Longest term"), regulation(30, 4)),
    national("dormancy.cumulative-term", Phrase("累计歇业期限", en: "Cumulative term"), rules(42, 3)),
    national("dormancy.extension-window", Phrase("延期办理时间", en: "When to extend"), rules(41, 3)),
    national("dormancy.publish-end", Phrase("公示终止歇业", en: "Publishing the end"), rules(42, 1)),
    national(
      "dormancy.register-changes", Phrase("恢复后办理变更登记", en: "Changes to register"), rules(42, 2)),
    zone("dormancy.end-after-term", Phrase("期满后办理终止", en: "Ending after the term")),
    zone("dormancy.revocable-after", Phrase("逾期可吊销执照", en: "Overdue until revocation")),
  ]

  // MARK: Activity

  private static func event(
    _ code: String, _ name: Phrase, from: CivilDate = start
  ) -> Rule {
    Rule(
      RuleID("dormancy.activity.\(code)"), name, rules(42, 1), from: from,
      exceptionOf: "dormancy.activity", when: .equals("dormancy.event", code),
      .choice("resumed", Phrase("视为恢复营业", en: "deemed resumed")))
  }

  // Keeping staff insured and filing returns without income are duties that go on; they are no
  // business. Which events are business the articles leave open: this list is the project's reading.
  static let activity: [Rule] = [
    Rule(
      "dormancy.activity", Phrase("歇业期间的活动", en: "Activity while dormant"), rules(42, 1),
      from: start, .choice("dormant", Phrase("不影响歇业", en: "still dormant"))),
    event("invoice", Phrase("开具发票", en: "An invoice was issued")),
    event("social-insurance", Phrase("新增参保人员", en: "New staff were insured")),
    event("licence-use", Phrase("使用行政许可", en: "A licence was used")),
    event("bid", Phrase("参加投标", en: "A bid was made")),
  ]

  // MARK: Tax

  private static func choice(_ code: String, _ zh: String, _ en: String) -> Answer {
    .choice(code, Phrase(zh, en: en))
  }

  static let tax: [Rule] = [
    Rule(
      "dormancy.tax-period", Phrase("预缴申报期限", en: "Prepayment period"), taxNotice, from: taxStart,
      choice("unchanged", "仍按原期限申报", "as before")),
    Rule(
      "dormancy.tax-period.quarterly",
      Phrase("按月预缴的可自下一季度起按季", en: "Monthly prepayment may become quarterly"), taxNotice,
      from: taxStart, exceptionOf: "dormancy.tax-period",
      when: .all([
        .holds("tax.prepays-monthly"), .not(.holds("tax.abnormal-household")),
        .any([.not(.holds("tax.has-branches")), .holds("tax.head-office-dormant")]),
      ]), choice("quarterly", "自下一季度起可按季预缴", "quarterly from the next quarter")),
  ]

  // MARK: Facts

  static let facts: [FactDeclaration] = [
    FactDeclaration(
      "dormancy.cause", Phrase("歇业事由", en: "cause of dormancy"),
      .choice([
        .init("natural-disaster", Phrase("自然灾害", en: "natural disaster")),
        .init("accident", Phrase("事故灾难", en: "accident")),
        .init("public-health", Phrase("公共卫生事件", en: "public-health event")),
        .init("social-security", Phrase("社会安全事件", en: "social-security event")),
        .init("economic-crisis", Phrase("经济危机等不可抗力", en: "economic crisis")),
        .init("other", Phrase("其他困难", en: "other trouble")),
        .init("none", Phrase("无", en: "none")),
      ]), meaning: Phrase("造成经营困难的原因", en: "what brought the difficulty")),
    stated(
      "dormancy.in-difficulty", Phrase("经营困难", en: "in difficulty"),
      Phrase("是否因此经营困难", en: "whether the business is in difficulty because of it")),
    stated(
      "dormancy.means-to-go-on", Phrase("意愿和能力", en: "intent and ability"),
      Phrase("是否仍有持续经营的意愿和能力", en: "whether it has intent and ability to go on")),
    stated(
      "dormancy.labour-settled", Phrase("劳动关系已协商", en: "staff consulted"),
      Phrase("是否已与职工依法协商劳动关系处理", en: "whether labour relations were settled with staff")),
    FactDeclaration(
      "dormancy.from", Phrase("歇业起始日", en: "first day"), .date,
      meaning: Phrase("计划开始歇业之日", en: "the day on which dormancy is to begin")),
    stated(
      "dormancy.address-replaces-domicile", Phrase("以送达地址代替住所", en: "address replaces domicile"),
      Phrase("是否以法律文书送达地址代替住所", en: "whether the address for service replaces the domicile")),
    stated(
      "dormancy.address-confirmed", Phrase("已提交确认书", en: "address confirmed"),
      Phrase("是否提交法律文书送达地址确认书", en: "whether the letter confirming the address is given")),
    FactDeclaration(
      "operator.age-months", Phrase("成立月数", en: "age in months"), .count,
      meaning: Phrase("自登记成立至申请日的整月数", en: "whole months since registration")),
    flag("operator.barred-by-law", "法律另有规定", "barred by law", silent: true),
    flag("operator.on-abnormal-list", "列入经营异常名录", "on the abnormal list"),
    flag("operator.on-dishonest-list", "列入严重违法失信名单", "on the dishonesty list"),
    flag("operator.locked", "登记信息锁定", "entry locked"),
    flag("operator.has-open-case", "被立案调查", "open case"),
    flag("operator.court-assistance", "法院协助执行", "court's request"),
    flag("operator.equity-pledged", "股权出质", "shares pledged"),
    flag("operator.listed", "上市公司", "listed company"),
    FactDeclaration(
      "dormancy.event", Phrase("歇业期间的事件", en: "event while dormant"),
      .choice([
        .init("invoice", Phrase("开具发票", en: "invoice issued")),
        .init("social-insurance", Phrase("新增参保人员", en: "new staff insured")),
        .init("licence-use", Phrase("使用行政许可", en: "licence used")),
        .init("bid", Phrase("参加投标", en: "bid made")),
        .init("contribution", Phrase("续缴原有职工社保", en: "staff kept insured")),
        .init("nil-return", Phrase("零申报", en: "return without income")),
        .init("annual-report", Phrase("报送年度报告", en: "annual report")),
      ]), meaning: Phrase("税务、社保、许可、采购系统报送的事件", en: "what another system reported")),
    flag("tax.prepays-monthly", "按月预缴所得税", "prepays monthly"),
    flag("tax.has-branches", "有分支机构", "has branches"),
    flag("tax.head-office-dormant", "总机构歇业", "head office dormant", silent: true),
    flag("tax.abnormal-household", "非正常户", "“abnormal” taxpayer", silent: true),
  ]

  private static func stated(_ id: FactID, _ name: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(id, name, .truth, meaning: meaning)
  }

  private static func flag(
    _ id: FactID, _ zh: String, _ en: String, silent: Bool = false
  ) -> FactDeclaration {
    FactDeclaration(
      id, Phrase(zh, en: en), .truth, meaning: Phrase("是否\(zh)", en: "whether: \(en)"),
      whenSilent: silent ? .truth(false) : nil)
  }
}
