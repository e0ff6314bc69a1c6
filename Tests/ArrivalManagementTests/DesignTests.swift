import ArrivalFlow
import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import MeasureKit
import Testing

@testable import ArrivalManagement

private let good: [String: JSONValue] = [
  "airport": "shenzhen-2", "merge-m": 20_000, "radius-m": 32_000, "gap-m": 2000,
  "half-angle-deg": 40, "inner-level-m": 2700, "outer-level-m": 2400, "entry-m": 10_000,
  "intercept-m": 900,
]

@Suite struct ArrivalCaseTypeTests {
  @Test func everyKindOfCaseIsSound() throws {
    for procedure in ArrivalMeasure.procedures(try ArrivalBench.rules()) {
      let report = try ModelCheck.explore(procedure.type)
      #expect(report.isSound, "\(report.text(.en))")
    }
  }

  @Test func actsHaveNames() throws {
    let bench = try ArrivalBench()
    #expect(bench.measure.stepName("arrivals.feed")?.en == "Reports taken")
    #expect(bench.measure.stepName("arrivals.procedures.publish")?.en == "publish")
    #expect(bench.measure.stepName("arrivals.slots.offer")?.en == "offer slots")
    #expect(bench.measure.stepName("requests.file") == nil)
  }
}

@Suite struct DesignCaseTests {
  private func designed(
    _ bench: ArrivalBench, _ changes: [String: JSONValue] = [:]
  ) async throws -> Int64 {
    try await bench.open(
      bench.measure.office, .design, as: .designer, by: ArrivalBench.designer,
      good.merging(changes) { $1 })
  }

  private func move(
    _ bench: ArrivalBench, _ command: CommandID, _ capacity: ActorKind, _ actor: Desk.Actor,
    _ key: Int64, _ said: [String: JSONValue] = [:]
  ) async throws -> CaseFileRow {
    try await bench.step(
      bench.measure.office, command, as: capacity, by: actor, on: key, said)
  }

  /// Takes a design to where the units answer.
  private func asked(_ bench: ArrivalBench) async throws -> Int64 {
    let key = try await designed(bench)
    _ = try await move(bench, .check, .designer, ArrivalBench.designer, key)
    _ = try await move(
      bench, .coordinate, .designer, ArrivalBench.designer, key, ["text": "请答复。"])
    return key
  }

  private func answered(_ bench: ArrivalBench, _ verdict: String = "agree") async throws -> Int64 {
    let key = try await asked(bench)
    for (unit, actor) in [
      ("approach", ArrivalBench.unit), ("area", ArrivalBench.unit),
      ("airport", ArrivalBench.airportUnit),
    ] {
      _ = try await move(
        bench, .answer, .unit, actor, key,
        [
          "unit": .string(unit), "verdict": .string(unit == "area" ? verdict : "agree"),
          "text": "已研究。",
        ])
    }
    return key
  }

  @Test func eachLandingRunwayHasItsOwnProcedure() async throws {
    let bench = try ArrivalBench()
    let other: [String: JSONValue] = [
      "airport": "shenzhen-3", "runway": "33", "half-angle-deg": 35, "middle-deg": -50,
      "entry-m": 8000,
    ]
    let key = try await designed(bench, other)
    let row = try await move(bench, .check, .designer, ArrivalBench.designer, key)
    let merge = try DesignProcedure.merge(try CaseFacts(row.facts), bench.measure.rules)
    #expect(merge.threshold.name == "33")
    #expect(merge.arcs[0].from_deg == -85 && merge.arcs[0].to_deg == -15)
    #expect(await faults { _ = try await designed(bench, ["runway": "99"]) } == ["runway"])
  }

  @Test func aVersionGoesFromDesignToPublication() async throws {
    let bench = try ArrivalBench()
    let key = try await answered(bench)
    _ = try await move(bench, .conclude, .designer, ArrivalBench.designer, key)
    _ = try await move(bench, .approve, .approver, ArrivalBench.approver, key)
    // 2 March + 28 days is 30 March; the next day of the cycle is 16 April 2026.
    let wrong = ["2026-03-19", "2026-04-15", "2026-03-26"]
    for day in wrong {
      let found = await faults {
        _ = try await move(
          bench, .publish, .designer, ArrivalBench.designer, key, ["effective-on": .string(day)])
      }
      #expect(found == ["effective-on"], "\(day)")
    }
    let row = try await move(
      bench, .publish, .designer, ArrivalBench.designer, key, ["effective-on": "2026-04-16"])
    #expect(row.base.stage == "published")
    #expect(try CaseFacts(row.facts).integer("version") == 1)
    #expect(try CaseFacts(row.facts).integer("absorbs-s") == 347)
    #expect(try await bench.broken().isEmpty)
  }

  @Test func aLaterVersionInEffectEndsTheEarlier() async throws {
    let bench = try ArrivalBench()
    var keys: [Int64] = []
    for day in ["2026-04-16", "2026-05-14"] {
      let key = try await answered(bench)
      _ = try await move(bench, .conclude, .designer, ArrivalBench.designer, key)
      _ = try await move(bench, .approve, .approver, ArrivalBench.approver, key)
      _ = try await move(
        bench, .publish, .designer, ArrivalBench.designer, key, ["effective-on": .string(day)])
      keys.append(key)
    }
    #expect(
      try await bench.measure.nightly(at: Instant(rfc3339: "2026-05-13T03:00:00+08:00")!) == 0)
    #expect(
      try await bench.measure.nightly(at: Instant(rfc3339: "2026-05-14T03:00:00+08:00")!) == 1)
    #expect(try await bench.row(keys[0]).base.stage == "superseded")
    #expect(try await bench.row(keys[1]).base.stage == "published")
    #expect(try CaseFacts(try await bench.row(keys[1]).facts).integer("version") == 2)
    #expect(
      try await bench.measure.nightly(at: Instant(rfc3339: "2026-05-14T04:00:00+08:00")!) == 0)
  }

  @Test func oneUnitThatObjectsOrIsSilentStopsIt() async throws {
    let bench = try ArrivalBench()
    let silent = try await asked(bench)
    #expect(
      await faults {
        _ = try await move(bench, .conclude, .designer, ArrivalBench.designer, silent)
      }
        == ["422"])
    let key = try await answered(bench, "object")
    #expect(
      await faults { _ = try await move(bench, .conclude, .designer, ArrivalBench.designer, key) }
        == ["422"])
    // What a unit says later counts.
    _ = try await move(
      bench, .answer, .unit, ArrivalBench.unit, key,
      ["unit": "area", "verdict": "conditions", "text": "限高度。"])
    let row = try await move(bench, .conclude, .designer, ArrivalBench.designer, key)
    #expect(row.base.stage == "agreed")
  }

  @Test func nobodyAnswersForAnotherUnit() async throws {
    let bench = try ArrivalBench()
    let key = try await asked(bench)
    let found = await faults {
      _ = try await move(
        bench, .answer, .unit, ArrivalBench.airportUnit, key,
        ["unit": "area", "verdict": "agree", "text": "好。"])
    }
    #expect(found == ["unit"])
  }

  @Test(arguments: [
    // The levels of two arcs that lie together are too close.
    ["outer-level-m": JSONValue.integer(2600)],
    // Too steep: no room to descend from so high.
    ["inner-level-m": JSONValue.integer(6000), "outer-level-m": .integer(5500)],
    // The glide path is met beyond the merge point.
    ["intercept-m": JSONValue.integer(2000)],
  ])
  func whatCannotBeFlownIsRefusedOnRecord(changes: [String: JSONValue]) async throws {
    let bench = try ArrivalBench()
    let key = try await designed(bench, changes)
    let found = await faults {
      _ = try await move(bench, .check, .designer, ArrivalBench.designer, key)
    }
    #expect(!found.isEmpty && found != ["?"], "\(found)")
    let row = try await bench.row(key)
    #expect(row.base.stage == "designed")
    #expect(row.base.version == 2)
  }

  @Test func unitsThatDoNotAnswerAreLate() async throws {
    let bench = try ArrivalBench()
    let key = try await asked(bench)
    #expect(try await bench.tick(at: "2026-03-20T09:00:00+08:00") == 0)
    #expect(try await bench.tick(at: "2026-03-31T00:00:00+08:00") > 0)
    #expect(try await bench.row(key).base.stage == "coordinating")
  }
}

@Suite struct AiracTests {
  @Test func daysAre28Apart() {
    // 25 January 2024 and 22 January 2026 begin the years' cycles.
    for text in ["2024-01-25", "2026-01-22", "2026-02-19", "2026-03-19", "2026-04-16"] {
      #expect(Airac.isEffective(CivilDate(text)!), "\(text)")
      #expect(CivilDate(text)!.weekday == 4)
    }
    #expect(!Airac.isEffective(CivilDate("2026-03-20")!))
    #expect(Airac.onOrAfter(CivilDate("2026-03-20")!) == CivilDate("2026-04-16")!)
    #expect(Airac.onOrAfter(CivilDate("2023-12-30")!) == CivilDate("2024-01-25")!)
  }
}
