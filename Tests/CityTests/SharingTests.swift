import AccessControl
import App
import Commons
import HTTPValues
import MeasureKit
import Testing

/// Who sees what of a reconsideration case: other bodies have what their task needs, and nobody's name,
/// number or words beyond that. Walked through every address that shows a case.
@Suite struct SharingTests {
  // Words that stand nowhere else; the phone and the identity code are the applicant's own.
  private static let filing = [
    ("applicant-kind", "person"), ("name", "欧阳明镜"), ("identity", "440300199001011234"),
    ("phone", "13812345678"), ("email", "ouyang@example.cn"), ("address", "江北区秘密路77号"),
    ("respondent", "urban"), ("act-kind", "penalty"), ("excluded", "none"),
    ("known-on", "2026-02-10"), ("told", "yes"), ("request", "撤销这一处罚甲乙丙"),
    ("reasons", "理由子丑寅卯"),
  ]
  private static let contacts = [
    "13812345678", "440300199001011234", "秘密路77号", "ouyang@example.cn",
  ]

  private let test: TestCity
  private let number: String
  private let token: String

  init() async throws {
    test = try await TestCity()
    let done = try await test.post(
      "/reconsideration", Self.filing + [("idempotency_key", "share")])
    let target = try #require(done.headers["location"])
    let parts = target.dropFirst("/reconsideration/".count).split(separator: "?")
    number = String(parts[0])
    token = String(parts[1].dropFirst("token=".count).prefix { $0 != "&" })
  }

  private func step(
    _ session: String, _ capacity: String, _ command: String, _ fields: [(String, String)] = []
  ) async throws {
    let done = try await test.post(
      "/desk/reconsideration/\(number)/steps", session: session,
      fields + [("command", command), ("as", capacity), ("idempotency_key", command)])
    #expect(done.status == 303, "\(command): \(done.status) \(done.text.prefix(3000))")
  }

  /// Everything that a session is shown of the case.
  private func everything(_ session: String) async throws -> String {
    var all = ""
    for route in test.front.routes where route.method == .get && route.pattern.contains("{number}")
    {
      guard route.pattern.contains("reconsideration") || route.pattern.contains("receipts") else {
        continue
      }
      for version in 1...7 {
        let documents =
          route.pattern.contains("{document}")
          ? ["acceptance", "decision", "opinion", "reply-notice", "order"] : [""]
        for document in documents {
          let target = route.pattern.replacing("{number}", with: number)
            .replacing("{version}", with: "\(version)").replacing("{document}", with: document)
            .replacing("{file}", with: "1")
          let answer = try await test.send(
            .get, target, session: route.kind == .page ? session : nil,
            bearer: route.kind == .interface ? session : nil)
          if answer.status == 200 { all += answer.text }
        }
        if !route.pattern.contains("{version}") { break }
      }
    }
    for tray in ["court", "procuratorate", "respondent", "norms", "intake", "cases"] {
      let answer = try await test.send(
        .get, "/api/reconsideration/trays/\(tray)", bearer: session)
      if answer.status == 200 { all += answer.text }
    }
    return all
  }

  @Test func eachBodySeesWhatItNeedsAndNoMore() async throws {
    let clerk = try await test.signIn("clerk", [Post("reconsideration.clerk", agency: "justice")])
    let officer = try await test.signIn(
      "tries", [Post("reconsideration.handler", agency: "justice")])
    let head = try await test.signIn("head", [Post("reconsideration.approver", agency: "justice")])
    let urban = try await test.signIn(
      "urban", [Post("reconsideration.respondent", agency: "urban")])
    let market = try await test.signIn(
      "market", [Post("reconsideration.respondent", agency: "market")])
    let court = try await test.signIn("court", [Post("reconsideration.court")])
    let prosecutor = try await test.signIn("prosecutor", [Post("reconsideration.procuratorate")])
    let maker = try await test.signIn("maker", [Post("reconsideration.maker", agency: "justice")])
    let tests = [
      "applicant-clear", "respondent-fits", "interest", "request-concrete", "has-jurisdiction",
    ]
    try await step(clerk, "clerk", "accept", tests.map { ($0, "1") })
    try await step(officer, "handler", "serve")
    try await step(urban, "respondent", "reply", [("text", "处罚有据")])
    try await step(officer, "handler", "hear", [("manner", "phone"), ("text", "听取")])
    try await step(
      officer, "handler", "propose-duty",
      [
        ("decision", "revoke"), ("ground", "procedure"), ("content", "撤销并责令重作"),
        ("text", "内部意见辰巳午未"), ("compensation", "none"), ("redo", "1"), ("days", "30"),
      ])
    // While it is a proposal nobody outside learns of it, the parties included.
    for session in [urban, market, court, prosecutor, maker] {
      let shown = try await everything(session)
      #expect(!shown.contains("辰巳午未") && !shown.contains("\"decision\":\"revoke\""))
    }
    let own = try await test.send(.get, "/api/reconsideration/\(number)?token=\(token)")
    #expect(own.status == 200 && !own.text.contains("\"decision\"") && !own.text.contains("辰巳午未"))
    #expect(try await everything(head).contains("辰巳午未"))
    try await step(head, "approver", "decide", [("agreed-by", "head")])
    try await step(officer, "handler", "deliver", [("delivered-by", "direct")])

    let respondent = try await everything(urban)
    #expect(respondent.contains("子丑寅卯") && !respondent.contains("辰巳午未"))
    #expect(!(try await everything(market)).contains("子丑寅卯"))

    let judge = try await everything(court)
    #expect(judge.contains("欧阳明镜") && judge.contains("revoke"))
    let watcher = try await everything(prosecutor)
    #expect(watcher.contains("revoke") && watcher.contains("urban"))
    for hidden in Self.contacts + ["子丑寅卯", "辰巳午未", "处罚有据"] {
      #expect(!judge.contains(hidden), "the court is shown \(hidden)")
      #expect(!watcher.contains(hidden), "the procuratorate is shown \(hidden)")
    }
    #expect(!watcher.contains("欧阳明镜") && !watcher.contains("甲乙丙"))
    let norms = try await everything(maker)
    for hidden in Self.contacts + ["欧阳明镜", "子丑寅卯", "甲乙丙"] {
      #expect(!norms.contains(hidden), "the maker of norms is shown \(hidden)")
    }
  }

  @Test func theProcuratorateMakesASuggestion() async throws {
    let prosecutor = try await test.signIn("prosecutor", [Post("reconsideration.procuratorate")])
    let early = try await test.post(
      "/desk/reconsideration/\(number)/steps", session: prosecutor,
      [("command", "suggest"), ("as", "procuratorate"), ("text", "督促履行")])
    #expect(early.status == 403)
    let list = try await test.send(
      .get, "/api/reconsideration/trays/procuratorate", bearer: prosecutor)
    #expect(list.status == 200 && list.text == "[]")
    let strange = try await test.send(
      .get, "/api/reconsideration/trays/court", bearer: prosecutor)
    #expect(strange.status == 403)
  }
}
