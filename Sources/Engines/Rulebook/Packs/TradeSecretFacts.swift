import Commons

// The numbers of the pack, each with its place and dates, and the facts that its rules ask for.
extension TradeSecretLaw {
  private static func yuan(_ amount: Int64) -> ParameterValue { .money(.fen(amount * 100)) }

  private static func civilNumber(
    _ name: String, _ title: Phrase, _ value: ParameterValue, _ citation: Citation
  ) -> Parameter {
    Parameter(
      ParameterID("trade-secret.\(name)"), title,
      [
        .init(from: competitionStart, to: revisedStart, value, citation),
        .init(from: revisedStart, value, revised),
      ])
  }

  private static func criminalNumber(
    _ name: String, _ title: Phrase, before: Int64?, now: Int64
  ) -> Parameter {
    let earlier = before.map {
      [Parameter.Value(from: thirdStart, to: jointStart, yuan($0), third(4))]
    }
    return Parameter(
      ParameterID("trade-secret.criminal.\(name)"), title,
      (earlier ?? []) + [.init(from: jointStart, yuan(now), joint(17))])
  }

  static let amounts: [Parameter] = [
    criminalNumber(
      "serious", Phrase("入罪数额", en: "criminal threshold"), before: 300_000, now: 300_000),
    criminalNumber(
      "very-serious", Phrase("加重数额", en: "higher threshold"), before: 2_500_000, now: 3_000_000),
    criminalNumber(
      "repeated", Phrase("二年内再犯数额", en: "threshold for whoever does it again within two years"),
      before: nil, now: 100_000),
    civilNumber(
      "damages.cap", Phrase("法定赔偿上限", en: "most statutory damages"), yuan(5_000_000),
      competition(17, 4)),
    civilNumber(
      "damages.least", Phrase("惩罚性赔偿最低倍数", en: "least multiple"), .count(1), competition(17, 3)),
    civilNumber(
      "damages.most", Phrase("惩罚性赔偿最高倍数", en: "greatest multiple"), .count(5), competition(17, 3)),
    civilNumber(
      "fine.usual-low", Phrase("罚款下限", en: "least fine"), yuan(100_000), competition(21)),
    civilNumber(
      "fine.usual-high", Phrase("罚款上限", en: "greatest fine"), yuan(1_000_000), competition(21)),
    civilNumber(
      "fine.grave-low", Phrase("情节严重的罚款下限", en: "least fine, grave"), yuan(500_000),
      competition(21)),
    civilNumber(
      "fine.grave-high", Phrase("情节严重的罚款上限", en: "greatest fine, grave"), yuan(5_000_000),
      competition(21)),
  ]

  // MARK: Facts

  private static func money(_ name: String, _ title: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(
      FactID("trade-secret.\(name)"), title, .money(.cny), meaning: meaning,
      whenSilent: .money(.fen(0)))
  }

  private static func flag(_ name: String, _ title: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(
      FactID("trade-secret.\(name)"), title, .truth, meaning: meaning, whenSilent: .truth(false))
  }

  static let facts: [FactDeclaration] = [
    FactDeclaration(
      "trade-secret.conduct", Phrase("侵权方式", en: "kind of infringement"),
      .choice([
        .init("acquired", Phrase("不正当获取，尚未披露或使用", en: "acquired improperly, not yet used")),
        .init("acquired-used", Phrase("不正当获取后披露或使用", en: "acquired improperly and used")),
        .init("breach", Phrase("违反保密义务披露或使用", en: "used in breach of confidence")),
        .init("made-public", Phrase("致使秘密公开或灭失", en: "made public or destroyed")),
      ]),
      meaning: Phrase("决定损失按何种方法计算", en: "decides by which method the loss is computed")),
    money(
      "lost-sales", Phrase("销售利润的损失", en: "lost profit on sales"),
      Phrase("减少的销量乘以每件合理利润", en: "units not sold times the reasonable profit of each")),
    money(
      "licence-fee", Phrase("合理许可使用费", en: "reasonable licence fee"),
      Phrase("许可该商业秘密通常应付的费用", en: "what a licence would reasonably cost")),
    money(
      "value", Phrase("商业价值", en: "commercial value"),
      Phrase("依研发成本、实施收益等综合确定", en: "from research cost, income and the like")),
    money(
      "remedy-cost", Phrase("补救费用", en: "cost of remedy"),
      Phrase("为减轻损失、恢复系统安全支出的费用", en: "spent to limit the loss and secure systems again")),
    money(
      "loss-amount", Phrase("损失数额", en: "amount of the loss"),
      Phrase("给权利人造成的损失", en: "what the owner lost")),
    money(
      "illegal-income", Phrase("违法所得", en: "illegal income"),
      Phrase("因侵权得到的财物价值", en: "what the infringer got by it")),
    money(
      "enforcement-cost", Phrase("合理开支", en: "reasonable costs"),
      Phrase("为制止侵权支出的合理费用", en: "reasonably spent to stop the infringement")),
    flag(
      "repeated", Phrase("二年内再犯", en: "again within two years"),
      Phrase("二年内因侵犯知识产权受过处罚后又实施", en: "punished for it within two years before")),
    flag(
      "ruined", Phrase("导致破产、倒闭", en: "ruined the owner"),
      Phrase("直接导致权利人因重大经营困难破产、倒闭", en: "the owner went bankrupt because of it")),
    flag(
      "amount-known", Phrase("损失或获利可以确定", en: "loss or gain can be found"),
      Phrase("实际损失或侵权人获利能够确定", en: "the loss, or else the gain, can be determined")),
    flag(
      "malicious", Phrase("恶意且情节严重", en: "malice, grave"),
      Phrase("恶意实施且情节严重", en: "done with malice, in grave circumstances")),
    flag(
      "grave", Phrase("情节严重", en: "grave"),
      Phrase("监督检查部门认为情节严重", en: "grave in the agency's judgment")),
  ]
}
