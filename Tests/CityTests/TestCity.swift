import AccessControl
import Accounts
import App
import Books
import CityProfiles
import Commons
import Desk
import Foundation
import HTTPValues
import MeasureKit
import PostgresFixture
import ServiceRequests

/// The engines on which a city is tried.
enum Backend: CaseIterable {
  case sqlite, postgresql

  /// Those that are there; in continuous integration all must be.
  static var all: [Backend] {
    #if PostgreSQL
      PostgresServer.isWanted ? [.sqlite, .postgresql] : [.sqlite]
    #else
      [.sqlite]
    #endif
  }

  /// Rows of a city that nobody else has; nil for those in its folder.
  func newDatabase() throws -> StoreAddress? {
    switch self {
    case .sqlite: return nil
    case .postgresql:
      #if PostgreSQL
        return .postgresql(try PostgresServer.shared.get().newSchema())
      #else
        return nil
      #endif
    }
  }
}

/// A city in a folder of its own, with a clock that is set by hand and cheap passwords.
final class TestCity {
  let folder: DataFolder
  let time: ManualTime
  let city: RunningCity
  let front: Front

  /// Monday, 2 March 2026, 9:00.
  static let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!
  static let password = "a long password"

  private let backend: Backend

  init(
    _ backend: Backend = .sqlite, writesPerMinute: Int = 100_000, profile: CityProfile? = nil,
    config: JSONValue? = nil, witnesses: String? = nil, witnessCaller: WitnessCaller? = nil
  ) async throws {
    self.backend = backend
    folder = DataFolder(
      "/tmp/tequ-test-\(getpid())-\(UUID().uuidString)", database: try backend.newDatabase())
    time = ManualTime(TestCity.start)
    var options = RunningCity.Options()
    options.creates = true
    options.time = time
    options.profile = profile
    options.witnessCaller = witnessCaller
    try folder.create()
    if let config {
      try Data(config.canonicalBytes).write(to: URL(fileURLWithPath: folder.path + "/config.json"))
    }
    if let witnesses {
      try Data(witnesses.utf8).write(to: URL(fileURLWithPath: folder.witnesses))
    }
    options.random = SeededBytes(seed: 42)
    city = try await RunningCity(folder, options)
    try await city.sequencer.load()
    var limits = Front.Options()
    limits.writesPerMinute = writesPerMinute
    front = Front(city, limits)
  }

  /// A folder for a city that is simulated beside this one, on the same engine.
  func anotherFolder() throws -> DataFolder {
    DataFolder(folder.path + "/simulated", database: try backend.newDatabase())
  }

  deinit {
    city.close()
    try? FileManager.default.removeItem(atPath: folder.path)
  }

  /// Opens an account and signs it in; the answer is the session's token.
  func signIn(_ login: String, _ posts: [Post]) async throws -> String {
    let hash = try PasswordHash(
      TestCity.password, salt: [UInt8](repeating: 1, count: 16), logRounds: 10)
    _ = try await city.desk.submit(
      OpenAccount(
        login: login, name: "测试 \(login)", posts: posts, password: hash, policy: city.policy),
      by: .system(["accounts.manage", "accounts.register"]))
    return try await city.signIn.signIn(
      login: login, password: TestCity.password, from: "192.0.2.1")
  }

  // MARK: Requests

  func send(
    _ method: HTTPValues.Method, _ target: String, session: String? = nil, bearer: String? = nil,
    headers: [(String, String)] = [], body: [UInt8] = []
  ) async throws -> Response {
    var all = [("host", "city.test"), ("accept", "text/html,application/json;q=0.9")] + headers
    if let session { all.append(("cookie", "session=\(session)")) }
    if let bearer { all.append(("authorization", "Bearer \(bearer)")) }
    let request = try Request(
      method: method, target: target, headers: Headers(all), body: body,
      remoteAddress: "192.0.2.1", requestID: "test")
    return await front.respond(request)
  }

  func get(_ target: String, session: String? = nil) async throws -> Response {
    try await send(.get, target, session: session)
  }

  /// Sends a form as a browser does: with the token of a page that was fetched before.
  func post(
    _ target: String, session: String? = nil, _ fields: [(String, String)]
  ) async throws -> Response {
    let page = try await get("/sign-in", session: session)
    let csrf = try TestCity.hidden("csrf", in: page)
    let items = QueryItems((fields + [("csrf", csrf)]).map { QueryItems.Item($0.0, $0.1) })
    return try await send(
      .post, target, session: session,
      headers: [
        ("content-type", "application/x-www-form-urlencoded"), ("origin", "http://city.test"),
      ], body: Array(items.encoded.utf8))
  }

  func json(
    _ target: String, bearer: String? = nil, _ value: JSONValue,
    headers: [(String, String)] = []
  ) async throws -> (Response, JSONValue) {
    let response = try await send(
      .post, target, bearer: bearer, headers: [("content-type", "application/json")] + headers,
      body: value.canonicalBytes)
    return (response, (try? JSONValue(parsing: response.body)) ?? .null)
  }

  /// The value of a hidden field of a page.
  static func hidden(_ name: String, in page: Response) throws -> String {
    let text = String(decoding: page.body, as: UTF8.self)
    guard let start = text.range(of: "name=\"\(name)\" value=\""),
      let end = text[start.upperBound...].firstIndex(of: "\"")
    else { throw Problem.notFound(.same("the page has no field \(name)")) }
    return String(text[start.upperBound..<end])
  }

  // MARK: Shorthands

  /// Files a request as somebody who has not signed in; number and token.
  func file(isPublic: Bool = false) async throws -> (number: String, token: String) {
    let (response, body) = try await json(
      "/api/requests",
      [
        "item": .string(city.profile.items[0].id), "text": "滨河路路灯不亮，已有两天。",
        "district": "donghu", "is_public": .bool(isPublic), "latitude": .number(22.56),
        "longitude": .number(114.15),
      ])
    guard response.status == 201, let number = body["number"]?.string,
      let token = body["token"]?.string
    else { throw Problem.notFound(.same(String(decoding: response.body, as: UTF8.self))) }
    return (number, token)
  }
}

extension Response {
  var text: String { String(decoding: body, as: UTF8.self) }
}
