import Commons
import Glibc

/// What keeps a point-merge procedure from being flown.
struct PointMergeFaults {
  private(set) var faults: [Problem.Field] = []

  private mutating func fault(_ pointer: String, _ zh: String, _ en: String) {
    faults.append(Problem.Field("/" + pointer, Phrase(zh, en: en)))
  }

  /// A number within bounds; what is no number is in none.
  private mutating func need(_ value: Double, _ bounds: ClosedRange<Double>, _ pointer: String) {
    guard !(value.isFinite && bounds.contains(value)) else { return }
    fault(
      pointer, "\(value)应在\(bounds.lowerBound)至\(bounds.upperBound)之间。",
      "\(value) must be from \(bounds.lowerBound) to \(bounds.upperBound).")
  }

  mutating func check(_ merge: PointMerge) {
    let place = merge.threshold.place
    // Close to a pole directions change too fast for one plane.
    need(place.latitude, -80...80, "threshold/latitude")
    need(place.longitude, -180...180, "threshold/longitude")
    need(merge.threshold.course_deg, 0...360, "threshold/course_deg")
    need(merge.threshold.elevation_m, -500...5000, "threshold/elevation_m")
    need(merge.merge_m, 5000...100_000, "merge_m")
    need(merge.glide_deg, 2...6, "glide_deg")
    need(merge.intercept_m, 0...10_000, "intercept_m")
    need(merge.mergeFloor_m, 0...15_000, "merge_floor_m")
    need(merge.mergeCeiling_m, 0...15_000, "merge_ceiling_m")
    need(merge.limits.radar_m, 1000...30_000, "limits/radar_m")
    need(merge.limits.vertical_m, 100...1000, "limits/vertical_m")
    need(merge.limits.gradient, 0.01...0.15, "limits/gradient")
    need(merge.limits.slowing, 0.05...3, "limits/slowing")
    need(merge.limits.bank_deg, 5...40, "limits/bank_deg")
    if !(1...8).contains(merge.arcs.count) {
      fault("arcs", "弧应为1至8条。", "Give 1 to 8 arcs.")
    }
    for (index, arc) in merge.arcs.enumerated() { check(arc, "arcs/\(index)/") }
    // What follows computes with the numbers.
    guard faults.isEmpty else { return }
    checkDistances(merge)
    checkLevels(merge)
    checkDescent(merge)
  }

  private mutating func check(_ arc: SequencingArc, _ path: String) {
    need(arc.radius_m, 5000...150_000, path + "radius_m")
    need(arc.from_deg, -170...170, path + "from_deg")
    need(arc.to_deg, -170...170, path + "to_deg")
    need(arc.entry_m, 0...200_000, path + "entry_m")
    if abs(arc.to_deg - arc.from_deg) < 1 {
      fault(path + "to_deg", "弧至少要有1度。", "An arc must have at least 1 degree.")
    }
    if !(1...10).contains(arc.levels_m.count) {
      fault(path + "levels_m", "请给出1至10个高度层。", "Give 1 to 10 levels.")
    }
    for (index, level) in arc.levels_m.enumerated() {
      need(level, 100...15_000, path + "levels_m/\(index)")
    }
  }

  private mutating func checkDistances(_ merge: PointMerge) {
    let radii = merge.arcs.map(\.radius_m)
    guard let least = radii.min(), let most = radii.max() else { return }
    if most > least * 1.25 {
      fault(
        "arcs", "各弧到汇聚点的距离应大致相等，现为\(Int(least))至\(Int(most))米。",
        "Arcs must have about one distance from the merge point, not \(Int(least)) to \(Int(most)) m."
      )
    }
    for (index, arc) in merge.arcs.enumerated() {
      let line = [merge.entryPoint(arc)] + merge.line(arc, step_deg: 1)
      let closest = line.map { distance($0, toFinalOf: merge) }.min() ?? 0
      if closest < merge.limits.radar_m {
        fault(
          "arcs/\(index)",
          "弧“\(arc.name)”距最后进近航迹或跑道\(Int(closest))米，应不少于\(Int(merge.limits.radar_m))米。",
          "Arc “\(arc.name)” comes within \(Int(closest)) m of the final approach or the runway; it must"
            + " stay \(Int(merge.limits.radar_m)) m away.")
      }
    }
  }

  /// Metres from a place to the path from the merge point over the runway, of which 4 km are taken.
  private func distance(_ point: PlanePoint, toFinalOf merge: PointMerge) -> Double {
    let angle = merge.outbound_deg * .pi / 180
    let along = point.east * sin(angle) + point.north * cos(angle)
    let across = point.east * cos(angle) - point.north * sin(angle)
    return hypot(across, along - min(max(along, -4000), merge.merge_m))
  }

  private mutating func checkLevels(_ merge: PointMerge) {
    var seen: [(level: Double, name: String, path: String)] = []
    for (index, arc) in merge.arcs.enumerated() {
      for (place, level) in arc.levels_m.enumerated() {
        seen.append((level, arc.name, "arcs/\(index)/levels_m/\(place)"))
      }
    }
    for (index, one) in seen.enumerated() {
      // Floating-point levels, such as feet in metres, may miss the minimum by a hair.
      for other in seen[..<index]
      where abs(one.level - other.level) < merge.limits.vertical_m - 0.01 {
        fault(
          one.path,
          "高度层冲突：弧“\(one.name)”的\(Int(one.level))米与弧“\(other.name)”的\(Int(other.level))米"
            + "相差不足\(Int(merge.limits.vertical_m))米。",
          "Level conflict: \(Int(one.level)) m of arc “\(one.name)” is less than \(Int(merge.limits.vertical_m)) m"
            + " from \(Int(other.level)) m of arc “\(other.name)”.")
      }
    }
    if let lowest = seen.map(\.level).min(), lowest < merge.intercept_m {
      fault(
        "intercept_m", "下滑道切入高度\(Int(merge.intercept_m))米高于最低高度层\(Int(lowest))米。",
        "The glide path is met at \(Int(merge.intercept_m)) m, above the lowest level of \(Int(lowest)) m."
      )
    }
  }

  private mutating func checkDescent(_ merge: PointMerge) {
    let intercept = merge.intercept
    if intercept < 0 || intercept > merge.merge_m {
      fault(
        "intercept_m", "下滑道切入点距入口\(Int(intercept))米，应在入口与汇聚点之间。",
        "The glide path is met \(Int(intercept)) m before the threshold; it must be between threshold and"
          + " merge point.")
      return
    }
    if merge.mergeFloor_m > merge.mergeCeiling_m {
      fault("merge_floor_m", "汇聚点高度下限高于上限。", "The floor over the merge point is above its ceiling.")
      return
    }
    for (index, arc) in merge.arcs.enumerated() {
      for (place, level) in arc.levels_m.enumerated() {
        let profile = DescentProfile(merge, level_m: level)
        guard profile.steepest > merge.limits.gradient else { continue }
        fault(
          "arcs/\(index)/levels_m/\(place)",
          "自\(Int(level))米下降的梯度为\(percent(profile.steepest)) %，最多\(percent(merge.limits.gradient)) %。请降低高度层或加大弧半径。",
          "Descending from \(Int(level)) m takes a gradient of \(percent(profile.steepest)) %; at most"
            + " \(percent(merge.limits.gradient)) % is allowed. Lower the level or widen the arc.")
      }
    }
  }

  private func percent(_ value: Double) -> Double { (value * 1000).rounded() / 10 }
}

/// Altitude by distance: level until clear of the arcs, over the merge point within its bounds, then to the
/// glide path and down it.
public struct DescentProfile: Sendable {
  /// Metres to go and metres of altitude, from the threshold outwards.
  public let points: [(toGo_m: Double, altitude_m: Double)]

  /// The descent from a level of a procedure.
  public init(_ merge: PointMerge, level_m: Double) {
    let start = merge.merge_m + merge.clear_m
    let steady =
      merge.intercept_m
      + (level_m - merge.intercept_m) * (merge.merge_m - merge.intercept)
      / max(1, start - merge.intercept)
    let over = min(max(steady, merge.mergeFloor_m), merge.mergeCeiling_m)
    points = [
      (0, merge.threshold.elevation_m + PointMerge.crossingHeight),
      (merge.intercept, merge.intercept_m), (merge.merge_m, over), (start, level_m),
    ]
  }

  /// The altitude at a distance to go, in metres.
  public func altitude_m(toGo_m: Double) -> Double {
    for (inner, outer) in zip(points, points.dropFirst()) where toGo_m < outer.toGo_m {
      let share = (toGo_m - inner.toGo_m) / max(1e-9, outer.toGo_m - inner.toGo_m)
      return inner.altitude_m + (outer.altitude_m - inner.altitude_m) * max(0, share)
    }
    return points[points.count - 1].altitude_m
  }

  /// The steepest gradient before the glide path; a climb counts as none that can be flown.
  public var steepest: Double {
    zip(points.dropFirst(), points.dropFirst(2)).map { inner, outer in
      let rise = outer.altitude_m - inner.altitude_m
      if rise < 0 { return .infinity }
      let run = outer.toGo_m - inner.toGo_m
      return run > 1e-6 ? rise / run : rise > 1e-6 ? .infinity : 0
    }.max() ?? 0
  }
}
