import Commons
import LegalTime

/// Periods and bounds of tendering: the Bidding Law (招标投标法, edition of 2017-12-27), its Implementing
/// Regulations (edition of 2019-03-02) and the Government Procurement Law (edition of 2014-08-31). Every
/// article was compared with its text. What runs from one day to a later one moves a last day that is a day
/// off; what must be kept *before* a day is counted in whole days and moves nothing.
///
/// The red flags CN01–CN12 are judged by the same values: measure 16 hands them to the engine.
public enum ProcurementPeriods {
  /// All of it.
  public static let pack = RulePack(facts: [], parameters: parameters, rules: rules)

  /// The Bidding Law as amended on 2017-12-27 came into force the day after.
  static let lawStart = CivilDate(dayNumber: 17_528)
  /// The Regulations as amended on 2019-03-02.
  static let regulationsStart = CivilDate(dayNumber: 17_957)
  /// The Government Procurement Law as amended on 2014-08-31.
  static let procurementStart = CivilDate(dayNumber: 16_313)

  /// A place in the Bidding Law.
  public static func law(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation("招标投标法", edition: "2017-12-27", article: article, paragraph: paragraph)
  }
  /// A place in its Implementing Regulations.
  public static func regulations(
    _ article: Int, _ paragraph: Int? = nil, item: Int? = nil
  ) -> Citation {
    Citation(
      "招标投标法实施条例", edition: "2019-03-02", article: article, paragraph: paragraph, item: item)
  }
  /// A place in the Government Procurement Law.
  public static func procurement(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation("政府采购法", edition: "2014-08-31", article: article, paragraph: paragraph)
  }

  // MARK: Values

  private static func days(
    _ name: String, _ zh: String, _ en: String, _ amount: Int, unit: Period.Unit = .days,
    rollsOver: Bool = true, _ citation: Citation, from: CivilDate
  ) -> Parameter {
    Parameter(
      ParameterID("procurement.\(name)"), Phrase(zh, en: en),
      [.init(from: from, .period(amount, unit, rollsOver: rollsOver), citation)])
  }

  static let periods: [Parameter] = [
    days(
      "sale", "招标文件发售期（不得少于）", "documents on sale (at least)", 5, rollsOver: false,
      regulations(16, 1), from: regulationsStart),
    days(
      "preparation", "文件发出至投标截止（不得少于）", "from documents to the end of bidding (at least)", 20,
      rollsOver: false, law(24), from: lawStart),
    days(
      "clarification", "澄清或者修改提前（至少）", "clarification before the end of bidding (at least)", 15,
      rollsOver: false, law(23), from: lawStart),
    days(
      "documents-objection", "对招标文件异议提前", "objection to documents before the end of bidding", 10,
      rollsOver: false, regulations(22), from: regulationsStart),
    days(
      "objection-answer", "异议答复期限", "time to answer an objection", 3, regulations(22),
      from: regulationsStart),
    days(
      "candidates-within", "收到评标报告后公示期限", "candidates published after the report", 3,
      regulations(54, 1), from: regulationsStart),
    days(
      "candidates", "中标候选人公示期（不得少于）", "candidates published (at least)", 3, rollsOver: false,
      regulations(54, 1), from: regulationsStart),
    days(
      "contract", "订立书面合同期限", "time to sign the contract", 30, law(46, 1), from: lawStart),
    days(
      "deposit-return", "退还投标保证金期限", "time to return deposits", 5, regulations(57, 2),
      from: regulationsStart),
    days(
      "complaint", "投诉期限", "time to complain", 10, regulations(60, 1), from: regulationsStart),
    days(
      "complaint-acceptance", "投诉受理决定期限", "time to decide whether a complaint is taken up", 3,
      unit: .workingDays, regulations(61, 2), from: regulationsStart),
    days(
      "complaint-decision", "投诉处理决定期限", "time to decide on a complaint", 30, unit: .workingDays,
      regulations(61, 2), from: regulationsStart),
    days(
      "report", "招标投标情况书面报告期限", "written report to the supervisor", 15, law(47),
      from: lawStart),
    days(
      "query", "供应商质疑期限（政府采购）", "time to query (government procurement)", 7, unit: .workingDays,
      procurement(52), from: procurementStart),
    days(
      "query-answer", "质疑答复期限（政府采购）", "time to answer a query (government procurement)", 7,
      unit: .workingDays, procurement(53), from: procurementStart),
  ]

  private static func bound(
    _ name: String, _ zh: String, _ en: String, _ value: ParameterValue, _ citation: Citation,
    from: CivilDate = regulationsStart
  ) -> Parameter {
    Parameter(
      ParameterID("procurement.\(name)"), Phrase(zh, en: en),
      [.init(from: from, value, citation)])
  }

  private static func share(_ part: Int64, of whole: Int64) -> ParameterValue {
    .share(Rational(part, over: whole) ?? Rational(0))
  }

  static let bounds: [Parameter] = [
    bound(
      "bid-bond", "投标保证金上限（估算价的）", "bid deposit at most (of the estimate)",
      share(2, of: 100), regulations(26, 1)),
    bound(
      "performance-bond", "履约保证金上限（合同金额的）", "performance bond at most (of the contract)",
      share(10, of: 100), regulations(58)),
    bound(
      "least-bidders", "投标人最少家数", "fewest bidders", .count(3), law(28, 1), from: lawStart),
    bound(
      "least-invited", "邀请招标最少家数", "fewest that are invited", .count(3), law(17, 1),
      from: lawStart),
    bound(
      "least-evaluators", "评标委员会最少人数", "fewest members of the committee", .count(5), law(37, 2),
      from: lawStart),
    bound(
      "expert-share", "评标委员会专家最小比例", "least share of experts", share(2, of: 3),
      law(37, 2), from: lawStart),
  ]

  /// All values, each a parameter with its article.
  public static let parameters: [Parameter] = periods + bounds

  /// A rule for each, named like the parameter.
  static let rules: [Rule] = parameters.flatMap { parameter in
    parameter.series.map { value in
      Rule(
        RuleID(parameter.id.text), parameter.name, value.citation, from: value.span.from,
        to: value.span.to,
        periods.contains { $0.id == parameter.id }
          ? .period(parameter.id) : .value(.parameter(parameter.id)))
    }
  }
}
