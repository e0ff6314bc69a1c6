import Commons

/// One aircraft's landing.
public struct Landing: Hashable, Sendable {
  /// The aircraft, counted from 0 in the order of the problem.
  public let aircraft: Int
  /// The runway, counted from 0.
  public let runway: Int
  /// When it lands, in units of time.
  public let time: Int

  /// A landing.
  public init(aircraft: Int, runway: Int, time: Int) {
    self.aircraft = aircraft
    self.runway = runway
    self.time = time
  }
}

/// A time and a runway for every aircraft.
public struct LandingSchedule: Hashable, Sendable {
  /// The landings in the order of their times.
  public let landings: [Landing]

  /// Landings, which are put in order.
  public init(_ landings: [Landing]) {
    self.landings = landings.sorted {
      ($0.time, $0.runway, $0.aircraft) < ($1.time, $1.runway, $1.aircraft)
    }
  }

  /// What it costs, in cost units.
  public func cost(_ problem: LandingProblem) -> Int {
    landings.reduce(0) { $0 + problem.arrivals[$1.aircraft].cost(at: $1.time) }
  }

  /// What makes it unusable, pair by pair from the definition; empty if it is feasible.
  public func faults(_ problem: LandingProblem) -> [Problem.Field] {
    var found: [Problem.Field] = []
    func fault(_ landing: Landing, _ zh: String, _ en: String) {
      found.append(Problem.Field("arrivals/\(landing.aircraft + 1)", Phrase(zh, en: en)))
    }
    var seen = Array(repeating: 0, count: problem.count)
    for landing in landings {
      seen[landing.aircraft] += 1
      let arrival = problem.arrivals[landing.aircraft]
      if landing.time < arrival.earliest || landing.time > arrival.latest {
        fault(
          landing, "降落时间\(landing.time)不在\(arrival.earliest)至\(arrival.latest)之内。",
          "Landing at \(landing.time) is outside \(arrival.earliest) to \(arrival.latest).")
      }
      if !(0..<problem.runways).contains(landing.runway) {
        fault(landing, "没有跑道\(landing.runway + 1)。", "There is no runway \(landing.runway + 1).")
      }
    }
    for (aircraft, times) in seen.enumerated() where times != 1 {
      fault(
        Landing(aircraft: aircraft, runway: 0, time: 0), "降落了\(times)次。",
        "It lands \(times) times.")
    }
    for (index, leader) in landings.enumerated() {
      for follower in landings[(index + 1)...] where follower.runway == leader.runway {
        var gap = problem.separation(leader.aircraft, follower.aircraft)
        // Of two at one moment either may be the leader.
        if follower.time == leader.time {
          gap = min(gap, problem.separation(follower.aircraft, leader.aircraft))
        }
        if follower.time - leader.time < gap {
          fault(
            follower,
            "在第\(leader.aircraft + 1)架之后\(follower.time - leader.time)，应不少于\(gap)。",
            "\(follower.time - leader.time) after aircraft \(leader.aircraft + 1); it must be \(gap)."
          )
        }
      }
    }
    return found
  }
}

extension LandingModel {
  /// The best times for what a search found. Runways are independent of each other.
  func schedule(_ steps: [LandingSearch.Step]) -> LandingSchedule {
    var landings: [Landing] = []
    for runway in 0..<runways {
      let own = steps.filter { $0.runway == Int32(runway) }
      var pieces: [CostPiece] = []
      var curves: [CostCurve] = [.idle]
      for step in own {
        let isExact = step.gap >= 0
        // The search made the same curves, on the same or smaller windows, so there is a time.
        guard
          let curve = curves[curves.count - 1].appending(
            gap: isExact ? step.gap : step.least, isExact: isExact, pieces,
            own: costs[Int(step.aircraft)], costPieces, lower: .min, keepsRise: true,
            into: &pieces)
        else { preconditionFailure("a sequence of the search has no times") }
        curves.append(curve)
      }
      guard var time = curves.last?.leastAt else { continue }
      for (place, step) in own.enumerated().reversed() {
        landings.append(
          Landing(aircraft: Int(step.aircraft), runway: runway, time: time))
        time = step.gap >= 0 ? time - step.gap : min(time - step.least, curves[place].leastAt)
      }
    }
    return LandingSchedule(landings)
  }
}
