import Commons
import Glibc

/// Writes flights as a scenario of the simulator BlueSky (TU Delft): each aircraft is created at its
/// entry, follows its own way by waypoints, and is told speeds and altitudes when it flies them.
public enum BlueSkyScenario {
  private struct Line {
    let time: Double
    let text: String
  }

  /// The commands, one a line, in the order of time.
  public static func text(
    _ tables: MergeTables, _ plan: MergePlan, _ flights: [MergeTrajectory?]
  ) -> String {
    let scenario = tables.scenario
    var lines: [Line] = []
    // To a tenth of a mile: 5.6 km are the 3 NM of the metric table. Levels are told in whole feet, so
    // that two may be a foot or two closer than in metres.
    let radar = number((scenario.merge.limits.radar_m / 185.2).rounded(.down) / 10, 1)
    let height = number((scenario.merge.limits.vertical_m / 0.3048).rounded(.down) - 2, 0)
    lines.append(Line(time: 0, text: "ZONER \(radar)"))
    lines.append(Line(time: 0, text: "ZONEDH \(height)"))
    if !scenario.wind.layers.isEmpty {
      // One command for all altitudes: another for the same place would be averaged with it.
      let place = scenario.merge.threshold.place
      let layers = scenario.wind.layers.map { layer in
        ",\(number(layer.altitude_m / 0.3048, 0)),\(number(layer.from_deg, 1)),"
          + number(layer.speed / ApproachProfile.knot, 1)
      }
      let head = "WIND \(number(place.latitude, 5)),\(number(place.longitude, 5))"
      lines.append(Line(time: 0, text: head + layers.joined()))
    }
    for (flight, trajectory) in zip(plan.flights, flights) {
      guard let trajectory else { continue }
      let type = scenario.fleet[flight.entry.group].type.designator
      lines += commands(scenario, flight.entry.callsign, type, trajectory)
    }
    let sorted = lines.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }
    return sorted.map { "\(clock($0.element.time))>\($0.element.text)\n" }.joined()
  }

  private static func commands(
    _ scenario: MergeScenario, _ name: String, _ type: String, _ flight: MergeTrajectory
  ) -> [Line] {
    let frame = scenario.merge.frame
    func place(_ point: TrajectoryPoint) -> String {
      let geo = frame.geo(point.place)
      return "\(number(geo.latitude, 6)),\(number(geo.longitude, 6))"
    }
    let points = flight.points
    let begin = points[0]
    var lines = [
      Line(
        time: begin.time,
        text: "CRE \(name),\(type),\(place(begin)),\(number(begin.course_deg, 2)),"
          + "\(number(begin.altitude_m / 0.3048, 0)),\(number(begin.cas / ApproachProfile.knot, 2))"
      )
    ]
    var way = begin
    var told = begin
    var slope = 0.0
    for (index, point) in points.enumerated().dropFirst() {
      let isLast = index == points.count - 1
      let bend = abs(Angle.turn(from: way.course_deg, to: point.course_deg))
      if isLast || bend > 12 || way.toGo_m - point.toGo_m > 9000 {
        lines.append(Line(time: begin.time, text: "ADDWPT \(name),\(place(point))"))
        way = point
      }
      if abs(point.cas - told.cas) > 0.5 {
        lines.append(
          Line(
            time: point.time, text: "SPD \(name),\(number(point.cas / ApproachProfile.knot, 2))"))
        told = point
      }
      guard !isLast else { continue }
      let next = points[index + 1]
      let rate = (next.altitude_m - point.altitude_m) / max(0.1, next.time - point.time)
      // A descent at a changing rate is told anew when the rate has changed by a tenth.
      guard abs(rate - slope) > 0.1 * max(0.5, abs(slope)) else { continue }
      slope = rate
      let end = rate < -0.05 ? points[points.count - 1].altitude_m : point.altitude_m
      lines.append(
        Line(
          time: point.time,
          text: "ALT \(name),\(number(end / 0.3048, 0)),\(number(abs(rate) / 0.3048 * 60, 0))"))
    }
    lines.append(Line(time: begin.time, text: "LNAV \(name),ON"))
    lines.append(Line(time: begin.time, text: "VNAV \(name),OFF"))
    lines.append(Line(time: points[points.count - 1].time, text: "DEL \(name)"))
    return lines
  }

  /// Hours, minutes, seconds and hundredths.
  private static func clock(_ seconds: Double) -> String {
    let hundredths = Int((seconds * 100).rounded())
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
    return
      "\(two(hundredths / 360_000)):\(two(hundredths / 6000 % 60)):\(two(hundredths / 100 % 60))"
      + ".\(two(hundredths % 100))"
  }

  private static func number(_ value: Double, _ places: Int) -> String {
    let scale = pow(10, Double(places))
    return Decimal.text(Int((value * scale).rounded()), scale: Int(scale))
  }
}
