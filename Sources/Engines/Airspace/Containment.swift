import Commons
import Glibc

extension Outline {
  /// Whether a place lies over it; of a polygon, that it winds around the place. Polygons are smaller than a
  /// hemisphere. A place on the border may be counted either way.
  public func contains(_ place: LatLng) -> Bool {
    switch self {
    case .circle(let middle, let radius): return middle.distance(to: place) <= radius
    case .polygon(let corners):
      let up = place.direction
      // On the other side of the globe everything winds around.
      guard corners.contains(where: { $0.direction.dot(up) > 0 }) else { return false }
      // Directions of the corners as seen from the place, on the plane that touches the sphere there.
      let arms = corners.map { corner -> Vector in
        let direction = corner.direction
        return direction + up.scaled(by: -direction.dot(up))
      }
      var turn = 0.0
      for (index, arm) in arms.enumerated() {
        let next = arms[(index + 1) % arms.count]
        turn += atan2(up.dot(arm.cross(next)), arm.dot(next))
      }
      return abs(turn) > .pi
    }
  }

  /// Metres from a place to the outline; 0 over it.
  public func distance(from place: LatLng) -> Double {
    if contains(place) { return 0 }
    switch self {
    case .circle(let middle, let radius): return max(0, middle.distance(to: place) - radius)
    case .polygon(let corners):
      let plane = CityPlane(around: place)
      let points = corners.map { plane.project($0) }
      return points.indices.map { index in
        let (a, b) = (points[index], points[(index + 1) % points.count])
        return segmentDistance(a, b)
      }.min() ?? .infinity
    }
  }
}

/// Metres from the middle of the plane to a straight line between two points.
private func segmentDistance(
  _ a: (east: Double, north: Double), _ b: (east: Double, north: Double)
) -> Double {
  let (x, y) = (b.east - a.east, b.north - a.north)
  let square = x * x + y * y
  let share = square > 0 ? min(max(-(a.east * x + a.north * y) / square, 0), 1) : 0
  let (east, north) = (a.east + share * x, a.north + share * y)
  return (east * east + north * north).squareRoot()
}

extension Volume4D {
  /// Whether a position lies in it; its limits count as inside.
  public func contains(_ place: LatLng, altitude: Double, at moment: Instant) -> Bool {
    if let lower, altitude < lower { return false }
    if let upper, altitude > upper { return false }
    if let start, moment < start { return false }
    if let end, moment > end { return false }
    return outline.contains(place)
  }
}

/// A corridor between waypoints: what a route keeps for its flights.
public struct Corridor: Hashable, Sendable {
  /// The waypoints in order.
  public let points: [LatLng]
  /// Metres on each side of the line.
  public let halfWidth: Double
  /// Metres above the ellipsoid.
  public let lower: Double
  /// Metres above the ellipsoid.
  public let upper: Double

  /// A corridor, unchecked.
  public init(_ points: [LatLng], halfWidth: Double, lower: Double, upper: Double) {
    (self.points, self.halfWidth, self.lower, self.upper) = (points, halfWidth, lower, upper)
  }

  /// Metres along the line.
  public var length: Double {
    zip(points, points.dropFirst()).map { $0.distance(to: $1) }.reduce(0, +)
  }

  /// Whether it comes into a volume, whenever that is closed.
  ///
  /// Along the line it is looked at every ten metres, with the volume widened by the half width and five
  /// metres, so that nothing is missed and at most that much is called a conflict that is none.
  public func meets(_ volume: Volume4D) -> Bool {
    if let low = volume.lower, low > upper { return false }
    if let high = volume.upper, high < lower { return false }
    return samples(every: 10).contains { volume.outline.distance(from: $0) <= halfWidth + 5 }
  }

  /// The least distance between the edges of two corridors in metres; nil if one passes over the other.
  public func gap(to other: Corridor) -> Double? {
    guard lower <= other.upper, other.lower <= upper else { return nil }
    let plane = CityPlane(around: points.first ?? LatLng(latitude: 0, longitude: 0))
    let (own, their) = (points.map { plane.project($0) }, other.points.map { plane.project($0) })
    var least = Double.infinity
    for (a, b) in zip(own, own.dropFirst()) {
      for (c, d) in zip(their, their.dropFirst()) { least = min(least, lineDistance(a, b, c, d)) }
    }
    return max(0, least - halfWidth - other.halfWidth)
  }

  private func samples(every step: Double) -> [LatLng] {
    guard let first = points.first else { return [] }
    let plane = CityPlane(around: first)
    var samples = [first]
    for (from, to) in zip(points, points.dropFirst()) {
      let (a, b) = (plane.project(from), plane.project(to))
      let count = max(1, Int((from.distance(to: to) / step).rounded(.up)))
      for index in 1...count {
        let share = Double(index) / Double(count)
        samples.append(
          plane.place(
            east: a.east + share * (b.east - a.east), north: a.north + share * (b.north - a.north)))
      }
    }
    return samples
  }
}

/// Metres between two straight lines; 0 if they cross.
private func lineDistance(
  _ a: (east: Double, north: Double), _ b: (east: Double, north: Double),
  _ c: (east: Double, north: Double), _ d: (east: Double, north: Double)
) -> Double {
  func side(
    _ p: (east: Double, north: Double), _ q: (east: Double, north: Double),
    _ r: (east: Double, north: Double)
  ) -> Double { (q.east - p.east) * (r.north - p.north) - (q.north - p.north) * (r.east - p.east) }
  let cross = side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
  if cross { return 0 }
  func seen(
    _ p: (east: Double, north: Double), _ q: (east: Double, north: Double),
    from r: (east: Double, north: Double)
  ) -> Double {
    segmentDistance(
      (p.east - r.east, p.north - r.north), (q.east - r.east, q.north - r.north))
  }
  return min(seen(a, b, from: c), seen(a, b, from: d), seen(c, d, from: a), seen(c, d, from: b))
}
