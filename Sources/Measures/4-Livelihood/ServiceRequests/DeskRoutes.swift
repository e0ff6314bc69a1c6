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
    return deskPages.inbox(visit, tray, trays, Array(rows.prefix(limit)), next: target)
  }

  /// Several requests at once to the agencies that the catalogue names: the everyday act of the
  /// centre. Each is a command of its own; the page says what became of each.
  private func dispatchSeveral(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    let keys = try form.all("number").prefix(PageLimit.maximum).map { try key($0) }
    guard !keys.isEmpty else {
      throw Problem.invalid([
        Problem.Field("number", Phrase("请至少勾选一件。", en: "Tick at least one request."))
      ])
    }
    let base = try visit.terms(form).idempotencyKey ?? visit.freshKey
    var steps: [(command: MoveRequest, terms: CommandDesk.Terms)] = []
    for key in keys {
      guard let row = try await desk.store.first(RequestTables.find(key)) else { continue }
      let item = try rules.item(row.request.item)
      let agency = profile.responsible(item, district: row.request.district).id
      steps.append(
        (
          MoveRequest("dispatch", as: .dispatcher, on: key, agency: agency, rules: rules),
          CommandDesk.Terms(idempotencyKey: "\(base).\(key)")
        ))
    }
    let answers = await desk.submit(all: steps, by: visit.actor)
    var failed: [(key: Int64, problem: Problem)] = []
    for (step, answer) in zip(steps, answers) {
      if case .failure(let error) = answer {
        guard let problem = error as? Problem else { throw error }
        failed.append((step.command.request, problem))
      }
    }
    return deskPages.dispatched(visit, done: steps.count - failed.count, failed: failed)
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
    return deskPages.work(visit, file, similar, state, problem)
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
    // Agency by agency, as the index over inboxes lies.
    let late = try await desk.store.read { view in
      try profile.agencies.flatMap {
        try view.all(RequestTables.overdue($0.id, at: now, limit: 50))
      }
    }.sorted {
      ($0.base.dueAt?.microseconds ?? 0, $0.base.key)
        < ($1.base.dueAt?.microseconds ?? 0, $1.base.key)
    }
    return deskPages.supervision(visit, Array(late.prefix(50)), figures)
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
