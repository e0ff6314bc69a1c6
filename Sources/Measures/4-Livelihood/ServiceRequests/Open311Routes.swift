import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): the catalogue's items as services, public
/// requests, intake. Who posts needs an `api_key`; what comes in by it is public, but for the name.
extension RequestsMeasure {
  func open311Routes(_ routes: inout Routes) {
    for format in GeoFormat.allCases {
      let end = ".\(format.rawValue)"
      func get(
        _ path: String, _ root: String,
        _ answer: @escaping @Sendable (Visit) async throws -> GeoValue
      ) {
        routes.get(path + end, .everybody, .interface) { visit in
          await format.respond(root, visit.language) { try await answer(visit) }
        }
      }
      get("/open311/discovery", "discovery") { self.discovery($0) }
      get("/open311/v2/services", "services") { try self.services($0) }
      get("/open311/v2/services/{code}", "service_definition") { try self.service($0) }
      get("/open311/v2/requests", "service_requests") { try await self.georeports($0) }
      get("/open311/v2/requests/{id}", "service_requests") { try await self.georeport($0) }
      get("/open311/v2/tokens/{token}", "service_requests") { try await self.geotoken($0) }
      routes.post("/open311/v2/requests" + end, .everybody, .interface) { visit in
        await format.respond("service_requests", visit.language, status: 201) {
          try await self.geofile(visit)
        }
      }
    }
  }

  // MARK: Services

  private func jurisdiction(_ visit: Visit) throws(Problem) {
    guard let asked = visit.request.query["jurisdiction_id"], !asked.isEmpty else { return }
    guard asked == profile.code || asked == profile.slug else {
      throw .notFound(Phrase("没有管辖区“\(asked)”。", en: "jurisdiction_id “\(asked)” was not found."))
    }
  }

  private func discovery(_ visit: Visit) -> GeoValue {
    let host = visit.request.headers["host"] ?? "localhost"
    let scheme = visit.request.headers["x-forwarded-proto"] == "https" ? "https" : "http"
    return GeoReport.discovery(
      base: "\(scheme)://\(host)/open311/v2", contact: profile.agencies[0].phone,
      changed: Instant(
        CivilDate(year: 2024, month: 1, day: 1) ?? CivilDate(dayNumber: 0), in: profile.zone))
  }

  private func services(_ visit: Visit) throws -> GeoValue {
    try jurisdiction(visit)
    let language = visit.language
    return .list(
      of: "service",
      profile.items.map { item in
        GeoReport.service(
          code: item.id, name: item.name[language],
          description: (profile.category(item.category)?.name ?? .same(""))[language],
          keywords: item.keywords, group: profile.category(item.category)?.name[language] ?? "")
      })
  }

  private func service(_ visit: Visit) throws -> GeoValue {
    try jurisdiction(visit)
    guard let item = profile.item(visit["code"]) else {
      throw Problem.notFound(
        Phrase("没有服务“\(visit["code"])”。", en: "service_code “\(visit["code"])” was not found."))
    }
    return GeoReport.definition(
      code: item.id,
      [
        GeoReport.Attribute(
          code: "district", description: Phrase("所在区", en: "District")[visit.language],
          values: profile.districts.map { (key: $0.id, name: $0.name[visit.language]) }),
        GeoReport.Attribute(
          code: "title", description: Phrase("一句话标题", en: "Title in a line")[visit.language],
          values: []),
      ])
  }

  // MARK: Requests

  /// Days that one list covers at most, and rows.
  private static let spanDays: Int64 = 90
  private static let rowLimit = 1000

  private func georeports(_ visit: Visit) async throws -> GeoValue {
    try jurisdiction(visit)
    let query = visit.request.query
    if let ids = query["service_request_id"], !ids.isEmpty {
      var found: [GeoValue] = []
      for id in ids.split(separator: ",").prefix(200) {
        if let one = try await record(String(id), visit.language) { found.append(one) }
      }
      return .list(of: "request", found)
    }
    let (from, to) = try span(query, visit.now)
    let code = query["service_code"].flatMap { $0.isEmpty ? nil : $0 }
    let codes = code.map { Set($0.split(separator: ",").map(String.init)) }
    if let codes, let stranger = codes.sorted().first(where: { profile.item($0) == nil }) {
      throw Problem.notFound(
        Phrase("没有服务“\(stranger)”。", en: "service_code “\(stranger)” was not found."))
    }
    let state = try GeoState(query["status"])
    let size = try RequestsMeasure.number(query["page_size"], in: 1...RequestsMeasure.rowLimit)
    let page = try RequestsMeasure.number(query["page"], in: 1...1000)
    let count = size ?? RequestsMeasure.rowLimit
    let wanted = count * (page ?? 1)
    var rows: [RequestCase] = []
    for code in codes.map({ $0.sorted().map(Optional.some) }) ?? [nil] {
      rows += try await georows(code, state, since: from, until: to, wanted)
    }
    rows.sort { ($1.request.openedAt, $1.base.key) < ($0.request.openedAt, $0.base.key) }
    let shown = rows.prefix(wanted).dropFirst(wanted - count)
    var records: [GeoValue] = []
    for row in shown {
      if let file = try await RequestFile.load(row.base.key, desk) {
        records.append(record(file, visit.language))
      }
    }
    return .list(of: "request", records)
  }

  /// The newest public requests of an item (of all for nil) in a state, at most `wanted`. The state is
  /// looked at here; a bound keeps a search for what hardly exists from reading a whole city.
  private func georows(
    _ item: String?, _ state: GeoState, since from: Instant, until to: Instant, _ wanted: Int
  ) async throws -> [RequestCase] {
    var rows: [RequestCase] = []
    var before = (to.microseconds + 1, Int64.max)
    for _ in 0..<100 where rows.count < wanted {
      let next = try await desk.store.all(
        RequestTables.openToAll(item, since: from, before: before, limit: RequestsMeasure.rowLimit))
      rows += next.filter { state.fits($0.base) }
      guard next.count == RequestsMeasure.rowLimit, let last = next.last else { break }
      before = (last.request.openedAt.microseconds, last.base.key)
    }
    return rows
  }

  private static func number(_ text: String?, in bounds: ClosedRange<Int>) throws(Problem) -> Int? {
    guard let text, !text.isEmpty else { return nil }
    guard let number = Int(text), bounds.contains(number) else {
      throw .malformed(
        Phrase(
          "page、page_size 应为 \(bounds.lowerBound) 至 \(bounds.upperBound)。",
          en: "page and page_size must be from \(bounds.lowerBound) to \(bounds.upperBound)."))
    }
    return number
  }

  private func span(_ query: QueryItems, _ now: Instant) throws(Problem) -> (Instant, Instant) {
    func moment(_ name: String) throws(Problem) -> Instant? {
      guard let text = query[name], !text.isEmpty else { return nil }
      if let moment = Instant(rfc3339: text.replacingSpaceByPlus) { return moment }
      if let day = CivilDate(text) { return Instant(day, in: profile.zone) }
      throw .malformed(
        Phrase(
          "\(name) 应为带时区的时间，例如 2026-03-02T08:00:00+08:00。",
          en: "\(name) must be a time with its zone, such as 2026-03-02T08:00:00+08:00."))
    }
    let length = RequestsMeasure.spanDays * 86_400
    let (first, last) = (try moment("start_date"), try moment("end_date"))
    let to = last ?? first.map { min($0.adding(seconds: length), now) } ?? now
    let from = first ?? to.adding(seconds: -length)
    guard from <= to, to.seconds - from.seconds <= length else {
      throw .malformed(
        Phrase(
          "起止时间应先后有序，跨度不超过90天。", en: "start_date must come before end_date, at most 90 days apart.")
      )
    }
    return (from, to)
  }

  private func georeport(_ visit: Visit) async throws -> GeoValue {
    try jurisdiction(visit)
    guard let one = try await record(visit["id"], visit.language) else {
      throw Problem.notFound(
        Phrase("没有诉求“\(visit["id"])”。", en: "service_request_id “\(visit["id"])” was not found."))
    }
    return .list(of: "request", [one])
  }

  private func record(_ id: String, _ language: Language) async throws -> GeoValue? {
    guard let key = try? key(id), let file = try await RequestFile.load(key, desk),
      file.request.request.isPublic
    else { return nil }
    return record(file, language)
  }

  private func record(_ file: RequestFile, _ language: Language) -> GeoValue {
    let row = file.request
    func time(_ moment: Instant?) -> GeoValue {
      moment.map { .text($0.rfc3339(in: profile.zone)) } ?? .none
    }
    let item = profile.item(row.request.item)
    return .record([
      (name: "service_request_id", value: .text(row.base.number.description)),
      (name: "status", value: .text(row.base.isClosed ? "closed" : "open")),
      (name: "status_notes", value: GeoValue(file.reply?.text ?? file.stage.name[language])),
      (name: "service_name", value: GeoValue(item?.name[language])),
      (name: "service_code", value: .text(row.request.item)),
      (name: "description", value: GeoValue(file.intake?.text)),
      (
        name: "agency_responsible",
        value: GeoValue(row.base.agency.flatMap(profile.agency)?.name[language])
      ),
      (name: "service_notice", value: .none),
      (name: "requested_datetime", value: time(row.request.openedAt)),
      (name: "updated_datetime", value: time(row.request.updatedAt)),
      (name: "expected_datetime", value: time(row.base.dueAt)),
      (
        name: "address",
        value: GeoValue(file.intake.flatMap { $0.address.isEmpty ? nil : $0.address })
      ),
      (name: "address_id", value: .none), (name: "zipcode", value: .none),
      (name: "lat", value: GeoValue(microdegrees: row.request.latitudeE6)),
      (name: "long", value: GeoValue(microdegrees: row.request.longitudeE6)),
      (name: "media_url", value: .none),
    ])
  }

  private func geotoken(_ visit: Visit) async throws -> GeoValue {
    try jurisdiction(visit)
    let key = try key(visit["token"])
    guard let row = try await desk.store.first(CaseBook.find(key)) else {
      throw RequestsMeasure.unknown
    }
    return .list(
      of: "request",
      [
        .record([
          (name: "service_request_id", value: .text(row.number.description)),
          (name: "token", value: .text(visit["token"])),
        ])
      ])
  }

  // MARK: Intake

  private func geofile(_ visit: Visit) async throws -> GeoValue {
    let form = try visit.request.form()
    func given(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }
    guard let apiKey = given("api_key") ?? visit.request.query["api_key"], isKnown(apiKey: apiKey)
    else {
      throw Problem.forbidden(
        Phrase("缺少 api_key 或无效。", en: "api_key is missing or not valid."))
    }
    guard let code = given("service_code") else {
      throw Problem.malformed(Phrase("缺少 service_code。", en: "service_code was not provided."))
    }
    guard let item = profile.item(code) else {
      throw Problem.notFound(Phrase("没有服务“\(code)”。", en: "service_code “\(code)” was not found."))
    }
    var reader = FieldReader(form)
    let latitude = reader.microdegrees("lat", .same("lat"), limit: 90)
    let longitude = reader.microdegrees("long", .same("long"), limit: 180)
    try reader.finish()
    let address = given("address_string") ?? given("address_id") ?? ""
    guard (latitude != nil && longitude != nil) || !address.isEmpty else {
      throw Problem.malformed(
        Phrase(
          "请提供 lat 与 long、address_string 或 address_id 之一。",
          en: "One of lat and long, address_string or address_id is needed."))
    }
    var text = given("description") ?? item.name.zh
    if let media = given("media_url") { text += "\n" + media }
    let names = [given("last_name"), given("first_name")].compactMap { $0 }
    let intake = Intake(
      item: item.id, title: given("attribute[title]") ?? RequestsMeasure.firstLine(text),
      text: text,
      channel: "open311", district: district(form, latitude, longitude, address), address: address,
      latitudeE6: latitude, longitudeE6: longitude, name: names.joined(separator: " "),
      phone: given("phone") ?? "", email: given("email") ?? "", isPublic: true)
    let done = try await desk.submit(
      SubmitRequest(intake, rules: rules), by: visit.actor, try visit.terms())
    let year = done.row.effectiveAt.date(in: .beijing).year
    let number = CaseNumber(measure: 21, year: year, serial: done.aggregate).description
    return .list(
      of: "request",
      [
        .record([
          (name: "service_request_id", value: .text(number)),
          (
            name: "service_notice",
            value: .text("/requests/\(number)?token=\(trackingToken(done.aggregate))")
          ), (name: "account_id", value: .none),
        ])
      ])
  }

  private func district(
    _ form: FormFields, _ latitude: Int64?, _ longitude: Int64?, _ address: String
  ) -> String {
    if let named = form["attribute[district]"], profile.district(named) != nil { return named }
    if let latitude, let longitude {
      return profile.district(latitude: Double(latitude) / 1e6, longitude: Double(longitude) / 1e6)?
        .id ?? ""
    }
    return profile.districts.first { address.contains($0.name.zh) || address.contains($0.name.en) }?
      .id ?? ""
  }
}

extension String {
  /// A plus sign that a form encoding turned into a space, as in a zone offset.
  fileprivate var replacingSpaceByPlus: String {
    String(map { $0 == " " ? "+" : $0 })
  }
}

/// Which requests a list asks for.
private enum GeoState {
  case all, open, closed

  init(_ text: String?) throws(Problem) {
    switch text ?? "" {
    case "": self = .all
    case "open": self = .open
    case "closed": self = .closed
    case "open,closed", "closed,open": self = .all
    default:
      throw .malformed(Phrase("status 应为 open 或 closed。", en: "status must be open or closed."))
    }
  }

  func fits(_ row: CaseRow) -> Bool {
    switch self {
    case .all: true
    case .open: !row.isClosed
    case .closed: row.isClosed
    }
  }
}

/// The two formats of GeoReport.
enum GeoFormat: String, CaseIterable, Sendable {
  case xml, json

  /// The answer in this format; what goes wrong is an `errors` document with the same code as the
  /// HTTP status.
  func respond(
    _ root: String, _ language: Language, status: Int = 200,
    _ answer: () async throws -> GeoValue
  ) async -> Response {
    do { return document(try await answer(), root, status) } catch let problem as Problem {
      let code = problem.status == 422 ? 400 : problem.status
      var lines = problem.fields.map {
        (code: code, description: "\($0.pointer): \($0.message[language])")
      }
      if lines.isEmpty { lines = [(code: code, description: problem.detail[language])] }
      var response = document(GeoReport.errors(lines), "errors", code)
      response.addRetry(problem)
      return response
    } catch {
      var response = document(
        GeoReport.errors([(code: 503, description: Problem.unavailable().detail[language])]),
        "errors", 503)
      response.addRetry(.unavailable())
      return response
    }
  }

  private func document(_ value: GeoValue, _ root: String, _ status: Int) -> Response {
    switch self {
    case .json: Response(status, type: "application/json; charset=utf-8", value.json)
    case .xml: Response(status, type: "text/xml; charset=utf-8", value.xml(root: root))
    }
  }
}
