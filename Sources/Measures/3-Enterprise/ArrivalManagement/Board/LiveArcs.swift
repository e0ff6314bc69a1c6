import ArrivalFlow
import Commons
import Glibc

/// The procedures of an airport as they are flown now: for each type of aircraft that is there how long each arc
/// takes in the wind, and how far apart two must land.
struct LiveArcs: Sendable {
  /// A procedure with its tables.
  struct Way: Sendable {
    /// The runway to which it leads.
    let runway: String
    let tables: MergeTables
    var merge: PointMerge { tables.scenario.merge }
  }

  /// A flight on a way: where it crosses the entry, or would have.
  struct Estimate: Sendable {
    let phase: BoardFlight.Phase
    /// Seconds since 1970.
    let entry: Double
    /// When it would land from here if it turned at once; nil before the entry, where the level decides.
    let landing: Double?
  }

  let ways: [Way]
  /// Groups of the tables by type.
  let groups: [String: Int]
  /// The fleet of the tables.
  let fleet: [FleetGroup]
  /// What an aircraft of an unknown type is reckoned to fly like: the commonest of the fleet.
  let usual: Int

  /// Tables for types that are known to the book.
  ///
  /// - Throws: ``Problem`` 422 if the wind is too strong for the procedure or the procedure cannot be flown.
  init(
    _ airport: Airport, _ merges: [PointMerge], _ book: AirportBook, types: Set<String>,
    wind: BoardWind?, shift: Int
  ) throws(Problem) {
    let study = airport.scenario.study
    let usualType = study.fleet.max { $0.weight < $1.weight }?.type.designator ?? ""
    let names = types.union([usualType]).filter { book.types[$0] != nil }.sorted()
    fleet = names.compactMap { book.types[$0] }
    groups = Dictionary(names.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    usual = groups[usualType] ?? 0
    var ways: [Way] = []
    for merge in merges {
      let json = airport.mergeScenario(merge, fleet: fleet, wind: wind, hourly: 34, shift: shift)
      ways.append(
        Way(runway: merge.threshold.name, tables: try MergeTables(try MergeScenario(json))))
    }
    self.ways = ways
  }

  func group(_ type: String) -> Int { groups[type] ?? usual }

  func way(_ runway: String?) -> Way? { ways.first { $0.runway == runway } }

  /// The way and arc whose entry is nearest to a place, among those that lead to these runways.
  func nearest(_ place: GeoPoint, landing: [String]) -> (way: String, arc: String)? {
    var best: (way: String, arc: String, distance: Double)?
    for way in ways where landing.contains(way.runway) {
      let point = way.merge.frame.plane(place)
      for arc in way.merge.arcs {
        let distance = point.distance(to: way.merge.entryPoint(arc))
        if distance < best?.distance ?? .infinity { best = (way.runway, arc.name, distance) }
      }
    }
    return best.map { ($0.way, $0.arc) }
  }

  /// Seconds from the entry to the threshold with so far along the arc; the inverse of the engine's table.
  func seconds(_ way: Way, group: Int, level: Int, along_m: Double) -> Double {
    var (low, high) = (
      way.tables.shortest_s(group: group, level: level),
      way.tables.longest_s(group: group, level: level)
    )
    for _ in 0..<24 {
      let middle = (low + high) / 2
      if way.tables.along_m(group: group, level: level, seconds: middle) ?? 0 < along_m {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }

  /// When the turn to the merge point begins, in seconds after the entry.
  func turn_s(_ way: Way, group: Int, level: Int, along_m: Double) -> Double {
    way.tables.flight(group: group, level: level).trajectory(
      along_m: along_m, begin: 0, every: 60
    ).directTo
  }

  // MARK: Where a flight is

  /// How far beside the arc or its straight leg a flight still counts as on it, in metres.
  private static let beside = 1500.0
  /// How far its course may be off the arc's, in degrees.
  private static let off = 50.0

  /// What a flight's last place says of its way; nil if it has no place or no way.
  func estimate(_ flight: BoardFlight, level: Int) -> Estimate? {
    guard let place = flight.place, let placed = flight.placed, let way = way(flight.way),
      let arc = way.merge.arcs.first(where: { $0.name == flight.arc })
    else { return nil }
    let group = group(flight.type)
    let point = way.merge.frame.plane(place)
    let time = Double(placed)
    let (merge, speed) = (way.merge, flight.speed ?? 0)
    let radius = merge.mergePoint.distance(to: point)
    if flight.phase == .direct || isInside(flight, radius, arc, way) {
      return direct(flight, way, group, level, point, radius, time)
    }
    if let along = along(point, merge, arc, course: flight.course_deg) {
      let flown = turn_s(way, group: group, level: level, along_m: along)
      let all = seconds(way, group: group, level: level, along_m: along)
      return Estimate(phase: .arc, entry: time - flown, landing: time + all - flown)
    }
    if let left = leg(point, merge, arc), flight.phase == .arc || isAlong(flight, merge, arc) {
      let begun = turn_s(way, group: group, level: level, along_m: 0)
      let flown = begun * (1 - left / max(1, arc.entry_m))
      let all = way.tables.shortest_s(group: group, level: level)
      return Estimate(phase: .arc, entry: time - flown, landing: time + all - flown)
    }
    let distance = point.distance(to: merge.entryPoint(arc))
    // Who reports no speed, or hardly moves, is taken to come at the speed of the arcs.
    let pace = speed > 60 ? speed : way.tables.scenario.speeds.map(\.cas).max() ?? 110
    return Estimate(phase: .outside, entry: time + distance / pace, landing: nil)
  }

  /// Whether a flight has left the arc for the merge point: it was on it, or comes in below it.
  private func isInside(
    _ flight: BoardFlight, _ radius: Double, _ arc: SequencingArc, _ way: Way
  ) -> Bool {
    guard radius < arc.radius_m - Self.beside else { return false }
    if flight.phase != .outside { return true }
    let lowest = arc.levels_m.min() ?? 0
    return flight.level_m.map { $0 < lowest - 150 } ?? false
  }

  private func direct(
    _ flight: BoardFlight, _ way: Way, _ group: Int, _ level: Int, _ point: PlanePoint,
    _ radius: Double, _ time: Double
  ) -> Estimate {
    let merge = way.merge
    let threshold = PlanePoint(east: 0, north: 0)
    let home = point.distance(to: threshold)
    // Beyond the merge point the way is straight to the threshold.
    let isPast = home < merge.merge_m
    let toGo = isPast ? home : radius + merge.merge_m
    // The way that comes in where the flight is, so that it meets the same wind.
    let flown = way.tables.flight(group: group, level: level)
    let arc = flown.arc
    let sign = arc.isClockwise ? 1.0 : -1.0
    let bearing = isPast ? merge.outbound_deg : merge.mergePoint.bearing(to: point)
    let ahead = asin(min(1, flown.turn_m / max(1, arc.radius_m - flown.turn_m))) * 180 / .pi
    let angle = sign * Self.turn(merge.outbound_deg + arc.from_deg, bearing) - ahead
    let along = min(max(0, angle * .pi / 180 * arc.radius_m), arc.length_m)
    let points = flown.trajectory(along_m: along, begin: 0, every: 10).points
    let end = points.last?.time ?? 0
    var left = 0.0
    for (outer, inner) in zip(points, points.dropFirst()).reversed() where outer.toGo_m >= toGo {
      let stretch = max(1e-6, outer.toGo_m - inner.toGo_m)
      let share = (toGo - inner.toGo_m) / stretch
      left = end - inner.time + (inner.time - outer.time) * share
      break
    }
    return Estimate(
      phase: .direct, entry: Double(flight.entry ?? Int64(time)), landing: time + left)
  }

  private static func turn(_ from: Double, _ to: Double) -> Double {
    let way = (to - from).truncatingRemainder(dividingBy: 360)
    return way > 180 ? way - 360 : way < -180 ? way + 360 : way
  }

  /// How far along an arc a place is, in metres; nil if it is not on it.
  private func along(
    _ point: PlanePoint, _ merge: PointMerge, _ arc: SequencingArc, course: Double?
  ) -> Double? {
    let radius = merge.mergePoint.distance(to: point)
    guard abs(radius - arc.radius_m) <= Self.beside else { return nil }
    let bearing = merge.mergePoint.bearing(to: point)
    let sign = arc.isClockwise ? 1.0 : -1.0
    let angle = sign * Self.turn(merge.outbound_deg + arc.from_deg, bearing)
    // A little before the beginning and beyond the end counts, so that no place falls between two parts.
    guard angle >= -1, angle <= abs(arc.to_deg - arc.from_deg) + 3 else { return nil }
    if let course, abs(Self.turn(bearing + sign * 90, course)) > Self.off { return nil }
    return min(max(0, angle) * .pi / 180 * arc.radius_m, arc.length_m)
  }

  /// How far a place on the straight leg is from the beginning of the arc, in metres; nil if it is not on it.
  private func leg(_ point: PlanePoint, _ merge: PointMerge, _ arc: SequencingArc) -> Double? {
    let begin = merge.point(arc, at: arc.from_deg)
    let entry = merge.entryPoint(arc)
    guard arc.entry_m > 0 else { return nil }
    let (east, north) = (
      (begin.east - entry.east) / arc.entry_m, (begin.north - entry.north) / arc.entry_m
    )
    let (x, y) = (point.east - entry.east, point.north - entry.north)
    let along = x * east + y * north
    guard (-Self.beside...arc.entry_m).contains(along), abs(x * north - y * east) <= Self.beside
    else {
      return nil
    }
    return arc.entry_m - max(0, along)
  }

  private func isAlong(
    _ flight: BoardFlight, _ merge: PointMerge, _ arc: SequencingArc
  ) -> Bool {
    guard let course = flight.course_deg else { return true }
    let leg = merge.entryPoint(arc).bearing(to: merge.point(arc, at: arc.from_deg))
    return abs(Self.turn(leg, course)) <= Self.off
  }
}

extension Airport {
  /// A procedure of the airport as a scenario for the engine, which is also the file of `tequ arrivals simulate`.
  func mergeScenario(
    _ merge: PointMerge, fleet: [FleetGroup], wind: BoardWind?, hourly: Int, shift: Int
  ) -> JSONValue {
    let rules = scenario.study.after
    func km(_ metres: Double) -> JSONValue { .number(metres / 1000) }
    let arcs = merge.arcs.map { arc -> JSONValue in
      [
        "name": .string(arc.name), "radius_km": km(arc.radius_m), "from_deg": .number(arc.from_deg),
        "to_deg": .number(arc.to_deg), "levels_m": .array(arc.levels_m.map { .number($0) }),
        "entry_km": km(arc.entry_m),
      ]
    }
    let groups = fleet.map { group -> JSONValue in
      [
        "type": .string(group.type.designator), "mass_kg": .integer(Int64(group.type.mass_kg)),
        "span_m": .number(Double(group.type.span_cm) / 100), "share": .number(group.weight),
        "approach_kt": .number(group.profile.landingSpeed / ApproachProfile.knot),
        "occupancy_s": .number(group.occupancy_s),
      ]
    }
    let layers = (wind?.layers ?? []).map { layer -> JSONValue in
      [
        "altitude_m": .integer(layer.altitude_m), "from_deg": .integer(layer.from_deg),
        "speed_kt": .integer(layer.speed_kt),
      ]
    }
    return [
      "name": .string("\(name.en), runway \(merge.threshold.name)"),
      "day": .string(scenario.day.description), "scheme": .string(rules.scheme.id),
      "radar_km": km(rules.radarMinimum_m), "vertical_m": .number(merge.limits.vertical_m),
      "buffer_s": .number(rules.buffer_s), "final_km": km(min(rules.final_m, merge.merge_m)),
      "runway": [
        "name": .string(merge.threshold.name),
        "latitude": .number(merge.threshold.place.latitude),
        "longitude": .number(merge.threshold.place.longitude),
        "course_deg": .number(merge.threshold.course_deg),
        "elevation_m": .number(merge.threshold.elevation_m),
      ],
      "merge": [
        "distance_km": km(merge.merge_m), "floor_m": .number(merge.mergeFloor_m),
        "ceiling_m": .number(merge.mergeCeiling_m), "intercept_m": .number(merge.intercept_m),
        "glide_deg": .number(merge.glide_deg),
      ],
      // From the arcs inwards everybody slows down over ten kilometres before the final approach.
      "speeds": [["to_go_km": km(merge.merge_m + 10_000), "cas_kt": .number(arcSpeed_kt)]],
      "arcs": .array(arcs), "fleet": .array(groups), "wind": .array(layers),
      "hourly": .integer(Int64(hourly)), "shift": .integer(Int64(shift)),
      "assumptions": .array(assumptions.map { .string($0.en) }),
    ]
  }
}
