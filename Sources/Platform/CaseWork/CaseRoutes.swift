import Books
import CaseEngine
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The addresses of a declared procedure: pages for people, the desk of officials, JSON for programs.
/// A measure adds pages of its own beside them; it declares those first where the patterns meet.
public struct CaseRoutes: Sendable {
  private let office: CaseOffice
  private let indicators: @Sendable (Instant) -> [IndicatorValue]
  private var procedure: any Procedure { office.procedure }
  private var slug: String { office.slug }
  private var pages: CasePages { CasePages(office: office) }
  private var deskPages: CaseDeskPages { CaseDeskPages(office: office) }

  /// The addresses of an office; the front page shows the measure's figures.
  public init(
    _ office: CaseOffice, indicators: @escaping @Sendable (Instant) -> [IndicatorValue]
  ) {
    self.office = office
    self.indicators = indicators
  }

  /// Declares them.
  public func declare(_ routes: inout Routes) {
    if procedure.isOpenToPeople { declareOpen(&routes) }
    routes.get("/\(slug)/how") { ProcedurePage(setting: office.setting).render($0) }
    routes.get("/\(slug)/{number}/files/{file}") { try await download($0) }
    routes.get("/\(slug)/{number}/documents/{version}/{document}") { try await document($0) }
    let staff = RouteAccess.holding(procedure.deskPermission)
    if !procedure.isOpenToPeople { StaffOpening(office: office).declare(&routes, staff) }
    routes.get("/desk/\(slug)", staff) { try await list($0) }
    routes.get("/desk/\(slug)/{number}", staff) { try await work($0, FormState(), nil) }
    routes.post("/desk/\(slug)/{number}/steps", staff) { try await staffStep($0) }
    CaseInterface(office: office, indicators: indicators).declare(&routes)
  }

  private func declareOpen(_ routes: inout Routes) {
    routes.get("/\(slug)") { pages.landing($0, indicators($0.now)) }
    routes.get("/\(slug)/new") { visit in
      // Nobody is to fill in a form and learn only then that nothing is taken in.
      try office.setting.requireOpen(
        procedure.openingCommand, on: office.setting.day(visit.now))
      return pages.new(visit, CaseRoutes.prefilled(visit))
    }
    routes.post("/\(slug)") { try await open($0) }
    routes.get("/\(slug)/track") { try track($0) }
    routes.get("/\(slug)/mine", .signedIn) { try await mine($0) }
    routes.get("/\(slug)/{number}") { try await follow($0) }
    routes.post("/\(slug)/{number}/steps") { try await ownStep($0) }
  }

  /// Links may fill in what is known, such as an agency.
  private static func prefilled(_ visit: Visit) -> FormState {
    FormState(values: visit.request.query.items.map { ($0.name, $0.value) })
  }

  private func state(_ form: FormFields, _ problem: Problem) -> FormState {
    FormState(values: form.values.map { ($0.name, $0.value) }, problem: problem)
  }

  // MARK: People

  private func open(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    do {
      let done = try await office.open(procedure.openingCommand, as: .citizen, form, visit)
      guard let row = try await office.desk.store.first(CaseBook.find(done.aggregate)) else {
        throw CaseOffice.unknown(procedure)
      }
      let token = office.trackingToken(done.aggregate)
      return .seeOther("/\(slug)/\(row.number)?token=\(token)&filed=1")
    } catch let problem as Problem where problem.status == 422 {
      return pages.new(visit, state(form, problem), problem)
    }
  }

  private func track(_ visit: Visit) throws -> Response {
    let number = visit.request.query["number"] ?? ""
    guard !number.isEmpty else { return pages.track(visit, nil, number: "") }
    guard let parsed = CaseNumber(number.filter { !$0.isWhitespace }),
      parsed.measure == office.setting.measure
    else {
      let problem = Problem.invalid([
        Problem.Field(
          "number",
          Phrase("编号有误，请核对（末位为校验码）。", en: "This is no such number; its last character is a check."))
      ])
      return pages.track(visit, problem, number: number)
    }
    let token = (visit.request.query["token"] ?? "").filter { !$0.isWhitespace }
    return .seeOther("/\(slug)/\(parsed)?token=\(PercentCoding.encode(token))")
  }

  private func mine(_ visit: Visit) async throws -> Response {
    guard let applicant = visit.actor.applicant ?? visit.person?.account else {
      throw Problem.loginNeeded
    }
    try await office.desk.recordAccess(by: visit.actor, to: applicant, "\(procedure.prefix).mine")
    let (measure, kind) = (office.setting.measure, office.setting.type.id)
    let own = try await office.desk.store.read { view in
      let rows = try view.all(
        CaseBook.of(
          applicant: applicant, measure: measure, before: .max, limit: PageLimit.maximum))
      return try rows.filter { try view.first(CaseFileBook.find($0.key))?.kind == kind }
    }
    return pages.mine(visit, own)
  }

  /// The case that an address names, for whoever may read it as its applicant.
  private func own(_ visit: Visit, token: String?) async throws -> CaseFileRow {
    let row = try await office.row(visit["number"])
    guard office.isOwner(visit, row.base, token: token) else { throw CaseOffice.unknown(procedure) }
    return row
  }

  private func follow(_ visit: Visit) async throws -> Response {
    let token = visit.request.query["token"]
    let row = try await office.row(visit["number"])
    guard office.isOwner(visit, row.base, token: token) else {
      if token == nil { return pages.track(visit, nil, number: row.base.number.description) }
      throw CaseOffice.unknown(procedure)
    }
    try await office.desk.recordAccess(
      by: visit.actor, to: row.base.key, "\(procedure.prefix).follow")
    let file = try await office.file(row.base.key)
    for delivery in file.deliveries where delivery.readAt == nil {
      try await office.desk.maintain(.markRead(delivery, at: visit.now))
    }
    return pages.follow(visit, file, token: token)
  }

  private func ownStep(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    let token = form["token"].flatMap { $0.isEmpty ? nil : $0 }
    let row = try await own(visit, token: token)
    let query = (token.map { "token=\(PercentCoding.encode($0))&" } ?? "") + "done=1"
    do {
      _ = try await office.move(
        CommandID(form["command"] ?? ""), as: .citizen, on: row.base.key, form,
        by: office.citizen(visit, row.base), visit)
      return .seeOther("/\(slug)/\(row.base.number)?\(query)")
    } catch let problem as Problem where problem.status == 422 {
      try await office.desk.recordAccess(
        by: visit.actor, to: row.base.key, "\(procedure.prefix).follow")
      let file = try await office.file(row.base.key)
      return pages.follow(visit, file, token: token, state(form, problem), problem)
    }
  }

  /// The case that an address names, for applicant or official.
  private func readable(_ visit: Visit) async throws -> (row: CaseFileRow, isOwner: Bool) {
    let row = try await office.row(visit["number"])
    let isOwner = office.isOwner(visit, row.base, token: visit.request.query["token"])
    guard isOwner || office.isStaff(visit, row) else { throw CaseOffice.unknown(procedure) }
    return (row, isOwner)
  }

  private func download(_ visit: Visit) async throws -> Response {
    let (row, isOwner) = try await readable(visit)
    let none = Problem.notFound(Phrase("没有这个附件。", en: "There is no such file."))
    guard office.sight(visit, row, isOwner: isOwner).hasFiles, let blob = Int64(visit["file"]),
      let found = try await office.desk.store.first(BlobBook.find(blob)),
      found.aggregate == row.base.key, found.entry != nil
    else { throw none }
    try await office.desk.recordAccess(
      by: visit.actor, to: row.base.key, "\(procedure.prefix).file")
    guard let file = try await office.desk.open(found) else { throw none }
    var response = Response(type: file.mediaType, file.bytes)
    let isPicture = file.mediaType.hasPrefix("image/")
    response.headers.set(
      "content-disposition",
      "\(isPicture ? "inline" : "attachment"); filename*=UTF-8''\(PercentCoding.encode(file.name))")
    return response
  }

  private func document(_ visit: Visit) async throws -> Response {
    let (row, isOwner) = try await readable(visit)
    let document = procedure.documents.first { $0.id == visit["document"] }
    let sight = office.sight(visit, row, isOwner: isOwner)
    guard let document, sight.shows(document),
      !isOwner || document.isForApplicant
    else {
      throw Problem.notFound(Phrase("没有这份文书。", en: "There is no such document."))
    }
    try await office.desk.recordAccess(
      by: visit.actor, to: row.base.key, "\(procedure.prefix).document")
    let file = try await office.file(row.base.key)
    let event = file.events.first { String($0.row.key.version) == visit["version"] }
    guard let event, document.commands.contains(event.command), !event.isRefused else {
      throw Problem.notFound(Phrase("没有这份文书。", en: "There is no such document."))
    }
    return DocumentPage(setting: office.setting).render(visit, file, event, document, sight)
  }

  // MARK: Officials

  private func list(_ visit: Visit) async throws -> Response {
    let query = visit.request.query
    if let number = query["number"], !number.isEmpty {
      return .seeOther(
        "/desk/\(slug)/\(try await office.row(number.filter { !$0.isWhitespace }).base.number)")
    }
    let page = try await office.page(visit, tray: query["tray"])
    return deskPages.list(visit, page.tray, page.rows, agency: page.agency, next: page.next)
  }

  private func work(
    _ visit: Visit, _ state: FormState, _ problem: Problem?
  ) async throws -> Response {
    let row = try await office.row(visit["number"])
    guard office.isStaff(visit, row) else {
      throw Problem.forbidden(
        Phrase("此件不在您的单位和岗位范围内。", en: "This case is not within your agency and post."))
    }
    try await office.desk.recordAccess(
      by: visit.actor, to: row.base.key, "\(procedure.prefix).case")
    return deskPages.work(visit, try await office.file(row.base.key), state, problem)
  }

  private func staffStep(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    let key = try office.key(visit["number"])
    do {
      guard
        let capacity = procedure.capacities.first(where: {
          $0.id == form["as"] && $0 != .citizen
        })
      else {
        throw Problem.invalid([
          Problem.Field("as", Phrase("请选择以何种身份办理。", en: "Choose in which capacity you act."))
        ])
      }
      _ = try await office.move(
        CommandID(form["command"] ?? ""), as: capacity, on: key, form, by: visit.actor, visit)
      let row = try await office.row(visit["number"])
      // Whoever sent the case away may no longer open it.
      return .seeOther(
        office.isStaff(visit, row) ? "/desk/\(slug)/\(row.base.number)?done=1" : "/desk/\(slug)")
    } catch let problem as Problem where problem.status == 422 {
      return try await work(visit, state(form, problem), problem)
    }
  }
}
