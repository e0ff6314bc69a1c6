import Books
import Commons
import Desk
import EvidenceLog
import HTTPValues
import Markup
import MeasureKit
import Storage

/// Receipts: to look at, to save, to check.
struct ReceiptPages: Sendable {
  let city: RunningCity

  func routes(_ routes: inout Routes) {
    routes.get("/receipts") { checkPage($0, "", nil, []) }
    routes.post("/receipts") { try check($0) }
    routes.get("/receipts/{number}/{version}.json", .everybody, .interface) {
      try await download($0)
    }
    routes.get("/receipts/{number}/{version}.tlog-proof", .everybody, .interface) {
      try await proof($0)
    }
    routes.get("/receipts/{number}/{version}.html", .everybody, .interface) {
      try await verifier($0)
    }
    routes.get("/receipts/{number}/{version}") { try await show($0) }
  }

  /// The receipt that an address asks for; nil while the act waits for the log. Whoever holds the
  /// token, the applicant and staff within reach get the private part with it.
  private func find(_ visit: Visit) async throws -> Receipt? {
    let unknown = Problem.notFound(
      Phrase("没有这份回执，或查询码不符。", en: "There is no such receipt, or the token does not fit."))
    guard let number = CaseNumber(visit["number"]), let version = Int64(visit["version"]),
      (1...JournalKey.maximumVersion).contains(version),
      let row = try await city.desk.store.first(CaseBook.find(number.serial)),
      row.number == number, version <= row.version
    else { throw unknown }
    let key = JournalKey(aggregate: row.key, version: version)
    let token = visit.request.query["token"] ?? ""
    let fits = constantTimeEqual(
      Array(token.uppercased().utf8), Array(city.ring.trackingToken(row.key).utf8))
    let isOwner = fits || (row.applicant != nil && visit.actor.applicant == row.applicant)
    let isStaff = visit.actor.may("requests.desk") && visit.actor.covers(agency: row.agency)
    guard isOwner || isStaff || token.isEmpty else { throw unknown }
    if isStaff { try await city.desk.recordAccess(by: visit.actor, to: row.key, "receipt") }
    return try await city.receipts.receipt(key, withOpening: isOwner || isStaff)
  }

  private static func pending() -> Problem {
    Problem(
      "receipt-pending", status: 202, title: Phrase("回执正在生成", en: "The receipt is being made"),
      detail: Phrase("通常不到一秒，请稍后刷新。", en: "It takes a second at most; reload the page."),
      retryAfterSeconds: 1)
  }

  private func ready(_ visit: Visit) async throws -> Receipt {
    guard let receipt = try await find(visit) else { throw ReceiptPages.pending() }
    return receipt
  }

  private func name(_ visit: Visit) -> String { "receipt-\(visit["number"])-\(visit["version"])" }

  private func download(_ visit: Visit) async throws -> Response {
    var response = Response.json(try await ready(visit).json)
    response.headers.set("content-disposition", "attachment; filename=\"\(name(visit)).json\"")
    return response
  }

  private func proof(_ visit: Visit) async throws -> Response {
    var response = Response.text(try await ready(visit).tlogProof)
    response.headers.set(
      "content-disposition", "attachment; filename=\"\(name(visit)).tlog-proof\"")
    return response
  }

  private func verifier(_ visit: Visit) async throws -> Response {
    var response = Response(
      type: "text/html; charset=utf-8", VerifierPage.html(with: try await ready(visit)))
    response.headers.set("content-disposition", "attachment; filename=\"\(name(visit)).html\"")
    // The page brings its own script and fetches nothing.
    response.headers.set(
      "content-security-policy",
      "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'")
    return response
  }

  private func show(_ visit: Visit) async throws -> Response {
    let title = Phrase("办理回执", en: "Receipt")
    guard let receipt = try await find(visit) else {
      var response = visit.page(title, status: 202) { h in
        h.heading(title)
        h.banner(ReceiptPages.pending().detail, .info)
      }
      response.headers.set("retry-after", "1")
      return response
    }
    let checks = receipt.verify(trusting: [city.signer.verifier])
    let query = visit.request.query["token"].map { "?token=\(PercentCoding.encode($0))" } ?? ""
    let base = "/receipts/\(visit["number"])/\(visit["version"])"
    return visit.page(title) { h in
      h.heading(
        title,
        lead: Phrase(
          "这份回执证明该次办理已写入公开日志。保存网页版后，断网也能核验。",
          en:
            "It proves that this act stands in the public log. Save the web page: it checks without a network."
        ))
      h.element("div", .class("actions")) { h in
        h.buttonLink(
          Phrase("保存网页版（自带核验）", en: "Save as a web page that checks itself"), base + ".html" + query
        )
        h.buttonLink(Phrase("JSON", en: "JSON"), base + ".json" + query, .quiet)
        h.buttonLink(Phrase(".tlog-proof", en: ".tlog-proof"), base + ".tlog-proof" + query, .quiet)
      }
      ReceiptPages.results(&h, checks)
      h.element("h2", text: Phrase("日志条目", en: "The entry"))
      h.element("pre", .class("mono"), text: receipt.entry)
      if let opening = receipt.opening {
        h.element(
          "h2", text: Phrase("所承诺的内容（只有您能看到）", en: "What it commits to (shown to you alone)"))
        h.element("pre", .class("mono"), text: opening.privatePart)
      }
    }
  }

  static func results(_ h: inout HTML, _ checks: [Receipt.Check]) {
    h.table(
      Phrase("核验结果", en: "Checks"),
      columns: [
        (Phrase("核验项", en: "Check"), false), (Phrase("结果", en: "Result"), false),
        (Phrase("详情", en: "Detail"), false),
      ]
    ) { table in
      for check in checks {
        table.row([
          { $0.text(check.name) },
          { h in
            h.tag(
              check.holds ? Phrase("✓ 通过", en: "✓ holds") : Phrase("✗ 不符", en: "✗ does not hold"),
              check.holds ? .good : .bad)
          },
          { $0.element("span", .class("mono"), text: check.detail) },
        ])
      }
    }
  }

  // MARK: Checking

  private func checkPage(
    _ visit: Visit, _ text: String, _ problem: Problem?, _ checks: [Receipt.Check]
  ) -> Response {
    let title = Phrase("核验回执", en: "Check a receipt")
    return visit.page(title, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "粘贴回执的 JSON 内容。也可以用 tequ receipt verify 或网页版回执离线核验。",
          en:
            "Paste the receipt's JSON. tequ receipt verify and the saved web page do the same offline."
        ))
      if !checks.isEmpty {
        let holds = checks.allSatisfy(\.holds)
        h.banner(
          holds
            ? Phrase("回执有效。", en: "The receipt holds.")
            : Phrase("回执无效。", en: "The receipt does not hold."),
          holds ? .good : .bad)
        ReceiptPages.results(&h, checks)
      }
      h.element("div", .class("panel")) { h in
        h.form("/receipts", csrf: visit.csrf) { h in
          h.textArea(
            "receipt", Phrase("回执", en: "Receipt"), FormState(values: [("receipt", text)]), rows: 10
          )
          h.button(Phrase("核验", en: "Check"))
        }
      }
    }
  }

  private func check(_ visit: Visit) throws -> Response {
    let text = try visit.request.form()["receipt"] ?? ""
    do {
      let json: JSONValue
      do { json = try JSONValue(parsing: Array(text.utf8)) } catch { throw error.problem }
      let receipt = try Receipt(json)
      return checkPage(visit, text, nil, receipt.verify(trusting: [city.signer.verifier]))
    } catch let problem as Problem { return checkPage(visit, text, problem, []) }
  }
}
