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
import MeasureFixture
import MeasureKit
import SQLiteStorage
import Storage
import Testing

@testable import ArrivalManagement

/// The measure over a store in memory, with a clock that is set by hand.
struct ArrivalBench: MeasureBench {
  let measure: ArrivalMeasure
  let time: ManualTime
  let desk: CommandDesk

  init() throws {
    let made = try MemoryDesk(ArrivalMeasure.migrations)
    (time, desk) = (made.time, made.desk)
    measure = try ArrivalMeasure(
      desk: desk, rules: try ArrivalBench.rules(), ring: made.ring, acknowledger: Acknowledger([]))
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
    try await open(office, command, as: capacity, by: actor, CaseFacts(said))
  }
}

/// The fields that a problem names, or its status if it names none.
func faults(_ body: () async throws -> Void) async -> [String] {
  guard let problem = await problem(body) else { return [] }
  return problem.fields.isEmpty ? ["\(problem.status)"] : problem.fields.map(\.pointer)
}
