import ArrivalFlow
import Commons
import Foundation
import Testing

@Suite struct CapacityTests {
  private static func document() throws -> String {
    try String(contentsOfFile: repository("docs/reference/arrivals-shenzhen.json"), encoding: .utf8)
  }

  private static func shenzhen() throws -> CapacityStudy {
    try CapacityScenario(JSONValue(parsing: document())).study
  }

  @Test func oneKindOfAircraftLandsAtItsOwnPace() throws {
    let scheme = try WakeScheme.named("icao", on: #require(CivilDate("2025-06-01")))
    var rules = SpacingRules(
      scheme: scheme, radarMinimum_m: 5556, buffer: .fixed(10), final_m: 18_520, departure_s: 60,
      departureOccupancy_s: 40, departureClearance_m: 3704, reaction_s: 10)
    let medium = FleetGroup(
      AircraftType("A320", mass_kg: 78_000, span_cm: 3580), weight: 1,
      profile: ApproachProfile(knots: 120), occupancy_s: 50)
    // Three miles at two miles a minute, and ten seconds.
    #expect(abs(RunwayCapacity([medium], rules).arrivalsPerHour - 36) < 1e-9)
    #expect(
      abs(RunwayCapacity([medium], rules).rate(.departures(runways: 2)).departures - 120) < 1e-9)
    // 50 s on the runway, 10 s to react, 60 s from two miles out, 10 s of buffer.
    let mixed = RunwayCapacity([medium], rules).rate(.mixed(runways: 1))
    #expect(abs(mixed.arrivals - 3600 / 130) < 1e-9)
    #expect(abs(mixed.balanced - 7200 / 130) < 1e-9)
    // A runway that stays occupied for longer than the distance takes is the limit.
    let slow = FleetGroup(
      medium.type, weight: 1, profile: medium.profile, occupancy_s: 110)
    #expect(abs(RunwayCapacity([slow], rules).arrivalsPerHour - 30) < 1e-9)
    // Across: √(3² − 0²) miles would be 90 s; behind on the same runway two steps are enough.
    let staggered = RunwayCapacity([medium], rules).rate(
      .staggered(slant_m: 3704, runwaySpacing_m: 0))
    #expect(abs(staggered.arrivals - 3600 / 70) < 1e-9)
    rules.buffer = .accuracy(deviation_s: 10, deviations: 1.65)
    #expect(abs(RunwayCapacity([medium], rules).arrivalsPerHour - 3600 / 106.5) < 1e-9)
  }

  @Test func theChangeIsExplainedAndPredicted() throws {
    let study = try CapacityTests.shenzhen()
    #expect(abs(study.predictedAfter - 65) < 1, "\(study.predictedAfter)")
    #expect(study.slotsPerDay == 160)
    let causes = study.causes
    let sum = causes.reduce(0) { $0 + $1.movements }
    #expect(abs(sum - (study.predictedAfter - 55)) < 1e-9)
    #expect(causes.allSatisfy { $0.movements > 0 })
    // Most of the gain is precision, not wake categories.
    #expect(causes.max { $0.movements < $1.movements }?.cause == .buffer)
    let expansion = try #require(study.expansions.first)
    #expect(abs(study.predicted(expansion) - 80) < 2, "\(study.predicted(expansion))")
  }

  @Test func chanceAgreesWithTheFormula() throws {
    let study = try CapacityTests.shenzhen()
    var exact = study.after
    exact.buffer = .accuracy(deviation_s: 8, deviations: 1.65)
    var random = SeededRandom(seed: 20)
    for rules in [study.before, study.after, exact] {
      let capacity = RunwayCapacity(study.fleet, rules)
      let simulation = ThroughputSimulation(capacity)
      for use in [
        RunwayUse.arrivals(runways: 2), .departures(runways: 1), .mixed(runways: 1),
        .staggered(slant_m: 3700, runwaySpacing_m: 1600),
      ] {
        let made = simulation.run(use, landings: 20_000, random: &random)
        let rate = capacity.rate(use)
        // The formula looks at three aircraft at a time where runways take turns.
        #expect(abs(made.arrivals - rate.arrivals) <= 0.025 * rate.arrivals, "\(use)")
        #expect(abs(made.departures - rate.departures) <= 0.01 * rate.departures, "\(use)")
      }
    }
    // 1.65 deviations leave one in twenty.
    let close = ThroughputSimulation(RunwayCapacity(study.fleet, exact))
      .run(.arrivals(runways: 1), landings: 20_000, random: &random).tooClose
    #expect((0.04...0.06).contains(close), "\(close)")
  }

  @Test func thirtyFleetMixesNeedNoTime() throws {
    let study = try CapacityTests.shenzhen()
    var before = 0.0
    for heavies in 0..<30 {
      let fleet = study.fleet.enumerated().map { index, group in
        FleetGroup(
          group.type, weight: index == 0 ? Double(heavies) + 0.001 : index == 1 ? 5 : 95,
          profile: group.profile, occupancy_s: group.occupancy_s)
      }
      // More heavy aircraft cost more capacity under the old minima.
      let rate = RunwayCapacity(fleet, study.before).arrivalsPerHour
      #expect(heavies == 0 || rate < before)
      before = rate
    }
  }

  @Test func mixesKeepTheDeclaredShareAndAddUp() throws {
    let study = try CapacityTests.shenzhen()
    let mixes = try study.mixes(31)
    #expect(mixes.count == 31 && mixes[0].heavies == 0 && abs(mixes[30].heavies - 0.6) < 1e-12)
    for mix in mixes {
      #expect(abs(mix.study.declaredShare - study.declaredShare) < 1e-9)
      let sum = mix.study.causes.reduce(0) { $0 + $1.movements }
      #expect(abs(sum - (mix.study.predictedAfter - mix.study.declaredBefore)) < 1e-9)
      #expect(abs(mix.study.fleet.reduce(0) { $0 + $1.weight } - 1) < 1e-9)
    }
    // More heavy aircraft, fewer movements under the old rules. Under the new ones heavy aircraft keep less behind
    // each other than light ones keep behind them, so that the worst traffic is a mixed one.
    for (one, next) in zip(mixes, mixes.dropFirst()) {
      #expect(next.study.declaredBefore < one.study.declaredBefore)
      #expect(next.study.predictedAfter < mixes[0].study.predictedAfter)
    }
    for (one, next) in zip(mixes[..<15], mixes[1...15]) {
      #expect(next.study.predictedAfter < one.study.predictedAfter)
    }
    let light = CapacityStudy(
      fleet: [study.fleet[2]], before: study.before, after: study.after, runways: study.runways,
      declaredBefore: 55, peakHours: 16)
    #expect(throws: Problem.self) { try light.mixes(3) }
  }

  @Test func slotLimitsAreWholeAndOfEachKind() throws {
    let study = try CapacityTests.shenzhen()
    let before = study.limits(study.before, study.runways)
    let after = study.limits(study.after, study.runways)
    #expect(before.movements == 55 && after.movements == 65)
    // One runway lands, the other starts: landings are what is scarce.
    #expect(before.arrivals == 27 && before.departures > before.arrivals)
    #expect(after.arrivals > before.arrivals && after.departures == before.departures)
    let mixed = study.limits(study.after, [.mixed(runways: 2)])
    #expect(mixed.arrivals == mixed.departures)
    #expect(mixed.movements / 2 == mixed.arrivals)
  }

  @Test(arguments: [
    ("\"day\": \"2025-06-01\"", "\"day\": \"June\"", "/day"),
    ("\"share\": 12", "\"share\": -1", "/fleet/0/share"),
    ("\"use\": \"staggered\"", "\"use\": \"both\"", "/expansions/0/runways/0/use"),
    ("\"radar_km\": 6.0", "\"radar\": 6.0", "/before/radar_km"),
    ("\"peak_hours\": 16", "\"peak_hours\": 25", "/peak_hours"),
    ("\"declared_before\": 55,", "", "/declared_before"),
  ])
  func whatIsWrongIsNamed(text: String, other: String, pointer: String) throws {
    let json = try CapacityTests.document().replacingOccurrences(of: text, with: other)
    #expect {
      try CapacityScenario(JSONValue(parsing: json))
    } throws: { ($0 as? Problem)?.fields.map(\.pointer) == [pointer] }
  }
}
