import Airspace
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The air picture: what is in the air over the city at a moment, as a map, a profile of heights and a list.
extension LowAltitudeMeasure {
  /// How far back everybody may look, in seconds (city policy).
  static let publicPast: Int64 = 30 * 86_400

  func pictureRoutes(_ routes: inout Routes) {
    routes.get("/low-altitude/picture") { try await picturePage($0) }
    routes.get("/api/low-altitude/picture", .everybody, .interface) { visit in
      let moment = try pictureMoment(visit)
      let flights = try await flights(at: moment, now: visit.now)
      return .json([
        "at": .string(moment.rfc3339(in: .utc)), "flights": .array(flights.map { record($0) }),
      ])
    }
    overheadRoutes(&routes)
  }

  /// The moment that a query names; now if it names none. What is still to come is for air traffic control:
  /// who knew beforehand where blood or vaccines will fly could wait for them.
  func pictureMoment(_ visit: Visit) throws -> Instant {
    guard let text = visit.request.query["at"], !text.isEmpty else { return visit.now }
    return try LowAltitudeMeasure.moment(text, zone: profile.zone, now: visit.now)
  }

  /// A moment from a form or a query, as RFC 3339 or as a browser's date and time in the city; throws 422 for
  /// what cannot be read, for the future and for what is too long ago.
  static func moment(_ text: String, zone: ZoneOffset, now: Instant) throws -> Instant {
    let seconds = text.count == 16 ? text + ":00" : text
    let whole = seconds.hasSuffix("Z") || seconds.count > 19 ? seconds : seconds + zone.designator
    guard let moment = Instant(rfc3339: whole) else {
      throw Problem.invalid([
        Problem.Field(
          "at", Phrase("时间应如 2026-03-02T09:30。", en: "A time looks like 2026-03-02T09:30."))
      ])
    }
    guard moment <= now, moment >= now.adding(seconds: -publicPast) else {
      throw Problem.invalid([
        Problem.Field(
          "at", Phrase("只能查看过去30天之内的时刻。", en: "Only moments of the last 30 days can be seen."))
      ])
    }
    return moment
  }

  /// The flights that were in the air at a moment, by number.
  func flights(at moment: Instant, now: Instant) async throws -> [ShownFlight] {
    let found = try await desk.store.read { try FlightBook.flying(at: moment, $0) }
    let isNow = abs(moment.seconds - now.seconds) <= 60
    return found.filter { flight in
      guard flight.start <= moment, moment <= flight.end else { return false }
      // Its window is wider than its path: past its last point it is in the air only if it has not reported its end.
      return flight.isArea || flight.position(at: moment) != nil
        || (isNow && flight.state == .active)
    }
    .sorted { $0.number < $1.number }
    .map { shown($0, at: moment) }
  }

  /// A flight where it was last reported, if that is of this moment, else where it is planned.
  private func shown(_ flight: ApprovedFlight, at moment: Instant) -> ShownFlight {
    let last = flight.isArea ? nil : flight.points.last.map { ($0.place, $0.altitude) }
    let planned = flight.position(at: moment) ?? last
    guard let standing = telemetry.standing(of: flight.number), let last = standing.last,
      abs(last.at.seconds - moment.seconds) <= 5
    else { return ShownFlight(flight: flight, position: planned, alarm: nil) }
    return ShownFlight(
      flight: flight, position: (last.place, last.altitude), alarm: standing.state)
  }

  /// A flight as everybody may know it: no person, not even the one who flies it.
  func record(_ shown: ShownFlight) -> JSONValue {
    var members: [String: JSONValue] = [
      "flight": .string(shown.flight.number), "mission": .string(shown.flight.mission.rawValue),
      "from": .string(shown.flight.start.rfc3339(in: .utc)),
      "to": .string(shown.flight.end.rfc3339(in: .utc)),
    ]
    if let position = shown.position {
      members["lat"] = .number(position.place.latitude)
      members["lon"] = .number(position.place.longitude)
      members["altitude_m"] = .number(position.altitude)
    }
    return .object(members)
  }

  private func picturePage(_ visit: Visit) async throws -> Response {
    var problem: Problem?
    var moment = visit.now
    do { moment = try pictureMoment(visit) } catch let fault as Problem { problem = fault }
    let flights = try await flights(at: moment, now: visit.now)
    let assets = try await desk.store.all(NetworkBook.all)
      .filter { $0.state == .inService && [.routes, .facilities].contains($0.network) }
    let zones = try await zones(at: moment).filter { $0.isIn(force: moment) }
    let day = try await day(before: visit.now)
    let title = Phrase("空中态势", en: "Air picture")
    return visit.page(
      title, trail: LowAltitudeMeasure.networkTrail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(title) { h in
        h.time(moment, in: profile.zone)
        h.tag(
          Phrase(
            "\(flights.count) 架次", en: flights.count == 1 ? "1 flight" : "\(flights.count) flights"),
          .info)
      }
      slider(&h, visit, moment, day)
      h.element("div", .class("two")) { h in
        h.element("div") { h in
          SkyMap(assets: assets, flights: flights, middle: cityMiddle, zones: zones).render(
            &h, Phrase("平面", en: "From above"))
        }
        h.element("div") { h in
          HeightChart(flights: flights, moment: moment).render(
            &h, Phrase("高度剖面", en: "From the side"))
        }
      }
      flightTable(&h, flights)
      h.element("div", .class("actions")) { h in
        h.buttonLink(Phrase("我头顶上在飞什么", en: "What flies above me"), "/low-altitude/overhead")
        h.buttonLink(
          Phrase("适飞空域", en: "Where one may fly"), "/low-altitude/airspace", .quiet)
      }
    }
  }

  /// How many flights were in the air in each half hour of the last day, and a moment of it at which one was.
  private func day(before now: Instant) async throws -> [DayStrip.Bar] {
    let last = now.seconds / DayStrip.step * DayStrip.step
    let first = Instant(seconds: last - 47 * DayStrip.step)
    let flights = try await desk.store.all(FlightBook.during(first, now))
      .filter { $0.state != .dropped }
      .map { ($0.start, $0.isArea ? $0.end : $0.points.last?.at ?? $0.end) }
    return (0..<48).map { index in
      let from = first.adding(seconds: Int64(index) * DayStrip.step)
      let to = min(now, from.adding(seconds: DayStrip.step - 1))
      let there = flights.filter { $0.0 <= to && from <= $0.1 }
      let seen = there.map { max(from, $0.0) }.min()
      return DayStrip.Bar(from: from, at: seen ?? from, count: there.count)
    }
  }

  /// The last day as bars to choose a moment from, steps back and forth, and a field for any moment.
  private func slider(
    _ h: inout HTML, _ visit: Visit, _ moment: Instant, _ day: [DayStrip.Bar]
  ) {
    DayStrip(bars: day, moment: moment, zone: profile.zone).render(&h)
    let steps: [(Phrase, Int64)] = [
      (Phrase("−1小时", en: "−1 h"), -3600), (Phrase("−10分", en: "−10 min"), -600),
      (Phrase("−1分", en: "−1 min"), -60), (Phrase("+1分", en: "+1 min"), 60),
      (Phrase("+10分", en: "+10 min"), 600), (Phrase("+1小时", en: "+1 h"), 3600),
    ]
    h.element("nav", .class("actions"), .label(Phrase("时间", en: "Time"))) { h in
      for (name, seconds) in steps {
        let target = moment.adding(seconds: seconds)
        guard target <= visit.now else { continue }
        let at = PercentCoding.encode(target.rfc3339(in: profile.zone))
        h.buttonLink(name, "/low-altitude/picture?at=\(at)", .quiet)
      }
      h.buttonLink(Phrase("现在", en: "Now"), "/low-altitude/picture", .quiet)
    }
    h.element(
      "form", .action("/low-altitude/picture"), .named("method", "get"), .class("filters")
    ) { h in
      let state = FormState(values: [("at", localText(moment))])
      h.textField("at", Phrase("时刻", en: "Moment"), state, type: "datetime-local")
      h.button(Phrase("查看", en: "Show"), .quiet)
    }
  }

  /// A moment as a browser's field takes it.
  func localText(_ moment: Instant) -> String {
    String(moment.rfc3339(in: profile.zone).prefix(16))
  }

  func flightTable(_ h: inout HTML, _ flights: [ShownFlight]) {
    guard !flights.isEmpty else {
      return h.empty(Phrase("此刻没有在飞的航班。", en: "Nothing is in the air at this moment."))
    }
    h.table(
      Phrase("飞行", en: "Flights"),
      columns: [
        (Phrase("序号与编号", en: "No. and number"), false), (Phrase("任务", en: "Mission"), false),
        (Phrase("高度（米）", en: "Height (m)"), true), (Phrase("时段", en: "Window"), false),
      ]
    ) { table in
      for (index, shown) in flights.enumerated() {
        let flight = shown.flight
        table.row([
          { $0.text("\(index + 1)　\(flight.number)") }, { $0.text(flight.mission.name) },
          { h in
            guard let position = shown.position else {
              return h.text("\(flight.lowerCM / 100)–\(flight.upperCM / 100)")
            }
            h.text(Figures.fixed(position.altitude, 0))
          },
          { h in
            h.time(
              flight.start, in: profile.zone, .short(year: flight.start.date(in: profile.zone).year)
            )
            h.text("–")
            h.time(
              flight.end, in: profile.zone, .short(year: flight.end.date(in: profile.zone).year))
          },
        ])
      }
    }
  }
}
