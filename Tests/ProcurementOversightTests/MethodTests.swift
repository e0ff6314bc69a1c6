import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import MeasureKit
import Testing

@testable import ProcurementOversight

/// Every method of buying but the open tender, from the need to the last payment.
@Suite struct MethodTests {
  /// The day on which candidates are published no longer.
  private static let after = "2026-03-31T00:00:00+08:00"

  @Test(arguments: [ProcurementMethod.invited, .inquiry, .auction, .negotiation])
  func aPurchaseWithBids(_ method: ProcurementMethod) async throws {
    let bench = try ProcurementBench()
    let word = method.rawValue
    try await bench.declare()
    let key = try await bench.bidding(method)
    var bids: [Int64] = []
    for (number, amount) in [(1, 90_000_000), (2, 88_000_000), (3, 93_000_000)] as [(Int, Int64)] {
      bids.append(try await bench.bid(key, number, amount))
    }
    bench.set("2026-03-26T10:00:00+08:00")
    try await open(bench, word, key, bids)
    if method.hasCommittee {
      // Without the draw nobody evaluates.
      #expect(
        await problem {
          try await bench.step(word, .evaluate, as: .conducting, on: key, ["text": "x"])
        } != nil)
      #expect(try await bench.step(word, .draw, as: .conducting, on: key) == nil)
      #expect(
        try await bench.step(
          word, .evaluate, as: .conducting, on: key,
          ["scores": "b1 95\nb2 80\nb3 70", "text": "报告"]) == nil)
    } else {
      #expect(
        try await bench.step(word, .evaluate, as: .conducting, on: key, ["text": "最低价。"]) == nil)
    }
    #expect(try await bench.step(word, .candidates, as: .conducting, on: key) == nil)
    try await bench.tick(at: Self.after)
    #expect(try await bench.step(word, .award, as: .approving, on: key) == nil)
    let facts = try CaseFacts(try await bench.row(key).facts)
    // The committee's first, or the lowest price where there is none.
    #expect(facts.integer("price") == (method.hasCommittee ? 90_000_000 : 88_000_000))
    try await finish(bench, word, key, facts.integer("price") ?? 0, returnsDeposits: true)
    let ocds = bench.measure.watch.withLock { $0.compiled.values.first?["tender"] }
    #expect(ocds?["procurementMethod"]?.string == (method == .invited ? "selective" : "limited"))
  }

  @Test func aDirectPurchase() async throws {
    let bench = try ProcurementBench()
    try await bench.declare()
    let key = try await bench.open("direct", .need, as: .needing, ProcurementBench.need)
    try await bench.step("direct", .approve, as: .approving, on: key)
    try await bench.step(
      "direct", .plan, as: .conducting, on: key, ["ceiling": 96_000_000, "text": "单一来源。"])
    let source: [String: JSONValue] = [
      "supplier": "91990000SOLE00001X", "supplier-name": "独家供应有限公司", "text": "专有技术。",
    ]
    #expect(try await bench.step("direct", .announce, as: .conducting, on: key, source) == nil)
    // Nobody unseals what has no bids, and no price lies above the ceiling.
    #expect(
      await problem { try await bench.step("direct", .unsealFirst, as: .opening, on: key) } != nil)
    let high = try await bench.step(
      "direct", .quote, as: .conducting, on: key, ["price": 96_000_001, "text": "x"])
    #expect(high?.fields.map(\.pointer) == ["price"])
    #expect(
      try await bench.step(
        "direct", .quote, as: .conducting, on: key, ["price": 95_000_000, "text": "商定。"]) == nil)
    // Whoever conducts it does not approve the deal.
    let same = ProcurementBench.staff(3, ProcurementMeasure.approver)
    #expect(try await bench.step("direct", .award, as: .approving, by: same, on: key) != nil)
    #expect(try await bench.step("direct", .award, as: .approving, on: key) == nil)
    try await finish(bench, "direct", key, 95_000_000, returnsDeposits: false)
    let ocds = bench.measure.watch.withLock { $0.compiled.values.first?["tender"] }
    #expect(ocds?["procurementMethod"]?.string == "direct")
  }

  @Test func fewerBidsThanTheMethodAsksForAreNotOpened() async throws {
    for (method, enough) in [
      (.invited, 3), (.inquiry, 2), (.auction, 2), (.negotiation, 2),
    ] as [(ProcurementMethod, Int)] {
      let bench = try ProcurementBench()
      try await bench.declare()
      let key = try await bench.bidding(method)
      var bids: [Int64] = []
      for number in 1..<enough { bids.append(try await bench.bid(key, number, 90_000_000)) }
      bench.set("2026-03-26T10:00:00+08:00")
      let few = try await bench.unsealed(bids)
      let refusal = try await bench.step(
        method.rawValue, .unsealFirst, as: .opening, on: key, ["envelopes": few.envelopes])
      #expect(refusal?.slug == "procurement-too-few", "\(method)")
      #expect(
        try await bench.step(
          method.rawValue, .fail, as: .approving, on: key, ["why": "too-few", "text": "x"]) == nil)
      #expect(try await bench.row(key).base.stage == "failed")
    }
  }

  /// One bid that no key opens must not keep the others closed.
  @Test func aBidThatCannotBeOpenedIsRejected() async throws {
    let bench = try ProcurementBench()
    try await bench.declare()
    let key = try await bench.bidding(.inquiry)
    var bids: [Int64] = []
    for (number, amount) in [(1, 90_000_000), (2, 88_000_000), (3, 93_000_000)] as [(Int, Int64)] {
      bids.append(try await bench.bid(key, number, amount))
    }
    bench.set("2026-03-26T10:00:00+08:00")
    let both = try await bench.unsealed(bids)
    func without(_ text: JSONValue, _ place: Int) async throws -> JSONValue {
      var members = try JSONValue(parsing: Array((text.string ?? "").utf8)).object ?? [:]
      members[try await bench.row(bids[place]).base.number.description] = .null
      return .string(JSONValue.object(members).canonical)
    }
    // The first keeper could not open one, the second another.
    let first = try await bench.step(
      "inquiry", .unsealFirst, as: .opening, on: key,
      ["envelopes": try await without(both.envelopes, 1)])
    #expect(first == nil)
    let second = try await bench.step(
      "inquiry", .unsealSecond, as: .opening, by: ProcurementBench.otherKeeper, on: key,
      ["contents": try await without(both.contents, 2)])
    #expect(second == nil)
    let opened = ChainBid.all(try CaseFacts(try await bench.row(key).facts))
    #expect(opened.map(\.status) == ["valid", "disqualified", "disqualified"])
    #expect(opened.map(\.why) == ["", "unopened", "unopened"])
    let act = try await bench.acts().last { $0.kind == "procurement.inquiry.unseal-second" }
    #expect(act?.fields["unopened"]?.integer == 2)
    #expect(try await bench.broken() == [])
  }

  private func open(
    _ bench: ProcurementBench, _ word: String, _ key: Int64, _ bids: [Int64]
  ) async throws {
    let both = try await bench.unsealed(bids)
    #expect(
      try await bench.step(
        word, .unsealFirst, as: .opening, on: key, ["envelopes": both.envelopes]) == nil)
    #expect(
      try await bench.step(
        word, .unsealSecond, as: .opening, by: ProcurementBench.otherKeeper, on: key,
        ["contents": both.contents]) == nil)
  }

  private func finish(
    _ bench: ProcurementBench, _ word: String, _ key: Int64, _ price: Int64, returnsDeposits: Bool
  ) async throws {
    let early = await problem { try await bench.step(word, .pay, as: .accepting, on: key) }
    #expect(early != nil)
    let contract: [String: JSONValue] = ["value": .integer(price), "perform-by": "2026-06-01"]
    #expect(try await bench.step(word, .contract, as: .conducting, on: key, contract) == nil)
    #expect(try await bench.step(word, .accept, as: .accepting, on: key) == nil)
    let more = try await bench.step(
      word, .pay, as: .accepting, on: key, ["amount": .integer(price + 1)])
    #expect(more?.fields.map(\.pointer) == ["amount"])
    #expect(
      try await bench.step(word, .pay, as: .accepting, on: key, ["amount": .integer(price)]) == nil)
    if returnsDeposits {
      #expect(await problem { try await bench.step(word, .close, as: .accepting, on: key) } != nil)
      #expect(try await bench.step(word, .returnDeposits, as: .conducting, on: key) == nil)
    }
    #expect(try await bench.step(word, .close, as: .accepting, on: key) == nil)
    #expect(try await bench.row(key).base.stage == "closed")
    #expect(try await bench.broken() == [])
    try await bench.feed()
    let deals = bench.measure.indicators(at: bench.time.now).first { $0.id == "procurement.deals" }
    #expect(deals?.value == 1)
    let contracts = bench.measure.watch.withLock { $0.compiled.values.first?["contracts"]?.array }
    #expect(contracts?.first?["value"]?["amount"]?.double == Double(price) / 100)
  }
}

/// The pure decisions, case by case.
@Suite struct DecisionTableTests {
  private static func bid(_ id: String, _ amount: Int64, _ at: Int64 = 0, by name: String? = nil)
    -> ChainBid
  {
    ChainBid(
      id: id, tenderer: name ?? "T\(id)", name: id, amount: amount,
      at: ProcurementBench.start.adding(seconds: at))
  }

  /// What is said of three bids, the ranking that comes of it or the word in the complaint.
  private static let scores: [(said: String, ranking: [String]?, complaint: String)] = [
    ("b1 80\nb2 90\nb3 70", ["b2", "b1", "b3"], ""),
    // Of equal scores the lower price, then the earlier.
    ("b1 80\nb2 80\nb3 80", ["b3", "b1", "b2"], ""),
    ("b1 0\nb2 100\nb3 99.5", ["b2", "b3", "b1"], ""),
    ("b3 70\nb1 80\nb2 90", ["b2", "b1", "b3"], ""),
    ("b1 80\nb2 x 未实质性响应\nb3 70", ["b1", "b3"], ""),
    ("b1 x a\nb2 x b\nb3 x c", [], ""),
    ("b1 80\nb2 90", nil, "b3"), ("b1 80\nb2 90\nb3 70\nb4 60", nil, "b4"),
    ("b1 80\nb1 90\nb2 90\nb3 70", nil, "twice"), ("b1 101\nb2 90\nb3 70", nil, "0 to 100"),
    ("b1 -1\nb2 90\nb3 70", nil, "0 to 100"), ("b1 nan\nb2 90\nb3 70", nil, "0 to 100"),
    ("b1 x\nb2 90\nb3 70", nil, "reason"), ("b1\nb2 90\nb3 70", nil, "Unreadable"),
    ("", nil, "b1"),
  ]

  @Test func scoresAndRanking() throws {
    for row in Self.scores {
      var bids = [
        Self.bid("b1", 900, 0), Self.bid("b2", 900, 60), Self.bid("b3", 800, 120),
      ]
      do {
        try ChainBid.score(&bids, row.said)
        #expect(ChainBid.ranking(bids).map(\.id) == row.ranking, "\(row.said)")
      } catch let problem as Problem {
        #expect(row.ranking == nil, "\(row.said): \(problem.fields)")
        let said = problem.fields.map(\.message.en).joined()
        #expect(said.contains(row.complaint), "\(row.said): \(said)")
      }
    }
  }

  @Test func twoBidsOfOneBidderAreBothRejected() {
    for (names, valid) in [
      (["A", "B", "C"], ["b1", "b2", "b3"]), (["A", "A", "C"], ["b3"]), (["A", "B", "A"], ["b2"]),
      (["A", "A", "A"], []),
    ] {
      var bids = names.enumerated().map { Self.bid("b\($0.offset + 1)", 900, by: $0.element) }
      ChainBid.rejectRepeated(&bids)
      #expect(bids.filter { $0.status == "valid" }.map(\.id) == valid, "\(names)")
    }
  }

  @Test func expertsAreDrawnBySeedAndInterest() throws {
    let pool = try ProcurementBench.rules().experts
    let all = ExpertDraw(pool, seed: "a", excluding: [])
    #expect(all.recused == 0 && Set(all.order) == Set(pool.map(\.id)))
    #expect(all.order == ExpertDraw(pool.reversed(), seed: "a", excluding: []).order)
    #expect(all.order != ExpertDraw(pool, seed: "b", excluding: []).order)
    for interested in Set(pool.map(\.employer)).sorted() {
      let draw = ExpertDraw(pool, seed: "a", excluding: [interested])
      let barred = Set(pool.filter { $0.employer == interested }.map(\.id))
      #expect(draw.recused == barred.count)
      // Those who remain keep their order.
      #expect(draw.order == all.order.filter { !barred.contains($0) })
    }
    // Over many seeds everybody comes first about equally often.
    var firsts: [String: Int] = [:]
    for seed in 0..<2400 {
      firsts[ExpertDraw(pool, seed: "\(seed)", excluding: []).order[0], default: 0] += 1
    }
    let mean = 2400.0 / Double(pool.count)
    #expect(firsts.count == pool.count)
    #expect(firsts.values.allSatisfy { abs(Double($0) - mean) < 5 * mean.squareRoot() })
  }

  @Test func aBidIsReadOrRejected() async throws {
    let bench = try ProcurementBench()
    try await bench.declare()
    let row = try await bench.row(try await bench.bidding())
    let good: [String: JSONValue] = [
      "format": "tequ-bid-1", "project": "P", "tenderer": ["id": "T", "name": "t"], "amount": 900,
      "salt": .string(String(repeating: "a", count: 32)),
    ]
    func why(_ changes: [String: JSONValue?]) -> String {
      var members = good
      for (name, value) in changes { members[name] = value }
      return ChainBid(
        id: "b1", row, JSONValue.object(members).canonicalBytes, project: "P", ceiling: 1000
      ).why
    }
    for (changes, expected) in [
      ([:], ""), (["amount": 1000], ""), (["amount": 1001], "price"), (["amount": 0], "price"),
      (["amount": -5], "price"), (["amount": "900"], "price"), (["amount": nil], "price"),
      (["project": "Q"], "content"), (["format": "tequ-bid-2"], "content"),
      (["tenderer": nil], "content"), (["tenderer": ["id": ""]], "content"),
      (["salt": "short"], "content"), (["salt": nil], "content"), (["unknown": true], ""),
    ] as [([String: JSONValue?], String)] {
      #expect(why(changes) == expected, "\(changes)")
    }
    let garbage = ChainBid(id: "b1", row, [0xFF, 0x00], project: "P", ceiling: 1000)
    #expect(garbage.why == "content" && garbage.status == "disqualified")
  }
}
