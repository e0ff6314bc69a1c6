import Commons
import Glibc

/// Where aircraft land: the threshold of a runway and the course of its final approach.
public struct RunwayThreshold: Hashable, Sendable {
  /// The name of the runway, such as 34L.
  public let name: String
  /// The threshold, WGS-84.
  public let place: GeoPoint
  /// The true course of the final approach, in degrees.
  public let course_deg: Double
  /// Metres above mean sea level.
  public let elevation_m: Double
  /// A threshold.
  public init(_ name: String, _ place: GeoPoint, course_deg: Double, elevation_m: Double) {
    self.name = name
    self.place = place
    self.course_deg = course_deg
    self.elevation_m = elevation_m
  }
}

/// An arc at one distance from the merge point, along which aircraft fly level until they are told to
/// turn to the point: the further along, the later they land.
public struct SequencingArc: Hashable, Sendable {
  /// Its name.
  public let name: String
  /// Metres from the merge point.
  public let radius_m: Double
  /// Where it begins, in degrees clockwise from the extended centre line as seen from the merge point.
  public let from_deg: Double
  /// Where it ends; less than `from_deg` if it is flown anticlockwise.
  public let to_deg: Double
  /// The altitudes at which it is flown, in metres above mean sea level.
  public let levels_m: [Double]
  /// How long the straight leg from the entry point to the beginning is, in metres.
  public let entry_m: Double

  /// An arc.
  public init(
    _ name: String, radius_m: Double, from_deg: Double, to_deg: Double, levels_m: [Double],
    entry_m: Double
  ) {
    self.name = name
    self.radius_m = radius_m
    self.from_deg = from_deg
    self.to_deg = to_deg
    self.levels_m = levels_m
    self.entry_m = entry_m
  }

  /// How long it is, in metres.
  public var length_m: Double { radius_m * abs(to_deg - from_deg) * .pi / 180 }
  /// Whether it is flown clockwise around the merge point.
  public var isClockwise: Bool { to_deg > from_deg }
}

/// Limits that a procedure and its flights keep.
public struct MergeLimits: Hashable, Sendable {
  /// The least distance between aircraft that are not apart in altitude, in metres.
  public var radar_m: Double
  /// The least difference of altitude between aircraft that are closer, in metres.
  public var vertical_m: Double
  /// The steepest descent, in metres a metre.
  public var gradient: Double
  /// The hardest slowing down, in metres a second each second.
  public var slowing: Double
  /// The bank of turns, in degrees.
  public var bank_deg: Double

  /// Limits. Not from one text: 300 m is the vertical minimum below the upper airspace; gradient, slowing
  /// and bank are what procedure design commonly assumes (unverified).
  public init(
    radar_m: Double = 5600, vertical_m: Double = 300, gradient: Double = 0.065,
    slowing: Double = 0.5, bank_deg: Double = 25
  ) {
    self.radar_m = radar_m
    self.vertical_m = vertical_m
    self.gradient = gradient
    self.slowing = slowing
    self.bank_deg = bank_deg
  }
}

/// A point-merge procedure (EUROCONTROL; SESAR solution #107): two or more sequencing arcs at about one
/// distance from a merge point and apart in altitude, and one path from the point to the threshold.
public struct PointMerge: Hashable, Sendable {
  /// Where it leads.
  public let threshold: RunwayThreshold
  /// How far before the threshold the merge point lies on the extended centre line, in metres.
  public let merge_m: Double
  /// The arcs.
  public let arcs: [SequencingArc]
  /// The least altitude over the merge point, in metres.
  public let mergeFloor_m: Double
  /// The greatest altitude over the merge point.
  public let mergeCeiling_m: Double
  /// The altitude from which the glide path is followed, in metres above mean sea level.
  public let intercept_m: Double
  /// The angle of the glide path, in degrees.
  public let glide_deg: Double
  /// What it keeps.
  public let limits: MergeLimits
  /// The plane around the threshold.
  public let frame: LocalFrame

  /// A procedure, checked.
  ///
  /// - Throws: ``Problem`` 422 that names each member that cannot be, and why: numbers that are none,
  ///   arcs that overlap in altitude, run over the final approach or leave no room to descend.
  public init(
    threshold: RunwayThreshold, merge_m: Double, arcs: [SequencingArc],
    mergeFloor_m: Double, mergeCeiling_m: Double, intercept_m: Double, glide_deg: Double = 3,
    limits: MergeLimits = MergeLimits()
  ) throws(Problem) {
    self.threshold = threshold
    self.merge_m = merge_m
    self.arcs = arcs
    self.mergeFloor_m = mergeFloor_m
    self.mergeCeiling_m = mergeCeiling_m
    self.intercept_m = intercept_m
    self.glide_deg = glide_deg
    self.limits = limits
    frame = LocalFrame(threshold.place)
    var found = PointMergeFaults()
    found.check(self)
    guard found.faults.isEmpty else { throw .invalid(Array(found.faults.prefix(20))) }
  }

  /// Seen from the threshold, the direction from which aircraft come, in degrees.
  public var outbound_deg: Double { Angle.positive(threshold.course_deg + 180) }

  /// The merge point.
  public var mergePoint: PlanePoint {
    PlanePoint(east: 0, north: 0).moved(merge_m, bearing_deg: outbound_deg)
  }

  /// The place of an arc at an angle from the extended centre line.
  public func point(_ arc: SequencingArc, at angle_deg: Double) -> PlanePoint {
    mergePoint.moved(arc.radius_m, bearing_deg: outbound_deg + angle_deg)
  }

  /// Where an arc is entered: on the tangent through its beginning.
  public func entryPoint(_ arc: SequencingArc) -> PlanePoint {
    let along = outbound_deg + arc.from_deg + (arc.isClockwise ? 90 : -90)
    return point(arc, at: arc.from_deg).moved(-arc.entry_m, bearing_deg: along)
  }

  /// An arc as a line of points, for drawing; the turns between them are at most `step_deg`.
  public func line(_ arc: SequencingArc, step_deg: Double = 2) -> [PlanePoint] {
    let sweep = arc.to_deg - arc.from_deg
    let count = max(1, Int((abs(sweep) / max(0.1, step_deg)).rounded(.up)))
    return (0...count).map {
      point(arc, at: arc.from_deg + sweep * Double($0) / Double(count))
    }
  }

  /// Where the glide path is met, in metres before the threshold; 15 m above it the runway begins.
  public var intercept: Double {
    (intercept_m - threshold.elevation_m - PointMerge.crossingHeight) / tan(glide_deg * .pi / 180)
  }

  /// How high the threshold is crossed, in metres.
  public static let crossingHeight = 15.0

  /// From this distance to the merge point inwards nobody flies level on an arc: descent may begin.
  public var clear_m: Double {
    max(0, (arcs.map(\.radius_m).min() ?? 0) - limits.radar_m)
  }

  /// The ground the procedure needs: the convex outline of entries, arcs, merge point and threshold, with
  /// the radar minimum kept around it, anticlockwise.
  public func envelope() -> [PlanePoint] {
    var corners = [PlanePoint(east: 0, north: 0), mergePoint]
    for arc in arcs { corners += [entryPoint(arc)] + line(arc, step_deg: 5) }
    // Between two places 2.5 degrees from its middle the arc bulges beyond their chord.
    let bulge = (arcs.map(\.radius_m).max() ?? 0) * (1 - cos(2.5 * .pi / 180))
    let around = corners.flatMap { corner in
      (0..<16).map {
        // The circle lies within the outline through its outer corners.
        corner.moved((limits.radar_m + bulge) / cos(.pi / 16), bearing_deg: Double($0) * 22.5)
      }
    }
    return PointMerge.hull(around)
  }

  /// The lowest and highest altitude that is flown before the final approach.
  public var altitudes_m: ClosedRange<Double> {
    let all = arcs.flatMap(\.levels_m) + [intercept_m]
    return (all.min() ?? 0)...(all.max() ?? 0)
  }

  /// How many aircraft the arcs hold at one time, each behind the other on its level.
  public func places(spacing_m: Double) -> Int {
    arcs.reduce(0) { $0 + $1.levels_m.count * (1 + Int($1.length_m / max(1, spacing_m))) }
  }

  // Andrew's monotone chain.
  private static func hull(_ points: [PlanePoint]) -> [PlanePoint] {
    let sorted = points.sorted { ($0.east, $0.north) < ($1.east, $1.north) }
    func half(_ points: [PlanePoint]) -> [PlanePoint] {
      var line: [PlanePoint] = []
      for point in points {
        while line.count > 1 {
          let (a, b) = (line[line.count - 2], line[line.count - 1])
          let cross =
            (b.east - a.east) * (point.north - a.north)
            - (b.north - a.north) * (point.east - a.east)
          if cross > 0 { break }
          line.removeLast()
        }
        line.append(point)
      }
      return Array(line.dropLast())
    }
    return half(sorted) + half(sorted.reversed())
  }
}
