import Commons
import LegalTime

extension CourtFees {
  // MARK: Halving

  // Each article says “half” for its own ground.
  private static func halved(_ ground: String) -> Formula {
    .product(.excepted, .parameter(ParameterID("court-fee.half.\(ground)")))
  }
  private static let grounds: [Condition] = [
    .holds("case.settled"), .holds("case.simplified"), .holds("case.joined"),
  ]

  // One exception for each ground alone and one for several together: the Measures do not say
  // whether a fee is halved twice, the Supreme People's Court's notice of 2007 does.
  private static func only(_ place: Int) -> Condition {
    .all(grounds.enumerated().map { $0.offset == place ? $0.element : .not($0.element) })
  }

  static let onceOnly = Citation(
    "最高人民法院关于适用《诉讼费用交纳办法》的通知", edition: "法发〔2007〕16号", verified: false)

  static let reductions: [Rule] = [
    general(
      "court-fee.reduced", Phrase("减半后的受理费", en: "Acceptance fee after halving"), law(13),
      .rule("court-fee.full")),
    exception(
      "court-fee.reduced.settled",
      Phrase("调解结案或者撤诉减半", en: "Halved: mediated or withdrawn"), law(15),
      of: "court-fee.reduced", when: only(0), halved("settled")),
    exception(
      "court-fee.reduced.simplified",
      Phrase("简易程序减半", en: "Halved: simplified procedure"), law(16), of: "court-fee.reduced",
      when: only(1), halved("simplified")),
    exception(
      "court-fee.reduced.joined",
      Phrase("反诉或第三人请求合并审理减半", en: "Halved: counterclaim or third-party claim joined"),
      law(18), of: "court-fee.reduced", when: only(2), halved("joined")),
    exception(
      "court-fee.reduced.once",
      Phrase("有数个减半事由的只减半一次", en: "Several grounds: halved once only"),
      onceOnly, of: "court-fee.reduced",
      when: .any([
        .all([grounds[0], grounds[1]]), .all([grounds[0], grounds[2]]),
        .all([grounds[1], grounds[2]]),
      ]), halved("once")),
  ]

  // MARK: Applications

  static let applications: [Rule] = [
    general(
      "court-fee.enforcement", Phrase("执行申请费", en: "Fee of enforcement"), law(14, item: 1),
      .scale("court-fee.enforcement.scale", of: .fact("execution.amount"))),
    exception(
      "court-fee.enforcement.no-amount",
      Phrase("没有执行金额", en: "Nothing of money's worth to enforce"), law(14, item: 1),
      of: "court-fee.enforcement", when: .not(.holds("claim.has-amount")), range("enforcement")),
    general(
      "court-fee.preservation", Phrase("保全申请费", en: "Fee of preservation"), law(14, item: 2),
      .lesser(
        .scale("court-fee.preservation.scale", of: .fact("preservation.amount")),
        .parameter("court-fee.preservation.cap"))),
    general(
      "court-fee.payment-order", Phrase("支付令申请费", en: "Fee of a payment order"),
      law(14, item: 3), .product(.rule("court-fee.property"), .parameter("court-fee.third"))),
    general(
      "court-fee.public-notice", Phrase("公示催告申请费", en: "Fee of a public notice for claims"),
      law(14, item: 4), .parameter("court-fee.public-notice")),
    general(
      "court-fee.arbitration-review",
      Phrase("撤销仲裁裁决或认定仲裁协议效力申请费", en: "Fee to set aside an award or test an agreement"),
      law(14, item: 5), .parameter("court-fee.arbitration-review")),
    general(
      "court-fee.bankruptcy", Phrase("破产申请费", en: "Fee of bankruptcy"), law(14, item: 6),
      .lesser(
        .product(
          .scale("court-fee.property.scale", of: .fact("bankruptcy.assets")),
          .parameter("court-fee.bankruptcy.share")), .parameter("court-fee.bankruptcy.cap"))),
  ]

  static let maritime: [Rule] = [
    general(
      "court-fee.limitation-fund",
      Phrase("设立海事赔偿责任限制基金申请费", en: "Fee to set up a limitation fund"), law(14, item: 7),
      range("limitation-fund")),
    general(
      "court-fee.maritime-injunction",
      Phrase("海事强制令申请费", en: "Fee of a maritime injunction"), law(14, item: 7),
      range("maritime-injunction")),
    general(
      "court-fee.ship-lien-notice",
      Phrase("船舶优先权催告申请费", en: "Fee of a notice for maritime liens"), law(14, item: 7),
      range("ship-lien-notice")),
    general(
      "court-fee.maritime-claim", Phrase("海事债权登记申请费", en: "Fee to register a maritime claim"),
      law(14, item: 7), .parameter("court-fee.maritime-claim")),
    general(
      "court-fee.general-average", Phrase("共同海损理算申请费", en: "Fee of a general average adjustment"),
      law(14, item: 7), .parameter("court-fee.general-average")),
  ]

  // MARK: Relief and periods

  static let relief: [Rule] = [
    general(
      "court-fee.payable", Phrase("救助后应交受理费", en: "Acceptance fee after relief"), law(44, 1),
      .rule("court-fee.acceptance")),
    exception(
      "court-fee.payable.exempted",
      Phrase("准予免交（仅限自然人）", en: "Exempted (natural persons only)"), law(44, 2),
      of: "court-fee.payable",
      when: .all([.equals("relief", "exempted"), .holds("payer.is-natural-person")]), .nothing(.cny)
    ),
    exception(
      "court-fee.payable.reduced", Phrase("准予减交", en: "Reduced"), law(46, 2),
      of: "court-fee.payable", when: .equals("relief", "reduced"),
      .between(
        .nothing(.cny),
        .product(.excepted, .difference(.whole, .parameter("court-fee.reduction.least"))))),
  ]

  static let deadlines: [Rule] = [
    deadline("payment", Phrase("交纳受理费期限", en: "Time to pay the acceptance fee"), law(22, 1)),
    deadline("review", Phrase("复核决定期限", en: "Time to decide a review of the costs"), law(43, 2)),
    deadline("refund", Phrase("退还诉讼费用期限", en: "Time to refund costs"), law(53, 2)),
  ]

  private static func deadline(_ name: String, _ title: Phrase, _ citation: Citation) -> Rule {
    Rule(
      RuleID("court-fee.period.\(name)"), title, citation, from: start,
      .period(ParameterID("court-fee.period.\(name)")), counting: .civilProcedure)
  }
}
