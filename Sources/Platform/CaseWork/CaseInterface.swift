import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import MeasureKit
import Storage

/// The acts of a procedure for programs, in JSON.
struct CaseInterface: Sendable {
  let office: CaseOffice
  let indicators: @Sendable (Instant) -> [IndicatorValue]
  private var procedure: any Procedure { office.procedure }

  func declare(_ routes: inout Routes) {
    let base = "/api/\(office.slug)"
    routes.post(base, .everybody, .interface) { try await open($0) }
    routes.get("\(base)/openapi.json", .everybody, .interface) { _ in
      .json(CaseContract(setting: office.setting).json)
    }
    routes.get("\(base)/figures", .everybody, .interface) { figures($0) }
    routes.get("\(base)/trays/{tray}", .holding(procedure.deskPermission), .interface) {
      try await tray($0)
    }
    routes.get("\(base)/{number}", .everybody, .interface) { try await one($0) }
    routes.post("\(base)/{number}/steps", .everybody, .interface) { try await step($0) }
  }

  private func figures(_ visit: Visit) -> Response {
    .json([
      "indicators": .array(
        indicators(visit.now).map { indicator in
          [
            "id": .string(indicator.id), "name": .string(indicator.name[visit.language]),
            "formula": .string(indicator.formula[visit.language]),
            "value": indicator.value.map(JSONValue.number) ?? .null,
            "note": JSONValue(indicator.note?[visit.language]),
          ]
        })
    ])
  }

  private func open(_ visit: Visit) async throws -> Response {
    let said = try values(procedure.openingCommand, try visit.request.json())
    var terms = try visit.terms()
    terms.expectedVersion = nil
    let done = try await office.desk.submit(
      OpenCase(
        procedure.openingCommand, as: procedure.openingCapacity(of: visit.actor), said: said,
        in: office.setting),
      by: visit.actor, terms)
    // The attempt is on record; there is no case to lead to.
    if let refusal = done.refusal { throw refusal }
    // The case's year is that of the moment from which it counts.
    let number = CaseNumber(
      measure: office.setting.measure, year: done.row.effectiveAt.date(in: .beijing).year,
      serial: done.aggregate)
    let token = office.trackingToken(done.aggregate)
    var response = Response.json(
      .object(try office.acknowledger.json(done, number: number, token: token)), status: 201)
    response.headers.set("location", "/api/\(office.slug)/\(number)")
    return response
  }

  private func values(_ command: CommandID, _ body: JSONValue) throws(Problem) -> CaseFacts {
    try FieldValues(fields: office.setting.fields(of: command), profile: office.profile).read(body)
  }

  /// The cases of a tray, each as far as it is in sight of whoever asks: how other bodies share what
  /// they need of a case.
  private func tray(_ visit: Visit) async throws -> Response {
    let page = try await office.page(visit, tray: visit["tray"])
    let rows = try page.rows.map { row -> JSONValue in
      let facts = office.sight(visit, row).facts(try CaseFacts(row.facts))
      return [
        "number": .string(row.base.number.description), "version": .integer(row.base.version),
        "stage": .string(row.base.stage), "title": .string(row.base.title),
        "due": JSONValue(row.base.dueAt?.rfc3339(in: office.profile.zone)),
        "closed": JSONValue(row.base.closedAt?.rfc3339(in: office.profile.zone)),
        "updated": .string(row.updatedAt.rfc3339(in: office.profile.zone)), "facts": facts.json,
      ]
    }
    var response = Response.json(.array(rows))
    if let next = page.next { response.headers.set("link", "<\(next)>; rel=\"next\"") }
    return response
  }

  private func one(_ visit: Visit) async throws -> Response {
    let row = try await office.row(visit["number"])
    let isOwner = office.isOwner(visit, row.base, token: visit.request.query["token"])
    guard isOwner || office.isStaff(visit, row) else { throw CaseOffice.unknown(procedure) }
    let etag = "\"\(row.base.version)\""
    if visit.request.has(etag: etag) { return .notModified(etag: etag) }
    try await office.desk.recordAccess(by: visit.actor, to: row.base.key, "\(procedure.prefix).api")
    let file = try await office.file(row.base.key)
    var response = Response.json(
      json(file, office.sight(visit, row, isOwner: isOwner), isOwner: isOwner))
    response.headers.set("etag", etag)
    return response
  }

  /// A case as programs read it, as far as it is in sight.
  private func json(_ file: CaseFile, _ sight: CaseSight, isOwner: Bool) -> JSONValue {
    let row = file.row.base
    let capacities = isOwner ? [ActorKind.citizen] : procedure.capacities
    let clocks = file.clocks.all.map { id, clock -> JSONValue in
      let end = clock.deadline(office.setting.calendar)
      return [
        "id": .string(id.text), "last_day": JSONValue(end?.lastDay.description),
        "provisional": .bool(end?.isProvisional ?? false),
        "suspended": .bool(clock.isSuspended),
      ]
    }
    let events = file.events.map { event -> JSONValue in
      [
        "version": .integer(event.row.key.version), "command": .string(event.command.text),
        "at": .string(event.row.effectiveAt.rfc3339(in: office.profile.zone)),
        "refused": .bool(event.isRefused),
        "said": sight.said(event.said, with: event.command)?.json ?? .null,
      ]
    }
    return [
      "number": .string(row.number.description), "version": .integer(row.version),
      "stage": .string(row.stage), "title": .string(row.title), "agency": JSONValue(row.agency),
      "due": JSONValue(row.dueAt?.rfc3339(in: office.profile.zone)),
      "closed": JSONValue(row.closedAt?.rfc3339(in: office.profile.zone)),
      "facts": sight.facts(file.facts).json, "clocks": .array(clocks), "history": .array(events),
      "possible": .array(
        capacities.flatMap { capacity in
          office.setting.type.availableCommands(file.status, by: capacity).map {
            ["command": .string($0.text), "as": .string(capacity.id)]
          }
        }),
    ]
  }

  private func step(_ visit: Visit) async throws -> Response {
    let row = try await office.row(visit["number"])
    guard var members = try visit.request.json().object,
      let name = members.removeValue(forKey: "command")?.string
    else {
      throw Problem.malformed(
        Phrase(
          "应为JSON对象，含 command，以及 as（公务人员的身份）。",
          en: "A JSON object is expected, with command and, for officials, as."))
    }
    let command = CommandID(name)
    let wanted = members.removeValue(forKey: "as")?.string ?? ActorKind.citizen.id
    guard let capacity = procedure.capacities.first(where: { $0.id == wanted }) else {
      throw Problem.malformed(
        Phrase("没有身份“\(wanted)”。", en: "There is no capacity “\(wanted)”."))
    }
    let token = visit.request.query["token"]
    var actor = visit.actor
    if capacity == .citizen {
      guard office.isOwner(visit, row.base, token: token) else {
        throw CaseOffice.unknown(procedure)
      }
      actor = office.citizen(visit, row.base)
    }
    let said = try values(command, .object(members))
    let done = try await office.desk.submit(
      MoveCase(command, as: capacity, on: row.base.key, said: said, in: office.setting), by: actor,
      try visit.terms())
    return .json(
      .object(try office.acknowledger.json(done, number: row.base.number, token: token)),
      status: 201)
  }
}
