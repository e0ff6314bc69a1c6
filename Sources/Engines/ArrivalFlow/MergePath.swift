import Glibc

/// A path in the plane of lines and arcs that go over into each other without a corner.
struct MergePath: Sendable {
  /// A part of the path.
  enum Piece: Sendable {
    case line(from: PlanePoint, bearing_deg: Double)
    /// Around a middle; the angle is the bearing of the beginning from the middle.
    case arc(middle: PlanePoint, radius_m: Double, start_deg: Double, isClockwise: Bool)
  }

  /// The parts, each with the distance at which it begins.
  private(set) var pieces: [(begin_m: Double, piece: Piece)] = []
  /// How long it is, in metres.
  private(set) var length_m = 0.0

  mutating func line(_ from: PlanePoint, _ to: PlanePoint) {
    add(.line(from: from, bearing_deg: from.bearing(to: to)), from.distance(to: to))
  }

  /// An arc that begins at a bearing from its middle and turns by an angle, positive clockwise.
  mutating func arc(
    _ middle: PlanePoint, radius_m: Double, start_deg: Double, turn_deg: Double
  ) {
    let piece = Piece.arc(
      middle: middle, radius_m: radius_m, start_deg: start_deg, isClockwise: turn_deg > 0)
    add(piece, radius_m * abs(turn_deg) * .pi / 180)
  }

  private mutating func add(_ piece: Piece, _ length: Double) {
    guard length > 0 else { return }
    pieces.append((length_m, piece))
    length_m += length
  }

  /// The place and the course at a distance from the beginning.
  func state(_ distance_m: Double) -> (place: PlanePoint, course_deg: Double) {
    var index = pieces.count - 1
    while index > 0, pieces[index].begin_m > distance_m { index -= 1 }
    let (begin, piece) = pieces[index]
    let along = distance_m - begin
    switch piece {
    case .line(let from, let bearing):
      return (from.moved(along, bearing_deg: bearing), bearing)
    case .arc(let middle, let radius, let start, let isClockwise):
      let way = (isClockwise ? 1 : -1) * along / radius * 180 / .pi
      return (
        middle.moved(radius, bearing_deg: start + way),
        Angle.positive(start + way + (isClockwise ? 90 : -90))
      )
    }
  }
}

extension PointMerge {
  /// A path from an entry, along an arc for so many metres, then to the merge point and the threshold.
  struct Route: Sendable {
    let path: MergePath
    /// Where the arc begins, from the entry.
    let arc_m: Double
    /// Where the turn to the merge point begins.
    let turn_m: Double
    /// Where the turn ends and the aircraft flies straight to the merge point.
    let direct_m: Double
  }

  /// - Parameters:
  ///   - turn_m: The radius of the turn off the arc.
  ///   - join_m: The radius of the turn over the merge point, begun before it.
  func route(_ arc: SequencingArc, along_m: Double, turn_m: Double, join_m: Double) -> Route {
    var path = MergePath()
    let begin = point(arc, at: arc.from_deg)
    path.line(entryPoint(arc), begin)
    let sign = arc.isClockwise ? 1.0 : -1.0
    let start = outbound_deg + arc.from_deg
    let along = along_m / arc.radius_m * 180 / .pi
    path.arc(mergePoint, radius_m: arc.radius_m, start_deg: start, turn_deg: sign * along)
    let begun = path.length_m
    // The turn's middle lies on the way to the merge point; it ends where its tangent meets the point.
    let middle = mergePoint.moved(arc.radius_m - turn_m, bearing_deg: start + sign * along)
    let angle = 90 + asin(turn_m / (arc.radius_m - turn_m)) * 180 / .pi
    path.arc(
      middle, radius_m: turn_m, start_deg: start + sign * along, turn_deg: sign * angle)
    let turned = path.length_m
    let (place, course) = path.state(turned)
    let change = Angle.turn(from: course, to: threshold.course_deg)
    let cut = join_m * tan(abs(change) / 2 * .pi / 180)
    let from = mergePoint.moved(-cut, bearing_deg: course)
    path.line(place, from)
    if abs(change) > 1e-6 {
      let side = course + (change > 0 ? 90 : -90)
      path.arc(
        from.moved(join_m, bearing_deg: side), radius_m: join_m, start_deg: side + 180,
        turn_deg: change)
    }
    path.line(
      mergePoint.moved(cut, bearing_deg: threshold.course_deg), PlanePoint(east: 0, north: 0))
    return Route(path: path, arc_m: arc.entry_m, turn_m: begun, direct_m: turned)
  }
}
