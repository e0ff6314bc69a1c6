import Airspace
import Commons
import Markup
import MeasureKit

/// The heights of flights over the way flown, as SVG, with where each is now.
struct HeightChart {
  let flights: [ShownFlight]
  let moment: Instant

  private static let most = 12

  /// Writes the chart; the list beside it gives every height in figures.
  func render(_ h: inout HTML, _ title: Phrase) {
    let shown = flights.prefix(HeightChart.most).filter { !$0.flight.isArea }
    let paths = shown.compactMap { one in one.flight.trajectory.map { (one, AltitudeProfile($0)) } }
    guard !paths.isEmpty else {
      return h.element("figure", .class("chart")) { h in
        h.element("figcaption", text: title)
        h.empty(
          Phrase(
            "此刻没有沿航线飞行的航班，剖面为空。可在上方选择有飞行的时刻。",
            en:
              "No flight follows a path at this moment: choose one above at which something flies.")
        )
      }
    }
    let (length, top) = (
      max(paths.map(\.1.length).max() ?? 0, 100), max(paths.map(\.1.top).max() ?? 0, 30)
    )
    h.element("figure", .class("chart")) { h in
      h.element("figcaption", text: title)
      h.element(
        "svg", .class("map"), .named("viewBox", "0 0 460 230"), .named("role", "img"),
        .label(title + Phrase("：最高 \(Int(top)) 米", en: ": up to \(Int(top)) m"))
      ) { h in
        for step in 0...3 {
          let value = top * Double(step) / 3
          axis(&h, value, top)
        }
        for (one, profile) in paths {
          line(&h, profile, length, top)
          now(&h, one, profile, length, top)
        }
        h.element(
          "text", .named("x", "452"), .named("y", "224"), .named("text-anchor", "end"),
          text: Figures.fixed(length / 1000, 1) + " km")
      }
      h.element(
        "p", .class("chart-note"),
        text: Phrase("横轴为航程，纵轴为椭球高（米）。", en: "Across: way flown. Up: metres above the ellipsoid."))
    }
  }

  private func x(_ way: Double, _ length: Double) -> Int { 44 + Int(way / length * 408) }
  private func y(_ up: Double, _ top: Double) -> Int { 206 - Int(max(0, up) / top * 190) }

  private func axis(_ h: inout HTML, _ value: Double, _ top: Double) {
    let y = String(y(value, top))
    h.element(
      "line", .class("axis"), .named("x1", "44"), .named("x2", "452"), .named("y1", y),
      .named("y2", y)
    ) { _ in }
    h.element(
      "text", .named("x", "38"), .named("y", y), .named("text-anchor", "end"),
      text: String(Int(value.rounded())))
  }

  private func line(_ h: inout HTML, _ profile: AltitudeProfile, _ length: Double, _ top: Double) {
    let points = profile.steps.map { "\(x($0.way, length)),\(y($0.up, top))" }
    h.element(
      "polyline", .class("line thin"), .named("fill", "none"),
      .named("points", points.joined(separator: " "))
    ) { _ in }
  }

  private func now(
    _ h: inout HTML, _ one: ShownFlight, _ profile: AltitudeProfile, _ length: Double, _ top: Double
  ) {
    guard let position = one.flight.position(at: moment) else { return }
    let passed = Array(zip(one.flight.points, profile.steps)).last { $0.0.at <= moment }
    let way = passed.map { $0.1.way + $0.0.place.distance(to: position.place) } ?? 0
    h.element(
      "circle", .class("dot-2"), .named("cx", String(x(min(way, length), length))),
      .named("cy", String(y(position.altitude, top))), .named("r", "5")
    ) { $0.element("title", text: one.flight.number) }
  }
}

extension ApprovedFlight {
  /// The path on the plane around its first point, in seconds since it begins; nil for a flight over an area.
  var trajectory: Trajectory? {
    guard !isArea, let first = points.first else { return nil }
    return try? Trajectory(track(on: CityPlane(around: first.place)))
  }

  /// The points on a plane, in seconds since the epoch.
  func track(on plane: CityPlane) -> [TrackPoint] {
    points.map { point in
      let spot = plane.project(point.place)
      return TrackPoint(
        east: spot.east, north: spot.north, up: point.altitude,
        time: Double(point.at.microseconds) / 1e6)
    }
  }
}
