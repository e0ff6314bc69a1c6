import CaseEngine
import CaseWork

// What other bodies see of a case: law enforcement, committee, makers of norms, courts, procuratorate.
// Each has what its own task needs; no name, address or number of a person goes to who does not need it.
extension ReconsiderationProcedure {
  /// What was proposed stands among the facts from the proposal on; until the decision it stays within
  /// the authority.
  private static let proposed: Set<String> = [
    "decision", "ground", "compensation", "redo", "worse", "returns", "third-interest", "days",
    "major", "technical",
  ]
  private static let openings: [CommandID] = ["file", "take-down", "reroute", "lodge"]

  /// What somebody sees of a case.
  public func sight(of capacity: ActorKind, _ facts: CaseFacts) -> CaseSight {
    let isDecided = facts.date("decided-on") != nil
    switch capacity {
    case .citizen, .respondent:
      // The respondent is sent a copy of the application (art. 48) and sees what a party may see.
      return .all(butSaidWith: internalCommands, butFacts: isDecided ? [] : Self.proposed)
    case .maker:
      return .only(
        facts: ["respondent", "respondent-other", "act-kind", "norm", "norm-stopped"],
        said: [
          "suspend-norm": ["norm", "text"], "suspend-norm-elsewhere": ["norm", "text"],
          "answer-norm": ["text"], "return-norm": ["text"],
        ])
    case .court:
      // A court must know whose decision it is, and what became of it; how to reach somebody it asks.
      return .only(
        facts: Self.outcome.union(["is-first", "filed-on", "last-day", "deemed"]),
        said: Dictionary(uniqueKeysWithValues: Self.openings.map { ($0, ["name", "request"]) })
          .merging(["refuse": ["refused-for", "text"], "report-suit": ["suit-on"]]) { $1 },
        documents: ["decision", "refusal", "termination"])
    case .procuratorate:
      // It watches what the agency does, not who complained.
      return .only(
        facts: Self.outcome.union(["norm", "norm-stopped", "same-act"]),
        said: [
          "order": ["days", "text"], "issue-opinion": ["text"], "answer-opinion": ["text"],
          "report": ["text", "same-act"], "suggest": ["text"],
        ], documents: ["opinion", "order"])
    default: return .everything
    }
  }

  private static let outcome: Set<String> = [
    "respondent", "respondent-other", "act-kind", "decision", "ground", "decided-on",
    "in-force-on", "days", "redo", "returns", "compensation", "termination",
  ]

  /// Attending a hearing needs more than a token.
  public var rooms: [CommandID: String] { ["attend": "hearing"] }
}
