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

@Suite struct NoticeStoryTests {
  @Test func theCaseTypeIsSoundInAllReachableStates() throws {
    let report = try ModelCheck.explore(IPCases.notice)
    #expect(report.isSound, "\(report.text(.en))")
    #expect(report.stateCount > 60)
  }

  /// Art. 42(1): a notice asks for measures, with preliminary evidence; it is pushed at once.
  @Test func aNoticeIsPushedToThePlatform() async throws {
    let bench = try IPBench()
    let key = try await bench.notify()
    let row = try await bench.row(key)
    #expect(row.base.stage == "notified" && row.party == "mall" && row.base.agency == "market")
    #expect(try await bench.waiting() == ["notice"])
    #expect(try await bench.lastDay(.measures, key) == "2026-03-04")
    #expect(!row.base.title.contains("晨光"))
    #expect(try await bench.broken().isEmpty)
  }

  /// Art. 42(1): without preliminary evidence there is no notice. Bad input is named.
  @Test(arguments: [
    ("statement", nil as JSONValue?, "statement"), ("truthful", nil, "truthful"),
    ("links", "not an address", "links"), ("links", "https:// space.example/a b", "links"),
    ("links", "ftp://mall.example/1", "links"), ("platform", "elsewhere", "platform"),
    ("right", "monopoly", "right"), ("wanted", .array([]), "wanted"),
    ("place", "nowhere", "place"),
    (
      "links",
      .string((0..<51).map { "https://mall.example/\($0)" }.joined(separator: "\n")), "links"
    ),
  ])
  func aNoticeThatIsNoneIsRefused(name: String, value: JSONValue?, field: String) async throws {
    let bench = try IPBench()
    let found = await fields { _ = try await bench.notify([name: value]) }
    #expect(found == [field])
    #expect(try await bench.waiting().isEmpty)
  }

  /// Art. 42(2): measures and forwarding; not more links than the notice has, not in the future.
  @Test func thePlatformTakesMeasures() async throws {
    let bench = try IPBench()
    let key = try await bench.notify()
    var said = bench.measures
    said["taken"] = 3
    let many = said
    #expect(
      await fields { try await bench.step(.measures, as: .platform, on: key, many) }
        == ["taken"])
    said["taken"] = 2
    said["forwarded-on"] = "2026-03-03"
    let late = said
    #expect(
      await fields { try await bench.step(.measures, as: .platform, on: key, late) }
        == ["forwarded-on"])
    try await bench.step(.measures, as: .platform, on: key, bench.measures)
    #expect(try await bench.stage(key) == "measured")
  }

  /// Art. 42(2), 84: a platform that does nothing is late; the agency orders correction.
  @Test func aPlatformThatIsLateIsOrdered() async throws {
    let bench = try IPBench()
    let key = try await bench.notify()
    let early = await problem {
      try await bench.step(.order, as: .officer, on: key, ["text": "三日内删除"])
    }
    #expect(early != nil)
    try await bench.tick(at: "2026-03-05T00:00:00+08:00")
    try await bench.step(.order, as: .officer, on: key, ["text": "三日内删除"])
    #expect(try await bench.waiting() == ["notice", "order"])
    #expect(try await bench.stage(key) == "notified")
  }

  /// Art. 43: the statement is forwarded; fifteen days from its arrival, then the measures end.
  @Test func withoutComplaintOrSuitTheMeasuresEnd() async throws {
    let bench = try IPBench()
    let key = try await bench.stated()
    #expect(try await bench.stage(key) == "waiting")
    #expect(try await bench.lastDay(.wait, key) == "2026-03-18")
    try await bench.tick(at: "2026-03-18T23:00:00+08:00")
    #expect(try await bench.stage(key) == "waiting")
    try await bench.tick(at: "2026-03-19T00:00:00+08:00")
    #expect(try await bench.stage(key) == "lifting")
    #expect(try await bench.waiting() == ["notice", "terminate"])
    try await bench.step(.lift, as: .platform, on: key)
    #expect(try await bench.stage(key) == "restored")
    #expect(try await bench.broken().isEmpty)
  }

  /// Art. 43(2): the days count from the day on which the statement arrived, though it is told later.
  @Test func theWaitCountsFromTheArrival() async throws {
    let bench = try IPBench()
    let key = try await bench.measured()
    bench.time.set(Instant(rfc3339: "2026-03-10T10:00:00+08:00")!)
    try await bench.step(
      .counter, as: .platform, on: key,
      ["merchant": "恒泰", "text": "有授权。", "arrived-on": "2026-03-04"])
    #expect(try await bench.lastDay(.wait, key) == "2026-03-19")
    let other = try await bench.measured(["right-number": "2"])
    let future = await fields {
      try await bench.step(
        .counter, as: .platform, on: other,
        ["merchant": "恒泰", "text": "有授权。", "arrived-on": "2026-03-11"])
    }
    #expect(future == ["arrived-on"])
  }

  /// Art. 43(2): a complaint or a suit in time keeps the measures; later it is refused with the reason.
  @Test(arguments: [CommandID.complain, .sue])
  func inTimeTheMeasuresStay(command: CommandID) async throws {
    let said: [String: JSONValue] =
      command == .sue ? ["filed-on": "2026-03-18"] : ["text": "请求处理"]
    let bench = try IPBench()
    let key = try await bench.stated()
    bench.time.set(Instant(rfc3339: "2026-03-18T20:00:00+08:00")!)
    try await bench.step(command, as: .holder, on: key, said)
    #expect(try await bench.stage(key) == (command == .sue ? "sued" : "complained"))
    #expect(try await bench.waiting().last == "keep")
    let other = try await bench.measured(["right-number": "2"])
    try await bench.step(
      .counter, as: .platform, on: other,
      ["merchant": "恒泰", "text": "有授权。", "arrived-on": "2026-03-18"])
    bench.time.set(Instant(rfc3339: "2026-04-03T08:00:00+08:00")!)
    let late = await problem { try await bench.step(command, as: .holder, on: other, said) }
    #expect(late?.slug == "wait-over")
  }

  /// No statement: after the city's quiet time the case closes and the measures stand.
  @Test func withoutAStatementTheMeasuresStand() async throws {
    let bench = try IPBench()
    let key = try await bench.measured()
    try await bench.tick(at: "2026-05-07T00:00:00+08:00")
    #expect(try await bench.stage(key) == "kept")
  }

  /// A push that cannot be delivered becomes an official's matter; pushing again starts over.
  @Test func whatIsNotDeliveredComesToAnOfficial() async throws {
    let bench = try IPBench()
    let key = try await bench.notify()
    let effects = try await bench.desk.store.all(
      OutboxBook.fresh(limit: 10, kind: IPMeasure.pushKind))
    try await bench.measure.gaveUp(effects[0])
    #expect(try await bench.stage(key) == "undelivered")
    try await bench.measure.gaveUp(effects[0])
    #expect(try await bench.row(key).base.version == 2)
    try await bench.step(.pushAgain, as: .officer, on: key)
    #expect(try await bench.waiting() == ["notice", "notice"])
    #expect(try await bench.stage(key) == "notified")
    try await bench.step(.measures, as: .platform, on: key, bench.measures)
    // A late failure of an old push changes nothing.
    try await bench.measure.gaveUp(effects[0])
    #expect(try await bench.stage(key) == "measured")
  }

  /// Whose case it is not, may not act on it.
  @Test func strangersAreKeptOut() async throws {
    let bench = try IPBench()
    let key = try await bench.notify()
    let other = Actor(
      kind: .staff, account: 7, permissions: ["ip-protection.as-platform"], agency: "live",
      agencies: ["live"])
    let refused = await problem {
      try await bench.step(.measures, as: .platform, on: key, bench.measures, by: other)
    }
    #expect(refused?.slug == "forbidden")
    let court = await problem {
      try await bench.step(.receive, as: .court, on: key, ["checked": true])
    }
    #expect(court != nil)
  }
}
