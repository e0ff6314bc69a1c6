import AccessControl
import AccessTokens
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

@testable import LowAltitude

/// The domestic side over a store in memory, with a clock that is set by hand.
struct FlightBench: Sendable {
  let measure: LowAltitudeMeasure
  let time: ManualTime
  let desk: CommandDesk

  /// Monday, 2 March 2026, 9:00.
  static let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!

  init() throws {
    let store = try SQLiteStore(
      .init(path: nil),
      migrations: BookShelf.migrations + [CaseFileBook.migration] + LowAltitudeMeasure.migrations)
    time = ManualTime(FlightBench.start)
    let ring = try KeyRing(master: [UInt8](repeating: 5, count: 32))
    desk = CommandDesk(
      store: store, ring: ring, time: time, random: SeededBytes(seed: 4), stamps: ActStamps(1))
    measure = try LowAltitudeMeasure(
      desk: desk, ring: ring, rules: try FlightBench.rules(), acknowledger: Acknowledger([]),
      tokens: TokenVerifier(keys: [], audiences: []))
  }

  static func rules() throws -> FlightRules {
    try FlightRules(BundledCities.shifan(), law: AllLaw.base(), calendar: .stateCouncil)
  }

  func at(_ text: String) { time.set(Instant(rfc3339: text + ":00+08:00")!) }

  // MARK: Who acts

  static let words = [
    "flights", "standing", "operators", "aircraft", "pilots", "insurance", "incidents",
    "trials",
  ]
  static let flyer = Actor(
    kind: .citizen, account: 900,
    permissions: Set(
      words.flatMap { ["low-altitude.\($0).file", "low-altitude.\($0).as-citizen"] }))
  static let controller = Actor(
    kind: .staff, account: 2, permissions: LowAltitudeMeasure.controller.permissions,
    agency: "air-sector", agencies: ["air-sector"])
  static let trialOffice = Actor(
    kind: .staff, account: 4, permissions: LowAltitudeMeasure.trialOffice.permissions,
    agency: "transport", agencies: ["transport"])
  static let registrar = Actor(
    kind: .staff, account: 3, permissions: LowAltitudeMeasure.registrar.permissions,
    agency: "civil-aviation", agencies: ["civil-aviation"])

  // MARK: Steps

  func office(_ word: String) throws -> CaseOffice { try #require(measure.office(word)) }

  @discardableResult
  func open(
    _ word: String, _ command: CommandID, as capacity: ActorKind = .citizen,
    by actor: Actor = FlightBench.flyer, _ said: [String: JSONValue]
  ) async throws -> CaseFileRow {
    let setting = try office(word).setting
    var said = said
    if setting.fields(of: command).contains(where: { $0.name == "district" }) {
      said["district"] = "jiangbei"
    }
    let done = try await desk.submit(
      OpenCase(command, as: capacity, said: CaseFacts(said), in: setting), by: actor)
    return try await row(done.aggregate)
  }

  @discardableResult
  func move(
    _ word: String, _ command: CommandID, as capacity: ActorKind = .citizen,
    by actor: Actor = FlightBench.flyer, on row: CaseFileRow, _ said: [String: JSONValue] = [:]
  ) async throws -> CaseFileRow {
    _ = try await desk.submit(
      MoveCase(
        command, as: capacity, on: row.base.key, said: CaseFacts(said),
        in: try office(word).setting), by: actor)
    return try await self.row(row.base.key)
  }

  func row(_ key: Int64) async throws -> CaseFileRow {
    try #require(try await desk.store.first(CaseFileBook.find(key)))
  }

  func settle() async throws {
    try await CaseExpiry(desk: desk, measure.offices.map(\.setting)).settle(at: time.now)
  }

  func problems() async throws -> [String] {
    var found: [String] = []
    for invariant in measure.invariants {
      let rows = try await desk.store.report { try invariant.broken($0) }
      found += rows.map { "\(invariant.table) \($0.row): \($0.what.en)" }
    }
    return found
  }

  // MARK: Parties

  /// The numbers of an operator, its aircraft, pilot and policy, all valid.
  struct Party { let operators, aircraft, pilots: String }

  func party(
    _ id: String = "PRODUCT001", empty: Int64 = 10_000, takeoff: Int64 = 20_000,
    papers: [String] = ["small"], insured: Bool = true, certificate: Bool = true
  ) async throws -> Party {
    var operatorSaid: [String: JSONValue] = [
      "form": "firm", "commercial": true, "name": "低空物流有限公司", "phone": "13800000000",
    ]
    if certificate {
      operatorSaid["certificate"] = "UOC-1"
      operatorSaid["certificate-through"] = "2027-01-01"
    }
    let operators = try await grant("operators", open("operators", "register", operatorSaid))
    let aircraft = try await grant(
      "aircraft",
      open(
        "aircraft", "register",
        [
          "model": "M1", "product-id": .string(id), "mark": "UAS00000001", "owner": "低空物流",
          "empty-grams": .integer(empty), "takeoff-grams": .integer(takeoff),
          "height-metres": 500, "speed-kmh": 80, "radius-metres": 20_000, "intervention": true,
          "keeps-airspace": true, "surveyed": true,
        ]))
    var pilotSaid: [String: JSONValue] = [
      "name": "张三", "phone": "13800000001", "capacity": "full",
    ]
    if !papers.isEmpty { pilotSaid["papers"] = .array(papers.map { .string($0) }) }
    let pilots = try await grant("pilots", open("pilots", "register", pilotSaid))
    if insured {
      _ = try await grant(
        "insurance",
        open(
          "insurance", "register",
          [
            "aircraft": .string(aircraft.base.number.description), "insurer": "平安", "policy": "P1",
            "sum": 100_000_000, "policy-through": "2027-01-01",
          ]))
    }
    return Party(
      operators: operators.base.number.description, aircraft: aircraft.base.number.description,
      pilots: pilots.base.number.description)
  }

  private func grant(_ word: String, _ row: CaseFileRow) async throws -> CaseFileRow {
    try await move(
      word, "grant", as: .registrar, by: FlightBench.registrar, on: row, ["through": "2027-01-01"])
  }

  /// An application for a delivery, straight from west to east over Jiangbei.
  static func application(_ party: Party, _ more: [String: JSONValue] = [:]) -> [String: JSONValue]
  {
    let said: [String: JSONValue] = [
      "operator": .string(party.operators), "pilots": .string(party.pilots),
      "aircraft": .string(party.aircraft), "mission": "delivery", "urgency": "normal",
      "mode": "bvlos", "takeoff-site": "A", "landing-site": "B", "alternate-site": "C",
      "contact": "13800000000", "start": "2026-03-03T10:00", "end": "2026-03-03T10:30",
      "shape": "path", "path": "114.00, 22.62, 100\n114.04, 22.62, 100", "height-low": 0,
      "height-high": 100, "speed-kmh": 54, "extent": "sector", "entry": "垂直起降",
      "link": "2.4GHz 20MHz",
      "capabilities": "4G、GNSS、ADS-B", "emergency-procedure": "就近备降", "dropping": true,
      "parcel-grams": 2000,
    ]
    return said.merging(more) { $1 }
  }
}
