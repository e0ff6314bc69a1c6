import Commons

/// What a volume covers in the plane of a city: an area on the ground, a band of heights, a span of time. The
/// edges of a polygon are straight in the plane; edges of up to 10 km lie less than three metres beside the great
/// circle, so whoever needs more keeps a margin.
public struct PlaneVolume: Hashable, Sendable {
  /// The area.
  enum Area: Hashable, Sendable {
    /// Corners in order, metres east and north.
    case polygon([PlanePoint])
    /// A middle and a radius in metres.
    case circle(PlanePoint, radius: Double)
  }

  let area: Area
  let lower, upper, start, end: Double

  /// A volume in a plane; times are seconds since 1970.
  public init(_ volume: Volume4D, in plane: CityPlane) {
    func point(_ place: LatLng) -> PlanePoint {
      let (east, north) = plane.project(place)
      return PlanePoint(x: east, y: north)
    }
    switch volume.outline {
    case .polygon(let corners): area = .polygon(corners.map(point))
    case .circle(let middle, let radius): area = .circle(point(middle), radius: radius)
    }
    lower = volume.lower ?? -.infinity
    upper = volume.upper ?? .infinity
    start = volume.start.map { Double($0.microseconds) / 1e6 } ?? -.infinity
    end = volume.end.map { Double($0.microseconds) / 1e6 } ?? .infinity
  }

  /// The first moment at which a path is in the volume, or nearer to it than minima that reach beyond it; nil
  /// if it never is. Times of the path are seconds since 1970.
  public func firstEntry(of path: Trajectory, _ minima: SeparationMinima? = nil) -> Double? {
    let (side, height) = (minima?.horizontal ?? 0, minima?.vertical ?? 0)
    for leg in path.legs {
      guard let part = leg.part(from: start, to: end, above: lower - height, below: upper + height)
      else { continue }
      let (a, b) = (leg.ground(at: part.lowerBound), leg.ground(at: part.upperBound))
      if let share = area.firstContact(from: a, to: b, margin: side) {
        return part.lowerBound + share * (part.upperBound - part.lowerBound)
      }
    }
    return nil
  }

  /// Whether two volumes share a place, height and time, or come nearer than minima.
  public func meets(_ other: PlaneVolume, _ minima: SeparationMinima? = nil) -> Bool {
    let (side, height) = (minima?.horizontal ?? 0, minima?.vertical ?? 0)
    return start <= other.end && other.start <= end && lower - height < other.upper
      && other.lower < upper + height && area.distance(to: other.area) <= side
  }
}

/// A point of the plane, in metres.
struct PlanePoint: Hashable, Sendable {
  var x: Double
  var y: Double

  static func - (a: PlanePoint, b: PlanePoint) -> PlanePoint {
    PlanePoint(x: a.x - b.x, y: a.y - b.y)
  }
  func dot(_ other: PlanePoint) -> Double { x * other.x + y * other.y }
  func cross(_ other: PlanePoint) -> Double { x * other.y - y * other.x }
  var length: Double { dot(self).squareRoot() }

  /// The way from here to another point, up to a share of it.
  func towards(_ other: PlanePoint, _ share: Double) -> PlanePoint {
    PlanePoint(x: x + share * (other.x - x), y: y + share * (other.y - y))
  }

  /// Metres to a straight line from one point to another.
  func distance(toLineFrom a: PlanePoint, to b: PlanePoint) -> Double {
    let (way, own) = (b - a, self - a)
    let square = way.dot(way)
    let share = square > 0 ? max(0, min(1, own.dot(way) / square)) : 0
    return (self - a.towards(b, share)).length
  }
}

extension PlaneVolume.Area {
  /// Metres from a point to the area; 0 inside.
  func distance(to point: PlanePoint) -> Double {
    switch self {
    case .circle(let middle, let radius): max(0, (point - middle).length - radius)
    case .polygon(let corners):
      PlaneVolume.Area.contains(point, corners)
        ? 0
        : PlaneVolume.Area.edges(corners).map { point.distance(toLineFrom: $0.0, to: $0.1) }.min()
          ?? .infinity
    }
  }

  /// Metres from a straight way to the area; 0 if they touch.
  func distance(fromWay a: PlanePoint, to b: PlanePoint) -> Double {
    switch self {
    case .circle(let middle, let radius):
      return max(0, middle.distance(toLineFrom: a, to: b) - radius)
    case .polygon(let corners):
      if PlaneVolume.Area.contains(a, corners) { return 0 }
      var nearest = Double.infinity
      for (c, d) in PlaneVolume.Area.edges(corners) {
        if PlaneVolume.Area.cross(a, b, c, d) { return 0 }
        nearest = min(
          nearest, a.distance(toLineFrom: c, to: d), b.distance(toLineFrom: c, to: d),
          c.distance(toLineFrom: a, to: b), d.distance(toLineFrom: a, to: b))
      }
      return nearest
    }
  }

  /// Metres between two areas; 0 if they touch.
  func distance(to other: PlaneVolume.Area) -> Double {
    switch (self, other) {
    case (.circle(let middle, let radius), _):
      return max(0, other.distance(to: middle) - radius)
    case (_, .circle(let middle, let radius)):
      return max(0, distance(to: middle) - radius)
    case (.polygon(let own), .polygon(let theirs)):
      guard let first = own.first, let second = theirs.first else { return .infinity }
      if other.distance(to: first) == 0 || distance(to: second) == 0 { return 0 }
      return PlaneVolume.Area.edges(own).map { other.distance(fromWay: $0.0, to: $0.1) }.min()
        ?? .infinity
    }
  }

  /// The share of a straight way after which it comes nearer than a margin, to a millionth of it; nil if it
  /// never does. Between two places the nearest part of the way is found first, then where it begins.
  func firstContact(from a: PlanePoint, to b: PlanePoint, margin: Double) -> Double? {
    func touches(_ share: Double) -> Bool {
      let near = distance(fromWay: a, to: a.towards(b, share))
      return margin > 0 ? near < margin : near == 0
    }
    guard touches(1) else { return nil }
    var (free, taken) = (0.0, 1.0)
    if touches(0) { return 0 }
    while taken - free > 1e-6 {
      let middle = (free + taken) / 2
      if touches(middle) { taken = middle } else { free = middle }
    }
    return taken
  }

  static func edges(_ corners: [PlanePoint]) -> [(PlanePoint, PlanePoint)] {
    corners.indices.map { (corners[$0], corners[($0 + 1) % corners.count]) }
  }

  static func contains(_ point: PlanePoint, _ corners: [PlanePoint]) -> Bool {
    var isInside = false
    for (a, b) in edges(corners) where (a.y > point.y) != (b.y > point.y) {
      if point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x) { isInside.toggle() }
    }
    return isInside
  }

  static func cross(
    _ a: PlanePoint, _ b: PlanePoint, _ c: PlanePoint, _ d: PlanePoint
  ) -> Bool {
    let (p, q) = ((b - a).cross(c - a), (b - a).cross(d - a))
    let (r, s) = ((d - c).cross(a - c), (d - c).cross(b - c))
    return p * q < 0 && r * s < 0
  }
}

extension Leg {
  /// The place on the ground at a moment.
  func ground(at time: Double) -> PlanePoint {
    let share = (time - from.time) / (to.time - from.time)
    return PlanePoint(
      x: from.east + share * (to.east - from.east), y: from.north + share * (to.north - from.north))
  }

  /// The part of the leg that is flown within a span of time and above and below two heights, the limits
  /// themselves left out of the heights; nil if there is none.
  func part(
    from start: Double, to end: Double, above lower: Double, below upper: Double
  ) -> ClosedRange<Double>? {
    var (first, last) = (max(from.time, start), min(to.time, end))
    let climb = (to.up - from.up) / (to.time - from.time)
    if climb == 0 {
      guard lower < from.up, from.up < upper else { return nil }
    } else {
      let (p, q) = (from.time + (lower - from.up) / climb, from.time + (upper - from.up) / climb)
      (first, last) = (max(first, min(p, q)), min(last, max(p, q)))
    }
    return first <= last ? first...last : nil
  }
}

/// A polygon in the plane that is asked whether a way stays within it.
public struct PlaneOutline: Hashable, Sendable {
  private let corners: [PlanePoint]

  /// A polygon of places.
  public init(_ places: [LatLng], in plane: CityPlane) {
    corners = places.map { place in
      let (east, north) = plane.project(place)
      return PlanePoint(x: east, y: north)
    }
  }

  /// Whether a way from place to place never leaves it: every place lies within, and no leg crosses an edge.
  public func holds(_ way: [LatLng], in plane: CityPlane) -> Bool {
    let points = way.map { place in
      let (east, north) = plane.project(place)
      return PlanePoint(x: east, y: north)
    }
    guard points.allSatisfy({ PlaneVolume.Area.contains($0, corners) }) else { return false }
    for (a, b) in zip(points, points.dropFirst()) {
      for (c, d) in PlaneVolume.Area.edges(corners) where PlaneVolume.Area.cross(a, b, c, d) {
        return false
      }
    }
    return true
  }
}
