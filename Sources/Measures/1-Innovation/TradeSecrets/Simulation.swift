import AccessControl
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import DepositProofs
import LegalTime
import MeasureKit
import SecrecyMeasures
import Storage

/// The people of a simulated city who have to do with trade secrets: firms that assess themselves, deposit
/// and ask for help, stations that visit, and the joint conference. They act once a working day; the same
/// seed and the same days give the same cases.
public struct SecretAgents: Sendable {
  private let measure: TradeSecretsMeasure
  private let seed: UInt64

  /// Agents of a measure.
  public init(_ measure: TradeSecretsMeasure, seed: UInt64) {
    self.measure = measure
    self.seed = seed
  }

  private static func actor(_ kind: ActorClass, _ permissions: Set<String>) -> Actor {
    switch kind {
    case .firm: Actor(kind: .anonymous, account: 0, permissions: permissions)
    case .staff: Actor(kind: .staff, account: -4, permissions: permissions, agencies: nil)
    }
  }
  private enum ActorClass { case firm, staff }

  private static let firm = actor(
    .firm,
    Set(
      ["deposits", "assessments", "stations"].flatMap {
        ["trade-secrets.\($0).file", "trade-secrets.\($0).as-citizen"]
      }))
  private static let coordinator = actor(.staff, TradeSecretsMeasure.coordinator.permissions)
  private static let station = actor(.staff, TradeSecretsMeasure.station.permissions)
  private static let member = actor(.staff, TradeSecretsMeasure.member.permissions)

  private func office(_ word: String) -> CaseOffice? {
    measure.offices.first { $0.procedure.path == "trade-secrets/\(word)" }
  }

  /// At eleven on a working day everybody takes the steps that are due.
  public func turn(at moment: Instant) async throws {
    let zone = measure.rules.profile.zone
    let today = moment.date(in: zone)
    guard moment == Instant(today, secondOfDay: 39_600, in: zone),
      measure.rules.calendar.isWorkingDay(today)
    else { return }
    var random = SeededRandom(seed: seed).fork("trade secrets \(today)")
    try await moveRequests(today, &random)
    try await moveMatters(today, &random)
    if random.chance(0.6) { try await deposit(today, &random) }
    if random.chance(0.4), let set = ClauseSet.on(today) {
      let industry = AssessmentProcedure.industries[random.below(18)].code
      try await open(
        "assessments", "file", SecretAgents.firm,
        [
          "industry": .string(industry), "edition": .string(set.edition),
          "result": .string(SecretAgents.value(&random)),
        ], "assess.\(today)")
    }
    if random.chance(0.3) { try await ask(today, &random) }
    if random.chance(0.05) {
      try await open(
        "conference", .raise, SecretAgents.member,
        [
          "topic": "link", "raised-by": .string(measure.rules.agency),
          "text": "建议统一商业秘密案件移送标准和证据要求。",
        ], "raise.\(today)")
    }
  }

  private static func value(_ random: inout SeededRandom) -> String {
    Digest.of("\(random.next()) \(random.next())").hex
  }

  // MARK: Firms

  private func deposit(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    try await open(
      "deposits", .deposit, SecretAgents.firm,
      [DepositValue.field: .string(SecretAgents.value(&random))], "deposit.\(today)")
  }

  private func ask(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    let topics = StationProcedure.topics
    let districts = measure.rules.profile.districts
    try await open(
      "stations", .request, SecretAgents.firm,
      [
        "topic": .string(topics[random.below(topics.count)].code),
        "district": .string(districts[random.below(districts.count)].id), "firm": "模拟企业",
        "contact": "经办人", "phone": "13800000000", "text": "希望工作站上门指导。",
      ], "ask.\(today)")
  }

  // MARK: Stations

  private func moveRequests(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    let stations = measure.rules.stations
    for stage in ["received", "assigned", "planned", "advised", "mended"] as [StageID] {
      for row in try await rows("stations", stage) {
        switch stage {
        case "received":
          let station = stations[random.below(stations.count)].id
          try await move(
            "stations", .assign, .coordinator, SecretAgents.coordinator, row,
            ["station": .string(station)])
        case "assigned" where random.chance(0.7):
          try await move(
            "stations", .plan, .station, SecretAgents.station, row,
            [
              "visit-on": .string(today.adding(days: 2).description),
              "volunteers": .integer(Int64(1 + random.below(3))),
            ])
        case "planned" where row.updatedAt.date(in: measure.rules.profile.zone).days(to: today) >= 2:
          try await move(
            "stations", .visit, .station, SecretAgents.station, row,
            [
              "visited-on": .string(today.description),
              "findings": .integer(Int64(random.below(6))), "text": "建议补签保密协议，限定系统权限。",
            ])
        case "advised" where random.chance(0.15):
          try await move(
            "stations", "report", .owners, SecretAgents.firm, row, ["text": "已按意见整改。"])
        case "mended" where random.chance(0.4):
          try await move(
            "stations", .followUp, .station, SecretAgents.station, row,
            ["outcome": random.chance(0.8) ? "mended" : "partly"])
        default: break
        }
      }
    }
  }

  // MARK: Joint conference

  private func moveMatters(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    let office = SecretAgents.coordinator
    for row in try await rows("conference", "raised") where random.chance(0.4) {
      try await move(
        "conference", .schedule, .secretariat, office, row,
        ["meeting-on": .string(today.adding(days: 7).description)])
    }
    for row in try await rows("conference", "scheduled") where random.chance(0.15) {
      try await move(
        "conference", .resolve, .secretariat, office, row,
        [
          "text": "由牵头单位起草移送标准。", "agency": "justice",
          "due-on": .string(today.adding(days: 20).description),
        ])
    }
    for row in try await rows("conference", "tasked") where random.chance(0.1) {
      try await move(
        "conference", "report", .member, SecretAgents.member, row, ["text": "标准已印发。"])
    }
    for row in try await rows("conference", "reported") where random.chance(0.3) {
      try await move("conference", "accept", .secretariat, office, row, [:])
    }
  }

  // MARK: Steps

  private func rows(_ word: String, _ stage: StageID) async throws -> [CaseFileRow] {
    guard let office = office(word) else { return [] }
    return try await office.desk.store.all(
      CaseFileBook.at(
        stage, kind: office.setting.type.id, after: (.min, .min), limit: 200))
  }

  private func open(
    _ word: String, _ command: CommandID, _ actor: Actor, _ said: [String: JSONValue], _ key: String
  ) async throws {
    guard let office = office(word) else { return }
    let capacity: ActorKind = actor.kind == .staff ? .member : .owners
    _ = try await office.desk.submit(
      OpenCase(command, as: capacity, said: CaseFacts(said), in: office.setting), by: actor,
      .init(idempotencyKey: key))
  }

  private func move(
    _ word: String, _ command: CommandID, _ capacity: ActorKind, _ actor: Actor,
    _ row: CaseFileRow, _ said: [String: JSONValue]
  ) async throws {
    guard let office = office(word) else { return }
    _ = try await office.desk.submit(
      MoveCase(command, as: capacity, on: row.base.key, said: CaseFacts(said), in: office.setting),
      by: actor, .init(idempotencyKey: "\(row.base.key).\(row.base.version)"))
  }
}
