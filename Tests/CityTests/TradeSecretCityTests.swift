import AccessControl
import App
import Commons
import DepositProofs
import EvidenceLog
import HTTPValues
import Testing
import TradeSecrets

/// Trade secrets in a whole city: pages, interface, log.
@Suite struct TradeSecretCityTests {
  @Test(arguments: Backend.all) func aDepositIsProvenByItsReceipt(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let files = ["recipe.txt", "b/算法.py"].map {
      DepositRecord.File(name: $0, size: 9, content: Digest.of("\($0) secret").bytes)
    }
    var record = try DepositRecord(
      files, statement: ["owner": "晨光科技"], random: SeededBytes(seed: 9))
    let (response, body) = try await test.json(
      "/api/trade-secrets/deposits", record.request,
      headers: [("idempotency-key", Hex.encode(record.key))])
    #expect(response.status == 201, "\(response.text)")
    let number = try #require(body["number"]?.string)
    #expect(number.hasPrefix("04-2026-"))
    // The same key again is the same deposit.
    let (_, again) = try await test.json(
      "/api/trade-secrets/deposits", record.request,
      headers: [("idempotency-key", Hex.encode(record.key))])
    #expect(again["number"]?.string == number)
    #expect(again["repeated"]?.bool == true)
    try await test.city.settle()
    let receipt = try await test.get("/receipts/\(number)/1.json")
    #expect(receipt.status == 200)
    try record.attach(try Receipt(try JSONValue(parsing: receipt.body)))
    let shown = Digest.of("recipe.txt secret").bytes
    let proof = try PossessionProof(
      of: record, contents: [shown], showsNames: false, showsStatement: true)
    let checks = proof.verify(
      contents: [shown], trusting: [test.city.signer.verifier])
    #expect(checks.filter { !$0.holds }.map(\.id) == [])
    #expect(proof.recordedAt == TestCity.start)
  }

  @Test func pagesComputeAndKeepNothing() async throws {
    let test = try await TestCity()
    for page in [
      "/trade-secrets", "/trade-secrets/check", "/trade-secrets/criminal",
      "/trade-secrets/inventory", "/trade-secrets/proof", "/trade-secrets/forms/nda",
      "/trade-secrets/forms/leaver-letter", "/trade-secrets/forms/police-report",
      "/trade-secrets/forms/evidence-list", "/trade-secrets/deposits",
      "/trade-secrets/deposits/new", "/trade-secrets/assessments/new",
      "/trade-secrets/stations/new", "/trade-secrets/stations/how",
    ] {
      for language in ["zh", "en"] {
        #expect(try await test.get("\(page)?lang=\(language)").status == 200, "\(page)")
      }
    }
    #expect(try await test.get("/trade-secrets/forms/none").status == 404)
    let clauses = try JSONValue(
      parsing: try await test.get("/api/trade-secrets/assessments/clauses").body)
    #expect(clauses["edition"]?.string == "2025-10")
    let acts = try await test.city.lastAct()
    var answers: [(String, String)] = [("algorithms", "1")]
    for clause in clauses["clauses"]?.array ?? [] {
      answers.append((clause["id"]?.string ?? "", "full"))
    }
    let score = try await test.post("/trade-secrets/check", answers)
    #expect(score.status == 200)
    #expect(score.text.contains("75.00%"))
    let missing = try await test.post("/trade-secrets/check", Array(answers.dropLast(3)))
    #expect(missing.status == 422)
    let estimate = try await test.post(
      "/trade-secrets/criminal",
      [("conduct", "breach"), ("units", "1000"), ("profit", "300.00"), ("remedy-cost", "0.01")])
    #expect(estimate.status == 200)
    #expect(estimate.text.contains("CNY 300000.01"))
    #expect(estimate.text.contains("情节严重"))
    #expect(
      try await test.post("/trade-secrets/criminal", [("conduct", "breach"), ("units", "-1")])
        .status
        == 422)
    // None of it is an act.
    #expect(try await test.city.lastAct() == acts)
  }

  @Test func theJointConferenceIsForOfficialsAlone() async throws {
    let test = try await TestCity()
    let office = try await test.signIn(
      "office", [.init(TradeSecretsMeasure.coordinator.id, agency: "market")])
    #expect(try await test.get("/trade-secrets/conference", session: office).status == 404)
    #expect(try await test.get("/desk/trade-secrets", session: office).status == 200)
    let done = try await test.post(
      "/desk/trade-secrets/conference", session: office,
      [("topic", "rule"), ("raised-by", "market"), ("text", "修订指引。")])
    #expect(done.status == 303, "\(done.text)")
    let page = try #require(done.headers["location"])
    #expect(try await test.get(page, session: office).text.contains("修订指引"))
    let number = try #require(page.split(separator: "/").last?.split(separator: "?").first)
    #expect(try await test.get("/trade-secrets/conference/\(number)").status == 404)
    let wrong = try await test.post(
      "/desk/trade-secrets/conference", session: office, [("topic", "rule")])
    #expect(wrong.status == 422)
  }
}
