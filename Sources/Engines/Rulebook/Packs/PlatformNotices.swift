import Commons
import LegalTime

/// Notices to platforms: arts 42–45 of the E-Commerce Law, compared with their text, and the Supreme
/// Court's reply of 2020 on them, known from secondary sources alone.
///
/// The fifteen days of art. 43(2) are counted without moving a last day that is a day off: they are how
/// long a platform waits for a third party's word, and the published decision table counts them so.
/// Art. 203 of the Civil Code would move it; pages show that day as well.
public enum PlatformNotices {
  /// All of it.
  public static let pack = RulePack(facts: facts, parameters: parameters, rules: rules)

  /// The day on which the E-Commerce Law came into force (art. 89).
  static let start = CivilDate(dayNumber: 17_897)
  /// The day on which the reply came into force.
  static let replyStart = CivilDate(dayNumber: 18_519)

  static func law(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation("电子商务法", edition: "2018-08-31", article: article, paragraph: paragraph)
  }
  static func reply(_ article: Int) -> Citation {
    Citation(
      "最高人民法院关于涉网络知识产权侵权纠纷几个法律适用问题的批复", edition: "法释〔2020〕9号", article: article, verified: false)
  }

  static let parameters: [Parameter] = [
    Parameter(
      "takedown.wait", Phrase("声明到达后的等待期", en: "time to wait after a statement arrived"),
      [.init(from: start, .period(15, .days, rollsOver: false), law(43, 2))]),
    Parameter(
      "takedown.wait-days", Phrase("声明到达后的等待日数", en: "days to wait after a statement arrived"),
      [.init(from: start, .count(15), law(43, 2))]),
    Parameter(
      "takedown.notarisation", Phrase("办理公证、认证最长期限", en: "longest time for notarisation"),
      [.init(from: replyStart, .period(20, .workingDays, rollsOver: false), reply(3))]),
  ]

  /// What a platform does once the time to wait is over: codes as in the published decision table.
  private static let ends = Answer.choice(
    "terminate_measures", Phrase("及时终止所采取的措施", en: "end the measures"))
  private static let keeps = Answer.choice(
    "keep_measures", Phrase("维持所采取的措施", en: "keep the measures"))

  static let rules: [Rule] = [
    Rule(
      "takedown.wait", Phrase("等待投诉或者起诉", en: "Waiting for a complaint or a suit"), law(43, 2),
      from: start, .period("takedown.wait")),
    Rule(
      "takedown.notarisation", Phrase("公证、认证期限", en: "Time for notarisation"), reply(3),
      from: replyStart, .period("takedown.notarisation")),
    Rule(
      "takedown.measures", Phrase("等待期届满后的措施", en: "Measures after the wait"), law(43, 2),
      from: start,
      ends),
    Rule(
      "takedown.measures.kept", Phrase("期内已经投诉或者起诉", en: "A complaint or suit in time"), law(43, 2),
      from: start, exceptionOf: "takedown.measures",
      when: .all([
        .any([.equals("takedown.answer", "complaint"), .equals("takedown.answer", "suit")]),
        .compare(
          .fact("takedown.days"), .atMost, .parameter("takedown.wait-days")),
      ]), keeps),
  ]

  static let facts: [FactDeclaration] = [
    FactDeclaration(
      "takedown.answer", Phrase("权利人的行动", en: "what the right holder did"),
      .choice([
        .init("none", Phrase("未投诉也未起诉", en: "neither complained nor sued")),
        .init("complaint", Phrase("已经投诉", en: "complained")),
        .init("suit", Phrase("已经起诉", en: "sued")),
      ]), meaning: Phrase("平台收到的权利人通知", en: "of what the right holder told the platform")),
    FactDeclaration(
      "takedown.days", Phrase("声明到达后的日数", en: "days since the statement arrived"), .count,
      meaning: Phrase(
        "自声明到达权利人之日的次日起，至平台收到其投诉或者起诉通知之日",
        en: "from the day after it arrived to the day of the right holder's word"),
      whenSilent: .count(0)),
  ]
}
