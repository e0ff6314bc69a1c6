import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import Markup
import MeasureKit

/// The parts of a page about one case, for applicants and officials alike.
struct CaseParts {
  let setting: CaseSetting
  var procedure: any Procedure { setting.procedure }
  var profile: CityProfile { setting.profile }
  var type: CaseType { setting.type }
  var slug: String { procedure.path }

  func forms(_ command: CommandID) -> FieldForms {
    FieldForms(fields: setting.fields(of: command), profile: profile)
  }

  // MARK: Where it stands

  func stageTag(_ h: inout HTML, _ row: CaseRow, at now: Instant) {
    let stage = type.stages.first { $0.id.text == row.stage }
    let isLate = row.dueAt.map { $0 <= now } ?? false
    let tone: Tone = stage?.isFinal == true ? .plain : isLate ? .bad : .info
    h.tag(stage?.name ?? .same(row.stage), tone)
  }

  /// Number, title, the way with the present step, and who must act until when.
  func head(_ h: inout HTML, _ file: CaseFile, at now: Instant) {
    let row = file.row.base
    h.caseHeading(row) { stageTag(&$0, row, at: now) }
    let stage = type.stage(of: file.status)
    if let place = procedure.way.firstIndex(where: { $0.stages.contains(stage.id) }) {
      h.steps(procedure.way.map(\.name), current: place)
    }
    guard case .owed(let actor) = stage.duty else {
      if case .nobody(let why) = stage.duty { h.p(why, class: "now") }
      return
    }
    h.nowWith(
      actor == .citizen ? Phrase("申请人", en: "the applicant") : actor.name, until: row.dueAt,
      at: now, in: profile.zone, verb: "办理")
  }

  func clocks(_ h: inout HTML, _ file: CaseFile, at now: Instant) {
    h.clockMeters(file.clocks, of: type, at: now, in: profile.zone, setting.calendar) {
      type.clock($0, of: file.status) != .off
    }
  }

  /// Facts of the case that are in sight, with the pages that the measure adds.
  func summary(
    _ h: inout HTML, _ file: CaseFile, _ sight: CaseSight, isApplicant: Bool, _ query: String
  ) {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = procedure.summary(
      file.row, sight.facts(file.facts)
    ).map { fact in (fact.name, { $0.text(fact.value) }) }
    rows.append(
      (Phrase("提出时间", en: "Filed"), { $0.time(file.row.base.openedAt, in: profile.zone) }))
    if let agency = file.row.base.agency.flatMap(profile.agency) {
      rows.append(
        (
          Phrase("办理机关", en: "Handled by"),
          { $0.agency(agency) }
        ))
    }
    h.summary(rows)
    for link in procedure.links(of: file.row, file.facts, isStaff: !isApplicant) {
      h.element("p") { $0.a(link.target + query, link.name) }
    }
  }

  // MARK: What happened

  /// The acts, the latest first, with what of them is in sight, documents and receipts.
  func timeline(
    _ h: inout HTML, _ file: CaseFile, _ sight: CaseSight, isApplicant: Bool, _ query: String
  ) {
    let number = file.row.base.number
    h.timeline { h in
      for event in file.events.reversed() {
        let capacity = type.transitions.flatMap(\.actors).first { $0.id == event.capacity }
        h.event(
          event.isRefused ? event.name + Phrase("（被拒绝）", en: " (refused)") : event.name,
          by: capacity?.name, at: event.row.effectiveAt, in: profile.zone,
          event.isRefused || capacity == .system ? .warn : .plain
        ) { h in
          said(&h, event, sight)
          h.element("div", .class("event-foot")) { h in
            if let basis = event.basis { h.basis(basis) }
            documents(&h, file, event, sight, isApplicant, query)
            h.a(
              "/receipts/\(number)/\(event.row.key.version)\(query)", Phrase("回执", en: "receipt"))
          }
        }
      }
    }
  }

  private func said(_ h: inout HTML, _ event: CaseFile.Event, _ sight: CaseSight) {
    guard let all = event.said else {
      h.empty(Phrase("内容已按规定销毁。", en: "The words have been destroyed as the rules ask."))
      return
    }
    guard let said = sight.said(all, with: event.command) else { return }
    // What opened the case stands in full in its own panel.
    if event.row.key.version > 1 { forms(event.command).show(&h, said) }
    if let detail = event.fields["refusal"] {
      h.p(Phrase(detail["zh"]?.string ?? "", en: detail["en"]?.string ?? ""), class: "hint")
    }
  }

  private func documents(
    _ h: inout HTML, _ file: CaseFile, _ event: CaseFile.Event, _ sight: CaseSight,
    _ isApplicant: Bool, _ query: String
  ) {
    guard !event.isRefused else { return }
    for document in procedure.documents
    where document.commands.contains(event.command)
      && sight.shows(document) && (!isApplicant || document.isForApplicant)
    {
      h.a(
        "/\(slug)/\(file.row.base.number)/documents/\(event.row.key.version)/\(document.id)\(query)",
        document.title)
      if document.certificate != nil {
        h.a(
          "/certificates/\(file.row.base.number)/\(event.row.key.version)/\(document.id)\(query)",
          Phrase("证书（可核验）", en: "certificate"))
      }
    }
  }

  /// What was said when the case was opened, with its files.
  func told(_ h: inout HTML, _ file: CaseFile, _ sight: CaseSight, _ query: String) {
    guard let first = file.events.first else { return }
    h.element("div", .class("panel")) { h in
      h.element("h2", text: first.name.titled)
      guard let all = first.said else {
        h.empty(Phrase("内容已按规定销毁。", en: "The words have been destroyed as the rules ask."))
        return
      }
      guard let said = sight.said(all, with: first.command) else {
        h.empty(
          Phrase("申请内容与您的岗位无关，不显示。", en: "Your post does not need what was said; it is not shown."))
        return
      }
      forms(first.command).show(&h, said)
    }
    if sight.hasFiles { files(&h, file, query) }
  }

  func files(_ h: inout HTML, _ file: CaseFile, _ query: String) {
    guard !file.files.isEmpty else { return }
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("材料", en: "Files"))
      h.element("ul", .class("rows")) { h in
        for (index, blob) in file.files.enumerated() {
          let event = file.events.first { $0.row.key == blob.entry }
          h.element("li") { h in
            h.a(
              "/\(slug)/\(file.row.base.number)/files/\(blob.key)\(query)",
              Phrase("材料\(index + 1)", en: "File \(index + 1)"))
            h.element("div", .class("sub")) { h in
              if let event {
                h.text(event.name.titled)
                h.time(event.row.effectiveAt, in: profile.zone)
              }
              h.text("\(max(1, blob.size / 1024)) KB")
            }
          }
        }
      }
    }
  }

  func notices(_ h: inout HTML, _ file: CaseFile) {
    h.deliveries(file.deliveries, in: profile.zone) { delivery in
      let act = file.events.first { $0.row.key == delivery.entry }
      return act.flatMap { procedure.notices[$0.command] }?.subject
    }
  }

  // MARK: What can be done

  /// A form for each step that somebody may take in a capacity; the first stands open. Steps that are
  /// barred say why.
  func steps(
    _ h: inout HTML, _ visit: Visit, _ file: CaseFile, as capacity: ActorKind, _ action: String,
    token: String?, _ state: FormState
  ) {
    let options = type.options(file.status, by: capacity)
    guard !options.isEmpty else { return }
    let chosen = state.value("command")
    let usual = options.first { $0.obstacle == nil }?.command
    for option in options {
      if let obstacle = option.obstacle {
        h.element("p", .class("hint")) { h in
          h.text(option.name + Phrase("：", en: ": ") + obstacle.detail)
        }
        continue
      }
      if capacity == .citizen, let room = procedure.rooms[option.command] {
        let query = token.map { "?token=\(PercentCoding.encode($0))" } ?? ""
        h.element("p") { h in
          h.buttonLink(option.name, "/\(slug)/\(file.row.base.number)/\(room)\(query)")
        }
        continue
      }
      let isChosen = chosen == option.command.text && state.value("as") == capacity.id
      let opensFirst = chosen.isEmpty && option.command == usual && capacity != .citizen
      let shown =
        isChosen
        ? state : FormState(prefix: "\(capacity.id)-\(option.command.text)-")
      let forms = forms(option.command)
      let hasFiles = forms.fields.contains { $0.kind == .files }
      func form(_ h: inout HTML) {
        h.form(action, csrf: visit.csrf, idempotencyKey: visit.freshKey, hasFiles: hasFiles) { h in
          h.hidden("command", option.command.text)
          h.hidden("as", capacity.id)
          h.hidden("version", String(file.row.base.version))
          if let token { h.hidden("token", token) }
          forms.write(&h, shown)
          h.button(option.name)
        }
        if let basis = type.transitions.first(where: { $0.command == option.command })?.basis {
          h.element("p") { $0.basis(basis) }
        }
      }
      // A step that asks nothing is one click.
      if forms.fields.isEmpty {
        form(&h)
      } else {
        h.details(option.name, isOpen: isChosen || opensFirst) { form(&$0) }
      }
    }
  }
}
