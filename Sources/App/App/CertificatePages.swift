import Books
import CaseWork
import CityProfiles
import Commons
import Credentials
import Desk
import EvidenceLog
import HTTPValues
import Markup
import MeasureKit
import QRSymbols
import Storage

/// Certificates: to print, to save, to show in part, to revoke; the lists of their status; the keys.
struct CertificatePages: Sendable {
  let city: RunningCity

  func routes(_ routes: inout Routes) {
    routes.get("/verify", .everybody, .interface) { _ in try verifier() }
    routes.get("/.well-known/did.json", .everybody, .interface) { _ in
      .json(try office().document)
    }
    routes.get("/certificates/trust.json", .everybody, .interface) { _ in .json(try trust()) }
    routes.get("/certificates/schemas/{type}.json", .everybody, .interface) { try schema($0) }
    routes.get("/certificates/status/{purpose}/{list}", .everybody, .interface) {
      try await list($0)
    }
    routes.get("/certificates/{number}/{version}/{document}.json", .everybody, .interface) {
      try await download($0)
    }
    routes.get("/certificates/{number}/{version}/{document}.sd-jwt", .everybody, .interface) {
      try await disclosure($0)
    }
    routes.get("/certificates/{number}/{version}/{document}") { try await show($0, nil) }
    routes.post("/certificates/{number}/{version}/{document}/status", .signedIn) {
      try await change($0)
    }
  }

  private func office() throws -> CertificateOffice {
    try CertificateOffice(city.profile, city.ring)
  }

  // MARK: For everybody

  /// Whom to believe: what `tequ certificate verify --trust` and the verifier's page take.
  private func trust() throws -> JSONValue {
    var labels: [String: JSONValue] = [:]
    for field in declared.flatMap(\.certificate.fields) {
      labels[field.name] = .string("\(field.label.zh) \(field.label.en)")
    }
    return [
      "issuers": [try office().document], "logs": [.string(city.signer.verifier.text)],
      "labels": .object(labels),
    ]
  }

  private func verifier() throws -> Response {
    var response = Response(
      type: "text/html; charset=utf-8", VerifierPage.html(trusting: try trust()))
    response.headers.set("content-security-policy", VerifierPage.policy)
    return response
  }

  /// All declared certificates.
  private var declared: [(office: CaseOffice, document: CaseDocument, certificate: CaseCertificate)]
  {
    city.offices.flatMap { office in
      office.procedure.documents.compactMap { document in
        document.certificate.map { (office, document, $0) }
      }
    }
  }

  private func schema(_ visit: Visit) throws -> Response {
    let type = visit["type"]
    guard let found = declared.first(where: { $0.certificate.type == type }) else {
      throw Problem.notFound(Phrase("没有这种证书。", en: "There is no such kind of certificate."))
    }
    let address = "\(try office().address)/certificates/schemas/\(type).json"
    return .json(found.certificate.schema(at: address))
  }

  /// A status list as a signed credential. Before its first change it is all zeros since the first of
  /// January 2026; from then on every version stands in the log.
  private func list(_ visit: Visit) async throws -> Response {
    let unknown = Problem.notFound(Phrase("没有这个状态列表。", en: "There is no such status list."))
    guard let purpose = StatusList.Purpose(rawValue: visit["purpose"]),
      let number = Int64(visit["list"]), (1...1_000_000).contains(number),
      visit["list"] == String(number)
    else { throw unknown }
    let name = "\(purpose.rawValue)/\(number)"
    let kept = try await city.desk.store.first(CertificateBook.list(name))
    guard let start = Instant(rfc3339: "2026-01-01T00:00:00Z") else { throw unknown }
    return .json(try office().signed(purpose, name, kept, from: start))
  }

  // MARK: One certificate

  /// A certificate with its case, for whoever may read it.
  private struct Found {
    let office: CaseOffice
    let document: CaseDocument
    let declared: CaseCertificate
    let row: CaseFileRow
    let number: Int64
    let key: JournalKey
    let issued: IssuedCertificate
    let isStaff: Bool
  }

  private func find(_ visit: Visit) async throws -> Found {
    let unknown = Problem.notFound(
      Phrase("没有这份证书，或查询码不符。", en: "There is no such certificate, or the token does not fit."))
    guard let number = CaseNumber(visit["number"]),
      let office = city.offices.first(where: { $0.setting.measure == number.measure }),
      let version = Int64(visit["version"]), (1...JournalKey.maximumVersion).contains(version),
      let document = office.procedure.documents.first(where: { $0.id == visit["document"] }),
      let declared = document.certificate
    else { throw unknown }
    let row = try await office.row(visit["number"])
    let isStaff = office.isStaff(visit, row)
    guard isStaff || office.isOwner(visit, row.base, token: visit.request.query["token"]) else {
      throw unknown
    }
    let key = JournalKey(aggregate: row.base.key, version: version)
    let kept = try await city.desk.store.all(CertificateBook.issued(by: key))
    guard let certificate = kept.first(where: { $0.document == document.id }) else { throw unknown }
    try await city.desk.recordAccess(by: visit.actor, to: row.base.key, "certificate")
    guard let content = try await city.desk.content(of: certificate),
      let issued = IssuedCertificate(bytes: content)
    else { throw unknown }
    return Found(
      office: office, document: document, declared: declared, row: row, number: certificate.number,
      key: key, issued: issued, isStaff: isStaff)
  }

  private func file(_ found: Found) async throws -> CertificateFile? {
    try await city.receipts.receipt(found.key, withOpening: false).map {
      CertificateFile(credential: found.issued.credential, receipt: $0)
    }
  }

  private func name(_ visit: Visit) -> String {
    "certificate-\(visit["number"])-\(visit["version"])-\(visit["document"])"
  }

  private func download(_ visit: Visit) async throws -> Response {
    guard let file = try await file(find(visit)) else { throw ReceiptPages.pending() }
    var response = Response.json(file.json)
    response.headers.set("content-disposition", "attachment; filename=\"\(name(visit)).json\"")
    return response
  }

  /// The form of which only some fields are shown: those that `show` names, all without it.
  private func disclosure(_ visit: Visit) async throws -> Response {
    let found = try await find(visit)
    var disclosure = found.issued.disclosure
    if let show = visit.request.query["show"] {
      let names = Set(show.split(separator: ",").map(String.init))
      guard names.isSubset(of: disclosure.names) else {
        throw Problem.malformed(
          Phrase(
            "show 只能列出：\(disclosure.names.joined(separator: ","))。",
            en: "“show” may name: \(disclosure.names.joined(separator: ", "))."))
      }
      disclosure = disclosure.showing(names)
    }
    var response = Response(type: "application/dc+sd-jwt", Array(disclosure.text.utf8))
    response.headers.set("content-disposition", "attachment; filename=\"\(name(visit)).sd-jwt\"")
    return response
  }

  // MARK: Status

  private func change(_ visit: Visit) async throws -> Response {
    let found = try await find(visit)
    let form = try visit.request.form()
    do {
      guard let purpose = form["purpose"].flatMap(StatusList.Purpose.init),
        let value = form["set"], ["0", "1"].contains(value)
      else {
        throw Problem.invalid([
          Problem.Field("purpose", Phrase("请选择撤销、中止或恢复。", en: "Choose what to do."))
        ])
      }
      _ = try await city.desk.submit(
        ChangeCertificateStatus(
          found.number, found.declared, purpose, set: value == "1", reason: form["reason"] ?? "",
          in: found.office.setting), by: visit.actor, try visit.terms(form))
      return .seeOther(String(visit.request.path.dropLast("/status".count)) + "?done=1")
    } catch let problem as Problem where problem.status == 422 {
      return try await show(visit, problem)
    }
  }

  /// Which bits of a certificate are set.
  private func status(_ number: Int64) async throws -> Set<StatusList.Purpose> {
    let place = try office().place(of: number)
    var set: Set<StatusList.Purpose> = []
    for purpose in StatusList.Purpose.allCases {
      let kept = try await city.desk.store.first(
        CertificateBook.list("\(purpose.rawValue)/\(place.list)"))
      if let bits = kept.flatMap({ StatusList(bytes: $0.bits) }), bits[place.index] == true {
        set.insert(purpose)
      }
    }
    return set
  }

  // MARK: The page

  private func show(_ visit: Visit, _ problem: Problem?) async throws -> Response {
    let found = try await find(visit)
    let file = try await file(found)
    let status = try await status(found.number)
    let symbol = file.flatMap(CertificatePages.symbol)
    let trail = [
      PageShell.Link(found.office.procedure.card.name, "/\(found.office.procedure.path)")
    ]
    let mayChange = visit.actor.may(found.office.procedure.permission(found.declared.authority))
    return visit.page(found.document.title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      if visit.request.query["done"] != nil {
        h.banner(Phrase("已办理。", en: "Done."), .good)
      }
      banner(&h, status)
      h.element("article", .class("document")) { h in
        paper(&h, found)
        if let symbol {
          CertificatePages.draw(&h, symbol)
        } else {
          h.p(
            file == nil
              ? ReceiptPages.pending().detail
              : Phrase("内容过长，无法放入二维码；请保存文件。", en: "It is too long for a QR code: save the file."))
        }
        h.element("p", .class("document-proof")) { h in
          h.text(
            Phrase(
              "扫描二维码，把内容粘贴到保存下来的核验页（/verify），断网也能核验签名和存证。是否已被撤销，以本市公布的状态列表为准。",
              en:
                "Scan the code and paste its content into the saved page /verify: signature and log are checked without a network. Whether it was revoked since, the city's status list says."
            ))
        }
      }
      actions(&h, visit, found)
      if found.isStaff, mayChange { forms(&h, visit, found, status) }
    }
  }

  private func banner(_ h: inout HTML, _ status: Set<StatusList.Purpose>) {
    if status.contains(.revocation) {
      h.banner(Phrase("此证书已被撤销。", en: "This certificate was revoked."), .bad)
    } else if status.contains(.suspension) {
      h.banner(Phrase("此证书已被中止。", en: "This certificate is suspended."), .warn)
    }
  }

  private func paper(_ h: inout HTML, _ found: Found) {
    let issuer = found.office.setting.issuer(of: found.document, found.row.base.agency)
    let subject = found.issued.credential["credentialSubject"]
    h.element("p", .class("document-issuer"), text: issuer)
    h.element("h1", text: found.document.title)
    let rows = found.declared.fields.compactMap {
      field -> (name: Phrase, value: (inout HTML) -> Void)? in
      guard let value = subject?[field.name] else { return nil }
      return (field.label, { $0.text(value.string ?? value.canonical) })
    }
    h.summary(rows)
    let issued = found.issued.credential["validFrom"]?.string.flatMap { Instant(rfc3339: $0) }
    h.element("p", .class("document-sign")) { h in
      h.text(issuer)
      h.void("br")
      if let issued { h.text(issued.date(in: city.profile.zone).phrase) }
    }
  }

  /// The code of a certificate: with the witnesses' signatures if they fit, else with the log's alone.
  static func symbol(_ file: CertificateFile) -> QRSymbol? {
    (try? QRSymbol(file.code)) ?? (try? QRSymbol(file.withoutWitnesses.code))
  }

  private static func draw(_ h: inout HTML, _ symbol: QRSymbol) {
    let side = symbol.side + 2 * QRSymbol.margin
    h.element(
      "svg", .class("qr"), .named("viewBox", "0 0 \(side) \(side)"), .named("role", "img"),
      .named("shape-rendering", "crispEdges"),
      .label(Phrase("二维码：证书、签名和存证", en: "QR code: certificate, signature and log proof"))
    ) { h in
      h.element(
        "rect", .named("width", String(side)), .named("height", String(side)),
        .named("fill", "#fff")
      ) { _ in }
      h.element("path", .named("d", symbol.path), .named("fill", "#000")) { _ in }
    }
  }

  private func actions(_ h: inout HTML, _ visit: Visit, _ found: Found) {
    let query = visit.request.query["token"].map { "?token=\(PercentCoding.encode($0))" } ?? ""
    let base = "/certificates/\(visit["number"])/\(visit["version"])/\(visit["document"])"
    h.element("div", .class("actions")) { h in
      h.buttonLink(Phrase("保存证书文件", en: "Save the certificate"), base + ".json" + query)
      h.buttonLink(Phrase("核验页", en: "Page that checks"), "/verify", .quiet)
    }
    let hidden = found.declared.fields.filter(\.isHidden)
    guard !hidden.isEmpty else { return }
    h.details(Phrase("只出示部分内容（SD-JWT）", en: "Show only a part (SD-JWT)")) { h in
      h.p(
        Phrase(
          "下面的内容可以不出示；其余内容总会出示。", en: "The following may be left out; the rest is always shown."))
      h.element("ul", .class("rows")) { h in
        for names in CertificatePages.choices(hidden) {
          h.element("li") { h in
            h.a(
              base + ".sd-jwt" + (query.isEmpty ? "?" : query + "&") + "show="
                + names.map(\.name).joined(separator: ","),
              names.isEmpty
                ? Phrase("都不出示", en: "Show none of them")
                : Phrase("出示：", en: "Show: ") + names.map(\.label).listed)
          }
        }
      }
    }
  }

  /// None, each alone, all.
  private static func choices(_ hidden: [CaseCertificate.Field]) -> [[CaseCertificate.Field]] {
    [[]] + (hidden.count > 1 ? hidden.map { [$0] } : []) + [hidden]
  }

  private func forms(
    _ h: inout HTML, _ visit: Visit, _ found: Found, _ status: Set<StatusList.Purpose>
  ) {
    let action = "/certificates/\(visit["number"])/\(visit["version"])/\(visit["document"])/status"
    let isSuspended = status.contains(.suspension)
    var choices: [(purpose: StatusList.Purpose, set: String, name: Phrase)] = [
      (
        .suspension, isSuspended ? "0" : "1",
        isSuspended ? Phrase("恢复证书", en: "Lift the suspension") : Phrase("中止证书", en: "Suspend")
      )
    ]
    if !status.contains(.revocation) {
      choices.append((.revocation, "1", Phrase("撤销证书（不能恢复）", en: "Revoke (for good)")))
    }
    for choice in choices {
      h.details(choice.name) { h in
        h.form(action, csrf: visit.csrf, idempotencyKey: visit.freshKey) { h in
          h.hidden("purpose", choice.purpose.rawValue)
          h.hidden("set", choice.set)
          h.textArea(
            "reason", Phrase("理由", en: "Reason"), FormState(prefix: choice.purpose.rawValue + "-"),
            rows: 3)
          h.button(choice.name)
        }
      }
    }
  }
}
