import Commons
import Glibc

/// Two aircraft that come too close.
public struct MergeConflict: Hashable, Sendable {
  /// The one ahead: its place in the plan.
  public let leader: Int
  /// The one behind.
  public let follower: Int
  /// When they are closest for what they need, in seconds.
  public let time: Double
  /// How far apart they are then, in metres.
  public let distance_m: Double
  /// How far they must be.
  public let needed_m: Double
}

extension MergeTables {
  /// Looks at every pair of flights at every moment of their common clock.
  ///
  /// Apart in altitude by the vertical minimum is apart. Otherwise the radar minimum holds; and the wake
  /// minimum once both have turned to the merge point, in the order of landing, and between two on one
  /// level, in the order of entry.
  public func conflicts(
    _ plan: MergePlan, _ trajectories: [MergeTrajectory?], every: Double = 4
  ) -> [MergeConflict] {
    var found: [MergeConflict] = []
    for one in trajectories.indices {
      for other in trajectories.indices where other > one {
        guard let first = trajectories[one], let second = trajectories[other] else { continue }
        if let conflict = closest(plan, (one, first), (other, second), every: every) {
          found.append(conflict)
        }
      }
    }
    return found
  }

  private func closest(
    _ plan: MergePlan, _ one: (index: Int, flight: MergeTrajectory),
    _ other: (index: Int, flight: MergeTrajectory), every: Double
  ) -> MergeConflict? {
    let limits = scenario.merge.limits
    let (first, second) = (one.flight.points, other.flight.points)
    let begin = max(first[0].time, second[0].time)
    let end = min(first[first.count - 1].time, second[second.count - 1].time)
    let ways = [(one, other), (other, one)]
    let landed = plan.flights[one.index].landing <= plan.flights[other.index].landing ? 0 : 1
    let entered = plan.flights[one.index].entered <= plan.flights[other.index].entered ? 0 : 1
    let isOneLevel = plan.flights[one.index].level == plan.flights[other.index].level
    let turned = max(one.flight.directTo, other.flight.directTo)
    var worst: MergeConflict?
    var time = (begin / every).rounded(.up) * every
    while time <= end {
      let (a, b) = (at(first, time, every), at(second, time, every))
      defer { time += every }
      guard abs(a.altitude_m - b.altitude_m) < limits.vertical_m - 0.01 else { continue }
      let isDirect = time >= turned
      let (leader, follower) = ways[isDirect ? landed : entered]
      let needed =
        isDirect || isOneLevel
        ? MergeTables.distance_m(
          scenario, plan.flights[leader.index].entry.group,
          plan.flights[follower.index].entry.group) : limits.radar_m
      let distance = a.place.distance(to: b.place)
      // A centimetre is rounding.
      if distance < needed - 0.01,
        worst.map({ needed - distance > $0.needed_m - $0.distance_m }) ?? true
      {
        worst = MergeConflict(
          leader: leader.index, follower: follower.index, time: time, distance_m: distance,
          needed_m: needed)
      }
    }
    return worst
  }

  private func at(
    _ points: [TrajectoryPoint], _ time: Double, _ every: Double
  ) -> TrajectoryPoint {
    // The entry is point 0, the first multiple after it point 1.
    let first = points.count > 1 ? (points[1].time / every).rounded() * every : points[0].time
    let index = time < first - every / 2 ? 0 : 1 + Int(((time - first) / every).rounded())
    return points[min(max(0, index), points.count - 1)]
  }

  /// A plan whose flights keep apart everywhere, not only on the approach: where two come too close, their
  /// landings are moved apart and the sequence is made anew.
  ///
  /// - Returns: The plan, its flights, and what could not be resolved in a few rounds.
  public func apart(
    _ entries: [MergeScenario.Entry], mayHold: Bool = false, every: Double = 4
  ) throws(Problem) -> (plan: MergePlan, flights: [MergeTrajectory?], left: [MergeConflict]) {
    var wider: [Int: Int] = [:]
    var round = 0
    while true {
      let plan = try plan(entries, mayHold: mayHold, wider: wider)
      let flights = trajectories(plan, every: every)
      let found = conflicts(plan, flights, every: every)
      if found.isEmpty || round == 8 { return (plan, flights, found) }
      round += 1
      for conflict in found {
        let missing = (conflict.needed_m - conflict.distance_m) / 60
        let pair = conflict.leader * entries.count + conflict.follower
        wider[pair, default: 0] += Int(missing.rounded(.up)) + 1
      }
    }
  }
}
