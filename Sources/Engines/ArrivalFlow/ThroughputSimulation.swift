import Commons

/// What an hour after hour of saturated traffic gave.
public struct Throughput: Hashable, Sendable {
  /// Landings an hour.
  public let arrivals: Double
  /// Take-offs an hour.
  public let departures: Double
  /// The share of landings that came closer than the minimum.
  public let tooClose: Double
}

/// Lets aircraft land one after the other, in random order and with the errors that the buffer is for,
/// to see whether the analytic capacity holds and how often the minimum is missed.
public struct ThroughputSimulation: Sendable {
  private let capacity: RunwayCapacity
  private let totals: [Double]

  /// A simulation of the traffic of a capacity.
  public init(_ capacity: RunwayCapacity) {
    self.capacity = capacity
    var sum = 0.0
    totals = capacity.fleet.map { group in
      sum += group.weight
      return sum
    }
  }

  private func draw(_ random: inout SeededRandom) -> Int {
    let at = random.unit() * (totals.last ?? 0)
    return totals.firstIndex { at < $0 } ?? totals.count - 1
  }

  /// A time for each pair of groups, leader by row.
  private func table(_ seconds: (FleetGroup, FleetGroup) -> Double) -> [[Double]] {
    capacity.fleet.map { leader in capacity.fleet.map { seconds(leader, $0) } }
  }

  // Irwin–Hall: the sum of twelve uniform numbers has the deviation 1, and needs no logarithm.
  private func error(_ random: inout SeededRandom) -> Double {
    guard case .accuracy(let deviation, _) = capacity.rules.buffer else { return 0 }
    return deviation * ((0..<12).reduce(0) { sum, _ in sum + random.unit() } - 6)
  }

  /// So many movements, or pairs of them, on each of a set of runways.
  public func run(
    _ use: RunwayUse, landings: Int, random: inout SeededRandom
  ) -> Throughput {
    let rules = capacity.rules
    let least = table(rules.minimum_s)
    switch use {
    case .arrivals(let runways):
      let (rate, close) = inTrail(landings, table(rules.interval_s), least, &random)
      return Throughput(arrivals: Double(runways) * rate, departures: 0, tooClose: close)
    case .mixed(let runways):
      let (rate, close) = inTrail(landings, table(rules.mixedInterval_s), least, &random)
      let all = Double(runways) * rate
      return Throughput(arrivals: all, departures: all, tooClose: close)
    case .departures(let runways):
      return Throughput(
        arrivals: 0,
        departures: Double(runways)
          * inTrail(landings, table(rules.departureInterval_s), nil, &random).rate,
        tooClose: 0)
    case .staggered(let slant, let spacing):
      let across = table {
        rules.staggered_s($0, $1, slant_m: slant, runwaySpacing_m: spacing)
      }
      return inTurn(landings, across, table(rules.interval_s), least, &random)
    }
  }

  /// One behind the other: movements an hour, and the share that came closer than the least time.
  private func inTrail(
    _ count: Int, _ gaps: [[Double]], _ least: [[Double]]?, _ random: inout SeededRandom
  ) -> (rate: Double, close: Double) {
    var leader = draw(&random)
    var clock = 0.0
    var close = 0
    for _ in 0..<count {
      let follower = draw(&random)
      var gap = gaps[leader][follower]
      if let least {
        gap += error(&random)
        if gap < least[leader][follower] { close += 1 }
      }
      clock += gap
      leader = follower
    }
    return (Double(count) * 3600 / clock, Double(close) / Double(max(1, count)))
  }

  /// On two runways in turn.
  private func inTurn(
    _ count: Int, _ across: [[Double]], _ gaps: [[Double]], _ least: [[Double]],
    _ random: inout SeededRandom
  ) -> Throughput {
    var before = (group: draw(&random), time: 0.0)
    var last = (group: draw(&random), time: 0.0)
    var close = 0
    for _ in 0..<count {
      let next = draw(&random)
      let time =
        max(
          last.time + across[last.group][next], before.time + gaps[before.group][next])
        + error(&random)
      if time - before.time < least[before.group][next] { close += 1 }
      before = last
      last = (next, time)
    }
    return Throughput(
      arrivals: Double(count) * 3600 / last.time, departures: 0,
      tooClose: Double(close) / Double(max(1, count)))
  }
}
