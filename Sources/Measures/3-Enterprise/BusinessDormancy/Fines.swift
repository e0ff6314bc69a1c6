import CaseWork
import Commons
import LegalTime
import Rulebook

// Fines (实施细则 art. 74): decided in a procedure of its own, recorded here, within what the law of the
// day allows.
extension DormancyProcedure {
  /// A fine must lie within the range that the rule gives for whoever was ordered to publish the end of
  /// dormancy and refused; the same breach is fined once.
  func fine(_ draft: inout CaseDraft) throws {
    let amount = Money.fen(draft.said.integer("fine") ?? 0)
    let finding = try rules.fine(for: "end-unpublished", on: draft.today)
    guard case .amounts(let least, let most) = finding.outcome,
      amount.minorUnits > least.minorUnits, amount.minorUnits <= most.minorUnits
    else {
      throw Problem.invalid([
        Problem.Field(
          "fine",
          Phrase(
            "罚款应在规定幅度内：\(finding.outcome.phrase.zh)。",
            en: "The fine must lie within what the law allows: \(finding.outcome.phrase.en)."))
      ])
    }
    guard draft.before.flatMap({ try? CaseFacts($0.facts) })?["fined-on"] == nil else {
      throw Problem.refused(
        "fined-already", Phrase("同一行为已经罚款。", en: "The same breach was fined already."),
        because: [DormancyBasis.city])
    }
    draft.findings = [finding]
    draft.publicFields["fine"] = .integer(amount.minorUnits)
  }
}

extension DormancyRules {
  /// From what through what whoever refused to correct a breach may be fined.
  func fine(for breach: String, on day: CivilDate) throws(Problem) -> Finding {
    try law.evaluate(
      "dormancy.fine",
      law.sheet([
        "dormancy.breach": .choice(breach), "dormancy.refused-to-correct": .truth(true),
      ]), asOf: day, in: territory)
  }
}
