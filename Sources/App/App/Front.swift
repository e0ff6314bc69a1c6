import Accounts
import Books
import CityProfiles
import Commons
import Desk
import HTTPValues
import Logging
import Markup
import MeasureKit
import Storage

/// Between the server and the routes: who is there, in which language, whether the address exists,
/// whether the visitor may, whether the form is ours; and what a failure looks like.
public struct Front: Sendable {
  let city: RunningCity
  private let table: RouteTable
  let limiter: RateLimiter
  private let secret: [UInt8]
  private let links: [PageShell.Link]
  /// All routes, for the authorisation test.
  public let routes: [Route]

  /// What a running server may be told.
  public struct Options: Sendable {
    /// Writes a minute from one address.
    public var writesPerMinute = 120
    /// Slugs of the measures whose addresses are served, and nothing else of the city; nil for all.
    public var only: Set<String>?
    /// The usual way.
    public init() {}
  }

  /// The front of a city.
  public init(_ city: RunningCity, _ options: Options = Options()) {
    self.city = city
    var routes = Routes()
    if options.only == nil {
      Portal(city: city).routes(&routes)
      AccountPages(city: city).routes(&routes)
      LogPages(city: city).routes(&routes)
      LawPages(city: city).routes(&routes)
      ReceiptPages(city: city).routes(&routes)
      CertificatePages(city: city).routes(&routes)
      AdoptionPages(city: city).routes(&routes)
    }
    SystemRoutes().routes(&routes)
    for measure in city.measures {
      let number = type(of: measure).card.number
      if let only = options.only, !only.contains(type(of: measure).card.slug) { continue }
      routes.add(measure) { visit in
        try city.adoptions.require(number, on: visit.now.date(in: city.profile.zone))
      }
    }
    self.routes = routes.all
    table = RouteTable(routes)
    limiter = RateLimiter(perMinute: options.writesPerMinute)
    secret = city.ring.secret(for: "csrf 1")
    links = [
      PageShell.Link(Phrase("首页", en: "Home"), "/"),
      PageShell.Link(Phrase("民生诉求", en: "Requests"), "/requests"),
      PageShell.Link(Phrase("改革举措", en: "Adoption"), "/adoption"),
      PageShell.Link(Phrase("存证日志", en: "Evidence log"), "/log"),
    ]
  }

  /// Answers a request. Whatever happens, there is an answer, and it says nothing of the inside.
  public func respond(_ request: Request) async -> Response {
    let language = request.language
    let now = city.time.now
    var response: Response
    do { response = try await answer(request, language, now) } catch let problem as Problem {
      response = failure(problem, request, language)
    } catch  where city.isReading {
      // What a page wanted to write: a read of personal data that must be recorded, for one.
      response = failure(WebProblems.onlyReading(), request, language)
    } catch {
      city.logger.error("\(request.requestID) \(request.method.rawValue) \(request.path): \(error)")
      response = failure(.unavailable(), request, language)
    }
    protect(&response, request)
    return response
  }

  private func answer(
    _ request: Request, _ language: Language, _ now: Instant
  ) async throws -> Response {
    let route: Route
    let parameters: [String: String]
    switch table.match(request.method, request.path) {
    case .found(let found, let taken): (route, parameters) = (found, taken)
    case .otherMethods(let methods):
      var response = failure(WebProblems.otherMethods(methods), request, language)
      response.headers.set("allow", methods.map(\.rawValue).joined(separator: ", "))
      return response
    case .nothing:
      throw Problem.notFound(Phrase("没有这个页面。", en: "There is no such page."))
    }
    let token = self.token(request, route.kind)
    // A session may be newer than what a standby has, and whoever is known wants to read what they just wrote.
    // Whoever plans a flight must see what is planned now, not what was a moment ago.
    let needsNow = token != nil || route.kind == .foreign
    if city.isReading, ![.get, .head, .options].contains(request.method) || needsNow {
      throw WebProblems.onlyReading()
    }
    let principal = request.cookies["as"].flatMap { Int64($0) }
    var person: SignedIn?
    if let token {
      person = try await city.sessions.person(token, at: now, principal: principal)
      // A program that shows a token means to be known.
      if person == nil, route.kind == .interface { throw Problem.loginNeeded }
    }
    let actor = person?.actor ?? city.sessions.anonymous
    let log = route.kind == .page ? try await city.desk.store.first(LogBook.state) : nil
    try await check(route, actor)
    let csrf = route.kind == .page ? csrf(person == nil ? nil : token) : ""
    if request.method == .post, route.kind != .foreign {
      if person == nil || person?.actor.kind == .citizen,
        let seconds = limiter.take(request.remoteAddress, at: now)
      {
        throw WebProblems.tooMany(retryAfterSeconds: seconds)
      }
      if route.kind == .page { try checkForm(request, csrf) }
    }
    var response = try await route.handle(
      visit(request, parameters, person, actor, language, csrf, now, log))
    keepChoices(request, &response)
    return response
  }

  private func visit(
    _ request: Request, _ parameters: [String: String], _ person: SignedIn?, _ actor: Actor,
    _ language: Language, _ csrf: String, _ now: Instant, _ log: LogBook.State?
  ) -> Visit {
    Visit(
      request: request, parameters: parameters, actor: actor,
      person: person.map { .init(name: $0.name, account: $0.actor.account, posts: $0.posts) },
      language: language, csrf: csrf, now: now,
      freshKey: Base64.encode(city.random.bytes(15), url: true),
      shell: shell(request, language, person, csrf, log))
  }

  private func shell(
    _ request: Request, _ language: Language, _ person: SignedIn?, _ csrf: String,
    _ log: LogBook.State? = nil
  ) -> PageShell {
    let size = request.query["type"] ?? request.cookies["type"]
    var links = links
    let entrances = city.measures.compactMap(\.deskEntrance).filter { entrance in
      person?.actor.may(entrance.permission) ?? false
    }
    links += entrances.map { PageShell.Link($0.name, $0.target) }
    if entrances.isEmpty, person != nil {
      links.append(PageShell.Link(Phrase("我的诉求", en: "My requests"), "/requests/mine"))
    }
    if person?.actor.may("requests.supervise") ?? false {
      links.append(
        PageShell.Link(Phrase("督办与统计", en: "Supervision"), "/desk/requests/supervision"))
    }
    let target =
      request.query.items.isEmpty ? request.path : request.path + "?" + request.query.encoded
    return PageShell(
      city: city.profile.name, note: city.profile.note, language: language,
      isLargeType: size == "large", here: target,
      user: person.map { .init(name: $0.name, post: $0.posts.first, csrf: csrf) }, links: links,
      log: log.map { state in
        // The third line of a checkpoint is the root of the tree.
        let lines = state.checkpoint.split(separator: "\n")
        return PageShell.LogState(
          size: Figures.grouped(state.size),
          root: lines.count > 2 ? String(lines[2].prefix(12)) + "…" : "—",
          signedAt: state.signedAt.phrase(in: city.profile.zone))
      })
  }

  // MARK: Who

  private func token(_ request: Request, _ kind: RouteKind) -> String? {
    switch kind {
    case .page: return request.cookies["session"]
    case .foreign: return nil
    case .interface:
      guard let header = request.headers["authorization"] else { return nil }
      let halves = header.split(separator: " ", maxSplits: 1)
      return halves.count == 2 && halves[0].lowercased() == "bearer" ? String(halves[1]) : ""
    }
  }

  private func check(_ route: Route, _ actor: Actor) async throws {
    switch route.access {
    case .everybody: return
    case .signedIn: if actor.kind == .anonymous { throw Problem.loginNeeded }
    case .anyOf(let permissions):
      guard let first = permissions.first else { return }
      if !permissions.contains(where: actor.may) { try actor.require(first) }
    }
  }

  // MARK: Forms

  /// The token that forms carry: it follows from the session, so another site cannot know it.
  private func csrf(_ token: String?) -> String {
    let text = token.map { "session \($0)" } ?? "nobody"
    return Base64.encode(Array(MAC.sha256(Array(text.utf8), key: secret).prefix(18)), url: true)
  }

  private func checkForm(_ request: Request, _ csrf: String) throws {
    let origin = request.headers["origin"]
    let isOurs =
      origin.map { origin in
        let host = request.headers["host"] ?? ""
        return origin == "http://\(host)" || origin == "https://\(host)"
      } ?? !["cross-site", "same-site"].contains(request.headers["sec-fetch-site"] ?? "")
    let given = try request.form()["csrf"] ?? ""
    guard isOurs, constantTimeEqual(Array(given.utf8), Array(csrf.utf8)) else {
      throw Problem(
        "form-expired", status: 403, title: Phrase("页面已过期", en: "The page has expired"),
        detail: Phrase(
          "请返回上一页刷新后重新提交；您填写的内容还在。",
          en: "Go back, reload the page and send it again; what you wrote is still there."))
    }
  }

  // MARK: Answers

  private func keepChoices(_ request: Request, _ response: inout Response) {
    let year = 31_536_000
    if let language = request.query["lang"], Language(rawValue: language) != nil || language == "zh"
    {
      response.setCookie("lang", language, maxAgeSeconds: year, isSecure: isSecure(request))
    }
    if let size = request.query["type"], size == "large" || size == "normal" {
      response.setCookie("type", size, maxAgeSeconds: year, isSecure: isSecure(request))
    }
  }

  func isSecure(_ request: Request) -> Bool { request.headers["x-forwarded-proto"] == "https" }

  private func failure(_ problem: Problem, _ request: Request, _ language: Language) -> Response {
    let wantsPage =
      !isForPrograms(request)
      && request.preferred(["text/html", "application/json"]) == "text/html"
      && request.headers["accept"] != nil
    guard wantsPage else { return .problem(problem, language) }
    if problem.status == 401, request.method == .get, problem.slug == "login-needed" {
      let target = request.path + (request.query.items.isEmpty ? "" : "?" + request.query.encoded)
      return .seeOther("/sign-in?next=" + PercentCoding.encode(target))
    }
    var response = Response.html(
      shell(request, language, nil, csrf(nil)).page(problem.title) { h in
        h.element("h1", .class("visually-hidden"), text: problem.title)
        h.errorSummary(problem)
        h.element("div", .class("actions")) { h in
          h.buttonLink(Phrase("回到首页", en: "Back to the start"), "/")
          h.buttonLink(Phrase("查询进展", en: "Follow a request"), "/requests/track", .quiet)
        }
      }, status: problem.status)
    response.addRetry(problem)
    return response
  }

  /// Whether an address is one of those for programs, also where the method is not the right one.
  private func isForPrograms(_ request: Request) -> Bool {
    if case .found(let route, _) = table.match(request.method, request.path) {
      return route.kind != .page
    }
    let path = request.path
    return ["/api/", "/open311/", "/dss/", "/rid/", "/v1/", "/aux/", "/uss/"].contains {
      path.hasPrefix($0)
    }
      || [".json", ".jsonl", ".xml", ".yaml", ".tlog-proof"].contains { path.hasSuffix($0) }
  }

  private func protect(_ response: inout Response, _ request: Request) {
    if response.headers["content-security-policy"] == nil {
      response.headers.set(
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
          + "frame-ancestors 'none'; base-uri 'none'")
    }
    response.headers.set("x-content-type-options", "nosniff")
    // Not “no-referrer”: browsers would then send “Origin: null” with our own forms.
    response.headers.set("referrer-policy", "same-origin")
    response.headers.set("x-frame-options", "DENY")
    response.headers.set("cross-origin-opener-policy", "same-origin")
    response.headers.set("permissions-policy", "camera=(), microphone=(), geolocation=()")
    response.headers.set("x-request-id", request.requestID)
    if isSecure(request) {
      response.headers.set("strict-transport-security", "max-age=31536000")
    }
    if response.headers["cache-control"] == nil {
      response.headers.set("cache-control", "no-store")
    }
  }
}
