import Commons
import LegalTime
import Rulebook
import Testing

/// How long files of reconsideration are kept, and what may be fined in dormancy.
@Suite struct ArchiveAndFineTests {
  private func answer(
    _ rule: RuleID, _ facts: [FactID: FactValue], on day: String, _ pack: RulePack
  ) throws -> Finding {
    let base = try RuleBase([pack])
    return try base.evaluate(rule, base.sheet(facts), asOf: #require(CivilDate(day)))
  }

  @Test func filesAreKeptByHowTheCaseEnded() throws {
    func kept(_ decided: Bool, _ major: Bool) throws -> Finding {
      try answer(
        "recon.retention", ["recon.decided": .truth(decided), "recon.major": .truth(major)],
        on: "2026-03-02", ReconsiderationLaw.pack)
    }
    #expect(try kept(false, false).outcome == .choice("short"))
    #expect(try kept(false, true).outcome == .choice("short"))
    #expect(try kept(true, false).outcome == .choice("long"))
    #expect(try kept(true, true).outcome == .choice("permanent"))
    // The list of the archives administration was not at hand: the answer says so.
    #expect(try kept(true, false).isUnverified)
    let long = try answer(
      "recon.period.retention-long", [:], on: "2026-03-02", ReconsiderationLaw.pack)
    #expect(long.json["outcome"] == "30y!" && long.isUnverified)
  }

  @Test func aFineHasItsRangeAndNeedsARefusal() throws {
    func fine(_ breach: String, _ refused: Bool, on day: String = "2026-03-02") throws -> Finding {
      try answer(
        "dormancy.fine",
        ["dormancy.breach": .choice(breach), "dormancy.refused-to-correct": .truth(refused)],
        on: day, DormancyLaw.pack)
    }
    #expect(try fine("end-unpublished", false).outcome == .amount(.fen(0)))
    let end = try fine("end-unpublished", true)
    #expect(end.outcome == .amounts(.fen(0), .fen(3_000_000)) && end.outcome.isDiscretion)
    #expect(end.explanation(.zh).contains("第74条") && !end.isUnverified)
    let change = try fine("change-unregistered", true)
    #expect(change.outcome == .amounts(.fen(1_000_000), .fen(10_000_000)))
    #expect(change.explanation(.zh).contains("第46条"))
    #expect(throws: Problem.self) { try fine("end-unpublished", true, on: "2022-02-28") }
  }
}
