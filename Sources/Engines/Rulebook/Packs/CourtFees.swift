import Commons
import LegalTime

/// Court fees by the Measures for the Payment of Litigation Costs (诉讼费用交纳办法, State Council
/// Order 481 of 2006-12-19, in force since 2007-04-01). Every article was compared with the
/// official text, unless its citation says that it is unverified.
public enum CourtFees {
  /// All of it.
  public static let pack = RulePack(
    facts: facts, parameters: amounts + scales + shares + periods,
    rules: acceptance + nonProperty + reductions + applications + maritime + relief + deadlines)

  /// The day on which it came into force (art. 56).
  static let start = CivilDate(dayNumber: 13_604)

  static func law(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Citation {
    Citation(
      "诉讼费用交纳办法", edition: "2006-12-19 国务院令第481号", article: article, paragraph: paragraph,
      item: item)
  }

  /// The law sets fees in yuan and rates; how a part of a fen is treated it does not say.
  static let rounding = RoundingStep.assumed(.halfUp)
  static let court = Phrase("由人民法院在幅度内决定", en: "the court decides within the range")

  // MARK: Facts

  static let facts: [FactDeclaration] = [
    FactDeclaration(
      "claim.amount", Phrase("诉讼请求金额", en: "amount claimed"), .money(.cny),
      meaning: Phrase(
        "诉讼请求的金额或者价额；上诉、再审为不服部分的数额",
        en: "the sum or value claimed; on appeal or retrial, the part that is contested")),
    FactDeclaration(
      "case.kind", Phrase("案件类型", en: "kind of case"), .choice(kinds),
      meaning: Phrase("第十三条所分的案件类型", en: "the kind of case as article 13 divides them")),
    yesOrNo(
      "claim.has-amount", Phrase("有争议金额", en: "a sum is in dispute"),
      Phrase("争议是否有金额或者价额", en: "whether a sum or value is in dispute")),
    sum(
      "divorce.property", Phrase("分割财产总额", en: "property to be divided"),
      Phrase("离婚案件中分割财产的总额", en: "total property to be divided in a divorce")),
    sum(
      "damages.amount", Phrase("损害赔偿金额", en: "damages claimed"),
      Phrase("人格权案件请求的赔偿金额", en: "damages claimed for a right of personality")),
    no(
      "administrative.special", Phrase("商标、专利、海事行政案件", en: "trade mark, patent or maritime"),
      Phrase("行政案件是否属于商标、专利、海事", en: "whether the administrative case is one of these")),
    no(
      "objection.upheld", Phrase("管辖权异议成立", en: "objection upheld"),
      Phrase("管辖权异议是否成立", en: "whether the objection to jurisdiction is upheld")),
    no(
      "case.settled", Phrase("调解结案或者撤诉", en: "mediated or withdrawn"),
      Phrase("是否以调解结案或者申请撤诉", en: "whether it ends by mediation or withdrawal")),
    no(
      "case.simplified", Phrase("适用简易程序", en: "simplified procedure"),
      Phrase("是否适用简易程序审理", en: "whether it is tried by simplified procedure")),
    no(
      "case.joined", Phrase("合并审理的反诉或第三人请求", en: "counterclaim or third-party claim joined"),
      Phrase("是否为法院决定合并审理的反诉或第三人请求", en: "whether the court joined it to the case")),
    FactDeclaration(
      "case.exemption", Phrase("不交纳案件受理费的情形", en: "ground on which no fee is due"),
      .choice(exemptions),
      meaning: Phrase("第八条、第九条、第十四条的情形", en: "a ground of articles 8, 9 or 14"),
      whenSilent: .choice("none")),
    sum(
      "execution.amount", Phrase("执行金额", en: "amount to be enforced"),
      Phrase("申请执行的金额或者价额", en: "the sum or value to be enforced"), silent: false),
    sum(
      "preservation.amount", Phrase("保全财产数额", en: "property to be preserved"),
      Phrase("实际保全的财产数额，不涉及财产为零", en: "property actually preserved; 0 if none")),
    sum(
      "bankruptcy.assets", Phrase("破产财产总额", en: "assets in bankruptcy"),
      Phrase("破产财产的总额", en: "total of the bankruptcy estate"), silent: false),
    FactDeclaration(
      "relief", Phrase("司法救助", en: "judicial relief"),
      .choice([
        .init("none", Phrase("无", en: "none")), .init("exempted", Phrase("免交", en: "exempted")),
        .init("reduced", Phrase("减交", en: "reduced")),
      ]), meaning: Phrase("法院准予的救助", en: "the relief that the court granted"),
      whenSilent: .choice("none")),
    FactDeclaration(
      "payer.is-natural-person", Phrase("交费人为自然人", en: "the payer is a natural person"), .truth,
      meaning: Phrase("申请免交的是否为自然人", en: "whether a natural person asks for exemption")),
  ]

  private static let kinds: [FactType.Choice] = [
    .init("property", Phrase("财产案件", en: "property")),
    .init("divorce", Phrase("离婚案件", en: "divorce")),
    .init("personality", Phrase("人格权案件", en: "rights of personality")),
    .init("non-property", Phrase("其他非财产案件", en: "other than property")),
    .init("intellectual-property", Phrase("知识产权民事案件", en: "intellectual property")),
    .init("labour", Phrase("劳动争议案件", en: "labour dispute")),
    .init("administrative", Phrase("行政案件", en: "administrative")),
  ]

  private static let exemptions: [FactType.Choice] = [
    .init("none", Phrase("无", en: "none")),
    .init("special-procedure", Phrase("特别程序", en: "special procedure")),
    .init("dismissed", Phrase("裁定不予受理、驳回起诉、驳回上诉", en: "not accepted or dismissed by ruling")),
    .init("ruling-appealed", Phrase("对程序性裁定上诉", en: "appeal against such a ruling")),
    .init("administrative-compensation", Phrase("行政赔偿", en: "administrative compensation")),
    .init("retrial", Phrase("审判监督程序（除外情形以外）", en: "retrial, outside the two exceptions")),
    .init("unregistered", Phrase("未参加登记的权利人起诉", en: "suit by an unregistered right holder")),
  ]

  private static func yesOrNo(_ id: FactID, _ name: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(id, name, .truth, meaning: meaning)
  }

  private static func no(_ id: FactID, _ name: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(id, name, .truth, meaning: meaning, whenSilent: .truth(false))
  }

  private static func sum(
    _ id: FactID, _ name: Phrase, _ meaning: Phrase, silent: Bool = true
  ) -> FactDeclaration {
    FactDeclaration(
      id, name, .money(.cny), meaning: meaning, whenSilent: silent ? .money(.fen(0)) : nil)
  }

  // MARK: Acceptance fee

  static func general(
    _ id: RuleID, _ name: Phrase, _ citation: Citation, _ formula: Formula
  ) -> Rule {
    Rule(
      id, name, citation, from: start, .value(formula), rounding: rounding, decidedBy: court)
  }

  static func exception(
    _ id: RuleID, _ name: Phrase, _ citation: Citation, of: RuleID, when condition: Condition,
    _ formula: Formula
  ) -> Rule {
    Rule(
      id, name, citation, from: start, exceptionOf: of, when: condition, .value(formula),
      decidedBy: court)
  }

  static func range(_ name: String) -> Formula {
    .between(
      .parameter(ParameterID("court-fee.\(name).low")),
      .parameter(ParameterID("court-fee.\(name).high")))
  }

  static let acceptance: [Rule] = [
    general(
      "court-fee.property", Phrase("财产案件受理费", en: "Fee of a property case"), law(13, 1, item: 1),
      .scale("court-fee.property.scale", of: .fact("claim.amount"))),
    general(
      "court-fee.full", Phrase("案件受理费全额", en: "Acceptance fee in full"), law(13, 1),
      .select(
        "case.kind",
        [
          .init("property", .rule("court-fee.property")),
          .init("divorce", .rule("court-fee.divorce")),
          .init("personality", .rule("court-fee.personality")),
          .init("non-property", .rule("court-fee.non-property")),
          .init("intellectual-property", .rule("court-fee.intellectual-property")),
          .init("labour", .rule("court-fee.labour")),
          .init("administrative", .rule("court-fee.administrative")),
        ])),
    general(
      "court-fee.acceptance", Phrase("案件受理费", en: "Acceptance fee"), law(7),
      .rule("court-fee.reduced")),
    exempt("special-procedure", Phrase("特别程序案件", en: "Special procedure"), law(8, item: 1)),
    exempt("dismissed", Phrase("裁定不予受理或驳回", en: "Dismissed by ruling"), law(8, item: 2)),
    exempt("ruling-appealed", Phrase("对程序性裁定上诉", en: "Appeal of a ruling"), law(8, item: 3)),
    exempt(
      "administrative-compensation", Phrase("行政赔偿案件", en: "Administrative compensation"),
      law(8, item: 4)),
    exempt("retrial", Phrase("审判监督程序案件", en: "Retrial"), law(9)),
    exception(
      "court-fee.acceptance.unregistered",
      Phrase("未参加登记的权利人起诉，不另交受理费", en: "Unregistered right holder: no acceptance fee"),
      law(14, item: 1), of: "court-fee.acceptance",
      when: .equals("case.exemption", "unregistered"), .nothing(.cny)),
  ]

  private static func exempt(_ code: String, _ name: Phrase, _ citation: Citation) -> Rule {
    exception(
      RuleID("court-fee.acceptance.\(code)"),
      Phrase("\(name.zh)不交纳受理费", en: "\(name.en): no acceptance fee"), citation,
      of: "court-fee.acceptance", when: .equals("case.exemption", code), .nothing(.cny))
  }

  static let nonProperty: [Rule] = [
    general(
      "court-fee.divorce", Phrase("离婚案件受理费", en: "Fee of a divorce"), law(13, 1, item: 2),
      .sum(range("divorce"), .scale("court-fee.divorce.scale", of: .fact("divorce.property")))),
    general(
      "court-fee.personality", Phrase("人格权案件受理费", en: "Fee of a personality case"),
      law(13, 1, item: 2),
      .sum(range("personality"), .scale("court-fee.personality.scale", of: .fact("damages.amount")))
    ),
    general(
      "court-fee.non-property", Phrase("其他非财产案件受理费", en: "Fee of other non-property cases"),
      law(13, 1, item: 2), range("non-property")),
    general(
      "court-fee.intellectual-property", Phrase("知识产权民事案件受理费", en: "Fee of an IP case"),
      law(13, 1, item: 3), .rule("court-fee.property")),
    exception(
      "court-fee.intellectual-property.no-amount",
      Phrase("知识产权案件无争议金额", en: "IP case without a sum in dispute"), law(13, 1, item: 3),
      of: "court-fee.intellectual-property", when: .not(.holds("claim.has-amount")),
      range("intellectual-property")),
    general(
      "court-fee.labour", Phrase("劳动争议案件受理费", en: "Fee of a labour dispute"),
      law(13, 1, item: 4), .parameter("court-fee.labour")),
    general(
      "court-fee.administrative", Phrase("行政案件受理费", en: "Fee of an administrative case"),
      law(13, 1, item: 5), .parameter("court-fee.administrative")),
    exception(
      "court-fee.administrative.special",
      Phrase("商标、专利、海事行政案件", en: "Trade mark, patent or maritime administrative case"),
      law(13, 1, item: 5), of: "court-fee.administrative", when: .holds("administrative.special"),
      .parameter("court-fee.administrative.special")),
    general(
      "court-fee.jurisdiction-objection",
      Phrase("管辖权异议费", en: "Fee of an objection to jurisdiction"), law(13, 1, item: 6),
      range("jurisdiction-objection")),
    exception(
      "court-fee.jurisdiction-objection.upheld",
      Phrase("异议成立不交费", en: "Objection upheld: no fee"), law(13, 1, item: 6),
      of: "court-fee.jurisdiction-objection", when: .holds("objection.upheld"), .nothing(.cny)),
    general(
      "court-fee.appeal", Phrase("财产案件上诉受理费", en: "Fee of an appeal in a property case"), law(17),
      .rule("court-fee.property")),
    general(
      "court-fee.retrial", Phrase("应交费的再审案件受理费", en: "Fee of a retrial that bears one"), law(19),
      .rule("court-fee.property")),
  ]
}
