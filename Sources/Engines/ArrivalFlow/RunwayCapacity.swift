import Commons

/// A group of like aircraft in the traffic of an airport.
public struct FleetGroup: Hashable, Sendable {
  /// A type that stands for the group.
  public let type: AircraftType
  /// Its weight in the traffic; shares are weights over their sum.
  public let weight: Double
  /// How it flies the final approach.
  public let profile: ApproachProfile
  /// How long it stays on the runway after landing, in seconds.
  public let occupancy_s: Double

  /// A group.
  public init(
    _ type: AircraftType, weight: Double, profile: ApproachProfile, occupancy_s: Double
  ) {
    self.type = type
    self.weight = weight
    self.profile = profile
    self.occupancy_s = occupancy_s
  }
}

/// Spacing that is added to the minimum because it cannot be met exactly.
public enum SpacingBuffer: Hashable, Sendable {
  /// So many seconds, for every pair.
  case fixed(Double)
  /// Spacing is met with a normal error of this standard deviation in seconds; the buffer keeps the
  /// share of pairs that come too close down to the tail beyond `deviations`.
  case accuracy(deviation_s: Double, deviations: Double)
}

/// By which rules aircraft are spaced: what changes between “before” and “after”.
public struct SpacingRules: Hashable, Sendable {
  /// The wake minima.
  public var scheme: WakeScheme
  /// The least distance between any two aircraft, in metres.
  public var radarMinimum_m: Double
  /// What is added.
  public var buffer: SpacingBuffer
  /// How long the common final approach is, in metres.
  public var final_m: Double
  /// From one take-off to the next where no wake minimum holds, in seconds.
  public var departure_s: Double
  /// How long a departure occupies the runway, in seconds.
  public var departureOccupancy_s: Double
  /// How far out an arrival must be when a departure ahead of it begins to roll, in metres.
  public var departureClearance_m: Double
  /// From an arrival leaving the runway to a departure rolling, in seconds.
  public var reaction_s: Double

  /// Rules.
  public init(
    scheme: WakeScheme, radarMinimum_m: Double, buffer: SpacingBuffer, final_m: Double,
    departure_s: Double, departureOccupancy_s: Double, departureClearance_m: Double,
    reaction_s: Double
  ) {
    self.scheme = scheme
    self.radarMinimum_m = radarMinimum_m
    self.buffer = buffer
    self.final_m = final_m
    self.departure_s = departure_s
    self.departureOccupancy_s = departureOccupancy_s
    self.departureClearance_m = departureClearance_m
    self.reaction_s = reaction_s
  }
}

extension SpacingRules {
  /// The distance that must be kept behind a leader, in metres.
  public func distance_m(_ leader: FleetGroup, _ follower: FleetGroup) -> Double {
    max(radarMinimum_m, Double(scheme.approach_m(leader.type, follower.type) ?? 0))
  }

  /// The least time between two landings on one runway, in seconds: distance, and the runway free.
  public func minimum_s(_ leader: FleetGroup, _ follower: FleetGroup) -> Double {
    max(
      leader.occupancy_s,
      ApproachSpacing.seconds(
        distance_m: distance_m(leader, follower), final_m: final_m, leader: leader.profile,
        follower: follower.profile))
  }

  /// What is added to the least time between two landings, in seconds.
  public var buffer_s: Double {
    switch buffer {
    case .fixed(let seconds): seconds
    case .accuracy(let deviation, let deviations): deviation * deviations
    }
  }

  /// The time between two landings that is aimed at, in seconds.
  public func interval_s(_ leader: FleetGroup, _ follower: FleetGroup) -> Double {
    minimum_s(leader, follower) + buffer_s
  }

  /// The time between two landings with a departure between them, in seconds: the leader leaves the
  /// runway, the departure rolls while the follower is far enough out, and is off before it lands.
  public func mixedInterval_s(_ leader: FleetGroup, _ follower: FleetGroup) -> Double {
    let clear = follower.profile.seconds(from: departureClearance_m)
    return max(
      interval_s(leader, follower),
      leader.occupancy_s + reaction_s + max(clear, departureOccupancy_s)
        + buffer_s)
  }

  /// The time between two landings on parallel runways that keep a slant distance, in seconds.
  public func staggered_s(
    _ leader: FleetGroup, _ follower: FleetGroup, slant_m: Double, runwaySpacing_m: Double
  ) -> Double {
    let along = max(0, slant_m * slant_m - runwaySpacing_m * runwaySpacing_m).squareRoot()
    return ApproachSpacing.seconds(
      distance_m: along, final_m: final_m, leader: leader.profile, follower: follower.profile)
      + buffer_s
  }

  /// The time between two take-offs, in seconds.
  public func departureInterval_s(_ leader: FleetGroup, _ follower: FleetGroup) -> Double {
    max(departure_s, Double(scheme.departure_s(leader.type, follower.type) ?? 0))
  }
}

/// How a set of runways is used together.
public enum RunwayUse: Hashable, Sendable {
  /// Landings only, on runways that do not hinder each other.
  case arrivals(runways: Int)
  /// Landings on two parallel runways in turn, a slant distance apart.
  case staggered(slant_m: Double, runwaySpacing_m: Double)
  /// Take-offs only.
  case departures(runways: Int)
  /// A take-off between every two landings.
  case mixed(runways: Int)
}

/// What runways can do at best, in movements an hour, when there is always an aircraft waiting.
public struct RunwayRate: Hashable, Sendable {
  /// Landings an hour.
  public var arrivals: Double
  /// Take-offs an hour.
  public var departures: Double

  /// Movements an hour with as many take-offs as landings, which every airport has over a day.
  public var balanced: Double { 2 * min(arrivals, departures) }
}

/// The analytic capacity of runways (Blumstein 1959, Harris 1972): an hour over the mean time between
/// movements, the mean being taken over the pairs of the traffic in random order.
public struct RunwayCapacity: Hashable, Sendable {
  /// The traffic.
  public let fleet: [FleetGroup]
  /// The rules.
  public let rules: SpacingRules

  /// A fleet under rules.
  public init(_ fleet: [FleetGroup], _ rules: SpacingRules) {
    self.fleet = fleet
    self.rules = rules
  }

  /// The mean of a time over the pairs of the traffic.
  public func mean(_ seconds: (FleetGroup, FleetGroup) -> Double) -> Double {
    let total = fleet.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    for leader in fleet {
      for follower in fleet {
        sum += leader.weight * follower.weight * seconds(leader, follower)
      }
    }
    return sum / (total * total)
  }

  /// Landings an hour on one runway that is used for nothing else.
  public var arrivalsPerHour: Double { 3600 / mean(rules.interval_s) }

  /// What one set of runways can do.
  public func rate(_ use: RunwayUse) -> RunwayRate {
    switch use {
    case .arrivals(let runways):
      return RunwayRate(arrivals: Double(runways) * arrivalsPerHour, departures: 0)
    case .departures(let runways):
      return RunwayRate(
        arrivals: 0, departures: Double(runways) * 3600 / mean(rules.departureInterval_s))
    case .mixed(let runways):
      let each = Double(runways) * 3600 / mean(rules.mixedInterval_s)
      return RunwayRate(arrivals: each, departures: each)
    case .staggered(let slant, let spacing):
      return RunwayRate(arrivals: 3600 / staggeredMean(slant, spacing), departures: 0)
    }
  }

  // The one behind on the same runway is the second next: two steps across must leave it room.
  private func staggeredMean(_ slant: Double, _ spacing: Double) -> Double {
    let total = fleet.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    for first in fleet {
      for second in fleet {
        for third in fleet {
          let across =
            rules.staggered_s(first, second, slant_m: slant, runwaySpacing_m: spacing)
            + rules.staggered_s(second, third, slant_m: slant, runwaySpacing_m: spacing)
          sum +=
            first.weight * second.weight * third.weight
            * max(across, rules.interval_s(first, third)) / 2
        }
      }
    }
    return sum / (total * total * total)
  }

  /// What several sets can do together, if none hinders another.
  public func rate(_ uses: [RunwayUse]) -> RunwayRate {
    uses.map(rate).reduce(RunwayRate(arrivals: 0, departures: 0)) {
      RunwayRate(
        arrivals: $0.arrivals + $1.arrivals, departures: $0.departures + $1.departures)
    }
  }
}
