import Commons
import Glibc

/// What lies below a volume: a polygon whose edges are great circles, or a circle.
public enum Outline: Hashable, Sendable {
  /// The corners in order, the first one not repeated.
  case polygon([LatLng])
  /// A middle and a radius in metres.
  case circle(LatLng, radius: Double)

  /// Corners by which a circle is stood for, as in the DSS of InterUSS.
  static let circleCorners = 20

  /// The corners; of a circle those of a polygon that encloses it.
  public var corners: [LatLng] {
    switch self {
    case .polygon(let corners): corners
    case .circle(let middle, let radius):
      (0..<Outline.circleCorners).map { corner in
        middle.moved(
          by: radius / cos(.pi / Double(Outline.circleCorners)),
          towards: 360 * Double(corner) / Double(Outline.circleCorners))
      }
    }
  }

  /// The way around, in metres.
  public var perimeter: Double {
    let corners = corners
    return zip(corners, corners.dropFirst() + corners.prefix(1))
      .reduce(0) { $0 + $1.0.distance(to: $1.1) }
  }

  /// The area on the sphere, in square metres.
  public var area: Double {
    if case .circle(_, let radius) = self {
      return 2 * .pi * LatLng.earthRadius * LatLng.earthRadius
        * (1 - cos(radius / LatLng.earthRadius))
    }
    let points = corners.map(\.direction)
    var excess = 0.0
    for index in points.indices.dropFirst().dropLast() {
      let (a, b, c) = (points[0], points[index], points[index + 1])
      // The signed solid angle of a triangle (van Oosterom and Strackee, 1983).
      excess += 2 * atan2(a.dot(b.cross(c)), 1 + a.dot(b) + b.dot(c) + c.dot(a))
    }
    let solid = abs(excess)
    return min(solid, 4 * .pi - solid) * LatLng.earthRadius * LatLng.earthRadius
  }
}

/// A volume of airspace during a time: what ASTM F3548-21 calls a Volume4D.
public struct Volume4D: Hashable, Sendable {
  /// What lies below it.
  public let outline: Outline
  /// Metres above the ellipsoid of WGS84; nil reaches as far as there is air.
  public let lower: Double?
  /// Metres above the ellipsoid of WGS84.
  public let upper: Double?
  /// When it begins; nil has always begun.
  public let start: Instant?
  /// When it ends; nil never does.
  public let end: Instant?

  /// A volume, unchecked.
  public init(
    _ outline: Outline, lower: Double? = nil, upper: Double? = nil, start: Instant? = nil,
    end: Instant? = nil
  ) {
    self.outline = outline
    self.lower = lower
    self.upper = upper
    self.start = start
    self.end = end
  }

  /// The largest area on the ground that is taken, in square metres: 2,500 km², as in the DSS of InterUSS.
  public static let largestArea = 2.5e9
  /// Corners that a polygon may have.
  public static let mostCorners = 1000

  /// Checks that it is a volume that can be searched for.
  ///
  /// - Throws: ``Problem`` 400 that says what is wrong with it.
  public func check() throws(Problem) {
    try checkOutline()
    if let lower, let upper, !(lower <= upper) {
      throw Volume4D.refused(
        "下限高度 \(lower) 米高于上限高度 \(upper) 米",
        en: "its lower altitude \(lower) m is above its upper altitude \(upper) m")
    }
    for altitude in [lower, upper].compactMap({ $0 }) where !altitude.isFinite {
      throw Volume4D.refused("高度不是有限的数", en: "an altitude is no finite number")
    }
    if let start, let end, end < start {
      throw Volume4D.refused("结束时间早于开始时间", en: "its end is before its start")
    }
    guard outline.area <= Volume4D.largestArea else {
      throw Volume4D.refused(
        as: Volume4D.tooLarge,
        "面积 \(Int(outline.area / 1e6)) 平方公里，超过 2500 平方公里的上限",
        en: "its area of \(Int(outline.area / 1e6)) km² is over the limit of 2,500 km²")
    }
    // A sliver of 2,000 km and 1 km touches as many cells as the largest square, and takes far longer to cover.
    let around = outline.perimeter
    guard around <= Volume4D.longestPerimeter else {
      throw Volume4D.refused(
        as: Volume4D.tooLarge,
        "周长 \(Int(around / 1e3)) 公里，超过 1000 公里的上限",
        en: "its outline of \(Int(around / 1e3)) km is over the limit of 1,000 km")
    }
  }

  /// Metres around a volume at most: five times the way around the largest square. The standards set no such limit.
  static let longestPerimeter = 1_000_000.0

  private func checkOutline() throws(Problem) {
    switch outline {
    case .circle(let middle, let radius):
      try Volume4D.check(middle, "圆心", en: "its middle")
      guard radius.isFinite, radius > 0 else {
        throw Volume4D.refused("半径须大于零", en: "its radius must be above zero")
      }
    case .polygon(let corners):
      guard (3...Volume4D.mostCorners).contains(corners.count) else {
        throw Volume4D.refused(
          "多边形有 \(corners.count) 个顶点，应为 3 至 1000 个",
          en: "its polygon has \(corners.count) corners; 3 to 1,000 are taken")
      }
      for (place, corner) in corners.enumerated() {
        try Volume4D.check(corner, "第 \(place + 1) 个顶点", en: "its corner \(place + 1)")
      }
      if let (a, b) = Volume4D.crossing(corners.map(\.direction)) {
        throw Volume4D.refused(
          "多边形自相交或有重合的边：第 \(a + 1) 条边与第 \(b + 1) 条边",
          en: "its polygon crosses or touches itself: edge \(a + 1) and edge \(b + 1)")
      }
      guard outline.area > 0 else {
        throw Volume4D.refused("多边形没有面积", en: "its polygon has no area")
      }
    }
  }

  private static func check(_ place: LatLng, _ name: String, en: String) throws(Problem) {
    guard place.isValid else {
      throw refused(
        "\(name)的经纬度（\(place.latitude)，\(place.longitude)）超出范围",
        en: "\(en) at latitude \(place.latitude), longitude \(place.longitude) is out of range")
    }
  }

  /// What the problem of a volume over ``largestArea`` is called.
  public static let tooLarge = "volume-too-large"

  static func refused(as slug: String = "volume", _ zh: String, en: String) -> Problem {
    Problem(
      slug, status: 400, title: Phrase("空域体积有误", en: "This is no volume of airspace"),
      detail: Phrase("\(zh)。", en: "The volume is refused: \(en)."))
  }

  /// Two edges that meet elsewhere than at a corner they share; nil if there are none.
  static func crossing(_ points: [Vector]) -> (Int, Int)? {
    let count = points.count
    for first in 0..<count {
      let (a, b) = (points[first], points[(first + 1) % count])
      if a == b { return (first, (first + 1) % count) }
      for second in (first + 1)..<max(first + 1, count) {
        let (c, d) = (points[second], points[(second + 1) % count])
        let isNext = second == first + 1 || (first == 0 && second == count - 1)
        if isNext {
          // Neighbours share a corner; they overlap if one turns straight back.
          let (shared, one, other) = second == first + 1 ? (b, a, d) : (a, b, c)
          if isBackwards(shared, one, other) { return (first, second) }
          continue
        }
        if meet(a, b, c, d) { return (first, second) }
      }
    }
    return nil
  }

  private static func isBackwards(_ shared: Vector, _ a: Vector, _ b: Vector) -> Bool {
    let (n, m) = (shared.cross(a), shared.cross(b))
    return n.cross(m).length < 1e-15 * max(1e-9, n.length * m.length) && n.dot(m) > 0
  }

  /// Whether the arcs from `a` to `b` and from `c` to `d` meet.
  private static func meet(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> Bool {
    let (n, m) = (a.cross(b), c.cross(d))
    let (sc, sd, sa, sb) = (n.dot(c), n.dot(d), m.dot(a), m.dot(b))
    if sc * sd > 0 || sa * sb > 0 { return false }
    if sc == 0, sd == 0 {
      // On one great circle: they meet if an end of one lies on the other.
      func lies(_ p: Vector, _ from: Vector, _ to: Vector, _ normal: Vector) -> Bool {
        normal.dot(from.cross(p)) >= 0 && normal.dot(p.cross(to)) >= 0
      }
      return lies(c, a, b, n) || lies(d, a, b, n) || lies(a, c, d, m) || lies(b, c, d, m)
    }
    // Both pairs are on different sides; the arcs meet unless they are on opposite sides of the globe.
    return (a.x + b.x) * (c.x + d.x) + (a.y + b.y) * (c.y + d.y) + (a.z + b.z) * (c.z + d.z) > 0
  }
}

/// What several volumes cover together, as a DSS sees an entity: one set of cells, one band of altitudes,
/// one span of time (F3548-21, DSS0040: no more is known of it).
public struct CellVolume: Hashable, Sendable {
  /// The cells of level 13, in order.
  public let cells: [S2Cell]
  /// Metres; nil is without limit.
  public let lower: Double?
  /// Metres; nil is without limit.
  public let upper: Double?
  /// Nil is without limit.
  public let start: Instant?
  /// Nil is without limit.
  public let end: Instant?

  /// The union of volumes, each of which must pass ``Volume4D/check()``.
  ///
  /// - Throws: ``Problem`` 400 for none, and for what the check refuses.
  public init(_ volumes: [Volume4D]) throws(Problem) {
    guard !volumes.isEmpty else {
      throw Volume4D.refused("未给出任何体积", en: "no volume is given")
    }
    var cells: Set<S2Cell> = []
    for volume in volumes {
      try volume.check()
      cells.formUnion(CellCovering.cells(of: volume.outline.corners))
    }
    self.cells = cells.sorted()
    func least<Value: Comparable>(_ values: [Value?]) -> Value? {
      values.contains(nil) ? nil : values.compactMap(\.self).min()
    }
    func most<Value: Comparable>(_ values: [Value?]) -> Value? {
      values.contains(nil) ? nil : values.compactMap(\.self).max()
    }
    lower = least(volumes.map(\.lower))
    upper = most(volumes.map(\.upper))
    start = least(volumes.map(\.start))
    end = most(volumes.map(\.end))
  }

  /// Whether both share a cell, altitudes and time; the limits themselves are shared.
  public func meets(_ other: CellVolume) -> Bool {
    CellVolume.overlap(lower, upper, other.lower, other.upper)
      && CellVolume.overlap(start, end, other.start, other.end)
      && !Set(cells).isDisjoint(with: other.cells)
  }

  /// Whether two spans share a moment, a missing end being without limit.
  static func overlap<Value: Comparable>(
    _ from: Value?, _ to: Value?, _ otherFrom: Value?, _ otherTo: Value?
  ) -> Bool {
    if let from, let otherTo, otherTo < from { return false }
    if let to, let otherFrom, to < otherFrom { return false }
    return true
  }
}
