import AccessControl
import App
import Commons
import Desk
import HTTPValues
import ServiceRequests
import Storage
import Testing

@testable import LowAltitude

/// Low altitude in a whole city: pages, registers, and a complaint that measure 21 handles.
@Suite struct LowAltitudeCityTests {
  @Test(arguments: Backend.all)
  func aComplaintIsHandledByTheCityAndTheResultComesBack(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let (response, body) = try await test.json(
      "/api/low-altitude/complaints",
      [
        "topic": "noise", "lat": .number(22.56), "lon": .number(114.15), "text": "半夜很吵。",
        "name": "陈某", "at": "2026-03-02T08:50:00+08:00",
      ], headers: [("idempotency-key", "complaint-1")])
    #expect(response.status == 201, "\(response.text)")
    let key = try #require(body["complaint"]?.integer)
    let token = try #require(body["token"]?.string)
    try await test.city.settle()
    // Hearing again opens nothing again.
    let before = try await test.city.lastAct()
    try await test.city.settle()
    #expect(try await test.city.lastAct() == before)
    let row = try #require(try await test.city.desk.store.first(ComplaintBook.find(key)))
    let request = try #require(row.request)
    #expect(row.stage == "received" && row.flight == nil)
    let page = try await test.get("/low-altitude/complaints/\(key)?token=\(token)")
    #expect(page.status == 200 && page.text.contains("/requests/21-2026-"))
    #expect(try await test.get("/low-altitude/complaints/\(key)?token=AAAA").status == 404)
    let officer = try await test.signIn(
      "dispatcher", [Post(RequestsMeasure.dispatcher.id, agency: "center")])
    let number = CaseNumber(measure: 21, year: 2026, serial: request)
    let desk = try await test.get("/desk/requests/\(number)", session: officer)
    #expect(desk.text.contains("半夜很吵。") && desk.text.contains("附近没有经批准的飞行"))
    let step = try await test.post(
      "/desk/requests/\(number)/steps", session: officer,
      [
        ("command", "answer"), ("as", "dispatcher"), ("version", "1"), ("text", "已提醒运营方避开夜间。"),
        ("idempotency_key", "answer-1"),
      ])
    #expect(step.status == 303, "\(step.text)")
    try await test.city.settle()
    let after = try #require(try await test.city.desk.store.first(ComplaintBook.find(key)))
    #expect(after.stage != "received" && !after.stage.isEmpty)
  }

  @Test func pagesAndRegisters() async throws {
    let test = try await TestCity()
    for page in [
      "", "/networks", "/picture", "/airspace", "/overhead", "/plan", "/complaints/new",
    ] {
      for language in ["zh", "en"] {
        let response = try await test.get("/low-altitude\(page)?lang=\(language)")
        #expect(response.status == 200, "\(page)")
      }
    }
    #expect(try await test.get("/low-altitude/picture?at=2027-01-01T00:00").status == 422)
    let keeper = try await test.signIn("keeper", [Post(LowAltitudeMeasure.keeper.id)])
    let made = try await test.post(
      "/desk/low-altitude/networks", session: keeper,
      [
        ("kind", "pad"), ("code", "PAD-001"), ("name", "滨河起降点"), ("name_en", "Riverside"),
        ("operator", "运营方"), ("capacity", "4"), ("points", "22.56,114.15"),
        ("idempotency_key", "p1"),
      ])
    #expect(made.status == 303, "\(made.text)")
    let page = try await test.get("/low-altitude/networks/PAD-001")
    #expect(page.status == 200 && page.text.contains("滨河起降点"))
    let geo = try JSONValue(
      parsing: try await test.get("/api/low-altitude/networks.geojson?network=facilities").body)
    #expect(
      geo["features"]?.array?.first?["geometry"]?["coordinates"] == [
        .number(114.15), .number(22.56),
      ])
    let design = try await test.post(
      "/desk/low-altitude/designer", session: keeper,
      [
        ("points", "22.56,114.15\n22.57,114.16"), ("lower_m", "60"), ("upper_m", "90"),
        ("width_m", "40"), ("slots_per_hour", "6"), ("operator", "运营方"),
      ])
    #expect(design.status == 200 && design.text.contains("没有冲突"))
    let above = try await test.post(
      "/low-altitude/overhead", [("lat", "22.56"), ("lon", "114.15"), ("at", "2026-03-02T08:30")])
    #expect(above.status == 200 && above.text.contains("没有经批准的飞行"))
    #expect(
      try await test.post("/low-altitude/overhead", [("lat", "x"), ("lon", "1")]).status == 422)
  }

  // MARK: A complaint with its flight

  /// Somebody who files in the city's interface, and the officials who decide there.
  private struct Story {
    let test: TestCity
    let registrar: String
    var controller: String

    init() async throws {
      test = try await TestCity()
      registrar = try await test.signIn(
        "registrar", [Post(LowAltitudeMeasure.registrar.id, agency: "civil-aviation")])
      controller = try await test.signIn(
        "controller", [Post(LowAltitudeMeasure.controller.id, agency: "air-sector")])
    }

    func file(_ word: String, _ said: [String: JSONValue]) async throws -> (String, String) {
      let all = said.merging(["district": "jiangbei"]) { $1 }
      let (response, body) = try await test.json(
        "/api/low-altitude/\(word)", .object(all), headers: [("idempotency-key", "\(word)-1")])
      #expect(response.status == 201, "\(word): \(response.text)")
      return (body["number"]?.string ?? "", body["token"]?.string ?? "")
    }

    func step(
      _ word: String, _ file: (number: String, token: String), _ command: String,
      _ said: [String: JSONValue] = [:], by official: String? = nil
    ) async throws {
      var body: [String: JSONValue] = said.merging(["command": .string(command)]) { $1 }
      if official != nil { body["as"] = "handler" }
      let query = official == nil ? "?token=\(file.token)" : ""
      let (response, _) = try await test.json(
        "/api/low-altitude/\(word)/\(file.number)/steps\(query)", bearer: official, .object(body),
        headers: [("idempotency-key", "\(word)-\(command)")])
      #expect(response.status == 201, "\(word) \(command): \(response.text)")
    }

    /// An operator, its aircraft, a pilot and a policy, all on file.
    func party() async throws -> [String: JSONValue] {
      let through: [String: JSONValue] = ["through": "2027-01-01"]
      let operators = try await file(
        "operators",
        [
          "form": "firm", "commercial": true, "name": "低空物流有限公司", "phone": "13800000000",
          "certificate": "UOC-1", "certificate-through": "2027-01-01",
        ])
      try await step("operators", operators, "grant", through, by: registrar)
      let aircraft = try await file(
        "aircraft",
        [
          "model": "M1", "product-id": "PRODUCT001", "mark": "UAS00000001", "owner": "低空物流",
          "empty-grams": 10_000, "takeoff-grams": 20_000, "height-metres": 500, "speed-kmh": 80,
          "radius-metres": 20_000, "intervention": true, "keeps-airspace": true, "surveyed": true,
        ])
      try await step("aircraft", aircraft, "grant", through, by: registrar)
      let pilots = try await file(
        "pilots",
        ["name": "张三", "phone": "13800000001", "capacity": "full", "papers": ["small"]])
      try await step("pilots", pilots, "grant", through, by: registrar)
      let policy = try await file(
        "insurance",
        [
          "aircraft": .string(aircraft.0), "insurer": "平安", "policy": "P1", "sum": "1000000",
          "policy-through": "2027-01-01",
        ])
      try await step("insurance", policy, "grant", through, by: registrar)
      return [
        "operator": .string(operators.0), "aircraft": .string(aircraft.0),
        "pilots": .string(pilots.0),
      ]
    }
  }

  @Test func aComplaintFindsTheFlightAndGoesToTheHotlineWithIt() async throws {
    var story = try await Story()
    let test = story.test
    var said = try await story.party()
    said.merge([
      "mission": "delivery", "urgency": "normal", "mode": "bvlos", "takeoff-site": "A",
      "landing-site": "B", "alternate-site": "C", "contact": "13800000000",
      "start": "2026-03-03T10:00", "end": "2026-03-03T10:30", "shape": "path",
      "path": "114.00, 22.62, 100\n114.04, 22.62, 100", "height-low": 0, "height-high": 100,
      "speed-kmh": 54, "extent": "sector", "entry": "垂直起降", "link": "2.4GHz",
      "capabilities": "4G", "emergency-procedure": "就近备降", "dropping": true,
      "parcel-grams": 2000,
    ]) { $1 }
    let flight = try await story.file("flights", said)
    try await story.step("flights", flight, "approve", by: story.controller)
    test.time.set(Instant(rfc3339: "2026-03-03T08:30:00+08:00")!)
    // A session does not outlast the night.
    story.controller = try await test.signIn(
      "morning", [Post(LowAltitudeMeasure.controller.id, agency: "air-sector")])
    try await story.step("flights", flight, "report", ["text": "准备就绪"])
    try await story.step("flights", flight, "confirm", by: story.controller)
    test.time.set(Instant(rfc3339: "2026-03-03T10:00:00+08:00")!)
    try await story.step("flights", flight, "activate")
    test.time.set(Instant(rfc3339: "2026-03-03T10:20:00+08:00")!)
    try await story.step("flights", flight, "land")
    // Four kilometres at 15 m/s: half way after some 137 s, 100 m north of the path.
    let complaint: JSONValue = [
      "topic": "noise", "lat": .number(22.6209), "lon": .number(114.02), "text": "声音太大。",
      "at": "2026-03-03T10:03:00+08:00",
    ]
    let (response, body) = try await test.json(
      "/api/low-altitude/complaints", complaint, headers: [("idempotency-key", "c-1")])
    #expect(response.status == 201 && body["flight"]?.string == flight.0, "\(response.text)")
    let key = try #require(body["complaint"]?.integer)
    try await test.city.settle()
    let row = try #require(try await test.city.desk.store.first(ComplaintBook.find(key)))
    #expect(row.flight == flight.0)
    let number = CaseNumber(measure: 21, year: 2026, serial: try #require(row.request))
    let officer = try await test.signIn(
      "dispatcher", [Post(RequestsMeasure.dispatcher.id, agency: "center")])
    let desk = try await test.get("/desk/requests/\(number)", session: officer)
    #expect(desk.text.contains("飞行编号：\(flight.0)") && desk.text.contains("声音太大。"))
    // Half an hour later nothing was there.
    let later: JSONValue = [
      "topic": "noise", "lat": .number(22.6209), "lon": .number(114.02), "text": "声音太大。",
      "at": "2026-03-03T09:30:00+08:00",
    ]
    let (_, other) = try await test.json(
      "/api/low-altitude/complaints", later, headers: [("idempotency-key", "c-2")])
    #expect(other["complaint"] != nil && other["flight"] == .null)
  }
}
