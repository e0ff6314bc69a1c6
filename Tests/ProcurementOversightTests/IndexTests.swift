import CaseWork
import Commons
import Desk
import MeasureKit
import Storage
import Testing

@testable import ProcurementOversight

/// What pages list of purchases, against the same counted anew.
@Suite struct IndexTests {
  /// A release of a process: some bids of some bidders, perhaps an award.
  private static func release(_ number: Int, _ random: inout SeededRandom) -> JSONValue {
    let bidders = (0..<(1 + random.below(4))).map { _ in "T\(random.below(6))" }
    let bids: [JSONValue] = bidders.enumerated().map { place, bidder in
      [
        "id": .string("b\(place)"), "status": "valid",
        "tenderers": [["id": .string(bidder)]],
        "value": ["amount": .integer(Int64(100 + random.below(100))), "currency": "CNY"],
      ]
    }
    let hasAward = random.chance(0.5)
    let awards: [JSONValue] = [
      [
        "id": "a", "status": random.chance(0.8) ? "active" : "cancelled",
        "date": .string("2026-0\(1 + random.below(6))-05T00:00:00Z"),
        "suppliers": [["id": .string(bidders[0])]], "value": ["amount": 120, "currency": "CNY"],
      ]
    ]
    return [
      "ocid": .string("p\(number)"), "id": .string("\(number)-\(random.below(1000))"),
      "date": .string("2026-01-\(10 + random.below(18))T00:00:00Z"), "tag": ["award"],
      "buyer": ["id": .string("B\(number % 3)"), "name": .string("企业\(number % 3)")],
      "parties": .array(bidders.map { ["id": .string($0)] }),
      "tender": [
        "id": "t", "title": .string("项目\(number)"), "status": "complete",
        "procurementMethod": "open", "numberOfTenderers": .integer(Int64(bidders.count)),
      ], "bids": ["details": .array(bids)], "awards": hasAward ? .array(awards) : [],
    ]
  }

  @Test func whatIsKeptUpToDateIsWhatIsCountedAnew() throws {
    for seed in 1...12 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      var kept = PurchaseIndex()
      var figures = ProcurementFigures()
      var compiled: [String: JSONValue] = [:]
      for _ in 0..<120 {
        let number = random.below(25)
        let new = Self.release(number, &random)
        let ocid = "p\(number)"
        kept.take(ocid, from: compiled[ocid], to: new, ratio: nil)
        figures.take(ocid, new)
        compiled[ocid] = new
        if random.chance(0.2) {
          kept.raise(.init(ocid: ocid, subject: "tenderer:T\(random.below(6))", code: "R028"))
        }
      }
      var fresh = PurchaseIndex()
      var again = ProcurementFigures()
      for (ocid, release) in compiled {
        fresh.take(ocid, from: nil, to: release, ratio: nil)
        again.take(ocid, release)
      }
      #expect(figures.indicators.map(\.value) == again.indicators.map(\.value), "seed \(seed)")
      #expect(figures.months.map(\.deals) == again.months.map(\.deals), "seed \(seed)")
      #expect(
        kept.latest(limit: 100).rows.map(\.ocid) == fresh.latest(limit: 100).rows.map(\.ocid))
      func ties(_ index: PurchaseIndex) -> [String: [Int]] {
        index.ties(of: nil, limit: 1000).first.reduce(into: [:]) { found, one in
          guard one.tie.bids > 0 else { return }
          let name = "\(index.id(one.pair.bidder)) \(index.id(one.pair.buyer))"
          found[name] = [one.tie.bids, one.tie.wins]
        }
      }
      #expect(ties(kept) == ties(fresh), "seed \(seed)")
    }
  }

  @Test func listsArePagedWithoutGapsAndNarrowed() throws {
    var random = SeededRandom(seed: 3)
    var index = PurchaseIndex()
    for number in 0..<60 {
      let new = Self.release(number, &random)
      index.take("p\(number)", from: nil, to: new, ratio: nil)
    }
    for (filter, count) in [
      (PurchaseIndex.Filter(), 60), (.init(buyer: "B1"), 20), (.init(words: "项目7"), 1),
      (.init(words: "企业2"), 20), (.init(method: "inquiry"), 0), (.init(phase: .planning), 0),
    ] {
      var seen: [String] = []
      var place: PurchaseIndex.Place?
      repeat {
        let page = index.latest(filter, before: place, limit: 7)
        seen += page.rows.map(\.ocid)
        place = page.next
      } while place != nil
      #expect(seen.count == count && Set(seen).count == count, "\(filter)")
    }
    var ocids: [String] = []
    while true {
      let page = index.ocids(after: ocids.last ?? "", limit: 9)
      ocids += page.ids
      if !page.more { break }
    }
    #expect(ocids == (0..<60).map { "p\($0)" }.sorted())
  }

  @Test func ofManyTheFirstAreTheFirst() {
    var random = SeededRandom(seed: 9)
    for limit in [1, 5, 40, 200] {
      let all = (0..<100).map { _ in random.below(50) }
      var first = Leading<Int>(limit) { $0 > $1 }
      for one in all { first.take(one) }
      #expect(first.elements == Array(all.sorted(by: >).prefix(limit)))
    }
  }

  @Test func releasesOfAPlatformMayComeInAnyOrder() throws {
    let bench = try ProcurementBench()
    func one(_ id: String, _ day: Int, _ title: String, _ lists: [JSONValue]) -> JSONValue {
      [
        "ocid": "ocds-x-1", "id": .string(id), "date": .string("2026-03-0\(day)T00:00:00Z"),
        "tag": ["tender"], "initiationType": "tender",
        "parties": [["id": "P", "additionalIdentifiers": .array(lists)]],
        "tender": ["id": "t", "title": .string(title), "status": "active"],
      ]
    }
    let releases = [
      one("a", 1, "首", [["id": "1", "scheme": "S"]]),
      one("b", 2, "中", [["id": "2", "scheme": "S"], ["id": "3", "scheme": "S"]]),
      one("c", 3, "末", [["id": "4", "scheme": "S"]]),
    ]
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
      var watch = try AlertWatch(bench.measure.rules)
      for place in order {
        watch.consume(
          PublicAct(
            kind: "procurement.exchange.release", matter: [], recordedAt: ProcurementBench.start,
            effectiveAt: ProcurementBench.start, fields: [ReleaseParts.field: releases[place]]))
      }
      let compiled = try #require(watch.compiled["ocds-x-1"])
      #expect(compiled["tender"]?["title"]?.string == "末", "\(order)")
      // The schema marks this list to be replaced as a whole.
      let ids = compiled["parties"]?.array?.first?["additionalIdentifiers"]?.array?
        .compactMap { $0["id"]?.string }
      #expect(ids == ["4"], "\(order)")
      #expect(watch.index.latest(limit: 2).rows.map(\.title) == ["末"])
    }
  }
}

/// What enters the log of what bidders wrote.
@Suite struct BidParticularsTests {
  private func bid(_ id: String, _ more: [String: JSONValue]) throws -> ChainBid {
    try #require(
      ChainBid(["id": .string(id), "tenderer": "T", "more": .object(more), "status": "valid"]))
  }

  @Test func equalOnesHaveOneAliasAndNothingElseIsTold() throws {
    let bids = [
      try bid(
        "b1",
        [
          "deposit": ["account": "6222-secret"], "agent": ["id": "440301199001011234"],
          "fingerprint": ["mac": "aa:bb", "ip": "10.0.0.1", "other": "x"],
          "projectTeam": [["id": "张三", "name": "张三"]],
        ]),
      try bid(
        "b2",
        [
          "deposit": ["account": "6222-secret", "value": ["amount": 5]],
          "agent": ["id": "440301199001015678"], "fingerprint": ["mac": "cc:dd", "ip": "10.0.0.1"],
          "projectTeam": [["id": "李四"], ["id": "张三"]],
        ]),
    ]
    let all = BidParticulars(bids)
    let (one, two) = (all.of(bids[0]), all.of(bids[1]))
    #expect(one["deposit"]?["account"] == two["deposit"]?["account"])
    #expect(one["agent"] != two["agent"])
    #expect(one["fingerprint"]?["ip"] == two["fingerprint"]?["ip"])
    #expect(one["fingerprint"]?["mac"] != two["fingerprint"]?["mac"])
    #expect(two["projectTeam"]?.array?.last == one["projectTeam"]?.array?.first)
    let text = JSONValue.array([.object(one), .object(two)]).canonical
    for secret in ["6222", "4403", "10.0.0.1", "aa:bb", "张三", "other"] {
      #expect(!text.contains(secret), "\(secret)")
    }
  }

  @Test func whateverABidderWroteKeepsTheTypesAndFits() throws {
    let long = String(repeating: "标", count: 60_000)
    let bids = try (0..<9).map { number in
      try bid(
        "b\(number)",
        [
          "documents": number == 0
            ? "x" : .array((0..<40).map { _ in ["text": .string(long), "author": 7] }),
          "deposit": number == 1 ? 5 : ["account": 7, "value": ["amount": -1]],
          "fingerprint": ["mac"], "agent": "x", "projectTeam": ["id": "y"],
        ])
    }
    let all = BidParticulars(bids)
    let published = bids.map { JSONValue.object(all.of($0)) }
    #expect(JSONValue.array(published).canonical.utf8.count < 40_000)
    #expect(published[0] == .object([:]))
    for one in published.dropFirst() {
      #expect(Set(one.object?.keys.sorted() ?? []) == ["documents"])
      #expect(one["documents"]?.array?.count == 20)
    }
  }

  @Test func anIdStandsInAnAlert() {
    for (id, isGood) in [
      ("91440300MA5EXAMPLE", true), ("CN-USCI:9144.x_1", true), ("", false), ("a|b", false),
      ("某公司", false), ("a b", false), (String(repeating: "a", count: 65), false),
    ] {
      #expect(ChainBid.isID(id) == isGood, "\(id)")
    }
  }
}
