import MeasureFixture
import Rulebook
import MeasureKit
import Desk
import CityProfiles
import Books
import CaseEngine
import CaseWork
import Commons
import Dormancy
import LegalTime
import Storage
import Testing

@testable import BusinessDormancy

@Suite struct DormancyCaseTests {
  let type = DormancyCases.dormancy

  /// Gives commands one after another, each by the first kind of actor that may give it.
  func walk(_ commands: [CommandID]) throws -> String {
    var status: CaseStatus?
    for command in commands {
      let actor = try #require(type.transitions.first { $0.command == command }?.actors.first)
      if let here = status {
        status = try type.step(here, command, by: actor).status
      } else {
        status = try type.open(command, by: actor).status
      }
    }
    return type.text(try #require(status))
  }

  @Test func isSoundInAllReachableStates() throws {
    let report = try ModelCheck.explore(type)
    #expect(report.isSound, "\(report.text(.en))")
    #expect(report.stateCount > 100)
  }

  @Test(arguments: [
    (["apply", "finish", "file"], "dormant term+ remind+"),
    (["apply", "ask", "supply"], "ready corrections=1 finish+"),
    (["apply", "finish", "ask"], "correcting corrections=1 correct+"),
    (["apply", "finish", "refuse"], "refused"),
    (["apply", "finish-due"], "lapsed"),
    (["apply", "finish", "review-due", "file"], "dormant term+ remind+"),
    (["apply", "finish", "file", "remind-due", "resume"], "resumed"),
    (["apply", "finish", "file", "ask-extension"], "extending term+ remind+ extension+"),
    (["apply", "finish", "file", "ask-extension", "extend"], "dormant term+ remind+"),
    (["apply", "finish", "file", "ask-extension", "term-due"], "returned settle+"),
    (["apply", "finish", "file", "deem"], "resuming publish+"),
    (["apply", "finish", "file", "deem", "object"], "objected objection publish~ objection+"),
    (
      ["apply", "finish", "file", "deem", "object", "set-aside"],
      "dormant objection term+ remind+"
    ),
    (["apply", "finish", "file", "deem", "object", "uphold", "publish"], "resumed objection"),
    (
      ["apply", "finish", "file", "deem", "publish-due", "order"],
      "resuming overdue ordered=1 publish! chase+"
    ),
    (["apply", "finish", "file", "deem", "publish-due", "close"], "resumed overdue"),
    (["apply", "finish", "file", "term-due", "confirm"], "resumed"),
    (["apply", "finish", "file", "term-due", "deem"], "resuming publish+"),
    (["apply", "finish", "file", "term-due", "confirm-changed", "changed"], "resumed"),
    (["apply", "finish", "file", "deregister"], "deregistering"),
  ])
  func storiesEndWhereTheyShould(commands: [CommandID], status: String) throws {
    #expect(try walk(commands) == status)
  }

  @Test(
    arguments: [
      ["apply", "file"], ["apply", "finish", "resume"], ["apply", "finish", "file", "publish"],
      ["apply", "finish", "file", "term-due", "ask-extension"],
      ["apply", "finish", "file", "deem", "order"], ["apply", "finish", "file", "deem", "close"],
      ["apply", "finish", "file", "deem", "publish-due", "object"],
    ] as [[CommandID]])
  func whatIsNotInOrderIsRefused(commands: [CommandID]) {
    #expect(throws: Problem.self) { try walk(commands) }
  }
}

@Suite struct DormancyLifeTests {
  @Test func aBusinessRestsAndResumesWithOneClick() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant(["replaces": nil])
    let row = try await bench.row(key)
    #expect(row.base.title == "歇业备案：晨光餐饮有限公司")
    #expect(row.base.agency == "market")
    #expect(try await bench.spell(key)?.spell.phrase.en == "2026-03-09 to 2026-09-08")
    #expect(try await bench.spell(key)?.address == "江北区滨河路12号")
    // The term ends at 24:00 of its last day, whatever the day of filing; nobody moved it to Monday.
    #expect(row.base.dueAt == Instant(rfc3339: "2026-09-09T00:00:00+08:00"))
    #expect(try await bench.tick(at: "2026-08-09T00:00:00+08:00") == 0)
    // A reminder 30 days before the last day.
    #expect(try await bench.tick(at: "2026-08-10T00:00:00+08:00") == 1)
    try await bench.step(.resume, as: .operators, on: key)
    let facts = try await bench.facts(key)
    #expect(facts.string("resumed") == "2026-08-10")
    #expect(facts.integer("days") == 153)
    #expect(try await bench.row(key).base.stage == "resumed")
    #expect(try await bench.broken().isEmpty)
  }

  @Test func everythingAgainstItIsToldAtOnce() async throws {
    let bench = try DormancyBench()
    try await bench.register(flags: [.barred])
    let found = await fields {
      _ = try await bench.apply([
        "labour": nil, "difficulty": nil, "means": nil, "from": "2026-03-01",
        "through": "2029-03-02", "replaces": true,
      ])
    }
    #expect(
      found == ["difficulty", "means", "code", "labour", "from", "confirmed", "through"])
  }

  @Test func unknownAndWrongCodesAreTold() async throws {
    let bench = try DormancyBench()
    #expect(await fields { _ = try await bench.apply() } == ["code"])
    #expect(await fields { _ = try await bench.apply(["code": "914403001922038217"]) } == ["code"])
    #expect(await fields { _ = try await bench.apply(["cause": nil]) } == ["cause"])
    #expect(CreditCode.isValid("91350100M000100Y43"))
    #expect(!CreditCode.isValid("91350100M000100Y44"))
    #expect(!CreditCode.isValid("91350100M000100Y4"))
  }

  @Test func oneBusinessHasOneOpenCase() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant()
    #expect(await slug { _ = try await bench.apply() } == "dormancy-open")
    try await bench.step("deregister", as: .operators, on: key)
    #expect(await fields { _ = try await bench.apply() } == [])
  }

  @Test func anApplicationOfAStrangerBarsNobody() async throws {
    let bench = try DormancyBench()
    try await bench.register()
    let stranger = try await bench.apply()
    let own = try await bench.apply()
    let identity: [String: JSONValue] = ["identity": "head", "seen": true]
    try await bench.step(.finish, as: .counter, on: own, identity)
    #expect(
      await slug { try await bench.step(.finish, as: .counter, on: stranger, identity) }
        == "dormancy-open")
  }

  @Test func aCorrectionSaysOnlyWhatChanges() async throws {
    let bench = try DormancyBench()
    try await bench.register()
    let key = try await bench.apply()
    try await bench.step("ask", as: .counter, on: key, ["text": "截止日请核对。"])
    try await bench.step(
      .supply, as: .operators, on: key, ["text": "改为年底。", "through": "2026-12-31"])
    let facts = try await bench.facts(key)
    #expect(facts.string("through") == "2026-12-31")
    #expect(facts.string("from") == "2026-03-09")
    try await bench.step(.finish, as: .counter, on: key, ["identity": "agent", "seen": true])
    // Filed after its first day: it was applied for before, so it stands.
    bench.time.set(Instant(rfc3339: "2026-03-10T09:00:00+08:00")!)
    try await bench.step(.file, as: .registrar, on: key)
    #expect(try await bench.spell(key)?.spell.through == CivilDate("2026-12-31"))
  }

  @Test func anAddressThatIsNotFiledIsNotKept() async throws {
    let bench = try DormancyBench()
    try await bench.register()
    let key = try await bench.apply()
    #expect(try await bench.facts(key).string("address") != nil)
    try await bench.step("withdraw", as: .operators, on: key)
    #expect(try await bench.facts(key).string("address") == nil)
  }

  @Test func anExtensionHasItsWindowAndItsLimit() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant()
    let wish: [String: JSONValue] = ["new-through": "2027-03-08", "text": "仍未恢复客流。"]
    bench.time.set(Instant(rfc3339: "2026-08-08T09:00:00+08:00")!)
    #expect(
      await slug { try await bench.step(.askExtension, as: .operators, on: key, wish) }
        == "outside-extension-window")
    bench.time.set(Instant(rfc3339: "2026-08-09T09:00:00+08:00")!)
    #expect(
      await fields {
        try await bench.step(
          .askExtension, as: .operators, on: key, ["new-through": "2029-03-10", "text": "长"])
      } == ["new-through"])
    try await bench.step(.askExtension, as: .operators, on: key, wish)
    try await bench.step(.extend, as: .registrar, on: key)
    #expect(try await bench.spell(key)?.spell.through == CivilDate("2027-03-08"))
    #expect(
      try await bench.row(key).base.dueAt == Instant(rfc3339: "2027-03-09T00:00:00+08:00"))
    #expect(try await bench.broken().isEmpty)
  }

  @Test func aDomicileThatWasReplacedIsRegisteredAnew() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant(["replaces": true, "confirmed": true])
    bench.time.set(Instant(rfc3339: "2026-05-06T09:00:00+08:00")!)
    #expect(
      await slug { try await bench.step(.resume, as: .operators, on: key) }
        == "domicile-to-register")
    let row = try await bench.step(
      .resumeChanged, as: .operators, on: key, ["resumed-on": "2026-05-05"])
    #expect(row.base.stage == "settling")
    try await bench.step("changed", as: .counter, on: key)
    #expect(try await bench.row(key).base.isClosed)
    #expect(try await bench.broken().isEmpty)
  }

  @Test func theTermEndsByItself() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant()
    try await bench.tick(at: "2026-09-09T00:00:00+08:00")
    #expect(try await bench.row(key).base.stage == "returned")
    #expect(try await bench.spell(key)?.spell.resumedOn == CivilDate("2026-09-09"))
    try await bench.tick(at: "2026-11-01T00:00:00+08:00")
    #expect(try await bench.row(key).base.status.contains("overdue"))
    try await bench.step(.confirm, as: .operators, on: key)
    #expect(try await bench.row(key).base.stage == "resumed")
    #expect(try await bench.broken().isEmpty)
  }
}

@Suite struct DormancyDocumentTests {
  @Test func everyDocumentFillsAndIsNumbered() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant(["monthly": true, "rent": 800_000])
    bench.time.set(Instant(rfc3339: "2026-06-15T09:00:00+08:00")!)
    _ = try await bench.report(.invoice, on: "2026-06-10", id: "i1")
    try await bench.step(.publish, as: .operators, on: key)
    let file = try #require(
      try await CaseFile.load(key, bench.desk, bench.measure.office.setting))
    var numbers: [String] = []
    for event in file.events {
      let issued = event.fields["documents"]?.object ?? [:]
      for document in bench.measure.office.procedure.documents
      where document.commands.contains(event.command) {
        if document.numberWord != nil { numbers.append(issued[document.id]?.string ?? "?") }
      }
    }
    #expect(numbers == ["歇备〔2026〕1号", "歇认〔2026〕1号", "歇终〔2026〕1号"])
    let summary = bench.measure.office.procedure.summary(file.row, file.facts)
    let words = summary.map { "\($0.name.zh)=\($0.value.zh)" }
    #expect(words.contains("登记库记载=无异常"))
    #expect(words.contains("歇业天数=92日"))
    #expect(words.contains { $0.hasPrefix("税务提示=自下一季度起") })
    #expect(words.contains { $0.hasPrefix("节省估算=CNY 300.00：少报2次") })
  }
}

@Suite struct DormancyEventTests {
  @Test func businessWhileDormantIsFoundOnce() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant()
    bench.time.set(Instant(rfc3339: "2026-06-15T09:00:00+08:00")!)
    #expect(try await bench.report(.contribution, on: "2026-05-10", id: "s1") == 0)
    #expect(try await bench.report(.invoice, on: "2026-02-10", id: "i0") == 0)
    #expect(try await bench.report(.invoice, on: "2026-06-10", id: "i1") == 1)
    #expect(try await bench.report(.invoice, on: "2026-06-10", id: "i1") == 0)
    let row = try await bench.row(key)
    #expect(row.base.stage == "resuming")
    // 30 days after the event, a Friday.
    #expect(row.base.dueAt == Instant(rfc3339: "2026-07-11T00:00:00+08:00"))
    #expect(try await bench.spell(key)?.spell.resumedOn == CivilDate("2026-06-10"))
    #expect(try await bench.facts(key).string("event-id") == "i1")
    #expect(try await bench.measure.sweep(at: bench.time.now).resumed == 0)
    try await bench.tick(at: "2026-07-11T00:00:00+08:00")
    try await bench.step("order", as: .registrar, on: key, ["text": "请公示。"])
    try await bench.step(.publish, as: .operators, on: key)
    #expect(try await bench.broken().isEmpty)
  }

  @Test func aFineNeedsAnOrderAndKeepsToTheLimit() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant()
    bench.time.set(Instant(rfc3339: "2026-06-15T09:00:00+08:00")!)
    _ = try await bench.report(.invoice, on: "2026-06-10", id: "f1")
    try await bench.tick(at: "2026-07-11T00:00:00+08:00")
    func penalty(_ fen: Int64) -> [String: JSONValue] {
      [
        "penalty-number": "示市监罚〔2026〕1号", "fined-on": "2026-07-13", "fine": .integer(fen),
        "text": "责令后仍不公示。",
      ]
    }
    let before = try await bench.row(key).base.version
    #expect(
      await slug { try await bench.step("fine", as: .registrar, on: key, penalty(100_000)) } != nil)
    #expect(try await bench.row(key).base.version == before)
    try await bench.step("order", as: .registrar, on: key, ["text": "请公示。"])
    #expect(
      await fields { try await bench.step("fine", as: .registrar, on: key, penalty(3_000_001)) }
        == ["fine"])
    try await bench.step("fine", as: .registrar, on: key, penalty(3_000_000))
    #expect(
      await slug { try await bench.step("fine", as: .registrar, on: key, penalty(100)) }
        == "fined-already")
    #expect(try await bench.broken().isEmpty)
  }

  @Test func spellsFiledElsewhereEndAtNight() async throws {
    let bench = try DormancyBench()
    let spell = DormancySpell(from: CivilDate("2025-05-01")!, through: CivilDate("2026-03-31")!)
    try await bench.register(spells: [spell])
    #expect(try await bench.measure.sweep(at: bench.time.now).ended == 0)
    bench.time.set(Instant(rfc3339: "2026-04-01T02:00:00+08:00")!)
    #expect(try await bench.measure.nightly(at: bench.time.now) == 1)
    #expect(try await bench.measure.nightly(at: bench.time.now) == 0)
    let key = DormancyTables.key(of: DormancyBench.code, bench.ring)
    let row = try await bench.desk.store.first(DormancyTables.spells(of: key))
    #expect(row?.spell.resumedOn == CivilDate("2026-04-01"))
    #expect(try await bench.broken().isEmpty)
  }

  @Test func aFindingCanBeSetAside() async throws {
    let bench = try DormancyBench()
    let key = try await bench.dormant()
    bench.time.set(Instant(rfc3339: "2026-06-15T09:00:00+08:00")!)
    #expect(try await bench.report(.bid, on: "2026-06-10", id: "b1") == 1)
    try await bench.step("object", as: .operators, on: key, ["text": "投标文件系歇业前提交。"])
    try await bench.step(.setAside, as: .registrar, on: key, ["text": "投标在歇业前。"])
    #expect(try await bench.row(key).base.stage == "dormant")
    #expect(try await bench.spell(key)?.spell.resumedOn == nil)
    #expect(
      try await bench.row(key).base.dueAt == Instant(rfc3339: "2026-09-09T00:00:00+08:00"))
    // What was set aside is not found again.
    #expect(try await bench.measure.sweep(at: bench.time.now).resumed == 0)
    #expect(try await bench.broken().isEmpty)
  }

  @Test func anEventOfABusinessThatIsNotDormantIsNotKept() async throws {
    let bench = try DormancyBench()
    try await bench.register()
    #expect(try await bench.report(.invoice, on: "2026-03-01", id: "i1") == 0)
    let key = DormancyTables.key(of: DormancyBench.code, bench.ring)
    #expect(try await bench.desk.store.all(DormancyTables.events(of: key)).isEmpty)
  }
}
