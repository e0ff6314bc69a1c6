import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// One case as staff see it: what was told, what can be done, what has happened.
extension DeskPages {
  func work(
    _ visit: Visit, _ file: RequestFile, _ similar: [SimilarRequest], next: String?,
    _ state: FormState, _ problem: Problem?
  ) -> Response {
    let parts = CasePages(rules: rules)
    let row = file.request
    let number = row.base.number.description
    return visit.page(
      Phrase("办理 \(number)", en: "Case \(number)"), trail: DeskPages.trail,
      status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      if visit.request.query["done"] != nil {
        h.banner(
          Phrase("已办理，回执见办理过程。", en: "Done; the receipt stands in the history."), .good
        ) { h in if let next { h.a(next, Phrase("下一件待办 ›", en: "Next case ›")) } }
      }
      parts.head(&h, file, at: visit.now)
      h.element("div", .class("two")) { h in
        h.element("div") { h in
          told(&h, visit, file, parts)
          commands(&h, visit, file, state)
          h.element("h2", text: Phrase("办理过程", en: "History"))
          parts.timeline(&h, file, reader: .staff, "")
        }
        h.element("div") { h in
          h.element("div", .class("panel")) { h in
            parts.clocks(&h, file, at: visit.now, staff: true)
            parts.facts(&h, file)
            if row.request.marks != 0 { h.element("p") { marks(&$0, row.request.marks) } }
          }
          if !similar.isEmpty {
            IntakePages.similarPanel(&h, similar, profile, at: visit.now, isStaff: true)
          }
          parts.notices(&h, file)
          if let next, visit.request.query["done"] == nil {
            h.element("p") { $0.a(next, Phrase("跳到下一件待办 ›", en: "On to the next case ›")) }
          }
        }
      }
    }
  }

  private func told(_ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ parts: CasePages) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("诉求内容", en: "The request"))
      guard let intake = file.intake else {
        h.empty(Phrase("内容已按规定销毁。", en: "The words have been destroyed as the rules ask."))
        return
      }
      h.prose(intake.text)
      parts.attachments(&h, file, "")
      let maySee = !intake.isAnonymous || visit.actor.may("requests.as-dispatcher")
      var rows: [(name: Phrase, value: (inout HTML) -> Void)] = []
      if !intake.address.isEmpty {
        rows.append((Phrase("地点", en: "Place"), { $0.text(intake.address) }))
      }
      if let latitude = intake.latitudeE6, let longitude = intake.longitudeE6 {
        let text =
          Figures.fixed(Double(latitude) / 1e6, 5) + ", "
          + Figures.fixed(Double(longitude) / 1e6, 5)
        rows.append((Phrase("坐标", en: "Coordinates"), { $0.text(text) }))
      }
      if maySee {
        for (name, value) in [
          (Phrase("称呼", en: "Name"), intake.name), (Phrase("电话", en: "Telephone"), intake.phone),
          (Phrase("邮箱", en: "E-mail"), intake.email),
        ] where !value.isEmpty { rows.append((name, { $0.text(value) })) }
      } else {
        rows.append(
          (
            Phrase("身份", en: "Identity"),
            { $0.text(Phrase("应诉求人要求对承办单位保密", en: "kept from the agency, as asked")) }
          ))
      }
      rows.append(
        (
          Phrase("渠道", en: "Channel"),
          { $0.text(profile.channel(intake.channel)?.name ?? .same(intake.channel)) }
        ))
      h.summary(rows)
    }
  }

  // MARK: What can be done

  /// The step that is usually due at a stage: its form stands open.
  private static let usual: Set<CommandID> = [
    "dispatch", "accept", "uphold", "reply", "call-back", "redo",
  ]

  /// Steps that turn a request away: seldom, and kept together.
  private static let refusals: Set<CommandID> = [
    "refer-emergency", "refer-procedure", "refer-same", "refuse-secret", "refuse-remit",
    "refuse-unlawful",
  ]

  private func commands(
    _ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ state: FormState
  ) {
    for capacity in DeskPages.capacities {
      guard visit.actor.may("requests.as-\(capacity.id)") else { continue }
      // What the citizen says on the telephone is recorded by the centre alone.
      if capacity == .citizen, !visit.actor.may("requests.as-dispatcher") { continue }
      let options = type.options(file.status, by: capacity)
        .filter { $0.command != "satisfied" && $0.command != "unsatisfied" || capacity == .citizen }
      guard !options.isEmpty else { continue }
      let title =
        capacity == .citizen
        ? Phrase("代诉求人登记", en: "Record for the applicant")
        : Phrase("办理（\(capacity.name.zh)）", en: "What you can do (\(capacity.name.en))")
      h.element("div", .class(capacity == .citizen ? "panel" : "panel panel-key")) { h in
        h.element("h2", text: title)
        let shown = DeskPages.merged(options)
        for option in shown where !DeskPages.refusals.contains(option.command) {
          offer(&h, visit, file, option, capacity, state)
        }
        let refusals = shown.filter { DeskPages.refusals.contains($0.command) }
        guard !refusals.isEmpty else { return }
        let isOpen = refusals.contains { $0.command.text == state.value("command") }
        h.details(
          Phrase("不予受理（\(refusals.count)种情形）", en: "Turn it away (\(refusals.count) reasons)"),
          isOpen: isOpen
        ) { h in
          for option in refusals { offer(&h, visit, file, option, capacity, state) }
        }
      }
    }
  }

  private func offer(
    _ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ option: CommandOption,
    _ capacity: ActorKind, _ state: FormState
  ) {
    guard let obstacle = option.obstacle else {
      return command(&h, visit, file, option, capacity, state)
    }
    h.element("p", .class("hint")) { h in
      h.text(option.name + Phrase("：", en: ": ") + obstacle.detail)
    }
  }

  /// The two evaluations become one form with a score; the usual step comes first.
  private static func merged(_ options: [CommandOption]) -> [CommandOption] {
    let shown = options.filter { $0.command != "unsatisfied" }
    return shown.filter { usual.contains($0.command) }
      + shown.filter { !usual.contains($0.command) }
  }

  private func command(
    _ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ option: CommandOption,
    _ capacity: ActorKind, _ state: FormState
  ) {
    let command = option.command
    let isChosen = state.value("command") == command.text
    let shown = isChosen ? state : FormState(prefix: "\(capacity.id)-\(command.text)-")
    let isEvaluation = command == "satisfied"
    let name = isEvaluation ? Phrase("登记评价", en: "record the evaluation") : option.name
    let opensFirst = state.value("command").isEmpty && DeskPages.usual.contains(command)
    h.details(name, isOpen: isChosen || opensFirst) { h in
      h.form(
        "/desk/requests/\(file.request.base.number)/steps", csrf: visit.csrf,
        idempotencyKey: visit.freshKey
      ) { h in
        h.hidden("command", isEvaluation ? "evaluate" : command.text)
        h.hidden("as", capacity.id)
        h.hidden("version", String(file.request.base.version))
        fields(&h, file, command, shown)
        h.button(name, command == "terminate" ? .danger : .primary)
      }
      if let basis = type.transitions.first(where: { $0.command == command })?.basis {
        h.element("p") { $0.basis(basis) }
      }
    }
  }

  private func fields(
    _ h: inout HTML, _ file: RequestFile, _ command: CommandID, _ state: FormState
  ) {
    if ["dispatch", "appoint", "transfer"].contains(command) {
      let suggestion =
        profile.item(file.request.request.item).map {
          profile.responsible($0, district: file.request.request.district).id
        } ?? ""
      let chosen = state.value("agency").isEmpty ? suggestion : state.value("agency")
      h.select(
        "agency", Phrase("承办单位", en: "Agency"),
        hint: Phrase("已按事项目录推荐。", en: "Suggested by the catalogue."),
        state.setting("agency", chosen),
        groups: [(name: nil, options: profile.agencies.map { (value: $0.id, label: $0.name) })])
    }
    if command == "assist" {
      h.select(
        "assisting", Phrase("协办单位", en: "Assisting agency"), state,
        groups: [(name: nil, options: profile.agencies.map { (value: $0.id, label: $0.name) })])
    }
    if command == "satisfied" {
      h.radios(
        "score", Phrase("评分", en: "Score"), state,
        options: (1...5).reversed().map { (value: String($0), label: .same(String($0))) },
        class: "stars")
    }
    if MoveRequest.wordy.contains(command) || command == "satisfied" {
      let label =
        command == "reply" || command == "answer"
        ? Phrase("答复内容（诉求人可见）", en: "Answer (the citizen reads it)")
        : Phrase("说明", en: "Words")
      h.textArea("text", label, state, rows: command == "reply" ? 7 : 3)
    }
  }
}
