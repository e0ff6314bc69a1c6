import Commons
import Testing

@testable import ArrivalFlow

@Suite struct LandingRelaxationTests {
  /// Traffic of three classes whose windows overlap much.
  private func traffic(_ count: Int, runways: Int, seed: UInt64) throws -> LandingProblem {
    var random = SeededRandom(seed: seed)
    let table = [30, 45, 60, 25, 30, 45, 25, 25, 30]
    let kinds = (0..<count).map { _ in random.below(3) }
    return try LandingProblem(
      arrivals: (0..<count).map { _ in
        let target = random.below(count * 34 / runways)
        return Arrival(
          earliest: target - random.below(60), target: target,
          latest: target + 300 + random.below(200),
          penalty: Arrival.Penalty(early: 1 + random.below(4), late: 1 + random.below(6)))
      },
      separations: (0..<count * count).map { table[kinds[$0 / count] * 3 + kinds[$0 % count]] },
      runways: runways)
  }

  @Test(arguments: 1...3)
  func bothWaysGiveOneOptimum(runways: Int) throws {
    for seed in 0..<4 {
      let problem = try traffic(13, runways: runways, seed: UInt64(seed))
      let parts = try LandingSolver.solve(problem, LandingSolver.Options(few: 1000))
      let whole = try LandingSolver.solve(problem, LandingSolver.Options(few: 0))
      #expect(parts.isProved && whole.isProved && parts.cost == whole.cost, "\(runways)/\(seed)")
      #expect(whole.schedule.faults(problem).isEmpty)
      #expect(whole.schedule.cost(problem) == whole.cost)
    }
  }

  @Test(arguments: 1...3)
  func theBoundHoldsAndTheWindowsKeepEveryOptimum(runways: Int) throws {
    for seed in 0..<4 {
      let problem = try traffic(11, runways: runways, seed: UInt64(seed))
      let best = try LandingSolver.solve(problem)
      let model = LandingModel(problem)
      var relaxation = try #require(LandingRelaxation(model))
      relaxation.rise(below: model.ceiling, rounds: 80)
      #expect(relaxation.bound + model.base <= best.cost)
      // The optimum costs less than one unit more, so that no moment of it may be lost.
      let all = relaxation.moments
      let fits = relaxation.cut(below: best.cost - model.base + 1)
      #expect(fits)
      #expect(relaxation.moments <= all)
      for landing in best.schedule.landings {
        #expect(relaxation.windows[landing.aircraft].contains(landing.time))
      }
    }
  }

  @Test func pricesSeeWhatAircraftOneByOneDoNot() throws {
    // Six like aircraft want to land at one moment: whatever they do, they wait 0, 10, …, 50.
    let one = Arrival(
      earliest: 100, target: 100, latest: 200, penalty: Arrival.Penalty(early: 1, late: 1))
    let problem = try LandingProblem(
      arrivals: Array(repeating: one, count: 6), separations: Array(repeating: 10, count: 36),
      runways: 1)
    var relaxation = try #require(LandingRelaxation(LandingModel(problem)))
    relaxation.rise(below: 200, rounds: 400)
    #expect(relaxation.bound > 75 && relaxation.bound <= 150)
  }

  @Test func windowsTooWideForTablesAreLeftToTheParts() throws {
    let wide = Arrival(
      earliest: 0, target: 5, latest: 1 << 30, penalty: Arrival.Penalty(early: 1, late: 1))
    let problem = try LandingProblem(
      arrivals: [wide, wide, wide], separations: Array(repeating: 7, count: 9), runways: 1)
    #expect(LandingRelaxation(LandingModel(problem)) == nil)
    let solution = try LandingSolver.solve(problem, LandingSolver.Options(few: 0))
    // At 0, 7 and 14.
    #expect(solution.isProved && solution.cost == 5 + 2 + 9)
  }

  @Test func absurdCostsAreLeftToTheParts() throws {
    let dear = Arrival(
      earliest: 0, target: 5, latest: 60_000, penalty: Arrival.Penalty(early: 65_536, late: 65_536))
    let problem = try LandingProblem(
      arrivals: Array(repeating: dear, count: 20), separations: Array(repeating: 7, count: 400),
      runways: 1)
    #expect(LandingRelaxation(LandingModel(problem)) == nil)
    #expect(try LandingSolver.solve(problem, LandingSolver.Options(few: 0)).isProved)
  }

  @Test func nobodyGoesRoundInCirclesAtOneMoment() throws {
    let one = Arrival(
      earliest: 0, target: 3, latest: 9, penalty: Arrival.Penalty(early: 1, late: 1))
    let problem = try LandingProblem(
      arrivals: [one, one, one], separations: [0, 0, 4, 0, 0, 0, 4, 0, 0], runways: 1)
    #expect(LandingRelaxation(LandingModel(problem)) == nil)
    let solution = try LandingSolver.solve(problem, LandingSolver.Options(few: 0))
    // The second lands with either of the others, which are 4 apart.
    #expect(solution.isProved && solution.cost == 4)
  }

  @Test func timeMayEndTheSearch() throws {
    let problem = try traffic(90, runways: 1, seed: 5)
    let full = try LandingSolver.solve(problem)
    for calls in [3, 30, 300] {
      var left = calls
      let part = try? LandingSolver.solve(problem) {
        left -= 1
        return left > 0
      }
      guard let part else { continue }
      #expect(part.schedule.faults(problem).isEmpty)
      #expect(part.lowerBound <= part.cost)
      if full.isProved { #expect(part.cost >= full.cost && part.lowerBound <= full.cost) }
    }
  }
}
