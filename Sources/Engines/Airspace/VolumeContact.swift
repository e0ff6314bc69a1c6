import Commons
import Glibc

/// Whether volumes of airspace share a point: their outlines, altitudes and times themselves, not the
/// cells that a DSS compares. Limits count.
///
/// Outlines are laid on a plane that touches the sphere between them; over the few kilometres of a drone's
/// flight its error is millimetres.
public enum VolumeContact {
  /// Whether any of some shares a point with any of others.
  public static func meet(_ some: [Volume4D], _ others: [Volume4D]) -> Bool {
    some.contains { a in others.contains { meet(a, $0) } }
  }

  /// Whether two share a point.
  public static func meet(_ a: Volume4D, _ b: Volume4D) -> Bool {
    guard overlap(a.lower, a.upper, b.lower, b.upper), overlap(a.start, a.end, b.start, b.end)
    else { return false }
    let plane = Plane(middle(a.outline))
    switch (a.outline, b.outline) {
    case (.circle(let p, let r), .circle(let q, let s)):
      return plane.point(p).distance(to: plane.point(q)) <= r + s
    case (.circle(let p, let r), .polygon(let corners)),
      (.polygon(let corners), .circle(let p, let r)):
      let (shape, point) = (corners.map(plane.point), plane.point(p))
      return contains(shape, point) || edges(shape).contains { point.distance(to: $0) <= r }
    case (.polygon(let one), .polygon(let other)):
      return meet(one.map(plane.point), other.map(plane.point))
    }
  }

  private static func overlap<Value: Comparable>(
    _ from: Value?, _ to: Value?, _ otherFrom: Value?, _ otherTo: Value?
  ) -> Bool {
    if let from, let otherTo, otherTo < from { return false }
    if let to, let otherFrom, to < otherFrom { return false }
    return true
  }

  private static func middle(_ outline: Outline) -> LatLng {
    switch outline {
    case .circle(let middle, _): middle
    case .polygon(let corners): corners.first ?? LatLng(latitude: 0, longitude: 0)
    }
  }

  private struct Point {
    let x: Double
    let y: Double

    func distance(to other: Point) -> Double { hypot(x - other.x, y - other.y) }

    func distance(to edge: (from: Point, to: Point)) -> Double {
      let (dx, dy) = (edge.to.x - edge.from.x, edge.to.y - edge.from.y)
      let length = dx * dx + dy * dy
      guard length > 0 else { return distance(to: edge.from) }
      let along = ((x - edge.from.x) * dx + (y - edge.from.y) * dy) / length
      let share = min(max(along, 0), 1)
      return distance(to: Point(x: edge.from.x + share * dx, y: edge.from.y + share * dy))
    }
  }

  private struct Plane {
    let origin: LatLng
    let scale: Double

    init(_ origin: LatLng) {
      self.origin = origin
      scale = cos(origin.latitude * .pi / 180)
    }

    func point(_ place: LatLng) -> Point {
      let metre = LatLng.earthRadius * .pi / 180
      var east = place.longitude - origin.longitude
      // The shorter way round, also across the date line.
      if east > 180 { east -= 360 } else if east < -180 { east += 360 }
      return Point(x: east * scale * metre, y: (place.latitude - origin.latitude) * metre)
    }
  }

  private static func edges(_ shape: [Point]) -> [(from: Point, to: Point)] {
    shape.indices.map { (shape[$0], shape[($0 + 1) % shape.count]) }
  }

  private static func contains(_ shape: [Point], _ point: Point) -> Bool {
    var isInside = false
    for (a, b) in edges(shape) where (a.y > point.y) != (b.y > point.y) {
      let crossing = a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)
      if point.x < crossing { isInside.toggle() }
    }
    return isInside
  }

  private static func meet(_ one: [Point], _ other: [Point]) -> Bool {
    guard let first = one.first, let second = other.first else { return false }
    if contains(other, first) || contains(one, second) { return true }
    let others = edges(other)
    return edges(one).contains { edge in others.contains { cross(edge, $0) } }
  }

  private static func cross(
    _ a: (from: Point, to: Point), _ b: (from: Point, to: Point)
  ) -> Bool {
    func turn(_ p: Point, _ q: Point, _ r: Point) -> Double {
      (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)
    }
    let (c, d) = (turn(a.from, a.to, b.from), turn(a.from, a.to, b.to))
    let (e, f) = (turn(b.from, b.to, a.from), turn(b.from, b.to, a.to))
    if c * d < 0, e * f < 0 { return true }
    // An end of one on the other.
    return (c == 0 && b.from.distance(to: a) == 0) || (d == 0 && b.to.distance(to: a) == 0)
      || (e == 0 && a.from.distance(to: b) == 0) || (f == 0 && a.to.distance(to: b) == 0)
  }
}
