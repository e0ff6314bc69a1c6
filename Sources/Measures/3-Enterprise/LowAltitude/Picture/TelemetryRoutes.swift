import Airspace
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// Positions come in from providers; alarms go to the controllers' desk.
extension LowAltitudeMeasure {
  /// The scope of a token that may report positions.
  static let reporting = "low-altitude.telemetry"

  func telemetryRoutes(_ routes: inout Routes) {
    routes.foreign(.post, "/api/low-altitude/telemetry") { visit in
      await respond(visit, [[LowAltitudeMeasure.reporting]]) { caller in
        try await takePositions(visit, caller)
      }
    }
    let controller = RouteAccess.holding(HandleAlarm.permission)
    routes.get("/desk/low-altitude/alarms", controller) { try await alarmDesk($0, nil) }
    routes.post("/desk/low-altitude/alarms/{key}", controller) { visit in
      let form = try visit.request.form()
      guard let key = Int64(visit["key"]) else {
        throw Problem.notFound(Phrase("没有这条告警。", en: "There is no such alarm."))
      }
      do {
        _ = try await desk.submit(
          HandleAlarm(key: key, measure: FieldReader.trimmed(form["measure"] ?? "")),
          by: visit.actor, visit.terms(form))
        return .seeOther("/desk/low-altitude/alarms")
      } catch let problem as Problem where problem.status == 422 {
        return try await alarmDesk(visit, problem)
      }
    }
    routes.get("/api/low-altitude/alarms", controller, .interface) { _ in
      .json(["alarms": .array(try await desk.store.all(AlarmBook.open).map(\.record))])
    }
  }

  private func takePositions(_ visit: Visit, _ caller: AirCaller) async throws -> JSONValue {
    let body = try visit.request.json()
    guard let items = body["positions"]?.array, !items.isEmpty else {
      throw AirRefusal.malformed("positions must be a list of one position or more")
    }
    guard items.count <= Telemetry.mostInRequest else {
      throw AirRefusal(413, "a request has at most \(Telemetry.mostInRequest) positions")
    }
    let positions = try items.enumerated().map { index, item -> ReportedPosition in
      guard let flight = item["flight"]?.string, let lat = item["lat"]?.double,
        let lon = item["lon"]?.double, let altitude = item["altitude_m"]?.double,
        let at = item["at"]?.string.flatMap({ Instant(rfc3339: $0) }), abs(lat) <= 90,
        abs(lon) <= 180, abs(altitude) <= 20_000
      else {
        throw AirRefusal.malformed(
          "position \(index): give flight, lat, lon, altitude_m and at (RFC 3339)")
      }
      return ReportedPosition(
        flight: flight, place: LatLng(latitude: lat, longitude: lon), altitude: altitude, at: at)
    }
    let now = visit.now
    let current = try await desk.store.all(
      FlightBook.during(
        now.adding(seconds: -Telemetry.skewSeconds), now.adding(seconds: Telemetry.skewSeconds)))
    let flights = Dictionary(current.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    let result = telemetry.take(positions, from: caller.name, of: flights, at: now)
    let taken = positions.indices.filter { result.refused[$0] == nil }.map { positions[$0] }
    await identify(taken, flights, at: now)
    try await raise(result.alarms)
    try await raise(telemetry.look(at: now))
    let refused = result.refused.sorted { $0.key < $1.key }.map { index, why -> JSONValue in
      ["position": .integer(Int64(index)), "reason": .string(why)]
    }
    return [
      "accepted": .integer(Int64(positions.count - result.refused.count)),
      "refused": .array(refused),
      "states": .object(states(Set(positions.map(\.flight)))),
    ]
  }

  private func states(_ flights: Set<String>) -> [String: JSONValue] {
    var states: [String: JSONValue] = [:]
    for flight in flights {
      guard let standing = telemetry.standing(of: flight) else { continue }
      states[flight] = JSONValue(standing.state?.rawValue)
    }
    return states
  }

  /// Raises alarms; that a flight keeps to its plan again is none.
  func raise(_ alarms: [Telemetry.Alarm]) async throws {
    for alarm in alarms where alarm.change.to != .conforming {
      let key = "\(alarm.flight.number).\(alarm.change.to.rawValue).\(alarm.at.microseconds)"
      _ = try await desk.submit(
        RaiseAlarm(alarm: alarm), by: .system([RaiseAlarm.permission]),
        .init(idempotencyKey: "alarm.\(key)"))
    }
  }

  private func alarmDesk(_ visit: Visit, _ problem: Problem?) async throws -> Response {
    let (open, handled) = try await desk.store.read { view in
      (try view.all(AlarmBook.open), try view.all(AlarmBook.handled))
    }
    let title = Phrase("飞行监控", en: "Flights and alarms")
    return visit.page(
      title, trail: LowAltitudeMeasure.networkTrail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(title) { h in
        h.tag(
          Phrase("跟踪中 \(telemetry.count) 架次", en: "following \(telemetry.count) flights"), .info)
        h.tag(
          Phrase("待处置 \(open.count) 条", en: "\(open.count) open alarms"),
          open.isEmpty ? .good : .bad)
      }
      h.section(Phrase("待处置", en: "To be handled"))
      if open.isEmpty { h.empty(Phrase("没有待处置的告警。", en: "There are no open alarms.")) }
      for alarm in open { openAlarm(&h, alarm, visit) }
      h.section(Phrase("已处置", en: "Handled"))
      h.timeline { h in
        for alarm in handled {
          h.event(alarm.title, at: alarm.raisedAt, in: profile.zone) { h in
            h.element("p", .class("prose"), text: alarm.measure)
          }
        }
      }
    }
  }

  private func openAlarm(_ h: inout HTML, _ alarm: FlightAlarm, _ visit: Visit) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: alarm.title)
      h.element("p") { $0.time(alarm.raisedAt, in: profile.zone) }
      if let lat = alarm.latitudeE6, let lon = alarm.longitudeE6 {
        let place = Figures.fixed(Double(lat) / 1e6, 6) + ", " + Figures.fixed(Double(lon) / 1e6, 6)
        h.p(Phrase("最后位置：\(place)", en: "Last seen at \(place)"))
      }
      h.form(
        "/desk/low-altitude/alarms/\(alarm.key)", csrf: visit.csrf, idempotencyKey: visit.freshKey
      ) { h in
        h.hidden("version", String(alarm.version))
        h.textArea(
          "measure", Phrase("处置措施", en: "What was done"),
          hint: Phrase("例如：通知操控员返航、提示附近航班避让。", en: "Such as: pilot told to return, others warned."),
          FormState(prefix: "a\(alarm.key)-"), rows: 2, isRequired: true)
        h.button(Phrase("登记处置", en: "Record"))
      }
    }
  }
}

extension FlightAlarm {
  /// What is wrong, in a line.
  var title: Phrase {
    let names: [ConformanceState: Phrase] = [
      .nonconforming: Phrase("偏离计划", en: "off its plan"),
      .contingent: Phrase("持续偏离，须避让", en: "off its plan for long: others must make room"),
      .lost: Phrase("失去联系", en: "lost"), .conforming: Phrase("恢复正常", en: "back on its plan"),
    ]
    let ways: [String: Phrase] = [
      "lateral": Phrase("水平偏离 \(amount) 米", en: "\(amount) m beside it"),
      "vertical": Phrase("高度偏离 \(amount) 米", en: "\(amount) m above or below it"),
      "early": Phrase("提前 \(amount) 秒", en: "\(amount) s early"),
      "late": Phrase("迟 \(amount) 秒", en: "\(amount) s late"),
      "time": Phrase("计划时段之外 \(amount) 秒", en: "\(amount) s outside its window"),
    ]
    let what = names[state] ?? .same(state.rawValue)
    guard let way = ways[deviation] else { return .same(flight + " ") + what }
    return .same(flight + " ") + what + Phrase("：", en: ": ") + way
  }

  /// As open data for controllers.
  var record: JSONValue {
    [
      "alarm": .integer(key), "flight": .string(flight), "state": .string(state.rawValue),
      "deviation": .string(deviation), "amount": .integer(amount),
      "raised": .string(raisedAt.rfc3339(in: .utc)),
    ]
  }
}
