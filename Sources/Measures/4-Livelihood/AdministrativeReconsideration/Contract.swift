import CaseWork
import Commons

extension ReconsiderationProcedure {
  /// What this measure has in its interface beside its cases.
  public var operations: [CaseOperation] {
    let (text, day, count) = (CaseOperation.text, CaseOperation.day, CaseOperation.count)
    return [
      .post(
        "/court-counts",
        "How many administrative suits of first instance were brought without reconsideration, in a month or a year; for the court's role",
        body: CaseOperation.object([
          "period": ["type": "string", "pattern": "^[0-9]{4}(-[0-9]{2})?$"],
          "suits": ["type": "integer", "minimum": 0, "maximum": 10_000_000],
          "source": ["type": "string", "maxLength": 120], "reported": day,
        ]), answers: CaseOperation.object(["act": text]), 400, 401, 403, 422),
      .get(
        "/first-choice", "How often reconsideration is chosen first, with what it lacks",
        answers: CaseOperation.object([
          "year": ["type": ["string", "null"]], "share": ["type": ["number", "null"]],
          "reported": ["type": ["string", "null"]], "missing": CaseOperation.list(of: text),
          "periods": CaseOperation.list(
            of: CaseOperation.object([
              "period": text, "applications": count, "suits": ["type": ["integer", "null"]],
              "source": ["type": ["string", "null"]], "reported": ["type": ["string", "null"]],
              "share": ["type": ["number", "null"]],
            ])),
        ])),
    ]
  }
}
