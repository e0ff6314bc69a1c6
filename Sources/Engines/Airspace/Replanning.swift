/// What may be changed about a path to keep clear of others, and in what order of preference.
public struct ReplanningLimits: Hashable, Sendable {
  /// Seconds by which the departure may be put off, at most.
  public var longestDelay = 600.0
  /// Delays are multiples of so many seconds.
  public var delayStep = 1.0
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
  ///
  /// Nothing is tried blindly: for a layer and a detour, the delays at which the path would meet a leg of
  /// another are an interval (``Leg/delaysInConflict(with:climb:_:)``), and the least delay outside of all
  /// intervals follows from a sweep over them. Layers and detours are taken by what they cost without delay,
  /// until none can be cheaper than what was found.
  public func replan(
    _ path: Trajectory, _ limits: ReplanningLimits = .init(),
    where isAllowed: (Trajectory) -> Bool = { _ in true }
  ) -> Replan? {
    let ways = ([0] + limits.detours).map { Way(detour: $0, path.detoured(by: $0), path) }
    var choices: [(cost: Double, climb: Double, way: Int)] = []
    for climb in [0] + limits.layers {
      let isOutside = path.points.contains { !limits.altitudes.contains($0.up + climb) }
      if climb != 0, isOutside { continue }
      for (place, way) in ways.enumerated() {
        choices.append((abs(climb) * limits.secondsPerLayerMetre + way.longer, climb, place))
      }
    }
    choices.sort {
      ($0.cost, $0.climb, ways[$0.way].detour) < ($1.cost, $1.climb, ways[$1.way].detour)
    }
    var near: [Int: [[Entry]]] = [:]
    var best: Replan?
    for choice in choices {
      let room = min(limits.longestDelay, (best?.cost ?? .infinity) - choice.cost)
      // What costs the same as the best must come first by its delay, and so at once.
      guard room > 0 || best == nil else { break }
      let way = ways[choice.way]
      if near[choice.way] == nil { near[choice.way] = neighbours(along: way, limits) }
      guard
        let found = earliest(
          way, near[choice.way] ?? [], climb: choice.climb, room, limits, isAllowed)
      else { continue }
      let cost = choice.cost + found.delay
      if let best, best.cost <= cost { continue }
      best = Replan(
        path: found.path, delay: found.delay, climb: choice.climb, detour: way.detour, cost: cost)
    }
    return best
  }

  /// A path by way of a detour, without delay and in its own layer.
  private struct Way {
    let detour: Double
    let path: Trajectory
    let legs: [Leg]
    /// Seconds by which it takes longer.
    let longer: Double

    init(detour: Double, _ path: Trajectory, _ original: Trajectory) {
      self.detour = detour
      self.path = path
      legs = path.legs
      longer = path.end - original.end
    }
  }

  /// For each leg of a way, the legs of others that it could meet with any delay and in any layer.
  private func neighbours(along way: Way, _ limits: ReplanningLimits) -> [[Entry]] {
    let climbs = [0] + limits.layers
    let (lowest, highest) = (climbs.min() ?? 0, climbs.max() ?? 0)
    return way.legs.map { leg in
      let heights = HeightBand(
        min(leg.from.up, leg.to.up) + lowest - minima.vertical,
        max(leg.from.up, leg.to.up) + highest + minima.vertical)
      return neighbours(of: leg, delayed: limits.longestDelay, within: heights)
    }
  }

  /// The least delay within `room` with which a way in a layer is free; nil if there is none.
  private func earliest(
    _ way: Way, _ near: [[Entry]], climb: Double, _ room: Double, _ limits: ReplanningLimits,
    _ isAllowed: (Trajectory) -> Bool
  ) -> (delay: Double, path: Trajectory)? {
    var taken: [(from: Double, to: Double)] = []
    for (leg, entries) in zip(way.legs, near) {
      let heights = HeightBand(
        min(leg.from.up, leg.to.up) + climb - minima.vertical,
        max(leg.from.up, leg.to.up) + climb + minima.vertical)
      for entry in entries where entry.heights.meets(heights) {
        let other = legs[Int(entry.leg)]
        // Later than this it has gone, earlier than that it has not come.
        guard other.to.time >= leg.from.time, other.from.time <= leg.to.time + room,
          let span = leg.delaysInConflict(with: other, climb: climb, minima),
          span.to > 0, span.from < room
        else { continue }
        taken.append(span)
      }
    }
    taken.sort { $0.from < $1.from }
    let step = max(limits.delayStep, 1e-3)
    var delay = 0.0
    var next = 0
    while delay <= room {
      while next < taken.count, taken[next].from < delay + ConflictIndex.hair {
        if taken[next].to > delay - ConflictIndex.hair {
          delay = ((taken[next].to + ConflictIndex.hair) / step).rounded(.up) * step
        }
        next += 1
      }
      guard delay <= room else { return nil }
      let moved = way.path.shifted(seconds: delay, metres: climb)
      // Rounding decides at the edges of an interval; what is promised is compared as all else is.
      if isFree(moved), isAllowed(moved) { return (delay, moved) }
      delay += step
    }
    return nil
  }

  /// Seconds that no interval's end is exact to.
  private static let hair = 1e-6
}

extension Leg {
  /// The delays of this leg, flown so much higher, with which it comes nearer to another than both minima:
  /// an interval, nil if there are none.
  ///
  /// Be s and t the seconds since the beginning of each leg. The difference of positions is linear in both,
  /// so that the pairs (s, t) at which both minima are broken are convex: a rectangle, cut by the strip of
  /// the heights, within an ellipse. The delay is t − s but for a constant, and so takes its least and its
  /// greatest value at a corner of the three: where an edge of the polygon meets the ellipse, at a corner
  /// of the polygon, or where the ellipse is touched by a line of equal delay.
  func delaysInConflict(
    with other: Leg, climb: Double, _ minima: SeparationMinima
  ) -> (from: Double, to: Double)? {
    let pair = LegPair(self, other, climb: climb, minima)
    var (least, greatest) = (Double.infinity, -Double.infinity)
    func take(_ point: LegPair.Point) {
      least = min(least, point.t - point.s)
      greatest = max(greatest, point.t - point.s)
    }
    pair.eachEdge { from, to in
      guard let part = pair.insideEllipse(from, to) else { return }
      take(part.0)
      take(part.1)
    }
    pair.touching(take)
    guard least < greatest else { return nil }
    let offset = other.from.time - from.time
    return (offset + least, offset + greatest)
  }
}

/// Two legs, and where both minima are broken in the plane of the seconds since their beginnings.
private struct LegPair {
  struct Point {
    var s: Double
    var t: Double
  }

  private let u: (x: Double, y: Double, z: Double)
  private let w: (x: Double, y: Double, z: Double)
  /// The difference of positions at the beginnings.
  private let x: Double
  private let y: Double
  private let z: Double
  private let ownSpan: Double
  private let otherSpan: Double
  private let minima: SeparationMinima

  init(_ own: Leg, _ other: Leg, climb: Double, _ minima: SeparationMinima) {
    (u, w) = (own.velocity, other.velocity)
    x = own.from.east - other.from.east
    y = own.from.north - other.from.north
    z = own.from.up + climb - other.from.up
    ownSpan = own.to.time - own.from.time
    otherSpan = other.to.time - other.from.time
    self.minima = minima
  }

  private func height(_ point: Point) -> Double { z + u.z * point.s - w.z * point.t }

  /// The edges of the rectangle within the strip of heights, in their order.
  func eachEdge(_ body: (Point, Point) -> Void) {
    let a = Point(s: 0, t: 0)
    let b = Point(s: ownSpan, t: 0)
    let c = Point(s: ownSpan, t: otherSpan)
    let d = Point(s: 0, t: otherSpan)
    let (p, q, r, o) = (height(a), height(b), height(c), height(d))
    let (low, high) = (min(min(p, q), min(r, o)), max(max(p, q), max(r, o)))
    if low >= minima.vertical || high <= -minima.vertical { return }
    if low >= -minima.vertical, high <= minima.vertical {
      // Two that cruise in one layer: nearly all, and without an array.
      body(a, b)
      body(b, c)
      body(c, d)
      body(d, a)
      return
    }
    var cut = [a, b, c, d]
    if high > minima.vertical { cut = clipped(cut) { minima.vertical - height($0) } }
    if low < -minima.vertical { cut = clipped(cut) { minima.vertical + height($0) } }
    guard cut.count > 2, var last = cut.last else { return }
    for corner in cut {
      body(last, corner)
      last = corner
    }
  }

  /// The part of a convex polygon where a linear function is not negative.
  private func clipped(_ polygon: [Point], _ value: (Point) -> Double) -> [Point] {
    guard var last = polygon.last else { return [] }
    var out: [Point] = []
    var before = value(last)
    for point in polygon {
      let now = value(point)
      if (before < 0) != (now < 0) {
        let share = before / (before - now)
        out.append(
          Point(s: last.s + share * (point.s - last.s), t: last.t + share * (point.t - last.t)))
      }
      if now >= 0 { out.append(point) }
      (last, before) = (point, now)
    }
    return out
  }

  /// The part of an edge that lies within the ellipse.
  func insideEllipse(_ a: Point, _ b: Point) -> (Point, Point)? {
    let (p, q) = (x + u.x * a.s - w.x * a.t, y + u.y * a.s - w.y * a.t)
    let (ds, dt) = (b.s - a.s, b.t - a.t)
    let (dx, dy) = (u.x * ds - w.x * dt, u.y * ds - w.y * dt)
    let (square, half) = (dx * dx + dy * dy, p * dx + q * dy)
    let rest = p * p + q * q - minima.horizontal * minima.horizontal
    if square == 0 { return rest < 0 ? (a, b) : nil }
    let discriminant = half * half - square * rest
    guard discriminant > 0 else { return nil }
    let root = discriminant.squareRoot()
    let (first, last) = (max(0, (-half - root) / square), min(1, (-half + root) / square))
    guard first < last else { return nil }
    return (
      Point(s: a.s + first * ds, t: a.t + first * dt), Point(s: a.s + last * ds, t: a.t + last * dt)
    )
  }

  /// The points at which lines of equal delay touch the ellipse, if they lie within the polygon. Who is just
  /// as high as the minimum asks is not within: layers are often that far apart.
  func touching(_ take: (Point) -> Void) {
    let cross = u.x * w.y - u.y * w.x
    guard abs(cross) > 1e-9 else { return }
    // t − s = (d − d₀) · g for the difference of positions d, of which the length is the minimum.
    let (gx, gy) = ((u.y - w.y) / cross, (w.x - u.x) / cross)
    let length = (gx * gx + gy * gy).squareRoot()
    guard length > 0 else { return }
    for sign in [-minima.horizontal, minima.horizontal] {
      let (ex, ey) = (sign * gx / length - x, sign * gy / length - y)
      let point = Point(
        s: (ex * w.y - ey * w.x) / cross, t: (ex * u.y - ey * u.x) / cross)
      if point.s >= 0, point.s <= ownSpan, point.t >= 0, point.t <= otherSpan,
        abs(height(point)) < minima.vertical
      {
        take(point)
      }
    }
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
