import Commons
import Foundation
import Testing

@testable import ArrivalFlow

/// What a procedure or an unknown type asks beyond the rules.
@Suite struct RunwaySystemTests {
  private func system(
    _ relation: RunwaySystem.Relation, floors: [Double] = [], anyOf: [Int: [FleetGroup]] = [:]
  ) throws -> RunwaySystem {
    let plain = try RunwayFlowTests.system([[.arrival, .departure], [.arrival]], relation)
    return RunwaySystem(
      uses: plain.uses, relation: relation, fleet: plain.fleet, rules: plain.rules,
      landingFloors_s: floors, anyOf: anyOf)
  }

  private let floors = (0..<9).map { 300 + Double($0) }

  @Test func aFloorHoldsBetweenLandingsOnOneRunway() throws {
    let system = try system(.independent, floors: floors)
    #expect(system.gap_s((.arrival, 0, 0), (.arrival, 2, 0)) == 302)
    #expect(system.gap_s((.arrival, 2, 1), (.arrival, 1, 1)) == 307)
    #expect(system.gap_s((.arrival, 0, 0), (.arrival, 2, 1)) == nil)
    let plain = try self.system(.independent)
    for (first, second) in [
      (RunwayMovement.Kind.arrival, RunwayMovement.Kind.departure), (.departure, .arrival),
      (.departure, .departure),
    ] {
      #expect(
        system.gap_s((first, 0, 0), (second, 2, 0)) == plain.gap_s((first, 0, 0), (second, 2, 0)))
    }
  }

  @Test func dependentRunwaysShareTheFloorStaggeredDoNot() throws {
    #expect(
      try system(.dependent, floors: floors).gap_s((.arrival, 0, 0), (.arrival, 2, 1)) == 302)
    let staggered = try system(
      .staggered(slant_m: 3700, runwaySpacing_m: 1600), floors: floors)
    #expect(try #require(staggered.gap_s((.arrival, 0, 0), (.arrival, 2, 1))) < 200)
  }

  @Test func theRulesHoldWhereTheFloorIsLower() throws {
    let plain = try system(.independent)
    let low = try system(.independent, floors: Array(repeating: 1, count: 9))
    #expect(
      low.gap_s((.arrival, 0, 0), (.arrival, 2, 0))
        == plain.gap_s((.arrival, 0, 0), (.arrival, 2, 0)))
  }

  @Test func whoStandsForManyKeepsTheMostOfAll() throws {
    let plain = try system(.independent)
    let any = try system(.independent, anyOf: [2: plain.fleet])
    for kind in RunwayMovement.Kind.allCases {
      let leads = (0..<3).compactMap { plain.gap_s((kind, $0, 0), (.arrival, 1, 0)) }.max()
      #expect(any.gap_s((kind, 2, 0), (.arrival, 1, 0)) == leads)
      let follows = (0..<3).compactMap { plain.gap_s((.arrival, 1, 0), (kind, $0, 0)) }.max()
      #expect(any.gap_s((.arrival, 1, 0), (kind, 2, 0)) == follows)
    }
    #expect(
      any.gap_s((.arrival, 0, 0), (.arrival, 1, 0))
        == plain.gap_s((.arrival, 0, 0), (.arrival, 1, 0)))
  }

  /// What a board reads from the tables is what the tables plan with.
  @Test func tablesTellWhatTheyPlanWith() throws {
    let json = try JSONValue(
      parsing: String(
        contentsOfFile: repository("docs/reference/arrivals-merge.json"), encoding: .utf8))
    let tables = try MergeTables(try MergeScenario(json))
    for group in tables.scenario.fleet.indices {
      for level in tables.levels.indices {
        let flight = tables.flight(group: group, level: level)
        #expect(
          abs(tables.shortest_s(group: group, level: level) - flight.seconds(along_m: 0)) < 0.01)
        let whole = flight.seconds(along_m: flight.arc.length_m)
        #expect(abs(tables.longest_s(group: group, level: level) - whole) < 0.01)
        #expect(tables.along_m(group: group, level: level, seconds: whole + 1) == nil)
        let half = flight.seconds(along_m: flight.arc.length_m / 2)
        let found = try #require(tables.along_m(group: group, level: level, seconds: half))
        #expect(abs(found - flight.arc.length_m / 2) < 100)
      }
      for other in tables.scenario.fleet.indices {
        #expect(tables.landingGap_s(group, other) >= tables.gaps.min() ?? 0)
        #expect(tables.entryGap_s(group, other) > 30)
      }
    }
  }
}
