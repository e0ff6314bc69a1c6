import Commons

/// Fees of the Shenzhen Court of International Arbitration in matters with a foreign, Hong Kong,
/// Macao or Taiwan element (its table 1). Known from a law firm's copy of 2021-09-14 only: every
/// number and its first day are unverified.
public enum ArbitrationFees {
  private static let table = Citation(
    "深圳国际仲裁院仲裁费表一", edition: "律师事务所转载 2021-09-14", verified: false)
  private static let start = CivilDate(dayNumber: 18_536)

  /// All of it.
  public static let pack = RulePack(
    facts: [
      FactDeclaration(
        "arbitration.amount", Phrase("争议金额", en: "amount in dispute"), .money(.cny),
        meaning: Phrase("仲裁请求的金额", en: "the sum claimed in arbitration"))
    ],
    parameters: [
      Parameter(
        "arbitration-fee.scale", Phrase("仲裁费分段标准", en: "scale of arbitration fees"),
        [
          .init(
            from: start,
            .scale(
              Scale(
                .cny, fixed: 0,
                [
                  .init(above: 0, .percent(35, over: 10)),
                  .init(above: 100_000_000, .percent(25, over: 10)),
                  .init(above: 500_000_000, .percent(15, over: 10)),
                  .init(above: 1_000_000_000, .percent(1)),
                  .init(above: 5_000_000_000, .percent(65, over: 100)),
                ])), table)
        ]),
      Parameter(
        "arbitration-fee.least", Phrase("最低仲裁费", en: "least fee"),
        [.init(from: start, .money(.fen(1_000_000)), table)]),
    ],
    rules: [
      Rule(
        "arbitration-fee.foreign", Phrase("涉外仲裁费", en: "Fee of a foreign-related arbitration"),
        table, from: start,
        .value(
          .greater(
            .scale("arbitration-fee.scale", of: .fact("arbitration.amount")),
            .parameter("arbitration-fee.least"))), rounding: .assumed(.halfUp))
    ])
}
