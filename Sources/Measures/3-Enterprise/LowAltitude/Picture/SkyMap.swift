import Airspace
import Commons
import Markup
import MeasureKit

/// A flight as a map shows it.
struct ShownFlight: Sendable {
  let flight: ApprovedFlight
  /// Where it is planned, or was last reported; nil for a flight over an area.
  let position: (place: LatLng, altitude: Double)?
  /// Whether it is outside its plan or silent, by its last report.
  let alarm: ConformanceState?
}

/// A map of the air over the city as SVG: closed airspace, routes, pads, coverage, flights. North is up; a
/// degree of longitude is drawn as wide as it is at the middle. A list beside it says the same in words.
struct SkyMap {
  let assets: [NetworkAsset]
  let flights: [ShownFlight]
  /// The middle of the city, for a map without anything on it.
  let middle: LatLng
  /// A route that is not on the register yet.
  var draft: NetworkAsset?

  private static let width = 640.0
  private static let height = 480.0
  private static let margin = 26.0

  /// Writes the map.
  func render(_ h: inout HTML, _ title: Phrase) {
    let frame = Frame(places, around: middle)
    h.element("figure", .class("chart")) { h in
      h.element("figcaption", text: title)
      h.element(
        "svg", .named("viewBox", "0 0 640 480"), .named("role", "img"),
        .label(title + Phrase("：", en: ": ") + summary)
      ) { h in
        h.element("rect", .class("off"), .named("width", "640"), .named("height", "480")) { _ in }
        for asset in assets where asset.kind == .controlled { area(&h, asset, frame, "band-2") }
        for asset in assets where asset.network == .airLink { area(&h, asset, frame, "band") }
        for asset in assets where asset.kind == .route { route(&h, asset, frame, "line") }
        if let draft { route(&h, draft, frame, "line-bad") }
        for flight in flights { path(&h, flight, frame) }
        for asset in assets where asset.network == .facilities { spot(&h, asset, frame) }
        for (index, flight) in flights.enumerated() { mark(&h, flight, index + 1, frame) }
        scale(&h, frame)
      }
      legend(&h)
    }
  }

  private var places: [LatLng] {
    assets.flatMap { asset -> [LatLng] in
      asset.outline.map(\.corners) ?? asset.points
    } + (draft?.points ?? []) + flights.flatMap { $0.flight.points.map(\.place) }
  }

  private var summary: Phrase {
    let (routes, closed) = (
      assets.filter { $0.kind == .route }.count, assets.filter { $0.kind == .controlled }.count
    )
    return Phrase(
      "航路\(routes)条，管制空域\(closed)处，飞行\(flights.count)架次",
      en: "\(routes) routes, \(closed) controlled volumes, \(flights.count) flights")
  }

  // MARK: Marks

  private func area(_ h: inout HTML, _ asset: NetworkAsset, _ frame: Frame, _ name: String) {
    guard let outline = asset.outline else { return }
    h.element(
      "polygon", .class(name), .named("points", frame.list(outline.corners)),
      .named("fill-opacity", name == "band" ? "0.25" : "0.55")
    ) { $0.element("title", text: asset.name) }
    // Pads stand in the middle of what covers them; one name is enough there.
    guard name != "band", let first = outline.corners.first else { return }
    label(&h, asset.code, frame.at(first))
  }

  private func route(_ h: inout HTML, _ asset: NetworkAsset, _ frame: Frame, _ name: String) {
    h.element(
      "polyline", .class(asset.state == .inService || name == "line-bad" ? name : "rule"),
      .named("fill", "none"), .named("points", frame.list(asset.points))
    ) { $0.element("title", text: asset.name) }
    guard let first = asset.points.first, let second = asset.points.dropFirst().first else {
      return
    }
    let (a, b) = (frame.at(first), frame.at(second))
    label(&h, asset.code, ((a.x + b.x) / 2, (a.y + b.y) / 2))
  }

  private func spot(_ h: inout HTML, _ asset: NetworkAsset, _ frame: Frame) {
    guard let place = asset.points.first else { return }
    let at = frame.at(place)
    h.element(
      "rect", .class(asset.kind == .pad ? "bar" : "bar-2"), .named("x", text(at.x - 4)),
      .named("y", text(at.y - 4)), .named("width", "8"), .named("height", "8")
    ) { $0.element("title", text: asset.name) }
    if flights.isEmpty, asset.kind == .pad || assets.count == 1 { label(&h, asset.code, at) }
  }

  private func path(_ h: inout HTML, _ shown: ShownFlight, _ frame: Frame) {
    let points = frame.list(shown.flight.points.map(\.place))
    if shown.flight.isArea {
      h.element("polygon", .class("band"), .named("points", points)) { _ in }
    } else {
      h.element(
        "polyline", .class("line-2 thin"), .named("fill", "none"), .named("points", points)
      ) { _ in }
    }
  }

  private func mark(_ h: inout HTML, _ shown: ShownFlight, _ number: Int, _ frame: Frame) {
    guard let place = shown.position?.place ?? shown.flight.points.first?.place else { return }
    let at = frame.at(place)
    let name = shown.alarm == nil || shown.alarm == .conforming ? "dot-2" : "dot-bad"
    h.element(
      "circle", .class(name), .named("cx", text(at.x)), .named("cy", text(at.y)), .named("r", "6")
    ) { $0.element("title", text: shown.flight.number) }
    label(&h, String(number), (at.x + 4, at.y - 4))
  }

  private func label(_ h: inout HTML, _ words: String, _ at: (x: Double, y: Double)) {
    h.element(
      "text", .class("name"), .named("x", text(min(at.x + 5, 590))), .named("y", text(at.y - 5)),
      text: words)
  }

  private func scale(_ h: inout HTML, _ frame: Frame) {
    // The longest of 1, 2, 5 times a power of ten that fits in a quarter of the map.
    var metres = 1.0
    let steps: [Double] = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]
    for step in steps where step * frame.pixels < 160 { metres = step }
    let end = 14 + metres * frame.pixels
    h.element(
      "line", .class("rule"), .named("x1", "14"), .named("x2", text(end)), .named("y1", "466"),
      .named("y2", "466")
    ) { _ in }
    let words = metres >= 1000 ? "\(Int(metres / 1000)) km" : "\(Int(metres)) m"
    h.element("text", .named("x", "14"), .named("y", "460"), text: words)
    h.element("text", .named("x", "616"), .named("y", "22"), text: "N↑")
  }

  private func legend(_ h: inout HTML) {
    h.element("ul", .class("legend")) { h in
      h.element(
        "li", text: Phrase("实线：运行中的航路；虚线：其他航路", en: "solid: routes in service; dashed: others"))
      h.element(
        "li",
        text: Phrase("深色块：管制空域；浅色块：覆盖范围", en: "dark areas: controlled airspace; light: coverage"))
      h.element(
        "li", text: Phrase("方块：起降点和设备；圆点：飞行", en: "squares: pads and devices; dots: flights"))
    }
  }

  private func text(_ value: Double) -> String { Figures.fixed(value, 1).filter { $0 != "," } }

  /// From places to the drawing.
  struct Frame {
    let middle: (east: Double, north: Double)
    /// Units of the drawing to a metre.
    let pixels: Double
    private let plane: CityPlane

    init(_ places: [LatLng], around city: LatLng) {
      let plane = CityPlane(around: city)
      self.plane = plane
      let spots = places.map { plane.project($0) }
      let (east, north) = (spots.map(\.east), spots.map(\.north))
      let (west, right) = (east.min() ?? -5000, east.max() ?? 5000)
      let (south, top) = (north.min() ?? -5000, north.max() ?? 5000)
      middle = ((west + right) / 2, (south + top) / 2)
      let room = (SkyMap.width - 2 * SkyMap.margin, SkyMap.height - 2 * SkyMap.margin)
      pixels = min(room.0 / max(right - west, 500), room.1 / max(top - south, 500))
    }

    func at(_ place: LatLng) -> (x: Double, y: Double) {
      let spot = plane.project(place)
      return (
        SkyMap.width / 2 + (spot.east - middle.east) * pixels,
        SkyMap.height / 2 - (spot.north - middle.north) * pixels
      )
    }

    func list(_ places: [LatLng]) -> String {
      places.map { place in
        let at = at(place)
        func text(_ value: Double) -> String { Figures.fixed(value, 1).filter { $0 != "," } }
        return text(at.x) + "," + text(at.y)
      }.joined(separator: " ")
    }
  }
}

/// The heights of flights over the way flown, as SVG, with where each is now.
struct HeightChart {
  let flights: [ShownFlight]
  let moment: Instant

  private static let most = 12

  /// Writes the chart; the list beside it gives every height in figures.
  func render(_ h: inout HTML, _ title: Phrase) {
    let shown = flights.prefix(HeightChart.most).filter { !$0.flight.isArea }
    let paths = shown.compactMap { one in one.flight.trajectory.map { (one, AltitudeProfile($0)) } }
    let (length, top) = (
      max(paths.map(\.1.length).max() ?? 0, 100), max(paths.map(\.1.top).max() ?? 0, 30)
    )
    h.element("figure", .class("chart")) { h in
      h.element("figcaption", text: title)
      h.element(
        "svg", .named("viewBox", "0 0 460 230"), .named("role", "img"),
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
