import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import Markup
import MeasureKit

/// The public pages of a procedure: what it is, the form that opens a case, following one.
struct CasePages {
  let office: CaseOffice
  var setting: CaseSetting { office.setting }
  var procedure: any Procedure { setting.procedure }
  var profile: CityProfile { setting.profile }
  var slug: String { procedure.path }
  var parts: CaseParts { CaseParts(setting: setting) }
  var trail: [PageShell.Link] { [PageShell.Link(procedure.card.name, "/\(slug)")] }

  // MARK: Landing

  func landing(_ visit: Visit, _ indicators: [IndicatorValue]) -> Response {
    let card = procedure.card
    return visit.page(card.name) { h in
      h.heading(card.name, lead: card.summary)
      h.element("div", .class("actions")) { h in
        h.buttonLink(procedure.name(of: procedure.openingCommand), "/\(slug)/new")
        for link in procedure.links { h.buttonLink(link.name, link.target, .quiet) }
        h.buttonLink(Phrase("查询进展", en: "Follow a case"), "/\(slug)/track", .quiet)
        h.buttonLink(Phrase("怎么办、依据什么", en: "How it works"), "/\(slug)/how", .quiet)
      }
      flow(&h)
      if !indicators.isEmpty {
        h.section(Phrase("办理情况", en: "Performance"))
        office.figures(&h, indicators)
      }
      h.bases(card.bases)
    }
  }

  func flow(_ h: inout HTML) {
    h.element("ol", .class("flow")) { h in
      for step in procedure.way {
        h.element("li") { h in
          h.element("strong", text: step.name)
          let names = step.stages.compactMap { id in
            setting.type.stages.first { $0.id == id }?.name
          }
          if names.count > 1 || names.first != step.name { h.p(names.listed) }
        }
      }
    }
  }

  // MARK: Opening

  func new(_ visit: Visit, _ state: FormState, _ problem: Problem? = nil) -> Response {
    let command = procedure.openingCommand
    let name = procedure.name(of: command)
    let forms = parts.forms(command)
    return visit.page(name, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        name,
        lead: Phrase(
          "提交后立即得到编号、查询码和可以离线核验的回执。",
          en: "You get a number, a token and a receipt that verifies offline at once."))
      h.element("div", .class("panel reading")) { h in
        h.form(
          "/\(slug)", csrf: visit.csrf,
          idempotencyKey: state.value("idempotency_key").isEmpty
            ? visit.freshKey : state.value("idempotency_key"),
          hasFiles: forms.fields.contains { $0.kind == .files }
        ) { h in
          forms.write(&h, state)
          h.button(name)
        }
      }
    }
  }

  // MARK: Following

  func follow(
    _ visit: Visit, _ file: CaseFile, token: String?, _ state: FormState = FormState(),
    _ problem: Problem? = nil
  ) -> Response {
    let number = file.row.base.number.description
    let query = token.map { "?token=\(PercentCoding.encode($0))" } ?? ""
    let sight = office.sight(visit, file.row, isOwner: true)
    return visit.page(
      procedure.type.name + .same(" \(number)"), trail: trail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      if visit.request.query["filed"] != nil, let token { filed(&h, file, token) }
      if visit.request.query["done"] != nil {
        h.banner(Phrase("已提交，回执见办理过程。", en: "Done; the receipt stands in the history."), .good)
      }
      parts.head(&h, file, at: visit.now)
      h.element("div", .class("two")) { h in
        h.element("div") { h in
          ownSteps(&h, visit, file, token, state)
          parts.told(&h, file, sight, query)
          h.element("h2", text: Phrase("办理过程", en: "History"))
          parts.timeline(&h, file, sight, isApplicant: true, query)
        }
        h.element("div") { h in
          h.element("div", .class("panel")) { h in
            parts.clocks(&h, file, at: visit.now)
            parts.summary(&h, file, sight, isApplicant: true, query)
          }
          parts.notices(&h, file)
        }
      }
    }
  }

  private func filed(_ h: inout HTML, _ file: CaseFile, _ token: String) {
    let number = file.row.base.number.description
    h.confirmation(
      Phrase("已收到", en: "We have it"),
      Phrase(
        "请记下或截图保存编号和查询码，凭它们随时可查进展、继续办理。",
        en: "Keep the number and the token: with them you can follow it and go on at any time."),
      keys: [(Phrase("编号", en: "Number"), number), (Phrase("查询码", en: "Token"), token)]
    ) { h in
      h.element("p") { h in
        h.a(
          "/receipts/\(number)/1?token=\(token)",
          Phrase("保存回执（断网也能核验）", en: "Save the receipt (verifies without a network)"))
      }
    }
  }

  private func ownSteps(
    _ h: inout HTML, _ visit: Visit, _ file: CaseFile, _ token: String?, _ state: FormState
  ) {
    guard !setting.type.options(file.status, by: .citizen).isEmpty else { return }
    h.element("div", .class("panel panel-key")) { h in
      h.element("h2", text: Phrase("您可以办理", en: "What you can do"))
      parts.steps(
        &h, visit, file, as: .citizen, "/\(slug)/\(file.row.base.number)/steps", token: token,
        state)
    }
  }

  func track(_ visit: Visit, _ problem: Problem?, number: String) -> Response {
    let state = FormState(values: [("number", number), ("token", "")], problem: problem)
    let title = Phrase("查询进展", en: "Follow a case")
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase("请输入提交时得到的编号和查询码。", en: "Enter the number and the token that you were given.")
      )
      h.element("div", .class("panel reading")) { h in
        h.element("form", .action("/\(slug)/track"), .named("method", "get")) { h in
          h.textField(
            "number", Phrase("办件编号", en: "Number"),
            hint: Phrase(
              "例如 \(setting.measure)-2026-0001234-K",
              en: "Such as \(setting.measure)-2026-0001234-K"),
            state, isRequired: true)
          h.textField(
            "token", Phrase("查询码", en: "Token"),
            hint: Phrase("16位字母和数字。", en: "16 letters and digits."), state, isRequired: true)
          h.button(Phrase("查询", en: "Look up"))
        }
      }
    }
  }

  func mine(_ visit: Visit, _ rows: [CaseRow]) -> Response {
    let title = Phrase("我的办件", en: "My cases")
    return visit.page(title, trail: trail) { h in
      h.heading(title)
      guard !rows.isEmpty else {
        h.empty(Phrase("您还没有这类办件。", en: "You have no such case yet."))
        return
      }
      h.table(
        title,
        columns: [
          (Phrase("办件", en: "Case"), false), (Phrase("提出时间", en: "Filed"), false),
          (Phrase("状态", en: "State"), false),
        ], isCaptionHidden: true
      ) { table in
        for row in rows {
          table.row([
            { CasePages.title(&$0, row, "/\(slug)/") },
            { $0.time(row.openedAt, in: profile.zone, .date) },
            { parts.stageTag(&$0, row, at: visit.now) },
          ])
        }
      }
    }
  }

  /// A case's title as a link, its number under it.
  static func title(_ h: inout HTML, _ row: CaseRow, _ path: String) {
    h.a(path + row.number.description, .same(row.title), class: "main")
    h.element("span", .class("sub mono"), text: row.number.description)
  }
}
