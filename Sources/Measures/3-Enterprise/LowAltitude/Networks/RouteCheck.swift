import Airspace
import Books
import Commons
import Storage

/// What stands in the way of a route: controlled and prohibited airspace, closures, other routes.
struct RouteCheck {
  /// Something in the way.
  struct Obstacle: Hashable, Sendable {
    /// Its code, or the number of a closure.
    let code: String
    let name: Phrase
    let what: Phrase
    /// Where its own page is; nil for airspace that only the city's profile names.
    let page: String?
    /// When a closure begins and ends; nil for what lasts.
    let span: ClosedRange<Instant>?
  }

  /// Metres between the edges of two corridors of the same layer.
  static let gap = 30.0
  let obstacles: [Obstacle]

  /// Looks a route over against all airspace of the city and against other routes that are not closed.
  init(_ route: NetworkAsset, _ rules: FlightRules, at now: Instant, _ view: any View) throws {
    let zones = try AirZone.all(rules, from: now, to: now.adding(seconds: AirZone.ahead), view)
    try self.init(route, zones: zones, routes: view.all(NetworkBook.of(.route)))
  }

  init(_ route: NetworkAsset, zones: [AirZone], routes: [NetworkAsset]) throws {
    guard let corridor = route.corridor else {
      throw Problem.invalid([Problem.Field("points", Phrase("不是航路。", en: "It is no route."))])
    }
    var found: [Obstacle] = []
    for zone in zones where corridor.meets(zone.volume) {
      found.append(RouteCheck.obstacle(zone))
    }
    for other in routes where other.key != route.key {
      guard [.accepted, .inService, .suspended].contains(other.state), let way = other.corridor,
        let gap = corridor.gap(to: way), gap < RouteCheck.gap
      else { continue }
      let what =
        gap == 0
        ? Phrase("在同一高度层与其交叉或重叠", en: "it crosses or overlaps it in the same layer")
        : Phrase(
          "在同一高度层与其间距仅 \(Int(gap)) 米", en: "it is only \(Int(gap)) m from it in the same layer")
      found.append(
        Obstacle(
          code: other.code, name: other.name, what: what,
          page: "/low-altitude/networks/\(other.code)", span: nil))
    }
    obstacles = found
  }

  private static func obstacle(_ zone: AirZone) -> Obstacle {
    switch zone.kind {
    case .temporary:
      let span = zone.volume.start.flatMap { start in zone.volume.end.map { start...$0 } }
      return Obstacle(
        code: zone.id, name: zone.kind.name,
        what: Phrase("与临时管制空域重叠", en: "it comes into a closure"),
        page: "/low-altitude/airspace", span: span)
    case .controlled, .prohibited:
      let what =
        zone.kind == .prohibited
        ? Phrase("穿入空中禁区", en: "it comes into a prohibited area")
        : Phrase("穿入管制空域", en: "it comes into controlled airspace")
      return Obstacle(
        code: zone.id, name: zone.name, what: what, page: "/low-altitude/airspace", span: nil)
    }
  }

  /// Throws 422 that names every obstacle that lasts, and every closure in force at a moment. A closure that is
  /// still to come does not keep a route from being accepted: flights on it are told when it comes.
  func require(at moment: Instant) throws(Problem) {
    let bars = obstacles.filter { $0.span?.contains(moment) ?? true }
    guard !bars.isEmpty else { return }
    func list(_ pick: (Phrase) -> String, _ join: String) -> String {
      bars.map { "\($0.code) \(pick($0.name)): \(pick($0.what))" }.joined(separator: join)
    }
    throw .refused(
      "route-conflict",
      Phrase("航路有冲突：" + list({ $0.zh }, "；"), en: "The route conflicts: " + list({ $0.en }, "; ")),
      because: [FlightBasis.regulation(19, 2)])
  }
}
