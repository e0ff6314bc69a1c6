import Commons
import LegalTime
import Testing

@testable import Rulebook

private func day(_ text: String) -> CivilDate { CivilDate(text)! }

/// The last day of a rule's period, with facts as `name=value` words.
private func dated(
  _ rule: String, from start: String, _ facts: [String: String] = [:], on: String? = nil
) throws -> DatedFinding {
  let base = try AllLaw.base()
  let open = try base.opened(RuleID(rule), asOf: day(on ?? start))
  let found = try open.dated(
    base.sheet(reading: facts), from: day(start), under: .stateCouncil)
  return try #require(found)
}

@Suite struct PeriodTests {
  // Worked out by hand with a calendar.
  @Test(arguments: [
    "civil-procedure.defence 2025-11-14 2025-12-01",
    "civil-procedure.enforcement 2024-02-29 2026-02-28",
    "civil-procedure.retrial 2024-08-31 2025-02-28",
    "civil-procedure.appeal-ruling 2024-12-22 2025-01-02",
    "environmental-suit.procuratorate-reply 2025-06-04 2025-08-04",
    "court-fee.period.refund 2026-01-31 2026-02-24",
  ])
  func lastDays(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    #expect(try dated(words[0], from: words[1]).due.date == day(words[2]))
  }

  // Told five working days before a hearing: by Monday for the Monday after, and for its Saturday.
  @Test(arguments: ["2026-03-16 2026-03-09", "2026-03-14 2026-03-09", "2026-02-24 2026-02-10"])
  func aNoticeIsCountedBack(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    let found = try dated("recon.period.hearing-notice", from: words[0])
    #expect(found.due.date == day(words[1]))
    let text = found.explanation(.zh)
    #expect(text.contains("往前") && text.contains("第51条") && text.contains("第201条"), "\(text)")
  }

  @Test func eachStepOfTheCountingIsSaid() throws {
    let found = try dated("civil-procedure.defence", from: "2025-11-14")
    #expect(
      found.explanation(.en)
        == """
        Last day: 2025-12-01
        Result: 15 days (rules as of 2025-11-14)
        Defence (Civil Procedure Law, art. 128(1))
          Exception not applied: Defence from abroad (Civil Procedure Law, art. 285)
            party without domicile in China: no (taken from silence)
          Defence: 15 days (from 2024-01-01) (Civil Procedure Law, art. 128(1))
        2025-11-14 itself does not count; the period runs from 2025-11-15 (Civil Procedure Law, art. 85(2))
        15 days end on 2025-11-29
        2025-11-29 is a Saturday: moved to 2025-12-01 (Civil Procedure Law, art. 85(3))
        """)
    let leap = try dated("civil-procedure.enforcement", from: "2024-02-29").explanation(.zh)
    #expect(leap.contains("没有对应日，届满于月末2026-02-28") && leap.contains("《民法典》第202条"))
  }

  @Test func anUnannouncedYearIsProvisional() throws {
    let found = try dated("civil-procedure.defence", from: "2027-03-01")
    #expect(found.due.isProvisional && found.counting.last?.text.en.contains("provisional") == true)
    #expect(found.explanation(.zh).hasPrefix("最后一日：2027-03-16（暂定）"))
    #expect(try !dated("civil-procedure.defence", from: "2026-03-02").due.isProvisional)
  }

  @Test func whoLivesAbroadHasLonger() throws {
    let facts = ["procedure.abroad": "true"]
    let found = try dated("civil-procedure.defence", from: "2025-02-07", facts)
    #expect(found.due.date == day("2025-03-10"))
    #expect(found.explanation(.en).contains("art. 285"))
    let earlier = try dated("civil-procedure.defence", from: "2023-05-30", facts)
    #expect(earlier.finding.isUnverified && earlier.explanation(.en).contains("art. 275"))
  }

  @Test func aDesignatedPeriodNeedsItsDays() throws {
    let base = try AllLaw.base()
    let problem = #expect(throws: Problem.self) {
      try base.evaluate("civil-procedure.designated", base.sheet(), asOf: day("2026-03-02"))
    }
    #expect(problem?.fields.map(\.pointer) == ["period.days"])
    let short = ["procedure.kind": "ordinary", "period.days": "14"]
    #expect(throws: Problem.self) {
      try dated("civil-procedure.evidence", from: "2026-03-02", short)
    }
    let enough = ["procedure.kind": "ordinary", "period.days": "15"]
    let found = try dated("civil-procedure.evidence", from: "2026-03-02", enough)
    #expect(found.due.date == day("2026-03-17"))
  }

  @Test func whatIsPostedInTimeIsInTime() throws {
    let base = try AllLaw.base()
    func inTime(_ facts: [String: String]) throws -> Outcome {
      let last = facts.merging(["procedure.last-day": "2026-03-10"]) { $1 }
      return try base.evaluate(
        "civil-procedure.in-time", base.sheet(reading: last), asOf: day("2026-03-02")
      ).outcome
    }
    #expect(try inTime(["procedure.received": "2026-03-10"]) == .truth(true))
    #expect(try inTime(["procedure.received": "2026-03-11"]) == .truth(false))
    let posted = ["procedure.is-posted": "true"]
    #expect(try inTime(posted.merging(["procedure.posted": "2026-03-10"]) { $1 }) == .truth(true))
    #expect(try inTime(posted.merging(["procedure.posted": "2026-03-11"]) { $1 }) == .truth(false))
    #expect(throws: Problem.self) { try inTime([:]) }
  }

  @Test func foreignRelatedTrialsHaveNoPeriod() throws {
    #expect(throws: Problem.self) {
      try dated(
        "civil-procedure.trial-ordinary", from: "2026-03-02", ["procedure.foreign-related": "true"])
    }
    let found = try dated("civil-procedure.trial-ordinary", from: "2026-03-02")
    #expect(found.due.date == day("2026-09-02"))
  }

  // MARK: The hotline

  @Test(arguments: ["3701 24", "3707 20", "370102 24"]) func anOrdinanceSetsThePeriod(
    _ line: String
  ) throws {
    let words = line.split(separator: " ").map(String.init)
    let base = try AllLaw.base()
    let open = try base.opened("hotline.handle", asOf: day("2026-03-02"), in: Territory(words[0]))
    let found = try #require(
      try open.dated(base.sheet(), from: day("2026-03-02"), under: .stateCouncil))
    #expect(found.due.date == day("2026-03-09"))
    #expect(found.explanation(.en).contains("art. \(words[1])(1)"))
    let longer = try base.sheet(reading: [
      "hotline.has-statutory-period": "true", "hotline.statutory-days": "20",
    ])
    #expect(try open.value(longer).phrase.en == "20 working days")
  }

  @Test func whereNoOrdinanceSetsItThereIsNone() throws {
    let base = try AllLaw.base()
    for place in ["11", "4403", nil] as [Territory?] {
      #expect(throws: Problem.self) {
        try base.opened("hotline.handle", asOf: day("2026-03-02"), in: place)
      }
    }
    let who = try base.evaluate(
      "hotline.handle-set-by", base.sheet(), asOf: day("2026-03-02"), in: "110105")
    #expect(who.outcome == .choice("department"))
    #expect(base.name(of: who).en == "the city's department")
  }

  @Test func requestsAreTakenUpAsEachOrdinanceSays() throws {
    let base = try AllLaw.base()
    func intake(_ place: Territory, _ facts: [String: String]) throws -> (String, String) {
      let found = try base.evaluate(
        "hotline.intake", base.sheet(reading: facts), asOf: day("2026-03-02"), in: place)
      return (found.outcome.phrase.en, found.explanation(.en))
    }
    #expect(try intake("11", [:]).0 == "dispatch")
    #expect(try intake("11", ["hotline.answerable": "true"]).0 == "answer")
    #expect(try intake("11", ["hotline.ground": "procedure"]).0 == "tell")
    #expect(try intake("3707", ["hotline.ground": "procedure"]).0 == "refuse")
    #expect(try intake("11", ["hotline.ground": "emergency"]).1.contains("art. 11(3), item 1"))
    let appointed = try base.evaluate(
      "hotline.return", base.sheet(reading: ["hotline.is-appointed": "true"]),
      asOf: day("2026-03-02"), in: "3707")
    #expect(appointed.outcome == .truth(false))
  }
}
