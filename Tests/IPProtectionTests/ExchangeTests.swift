import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import Foundation
import Interchange
import MeasureFixture
import MeasureKit
import Rulebook
import Storage
import Testing

@testable import IPProtection

@Suite struct ExchangeTests {
  private let body = Array("{\"a\":1}".utf8)
  private let now = MemoryDesk.start

  private func check(
    _ body: [UInt8], time: String?, key: String?, signature: String?
  ) -> String? {
    try? SignedMessage.check(
      body, time: time, key: key, signature: signature, IPBench.secret, now: now)
  }

  @Test func aSignedMessageHolds() throws {
    let signature = try SignedMessage.signature(body, key: "k1", at: now.seconds, IPBench.secret)
    let time = String(now.seconds)
    #expect(check(body, time: time, key: "k1", signature: signature) == "k1")
    #expect(check(body + [0x20], time: time, key: "k1", signature: signature) == nil)
    #expect(check(body, time: time, key: "k2", signature: signature) == nil)
    #expect(check(body, time: String(now.seconds + 1), key: "k1", signature: signature) == nil)
    #expect(check(body, time: time, key: nil, signature: signature) == nil)
    #expect(check(body, time: "+" + time, key: "k1", signature: signature) == nil)
    #expect(check(body, time: nil, key: "k1", signature: signature) == nil)
    #expect(check(body, time: time, key: "k1", signature: signature.uppercased()) == nil)
  }

  /// What was sent long ago is refused, though its signature holds: no replay.
  @Test func oldMessagesAreRefused() throws {
    for age in [-301, 301] as [Int64] {
      let seconds = now.seconds + age
      let signature = try SignedMessage.signature(body, key: "k1", at: seconds, IPBench.secret)
      #expect(check(body, time: String(seconds), key: "k1", signature: signature) == nil)
    }
    let edge = now.seconds - 300
    let signature = try SignedMessage.signature(body, key: "k1", at: edge, IPBench.secret)
    #expect(check(body, time: String(edge), key: "k1", signature: signature) == "k1")
    #expect(check(body, time: String(Int64.min), key: "k1", signature: signature) == nil)
  }

  @Test func shortSecretsAreRefused() {
    #expect(throws: Problem.self) { try SharedSecret("short") }
  }

  @Test func pausesGrow() {
    #expect(
      (0..<9).map { PushWorker.pause(after: $0) } == [2, 8, 32, 128, 512, 2048, 3600, 3600, 3600])
  }

  /// The message holds what the platform needs, and the case it is about.
  @Test func aNoticeSaysWhatThePlatformNeeds() async throws {
    let bench = try IPBench()
    let key = try await bench.notify()
    let effect = try #require(
      try await bench.desk.store.all(OutboxBook.fresh(limit: 1, kind: IPMeasure.pushKind)).first)
    let message = try #require(try await bench.measure.push(effect))
    #expect(message.platform == "mall")
    #expect(message.body["event"]?.string == "notice" && message.body["interface"]?.string == "1.0")
    #expect(message.body["links"]?.array?.count == 2)
    #expect(message.body["holder"]?.string == "晨光创意有限公司")
    let row = try await bench.row(key)
    #expect(message.body["number"]?.string == row.base.number.description)
  }

  /// The codes are one list: every right of the notice is one of the rules'.
  @Test func thereIsOneListOfCodes() throws {
    let rules = try IPBench().measure.rules
    let known = Set(IPCompetence.rights.map(\.code))
    let asked = IPFields(rules: rules).of(.notify).first { $0.name == "right" }
    guard case .choice(let choices) = asked?.kind else { return }
    #expect(choices.allSatisfy { known.contains($0.code) })
    #expect(ExchangeContract.codes(rules)["rights"]?.array?.count == known.count)
  }

  /// The document in the repository is the one that is served.
  @Test func theContractInTheDocumentsIsTheOneServed() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/reference/ip-exchange.openapi.json")
    let text = try String(contentsOf: path, encoding: .utf8)
    #expect(
      try JSONValue(parsing: text) == ExchangeContract.document(try IPBench().measure.rules))
  }

  @Test func guidanceIsByDayAndWord() {
    let early = CivilDate("2019-06-01")!
    #expect(Guidance.all.first { $0.id == "packet" }?.holds(on: early) == false)
    #expect(Guidance.all.first { $0.id == "notice" }?.holds(on: early) == true)
    #expect(Set(Guidance.all.map(\.id)).count == Guidance.all.count)
    #expect(
      Guidance.Topic.allCases.allSatisfy { topic in Guidance.all.contains { $0.topic == topic } })
    #expect(Guidance.all.contains { $0.mentions("直播") })
  }
}
