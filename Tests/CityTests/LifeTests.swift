import AccessControl
import App
import CityProfiles
import Commons
import EvidenceLog
import HTTPValues
import MeasureKit
import ServiceRequests
import Simulation
import Testing

@Suite struct LifeTests {
  /// Intake by web form, dispatch, acceptance, answer, evaluation, receipt: all through the pages.
  @Test(arguments: Backend.all) func anAppealTravelsThroughThePages(_ backend: Backend) async throws
  {
    let test = try await TestCity(backend)
    let dispatcher = try await test.signIn("dispatcher", [Post(RequestsMeasure.dispatcher.id)])
    let officer = try await test.signIn(
      "officer", [Post(RequestsMeasure.handler.id, agency: "urban")])
    let step1 = try await test.post("/requests/new", [("text", "滨河路路灯不亮，已有两天。")])
    #expect(step1.status == 200 && step1.text.contains("第2步"))
    let filed = try await test.post(
      "/requests",
      [
        ("text", "滨河路路灯不亮，已有两天。"), ("title", "路灯不亮"), ("district", "donghu"),
        ("item", test.city.profile.items[0].id), ("email", "wang@example.cn"),
        ("idempotency_key", try TestCity.hidden("idempotency_key", in: step1)),
      ])
    let location = try #require(filed.headers["location"])
    #expect(filed.status == 303 && location.contains("token="))
    let path = String(location.prefix { $0 != "?" })
    let number = String(path.split(separator: "/").last ?? "")
    let token = try #require(QueryItems(parsing: location.split(separator: "?")[1])["token"])
    #expect(try await test.get(location).text.contains("已收到您的诉求"))
    // Without the token there is nothing to be seen.
    #expect(!(try await test.get(path)).text.contains("路灯"))

    func staff(_ session: String, _ fields: [(String, String)]) async throws {
      let answer = try await test.post("/desk/requests/\(number)/steps", session: session, fields)
      #expect(answer.status == 303, "\(answer.text)")
    }
    try await staff(
      dispatcher, [("as", "dispatcher"), ("command", "dispatch"), ("agency", "urban")])
    #expect(try await test.get("/desk/requests", session: officer).text.contains(number))
    try await staff(officer, [("as", "handler"), ("command", "accept")])
    let empty = try await test.post(
      "/desk/requests/\(number)/steps", session: officer,
      [("as", "handler"), ("command", "reply"), ("text", " ")])
    #expect(empty.status == 422 && empty.text.contains("请填写说明"))
    try await staff(officer, [("as", "handler"), ("command", "reply"), ("text", "已更换灯头。")])
    #expect(try await test.get(location).text.contains("已更换灯头"))
    let judged = try await test.post(
      "\(path)/steps", [("command", "evaluate"), ("score", "5"), ("token", token)])
    #expect(judged.status == 303)
    #expect(try await test.get(location).text.contains("已办结"))
    try await receipt(test, number, token)
  }

  private func receipt(_ test: TestCity, _ number: String, _ token: String) async throws {
    let early = try await test.get("/receipts/\(number)/1.json?token=\(token)")
    #expect(early.status == 202 && early.headers["retry-after"] == "1")
    try await test.city.settle()
    for version in 1...5 {
      let file = try await test.get("/receipts/\(number)/\(version).json?token=\(token)")
      let receipt = try Receipt(JSONValue(parsing: file.body))
      #expect(receipt.opening != nil)
      let checks = receipt.verify(trusting: [test.city.signer.verifier])
      #expect(checks.count == 6 && checks.allSatisfy { $0.holds }, "\(checks)")
    }
    let bare = try Receipt(
      JSONValue(parsing: try await test.get("/receipts/\(number)/1.json").body))
    #expect(bare.opening == nil && bare.verify().allSatisfy { $0.holds })
    #expect(try await test.get("/receipts/\(number)/1.json?token=AAAA").status == 404)
    let page = try await test.get("/receipts/\(number)/1.html?token=\(token)")
    #expect(page.status == 200 && !page.text.contains("/*RECEIPT*/"))
  }

  /// Whoever has nothing but the exported entries computes the same figures.
  @Test(arguments: Backend.all) func theFiguresFollowFromTheExportedLog(_ backend: Backend)
    async throws
  {
    let test = try await TestCity(backend)
    try await SimulatedDays.live(test.anotherFolder(), days: 12) { city in
      var entries: [LogEntry] = []
      let front = Front(city)
      var target: String? = "/log/entries.jsonl?from=0&limit=500"
      while let here = target {
        let request = try Request(
          method: .get, target: here, headers: Headers(), body: [], remoteAddress: "",
          requestID: "test")
        let response = await front.respond(request)
        for line in response.body.split(separator: 0x0A) {
          entries.append(try LogEntry(canonicalBytes: Array(line)))
        }
        target = response.headers["link"].map {
          String($0.dropFirst().prefix { $0 != ">" })
        }
      }
      #expect(entries.count > 1000)
      var fold = RequestStatistics(zone: city.profile.zone)
      for entry in entries {
        fold.consume(
          PublicAct(
            kind: entry.kind, matter: entry.matter, recordedAt: entry.recordedAt,
            effectiveAt: entry.effectiveAt, fields: entry.publicFields))
      }
      let now = city.time.now
      let own = city.requests.indicators(at: now)
      let theirs = RequestIndicatorsFromLog.all(fold.figures, at: now)
      #expect(own.map(\.text) == theirs)
      #expect(
        fold.figures.total.onTime < fold.figures.total.replied,
        "somebody must be late in a believable city")
    }
  }

  @Test func theSameSeedGivesTheSameCity() async throws {
    var seen: [[String]] = []
    for backend in [Backend.sqlite] + Backend.all {
      let test = try await TestCity(backend)
      try await SimulatedDays.live(test.anotherFolder(), days: 5) { city in
        seen.append(city.requests.indicators(at: city.time.now).map(\.text))
        let report = try await CityVerification.run(city)
        #expect(report.isClean, "\(report.findings.prefix(5))")
      }
    }
    #expect(Set(seen).count == 1, "\(seen)")
  }
}

/// The indicators that the measure shows, from a fold that was made elsewhere.
enum RequestIndicatorsFromLog {
  static func all(_ fold: RequestFigures, at now: Instant) -> [String] {
    let total = fold.total
    func text(_ value: Double?, _ format: IndicatorValue.Format) -> String {
      IndicatorValue("x", .same(""), formula: .same(""), value: value, format: format).text
    }
    return [
      text(Double(total.received), .count), text(total.onTimeRate, .percent),
      text(total.satisfactionRate, .percent), text(total.closedRate, .percent),
      text(total.meanDaysToReply, .days), text(Double(fold.overdue(at: now)), .count),
    ]
  }
}

/// Some simulated days in a fresh folder.
enum SimulatedDays {
  static func live(
    _ folder: DataFolder, days: Int, perDay: Int = 40, _ body: (RunningCity) async throws -> Void
  ) async throws {
    let start = Instant(rfc3339: "2026-03-02T00:00:00+08:00")!
    let time = SimulatedTime(start)
    var options = RunningCity.Options()
    options.creates = true
    options.time = time
    let city = try await RunningCity(folder, options)
    defer { city.close() }
    try await city.sequencer.load()
    var wishes = RequestSimulation.Options()
    wishes.perDay = perDay
    wishes.seed = 7
    _ = try await RequestSimulation(city, time: time, wishes).run(
      from: start, to: start.adding(seconds: Int64(days) * 86_400))
    try await city.settle()
    try await body(city)
  }
}
