import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import Dormancy
import LegalTime
import MeasureKit
import Rulebook
import SQLiteStorage
import Storage
import Testing

@testable import BusinessDormancy

/// The measure over a store in memory, with a clock that is set by hand.
struct DormancyBench {
  let measure: DormancyMeasure
  let time: ManualTime
  let ring: KeyRing

  /// Monday, 2 March 2026, 9:00.
  static let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!

  init(_ profile: CityProfile? = nil, pledges: any PledgeQuery = NoPledgeQuery()) throws {
    let store = try SQLiteStore(
      .init(path: nil),
      migrations: BookShelf.migrations + [CaseFileBook.migration] + DormancyTables.migrations)
    time = ManualTime(DormancyBench.start)
    ring = try KeyRing(master: [UInt8](repeating: 5, count: 32))
    let desk = CommandDesk(
      store: store, ring: ring, time: time, random: SeededBytes(seed: 4), stamps: ActStamps(1))
    let profile = try profile ?? BundledCities.shifan()
    measure = try DormancyMeasure(
      desk: desk,
      rules: try DormancyRules(
        profile, law: RuleBase([DormancyLaw.pack]), calendar: .stateCouncil), ring: ring,
      acknowledger: Acknowledger([]),
      pledges: pledges)
  }

  var desk: CommandDesk { measure.desk }

  static let owner = Actor(
    kind: .citizen, account: 900, permissions: ["dormancy.file", "dormancy.as-citizen"])
  static let clerk = Actor(
    kind: .staff, account: 2, permissions: ["dormancy.desk", "dormancy.as-clerk"],
    agency: "market", agencies: ["market"])
  static let registrar = Actor(
    kind: .staff, account: 3, permissions: ["dormancy.desk", "dormancy.as-handler"],
    agency: "market", agencies: ["market"])
  static let feed = Actor(kind: .staff, account: 4, permissions: ["dormancy.feed"], agencies: nil)

  static let code = CreditCode.completing("91440300MA5EX4K2X")!

  /// Hands over a business.
  func register(
    _ code: String = DormancyBench.code, kind: String = "company",
    registeredOn: String = "2019-05-20", flags: OperatorRow.Flags = [], spells: [DormancySpell] = []
  ) async throws {
    let item = OperatorItem(
      code: code, name: "晨光餐饮有限公司", kind: kind, registeredOn: CivilDate(registeredOn)!,
      flags: flags, spells: spells.map { ($0, "旧址") })
    _ = try await desk.submit(
      TakeOperators(items: [item], content: ["code": .string(code)]), by: DormancyBench.feed)
  }

  static func application(_ changes: [String: JSONValue?] = [:]) -> CaseFacts {
    var values: [String: JSONValue] = [
      "code": .string(code), "contact": "王", "phone": "13000000000", "pledged": "no",
      "cause": "public-health", "reason": "客流骤减。", "difficulty": true, "means": true,
      "plan": "半年后重新开张。", "from": "2026-03-09", "through": "2026-09-08",
      "address": "江北区滨河路12号", "labour": true, "truthful": true, "no-business": true,
      "annual-report": true, "publish-end": true,
    ]
    for (name, value) in changes { values[name] = value }
    return CaseFacts(values)
  }

  func apply(_ changes: [String: JSONValue?] = [:]) async throws -> Int64 {
    try await desk.submit(
      OpenCase(.apply, said: DormancyBench.application(changes), in: measure.office.setting),
      by: DormancyBench.owner
    ).aggregate
  }

  @discardableResult
  func step(
    _ command: CommandID, as capacity: ActorKind, on key: Int64, _ said: [String: JSONValue] = [:]
  ) async throws -> CaseFileRow {
    let actors: [ActorKind: Actor] = [
      .operators: DormancyBench.owner, .counter: DormancyBench.clerk,
      .registrar: DormancyBench.registrar,
    ]
    _ = try await desk.submit(
      MoveCase(command, as: capacity, on: key, said: CaseFacts(said), in: measure.office.setting),
      by: try #require(actors[capacity]))
    return try await row(key)
  }

  /// A business that is dormant from 2026-03-09 through 2026-09-08.
  func dormant(_ changes: [String: JSONValue?] = [:]) async throws -> Int64 {
    try await register()
    let key = try await apply(changes)
    try await step(.finish, as: .counter, on: key, ["identity": "head", "seen": true])
    try await step(.file, as: .registrar, on: key)
    return key
  }

  func row(_ key: Int64) async throws -> CaseFileRow {
    try #require(try await desk.store.first(CaseFileBook.find(key)))
  }
  func facts(_ key: Int64) async throws -> CaseFacts { try CaseFacts(try await row(key).facts) }
  func spell(_ key: Int64) async throws -> SpellRow? {
    try await desk.store.first(DormancyTables.spell(key))
  }

  /// Sets the clock and takes every step that is due.
  @discardableResult
  func tick(at moment: String) async throws -> Int {
    time.set(Instant(rfc3339: moment)!)
    var count = 0
    while true {
      let rows = try await desk.store.all(CaseBook.due(by: time.now, limit: 100))
      let done = try await CaseExpiry(desk: desk, [measure.office.setting])
        .expire(rows, at: time.now)
      guard done > 0 else { return count }
      count += done
    }
  }

  /// Reports an event; the answer is how many cases it showed to be over.
  func report(_ kind: DormancyEvent.Kind, on day: String, id: String) async throws -> Int {
    let event = DormancyEvent(kind, on: CivilDate(day)!, source: "tax", id: id)
    _ = try await desk.submit(
      TakeEvents(
        items: [EventItem(code: DormancyBench.code, event: event)], content: ["id": .string(id)]),
      by: DormancyBench.feed)
    return try await measure.resumptions(
      of: [DormancyTables.key(of: DormancyBench.code, ring)], at: time.now
    ).count
  }

  /// What `tequ verify` would find wrong.
  func broken() async throws -> [String] {
    let invariants = measure.invariants
    return try await desk.store.read { view in
      try invariants.flatMap { try $0.broken(view) }.map(\.what.en)
    }
  }
}

/// The fields of the problem that something throws.
func fields(_ body: () async throws -> Void) async -> [String] {
  do {
    try await body()
    return []
  } catch let problem as Problem { return problem.fields.map(\.pointer) } catch { return ["?"] }
}

/// The slug of the problem that something throws.
func slug(_ body: () async throws -> Void) async -> String? {
  do {
    try await body()
    return nil
  } catch { return (error as? Problem)?.slug }
}
