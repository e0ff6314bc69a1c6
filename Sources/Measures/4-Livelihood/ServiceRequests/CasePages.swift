import Books
import CaseEngine
import CaseWork
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
        filed(&h, visit, file, token)
      }
      head(&h, file, at: visit.now)
      h.element("div", .class("two")) { h in
        h.element("div") { h in
          if reader.isOwner { citizenForms(&h, visit, file, reader, state) }
          if let reply = file.reply, let text = reply.text { answer(&h, file, reply, text) }
          if reader.isOwner || row.request.isPublic { words(&h, file, reader.query) }
          h.element("h2", text: Phrase("办理过程", en: "History"))
          timeline(&h, file, reader: reader.isOwner ? .citizen : .everybody, reader.query)
        }
        h.element("div") { h in
          h.element("div", .class("panel")) { h in
            clocks(&h, file, at: visit.now, staff: false)
            facts(&h, file)
          }
          if reader.isOwner { notices(&h, file) }
          if reader.isOwner { smallSteps(&h, visit, file, reader) }
        }
      }
    }
  }

  /// Number, title, the way with the present step, and who must act until when.
  func head(_ h: inout HTML, _ file: RequestFile, at now: Instant) {
    let row = file.request.base
    h.caseHeading(row) { CasePages.stageTag(&$0, row, at: now) }
    steps(&h, file.stage.id)
    guard case .owed(let actor) = file.stage.duty else { return }
    let who =
      switch actor {
      case .handler: row.agency.flatMap(profile.agency)?.name ?? actor.name
      case .citizen: Phrase("诉求人", en: "the applicant")
      case .dispatcher: Phrase("热线中心", en: "the hotline centre")
      default: actor.name
      }
    h.nowWith(who, until: row.dueAt, at: now, in: profile.zone, verb: "处理")
  }

  private func filed(_ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ token: String) {
    let number = file.request.base.number.description
    h.confirmation(
      Phrase("已收到您的诉求", en: "We have your request"),
      Phrase(
        "请记下或截图保存编号和查询码，凭它们随时可查进展。",
        en: "Keep the number and the token: with them you can follow it at any time."),
      keys: [(Phrase("编号", en: "Number"), number), (Phrase("查询码", en: "Token"), token)]
    ) { h in
      h.element("p") { h in
        h.a(
          "/receipts/\(number)/1?token=\(token)",
          Phrase("保存受理回执（断网也能核验）", en: "Save the receipt (verifies without a network)"))
      }
      h.element("h3", text: Phrase("接下来", en: "What comes next"))
      h.element("ol", .class("next-steps")) { h in
        let day = rules.day(visit.now)
        let dispatch = rules.period(.dispatch, on: day)
        let handle = rules.period(.handle, on: day)
        h.element(
          "li",
          text: Phrase(
            "热线中心在\(dispatch.zh)内派单。", en: "The centre sends it to an agency within \(dispatch.en)."
          ))
        h.element(
          "li",
          text: Phrase(
            "承办单位自派单起\(handle.zh)内办理并答复（事项另有时限的从其规定）。",
            en:
              "The agency handles and answers it within \(handle.en), unless the item has its own period."
          ))
        h.element(
          "li",
          text: Phrase(
            "答复后请您评价；不满意的，审核后重新办理或说明理由。",
            en:
              "Then you rate the result; if you are not satisfied, it is reviewed and redone or explained."
          ))
      }
    }
  }

  private func answer(
    _ h: inout HTML, _ file: RequestFile, _ reply: RequestFile.Event, _ text: String
  ) {
    h.element("div", .class("panel panel-key")) { h in
      h.element("h2", text: Phrase("答复", en: "Answer"))
      h.prose(text)
      h.element("p", .class("hint")) { h in
        if let agency = file.request.base.agency.flatMap(profile.agency) { h.text(agency.name) }
        h.text(" · ")
        h.time(reply.row.effectiveAt, in: profile.zone)
      }
    }
  }

  // MARK: What the citizen can do

  /// A form of the citizen's for one command.
  private func form(
    _ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ reader: Reader, _ command: String,
    _ content: (inout HTML) -> Void
  ) {
    h.form(
      "/requests/\(file.request.base.number)/steps", csrf: visit.csrf,
      idempotencyKey: visit.freshKey
    ) { h in
      h.hidden("command", command)
      if let token = reader.token { h.hidden("token", token) }
      content(&h)
    }
  }

  private func citizenForms(
    _ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ reader: Reader, _ state: FormState
  ) {
    let commands = type.availableCommands(file.status, by: .citizen)
    if commands.contains("supply") {
      h.element("div", .class("panel panel-key")) { h in
        h.element("h2", text: Phrase("请补充材料", en: "More information is needed"))
        if let asked = file.events.last(where: { $0.command == "ask" })?.text { h.prose(asked) }
        form(&h, visit, file, reader, "supply") { h in
          h.textArea("text", Phrase("补充说明", en: "Your information"), state, rows: 4)
          h.button(Phrase("提交补充", en: "Send"))
        }
      }
    }
    if commands.contains("satisfied") {
      h.element("div", .class("panel panel-key")) { h in
        h.element("h2", text: Phrase("您对办理结果满意吗？", en: "Are you satisfied with the result?"))
        form(&h, visit, file, reader, "evaluate") { h in
          h.radios(
            "score", Phrase("评价", en: "Your rating"), state,
            options: [
              ("5", Phrase("非常满意", en: "Very satisfied")), ("4", Phrase("满意", en: "Satisfied")),
              ("3", Phrase("一般", en: "Neutral")), ("2", Phrase("不满意", en: "Dissatisfied")),
              ("1", Phrase("非常不满意", en: "Very dissatisfied")),
            ].map { (value: $0.0, label: $0.1) }, class: "stars")
          h.textArea(
            "text", Phrase("说明", en: "Comments"),
            hint: Phrase(
              "选“一般”或不满意的，请写明原因，以便审核后重办。",
              en: "Needed for “neutral” and below, so that it can be reviewed and redone."), state,
            rows: 3)
          h.button(Phrase("提交评价", en: "Send"))
        }
      }
    }
  }

  private func smallSteps(
    _ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ reader: Reader
  ) {
    let commands = type.availableCommands(file.status, by: .citizen)
    if commands.contains("urge") {
      h.details(Phrase("催办", en: "Send a reminder")) { h in
        h.p(
          Phrase(
            "催办会记入办理过程，承办单位和督办人都能看到。",
            en: "A reminder goes into the record; the agency and the supervisors see it."),
          class: "hint")
        form(&h, visit, file, reader, "urge") { $0.button(Phrase("催办", en: "Remind"), .quiet) }
      }
    }
    if commands.contains("withdraw") {
      h.details(Phrase("撤回诉求", en: "Withdraw the request")) { h in
        h.p(
          Phrase(
            "撤回后不再办理，也不能恢复；可以另行提出。",
            en: "It will not be handled any more and cannot be restored; you can file a new one."),
          class: "hint")
        form(&h, visit, file, reader, "withdraw") {
          $0.button(Phrase("确认撤回", en: "Withdraw it"), .danger)
        }
      }
    }
  }

  // MARK: Parts

  /// For whom a timeline is written: notes among officials stay among them.
  enum Audience { case everybody, citizen, staff }

  private static let inside: Set<CommandID> = [
    "note", "assist", "report-assist", "return", "uphold", "appoint", "supervise", "transfer",
  ]

  /// Notes among officials stay among them; what a citizen adds later was told to the city, not to
  /// everybody: a public request shows its answers.
  private static func shows(_ command: CommandID, to audience: Audience) -> Bool {
    switch audience {
    case .staff: true
    case .citizen: !inside.contains(command)
    case .everybody: MoveRequest.answering.contains(command)
    }
  }

  func timeline(
    _ h: inout HTML, _ file: RequestFile, reader audience: Audience, _ query: String
  ) {
    let number = file.request.base.number
    h.timeline { h in
      for event in file.events.reversed() {
        let actors = type.transitions.first { $0.command == event.command }?.actors ?? []
        h.event(
          event.name, by: actors.count == 1 ? actors.first?.name : nil,
          at: event.row.effectiveAt, in: profile.zone, CasePages.tone(event)
        ) { h in
          if let agency = event.agency.flatMap(profile.agency) {
            h.element("p") { h in
              h.text(Phrase("交由", en: "to "))
              h.text(agency.name)
            }
          }
          if let score = event.score {
            h.element("p", text: Phrase("评分\(score)分（满分5分）", en: "score \(score) of 5"))
          }
          if CasePages.shows(event.command, to: audience), let text = event.text { h.prose(text) }
          h.element("div", .class("event-foot")) { h in
            if let basis = event.basis { h.basis(basis) }
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
    h.clockMeters(file.clocks, of: type, at: now, in: profile.zone, rules.calendar) {
      staff || $0 == .handle || $0 == .supplement || $0 == .evaluation
    }
  }

  func facts(_ h: inout HTML, _ file: RequestFile) {
    let row = file.request
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = [
      (
        Phrase("事项", en: "Kind"),
        { $0.text(profile.item(row.request.item)?.name ?? .same(row.request.item)) }
      ),
      (Phrase("提出时间", en: "Submitted"), { $0.time(row.request.openedAt, in: profile.zone) }),
    ]
    if let district = profile.district(row.request.district) {
      rows.append((Phrase("所在区", en: "District"), { $0.text(district.name) }))
    }
    if let agency = row.base.agency.flatMap(profile.agency) {
      rows.append(
        (
          Phrase("承办单位", en: "Agency"),
          { $0.agency(agency) }
        ))
    }
    h.summary(rows)
  }

  private func words(_ h: inout HTML, _ file: RequestFile, _ query: String) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("诉求内容", en: "The request"))
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

  /// Photos as pictures, documents as links.
  func attachments(_ h: inout HTML, _ file: RequestFile, _ query: String) {
    guard !file.files.isEmpty else { return }
    h.element("ul", .class("pictures")) { h in
      for (index, blob) in file.files.enumerated() {
        let target = "/requests/\(file.request.base.number)/files/\(blob.key)\(query)"
        let isPicture = blob.mediaType.hasPrefix("image/")
        let name =
          isPicture
          ? Phrase("照片\(index + 1)", en: "Photo \(index + 1)")
          : Phrase("文件\(index + 1)", en: "Document \(index + 1)")
        h.element("li") { h in
          h.element("a", .href(target)) { h in
            if isPicture {
              h.void("img", .src(target), .named("alt", name), .named("loading", "lazy"))
            }
            h.element(
              "span",
              text: name
                + Phrase(
                  "（\(Self.size(blob.size))）", en: " (\(Self.size(blob.size)))"))
          }
        }
      }
    }
  }

  /// A size as people say it.
  private static func size(_ bytes: Int64) -> String {
    bytes < 1_048_576
      ? "\(max(1, bytes / 1024)) KB" : Figures.fixed(Double(bytes) / 1_048_576, 1) + " MB"
  }

  func notices(_ h: inout HTML, _ file: RequestFile) {
    h.deliveries(file.deliveries, in: profile.zone) { delivery in
      file.events.first { $0.row.key == delivery.entry }
        .map { RequestNotices.text($0.command).subject }
    }
  }
}
