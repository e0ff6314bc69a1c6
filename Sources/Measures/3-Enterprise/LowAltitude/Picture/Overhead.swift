import Airspace
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// A flight that came near a place.
struct NearFlight: Sendable {
  let flight: ApprovedFlight
  /// Metres on the ground from the place at the nearest moment; 0 within the area of a flight over an area.
  let distance: Double
  /// Metres above the ellipsoid then; nil for a flight over an area.
  let altitude: Double?
  /// The nearest moment; nil for a flight over an area.
  let at: Instant?
}

/// Who flew above a place at a time, by the approved paths.
struct OverheadSearch {
  /// Metres on the ground within which a flight counts as above (city policy).
  static let radius = 300.0
  /// Seconds before and after the moment that count, since people look at the clock late (city policy).
  static let around: Int64 = 120

  let place: LatLng
  let moment: Instant

  /// The flights that came within ``radius`` during ``around``, the nearest first.
  func near(_ flights: [ApprovedFlight]) -> [NearFlight] {
    flights.compactMap { flight in
      guard flight.state != .dropped else { return nil }
      return flight.isArea ? area(flight) : path(flight)
    }.sorted { ($0.distance, $0.flight.number) < ($1.distance, $1.flight.number) }
  }

  private var from: Instant { moment.adding(seconds: -OverheadSearch.around) }
  private var to: Instant { moment.adding(seconds: OverheadSearch.around) }

  private func area(_ flight: ApprovedFlight) -> NearFlight? {
    guard flight.start <= to, from <= flight.end else { return nil }
    let distance = Outline.polygon(flight.corners).distance(from: place)
    guard distance <= OverheadSearch.radius else { return nil }
    return NearFlight(flight: flight, distance: distance, altitude: nil, at: nil)
  }

  private func path(_ flight: ApprovedFlight) -> NearFlight? {
    guard let path = try? Trajectory(flight.track(on: CityPlane(around: place))),
      let nearest = path.nearest(
        east: 0, north: 0, between: Double(from.microseconds) / 1e6,
        and: Double(to.microseconds) / 1e6), nearest.distance <= OverheadSearch.radius
    else { return nil }
    return NearFlight(
      flight: flight, distance: nearest.distance, altitude: nearest.point.up,
      at: Instant(microseconds: Int64((nearest.point.time * 1e6).rounded())))
  }
}

extension ApprovedFlight {
  /// The corners of its area, the first not repeated.
  var corners: [LatLng] {
    let places = points.map(\.place)
    return places.count > 1 && places.first == places.last ? Array(places.dropLast()) : places
  }
}

/// “What flies above me”: a place and a time give the flights. The place is sent in a form's body and kept
/// nowhere: neither in the store nor in an address.
extension LowAltitudeMeasure {
  func overheadRoutes(_ routes: inout Routes) {
    routes.get("/low-altitude/overhead") { try await overheadPage($0, nil, nil) }
    routes.post("/low-altitude/overhead") { visit in
      let form = try visit.request.form()
      do {
        let search = try search(form["lat"], form["lon"], form["at"], visit.now)
        return try await overheadPage(visit, search, nil)
      } catch let problem as Problem where problem.status == 422 {
        return try await overheadPage(visit, nil, problem)
      }
    }
    routes.post("/api/low-altitude/overhead", .everybody, .interface) { visit in
      let body = try visit.request.json()
      func text(_ name: String) -> String? {
        body[name]?.double.map { "\($0)" } ?? body[name]?.string
      }
      let search = try search(text("lat"), text("lon"), text("at"), visit.now)
      return .json(["flights": .array(try await near(search).map { record($0) })])
    }
  }

  /// A search from what was entered; throws 422 for each field that cannot be read.
  func search(
    _ lat: String?, _ lon: String?, _ at: String?, _ now: Instant
  ) throws -> OverheadSearch {
    var faults: [Problem.Field] = []
    func degrees(_ text: String?, _ name: String, _ limit: Double) -> Double {
      if let text, let value = Double(FieldReader.trimmed(text)), abs(value) <= limit {
        return value
      }
      faults.append(
        Problem.Field(
          name, Phrase("应为度数，例如 22.5431。", en: "Give degrees, such as 22.5431.")))
      return 0
    }
    let place = LatLng(
      latitude: degrees(lat, "lat", 90), longitude: degrees(lon, "lon", 180))
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    let text = FieldReader.trimmed(at ?? "")
    let moment =
      text.isEmpty ? now : try LowAltitudeMeasure.moment(text, zone: profile.zone, now: now)
    return OverheadSearch(place: place, moment: moment)
  }

  /// What a search finds.
  func near(_ search: OverheadSearch) async throws -> [NearFlight] {
    let (from, to) = (
      search.moment.adding(seconds: -OverheadSearch.around),
      search.moment.adding(seconds: OverheadSearch.around)
    )
    return search.near(try await desk.store.all(FlightBook.during(from, to)))
  }

  private func record(_ near: NearFlight) -> JSONValue {
    var members: [String: JSONValue] = [
      "flight": .string(near.flight.number), "mission": .string(near.flight.mission.rawValue),
      "distance_m": .integer(Int64(near.distance.rounded())),
    ]
    if let altitude = near.altitude { members["altitude_m"] = .integer(Int64(altitude.rounded())) }
    if let at = near.at { members["at"] = .string(at.rfc3339(in: .utc)) }
    return .object(members)
  }

  private func overheadPage(
    _ visit: Visit, _ search: OverheadSearch?, _ problem: Problem?
  ) async throws -> Response {
    let found = if let search { try await near(search) } else { [NearFlight]() }
    let title = Phrase("我头顶上在飞什么", en: "What flies above me")
    return visit.page(
      title, trail: LowAltitudeMeasure.networkTrail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "填地点和时间，列出前后2分钟内从周围300米飞过的航班。您的位置不保存。",
          en:
            "Give a place and a time: you see the flights that passed within 300 m and two minutes. Your "
            + "place is not kept."))
      if search != nil { overheadResult(&h, visit, found) }
      let state = visit.entered(problem, else: [("at", localText(visit.now))])
      h.form("/low-altitude/overhead", csrf: visit.csrf) { h in
        placeFields(&h, state)
        h.button(Phrase("查找", en: "Find"))
      }
    }
  }

  func placeFields(_ h: inout HTML, _ state: FormState) {
    h.textField(
      "lat", Phrase("纬度（度）", en: "Latitude (degrees)"),
      hint: Phrase("可在手机地图上长按读取，例如 22.5431。", en: "Hold a finger on your phone's map to read it."),
      state,
      inputMode: "decimal", isRequired: true)
    h.textField(
      "lon", Phrase("经度（度）", en: "Longitude (degrees)"), state, inputMode: "decimal",
      isRequired: true)
    h.textField("at", Phrase("时间", en: "Time"), state, type: "datetime-local")
  }

  private func overheadResult(_ h: inout HTML, _ visit: Visit, _ found: [NearFlight]) {
    h.section(Phrase("结果", en: "Result"))
    if found.isEmpty {
      h.empty(
        Phrase("这段时间附近没有经批准的飞行。", en: "No approved flight passed near this place at this time."))
    } else {
      h.table(
        Phrase("飞过的航班", en: "Flights that passed"),
        columns: [
          (Phrase("编号", en: "Number"), false), (Phrase("任务", en: "Mission"), false),
          (Phrase("距离（米）", en: "Distance (m)"), true), (Phrase("高度（米）", en: "Height (m)"), true),
          (Phrase("时间", en: "Time"), false),
        ]
      ) { table in
        for near in found {
          table.row([
            { $0.text(near.flight.number) }, { $0.text(near.flight.mission.name) },
            { $0.text(Figures.fixed(near.distance, 0)) },
            { $0.text(near.altitude.map { Figures.fixed($0, 0) } ?? "—") },
            { h in
              guard let at = near.at else { return h.text("—") }
              h.time(at, in: profile.zone)
            },
          ])
        }
      }
    }
    h.element("p") { h in
      h.buttonLink(
        Phrase("投诉噪声、隐私或安全", en: "Complain about noise, privacy or danger"),
        "/low-altitude/complaints/new", .quiet)
    }
  }
}
