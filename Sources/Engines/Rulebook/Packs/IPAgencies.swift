import Commons
import LegalTime

// Which agency handles an intellectual-property matter, by right, place and amount. The pack's own
// file has the courts.
extension IPCompetence {
  /// The codes of agencies; a city's profile says which of its agencies each is.
  public static let agencyKinds: [FactType.Choice] = [
    .init("patents", Phrase("管理专利工作的部门", en: "the department for patents")),
    .init("market", Phrase("市场监督管理部门", en: "market regulation")),
    .init("copyright", Phrase("著作权主管部门", en: "the copyright authority")),
    .init("agriculture", Phrase("农业、林业主管部门", en: "agriculture or forestry")),
    .init("national", Phrase("国务院知识产权行政部门", en: "the national IP administration")),
    .init("customs", Phrase("海关", en: "the customs")),
    .init("police", Phrase("公安机关", en: "the police")),
    .init("none", Phrase("无行政处理途径，向法院起诉", en: "no agency: sue")),
  ]

  private static func answer(_ code: String) -> Answer {
    .choice(code, agencyKinds.first { $0.code == code }?.name ?? .same(code))
  }

  private static func agency(
    _ suffix: String, _ zh: String, _ en: String, _ citation: Citation, _ rights: [String],
    _ code: String
  ) -> Rule {
    Rule(
      RuleID("ip.agency.\(suffix)"), Phrase(zh, en: en), citation, from: agencyStart,
      exceptionOf: "ip.agency",
      when: .all([isOne(of: rights), .not(.holds("ip.at-border")), .not(.holds("ip.crime"))]),
      answer(code))
  }

  /// The Patent Law as amended, the latest of the laws here, came into force on 2021-06-01.
  static let agencyStart = CivilDate(dayNumber: 18_779)

  static let agencies: [Rule] = [
    Rule(
      "ip.agency", Phrase("有管辖权的行政机关", en: "Competent agency"),
      Citation("电子商务法", edition: "2018-08-31", article: 84), from: agencyStart, answer("none")),
    agency(
      "patents", "专利侵权纠纷", "Infringement of patents", patents(65),
      ["invention", "utility-model", "design"], "patents"),
    agency(
      "marks", "商标侵权", "Infringement of marks", unread("商标法"),
      ["trademark", "well-known-mark"], "market"),
    agency(
      "competition", "不正当竞争（含侵犯商业秘密）", "Unfair competition, trade secrets", competition,
      ["unfair-competition", "technical-secret", "business-secret"], "market"),
    agency("monopoly", "垄断行为", "Monopoly", unread("反垄断法"), ["monopoly"], "market"),
    agency(
      "copyright", "著作权和软件", "Copyright and software", unread("著作权法"),
      ["copyright", "software"], "copyright"),
    agency(
      "varieties", "植物新品种", "Plant varieties", unread("植物新品种保护条例"), ["plant-variety"],
      "agriculture"),
    agency(
      "layouts", "集成电路布图设计", "Layout designs", unread("集成电路布图设计保护条例"), ["layout-design"],
      "national"),
    Rule(
      "ip.agency.border", Phrase("进出境货物", en: "Goods at the border"), unread("知识产权海关保护条例"),
      from: agencyStart, exceptionOf: "ip.agency",
      when: .all([.holds("ip.at-border"), .not(.holds("ip.crime"))]), answer("customs")),
    Rule(
      "ip.agency.crime", Phrase("涉嫌犯罪的，移送公安机关", en: "A suspected crime goes to the police"),
      unread("行政执法机关移送涉嫌犯罪案件的规定"), from: agencyStart, exceptionOf: "ip.agency",
      when: .holds("ip.crime"), answer("police")),
  ]

  // The Patent Law asks for a request to the higher department where several regions are concerned; the
  // amount is the city's own choice.
  private static let division = Citation(
    cityPolicy: Phrase("市、区两级分工（城市参数）", en: "division between city and districts (city parameter)"))

  static let levels: [Rule] = [
    Rule(
      "ip.agency-level", Phrase("市级还是区级", en: "City or district"), division, from: agencyStart,
      .choice("district", Phrase("行为地的区级机关", en: "the district where it happened"))),
    Rule(
      "ip.agency-level.technical", Phrase("技术类权利由市级办理", en: "Technical rights: the city"), division,
      from: agencyStart, exceptionOf: "ip.agency-level",
      when: .all([
        isOne(of: firstArticle + secondArticle), .not(.holds("ip.crosses-districts")),
      ]), .choice("city", Phrase("市级机关", en: "the city"))),
    Rule(
      "ip.agency-level.cross", Phrase("跨区的，由上一级办理", en: "Several districts: the level above"),
      patents(70), from: agencyStart, exceptionOf: "ip.agency-level",
      when: .holds("ip.crosses-districts"), .choice("city", Phrase("市级机关", en: "the city"))),
    Rule(
      "ip.agency-level.amount",
      Phrase("数额达到城市规定的，由市级办理", en: "From the city's own amount on: the city"),
      division, from: agencyStart, exceptionOf: "ip.agency-level",
      when: .all([
        .not(isOne(of: firstArticle + secondArticle)), .not(.holds("ip.crosses-districts")),
        .compare(.fact("ip.city-amount"), .greater, .nothing(.cny)),
        .compare(.fact("ip.amount"), .atLeast, .fact("ip.city-amount")),
      ]), .choice("city", Phrase("市级机关", en: "the city"))),
  ]

  // MARK: Facts

  static let facts: [FactDeclaration] = [
    FactDeclaration(
      "ip.right", Phrase("权利或案由", en: "right or cause"), .choice(rights),
      meaning: Phrase("案件涉及的知识产权种类", en: "the kind of right that the case is about")),
    FactDeclaration(
      "ip.procedure", Phrase("民事或行政", en: "civil or administrative"), .choice(procedures),
      meaning: Phrase("提起的诉讼种类", en: "the kind of suit"), whenSilent: .choice("civil")),
    FactDeclaration(
      "ip.defendant", Phrase("被告", en: "defendant"), .choice(defendants),
      meaning: Phrase("被诉行政行为由谁作出；民事案件填企业", en: "whose act is sued over; another in civil cases"),
      whenSilent: .choice("other")),
    FactDeclaration(
      "ip.amount", Phrase("诉讼标的额", en: "amount in dispute"), .money(.cny),
      meaning: Phrase("请求的金额，没有的为0", en: "the amount asked for; 0 if there is none"),
      whenSilent: .money(.fen(0))),
    FactDeclaration(
      "ip.stated-threshold", Phrase("当地数额标准", en: "threshold of the place"), .money(.cny),
      meaning: Phrase(
        "最高人民法院为当地确定的数额；不填用参数",
        en: "the amount set for the place; the parameter's if not stated"),
      whenSilent: .money(.fen(0))),
    flag(
      "ip.basic-court-approved", "当地有经批准的基层法院", "a basic court of the place is approved"),
    flag("ip.at-border", "进出境货物", "goods at the border"),
    flag("ip.crime", "涉嫌犯罪", "a crime is suspected"),
    flag("ip.crosses-districts", "涉及几个区", "several districts are concerned"),
    FactDeclaration(
      "ip.city-amount", Phrase("市级办理的数额", en: "amount from which the city acts"), .money(.cny),
      meaning: Phrase("城市档案规定的数额；0为不按数额", en: "the city's own; 0 for none"),
      whenSilent: .money(.fen(0))),
  ]

  private static func flag(_ id: FactID, _ zh: String, _ en: String) -> FactDeclaration {
    FactDeclaration(
      id, Phrase(zh, en: en), .truth, meaning: Phrase("是否\(zh)", en: "whether \(en)"),
      whenSilent: .truth(false))
  }
}

extension IPCompetence {
  /// What a code that a rule of this pack gives is called.
  public static func phrase(of code: String) -> Phrase {
    for answer in pack.rules.map(\.answer) {
      if case .choice(code, let name) = answer { return name }
    }
    return .same(code)
  }
}
