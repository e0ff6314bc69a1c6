import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import EvidencePackets
import LegalTime
import MeasureFixture
import MeasureKit
import Storage
import Testing

@testable import IPProtection

@Suite struct HandOverTests {
  /// Complaint, acceptance, hand-over to the court with the evidence, receipt, judgment.
  @Test func evidenceGoesFromTheAgencyToTheCourt() async throws {
    let bench = try IPBench()
    let key = try await bench.measured()
    let packet = try await bench.deposit(key)
    try await bench.step(.complain, as: .holder, on: key, ["text": "请求处理"])
    try await bench.step(.accept, as: .officer, on: key)
    try await bench.step(.handOver, as: .officer, on: key)
    // A mark without an amount is for a basic court.
    #expect(try await bench.facts(key).text("court") == "court-basic")
    try await bench.step(.receive, as: .court, on: key, ["checked": true])
    let entry = try #require(PacketShelf(try await bench.facts(key)).entries.first)
    #expect(entry.content == packet.contentDigest)
    #expect(
      entry.custody.map { "\($0.move) \($0.holder)" } == [
        "collected right-holder", "received market", "handed-over court-basic",
        "received court-basic",
      ])
    try await bench.step(.judge, as: .court, on: key, ["judgment": "upheld", "damages": 100])
    #expect(try await bench.stage(key) == "judged")
    #expect(try await bench.broken().isEmpty)
  }

  /// Each step of custody is named in the public part of the act that records it.
  @Test func everyStepOfCustodyIsPublished() async throws {
    let bench = try IPBench()
    let key = try await bench.measured()
    _ = try await bench.deposit(key)
    try await bench.step(.complain, as: .holder, on: key, ["text": "请求处理"])
    try await bench.step(.transfer, as: .officer, on: key, ["to-agency": "culture", "text": "著作权"])
    let custody = try #require(PacketShelf(try await bench.facts(key)).entries.first).custody
    let published = try await bench.desk.store.all(JournalBook.history(key)).flatMap {
      (try JSONValue(parsing: $0.publicFields)["custody"]?.array ?? []).compactMap(\.string)
    }
    #expect(published == custody.map(\.digest.hex))
    #expect(custody.last?.holder == "culture")
  }

  /// A technical right goes to the higher court; art. 1 of the rules on jurisdiction.
  @Test func aTechnicalRightGoesToTheTribunal() async throws {
    let bench = try IPBench()
    let key = try await bench.measured(["right": "invention"])
    try await bench.step(.sue, as: .holder, on: key, ["filed-on": "2026-03-02"])
    #expect(try await bench.facts(key).text("court") == "court-ip")
    let stranger = await problem {
      try await bench.step(.docket, as: .court, on: key, ["docket-number": "1"])
    }
    #expect(stranger?.slug == "forbidden")
    try await bench.step(
      .docket, as: .court, on: key, ["docket-number": "（2026）示知民初1号"], by: IPBench.tribunal)
    #expect(try await bench.lastDay(.trial, key) == "2026-09-02")
    try await bench.step(.prolong, as: .court, on: key, ["text": "案情复杂"], by: IPBench.tribunal)
    #expect(try await bench.lastDay(.trial, key) == "2027-03-02")
  }

  /// What an agency decided may go to the court afterwards (IP evidence rules, art. 6).
  @Test func aDecisionMayBeHandedOver() async throws {
    let bench = try IPBench()
    let key = try await bench.measured(["amount": 600_000_000])
    _ = try await bench.deposit(key)
    try await bench.step(.complain, as: .holder, on: key, ["text": "请求处理"])
    try await bench.step(.accept, as: .officer, on: key)
    try await bench.step(
      .decide, as: .officer, on: key, ["outcome": "infringing", "text": "比对一致"])
    #expect(try await bench.facts(key).flag("administrative"))
    try await bench.step(.handOver, as: .officer, on: key, ["text": "已起诉"])
    // Six million yuan reach the threshold of an intermediate court.
    #expect(try await bench.facts(key).text("court") == "court-ip")
    try await bench.step(.sendBack, as: .court, on: key, ["text": "材料不全"], by: IPBench.tribunal)
    #expect(try await bench.stage(key) == "investigating")
    let custody = try #require(PacketShelf(try await bench.facts(key)).entries.first).custody
    #expect(custody.last?.holder == "market")
  }

  @Test func aPacketComesInOnce() async throws {
    let bench = try IPBench()
    let key = try await bench.measured()
    _ = try await bench.deposit(key)
    let again = await problem { _ = try await bench.deposit(key) }
    #expect(again?.slug == "packet-known")
  }

  @Test func indicatorsAreCountedFromPublicActs() async throws {
    let bench = try IPBench()
    let key = try await bench.measured(["right": "invention"])
    try await bench.step(.complain, as: .holder, on: key, ["text": "请求处理"])
    try await bench.step(.accept, as: .officer, on: key)
    try await bench.step(.handOver, as: .officer, on: key)
    try await bench.step(
      .receive, as: .court, on: key, ["checked": true], by: IPBench.tribunal)
    try await bench.step(.judge, as: .court, on: key, ["judgment": "partly"], by: IPBench.tribunal)
    var figures = IPFigures()
    for act in try await bench.desk.store.all(JournalBook.history(key)) {
      figures.consume(
        PublicAct(
          kind: act.kind, matter: act.matter, recordedAt: act.recordedAt,
          effectiveAt: act.effectiveAt, fields: try JSONValue(parsing: act.publicFields)))
    }
    #expect(figures.taken == 2 && figures.administrative == 1 && figures.received == 1)
    #expect(figures.closed == 1 && figures.technical == 1 && figures.handedOver == 1)
    #expect(figures.indicators.count == 8)
  }
}
