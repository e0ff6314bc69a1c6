import Glibc

/// A cell of Google's S2 grid: the sphere projected on the six faces of a cube, each divided into four
/// again and again, up to 30 times, and numbered along a Hilbert curve. ASTM F3548-21 (DSS0040) and F3411
/// ask a DSS to find entities by cells of level 13, about one square kilometre each.
public struct S2Cell: Hashable, Comparable, Sendable {
  /// Face, place on the curve, and a one bit that marks the level.
  public let id: UInt64

  /// A cell by its number, unchecked.
  public init(id: UInt64) { self.id = id }

  /// The level that the standards use.
  public static let standardLevel = 13
  /// Levels below a face.
  static let maximumLevel = 30

  /// The cell of a level that contains a place.
  public init(_ place: LatLng, level: Int = standardLevel) {
    let (face, u, v) = CubeFace.project(place.direction)
    let size = 1 << S2Cell.maximumLevel
    func index(_ s: Double) -> Int { max(0, min(size - 1, Int((s * Double(size)).rounded(.down)))) }
    let shift = S2Cell.maximumLevel - level
    self.init(
      face: face, i: index(CubeFace.s(u)) >> shift, j: index(CubeFace.s(v)) >> shift, level: level)
  }

  /// The cell of a level in column `i` and row `j` of a face, each below 2^level.
  init(face: Int, i: Int, j: Int, level: Int) {
    var number = UInt64(face)
    var orientation = face & S2Cell.swapped
    for step in stride(from: level - 1, through: 0, by: -1) {
      let quarter = (i >> step & 1) << 1 | (j >> step & 1)
      let place = S2Cell.placeOfQuarter[orientation << 2 | quarter]
      number = number << 2 | UInt64(place)
      orientation ^= S2Cell.turn[place]
    }
    let rest = 2 * (S2Cell.maximumLevel - level)
    id = (number << 1 | 1) << UInt64(rest)
  }

  // The curve runs through the quarters of a cell in an order that depends on how the cell lies: its
  // axes swapped, or its direction inverted.
  private static let swapped = 1
  private static let inverted = 2
  /// For each orientation and quarter (column above row), its place on the curve.
  private static let placeOfQuarter = [0, 1, 3, 2, 0, 3, 1, 2, 2, 3, 1, 0, 2, 1, 3, 0]
  /// How a quarter at a place lies in comparison with the cell that it is of.
  private static let turn = [swapped, 0, 0, inverted | swapped]

  /// The level, from 0 for a face to 30.
  public var level: Int { S2Cell.maximumLevel - id.trailingZeroBitCount / 2 }

  /// The face, from 0 to 5.
  public var face: Int { Int(id >> 61) }

  /// The cell of a lower level that contains this one.
  public func parent(_ level: Int) -> S2Cell {
    let bit = UInt64(1) << UInt64(2 * (S2Cell.maximumLevel - level))
    return S2Cell(id: id & (~bit &+ 1) | bit)
  }

  /// The number in hexadecimal, without the zeros at its end, as S2 writes it.
  public var token: String {
    var text = String(id, radix: 16)
    text = String(repeating: "0", count: 16 - text.count) + text
    while text.hasSuffix("0"), text.count > 1 { text.removeLast() }
    return text
  }

  /// The order along the curve.
  public static func < (a: S2Cell, b: S2Cell) -> Bool { a.id < b.id }
}

/// The projection of the sphere on the faces of a cube. On a face the great circles are straight lines.
enum CubeFace {
  /// The face on which a direction lies, and where.
  static func project(_ point: Vector) -> (face: Int, u: Double, v: Double) {
    let (x, y, z) = (abs(point.x), abs(point.y), abs(point.z))
    var face = x > y ? (x > z ? 0 : 2) : (y > z ? 1 : 2)
    if (face == 0 ? point.x : face == 1 ? point.y : point.z) < 0 { face += 3 }
    let (u, v, w) = axes(face, point)
    return (face, u / w, v / w)
  }

  /// A direction in the axes of a face: to the right, up, and towards it.
  static func axes(_ face: Int, _ p: Vector) -> (u: Double, v: Double, w: Double) {
    switch face {
    case 0: (p.y, p.z, p.x)
    case 1: (-p.x, p.z, p.y)
    case 2: (-p.x, -p.y, p.z)
    case 3: (-p.z, -p.y, -p.x)
    case 4: (-p.z, p.x, -p.y)
    default: (p.y, p.x, -p.z)
    }
  }

  /// From a coordinate on the face, −1 … 1, to one in which cells are nearly of one size, 0 … 1: S2's
  /// quadratic projection.
  static func s(_ u: Double) -> Double {
    u >= 0 ? 0.5 * (1 + 3 * u).squareRoot() : 1 - 0.5 * (1 - 3 * u).squareRoot()
  }

  /// The reverse of ``s(_:)``.
  static func u(_ s: Double) -> Double {
    s >= 0.5 ? (4 * s * s - 1) / 3 : (1 - 4 * (1 - s) * (1 - s)) / 3
  }
}
