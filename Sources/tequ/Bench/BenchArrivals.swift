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
  @Flag(help: "Write a JSON object a line.") var json = false

  func validate() throws {
    guard hours > 0, (1...LandingProblem.limits.aircraft).contains(aircraft),
      (1...LandingProblem.limits.runways).contains(runways)
    else { throw ValidationError("--hours, --aircraft and --runways must be at least 1.") }
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
        let first = try hour.sequence(hour.aircraft, now: 0, shift: 3)
        let late = hour.disturbed(first)
        let began = Usage.now
        let next = try hour.sequence(late, now: Hour.now, shift: 3)
        milliseconds.append(began.since().wall * 1000)
        let firstCome = try hour.sequence(late, now: Hour.now, shift: 0)
        best += next.isBest ? 1 : 0
        moved += next.moves.filter { ($0 ?? 0) != 0 }.count
        saved += firstCome.cost - next.cost
      }
      milliseconds.sort()
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
    _ aircraft: [SequencedArrival], now: Int, shift: Int
  ) throws(Problem) -> Resequencing {
    try Resequencing(
      aircraft, separations: separations, runways: runways, now: now,
      Resequencing.Options(freeze: 600, shift: shift, stability: 1))
  }
}
