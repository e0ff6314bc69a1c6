import Glibc

/// A place on the WGS-84 ellipsoid, in degrees.
public struct GeoPoint: Hashable, Sendable {
  /// North is positive.
  public let latitude: Double
  /// East is positive.
  public let longitude: Double
  /// A place.
  public init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }
}

/// A place in the plane around an airport, in metres.
public struct PlanePoint: Hashable, Sendable {
  /// Metres towards the east.
  public let east: Double
  /// Metres towards the north.
  public let north: Double
  /// A place.
  public init(east: Double, north: Double) {
    self.east = east
    self.north = north
  }

  /// The place at a distance in a direction, in degrees clockwise from north.
  public func moved(_ distance_m: Double, bearing_deg: Double) -> PlanePoint {
    let angle = bearing_deg * .pi / 180
    return PlanePoint(
      east: east + distance_m * sin(angle), north: north + distance_m * cos(angle))
  }

  /// Metres to another place.
  public func distance(to other: PlanePoint) -> Double {
    hypot(other.east - east, other.north - north)
  }

  /// The direction to another place, in degrees clockwise from north, 0 to below 360.
  public func bearing(to other: PlanePoint) -> Double {
    Angle.positive(atan2(other.east - east, other.north - north) * 180 / .pi)
  }
}

/// Degrees.
enum Angle {
  /// The same direction from 0 to below 360.
  static func positive(_ degrees: Double) -> Double {
    let rest = degrees.truncatingRemainder(dividingBy: 360)
    return rest < 0 ? rest + 360 : rest
  }

  /// The way from one direction to another, −180 to 180; positive is clockwise.
  static func turn(from: Double, to: Double) -> Double {
    let way = positive(to - from)
    return way > 180 ? way - 360 : way
  }
}

/// The plane around a place of the ellipsoid: directions from the place are kept, and so are distances
/// from it but for less than a ten-thousandth within 150 km (azimuthal equidistant, with the radius of
/// curvature of each direction by Euler).
public struct LocalFrame: Hashable, Sendable {
  /// The middle.
  public let origin: GeoPoint
  private let meridian: Double
  private let normal: Double

  /// The plane around a place.
  public init(_ origin: GeoPoint) {
    self.origin = origin
    let axis = 6_378_137.0
    let squared = 0.006_694_379_990_14
    let sine = sin(origin.latitude * .pi / 180)
    let root = 1 - squared * sine * sine
    normal = axis / root.squareRoot()
    meridian = axis * (1 - squared) / (root * root.squareRoot())
  }

  private func radius(_ azimuth: Double) -> Double {
    let (sine, cosine) = (sin(azimuth), cos(azimuth))
    return 1 / (cosine * cosine / meridian + sine * sine / normal)
  }

  /// The place on the ellipsoid.
  public func geo(_ point: PlanePoint) -> GeoPoint {
    let azimuth = atan2(point.east, point.north)
    let arc = hypot(point.east, point.north) / radius(azimuth)
    let phi = origin.latitude * .pi / 180
    let sine = sin(phi) * cos(arc) + cos(phi) * sin(arc) * cos(azimuth)
    let way = atan2(sin(azimuth) * sin(arc) * cos(phi), cos(arc) - sin(phi) * sine)
    let longitude = origin.longitude + way * 180 / .pi
    return GeoPoint(
      latitude: asin(sine) * 180 / .pi, longitude: Angle.turn(from: 0, to: longitude))
  }

  /// The place in the plane.
  public func plane(_ point: GeoPoint) -> PlanePoint {
    let (phi, other) = (origin.latitude * .pi / 180, point.latitude * .pi / 180)
    let way = (point.longitude - origin.longitude) * .pi / 180
    let azimuth = atan2(
      sin(way) * cos(other), cos(phi) * sin(other) - sin(phi) * cos(other) * cos(way))
    let half = sin((other - phi) / 2)
    let side = sin(way / 2)
    let arc = 2 * asin(min(1, (half * half + cos(phi) * cos(other) * side * side).squareRoot()))
    let distance = arc * radius(azimuth)
    return PlanePoint(east: distance * sin(azimuth), north: distance * cos(azimuth))
  }
}
