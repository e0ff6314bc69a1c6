import Commons
import Rulebook
import Testing

private let base = Result { try RuleBase([ReconsiderationLaw.pack]) }

/// Facts as `name=value` words, names without the pack's prefix.
private func sheet(_ base: RuleBase, _ words: Substring) throws -> FactSheet {
  var sheet = try base.sheet()
  for word in words.split(separator: ",") {
    let pair = word.split(separator: "=").map(String.init)
    let id = "recon.\(pair[0])"
    let declaration = try #require(base.facts.first { $0.id.text == id }, "\(id)")
    try sheet.state(declaration.id, declaration.read(pair[1]))
  }
  return sheet
}

private func answer(_ rule: String, _ facts: Substring, on day: String) throws -> Finding {
  let base = try base.get()
  return try base.evaluate(
    RuleID("recon." + rule), sheet(base, facts), asOf: try #require(CivilDate(day)))
}

@Suite struct ReconsiderationLawTests {
  // Read off the articles by hand: rule, facts, article, answer.
  @Test(arguments: [
    "first.on-the-spot act-kind=penalty,on-the-spot=true 23 yes",
    "first.on-the-spot act-kind=penalty,on-the-spot=false 23 no",
    "first.on-the-spot act-kind=coercion,on-the-spot=true 23 no",
    "first.resource acquired-resource=true 23 yes",
    "first.inaction act-kind=inaction 23 yes",
    "first.inaction act-kind=licence,failure-to-act=true 23 yes",
    "first.disclosure act-kind=disclosure,disclosure-refused=true 23 yes",
    "first.disclosure act-kind=disclosure,disclosure-refused=false 23 no",
    "first.statute first-by-statute=true 23 yes",
    "jurisdiction respondent-kind=department 24 own-government",
    "jurisdiction respondent-kind=lower-government 24 upper-government",
    "jurisdiction respondent-kind=local-branch 24 own-or-local",
    "jurisdiction respondent-kind=ministry 25 itself",
    "jurisdiction respondent-kind=vertical 27 upper-department",
    "jurisdiction respondent-kind=justice 28 own-or-upper",
    "state-council respondent-kind=province 26 yes",
    "state-council respondent-kind=department 26 no",
    "in-time filed-on=2024-05-06,last-day=2024-05-06,bar-day=2029-01-01 30 yes",
    "in-time filed-on=2024-05-07,last-day=2024-05-06,bar-day=2029-01-01 30 no",
    "in-time filed-on=2024-05-06,last-day=2024-05-06,bar-day=2024-05-05 30 no",
    "scope excluded=personnel 30 no",
    "first-time taken-by-court=true 30 no",
    "evidence-due failure-to-act=true 44 yes",
    "evidence-due failure-to-act=true,own-motion=true 44 no",
    "evidence-due asks-compensation=true 44 yes",
    "evidence-due asks-compensation=true,evidence-excused=true 44 no",
    "via-agency act-kind=penalty,camera=true 32 yes",
    "via-agency act-kind=penalty 32 no",
    "representatives applicants=5 8 no",
    "representatives applicants=6 8 yes",
    "simplified.amount clear=true,has-amount=true,amount=3000 53 yes",
    "simplified.amount clear=true,has-amount=true,amount=3000.01 53 no",
    "simplified.amount clear=false,has-amount=true,amount=1 53 no",
    "simplified.consent consent=true 53 yes",
    "hearing.must major=true 50 yes",
    "committee technical=true 52 yes",
    "suspension suspension=death,applicant-kind=person 39 yes",
    "suspension suspension=ended,applicant-kind=person 39 no",
    "suspension suspension=mediation 39 no",
    "termination termination=withdrawn 41 no",
    "termination termination=withdrawn,withdrawal-allowed=true 41 yes",
    "stay stay=party 42 no",
    "stay stay=statute 42 yes",
    "decision.change ground=improper 63 yes",
    "decision.change ground=improper,no-reply=true 63 no",
    "worse-barred worse=true 63 yes",
    "worse-barred worse=true,third-opposes=true 63 no",
    "same-act-barred same-act=true,ground=facts-unclear 64 yes",
    "same-act-barred same-act=true,ground=procedure 64 no",
    "decision.revoke ground=no-evidence 64 no",
    "decision.revoke ground=no-evidence,no-reply=true 64 yes",
    "decision.revoke ground=no-evidence,no-reply=true,third-interest=true,third-evidence=true 64 no",
    "decision.perform ground=not-performed 66 no",
    "decision.perform ground=not-performed,failure-to-act=true 66 yes",
    "decision.void ground=no-basis 67 no",
    "decision.void ground=no-basis,asks-void=true 67 yes",
    "decision.uphold ground=lawful,no-reply=true 68 no",
    "decision.reject ground=performed,failure-to-act=true 69 yes",
    "no-evidence no-reply=true 70 yes",
    "decision.agreement act-kind=agreement,ground=breach 71 yes",
    "return-due act-kind=penalty,has-amount=true,decision=revoke 72 yes",
    "enforcement decision=change,enforceable=true 78 authority",
    "enforcement decision=uphold,enforceable=true 78 respondent",
    "enforcement decision=revoke,enforceable=true 78 nobody",
    "period.apply applicants=1 20 60d", "period.untold applicants=1 20 1y",
    "period.bar applicants=1 21 5y", "period.bar real-property=true 21 20y",
    "period.review applicants=1 30 5wd", "period.correct applicants=1 31 10wd",
    "period.forward applicants=1 32 5wd", "period.sue applicants=1 34 15d",
    "period.gone applicants=1 41 60d", "period.serve applicants=1 48 7wd",
    "period.serve simplified=true 54 3wd", "period.reply applicants=1 48 10wd",
    "period.reply simplified=true 54 5wd", "period.hearing-notice applicants=1 51 5wd",
    "period.norm-own applicants=1 56 30d", "period.norm-forward applicants=1 56 7wd",
    "period.norm-notice applicants=1 58 3wd", "period.norm-answer applicants=1 58 10wd",
    "period.norm-elsewhere applicants=1 60 60d", "period.decide applicants=1 62 60d",
    "period.decide simplified=true 62 30d", "period.extension applicants=1 62 30d",
    "period.redo applicants=1 49 60d", "period.opinion applicants=1 76 60d",
  ])
  func anArticle(_ line: String) throws {
    let words = line.split(separator: " ")
    let finding = try answer(String(words[0]), words[1], on: "2026-03-02")
    let json = finding.json["outcome"]
    let outcome = json?.string ?? (json == true ? "yes" : "no")
    #expect(outcome == String(words[3]), "\(line): \(finding.explanation(.en))")
    let articles = finding.explanation(.zh)
    #expect(articles.contains("第\(words[2])条"), "\(line): \(articles)")
    #expect(!finding.isUnverified)
  }

  @Test func aMissingFactIsNamed() throws {
    let problem = #expect(throws: Problem.self) {
      try answer("parties", "applicant-clear=true", on: "2026-03-02")
    }
    #expect(problem?.fields.map(\.pointer) == ["recon.respondent-fits"])
    #expect(problem?.fields.first?.message.zh.contains("被申请人") == true)
  }

  @Test func theDayDecidesWhichLawHolds() throws {
    // The same facts under both laws: what was not told to be impossible before is possible now.
    let facts: Substring = "worse=true,third-opposes=true"
    #expect(try answer("worse-barred", facts, on: "2023-12-31").outcome == .truth(true))
    #expect(try answer("worse-barred", facts, on: "2024-01-01").outcome == .truth(false))
    #expect(
      try answer("mediation", "discretionary=false", on: "2023-12-31").outcome == .truth(false))
    #expect(
      try answer("mediation", "discretionary=false", on: "2024-01-01").outcome == .truth(true))
    #expect(throws: Problem.self) {
      try answer("simplified.consent", "consent=true", on: "2023-12-31")
    }
    // A number of the edition of 2017 is not passed off as verified.
    #expect(try answer("period.apply", "applicants=1", on: "2023-12-31").isUnverified)
  }
}
