import AccessControl
import App
import ArrivalManagement
import Commons
import HTTPValues
import Interchange
import Testing

/// A radar that signs what it sends, in a whole city: flight plans, tracks in three formats, wind, and everything that
/// goes wrong on such a line.
@Suite struct ArrivalFeedStoryTests {
  private static let secret = "a radar's secret of thirty bytes"
  private static let board = "/desk/arrivals/boards/shenzhen-2"

  /// The other end of the line.
  private struct Radar {
    let test: TestCity
    let secret: SharedSecret

    init(_ test: TestCity, _ secret: String = ArrivalFeedStoryTests.secret) throws {
      self.test = test
      self.secret = try SharedSecret(secret)
    }

    func send(
      _ format: String, _ body: [UInt8], key: String, at: Int64? = nil, partner: String = "radar",
      signed: [UInt8]? = nil
    ) async throws -> (status: Int, json: JSONValue) {
      let time = at ?? test.time.now.seconds
      let answer = try await test.send(
        .post, "/arrivals/feeds/shenzhen-2/\(format)",
        headers: [
          ("tequ-partner", partner), (SignedMessage.timeHeader.lowercased(), String(time)),
          (SignedMessage.keyHeader.lowercased(), key), ("accept-language", "en"),
          (
            SignedMessage.signatureHeader.lowercased(),
            SignedMessage.signature(signed ?? body, key: key, at: time, secret)
          ), ("content-type", "application/octet-stream"),
        ], body: body)
      return (answer.status, (try? JSONValue(parsing: answer.body)) ?? .null)
    }

    func send(_ format: String, _ text: String, key: String) async throws
      -> (status: Int, json: JSONValue)
    { try await send(format, Array(text.utf8), key: key) }
  }

  private func flight(_ callsign: String, _ board: JSONValue) -> JSONValue? {
    board["flights"]?.array?.first { $0["callsign"]?.string == callsign }
  }

  /// A record of Category 062 with items 010, 070, 105, 185, 380 (address, identification) and 040, most
  /// significant byte first.
  private func asterix(
    _ track: Int, _ callsign: String, at: Int64, latitude: Double, longitude: Double
  ) -> [UInt8] {
    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    let text = Array((callsign + "        ").prefix(8).unicodeScalars)
    let codes = text.map { Int($0.value >= 65 ? $0.value - 64 : $0.value) }
    let identification = codes.reduce(0) { $0 << 6 | $1 }
    let second = Int(at % 86_400) * 128
    var record: [UInt8] = [0b1001_1011, 0b0001_1000]
    record += bytes(0x1903, 2) + bytes(second, 3)
    record += bytes(Int((latitude * 33_554_432 / 180).rounded()), 4)
    record += bytes(Int((longitude * 33_554_432 / 180).rounded()), 4)
    record += bytes(0, 2) + bytes(520, 2) + [0b1100_0000] + bytes(0x78_0000 + track, 3)
    record += bytes(identification, 6) + bytes(track, 2)
    return [62] + bytes(record.count + 3, 2) + record
  }

  private func time(_ test: TestCity, in seconds: Int64) -> String {
    Instant(seconds: test.time.now.seconds + seconds).description
  }

  private func city() async throws -> TestCity {
    let radar: JSONValue = [
      "url": "http://127.0.0.1:9/none", "secret": .string(ArrivalFeedStoryTests.secret),
    ]
    return try await TestCity(config: ["partners": ["radar": radar]])
  }

  @Test func plansAndTracksBecomeASequence() async throws {
    let test = try await city()
    let radar = try Radar(test)
    // Flight plans first: two arrivals, a departure.
    let plans = """
      callsign,type,eta,etd,arc
      CSN3101,A320,\(time(test, in: 1700)),,A
      CCA1301,A333,\(time(test, in: 1710)),,B
      CES2201,B738,,\(time(test, in: 900)),

      """
    var (status, board) = try await radar.send("csv", plans, key: "plans")
    #expect(status == 200 && board["taken"]?.integer == 3 && board["version"]?.integer == 2)
    #expect(flight("CES2201", board)?["runway"]?.string == "34R")
    #expect(flight("CSN3101", board)?["runway"]?.string == "33")
    #expect(flight("CES2201", board)?["arc"] == nil)
    let gap = abs(
      (flight("CSN3101", board)?["planned"]?.integer ?? 0)
        - (flight("CCA1301", board)?["planned"]?.integer ?? 0))
    #expect(gap > 60)

    // Then the radar sees one, south-east of the entry; the plan's type stays.
    let now = test.time.now.seconds
    (status, board) = try await radar.send(
      "asterix", asterix(7, "CSN3101", at: now, latitude: 21.8, longitude: 114.3), key: "r1")
    #expect(status == 200 && board["taken"]?.integer == 1, "\(board)")
    let seen = flight("CSN3101", board)
    #expect(
      seen?["type"]?.string == "A320" && abs((seen?["lat_e7"]?.integer ?? 0) - 218_000_000) < 54)
    let early = seen?["target"]?.integer ?? 0

    // Wind from a signed feed: 330 degrees is against the landing, so it lands later.
    (status, board) = try await radar.send("wind", "0 330 20\n3000 330 45\n", key: "w1")
    #expect(status == 200 && board["wind"]?["by"]?.string == "radar")
    #expect((flight("CSN3101", board)?["target"]?.integer ?? 0) > early + 15)

    // A receiver on the same line, in BaseStation's text: position and name in messages of their own.
    let day = "2026/03/02,01:00:02.000,2026/03/02,01:00:02.000"
    let lines =
      "MSG,1,1,1,780ABC,1,\(day),CCA1301 ,,,,,,,,,,,\r\n"
      + "MSG,3,1,1,780ABC,1,\(day),,9000,,,22.10000,114.40000,,,0,0,0,0\r\n"
    test.time.advance(seconds: 2)
    (status, board) = try await radar.send("sbs", lines, key: "s1")
    #expect(status == 200 && board["taken"]?.integer == 2)
    #expect(flight("CCA1301", board)?["level_m"]?.integer == 2743)

    try await controllerWorks(test, early: early)
  }

  /// The controller sees what came, changes the use of the runways and the wind, and tries what would be.
  private func controllerWorks(_ test: TestCity, early: Int64) async throws {
    let control = try await test.signIn(
      "control", [Post(ArrivalMeasure.controller.id, agency: "atc")])
    let page = try await test.get(Self.board + "?lang=en", session: control)
    for word in ["CSN3101", "CCA1301", "CES2201", "330°/45 kt", "Turn to merge", "Gini"] {
      #expect(page.text.contains(word), "\(word)")
    }
    var posted = try await test.post(
      Self.board + "/configuration", session: control,
      [("configuration", "mixed"), ("idempotency_key", "c1")])
    #expect(posted.status == 303)
    posted = try await test.post(
      Self.board + "/configuration", session: control,
      [("configuration", "upside-down"), ("idempotency_key", "c2")])
    #expect(posted.status == 422)
    posted = try await test.post(
      Self.board + "/wind", session: control,
      [("wind", "0 330 5\n3000 330"), ("idempotency_key", "v1")])
    #expect(posted.status == 422 && posted.text.contains("3000 330"))
    test.time.advance(seconds: 2)
    posted = try await test.post(
      Self.board + "/wind", session: control,
      [("wind", "0 150 5\n3000 150 30"), ("idempotency_key", "v2")])
    #expect(posted.status == 303)
    let data = try JSONValue(
      parsing: try await test.get(Self.board + "/data", session: control).body)
    #expect(data["configuration"]?.string == "mixed")
    // With the wind behind it lands sooner than in calm air.
    #expect((flight("CSN3101", data)?["target"]?.integer ?? .max) < early)
    let other = try await test.get(
      Self.board + "/what-if?configuration=segregated&shift=0&wind=calm&lang=en", session: control)
    #expect(other.status == 200 && other.text.contains("Flight by flight"))
    #expect(
      try await test.get(Self.board + "/what-if?shift=11", session: control).status == 422)
    // What controllers did is on record, with nothing of positions.
    let version = data["version"]?.integer ?? 0
    #expect(version == 7)
  }

  @Test func aBadLineChangesNothing() async throws {
    let test = try await city()
    let radar = try Radar(test)
    let now = test.time.now.seconds
    let good = asterix(7, "CSN3101", at: now, latitude: 21.8, longitude: 114.3)
    #expect(try await radar.send("asterix", good, key: "a").status == 200)
    func version() async throws -> Int64 {
      try await radar.send("asterix", good, key: "a").json["version"]?.integer ?? -1
    }
    #expect(try await version() == 2)
    // Every cut of the message is refused, and says where.
    for count in 1..<good.count {
      let (status, json) = try await radar.send(
        "asterix", Array(good.prefix(count)), key: "cut\(count)")
      #expect(status == 422 && json["faults"]?.array?.isEmpty == false, "\(count) bytes")
    }
    // A body that is not the one that was signed; another secret; another sender; an old and a coming signature.
    #expect(try await radar.send("asterix", good, key: "b", signed: good + [0]).status == 401)
    let stranger = try Radar(test, "another secret of thirty bytes")
    #expect(try await stranger.send("asterix", good, key: "c").status == 401)
    #expect(try await radar.send("asterix", good, key: "d", partner: "nobody").status == 401)
    #expect(try await radar.send("asterix", good, key: "e", at: now - 301).status == 401)
    #expect(try await radar.send("asterix", good, key: "f", at: now + 301).status == 401)
    // The key of another message.
    let second = asterix(7, "CSN3101", at: now, latitude: 21.81, longitude: 114.3)
    #expect(try await radar.send("asterix", second, key: "a").status == 422)
    #expect(try await version() == 2)
    // A clock that runs ahead or behind, and what was said before: taken by the line, not by the board.
    for (shift, name) in [(60, "early"), (-180, "stale")] as [(Int64, String)] {
      let off = asterix(7, "CSN3101", at: now + shift, latitude: 21.9, longitude: 114.3)
      let (status, json) = try await radar.send("asterix", off, key: name)
      #expect(status == 200 && json["taken"]?.integer == 0, "\(json)")
      #expect(json["skipped"]?[name]?.integer == 1)
    }
    let again = try await radar.send("asterix", good, key: "again").json
    #expect(again["skipped"]?["duplicates"]?.integer == 1)
    let place = flight("CSN3101", again)?["lat_e7"]?.integer ?? 0
    // The unit of Category 062 is 180/2²⁵ degrees.
    #expect(abs(place - 218_000_000) < 54)
    // It vanishes: shown as lost, then gone.
    test.time.advance(seconds: 90)
    let control = try await test.signIn(
      "control", [Post(ArrivalMeasure.controller.id, agency: "atc")])
    let page = try await test.get(Self.board + "?lang=en", session: control)
    #expect(page.text.contains("no track for 90 s"))
    test.time.advance(seconds: 7200)
    let later = try await test.get(Self.board + "?lang=en", session: control)
    #expect(!later.text.contains("CSN3101"))
    // A storm is refused with the reason.
    let storm = try await radar.send("wind", "0 330 180\n", key: "storm")
    #expect(storm.status == 422, "\(storm.json)")
  }
}
