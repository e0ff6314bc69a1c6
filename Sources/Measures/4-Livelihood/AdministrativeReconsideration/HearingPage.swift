import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// The hearing room of a case: who is told to come, who has come and how they were identified, what
/// each has said and signed, and the record. Every statement is an act of its own.
struct HearingPage: Sendable {
  let office: CaseOffice
  private var slug: String { office.procedure.card.slug }

  func show(_ visit: Visit, _ problem: Problem? = nil) async throws -> Response {
    let (file, token) = try await own(visit)
    let number = file.row.base.number.description
    let title = Phrase("听证室", en: "Hearing room") + .same(" \(number)")
    let query = token.map { "?token=\(PercentCoding.encode($0))" } ?? ""
    let trail = [
      PageShell.Link(office.procedure.card.name, "/\(slug)"),
      PageShell.Link(.same(number), "/\(slug)/\(number)\(query)"),
    ]
    let state = visit.entered(problem)
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(title)
      guard let call = file.events.last(where: { $0.command == "call-hearing" }) else {
        h.empty(Phrase("本件没有通知听证。", en: "No hearing has been called."))
        return
      }
      notice(&h, call, file)
      statements(&h, file, since: call)
      if file.row.base.stage == StageID.called.text {
        attend(&h, visit, file, token, state)
      } else if let held = file.events.last(where: { $0.command == "hold-hearing" }) {
        h.section(Phrase("听证笔录", en: "Record"))
        if let text = held.said?.string("text") { h.prose(text) }
        h.element("p") {
          $0.a(
            "/\(slug)/\(number)/documents/\(held.row.key.version)/hearing-record\(query)",
            Phrase("打印笔录", en: "Print the record"))
        }
      }
    }
  }

  private func own(_ visit: Visit) async throws -> (CaseFile, String?) {
    let token = visit.request.query["token"]
    let row = try await office.row(visit["number"])
    guard office.isOwner(visit, row.base, token: token) || office.isStaff(visit, row) else {
      throw Problem.notFound(
        Phrase("没有这件复议，或查询码不符。", en: "There is no such case, or the token is wrong."))
    }
    try await office.desk.recordAccess(by: visit.actor, to: row.base.key, "\(slug).hearing")
    return (try await office.file(row.base.key), token)
  }

  private func notice(_ h: inout HTML, _ call: CaseFile.Event, _ file: CaseFile) {
    let said = call.said ?? CaseFacts()
    h.element("div", .class("panel")) { h in
      h.summary([
        (Phrase("时间", en: "Day"), { $0.text(said.date("hearing-on")?.phrase ?? .same("—")) }),
        (Phrase("地点", en: "Place"), { $0.text(said.text("place")) }),
        (Phrase("主持人", en: "Chair"), { $0.text(said.text("chair")) }),
        (Phrase("听证员", en: "Assessors"), { $0.text(String(said.integer("assessors") ?? 0)) }),
        (Phrase("记录员", en: "Recorder"), { $0.text(said.text("recorder")) }),
        (Phrase("事项", en: "About"), { $0.prose(said.text("text")) }),
        (Phrase("依据", en: "Under"), { $0.basis(ReconsiderationCases.law(51)) }),
      ])
    }
  }

  private func statements(_ h: inout HTML, _ file: CaseFile, since call: CaseFile.Event) {
    let signed = file.events.filter {
      $0.command == "attend" && $0.row.key.version > call.row.key.version
    }
    h.section(Phrase("到场与陈述", en: "Who has come, and what they said"))
    guard !signed.isEmpty else {
      h.empty(Phrase("还没有人签到。", en: "Nobody has signed in yet."))
      return
    }
    for event in signed {
      let who =
        event.capacity == ActorKind.citizen.id
        ? ActorKind.applicant.name : ActorKind.respondent.name
      h.element("div", .class("panel")) { h in
        h.element("p") { h in
          h.element("strong", text: who)
          h.text("　")
          h.time(event.row.effectiveAt, in: office.setting.profile.zone)
          h.text("　")
          h.tag(Phrase("已确认笔录", en: "signed"), .good)
        }
        if let how = event.said?.string("identified") {
          h.element("p", .class("hint"), text: HearingPage.means[how] ?? .same(how))
        }
        h.prose(event.said?.text("text") ?? "")
      }
    }
  }

  private static let means: [String: Phrase] = [
    "account": Phrase("身份：已登录本人账户", en: "Identified by the own account"),
    "code": Phrase("身份：查询码和证件后四位", en: "Identified by token and last digits"),
  ]

  private func attend(
    _ h: inout HTML, _ visit: Visit, _ file: CaseFile, _ token: String?, _ state: FormState
  ) {
    let isOwner = office.isOwner(visit, file.row.base, token: token)
    guard isOwner else {
      h.element("p") {
        $0.a(
          "/desk/\(slug)/\(file.row.base.number)",
          Phrase("以公务身份参加：到办理台。", en: "Officials take part from the desk."))
      }
      return
    }
    let fields = office.setting.fields(of: "attend")
    let isSignedIn =
      visit.actor.applicant != nil && visit.actor.applicant == file.row.base.applicant
    let query = token.map { "?token=\(PercentCoding.encode($0))" } ?? ""
    h.element("div", .class("panel panel-key reading")) { h in
      h.element("h2", text: Phrase("参加听证", en: "Take part"))
      h.form(
        "/\(slug)/\(file.row.base.number)/hearing\(query)", csrf: visit.csrf,
        idempotencyKey: state.value("idempotency_key").isEmpty
          ? visit.freshKey : state.value("idempotency_key")
      ) { h in
        if !isSignedIn {
          h.textField(
            "code", Phrase("证件号或者电话的后四位", en: "Last four of your identity code or telephone"),
            hint: Phrase("与申请时填写的一致，用于核验身份。", en: "As given when you applied: it identifies you."),
            state, isRequired: true)
        }
        CaseForm(fields, in: office.setting.profile).write(&h, state)
        h.button(Phrase("陈述并签名", en: "State and sign"))
      }
    }
  }

  // MARK: Acting

  func take(_ visit: Visit) async throws -> Response {
    let (file, token) = try await own(visit)
    guard office.isOwner(visit, file.row.base, token: token) else {
      throw Problem.forbidden(Phrase("请到办理台参加。", en: "Take part from the desk."))
    }
    let form = try visit.request.form()
    do {
      let isSignedIn =
        visit.actor.applicant != nil && visit.actor.applicant == file.row.base.applicant
      if !isSignedIn { try identify(form["code"] ?? "", file) }
      let fields = office.setting.fields(of: "attend")
      var said = try CaseForm(fields, in: office.setting.profile)
        .read(FormFields(values: form.values, files: []))
      said.set("identified", isSignedIn ? "account" : "code")
      let actor =
        isSignedIn
        ? visit.actor
        : Actor(
          kind: .anonymous, account: 0, permissions: [office.procedure.permission(.citizen)])
      _ = try await office.desk.submit(
        MoveCase("attend", as: .citizen, on: file.row.base.key, said: said, in: office.setting),
        by: actor, visit.terms(form))
      let query = token.map { "?token=\(PercentCoding.encode($0))" } ?? ""
      return .seeOther("/\(slug)/\(file.row.base.number)/hearing\(query)")
    } catch let problem as Problem where problem.status == 422 {
      return try await show(visit, problem)
    }
  }

  /// The code must be the end of what the applicant gave when applying.
  private func identify(_ code: String, _ file: CaseFile) throws(Problem) {
    let digits = code.filter { !$0.isWhitespace }.uppercased()
    let opening = file.opening ?? CaseFacts()
    let known = ["identity", "phone"].compactMap { opening.string($0)?.uppercased() }
    guard digits.count == 4, known.contains(where: { $0.hasSuffix(digits) }) else {
      throw .invalid([
        Problem.Field(
          "code",
          Phrase("与申请时填写的证件号、电话都不符。", en: "It fits neither the identity code nor the telephone."))
      ])
    }
  }
}
