/// What may be changed about a path to keep clear of others, and in what order of preference.
public struct ReplanningLimits: Hashable, Sendable {
  /// Seconds by which the departure may be put off, at most, and in steps of.
  public var longestDelay = 600.0
  /// The step of delays, in seconds.
  public var delayStep = 15.0
  /// Layers above and below that may be used, in metres from the one that was asked for.
  public var layers = [30.0, -30, 60, -60]
  /// The lowest and the highest altitude that may be flown, in metres above the ellipsoid.
  public var altitudes: ClosedRange<Double> = 30...300
  /// Metres to either side by which the middle of the way may be moved.
  public var detours = [150.0, -150, 300, -300, 600, -600]
  /// Seconds of delay that a metre of another layer is worth.
  public var secondsPerLayerMetre = 1.0

  /// The limits as they are set out.
  public init() {}
}

/// A path that keeps clear of all others, and how it differs from the one that was asked for.
public struct Replan: Hashable, Sendable {
  /// The path.
  public let path: Trajectory
  /// Seconds that it leaves later.
  public let delay: Double
  /// Metres that it flies higher.
  public let climb: Double
  /// Metres by which its middle is moved to the right of the way.
  public let detour: Double
  /// Seconds that all this is worth: later departure, longer way, other layer.
  public let cost: Double
}

extension ConflictIndex {
  /// The conflict-free path that costs least among all combinations of delay, layer and detour within the
  /// limits; nil if there is none. The path itself is taken to meet others. `isAllowed` says what else a
  /// path must keep, such as volumes in which nothing flies.
  public func replan(
    _ path: Trajectory, _ limits: ReplanningLimits = .init(),
    where isAllowed: (Trajectory) -> Bool = { _ in true }
  ) -> Replan? {
    var candidates: [(cost: Double, delay: Double, climb: Double, detour: Double)] = []
    let delays = stride(from: 0.0, through: limits.longestDelay, by: limits.delayStep)
    for climb in [0] + limits.layers {
      let isLow = path.points.contains { !limits.altitudes.contains($0.up + climb) }
      if climb != 0, isLow { continue }
      for detour in [0] + limits.detours {
        let longer = path.detoured(by: detour).end - path.end
        for delay in delays {
          let cost = delay + abs(climb) * limits.secondsPerLayerMetre + longer
          candidates.append((cost, delay, climb, detour))
        }
      }
    }
    candidates.sort {
      ($0.cost, $0.delay, $0.climb, $0.detour) < ($1.cost, $1.delay, $1.climb, $1.detour)
    }
    for candidate in candidates {
      let moved = path.detoured(by: candidate.detour)
        .shifted(seconds: candidate.delay, metres: candidate.climb)
      guard isFree(moved), isAllowed(moved) else { continue }
      return Replan(
        path: moved, delay: candidate.delay, climb: candidate.climb, detour: candidate.detour,
        cost: candidate.cost)
    }
    return nil
  }
}

extension Trajectory {
  /// The same path by way of a point that lies so many metres to the right of the middle of its longest
  /// leg, flown at the same speed; later points are reached as much later as the way is longer.
  func detoured(by metres: Double) -> Trajectory {
    if metres == 0 { return self }
    func length(_ a: TrackPoint, _ b: TrackPoint) -> Double {
      ((b.east - a.east) * (b.east - a.east) + (b.north - a.north) * (b.north - a.north))
        .squareRoot()
    }
    let lengths = zip(points, points.dropFirst()).map { length($0, $1) }
    guard let longest = lengths.max(), longest > 0, let place = lengths.firstIndex(of: longest)
    else { return self }
    let (a, b) = (points[place], points[place + 1])
    let (dx, dy) = ((b.east - a.east) / longest, (b.north - a.north) / longest)
    let speed = longest / (b.time - a.time)
    var middle = TrackPoint(
      east: (a.east + b.east) / 2 + dy * metres, north: (a.north + b.north) / 2 - dx * metres,
      up: (a.up + b.up) / 2, time: 0)
    middle.time = a.time + length(a, middle) / speed
    let arrival = middle.time + length(middle, b) / speed
    let later = arrival - b.time
    var moved = Array(points[...place]) + [middle]
    for point in points[(place + 1)...] {
      var point = point
      point.time += later
      moved.append(point)
    }
    // Times go on as before, so that nothing is to be refused.
    return (try? Trajectory(moved)) ?? self
  }
}
