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
  var slug: String { procedure.card.slug }

  /// For whom something is written.
  enum Audience { case applicant, staff }

  func forms(_ command: CommandID) -> FieldForms {
    FieldForms(fields: procedure.fields(of: command), profile: profile)
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
    h.heading(.same(row.title)) { h in
      h.element("span", .class("mono"), text: row.number.description)
      stageTag(&h, row, at: now)
    }
    let stage = type.stage(of: file.status)
    if let place = procedure.way.firstIndex(where: { $0.stages.contains(stage.id) }) {
      h.steps(procedure.way.map(\.name), current: place)
    }
    guard case .owed(let actor) = stage.duty else {
      if case .nobody(let why) = stage.duty { h.p(why, class: "now") }
      return
    }
    h.element("p", .class("now")) { h in
      h.text(Phrase("现在由", en: "Now with "))
      h.element("strong", text: actor == .citizen ? Phrase("申请人", en: "the applicant") : actor.name)
      guard let due = row.dueAt else { return h.text(Phrase("办理。", en: ".")) }
      // The period ends at 24:00 of its last day, which is 0:00 of the next.
      let last = setting.day(due.adding(seconds: -1)).weekdayPhrase
      h.text(
        due <= now
          ? Phrase("办理，期限\(last.zh)已过。", en: "; the period ended on \(last.en).")
          : Phrase("办理，期限至\(last.zh)。", en: ", until \(last.en)."))
    }
  }

  func clocks(_ h: inout HTML, _ file: CaseFile, at now: Instant) {
    let today = setting.day(now)
    for (id, clock) in file.clocks.all {
      guard let spec = type.clocks.first(where: { $0.id == id }),
        type.clock(id, of: file.status) != .off
      else { continue }
      let length = clock.used(by: today, setting.calendar)
      let deadline =
        clock.deadline(setting.calendar) ?? clock.deadline(setting.calendar, resumedOn: today)
      h.clockMeter(
        spec.name, used: length.used, total: length.total, unit: clock.unit.dayName,
        lastDay: deadline?.lastDay, isProvisional: deadline?.isProvisional ?? false,
        isLate: !clock.isSuspended && (deadline.map { $0.instant <= now } ?? false),
        isSuspended: clock.isSuspended, basis: spec.basis)
    }
  }

  /// Facts of the case; for staff and applicant alike, with the pages that the measure adds.
  func summary(_ h: inout HTML, _ file: CaseFile, for audience: Audience, _ query: String) {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = procedure.summary(
      file.row, file.facts
    ).map { fact in (fact.name, { $0.text(fact.value) }) }
    rows.append(
      (Phrase("提出时间", en: "Filed"), { $0.time(file.row.base.openedAt, in: profile.zone) }))
    if let agency = file.row.base.agency.flatMap(profile.agency) {
      rows.append(
        (
          Phrase("办理机关", en: "Handled by"),
          { h in
            h.text(agency.name)
            h.text(Phrase("，", en: ", "))
            h.a("tel:\(agency.phone)", .same(agency.phone))
          }
        ))
    }
    h.summary(rows)
    for link in procedure.links(of: file.row, file.facts, isStaff: audience == .staff) {
      h.element("p") { $0.a(link.target + query, link.name) }
    }
  }

  // MARK: What happened

  /// The acts, the latest first, with what was said, documents and receipts.
  func timeline(_ h: inout HTML, _ file: CaseFile, for audience: Audience, _ query: String) {
    let number = file.row.base.number
    h.timeline { h in
      for event in file.events.reversed() {
        let capacity = type.transitions.flatMap(\.actors).first { $0.id == event.capacity }
        h.event(
          event.isRefused ? event.name + Phrase("（被拒绝）", en: " (refused)") : event.name,
          by: capacity?.name, at: event.row.effectiveAt, in: profile.zone,
          event.isRefused || capacity == .system ? .warn : .plain
        ) { h in
          let isInternal = procedure.internalCommands.contains(event.command)
          if audience == .staff || !isInternal { said(&h, event) }
          h.element("div", .class("event-foot")) { h in
            if let basis = event.basis { h.basis(basis) }
            documents(&h, file, event, audience, query)
            h.a(
              "/receipts/\(number)/\(event.row.key.version)\(query)", Phrase("回执", en: "receipt"))
          }
        }
      }
    }
  }

  private func said(_ h: inout HTML, _ event: CaseFile.Event) {
    guard let said = event.said else {
      h.empty(Phrase("内容已按规定销毁。", en: "The words have been destroyed as the rules ask."))
      return
    }
    // What opened the case stands in full in its own panel.
    if event.row.key.version > 1 { forms(event.command).show(&h, said) }
    if let detail = event.fields["refusal"] {
      h.p(Phrase(detail["zh"]?.string ?? "", en: detail["en"]?.string ?? ""), class: "hint")
    }
  }

  private func documents(
    _ h: inout HTML, _ file: CaseFile, _ event: CaseFile.Event, _ audience: Audience,
    _ query: String
  ) {
    guard !event.isRefused else { return }
    for document in procedure.documents
    where document.commands.contains(event.command)
      && (audience == .staff || document.isForApplicant)
    {
      h.a(
        "/\(slug)/\(file.row.base.number)/documents/\(event.row.key.version)/\(document.id)\(query)",
        document.title)
    }
  }

  /// What was said when the case was opened, with its files.
  func told(_ h: inout HTML, _ file: CaseFile, _ query: String) {
    guard let first = file.events.first else { return }
    h.element("div", .class("panel")) { h in
      h.element("h2", text: first.name)
      guard let said = first.said else {
        h.empty(Phrase("内容已按规定销毁。", en: "The words have been destroyed as the rules ask."))
        return
      }
      forms(first.command).show(&h, said)
    }
    files(&h, file, query)
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
                h.text(event.name)
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
    guard !file.deliveries.isEmpty else { return }
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("通知与送达", en: "Notices and delivery"))
      h.element("ul", .class("rows")) { h in
        for delivery in file.deliveries {
          h.element("li") { h in
            let act = file.events.first { $0.row.key == delivery.entry }
            if let words = act.flatMap({ procedure.notices[$0.command] }) { h.text(words.subject) }
            h.element("div", .class("sub")) { h in
              h.time(delivery.finishedAt, in: profile.zone)
              if delivery.hadNobody {
                h.text(Phrase("未留联系方式，只在本页显示", en: "no address given; shown here only"))
              } else {
                h.element("span", .class("mono"), text: delivery.proof)
              }
              if let read = delivery.readAt {
                h.time(read, in: profile.zone)
                h.text(Phrase("已查看", en: " opened"))
              }
            }
          }
        }
      }
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
