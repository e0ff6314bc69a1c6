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

  /// Writes the plan of the procedures, with what flies.
  func render(_ h: inout HTML, _ merges: [PointMerge], _ flights: [BoardFlight] = []) {
    guard let main = merges.first else { return }
    let arcs = merges.reduce(0) { $0 + $1.arcs.count }
    let placed = flights.filter { $0.place != nil }
    var chart = PlanChart(
      Phrase("平面图（北在上）", en: "Plan, north up"),
      Phrase(
        "\(arcs)条弧、\(merges.count)个汇聚点、\(airport.runways.count)条跑道、\(placed.count)架飞机",
        en:
          "\(arcs) arcs, \(merges.count) merge points, \(airport.runways.count) runways, \(placed.count) aircraft"
      ),
      note: flights.isEmpty
        ? Phrase("跑道坐标和未核实之处见下文。", en: "For the source, and what is unverified, see below.") : nil)
    let names = airport.runways.map(\.name).joined(separator: ", ")
    for (index, runway) in airport.runways.enumerated() {
      let ends = [runway.threshold.place, runway.end].map { main.frame.plane($0) }
      chart.line(.limit, ends.map(place))
      if index == 0 { chart.mark(.place, place(ends[0]), .same(names)) }
    }
    for merge in merges { draw(merge, main, &chart, isOnly: merges.count == 1) }
    for flight in placed {
      guard let spot = flight.place else { continue }
      let point = main.frame.plane(spot)
      // Those that are further away would make the arcs small.
      guard point.distance(to: main.mergePoint) < 75_000 else { continue }
      chart.mark(flight.isFrozen ? .alarm : .mover, place(point), .same(flight.callsign))
    }
    chart.render(
      &h,
      legend: [
        (.way, Phrase("内弧和最后进近", en: "inner arc and final")),
        (.otherWay, Phrase("外弧", en: "outer arc")),
        (.ground, Phrase("所需空域", en: "airspace needed")),
        (.limit, Phrase("跑道", en: "runway")),
      ]
        + (placed.isEmpty
          ? []
          : [
            (.mover, Phrase("飞机", en: "aircraft")),
            (.alarm, Phrase("已冻结", en: "frozen")),
          ]))
  }

  private func draw(
    _ merge: PointMerge, _ main: PointMerge, _ chart: inout PlanChart, isOnly: Bool
  ) {
    // Each procedure has a plane of its own around its threshold.
    let origin = main.frame.plane(merge.threshold.place)
    func spot(_ point: PlanePoint) -> PlanChart.Place {
      place(PlanePoint(east: point.east + origin.east, north: point.north + origin.north))
    }
    let runway = merge.threshold.name
    // Names of the western one of two stand to its west.
    let isLeft = !isOnly && merge.arcs.allSatisfy { $0.from_deg + $0.to_deg > 0 } == isSouth(merge)
    let outline = merge.envelope()
    chart.line(.ground, (outline + outline.prefix(1)).map(spot))
    chart.line(.way, [spot(merge.mergePoint), spot(PlanePoint(east: 0, north: 0))])
    for (index, arc) in merge.arcs.enumerated() {
      let entry = merge.entryPoint(arc)
      chart.line(index == 0 ? .way : .otherWay, [spot(entry)] + merge.line(arc).map(spot))
      chart.mark(
        .place, spot(entry), .same(isOnly ? arc.name : "\(runway).\(arc.name)"),
        isLeft: isLeft)
    }
    chart.mark(
      .place, spot(merge.mergePoint),
      isOnly
        ? Phrase("汇聚点", en: "merge") : Phrase("\(runway)汇聚点", en: "merge \(runway)"),
      isLeft: isLeft)
  }

  /// Whether aircraft come from the south, so that clockwise is west.
  private func isSouth(_ merge: PointMerge) -> Bool { (90...270).contains(merge.outbound_deg) }

  /// The table to the plan.
  func table(_ h: inout HTML, _ merges: [PointMerge]) {
    h.table(
      Phrase("弧", en: "Arcs"),
      columns: [
        (Phrase("跑道", en: "Runway"), false), (Phrase("弧", en: "Arc"), false),
        (Phrase("半径（公里）", en: "Radius (km)"), true),
        (Phrase("长度（公里）", en: "Length (km)"), true), (Phrase("高度（米）", en: "Level (m)"), true),
        (Phrase("静风可吸收（秒）", en: "Absorbs in calm air (s)"), true),
      ]
    ) { table in
      for merge in merges {
        for arc in merge.arcs {
          let speed = StandardAir.trueSpeed(
            cas: airport.arcSpeed, altitude_m: arc.levels_m.first ?? 0)
          table.row(texts: [
            merge.threshold.name, arc.name, Numbers.text(arc.radius_m / 1000, 1),
            Numbers.text(arc.length_m / 1000, 1),
            arc.levels_m.map { Numbers.text($0, 0) }.joined(separator: ", "),
            Numbers.text(arc.length_m / speed, 0),
          ])
        }
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
            $0.text(RunwayConfiguration.Use(runway: runway.name, kinds: runway.kinds).name)
          }, { $0.text(Numbers.text(runway.threshold.place.latitude, 5)) },
          { $0.text(Numbers.text(runway.threshold.place.longitude, 5)) },
          { $0.text(Numbers.text(runway.threshold.course_deg, 1)) },
        ])
      }
    }
    h.table(
      Phrase("跑道用法", en: "Ways to use the runways"),
      columns: [
        (Phrase("用法", en: "Use"), false), (Phrase("相互关系", en: "Relation"), false),
        (Phrase("着陆", en: "Lands"), false), (Phrase("起飞", en: "Departs"), false),
      ]
    ) { table in
      for one in airport.configurations {
        let departing = one.uses.filter { $0.kinds.contains(.departure) }.map(\.runway)
        table.row([
          { $0.text(one.name) }, { $0.text(one.relationName) },
          { $0.text(one.landing.joined(separator: ", ")) },
          { $0.text(departing.isEmpty ? "—" : departing.joined(separator: ", ")) },
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
