import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit

/// What each step of a chain publishes as a release of OCDS 1.1. It stands in the act's public fields, so that
/// anybody builds the compiled release, and with it every red flag, from entries of the log alone. It names
/// organisations by their ids and no person.
struct ReleaseParts {
  let rules: ProcurementRules
  let method: ProcurementMethod

  /// The prefix of ocids; a city that publishes registers its own with Open Contracting.
  static let prefix = "ocds-tequ16"
  /// The public field in which a release stands.
  static let field = "ocds"

  /// Puts the step's release into the draft's public fields.
  func publish(_ draft: inout CaseDraft) {
    var parts = parts(draft)
    if let duty = duty(draft) { parts["duties"] = [duty] }
    guard !parts.isEmpty else { return }
    let ocid = draft.facts.text("ocid")
    // A release says of which tender it speaks even where it adds to it (the schema demands the id).
    if case .object(var tender) = parts["tender"], tender["id"] == nil {
      tender["id"] = .string(ocid)
      parts["tender"] = .object(tender)
    }
    parts["ocid"] = .string(ocid)
    parts["id"] = .string("\(ocid)-\(draft.version)")
    parts["date"] = .string(draft.at.rfc3339(in: draft.zone))
    parts["tag"] = [.string(tag(draft.command))]
    parts["initiationType"] = "tender"
    draft.publicFields[ReleaseParts.field] = .object(parts)
  }

  private func tag(_ command: CommandID) -> String {
    switch command {
    case .need, .approve, .plan: "planning"
    case .announce, .issue: "tender"
    case .clarify: "tenderAmendment"
    case .fail, .reject: "tenderCancellation"
    case .award: "award"
    case .contract: "contract"
    case .change: "contractAmendment"
    case .accept, .pay, .close, .returnDeposits: "implementation"
    default: "tenderUpdate"
    }
  }

  /// Who held which post, as letters that stand for persons of this purchase alone.
  private func duty(_ draft: CaseDraft) -> JSONValue? {
    let roles = [
      "need": "need", "approve": "approval", "conduct": "conduct", "accept": "acceptance",
    ]
    guard let role = roles[draft.capacity.id] else { return nil }
    let held = ChainStep.duties(draft.facts)
    guard let own = held.first(where: { $0.value == draft.actor.account })?.key else { return nil }
    // A post that was published once says nothing new.
    if let before = draft.before, let old = try? CaseFacts(before.facts),
      ChainStep.duties(old)[own] == draft.actor.account
    {
      return nil
    }
    // Nobody holds two posts, so that the key of the post stands for the person.
    let number = own.split(separator: "#").dropFirst().first.map { "-\($0)" } ?? ""
    return [
      "id": .string(role + number), "person": .string("person-\(draft.capacity.id)\(number)"),
      "role": .string(role),
    ]
  }

  // MARK: Parts

  private static func money(_ fen: Int64?) -> JSONValue? {
    fen.map { ["amount": .number(Double($0) / 100), "currency": "CNY"] }
  }

  /// An organisation by its credit code.
  private static func party(_ id: String, _ roles: JSONValue) -> JSONValue {
    ["id": .string(id), "identifier": ["scheme": "CN-USCI", "id": .string(id)], "roles": roles]
  }

  private func moment(_ day: CivilDate?, hour: Int64 = 0, _ draft: CaseDraft) -> JSONValue {
    JSONValue(
      day.map {
        Instant($0, secondOfDay: Int(hour) * 3600, in: draft.zone).rfc3339(in: draft.zone)
      })
  }

  private func parts(_ draft: CaseDraft) -> [String: JSONValue] {
    let facts = draft.facts
    let now = JSONValue.string(draft.at.rfc3339(in: draft.zone))
    switch draft.command {
    case .need: return need(facts)
    case .plan:
      return [
        "planning": [
          "budget": ["amount": Self.money(facts.integer("estimate")) ?? .null],
          "documents": [["id": "plan", "documentType": "procurementPlan", "datePublished": now]],
        ],
        "tender": ["maximumValue": Self.money(facts.integer("ceiling")) ?? .null],
      ]
    case .announce: return announcement(draft, now)
    case .issue: return documents(draft, now)
    case .clarify: return clarification(draft, now)
    case .unsealSecond: return opened(facts)
    case .draw: return ["tender": ["evaluators": evaluators(facts)]]
    case .evaluate, .quote: return evaluated(facts)
    case .candidates:
      let period = (try? rules.legal("candidates", on: draft.today).amount) ?? 0
      return [
        "tender": [
          "candidateNotice": [
            "reportDate": moment(facts.date("reported-on"), draft),
            "startDate": moment(draft.today, draft),
            "endDate": moment(draft.today.adding(days: period), draft),
          ]
        ]
      ]
    case .award: return awarded(facts, now)
    default: return afterwards(draft, now)
    }
  }

  private func need(_ facts: CaseFacts) -> [String: JSONValue] {
    let firm = facts.text("firm")
    var item: [String: JSONValue] = ["id": "1", "description": .string(facts.text("title"))]
    if let code = facts.string("classification") {
      item["classification"] = ["scheme": "CN-GPC", "id": .string(code)]
    }
    return [
      "buyer": ["id": .string(firm), "name": .string(rules.firmName(firm).zh)],
      "parties": [
        [
          "id": .string(firm), "name": .string(rules.firmName(firm).zh),
          "roles": ["buyer", "procuringEntity"],
        ]
      ],
      "tender": [
        "id": .string(facts.text("ocid")), "title": .string(facts.text("title")),
        "status": "planning", "procurementMethod": .string(method.ocds),
        "procurementMethodDetails": .string(method.name.zh),
        "mainProcurementCategory": .string(facts.text("category")),
        "value": Self.money(facts.integer("estimate")) ?? .null,
        "procuringEntity": ["id": .string(firm), "name": .string(rules.firmName(firm).zh)],
        "items": [.object(item)],
      ],
    ]
  }

  private func announcement(_ draft: CaseDraft, _ now: JSONValue) -> [String: JSONValue] {
    let facts = draft.facts
    var tender: [String: JSONValue] = [
      "status": "planned",
      "documents": [["id": "notice", "documentType": "tenderNotice", "datePublished": now]],
    ]
    if method.hasBids {
      tender["documentsPeriod"] = [
        "startDate": moment(facts.date("sale-from"), draft),
        "endDate": moment(facts.date("sale-to"), draft),
      ]
      tender["submissionMethod"] = ["electronicSubmission"]
      tender["awardCriteria"] = .string(method.hasCommittee ? "qualityOnly" : "priceOnly")
      tender["eligibilityCriteria"] = "见采购文件"
      if method.hasCommittee { tender["awardCriteriaDetails"] = "综合评分，评分标准见采购文件" }
      if !method.isTendering {
        tender["procurementMethodRationale"] = .string("按经批准的采购方案采用\(method.name.zh)")
      }
    } else {
      tender["procurementMethodRationale"] = "已公示单一来源理由"
    }
    return ["tender": .object(tender)]
  }

  private func documents(_ draft: CaseDraft, _ now: JSONValue) -> [String: JSONValue] {
    let facts = draft.facts
    return [
      "tender": [
        "status": "active",
        "documents": [
          ["id": "documents", "documentType": "biddingDocuments", "datePublished": now]
        ],
        "tenderPeriod": [
          "startDate": now,
          "endDate": moment(
            facts.date("opens-on"), hour: facts.integer("opens-hour") ?? 0, draft),
        ],
      ]
    ]
  }

  private func clarification(_ draft: CaseDraft, _ now: JSONValue) -> [String: JSONValue] {
    let facts = draft.facts
    return [
      "tender": [
        "amendments": [["id": .string("\(draft.version)"), "date": now]],
        "tenderPeriod": [
          "endDate": moment(
            facts.date("opens-on"), hour: facts.integer("opens-hour") ?? 0, draft)
        ],
      ]
    ]
  }

  private func opened(_ facts: CaseFacts) -> [String: JSONValue] {
    let bids = ChainBid.all(facts)
    let particulars = BidParticulars(bids)
    let tenderers = Set(bids.map(\.tenderer)).subtracting([""]).sorted()
    return [
      "parties": .array(
        tenderers.map { ReleaseParts.party($0, ["tenderer"]) }),
      "tender": [
        "status": "complete", "numberOfTenderers": .integer(Int64(tenderers.count)),
        "tenderers": .array(tenderers.map { ["id": .string($0)] }),
      ],
      "bids": ["details": .array(bids.map { detail($0, particulars.of($0), facts) })],
    ]
  }

  private func detail(
    _ bid: ChainBid, _ more: [String: JSONValue], _ facts: CaseFacts
  ) -> JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(bid.id), "date": .string(bid.date), "status": .string(bid.status),
      "tenderers": bid.tenderer.isEmpty ? [] : [["id": .string(bid.tenderer)]],
      "value": Self.money(bid.amount) ?? .null,
    ]
    if !bid.why.isEmpty { members["statusDetails"] = .string(bid.why) }
    for (name, value) in more { members[name] = value }
    if more["deposit"]?["value"] == nil, let deposit = facts.integer("deposit"), deposit > 0 {
      var own = more["deposit"]?.object ?? [:]
      own["value"] = Self.money(deposit)
      members["deposit"] = .object(own)
    }
    return .object(members)
  }

  private func evaluators(_ facts: CaseFacts) -> JSONValue {
    let experts = facts.list("experts").count
    let members = Int(facts.integer("members") ?? 0)
    // Names stay secret until the award (招标投标法第三十七条第四款): seats, not numbers of the pool.
    return .array(
      (0..<members).map {
        ["id": .string("seat-\($0 + 1)"), "isExpert": .bool($0 < experts)]
      })
  }

  private func evaluated(_ facts: CaseFacts) -> [String: JSONValue] {
    let bids = ChainBid.all(facts)
    guard method.hasBids else {
      let supplier = facts.text("supplier")
      return ["parties": [Self.party(supplier, ["tenderer"])]]
    }
    return [
      "bids": [
        "details": .array(
          bids.map { bid in
            var members: [String: JSONValue] = [
              "id": .string(bid.id), "status": .string(bid.status),
            ]
            if !bid.why.isEmpty { members["statusDetails"] = .string(bid.why) }
            return .object(members)
          })
      ]
    ]
  }

  private func awarded(_ facts: CaseFacts, _ now: JSONValue) -> [String: JSONValue] {
    let winner = facts.text("winner")
    var award: [String: JSONValue] = [
      "id": "a1", "date": now, "status": "active",
      "value": Self.money(facts.integer("price")) ?? .null,
      "suppliers": [["id": .string(winner)]],
    ]
    var item: [String: JSONValue] = ["id": "1"]
    if let code = facts.string("classification") {
      item["classification"] = ["scheme": "CN-GPC", "id": .string(code)]
    }
    award["items"] = [.object(item)]
    return [
      "parties": [Self.party(winner, ["tenderer", "supplier"])],
      "awards": [.object(award)],
    ]
  }

  private func afterwards(_ draft: CaseDraft, _ now: JSONValue) -> [String: JSONValue] {
    let facts = draft.facts
    func contract(_ members: [String: JSONValue]) -> [String: JSONValue] {
      ["contracts": [.object(members.merging(["id": "c1", "awardID": "a1"]) { old, _ in old })]]
    }
    switch draft.command {
    case .contract:
      var members: [String: JSONValue] = [
        "dateSigned": now, "status": "active", "value": Self.money(facts.integer("value")) ?? .null,
        "period": ["endDate": moment(facts.date("perform-by"), draft)],
      ]
      if let bond = Self.money(facts.integer("bond")) { members["performanceBond"] = bond }
      return contract(members)
    case .change:
      return contract([
        "value": Self.money(facts.integer("changed")) ?? .null,
        "amendments": [["id": .string("\(draft.version)"), "date": now]],
      ])
    case .returnDeposits:
      guard (facts.integer("deposit") ?? 0) > 0 else { return [:] }
      return [
        "bids": [
          "details": .array(
            ChainBid.all(facts).map {
              ["id": .string($0.id), "deposit": ["dateReturned": now]]
            })
        ]
      ]
    case .pay:
      return contract([
        "implementation": [
          "transactions": [
            [
              "id": .string("\(facts.integer("payments") ?? 0)"), "date": now,
              "value": Self.money(draft.said.integer("amount")) ?? .null,
            ]
          ]
        ]
      ])
    case .close: return contract(["status": "terminated"])
    case .fail:
      return [
        "tender": ["status": facts.text("why") == "terminated" ? "cancelled" : "unsuccessful"]
      ]
    case .reject: return ["tender": ["status": "withdrawn"]]
    default: return [:]
    }
  }
}
