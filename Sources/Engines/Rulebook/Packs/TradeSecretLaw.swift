import Commons
import LegalTime

/// What an infringement of a trade secret costs, and when it is a crime. The Anti-Unfair-Competition Law
/// in its edition of 2019 and the Supreme People's Court's provisions of 2020 were compared with their
/// texts. The criminal interpretations and the edition of 2025 are known from secondary sources alone,
/// and every citation of them says so.
public enum TradeSecretLaw {
  /// All of it.
  public static let pack = RulePack(
    facts: facts, parameters: amounts, rules: loss + criminal + civil + fines)

  /// 反不正当竞争法 as amended on 2019-04-23 came into force that day.
  static let competitionStart = CivilDate(dayNumber: 18_009)
  /// 法释〔2020〕10号 came into force.
  static let thirdStart = CivilDate(dayNumber: 18_519)
  /// 法释〔2025〕5号 came into force.
  static let jointStart = CivilDate(dayNumber: 20_204)
  /// 反不正当竞争法 as revised in 2025 came into force.
  static let revisedStart = CivilDate(dayNumber: 20_376)

  // MARK: Sources

  static func competition(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation(
      "反不正当竞争法", edition: "2019-04-23修正", article: article, paragraph: paragraph)
  }
  static let revised = Citation("反不正当竞争法", edition: "2025年修订", verified: false)
  static func third(_ article: Int) -> Citation {
    Citation(
      "关于办理侵犯知识产权刑事案件具体应用法律若干问题的解释（三）", edition: "法释〔2020〕10号",
      article: article, verified: false)
  }
  static func joint(_ article: Int? = nil) -> Citation {
    Citation(
      "关于办理侵犯知识产权刑事案件适用法律若干问题的解释", edition: "法释〔2025〕5号", article: article,
      verified: false)
  }

  // MARK: Loss

  private static func lossRule(
    _ citation: Citation, from: CivilDate, to: CivilDate? = nil
  ) -> Rule {
    let sales = Formula.fact("trade-secret.lost-sales")
    let licence = Formula.fact("trade-secret.licence-fee")
    return Rule(
      "trade-secret.loss", Phrase("损失数额", en: "Amount of the loss"), citation, from: from, to: to,
      .value(
        .sum(
          .select(
            "trade-secret.conduct",
            [
              .init("acquired", licence), .init("acquired-used", .greater(sales, licence)),
              .init("breach", sales), .init("made-public", .fact("trade-secret.value")),
            ]), .fact("trade-secret.remedy-cost"))), rounding: .assumed(.halfUp))
  }

  static let loss: [Rule] = [
    lossRule(third(5), from: thirdStart, to: jointStart), lossRule(joint(), from: jointStart),
  ]

  // MARK: Crime

  private static func atLeast(_ parameter: ParameterID) -> Condition {
    .any([
      .compare(.fact("trade-secret.loss-amount"), .atLeast, .parameter(parameter)),
      .compare(.fact("trade-secret.illegal-income"), .atLeast, .parameter(parameter)),
    ])
  }

  private static let graver: Condition = .any([
    .holds("trade-secret.ruined"), atLeast("trade-secret.criminal.very-serious"),
  ])
  private static let again: Condition = .all([
    .holds("trade-secret.repeated"), atLeast("trade-secret.criminal.repeated"),
  ])

  private static func crime(
    _ citation: Citation, from: CivilDate, to: CivilDate? = nil, serious: Condition,
    very: Condition
  ) -> [Rule] {
    [
      Rule(
        "trade-secret.criminal", Phrase("刑事门槛", en: "Criminal threshold"), citation, from: from,
        to: to, .choice("below", Phrase("未达到门槛", en: "below the threshold"))),
      Rule(
        "trade-secret.criminal.grave", Phrase("达到刑事门槛", en: "The threshold is reached"),
        citation, from: from, to: to, exceptionOf: "trade-secret.criminal",
        when: .all([serious, .not(very)]),
        .choice("serious", Phrase("达到（情节严重）", en: "reached (serious)"))),
      Rule(
        "trade-secret.criminal.graver", Phrase("达到加重门槛", en: "The higher threshold is reached"),
        citation, from: from, to: to, exceptionOf: "trade-secret.criminal", when: very,
        .choice("very-serious", Phrase("达到（情节特别严重）", en: "reached (very serious)"))),
    ]
  }

  static let criminal: [Rule] =
    crime(
      third(4), from: thirdStart, to: jointStart,
      serious: .any([.holds("trade-secret.ruined"), atLeast("trade-secret.criminal.serious")]),
      very: atLeast("trade-secret.criminal.very-serious"))
    + crime(
      joint(17), from: jointStart,
      serious: .any([atLeast("trade-secret.criminal.serious"), again]), very: graver)

  // MARK: Damages and fines

  private static let court = Phrase("人民法院", en: "the court")
  private static let agency = Phrase("监督检查部门", en: "the inspecting agency")

  private static func damages(
    _ base: Citation, cap: Citation, from: CivilDate, to: CivilDate? = nil
  ) -> [Rule] {
    let amount = Formula.fact("trade-secret.loss-amount")
    let costs = Formula.fact("trade-secret.enforcement-cost")
    return [
      Rule(
        "trade-secret.damages", Phrase("民事赔偿", en: "Damages"), base, from: from, to: to,
        .value(.sum(amount, costs)), rounding: .assumed(.halfUp)),
      Rule(
        "trade-secret.damages.statutory",
        Phrase("损失和获利难以确定的法定赔偿", en: "Statutory damages: neither loss nor gain can be found"),
        cap, from: from, to: to, exceptionOf: "trade-secret.damages",
        when: .not(.holds("trade-secret.amount-known")),
        .value(.between(.nothing(.cny), .parameter("trade-secret.damages.cap"))),
        decidedBy: court),
      Rule(
        "trade-secret.damages.punitive",
        Phrase("恶意侵权且情节严重的惩罚性赔偿", en: "Punitive damages: malice and grave circumstances"), base,
        from: from, to: to, exceptionOf: "trade-secret.damages",
        when: .all([.holds("trade-secret.amount-known"), .holds("trade-secret.malicious")]),
        .value(
          .between(
            .sum(.product(amount, .parameter("trade-secret.damages.least")), costs),
            .sum(.product(amount, .parameter("trade-secret.damages.most")), costs))),
        decidedBy: court),
    ]
  }

  static let civil: [Rule] =
    damages(
      competition(17, 3), cap: competition(17, 4), from: competitionStart, to: revisedStart)
    + damages(revised, cap: revised, from: revisedStart)

  private static func fine(_ citation: Citation, from: CivilDate, to: CivilDate? = nil) -> [Rule] {
    func range(_ name: String) -> Answer {
      .value(
        .between(
          .parameter(ParameterID("trade-secret.fine.\(name)-low")),
          .parameter(ParameterID("trade-secret.fine.\(name)-high"))))
    }
    return [
      Rule(
        "trade-secret.fine", Phrase("行政罚款", en: "Administrative fine"), citation, from: from,
        to: to, range("usual"), rounding: .assumed(.halfUp), decidedBy: agency),
      Rule(
        "trade-secret.fine.grave", Phrase("情节严重的罚款", en: "Fine in grave circumstances"), citation,
        from: from, to: to, exceptionOf: "trade-secret.fine", when: .holds("trade-secret.grave"),
        range("grave"), decidedBy: agency),
    ]
  }

  static let fines: [Rule] =
    fine(competition(21), from: competitionStart, to: revisedStart)
    + fine(revised, from: revisedStart)
}
