import CaseWork
import Commons
import EvidencePackets

extension IPProcedure {
  /// What this measure has in its interface beside its cases. The shared interface of agencies, courts and
  /// platforms is written out in ``ExchangeContract``.
  var operations: [CaseOperation] {
    let anything: JSONValue = ["type": "object"]
    return [
      .post(
        "/{number}/packets",
        "Puts an evidence packet into a case; by the party's token or by the officer in charge",
        body: PacketFormat.schema, answers: anything, 400, 401, 403, 404, 409, 422),
      .get(
        "/{number}/packets/{content}", "An evidence packet with its custody and proof in the log",
        query: [("token", "The party's, where nobody is signed in")],
        answers: PacketFormat.schema, 401, 403, 404),
      .get(
        "/{number}/packets/{content}/report",
        "What a judge looks at, factor by factor (online litigation rules, arts 16 to 19)",
        query: [("token", "The party's, where nobody is signed in")], answers: anything, 401, 403,
        404),
      .get(
        "/exchange/openapi.json", "The contract of the shared interface", answers: anything),
    ]
  }
}
