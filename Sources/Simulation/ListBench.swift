import AccessControl
import Accounts
import App
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import ServiceRequests
import Storage

/// Times pages of a full store through the front, from routing to the last byte of HTML.
public struct ListBench: Sendable {
  /// What a page took.
  public struct Page: Sendable {
    /// Which page.
    public let name: String
    /// The median, seconds.
    public let p50: Double
    /// The slowest but one in a hundred, seconds.
    public let p99: Double
    /// Bytes of the largest answer.
    public let bytes: Int
  }

  private let city: RunningCity
  private static let password = "a password for the bench"
  private static let tries = 200

  /// A bench on a city.
  public init(_ city: RunningCity) { self.city = city }

  /// Each page 200 times, lists from different places.
  public func run() async throws -> [Page] {
    let front = Front(city)
    let keys = try await CityBench(city).keys() ?? 1...1
    let year = city.time.now.date(in: .beijing).year
    let now = city.time.now.microseconds
    let dispatcher = try await session("bench-centre", [Post(RequestsMeasure.dispatcher.id)])
    let officer = try await session(
      "bench-officer", [Post(RequestsMeasure.handler.id, agency: "urban")])
    let supervisor = try await session("bench-watch", [Post(RequestsMeasure.supervisor.id)])
    let pages: [(name: String, session: String?, target: (Int64) -> String)] = [
      ("portal", nil, { _ in "/" }),
      ("public list", nil, { "/requests?after=\(PageCursor(now, $0))" }),
      ("figures", nil, { _ in "/requests/figures" }),
      (
        "one public case by key", nil,
        { "/api/requests/\(CaseNumber(measure: 21, year: year, serial: $0))" }
      ),
      ("Open311 list of 50", nil, { _ in "/open311/v2/requests.json?page_size=50" }),
      (
        "Open311 list of one service", nil,
        { _ in "/open311/v2/requests.json?page_size=50&service_code=city-01" }
      ),
      (
        "tray of the centre", dispatcher,
        { "/desk/requests?stage=received&after=\(PageCursor(now, $0))" }
      ),
      ("inbox of an agency", officer, { "/desk/requests?after=\(PageCursor(now, $0))" }),
      ("supervision", supervisor, { _ in "/desk/requests/supervision" }),
    ]
    var results: [Page] = []
    var random = SeededRandom(seed: 5)
    for page in pages {
      results.append(
        try await time(page.name) {
          let key = keys.lowerBound + Int64(random.below(keys.count))
          let cookies = page.session.map { [("cookie", "session=\($0)")] } ?? []
          let request = try Request(
            method: .get, target: page.target(key), headers: Headers(cookies), body: [],
            remoteAddress: "", requestID: "bench")
          return (request.path, await front.respond(request))
        })
    }
    return results + [try await thousandRows()]
  }

  private func session(_ login: String, _ posts: [Post]) async throws -> String {
    let hash = try PasswordHash(ListBench.password, salt: city.random.bytes(16))
    _ = try await city.desk.submit(
      OpenAccount(login: login, name: login, posts: posts, password: hash, policy: city.policy),
      by: .system(["accounts.manage", "accounts.register"]))
    return try await city.signIn.signIn(login: login, password: ListBench.password, from: "")
  }

  private func time(
    _ name: String, _ answer: () async throws -> (String, Response)
  ) async throws -> Page {
    var times: [Double] = []
    var bytes = 0
    for _ in 0..<ListBench.tries {
      let start = ContinuousClock.now
      let (path, response) = try await answer()
      let taken = (ContinuousClock.now - start).components
      times.append(Double(taken.seconds) + Double(taken.attoseconds) * 1e-18)
      guard response.status == 200 else {
        throw Problem.notFound(.same("\(path): \(response.status)"))
      }
      bytes = max(bytes, response.body.count)
    }
    times.sort()
    return Page(
      name: name, p50: times[times.count / 2], p99: times[times.count * 99 / 100], bytes: bytes)
  }

  /// A page with a table of 1,000 rows of five cells: what writing HTML costs by itself.
  private func thousandRows() async throws -> Page {
    let shell = PageShell(
      city: city.profile.name, note: city.profile.note, language: .zh, isLargeType: false,
      here: "/", user: nil, links: [])
    let now = city.time.now
    return try await time("HTML of 1,000 rows") {
      let bytes = shell.page(Phrase("一千行", en: "A thousand rows")) { h in
        h.table(
          Phrase("诉求", en: "Requests"),
          columns: [
            (Phrase("编号", en: "Number"), false), (Phrase("标题", en: "Title"), false),
            (Phrase("状态", en: "State"), false), (Phrase("时间", en: "Received"), false),
            (Phrase("天数", en: "Days"), true),
          ]
        ) { table in
          for number in 0..<1000 {
            let text = CaseNumber(measure: 21, year: 2026, serial: Int64(number)).description
            table.row([
              { $0.a("/requests/\(text)", .same(text), class: "mono") },
              { $0.text("滨河路路灯不亮 <\(number)>") },
              { $0.tag(Phrase("办理中", en: "Being handled"), .info) },
              { $0.time(now, in: .beijing) }, { $0.text(String(number % 30)) },
            ])
          }
        }
      }
      return ("", Response(type: "text/html; charset=utf-8", bytes))
    }
  }
}
