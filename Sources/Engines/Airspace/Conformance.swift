import Commons

/// How far an aircraft may be from its plan and still keep to it, and how long until more is made of it.
public struct ConformanceRules: Hashable, Sendable {
  /// Metres on the ground beside the planned path.
  public var lateral = 50.0
  /// Metres above or below it.
  public var vertical = 20.0
  /// Seconds ahead of the plan.
  public var early = 30.0
  /// Seconds behind the plan.
  public var late = 60.0
  /// Reports outside in a row until it counts as nonconforming, and inside in a row until it conforms again:
  /// a single bad fix changes nothing.
  public var reports = 3
  /// Seconds outside until it counts as contingent.
  public var contingentAfter = 60.0
  /// Seconds without a report until it counts as lost.
  public var lostAfter = 20.0

  /// The city's usual tolerances: assumed, not from a text of law.
  public init() {}
}

/// How an aircraft stands to its plan. The first three are states of ASTM F3548-21; that it is lost is said
/// beside them, because the standard makes of it what the operator says.
public enum ConformanceState: String, Hashable, Sendable, CaseIterable {
  /// It keeps to its plan.
  case conforming
  /// It is outside, by some reports in a row.
  case nonconforming
  /// It has been outside for so long that others must make room.
  case contingent
  /// Nothing is heard of it.
  case lost
}

/// What of a plan a position does not keep.
public struct Deviation: Hashable, Sendable {
  /// In which way.
  public enum Kind: String, Hashable, Sendable {
    /// Beside the path.
    case lateral
    /// Above or below it.
    case vertical
    /// On the path, but ahead of the plan.
    case early
    /// On the path, but behind the plan.
    case late
    /// The plan has no path at this time.
    case time
  }

  /// In which way.
  public let kind: Kind
  /// By how much it is away: metres, or for times seconds.
  public let amount: Double
}

extension Trajectory {
  /// Where the plan is at a moment; nil before it begins and after it ends.
  public func position(at time: Double) -> TrackPoint? {
    guard let leg = legs.first(where: { $0.from.time <= time && time <= $0.to.time }) else {
      return nil
    }
    return leg.point(at: time)
  }

  /// What of the plan a reported position does not keep; nil if it keeps to it.
  ///
  /// It keeps to it if there is a planned point, not more than the tolerances earlier or later than the report,
  /// that is within both the lateral and the vertical tolerance.
  public func deviation(of report: TrackPoint, _ rules: ConformanceRules) -> Deviation? {
    let window = (report.time - rules.late, report.time + rules.early)
    if meets(report, window, rules) { return nil }
    if let nearest = nearest(report, window) {
      // On the path, but at another time?
      if let moment = firstMeeting(report, rules) {
        let gap = report.time - moment
        return Deviation(kind: gap > 0 ? .late : .early, amount: abs(gap))
      }
      if nearest.horizontal > rules.lateral {
        return Deviation(kind: .lateral, amount: nearest.horizontal)
      }
      return Deviation(kind: .vertical, amount: nearest.vertical)
    }
    let gap = report.time < start ? start - report.time : report.time - end
    return Deviation(kind: .time, amount: gap)
  }

  private func meets(
    _ report: TrackPoint, _ window: (Double, Double), _ rules: ConformanceRules
  ) -> Bool {
    legs.contains { $0.times(near: report, rules, within: window) != nil }
  }

  /// When the path is within the tolerances of a place, at whatever time; of several times the nearest one.
  private func firstMeeting(_ report: TrackPoint, _ rules: ConformanceRules) -> Double? {
    legs.compactMap { leg -> Double? in
      guard let times = leg.times(near: report, rules, within: (start, end)) else { return nil }
      return min(max(report.time, times.0), times.1)
    }.min { abs($0 - report.time) < abs($1 - report.time) }
  }

  /// The least distances on the ground and, at that point, in height; nil if the window has no path.
  private func nearest(
    _ report: TrackPoint, _ window: (Double, Double)
  ) -> (horizontal: Double, vertical: Double)? {
    var best: (horizontal: Double, vertical: Double)?
    for leg in legs {
      let (from, to) = (max(leg.from.time, window.0), min(leg.to.time, window.1))
      guard from <= to else { continue }
      let point = leg.point(at: leg.closest(to: report, from, to))
      let (x, y) = (point.east - report.east, point.north - report.north)
      let distance = (x * x + y * y).squareRoot()
      if distance < best?.horizontal ?? .infinity {
        best = (distance, abs(point.up - report.up))
      }
    }
    return best
  }
}

extension Leg {
  /// Where it is at a time within it.
  func point(at time: Double) -> TrackPoint {
    let share = (time - from.time) / (to.time - from.time)
    return TrackPoint(
      east: from.east + share * (to.east - from.east),
      north: from.north + share * (to.north - from.north),
      up: from.up + share * (to.up - from.up), time: time)
  }

  /// The time between two at which it is nearest on the ground to a place.
  func closest(to place: TrackPoint, _ first: Double, _ last: Double) -> Double {
    let span = to.time - from.time
    let (vx, vy) = ((to.east - from.east) / span, (to.north - from.north) / span)
    let square = vx * vx + vy * vy
    guard square > 0 else { return first }
    let (x, y) = (place.east - from.east, place.north - from.north)
    return min(max(from.time + (x * vx + y * vy) / square, first), last)
  }

  /// The times within a window at which it is within both tolerances of a place; nil if there are none.
  ///
  /// The squared distance on the ground is quadratic in time, the height linear: both give one span.
  func times(
    near place: TrackPoint, _ rules: ConformanceRules, within window: (Double, Double)
  ) -> (Double, Double)? {
    var (first, last) = (max(from.time, window.0), min(to.time, window.1))
    guard first <= last else { return nil }
    let span = to.time - from.time
    let (vx, vy, vz) = (
      (to.east - from.east) / span, (to.north - from.north) / span, (to.up - from.up) / span
    )
    let (x, y, z) = (from.east - place.east, from.north - place.north, from.up - place.up)
    if vz == 0 {
      guard abs(z) <= rules.vertical else { return nil }
    } else {
      let (a, b) = ((-rules.vertical - z) / vz, (rules.vertical - z) / vz)
      (first, last) = (max(first, from.time + min(a, b)), min(last, from.time + max(a, b)))
    }
    let (a, b) = (vx * vx + vy * vy, x * vx + y * vy)
    let c = x * x + y * y - rules.lateral * rules.lateral
    if a == 0 {
      guard c <= 0 else { return nil }
    } else {
      let discriminant = b * b - a * c
      guard discriminant >= 0 else { return nil }
      let root = discriminant.squareRoot()
      first = max(first, from.time + (-b - root) / a)
      last = min(last, from.time + (-b + root) / a)
    }
    return first <= last ? (first, last) : nil
  }
}

/// Follows one aircraft along its plan.
public struct ConformanceMonitor: Hashable, Sendable {
  /// A change of state, and why.
  public struct Change: Hashable, Sendable {
    /// From which state.
    public let from: ConformanceState
    /// To which.
    public let to: ConformanceState
    /// At which moment of the plan's time.
    public let time: Double
    /// What was not kept; nil on the way back and for a lost aircraft.
    public let deviation: Deviation?
  }

  /// How it stands.
  public private(set) var state = ConformanceState.conforming
  /// When it was last heard; nil if it never was.
  public private(set) var lastTime: Double?
  /// What the last report did not keep.
  public private(set) var deviation: Deviation?
  private let plan: Trajectory
  private let rules: ConformanceRules
  private var outside = 0
  private var inside = 0
  private var outsideSince: Double?

  /// A monitor of a plan.
  public init(_ plan: Trajectory, _ rules: ConformanceRules = ConformanceRules()) {
    self.plan = plan
    self.rules = rules
  }

  /// Takes a report in; the answer is the change that follows. A report that is older than the last one is
  /// passed over.
  public mutating func take(_ report: TrackPoint) -> Change? {
    if let lastTime, report.time <= lastTime { return nil }
    lastTime = report.time
    deviation = plan.deviation(of: report, rules)
    if deviation == nil {
      inside += 1
      (outside, outsideSince) = (0, nil)
    } else {
      outside += 1
      inside = 0
      outsideSince = outsideSince ?? report.time
    }
    return change(to: next(at: report.time), at: report.time)
  }

  /// Sees what follows from the time alone: that nothing was heard.
  public mutating func look(at time: Double) -> Change? {
    let heard = lastTime ?? plan.start
    guard time - heard > rules.lostAfter, time <= plan.end + rules.late else { return nil }
    (inside, outside) = (0, 0)
    return change(to: .lost, at: time, because: nil)
  }

  private func next(at time: Double) -> ConformanceState {
    if let outsideSince {
      if state == .contingent || time - outsideSince >= rules.contingentAfter {
        return outside >= rules.reports || state == .contingent ? .contingent : state
      }
      return outside >= rules.reports ? .nonconforming : state
    }
    return inside >= rules.reports ? .conforming : state
  }

  private mutating func change(to next: ConformanceState, at time: Double) -> Change? {
    change(to: next, at: time, because: deviation)
  }

  private mutating func change(
    to next: ConformanceState, at time: Double, because deviation: Deviation?
  ) -> Change? {
    guard next != state else { return nil }
    let change = Change(from: state, to: next, time: time, deviation: deviation)
    state = next
    return change
  }
}

extension Trajectory {
  /// When and how near a path comes to a place on the ground within a span of time; nil if it is not flown then.
  public func nearest(
    east: Double, north: Double, between first: Double, and last: Double
  ) -> (distance: Double, point: TrackPoint)? {
    let place = TrackPoint(east: east, north: north, up: 0, time: 0)
    var best: (distance: Double, point: TrackPoint)?
    for leg in legs {
      let (from, to) = (max(leg.from.time, first), min(leg.to.time, last))
      guard from <= to else { continue }
      let point = leg.point(at: leg.closest(to: place, from, to))
      let (x, y) = (point.east - east, point.north - north)
      let distance = (x * x + y * y).squareRoot()
      if distance < best?.distance ?? .infinity { best = (distance, point) }
    }
    return best
  }
}
