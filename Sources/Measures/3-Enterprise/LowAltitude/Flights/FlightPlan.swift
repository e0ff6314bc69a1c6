import Airspace
import CaseWork
import CityProfiles
import Commons

/// Where and when a flight is: a path flown at a speed, or an area between two heights.
struct FlightPlan: Hashable, Sendable {
  var points: [FlightPoint]
  let isArea: Bool
  var lowerCM, upperCM: Int64
  var start, end: Instant
  /// The greatest height above the ground, in metres, rounded up.
  var height: Int64

  /// Points of a path at most.
  static let mostPoints = 200
  /// Metres from the middle of the city at most: there the plane is exact enough.
  static let reach = 100_000.0

  var json: JSONValue {
    [
      "points": .array(points.map(\.json)), "area": .bool(isArea), "lower": .integer(lowerCM),
      "upper": .integer(upperCM), "start": .integer(start.microseconds),
      "end": .integer(end.microseconds), "height": .integer(height),
    ]
  }

  /// Reads ``json``; throws 400 for anything else.
  init(_ json: JSONValue?) throws(Problem) {
    guard let json, let points = json["points"]?.array, let isArea = json["area"]?.bool,
      let lower = json["lower"]?.integer, let upper = json["upper"]?.integer,
      let start = json["start"]?.integer, let end = json["end"]?.integer,
      let height = json["height"]?.integer
    else { throw .malformed(Phrase("飞行计划无法读取。", en: "The plan cannot be read.")) }
    self.points = points.compactMap { FlightPoint($0) }
    self.isArea = isArea
    (lowerCM, upperCM) = (lower, upper)
    (self.start, self.end) = (Instant(microseconds: start), Instant(microseconds: end))
    self.height = height
  }

  init(
    points: [FlightPoint], isArea: Bool, lowerCM: Int64, upperCM: Int64, start: Instant,
    end: Instant, height: Int64 = 0
  ) {
    self.points = points
    self.isArea = isArea
    (self.lowerCM, self.upperCM) = (lowerCM, upperCM)
    (self.start, self.end) = (start, end)
    self.height = height
  }

  // MARK: In the plane

  /// The path; nil for an area.
  func trajectory(in plane: CityPlane) throws(Problem) -> Trajectory? {
    guard !isArea else { return nil }
    return try Trajectory(
      points.map { point in
        let (east, north) = plane.project(point.place)
        return TrackPoint(
          east: east, north: north, up: point.altitude,
          time: Double(point.at.microseconds) / 1e6)
      })
  }

  /// The volume of an area; nil for a path.
  var volume: Volume4D? {
    guard isArea else { return nil }
    return Volume4D(
      .polygon(Array(points.dropLast().map(\.place))), lower: Double(lowerCM) / 100,
      upper: Double(upperCM) / 100, start: start, end: end)
  }

  /// The plan that follows another path.
  func along(_ path: Trajectory, in plane: CityPlane, ground: Double) -> FlightPlan {
    var next = self
    next.points = path.points.map { point in
      let place = plane.place(east: point.east, north: point.north)
      return FlightPoint(
        longitudeE7: Int64((place.longitude * 1e7).rounded()),
        latitudeE7: Int64((place.latitude * 1e7).rounded()),
        altitudeCM: Int64((point.up * 100).rounded()),
        at: Instant(microseconds: Int64((point.time * 1e6).rounded())))
    }
    let altitudes = next.points.map(\.altitudeCM)
    (next.lowerCM, next.upperCM) = (altitudes.min() ?? 0, altitudes.max() ?? 0)
    next.height = Int64((Double(next.upperCM) / 100 - ground - 1e-6).rounded(.up))
    if let first = next.points.first, let last = next.points.last {
      let slack = end.microseconds - (points.last?.at.microseconds ?? end.microseconds)
      (next.start, next.end) = (first.at, last.at.adding(microseconds: max(0, slack)))
    }
    return next
  }
}

// MARK: What people write

extension FlightPlan {
  /// The plan that an application describes.
  ///
  /// - Throws: ``Problem`` 422 with every field at fault.
  init(_ said: CaseFacts, _ rules: FlightRules) throws(Problem) {
    var faults: [Problem.Field] = []
    func fault(_ field: String, _ zh: String, _ en: String) {
      faults.append(Problem.Field(field, Phrase(zh, en: en)))
    }
    let start = FlightPlan.moment(said.text("start"), rules)
    let end = FlightPlan.moment(said.text("end"), rules)
    for (name, moment) in [("start", start), ("end", end)] where moment == nil {
      fault(
        name, "应为日期和时刻，例如 2026-03-02T14:30。", "Give day and time, such as 2026-03-02T14:30.")
    }
    if let start, let end {
      if end <= start { fault("end", "结束时刻应晚于开始时刻。", "The end must be later than the start.") }
      if end.seconds - start.seconds > FlightBook.longest {
        fault("end", "一次申请最长24小时。", "One application covers 24 hours at most.")
      }
    }
    let low = said.integer("height-low") ?? 0
    let high = said.integer("height-high") ?? 0
    if low > high { fault("height-low", "最低真高高于最高真高。", "The lowest height is above the highest.") }
    let isArea = said.text("shape") == "area"
    var corners: [(place: LatLng, height: Double?)] = []
    do throws(Problem) {
      corners = try PathReader.read(said.text("path"), isArea: isArea)
      try FlightPlan.checkPlaces(corners.map(\.place), rules)
    } catch {
      faults.append(Problem.Field("path", error.detail))
    }
    guard faults.isEmpty, let start, let end else { throw .invalid(faults) }
    let plan =
      try isArea
      ? FlightPlan.area(corners.map(\.place), low, high, start, end, rules)
      : FlightPlan.path(
        corners, low, high, Double(said.integer("speed-kmh") ?? 1) / 3.6, start, end, rules)
    if let volume = plan.volume {
      do throws(Problem) { try volume.check() } catch {
        throw .invalid([Problem.Field("path", error.detail)])
      }
    }
    self = plan
  }

  /// Reads `2026-03-02T14:30` as the city's own time, or a time with its zone.
  static func moment(_ text: String, _ rules: FlightRules) -> Instant? {
    if let moment = Instant(rfc3339: text) { return moment }
    let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " })
    guard parts.count == 2, let day = CivilDate(parts[0]) else { return nil }
    let clock = parts[1].split(separator: ":")
    guard (2...3).contains(clock.count), clock.allSatisfy({ $0.utf8.count == 2 }),
      let hour = Int(clock[0]), let minute = Int(clock[1]), (0..<24).contains(hour),
      (0..<60).contains(minute), clock.count == 2 || clock[2] == "00"
    else { return nil }
    return Instant(day, secondOfDay: hour * 3600 + minute * 60, in: rules.profile.zone)
  }

  /// Every place must lie where the city's plane holds: poles and the date line are far outside.
  static func checkPlaces(_ places: [LatLng], _ rules: FlightRules) throws(Problem) {
    let middle = rules.plane.middle
    for (index, place) in places.enumerated() {
      guard place.isValid else {
        throw wrong(
          "第\(index + 1)点的经纬度（\(place.longitude)，\(place.latitude)）超出范围",
          "point \(index + 1) at longitude \(place.longitude), latitude \(place.latitude) is out of range"
        )
      }
      let distance = place.distance(to: middle)
      guard distance <= reach else {
        throw wrong(
          "第\(index + 1)点距本市中心\(Int(distance / 1000))公里，超过100公里",
          "point \(index + 1) lies \(Int(distance / 1000)) km from the middle of the city; 100 km at most"
        )
      }
    }
  }

  static func wrong(_ zh: String, _ en: String) -> Problem {
    Problem(
      "flight-path", status: 400, title: Phrase("航线有误", en: "This is no path"),
      detail: Phrase("\(zh)。", en: "The path is refused: \(en)."))
  }

  private static func point(
    _ place: LatLng, _ altitude: Double, _ seconds: Double
  ) -> FlightPoint {
    FlightPoint(
      longitudeE7: Int64((place.longitude * 1e7).rounded()),
      latitudeE7: Int64((place.latitude * 1e7).rounded()),
      altitudeCM: Int64((altitude * 100).rounded()),
      at: Instant(microseconds: Int64((seconds * 1e6).rounded())))
  }

  private static func area(
    _ places: [LatLng], _ low: Int64, _ high: Int64, _ start: Instant, _ end: Instant,
    _ rules: FlightRules
  ) -> FlightPlan {
    let closed = places + places.prefix(1)
    return FlightPlan(
      points: closed.map { point($0, rules.ground + Double(low), Double(start.seconds)) },
      isArea: true, lowerCM: Int64(((rules.ground + Double(low)) * 100).rounded()),
      upperCM: Int64(((rules.ground + Double(high)) * 100).rounded()), start: start, end: end,
      height: high)
  }

  /// Points are passed at one speed from the start on, along the way that is flown, heights included.
  private static func path(
    _ corners: [(place: LatLng, height: Double?)], _ low: Int64, _ high: Int64, _ speed: Double,
    _ start: Instant, _ end: Instant, _ rules: FlightRules
  ) throws(Problem) -> FlightPlan {
    let plane = rules.plane
    var time = Double(start.seconds)
    var points: [FlightPoint] = []
    var last: (east: Double, north: Double, up: Double)?
    for (index, corner) in corners.enumerated() {
      let height = corner.height ?? Double(high)
      guard (Double(low)...Double(max(low, high))).contains(height) else {
        throw .invalid([
          Problem.Field(
            "path",
            Phrase(
              "第\(index + 1)点真高\(Int(height))米，不在所填高度\(low)至\(high)米之内。",
              en:
                "Point \(index + 1) is at \(Int(height)) m, outside the heights given, \(low) to \(high) m."
            ))
        ])
      }
      let (east, north) = plane.project(corner.place)
      let up = rules.ground + height
      if let last {
        let (dx, dy, dz) = (east - last.east, north - last.north, up - last.up)
        let way = (dx * dx + dy * dy + dz * dz).squareRoot()
        guard way >= 0.1 else {
          throw .invalid([
            Problem.Field(
              "path",
              Phrase("第\(index + 1)点与前一点重合。", en: "Point \(index + 1) is the point before it."))
          ])
        }
        time += way / speed
      }
      last = (east, north, up)
      points.append(point(corner.place, up, time))
    }
    guard time <= Double(end.seconds) else {
      let needed = Instant(seconds: Int64(time.rounded(.up)))
      throw .invalid([
        Problem.Field(
          "end",
          Phrase(
            "按所填速度最早\(rules.text(needed))到达，晚于结束时刻。",
            en: "At this speed the path ends at \(rules.text(needed)), after the end."))
      ])
    }
    let altitudes = points.map(\.altitudeCM)
    return FlightPlan(
      points: points, isArea: false, lowerCM: altitudes.min() ?? 0, upperCM: altitudes.max() ?? 0,
      start: start, end: end,
      height: Int64(
        (Double(altitudes.max() ?? 0) / 100 - rules.ground - 1e-6).rounded(.up)))
  }
}

/// Reads a path or an area as people and programs write it: GeoJSON, a bare array of positions, or lines of
/// longitude, latitude and height.
enum PathReader {
  static func read(
    _ text: String, isArea: Bool
  ) throws(Problem) -> [(place: LatLng, height: Double?)] {
    let first = text.unicodeScalars.first { !$0.properties.isWhitespace }
    var positions: [[Double]]
    if first == "{" || first == "[" {
      guard let json = try? JSONValue(parsing: Array(text.utf8)) else {
        throw FlightPlan.wrong("不是可读的JSON", "it is no JSON that can be read")
      }
      positions = try coordinates(json, isArea: isArea)
    } else {
      positions = try lines(text)
    }
    if isArea, positions.count > 1, positions.first?.prefix(2) == positions.last?.prefix(2) {
      positions.removeLast()
    }
    let least = isArea ? 3 : 2
    guard (least...FlightPlan.mostPoints).contains(positions.count) else {
      throw FlightPlan.wrong(
        "有\(positions.count)个点，应为\(least)至\(FlightPlan.mostPoints)个",
        "it has \(positions.count) points; \(least) to \(FlightPlan.mostPoints) are taken")
    }
    return positions.map { position in
      (
        LatLng(latitude: position[1], longitude: position[0]),
        position.count > 2 ? position[2] : nil
      )
    }
  }

  private static func coordinates(
    _ json: JSONValue, isArea: Bool
  ) throws(Problem) -> [[Double]] {
    var list = json
    if let kind = json["type"]?.string {
      let wanted = isArea ? "Polygon" : "LineString"
      guard kind == wanted else {
        throw FlightPlan.wrong(
          "GeoJSON类型是\(kind)，应为\(wanted)", "its GeoJSON type is \(kind), not \(wanted)")
      }
      list = json["coordinates"] ?? .null
    }
    if isArea, let rings = list.array, rings.first?.array?.first?.array != nil {
      guard rings.count == 1 else {
        throw FlightPlan.wrong("区域不能有洞", "an area has one ring and no holes")
      }
      list = rings[0]
    }
    var found: [[Double]] = []
    for (index, item) in (list.array ?? []).enumerated() {
      let numbers = item.array?.compactMap(\.double) ?? []
      guard (2...3).contains(numbers.count), numbers.count == item.array?.count,
        numbers.allSatisfy(\.isFinite)
      else {
        throw FlightPlan.wrong(
          "第\(index + 1)点应为[经度, 纬度, 真高]",
          "point \(index + 1) should be [longitude, latitude, height]")
      }
      found.append(numbers)
    }
    return found
  }

  private static func lines(_ text: String) throws(Problem) -> [[Double]] {
    var found: [[Double]] = []
    for (index, line) in text.split(whereSeparator: { $0.isNewline || $0 == ";" }).enumerated() {
      let parts = line.split(whereSeparator: { $0 == "," || $0 == "，" || $0.isWhitespace })
      if parts.isEmpty { continue }
      let numbers = parts.compactMap { Double($0) }
      guard (2...3).contains(numbers.count), numbers.count == parts.count,
        numbers.allSatisfy(\.isFinite)
      else {
        throw FlightPlan.wrong(
          "第\(index + 1)行应为“经度, 纬度, 真高”",
          "line \(index + 1) should be “longitude, latitude, height”")
      }
      found.append(numbers)
    }
    return found
  }
}
