import Commons
import Glibc

/// A place on the earth: WGS84 latitude and longitude in degrees.
///
/// CGCS2000, in which Chinese maps are surveyed, differs from the WGS84 of today's satellites by less than
/// half a metre; places are taken as WGS84 as they are, and separation minima hold far more than that.
public struct LatLng: Hashable, Sendable {
  /// Degrees north, −90 … 90.
  public let latitude: Double
  /// Degrees east, −180 … 180.
  public let longitude: Double

  /// A place without a check.
  public init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }

  /// Whether both lie in their range.
  public var isValid: Bool {
    (-90...90).contains(latitude) && (-180...180).contains(longitude)
  }

  /// The unit vector from the middle of the sphere.
  var direction: Vector {
    let (phi, theta) = (latitude * .pi / 180, longitude * .pi / 180)
    return Vector(x: cos(phi) * cos(theta), y: cos(phi) * sin(theta), z: sin(phi))
  }

  /// The mean radius of the earth, in metres (IUGG); what S2 and the standards' suites compute with.
  public static let earthRadius = 6_371_010.0

  /// Up, east and north at the place.
  private var axes: (up: Vector, east: Vector, north: Vector) {
    let up = direction
    // At a pole every direction leads away from it; the one called north follows the zero meridian.
    var east = Vector(x: -up.y, y: up.x, z: 0)
    if east.length < 1e-12 { east = Vector(x: 0, y: 1, z: 0) }
    east = east.scaled(by: 1 / east.length)
    return (up, east, up.cross(east))
  }

  /// The direction in which another place lies, in degrees from north, 0 ..< 360.
  public func bearing(to other: LatLng) -> Double {
    let (_, east, north) = axes
    let degrees = atan2(other.direction.dot(east), other.direction.dot(north)) * 180 / .pi
    return degrees < 0 ? degrees + 360 : degrees
  }

  /// The place at a distance in metres, in a direction in degrees from north, on the sphere.
  public func moved(by distance: Double, towards bearing: Double) -> LatLng {
    let (up, east, north) = axes
    let (angle, azimuth) = (distance / LatLng.earthRadius, bearing * .pi / 180)
    let way = north.scaled(by: cos(azimuth)) + east.scaled(by: sin(azimuth))
    let end = up.scaled(by: cos(angle)) + way.scaled(by: sin(angle))
    return LatLng(
      latitude: atan2(end.z, (end.x * end.x + end.y * end.y).squareRoot()) * 180 / .pi,
      longitude: atan2(end.y, end.x) * 180 / .pi)
  }

  /// Metres to another place along the great circle.
  public func distance(to other: LatLng) -> Double {
    LatLng.earthRadius * direction.angle(to: other.direction)
  }
}

/// A vector from the middle of the sphere.
struct Vector: Hashable, Sendable {
  var x: Double
  var y: Double
  var z: Double

  func dot(_ other: Vector) -> Double { x * other.x + y * other.y + z * other.z }

  func cross(_ other: Vector) -> Vector {
    Vector(
      x: y * other.z - z * other.y, y: z * other.x - x * other.z, z: x * other.y - y * other.x)
  }

  var length: Double { dot(self).squareRoot() }

  func scaled(by factor: Double) -> Vector { Vector(x: factor * x, y: factor * y, z: factor * z) }

  static func + (a: Vector, b: Vector) -> Vector {
    Vector(x: a.x + b.x, y: a.y + b.y, z: a.z + b.z)
  }

  /// Radians between two directions, exact also where they are close.
  func angle(to other: Vector) -> Double { atan2(cross(other).length, dot(other)) }
}
