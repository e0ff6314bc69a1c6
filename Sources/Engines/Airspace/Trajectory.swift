import Commons

/// A position in the plane of a city: metres east, north and up of its point of reference, and seconds.
public struct TrackPoint: Hashable, Sendable {
  /// Metres east.
  public var east: Double
  /// Metres north.
  public var north: Double
  /// Metres above the ellipsoid.
  public var up: Double
  /// Seconds since the reference moment.
  public var time: Double

  /// A point.
  public init(east: Double, north: Double, up: Double, time: Double) {
    self.east = east
    self.north = north
    self.up = up
    self.time = time
  }
}

/// The plane in which a city's airspace is computed: distances on it differ from those on the ground by
/// less than 0.4 % within 100 km of its middle at latitudes up to 55°; minima are widened by as much.
public struct CityPlane: Hashable, Sendable {
  /// Its middle.
  public let middle: LatLng
  private let metresPerDegreeNorth: Double
  private let metresPerDegreeEast: Double

  /// The plane around a place.
  public init(around middle: LatLng) {
    self.middle = middle
    metresPerDegreeNorth = LatLng.earthRadius * .pi / 180
    metresPerDegreeEast =
      metresPerDegreeNorth * LatLng(latitude: 90 - middle.latitude, longitude: 0).direction.z
  }

  /// Metres east and north.
  public func project(_ place: LatLng) -> (east: Double, north: Double) {
    (
      (place.longitude - middle.longitude) * metresPerDegreeEast,
      (place.latitude - middle.latitude) * metresPerDegreeNorth
    )
  }

  /// The place of metres east and north.
  public func place(east: Double, north: Double) -> LatLng {
    LatLng(
      latitude: middle.latitude + north / metresPerDegreeNorth,
      longitude: middle.longitude + east / metresPerDegreeEast)
  }
}

/// How far apart two aircraft must be, in one of both ways.
public struct SeparationMinima: Hashable, Sendable {
  /// Metres on the ground.
  public let horizontal: Double
  /// Metres in height.
  public let vertical: Double

  /// Minima, both above zero.
  public init(horizontal: Double, vertical: Double) {
    precondition(horizontal > 0 && vertical > 0, "minima are above zero")
    self.horizontal = horizontal
    self.vertical = vertical
  }
}

/// A flight's path: straight legs flown at constant speed from point to point.
public struct Trajectory: Hashable, Sendable {
  /// The points, in the order of time.
  public let points: [TrackPoint]

  /// A path of two points or more.
  ///
  /// - Throws: ``Problem`` 400 if there are fewer, if a number is not finite, or if time does not go on.
  public init(_ points: [TrackPoint]) throws(Problem) {
    guard points.count >= 2 else {
      throw Trajectory.refused("至少需要两个点", en: "a path needs two points at least")
    }
    for (place, point) in points.enumerated() {
      guard [point.east, point.north, point.up, point.time].allSatisfy(\.isFinite) else {
        throw Trajectory.refused(
          "第 \(place + 1) 个点的数值无效", en: "point \(place + 1) has a number that is not finite")
      }
      if place > 0, point.time <= points[place - 1].time {
        throw Trajectory.refused(
          "第 \(place + 1) 个点的时间不晚于前一点", en: "point \(place + 1) is not later than the one before")
      }
    }
    self.points = points
  }

  private init(unchecked points: [TrackPoint]) { self.points = points }

  private static func refused(_ zh: String, en: String) -> Problem {
    Problem(
      "trajectory", status: 400, title: Phrase("航迹有误", en: "This is no path"),
      detail: Phrase("\(zh)。", en: "The path is refused: \(en)."))
  }

  /// When it begins, in seconds.
  public var start: Double { points[0].time }
  /// When it ends, in seconds.
  public var end: Double { points[points.count - 1].time }

  /// The same path so many seconds later and metres higher.
  public func shifted(seconds: Double = 0, metres: Double = 0) -> Trajectory {
    Trajectory(
      unchecked: points.map { point in
        TrackPoint(
          east: point.east, north: point.north, up: point.up + metres, time: point.time + seconds)
      })
  }

  /// Its legs.
  var legs: [Leg] { zip(points, points.dropFirst()).map { Leg(from: $0, to: $1) } }
}

/// A straight leg flown at constant speed.
struct Leg: Sendable {
  let from: TrackPoint
  let to: TrackPoint
  /// Metres a second.
  let velocity: (x: Double, y: Double, z: Double)

  init(from: TrackPoint, to: TrackPoint) {
    self.from = from
    self.to = to
    let span = to.time - from.time
    velocity = (
      (to.east - from.east) / span, (to.north - from.north) / span, (to.up - from.up) / span
    )
  }

  /// The first moment at which another aircraft is nearer than both minima; nil if there is none.
  ///
  /// Within the time that both fly, the difference of positions is linear in time: it is nearer than the
  /// horizontal minimum between the roots of a quadratic, nearer than the vertical one between two moments.
  func firstConflict(with other: Leg, _ minima: SeparationMinima) -> Double? {
    let begin = max(from.time, other.from.time)
    let end = min(to.time, other.to.time)
    guard begin <= end else { return nil }
    let (own, their) = (position(at: begin), other.position(at: begin))
    let (x, y, z) = (own.x - their.x, own.y - their.y, own.z - their.z)
    let (v, w) = (velocity, other.velocity)
    let (vx, vy, vz) = (v.x - w.x, v.y - w.y, v.z - w.z)
    var (first, last) = (0.0, end - begin)
    if vz == 0 {
      guard abs(z) < minima.vertical else { return nil }
    } else {
      let (a, b) = ((-minima.vertical - z) / vz, (minima.vertical - z) / vz)
      (first, last) = (max(first, min(a, b)), min(last, max(a, b)))
    }
    let (a, b) = (vx * vx + vy * vy, x * vx + y * vy)
    let c = x * x + y * y - minima.horizontal * minima.horizontal
    if a == 0 {
      guard c < 0 else { return nil }
    } else {
      let discriminant = b * b - a * c
      guard discriminant > 0 else { return nil }
      let root = discriminant.squareRoot()
      (first, last) = (max(first, (-b - root) / a), min(last, (-b + root) / a))
    }
    return first < last || (first == last && begin == end) ? begin + first : nil
  }

  /// Where the aircraft is at a moment of the leg.
  func position(at time: Double) -> (x: Double, y: Double, z: Double) {
    let share = (time - from.time) / (to.time - from.time)
    return (
      from.east + share * (to.east - from.east), from.north + share * (to.north - from.north),
      from.up + share * (to.up - from.up)
    )
  }
}
