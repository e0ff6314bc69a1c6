import Airspace
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Rulebook
import Storage

/// Pages of the domestic side beside those that its kinds of case have.
extension LowAltitudeMeasure {
  func flightRoutes(_ routes: inout Routes) {
    routes.get("/low-altitude/check") { try FlightCheckPage(rules: rules).render($0) }
    routes.get("/api/low-altitude/flights/check", .everybody, .interface) {
      try FlightCheckPage(rules: rules).answer($0)
    }
    routes.get("/low-altitude/register") { try await self.register($0) }
    routes.get("/low-altitude/airspace") { try await self.airspacePage($0) }
    routes.get("/api/low-altitude/flights/airspace", .everybody, .interface) {
      try await self.airspaceJSON($0)
    }
    routes.get("/low-altitude/mine", .signedIn) { try await self.ownDesk($0) }
    routes.get("/desk/low-altitude", .holding("low-altitude.desk")) { try await self.entrance($0) }
  }

  var trail: [PageShell.Link] {
    [PageShell.Link(LowAltitudeMeasure.card.name, "/low-altitude")]
  }

  // MARK: Register

  /// Whether a registration is valid: number, kind, class and term, never a name.
  private func register(_ visit: Visit) async throws -> Response {
    let title = Phrase("查询登记", en: "Look up a registration")
    let number = (visit.request.query["number"] ?? "").filter { !$0.isWhitespace }
    var found: (kind: RegisterKind, row: CaseFileRow)?
    if let parsed = CaseNumber(number), parsed.measure == 12,
      let row = try await desk.store.first(CaseFileBook.find(parsed.serial)),
      let kind = RegisterKind.allCases.first(where: { $0.caseType == row.kind }),
      row.base.number == parsed
    {
      found = (kind, row)
    }
    return try visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase("凭编号查是否有效；不显示姓名。", en: "Whether it is valid, by its number; no name is shown.")
      )
      h.element(
        "form", .action("/low-altitude/register"), .named("method", "get"), .class("filters")
      ) { h in
        h.textField("number", Phrase("登记编号", en: "Number"), FormState(values: [("number", number)]))
        h.button(Phrase("查询", en: "Look up"), .quiet)
      }
      guard !number.isEmpty else { return }
      guard let found else {
        return h.empty(Phrase("没有这一登记。", en: "There is no such registration."))
      }
      let procedure = RegisterProcedure(rules: rules, kind: found.kind)
      let stage = procedure.type.stages.first { $0.id.text == found.row.base.stage }
      var facts: [(name: Phrase, value: (inout HTML) -> Void)] = [
        (Phrase("登记", en: "Register"), { $0.text(found.kind.name) }),
        (
          Phrase("状态", en: "State"),
          { $0.tag(stage?.name ?? .same("—"), found.row.base.stage == "valid" ? .good : .bad) }
        ),
      ]
      for fact in procedure.summary(found.row, try CaseFacts(found.row.facts)) {
        facts.append((fact.name, { $0.text(fact.value) }))
      }
      h.summary(facts)
      h.element("p") { $0.basis(found.kind.basis) }
    }
  }

  // MARK: Desks

  /// All desks of the measure for officials, with how many cases wait and the earliest deadline.
  private func entrance(_ visit: Visit) async throws -> Response {
    struct Line {
      let office: CaseOffice
      let tray: CaseTray
      let count: Int
      let due: Instant?
    }
    var lines: [Line] = []
    for office in offices where visit.actor.may(office.procedure.deskPermission) {
      for tray in office.procedure.trays {
        guard case .stages(let stages) = tray.source else { continue }
        var rows: [CaseFileRow] = []
        for stage in stages {
          rows += try await desk.store.all(
            CaseFileBook.at(
              stage, kind: office.setting.type.id, after: (.min, .min), limit: 200))
        }
        let due = rows.compactMap(\.base.dueAt).min()
        lines.append(Line(office: office, tray: tray, count: rows.count, due: due))
      }
    }
    let isControl = visit.actor.may(office.procedure.deskPermission)
    let board = isControl ? try await ControlBoard(self) : nil
    let title = LowAltitudeMeasure.card.name
    return visit.page(title) { h in
      h.heading(
        title,
        lead: Phrase("收件箱、件数和最早的期限。", en: "Trays, how many cases, and the earliest deadline."))
      h.element("div", .class("actions")) { h in
        for office in offices where visit.actor.may(office.procedure.deskPermission) {
          h.buttonLink(office.procedure.card.name, "/desk/\(office.procedure.path)", .quiet)
        }
        if visit.actor.may(NetworkDuty.keep) || visit.actor.may(NetworkDuty.inspect) {
          h.buttonLink(Phrase("四张网登记台", en: "Networks"), "/desk/low-altitude/networks", .quiet)
        }
        if visit.actor.may(HandleAlarm.permission) {
          h.buttonLink(Phrase("飞行监控", en: "Alarms"), "/desk/low-altitude/alarms", .quiet)
        }
        peerLinks(&h, visit)
      }
      board?.render(&h, at: visit.now)
      if board != nil { h.section(Phrase("收件箱", en: "Trays")) }
      h.table(
        Phrase("收件箱", en: "Trays"),
        columns: [
          (Phrase("办理台", en: "Desk"), false), (Phrase("收件箱", en: "Tray"), false),
          (Phrase("件数", en: "Cases"), true), (Phrase("最早期限", en: "Earliest deadline"), false),
        ], isCaptionHidden: true
      ) { table in
        for line in lines {
          let procedure = line.office.procedure
          table.row([
            { $0.text(procedure.card.name) },
            { $0.a("/desk/\(procedure.path)?tray=\(line.tray.id)", line.tray.name) },
            { $0.text(line.count >= 200 ? "200+" : String(line.count)) },
            { h in
              guard let due = line.due else { return h.text("—") }
              if due <= visit.now {
                h.tag(Phrase("逾期", en: "late") + .same(" \(rules.text(due))"), .bad)
              } else {
                h.text(rules.text(due))
              }
            },
          ])
        }
      }
    }
  }

  /// What somebody who flies has here: registrations, applications, what is next.
  private func ownDesk(_ visit: Visit) async throws -> Response {
    guard let applicant = visit.actor.applicant ?? visit.person?.account else {
      throw Problem.loginNeeded
    }
    try await desk.recordAccess(by: visit.actor, to: applicant, "low-altitude.mine")
    let rows = try await desk.store.read { view in
      let own = try view.all(
        CaseBook.of(applicant: applicant, measure: 12, before: .max, limit: PageLimit.maximum))
      return try own.compactMap { try view.first(CaseFileBook.find($0.key)) }
    }
    let title = Phrase("我的飞行", en: "My flights")
    return try visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase("我的登记、申请和最近的期限。", en: "My registrations, applications, and what is next."))
      let owed: [(row: CaseFileRow, due: Instant)] = rows.compactMap { row in
        row.base.isClosed ? nil : row.base.dueAt.map { (row, $0) }
      }
      if let (next, due) = owed.min(by: { $0.due < $1.due }) {
        h.banner(
          Phrase("最近期限：", en: "Next deadline: ")
            + .same("\(rules.text(due)) · \(next.base.title) \(next.base.number)"),
          due <= visit.now ? .bad : .info)
      }
      h.element("div", .class("actions")) { h in
        h.buttonLink(Phrase("提出飞行活动申请", en: "Apply for a flight"), "/low-altitude/flights/new")
        for kind in RegisterKind.allCases {
          h.buttonLink(kind.name, "/low-altitude/\(kind.rawValue)/new", .quiet)
        }
      }
      for office in offices {
        let own = rows.filter { office.handles($0) }
        guard !own.isEmpty else { continue }
        try ownTable(&h, office, own, visit)
      }
      if rows.isEmpty { h.empty(Phrase("还没有登记和申请。", en: "There is nothing yet.")) }
    }
  }

  private func ownTable(
    _ h: inout HTML, _ office: CaseOffice, _ rows: [CaseFileRow], _ visit: Visit
  ) throws {
    let procedure = office.procedure
    h.section(procedure.card.name)
    h.table(
      procedure.card.name,
      columns: [
        (Phrase("办件", en: "Case"), false), (Phrase("状态", en: "State"), false),
        (Phrase("期限", en: "Due"), false),
      ], isCaptionHidden: true
    ) { table in
      for row in rows {
        let stage = procedure.type.stages.first { $0.id.text == row.base.stage }
        let isOffered = (try? CaseFacts(row.facts))?["offer"] != nil && !row.base.isClosed
        table.row([
          { h in
            h.a("/\(procedure.path)/\(row.base.number)", .same(row.base.title), class: "main")
            h.element("span", .class("sub mono"), text: row.base.number.description)
          },
          { h in
            h.tag(stage?.name ?? .same("—"), stage?.isFinal == true ? .plain : .info)
            guard isOffered else { return }
            h.text(" ")
            h.tag(Phrase("有无冲突计划可采用", en: "another plan is offered"), .warn)
          },
          { h in
            guard let due = row.base.dueAt else { return h.text("—") }
            h.text(rules.text(due))
            let span = Phrase.span(seconds: due.seconds - visit.now.seconds)
            h.element(
              "span", .class("sub"),
              text: due <= visit.now
                ? Phrase("逾期", en: "late by ") + span : Phrase("还有", en: "in ") + span)
          },
        ])
      }
    }
  }
}
