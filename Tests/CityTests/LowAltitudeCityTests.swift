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
      "", "/networks", "/picture", "/map", "/overhead", "/plan", "/complaints/new",
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
}
