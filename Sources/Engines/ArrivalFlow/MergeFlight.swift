import Commons
import Glibc

/// Wind by altitude.
public struct WindProfile: Hashable, Sendable {
  /// Wind at an altitude.
  public struct Layer: Hashable, Sendable {
    /// Metres above mean sea level.
    public let altitude_m: Double
    /// Where it comes from, in degrees clockwise from true north.
    public let from_deg: Double
    /// Metres a second.
    public let speed: Double
    /// Wind at an altitude.
    public init(altitude_m: Double, from_deg: Double, speed: Double) {
      self.altitude_m = altitude_m
      self.from_deg = from_deg
      self.speed = speed
    }
    fileprivate var east: Double { -speed * sin(from_deg * .pi / 180) }
    fileprivate var north: Double { -speed * cos(from_deg * .pi / 180) }
  }

  /// The layers, from below.
  public let layers: [Layer]

  /// No wind.
  public static let calm = WindProfile(unchecked: [])

  private init(unchecked layers: [Layer]) { self.layers = layers }

  /// Layers from below; between two the wind changes evenly, beyond the last it stays.
  ///
  /// - Throws: ``Problem`` 422 for altitudes that do not rise, or wind that is no number or over 100 m/s.
  public init(_ layers: [Layer]) throws(Problem) {
    let areRising = zip(layers, layers.dropFirst()).allSatisfy { $0.altitude_m < $1.altitude_m }
    let areNumbers = layers.allSatisfy {
      $0.altitude_m.isFinite && (0...360).contains($0.from_deg) && (0...100).contains($0.speed)
    }
    guard areRising, areNumbers else {
      throw .invalid([
        Problem.Field(
          "/wind",
          Phrase(
            "风层高度应递增，风向应为0至360度，风速应为0至100米/秒。",
            en: "Wind needs rising altitudes, directions of 0 to 360 degrees and 0 to 100 m/s."))
      ])
    }
    self.layers = layers
  }

  /// The wind towards east and north at an altitude, in metres a second.
  public func wind(altitude_m: Double) -> (east: Double, north: Double) {
    guard let first = layers.first, let last = layers.last else { return (0, 0) }
    if altitude_m <= first.altitude_m { return (first.east, first.north) }
    for (low, high) in zip(layers, layers.dropFirst()) where altitude_m < high.altitude_m {
      let share = (altitude_m - low.altitude_m) / (high.altitude_m - low.altitude_m)
      return (
        low.east + (high.east - low.east) * share, low.north + (high.north - low.north) * share
      )
    }
    return (last.east, last.north)
  }

  /// The strongest wind, in metres a second.
  public var strongest: Double { layers.map(\.speed).max() ?? 0 }
}

/// The speeds of an approach: calibrated airspeed by distance to go, even changes between.
public struct SpeedProfile: Hashable, Sendable {
  /// A speed at a distance to go.
  public struct Point: Hashable, Sendable {
    /// Metres to the threshold along the path.
    public let toGo_m: Double
    /// Calibrated airspeed in metres a second.
    public let cas: Double
    /// A speed at a distance.
    public init(toGo_m: Double, cas: Double) {
      self.toGo_m = toGo_m
      self.cas = cas
    }
  }

  /// The points from the threshold outwards; beyond the last its speed goes on.
  public let points: [Point]

  /// Points from the threshold outwards.
  ///
  /// - Throws: ``Problem`` 422 for distances that do not rise, speeds that fall outwards or are not between
  ///   40 and 200 m/s, or a slowing down that is harder than the limit.
  public init(_ points: [Point], slowing: Double = MergeLimits().slowing) throws(Problem) {
    func invalid(_ zh: String, _ en: String) -> Problem {
      .invalid([Problem.Field("/speeds", Phrase(zh, en: en))])
    }
    guard !points.isEmpty, points.allSatisfy({ $0.toGo_m.isFinite && (40...200).contains($0.cas) })
    else { throw invalid("速度应为40至200米/秒。", "Speeds must be 40 to 200 m/s.") }
    for (inner, outer) in zip(points, points.dropFirst()) {
      guard inner.toGo_m < outer.toGo_m, inner.cas <= outer.cas else {
        throw invalid(
          "距离应由入口向外递增，速度不得向外减小。",
          "Distances must rise from the threshold outwards, and speeds must not fall.")
      }
      let slower = (outer.cas * outer.cas - inner.cas * inner.cas) / 2
      let needed = slower / (outer.toGo_m - inner.toGo_m)
      guard needed <= slowing else {
        throw invalid(
          "距入口\(Int(inner.toGo_m))米之前减速过快：\(needed)，至多\(slowing)米/秒²。",
          "Slowing down before \(Int(inner.toGo_m)) m takes \(needed) m/s²; at most \(slowing) is allowed."
        )
      }
    }
    self.points = points
  }

  /// The calibrated airspeed at a distance to go.
  public func cas(toGo_m: Double) -> Double {
    guard let first = points.first, toGo_m > first.toGo_m else { return points[0].cas }
    for (inner, outer) in zip(points, points.dropFirst()) where toGo_m < outer.toGo_m {
      let share = (toGo_m - inner.toGo_m) / (outer.toGo_m - inner.toGo_m)
      return inner.cas + (outer.cas - inner.cas) * share
    }
    return points[points.count - 1].cas
  }

  /// The greatest speed.
  public var fastest: Double { points[points.count - 1].cas }
}

/// The air by altitude (ICAO standard atmosphere, Doc 7488, below 11 km).
public enum StandardAir {
  /// True from calibrated airspeed, for the compressible air of the standard atmosphere.
  public static func trueSpeed(cas: Double, altitude_m: Double) -> Double {
    let temperature = 288.15 - 0.0065 * min(altitude_m, 11_000)
    let pressure = 101_325 * pow(temperature / 288.15, 5.255_88)
    let seaSound = 340.294
    let impact =
      101_325 * (pow(1 + 0.2 * (cas / seaSound) * (cas / seaSound), 3.5) - 1)
    let sound = 340.294 * (temperature / 288.15).squareRoot()
    return sound * (5 * (pow(impact / pressure + 1, 2.0 / 7) - 1)).squareRoot()
  }
}

/// A point of a flight.
public struct TrajectoryPoint: Hashable, Sendable {
  /// Seconds from the beginning of the scenario.
  public let time: Double
  /// The place.
  public let place: PlanePoint
  /// Metres above mean sea level.
  public let altitude_m: Double
  /// Course over ground, in degrees clockwise from true north.
  public let course_deg: Double
  /// Metres a second over the ground.
  public let groundSpeed: Double
  /// Calibrated airspeed in metres a second.
  public let cas: Double
  /// Metres to the threshold along the path.
  public let toGo_m: Double
}

/// How one kind of aircraft flies a procedure on one arc and level, in one wind.
public struct MergeFlight: Sendable {
  /// The procedure.
  public let merge: PointMerge
  /// The arc.
  public let arc: SequencingArc
  /// The level in metres.
  public let level_m: Double
  /// Its speeds.
  public let speeds: SpeedProfile
  /// The wind.
  public let wind: WindProfile
  /// The descent.
  public let descent: DescentProfile
  /// The radius of the turn off the arc, in metres.
  public let turn_m: Double
  /// The radius of the turn over the merge point.
  public let join_m: Double

  /// A way to fly.
  ///
  /// - Throws: ``Problem`` 422 if the wind is stronger than the slowest airspeed lets be flown, or the turn
  ///   off the arc has no room.
  public init(
    _ merge: PointMerge, arc: SequencingArc, level_m: Double, speeds: SpeedProfile,
    wind: WindProfile
  ) throws(Problem) {
    self.merge = merge
    self.arc = arc
    self.level_m = level_m
    self.speeds = speeds
    self.wind = wind
    descent = DescentProfile(merge, level_m: level_m)
    func radius(_ cas: Double, _ altitude: Double) -> Double {
      let fastest = StandardAir.trueSpeed(cas: cas, altitude_m: altitude) + wind.strongest
      return fastest * fastest / (9.806_65 * tan(merge.limits.bank_deg * .pi / 180))
    }
    turn_m = radius(speeds.fastest, level_m)
    join_m = radius(
      speeds.cas(toGo_m: merge.merge_m), descent.altitude_m(toGo_m: merge.merge_m))
    guard wind.strongest < speeds.points[0].cas * 0.9 else {
      throw .invalid([
        Problem.Field(
          "/wind",
          Phrase(
            "风速\(wind.strongest)米/秒，与进近速度\(speeds.points[0].cas)米/秒相比过大。",
            en:
              "Wind of \(wind.strongest) m/s is too strong for an approach at \(speeds.points[0].cas) m/s."
          ))
      ])
    }
    guard turn_m * 2.2 < arc.radius_m else {
      throw .invalid([
        Problem.Field(
          "/arcs/\(arc.name)/radius_m",
          Phrase(
            "弧半径\(Int(arc.radius_m))米，不足以按半径\(Int(turn_m))米转弯飞向汇聚点。",
            en:
              "A radius of \(Int(arc.radius_m)) m has no room for a turn of \(Int(turn_m)) m radius."
          ))
      ])
    }
  }

  /// How far apart the points are for which a flight is summed, in metres.
  private static let step = 250.0

  /// Calls for each short stretch of the flight: the distance at its end, its duration and the speeds there.
  private func fly(
    _ route: PointMerge.Route, _ each: (Double, Double, Double, Double) -> Void
  ) {
    let length = route.path.length_m
    let count = max(1, Int((length / MergeFlight.step).rounded(.up)))
    let stretch = length / Double(count)
    for index in 0..<count {
      let middle = (Double(index) + 0.5) * stretch
      let speed = speed(route, at: middle)
      each(Double(index) * stretch, stretch / speed.ground, speed.ground, speed.cas)
    }
  }

  /// Ground and calibrated airspeed and altitude at a distance from the entry.
  private func speed(
    _ route: PointMerge.Route, at distance: Double
  ) -> (ground: Double, cas: Double, altitude: Double) {
    // Until the turn to the merge point nobody slows down or descends: the way to go is not yet known.
    let toGo = route.path.length_m - max(distance, route.turn_m)
    let cas = speeds.cas(toGo_m: toGo)
    let altitude = distance < route.turn_m ? level_m : descent.altitude_m(toGo_m: toGo)
    let air = StandardAir.trueSpeed(cas: cas, altitude_m: altitude)
    guard !wind.layers.isEmpty else { return (air, cas, altitude) }
    let blown = wind.wind(altitude_m: altitude)
    let course = route.path.state(distance).course_deg * .pi / 180
    let along = blown.east * sin(course) + blown.north * cos(course)
    let across = blown.east * cos(course) - blown.north * sin(course)
    return (along + max(1, air * air - across * across).squareRoot(), cas, altitude)
  }

  private func route(_ along_m: Double) -> PointMerge.Route {
    merge.route(arc, along_m: along_m, turn_m: turn_m, join_m: join_m)
  }

  /// How long it takes from the entry to the threshold with so many metres along the arc, in seconds.
  public func seconds(along_m: Double) -> Double {
    var total = 0.0
    fly(route(along_m)) { _, duration, _, _ in total += duration }
    return total
  }

  /// The time the arc can absorb, in seconds: all of it instead of none.
  public var absorption_s: Double { seconds(along_m: arc.length_m) - seconds(along_m: 0) }

  /// How far along the arc to fly so that the flight takes so long; nil if it would have to be shorter
  /// than none or longer than the arc.
  public func along_m(seconds wanted: Double) -> Double? {
    var (low, high) = (0.0, arc.length_m)
    let tolerance = 0.01
    guard wanted >= seconds(along_m: low) - tolerance, wanted <= seconds(along_m: high) + tolerance
    else { return nil }
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if seconds(along_m: middle) < wanted { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The flight as points: the entry, one at each multiple of so many seconds, the threshold.
  ///
  /// - Parameters:
  ///   - begin: When the entry is crossed, in seconds.
  ///   - every: Seconds between points.
  public func trajectory(along_m: Double, begin: Double, every: Double = 4) -> MergeTrajectory {
    let route = route(along_m)
    var points: [TrajectoryPoint] = []
    var time = begin
    let every = max(0.1, every)
    // On a common clock, so that flights can be compared; the entry itself comes first.
    var next = (begin / every).rounded(.down) * every + every
    var directTo = begin
    func point(_ time: Double, _ distance: Double) {
      let (place, course) = route.path.state(distance)
      let now = speed(route, at: distance)
      points.append(
        TrajectoryPoint(
          time: time, place: place, altitude_m: now.altitude, course_deg: course,
          groundSpeed: now.ground, cas: now.cas, toGo_m: route.path.length_m - distance))
    }
    point(begin, 0)
    fly(route) { distance, duration, ground, _ in
      if distance <= route.turn_m { directTo = time + (route.turn_m - distance) / ground }
      while next < time + duration {
        point(next, distance + (next - time) * ground)
        next += every
      }
      time += duration
    }
    point(time, route.path.length_m)
    return MergeTrajectory(points: points, directTo: min(directTo, time), along_m: along_m)
  }
}

/// A flight from an entry to the threshold.
public struct MergeTrajectory: Sendable {
  /// Points in the order of time.
  public let points: [TrajectoryPoint]
  /// When the turn to the merge point begins, in seconds.
  public let directTo: Double
  /// How far the arc is flown, in metres.
  public let along_m: Double
}
