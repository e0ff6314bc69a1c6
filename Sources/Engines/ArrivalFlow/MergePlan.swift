import Commons
import Glibc

/// Everything about a scenario that does not depend on its traffic: how each group flies each arc and
/// level, how long that takes, and how far apart two may land.
public struct MergeTables: Sendable {
  /// The scenario.
  public let scenario: MergeScenario
  /// Level by level of all arcs: the arc and the altitude.
  public let levels: [(arc: Int, level_m: Double)]
  /// For group and level.
  let flights: [MergeFlight]
  /// Seconds from entry to landing without and with the whole arc, for group and level.
  let shortest: [Double]
  let longest: [Double]
  /// Seconds from entry to landing for even shares of the arc, for group and level.
  private let waits: [[Double]]
  /// The least seconds between two landings, row by leading group and level.
  let gaps: [Double]
  /// The least seconds between two at one entry on one level, row by leading group.
  let entryGaps: [[Double]]

  private static let shares = 64

  /// How far along the arc a flight takes so long, from the table; within a second of the flight itself.
  func along_m(_ kind: Int, seconds: Double) -> Double? {
    let times = waits[kind]
    // Landing times are whole seconds, so the bounds were rounded.
    guard seconds >= times[0] - 1, seconds <= times[MergeTables.shares] + 0.01 else { return nil }
    var place = 0
    while place < MergeTables.shares - 1, times[place + 1] < seconds { place += 1 }
    let share = (seconds - times[place]) / (times[place + 1] - times[place])
    let length = flights[kind].arc.length_m
    return min(max(0, length * (Double(place) + share) / Double(MergeTables.shares)), length)
  }

  func kind(_ group: Int, _ level: Int) -> Int { group * levels.count + level }

  /// Tables of a scenario.
  ///
  /// - Throws: ``Problem`` 422 if a group cannot fly the procedure.
  public init(_ scenario: MergeScenario) throws(Problem) {
    self.scenario = scenario
    let merge = scenario.merge
    var levels: [(arc: Int, level_m: Double)] = []
    for (index, arc) in merge.arcs.enumerated() {
      levels += arc.levels_m.map { (index, $0) }
    }
    self.levels = levels
    var flights: [MergeFlight] = []
    for group in scenario.fleet {
      let speeds = try scenario.speedProfile(group)
      for level in levels {
        flights.append(
          try MergeFlight(
            merge, arc: merge.arcs[level.arc], level_m: level.level_m, speeds: speeds,
            wind: scenario.wind))
      }
    }
    self.flights = flights
    waits = flights.map { flight in
      (0...MergeTables.shares).map {
        flight.seconds(along_m: flight.arc.length_m * Double($0) / Double(MergeTables.shares))
      }
    }
    shortest = waits.map { $0[0] }
    longest = waits.map { $0[MergeTables.shares] }
    let clocks = flights.map(ApproachClock.init)
    var gaps: [Double] = []
    for leader in flights.indices {
      for follower in flights.indices {
        gaps.append(
          MergeTables.gap(
            scenario, (leader / levels.count, clocks[leader]),
            (follower / levels.count, clocks[follower])))
      }
    }
    self.gaps = gaps
    entryGaps = MergeTables.entryGaps(scenario, flights, levels: levels.count)
  }

  /// The distance that must be kept behind a leader, in metres.
  static func distance_m(_ scenario: MergeScenario, _ leader: Int, _ follower: Int) -> Double {
    let wake = scenario.scheme.approach_m(
      scenario.fleet[leader].type, scenario.fleet[follower].type)
    return max(scenario.merge.limits.radar_m, Double(wake ?? 0))
  }

  /// The least time between landings, so that the distance holds from where both fly to the merge point
  /// down to the threshold, and the runway is free.
  private static func gap(
    _ scenario: MergeScenario, _ leader: (group: Int, clock: ApproachClock),
    _ follower: (group: Int, clock: ApproachClock)
  ) -> Double {
    let merge = scenario.merge
    let distance = distance_m(scenario, leader.group, follower.group)
    let widest = merge.arcs.flatMap { [abs($0.from_deg), abs($0.to_deg)] }.max() ?? 0
    // Across the corner at the merge point the straight line is shorter than the way.
    let across = distance / max(0.2, cos(min(widest, 150) / 2 * .pi / 180))
    var most = scenario.fleet[leader.group].occupancy_s
    let end = merge.merge_m + merge.clear_m
    var ahead = 0.0
    while ahead < end {
      let isAcross = ahead < merge.merge_m && ahead + across > merge.merge_m
      let behind = ahead + (isAcross ? across : distance)
      most = max(most, follower.clock.seconds(behind) - leader.clock.seconds(ahead))
      ahead += ApproachClock.step
    }
    return most + scenario.buffer_s
  }

  /// On one level the distance must hold on the way along the arc, and while the one ahead turns away and
  /// the one behind flies on.
  private static func entryGaps(
    _ scenario: MergeScenario, _ flights: [MergeFlight], levels: Int
  ) -> [[Double]] {
    scenario.fleet.indices.map { leader in
      scenario.fleet.indices.map { follower in
        let distance = distance_m(scenario, leader, follower)
        return (0..<levels).map { level in
          let ahead = flights[leader * levels + level]
          let spacing = passing_m(distance, turn_m: ahead.turn_m)
          let slowest =
            StandardAir.trueSpeed(
              cas: ahead.speeds.fastest, altitude_m: ahead.level_m) - scenario.wind.strongest
          return spacing / max(20, slowest)
        }.max() ?? 0
      }
    }
  }

  /// How far behind one must follow so that a distance holds while the leader turns off and flies away at a
  /// right angle, both at one speed, in metres.
  static func passing_m(_ distance: Double, turn_m: Double) -> Double {
    func least(_ behind: Double) -> Double {
      var least = behind
      var flown = 0.0
      while flown < 3 * distance + 4 * turn_m {
        let angle = min(flown / turn_m, .pi / 2)
        let inward = turn_m * (1 - cos(angle)) + max(0, flown - turn_m * .pi / 2)
        least = min(least, hypot(turn_m * sin(angle) + behind - flown, inward))
        flown += 100
      }
      return least
    }
    var (low, high) = (distance, 2 * distance)
    for _ in 0..<30 {
      let middle = (low + high) / 2
      if least(middle) < distance { low = middle } else { high = middle }
    }
    // Arcs bend inwards, and points are looked at every 100 m.
    return high * 1.02 + 100
  }
}

/// Seconds to the threshold by distance to go, for a flight that turns to the merge point at once.
struct ApproachClock: Sendable {
  static let step = 250.0
  private let times: [Double]

  init(_ flight: MergeFlight) {
    let points = flight.trajectory(along_m: 0, begin: 0, every: 2).points
    let end = points[points.count - 1].time
    var times: [Double] = []
    var index = points.count - 1
    var toGo = 0.0
    while toGo <= points[0].toGo_m {
      while index > 0, points[index].toGo_m < toGo { index -= 1 }
      let outer = points[index]
      let inner = points[min(index + 1, points.count - 1)]
      let stretch = outer.toGo_m - inner.toGo_m
      let share = stretch > 0 ? (toGo - inner.toGo_m) / stretch : 0
      times.append(end - inner.time + (inner.time - outer.time) * share)
      toGo += ApproachClock.step
    }
    self.times = times
  }

  func seconds(_ toGo_m: Double) -> Double {
    let place = toGo_m / ApproachClock.step
    let index = min(max(0, Int(place)), times.count - 2)
    return times[index] + (times[index + 1] - times[index]) * (place - Double(index))
  }
}

/// A landing sequence on a point-merge procedure: levels, direct-to times and landing times.
public struct MergePlan: Sendable {
  /// One aircraft of it.
  public struct Flight: Sendable {
    /// Who.
    public let entry: MergeScenario.Entry
    /// When it crosses the entry; later than asked if it was held before the entry.
    public let entered: Double
    /// Its place in ``MergeTables/levels``.
    public let level: Int
    /// When it lands, in seconds.
    public let landing: Double
    /// Landing at the earliest, without the arc.
    public let earliest: Double
    /// How far it flies the arc, in metres; nil if the arc is too short for its delay.
    public let along_m: Double?
    /// Places moved from first come, first served.
    public let shift: Int
  }

  /// The aircraft in the order of their entries.
  public let flights: [Flight]
  /// What cannot be flown, by callsign, with reasons.
  public let faults: [Problem.Field]
  /// What the sequence costs in seconds of delay.
  public let cost: Int
  /// Whether nothing better exists within the allowed moves.
  public let isBest: Bool
  /// Fairness of the sequence.
  public let fairness: SequenceFairness
}
