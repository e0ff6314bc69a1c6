import Books
import CaseEngine
import Cities
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import MeasureKit
import SQLiteStorage
import Storage
import Testing

@testable import CaseWork

/// An office over a store in memory, with a clock that is set by hand.
private struct Bench {
  let office: CaseOffice
  let time = ManualTime(Instant(rfc3339: "2026-03-02T09:00:00+08:00")!)
  var desk: CommandDesk { office.desk }
  var setting: CaseSetting { office.setting }

  static let citizen = Actor(
    kind: .citizen, account: 900, permissions: ["permits.file", "permits.as-citizen"])
  static let other = Actor(
    kind: .citizen, account: 901, permissions: ["permits.file", "permits.as-citizen"])
  static let officer = Actor(
    kind: .staff, account: 3, permissions: ["permits.desk", "permits.as-handler"],
    agency: "market", agencies: ["market"])
  static let stranger = Actor(
    kind: .staff, account: 4, permissions: ["permits.desk", "permits.as-handler"], agency: "urban",
    agencies: ["urban"])

  /// The demonstration city, which has taken over measure 7 with one function, as far as `more` says.
  static func profile(functions: String = #""matching""#, more: String = "") throws -> CityProfile {
    var files = BundledCities.shifanFiles
    let entry =
      #"{"number":7,"from":"2024-01-01","functions":[\#(functions)],"authorisations":[{"document":"甲","issuer":"市","level":"city","from":"2024-01-01"}]\#(more)}"#
    guard case .object(var members) = try JSONValue(parsing: files["city.json"] ?? []) else {
      throw Problem.malformed(.same("city.json"))
    }
    members["measures"] = .array([try JSONValue(parsing: Array(entry.utf8))])
    files["city.json"] = JSONValue.object(members).canonicalBytes
    return try CityProfile(files: files)
  }

  init(_ profile: CityProfile? = nil) throws {
    let ring = try KeyRing(master: [UInt8](repeating: 5, count: 32))
    let store = try SQLiteStore(
      .init(path: nil), migrations: BookShelf.migrations + [CaseFileBook.migration])
    office = CaseOffice(
      try CaseSetting(
        PermitProcedure(), in: profile ?? Bench.profile(), calendar: .stateCouncil),
      desk: CommandDesk(
        store: store, ring: ring, time: time, random: SeededBytes(seed: 4), stamps: ActStamps(1)),
      ring: ring, acknowledger: Acknowledger([]))
  }

  static let application = CaseFacts([
    "name": "王", "email": "wang@example.cn", "goods": "books", "area": 4, "from": "2026-03-09",
  ])

  func file(_ said: CaseFacts = Bench.application) async throws -> Int64 {
    try await desk.submit(OpenCase("file", said: said, in: setting), by: Bench.citizen).aggregate
  }

  @discardableResult
  func step(
    _ command: CommandID, _ capacity: ActorKind, _ key: Int64, by actor: Actor,
    _ said: CaseFacts = CaseFacts()
  ) async throws -> Acknowledged {
    try await desk.submit(
      MoveCase(command, as: capacity, on: key, said: said, in: setting), by: actor)
  }

  func row(_ key: Int64) async throws -> CaseFileRow {
    try #require(try await desk.store.first(CaseFileBook.find(key)))
  }

  func expire() async throws -> Int {
    let rows = try await desk.store.all(CaseBook.due(by: time.now, limit: 100))
    return try await CaseExpiry(desk: desk, [setting]).expire(rows, at: time.now)
  }
}

@Suite struct CaseWorkTests {
  @Test func theProcedureIsSound() {
    #expect(PermitProcedure().type.declarationFaults == [])
  }

  @Test func nothingBeginsThatTheCityHasNotSwitchedOn() async throws {
    func slug(_ bench: Bench, _ said: CaseFacts = Bench.application) async -> String {
      do {
        _ = try await bench.file(said)
        return "done"
      } catch { return (error as? Problem)?.slug ?? "\(error)" }
    }
    #expect(await slug(try Bench()) == "done")
    #expect(await slug(try Bench(Bench.profile(functions: #""standards""#))) == "function-off")
    #expect(await slug(try Bench(BundledCities.shifan())) == "not-adopted")
    let stage =
      #","wide":true,"stage":{"name":["试点","pilot"],"from":"2024-01-01","districts":["jiangbei"],"stopCriteria":[{"indicator":"x","below":"0.5","label":["差","bad"]}]}"#
    let pilot = try Bench(Bench.profile(more: stage))
    #expect(pilot.setting.fields(of: "file").last?.name == "district")
    #expect(pilot.setting.fields(of: "ask").allSatisfy { $0.name != "district" })
    #expect(await slug(pilot) == "invalid")
    func at(_ district: String) -> CaseFacts {
      Bench.application.merged(CaseFacts(["district": .string(district)]))
    }
    #expect(await slug(pilot, at("donghu")) == "outside-pilot")
    #expect(await slug(pilot, at("jiangbei")) == "done")
  }

  @Test func whatTheMeasureItselfSaysCannotComeFromOutside() throws {
    let profile = try BundledCities.shifan()
    let fields = [
      CaseField("open", Phrase("开", en: "open"), .line(10), required: false),
      CaseField("own", Phrase("自", en: "own"), .line(10), required: false).saidByTheMeasure(),
    ]
    let values = FieldValues(fields: fields, profile: profile)
    let problem = #expect(throws: Problem.self) { try values.read(["own": "x"]) }
    #expect(problem?.fields.map(\.pointer) == ["own"])
    let form = FormFields(values: try QueryItems(parsing: "open=a&own=b").items, files: [])
    #expect(try values.read(form).values == ["open": "a"])
    #expect(try values.checked(CaseFacts(["own": "x"])).string("own") == "x")
  }

  @Test func aSightKeepsBackWhatItDoesNotName() throws {
    let all = CaseFacts(["a": 1, "b": 2])
    #expect(CaseSight.everything.isEverything && CaseSight.everything.facts(all) == all)
    let party = CaseSight.all(butSaidWith: ["ask"], butFacts: ["b"])
    #expect(!party.isEverything && !party.isMinimal && party.hasFiles)
    #expect(party.facts(all).values == ["a": 1])
    #expect(party.said(all, with: "ask") == nil && party.said(all, with: "file") == all)
    let other = CaseSight.only(facts: ["b"], said: ["file": ["a"]], documents: ["permit"])
    #expect(other.isMinimal && !other.hasFiles && other.facts(all).values == ["b": 2])
    #expect(other.said(all, with: "file")?.values == ["a": 1])
    #expect(other.said(all, with: "ask") == nil)
  }

  @Test func aCaseIsOpenedHandledAndClosed() async throws {
    let bench = try Bench()
    let key = try await bench.file()
    var row = try await bench.row(key)
    #expect(row.base.stage == "filed")
    #expect(row.base.agency == "market")
    #expect(row.base.dueAt == Instant(rfc3339: "2026-03-10T00:00:00+08:00"))
    // What tells who somebody is stands sealed in the act alone.
    #expect(row.facts == #"{"area":4,"from":"2026-03-09","goods":"books"}"#)
    try await bench.step("grant", .handler, key, by: Bench.officer)
    row = try await bench.row(key)
    #expect(row.base.isClosed && row.base.dueAt == nil && row.base.wakeAt == nil)
    let file = try await bench.office.file(key)
    #expect(file.events.map(\.command.text) == ["file", "grant"])
    #expect(file.opening?.text("name") == "王")
    #expect(file.events[1].fields["documents"]?["permit"]?.string == "摊许〔2026〕1号")
  }

  @Test func numbersOfDocumentsHaveNoGaps() async throws {
    let bench = try Bench()
    for number in 1...3 {
      let key = try await bench.file()
      // A step that is refused takes no number.
      await #expect(throws: Problem.self) {
        try await bench.step("grant", .handler, key, by: Bench.stranger)
      }
      try await bench.step("grant", .handler, key, by: Bench.officer)
      let fields = try await bench.office.file(key).events[1].fields
      #expect(fields["documents"]?["permit"]?.string == "摊许〔2026〕\(number)号")
    }
  }

  @Test func everythingWrongIsNamedAtOnce() async throws {
    let bench = try Bench()
    let said = CaseFacts(["goods": "food", "area": 99, "from": "2026-02-30", "colour": "red"])
    do {
      _ = try await bench.file(said)
      Issue.record("it was taken")
    } catch let problem as Problem {
      #expect(Set(problem.fields.map(\.pointer)) == ["name", "licence", "area", "from", "colour"])
    }
  }

  @Test func aFieldThatIsNotAskedForIsNotKept() async throws {
    let bench = try Bench()
    var said = Bench.application
    said["licence"] = "JY1"
    let key = try await bench.file(said)
    #expect(try await bench.row(key).facts.contains("JY1") == false)
  }

  @Test func onlyWhoeverItConcernsActs() async throws {
    let bench = try Bench()
    let key = try await bench.file()
    try await bench.step("ask", .handler, key, by: Bench.officer, CaseFacts(["text": "缺照片"]))
    do {
      try await bench.step("supply", .citizen, key, by: Bench.other, CaseFacts(["text": "给"]))
      Issue.record("a stranger supplied")
    } catch let problem as Problem { #expect(problem.status == 404) }
    do {
      try await bench.step("refuse", .handler, key, by: Bench.stranger, CaseFacts(["text": "不"]))
      Issue.record("a stranger refused")
    } catch let problem as Problem { #expect(problem.status == 403) }
    try await bench.step("supply", .citizen, key, by: Bench.citizen, CaseFacts(["text": "给"]))
    #expect(try await bench.row(key).base.stage == "filed")
  }

  @Test func clocksFireByThemselvesAndOnce() async throws {
    let bench = try Bench()
    let key = try await bench.file()
    #expect(try await bench.expire() == 0)
    bench.time.set(Instant(rfc3339: "2026-03-10T00:00:01+08:00")!)
    #expect(try await bench.expire() == 1)
    #expect(try await bench.expire() == 0)
    let row = try await bench.row(key)
    #expect(row.base.stage == "granted")
    // Nobody gives a step of the system before its time.
    let other = try await bench.file()
    let program = Actor.system(["permits.as-system"])
    do {
      try await bench.step("deem", .system, other, by: program)
      Issue.record("it was deemed granted at once")
    } catch let problem as Problem { #expect(problem == .stale) }
  }

  @Test func theApplicantsDelayDoesNotCount() async throws {
    let bench = try Bench()
    let key = try await bench.file()
    bench.time.set(Instant(rfc3339: "2026-03-03T10:00:00+08:00")!)
    try await bench.step("ask", .handler, key, by: Bench.officer, CaseFacts(["text": "缺照片"]))
    bench.time.set(Instant(rfc3339: "2026-03-09T10:00:00+08:00")!)
    try await bench.step("supply", .citizen, key, by: Bench.citizen, CaseFacts(["text": "给"]))
    #expect(
      try await bench.row(key).base.dueAt == Instant(rfc3339: "2026-03-14T00:00:00+08:00"))
  }

  @Test func aRefusalOnRecordChangesNothingElse() async throws {
    let bench = try Bench()
    let key = try await bench.file()
    let done = try await bench.step(
      "refuse", .handler, key, by: Bench.officer, CaseFacts(["text": "不好"]))
    #expect(done.refusal?.slug == "never")
    let row = try await bench.row(key)
    #expect(row.base.stage == "filed" && row.base.version == 2)
    #expect(try await bench.office.file(key).events.last?.isRefused == true)
  }

  @Test func aLimitOverCasesOfOneSubjectHoldsInABatch() async throws {
    let bench = try Bench()
    let steps = (0..<4).map { _ in
      (
        command: OpenCase("file", said: Bench.application, in: bench.setting),
        terms: CommandDesk.Terms()
      )
    }
    let answers = await bench.desk.submit(all: steps, by: Bench.citizen)
    #expect(answers.count { (try? $0.get()) != nil } == 2)
  }

  @Test func verificationFindsWhatDoesNotFit() async throws {
    let bench = try Bench()
    let key = try await bench.file()
    let checks = CaseInvariants(bench.setting)
    var row = try await bench.row(key)
    #expect(checks.broken(row) == [])
    row.base.dueAt = row.base.dueAt?.adding(seconds: 86_400)
    #expect(checks.broken(row).count == 1)
    row = try await bench.row(key)
    row.base.status = "filed"
    #expect(checks.broken(row).isEmpty == false)
  }

  @Test func formsAndJSONMeanTheSame() throws {
    let bench = try Bench()
    let reader = FieldValues(
      fields: PermitProcedure().fields(of: "file"), profile: bench.setting.profile)
    let form = FormFields(
      values: [("name", " 王 "), ("goods", "books"), ("area", "4"), ("from", "2026-03-09")].map {
        QueryItems.Item($0.0, $0.1)
      }, files: [])
    let body = try JSONValue(
      parsing: Array(#"{"name":"王","goods":"books","area":4,"from":"2026-03-09"}"#.utf8))
    #expect(try reader.read(form) == reader.read(body))
  }

  @Test func amountsAreReadExactly() {
    #expect(FieldValues.minorUnits("2,999.5", .cny) == 299_950)
    #expect(FieldValues.minorUnits("0.01", .cny) == 1)
    for wrong in ["1.234", "-1", ".5", "1.", "一", "99999999999999999999"] {
      #expect(FieldValues.minorUnits(wrong, .cny) == nil)
    }
  }
}
