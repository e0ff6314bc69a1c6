import CaseWork
import Commons
import Rulebook

extension FlightProcedure {
  /// What this kind of case has in its interface beside its cases.
  var operations: [CaseOperation] {
    let (text, day) = (CaseOperation.text, CaseOperation.day)
    let names = Dictionary(
      rules.law.facts.map { ($0.id.text, $0.name.en) }, uniquingKeysWith: { first, _ in first })
    return [
      .get(
        "/check", "What the Regulation asks of a flight, from its facts alone, with the reasons",
        query: FlightCheckPage.facts.map { ($0, names["uas.\($0)"] ?? $0) },
        answers: CaseOperation.object(["as_of": day, "answers": ["type": "object"]]), 422),
      .get(
        "/airspace", "Published controlled airspace and closures, as GeoJSON",
        answers: CaseOperation.object([
          "type": text, "features": CaseOperation.list(of: ["type": "object"]),
        ])),
    ]
  }
}
