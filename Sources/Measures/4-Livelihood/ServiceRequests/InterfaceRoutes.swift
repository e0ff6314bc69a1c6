import Books
import CaseEngine
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// The same acts for programs, in JSON.
extension RequestsMeasure {
  func interfaceRoutes(_ routes: inout Routes) {
    routes.post("/api/requests", .everybody, .interface) { try await self.apiFile($0) }
    routes.get("/api/requests/figures", .everybody, .interface) { self.apiFigures($0) }
    routes.post("/api/requests/intakes", .holding("requests.as-dispatcher"), .interface) {
      try await self.apiIntakes($0)
    }
    routes.post("/api/requests/steps", .holding("requests.desk"), .interface) {
      try await self.apiSteps($0)
    }
    routes.get("/api/requests/{number}", .everybody, .interface) { try await self.apiOne($0) }
    routes.post("/api/requests/{number}/steps", .everybody, .interface) {
      try await self.apiStep($0)
    }
  }

  /// Items of one batch at most.
  static let batchLimit = 1000

  private func apiFile(_ visit: Visit) async throws -> Response {
    let body = try visit.request.json()
    let intake = try RequestsMeasure.intake(body, channel: "app")
    let done = try await desk.submit(
      SubmitRequest(intake, rules: rules), by: visit.actor, try visit.terms())
    return try acknowledged(done)
  }

  private func acknowledged(_ done: Acknowledged) throws -> Response {
    // The case's year is that of the moment from which it counts.
    let number = CaseNumber(
      measure: 21, year: done.row.effectiveAt.date(in: .beijing).year, serial: done.aggregate)
    let token = trackingToken(done.aggregate)
    var response = Response.json(
      .object(try acknowledger.json(done, number: number, token: token)), status: 201)
    response.headers.set("location", "/api/requests/\(number)")
    return response
  }

  /// Reads an intake; throws 400 for a member of a wrong type.
  static func intake(_ body: JSONValue, channel: String) throws(Problem) -> Intake {
    guard case .object(let members) = body else {
      throw .malformed(Phrase("应为JSON对象。", en: "A JSON object is expected."))
    }
    let texts = [
      "item", "title", "text", "district", "address", "name", "phone", "email", "channel",
    ]
    let numbers = ["latitude", "longitude"]
    let flags = ["is_public", "is_anonymous"]
    var fields: [Problem.Field] = []
    for (name, value) in members {
      let fits =
        texts.contains(name)
        ? value.string != nil
        : numbers.contains(name) ? value.double != nil : flags.contains(name) && value.bool != nil
      if !fits {
        fields.append(
          Problem.Field(
            "/\(name)",
            Phrase("没有这个字段，或类型不符。", en: "There is no such member, or its type is wrong.")))
      }
    }
    guard fields.isEmpty else {
      throw .malformed(
        Phrase("有字段无法识别。", en: "Some members cannot be read."),
        fields: fields.sorted { $0.pointer < $1.pointer })
    }
    func text(_ name: String) -> String { members[name]?.string ?? "" }
    func degrees(_ name: String, limit: Double) throws(Problem) -> Int64? {
      guard let value = members[name]?.double else { return nil }
      guard value.isFinite, abs(value) <= limit else {
        throw .invalid([
          Problem.Field(
            "/\(name)",
            Phrase(
              "应为 −\(Int(limit)) 至 \(Int(limit)) 的度数。",
              en: "Degrees from −\(Int(limit)) to \(Int(limit)) are expected."))
        ])
      }
      return Int64((value * 1_000_000).rounded())
    }
    let words = text("text")
    return Intake(
      item: text("item"), title: text("title").isEmpty ? firstLine(words) : text("title"),
      text: words, channel: text("channel").isEmpty ? channel : text("channel"),
      district: text("district"), address: text("address"),
      latitudeE6: try degrees("latitude", limit: 90),
      longitudeE6: try degrees("longitude", limit: 180), name: text("name"),
      phone: text("phone"), email: text("email"), isPublic: members["is_public"]?.bool ?? false,
      isAnonymous: members["is_anonymous"]?.bool ?? false)
  }

  private func apiFigures(_ visit: Visit) -> Response {
    let values = indicators(at: visit.now).map { indicator -> JSONValue in
      [
        "id": .string(indicator.id), "name": .string(indicator.name[visit.language]),
        "formula": .string(indicator.formula[visit.language]),
        "value": indicator.value.map(JSONValue.number) ?? .null,
      ]
    }
    return .json(["indicators": .array(values)])
  }

  private func apiOne(_ visit: Visit) async throws -> Response {
    let key = try key(visit["number"])
    guard let row = try await desk.store.first(RequestTables.find(key)) else {
      throw RequestsMeasure.unknown
    }
    let isOwner = isOwner(visit, row.base, token: visit.request.query["token"])
    let isStaff = visit.actor.may("requests.desk") && visit.actor.covers(agency: row.base.agency)
    guard isOwner || isStaff || row.request.isPublic else { throw RequestsMeasure.unknown }
    let etag = "\"\(row.base.version)\""
    if visit.request.has(etag: etag) { return .notModified(etag: etag) }
    if isOwner || isStaff {
      try await desk.recordAccess(by: visit.actor, to: key, "requests.case")
    }
    var fields = RequestsMeasure.json(row)
    if isOwner || isStaff, let file = try await RequestFile.load(key, desk) {
      fields["events"] = .array(file.events.map(RequestsMeasure.json))
      if let intake = file.intake { fields["text"] = .string(intake.text) }
    }
    var response = Response.json(.object(fields))
    response.headers.set("etag", etag)
    return response
  }

  private static func json(_ row: RequestCase) -> [String: JSONValue] {
    [
      "number": .string(row.base.number.description), "version": .integer(row.base.version),
      "stage": .string(row.base.stage), "title": .string(row.base.title),
      "item": .string(row.request.item), "category": .string(row.request.category),
      "district": .string(row.request.district), "agency": JSONValue(row.base.agency),
      "opened_at": .string(row.base.openedAt.description),
      "due_at": JSONValue(row.base.dueAt?.description),
      "replied_at": JSONValue(row.request.repliedAt?.description),
      "closed_at": JSONValue(row.base.closedAt?.description),
    ]
  }

  private static func json(_ event: RequestFile.Event) -> JSONValue {
    [
      "version": .integer(event.row.key.version), "command": .string(event.command.text),
      "at": .string(event.row.effectiveAt.description), "text": JSONValue(event.text),
      "agency": JSONValue(event.agency), "score": JSONValue(event.score),
    ]
  }

  // MARK: Steps

  private func apiStep(_ visit: Visit) async throws -> Response {
    let key = try key(visit["number"])
    let body = try visit.request.json()
    var actor = visit.actor
    if let token = body["token"]?.string {
      guard let row = try await desk.store.first(CaseBook.find(key)),
        isOwner(visit, row, token: token)
      else { throw RequestsMeasure.unknown }
      actor = RequestsMeasure.tokenHolder
    } else if actor.kind == .anonymous {
      throw Problem.loginNeeded
    }
    let done = try await desk.submit(
      try move(body, key, pointer: ""), by: actor, try visit.terms())
    return .json(.object(try acknowledger.json(done, number: try await number(of: key))))
  }

  private func move(
    _ body: JSONValue, _ key: Int64, pointer: String
  ) throws(Problem) -> MoveRequest {
    let members = [
      "command", "as", "text", "agency", "item", "score", "token", "number", "key", "version",
    ]
    func wrong(_ name: String) -> Problem {
      .malformed(
        Phrase("字段“\(name)”缺失或有误。", en: "The member “\(name)” is missing or wrong."),
        fields: [Problem.Field("\(pointer)/\(name)", Phrase("缺失或有误。", en: "Missing or wrong."))])
    }
    guard let object = body.object else { throw wrong("") }
    if let stranger = object.keys.sorted().first(where: { !members.contains($0) }) {
      throw wrong(stranger)
    }
    guard let command = object["command"]?.string else { throw wrong("command") }
    let asked = object["as"]?.string ?? "citizen"
    guard let capacity = DeskPages.capacities.first(where: { $0.id == asked }) else {
      throw wrong("as")
    }
    for name in ["text", "agency", "item"] where object[name] != nil && object[name]?.string == nil
    {
      throw wrong(name)
    }
    if object["score"] != nil, object["score"]?.integer == nil { throw wrong("score") }
    return MoveRequest(
      CommandID(command), as: capacity, on: key, text: object["text"]?.string ?? "",
      agency: object["agency"]?.string, item: object["item"]?.string,
      score: object["score"]?.integer, rules: rules)
  }

  // MARK: Many at once

  private func items(_ visit: Visit) throws -> [JSONValue] {
    guard let items = try visit.request.json().array,
      (1...RequestsMeasure.batchLimit).contains(items.count)
    else {
      throw Problem.malformed(
        Phrase(
          "应为1至\(RequestsMeasure.batchLimit)项的JSON数组。",
          en: "A JSON array of 1 to \(RequestsMeasure.batchLimit) items is expected."))
    }
    return items
  }

  private func terms(_ item: JSONValue) -> CommandDesk.Terms {
    CommandDesk.Terms(
      idempotencyKey: item["key"]?.string, expectedVersion: item["version"]?.integer)
  }

  /// Several intakes, one answer for each in their order; each stands or falls alone.
  private func apiIntakes(_ visit: Visit) async throws -> Response {
    try await apiEach(visit) { _, item in
      var members = item.object ?? [:]
      members["key"] = nil
      let body = item.object == nil ? item : .object(members)
      return SubmitRequest(try RequestsMeasure.intake(body, channel: "phone"), rules: rules)
    } fields: { done in
      let year = done.row.effectiveAt.date(in: .beijing).year
      return [
        "number": .string(
          CaseNumber(measure: 21, year: year, serial: done.aggregate).description),
        "token": .string(trackingToken(done.aggregate)), "version": 1,
      ]
    }
  }

  /// Several steps, one answer for each in their order; each stands or falls alone.
  private func apiSteps(_ visit: Visit) async throws -> Response {
    try await apiEach(visit) { index, item in
      guard let number = item["number"]?.string else {
        throw Problem.malformed(
          Phrase("第\(index + 1)项缺少 number。", en: "Item \(index + 1) lacks its “number”."))
      }
      return try move(item, try key(number), pointer: "/\(index)")
    } fields: {
      ["version": .integer($0.row.key.version)]
    }
  }

  /// Hands in the command of every item together; an item that cannot be read is answered with its
  /// problem and holds up no other.
  private func apiEach<C: Command>(
    _ visit: Visit, _ command: (Int, JSONValue) throws -> C,
    fields: (Acknowledged) -> [String: JSONValue]
  ) async throws -> Response {
    var wishes: [(command: C, terms: CommandDesk.Terms)] = []
    var answers: [Result<Acknowledged, any Error>?] = []
    for (index, item) in try items(visit).enumerated() {
      do {
        wishes.append((try command(index, item), terms(item)))
        answers.append(nil)
      } catch { answers.append(.failure(error)) }
    }
    var done = await desk.submit(all: wishes, by: visit.actor)[...]
    return .json(
      .array(
        try answers.map { answer in
          try RequestsMeasure.outcome(answer ?? done.removeFirst(), visit.language, fields)
        }))
  }

  private static func outcome(
    _ answer: Result<Acknowledged, any Error>, _ language: Language,
    _ fields: (Acknowledged) -> [String: JSONValue]
  ) throws -> JSONValue {
    switch answer {
    case .success(let done):
      var fields = fields(done)
      fields["status"] = 201
      return .object(fields)
    case .failure(let problem as Problem):
      return [
        "status": .integer(Int64(problem.status)), "problem": .string(problem.slug),
        "detail": .string(problem.detail[language]),
      ]
    case .failure(let error): throw error
    }
  }
}
