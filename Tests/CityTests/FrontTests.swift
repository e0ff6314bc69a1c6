import AccessControl
import App
import CityProfiles
import Commons
import HTTPValues
import MeasureKit
import ServiceRequests
import Testing

/// Who comes in by which address. Every route of the program is in this table; a new one fails the
/// test until somebody has thought about it.
@Suite struct AuthorisationTests {
  enum Who: String, CaseIterable {
    case nobody, citizen, officer, dispatcher, arbiter, supervisor, admin
  }

  static let staff: Set<Who> = [.officer, .dispatcher, .arbiter, .supervisor]
  static let everybody = Set(Who.allCases)
  static let known = everybody.subtracting([.nobody])

  /// Pattern with method, and who may.
  static let table: [(String, Set<Who>)] =
    [
      ("GET /", everybody), ("GET /search", everybody), ("GET /measures/{slug}", everybody),
      ("GET /sign-in", everybody), ("POST /sign-in", everybody), ("POST /sign-out", known),
      ("GET /register", everybody), ("POST /register", everybody), ("GET /account", known),
      ("POST /account/password", known), ("POST /account/mandates", known),
      ("POST /account/mandates/{mandate}/end", known), ("POST /account/acting", known),
      ("POST /api/sessions", everybody), ("GET /log", everybody),
      ("GET /log/checkpoint", everybody), ("GET /log/key", everybody),
      ("GET /log/tile/entries/{path...}", everybody),
      ("GET /log/tile/{level}/{path...}", everybody), ("GET /log/entries.jsonl", everybody),
      ("GET /log/proof/{first}/{second}", everybody), ("GET /law", everybody),
      ("GET /law/{name}", everybody), ("GET /receipts", everybody),
      ("POST /receipts", everybody), ("GET /receipts/{number}/{version}.json", everybody),
      ("GET /receipts/{number}/{version}.tlog-proof", everybody),
      ("GET /receipts/{number}/{version}.html", everybody),
      ("GET /receipts/{number}/{version}", everybody), ("GET /assets/icon.svg", everybody),
      ("GET /assets/{version}.css", everybody), ("GET /openapi.yaml", everybody),
      ("GET /adoption", everybody), ("GET /adoption/{number}", everybody),
      ("GET /api/adoption", everybody), ("GET /healthz", everybody), ("GET /problems", everybody),
      ("GET /problems/{slug}", everybody), ("GET /requests", everybody),
      ("GET /requests/new", everybody), ("POST /requests/new", everybody),
      ("POST /requests", everybody), ("GET /requests/mine", known),
      ("GET /requests/track", everybody), ("GET /requests/how", everybody),
      ("GET /requests/figures", everybody), ("GET /requests/catalogue", everybody),
      ("GET /requests/{number}", everybody), ("POST /requests/{number}/steps", everybody),
      ("GET /requests/{number}/files/{file}", everybody), ("GET /desk/requests", staff),
      ("GET /desk/requests/new", [.dispatcher]), ("POST /desk/requests/new", [.dispatcher]),
      ("POST /desk/requests/dispatch", [.dispatcher]), ("POST /desk/requests/accept", [.officer]),
      ("GET /desk/requests/supervision", [.supervisor]), ("GET /desk/requests/{number}", staff),
      ("POST /desk/requests/{number}/steps", staff), ("POST /api/requests", everybody),
      ("GET /api/requests/figures", everybody), ("POST /api/requests/intakes", [.dispatcher]),
      ("POST /api/requests/steps", staff), ("GET /api/requests/{number}", everybody),
      ("POST /api/requests/{number}/steps", everybody),
      ("GET /open311/discovery.xml", everybody), ("GET /open311/v2/services.xml", everybody),
      ("GET /open311/v2/services/{code}.xml", everybody),
      ("GET /open311/v2/requests.xml", everybody), ("GET /open311/v2/requests/{id}.xml", everybody),
      ("GET /open311/v2/tokens/{token}.xml", everybody),
      ("POST /open311/v2/requests.xml", everybody), ("GET /open311/discovery.json", everybody),
      ("GET /open311/v2/services.json", everybody),
      ("GET /open311/v2/services/{code}.json", everybody),
      ("GET /open311/v2/requests.json", everybody),
      ("GET /open311/v2/requests/{id}.json", everybody),
      ("GET /open311/v2/tokens/{token}.json", everybody),
      ("POST /open311/v2/requests.json", everybody),
    ] + certificates + lowAltitude + airNetworks + cases("dormancy") + dormancy
    + cases("ip-protection")
    + protection
    + cases("reconsideration") + reconsideration
    + tradeSecrets + procurement + arrivals

  /// The routes that every measure with declared cases has. None of the people here has a post in one.
  static func cases(_ slug: String) -> [(String, Set<Who>)] {
    [
      "GET /\(slug)", "GET /\(slug)/new", "POST /\(slug)", "GET /\(slug)/track",
      "GET /\(slug)/how", "GET /\(slug)/{number}", "POST /\(slug)/{number}/steps",
      "GET /\(slug)/{number}/files/{file}",
      "GET /\(slug)/{number}/documents/{version}/{document}", "POST /api/\(slug)",
      "GET /api/\(slug)/openapi.json", "GET /api/\(slug)/figures", "GET /api/\(slug)/{number}",
      "POST /api/\(slug)/{number}/steps",
    ].map { ($0, everybody) }
      + [("GET /\(slug)/mine", known)]
      + [
        "GET /desk/\(slug)", "GET /desk/\(slug)/{number}", "POST /desk/\(slug)/{number}/steps",
        "GET /api/\(slug)/trays/{tray}",
      ].map { ($0, []) }
  }

  /// What is open to programs of others only, by tokens of an authorisation server; the test has none.
  static let lowAltitude: [(String, Set<Who>)] = {
    var table: [(String, Set<Who>)] = [
      ("GET /low-altitude", everybody), ("GET /aux/v1/version", everybody),
      ("GET /aux/v1/configuration/accepted_ca_certs", everybody),
      ("GET /aux/v1/configuration/ca_certs", everybody),
    ]
    func closed(_ method: String, _ patterns: [String]) {
      table += patterns.map { ("\(method) \($0)", []) }
    }
    func kept(_ path: String, _ id: String, _ version: String) {
      closed("GET", ["\(path)/{\(id)}"])
      closed("PUT", ["\(path)/{\(id)}", "\(path)/{\(id)}/{\(version)}"])
      closed("DELETE", ["\(path)/{\(id)}", "\(path)/{\(id)}/{\(version)}"])
    }
    for noun in ["operational_intent_references", "constraint_references"] {
      kept("/dss/v1/\(noun)", "entity", "ovn")
      closed("POST", ["/dss/v1/\(noun)/query"])
    }
    kept("/dss/v1/subscriptions", "subscription", "version")
    closed("POST", ["/dss/v1/subscriptions/query", "/dss/v1/reports"])
    closed("GET", ["/dss/v1/uss_availability/{uss}"])
    closed("PUT", ["/dss/v1/uss_availability/{uss}", "/aux/v1/pool/dss_instances/heartbeat"])
    for base in ["/v1/dss", "/rid/v2/dss"] {
      for noun in ["identification_service_areas", "subscriptions"] {
        kept("\(base)/\(noun)", "id", "version")
        closed("GET", ["\(base)/\(noun)"])
      }
    }
    closed(
      "GET",
      ["validate_oauth", "pool", "pool/dss_instances", "configuration/global_options"]
        .map { "/aux/v1/\($0)" } + ["/versions/{system}"])
    return table + flights
  }()
  /// The networks, the picture, complaints and alarms of the same measure.
  static let airNetworks: [(String, Set<Who>)] =
    [
      "GET /low-altitude/networks", "GET /low-altitude/networks/{code}", "GET /low-altitude/plan",
      "GET /low-altitude/picture", "GET /low-altitude/overhead",
      "GET /api/low-altitude/networks/{code}/slots",
      "POST /low-altitude/overhead", "GET /low-altitude/statistics",
      "GET /low-altitude/complaints/new", "POST /low-altitude/complaints",
      "GET /low-altitude/complaints/{key}", "GET /api/low-altitude/networks",
      "GET /api/low-altitude/networks.geojson", "GET /api/low-altitude/plan",
      "GET /api/low-altitude/openapi.json",
      "GET /api/low-altitude/picture", "POST /api/low-altitude/overhead",
      "POST /api/low-altitude/complaints",
    ].map { ($0, everybody) }
    + [
      "POST /api/low-altitude/telemetry", "GET /api/low-altitude/alarms",
      "POST /api/low-altitude/networks", "POST /api/low-altitude/networks/{code}/steps",
      "GET /desk/low-altitude/networks", "POST /desk/low-altitude/networks",
      "POST /desk/low-altitude/networks/{code}/steps", "GET /desk/low-altitude/designer",
      "POST /desk/low-altitude/designer", "GET /desk/low-altitude/alarms",
      "POST /desk/low-altitude/alarms/{key}", "GET /desk/low-altitude/density",
      "GET /desk/low-altitude/peers", "GET /api/low-altitude/peers",
      "GET /desk/low-altitude/clients", "POST /desk/low-altitude/clients",
      "POST /desk/low-altitude/clients/{client}/close", "GET /api/low-altitude/clients",
      "POST /api/low-altitude/clients", "POST /api/low-altitude/clients/{client}/close",
    ].map { ($0, []) }
  /// The domestic side of the same measure.
  static let flights: [(String, Set<Who>)] =
    ["flights", "standing", "operators", "aircraft", "pilots", "insurance", "incidents", "trials"]
    .flatMap { cases("low-altitude/\($0)") }
    + conference("low-altitude/closures")
    + ["check", "register", "airspace"].map { ("GET /low-altitude/\($0)", everybody) }
    + [
      ("GET /api/low-altitude/flights/check", everybody),
      ("GET /api/low-altitude/flights/airspace", everybody),
      ("GET /low-altitude/mine", known), ("GET /desk/low-altitude", []),
    ]
  static let certificates: [(String, Set<Who>)] =
    [
      "GET /verify", "GET /.well-known/did.json", "GET /certificates/trust.json",
      "GET /certificates/schemas/{type}.json", "GET /certificates/status/{purpose}/{list}",
      "GET /certificates/{number}/{version}/{document}.json",
      "GET /certificates/{number}/{version}/{document}.sd-jwt",
      "GET /certificates/{number}/{version}/{document}", "GET /log/sm2-key",
    ].map { ($0, everybody) }
    + [("POST /certificates/{number}/{version}/{document}/status", known)]

  static let dormancy: [(String, Set<Who>)] = [
    ("GET /dormancy/check", everybody), ("GET /dormancy/register", everybody),
    ("GET /api/dormancy/register", everybody), ("POST /api/dormancy/operators", []),
    ("POST /api/dormancy/events", []), ("POST /api/dormancy/sweep", []),
    ("GET /api/dormancy/publicity", []), ("POST /api/dormancy/publicity/handed", []),
  ]

  static let protection: [(String, Set<Who>)] =
    [
      "GET /ip-protection/competence", "GET /ip-protection/guidance",
      "GET /ip-protection/guidance/{entry}", "GET /ip-protection/notices",
      "GET /ip-protection/{number}/evidence", "POST /ip-protection/{number}/evidence",
      "GET /ip-protection/{number}/evidence/{content}.json",
      "GET /ip-protection/{number}/evidence/{content}", "GET /api/ip-protection/competence",
      "GET /api/ip-protection/codes", "GET /api/ip-protection/guidance",
      "GET /api/ip-protection/notices", "POST /api/ip-protection/{number}/packets",
      "GET /api/ip-protection/{number}/packets/{content}",
      "GET /api/ip-protection/{number}/packets/{content}/report",
      "POST /api/ip-protection/packets/verify", "GET /api/ip-protection/packet.schema.json",
      "GET /api/ip-protection/exchange/openapi.json",
      "POST /api/ip-protection/exchange/{platform}/answers",
    ].map { ($0, everybody) }
    + [
      "GET /desk/ip-protection/{number}/evidence", "POST /desk/ip-protection/{number}/evidence",
      "GET /desk/ip-protection/{number}/evidence/{content}.json",
      "GET /desk/ip-protection/{number}/evidence/{content}",
    ].map { ($0, []) }

  static let tradeSecrets: [(String, Set<Who>)] =
    cases("trade-secrets/deposits") + cases("trade-secrets/assessments")
    + cases("trade-secrets/stations")
    + [
      "GET /trade-secrets", "GET /trade-secrets/check", "POST /trade-secrets/check",
      "GET /trade-secrets/criminal", "POST /trade-secrets/criminal",
      "GET /trade-secrets/inventory", "GET /trade-secrets/proof",
      "GET /trade-secrets/forms/{form}", "GET /api/trade-secrets/assessments/clauses",
    ].map { ($0, everybody) } + [("GET /desk/trade-secrets", [])]
    + conference("trade-secrets/conference")

  static let arrivals: [(String, Set<Who>)] =
    cases("arrivals/slots") + conference("arrivals/procedures")
    + [
      "GET /arrivals", "GET /arrivals/airports/{airport}", "GET /arrivals/wake",
      "GET /arrivals/what-if", "GET /arrivals/results", "GET /arrivals/results.csv",
      "GET /arrivals/board.js", "POST /arrivals/feeds/{airport}/{format}",
      "GET /arrivals/monte-carlo", "GET /arrivals/slot-resources",
      "GET /arrivals/airports/{airport}/scenario.json",
    ].map { ($0, everybody) }
    + [
      "GET /desk/arrivals", "GET /desk/arrivals/boards/{airport}",
      "GET /desk/arrivals/boards/{airport}/content", "GET /desk/arrivals/boards/{airport}/data",
      "GET /desk/arrivals/boards/{airport}/what-if", "POST /desk/arrivals/boards/{airport}/wind",
      "POST /desk/arrivals/boards/{airport}/configuration",
    ].map { ($0, []) }

  static let procurement: [(String, Set<Who>)] =
    cases("procurement/bids") + cases("procurement/objections")
    + [
      "tender", "invited", "inquiry", "auction", "negotiation", "direct", "bodies", "alerts",
      "draws",
      "exchange",
    ].flatMap { conference("procurement/\($0)") }
    + [
      "GET /procurement", "GET /procurement/board", "GET /procurement/projects/{number}",
      "GET /procurement/network", "GET /procurement/firms", "GET /procurement/firms/{id}",
      "GET /procurement/notices", "GET /procurement/processes", "GET /procurement/data",
      "GET /api/procurement/releases.json", "GET /api/procurement/records/{id}",
      "GET /api/procurement/openapi.json", "GET /api/procurement/history.json",
      "GET /api/procurement/feeds.json", "GET /procurement/seal.html",
    ].map { ($0, everybody) }
    + conference("procurement/feeds")
    + [
      ("GET /desk/procurement", []), ("GET /desk/procurement/projects/{number}/envelopes.json", []),
      ("POST /api/procurement/exchange/{exchange}/releases", everybody),
    ]

  /// What of a measure's cases is left where only officials open them.
  static func conference(_ slug: String) -> [(String, Set<Who>)] {
    let people = ["new", "track", "mine"].map { "GET /\(slug)/\($0)" }
    let without: Set<String> = [
      "GET /\(slug)", "POST /\(slug)", "GET /\(slug)/{number}", "POST /\(slug)/{number}/steps",
    ]
    return cases(slug).filter { !people.contains($0.0) && !without.contains($0.0) }
      + [("GET /desk/\(slug)/new", []), ("POST /desk/\(slug)", [])]
  }

  static let reconsideration: [(String, Set<Who>)] =
    [
      "GET /reconsideration/check", "GET /reconsideration/decisions",
      "GET /reconsideration/standards", "GET /reconsideration/experts",
      "GET /reconsideration/figures", "GET /api/reconsideration/first-choice",
      "GET /reconsideration/{number}/hearing", "POST /reconsideration/{number}/hearing",
    ].map { ($0, everybody) }
    + [
      "GET /desk/reconsideration/open/{command}", "POST /desk/reconsideration/open/{command}",
      "GET /desk/reconsideration/staff", "POST /desk/reconsideration/staff",
      "GET /desk/reconsideration/archive", "GET /desk/reconsideration/court-counts",
      "POST /desk/reconsideration/court-counts", "POST /api/reconsideration/court-counts",
    ].map { ($0, []) }

  @Test(arguments: Backend.all) func everyRouteLetsInWhomItShouldAndNobodyElse(_ backend: Backend)
    async throws
  {
    let test = try await TestCity(backend)
    let posts: [Who: [Post]] = [
      .citizen: [], .officer: [Post(RequestsMeasure.handler.id, agency: "urban")],
      .dispatcher: [Post(RequestsMeasure.dispatcher.id)],
      .arbiter: [Post(RequestsMeasure.arbiter.id)],
      .supervisor: [Post(RequestsMeasure.supervisor.id)], .admin: [Post("administrator")],
    ]
    let table = AuthorisationTests.table
    let declared = test.front.routes.map { "\($0.method.rawValue) \($0.pattern)" }
    #expect(Set(declared) == Set(table.map(\.0)), "a route is missing here")
    let allowed = Dictionary(uniqueKeysWithValues: table)
    for who in Who.allCases {
      var token: String?
      if let own = posts[who] { token = try await test.signIn(who.rawValue, own) }
      for route in test.front.routes where route.pattern != "/sign-out" {
        let target = Self.fill(route.pattern)
        let response = try await test.send(
          route.method, target, session: route.kind == .page ? token : nil,
          bearer: route.kind == .interface ? token : nil,
          headers: [("accept", "application/json")])
        let name = "\(route.method.rawValue) \(route.pattern)"
        let isTurnedAway =
          response.status == 401
          || response.headers["location"]?.hasPrefix("/sign-in?next=") == true
          || (response.status == 403 && !response.text.contains("页面已过期")
            && !response.text.contains("api_key"))
        let isStep =
          route.pattern.hasSuffix("/steps") && route.pattern.hasPrefix("/api/")
          && route.pattern.contains("{")
        // Open to all by token: without one, a program is asked to sign in.
        if isStep || route.pattern == "/api/sessions" || route.pattern == "/sign-in" { continue }
        #expect(
          isTurnedAway == !(allowed[name]?.contains(who) ?? false),
          "\(name) by \(who): \(response.status)")
        #expect(response.status < 500, "\(name) by \(who): \(response.status)")
      }
    }
  }

  private static func fill(_ pattern: String) -> String {
    var out = pattern
    for name in [
      "number", "version", "slug", "mandate", "level", "path...", "first", "second", "file", "code",
      "id", "token", "document",
    ] {
      out = out.replacing("{\(name)}", with: "1")
    }
    return out
  }
}

@Suite struct FrontTests {
  @Test(arguments: Backend.all) func aFormOfAnotherSiteIsRefused(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let csrf = try TestCity.hidden("csrf", in: try await test.get("/requests/new"))
    let body = Array("csrf=\(csrf)&text=x".utf8)
    let type = ("content-type", "application/x-www-form-urlencoded")
    let foreign = try await test.send(
      .post, "/requests/new", headers: [type, ("origin", "https://evil.test")], body: body)
    #expect(foreign.status == 403)
    let marked = try await test.send(
      .post, "/requests/new", headers: [type, ("sec-fetch-site", "cross-site")], body: body)
    #expect(marked.status == 403)
    let bare = try await test.send(
      .post, "/requests/new", headers: [type], body: Array("text=x".utf8))
    #expect(bare.status == 403)
    let own = try await test.send(
      .post, "/requests/new", headers: [type, ("origin", "http://city.test")], body: body)
    #expect(own.status == 200)
    // A session's token is another one than that of somebody who has not signed in.
    let session = try await test.signIn("citizen", [])
    let stolen = try await test.send(
      .post, "/requests/new", session: session, headers: [type], body: body)
    #expect(stolen.status == 403)
  }

  @Test(arguments: Backend.all) func everyAnswerIsProtected(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    for path in ["/", "/nothing", "/log/key", "/assets/icon.svg"] {
      let response = try await test.get(path)
      #expect(response.headers["x-content-type-options"] == "nosniff")
      let policy = response.headers["content-security-policy"] ?? ""
      #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "\(path)")
    }
  }

  @Test(arguments: Backend.all) func tooManyWritesAreTurnedAwayWithTheTime(_ backend: Backend)
    async throws
  {
    let test = try await TestCity(backend, writesPerMinute: 3)
    for _ in 0..<3 { _ = try await test.file() }
    let (response, _) = try await test.json("/api/requests", ["text": "x"])
    #expect(response.status == 429)
    #expect(response.headers["retry-after"].flatMap { Int($0) } ?? 0 > 0)
    test.time.advance(seconds: 60)
    _ = try await test.file()
  }

  @Test(arguments: Backend.all) func wrongPasswordsMakeOneWait(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    _ = try await test.signIn("citizen", [])
    var last = 0
    for _ in 0..<7 {
      let response = try await test.post(
        "/sign-in", [("login", "citizen"), ("password", "not this one")])
      last = response.status
    }
    #expect(last == 429)
    let right = try await test.post(
      "/sign-in", [("login", "citizen"), ("password", TestCity.password)])
    #expect(right.status == 429)
    test.time.advance(seconds: 3600)
    let later = try await test.post(
      "/sign-in", [("login", "citizen"), ("password", TestCity.password), ("next", "//evil.test")])
    #expect(later.status == 303 && later.headers["location"] == "/")
    #expect(later.headers["set-cookie"]?.contains("HttpOnly; SameSite=Lax") == true)
  }

  @Test(arguments: Backend.all) func aNewPasswordEndsEverySession(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let session = try await test.signIn("citizen", [])
    #expect(try await test.get("/account", session: session).status == 200)
    let changed = try await test.post(
      "/account/password", session: session, [("password", "another long one")])
    #expect(changed.status == 303)
    let after = try await test.get("/account", session: session)
    #expect(after.headers["location"]?.hasPrefix("/sign-in") == true, "\(after.status)")
  }

  @Test(arguments: Backend.all) func whatPeopleWriteIsShownAsText(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let words = "<script>alert('x')</script>\"'; DROP TABLE cases;--"
    let (_, body) = try await test.json(
      "/api/requests",
      [
        "item": .string(test.city.profile.items[0].id), "text": .string(words),
        "title": .string(words), "district": "donghu", "is_public": true,
      ])
    let number = try #require(body["number"]?.string)
    let token = try #require(body["token"]?.string)
    for target in ["/requests/\(number)?token=\(token)", "/requests", "/search?q=%3Cscript%3E"] {
      let page = try await test.get(target)
      #expect(page.status == 200 && !page.text.contains("<script>"), "\(target)")
    }
    #expect(try await test.get("/requests/\(number)").text.contains("DROP TABLE"))
  }

  @Test(arguments: Backend.all) func aStaleFormIsToldSo(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let dispatcher = try await test.signIn("dispatcher", [Post(RequestsMeasure.dispatcher.id)])
    let (number, _) = try await test.file()
    let first = try await test.post(
      "/desk/requests/\(number)/steps", session: dispatcher,
      [("as", "dispatcher"), ("command", "dispatch"), ("agency", "urban"), ("version", "1")])
    #expect(first.status == 303)
    let second = try await test.post(
      "/desk/requests/\(number)/steps", session: dispatcher,
      [("as", "dispatcher"), ("command", "dispatch"), ("agency", "water"), ("version", "1")])
    #expect(second.status == 409)
  }
}
