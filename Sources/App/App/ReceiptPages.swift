import Books
import CityProfiles
import Commons
import Desk
import EvidenceLog
import HTTPValues
import Markup
import MeasureKit
import ServiceRequests
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
    let isStaff = try await city.isStaff(visit, row)
    guard isOwner || isStaff || token.isEmpty else { throw unknown }
    if isOwner || isStaff {
      try await city.desk.recordAccess(by: visit.actor, to: row.key, "receipt")
    }
    return try await city.receipts.receipt(key, withOpening: isOwner || isStaff)
  }

  static func pending() -> Problem {
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
    response.headers.set("content-security-policy", VerifierPage.policy)
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
    let holds = checks.allSatisfy(\.holds)
    return visit.page(title, trail: [.init(Phrase("核验回执", en: "Check a receipt"), "/receipts")]) {
      h in
      h.heading(
        title,
        lead: Phrase(
          "证明这次办理已写入公开日志。保存网页版，断网也能核验；也可以打印留存。",
          en:
            "It proves that this act stands in the public log. Save the web page: it checks without a network. You can print it too."
        ))
      h.element("div", .class("actions")) { h in
        h.buttonLink(
          Phrase("保存网页版（自带核验）", en: "Save as a web page that checks itself"), base + ".html" + query
        )
        h.buttonLink(Phrase("下载JSON", en: "JSON"), base + ".json" + query, .quiet)
        h.buttonLink(Phrase("下载tlog-proof", en: "tlog-proof"), base + ".tlog-proof" + query, .quiet)
      }
      ReceiptPages.verdict(&h, holds)
      facts(&h, visit, receipt)
      ReceiptPages.results(&h, checks)
      h.details(Phrase("日志条目原文", en: "The entry as it stands in the log")) {
        $0.element("pre", .class("mono"), text: receipt.entry)
      }
      if let opening = receipt.opening {
        h.details(
          Phrase("所承诺的内容原文（仅您可见）", en: "What it commits to (shown to you alone)")
        ) { $0.element("pre", .class("mono"), text: opening.privatePart) }
      }
      h.details(Phrase("检查点原文", en: "The checkpoint")) {
        $0.element("pre", .class("mono"), text: receipt.checkpoint)
      }
    }
  }

  private static func verdict(_ h: inout HTML, _ holds: Bool) {
    h.banner(
      holds
        ? Phrase("✓ 回执有效：以下核验全部通过。", en: "✓ The receipt holds: all checks below pass.")
        : Phrase("✗ 回执无效：有核验未通过。", en: "✗ The receipt does not hold: a check failed."),
      holds ? .good : .bad)
  }

  /// The receipt in words: which act of which case, when, where in the log.
  private func facts(_ h: inout HTML, _ visit: Visit, _ receipt: Receipt) {
    guard let entry = try? LogEntry(canonicalBytes: Array(receipt.entry.utf8)) else { return }
    let zone = city.profile.zone
    let said = receipt.opening.flatMap { try? JSONValue(parsing: Array($0.privatePart.utf8)) }
    let words = said?["content"]?["text"]?.string
    h.element("div", .class("panel")) { h in
      var rows: [(name: Phrase, value: (inout HTML) -> Void)] = [
        (
          Phrase("办件编号", en: "Case"),
          { $0.element("strong", text: visit["number"].uppercased()) }
        ),
        (
          Phrase("办理步骤", en: "Step"),
          { h in
            h.text(city.stepName(entry.kind))
            h.text(Phrase("（第\(visit["version"])步）", en: " (no. \(visit["version"]))"))
          }
        ),
        (Phrase("发生时间", en: "Took effect"), { $0.time(entry.effectiveAt, in: zone) }),
        (Phrase("记录时间", en: "Recorded"), { $0.time(entry.recordedAt, in: zone) }),
        (
          Phrase("日志序号", en: "Place in the log"),
          { $0.text(Figures.grouped(receipt.index)) }
        ),
      ]
      if let words, !words.isEmpty {
        rows.append((Phrase("内容（仅您可见）", en: "Words (for you alone)"), { $0.prose(words) }))
      }
      h.summary(rows)
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
          "选择保存的回执文件，或粘贴其内容。网页版回执打开即自动核验，不必上传。",
          en:
            "Choose the saved receipt or paste it. The saved web page checks itself when opened, without sending anything."
        ))
      if !checks.isEmpty {
        ReceiptPages.verdict(&h, checks.allSatisfy(\.holds))
        ReceiptPages.results(&h, checks)
      }
      h.element("div", .class("panel reading")) { h in
        h.form("/receipts", csrf: visit.csrf, hasFiles: true) { h in
          h.fileField(
            "file", Phrase("选择回执文件", en: "Choose the receipt"),
            hint: Phrase("保存的网页（.html）或JSON文件。", en: "The saved web page (.html) or the JSON."),
            FormState(), accept: ".html,.json,text/html,application/json", isMultiple: false)
          h.textArea(
            "receipt", Phrase("或粘贴回执的JSON", en: "Or paste its JSON"),
            FormState(values: [("receipt", text)]), rows: 8)
          h.button(Phrase("核验", en: "Check"))
        }
      }
    }
  }

  /// The JSON within what was given: a saved web page carries it in a script element.
  private static func json(in text: String) -> String {
    let marker = "id=\"receipt\">"
    guard let start = text.firstRange(of: marker)?.upperBound,
      let end = text[start...].firstRange(of: "</script>")?.lowerBound
    else { return text }
    return String(text[start..<end])
  }

  private func check(_ visit: Visit) throws -> Response {
    let form = try visit.request.form()
    let file = form.files.first { $0.field == "file" && !$0.bytes.isEmpty }
    let given = file.map { String(decoding: $0.bytes, as: UTF8.self) } ?? form["receipt"] ?? ""
    let text = ReceiptPages.json(in: given)
    do {
      let json: JSONValue
      do { json = try JSONValue(parsing: Array(text.utf8)) } catch { throw error.problem }
      let receipt = try Receipt(json)
      return checkPage(visit, text, nil, receipt.verify(trusting: [city.signer.verifier]))
    } catch let problem as Problem { return checkPage(visit, text, problem, []) }
  }
}
