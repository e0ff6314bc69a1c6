import Commons

/// How fast an aircraft flies its final approach over the ground: slower in steps towards the threshold.
public struct ApproachProfile: Hashable, Sendable {
  /// A speed from a distance inwards.
  public struct Stage: Hashable, Sendable {
    /// From this distance to the threshold, in metres, inwards.
    public let within_m: Double
    /// Ground speed in metres a second.
    public let speed: Double
    /// A stage.
    public init(within_m: Double, speed: Double) {
      self.within_m = within_m
      self.speed = speed
    }
  }

  /// The stages, nearest to the threshold first; the last goes on outwards.
  public let stages: [Stage]

  /// One speed all the way.
  public init(knots: Double, headwind_knots: Double = 0) {
    stages = [
      Stage(within_m: .infinity, speed: (knots - headwind_knots) * ApproachProfile.knot)
    ]
  }

  /// Stages, which must have rising distances and positive speeds.
  ///
  /// - Throws: ``Problem`` 422.
  public init(_ stages: [Stage]) throws(Problem) {
    guard !stages.isEmpty, stages.allSatisfy({ $0.speed > 0 }),
      zip(stages, stages.dropFirst()).allSatisfy({ $0.within_m < $1.within_m })
    else {
      throw .invalid([
        Problem.Field(
          "stages",
          Phrase(
            "速度段的距离应递增，速度应为正。",
            en: "The distances of the stages must rise and the speeds be positive."))
      ])
    }
    self.stages = stages
  }

  /// Metres a second in one knot.
  public static let knot = 1852.0 / 3600

  /// The time from a distance to the threshold, in seconds.
  public func seconds(from distance_m: Double) -> Double {
    var total = 0.0
    var inner = 0.0
    for (index, stage) in stages.enumerated() {
      let outer = index == stages.count - 1 ? .infinity : stage.within_m
      total += (min(distance_m, outer) - inner) / stage.speed
      if distance_m <= outer { break }
      inner = outer
    }
    return total
  }

  /// The speed over the threshold.
  public var landingSpeed: Double { stages[0].speed }

  fileprivate var cuts: [Double] { stages.dropLast().map(\.within_m) }
}

/// Turns distances between aircraft into times at the threshold.
public enum ApproachSpacing {
  /// The least time between two landings so that the distance is kept all the way down the common final
  /// approach, in seconds. A faster leader opens the gap, so the distance binds where the approach
  /// begins; a faster follower closes it, so it binds at the threshold (Blumstein 1959).
  public static func seconds(
    distance_m: Double, final_m: Double, leader: ApproachProfile, follower: ApproachProfile
  ) -> Double {
    let outermost = max(0, final_m - distance_m)
    // Between the ends the time is linear but for the points where a speed changes.
    let places = [0, outermost] + leader.cuts + follower.cuts.map { $0 - distance_m }
    return places.filter { (0...outermost).contains($0) }
      .map { follower.seconds(from: $0 + distance_m) - leader.seconds(from: $0) }
      .reduce(0, max)
  }
}
