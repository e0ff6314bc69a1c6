import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The pages of officials: lists by deadline, one case with all that can be done to it.
struct CaseDeskPages {
  let office: CaseOffice
  private var setting: CaseSetting { office.setting }
  private var procedure: any Procedure { setting.procedure }
  private var slug: String { procedure.path }
  private var parts: CaseParts { CaseParts(setting: setting) }
  private var trail: [PageShell.Link] { [PageShell.Link(procedure.card.name, "/desk/\(slug)")] }

  init(office: CaseOffice) { self.office = office }

  // MARK: Lists

  func list(
    _ visit: Visit, _ tray: CaseTray, _ rows: [CaseFileRow], agency: String?, next: String?
  ) -> Response {
    visit.page(procedure.card.name + Phrase("办理台", en: ": desk")) { h in
      h.heading(tray.name, lead: Phrase("先到期的在前。", en: "What is due first comes first."))
      h.element("form", .action("/desk/\(slug)"), .named("method", "get"), .class("filters")) { h in
        h.textField("number", Phrase("按编号打开", en: "Open by number"), FormState())
        h.button(Phrase("打开", en: "Open"), .quiet)
      }
      if !procedure.isOpenToPeople,
        visit.actor.may(procedure.permission(procedure.openingCapacity(of: visit.actor)))
      {
        h.element("div", .class("actions")) {
          $0.buttonLink(procedure.name(of: procedure.openingCommand), "/desk/\(slug)/new")
        }
      }
      let links = procedure.deskLinks.filter {
        visit.actor.may(procedure.permission($0.capacity))
      }
      if !links.isEmpty {
        h.element("div", .class("actions")) { h in
          for link in links { h.buttonLink(link.name, link.target, .quiet) }
        }
      }
      let trays = office.trays(visit.actor)
      if trays.count > 1 {
        h.tabs(
          trays.map {
            (
              label: $0.name, count: nil, target: "/desk/\(slug)?tray=\($0.id)",
              isCurrent: $0.id == tray.id
            )
          }, label: Phrase("收件箱", en: "Trays"))
      }
      if case .stages = tray.source {} else { agencies(&h, visit, tray, agency) }
      guard !rows.isEmpty else {
        h.empty(Phrase("没有待办件。", en: "Nothing waits here."))
        return
      }
      table(&h, visit, rows)
      h.next(next)
    }
  }

  /// Whoever reaches several agencies chooses one.
  private func agencies(_ h: inout HTML, _ visit: Visit, _ tray: CaseTray, _ current: String?) {
    let known = setting.profile.agencies.filter { visit.actor.covers(agency: $0.id) }
    guard known.count > 1 else { return }
    h.element("form", .action("/desk/\(slug)"), .named("method", "get"), .class("filters")) { h in
      h.hidden("tray", tray.id)
      h.select(
        "agency", Phrase("单位", en: "Agency"), FormState(values: [("agency", current ?? "")]),
        groups: [(name: nil, options: known.map { (value: $0.id, label: $0.name) })])
      h.button(Phrase("查看", en: "Show"), .quiet)
    }
  }

  private func table(_ h: inout HTML, _ visit: Visit, _ rows: [CaseFileRow]) {
    let year = setting.day(visit.now).year
    h.table(
      procedure.type.name,
      columns: [
        (Phrase("办件", en: "Case"), false), (Phrase("状态", en: "State"), false),
        (Phrase("办理机关", en: "Handled by"), false), (Phrase("期限", en: "Due"), false),
      ], isCaptionHidden: true
    ) { table in
      for row in rows {
        let isLate = row.base.dueAt.map { $0 <= visit.now } ?? false
        table.row(
          [
            { CasePages.title(&$0, row.base, "/desk/\(slug)/") },
            { parts.stageTag(&$0, row.base, at: visit.now) },
            { h in
              if let agency = row.base.agency.flatMap(setting.profile.agency) {
                h.text(agency.name)
              }
            },
            { h in
              if let due = row.base.dueAt {
                h.time(due.adding(seconds: -1), in: setting.profile.zone, .day(year: year))
                if let hour = due.hourWithinDay(in: setting.profile.zone) { h.text(" " + hour) }
              }
            },
          ], class: isLate ? "late" : nil)
      }
    }
  }

  // MARK: One case

  func work(
    _ visit: Visit, _ file: CaseFile, _ state: FormState, _ problem: Problem?
  ) -> Response {
    let number = file.row.base.number.description
    let sight = office.sight(visit, file.row)
    return visit.page(
      Phrase("办理 \(number)", en: "Case \(number)"), trail: trail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      if visit.request.query["done"] != nil {
        h.banner(Phrase("已办理，回执见办理过程。", en: "Done; the receipt stands in the history."), .good)
      }
      parts.head(&h, file, at: visit.now)
      h.element("div", .class("two")) { h in
        h.element("div") { h in
          steps(&h, visit, file, state)
          parts.told(&h, file, sight, "")
          h.element("h2", text: Phrase("办理过程", en: "History"))
          parts.timeline(&h, file, sight, isApplicant: false, "")
        }
        h.element("div") { h in
          h.element("div", .class("panel")) { h in
            parts.clocks(&h, file, at: visit.now)
            parts.summary(&h, file, sight, isApplicant: false, "")
          }
          if !sight.isMinimal { parts.notices(&h, file) }
        }
      }
    }
  }

  private func steps(_ h: inout HTML, _ visit: Visit, _ file: CaseFile, _ state: FormState) {
    for capacity in procedure.capacities where capacity != .citizen {
      guard office.mayAct(visit.actor, as: capacity, on: file.row),
        !setting.type.options(file.status, by: capacity).isEmpty
      else { continue }
      h.element("div", .class("panel panel-key")) { h in
        h.element(
          "h2",
          text: Phrase("办理（\(capacity.name.zh)）", en: "What you can do (\(capacity.name.en))"))
        parts.steps(
          &h, visit, file, as: capacity, "/desk/\(slug)/\(file.row.base.number)/steps", token: nil,
          state)
      }
    }
  }
}
