import Airspace
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// Where one may fly: all controlled airspace of the city on a map, in a table and as open data (art. 19, 20).
extension LowAltitudeMeasure {
  /// All airspace that is controlled or closed from a moment on.
  func zones(at moment: Instant) async throws -> [AirZone] {
    try await desk.store.read { view in
      try AirZone.all(rules, from: moment, to: moment.adding(seconds: AirZone.ahead), view)
    }
  }

  func airspacePage(_ visit: Visit) async throws -> Response {
    let title = Phrase("适飞空域和管制空域", en: "Where one may fly")
    let zones = try await zones(at: visit.now)
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "下列空域之外、真高120米以下，为微型、轻型、小型无人驾驶航空器的适飞空域，无须申请（特别情形除外）。",
          en:
            "Outside the airspace below and under 120 m above the ground micro, light and small aircraft fly "
            + "without an application, some cases apart."))
      h.element("div", .class("actions")) { h in
        h.buttonLink(Phrase("要不要申请？", en: "Do I have to apply?"), "/low-altitude/check")
      }
      SkyMap(assets: [], flights: [], middle: cityMiddle, zones: zones).render(
        &h, Phrase("管制空域", en: "Controlled airspace"))
      zoneTable(&h, zones, visit.now)
      h.element("p") { h in
        h.basis(FlightBasis.regulation(19, 2))
        h.text(" ")
        h.basis(FlightBasis.regulation(20))
        h.text(" ")
        h.basis(FlightBasis.regulation(31))
      }
      h.element("p") { h in
        h.text(Phrase("开放数据：", en: "Open data: "))
        h.a("/api/low-altitude/flights/airspace", .same("GeoJSON"))
      }
    }
  }

  private func zoneTable(_ h: inout HTML, _ zones: [AirZone], _ now: Instant) {
    h.table(
      Phrase("管制空域和临时管制空域", en: "Controlled airspace and closures"),
      columns: [
        (Phrase("空域", en: "Airspace"), false), (Phrase("种类", en: "Kind"), false),
        (Phrase("真高（米）", en: "Heights (m)"), true), (Phrase("时间", en: "Time"), false),
      ]
    ) { table in
      for zone in zones {
        let heights = zone.heights(over: rules.ground)
        table.row([
          { h in
            h.element("strong", text: (zone.kind == .temporary ? zone.kind.name : zone.name).titled)
            h.element("span", .class("sub mono"), text: zone.id)
          },
          { h in
            let isNow = zone.volume.start.map { $0 <= now } ?? true
            h.tag(
              zone.kind.name, zone.kind == .controlled ? .info : isNow ? .bad : .warn)
          },
          { $0.text("\(heights.from)–\(heights.to.map(String.init) ?? "∞")") },
          { h in
            let from = zone.volume.start.map(rules.text)
            guard let end = zone.volume.end.map(rules.text) else {
              return h.text(
                from.map { Phrase("自\($0)起", en: "since \($0)") } ?? Phrase("长期", en: "permanent"))
            }
            h.text("\(from ?? "") – \(end)")
          },
        ])
      }
    }
  }

  func airspaceJSON(_ visit: Visit) async throws -> Response {
    let zones = try await zones(at: visit.now)
    let features: [JSONValue] = zones.map { zone in
      let ring = zone.volume.outline.corners.rightHanded.map {
        JSONValue.array([.number($0.longitude), .number($0.latitude)])
      }
      return [
        "type": "Feature", "id": .string(zone.id),
        "geometry": ["type": "Polygon", "coordinates": .array([.array(ring)])],
        "properties": [
          "name": ["zh": .string(zone.name.zh), "en": .string(zone.name.en)],
          "kind": .string(zone.kind.rawValue),
          "lower_m": .number((zone.volume.lower ?? rules.ground) - rules.ground),
          "upper_m": zone.volume.upper.map { JSONValue.number($0 - rules.ground) } ?? .null,
          "start": JSONValue(zone.volume.start?.description),
          "end": JSONValue(zone.volume.end?.description),
        ],
      ]
    }
    return .json(["type": "FeatureCollection", "features": .array(features)])
  }
}

extension [LatLng] {
  /// The corners as a closed ring that turns anticlockwise, as RFC 7946 asks.
  var rightHanded: [LatLng] {
    guard let first else { return [] }
    // Twice the area, positive if the ring turns anticlockwise.
    let turn = zip(self, dropFirst() + [first]).reduce(0.0) {
      $0 + $1.0.longitude * $1.1.latitude - $1.0.latitude * $1.1.longitude
    }
    return (turn >= 0 ? self : [first] + dropFirst().reversed()) + [first]
  }
}
