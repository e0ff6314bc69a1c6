import AccessControl
import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureFixture
import MeasureKit
import Rulebook
import SQLiteStorage
import Storage
import Testing

@testable import TradeSecrets

/// The measure over a store in memory, with a clock that is set by hand.
struct SecretBench: MeasureBench {
  let measure: TradeSecretsMeasure
  let time: ManualTime
  let desk: CommandDesk

  init(_ profile: CityProfile? = nil) throws {
    let made = try MemoryDesk()
    (time, desk) = (made.time, made.desk)
    measure = try TradeSecretsMeasure(
      desk: desk, rules: try SecretBench.rules(profile), ring: made.ring,
      acknowledger: Acknowledger([]))
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
    try await open(
      office(word), command, as: capacity, by: actor ?? SecretBench.owner(word), CaseFacts(said))
  }

  @discardableResult
  func step(
    _ word: String, _ command: CommandID, as capacity: ActorKind, by actor: Actor, on key: Int64,
    _ said: [String: JSONValue] = [:]
  ) async throws -> CaseFileRow {
    try await step(office(word), command, as: capacity, by: actor, on: key, said)
  }

  func file(_ word: String, _ key: Int64) async throws -> CaseFile {
    try #require(try await CaseFile.load(key, desk, office(word).setting))
  }
}

/// The status of the problem that something throws; 0 if it throws nothing.
func status(_ body: () async throws -> Void) async -> Int {
  await problem(body)?.status ?? 0
}
