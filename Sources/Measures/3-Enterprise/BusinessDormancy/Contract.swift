import CaseWork
import Commons
import Dormancy

extension DormancyProcedure {
  /// What this measure has in its interface beside its cases.
  var operations: [CaseOperation] { reading + feeding + publishing }

  private typealias Schema = CaseOperation

  private static let act = CaseOperation.object(["act": CaseOperation.text])

  private var reading: [CaseOperation] {
    [
      .get(
        "/register", "The public register of dormant businesses by last day",
        query: Schema.paging,
        answers: Schema.list(
          of: Schema.object([
            "name": Schema.text, "from": Schema.day, "through": Schema.day,
            "address": Schema.text,
          ])), 400)
    ]
  }

  private var feeding: [CaseOperation] {
    let spell = Schema.object([
      "from": Schema.day, "through": Schema.day, "resumed?": Schema.day, "address?": Schema.text,
    ])
    let business = Schema.object([
      "code": ["type": "string", "minLength": 18, "maxLength": 18],
      "name": ["type": "string", "maxLength": 100], "kind": Schema.one(of: OperatorItem.kinds),
      "registered_on": Schema.day,
      "flags?": Schema.list(of: Schema.one(of: OperatorRow.Flags.names.map(\.name))),
      "spells?": Schema.list(of: spell),
    ])
    let event = Schema.object([
      "code": ["type": "string", "minLength": 18, "maxLength": 18],
      "kind": Schema.one(of: DormancyEvent.Kind.allCases.map(\.code)), "on": Schema.day,
      "source": ["type": "string", "maxLength": 100], "id": ["type": "string", "maxLength": 100],
    ])
    return [
      .post(
        "/operators", "What the register knows of businesses; for the feed's role",
        body: Schema.list(of: business, atMost: FeedReader.limit),
        answers: Schema.object(["items": Schema.count, "act": Schema.text]), 400, 401, 403, 422),
      .post(
        "/events", "Events of other systems; an event counts once by source and id",
        body: Schema.list(of: event, atMost: FeedReader.limit),
        answers: Schema.object([
          "act": Schema.text,
          "items": Schema.list(
            of: Schema.object([
              "source": Schema.text, "id": Schema.text,
              "outcome": Schema.one(of: ["taken", "known", "ignored", "resumed"]),
              "case?": Schema.text,
            ])),
        ]), 400, 401, 403, 422),
      .post(
        "/sweep", "Look at every open spell now, as the program does each night", body: nil,
        answers: Schema.object([
          "day": Schema.day, "spells": Schema.count, "resumed": Schema.count,
          "steps": Schema.count, "ended": Schema.count,
        ]), good: 200, 401, 403),
    ]
  }

  private var publishing: [CaseOperation] {
    [
      .get(
        "/publicity",
        "What waits for the national publicity system, in the terms of the law; its own interface is unverified",
        query: Schema.paging,
        answers: Schema.object([
          "connected": ["type": "boolean"], "note": Schema.text,
          "items": Schema.list(of: ["type": "object"]),
        ]), 400, 401, 403),
      .post(
        "/publicity/handed", "Say that publications were handed over",
        body: Schema.object(["ids": Schema.list(of: Schema.text, atMost: FeedReader.limit)]),
        answers: Self.act, 400, 401, 403, 422),
    ]
  }
}
