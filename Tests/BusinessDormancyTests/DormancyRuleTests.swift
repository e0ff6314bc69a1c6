import LegalTime
import Desk
import CaseEngine
import Books
import CaseWork
import Cities
import CityProfiles
import Commons
import Dormancy
import Foundation
import MeasureFixture
import MeasureKit
import Rulebook
import Storage
import Testing

@testable import BusinessDormancy

/// The demonstration city under another GB/T 2260 code, so that other rules hold; it adopted its measures
/// early enough to ask about days before the Regulation.
private func city(_ code: String) throws -> CityProfile {
  var root = URL(fileURLWithPath: #filePath)
  for _ in 0..<3 { root.deleteLastPathComponent() }
  let folder = root.appendingPathComponent("cities/shifan")
  let text = try String(contentsOf: folder.appendingPathComponent("city.json"), encoding: .utf8)
  var city = text.replacingOccurrences(of: "\"990000\"", with: "\"\(code)\"")
  // The entry of measure 15 alone: others must not begin that early.
  let start = try #require(city.range(of: "\"number\": 15"))
  let end = try #require(city.range(of: "\"number\": 19"))
  city = city.replacingOccurrences(
    of: "2024-01-01", with: "2015-01-01", range: start.lowerBound..<end.lowerBound)
  return try CityProfile(files: [
    "city.json": Array(city.utf8),
    "catalogue.json": Array(
      try Data(contentsOf: folder.appendingPathComponent("catalogue.json"))),
  ])
}

/// A register of pledges that answers the same for everybody.
private struct Pledges: PledgeQuery {
  let found: Bool
  var isConnected: Bool { true }
  func pledge(of code: String, _ view: any View) -> PledgeAnswer { .pledged(found) }
}

@Suite struct DormancyRuleTests {
  @Test func twoCitiesTwoAnswers() async throws {
    let here = try DormancyBench()
    let shenzhen = try DormancyBench(city("440300"))
    for bench in [here, shenzhen] {
      try await bench.register(registeredOn: "2025-06-01", flags: [.abnormal, .courtAssistance])
    }
    let wish: [String: JSONValue?] = [
      "pledged": "yes", "cause": "economic-crisis", "through": "2028-06-30",
    ]
    #expect(await fields { _ = try await here.apply(wish) } == [])
    // Too young, on the list, a court's request, pledged, over two years.
    #expect(
      await fields { _ = try await shenzhen.apply(wish) }
        == ["code", "code", "code", "pledged", "through"])
  }

  @Test func twoDatesTwoAnswers() async throws {
    let bench = try DormancyBench(city("440300"))
    try await bench.register()
    bench.time.set(Instant(rfc3339: "2021-06-01T09:00:00+08:00")!)
    let wish: [String: JSONValue?] = ["from": "2021-06-01", "through": "2021-12-31"]
    #expect(await slug { _ = try await bench.apply(wish) } == nil)
    // Elsewhere nobody could then.
    let here = try DormancyBench(city("990000"))
    try await here.register()
    here.time.set(Instant(rfc3339: "2022-02-28T09:00:00+08:00")!)
    #expect(await slug { _ = try await here.apply() } == "no-dormancy-law")
    here.time.set(Instant(rfc3339: "2022-03-01T09:00:00+08:00")!)
    let later: [String: JSONValue?] = ["from": "2022-03-01", "through": "2025-03-01"]
    #expect(await slug { _ = try await here.apply(later) } == nil)
  }

  @Test func aRegisterOfPledgesAnswersInPlaceOfTheOperator() async throws {
    let bench = try DormancyBench(city("440300"), pledges: Pledges(found: true))
    try await bench.register()
    #expect(await fields { _ = try await bench.apply() } == ["pledged"])
    #expect(await fields { _ = try await bench.apply(["pledged": nil]) } == ["pledged"])
    let free = try DormancyBench(city("440300"), pledges: Pledges(found: false))
    try await free.register()
    #expect(await fields { _ = try await free.apply(["pledged": nil]) } == [])
  }

  @Test func earlierSpellsCountAndMayNotOverlap() async throws {
    func spell(_ from: String, _ through: String, _ resumed: String? = nil) -> DormancySpell {
      DormancySpell(
        from: CivilDate(from)!, through: CivilDate(through)!,
        resumedOn: resumed.flatMap { CivilDate($0) })
    }
    let bench = try DormancyBench()
    // 730 days were used; 365 are left from 2026-03-09: as if it had begun on 2024-03-09.
    try await bench.register(spells: [spell("2022-03-01", "2024-02-29")])
    #expect(
      await fields { _ = try await bench.apply(["through": "2027-03-10"]) } == ["through"])
    let key = try await bench.apply(["through": "2027-03-09"])
    #expect(try await bench.facts(key).integer("used-before") == 730)
    #expect(try await bench.facts(key).string("last-possible") == "2027-03-09")

    let other = try DormancyBench()
    try await other.register(spells: [spell("2026-01-01", "2026-06-30")])
    #expect(await fields { _ = try await other.apply() } == ["from"])
  }

  @Test func theFeedNamesEveryFault() throws {
    func faults(_ text: String) -> [String] {
      do throws(Problem) {
        guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return ["?"] }
        var reader = try FeedReader(value)
        _ = try reader.operators()
        return []
      } catch { return error.fields.map(\.pointer) }
    }
    let good = """
      [{"code": "\(DormancyBench.code)", "name": "甲", "kind": "company", "registered_on": "2020-02-29",
        "flags": ["listed"], "spells": [{"from": "2022-03-01", "through": "2022-04-01"}]}]
      """
    #expect(faults(good) == [])
    #expect(
      faults(good.replacingOccurrences(of: "2020-02-29", with: "2021-02-29")) == [
        "/0/registered_on"
      ])
    #expect(faults(good.replacingOccurrences(of: "listed", with: "rich")) == ["/0/flags"])
    #expect(
      faults(
        good.replacingOccurrences(of: "\"company\"", with: "\"club\"")
          .replacingOccurrences(of: "甲", with: "")) == ["/0/name", "/0/kind"])
    #expect(
      faults(good.replacingOccurrences(of: "2022-04-01", with: "tomorrow"))
        == ["/0/spells/0/through"])
    #expect(faults("[{}]").first == "/0/code")

    let event: JSONValue = [
      [
        "code": .string(DormancyBench.code), "kind": "dance", "on": "2026-02-30", "source": "tax",
        "id": "1",
      ]
    ]
    let problem = #expect(throws: Problem.self) {
      var reader = try FeedReader(event)
      _ = try reader.events()
    }
    #expect(problem?.fields.map(\.pointer) == ["/0/kind", "/0/on"])
  }

  @Test func aPersonsOwnBusinessIsNotNamed() throws {
    let ring = try DormancyBench().ring
    let item = OperatorItem(
      code: DormancyBench.code, name: "张三面馆", kind: "individual",
      registeredOn: CivilDate("2020-01-01")!, flags: [], spells: [])
    #expect(item.row(ring).name == "张＊＊")
    #expect(item.row(ring).code == nil)
  }

  @Test func savingsFollowTheirFormula() {
    let savings = DormancySavings(
      from: CivilDate("2026-01-31")!, through: CivilDate("2026-07-30")!,
      monthlyRent: .fen(800_000), replacesDomicile: true, isQuarterly: true,
      filingCost: .fen(15_000))
    #expect(savings.months == 6)
    #expect(savings.filings == 4)
    #expect(savings.total == .fen(6 * 800_000 + 4 * 15_000))
    #expect(DormancySavings.wholeMonths(CivilDate("2026-01-31")!, CivilDate("2026-02-27")!) == 1)
    #expect(DormancySavings.wholeMonths(CivilDate("2026-01-31")!, CivilDate("2026-02-26")!) == 0)
  }

  @Test func theFiguresCountPublicActs() {
    var figures = DormancyFigures()
    func act(_ command: String, _ matter: UInt8, _ fields: JSONValue = [:]) {
      figures.consume(
        PublicAct(
          kind: "dormancy.\(command)", matter: [matter], recordedAt: Instant(seconds: 0),
          effectiveAt: Instant(seconds: 0), fields: fields))
    }
    let over: JSONValue = ["resumed": "2026-06-10", "days": 90]
    act("apply", 1)
    for matter: UInt8 in 1...3 { act("file", matter) }
    act("resume", 1, over)
    act("deem", 2, over)
    act("publish", 2)
    act("refuse.refused", 4)
    #expect(figures.filed == 3)
    #expect(figures.restarted == 2)
    #expect(figures.dormant == 1)
    #expect(figures.deemed == 1)
    act("deem", 3, over)
    act("set-aside", 3, ["from": "2026-03-09"])
    #expect(figures.dormant == 1)
    #expect(figures.deemed == 1)
    #expect(figures.meanDays == 90)
  }
}
