import ArgumentParser
import ArrivalFlow
import Commons

/// Live re-sequencing of full hours.
struct BenchArrivals: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arrivals",
    abstract: "Hours of 80 arrivals put in order again after a disturbance, on one core.")

  @Option(help: "How many hours, each from its own seed.") var hours = 200
  @Option(help: "Arrivals in an hour.") var aircraft = 80
  @Option(help: "Runways for arrivals.") var runways = 2
  @Option(help: "Part sequences kept of one length; more prove more hours best.") var width = 12
  @Flag(help: "Write a JSON object a line.") var json = false

  func validate() throws {
    guard hours > 0, (1...LandingProblem.limits.aircraft).contains(aircraft),
      (1...LandingProblem.limits.runways).contains(runways), (1...100_000).contains(width)
    else { throw ValidationError("--hours, --aircraft, --runways and --width must be at least 1.") }
  }

  func run() async throws {
    try await telling {
      let report = BenchReport(isJSON: json)
      var milliseconds: [Double] = []
      var best = 0
      var moved = 0
      var saved = 0
      let start = Usage.now
      for seed in 0..<hours {
        let hour = Hour(aircraft, runways: runways, seed: UInt64(seed))
        let first = try hour.sequence(hour.aircraft, now: 0, shift: 3, width)
        let late = hour.disturbed(first)
        let began = Usage.now
        let next = try hour.sequence(late, now: Hour.now, shift: 3, width)
        milliseconds.append(began.since().wall * 1000)
        let firstCome = try hour.sequence(late, now: Hour.now, shift: 0, width)
        best += next.isBest ? 1 : 0
        moved += next.moves.filter { ($0 ?? 0) != 0 }.count
        saved += firstCome.cost - next.cost
      }
      milliseconds.sort()
      try MixedHour.measure(hours: hours, movements: aircraft, runways: runways, report)
      report.work("re-sequencing, all of it", hours, "hours", start.since())
      report.figures(
        "re-sequencing \(aircraft) arrivals on \(runways) runways",
        [
          ("p50", milliseconds[hours / 2], "ms"), ("p99", milliseconds[hours * 99 / 100], "ms"),
          ("longest", milliseconds[hours - 1], "ms"), ("proved best", Double(best), "hours"),
          ("announced times moved", Double(moved) / Double(hours), "an hour"),
          ("cost saved against first come", Double(saved) / Double(hours), "s weighted an hour"),
        ])
    }
  }
}

/// An hour of simulated traffic in seconds, with the wake minima of one day as times.
private struct Hour {
  static let now = 1500

  let aircraft: [SequencedArrival]
  let separations: [Int]
  let runways: Int

  init(_ count: Int, runways: Int, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let isHeavy = (0..<count).map { _ in random.chance(0.17) }
    self.runways = runways
    aircraft = (0..<count).map { index in
      let target = 1200 + random.below(3600)
      return SequencedArrival(
        callsign: "T\(index)", airline: "A\(random.below(6))",
        arrival: Arrival(
          earliest: target - 120, target: target, latest: target + 3600,
          penalty: Arrival.Penalty(early: 1, late: isHeavy[index] ? 3 : 1)), planned: nil)
    }
    separations = (0..<count * count).map {
      isHeavy[$0 / count] ? (isHeavy[$0 % count] ? 80 : 132) : 80
    }
  }

  /// After a while some aircraft are late, and one is no longer early.
  func disturbed(_ sequence: Resequencing) -> [SequencedArrival] {
    var changed = aircraft
    for landing in sequence.schedule.landings {
      let old = aircraft[landing.aircraft]
      let delay = landing.aircraft.isMultiple(of: 16) ? 240 : 0
      changed[landing.aircraft] = SequencedArrival(
        callsign: old.callsign, airline: old.airline,
        arrival: Arrival(
          earliest: max(Hour.now, old.arrival.earliest + delay),
          target: max(Hour.now, old.arrival.target + delay), latest: old.arrival.latest + delay,
          penalty: old.arrival.penalty), planned: landing)
    }
    return changed
  }

  func sequence(
    _ aircraft: [SequencedArrival], now: Int, shift: Int, _ width: Int
  ) throws(Problem) -> Resequencing {
    try Resequencing(
      aircraft, separations: separations, runways: runways, now: now,
      Resequencing.Options(
        freeze: 600, shift: shift, stability: 1, steps: max(40_000, width * 4000), width: width))
  }
}

/// As many arrivals as departures on runways in mixed mode, sequenced together.
private enum MixedHour {
  static func measure(
    hours: Int, movements count: Int, runways: Int, _ report: BenchReport
  ) throws {
    let system = try system(runways)
    var milliseconds: [Double] = []
    var best = 0
    var kept = 0
    for seed in 0..<hours {
      let first = traffic(count, seed: UInt64(seed))
      let plan = try RunwayFlow(first, on: system, .init(width: 48))
      let late = disturbed(first, plan)
      let began = Usage.now
      let next = try RunwayFlow(late, on: system, .init(stability: 1, width: 48))
      milliseconds.append(began.since().wall * 1000)
      best += next.isBest ? 1 : 0
      kept += next.slots.filter { late[$0.movement].announced == $0.time }.count
    }
    milliseconds.sort()
    report.figures(
      "\(count) arrivals and departures on \(runways) mixed runways",
      [
        ("p50", milliseconds[hours / 2], "ms"), ("p99", milliseconds[hours * 99 / 100], "ms"),
        ("longest", milliseconds[hours - 1], "ms"), ("nothing left out", Double(best), "hours"),
        ("announced times kept", Double(kept) / Double(hours), "an hour"),
      ])
  }

  private static func system(_ runways: Int) throws -> RunwaySystem {
    let day = CivilDate(year: 2025, month: 6, day: 1) ?? CivilDate(dayNumber: 0)
    let rules = SpacingRules(
      scheme: try WakeScheme.named("recat-cn", on: day), radarMinimum_m: 5600, buffer: .fixed(8),
      final_m: 18_500, departure_s: 75, departureOccupancy_s: 45, departureClearance_m: 3700,
      reaction_s: 10)
    let fleet = [
      FleetGroup(
        AircraftType("A333", mass_kg: 233_000, span_cm: 6030), weight: 17,
        profile: ApproachProfile(knots: 143), occupancy_s: 60),
      FleetGroup(
        AircraftType("A320", mass_kg: 78_000, span_cm: 3580), weight: 83,
        profile: ApproachProfile(knots: 137), occupancy_s: 50),
    ]
    return RunwaySystem(
      uses: Array(repeating: [.arrival, .departure], count: runways), relation: .independent,
      fleet: fleet, rules: rules)
  }

  private static func traffic(_ count: Int, seed: UInt64) -> [RunwayMovement] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { index in
      let target = 1200 + random.below(3600)
      return RunwayMovement(
        callsign: "M\(index)", kind: index.isMultiple(of: 2) ? .arrival : .departure,
        group: random.chance(0.17) ? 0 : 1, earliest: target - (index.isMultiple(of: 2) ? 120 : 0),
        target: target, latest: target + 3600)
    }
  }

  /// Twenty-five minutes on: what is due within ten minutes stays, some of the others are late.
  private static func disturbed(
    _ movements: [RunwayMovement], _ plan: RunwayFlow
  ) -> [RunwayMovement] {
    var changed = movements
    for slot in plan.slots {
      let old = movements[slot.movement]
      let isFrozen = slot.time < Hour.now + 600
      let delay = !isFrozen && slot.movement.isMultiple(of: 16) ? 240 : 0
      let earliest = isFrozen ? slot.time : max(Hour.now, old.earliest + delay)
      changed[slot.movement] = RunwayMovement(
        callsign: old.callsign, kind: old.kind, group: old.group, earliest: earliest,
        target: isFrozen ? slot.time : max(Hour.now, old.target + delay),
        latest: isFrozen ? slot.time : old.latest + delay,
        runway: isFrozen ? slot.runway : nil, announced: slot.time)
    }
    return changed
  }
}
