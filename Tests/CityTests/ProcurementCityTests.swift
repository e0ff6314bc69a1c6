import Accounts
import AccessControl
import App
import CaseEngine
import Commons
import HTTPValues
import Interchange
import ProcurementOversight
import SealedFiles
import Testing

/// Procurement in a whole city: exchanges that push, keepers that take bids away, attempts that are refused.
@Suite struct ProcurementCityTests {
  private static let secret = "property-exchange-secret"

  private func release(_ ocid: String, _ id: String, title: String = "设备") -> JSONValue {
    [
      "ocid": .string(ocid), "id": .string(id), "date": "2026-03-02T09:00:00+08:00",
      "tag": ["tender"], "initiationType": "tender",
      "buyer": ["id": "X1", "name": "某企业"],
      "parties": [
        ["id": "X1", "name": "某企业", "contactPoint": ["name": "张某", "telephone": "1"]]
      ], "tender": ["id": "t", "title": .string(title), "status": "active"],
    ]
  }

  private func push(
    _ test: TestCity, _ release: JSONValue, key: String, secret: String = secret,
    platform: String = "property", late: Int64 = 0
  ) async throws -> (Response, JSONValue) {
    let seconds = test.time.now.seconds - late
    return try await test.json(
      "/api/procurement/exchange/\(platform)/releases", release,
      headers: [
        (SignedMessage.timeHeader, String(seconds)), (SignedMessage.keyHeader, key),
        (
          SignedMessage.signatureHeader,
          SignedMessage.signature(
            release.canonicalBytes, key: key, at: seconds, try SharedSecret(secret))
        ),
      ])
  }

  @Test(arguments: Backend.all) func aSignedReleaseIsTakenOnce(_ backend: Backend) async throws {
    let config: JSONValue = [
      "partners": ["property": ["url": "https://x.test/hook", "secret": .string(Self.secret)]]
    ]
    let test = try await TestCity(backend, config: config)
    let (first, taken) = try await push(test, release("ocds-x-1", "a"), key: "k1")
    #expect(first.status == 201, "\(first.text)")
    #expect(taken["number"]?.string?.hasPrefix("16-2026-") == true)
    // The same key again is the same answer; the same release under another key was taken before.
    let (_, again) = try await push(test, release("ocds-x-1", "a"), key: "k1")
    #expect(again["number"] == taken["number"] && again["repeated"]?.bool == true)
    #expect(try await push(test, release("ocds-x-1", "a"), key: "k2").0.status == 422)
    let (second, _) = try await push(test, release("ocds-x-1", "b", title: "改后"), key: "k3")
    #expect(second.status == 201)
    // Nobody else's, none that is old, none that breaks the schema or uses the city's prefix.
    let other = release("ocds-x-2", "a")
    #expect(try await push(test, other, key: "k4", secret: "somebody-elses-secret").0.status == 401)
    #expect(try await push(test, other, key: "k4", late: 301).0.status == 401)
    #expect(try await push(test, other, key: "k4", platform: "unknown").0.status == 404)
    #expect(try await push(test, release("ocds-tequ16-1", "a"), key: "k5").0.status == 400)
    var broken = other.object ?? [:]
    broken["tag"] = "tender"
    #expect(try await push(test, .object(broken), key: "k6").0.status == 422)
    try await test.city.settle()
    let record = try JSONValue(
      parsing: try await test.get("/api/procurement/records/ocds-x-1").body)
    #expect(record["tender"]?["title"]?.string == "改后")
    // The log names no person.
    let contact = record["parties"]?.array?.first?["contactPoint"]
    #expect(contact?["telephone"]?.string == "1" && contact?["name"] == nil)
    #expect(try await test.get("/api/procurement/records/ocds-x-2").status == 404)
    let history = try JSONValue(
      parsing: try await test.get("/api/procurement/history.json?limit=1").body)
    #expect(history["releases"]?.array?.first?["id"]?.string == "a")
    #expect(history["links"]?["next"]?.string?.contains("after=") == true)
  }

  // MARK: A purchase over the interface

  private struct People {
    var need = ""
    var approve = ""
    var conduct = ""
    var keepers: [String] = []
    var bidder = ""
  }

  private func people(_ test: TestCity) async throws -> People {
    func sign(_ login: String, _ role: Role) async throws -> String {
      try await test.signIn(login, [.init(role.id, agency: "utilities")])
    }
    var people = People()
    people.need = try await sign("needs", ProcurementMeasure.needs)
    people.approve = try await sign("approver", ProcurementMeasure.approver)
    people.conduct = try await sign("conductor", ProcurementMeasure.conductor)
    _ = try await sign("acceptor", ProcurementMeasure.acceptor)
    people.keepers = [
      try await sign("keeper1", ProcurementMeasure.keeper),
      try await sign("keeper2", ProcurementMeasure.keeper),
    ]
    people.bidder = try await test.signIn("bidder", [])
    return people
  }

  /// Takes a step over the interface.
  private func step(
    _ test: TestCity, _ path: String, _ command: String, as capacity: String, _ bearer: String,
    _ said: [String: JSONValue] = [:]
  ) async throws -> Response {
    var members = said
    members["command"] = .string(command)
    members["as"] = .string(capacity)
    return try await test.json("/api/\(path)/steps", bearer: bearer, .object(members)).0
  }

  private let need: JSONValue = [
    "firm": "utilities", "title": "配电柜", "category": "goods", "estimate": 100_000_000,
    "text": "更新设备。",
  ]

  private func declare(_ test: TestCity, _ people: People) async throws {
    let (opened, bodies) = try await test.json(
      "/api/procurement/bodies", bearer: people.approve, ["firm": "utilities"])
    let number = try #require(bodies["number"]?.string, "\(opened.text)")
    let declared = try await step(
      test, "procurement/bodies/\(number)", "declare", as: "declare", people.approve,
      [
        "decision": "approver", "organisation": "conductor keeper1",
        "technology": "needs acceptor", "supervision": "keeper2",
      ])
    #expect(declared.status == 201, "\(declared.text)")
  }

  @Test func aNeedThatMayNotBeStatedStaysOnRecord() async throws {
    let test = try await TestCity()
    let people = try await people(test)
    // The clock stands still in tests: it is moved, so that an act is told from those before it.
    let moment = TestCity.start.adding(seconds: 60)
    test.time.set(moment)
    let (refused, _) = try await test.json(
      "/api/procurement/tender", bearer: people.need, need)
    #expect(refused.status == 422 && refused.text.contains("no-bodies"), "\(refused.text)")
    #expect(try await test.city.lastAct() == moment)
    // On the page the same, with the form filled in as it was.
    let page = try await test.post(
      "/desk/procurement/tender", session: people.need,
      [
        ("firm", "utilities"), ("title", "配电柜"), ("category", "goods"), ("estimate", "1000000"),
        ("text", "更新设备。"),
      ])
    #expect(page.status == 422 && page.text.contains("配电柜"))
    try await test.city.settle()
    let log = try await test.get("/log/entries.jsonl?from=0&limit=1000").text
    let kept = log.split(separator: "\n").filter { $0.contains("procurement.tender.need.refused") }
    #expect(kept.count == 2)
    #expect(kept.allSatisfy { $0.contains("procurement-no-bodies") && !$0.contains("配电柜") })
    #expect(try await CityVerification.run(test.city).isClean)
  }

  @Test func keepersTakeBidsAwayAtTheHour() async throws {
    let test = try await TestCity()
    let people = try await people(test)
    try await declare(test, people)
    let keys = [1, 2].map { SealedFile.Identity(random: SeededBytes(seed: $0)) }
    let (_, stated) = try await test.json("/api/procurement/inquiry", bearer: people.need, need)
    let number = try #require(stated["number"]?.string)
    let path = "procurement/inquiry/\(number)"
    for (command, capacity, bearer, said) in [
      ("approve", "approve", people.approve, [:]),
      ("plan", "conduct", people.conduct, ["ceiling": 96_000_000, "text": "询比。"]),
      (
        "announce", "conduct", people.conduct,
        [
          "sale-from": "2026-03-02", "sale-to": "2026-03-03", "opens-on": "2026-03-05",
          "opens-hour": 10,
        ]
      ),
      (
        "issue", "conduct", people.conduct,
        [
          "text": "最低价。", "key-1": .string(keys[0].recipient.text),
          "key-2": .string(keys[1].recipient.text),
        ]
      ),
    ] as [(String, String, String, [String: JSONValue])] {
      let answer = try await step(test, path, command, as: capacity, bearer, said)
      #expect(answer.status == 201, "\(command): \(answer.text)")
    }
    let page = try await test.get("/procurement/projects/\(number)").text
    #expect(
      page.contains("/procurement/seal.html?project=\(number)&amp;key=\(keys[0].recipient.text)"))
    let sealed = try BidEnvelope.seal(
      #"{"format":"tequ-bid-1"}"#, keys: (keys[0].recipient.text, keys[1].recipient.text),
      random: SeededBytes(seed: 3))
    let (bid, handed) = try await test.json(
      "/api/procurement/bids", bearer: people.bidder,
      [
        "project": .string(number), "content-digest": .string(sealed.content),
        "inner-digest": .string(sealed.inner), "envelope": .string(sealed.envelope),
      ])
    #expect(bid.status == 201, "\(bid.text)")
    let target = "/desk/procurement/projects/\(number)/envelopes.json"
    // Not before the hour, not for other posts, not for people.
    #expect(try await test.get(target, session: people.keepers[0]).status == 422)
    test.time.set(try #require(Instant(rfc3339: "2026-03-05T10:00:00+08:00")))
    let again = try await test.city.signIn.signIn(
      login: "keeper1", password: TestCity.password, from: "192.0.2.1")
    // Its session has ended meanwhile: it is led to the door, and an officer who signs in anew is refused.
    #expect(try await test.get(target, session: people.conduct).status != 200)
    let conductor = try await test.city.signIn.signIn(
      login: "conductor", password: TestCity.password, from: "192.0.2.1")
    #expect(try await test.get(target, session: conductor).status == 403)
    #expect(try await test.get(target).status != 200)
    let answer = try await test.get(target, session: again)
    #expect(answer.status == 200, "\(answer.text)")
    let envelopes = try #require(try JSONValue(parsing: answer.body).object)
    let own = try #require(handed["number"]?.string)
    #expect(envelopes == [own: .string(sealed.envelope)])
    let bytes = try #require(Base64.decode(envelopes[own]?.string ?? ""))
    let under = try BidEnvelope.unseal(bytes, keys[0])
    #expect(Digest.of(under).hex == sealed.inner)
    #expect(Digest.of(try BidEnvelope.unseal(under, keys[1])).hex == sealed.content)
  }
}
