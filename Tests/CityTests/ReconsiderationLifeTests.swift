import AccessControl
import Accounts
import App
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage
import Testing

/// Measure 19 through the front door: asked before filing, filed, tried, decided, and what follows by
/// itself from silence.
@Suite struct ReconsiderationLifeTests {
  private static let filing = [
    ("applicant-kind", "person"), ("name", "王小明"), ("identity", "440300199001011234"),
    ("phone", "13800000000"), ("address", "江北区一路1号"), ("respondent", "urban"),
    ("act-kind", "penalty"), ("excluded", "none"), ("known-on", "2026-02-10"), ("told", "yes"),
    ("request", "撤销处罚决定"), ("reasons", "没有违法事实"),
  ]

  private func file(_ test: TestCity, _ key: String) async throws -> (number: String, token: String)
  {
    let done = try await test.post(
      "/reconsideration", Self.filing + [("idempotency_key", key)])
    #expect(done.status == 303, "\(done.text)")
    let target = try #require(done.headers["location"])
    let parts = target.dropFirst("/reconsideration/".count).split(separator: "?")
    let token = parts[1].dropFirst("token=".count).prefix { $0 != "&" }
    return (String(parts[0]), String(token))
  }

  private func step(
    _ test: TestCity, _ session: String, _ capacity: String, _ number: String, _ command: String,
    _ fields: [(String, String)] = []
  ) async throws {
    let done = try await test.post(
      "/desk/reconsideration/\(number)/steps", session: session,
      fields + [("command", command), ("as", capacity), ("idempotency_key", "\(number)\(command)")])
    #expect(done.status == 303, "\(command): \(done.status) \(done.text.prefix(3000))")
  }

  /// Sessions end long before cases do.
  private func again(_ test: TestCity, _ login: String) async throws -> String {
    try await test.city.signIn.signIn(
      login: login, password: TestCity.password, from: "192.0.2.1")
  }

  private func broken(_ test: TestCity) async throws -> [String] {
    let invariants = test.city.measures.flatMap(\.invariants)
    return try await test.city.desk.store.read { view in
      try invariants.flatMap { try $0.broken(view) }.map { "\($0.row): \($0.what.en)" }
    }
  }

  /// One door: a token alone opens neither the case's own page nor the interface for attending.
  private func onlyTheRoomIdentifies(
    _ test: TestCity, _ number: String, _ token: String
  ) async throws {
    let attending = [("command", "attend"), ("mode", "remote"), ("text", "冒名"), ("signed", "1")]
    let byPage = try await test.post(
      "/reconsideration/\(number)/steps", attending + [("token", token), ("identified", "code")])
    #expect(byPage.status == 422 && byPage.text.contains("/hearing"), "\(byPage.status)")
    let said: JSONValue = ["command": "attend", "mode": "remote", "text": "冒名", "signed": true]
    let (byInterface, problem) = try await test.json(
      "/api/reconsideration/\(number)/steps?token=\(token)", said)
    #expect(byInterface.status == 422 && problem["type"] == "/problems/recon-not-identified")
    let (forged, _) = try await test.json(
      "/api/reconsideration/\(number)/steps?token=\(token)",
      .object((said.object ?? [:]).merging(["identified": "code"]) { $1 }))
    #expect(forged.status == 422 && forged.text.contains("identified"))
    let page = try await test.get("/reconsideration/\(number)?token=\(token)")
    #expect(page.text.contains("/hearing?token=") && !page.text.contains("value=\"attend\""))
  }

  @Test func oneAsksBeforeFiling() async throws {
    let test = try await TestCity()
    let facts = "respondent=urban&act-kind=penalty&excluded=none&told=yes"
    let open = try await test.get("/reconsideration/check?\(facts)&known-on=2026-02-10")
    #expect(open.status == 200 && open.text.contains("最后一天是 2026-04-13"))
    #expect(open.text.contains("第20条") && open.text.contains("第24条"))
    let late = try await test.get("/reconsideration/check?\(facts)&known-on=2025-11-10")
    #expect(late.text.contains("已经超过申请期限"))
    let first = try await test.get(
      "/reconsideration/check?\(facts)&known-on=2026-02-10&on-the-spot=1")
    #expect(first.text.contains("应当先申请行政复议") && first.text.contains("第23条"))
    let elsewhere = try await test.get(
      "/reconsideration/check?\(facts.replacing("urban", with: "tax"))&known-on=2026-02-10")
    #expect(elsewhere.text.contains("上一级主管部门"))
    let bad = try await test.get("/reconsideration/check?\(facts)&known-on=2026-02-30")
    #expect(bad.status == 422 && bad.text.contains("known-on"))
  }

  @Test(arguments: Backend.all) func aCaseFromFilingToTheDecision(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let clerk = try await test.signIn("clerk", [Post("reconsideration.clerk", agency: "justice")])
    let officer = try await test.signIn(
      "tries", [Post("reconsideration.handler", agency: "justice")])
    _ = try await test.signIn("head", [Post("reconsideration.approver", agency: "justice")])
    let respondent = try await test.signIn(
      "urban", [Post("reconsideration.respondent", agency: "urban")])
    let other = try await test.signIn(
      "market", [Post("reconsideration.respondent", agency: "market")])
    let (number, token) = try await file(test, "a")
    let tests = [
      "applicant-clear", "respondent-fits", "interest", "request-concrete", "has-jurisdiction",
    ]
    try await step(test, clerk, "clerk", number, "accept", tests.map { ($0, "1") })
    try await step(test, officer, "handler", number, "serve")
    let strange = try await test.post(
      "/desk/reconsideration/\(number)/steps", session: other,
      [("command", "reply"), ("as", "respondent"), ("text", "x")])
    #expect(strange.status == 403)
    try await step(test, respondent, "respondent", number, "reply", [("text", "处罚有据")])
    try await step(
      test, officer, "handler", number, "call-hearing",
      [
        ("hearing-on", "2026-03-09"), ("place", "线上"), ("text", "处罚事实"), ("chair", "甲"),
        ("assessors", "2"), ("recorder", "乙"),
      ])
    let room = "/reconsideration/\(number)/hearing?token=\(token)"
    try await onlyTheRoomIdentifies(test, number, token)
    let statement = [("mode", "remote"), ("text", "我没有占道"), ("signed", "1")]
    let unknown = try await test.post(room, statement + [("code", "0001")])
    #expect(unknown.status == 422)
    let signed = try await test.post(
      room, statement + [("code", "1234"), ("idempotency_key", "attend")])
    #expect(signed.status == 303, "\(signed.text)")
    #expect(try await test.get(room).text.contains("我没有占道"))
    test.time.set(TestCity.start.adding(seconds: 7 * 86_400))
    let trying = try await again(test, "tries")
    let deciding = try await again(test, "head")
    try await step(
      test, trying, "handler", number, "hold-hearing",
      [("applicant-present", "present"), ("respondent-head", "present"), ("text", "笔录")])
    try await step(
      test, trying, "handler", number, "propose",
      [
        ("decision", "revoke"), ("ground", "facts-unclear"), ("content", "撤销"), ("text", "理由"),
        ("compensation", "none"),
      ])
    try await step(test, deciding, "approver", number, "decide", [("agreed-by", "head")])
    try await step(test, trying, "handler", number, "deliver", [("delivered-by", "direct")])
    try await step(test, trying, "handler", number, "publish", [("text", "撤销某局的处罚决定。")])
    let page = try await test.get("/reconsideration/\(number)?token=\(token)")
    #expect(page.text.contains("已办结") && page.text.contains("撤销"))
    #expect(try await test.get("/reconsideration/decisions").text.contains("撤销某局的处罚决定。"))
    try await test.city.settle()
    let figures = try await test.send(.get, "/api/reconsideration/figures")
    #expect(figures.text.contains("reconsideration.corrected"))
    let corrected = test.city.measures.flatMap { $0.indicators(at: test.time.now) }
      .first { $0.id == "reconsideration.corrected" }
    #expect(corrected?.value == 1)
    #expect(try await test.get("/reconsideration/standards").status == 200)
    #expect(try await broken(test) == [])
  }

  @Test func silenceAcceptsAndASilentRespondentHasNoEvidence() async throws {
    let test = try await TestCity()
    let (number, token) = try await file(test, "b")
    // The time to examine ends on 9 March, that to send on the 18th.
    test.time.set(TestCity.start.adding(seconds: 8 * 86_400))
    while try await test.city.tick() > 0 {}
    let page = try await test.get("/reconsideration/\(number)?token=\(token)")
    #expect(page.text.contains("视为受理"))
    let officer = try await test.signIn(
      "tries", [Post("reconsideration.handler", agency: "justice")])
    try await step(test, officer, "handler", number, "serve")
    test.time.set(TestCity.start.adding(seconds: 40 * 86_400))
    while try await test.city.tick() > 0 {}
    let later = try await test.signIn(
      "tries-on", [Post("reconsideration.handler", agency: "justice")])
    try await step(test, later, "handler", number, "hear", [("manner", "phone"), ("text", "听取")])
    let upheld = try await test.post(
      "/desk/reconsideration/\(number)/steps", session: later,
      [
        ("command", "propose"), ("as", "handler"), ("decision", "uphold"), ("ground", "lawful"),
        ("content", "维持"), ("text", "理由"), ("compensation", "none"),
      ])
    #expect(upheld.status == 422 && upheld.text.contains("第70条"))
    #expect(try await broken(test) == [])
  }

  @Test func anApplicationFiledElsewhereKeepsItsDay() async throws {
    let test = try await TestCity()
    let urban = try await test.signIn(
      "urban", [Post("reconsideration.respondent", agency: "urban")])
    let done = try await test.post(
      "/desk/reconsideration/open/reroute", session: urban,
      Self.filing + [("received-on", "2026-02-27"), ("idempotency_key", "c")])
    #expect(done.status == 303, "\(done.text.prefix(2000))")
    let target = try #require(done.headers["location"])
    let page = try await test.get(target, session: urban)
    #expect(page.status == 200 && page.text.contains("2026年2月27日"))
    let wrong = try await test.get("/desk/reconsideration/open/take-down", session: urban)
    #expect(wrong.status == 403)
  }
}
