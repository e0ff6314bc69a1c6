import Commons
import LegalTime
import Rulebook
import Testing

@Suite struct TradeSecretLawTests {
  private func outcome(_ rule: RuleID, _ day: String, _ facts: [FactID: FactValue]) throws -> String
  {
    let base = try RuleBase([TradeSecretLaw.pack])
    return try base.evaluate(rule, base.sheet(facts), asOf: #require(CivilDate(day))).outcome.phrase
      .en
  }
  private func yuan(_ amount: Int64) -> FactValue { .money(.fen(amount * 100)) }

  // What was done, on which day it is asked: the loss in yuan. Sales 50, licence 80, value 200, remedy 5.
  @Test(arguments: [
    ("acquired", "2026-03-02", "CNY 85.00"), ("acquired-used", "2026-03-02", "CNY 85.00"),
    ("breach", "2026-03-02", "CNY 55.00"), ("made-public", "2026-03-02", "CNY 205.00"),
    ("breach", "2020-09-14", "CNY 55.00"),
  ])
  func theLossFollowsTheConduct(conduct: String, day: String, loss: String) throws {
    #expect(
      try outcome(
        "trade-secret.loss", day,
        [
          "trade-secret.conduct": .choice(conduct), "trade-secret.lost-sales": yuan(50),
          "trade-secret.licence-fee": yuan(80), "trade-secret.value": yuan(200),
          "trade-secret.remedy-cost": yuan(5),
        ]) == loss)
  }

  @Test func thereWasNoSuchRuleBefore() {
    #expect(throws: Problem.self) {
      try outcome("trade-secret.loss", "2020-09-13", ["trade-secret.conduct": .choice("breach")])
    }
  }

  // Loss, illegal income, again, ruined; day; answer.
  @Test(arguments: [
    (299_999, 0, false, false, "2026-03-02", "below"),
    (300_000, 0, false, false, "2026-03-02", "serious"),
    (0, 300_000, false, false, "2026-03-02", "serious"),
    (100_000, 0, true, false, "2026-03-02", "serious"),
    (99_999, 0, true, false, "2026-03-02", "below"),
    (100_000, 0, true, false, "2025-04-25", "below"),
    (2_500_000, 0, false, false, "2025-04-25", "very-serious"),
    (2_500_000, 0, false, false, "2025-04-26", "serious"),
    (3_000_000, 0, true, false, "2026-03-02", "very-serious"),
    (0, 0, false, true, "2026-03-02", "very-serious"),
    (0, 0, false, true, "2021-01-01", "serious"),
  ])
  func theThresholdIsDated(
    loss: Int64, income: Int64, again: Bool, ruined: Bool, day: String, answer: String
  ) throws {
    #expect(
      try outcome(
        "trade-secret.criminal", day,
        [
          "trade-secret.loss-amount": yuan(loss), "trade-secret.illegal-income": yuan(income),
          "trade-secret.repeated": .truth(again), "trade-secret.ruined": .truth(ruined),
        ]) == answer)
  }

  @Test func damagesAndFinesAreRangesThatOthersDecide() throws {
    func damages(_ known: Bool, _ malicious: Bool) throws -> String {
      try outcome(
        "trade-secret.damages", "2024-03-01",
        [
          "trade-secret.amount-known": .truth(known), "trade-secret.malicious": .truth(malicious),
          "trade-secret.loss-amount": yuan(1000), "trade-secret.enforcement-cost": yuan(10),
        ])
    }
    #expect(try damages(true, false) == "CNY 1010.00")
    #expect(try damages(true, true).contains("CNY 1010.00"))
    #expect(try damages(true, true).contains("CNY 5010.00"))
    #expect(try damages(false, true).contains("CNY 5000000.00"))
    #expect(
      try outcome("trade-secret.fine", "2024-03-01", ["trade-secret.grave": .truth(true)])
        .contains("CNY 500000.00"))
  }

  @Test func whatWasNotReadSaysSo() throws {
    let base = try RuleBase([TradeSecretLaw.pack])
    func isUnread(_ rule: RuleID, _ day: String) throws -> Bool {
      try base.evaluate(
        rule, base.sheet(["trade-secret.conduct": .choice("breach")]),
        asOf: #require(CivilDate(day))
      ).isUnverified
    }
    #expect(try !isUnread("trade-secret.damages", "2024-03-01"))
    #expect(try isUnread("trade-secret.damages", "2026-03-02"))
    #expect(try isUnread("trade-secret.criminal", "2026-03-02"))
    #expect(try isUnread("trade-secret.loss", "2024-03-01"))
  }
}
