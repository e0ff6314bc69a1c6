import ArrivalFlow
import Charts
import Commons
import Markup

/// The plan of an airport with its procedure, and perhaps with its traffic.
struct AirportPlan {
  let airport: Airport

  private func place(_ point: PlanePoint) -> PlanChart.Place {
    PlanChart.Place(point.east / 1000, point.north / 1000)
  }

  /// Writes the plan of a procedure.
  func render(_ h: inout HTML, _ merge: PointMerge, _ flights: [BoardFlight] = []) {
    var chart = PlanChart(
      Phrase("平面图（北在上）", en: "Plan, north up"),
      Phrase(
        "\(merge.arcs.count)条弧、汇聚点、\(airport.runways.count)条跑道、\(flights.count)架飞机",
        en:
          "\(merge.arcs.count) arcs, merge point, \(airport.runways.count) runways, \(flights.count) aircraft"
      ),
      note: Phrase(
        "弧为设计示例；跑道坐标见数据来源。", en: "The arcs are a worked example; runways as in the source below."))
    let names = airport.runways.map(\.name).joined(separator: ", ")
    for runway in airport.runways {
      let ends = [runway.threshold.place, runway.end].map { merge.frame.plane($0) }
      chart.line(.limit, ends.map(place))
      let isFirst = runway.name == airport.runways.first?.name
      chart.mark(.place, place(ends[0]), isFirst ? .same(names) : nil)
    }
    chart.line(.ground, (merge.envelope() + merge.envelope().prefix(1)).map(place))
    chart.line(
      .way, [place(merge.mergePoint), place(merge.frame.plane(merge.threshold.place))])
    for (index, arc) in merge.arcs.enumerated() {
      chart.line(
        index == 0 ? .way : .otherWay,
        [place(merge.entryPoint(arc))] + merge.line(arc).map(place))
      chart.mark(.place, place(merge.entryPoint(arc)), .same(arc.name))
    }
    chart.mark(.place, place(merge.mergePoint), Phrase("汇聚点", en: "merge"))
    for flight in flights {
      guard let latitude = flight.latitude, let longitude = flight.longitude else { continue }
      let point = merge.frame.plane(GeoPoint(latitude: latitude, longitude: longitude))
      guard point.distance(to: merge.mergePoint) < 120_000 else { continue }
      chart.mark(flight.isFrozen ? .alarm : .mover, place(point), .same(flight.callsign))
    }
    chart.render(
      &h,
      legend: [
        (.way, Phrase("内弧和最后进近", en: "inner arc and final")),
        (.otherWay, Phrase("外弧", en: "outer arc")),
        (.ground, Phrase("所需空域", en: "airspace needed")),
        (.limit, Phrase("跑道", en: "runway")),
      ])
  }

  /// The table to the plan.
  func table(_ h: inout HTML, _ merge: PointMerge) {
    h.table(
      Phrase("弧", en: "Arcs"),
      columns: [
        (Phrase("弧", en: "Arc"), false), (Phrase("半径（公里）", en: "Radius (km)"), true),
        (Phrase("长度（公里）", en: "Length (km)"), true), (Phrase("高度（米）", en: "Level (m)"), true),
        (Phrase("可吸收（秒）", en: "Absorbs (s)"), true),
      ]
    ) { table in
      for arc in merge.arcs {
        table.row(texts: [
          arc.name, Numbers.text(arc.radius_m / 1000, 1), Numbers.text(arc.length_m / 1000, 1),
          arc.levels_m.map { Numbers.text($0, 0) }.joined(separator: ", "),
          Numbers.text(arc.length_m / airport.arcSpeed, 0),
        ])
      }
    }
    h.table(
      Phrase("跑道", en: "Runways"),
      columns: [
        (Phrase("跑道", en: "Runway"), false), (Phrase("用途", en: "Use"), false),
        (Phrase("入口纬度", en: "Latitude"), true), (Phrase("入口经度", en: "Longitude"), true),
        (Phrase("真航向（度）", en: "True course"), true),
      ]
    ) { table in
      for runway in airport.runways {
        table.row([
          { $0.text(runway.name) },
          {
            $0.text(
              runway.isForArrivals
                ? Phrase("着陆", en: "landing") : Phrase("起飞", en: "take-off"))
          }, { $0.text(Numbers.text(runway.threshold.place.latitude, 5)) },
          { $0.text(Numbers.text(runway.threshold.place.longitude, 5)) },
          { $0.text(Numbers.text(runway.threshold.course_deg, 1)) },
        ])
      }
    }
  }
}

/// Numbers as text.
enum Numbers {
  /// With so many decimals; a dash for what is no number.
  static func text(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "—" }
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    return "\(sign)\(scaled / scale)." + String(scaled % scale + scale).dropFirst()
  }
}
