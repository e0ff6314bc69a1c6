import AccessControl
import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Rulebook
import SQLiteStorage
import Storage
import Testing

@testable import TradeSecrets

/// The measure over a store in memory, with a clock that is set by hand.
struct SecretBench {
  let measure: TradeSecretsMeasure
  let time: ManualTime
  let desk: CommandDesk

  /// Monday, 2 March 2026, 9:00.
  static let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!

  init(_ profile: CityProfile? = nil) throws {
    let store = try SQLiteStore(
      .init(path: nil), migrations: BookShelf.migrations + [CaseFileBook.migration])
    time = ManualTime(SecretBench.start)
    let ring = try KeyRing(master: [UInt8](repeating: 5, count: 32))
    desk = CommandDesk(
      store: store, ring: ring, time: time, random: SeededBytes(seed: 4), stamps: ActStamps(1))
    measure = try TradeSecretsMeasure(
      desk: desk, rules: try SecretBench.rules(profile), ring: ring, acknowledger: Acknowledger([]))
  }

  static func rules(_ profile: CityProfile? = nil) throws -> SecretRules {
    try SecretRules(
      profile ?? BundledCities.shifan(), law: RuleBase([TradeSecretLaw.pack]),
      calendar: .stateCouncil)
  }

  func office(_ word: String) throws -> CaseOffice {
    try #require(measure.offices.first { $0.procedure.path == "trade-secrets/\(word)" })
  }

  // MARK: Who acts

  static func owner(_ word: String) -> Actor {
    Actor(
      kind: .citizen, account: 900,
      permissions: ["trade-secrets.\(word).file", "trade-secrets.\(word).as-citizen"])
  }
  static let coordinator = staff(2, TradeSecretsMeasure.coordinator.permissions, "market")
  static let station = staff(3, TradeSecretsMeasure.station.permissions, "gov-gaoxin")
  static let otherStation = staff(4, TradeSecretsMeasure.station.permissions, "gov-donghu")
  static let member = staff(5, TradeSecretsMeasure.member.permissions, "police")
  static let otherMember = staff(6, TradeSecretsMeasure.member.permissions, "justice")

  private static func staff(
    _ account: Int64, _ permissions: Set<String>, _ agency: String
  ) -> Actor {
    Actor(
      kind: .staff, account: account, permissions: permissions, agency: agency, agencies: [agency])
  }

  // MARK: Steps

  func open(
    _ word: String, _ command: CommandID, as capacity: ActorKind = .owners, by actor: Actor? = nil,
    _ said: [String: JSONValue]
  ) async throws -> Int64 {
    try await desk.submit(
      OpenCase(command, as: capacity, said: CaseFacts(said), in: office(word).setting),
      by: actor ?? SecretBench.owner(word)
    ).aggregate
  }

  @discardableResult
  func step(
    _ word: String, _ command: CommandID, as capacity: ActorKind, by actor: Actor, on key: Int64,
    _ said: [String: JSONValue] = [:]
  ) async throws -> CaseFileRow {
    _ = try await desk.submit(
      MoveCase(command, as: capacity, on: key, said: CaseFacts(said), in: office(word).setting),
      by: actor)
    return try await row(key)
  }

  func row(_ key: Int64) async throws -> CaseFileRow {
    try #require(try await desk.store.first(CaseFileBook.find(key)))
  }

  func file(_ word: String, _ key: Int64) async throws -> CaseFile {
    try #require(try await CaseFile.load(key, desk, office(word).setting))
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

/// The fields that a problem names.
func fields(_ body: () async throws -> Void) async -> [String] {
  do {
    try await body()
    return []
  } catch { return (error as? Problem)?.fields.map(\.pointer) ?? ["?"] }
}

/// The status of a problem.
func status(_ body: () async throws -> Void) async -> Int {
  do {
    try await body()
    return 0
  } catch { return (error as? Problem)?.status ?? -1 }
}
