import AccessControl
import ArrivalFlow
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// The people of a simulated city who have to do with arrivals: designers, units, airlines and coordinators once a
/// working day, and at some hours a stream of aircraft. The same seed and the same days give the same.
public struct ArrivalAgents: Sendable {
  private let measure: ArrivalMeasure
  private let seed: UInt64

  /// Agents of a measure.
  public init(_ measure: ArrivalMeasure, seed: UInt64) {
    self.measure = measure
    self.seed = seed
  }

  private static func staff(_ permissions: Set<String>) -> Actor {
    Actor(kind: .staff, account: -6, permissions: permissions, agencies: nil)
  }
  private static let designer = staff(ArrivalMeasure.designer.permissions)
  private static let unit = staff(ArrivalMeasure.unit.permissions)
  private static let approver = staff(ArrivalMeasure.approver.permissions)
  private static let coordinator = staff(ArrivalMeasure.coordinator.permissions)
  private static let airline = Actor(
    kind: .anonymous, account: 0,
    permissions: ["arrivals.slots.file", "arrivals.slots.as-citizen"])

  /// At ten on a working day everybody takes the steps that are due; at eight aircraft come in.
  public func turn(at moment: Instant) async throws {
    let zone = measure.rules.profile.zone
    let today = moment.date(in: zone)
    var random = SeededRandom(seed: seed).fork("arrivals \(moment)")
    if moment == Instant(today, secondOfDay: 28_800, in: zone) {
      try await stream(moment, &random)
    }
    guard moment == Instant(today, secondOfDay: 36_000, in: zone),
      measure.rules.calendar.isWorkingDay(today)
    else { return }
    try await moveDesigns(today, &random)
    try await moveSlots(&random)
    if random.chance(0.03) { try await design(today, &random) }
    if random.chance(0.35) { try await ask(today, &random) }
  }

  // MARK: Aircraft

  private static let airlines = ["CSN", "CCA", "CES", "CSZ", "CXA", "CHH"]

  private func stream(_ moment: Instant, _ random: inout SeededRandom) async throws {
    let airport = measure.rules.book.airports[0]
    let fleet = airport.scenario.study.fleet
    let total = fleet.reduce(0) { $0 + $1.weight }
    var content = FeedContent()
    for index in 0..<16 {
      var at = random.unit() * total
      let group =
        fleet.first { group in
          at -= group.weight
          return at < 0
        } ?? fleet[0]
      let airline = Self.airlines[random.below(Self.airlines.count)]
      var report = TrackReport(track: "\(index)")
      report.callsign = "\(airline)\(1000 + random.below(8999))"
      report.type = group.type.designator
      report.estimate = Double(moment.seconds) + 600 + Double(random.below(2400))
      // Every third one takes off.
      report.isDeparture = index % 3 == 2
      content.reports.append(report)
    }
    _ = try await measure.take(
      content, .csv, airport, from: "simulation", key: "stream.\(moment)",
      digest: Digest.of("stream \(moment)").hex, at: moment)
  }

  // MARK: Procedures

  private func design(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    let airports = measure.rules.book.airports
    try await open(
      measure.office, .design, .designer, Self.designer,
      [
        "airport": .string(airports[random.below(airports.count)].id), "merge-m": 20_000,
        "radius-m": .integer(Int64(30_000 + random.below(5) * 1000)), "gap-m": 2000,
        "half-angle-deg": .integer(Int64(30 + random.below(15))), "inner-level-m": 2700,
        "outer-level-m": .integer(random.chance(0.8) ? 2400 : 2600), "entry-m": 10_000,
        "intercept-m": 1100, "text": "优化弧的长度。",
      ], "design.\(today)")
  }

  private func moveDesigns(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    for stage in ["designed", "checked", "coordinating", "agreed", "approved"] as [StageID] {
      for row in try await rows(measure.office, stage) {
        switch stage {
        case "designed":
          do {
            try await step(.check, .designer, Self.designer, row, [:])
          } catch let problem as Problem where problem.status == 422 {
            try await withdraw(row)
          }
        case "checked":
          try await step(.coordinate, .designer, Self.designer, row, ["text": "请各单位答复。"])
        case "coordinating": try await answer(row, &random)
        case "agreed": try await step(.approve, .approver, Self.approver, row, [:])
        case "approved":
          let day = Airac.onOrAfter(today.adding(days: 28))
          try await step(
            .publish, .designer, Self.designer, row, ["effective-on": .string(day.description)])
        default: break
        }
      }
    }
  }

  private func withdraw(_ row: CaseFileRow) async throws {
    guard let fresh = try await measure.desk.store.first(CaseFileBook.find(row.base.key)) else {
      return
    }
    try await step(.withdraw, .designer, Self.designer, fresh, ["text": "校核未通过，另行设计。"])
  }

  private func answer(_ row: CaseFileRow, _ random: inout SeededRandom) async throws {
    let answers = try CaseFacts(row.facts)["answers"]?.object ?? [:]
    let next = measure.rules.units.first { unit in
      answers[unit.id].map { $0 == .string("object") } ?? true
    }
    guard let next else {
      try await step(.conclude, .designer, Self.designer, row, [:])
      return
    }
    let verdict = random.chance(0.8) ? "agree" : random.chance(0.7) ? "conditions" : "object"
    try await step(
      .answer, .unit, Self.unit, row,
      ["unit": .string(next.id), "verdict": .string(verdict), "text": "已研究。"])
  }

  // MARK: Slots

  private func ask(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    let from = today.adding(days: 30)
    let hour = 7 + random.below(14)
    let rest = [0, 15, 30, 45][random.below(4)]
    try await open(
      measure.slots, .request, .airline, Self.airline,
      [
        "airport": .string(measure.rules.book.airports[0].id),
        "airline": .string(Self.airlines[random.below(Self.airlines.count)]),
        "movement": random.chance(0.5) ? "arrival" : "departure",
        "from": .string(from.description), "to": .string(from.adding(days: 150).description),
        "weekdays": ["1", "3", "5"], "time": .string(SlotSeries.text(hour * 60 + rest)),
        "tolerance": 60, "priority": random.chance(0.3) ? "new-entrant" : "other",
        "contact": "航班计划部",
      ], "slots.\(today)")
  }

  private func moveSlots(_ random: inout SeededRandom) async throws {
    for row in try await rows(measure.slots, "requested") {
      do {
        try await step(.offer, .coordinator, Self.coordinator, row, [:])
      } catch let problem as Problem where problem.status == 422 {
        // Another request comes first, or there is no room; it is looked at again tomorrow.
        continue
      }
    }
    for row in try await rows(measure.slots, "offered") where random.chance(0.7) {
      try await step(
        random.chance(0.9) ? .accept : .decline, .airline, Self.airline, row, [:])
    }
  }

  // MARK: Steps

  private func rows(_ office: CaseOffice, _ stage: StageID) async throws -> [CaseFileRow] {
    try await measure.desk.store.all(
      CaseFileBook.at(stage, kind: office.setting.type.id, after: (.min, .min), limit: 200))
  }

  private func open(
    _ office: CaseOffice, _ command: CommandID, _ capacity: ActorKind, _ actor: Actor,
    _ said: [String: JSONValue], _ key: String
  ) async throws {
    _ = try await measure.desk.submit(
      OpenCase(command, as: capacity, said: CaseFacts(said), in: office.setting), by: actor,
      .init(idempotencyKey: key))
  }

  private func step(
    _ command: CommandID, _ capacity: ActorKind, _ actor: Actor, _ row: CaseFileRow,
    _ said: [String: JSONValue]
  ) async throws {
    let office = row.kind == SlotCases.kind ? measure.slots : measure.office
    _ = try await measure.desk.submit(
      MoveCase(command, as: capacity, on: row.base.key, said: CaseFacts(said), in: office.setting),
      by: actor, .init(idempotencyKey: "\(row.base.key).\(row.base.version)"))
  }
}
