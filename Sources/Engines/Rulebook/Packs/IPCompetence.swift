import Commons
import LegalTime

/// Who handles an intellectual-property matter: the court of first instance (法释〔2022〕13号 arts 1–3)
/// and the agency. The court's articles were compared with their text. The amount from which an
/// intermediate court hears a case is set by 法〔2022〕109号, whose table was not at hand: it is marked
/// unverified, and a question may state another. Which agency handles which right follows the Patent
/// Law and the Anti-Unfair-Competition Law as read, and other laws that were not at hand and are
/// marked so.
public enum IPCompetence {
  /// All of it.
  public static let pack = RulePack(
    facts: facts, parameters: parameters, rules: courts + technical + agencies + levels)

  /// The day on which the rules on jurisdiction came into force (art. 6).
  static let start = CivilDate(dayNumber: 19_113)

  // MARK: Codes

  /// The kinds of right and dispute, one list for agencies and courts: code, name.
  public static let rights: [FactType.Choice] = [
    .init("invention", Phrase("发明专利", en: "invention patent")),
    .init("utility-model", Phrase("实用新型专利", en: "utility model")),
    .init("plant-variety", Phrase("植物新品种", en: "plant variety")),
    .init("layout-design", Phrase("集成电路布图设计", en: "layout design of integrated circuits")),
    .init("technical-secret", Phrase("技术秘密", en: "technical secret")),
    .init("software", Phrase("计算机软件", en: "computer software")),
    .init("monopoly", Phrase("垄断", en: "monopoly")),
    .init("design", Phrase("外观设计专利", en: "design patent")),
    .init("well-known-mark", Phrase("驰名商标认定", en: "recognition of a well-known mark")),
    .init("trademark", Phrase("商标", en: "trademark")),
    .init("copyright", Phrase("著作权", en: "copyright")),
    .init("unfair-competition", Phrase("不正当竞争", en: "unfair competition")),
    .init("technology-contract", Phrase("技术合同", en: "technology contract")),
    .init("business-secret", Phrase("经营秘密", en: "business secret")),
  ]
  /// Civil or administrative.
  public static let procedures: [FactType.Choice] = [
    .init("civil", Phrase("民事", en: "civil")),
    .init("administrative", Phrase("行政", en: "administrative")),
  ]
  /// Against whom.
  public static let defendants: [FactType.Choice] = [
    .init("other", Phrase("企业", en: "an enterprise or another")),
    .init("state-council", Phrase("国务院部门", en: "a department of the State Council")),
    .init(
      "local-government",
      Phrase("县级以上地方人民政府", en: "a local government at county level or above")),
    .init("customs", Phrase("海关", en: "the customs")),
  ]

  /// The rights of art. 1, which are technical but for monopoly.
  static let firstArticle = [
    "invention", "utility-model", "plant-variety", "layout-design", "technical-secret", "software",
    "monopoly",
  ]
  static let secondArticle = ["design", "well-known-mark"]

  // MARK: Sources

  /// The rules on first-instance jurisdiction.
  static func court(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation(
      "最高人民法院关于第一审知识产权民事、行政案件管辖的若干规定", edition: "法释〔2022〕13号", article: article,
      paragraph: paragraph)
  }
  static let amounts = Citation("法〔2022〕109号", edition: "2022", verified: false)
  static func patents(_ article: Int) -> Citation {
    Citation("专利法", edition: "2020-10-17", article: article)
  }
  static let competition = Citation("反不正当竞争法", edition: "2019-04-23", article: 4)
  static func unread(_ name: String) -> Citation { Citation(name, edition: "", verified: false) }

  // MARK: Courts

  /// A right is one of these.
  static func isOne(of rights: [String]) -> Condition {
    .any(rights.map { .equals("ip.right", $0) })
  }

  /// The courts' answers: codes as they stand in the published decision table.
  static let technicalCourt = Answer.choice(
    "IP court | provincial-capital IPC | SPC-designated IPC",
    Phrase(
      "知识产权法院、省级人民政府所在地的中级人民法院或者最高人民法院确定的中级人民法院",
      en: "an IP court, the intermediate court of the provincial capital or one designated"))
  static let intermediateOrIP = Answer.choice(
    "IP court | IPC", Phrase("知识产权法院或者中级人民法院", en: "an IP court or an intermediate court"))
  static let approvedBasic = Answer.choice(
    "IP court | IPC | approved basic court",
    Phrase("知识产权法院、中级人民法院或者经批准的基层人民法院", en: "also an approved basic court"))
  static let intermediate = Answer.choice(
    "IPC", Phrase("中级人民法院", en: "an intermediate court"))
  static let basic = Answer.choice(
    "SPC-designated basic court",
    Phrase("最高人民法院确定的基层人民法院", en: "a basic court that the Supreme Court designated"))

  private static let reachesThreshold: Condition = .any([
    .all([
      .compare(.fact("ip.stated-threshold"), .greater, .nothing(.cny)),
      .compare(.fact("ip.amount"), .atLeast, .fact("ip.stated-threshold")),
    ]),
    .all([
      .compare(.fact("ip.stated-threshold"), .equal, .nothing(.cny)),
      .compare(.fact("ip.amount"), .atLeast, .parameter("ip.intermediate-from")),
    ]),
  ])

  static let courts: [Rule] = [
    Rule("ip.court", Phrase("一审管辖法院", en: "Court of first instance"), court(3), from: start, basic),
    Rule(
      "ip.court.technical",
      Phrase("技术类和垄断案件", en: "Technical and monopoly cases"), court(1, 1), from: start,
      exceptionOf: "ip.court", when: isOne(of: firstArticle), technicalCourt),
    Rule(
      "ip.court.design",
      Phrase("外观设计和驰名商标", en: "Designs and well-known marks"), court(2, 1), from: start,
      exceptionOf: "ip.court", when: isOne(of: secondArticle), intermediateOrIP),
    Rule(
      "ip.court.design.approved",
      Phrase("经批准的基层法院（外观设计行政案件除外）", en: "An approved basic court, but for administrative cases"),
      court(2, 1), from: start, exceptionOf: "ip.court.design",
      when: .all([
        .holds("ip.basic-court-approved"),
        .not(
          .all([.equals("ip.right", "design"), .equals("ip.procedure", "administrative")])),
      ]), approvedBasic),
    Rule(
      "ip.court.intermediate",
      Phrase("标的额或者被告使案件归中级法院", en: "Amount or defendant lead to an intermediate court"),
      court(2, 2), from: start, exceptionOf: "ip.court",
      when: .all([
        .not(isOne(of: firstArticle + secondArticle)),
        .any([
          reachesThreshold,
          .all([
            .equals("ip.procedure", "administrative"), .not(.equals("ip.defendant", "other")),
          ]),
        ]),
      ]), intermediate),
  ]

  // MARK: Technical cases

  static let technical: [Rule] = [
    Rule(
      "ip.technical", Phrase("技术类案件", en: "Technical case"), court(1, 1), from: start,
      .truth(false)),
    Rule(
      "ip.technical.right", Phrase("技术类权利", en: "A technical right"), court(1, 1), from: start,
      exceptionOf: "ip.technical", when: isOne(of: firstArticle.filter { $0 != "monopoly" }),
      .truth(true)),
  ]

  static let parameters: [Parameter] = [
    // Practice before the table (Zhongshan, Qianhai) used the same amount; the table itself was not read.
    Parameter(
      "ip.intermediate-from",
      Phrase("中级法院管辖的标的额", en: "amount from which an intermediate court hears"),
      [.init(from: start, .money(.fen(500_000_000)), amounts)])
  ]
}
