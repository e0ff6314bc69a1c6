import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import Markup
import MeasureKit

/// The pages that show one request: to whoever filed it, and the parts that staff see too.
struct CasePages {
  let rules: RequestRules
  var profile: CityProfile { rules.profile }
  let type = ServiceRequestCases.request

  /// Who reads a request's page.
  struct Reader {
    /// Whether it is whoever filed it.
    let isOwner: Bool
    /// The token that was shown.
    let token: String?

    var query: String { token.map { "?token=\(PercentCoding.encode($0))" } ?? "" }
  }

  // MARK: States

  static func tone(_ stage: StageID, isLate: Bool) -> Tone {
    switch stage {
    case .closed, .answered: .good
    case .deemedClosed, .withdrawn, .terminated, .refused: .plain
    case .unresolved: .warn
    default: isLate ? .bad : .info
    }
  }

  static func stageTag(_ h: inout HTML, _ row: CaseRow, at now: Instant? = nil) {
    let stage = ServiceRequestCases.stages.first { $0.id.text == row.stage }
    let isLate = now.map { now in row.dueAt.map { $0 < now } ?? false } ?? false
    h.tag(stage?.name ?? .same(row.stage), tone(StageID(row.stage), isLate: isLate))
  }

  /// The steps of the usual way, and which of them a stage belongs to.
  static let way: [(name: Phrase, stages: [StageID])] = [
    (Phrase("受理", en: "Received"), [.received]),
    (Phrase("派单", en: "Dispatched"), [.dispatched, .disputed]),
    (Phrase("办理", en: "Handled"), [.handling, .supplementing]),
    (Phrase("答复", en: "Answered"), [.replied]),
    (Phrase("评价", en: "Evaluated"), [.evaluating, .dissatisfied]),
    (Phrase("办结", en: "Closed"), []),
  ]

  func steps(_ h: inout HTML, _ stage: StageID) {
    let place = CasePages.way.firstIndex { $0.stages.contains(stage) } ?? CasePages.way.count - 1
    h.steps(CasePages.way.map(\.name), current: place)
  }

  // MARK: The citizen's page

  func follow(
    _ visit: Visit, _ file: RequestFile, _ reader: Reader, _ state: FormState = FormState(),
    _ problem: Problem? = nil
  ) -> Response {
    let row = file.request
    let number = row.base.number.description
    return visit.page(
      Phrase("诉求 \(number)", en: "Request \(number)"), trail: IntakePages.trail,
      status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      if visit.request.query["filed"] != nil, reader.isOwner, let token = reader.token {
        filed(&h, number, token)
      }
      h.element("p", .class("hint mono"), text: number)
      h.heading(.same(row.base.title))
      steps(&h, file.stage.id)
      h.element("div", .class("two")) { h in
        h.element("div") { h in
          if reader.isOwner { citizenForms(&h, visit, file, reader, state) }
          if let reply = file.reply, let text = reply.text { answer(&h, file, reply, text) }
          h.element("h2", text: Phrase("办理过程", en: "What has happened"))
          timeline(&h, file, reader: .citizen, reader.query)
        }
        h.element("div") { h in
          h.element("div", .class("panel")) { h in
            clocks(&h, file, at: visit.now, staff: false)
            facts(&h, file)
          }
          if reader.isOwner || row.request.isPublic { words(&h, file, reader.query) }
          if reader.isOwner { notices(&h, file) }
        }
      }
    }
  }

  private func filed(_ h: inout HTML, _ number: String, _ token: String) {
    h.confirmation(
      Phrase("已收到您的诉求", en: "We have it"), number: number,
      Phrase("请记下编号和查询码，随时可查进展。", en: "Keep number and token to follow it."))
    h.summary([
      (Phrase("查询码", en: "Token"), { $0.element("span", .class("mono"), text: token) }),
      (
        Phrase("受理回执", en: "Receipt"),
        {
          $0.a(
            "/receipts/\(number)/1?token=\(token)",
            Phrase("查看并下载（离线可核验）", en: "Open and save it (verifies offline)"))
        }
      ),
    ])
  }

  private func answer(
    _ h: inout HTML, _ file: RequestFile, _ reply: RequestFile.Event, _ text: String
  ) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("答复", en: "Answer"))
      h.prose(text)
      h.element("p", .class("hint")) { h in
        if let agency = file.request.base.agency.flatMap(profile.agency) { h.text(agency.name) }
        h.text(" ")
        h.time(reply.row.effectiveAt, in: profile.zone)
      }
    }
  }

  // MARK: What the citizen can do

  private func citizenForms(
    _ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ reader: Reader, _ state: FormState
  ) {
    let commands = type.availableCommands(file.status, by: .citizen)
    guard !commands.isEmpty else { return }
    let action = "/requests/\(file.request.base.number)/steps"
    func form(_ h: inout HTML, _ command: String?, _ content: (inout HTML) -> Void) {
      h.form(action, csrf: visit.csrf, idempotencyKey: visit.freshKey) { h in
        if let command { h.hidden("command", command) }
        if let token = reader.token { h.hidden("token", token) }
        content(&h)
      }
    }
    if commands.contains("supply") {
      h.element("div", .class("panel")) { h in
        h.element("h2", text: Phrase("请补充材料", en: "Information is needed"))
        form(&h, "supply") { h in
          h.textArea("text", Phrase("补充说明", en: "Your information"), state, rows: 4)
          h.button(Phrase("提交补充", en: "Send"))
        }
      }
    }
    if commands.contains("satisfied") {
      h.element("div", .class("panel")) { h in
        h.element("h2", text: Phrase("您对办理结果满意吗？", en: "Are you satisfied?"))
        form(&h, "evaluate") { h in
          h.radios(
            "score", Phrase("评价", en: "Your judgement"), state,
            options: [
              ("5", Phrase("非常满意", en: "Very satisfied")), ("4", Phrase("满意", en: "Satisfied")),
              ("3", Phrase("一般", en: "So-so")), ("2", Phrase("不满意", en: "Not satisfied")),
              ("1", Phrase("非常不满意", en: "Not at all")),
            ].map { (value: $0.0, label: $0.1) }, class: "stars")
          h.textArea(
            "text", Phrase("说明（3分及以下请写明原因）", en: "Why (needed for 3 and less)"), state, rows: 3)
          h.button(Phrase("提交评价", en: "Send"))
        }
      }
    }
    let small: [(String, Phrase)] = [
      ("urge", Phrase("催办", en: "Remind them")), ("withdraw", Phrase("撤回诉求", en: "Withdraw")),
    ]
    let offered = small.filter { commands.contains(CommandID($0.0)) }
    guard !offered.isEmpty else { return }
    h.details(Phrase("催办或撤回", en: "Remind or withdraw")) { h in
      for (command, name) in offered {
        form(&h, command) { $0.button(name, command == "withdraw" ? .danger : .quiet) }
      }
    }
  }

  // MARK: Parts

  /// For whom a timeline is written: notes among officials stay among them.
  enum Audience { case citizen, staff }

  private static let inside: Set<CommandID> = [
    "note", "assist", "report-assist", "return", "uphold", "appoint", "supervise", "transfer",
  ]

  func timeline(
    _ h: inout HTML, _ file: RequestFile, reader audience: Audience, _ query: String
  ) {
    let number = file.request.base.number
    h.timeline { h in
      for event in file.events.reversed() {
        h.event(
          event.name, at: event.row.effectiveAt, in: profile.zone, CasePages.tone(event)
        ) { h in
          if let agency = event.agency.flatMap(profile.agency) {
            h.element("p") { h in
              h.text(Phrase("→ ", en: "→ "))
              h.text(agency.name)
            }
          }
          if let score = event.score {
            h.element("p", text: Phrase("评分 \(score)/5", en: "score \(score)/5"))
          }
          let isShown = audience == .staff || !CasePages.inside.contains(event.command)
          if isShown, let text = event.text { h.prose(text) }
          h.element("p", .class("hint")) { h in
            if let basis = event.basis { h.basis(basis) }
            h.text(" ")
            h.a(
              "/receipts/\(number)/\(event.row.key.version)\(query)", Phrase("回执", en: "receipt"))
          }
        }
      }
    }
  }

  private static func tone(_ event: RequestFile.Event) -> Tone {
    switch event.command {
    case "reply", "answer", "satisfied": .good
    case "unsatisfied", "handle-due", "dispatch-due", "supervise-due", "review-due", "return": .bad
    default: .plain
    }
  }

  func clocks(_ h: inout HTML, _ file: RequestFile, at now: Instant, staff: Bool) {
    guard !file.stage.isFinal else { return }
    let today = rules.day(now)
    for (id, clock) in file.clocks.all
    where staff || id == .handle || id == .supplement || id == .evaluation {
      guard let spec = type.clocks.first(where: { $0.id == id }) else { continue }
      let length = clock.used(by: today, rules.calendar)
      let deadline =
        clock.deadline(rules.calendar) ?? clock.deadline(rules.calendar, resumedOn: today)
      h.clockMeter(
        spec.name, used: length.used, total: length.total, unit: clock.unit.dayName,
        lastDay: deadline?.lastDay, isProvisional: deadline?.isProvisional ?? false,
        isLate: !clock.isSuspended && (deadline.map { $0.instant <= now } ?? false),
        isSuspended: clock.isSuspended, basis: spec.basis)
    }
  }

  func facts(_ h: inout HTML, _ file: RequestFile) {
    let row = file.request
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = [
      (Phrase("状态", en: "State"), { CasePages.stageTag(&$0, row.base) }),
      (
        Phrase("事项", en: "Kind"),
        { $0.text(profile.item(row.request.item)?.name ?? .same(row.request.item)) }
      ),
      (Phrase("提出时间", en: "Received"), { $0.time(row.request.openedAt, in: profile.zone) }),
    ]
    if let district = profile.district(row.request.district) {
      rows.append((Phrase("所在区", en: "District"), { $0.text(district.name) }))
    }
    if let agency = row.base.agency.flatMap(profile.agency) {
      rows.append(
        (
          Phrase("承办单位", en: "Agency"),
          { h in
            h.text(agency.name)
            h.text(" ")
            h.a("tel:\(agency.phone)", .same(agency.phone))
          }
        ))
    }
    h.summary(rows)
  }

  private func words(_ h: inout HTML, _ file: RequestFile, _ query: String) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("诉求内容", en: "What was told"))
      guard let intake = file.intake else {
        h.empty(Phrase("内容已按规定销毁。", en: "The words have been destroyed as the rules ask."))
        return
      }
      h.prose(intake.text)
      if !intake.address.isEmpty {
        h.element(
          "p", .class("hint"), text: Phrase("地点：\(intake.address)", en: "Place: \(intake.address)"))
      }
      attachments(&h, file, query)
    }
  }

  func attachments(_ h: inout HTML, _ file: RequestFile, _ query: String) {
    guard !file.files.isEmpty else { return }
    h.element("ul") { h in
      for (index, blob) in file.files.enumerated() {
        h.element("li") { h in
          h.a(
            "/requests/\(file.request.base.number)/files/\(blob.key)\(query)",
            Phrase("附件\(index + 1)", en: "File \(index + 1)"))
          h.text("（\(blob.mediaType), \(max(1, blob.size / 1024)) KB）")
        }
      }
    }
  }

  func notices(_ h: inout HTML, _ file: RequestFile) {
    guard !file.deliveries.isEmpty else { return }
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("通知与送达", en: "Notices and their delivery"))
      h.element("ul") { h in
        for delivery in file.deliveries {
          h.element("li") { h in
            if let act = file.events.first(where: { $0.row.key == delivery.entry }) {
              h.text(RequestNotices.text(act.command).subject)
            }
            h.text(" ")
            h.time(delivery.finishedAt, in: profile.zone)
            h.element("p", .class("hint")) { h in
              h.text(Phrase("送达凭据：", en: "Proof: "))
              h.element("span", .class("mono"), text: delivery.proof)
              if let read = delivery.readAt {
                h.text(Phrase("；已于 ", en: "; opened "))
                h.time(read, in: profile.zone)
                h.text(Phrase(" 查看", en: ""))
              }
            }
          }
        }
      }
    }
  }
}
