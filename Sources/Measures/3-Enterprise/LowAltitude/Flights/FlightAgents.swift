import AccessControl
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// The people of a simulated city who have to do with flights: four operators, a registrar, air traffic control. The
/// same seed and the same days give the same cases.
public struct FlightAgents: Sendable {
  let measure: LowAltitudeMeasure
  private let seed: UInt64
  private let citizen: Int64?
  var rules: FlightRules { measure.rules }

  /// Agents of a measure; `citizen` is the account of which one of the operators is.
  public init(_ measure: LowAltitudeMeasure, seed: UInt64, citizen: Int64?) {
    self.measure = measure
    self.seed = seed
    self.citizen = citizen
  }

  struct Party { let operators, aircraft, pilots: String }

  private static let names = ["低空物流", "江北航拍", "生物快运", "电网巡检"]
  private static let missions: [Mission] = [.delivery, .scenic, .biological, .inspection]

  func flyer(_ place: Int) -> Actor {
    let words = [
      "flights", "operators", "aircraft", "pilots", "insurance", "incidents", "trials",
    ]
    let permissions = Set(
      words.flatMap { ["low-altitude.\($0).file", "low-altitude.\($0).as-citizen"] })
    guard place == 0, let citizen else {
      return Actor(kind: .anonymous, account: 0, permissions: permissions)
    }
    return Actor(kind: .citizen, account: citizen, permissions: permissions)
  }

  static let control = Actor(
    kind: .staff, account: -2, permissions: LowAltitudeMeasure.controller.permissions,
    agencies: nil)
  private static let registrar = Actor(
    kind: .staff, account: -3, permissions: LowAltitudeMeasure.registrar.permissions,
    agencies: nil)

  /// What happens at a full hour.
  public func turn(at moment: Instant) async throws {
    let zone = rules.profile.zone
    let (today, hour) = (moment.date(in: zone), moment.secondOfDay(in: zone) / 3600)
    var random = SeededRandom(seed: seed).fork("flights \(today) \(hour)")
    if hour == 9 { try await registers(today) }
    if hour == 11, let parties = try await parties() {
      try await file(today, parties, &random)
    }
    if hour == 13, random.chance(0.3), let parties = try await parties() {
      // Too late for tomorrow: the law turns it away.
      _ = try await apply(today, 9, 0, parties[1], 1, &random)
    }
    if hour % 6 == 2, random.chance(0.08), let parties = try await parties() {
      try await hurry(moment, parties[0], &random)
    }
    if hour == 16 { try await decide(moment, &random) }
    if hour == 15, let parties = try await parties() { try await trials(today, parties, &random) }
    if hour == 10, random.chance(0.12) { try await close(today, &random) }
    try await fly(moment, &random)
    try await incidents(&random)
  }

  // MARK: Registers

  private func registers(_ today: CivilDate) async throws {
    for kind in RegisterKind.allCases {
      for row in try await rows(kind.rawValue, "filed") {
        try await step(
          kind.rawValue, "grant", .registrar, FlightAgents.registrar, row,
          ["through": .string(today.adding(days: 700).description)])
      }
    }
    let known =
      try await rows("operators", "valid").count + rows("operators", "filed").count
    for place in FlightAgents.names.indices where known == 0 {
      _ = try await open(
        "operators", "register", flyer(place),
        [
          "form": "firm", "commercial": true, "name": .string(FlightAgents.names[place] + "有限公司"),
          "phone": "13800000000", "certificate": .string("UOC-SIM-\(place)"),
          "certificate-through": .string(today.adding(days: 700).description),
        ], "operator.\(place)")
      _ = try await open(
        "pilots", "register", flyer(place),
        [
          "name": "模拟操控员", "phone": "13800000000", "capacity": "full", "papers": ["small"],
        ], "pilot.\(place)")
      _ = try await open(
        "aircraft", "register", flyer(place),
        [
          "model": "SIM-20", "product-id": .string("SIM\(padded(place, 6))"),
          "mark": .string("UAS\(padded(place, 8))"), "owner": .string(FlightAgents.names[place]),
          "empty-grams": 9000, "takeoff-grams": 18_000, "height-metres": 500, "speed-kmh": 72,
          "radius-metres": 15_000, "intervention": true, "keeps-airspace": true, "surveyed": true,
        ], "aircraft.\(place)")
    }
    let insured = Set(try await rows("insurance", "valid").compactMap(\.subject))
    let waiting = Set(try await rows("insurance", "filed").compactMap(\.subject))
    for (place, row) in try await sorted("aircraft").enumerated()
    where !insured.union(waiting).contains("insured:\(row.base.key)") {
      _ = try await open(
        "insurance", "register", flyer(place),
        [
          "aircraft": .string(row.base.number.description), "insurer": "示范保险", "policy": "SIM",
          "sum": 200_000_000, "policy-through": .string(today.adding(days: 700).description),
        ], "policy.\(row.base.key)")
    }
  }

  func sorted(_ word: String) async throws -> [CaseFileRow] {
    try await rows(word, "valid").sorted { $0.base.key < $1.base.key }
  }

  /// The operators with what they fly, once all of them are on file.
  func parties() async throws -> [Party]? {
    let (operators, aircraft) = (try await sorted("operators"), try await sorted("aircraft"))
    let (pilots, policies) = (try await sorted("pilots"), try await rows("insurance", "valid"))
    let count = FlightAgents.names.count
    guard operators.count >= count, aircraft.count >= count, pilots.count >= count,
      policies.count >= count
    else { return nil }
    return (0..<count).map {
      Party(
        operators: operators[$0].base.number.description,
        aircraft: aircraft[$0].base.number.description,
        pilots: pilots[$0].base.number.description)
    }
  }

  // MARK: Applications

  private func file(
    _ today: CivilDate, _ parties: [Party], _ random: inout SeededRandom
  ) async throws {
    for (place, party) in parties.enumerated() {
      for flight in 0..<2 {
        // Two of them share an hour and cross.
        let hour = 9 + 2 * flight + (place < 2 ? 0 : place)
        _ = try await apply(today, hour, flight, party, place, &random)
      }
    }
  }

  private func apply(
    _ today: CivilDate, _ hour: Int, _ flight: Int, _ party: Party, _ place: Int,
    _ random: inout SeededRandom
  ) async throws -> Acknowledged? {
    let day = today.adding(days: 1)
    let (east, north) = (
      113.985 + Double(random.below(40)) / 1000, 22.605 + Double(random.below(20)) / 1000
    )
    // Even places fly from west to east, the others from south to north.
    let path =
      place % 2 == 0
      ? "\(113.98) \(north) 100\n\(114.05) \(north) 100"
      : "\(east) \(22.60) 100\n\(east) \(22.645) 100"
    let mission = FlightAgents.missions[place]
    var said: [String: JSONValue] = [
      "operator": .string(party.operators), "pilots": .string(party.pilots),
      "aircraft": .string(party.aircraft), "mission": .string(mission.rawValue),
      "urgency": "normal", "mode": "bvlos", "takeoff-site": "起降点A", "landing-site": "起降点B",
      "alternate-site": "起降点C", "contact": "13800000000",
      "start": .string("\(day)T\(padded(hour, 2)):00"),
      "end": .string("\(day)T\(padded(hour + 1, 2)):30"), "shape": "path", "path": .string(path),
      "height-low": 0, "height-high": 100, "speed-kmh": 54, "extent": "sector",
      "entry": "垂直起降", "link": "2.4 GHz，20 MHz", "capabilities": "4G、GNSS、网络识别",
      "emergency-procedure": "就近备降", "dropping": true,
    ]
    switch mission {
    case .delivery: said["parcel-grams"] = 2000
    case .scenic: said["passengers"] = 0
    case .biological:
      said.merge(
        [
          "parcel-grams": 1500, "product": "blood", "cold-least": 20, "cold-most": 60,
          "goods-class": "un3373", "handed-by": "血站", "handed-to": "医院急诊",
        ]) { $1 }
    default: break
    }
    return try await open(
      "flights", "file", flyer(place), said, "flight.\(today).\(place).\(flight).\(hour)")
  }

  private func decide(_ moment: Instant, _ random: inout SeededRandom) async throws {
    for row in try await rows("flights", "filed") {
      // Now and then a decision is forgotten: the clock alarms.
      if random.chance(0.02) { continue }
      var row = row
      if try CaseFacts(row.facts)["conflicts"] != nil {
        try await step("flights", "take-offer", .flyers, owner(row), row)
        row = try await measure.desk.store.first(CaseFileBook.find(row.base.key)) ?? row
        if try CaseFacts(row.facts)["conflicts"] != nil {
          try await step(
            "flights", "refuse", .control, FlightAgents.control, row,
            ["reason": "conflict", "text": "与已批准的飞行冲突，且没有可用的替代计划。"])
          continue
        }
      }
      if random.chance(0.05) {
        try await step(
          "flights", "refuse", .control, FlightAgents.control, row,
          ["reason": "safety", "text": "应急处置程序未说明人口密集区的备降。"])
      } else {
        try await step("flights", "approve", .control, FlightAgents.control, row)
      }
    }
  }

  func owner(_ row: CaseFileRow) -> Actor { flyer(row.base.applicant == nil ? 1 : 0) }

  // MARK: Flying

  private func fly(_ moment: Instant, _ random: inout SeededRandom) async throws {
    for row in try await rows("flights", "approved") {
      let plan = try FlightPlan(CaseFacts(row.facts)["plan"])
      // A few are forgotten, and lapse.
      guard plan.start.seconds - moment.seconds <= 3 * 3600, !random.chance(0.03) else { continue }
      try await step("flights", "report", .flyers, owner(row), row, ["text": "准备就绪，按时起飞。"])
    }
    for row in try await rows("flights", "reported") {
      try await step("flights", "confirm", .control, FlightAgents.control, row)
    }
    for row in try await rows("flights", "blocked") {
      let hasOffer = try CaseFacts(row.facts)["offer"] != nil
      try await step("flights", hasOffer ? "take-offer" : "withdraw", .flyers, owner(row), row)
    }
    for row in try await rows("flights", "confirmed") {
      let plan = try FlightPlan(CaseFacts(row.facts)["plan"])
      guard plan.start <= moment else { continue }
      let loaded = try await load(row, &random)
      try await step("flights", "activate", .flyers, owner(row), loaded)
    }
    for row in try await rows("flights", "handing") { try await receive(row, &random) }
    for row in try await rows("flights", "active") where row.updatedAt < moment {
      let isAbnormal = random.chance(0.02)
      try await step(
        "flights", "land", .flyers, owner(row), row, isAbnormal ? ["abnormal": true] : [:])
      guard isAbnormal else { continue }
      _ = try await open(
        "incidents", "notify", owner(row),
        [
          "flight": .string(row.base.number.description), "kind": "link",
          "landed": .string(moment.rfc3339(in: rules.profile.zone)), "place": "江北区起降点B",
          "phone": "13800000000", "text": "指挥控制链路短时中断，自动返航，无人员受伤。",
        ], "incident.\(row.base.key)")
    }
  }

  private func incidents(_ random: inout SeededRandom) async throws {
    for row in try await rows("incidents", "noticed") where random.chance(0.2) {
      try await step(
        "incidents", "report", .flyers, owner(row), row,
        ["text": "经查为地面站天线松动。", "measures": "每日起飞前检查天线。"])
    }
    for row in try await rows("incidents", "reported") where random.chance(0.05) {
      try await step(
        "incidents", "close", .control, FlightAgents.control, row, ["text": "原因清楚，措施有效。"])
    }
  }

  private func close(_ today: CivilDate, _ random: inout SeededRandom) async throws {
    let day = today.adding(days: 2)
    let east = 113.99 + Double(random.below(40)) / 1000
    let path = "\(east) 22.608; \(east + 0.01) 22.608; \(east + 0.01) 22.618; \(east) 22.618"
    guard let office = measure.office("closures") else { return }
    let said: [String: JSONValue] = [
      "reason": "event", "path": .string(path), "height-low": 0, "height-high": 300,
      "start": .string("\(day)T08:00"), "end": .string("\(day)T12:00"),
      "notice": .string("示府公告〔\(today.year)〕演示"),
    ]
    _ = try await submit(
      OpenCase(
        "announce", as: .control, said: CaseFacts(placed(said, office, "announce")),
        in: office.setting), FlightAgents.control, "closure.\(today)")
  }

  // MARK: Commands

  /// Where the city confines the measure to districts, every case says in which it lies.
  private func placed(
    _ said: [String: JSONValue], _ office: CaseOffice, _ command: CommandID
  ) -> [String: JSONValue] {
    var said = said
    let fields = office.setting.fields(of: command)
    if said["district"] == nil, fields.contains(where: { $0.name == "district" }),
      let first = rules.profile.districts.first
    {
      said["district"] = .string(first.id)
    }
    return said
  }

  func rows(_ word: String, _ stage: StageID) async throws -> [CaseFileRow] {
    guard let office = measure.office(word) else { return [] }
    return try await measure.desk.store.all(
      CaseFileBook.at(
        stage, kind: office.setting.type.id, after: (.min, .min), limit: 200))
  }

  func open(
    _ word: String, _ command: CommandID, _ actor: Actor, _ said: [String: JSONValue],
    _ key: String
  ) async throws -> Acknowledged? {
    guard let office = measure.office(word) else { return nil }
    return try await submit(
      OpenCase(
        command, said: CaseFacts(placed(said, office, command)), in: office.setting), actor, key)
  }

  func step(
    _ word: String, _ command: CommandID, _ capacity: ActorKind, _ actor: Actor,
    _ row: CaseFileRow, _ said: [String: JSONValue] = [:]
  ) async throws {
    guard let office = measure.office(word) else { return }
    _ = try await submit(
      MoveCase(
        command, as: capacity, on: row.base.key, said: CaseFacts(said), in: office.setting),
      actor, "\(row.base.key).\(row.base.version).\(command.text)")
  }

  /// Hands a command in; what a rule refuses is part of life.
  private func submit<C: Command>(
    _ command: C, _ actor: Actor, _ key: String
  ) async throws -> Acknowledged? {
    do {
      return try await measure.desk.submit(
        command, by: actor, CommandDesk.Terms(idempotencyKey: "sim.\(seed).air.\(key)"))
    } catch let problem as Problem where [403, 409, 422].contains(problem.status) { return nil }
  }
}
