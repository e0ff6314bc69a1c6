import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import Markup
import MeasureKit

/// The pages of staff.
struct DeskPages {
  let rules: RequestRules
  private var profile: CityProfile { rules.profile }
  private let type = ServiceRequestCases.request

  init(rules: RequestRules) { self.rules = rules }

  static let capacities: [ActorKind] = [.dispatcher, .handler, .arbiter, .supervisor, .citizen]
  static let trail = [PageShell.Link(Phrase("办理台", en: "Desk"), "/desk/requests")]

  // MARK: Inbox

  func inbox(
    _ visit: Visit, _ tray: RequestsMeasure.Tray, _ trays: [RequestsMeasure.Tray],
    _ rows: [RequestCase], next: String?
  ) -> Response {
    visit.page(Phrase("办理台", en: "Desk")) { h in
      h.heading(name(tray), lead: Phrase("按期满日先后排列。", en: "The nearest deadline first."))
      h.element("div", .class("actions")) { h in
        if visit.actor.may("requests.as-dispatcher") {
          h.buttonLink(
            Phrase("代为登记（电话、来访）", en: "Register for a caller"), "/desk/requests/new", .quiet)
        }
        if visit.actor.may("requests.supervise") {
          h.buttonLink(Phrase("督办与统计", en: "Supervision"), "/desk/requests/supervision", .quiet)
        }
      }
      switcher(&h, tray, trays)
      guard !rows.isEmpty else {
        h.empty(Phrase("没有待办件。", en: "Nothing waits here."))
        return
      }
      if tray == .stage("received") {
        h.form(
          "/desk/requests/dispatch", csrf: visit.csrf, idempotencyKey: visit.freshKey
        ) { h in
          table(&h, visit, rows, withBoxes: true)
          h.button(Phrase("将勾选的按目录派单", en: "Dispatch the ticked as the catalogue says"))
        }
      } else {
        table(&h, visit, rows, withBoxes: false)
      }
      h.next(next)
    }
  }

  private func switcher(
    _ h: inout HTML, _ tray: RequestsMeasure.Tray, _ trays: [RequestsMeasure.Tray]
  ) {
    guard trays.count > 1 else { return }
    if trays.count <= 6 {
      h.tabs(
        trays.map {
          (label: name($0), target: "/desk/requests?\($0.query)", isCurrent: $0 == tray)
        })
      return
    }
    h.element("form", .action("/desk/requests"), .named("method", "get"), .class("filters")) { h in
      var current = ""
      if case .agency(let id) = tray { current = id }
      h.select(
        "agency", Phrase("承办单位", en: "Agency"), FormState(values: [("agency", current)]),
        groups: [(name: nil, options: profile.agencies.map { (value: $0.id, label: $0.name) })])
      h.button(Phrase("查看", en: "Show"), .quiet)
    }
  }

  private func name(_ tray: RequestsMeasure.Tray) -> Phrase {
    switch tray {
    case .agency(let id): profile.agency(id)?.name ?? .same(id)
    case .stage("received"): Phrase("待派单", en: "To dispatch")
    case .stage("replied"): Phrase("待回访", en: "To call back")
    case .stage("dissatisfied"): Phrase("不满意待审", en: "Not satisfied, to review")
    case .stage("disputed"): Phrase("职责争议", en: "Disputes of responsibility")
    case .stage(let id): .same(id)
    }
  }

  private func table(
    _ h: inout HTML, _ visit: Visit, _ rows: [RequestCase], withBoxes: Bool
  ) {
    let today = rules.day(visit.now)
    h.table(
      Phrase("待办件", en: "Waiting"),
      columns: [
        (Phrase("编号", en: "Number"), false), (Phrase("标题", en: "Title"), false),
        (Phrase("事项", en: "Kind"), false), (Phrase("状态", en: "State"), false),
        (Phrase("期满日", en: "Due"), false), (Phrase("标记", en: "Marks"), false),
      ], isCaptionHidden: true
    ) { table in
      for row in rows {
        let number = row.base.number.description
        let isLate = row.base.dueAt.map { $0 <= visit.now } ?? false
        table.row(
          [
            { h in
              if withBoxes {
                h.void(
                  "input", .type("checkbox"), .name("number"), .value(number),
                  .label(.same(number)))
                h.text(" ")
              }
              h.a("/desk/requests/\(number)", .same(number), class: "mono")
            },
            { $0.text(row.base.title) },
            { $0.text(profile.item(row.request.item)?.name ?? .same(row.request.item)) },
            { CasePages.stageTag(&$0, row.base, at: visit.now) },
            { h in due(&h, row.base, today, isLate) }, { h in marks(&h, row.request.marks) },
          ], class: isLate ? "late" : nil)
      }
    }
  }

  private func due(_ h: inout HTML, _ row: CaseRow, _ today: CivilDate, _ isLate: Bool) {
    guard let due = row.dueAt else { return h.text("—") }
    // The period ends at 24:00 of its last day, which is 0:00 of the next.
    let last = rules.day(due.adding(seconds: -1))
    h.text("\(last) ")
    let days = rules.calendar.workingDays(after: min(today, last), through: max(today, last))
    if isLate {
      h.tag(Phrase("逾期\(days)个工作日", en: "\(days) working days late"), .bad)
    } else {
      h.tag(Phrase("剩\(days)个工作日", en: "\(days) working days left"), days <= 1 ? .warn : .plain)
    }
  }

  private func marks(_ h: inout HTML, _ marks: Int64) {
    let names: [(Int64, Phrase, Tone)] = [
      (1, Phrase("曾逾期", en: "was late"), .bad), (2, Phrase("催办", en: "urged"), .warn),
      (4, Phrase("重办", en: "redone"), .warn), (8, Phrase("督办", en: "supervised"), .info),
    ]
    for (bit, name, tone) in names where marks & bit != 0 {
      h.tag(name, tone)
      h.text(" ")
    }
  }

  func dispatched(
    _ visit: Visit, done: Int, failed: [(key: Int64, problem: Problem)]
  ) -> Response {
    visit.page(Phrase("批量派单", en: "Several dispatched"), trail: DeskPages.trail) { h in
      h.banner(Phrase("已派单 \(done) 件。", en: "\(done) dispatched."), .good)
      if !failed.isEmpty {
        h.element("h2", text: Phrase("未派出", en: "Not dispatched"))
        h.element("ul") { h in
          for one in failed {
            h.element("li") { h in
              h.text("\(one.key): ")
              h.text(one.problem.detail)
            }
          }
        }
      }
      h.buttonLink(Phrase("返回办理台", en: "Back to the desk"), "/desk/requests")
    }
  }

  // MARK: One case

  func work(
    _ visit: Visit, _ file: RequestFile, _ similar: [SimilarRequest], _ state: FormState,
    _ problem: Problem?
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
        h.banner(Phrase("已办理，回执见办理过程。", en: "Done; the receipt stands in the history."), .good)
      }
      h.element("p", .class("hint mono"), text: number)
      h.heading(.same(row.base.title))
      parts.steps(&h, file.stage.id)
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
            marks(&h, row.request.marks)
          }
          if !similar.isEmpty { IntakePages.similarPanel(&h, similar, profile, isStaff: true) }
          parts.notices(&h, file)
        }
      }
    }
  }

  private func told(_ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ parts: CasePages) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("诉求内容", en: "What was told"))
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
      h.element("div", .class("panel")) { h in
        h.element("h2") { h in
          h.text(Phrase("可办理的步骤 · ", en: "What can be done · "))
          h.text(capacity.name)
        }
        for option in DeskPages.merged(options) {
          if let obstacle = option.obstacle {
            h.element("p", .class("hint")) { h in
              h.text(option.name)
              h.text("：")
              h.text(obstacle.detail)
            }
          } else {
            command(&h, visit, file, option, capacity, state)
          }
        }
      }
    }
  }

  /// The two evaluations become one form with a score.
  private static func merged(_ options: [CommandOption]) -> [CommandOption] {
    options.filter { $0.command != "unsatisfied" }
  }

  private func command(
    _ h: inout HTML, _ visit: Visit, _ file: RequestFile, _ option: CommandOption,
    _ capacity: ActorKind, _ state: FormState
  ) {
    let command = option.command
    let isOpen = state.value("command") == command.text
    let shown = isOpen ? state : FormState()
    let isEvaluation = command == "satisfied"
    let name = isEvaluation ? Phrase("登记评价", en: "record the evaluation") : option.name
    h.details(name) { h in
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
        FormState(values: [("agency", chosen)]),
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

  // MARK: On behalf

  func phone(_ visit: Visit, _ state: FormState, _ problem: Problem?) -> Response {
    let pages = IntakePages(rules: rules)
    let title = Phrase("代为登记", en: "Register for a caller")
    let words = state.value("title") + " " + state.value("text")
    let suggested = words.count > 2 ? profile.suggestItems(for: words).map(\.item) : []
    return visit.page(title, trail: DeskPages.trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(title, lead: Phrase("按来电人、来访人的陈述填写。", en: "As the caller or visitor tells it."))
      h.element("div", .class("panel")) { h in
        h.form(
          "/desk/requests/new", csrf: visit.csrf,
          idempotencyKey: state.value("idempotency_key").isEmpty
            ? visit.freshKey : state.value("idempotency_key"), hasFiles: true
        ) { h in
          h.select(
            "channel", Phrase("渠道", en: "Channel"), state,
            groups: [
              (
                name: nil,
                options: profile.channels.filter { $0.id != Intake.importChannel }
                  .map { (value: $0.id, label: $0.name) }
              )
            ])
          h.textField("title", Phrase("标题", en: "Title"), state)
          h.textArea("text", Phrase("诉求内容", en: "What it is about"), state, rows: 6)
          if suggested.isEmpty {
            h.select(
              "item_other", Phrase("事项", en: "Kind"), state,
              groups: profile.categories.map { category in
                (
                  name: category.name,
                  options: profile.items(in: category.id).map { (value: $0.id, label: $0.name) }
                )
              })
          } else {
            pages.items(&h, state, suggested)
          }
          pages.place(&h, state)
          h.fileField(
            "files", Phrase("附件", en: "Files"), hint: Phrase("最多4个。", en: "At most 4."), state)
          pages.contact(&h, state)
          h.button(Phrase("登记", en: "Register"))
        }
      }
    }
  }

  // MARK: Supervision

  func supervision(
    _ visit: Visit, _ late: [RequestCase], _ figures: RequestStatistics
  ) -> Response {
    let page = FiguresPage(rules: rules, figures: figures, now: visit.now)
    let title = Phrase("督办与统计", en: "Supervision")
    return visit.page(title, trail: DeskPages.trail) { h in
      h.heading(title)
      page.tiles(&h)
      h.element("h2", text: Phrase("逾期待督办", en: "Late"))
      if late.isEmpty {
        h.empty(Phrase("没有逾期件。", en: "Nothing is late."))
      } else {
        table(&h, visit, late, withBoxes: false)
      }
      h.table(
        Phrase("各单位在办", en: "Open by agency"),
        columns: [
          (Phrase("承办单位", en: "Agency"), false), (Phrase("在办", en: "Open"), true),
          (Phrase("其中逾期", en: "Late"), true),
        ]
      ) { table in
        for one in figures.load(at: visit.now).sorted(by: { ($0.late, $0.open) > ($1.late, $1.open) }) {
          table.row([
            { h in
              if let id = one.agency {
                h.text(profile.agency(id)?.name ?? .same(id))
              } else {
                h.text(Phrase("热线中心（未派单）", en: "The centre (not dispatched)"))
              }
            },
            { $0.text(Figures.grouped(Int64(one.open))) },
            { $0.text(Figures.grouped(Int64(one.late))) },
          ])
        }
      }
      page.charts(&h)
      page.comparison(&h)
      page.tables(&h)
    }
  }
}
