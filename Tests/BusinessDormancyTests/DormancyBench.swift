import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import Dormancy
import LegalTime
import MeasureFixture
import MeasureKit
import Rulebook
import SQLiteStorage
import Storage
import Testing

@testable import BusinessDormancy

/// The measure over a store in memory, with a clock that is set by hand.
struct DormancyBench: MeasureBench {
  let measure: DormancyMeasure
  let time: ManualTime
  let ring: KeyRing

  init(_ profile: CityProfile? = nil, pledges: any PledgeQuery = NoPledgeQuery()) throws {
    let made = try MemoryDesk(DormancyTables.migrations)
    (time, ring) = (made.time, made.ring)
    let profile = try profile ?? BundledCities.shifan()
    measure = try DormancyMeasure(
      desk: made.desk,
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
    return try await step(
      measure.office, command, as: capacity, by: try #require(actors[capacity]), on: key, said)
  }

  /// A business that is dormant from 2026-03-09 through 2026-09-08.
  func dormant(_ changes: [String: JSONValue?] = [:]) async throws -> Int64 {
    try await register()
    let key = try await apply(changes)
    try await step(.finish, as: .counter, on: key, ["identity": "head", "seen": true])
    try await step(.file, as: .registrar, on: key)
    return key
  }

  func spell(_ key: Int64) async throws -> SpellRow? {
    try await desk.store.first(DormancyTables.spell(key))
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
}
