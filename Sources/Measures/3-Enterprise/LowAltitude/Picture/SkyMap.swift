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
  /// Controlled airspace and closures.
  var zones: [AirZone] = []
  /// A route that is not on the register yet.
  var draft: NetworkAsset?

  private static let width = 640.0
  private static let height = 480.0
  private static let margin = 26.0

  /// Writes the map.
  func render(_ h: inout HTML, _ title: Phrase) {
    let frame = Frame(places, around: middle)
    var labels = MapLabels(width: SkyMap.width, height: SkyMap.height)
    h.element("figure", .class("chart")) { h in
      h.element("figcaption", text: title)
      h.element(
        "svg", .class("map"), .named("viewBox", "0 0 640 480"), .named("role", "img"),
        .label(title + Phrase("：", en: ": ") + summary)
      ) { h in
        h.element("rect", .class("off"), .named("width", "640"), .named("height", "480")) { _ in }
        for zone in zones { area(&h, zone, frame) }
        for asset in assets { cover(&h, asset, frame) }
        for asset in assets where asset.kind == .route { route(&h, asset, frame, "line") }
        if let draft { route(&h, draft, frame, "line-bad") }
        for flight in flights { path(&h, flight, frame) }
        for asset in assets where asset.network == .facilities { spot(&h, asset, frame) }
        for (index, flight) in flights.enumerated() {
          mark(&h, flight, index + 1, frame, &labels)
        }
        name(frame, &labels)
        labels.render(&h)
        scale(&h, frame)
      }
      legend(&h)
    }
  }

  private var places: [LatLng] {
    assets.flatMap { asset -> [LatLng] in
      asset.outline.map(\.corners) ?? asset.points
    } + (draft?.points ?? []) + flights.flatMap { $0.flight.points.map(\.place) }
      + zones.flatMap(\.volume.outline.corners)
  }

  private var summary: Phrase {
    let routes = assets.filter { $0.kind == .route }.count
    let closed = zones.count + assets.filter { $0.kind == .controlled }.count
    return Phrase(
      "航路\(routes)条，管制空域\(closed)处，飞行\(flights.count)架次",
      en: "\(routes) routes, \(closed) controlled volumes, \(flights.count) flights")
  }

  // MARK: Marks

  private func area(_ h: inout HTML, _ zone: AirZone, _ frame: Frame) {
    // What nobody may enter stands out from what needs an approval.
    h.element(
      "polygon", .class(zone.kind == .controlled ? "band-2" : "bar-bad"),
      .named("points", frame.list(zone.volume.outline.corners)), .named("fill-opacity", "0.55")
    ) { $0.element("title", text: zone.name) }
  }

  /// What an entry of a register covers, or keeps controlled.
  private func cover(_ h: inout HTML, _ asset: NetworkAsset, _ frame: Frame) {
    guard let outline = asset.outline, asset.network == .airLink || asset.kind == .controlled else {
      return
    }
    h.element(
      "polygon", .class(asset.kind == .controlled ? "band-2" : "band"),
      .named("points", frame.list(outline.corners)),
      .named("fill-opacity", asset.kind == .controlled ? "0.55" : "0.25")
    ) { $0.element("title", text: asset.name) }
  }

  private func route(_ h: inout HTML, _ asset: NetworkAsset, _ frame: Frame, _ name: String) {
    h.element(
      "polyline", .class(asset.state == .inService || name == "line-bad" ? name : "rule"),
      .named("fill", "none"), .named("points", frame.list(asset.points))
    ) { $0.element("title", text: asset.name) }
  }

  private func spot(_ h: inout HTML, _ asset: NetworkAsset, _ frame: Frame) {
    guard let place = asset.points.first else { return }
    let at = frame.at(place)
    h.element(
      "rect", .class(asset.kind == .pad ? "bar" : "bar-2"), .named("x", text(at.x - 4)),
      .named("y", text(at.y - 4)), .named("width", "8"), .named("height", "8")
    ) { $0.element("title", text: asset.name) }
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

  private func mark(
    _ h: inout HTML, _ shown: ShownFlight, _ number: Int, _ frame: Frame, _ labels: inout MapLabels
  ) {
    guard let place = shown.position?.place ?? shown.flight.points.first?.place else { return }
    let at = frame.at(place)
    let name = shown.alarm == nil || shown.alarm == .conforming ? "dot-2" : "dot-bad"
    h.element(
      "circle", .class(name), .named("cx", text(at.x)), .named("cy", text(at.y)), .named("r", "6")
    ) { $0.element("title", text: shown.flight.number) }
    labels.add(String(number), at: [at], isNeeded: true)
  }

  /// Names where there is room: closed airspace first, then routes anywhere along their way, then pads. The list
  /// beside the map has them all.
  private func name(_ frame: Frame, _ labels: inout MapLabels) {
    for zone in zones {
      labels.add(zone.id, at: zone.volume.outline.corners.map(frame.at))
    }
    for asset in assets where asset.kind == .controlled {
      labels.add(asset.code, at: (asset.outline?.corners ?? []).map(frame.at))
    }
    for route in assets.filter({ $0.kind == .route }) + (draft.map { [$0] } ?? []) {
      labels.add(route.code, at: frame.along(route.points))
    }
    for asset in assets where asset.network == .facilities {
      guard asset.kind == .pad || assets.count == 1, let place = asset.points.first else {
        continue
      }
      labels.add(asset.code, at: [frame.at(place)])
    }
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
    h.element(
      "text", .named("x", "630"), .named("y", "24"), .named("text-anchor", "end"), text: "N↑")
  }

  private func legend(_ h: inout HTML) {
    h.element("ul", .class("legend")) { h in
      h.element(
        "li", text: Phrase("实线：运行中的航路；虚线：其他航路", en: "solid: routes in service; dashed: others"))
      h.element(
        "li",
        text: Phrase(
          "深色块：管制空域；红色块：禁区和临时管制空域；浅色块：覆盖范围",
          en: "dark areas: controlled airspace; red: prohibited, closed for a time; light: coverage"
        ))
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

    /// Points along a way at which its name may stand: the middle of it first.
    func along(_ places: [LatLng]) -> [(x: Double, y: Double)] {
      let spots = places.map(at)
      var legs: [(from: (x: Double, y: Double), wide: Double, high: Double)] = []
      for (a, b) in zip(spots, spots.dropFirst()) { legs.append((a, b.x - a.x, b.y - a.y)) }
      legs.sort { $0.wide * $0.wide + $0.high * $0.high > $1.wide * $1.wide + $1.high * $1.high }
      var anchors: [(x: Double, y: Double)] = []
      for leg in legs {
        for share in [0.5, 0.35, 0.65, 0.2, 0.8] {
          anchors.append((leg.from.x + share * leg.wide, leg.from.y + share * leg.high))
        }
      }
      return anchors
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
