import Commons
import LegalTime

/// How requests to the 12345 hotline are handled, by the ordinances of the cities that have one:
/// 北京市接诉即办工作条例 (in force since its publication on 2021-09-24, art. 38),
/// 潍坊市12345政务服务便民热线条例 (since 2021-12-15, art. 41) and 济南市12345市民服务热线条例
/// (since 2018-09-01, art. 44). Every article was compared with the official text. Where an ordinance
/// sets no number, a city's own parameters do.
public enum HotlineRules {
  /// All of it.
  public static let pack = RulePack(facts: facts, parameters: periods, rules: rules)

  /// One ordinance: where and since when it holds.
  struct Ordinance {
    let title: String
    let edition: String
    let place: Territory
    let start: CivilDate

    func law(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Citation {
      Citation(title, edition: edition, article: article, paragraph: paragraph, item: item)
    }

    func rule(
      _ name: String, _ title: Phrase, _ citation: Citation, of general: RuleID? = nil,
      when condition: Condition = .always, _ answer: Answer
    ) -> Rule {
      Rule(
        RuleID("hotline.\(name)"), title, citation, from: start, in: place, exceptionOf: general,
        when: condition, answer)
    }
  }

  static let beijing = Ordinance(
    title: "北京市接诉即办工作条例", edition: "2021-09-24", place: "11",
    start: CivilDate(dayNumber: 18_894))
  static let weifang = Ordinance(
    title: "潍坊市12345政务服务便民热线条例", edition: "2021-12-03", place: "3707",
    start: CivilDate(dayNumber: 18_976))
  static let jinan = Ordinance(
    title: "济南市12345市民服务热线条例", edition: "2018-07-27", place: "3701",
    start: CivilDate(dayNumber: 17_775))

  // MARK: Facts

  static let facts: [FactDeclaration] = [
    no(
      "hotline.answerable", Phrase("能够即时答复", en: "can be answered at once"),
      Phrase("诉求是否能够即时答复或者处理", en: "whether the request can be answered or dealt with at once")),
    FactDeclaration(
      "hotline.ground", Phrase("不派单的情形", en: "ground not to dispatch"), .choice(grounds),
      meaning: Phrase(
        "条例所列不派单或者不予受理的情形", en: "a ground on which the ordinance has it not dispatched"),
      whenSilent: .choice("none")),
    no(
      "hotline.has-statutory-period", Phrase("另有更长的法定时限", en: "a longer period is set by law"),
      Phrase(
        "法律法规等规定的办理时限是否超过五个工作日", en: "whether the law sets a longer period for the matter")),
    FactDeclaration(
      "hotline.statutory-days", Phrase("法定时限（工作日）", en: "statutory working days"), .count,
      meaning: Phrase("法律法规等规定的办理时限，以工作日计", en: "the period that the law sets, in working days")),
    no(
      "hotline.is-appointed", Phrase("经研究确定或者指定", en: "determined or appointed"),
      Phrase("承办单位是否经研究确定或者直接指定", en: "whether the unit was determined or appointed")),
    FactDeclaration(
      "hotline.is-satisfied", Phrase("来电人满意", en: "the caller is satisfied"), .truth,
      meaning: Phrase("回访时来电人是否满意且无应办未办", en: "whether the caller, called back, is satisfied")),
    no(
      "hotline.is-overdue", Phrase("逾期未办理", en: "not handled in time"),
      Phrase("承办单位是否逾期未办理", en: "whether the unit did not handle it in time")),
  ]

  private static let grounds: [FactType.Choice] = [
    .init("none", Phrase("无", en: "none")),
    .init("emergency", Phrase("紧急事项", en: "an emergency")),
    .init("procedure", Phrase("应当或者已经通过法定途径", en: "a legal procedure is open or under way")),
    .init("same", Phrase("同一诉求，无新情况", en: "the same matter without anything new")),
    .init("secret", Phrase("国家秘密、商业秘密、个人隐私", en: "secrets or privacy")),
    .init("remit", Phrase("超出承办单位职责", en: "outside the units' remit")),
    .init("unlawful", Phrase("违反法律法规、公序良俗", en: "against law or morals")),
  ]

  private static func no(_ id: FactID, _ name: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(id, name, .truth, meaning: meaning, whenSilent: .truth(false))
  }

  // MARK: Periods

  private static func handling(_ ordinance: Ordinance, _ citation: Citation) -> Parameter {
    Parameter(
      "hotline.handle", Phrase("办理时限", en: "time to handle"), in: ordinance.place,
      [.init(from: ordinance.start, .period(5, .workingDays, rollsOver: true), citation)])
  }

  static let periods: [Parameter] = [
    handling(jinan, jinan.law(24, 1)), handling(weifang, weifang.law(20, 1, item: 1)),
  ]

  private static func handle(
    _ ordinance: Ordinance, _ citation: Citation, longer: Citation
  ) -> [Rule] {
    [
      ordinance.rule(
        "handle", Phrase("办理时限", en: "Time to handle"), citation, .period("hotline.handle")),
      ordinance.rule(
        "handle.statutory", Phrase("法定时限更长的从其规定", en: "A longer statutory period holds"), longer,
        of: "hotline.handle", when: .holds("hotline.has-statutory-period"),
        .designated("hotline.statutory-days", .workingDays)),
    ]
  }

  static let rules: [Rule] =
    handle(jinan, jinan.law(24, 1), longer: jinan.law(24, 1, item: 2))
    + handle(weifang, weifang.law(20, 1, item: 1), longer: weifang.law(20, 1, item: 2))
    + [
      beijing.rule(
        "handle-set-by", Phrase("办理时限由谁确定", en: "Who sets the time to handle"),
        beijing.law(13, 2),
        .choice("department", Phrase("市政务服务部门会同有关部门", en: "the city's department"))),
      jinan.rule(
        "handle-set-by", Phrase("办理时限由谁确定", en: "Who sets the time to handle"), jinan.law(24, 1),
        .choice("ordinance", Phrase("条例", en: "the ordinance"))),
      weifang.rule(
        "handle-set-by", Phrase("办理时限由谁确定", en: "Who sets the time to handle"),
        weifang.law(20, 1, item: 1), .choice("ordinance", Phrase("条例", en: "the ordinance"))),
    ] + intake + later
}
