import AccessControl
import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import HTTPValues
import Interchange
import LegalTime
import MeasureKit
import SQLiteStorage
import Storage
import Testing

@testable import ArrivalManagement

/// The measure over a store in memory, with a clock that is set by hand.
struct ArrivalBench {
  let measure: ArrivalMeasure
  let time: ManualTime
  let desk: CommandDesk

  /// Monday, 2 March 2026, 9:00.
  static let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!

  init() throws {
    let store = try SQLiteStore(
      .init(path: nil),
      migrations: BookShelf.migrations + [CaseFileBook.migration] + ArrivalMeasure.migrations)
    time = ManualTime(ArrivalBench.start)
    let ring = try KeyRing(master: [UInt8](repeating: 5, count: 32))
    desk = CommandDesk(
      store: store, ring: ring, time: time, random: SeededBytes(seed: 4), stamps: ActStamps(1))
    measure = try ArrivalMeasure(
      desk: desk, rules: try ArrivalBench.rules(), ring: ring, acknowledger: Acknowledger([]))
  }

  static func rules() throws -> ArrivalRules {
    try ArrivalRules(BundledCities.shifan(), calendar: .stateCouncil)
  }

  // MARK: Who acts

  static let airline = Actor(
    kind: .citizen, account: 900,
    permissions: ["arrivals.slots.file", "arrivals.slots.as-citizen"])
  static let coordinator = staff(2, ArrivalMeasure.coordinator.permissions, ["atc"])
  static let designer = staff(3, ArrivalMeasure.designer.permissions, ["atc"])
  static let unit = staff(4, ArrivalMeasure.unit.permissions, ["atc"])
  static let airportUnit = staff(5, ArrivalMeasure.unit.permissions, ["airport"])
  static let approver = staff(6, ArrivalMeasure.approver.permissions, ["atc"])

  private static func staff(
    _ account: Int64, _ permissions: Set<String>, _ agencies: Set<String>
  ) -> Actor {
    Actor(
      kind: .staff, account: account, permissions: permissions, agency: agencies.first,
      agencies: agencies)
  }

  // MARK: Steps

  func open(
    _ office: CaseOffice, _ command: CommandID, as capacity: ActorKind, by actor: Actor,
    _ said: [String: JSONValue]
  ) async throws -> Int64 {
    let done = try await desk.submit(
      OpenCase(command, as: capacity, said: CaseFacts(said), in: office.setting), by: actor)
    if let refusal = done.refusal { throw refusal }
    return done.aggregate
  }

  @discardableResult
  func step(
    _ office: CaseOffice, _ command: CommandID, as capacity: ActorKind, by actor: Actor,
    on key: Int64, _ said: [String: JSONValue] = [:]
  ) async throws -> CaseFileRow {
    let done = try await desk.submit(
      MoveCase(command, as: capacity, on: key, said: CaseFacts(said), in: office.setting),
      by: actor)
    if let refusal = done.refusal { throw refusal }
    return try await row(key)
  }

  func row(_ key: Int64) async throws -> CaseFileRow {
    try #require(try await desk.store.first(CaseFileBook.find(key)))
  }

  /// Sets the clock and takes every step that is due.
  @discardableResult
  func tick(at moment: String) async throws -> Int {
    time.set(Instant(rfc3339: moment)!)
    var count = 0
    while true {
      let rows = try await desk.store.all(CaseBook.due(by: time.now, limit: 100))
      let done = try await CaseExpiry(desk: desk, measure.offices.map(\.setting))
        .expire(rows, at: time.now)
      guard done > 0 else { return count }
      count += done
    }
  }

  /// What verification finds.
  func broken() async throws -> [Phrase] {
    try await desk.store.read { [measure] view in
      try measure.invariants.flatMap { try $0.broken(view).map(\.what) }
    }
  }
}

/// The fields that a problem names, or its status if it names none.
func faults(_ body: () async throws -> Void) async -> [String] {
  do {
    try await body()
    return []
  } catch {
    guard let problem = error as? Problem else { return ["?"] }
    return problem.fields.isEmpty ? ["\(problem.status)"] : problem.fields.map(\.pointer)
  }
}
