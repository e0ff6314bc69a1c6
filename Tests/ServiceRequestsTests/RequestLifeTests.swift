import Books
import CaseEngine
import Cities
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import SQLiteStorage
import Storage
import Testing

@testable import ServiceRequests

/// A desk over a store in memory, with a clock that is set by hand.
struct RequestBench {
  let desk: CommandDesk
  let time: ManualTime
  let rules: RequestRules

  /// Monday, 2 March 2026, 9:00.
  static let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!

  init() throws {
    let store = try SQLiteStore(
      .init(path: nil), migrations: BookShelf.migrations + RequestTables.migrations)
    time = ManualTime(RequestBench.start)
    desk = CommandDesk(
      store: store, ring: try KeyRing(master: [UInt8](repeating: 5, count: 32)), time: time,
      random: SeededBytes(seed: 4), stamps: ActStamps(1))
    rules = try RequestRules(try BundledCities.shifan(), calendar: .stateCouncil)
  }

  static let citizen = Actor(
    kind: .citizen, account: 900, permissions: ["requests.file", "requests.as-citizen"])
  static let other = Actor(
    kind: .citizen, account: 901, permissions: ["requests.file", "requests.as-citizen"])
  static let dispatcher = Actor(
    kind: .staff, account: 2,
    permissions: [
      "requests.file", "requests.desk", "requests.as-dispatcher", "requests.as-citizen",
    ],
    agency: "center", agencies: nil)
  static let officer = Actor(
    kind: .staff, account: 3,
    permissions: ["requests.desk", "requests.as-handler", "requests.as-citizen"], agency: "urban",
    agencies: ["urban"])
  static let supervisor = Actor(
    kind: .staff, account: 4, permissions: ["requests.desk", "requests.as-supervisor"],
    agencies: nil)

  var intake: Intake {
    Intake(
      item: rules.profile.items[0].id, title: "路灯不亮", text: "滨河路路灯不亮，已有两天。", channel: "web",
      district: "donghu", address: "滨河路12号", name: "王", phone: "13000000000",
      email: "wang@example.cn")
  }

  func file(_ actor: Actor = RequestBench.citizen) async throws -> Int64 {
    try await desk.submit(SubmitRequest(intake, rules: rules), by: actor).aggregate
  }

  @discardableResult
  func step(
    _ command: CommandID, _ capacity: ActorKind, _ key: Int64, by actor: Actor, text: String = "",
    agency: String? = nil, score: Int64? = nil
  ) async throws -> RequestCase {
    _ = try await desk.submit(
      MoveRequest(
        command, as: capacity, on: key, text: text, agency: agency, score: score, rules: rules),
      by: actor)
    return try await row(key)
  }

  func row(_ key: Int64) async throws -> RequestCase {
    try #require(try await desk.store.first(RequestTables.find(key)))
  }

  func tick(at moment: String) async throws -> Int {
    time.set(Instant(rfc3339: moment)!)
    let rows = try await desk.store.all(CaseBook.due(by: time.now, limit: 100))
    return try await RequestExpiry(desk: desk, rules: rules).expire(rows, at: time.now)
  }
}

@Suite struct RequestLifeTests {
  @Test func aRequestTravelsFromIntakeToEvaluation() async throws {
    let bench = try RequestBench()
    let key = try await bench.file()
    #expect(try await bench.row(key).base.stage == "received")
    // One working day to dispatch: Tuesday, 24:00.
    #expect(
      try await bench.row(key).base.dueAt == Instant(rfc3339: "2026-03-04T00:00:00+08:00"))
    var row = try await bench.step(
      "dispatch", .dispatcher, key, by: RequestBench.dispatcher, agency: "urban")
    // Five working days to handle: Monday 9 March, 24:00.
    #expect(row.base.dueAt == Instant(rfc3339: "2026-03-10T00:00:00+08:00"))
    #expect(row.base.agency == "urban")
    row = try await bench.step("accept", .handler, key, by: RequestBench.officer)
    row = try await bench.step("reply", .handler, key, by: RequestBench.officer, text: "已修复。")
    #expect(row.request.repliedAt == bench.time.now)
    row = try await bench.step(
      "satisfied", .citizen, key, by: RequestBench.citizen, score: 5)
    #expect(row.base.stage == "closed" && row.base.isClosed && row.base.dueAt == nil)
    #expect(row.base.version == 5)
    #expect(RequestInvariant.broken(row, bench.rules.calendar).isEmpty)
  }

  @Test func nobodyActsOutsideTheirReach() async throws {
    let bench = try RequestBench()
    let key = try await bench.file()
    try await bench.step("dispatch", .dispatcher, key, by: RequestBench.dispatcher, agency: "water")
    func status(_ body: () async throws -> Void) async -> Int? {
      do { try await body() } catch { return (error as? Problem)?.status }
      return nil
    }
    #expect(
      await status { try await bench.step("accept", .handler, key, by: RequestBench.officer) }
        == 403)
    #expect(
      await status { try await bench.step("withdraw", .citizen, key, by: RequestBench.other) }
        == 404)
    #expect(
      await status { try await bench.step("withdraw", .citizen, key, by: RequestBench.officer) }
        == 404)
    #expect(
      await status { try await bench.step("accept", .handler, key, by: RequestBench.citizen) }
        == 403)
    #expect(
      await status {
        try await bench.step("archive", .system, key, by: .system(["requests.as-system"]))
      }
        == 422)
  }

  @Test func askingStopsTheClockAndSupplyingStartsItAgain() async throws {
    let bench = try RequestBench()
    let key = try await bench.file()
    try await bench.step("dispatch", .dispatcher, key, by: RequestBench.dispatcher, agency: "urban")
    try await bench.step("accept", .handler, key, by: RequestBench.officer)
    bench.time.set(Instant(rfc3339: "2026-03-03T10:00:00+08:00")!)
    var row = try await bench.step("ask", .handler, key, by: RequestBench.officer, text: "在哪里？")
    #expect(row.base.stage == "supplementing")
    bench.time.set(Instant(rfc3339: "2026-03-06T10:00:00+08:00")!)
    row = try await bench.step("supply", .citizen, key, by: RequestBench.citizen, text: "路口东侧")
    // One of five working days was used by Tuesday; four are left after Friday: Thursday.
    #expect(row.base.dueAt == Instant(rfc3339: "2026-03-13T00:00:00+08:00"))
  }

  @Test func lateHandlingIsSupervisedOnce() async throws {
    let bench = try RequestBench()
    let key = try await bench.file()
    try await bench.step("dispatch", .dispatcher, key, by: RequestBench.dispatcher, agency: "urban")
    try await bench.step("accept", .handler, key, by: RequestBench.officer)
    #expect(try await bench.tick(at: "2026-03-09T23:59:59+08:00") == 0)
    #expect(try await bench.tick(at: "2026-03-10T00:00:00+08:00") == 1)
    #expect(try await bench.tick(at: "2026-03-10T00:00:01+08:00") == 0)
    let row = try await bench.row(key)
    #expect(row.request.marks & 1 == 1 && row.request.marks & 8 == 8)
    #expect(RequestInvariant.broken(row, bench.rules.calendar).isEmpty)
  }

  @Test func theSameFormSentTwiceIsFiledOnce() async throws {
    let bench = try RequestBench()
    let command = SubmitRequest(bench.intake, rules: bench.rules)
    let terms = CommandDesk.Terms(idempotencyKey: "form-1")
    let first = try await bench.desk.submit(command, by: RequestBench.citizen, terms)
    let again = try await bench.desk.submit(command, by: RequestBench.citizen, terms)
    #expect(again.isRepeat && again.aggregate == first.aggregate && again.salt == first.salt)
    var changed = bench.intake
    changed.text = "另一件事"
    let other = SubmitRequest(changed, rules: bench.rules)
    let problem = await #expect(throws: Problem.self) {
      try await bench.desk.submit(other, by: RequestBench.citizen, terms)
    }
    #expect(problem?.slug == "idempotency-key-reused")
  }

  @Test func everyWrongFieldIsTold() async throws {
    let bench = try RequestBench()
    let intake = Intake(
      item: "no-such-item", title: " ", text: "", channel: "smoke", district: "moon",
      latitudeE6: 91_000_000, longitudeE6: nil, phone: String(repeating: "1", count: 31))
    let command = SubmitRequest(intake, rules: bench.rules)
    let problem = await #expect(throws: Problem.self) {
      try await bench.desk.submit(command, by: RequestBench.citizen)
    }
    let named = Set(problem?.fields.map(\.pointer) ?? [])
    #expect(named == ["item", "title", "text", "channel", "district", "location", "phone"])
  }

  @Test func importedMessagesKeepTheirTimesAndComeInOnce() async throws {
    let bench = try RequestBench()
    let importer = RequestImporter(desk: bench.desk, rules: bench.rules)
    let lines = [
      #"{"id":1,"title":"路灯不亮","body":"三盏路灯不亮","asked":"2019/4/25 9:32:09","reply":"已修复","replied":"2019/4/28 10:00:00"}"#,
      #"{"id":2,"title":"噪音扰民","body":"夜间施工","asked":"2019/4/25 9:32:09","reply":"已查处","replied":"2019/7/1 10:00:00"}"#,
      #"{"id":3,"title":"公交绕行","body":"为何绕行","time":"2019/4/26 8:00:00"}"#,
    ]
    let messages = try lines.map { try ImportedMessage(line: $0.utf8, zone: .beijing) }
    for (round, word) in ["imported", "known"].enumerated() {
      let outcomes = try await importer.take(messages)
      for outcome in outcomes {
        switch outcome {
        case .imported: #expect(word == "imported" && round == 0)
        case .known: #expect(word == "known" && round == 1)
        case .refused(let problem): Issue.record("\(problem.detail.en)")
        }
      }
    }
    let rows = try await bench.desk.store.read { view in
      try ["answered:1", "answered:2", "message:3"].map { source in
        try view.first(RequestTables.imported(source))
      }
    }
    let prompt = try await bench.row(try #require(rows[0]))
    #expect(prompt.base.isClosed && prompt.request.marks == 0)
    #expect(prompt.base.openedAt == Instant(rfc3339: "2019-04-25T09:32:09+08:00"))
    let late = try await bench.row(try #require(rows[1]))
    #expect(late.base.isClosed && late.request.marks & 1 == 1)
    let open = try await bench.row(try #require(rows[2]))
    #expect(open.base.stage == "dispatched")
    // No notice leaves for what is long past.
    #expect(try await bench.desk.store.all(OutboxBook.fresh(limit: 10)).isEmpty)
  }

  @Test(arguments: [
    #"{"title":"x","body":"y","time":"2019/4/26 8:00:00"}"#, #"{"id":1}"#, "not json",
    #"{"id":1,"title":"x","body":"y","time":"yesterday"}"#,
    #"{"id":1,"title":"x","body":"y","asked":"2019/4/26 8:00:00","reply":"z","replied":"2019/4/25 8:00:00"}"#,
  ])
  func aBadLineIsRefusedWithItsReason(line: String) {
    #expect(throws: (any Error).self) { try ImportedMessage(line: line.utf8, zone: .beijing) }
  }
}
