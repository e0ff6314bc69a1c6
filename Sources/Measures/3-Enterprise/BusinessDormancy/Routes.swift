import CityProfiles
import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import Dormancy
import HTTPValues
import MeasureKit
import Storage

/// What the measure has beside the pages that its declaration gives.
extension DormancyMeasure {
  func ownRoutes(_ routes: inout Routes) {
    routes.get("/dormancy/check") {
      try CheckPage(rules: self.rules, pledges: self.pledges).render($0)
    }
    routes.get("/dormancy/register") { try await self.register($0) }
    routes.get("/api/dormancy/register", .everybody, .interface) { try await self.apiRegister($0) }
    let feed = RouteAccess.holding("dormancy.feed")
    routes.post("/api/dormancy/operators", feed, .interface) { try await self.takeOperators($0) }
    routes.post("/api/dormancy/events", feed, .interface) { try await self.takeEvents($0) }
    routes.post("/api/dormancy/sweep", feed, .interface) { visit in
      .json(try await self.sweep(at: visit.now).json)
    }
    publicityRoutes(&routes)
  }

  // MARK: Register

  private func page(_ visit: Visit) async throws -> (rows: [SpellRow], next: String?) {
    let limit = try visit.limit()
    let cursor = try visit.cursor(count: 2).map { ($0.keys[0], $0.keys[1]) } ?? (.min, .min)
    let rows = try await desk.store.all(DormancyTables.open(after: cursor, limit: limit + 1))
    let last = rows.count > limit ? rows[limit - 1] : nil
    let next = last.map {
      visit.target(after: PageCursor(Int64($0.spell.through.dayNumber), $0.key))
    }
    return (Array(rows.prefix(limit)), next)
  }

  private func register(_ visit: Visit) async throws -> Response {
    let (rows, next) = try await page(visit)
    return RegisterPage(rules: rules, publicity: publicity).render(visit, rows, next: next)
  }

  private func apiRegister(_ visit: Visit) async throws -> Response {
    let (rows, next) = try await page(visit)
    var response = Response.json(
      .array(
        rows.map { row in
          [
            "name": .string(row.name), "from": .string(row.spell.from.description),
            "through": .string(row.spell.through.description), "address": .string(row.address),
          ]
        }))
    if let next { response.headers.set("link", "<\(next)>; rel=\"next\"") }
    return response
  }

  // MARK: Feeds

  private func takeOperators(_ visit: Visit) async throws -> Response {
    let body = try visit.request.json()
    var reader = try FeedReader(body)
    let items = try reader.operators()
    let done = try await desk.submit(
      TakeOperators(items: items, content: ["items": body]), by: visit.actor, try visit.terms())
    return .json(
      ["items": .integer(Int64(items.count)), "act": .string(String(done.row.key.raw))],
      status: 201)
  }

  private func takeEvents(_ visit: Visit) async throws -> Response {
    let body = try visit.request.json()
    var reader = try FeedReader(body)
    let items = try reader.events()
    let before = try await kept(items)
    let done = try await desk.submit(
      TakeEvents(items: items, content: ["items": body]), by: visit.actor, try visit.terms())
    let after = try await kept(items)
    let businesses = items.map { DormancyTables.key(of: $0.code, ring) }
    let found = try await resumptions(of: Array(Set(businesses)), at: visit.now)
    let outcomes = items.indices.map { place -> JSONValue in
      let event = items[place].event
      let resumed = found.first { $0.business == businesses[place] && $0.event == event }
      // What lies outside every spell decides nothing and is not kept.
      let outcome =
        resumed != nil ? "resumed" : before[place] ? "known" : after[place] ? "taken" : "ignored"
      var fields: [String: JSONValue] = [
        "source": .string(event.source), "id": .string(event.id), "outcome": .string(outcome),
      ]
      if let resumed { fields["case"] = .string(resumed.number) }
      return .object(fields)
    }
    return .json(
      ["act": .string(String(done.row.key.raw)), "items": .array(outcomes)], status: 201)
  }

  /// Whether each event is kept.
  private func kept(_ items: [EventItem]) async throws -> [Bool] {
    try await desk.store.read { [ring] view in
      try items.map {
        try view.first(DormancyTables.event(DormancyTables.key(of: $0.event, ring))) != nil
      }
    }
  }

  // MARK: Deemed resumption

  /// A spell that was found to be over, with the event that shows it.
  struct Resumption: Sendable {
    let business: Int64
    let event: DormancyEvent
    let number: String
  }

  /// Looks at the open spells of some businesses, and opens the act where an event shows that one did
  /// business. What was found already is passed over, so that it may be asked again at any time.
  func resumptions(of businesses: [Int64], at moment: Instant) async throws -> [Resumption] {
    let today = moment.date(in: rules.profile.zone)
    let terms = try rules.terms(on: today)
    let business = try rules.business(on: today)
    let calendar = rules.calendar
    let found = try await desk.store.read { view in
      try businesses.compactMap { key -> (row: SpellRow, event: DormancyEvent)? in
        let rows = try view.all(DormancyTables.spells(of: key))
        let events = try view.all(DormancyTables.events(of: key)).map(\.event)
        guard let history = try? DormancyHistory(rows.map(\.spell), events: events) else {
          return nil
        }
        let latest = history.standing(on: today, terms, business: business, calendar).latest
        guard case .deemed(let event) = latest?.end?.why,
          let row = rows.first(where: { $0.spell == latest?.spell && $0.hasCase })
        else { return nil }
        return (row, event)
      }
    }
    let steps = found.map { row, event in
      let said = CaseFacts([
        "event": .string(event.kind.code), "event-on": .string(event.on.description),
        "event-source": .string(event.source), "event-id": .string(event.id),
      ])
      return (
        command: MoveCase(.deem, as: .system, on: row.key, said: said, in: office.setting),
        terms: CommandDesk.Terms()
      )
    }
    let answers = await desk.submit(all: steps, by: program)
    var opened: [Resumption] = []
    for ((row, event), answer) in zip(found, answers) {
      switch answer {
      case .success:
        guard let base = try await desk.store.first(CaseBook.find(row.key)) else { continue }
        opened.append(
          Resumption(business: row.business, event: event, number: base.number.description))
      // Somebody was quicker, or the operator has resumed meanwhile.
      case .failure(let problem as Problem) where [403, 409, 422].contains(problem.status): break
      case .failure(let error): throw error
      }
    }
    return opened
  }
}
