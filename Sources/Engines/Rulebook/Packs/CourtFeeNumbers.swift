import Commons
import LegalTime

// The numbers of Order 481, each with its place. Amounts in yuan.
extension CourtFees {
  private static func yuan(_ amount: Int64) -> ParameterValue { .money(.fen(amount * 100)) }

  private static func one(
    _ name: String, _ title: Phrase, _ value: ParameterValue, _ citation: Citation
  ) -> Parameter {
    Parameter(
      ParameterID("court-fee.\(name)"), title, [.init(from: start, value, citation)])
  }

  private static func ends(
    _ name: String, _ title: Phrase, _ low: Int64, _ high: Int64, _ citation: Citation
  ) -> [Parameter] {
    [
      one(
        "\(name).low", Phrase("\(title.zh)下限", en: "\(title.en), least"), yuan(low), citation),
      one(
        "\(name).high", Phrase("\(title.zh)上限", en: "\(title.en), most"), yuan(high), citation),
    ]
  }

  static let amounts: [Parameter] =
    ends("divorce", Phrase("离婚案件", en: "divorce"), 50, 300, law(13, 1, item: 2))
    + ends("personality", Phrase("人格权案件", en: "personality"), 100, 500, law(13, 1, item: 2))
    + ends("non-property", Phrase("其他非财产案件", en: "non-property"), 50, 100, law(13, 1, item: 2))
    + ends(
      "intellectual-property", Phrase("知识产权无金额案件", en: "IP without a sum"), 500, 1000,
      law(13, 1, item: 3))
    + ends(
      "jurisdiction-objection", Phrase("管辖权异议", en: "objection to jurisdiction"), 50, 100,
      law(13, 1, item: 6))
    + ends(
      "enforcement", Phrase("无金额执行", en: "enforcement without a sum"), 50, 500, law(14, item: 1))
    + ends(
      "limitation-fund", Phrase("责任限制基金", en: "limitation fund"), 1000, 10_000, law(14, item: 7))
    + ends("maritime-injunction", Phrase("海事强制令", en: "injunction"), 1000, 5000, law(14, item: 7))
    + ends("ship-lien-notice", Phrase("船舶优先权催告", en: "lien notice"), 1000, 5000, law(14, item: 7))
    + [
      one("labour", Phrase("劳动争议案件", en: "labour dispute"), yuan(10), law(13, 1, item: 4)),
      one(
        "administrative.special", Phrase("商标、专利、海事行政案件", en: "special administrative case"),
        yuan(100), law(13, 1, item: 5)),
      one(
        "administrative", Phrase("其他行政案件", en: "other administrative case"), yuan(50),
        law(13, 1, item: 5)),
      one("preservation.cap", Phrase("保全费上限", en: "cap"), yuan(5000), law(14, item: 2)),
      one("public-notice", Phrase("公示催告", en: "public notice"), yuan(100), law(14, item: 4)),
      one(
        "arbitration-review", Phrase("仲裁司法审查", en: "review of arbitration"), yuan(400),
        law(14, item: 5)),
      one("bankruptcy.cap", Phrase("破产费上限", en: "cap"), yuan(300_000), law(14, item: 6)),
      one("maritime-claim", Phrase("海事债权登记", en: "maritime claim"), yuan(1000), law(14, item: 7)),
      one("general-average", Phrase("共同海损理算", en: "general average"), yuan(1000), law(14, item: 7)),
    ]

  private static func scale(
    _ name: String, _ title: Phrase, fixed: Int64, _ citation: Citation,
    _ bands: [(above: Int64, rate: Rational)]
  ) -> Parameter {
    one(
      "\(name).scale", title,
      .scale(
        Scale(.cny, fixed: fixed * 100, bands.map { .init(above: $0.above * 100, $0.rate) })),
      citation)
  }

  private static func tenths(_ count: Int64) -> Rational { .percent(count, over: 10) }

  static let scales: [Parameter] = [
    scale(
      "property", Phrase("财产案件分段标准", en: "scale of property cases"), fixed: 50,
      law(13, 1, item: 1),
      [
        (10_000, tenths(25)), (100_000, tenths(20)), (200_000, tenths(15)), (500_000, tenths(10)),
        (1_000_000, tenths(9)), (2_000_000, tenths(8)), (5_000_000, tenths(7)),
        (10_000_000, tenths(6)), (20_000_000, tenths(5)),
      ]),
    scale(
      "divorce", Phrase("离婚财产分段标准", en: "scale of divorce property"), fixed: 0,
      law(13, 1, item: 2), [(200_000, tenths(5))]),
    scale(
      "personality", Phrase("人格权赔偿分段标准", en: "scale of personality damages"), fixed: 0,
      law(13, 1, item: 2), [(50_000, tenths(10)), (100_000, tenths(5))]),
    scale(
      "enforcement", Phrase("执行分段标准", en: "scale of enforcement"), fixed: 50, law(14, item: 1),
      [
        (10_000, tenths(15)), (500_000, tenths(10)), (5_000_000, tenths(5)),
        (10_000_000, tenths(1)),
      ]),
    scale(
      "preservation", Phrase("保全分段标准", en: "scale of preservation"), fixed: 30, law(14, item: 2),
      [(1000, tenths(10)), (100_000, tenths(5))]),
  ]

  private static func half(_ ground: String, _ title: Phrase, _ citation: Citation) -> Parameter {
    one(
      "half.\(ground)", Phrase("减半比例：\(title.zh)", en: "half: \(title.en)"), .share(.percent(50)),
      citation)
  }

  static let shares: [Parameter] = [
    half("settled", Phrase("调解结案或者撤诉", en: "mediated or withdrawn"), law(15)),
    half("simplified", Phrase("简易程序", en: "simplified procedure"), law(16)),
    half("joined", Phrase("反诉或第三人请求合并审理", en: "counterclaim or third-party claim"), law(18)),
    half("once", Phrase("数个事由", en: "several grounds"), onceOnly),
    one(
      "bankruptcy.share", Phrase("破产案件减半", en: "half in bankruptcy"), .share(.percent(50)),
      law(14, item: 6)),
    one(
      "third", Phrase("支付令比例", en: "part for a payment order"), .share(.percent(100, over: 3)),
      law(14, item: 3)),
    one(
      "reduction.least", Phrase("减交最低比例", en: "least reduction"), .share(.percent(30)),
      law(46, 2)),
  ]

  static let periods: [Parameter] = [
    one(
      "period.payment", Phrase("交费", en: "payment"), .period(7, .days, rollsOver: true), law(22, 1)),
    one(
      "period.review", Phrase("复核", en: "review"), .period(15, .days, rollsOver: true), law(43, 2)),
    one(
      "period.refund", Phrase("退还", en: "refund"), .period(15, .days, rollsOver: true), law(53, 2)),
  ]
}
