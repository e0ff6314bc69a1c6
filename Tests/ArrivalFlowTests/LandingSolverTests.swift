import Commons
import Foundation
import Testing

@testable import ArrivalFlow

/// The least cost by trying every aircraft on every runway at every time, from the definition.
private struct Exhaustive {
  let problem: LandingProblem
  var best = Int.max
  private var placed: [Landing] = []

  init(_ problem: LandingProblem) {
    self.problem = problem
    go(from: .min, cost: 0)
  }

  private mutating func go(from now: Int, cost: Int) {
    guard cost < best else { return }
    if placed.count == problem.count {
      best = cost
      return
    }
    for aircraft in 0..<problem.count where !placed.contains(where: { $0.aircraft == aircraft }) {
      let arrival = problem.arrivals[aircraft]
      for runway in 0..<problem.runways {
        guard max(now, arrival.earliest) <= arrival.latest else { continue }
        for time in max(now, arrival.earliest)...arrival.latest
        where placed.allSatisfy({
          $0.runway != runway || time - $0.time >= problem.separation($0.aircraft, aircraft)
        }) {
          placed.append(Landing(aircraft: aircraft, runway: runway, time: time))
          go(from: time, cost: cost + arrival.cost(at: time))
          placed.removeLast()
        }
      }
    }
  }
}

private func randomProblem(_ random: inout SeededRandom) throws -> LandingProblem {
  let count = 2 + random.below(5)
  // Few kinds of aircraft, so that some can change places; sometimes all differ.
  let kinds = random.chance(0.5) ? 1 + random.below(3) : count
  let least = random.below(2)
  let table = (0..<kinds * kinds).map { _ in least + random.below(6 - least) }
  let kind = (0..<count).map { _ in random.below(kinds) }
  let rates = random.chance(0.5) ? 2 : 5
  let arrivals = (0..<count).map { _ in
    let earliest = random.below(8)
    let target = earliest + random.below(5)
    var announced: Arrival.Wish?
    if random.chance(0.2) {
      announced = Arrival.Wish(
        random.below(14), Arrival.Penalty(early: random.below(3), late: random.below(3)))
    }
    return Arrival(
      earliest: earliest, target: target, latest: target + random.below(7),
      penalty: Arrival.Penalty(early: random.below(rates), late: random.below(rates)),
      announced: announced)
  }
  return try LandingProblem(
    arrivals: arrivals,
    separations: (0..<count * count).map { table[kind[$0 / count] * kinds + kind[$0 % count]] },
    runways: 1 + random.below(3))
}

@Suite struct LandingSolverTests {
  @Test(arguments: 0..<8)
  func smallProblemsAgreeWithTryingEverything(batch: Int) throws {
    var random = SeededRandom(seed: UInt64(batch))
    var impossible = 0
    for number in 0..<40 {
      let problem = try randomProblem(&random)
      let best = Exhaustive(problem).best
      guard best < .max else {
        impossible += 1
        #expect(throws: Problem.self, "\(batch)/\(number)") { try LandingSolver.solve(problem) }
        continue
      }
      // By parts, and by the relaxation that is meant for many aircraft.
      for few in [64, 0] {
        let solution = try LandingSolver.solve(problem, LandingSolver.Options(few: few))
        #expect(solution.schedule.faults(problem).isEmpty, "\(batch)/\(number)")
        #expect(solution.cost == best, "\(batch)/\(number)")
        #expect(solution.cost == solution.schedule.cost(problem), "\(batch)/\(number)")
        #expect(solution.isProved, "\(batch)/\(number)")
      }
    }
    #expect(impossible < 40)
  }

  @Test func aThirdAircraftIsKeptFromTheFirst() throws {
    // 0 → 2 needs 9 although 0 → 1 → 2 would allow 2.
    let gaps = [0, 1, 9, 1, 0, 1, 9, 1, 0]
    let arrivals = [0, 1, 2].map {
      Arrival(
        earliest: $0, target: $0, latest: 20, penalty: Arrival.Penalty(early: 5, late: 5))
    }
    let problem = try LandingProblem(arrivals: arrivals, separations: gaps, runways: 1)
    let solution = try LandingSolver.solve(problem)
    #expect(solution.schedule.faults(problem).isEmpty)
    #expect(solution.cost == Exhaustive(problem).best)
    #expect(LandingModel(problem).hasDetours)
  }

  @Test func fewStepsGiveABoundThatHolds() throws {
    var random = SeededRandom(seed: 99)
    for _ in 0..<60 {
      let problem = try randomProblem(&random)
      guard let full = try? LandingSolver.solve(problem) else { continue }
      for steps in [5, 20, 60, 200] {
        guard
          let part = try? LandingSolver.solve(problem, LandingSolver.Options(steps: steps))
        else { continue }
        #expect(part.schedule.faults(problem).isEmpty)
        #expect(part.lowerBound <= full.cost && full.cost <= part.cost)
        #expect(!part.isProved || part.cost == full.cost)
      }
    }
  }

  @Test func answersAreRepeatable() throws {
    var random = SeededRandom(seed: 7)
    for _ in 0..<20 {
      let problem = try randomProblem(&random)
      #expect((try? LandingSolver.solve(problem)) == (try? LandingSolver.solve(problem)))
    }
  }

  @Test func publishedOptimaAreReachedAndProved() throws {
    let folder = repository("../shared/data/air/airland")
    guard FileManager.default.fileExists(atPath: folder) else {
      print("published optima not checked: ../shared is not here")
      return
    }
    let table = try String(contentsOfFile: folder + "/optimal.csv", encoding: .utf8)
    let rows = table.split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
    // File 8 takes a minute without optimisation; Tests/independent/arrivals.py has all.
    for row in rows where row[0] != "8" {
      let text = try String(contentsOfFile: folder + "/airland\(row[0]).txt", encoding: .utf8)
      let problem = try AirlandFile(parsing: text).problem(runways: #require(Int(row[2])))
      let solution = try LandingSolver.solve(problem)
      #expect(solution.isProved, "airland\(row[0]), \(row[2]) runways")
      #expect(problem.cost(solution.cost) == row[3], "airland\(row[0]), \(row[2]) runways")
      #expect(solution.schedule.faults(problem).isEmpty)
    }
    #expect(rows.count == 25)
  }

  @Test func problemsThatCannotBeAreNamed() throws {
    let wrong = Arrival(
      earliest: 5, target: 3, latest: 4, penalty: Arrival.Penalty(early: -1, late: 1 << 20))
    #expect {
      try LandingProblem(arrivals: [wrong], separations: [0], runways: 9)
    } throws: {
      ($0 as? Problem)?.fields.map(\.pointer) == ["runways", "arrivals/1", "arrivals/1"]
    }
    #expect(throws: Problem.self) {
      try LandingProblem(arrivals: [], separations: [], runways: 1)
    }
    #expect(throws: Problem.self) {
      try LandingProblem(arrivals: [wrong], separations: [], runways: 1)
    }
  }
}

func repository(_ path: String) -> String {
  var parts = #filePath.split(separator: "/").dropLast(3).map(String.init)
  for part in path.split(separator: "/") {
    if part == ".." { parts.removeLast() } else { parts.append(String(part)) }
  }
  return "/" + parts.joined(separator: "/")
}

@Suite struct LandingConflictTests {
  private func problem(_ windows: [(Int, Int)], gap: Int) throws -> LandingProblem {
    let count = windows.count
    return try LandingProblem(
      arrivals: windows.map {
        Arrival(
          earliest: $0.0, target: $0.0, latest: $0.1, penalty: Arrival.Penalty(early: 1, late: 1))
      }, separations: (0..<count * count).map { $0 % (count + 1) == 0 ? 0 : gap }, runways: 1)
  }

  @Test func theReasonIsNamedAndLeast() throws {
    // Aircraft 2, 4 and 5 have room for two; the others have room enough.
    let problem = try problem([(0, 900), (100, 150), (0, 1000), (100, 150), (110, 155)], gap: 50)
    let conflict = try #require(LandingConflict(problem))
    #expect(conflict.aircraft == [1, 3, 4] && conflict.isLeast)
    #expect {
      try LandingSolver.solve(problem)
    } throws: {
      ($0 as? Problem)?.fields.map(\.pointer) == ["arrivals/2", "arrivals/4", "arrivals/5"]
    }
    #expect(LandingConflict(try self.problem([(0, 10), (0, 60)], gap: 50)) == nil)
  }
}
