import AccessControl
import Accounts
import Books
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// Signing in and out, one's own account, mandates.
struct AccountPages: Sendable {
  let city: RunningCity

  func routes(_ routes: inout Routes) {
    routes.get("/sign-in") { signInPage($0, FormState(), nil) }
    routes.post("/sign-in") { try await signIn($0) }
    routes.post("/sign-out", .signedIn) { try await signOut($0) }
    routes.get("/register") { registerPage($0, FormState(), nil) }
    routes.post("/register") { try await register($0) }
    routes.get("/account", .signedIn) { try await account($0, FormState(), nil) }
    routes.post("/account/password", .signedIn) { try await password($0) }
    routes.post("/account/mandates", .signedIn) { try await grant($0) }
    routes.post("/account/mandates/{mandate}/end", .signedIn) { try await revoke($0) }
    routes.post("/account/acting", .signedIn) { try await act($0) }
    routes.post("/api/sessions", .everybody, .interface) { try await apiSession($0) }
  }

  // MARK: In and out

  private func signInPage(_ visit: Visit, _ state: FormState, _ problem: Problem?) -> Response {
    let next = visit.request.query["next"] ?? state.value("next")
    let title = Phrase("登录", en: "Sign in")
    return visit.page(title, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(title)
      h.element("div", .class("panel reading")) { h in
        h.form("/sign-in", csrf: visit.csrf) { h in
          h.hidden("next", next)
          h.textField(
            "login", Phrase("登录名", en: "Name"), state, autocomplete: "username", isRequired: true)
          h.textField(
            "password", Phrase("密码", en: "Password"), FormState(), type: "password",
            autocomplete: "current-password", isRequired: true)
          h.button(title)
        }
      }
      h.element("p") { h in
        h.text(Phrase("还没有账户？", en: "No account yet? "))
        h.a("/register", Phrase("注册", en: "Register"))
        h.text(Phrase("。提出诉求不需要账户。", en: ". You need none to report something."))
      }
    }
  }

  private func signIn(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    do {
      let token = try await city.signIn.signIn(
        login: form["login"] ?? "", password: form["password"] ?? "",
        from: visit.request.remoteAddress)
      let next = form["next"] ?? ""
      // Only an address of this site: everything else is dropped.
      let isLocal =
        next.hasPrefix("/") && !next.hasPrefix("//") && !next.contains("\\")
        && next.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      var response = Response.seeOther(isLocal ? next : "/")
      response.setCookie(
        "session", token, maxAgeSeconds: Int(SignInDesk.sessionSeconds),
        isSecure: visit.request.headers["x-forwarded-proto"] == "https")
      return response
    } catch let problem as Problem where [401, 429].contains(problem.status) {
      let state = FormState(values: [("login", form["login"] ?? ""), ("next", form["next"] ?? "")])
      var response = signInPage(visit, state, problem)
      response.addRetry(problem)
      return response
    }
  }

  private func signOut(_ visit: Visit) async throws -> Response {
    if let token = visit.request.cookies["session"] { try await city.signIn.signOut(token: token) }
    var response = Response.seeOther("/")
    response.setCookie("session", "", maxAgeSeconds: 0, isSecure: false)
    response.setCookie("as", "", maxAgeSeconds: 0, isSecure: false)
    return response
  }

  private func apiSession(_ visit: Visit) async throws -> Response {
    let body = try visit.request.json()
    guard let login = body["login"]?.string, let password = body["password"]?.string else {
      throw Problem.malformed(
        Phrase("需要 login 和 password。", en: "“login” and “password” are needed."))
    }
    let token = try await city.signIn.signIn(
      login: login, password: password, from: visit.request.remoteAddress)
    return .json(
      ["token": .string(token), "expires_in": .integer(SignInDesk.sessionSeconds)], status: 201)
  }

  // MARK: Registering

  private func registerPage(_ visit: Visit, _ state: FormState, _ problem: Problem?) -> Response {
    let title = Phrase("注册", en: "Register")
    return visit.page(title, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "注册后可在“我的诉求”中查看全部进展。不注册也能提出诉求。",
          en:
            "With an account you find all you filed under “My requests”. You need none to report something."
        ))
      h.element("div", .class("panel reading")) { h in
        h.form("/register", csrf: visit.csrf, idempotencyKey: visit.freshKey) { h in
          h.textField(
            "login", Phrase("登录名", en: "Log-in name"),
            hint: Phrase("3至40个小写字母、数字或 . - _", en: "3 to 40 of a–z, 0–9, . - _"), state,
            autocomplete: "username")
          h.textField("name", Phrase("姓名或名称", en: "Name"), state, autocomplete: "name")
          h.textField(
            "contact", Phrase("邮箱或手机（用于通知）", en: "E-mail or telephone, for notices"), state)
          h.textField(
            "password", Phrase("密码", en: "Password"),
            hint: Phrase(
              "至少\(PasswordHash.minimumCharacters)个字符。",
              en: "At least \(PasswordHash.minimumCharacters) characters."), state,
            type: "password", autocomplete: "new-password")
          h.button(title)
        }
      }
    }
  }

  private func register(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    let words = form["password"] ?? ""
    do {
      try PasswordHash.check(words, field: "password")
      let hash = try PasswordHash(words, salt: city.random.bytes(16))
      _ = try await city.desk.submit(
        OpenAccount(
          login: form["login"] ?? "", name: form["name"] ?? "", contact: form["contact"] ?? "",
          posts: [], password: hash, policy: city.policy), by: city.sessions.anonymous)
      return .seeOther("/sign-in")
    } catch let problem as Problem where problem.status == 422 {
      let values = form.values.filter { $0.name != "password" }.map { ($0.name, $0.value) }
      return registerPage(visit, FormState(values: values, problem: problem), problem)
    }
  }

  // MARK: One's own account

  private func account(
    _ visit: Visit, _ state: FormState, _ problem: Problem?
  ) async throws -> Response {
    guard let person = visit.person else { throw Problem.loginNeeded }
    let (row, given, received) = try await city.desk.store.read { view in
      (
        try view.first(AccountBook.find(person.account)),
        try view.all(AccountBook.mandates(principal: person.account)),
        try view.all(AccountBook.mandates(agent: person.account))
      )
    }
    guard let row else { throw Problem.loginNeeded }
    var logins: [Int64: String] = [:]
    for key in Set(given.map(\.agent) + received.map(\.principal)) {
      logins[key] = try await city.desk.store.first(AccountBook.find(key))?.login
    }
    let names = logins
    let title = Phrase("账户", en: "Account")
    return visit.page(title, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(title)
      h.element("div", .class("panel")) { h in
        h.summary([
          (Phrase("登录名", en: "Log-in name"), { $0.text(row.login) }),
          (Phrase("姓名", en: "Name"), { $0.text(person.name) }),
          (
            Phrase("岗位", en: "Posts"),
            { h in
              if person.posts.isEmpty { h.text(Phrase("市民（无岗位）", en: "citizen (no post)")) }
              for post in person.posts { h.tag(post, .info) }
            }
          ),
        ])
      }
      passwordForm(&h, visit)
      mandates(&h, visit, given, received, names, state)
    }
  }

  private func passwordForm(_ h: inout HTML, _ visit: Visit) {
    h.details(Phrase("修改密码", en: "Change the password")) { h in
      h.form("/account/password", csrf: visit.csrf) { h in
        h.textField(
          "password", Phrase("新密码", en: "New password"), FormState(), type: "password",
          autocomplete: "new-password")
        h.button(Phrase("修改", en: "Change"))
      }
    }
  }

  private func mandates(
    _ h: inout HTML, _ visit: Visit, _ given: [AccountBook.Mandate],
    _ received: [AccountBook.Mandate], _ names: [Int64: String], _ state: FormState
  ) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("委托代办", en: "Mandates"))
      h.p(
        Phrase(
          "可以委托家人等登录本系统，代您提出诉求、查看进展。",
          en: "Let a relative or somebody else file and follow requests for you."))
      h.element("p") { $0.basis(ChangeMandate.basis) }
      for mandate in given where mandate.revokedAt == nil && mandate.validTo > visit.now {
        h.form("/account/mandates/\(mandate.key)/end", csrf: visit.csrf) { h in
          h.text(Phrase("已委托 ", en: "Given to "))
          h.element("strong", text: names[mandate.agent] ?? "—")
          h.text(Phrase("，至 ", en: " until "))
          h.time(mandate.validTo.adding(seconds: -1), in: city.profile.zone, .date)
          h.button(Phrase("撤销", en: "Withdraw"), .quiet)
        }
      }
      h.details(Phrase("委托他人代办", en: "Let somebody act for you")) { h in
        h.form("/account/mandates", csrf: visit.csrf, idempotencyKey: visit.freshKey) { h in
          h.textField("agent", Phrase("代理人的登录名", en: "The agent's log-in name"), state)
          h.textField(
            "until", Phrase("有效期至", en: "Until"),
            hint: Phrase("例如 2026-12-31", en: "Such as 2026-12-31"),
            state, type: "date")
          h.button(Phrase("委托", en: "Give the mandate"))
        }
      }
      for mandate in received where mandate.revokedAt == nil && mandate.validTo > visit.now {
        h.form("/account/acting", csrf: visit.csrf) { h in
          h.hidden("principal", String(mandate.principal))
          h.text(Phrase("可以代 ", en: "You may act for "))
          h.element("strong", text: names[mandate.principal] ?? "—")
          h.text(Phrase(" 办理 ", en: " "))
          h.button(
            visit.actor.principal == mandate.principal
              ? Phrase("正在代办（点击停止）", en: "Acting (stop)") : Phrase("开始代办", en: "Act for them"),
            .quiet)
        }
      }
    }
  }

  private func password(_ visit: Visit) async throws -> Response {
    guard let person = visit.person else { throw Problem.loginNeeded }
    let words = try visit.request.form()["password"] ?? ""
    do {
      try PasswordHash.check(words, field: "password")
      let hash = try PasswordHash(words, salt: city.random.bytes(16))
      _ = try await city.desk.submit(
        ChangeAccount(person.account, .password(hash), policy: city.policy), by: visit.actor)
      // Every session has ended, this one too.
      return .seeOther("/sign-in?next=/account")
    } catch let problem as Problem where problem.status == 422 {
      return try await account(visit, FormState(problem: problem), problem)
    }
  }

  private func grant(_ visit: Visit) async throws -> Response {
    guard let person = visit.person else { throw Problem.loginNeeded }
    let form = try visit.request.form()
    do {
      guard let day = CivilDate(form["until"] ?? "") else {
        throw Problem.invalid([
          Problem.Field(
            "until", Phrase("请填写日期，例如 2026-12-31。", en: "Enter a date, such as 2026-12-31."))
        ])
      }
      _ = try await city.desk.submit(
        ChangeMandate(
          principal: person.account, agentLogin: form["agent"] ?? "", scope: "*",
          until: Instant(day.adding(days: 1), in: city.profile.zone)), by: visit.actor,
        try visit.terms(form))
      return .seeOther("/account")
    } catch let problem as Problem where problem.status == 422 {
      let values = form.values.map { ($0.name, $0.value) }
      return try await account(visit, FormState(values: values, problem: problem), problem)
    }
  }

  private func revoke(_ visit: Visit) async throws -> Response {
    guard let person = visit.person, let mandate = Int64(visit["mandate"]) else {
      throw Problem.notFound(Phrase("没有这份委托。", en: "There is no such mandate."))
    }
    _ = try await city.desk.submit(
      ChangeMandate(principal: person.account, revoke: mandate), by: visit.actor)
    return .seeOther("/account")
  }

  /// Begins or ends acting for somebody. The cookie only names the wish: whether there is a mandate
  /// is looked up with every request.
  private func act(_ visit: Visit) async throws -> Response {
    let principal = try visit.request.form()["principal"] ?? ""
    let isStop = visit.actor.principal.map { String($0) == principal } ?? false
    var response = Response.seeOther("/account")
    response.setCookie(
      "as", isStop ? "" : principal.filter(\.isNumber), maxAgeSeconds: isStop ? 0 : 43_200,
      isSecure: visit.request.headers["x-forwarded-proto"] == "https")
    return response
  }
}
