import Commons
import LegalTime

/// Periods of civil procedure that a litigant meets (民事诉讼法, amended 2023-09-01, in force since
/// 2024-01-01; 最高人民法院关于民事诉讼证据的若干规定, in force since 2020-05-01). Articles of that
/// edition were compared with the official text. The edition of 2021-12-24 numbers the chapters
/// after article 193 differently; its text was not at hand, so its citations are unverified.
public enum CivilProcedurePeriods {
  /// All of it.
  public static let pack = RulePack(
    facts: facts, parameters: table.map(\.parameter) + evidenceNumbers,
    rules: table.map(\.rule) + table.compactMap(\.earlierRule) + evidence + inTime)

  /// The first day of the amendment of 2023.
  static let start = CivilDate(dayNumber: 19_723)
  /// The first day of the amendment of 2021.
  static let earlierStart = CivilDate(dayNumber: 18_993)
  /// The first day of the provisions on evidence (art. 100).
  static let evidenceStart = CivilDate(dayNumber: 18_383)

  static func law(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Citation {
    Citation(
      "民事诉讼法", edition: "2023-09-01", article: article, paragraph: paragraph, item: item)
  }

  static func earlierLaw(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation(
      "民事诉讼法", edition: "2021-12-24", article: article, paragraph: paragraph, verified: false)
  }

  // MARK: Facts

  static let facts: [FactDeclaration] = [
    no(
      "procedure.abroad", Phrase("当事人在境内没有住所", en: "party without domicile in China"),
      Phrase(
        "期间所属的当事人在中华人民共和国领域内是否没有住所",
        en: "whether the party whose period it is has no domicile within China")),
    no(
      "procedure.foreign-related", Phrase("涉外案件", en: "foreign-related case"),
      Phrase("是否为涉外民事案件", en: "whether the case is foreign-related")),
    FactDeclaration(
      "period.days", Phrase("指定的天数", en: "days designated"), .count,
      meaning: Phrase("有权者指定或者另有规定的天数", en: "the days that were designated or set elsewhere")),
    FactDeclaration(
      "procedure.kind", Phrase("适用的程序", en: "procedure"), .choice(kinds),
      meaning: Phrase("案件适用的审判程序", en: "the procedure by which the case is tried")),
    date(
      "procedure.last-day", Phrase("期间届满日", en: "last day of the period"),
      Phrase("期间的最后一日", en: "the last day of the period")),
    date(
      "procedure.received", Phrase("法院收到日", en: "day of receipt"),
      Phrase("人民法院收到文书之日", en: "the day on which the court received the paper")),
    FactDeclaration(
      "procedure.is-posted", Phrase("交邮", en: "sent by post"), .truth,
      meaning: Phrase("文书是否交邮", en: "whether the paper was sent by post"),
      whenSilent: .truth(false)),
    date(
      "procedure.posted", Phrase("交邮日", en: "day of posting"),
      Phrase("文书交邮之日", en: "the day on which the paper was handed to the post")),
  ]

  private static let kinds: [FactType.Choice] = [
    .init("ordinary", Phrase("第一审普通程序", en: "ordinary procedure, first instance")),
    .init("simplified", Phrase("简易程序", en: "simplified procedure")),
    .init("small-claims", Phrase("小额诉讼", en: "small claims")),
    .init("second-instance", Phrase("第二审（有新证据）", en: "second instance, new evidence")),
  ]

  private static func no(_ id: FactID, _ name: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(id, name, .truth, meaning: meaning, whenSilent: .truth(false))
  }

  private static func date(_ id: FactID, _ name: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(id, name, .date, meaning: meaning)
  }

  // MARK: Designated periods

  private static func evidenceLaw(_ paragraph: Int) -> Citation {
    Citation(
      "最高人民法院关于民事诉讼证据的若干规定", edition: "2019-12-25", article: 51,
      paragraph: paragraph)
  }

  private static func days(_ name: String, _ title: Phrase, _ days: Int64) -> Parameter {
    Parameter(
      ParameterID("civil-procedure.evidence.\(name)"), title,
      [.init(from: evidenceStart, .count(days), evidenceLaw(2))])
  }

  static let evidenceNumbers: [Parameter] = [
    days("ordinary.least", Phrase("举证期限：普通程序最短", en: "evidence: ordinary, least"), 15),
    days("second-instance.least", Phrase("举证期限：二审最短", en: "evidence: second instance, least"), 10),
    days("simplified.most", Phrase("举证期限：简易程序最长", en: "evidence: simplified, most"), 15),
    days("small-claims.most", Phrase("举证期限：小额诉讼一般最长", en: "evidence: small claims, most"), 7),
  ]

  private static func bound(
    _ kind: String, _ comparison: Condition.Comparison, _ name: String
  ) -> Condition {
    .all([
      .equals("procedure.kind", kind),
      .compare(
        .fact("period.days"), comparison,
        .parameter(ParameterID("civil-procedure.evidence.\(kind).\(name)"))),
    ])
  }

  static let evidence: [Rule] = [
    Rule(
      "civil-procedure.evidence", Phrase("举证期限（法院指定）", en: "Time for evidence, by the court"),
      evidenceLaw(2), from: evidenceStart,
      when: .any([
        bound("ordinary", .atLeast, "least"), bound("second-instance", .atLeast, "least"),
        bound("simplified", .atMost, "most"), bound("small-claims", .atMost, "most"),
      ]), .designated("period.days", .days), counting: .civilProcedure),
    designated(law(85, 1), from: start),
    designated(earlierLaw(85, 1), from: earlierStart, to: start),
  ]

  private static func designated(
    _ citation: Citation, from: CivilDate, to: CivilDate? = nil
  ) -> Rule {
    Rule(
      "civil-procedure.designated", Phrase("人民法院指定的期间", en: "Period that the court designates"),
      citation, from: from, to: to, .designated("period.days", .days), counting: .civilProcedure)
  }

  // MARK: In time

  /// A paper is in time if the court has it by the last day, or if it was posted by then: time on
  /// the way does not count.
  static let inTime: [Rule] = [
    Rule(
      "civil-procedure.in-time", Phrase("文书在期间内提交", en: "Paper handed in within the period"),
      law(85, 3), from: start, .truth(false)),
    Rule(
      "civil-procedure.in-time.received", Phrase("期满前收到", en: "Received by the last day"),
      law(85, 3), from: start, exceptionOf: "civil-procedure.in-time",
      when: .all([
        .not(.holds("procedure.is-posted")),
        .compare(.fact("procedure.received"), .atMost, .fact("procedure.last-day")),
      ]), .truth(true)),
    Rule(
      "civil-procedure.in-time.posted", Phrase("期满前交邮的不算过期", en: "Posted by the last day"),
      law(85, 4), from: start, exceptionOf: "civil-procedure.in-time",
      when: .all([
        .holds("procedure.is-posted"),
        .compare(.fact("procedure.posted"), .atMost, .fact("procedure.last-day")),
      ]), .truth(true)),
  ]
}
