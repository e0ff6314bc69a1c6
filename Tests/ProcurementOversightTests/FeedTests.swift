import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import Interchange
import MeasureFixture
import Storage
import Testing

@testable import ProcurementOversight

/// An exchange that keeps its releases ready: pages by path, signed with the shared secret.
private final class FakeExchange: Sendable {
  struct State {
    var pages: [String: JSONValue] = [:]
    var asked: [String] = []
    var secret = "exchange-secret-0001"
    var status = 200
  }
  let state = Locked(State())

  static func release(_ ocid: String, _ id: String, _ title: String = "t") -> JSONValue {
    [
      "ocid": .string(ocid), "id": .string(id), "date": "2026-03-02T09:00:00+08:00",
      "tag": ["tender"], "initiationType": "tender",
      "tender": ["id": "t1", "title": .string(title), "status": "active"],
    ]
  }

  func put(_ path: String, _ releases: [JSONValue], next: String? = nil) {
    var package: [String: JSONValue] = [
      "uri": "https://exchange.example/p", "version": "1.1",
      "publishedDate": "2026-03-02T09:00:00Z", "publisher": ["name": "x"],
      "releases": .array(releases),
    ]
    if let next { package["links"] = ["next": .string(next)] }
    state.withLock { [package] in $0.pages[path] = .object(package) }
  }

  func feed(_ time: @escaping @Sendable () -> Instant) throws -> SignedFeed {
    try SignedFeed(
      "https://exchange.example/releases", secret: try SharedSecret("exchange-secret-0001")
    ) { address, headers in
      let path = String(address.dropFirst("https://exchange.example".count))
      let (page, secret, status) = self.state.withLock { state in
        state.asked.append(path)
        return (state.pages[path], state.secret, state.status)
      }
      // The question is signed as well.
      #expect(headers[SignedMessage.keyHeader] == path)
      let body = page?.canonicalBytes ?? []
      let seconds = time().seconds
      return FeedAnswer(
        status: page == nil ? 404 : status,
        headers: [
          "tequ-timestamp": String(seconds),
          "tequ-signature": SignedMessage.signature(
            body, key: path, at: seconds, try SharedSecret(secret)),
        ], body: body)
    }
  }
}

@Suite struct FeedTests {
  private func bench(_ exchange: FakeExchange) throws -> ProcurementBench {
    let clock = Locked(MemoryDesk.start)
    let bench = try ProcurementBench(
      feeds: ["property": try exchange.feed { clock.withLock { $0 } }])
    shared.withLock { $0[ObjectIdentifier(bench.measure)] = clock }
    return bench
  }
  /// The exchange's clock follows the city's.
  private let shared = Locked<[ObjectIdentifier: Locked<Instant>]>([:])

  private func set(_ bench: ProcurementBench, minutes: Int64) {
    let moment = MemoryDesk.start.adding(seconds: minutes * 60)
    bench.time.set(moment)
    shared.withLock { $0[ObjectIdentifier(bench.measure)] }?.withLock { $0 = moment }
  }

  /// Pulls until there is nothing more now; the answer is how much was done.
  private func pull(_ bench: ProcurementBench) async throws -> Int {
    var done = 0
    while true {
      let turn = try await bench.measure.pull(at: bench.time.now)
      guard turn > 0 else { return done }
      done += turn
    }
  }

  private func state(_ bench: ProcurementBench) async throws -> CaseFacts {
    let rows = try await bench.desk.store.all(
      CaseFileBook.about("feed:property", kind: FeedProcedure.kind))
    return try CaseFacts(try #require(rows.first).facts)
  }

  private func acts(_ bench: ProcurementBench, _ kind: String) async throws -> [JSONValue] {
    let all = Statement("SELECT entry_key FROM journal WHERE kind = $1 ORDER BY entry_key")
    var found: [JSONValue] = []
    for key in try await bench.desk.store.all(
      Query(all, [.text(kind)]) { JournalKey(raw: $0.integer(0)) })
    {
      let act = try #require(try await bench.desk.store.first(JournalBook.entry(key)))
      found.append(try JSONValue(parsing: act.publicFields))
    }
    return found
  }

  @Test func pagesAreReadOnceAndTheLastAgain() async throws {
    let exchange = FakeExchange()
    exchange.put(
      "/releases", [FakeExchange.release("ocds-x-1", "a"), FakeExchange.release("ocds-x-2", "b")],
      next: "https://exchange.example/releases?page=2")
    exchange.put("/releases?page=2", [FakeExchange.release("ocds-x-1", "c", "u")])
    let bench = try bench(exchange)
    _ = try await pull(bench)
    #expect(exchange.state.withLock { $0.asked } == ["/releases", "/releases?page=2"])
    var state = try await state(bench)
    #expect(state.integer("taken-sum") == 3 && state.integer("refused-sum") == 0)
    // Not asked again within a minute; then the last page alone, and what is new on it.
    #expect(try await pull(bench) == 0)
    exchange.put(
      "/releases?page=2",
      [FakeExchange.release("ocds-x-1", "c", "u"), FakeExchange.release("ocds-x-3", "d")])
    set(bench, minutes: 1)
    #expect(try await pull(bench) == 1)
    state = try await self.state(bench)
    #expect(state.integer("taken-sum") == 4 && state.text("page").hasSuffix("page=2"))
    try await bench.feed()
    #expect(bench.measure.watch.withLock { $0.compiled.count } == 3)
    #expect(
      bench.measure.watch.withLock { $0.compiled["ocds-x-1"]?["tender"]?["title"]?.string } == "u")
    #expect(try await bench.broken() == [])
  }

  @Test func whatIsRefusedStandsWithItsReason() async throws {
    let exchange = FakeExchange()
    var broken = FakeExchange.release("ocds-x-1", "a").object ?? [:]
    broken["tag"] = ["nonsense"]
    exchange.put(
      "/releases",
      [
        .object(broken), FakeExchange.release("\(ReleaseParts.prefix)-1", "own"),
        FakeExchange.release("ocds-x-2", "b"), FakeExchange.release("ocds-x-2", "b"), "text",
      ])
    let bench = try bench(exchange)
    _ = try await pull(bench)
    let refused = try await acts(bench, "procurement.feeds.refuse")
    #expect(refused.count == 3)
    #expect(refused.first?["reason"]?.string?.contains("/tag/0") == true)
    #expect(refused.dropFirst().first?["reason"]?.string?.contains("prefix") == true)
    let state = try await state(bench)
    #expect(state.integer("taken-sum") == 1 && state.integer("known-sum") == 1)
    #expect(state.integer("refused-sum") == 3)
    // Read again, nothing is refused twice.
    set(bench, minutes: 2)
    #expect(try await pull(bench) == 0)
    #expect(try await acts(bench, "procurement.feeds.refuse").count == 3)
  }

  @Test func aFeedThatFailsIsOnRecordOnceAndGoesOn() async throws {
    let exchange = FakeExchange()
    exchange.put("/releases", [FakeExchange.release("ocds-x-1", "a")])
    exchange.state.withLock { $0.secret = "somebody-elses-secret" }
    let bench = try bench(exchange)
    #expect(try await pull(bench) == 0)
    set(bench, minutes: 6)
    #expect(try await pull(bench) == 0)
    #expect(try await acts(bench, "procurement.feeds.trouble").count == 1)
    #expect(try await state(bench).string("trouble")?.contains("Signature") == true)
    exchange.state.withLock { $0.status = 503 }
    set(bench, minutes: 12)
    _ = try await pull(bench)
    #expect(try await acts(bench, "procurement.feeds.trouble").count == 2)
    exchange.state.withLock {
      $0.secret = "exchange-secret-0001"
      $0.status = 200
    }
    // A page of somebody else is not followed.
    exchange.put(
      "/releases", [FakeExchange.release("ocds-x-1", "a")], next: "https://elsewhere.example/2")
    set(bench, minutes: 18)
    _ = try await pull(bench)
    let last = try await acts(bench, "procurement.feeds.trouble").last
    #expect(last?["reason"]?.string?.contains("elsewhere.example") == true)
    #expect(try await state(bench).integer("taken-sum") == 1)
  }
}
