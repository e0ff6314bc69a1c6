import LegalTime
import CityProfiles
import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import Dormancy
import MeasureKit
import Storage

/// The people of a simulated city who have to do with dormancy: operators in trouble, a counter, a
/// registrar, and the tax system that reports invoices. They act once a working day; the same seed and
/// the same days give the same cases.
public struct DormancyAgents: Sendable {
  private let measure: DormancyMeasure
  private let seed: UInt64
  private let citizen: Int64?

  /// Agents of a measure; `citizen` is the account of which one of the businesses is.
  public init(_ measure: DormancyMeasure, seed: UInt64, citizen: Int64?) {
    self.measure = measure
    self.seed = seed
    self.citizen = citizen
  }

  private static let operators = Actor(
    kind: .anonymous, account: 0, permissions: ["dormancy.file", "dormancy.as-citizen"])
  private static let counter = Actor(
    kind: .staff, account: -2, permissions: ["dormancy.as-clerk"], agencies: nil)
  private static let registrar = Actor(
    kind: .staff, account: -3, permissions: ["dormancy.as-handler"], agencies: nil)
  private static let feed = Actor(
    kind: .system, account: -1, permissions: ["dormancy.feed"], agencies: nil)

  private static let count = 60

  /// At ten on a working day everybody takes the steps that are due.
  public func turn(at moment: Instant) async throws {
    let zone = measure.rules.profile.zone
    let today = moment.date(in: zone)
    guard moment == Instant(today, secondOfDay: 36_000, in: zone),
      measure.rules.calendar.isWorkingDay(today)
    else { return }
    var random = SeededRandom(seed: seed).fork("dormancy \(today)")
    try await handOver(today)
    for stage in [
      StageID.ready, .reviewing, .extending, .dormant, .resuming, .returned, .settling,
    ] {
      let rows = try await measure.desk.store.all(
        CaseFileBook.at(
          stage, kind: DormancyCases.dormancy.id, after: (.min, .min), limit: 200))
      for row in rows { try await act(on: row, stage, today, &random) }
    }
    if random.chance(0.35) { try await apply(random.below(DormancyAgents.count), today, &random) }
  }

  // MARK: Businesses

  /// The code of the n-th business.
  static func code(_ place: Int) -> String {
    CreditCode.completing("91990000MA5" + padded(place, 6)) ?? ""
  }

  private static let trades = ["餐饮", "文旅", "服装", "教育咨询", "家政", "会展", "摄影", "物流"]
  private static let names = ["晨光", "海悦", "恒泰", "众合", "蓝湾", "新程", "佳木", "远航"]

  private func handOver(_ today: CivilDate) async throws {
    let items = (0..<DormancyAgents.count).map { place in
      OperatorItem(
        code: DormancyAgents.code(place),
        name: DormancyAgents.names[place % 8] + DormancyAgents.trades[place / 8 % 8] + "有限公司",
        kind: "company", registeredOn: today.adding(days: -400 - place * 53), flags: [], spells: [])
    }
    let known = try await measure.desk.store.first(
      DormancyTables.business(DormancyTables.key(of: items[0].code, measure.ring)))
    guard known == nil else { return }
    _ = try await submit(
      TakeOperators(items: items, content: ["items": .integer(Int64(items.count))]),
      DormancyAgents.feed, "operators")
  }

  private func apply(
    _ place: Int, _ today: CivilDate, _ random: inout SeededRandom
  ) async throws {
    let from = today.adding(days: 3 + random.below(10))
    let causes = ["public-health", "natural-disaster", "economic-crisis", "other"]
    let replaces = random.chance(0.4)
    var said: [String: JSONValue] = [
      "code": .string(DormancyAgents.code(place)), "contact": "经办人", "phone": "13800000000",
      "cause": .string(causes[random.below(causes.count)]), "reason": "客流下降，暂时无法维持经营。",
      "difficulty": true, "means": true, "plan": "待客流恢复后重新开业，设备和主要人员保留。",
      "from": .string(from.description),
      "through": .string(from.adding(days: 20 + random.below(160)).description),
      "address": .string("江北区滨河路\(1 + random.below(200))号"), "labour": true, "truthful": true,
      "no-business": true, "annual-report": true, "publish-end": true, "monthly": true,
      "rent": .integer(Int64(3000 + random.below(20) * 500) * 100),
    ]
    if !measure.pledges.isConnected { said["pledged"] = "no" }
    if replaces {
      said["replaces"] = true
      said["confirmed"] = true
    }
    let isOwn = random.chance(0.2)
    let actor =
      isOwn && citizen != nil
      ? Actor(
        kind: .citizen, account: citizen ?? 0,
        permissions: ["dormancy.file", "dormancy.as-citizen"]) : DormancyAgents.operators
    _ = try await submit(
      OpenCase(.apply, said: CaseFacts(said), in: measure.office.setting), actor, "apply.\(today)")
  }

  // MARK: Cases

  private func act(
    on row: CaseFileRow, _ stage: StageID, _ today: CivilDate, _ random: inout SeededRandom
  ) async throws {
    let replaces = try CaseFacts(row.facts).flag("replaces")
    switch stage {
    case .ready where random.chance(0.5):
      try await step(.finish, .counter, row, ["identity": "head", "seen": true])
    case .reviewing: try await step(.file, .registrar, row)
    case .extending: try await step(.extend, .registrar, row)
    case .dormant where random.chance(0.015):
      try await step(replaces ? .resumeChanged : .resume, .operators, row)
    case .dormant where random.chance(0.008): try await invoice(row, today)
    case .resuming where random.chance(0.2):
      try await step(replaces ? .publishChanged : .publish, .operators, row)
    case .returned where random.chance(0.2):
      try await step(replaces ? .confirmChanged : .confirm, .operators, row)
    case .settling where random.chance(0.2): try await step("changed", .counter, row)
    default: break
    }
  }

  private func step(
    _ command: CommandID, _ capacity: ActorKind, _ row: CaseFileRow,
    _ said: [String: JSONValue] = [:]
  ) async throws {
    let actors: [ActorKind: Actor] = [
      .operators: DormancyAgents.operators, .counter: DormancyAgents.counter,
      .registrar: DormancyAgents.registrar,
    ]
    _ = try await submit(
      MoveCase(
        command, as: capacity, on: row.base.key, said: CaseFacts(said), in: measure.office.setting),
      actors[capacity] ?? DormancyAgents.operators, "\(row.base.key).\(row.base.version)")
  }

  private func invoice(_ row: CaseFileRow, _ today: CivilDate) async throws {
    let place = (0..<DormancyAgents.count).first { place in
      String(DormancyTables.key(of: DormancyAgents.code(place), measure.ring)) == row.subject
    }
    guard let place else { return }
    let event = DormancyEvent(
      .invoice, on: today, source: "tax", id: "sim-\(row.base.key)-\(today)")
    _ = try await submit(
      TakeEvents(
        items: [EventItem(code: DormancyAgents.code(place), event: event)],
        content: ["id": .string(event.id)]), DormancyAgents.feed, "event.\(event.id)")
    _ = try await measure.resumptions(
      of: [DormancyTables.key(of: DormancyAgents.code(place), measure.ring)],
      at: Instant(today, secondOfDay: 36_000, in: measure.rules.profile.zone))
  }

  /// Hands a command in; what a rule refuses is part of life.
  private func submit<C: Command>(
    _ command: C, _ actor: Actor, _ key: String
  ) async throws -> Acknowledged? {
    do {
      return try await measure.desk.submit(
        command, by: actor, CommandDesk.Terms(idempotencyKey: "sim.\(seed).\(key)"))
    } catch let problem as Problem where [403, 409, 422].contains(problem.status) { return nil }
  }
}
