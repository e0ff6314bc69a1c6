import Commons
import Foundation
import Testing

@testable import ArrivalFlow

@Suite struct RunwayFlowTests {
  static func system(
    _ uses: [Set<RunwayMovement.Kind>], _ relation: RunwaySystem.Relation
  ) throws -> RunwaySystem {
    let study = try CapacityScenario(
      JSONValue(
        parsing: String(
          contentsOfFile: repository("docs/reference/arrivals-shenzhen.json"), encoding: .utf8))
    ).study
    return RunwaySystem(uses: uses, relation: relation, fleet: study.fleet, rules: study.after)
  }

  static func traffic(
    _ count: Int, seed: UInt64, within: Int, departures: Bool = true
  ) -> [RunwayMovement] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { index in
      let target = 600 + random.below(within)
      let isArrival = !departures || index.isMultiple(of: 2)
      return RunwayMovement(
        callsign: "M\(index)", kind: isArrival ? .arrival : .departure, group: random.below(3),
        earliest: target - (isArrival ? 60 : 0), target: target, latest: target + 7200,
        weight: 1 + random.below(3))
    }
  }

  /// Pairs that are too close, by the definition: every pair, in either order.
  static func faults(
    _ flow: RunwayFlow, _ movements: [RunwayMovement], _ system: RunwaySystem
  ) -> Int {
    var faults = Set(flow.slots.map(\.movement)).count == movements.count ? 0 : 1
    for (place, first) in flow.slots.enumerated() {
      let one = movements[first.movement]
      if first.time < one.earliest || first.time > one.latest { faults += 1 }
      if !system.uses[first.runway].contains(one.kind) { faults += 1 }
      for second in flow.slots[(place + 1)...] {
        let other = movements[second.movement]
        let gap = system.gap_s(
          (one.kind, one.group, first.runway), (other.kind, other.group, second.runway))
        if let gap, Double(second.time - first.time) < gap { faults += 1 }
      }
    }
    return faults
  }

  static let systems: [(String, [Set<RunwayMovement.Kind>], RunwaySystem.Relation)] = [
    ("mixed", [[.arrival, .departure]], .independent),
    ("independent", [[.arrival, .departure], [.arrival, .departure]], .independent),
    ("segregated", [[.arrival], [.departure]], .independent),
    (
      "staggered", [[.arrival], [.arrival], [.departure]],
      .staggered(slant_m: 3700, runwaySpacing_m: 1600)
    ),
    ("dependent", [[.arrival, .departure], [.arrival, .departure]], .dependent),
  ]

  @Test(arguments: RunwayFlowTests.systems.indices)
  func everyUseKeepsEveryPairApart(index: Int) throws {
    let (name, uses, relation) = RunwayFlowTests.systems[index]
    let system = try RunwayFlowTests.system(uses, relation)
    for seed in 0..<4 as Range<UInt64> {
      let movements = RunwayFlowTests.traffic(40, seed: seed, within: 2400)
      let flow = try RunwayFlow(movements, on: system)
      #expect(RunwayFlowTests.faults(flow, movements, system) == 0, "\(name) \(seed)")
      #expect(flow.shifts.allSatisfy { abs($0) <= 3 })
      let first = try RunwayFlow(movements, on: system, .init(shift: 0))
      #expect(flow.cost <= first.cost)
    }
  }

  @Test(arguments: RunwayFlowTests.systems.indices)
  func nothingIsBetterThanTheBest(index: Int) throws {
    let (name, uses, relation) = RunwayFlowTests.systems[index]
    let system = try RunwayFlowTests.system(uses, relation)
    for seed in 10..<16 as Range<UInt64> {
      let movements = RunwayFlowTests.traffic(5, seed: seed, within: 120)
      let flow = try RunwayFlow(movements, on: system, .init(shift: 5, width: 100_000))
      #expect(flow.isBest)
      #expect(flow.cost == RunwayFlowTests.exhaustive(movements, system), "\(name) \(seed)")
    }
  }

  /// Every order and runway, each movement as early as all before it let it.
  static func exhaustive(_ movements: [RunwayMovement], _ system: RunwaySystem) -> Int {
    var best = Int.max
    func go(_ placed: [RunwayFlow.Slot], _ cost: Int) {
      if cost >= best { return }
      if placed.count == movements.count {
        best = cost
        return
      }
      for index in movements.indices where !placed.contains(where: { $0.movement == index }) {
        let one = movements[index]
        for runway in system.uses.indices where system.uses[runway].contains(one.kind) {
          var time = one.earliest
          for slot in placed {
            let other = movements[slot.movement]
            let gap = system.gap_s(
              (other.kind, other.group, slot.runway), (one.kind, one.group, runway))
            if let gap { time = max(time, slot.time + Int(gap.rounded(.up))) }
          }
          guard time <= one.latest else { continue }
          go(
            placed + [RunwayFlow.Slot(movement: index, runway: runway, time: time)],
            cost + one.weight * max(0, time - one.target))
        }
      }
    }
    go([], 0)
    return best
  }

  @Test func usesDifferInWhatTheyGive() throws {
    func last(_ index: Int) throws -> Int {
      let (_, uses, relation) = RunwayFlowTests.systems[index]
      let movements = RunwayFlowTests.traffic(40, seed: 5, within: 60)
      return try RunwayFlow(movements, on: RunwayFlowTests.system(uses, relation))
        .slots.map(\.time).max() ?? 0
    }
    let (mixed, independent, segregated) = (try last(0), try last(1), try last(2))
    let dependent = try last(4)
    #expect(independent < dependent && dependent <= mixed)
    #expect(segregated < mixed)
  }

  @Test func announcedTimesStayWhereNothingChanged() throws {
    let system = try RunwayFlowTests.system([[.arrival, .departure]], .independent)
    let movements = RunwayFlowTests.traffic(24, seed: 2, within: 1800)
    let first = try RunwayFlow(movements, on: system)
    let planned = first.slots.reduce(into: movements) { all, slot in
      let old = all[slot.movement]
      all[slot.movement] = RunwayMovement(
        callsign: old.callsign, kind: old.kind, group: old.group, earliest: old.earliest,
        target: old.target, latest: old.latest, weight: old.weight, runway: slot.runway,
        announced: slot.time)
    }
    let next = try RunwayFlow(planned, on: system, .init(stability: 20))
    #expect(next.slots.allSatisfy { $0.time == planned[$0.movement].announced })
  }

  @Test func badMovementsAreNamed() throws {
    let system = try RunwayFlowTests.system([[.arrival]], .independent)
    func movement(
      _ name: String, _ kind: RunwayMovement.Kind, _ group: Int, _ times: (Int, Int, Int)
    ) -> RunwayMovement {
      RunwayMovement(
        callsign: name, kind: kind, group: group, earliest: times.0, target: times.1,
        latest: times.2)
    }
    let bad = [
      movement("NEG", .arrival, 0, (-5, 0, 10)), movement("CAT", .arrival, 9, (0, 0, 10)),
      movement("DEP", .departure, 0, (0, 0, 10)), movement("WIN", .arrival, 0, (20, 10, 30)),
    ]
    #expect {
      try RunwayFlow(bad, on: system)
    } throws: { ($0 as? Problem)?.fields.map(\.pointer) == ["NEG", "CAT", "DEP", "WIN"] }
    let two = (0..<2).map { movement("T\($0)", .arrival, 0, (0, 0, 10)) }
    #expect {
      try RunwayFlow(two, on: system)
    } throws: { ($0 as? Problem)?.detail[.en].contains("T1 must move from 0 to 10") == true }
  }
}
