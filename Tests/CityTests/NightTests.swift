import AccessControl
import Accounts
import App
import BusinessDormancy
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage
import Testing

/// The night's sweep over dormant businesses: once a day by whichever node has the duty, also after a
/// stop in the middle and after a restart.
@Suite struct NightTests {
  private static let code = CreditCode.completing("91440300MA5EX4K2X")!
  private static let other = CreditCode.completing("91440300MA5EX4K3X")!

  private func application() -> JSONValue {
    [
      "code": .string(Self.code), "contact": "王", "phone": "13000000000", "pledged": "no",
      "cause": "public-health", "reason": "客流骤减。", "difficulty": true, "means": true,
      "plan": "半年后重新开张。", "from": "2026-03-09", "through": "2026-09-08",
      "address": "江北区滨河路12号", "labour": true, "truthful": true, "no-business": true,
      "annual-report": true, "publish-end": true,
    ]
  }

  private func business(_ code: String, _ spells: JSONValue = []) -> JSONValue {
    [
      "code": .string(code), "name": "晨光餐饮有限公司", "kind": "company",
      "registered_on": "2019-05-20", "spells": spells,
    ]
  }

  /// A city with one business that is dormant by a case here, and one that was filed elsewhere.
  private func city(_ backend: Backend) async throws -> (test: TestCity, number: String) {
    let test = try await TestCity(backend)
    let feed = try await test.signIn("feed", [Post("dormancy.feed")])
    let (taken, _) = try await test.json(
      "/api/dormancy/operators", bearer: feed,
      [
        business(Self.code),
        business(Self.other, [["from": "2026-02-01", "through": "2026-04-30", "address": "旧址"]]),
      ])
    #expect(taken.status == 201, "\(taken.text)")
    let (opened, body) = try await test.json("/api/dormancy", application())
    let number = try #require(body["number"]?.string, "\(opened.text)")
    for (login, role, steps) in [
      (
        "counter", "dormancy.counter",
        [["command": "finish", "as": "clerk", "identity": "head", "seen": true]]
      ),
      ("registrar", "dormancy.registrar", [["command": "file", "as": "handler"]]),
    ] as [(String, String, [JSONValue])] {
      let session = try await test.signIn(login, [Post(role, agency: "market")])
      for step in steps {
        let (done, _) = try await test.json(
          "/api/dormancy/\(number)/steps", bearer: session, step)
        #expect(done.status == 201, "\(done.text)")
      }
    }
    return (test, number)
  }

  private func stage(_ test: TestCity, _ number: String) async throws -> String? {
    let clerk = try await test.city.signIn.signIn(
      login: "registrar", password: TestCity.password, from: "192.0.2.1")
    let answer = try await test.send(.get, "/api/dormancy/\(number)", bearer: clerk)
    return try JSONValue(parsing: answer.body)["stage"]?.string
  }

  @Test(arguments: Backend.all) func aNightSweepsOnceAndAfterARestartNotAgain(
    _ backend: Backend
  ) async throws {
    let (test, number) = try await city(backend)
    // Before two nothing is done, afterwards once.
    test.time.set(Instant(rfc3339: "2026-03-11T01:59:59+08:00")!)
    #expect(try await test.city.night() == 0)
    test.time.set(Instant(rfc3339: "2026-03-11T02:00:00+08:00")!)
    #expect(try await test.city.night() == 1)
    #expect(try await test.city.night() == 0)
    #expect(try await stage(test, number) == "dormant")
    // The same store under another node, as after a restart.
    var options = RunningCity.Options()
    options.time = test.time
    let rows = test.folder.database
    options.store = { try rows.open(migrations: $0) }
    await test.city.retire()
    let again = try await RunningCity(test.folder, options)
    #expect(try await again.night() == 0)
    // An event, a term that is over, a reminder: a night that nobody was there for is made up for.
    test.time.set(Instant(rfc3339: "2026-08-12T02:30:00+08:00")!)
    #expect(try await again.night() == 1)
    #expect(try await again.night() == 0)
    let broken = try await again.desk.store.read { view in
      try again.measures.flatMap(\.invariants).flatMap { try $0.broken(view) }.map(\.what.en)
    }
    #expect(broken == [])
    await again.retire()
  }

  @Test func whatTheNightFindsIsActedOn() async throws {
    let (test, number) = try await city(.sqlite)
    test.time.set(Instant(rfc3339: "2026-05-20T03:00:00+08:00")!)
    let feed = try await test.city.signIn.signIn(
      login: "feed", password: TestCity.password, from: "192.0.2.1")
    let swept = try await test.json("/api/dormancy/sweep", bearer: feed, [:])
    #expect(
      swept.0.status == 200 && swept.1["ended"] == 1 && swept.1["resumed"] == 0, "\(swept.0.text)")
    #expect(swept.1["spells"] == 2)
    // Again: what was ended is not open any more.
    let second = try await test.json("/api/dormancy/sweep", bearer: feed, [:])
    #expect(second.1["spells"] == 1 && second.1["ended"] == 0)
    // The case's own term and reminder.
    test.time.set(Instant(rfc3339: "2026-09-09T02:00:00+08:00")!)
    #expect(try await test.city.night() == 1)
    #expect(try await stage(test, number) == "returned")
  }

  @Test func publicationsWaitUntilTheyAreHandedOver() async throws {
    let (test, number) = try await city(.sqlite)
    let feed = try await test.city.signIn.signIn(
      login: "feed", password: TestCity.password, from: "192.0.2.1")
    let waiting = try await test.send(.get, "/api/dormancy/publicity", bearer: feed)
    let body = try JSONValue(parsing: waiting.body)
    #expect(body["connected"] == false && body["note"]?.string?.contains("尚未接入") == true)
    let items = body["items"]?.array ?? []
    #expect(items.count == 1, "\(waiting.text)")
    #expect(items.first?["统一社会信用代码"] == .string(Self.code))
    #expect(items.first?["公示事项"] == "歇业" && items.first?["歇业截止日"] == "2026-09-08")
    #expect(items.first?["办件编号"] == .string(number))
    let id = try #require(items.first?["id"])
    let (handed, _) = try await test.json(
      "/api/dormancy/publicity/handed", bearer: feed, ["ids": [id]])
    #expect(handed.status == 201, "\(handed.text)")
    let after = try await test.send(.get, "/api/dormancy/publicity", bearer: feed)
    #expect(try JSONValue(parsing: after.body)["items"] == [])
    let (unknown, _) = try await test.json(
      "/api/dormancy/publicity/handed", bearer: feed, ["ids": ["7"]])
    #expect(unknown.status == 422)
    #expect(try await test.get("/dormancy/register").text.contains("尚未接入"))
  }
}
