import Books
import CaseWork
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The register of programs that get tokens of the city, for the officials who keep it.
extension LowAltitudeMeasure {
  func clientRoutes(_ routes: inout Routes) {
    let keeper = RouteAccess.holding(AirClients.permission)
    let page = "/desk/low-altitude/clients"
    let api = "/api/low-altitude/clients"
    routes.get(page, keeper) { try await clientPage($0, try clients()) }
    routes.post(page, keeper) { visit in
      let (form, clients) = (try visit.request.form(), try clients())
      do {
        let wish = ClientWish(form)
        let secret = try await clients.register(wish, by: visit.actor, visit.terms(form))
        return try await clientPage(visit, clients, shown: (wish.id, secret))
      } catch let problem as Problem where problem.status == 422 {
        return try await clientPage(visit, clients, problem)
      }
    }
    routes.post(page + "/{client}/close", keeper) { visit in
      let (form, clients) = (try visit.request.form(), try clients())
      do {
        try await clients.close(visit["client"], by: visit.actor, visit.terms(form))
        return .seeOther(page)
      } catch let problem as Problem where problem.status == 422 {
        return try await clientPage(visit, clients, problem)
      }
    }
    routes.get(api, keeper, .interface) { _ in
      .json(["clients": .array(try await clients().all().map(\.record))])
    }
    routes.post(api, keeper, .interface) { visit in
      let wish = ClientWish(try visit.request.json())
      let secret = try await clients().register(wish, by: visit.actor, visit.terms())
      var members: [String: JSONValue] = ["client": .string(wish.id)]
      members["secret"] = secret.map(JSONValue.string)
      return .json(.object(members), status: 201)
    }
    routes.post(api + "/{client}/close", keeper, .interface) { visit in
      try await clients().close(visit["client"], by: visit.actor, visit.terms())
      return .json(["client": .string(visit["client"]), "open": false], status: 201)
    }
  }

  /// The register; 404 where the city gives no tokens.
  private func clients() throws(Problem) -> AirClients {
    guard let authority else {
      throw .notFound(
        Phrase(
          "本市不签发令牌（--token-keys）。", en: "The city gives no tokens (--token-keys)."))
    }
    return authority.clients
  }

  private func clientPage(
    _ visit: Visit, _ clients: AirClients, _ problem: Problem? = nil,
    shown: (id: String, secret: String?)? = nil
  ) async throws -> Response {
    let all = try await clients.all()
    let state = visit.entered(problem)
    let title = Phrase("令牌客户端", en: "Clients of tokens")
    return visit.page(
      title, trail: LowAltitudeMeasure.networkTrail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "凭本市令牌进入数据交换的程序。密钥只显示一次，不留存。",
          en:
            "Programs that come in with tokens of the city. A secret is shown once and kept nowhere."
        ))
      if let shown { shownSecret(&h, shown.id, shown.secret) }
      clientTable(&h, all, visit)
      h.section(Phrase("登记或更换", en: "Register, or give new proofs"))
      h.form(
        "/desk/low-altitude/clients", csrf: visit.csrf, idempotencyKey: visit.freshKey
      ) { h in
        h.textField(
          "client", Phrase("名称", en: "Name"),
          hint: Phrase("令牌的主体（sub），例如 uss1。", en: "The subject of its tokens, such as uss1."),
          state, isRequired: true)
        h.textField(
          "scopes", Phrase("权限范围", en: "Scopes"),
          hint: Phrase("用空格分开，例如 utm.strategic_coordination。", en: "With blanks between them."),
          state, isRequired: true)
        h.textField(
          "audiences", Phrase("受众", en: "Audiences"),
          hint: Phrase("主机名，用空格分开；* 表示任意。", en: "Host names with blanks between them; * for any."),
          state, isRequired: true)
        h.textArea(
          "key", Phrase("公钥（PEM）", en: "Public key (PEM)"),
          hint: Phrase("留空则发给密钥。", en: "Without one it is given a secret."), state, rows: 4)
        h.button(Phrase("登记", en: "Register"))
      }
    }
  }

  private func shownSecret(_ h: inout HTML, _ id: String, _ secret: String?) {
    h.element("div", .class("panel")) { h in
      guard let secret else {
        return h.p(
          Phrase(
            "\(id) 已登记，凭其公钥证明自己，或者本次提交重复、密钥先前已显示。",
            en:
              "\(id) is registered: it proves itself with its key, or its secret was shown before.")
        )
      }
      h.p(Phrase("\(id) 的密钥（只显示这一次）：", en: "The secret of \(id), shown this once:"))
      h.element("p") { $0.element("code", text: .same(secret)) }
    }
  }

  private func clientTable(_ h: inout HTML, _ all: [AirClient], _ visit: Visit) {
    guard !all.isEmpty else {
      return h.empty(Phrase("尚无登记。", en: "Nothing is registered yet."))
    }
    h.table(
      Phrase("在册客户端", en: "Register"),
      columns: [
        (Phrase("名称", en: "Name"), false), (Phrase("权限范围", en: "Scopes"), false),
        (Phrase("受众", en: "Audiences"), false), (Phrase("证明", en: "Proof"), false),
        (Phrase("状态", en: "State"), false),
      ]
    ) { table in
      for client in all {
        table.row([
          { $0.text(client.id) }, { $0.text(client.scopes.sorted().joined(separator: " ")) },
          { $0.text(client.audiences.sorted().joined(separator: " ")) },
          { $0.text(client.hasKey ? Phrase("公钥", en: "key") : Phrase("密钥", en: "secret")) },
          { h in
            guard client.isOpen else { return h.tag(Phrase("已停用", en: "closed"), .plain) }
            h.form(
              "/desk/low-altitude/clients/\(client.id)/close", csrf: visit.csrf,
              idempotencyKey: visit.freshKey
            ) { $0.button(Phrase("停用", en: "Close"), .quiet) }
          },
        ])
      }
    }
  }
}

/// What is to be registered of a client.
struct ClientWish: Sendable {
  let id: String
  let scopes: Set<String>
  let audiences: Set<String>
  let key: String?

  private static func words(_ text: String?) -> Set<String> {
    Set((text ?? "").split(whereSeparator: \.isWhitespace).map(String.init))
  }

  private static func words(_ value: JSONValue?) -> Set<String> {
    Set((value?.array ?? []).compactMap(\.string))
  }

  init(_ form: FormFields) {
    id = FieldReader.trimmed(form["client"] ?? "")
    scopes = ClientWish.words(form["scopes"])
    audiences = ClientWish.words(form["audiences"])
    let pem = FieldReader.trimmed(form["key"] ?? "")
    key = pem.isEmpty ? nil : pem.split(whereSeparator: \.isNewline).joined(separator: "\n") + "\n"
  }

  init(_ body: JSONValue) {
    id = body["client"]?.string ?? ""
    scopes = ClientWish.words(body["scopes"])
    audiences = ClientWish.words(body["audiences"])
    key = body["public_key"]?.string
  }
}

extension AirClients {
  /// Registers a client on an official's word.
  func register(
    _ wish: ClientWish, by actor: Actor, _ terms: CommandDesk.Terms
  ) async throws -> String? {
    do {
      return try await register(
        wish.id, scopes: wish.scopes, audiences: wish.audiences, key: wish.key, by: actor, terms)
    } catch let problem as Problem where problem.slug == "idempotency-key-reused" {
      // A request is one with its repetition only while the client is there or is not; here it is there by now.
      let known = try await desk.store.first(ClientBook.find(wish.id))
      guard let known, known.isOpen, known.scopes == wish.scopes,
        known.audiences == wish.audiences, known.key == wish.key ?? ""
      else { throw problem }
      return nil
    }
  }
}

extension AirClient {
  /// As its keepers read it; no secret.
  var record: JSONValue {
    [
      "client": .string(id), "open": .bool(isOpen), "proof": .string(hasKey ? "key" : "secret"),
      "scopes": .array(scopes.sorted().map(JSONValue.string)),
      "audiences": .array(audiences.sorted().map(JSONValue.string)),
    ]
  }
}
