import AccessControl
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import SealedFiles
import Storage

/// The people of a simulated city who buy for state firms, bid, and handle alerts. Firms act once a working day,
/// after the hour of opening, bidders in the days before it; the same seed and the same days give the same
/// purchases. Some bidders collude and some firms dawdle, so that there is something to find.
public struct ProcurementAgents: Sendable {
  private let measure: ProcurementMeasure
  private let seed: UInt64

  /// Agents of a measure.
  public init(_ measure: ProcurementMeasure, seed: UInt64) {
    self.measure = measure
    self.seed = seed
  }

  // MARK: Who acts

  /// The persons of a firm by post, as numbers of accounts that nobody signs in to.
  static func person(_ firm: Int, _ post: Int) -> Int64 { Int64(7_000_000 + firm * 100 + post) }

  private func staff(_ firm: Int, _ post: Int, _ permissions: Set<String>) -> Actor {
    let id = measure.rules.firms[firm]
    return Actor(
      kind: .staff, account: Self.person(firm, post), permissions: permissions, agency: id,
      agencies: [id])
  }

  private func actor(_ firm: Int, _ capacity: ActorKind, second: Bool = false) -> Actor {
    switch capacity {
    case .needing: staff(firm, 1, ProcurementMeasure.needs.permissions)
    case .approving, .declarant: staff(firm, 2, ProcurementMeasure.approver.permissions)
    case .accepting: staff(firm, 4, ProcurementMeasure.acceptor.permissions)
    case .opening: staff(firm, second ? 6 : 5, ProcurementMeasure.keeper.permissions)
    default: staff(firm, 3, ProcurementMeasure.conductor.permissions)
    }
  }

  private static func bidder(_ number: Int) -> Actor {
    Actor(
      kind: .citizen, account: Int64(7_900_000 + number),
      permissions: [
        "procurement.bids.file", "procurement.bids.as-citizen", "procurement.objections.file",
        "procurement.objections.as-citizen",
      ])
  }

  private static let overseer = Actor(
    kind: .staff, account: 7_800_001,
    permissions: ProcurementMeasure.handler.permissions.union(
      ProcurementMeasure.reviewer.permissions), agencies: nil)

  /// The keys of the two keepers of a firm, from the seed of the simulation: in a city each makes one alone.
  private func keys(_ firm: Int) -> (SealedFile.Identity, SealedFile.Identity) {
    func key(_ half: Int) -> SealedFile.Identity {
      SealedFile.Identity(
        random: SeededBytes(seed: seed &+ UInt64(firm * 2 + half) &* 0x9E37_79B9_7F4A_7C15))
    }
    return (key(0), key(1))
  }

  private static let titles = [
    ("配电柜", "goods", "39121000"), ("保洁服务", "services", "76111500"),
    ("泵站维修", "works", "72141000"), ("办公软件", "goods", "43231500"),
    ("劳保用品", "goods", "46181500"), ("工程监理", "services", "81101500"),
  ]

  // MARK: A day

  /// At eleven on a working day everybody takes the steps that are due; bidders hand in at hours of their own.
  public func turn(at moment: Instant) async throws {
    let zone = measure.rules.profile.zone
    let today = moment.date(in: zone)
    try await uploads(at: moment)
    guard moment == Instant(today, secondOfDay: 39_600, in: zone),
      measure.rules.calendar.isWorkingDay(today)
    else { return }
    var random = SeededRandom(seed: seed).fork("procurement \(today)")
    for firm in measure.rules.firms.indices { try await declare(firm) }
    try await answers(&random)
    for method in ProcurementMethod.allCases {
      guard let office = measure.office(method.rawValue) else { continue }
      for stage in office.setting.type.stages where !stage.isFinal {
        for row in try await rows(office, stage.id) {
          try await advance(office, method, row, today, &random)
        }
      }
      if random.chance(method == .tender ? 0.8 : 0.35) {
        try await need(office, method, today, &random)
      }
    }
    try await alerts(&random)
  }

  private func rows(
    _ office: CaseOffice, _ stage: StageID, limit: Int = 100
  ) async throws -> [CaseFileRow] {
    try await measure.desk.store.all(
      CaseFileBook.at(stage, kind: office.setting.type.id, after: (.min, .min), limit: limit))
  }

  private func declare(_ firm: Int) async throws {
    guard let office = measure.office("bodies") else { return }
    let id = measure.rules.firms[firm]
    guard
      try await measure.desk.store.all(
        CaseFileBook.about("bodies:\(id)", kind: BodiesProcedure.kind)
      ).isEmpty
    else { return }
    let actor = actor(firm, .declarant)
    let done = try await measure.desk.submit(
      OpenCase(
        "register", as: .declarant, said: CaseFacts(["firm": .string(id)]), in: office.setting),
      by: actor, .init(idempotencyKey: "bodies.\(id)"))
    func people(_ posts: Int...) -> JSONValue {
      .string(posts.map { "\(Self.person(firm, $0))" }.joined(separator: " "))
    }
    _ = try await measure.desk.submit(
      MoveCase(
        "declare", as: .declarant, on: done.aggregate,
        said: CaseFacts([
          "decision": people(2), "organisation": people(3, 5), "technology": people(1, 4),
          "supervision": people(6),
        ]), in: office.setting), by: actor, .init(idempotencyKey: "declare.\(id)"))
  }

  private func need(
    _ office: CaseOffice, _ method: ProcurementMethod, _ today: CivilDate,
    _ random: inout SeededRandom
  ) async throws {
    let firm = random.below(measure.rules.firms.count)
    let (title, category, code) = Self.titles[random.below(Self.titles.count)]
    let wanted = Int64(20 + random.below(400)) * 1_000_000
    let limit = measure.rules.parameter(
      "limit", of: method, firm: measure.rules.firms[firm], on: today)
    let estimate = min(wanted, limit.map { $0.value * 100 } ?? .max)
    _ = try await measure.desk.submit(
      OpenCase(
        .need, as: .needing,
        said: CaseFacts([
          "firm": .string(measure.rules.firms[firm]), "title": .string("\(title)（\(today)）"),
          "category": .string(category), "classification": .string(code),
          "estimate": .integer(estimate), "text": "按年度计划采购。",
        ]), in: office.setting), by: actor(firm, .needing),
      .init(idempotencyKey: "need.\(method.rawValue).\(today)"))
  }

  private func move(
    _ office: CaseOffice, _ command: CommandID, _ capacity: ActorKind, _ row: CaseFileRow,
    _ said: [String: JSONValue] = [:], second: Bool = false, by other: Actor? = nil
  ) async throws {
    let firm = measure.rules.firms.firstIndex(of: row.base.agency ?? "") ?? 0
    _ = try await measure.desk.submit(
      MoveCase(
        command, as: capacity, on: row.base.key, said: CaseFacts(said), in: office.setting),
      by: other ?? actor(firm, capacity, second: second),
      .init(idempotencyKey: "\(row.base.key).\(row.base.version)"))
  }

  // MARK: A purchase

  private func advance(
    _ office: CaseOffice, _ method: ProcurementMethod, _ row: CaseFileRow, _ today: CivilDate,
    _ random: inout SeededRandom
  ) async throws {
    let facts = try CaseFacts(row.facts)
    let estimate = facts.integer("estimate") ?? 0
    switch row.base.stage {
    case "needed" where random.chance(0.1):
      // Whoever conducts purchases tries to approve one: refused, on record.
      let firm = measure.rules.firms.firstIndex(of: row.base.agency ?? "") ?? 0
      try await move(
        office, .approve, .approving, row,
        by: staff(firm, 3, ProcurementMeasure.approver.permissions))
    case "needed": try await move(office, .approve, .approving, row)
    case "approved":
      try await move(
        office, .plan, .conducting, row,
        ["ceiling": .integer(estimate / 100 * 96), "text": "按限额和市场情况选择方式。"])
    case "planned": try await announce(office, method, row, today)
    case "announced" where method.hasBids: try await issue(office, row)
    case "announced":
      try await move(
        office, .quote, .conducting, row,
        ["price": .integer(estimate / 100 * Int64(85 + random.below(10))), "text": "经商谈确定。"])
    case "bidding": try await bid(office, row, facts, today)
    case "half-open": try await unseal(office, row, second: true)
    case "opened" where method.hasCommittee: try await move(office, .draw, .conducting, row)
    case "opened": try await move(office, .evaluate, .conducting, row, ["text": "最低价。"])
    case "drawn": try await evaluate(office, row, facts, &random)
    case "evaluated" where method.hasBids: try await move(office, .candidates, .conducting, row)
    case "evaluated": try await move(office, .award, .approving, row)
    case "published":
      let status = try office.setting.type.status(row.base.status)
      guard office.setting.type.clock("publicity", of: status) == .lapsed else {
        return random.chance(0.1) ? try await object(row) : ()
      }
      try await move(office, .award, .approving, row)
    case "awarded" where random.chance(0.08):
      try await move(
        office, .contract, .conducting, row,
        [
          "value": facts["price"] ?? 0, "bond": .integer((facts.integer("price") ?? 0) / 20),
          "perform-by": .string(today.adding(days: 20).description),
        ])
    case "contracted": try await perform(office, method, row, facts, &random)
    case "performed":
      let value = facts.integer("changed") ?? facts.integer("value") ?? 0
      if facts.integer("paid") == nil {
        try await move(office, .pay, .accepting, row, ["amount": .integer(value)])
      } else {
        try await move(office, .close, .accepting, row)
      }
    default: break
    }
  }

  private func perform(
    _ office: CaseOffice, _ method: ProcurementMethod, _ row: CaseFileRow, _ facts: CaseFacts,
    _ random: inout SeededRandom
  ) async throws {
    let status = try office.setting.type.status(row.base.status)
    if method.hasBids, office.setting.type.clock("deposits", of: status) != .off {
      guard random.chance(0.25) else { return }
      return try await move(office, .returnDeposits, .conducting, row)
    }
    if random.chance(0.05), facts.integer("changed") == nil {
      let value = facts.integer("value") ?? 0
      return try await move(
        office, .change, .conducting, row, ["value": .integer(value / 100 * 115), "text": "增加数量。"])
    }
    guard random.chance(0.15) else { return }
    try await move(office, .accept, .accepting, row)
  }

  private func announce(
    _ office: CaseOffice, _ method: ProcurementMethod, _ row: CaseFileRow, _ today: CivilDate
  ) async throws {
    guard method.hasBids else {
      return try await move(
        office, .announce, .conducting, row,
        ["supplier": "91990000SOLE00001X", "supplier-name": "独家供应有限公司", "text": "专有技术。"])
    }
    let days = method.isTendering ? 22 : 7
    let facts = try CaseFacts(row.facts)
    try await move(
      office, .announce, .conducting, row,
      [
        "sale-from": .string(today.description),
        "sale-to": .string(today.adding(days: 5).description),
        "opens-on": .string(today.adding(days: days).description), "opens-hour": 10,
        "deposit": .integer((facts.integer("estimate") ?? 0) / 100), "invited": 6,
      ].filter { $0.key != "invited" || method == .invited || method == .negotiation })
  }

  private func issue(_ office: CaseOffice, _ row: CaseFileRow) async throws {
    let firm = measure.rules.firms.firstIndex(of: row.base.agency ?? "") ?? 0
    let keys = keys(firm)
    // A day passes between notice and documents: the law counts from the documents.
    try await move(
      office, .issue, .conducting, row,
      [
        "text": "综合评分法。", "key-1": .string(keys.0.recipient.text),
        "key-2": .string(keys.1.recipient.text),
      ])
  }

  // MARK: Bids

  private func bid(
    _ office: CaseOffice, _ row: CaseFileRow, _ facts: CaseFacts, _ today: CivilDate
  ) async throws {
    guard let opens = facts.date("opens-on") else { return }
    if today >= opens { try await unseal(office, row, second: false) }
  }

  /// Bids of this hour. Honest bidders come one by one in the last days before the opening; those of a ring, whose
  /// bids one hand makes, in one minute.
  private func uploads(at moment: Instant) async throws {
    for method in ProcurementMethod.allCases where method.hasBids {
      guard let office = measure.office(method.rawValue) else { continue }
      for row in try await rows(office, "bidding") {
        try await upload(row, try CaseFacts(row.facts), at: moment)
      }
    }
  }

  private func upload(_ row: CaseFileRow, _ facts: CaseFacts, at moment: Instant) async throws {
    guard let day = facts.date("opens-on") else { return }
    let opens = Instant(
      day, secondOfDay: Int(facts.integer("opens-hour") ?? 0) * 3600,
      in: measure.rules.profile.zone)
    let hours = (opens.seconds - moment.seconds) / 3600
    guard (1...60).contains(hours) else { return }
    var random = SeededRandom(seed: seed).fork("bids \(row.base.key)")
    let isRing = random.chance(0.2)
    let count = 3 + random.below(4)
    let first = random.below(40)
    let start = random.below(60)
    for place in 0..<count {
      let share = isRing ? 940 + place * 10 : 820 + random.below(170)
      let salt = Hex.encode(SeededBytes(seed: random.next()).bytes(16))
      let bytes = SeededBytes(seed: random.next())
      // Thirteen and sixty have no factor in common: no two come in one hour.
      guard hours == Int64(1 + (start + (isRing ? 0 : place * 13)) % 60) else { continue }
      let number = isRing ? 90 + place : (first + place * 7) % 60
      let text = Self.text(
        project: row.base.number.description, number,
        (facts.integer("ceiling") ?? 0) / 1000 * Int64(share), isRing: isRing, salt: salt)
      try await seal(text, number, row, facts, bytes)
    }
  }

  private func seal(
    _ text: String, _ number: Int, _ row: CaseFileRow, _ facts: CaseFacts, _ bytes: SeededBytes
  ) async throws {
    guard let bids = measure.office("bids") else { return }
    let sealed = try BidEnvelope.seal(
      text, keys: (facts.text("key-1"), facts.text("key-2")), random: bytes)
    _ = try await measure.desk.submit(
      OpenCase(
        "seal",
        said: CaseFacts([
          "project": .string(row.base.number.description),
          "content-digest": .string(sealed.content), "inner-digest": .string(sealed.inner),
          "envelope": .string(sealed.envelope),
        ]), in: bids.setting), by: Self.bidder(number),
      .init(idempotencyKey: "bid.\(row.base.key).\(number)"))
  }

  /// The text of a bid, as `tequ bid seal` writes it.
  static func text(
    project: String, _ number: Int, _ amount: Int64, isRing: Bool, salt: String
  ) -> String {
    let id = "91990000BID\(1000 + number)X"
    let account = isRing ? "6222-ring" : "6222-\(number)"
    let bid: JSONValue = [
      "format": .string(ChainBid.format), "project": .string(project), "amount": .integer(amount),
      "tenderer": ["id": .string(id), "name": .string("模拟供应商\(number)号")],
      "deposit": ["account": .string(account)],
      "fingerprint": ["ip": .string("10.0.\(isRing ? 9 : number).1")], "salt": .string(salt),
    ]
    return bid.canonical
  }

  private func unseal(_ office: CaseOffice, _ row: CaseFileRow, second: Bool) async throws {
    let firm = measure.rules.firms.firstIndex(of: row.base.agency ?? "") ?? 0
    let keys = keys(firm)
    guard let bids = measure.office("bids") else { return }
    let rows = try await measure.desk.store.all(
      CaseFileBook.about("bid:\(row.base.key)", kind: BidProcedure.kind)
    ).filter { $0.base.stage != "withdrawn" }
    var inner: [String: JSONValue] = [:]
    var contents: [String: JSONValue] = [:]
    for one in rows {
      guard let file = try await CaseFile.load(one.base.key, measure.desk, bids.setting),
        let envelope = Base64.decode(file.opening?.text("envelope") ?? "")
      else { continue }
      let under = try BidEnvelope.unseal(envelope, keys.0)
      let number = one.base.number.description
      inner[number] = .string(Base64.encode(under))
      contents[number] = .string(
        String(decoding: try BidEnvelope.unseal(under, keys.1), as: UTF8.self))
    }
    if rows.count < 3 {
      return try await move(
        office, .fail, .approving, row, ["why": "too-few", "text": "响应不足三家。"])
    }
    try await move(
      office, second ? .unsealSecond : .unsealFirst, .opening, row,
      second
        ? ["contents": .string(JSONValue.object(contents).canonical)]
        : ["envelopes": .string(JSONValue.object(inner).canonical)], second: second)
  }

  private func evaluate(
    _ office: CaseOffice, _ row: CaseFileRow, _ facts: CaseFacts, _ random: inout SeededRandom
  ) async throws {
    let valid = ChainBid.all(facts).filter { $0.status == "valid" }.sorted { $0.amount < $1.amount }
    let isHarsh = random.chance(0.1) && valid.count > 3
    let lines = valid.enumerated().map { place, bid in
      isHarsh && place == 0 ? "\(bid.id) x 未实质性响应" : "\(bid.id) \(95 - place * 3)"
    }
    try await move(
      office, .evaluate, .conducting, row,
      ["scores": .string(lines.joined(separator: "\n")), "text": "评审报告。"])
  }

  // MARK: Objections

  /// A bidder objects to the result while the candidates are published.
  private func object(_ row: CaseFileRow) async throws {
    guard let office = measure.office("objections") else { return }
    _ = try await measure.desk.submit(
      OpenCase(
        "raise", as: .owners,
        said: CaseFacts([
          "project": .string(row.base.number.description), "about": "result",
          "text": "第一候选人的业绩不符合招标文件。", "firm-name": "模拟供应商",
        ]), in: office.setting), by: Self.bidder(1),
      .init(idempotencyKey: "objection.\(row.base.key)"))
  }

  private func answers(_ random: inout SeededRandom) async throws {
    guard let office = measure.office("objections") else { return }
    for row in try await rows(office, "raised") where random.chance(0.6) {
      try await move(office, "answer", .conducting, row, ["text": "经复核，业绩材料齐全。"])
    }
  }

  // MARK: Alerts

  private func alerts(_ random: inout SeededRandom) async throws {
    guard let office = measure.office("alerts") else { return }
    let queues = try AlertProcedure.queues(try await rows(office, "assigned", limit: 5000))
    // Each agency takes the next in its order, about a third of what waits.
    let next = queues.sorted { $0.key < $1.key }.flatMap {
      $0.value.prefix(($0.value.count + 2) / 3)
    }
    for row in next {
      let outcomes = ["explained", "corrected", "referred"]
      _ = try await measure.desk.submit(
        MoveCase(
          "handle", as: .handling, on: row.base.key,
          said: CaseFacts([
            "outcome": .string(outcomes[random.below(3)]), "text": "已调取资料核实。",
          ]), in: office.setting), by: Self.overseer,
        .init(idempotencyKey: "\(row.base.key).\(row.base.version)"))
    }
    for stage in ["appealed", "sampled"] as [StageID] {
      for row in try await rows(office, stage) where random.chance(0.3) {
        _ = try await measure.desk.submit(
          MoveCase(
            "uphold", as: .reviewing, on: row.base.key, said: CaseFacts(["text": "维持。"]),
            in: office.setting), by: Self.overseer,
          .init(idempotencyKey: "\(row.base.key).\(row.base.version)"))
      }
    }
  }
}
