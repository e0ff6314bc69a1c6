import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// What staff open: the inbox by deadline, one case with all that can be done to it, intake on a
/// citizen's behalf, the supervisor's view.
extension RequestsMeasure {
  func deskRoutes(_ routes: inout Routes) {
    let staff = RouteAccess.holding("requests.desk")
    routes.get("/desk/requests", staff) { try await self.inbox($0) }
    routes.get("/desk/requests/new", .holding("requests.as-dispatcher")) { self.phoneForm($0) }
    routes.post("/desk/requests/new", .holding("requests.as-dispatcher")) {
      try await self.filePhone($0)
    }
    routes.post("/desk/requests/dispatch", .holding("requests.as-dispatcher")) {
      try await self.dispatchSeveral($0)
    }
    routes.post("/desk/requests/accept", .holding("requests.as-handler")) {
      try await self.acceptSeveral($0)
    }
    routes.get("/desk/requests/supervision", .holding("requests.supervise")) {
      try await self.supervision($0)
    }
    routes.get("/desk/requests/{number}", staff) { try await self.work($0) }
    routes.post("/desk/requests/{number}/steps", staff) { try await self.staffStep($0) }
  }

  var deskPages: DeskPages { DeskPages(rules: rules) }

  // MARK: Inbox

  /// What lies in an inbox: an agency's cases, or those of a stage that the centre owes.
  enum Tray: Hashable {
    case agency(String)
    case stage(String)

    var query: String {
      switch self {
      case .agency(let id): "agency=\(PercentCoding.encode(id))"
      case .stage(let id): "stage=\(PercentCoding.encode(id))"
      }
    }
  }

  /// The trays within somebody's reach.
  func trays(_ actor: Actor) -> [Tray] {
    var trays: [Tray] = []
    if actor.may("requests.as-dispatcher") {
      trays += [.stage("received"), .stage("replied"), .stage("dissatisfied")]
    }
    if actor.may("requests.as-arbiter") { trays.append(.stage("disputed")) }
    let agencies = actor.agencies ?? (trays.isEmpty ? Set(profile.agencies.map(\.id)) : [])
    return trays + profile.agencies.map(\.id).filter(agencies.contains).map(Tray.agency)
  }

  private func inbox(_ visit: Visit) async throws -> Response {
    let trays = trays(visit.actor)
    let query = visit.request.query
    if let number = query["number"], !number.isEmpty { return try await open(number) }
    let wanted = query["stage"].map(Tray.stage) ?? query["agency"].map(Tray.agency)
    guard let tray = wanted ?? trays.first, trays.contains(tray) else {
      throw Problem.forbidden(Phrase("此收件箱不在您的岗位范围内。", en: "This inbox is not within your post."))
    }
    let limit = try visit.limit()
    let cursor = try visit.cursor(count: 2).map { ($0.keys[0], $0.keys[1]) } ?? (.min, .min)
    let rows = try await desk.store.all(
      tray.rows(after: cursor, limit: limit + 1))
    let next = rows.count > limit ? rows[limit - 1] : nil
    let target = next.map {
      visit.target(
        after: PageCursor($0.base.dueAt?.microseconds ?? .max, $0.base.key))
    }
    // More trays than tabs are chosen from a list, without counts.
    let counted =
      trays.count <= 6
      ? try await counts(trays, at: visit.now).map { (tray: $0.tray, count: Optional($0.count)) }
      : trays.map { (tray: $0, count: nil) }
    var load: (open: Int64, late: Int64, soon: Int64)?
    if case .agency(let id) = tray { load = try await self.load(of: id, at: visit.now) }
    return deskPages.inbox(
      visit,
      DeskPages.Inbox(
        tray: tray, trays: counted, rows: Array(rows.prefix(limit)), next: target, load: load))
  }

  private func load(
    of agency: String, at now: Instant
  ) async throws -> (open: Int64, late: Int64, soon: Int64)? {
    let soon = Instant(rules.day(now).adding(days: 2), in: profile.zone)
    return try await desk.store.first(
      RequestTables.load(of: agency, at: now, soon: soon.adding(seconds: 1)))
  }

  /// How much lies in each tray, counted up to ``RequestTables/countLimit`` and one more.
  func counts(_ trays: [Tray], at now: Instant) async throws -> [(tray: Tray, count: Int64)] {
    var found: [(tray: Tray, count: Int64)] = []
    for tray in trays {
      switch tray {
      case .stage(let id):
        found.append((tray, try await desk.store.first(RequestTables.count(stage: id)) ?? 0))
      case .agency(let id): found.append((tray, try await load(of: id, at: now)?.open ?? 0))
      }
    }
    return found
  }

  /// Opens a case by its number, or by the digits in the middle of it.
  private func open(_ text: String) async throws -> Response {
    let number = text.filter { !$0.isWhitespace }
    let serial = CaseNumber(number)?.serial ?? Int64(number)
    guard let serial, let row = try await desk.store.first(RequestTables.find(serial)) else {
      throw RequestsMeasure.unknown
    }
    return .seeOther("/desk/requests/\(row.base.number)")
  }

  /// Several requests at once to the agencies that the catalogue names: the everyday act of the
  /// centre.
  private func dispatchSeveral(_ visit: Visit) async throws -> Response {
    try await several(visit, Phrase("批量派单", en: "Several dispatched")) { row in
      let item = try self.rules.item(row.request.item)
      let agency = self.profile.responsible(item, district: row.request.district).id
      return MoveRequest(
        "dispatch", as: .dispatcher, on: row.base.key, agency: agency, rules: self.rules)
    }
  }

  /// Several requests accepted at once: the everyday act of an agency.
  private func acceptSeveral(_ visit: Visit) async throws -> Response {
    try await several(visit, Phrase("批量签收", en: "Several accepted")) { row in
      MoveRequest("accept", as: .handler, on: row.base.key, rules: self.rules)
    }
  }

  /// One step for each ticked request. Each is a command of its own; the page says what became of
  /// each.
  private func several(
    _ visit: Visit, _ title: Phrase, _ step: (RequestCase) throws -> MoveRequest
  ) async throws -> Response {
    let form = try visit.request.form()
    let keys = try form.all("number").prefix(PageLimit.maximum).map { try key($0) }
    guard !keys.isEmpty else {
      throw Problem.invalid([
        Problem.Field("number", Phrase("请至少勾选一件。", en: "Tick at least one request."))
      ])
    }
    let base = try visit.terms(form).idempotencyKey ?? visit.freshKey
    var steps: [(command: MoveRequest, terms: CommandDesk.Terms)] = []
    var numbers: [String] = []
    for key in keys {
      guard let row = try await desk.store.first(RequestTables.find(key)) else { continue }
      steps.append((try step(row), CommandDesk.Terms(idempotencyKey: "\(base).\(key)")))
      numbers.append(row.base.number.description)
    }
    let answers = await desk.submit(all: steps, by: visit.actor)
    var failed: [(number: String, problem: Problem)] = []
    for (number, answer) in zip(numbers, answers) {
      if case .failure(let error) = answer {
        guard let problem = error as? Problem else { throw error }
        failed.append((number, problem))
      }
    }
    return deskPages.batchDone(visit, title, done: steps.count - failed.count, failed: failed)
  }

  // MARK: One case

  private func work(_ visit: Visit) async throws -> Response {
    try await workPage(visit, FormState(), nil)
  }

  private func workPage(
    _ visit: Visit, _ state: FormState, _ problem: Problem?
  ) async throws -> Response {
    let key = try key(visit["number"])
    guard let row = try await desk.store.first(RequestTables.find(key)) else {
      throw RequestsMeasure.unknown
    }
    guard visit.actor.covers(agency: row.base.agency) else {
      throw Problem.forbidden(
        Phrase("此件不由您的单位承办。", en: "This request is not with your agency."))
    }
    try await desk.recordAccess(by: visit.actor, to: key, "requests.case")
    guard let file = try await RequestFile.load(key, desk) else { throw RequestsMeasure.unknown }
    let similar = try await SimilarRequests.find(
      .init(
        key: key, category: row.request.category, title: row.base.title,
        latitudeE6: row.request.latitudeE6, longitudeE6: row.request.longitudeE6,
        district: row.request.district), in: desk.store, at: visit.now)
    let next = try await next(after: row, visit)
    return deskPages.work(visit, file, similar, next: next, state, problem)
  }

  /// The case that whoever looks at this one would take next, by deadline.
  private func next(after row: RequestCase, _ visit: Visit) async throws -> String? {
    let cursor = (row.base.dueAt?.microseconds ?? .max, row.base.key)
    let rows: [RequestCase]
    if visit.actor.may("requests.as-dispatcher") {
      rows = try await desk.store.all(
        RequestTables.centre("received", after: (.min, .min), limit: 2))
    } else if let agency = row.base.agency, visit.actor.may("requests.as-handler") {
      rows = try await desk.store.all(RequestTables.inbox(agency, after: cursor, limit: 20))
        .filter { ["dispatched", "handling"].contains($0.base.stage) }
    } else {
      return nil
    }
    let found = rows.first { $0.base.key != row.base.key }
    return found.map { "/desk/requests/\($0.base.number)" }
  }

  private func staffStep(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    let key = try key(visit["number"])
    do {
      let step = try staffMove(form, key)
      let done = try await desk.submit(step, by: visit.actor, try visit.terms(form))
      let number = try await number(of: key)
      // Whoever sent the case away may no longer open it.
      let row = try await desk.store.first(CaseBook.find(key))
      let isStillMine = visit.actor.covers(agency: row?.agency)
      return .seeOther(
        isStillMine ? "/desk/requests/\(number)?done=\(done.row.key.version)" : "/desk/requests")
    } catch let problem as Problem where problem.status == 422 {
      return try await workPage(visit, state(form, problem), problem)
    }
  }

  private func staffMove(_ form: FormFields, _ key: Int64) throws -> MoveRequest {
    guard let capacity = DeskPages.capacities.first(where: { $0.id == form["as"] }) else {
      throw Problem.invalid([
        Problem.Field("as", Phrase("请选择以何种身份办理。", en: "Choose in which capacity you act."))
      ])
    }
    let score = form["score"].flatMap { Int64($0) }
    var command = CommandID(form["command"] ?? "")
    if command == "evaluate" { command = (score ?? 5) >= 4 ? "satisfied" : "unsatisfied" }
    func given(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }
    return MoveRequest(
      command, as: capacity, on: key, text: form["text"] ?? "", agency: given("agency"),
      assisting: form.all("assisting").filter { !$0.isEmpty }, item: given("item"), score: score,
      rules: rules)
  }

  // MARK: On behalf

  private func phoneForm(_ visit: Visit) -> Response {
    deskPages.phone(visit, FormState(values: [("channel", "phone")]), nil)
  }

  private func filePhone(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    do {
      let done = try await submit(form, channel: form["channel"] ?? "phone", visit)
      return .seeOther("/desk/requests/\(try await number(of: done.aggregate))?done=1")
    } catch let problem as Problem where problem.status == 422 {
      return deskPages.phone(visit, state(form, problem), problem)
    }
  }

  // MARK: Supervision

  private func supervision(_ visit: Visit) async throws -> Response {
    let now = visit.now
    let agencies = profile.agencies
    // Agency by agency, as the index over inboxes lies.
    let late = try await desk.store.read { view in
      try agencies.flatMap {
        try view.all(RequestTables.overdue($0.id, at: now, limit: DeskPages.lateLimit))
      }
    }.sorted {
      ($0.base.dueAt?.microseconds ?? 0, $0.base.key)
        < ($1.base.dueAt?.microseconds ?? 0, $1.base.key)
    }
    return deskPages.supervision(visit, Array(late.prefix(DeskPages.lateLimit)), figures)
  }
}

extension RequestsMeasure.Tray {
  func rows(after cursor: (Int64, Int64), limit: Int) -> Query<RequestCase> {
    switch self {
    case .agency(let id): RequestTables.inbox(id, after: cursor, limit: limit)
    case .stage(let id): RequestTables.centre(id, after: cursor, limit: limit)
    }
  }
}
