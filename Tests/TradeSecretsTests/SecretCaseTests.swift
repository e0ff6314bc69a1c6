import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import MeasureFixture
import MeasureKit
import Testing

@testable import TradeSecrets

private let value = String(repeating: "ab", count: 32)

@Suite struct SecretCaseTypeTests {
  @Test func everyKindOfCaseIsSound() throws {
    for procedure in TradeSecretsMeasure.procedures(try SecretBench.rules()) {
      let report = try ModelCheck.explore(procedure.type)
      #expect(report.isSound, "\(report.text(.en))")
    }
  }

  @Test func namesDoNotMeet() throws {
    let procedures = TradeSecretsMeasure.procedures(try SecretBench.rules())
    #expect(Set(procedures.map(\.path)).count == 4)
    // Acts of every kind begin with the measure's slug: the desk stamps and gates them by it.
    #expect(procedures.allSatisfy { $0.kind("x").hasPrefix("trade-secrets.") })
    let bench = try SecretBench()
    #expect(bench.measure.stepName("trade-secrets.stations.visit")?.en == "visit and advise")
    #expect(bench.measure.stepName("trade-secrets.deposits.deposit")?.en == "register a deposit")
    #expect(bench.measure.stepName("requests.file") == nil)
    // Nobody opens a matter of the joint conference from outside.
    #expect(!bench.measure.publicPermissions.contains { $0.contains("conference") })
    #expect(bench.measure.publicPermissions.contains("trade-secrets.deposits.file"))
  }
}

@Suite struct DepositCaseTests {
  @Test func oneValueIsRegisteredAndNothingElse() async throws {
    let bench = try SecretBench()
    let key = try await bench.open("deposits", .deposit, ["deposit": .string(value)])
    let file = try await bench.file("deposits", key)
    #expect(file.row.base.stage == "kept")
    #expect(file.row.base.closedAt != nil)
    #expect(file.events[0].fields["deposit"]?.string == value)
    #expect(file.row.facts == #"{"deposit":"\#(value)"}"#)
    #expect(try await bench.broken().isEmpty)
    // Two deposits of one owner share no alias.
    let other = try await bench.open("deposits", .deposit, ["deposit": .string(value)])
    let aliases = try await [key, other].asyncMap {
      try await bench.file("deposits", $0).events[0].row.matter
    }
    #expect(aliases[0] != aliases[1])
  }

  @Test(arguments: [
    "", "配方：糖三勺", String(repeating: "ab", count: 31), String(repeating: "AB", count: 32),
    String(repeating: "zz", count: 32),
  ])
  func whatIsNoValueIsRefused(text: String) async throws {
    let bench = try SecretBench()
    #expect(
      await fields { _ = try await bench.open("deposits", .deposit, ["deposit": .string(text)]) }
        == ["deposit"])
  }
}

@Suite struct AssessmentCaseTests {
  private static let said: [String: JSONValue] = [
    "industry": "software", "result": .string(value), "edition": "2025-10",
  ]

  @Test func anAssessmentIsRenewedOrLapses() async throws {
    let bench = try SecretBench()
    let owner = SecretBench.owner("assessments")
    let key = try await bench.open("assessments", "file", Self.said)
    #expect(try await bench.row(key).base.stage == "current")
    #expect(try await bench.tick(at: "2027-03-02T23:59:00+08:00") == 0)
    #expect(try await bench.tick(at: "2027-03-03T00:00:00+08:00") == 1)
    #expect(try await bench.row(key).base.stage == "outdated")
    try await bench.step(
      "assessments", .renew, as: .owners, by: owner, on: key,
      ["result": .string(value), "edition": "2025-10"])
    #expect(try await bench.row(key).base.stage == "current")
    _ = try await bench.tick(at: "2028-03-04T00:00:00+08:00")
    _ = try await bench.tick(at: "2028-06-10T00:00:00+08:00")
    #expect(try await bench.row(key).base.stage == "lapsed")
    #expect(try await bench.broken().isEmpty)
  }

  @Test func badAnswersAreTold() async throws {
    let bench = try SecretBench()
    func wrong(_ changes: [String: JSONValue]) async -> [String] {
      await fields {
        _ = try await bench.open("assessments", "file", Self.said.merging(changes) { $1 })
      }
    }
    #expect(await wrong(["result": "good"]) == ["result"])
    #expect(await wrong(["industry": "magic"]) == ["industry"])
    #expect(await wrong(["edition": "1999-01"]) == ["edition"])
    #expect(await wrong(["score": 99]) == ["score"])
    bench.time.set(Instant(rfc3339: "2025-10-14T09:00:00+08:00")!)
    #expect(await wrong([:]) == ["edition"])
  }
}

@Suite struct StationCaseTests {
  static let said: [String: JSONValue] = [
    "topic": "algorithm", "district": "gaoxin", "firm": "晨光科技", "contact": "王",
    "phone": "13000000000",
    "text": "算法工程师离职。",
  ]

  private func planned(_ bench: SecretBench) async throws -> Int64 {
    let key = try await bench.open("stations", .request, Self.said)
    try await bench.step(
      "stations", .assign, as: .coordinator, by: SecretBench.coordinator, on: key,
      ["station": "s01"])
    try await bench.step(
      "stations", .plan, as: .station, by: SecretBench.station, on: key,
      ["visit-on": "2026-03-06", "volunteers": 2])
    return key
  }

  private static let advice: [String: JSONValue] = [
    "visited-on": "2026-03-06", "findings": 3, "chapters": ["algorithms", "people"],
    "text": "补签协议。",
  ]

  @Test func aStationVisitsAdvisesAndLooksAgain() async throws {
    let bench = try SecretBench()
    let key = try await planned(bench)
    // The visit on the 6th, then ten days to advise; the 16th is a Monday.
    #expect(
      try await bench.row(key).base.dueAt == Instant(rfc3339: "2026-03-17T00:00:00+08:00"))
    bench.time.set(Instant(rfc3339: "2026-03-06T15:00:00+08:00")!)
    try await bench.step(
      "stations", .visit, as: .station, by: SecretBench.station, on: key, Self.advice)
    try await bench.step(
      "stations", "report", as: .owners, by: SecretBench.owner("stations"), on: key,
      ["text": "已补签。"])
    try await bench.step(
      "stations", .revisit, as: .station, by: SecretBench.station, on: key,
      ["visit-on": "2026-03-20", "text": "再看系统权限。"])
    bench.time.set(Instant(rfc3339: "2026-03-20T15:00:00+08:00")!)
    try await bench.step(
      "stations", .visit, as: .station, by: SecretBench.station, on: key,
      Self.advice.merging(["visited-on": "2026-03-20"]) { $1 })
    // A firm that says nothing is looked at all the same.
    #expect(try await bench.tick(at: "2026-04-21T00:00:00+08:00") == 1)
    let row = try await bench.step(
      "stations", .followUp, as: .station, by: SecretBench.station, on: key,
      ["outcome": "partly"])
    #expect(row.base.stage == "closed")
    let file = try await bench.file("stations", key)
    let visit = try #require(file.events.first { $0.command == .visit })
    #expect(visit.fields["documents"]?["visit-advice"]?.string == "商秘服〔2026〕1号")
    // What was found where, the firm and the words are in no public field, and not in the clear.
    for event in file.events {
      let open = event.fields.canonical
      for secret in ["晨光", "补签", "algorithms", "13000000000"] { #expect(!open.contains(secret)) }
    }
    for secret in ["晨光", "补签", "13000000000", "people"] {
      #expect(!row.facts.contains(secret))
    }
    #expect(try await bench.broken().isEmpty)
  }

  @Test func anotherStationSeesNothingOfIt() async throws {
    let bench = try SecretBench()
    let key = try await planned(bench)
    #expect(
      await status {
        try await bench.step(
          "stations", .visit, as: .station, by: SecretBench.otherStation, on: key, Self.advice)
      } == 403)
    #expect(
      await status {
        try await bench.step(
          "stations", .assign, as: .coordinator, by: SecretBench.station, on: key,
          ["station": "s02"])
      } == 403)
  }

  @Test func lateStepsAreMarkedAndChased() async throws {
    let bench = try SecretBench()
    let key = try await bench.open("stations", .request, Self.said)
    // Two working days: Wednesday.
    #expect(try await bench.tick(at: "2026-03-04T23:00:00+08:00") == 0)
    #expect(try await bench.tick(at: "2026-03-05T00:00:00+08:00") == 1)
    #expect(try await bench.row(key).base.status.contains("overdue"))
    #expect(try await bench.tick(at: "2026-03-13T00:00:00+08:00") == 1)
    try await bench.step(
      "stations", .assign, as: .coordinator, by: SecretBench.coordinator, on: key,
      ["station": "s03"])
    let row = try await bench.row(key)
    #expect(row.base.agency == "gov-donghu")
    #expect(!row.base.status.contains("overdue"))
    #expect(try await bench.broken().isEmpty)
  }

  @Test func daysThatCannotBeAreTold() async throws {
    let bench = try SecretBench()
    let station = SecretBench.station
    let fresh = try await bench.open("stations", .request, Self.said)
    try await bench.step(
      "stations", .assign, as: .coordinator, by: SecretBench.coordinator, on: fresh,
      ["station": "s01"])
    #expect(
      await fields {
        try await bench.step(
          "stations", .plan, as: .station, by: station, on: fresh,
          ["visit-on": "2026-03-01", "volunteers": 1])
      } == ["visit-on"])
    let key = try await planned(bench)
    #expect(
      await fields {
        try await bench.step(
          "stations", .visit, as: .station, by: station, on: key,
          Self.advice.merging(["visited-on": "2026-03-07"]) { $1 })
      } == ["visited-on"])
    #expect(
      await fields { _ = try await bench.open("stations", .request, ["topic": "algorithm"]) }
        == ["district", "firm", "contact", "phone", "text"])
  }
}

@Suite struct ConferenceCaseTests {
  private static let said: [String: JSONValue] = [
    "topic": "link", "raised-by": "police", "text": "统一移送标准。",
  ]

  @Test func aMatterIsScheduledResolvedDoneAndAccepted() async throws {
    let bench = try SecretBench()
    let (member, office) = (SecretBench.member, SecretBench.coordinator)
    let key = try await bench.open(
      "conference", .raise, as: .member, by: member, Self.said)
    func move(
      _ command: CommandID, _ capacity: ActorKind, _ actor: Actor, _ said: [String: JSONValue]
    )
      async throws
    {
      try await bench.step("conference", command, as: capacity, by: actor, on: key, said)
    }
    try await move(.schedule, .secretariat, office, ["meeting-on": "2026-03-10"])
    // The meeting on the 10th, minutes seven days later.
    #expect(
      try await bench.row(key).base.dueAt == Instant(rfc3339: "2026-03-18T00:00:00+08:00"))
    bench.time.set(Instant(rfc3339: "2026-03-10T17:00:00+08:00")!)
    try await move(
      .resolve, .secretariat, office,
      ["text": "由司法局牵头起草。", "agency": "justice", "due-on": "2026-04-10"])
    #expect(try await bench.row(key).party == "justice")
    #expect(try await bench.row(key).base.agency == "market")
    #expect(
      await status { try await move("report", .member, SecretBench.member, ["text": "完成。"]) }
        == 403)
    try await move("report", .member, SecretBench.otherMember, ["text": "初稿完成。"])
    try await move("return", .secretariat, office, ["text": "补充。", "due-on": "2026-04-20"])
    #expect(
      try await bench.row(key).base.dueAt == Instant(rfc3339: "2026-04-21T00:00:00+08:00"))
    #expect(try await bench.tick(at: "2026-04-21T00:00:00+08:00") == 1)
    try await move("report", .member, SecretBench.otherMember, ["text": "完成。"])
    try await move("accept", .secretariat, office, [:])
    #expect(try await bench.row(key).base.stage == "closed")
    #expect(try await bench.broken().isEmpty)
  }

  @Test func nobodyFromOutsideRaisesOne() async throws {
    let bench = try SecretBench()
    #expect(
      await status {
        _ = try await bench.open(
          "conference", .raise, as: .member, by: SecretBench.owner("conference"), Self.said)
      } == 403)
    #expect(
      await fields {
        _ = try await bench.open(
          "conference", .raise, as: .member, by: SecretBench.otherMember, Self.said)
      } == ["raised-by"])
  }
}

@Suite struct SecretRulesTests {
  private func profile(without name: String) throws -> CityProfile {
    var files = BundledCities.shifanFiles
    let text = String(decoding: try #require(files["city.json"]), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    files["city.json"] = Array(
      lines.filter { !$0.contains("\"trade-secrets.\(name)\"") }.joined(separator: "\n").utf8)
    return try CityProfile(files: files)
  }

  @Test(arguments: ["agency", "assign", "meeting", "review"])
  func aMissingParameterIsNamed(name: String) throws {
    let profile = try profile(without: name)
    do {
      _ = try SecretBench.rules(profile)
      Issue.record("\(name) is not missed")
    } catch {
      #expect((error as? Problem)?.detail.en.contains("trade-secrets.\(name)") == true)
    }
  }

  @Test func stationsAreRead() throws {
    let rules = try SecretBench.rules()
    #expect(rules.stations.map(\.id) == ["s01", "s02", "s03"])
    #expect(rules.stations[0].name.en == "Software Park Station (Gaoxin)")
  }
}

@Suite struct SecretFigureTests {
  @Test func figuresFollowFromPublicActsAlone() {
    var figures = SecretFigures()
    func act(_ kind: String, matter: UInt8, _ fields: JSONValue = [:]) {
      figures.consume(
        PublicAct(
          kind: "trade-secrets.\(kind)", matter: [matter], recordedAt: MemoryDesk.start,
          effectiveAt: MemoryDesk.start, fields: fields))
    }
    act("assessments.file", matter: 1, ["industry": "software"])
    act("assessments.file", matter: 2, ["industry": "software"])
    act("assessments.file", matter: 3, ["industry": "biotech"])
    act("assessments.renew", matter: 3)
    act("deposits.deposit", matter: 4)
    act("stations.request", matter: 5, ["topic": "algorithm"])
    act("stations.plan", matter: 5, ["volunteers": 3])
    act("stations.visit", matter: 5)
    act("stations.follow-up", matter: 5, ["outcome": "mended"])
    act("stations.follow-up", matter: 6, ["outcome": "not"])
    act("conference.raise", matter: 7)
    act("conference.raise.refused", matter: 7)
    let values = Dictionary(
      uniqueKeysWithValues: figures.indicators.map { ($0.id.dropFirst(14), $0.value) })
    #expect(values["firms"] == 3)
    #expect(values["industries"] == 2)
    #expect(values["deposits"] == 1)
    #expect(values["stations.volunteers"] == 3)
    #expect(values["stations.mended"] == 0.5)
    #expect(values["conference.matters"] == 1)
    #expect(
      figures.indicators(of: "trade-secrets/deposits").map(\.id) == ["trade-secrets.deposits"])
    #expect(figures.indicators(of: "trade-secrets/stations").count == 6)
  }
}

extension Sequence {
  fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async rethrows -> [T] {
    var found: [T] = []
    for element in self { found.append(try await body(element)) }
    return found
  }
}
