import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import Markup
import MeasureKit

/// The pages of staff: the inbox, intake on a citizen's behalf.
struct DeskPages {
  let rules: RequestRules
  var profile: CityProfile { rules.profile }
  let type = ServiceRequestCases.request

  init(rules: RequestRules) { self.rules = rules }

  static let capacities: [ActorKind] = [.dispatcher, .handler, .arbiter, .supervisor, .citizen]
  static let trail = [PageShell.Link(Phrase("办理台", en: "Desk"), "/desk/requests")]

  /// What an inbox shows.
  struct Inbox: Sendable {
    let tray: RequestsMeasure.Tray
    /// The trays within reach, with how much lies in them where that is known.
    let trays: [(tray: RequestsMeasure.Tray, count: Int64?)]
    let rows: [RequestCase]
    let next: String?
    /// An agency's load: what it must act on, what of it is late, what is due by tomorrow.
    let load: (open: Int64, late: Int64, soon: Int64)?
  }

  // MARK: Inbox

  func inbox(_ visit: Visit, _ inbox: Inbox) -> Response {
    visit.page(Phrase("办理台", en: "Desk")) { h in
      h.heading(name(inbox.tray), lead: Phrase("先到期的在前。", en: "What is due first comes first."))
      tools(&h, visit)
      switcher(&h, inbox)
      if let load = inbox.load { loadTiles(&h, load) }
      guard !inbox.rows.isEmpty else {
        h.empty(
          Phrase(
            "没有待办件。新派来的件会按到期先后出现在这里。",
            en: "Nothing waits here. What is sent here appears in the order in which it is due."))
        return
      }
      lists(&h, visit, inbox)
      h.next(inbox.next)
    }
  }

  /// Look-up by number, and the ways to other pages.
  private func tools(_ h: inout HTML, _ visit: Visit) {
    h.element("div", .class("actions")) { h in
      if visit.actor.may("requests.as-dispatcher") {
        h.buttonLink(
          Phrase("代为登记（电话、来访）", en: "Register for a caller"), "/desk/requests/new")
      }
      if visit.actor.may("requests.supervise") {
        h.buttonLink(Phrase("督办与统计", en: "Supervision"), "/desk/requests/supervision")
      }
    }
    h.element("form", .action("/desk/requests"), .named("method", "get"), .class("filters")) { h in
      h.textField(
        "number", Phrase("按编号打开", en: "Open by number"), FormState(),
        placeholder: Phrase("21-2026-0001234-K 或 1234", en: "21-2026-0001234-K or 1234"))
      h.button(Phrase("打开", en: "Open"), .quiet)
    }
  }

  private func loadTiles(_ h: inout HTML, _ load: (open: Int64, late: Int64, soon: Int64)) {
    h.tiles { h in
      h.tile(
        Phrase("待办", en: "To do"), DeskPages.counted(load.open), unit: Phrase("件", en: "cases"))
      h.tile(
        Phrase("已逾期", en: "Late"), DeskPages.counted(load.late), unit: Phrase("件", en: "cases"),
        load.late > 0 ? .bad : .good)
      h.tile(
        Phrase("明日24时前到期", en: "Due by tomorrow 24:00"), DeskPages.counted(load.soon - load.late),
        unit: Phrase("件", en: "cases"), load.soon > load.late ? .warn : .good)
    }
  }

  /// A number of cases that was counted up to a limit.
  static func counted(_ count: Int64) -> String {
    count > RequestTables.countLimit ? "\(RequestTables.countLimit)+" : String(count)
  }

  private func switcher(_ h: inout HTML, _ inbox: Inbox) {
    let trays = inbox.trays
    guard trays.count > 1 else { return }
    if trays.count <= 6 {
      h.tabs(
        trays.map {
          (
            label: name($0.tray), count: $0.count.map(DeskPages.counted),
            target: "/desk/requests?\($0.tray.query)",
            isCurrent: $0.tray == inbox.tray
          )
        }, label: Phrase("收件箱", en: "Trays"))
      return
    }
    h.element("form", .action("/desk/requests"), .named("method", "get"), .class("filters")) { h in
      var current = ""
      if case .agency(let id) = inbox.tray { current = id }
      h.select(
        "agency", Phrase("承办单位", en: "Agency"), FormState(values: [("agency", current)]),
        groups: [(name: nil, options: profile.agencies.map { (value: $0.id, label: $0.name) })])
      h.button(Phrase("查看", en: "Show"), .quiet)
    }
  }

  func name(_ tray: RequestsMeasure.Tray) -> Phrase {
    switch tray {
    case .agency(let id): profile.agency(id)?.name ?? .same(id)
    case .stage("received"): Phrase("待派单", en: "To dispatch")
    case .stage("replied"): Phrase("待回访", en: "To call back")
    case .stage("dissatisfied"): Phrase("不满意待审", en: "Not satisfied, to review")
    case .stage("disputed"): Phrase("职责争议", en: "Disputes of responsibility")
    case .stage(let id): .same(id)
    }
  }

  /// What can be done at once with several stands in forms; what waits for others comes last.
  private func lists(_ h: inout HTML, _ visit: Visit, _ inbox: Inbox) {
    if inbox.tray == .stage("received") {
      return batch(
        &h, visit, inbox.rows, "/desk/requests/dispatch",
        Phrase("将勾选的按目录派单", en: "Dispatch the ticked as the catalogue says"))
    }
    guard case .agency = inbox.tray else { return table(&h, visit, inbox.rows, withBoxes: false) }
    let fresh = inbox.rows.filter { $0.base.stage == "dispatched" }
    let running = inbox.rows.filter { $0.base.stage == "handling" }
    let others = inbox.rows.filter { !["dispatched", "handling"].contains($0.base.stage) }
    if !fresh.isEmpty {
      h.section(Phrase("待签收", en: "To accept"))
      if visit.actor.may("requests.as-handler") {
        batch(
          &h, visit, fresh, "/desk/requests/accept",
          Phrase("签收勾选的", en: "Accept the ticked"))
      } else {
        table(&h, visit, fresh, withBoxes: false)
      }
    }
    if !running.isEmpty {
      h.section(Phrase("办理中", en: "Being handled"))
      table(&h, visit, running, withBoxes: false)
    }
    if !others.isEmpty {
      h.details(
        Phrase("等待他人的\(others.count)件", en: "\(others.count) that wait for others"),
        isOpen: fresh.isEmpty && running.isEmpty
      ) { table(&$0, visit, others, withBoxes: false) }
    }
  }

  private func batch(
    _ h: inout HTML, _ visit: Visit, _ rows: [RequestCase], _ action: String, _ label: Phrase
  ) {
    h.form(action, csrf: visit.csrf, idempotencyKey: visit.freshKey) { h in
      table(&h, visit, rows, withBoxes: true)
      h.element("div", .class("actions")) { h in
        h.button(label)
        if visit.request.query["tick"] == nil {
          let target = visit.request.path + "?" + visit.request.query.setting("tick", "all").encoded
          h.buttonLink(Phrase("全部勾选", en: "Tick all"), target, .quiet)
        }
      }
    }
  }

  func table(_ h: inout HTML, _ visit: Visit, _ rows: [RequestCase], withBoxes: Bool) {
    let today = rules.day(visit.now)
    h.table(
      Phrase("待办件", en: "Waiting"),
      columns: [
        (Phrase("诉求", en: "Request"), false), (Phrase("事项", en: "Kind"), false),
        (Phrase("状态", en: "State"), false), (Phrase("期限", en: "Due"), false),
        (Phrase("标记", en: "Marks"), false),
      ], isCaptionHidden: true
    ) { table in
      for row in rows {
        let isLate = row.base.dueAt.map { $0 <= visit.now } ?? false
        table.row(
          [
            { h in
              if withBoxes { return ticked(&h, row, visit.request.query["tick"] == "all") }
              IntakePages.title(&h, row.base, "/desk/requests/")
            },
            { $0.text(profile.item(row.request.item)?.name ?? .same(row.request.item)) },
            { CasePages.stageTag(&$0, row.base, at: visit.now) },
            { h in due(&h, row.base, today, isLate) }, { h in marks(&h, row.request.marks) },
          ], class: isLate ? "late" : nil)
      }
    }
  }

  private func ticked(_ h: inout HTML, _ row: RequestCase, _ isTicked: Bool) {
    h.element("div", .class("tick")) { h in
      h.void(
        "input", .type("checkbox"), .name("number"), .value(row.base.number.description),
        .flag("checked", isTicked),
        .label(Phrase("勾选 \(row.base.number)", en: "Tick \(row.base.number)")))
      h.element("div") { IntakePages.title(&$0, row.base, "/desk/requests/") }
    }
  }

  private func due(_ h: inout HTML, _ row: CaseRow, _ today: CivilDate, _ isLate: Bool) {
    guard let due = row.dueAt else { return }
    // The period ends at 24:00 of its last day, which is 0:00 of the next.
    let last = rules.day(due.adding(seconds: -1))
    h.text(last.weekdayPhrase + .same(" "))
    let days = rules.calendar.workingDays(after: min(today, last), through: max(today, last))
    let name = days == 1 ? "working day" : "working days"
    if isLate {
      h.tag(Phrase("逾期\(days)个工作日", en: "\(days) \(name) late"), .bad)
    } else if last == today {
      h.tag(Phrase("今日到期", en: "due today"), .warn)
    } else {
      h.tag(Phrase("剩\(days)个工作日", en: "\(days) \(name) left"), days <= 1 ? .warn : .plain)
    }
  }

  func marks(_ h: inout HTML, _ marks: Int64) {
    let names: [(Int64, Phrase, Tone)] = [
      (1, Phrase("曾逾期", en: "was late"), .bad), (2, Phrase("催办", en: "urged"), .warn),
      (4, Phrase("重办", en: "redone"), .warn), (8, Phrase("督办", en: "supervised"), .info),
    ]
    for (bit, name, tone) in names where marks & bit != 0 {
      h.tag(name, tone)
      h.text(" ")
    }
  }

  /// What became of a batch.
  func batchDone(
    _ visit: Visit, _ title: Phrase, done: Int, failed: [(number: String, problem: Problem)]
  ) -> Response {
    visit.page(title, trail: DeskPages.trail) { h in
      h.heading(title)
      h.banner(
        Phrase("已办理\(done)件。", en: "\(done) done."), failed.isEmpty ? .good : .info)
      if !failed.isEmpty {
        h.element("div", .class("panel")) { h in
          h.element("h2", text: Phrase("未能办理", en: "Not done"))
          h.element("ul", .class("rows")) { h in
            for one in failed {
              h.element("li") { h in
                h.a("/desk/requests/\(one.number)", .same(one.number), class: "mono")
                h.element("div", .class("sub"), text: one.problem.detail)
              }
            }
          }
        }
      }
      h.buttonLink(Phrase("返回办理台", en: "Back to the desk"), "/desk/requests")
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
      h.element("div", .class("panel reading")) { h in
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
          pages.items(&h, state, suggested)
          h.group(Phrase("在哪里", en: "Where")) { pages.place(&$0, state) }
          h.fileField(
            "files", Phrase("附件", en: "Files"), hint: Phrase("最多4个。", en: "At most 4."), state)
          h.group(Phrase("来电人、来访人", en: "Caller or visitor")) { pages.contact(&$0, state) }
          h.button(Phrase("登记", en: "Register"))
        }
      }
    }
  }
}
