import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// How often reconsideration is chosen first, month by month, beside what Shenzhen published; and where
/// a court's liaison enters the figures that this needs.
struct FiguresPage: Sendable {
  let office: CaseOffice
  private var profile: CityProfile { office.setting.profile }
  private var trail: [PageShell.Link] {
    [PageShell.Link(office.procedure.card.name, "/reconsideration")]
  }

  // MARK: Reading

  func show(_ visit: Visit, _ figures: ReconsiderationStatistics) -> Response {
    let today = office.setting.day(visit.now)
    let title = Phrase("首选率与成效", en: "First choice and figures")
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "全部由公开日志中的记录算出；法院没有报的月份不计，写明缺什么。",
          en:
            "All computed from the public log; months of which courts have not reported are left out and named."
        ))
      choice(&h, figures.firstChoice(on: today))
      h.section(Phrase("各项指标", en: "Indicators"))
      table(&h, figures.indicators(on: today))
    }
  }

  private func choice(_ h: inout HTML, _ choice: FirstChoice) {
    let published = profile.figures.first { $0.indicator == "reconsideration.first-choice" }
    h.tiles { h in
      h.tile(
        Phrase("本市行政复议首选率", en: "Reconsideration chosen first, here"),
        choice.share.map { Figures.fixed($0 * 100, 2) + "%" } ?? "—", note: choice.note)
      if let published {
        h.tile(
          published.place + Phrase("公布", en: ", published"),
          Figures.fixed(published.value * 100, 2) + "%",
          note: published.label)
      }
    }
    months(&h, choice)
  }

  private func months(_ h: inout HTML, _ choice: FirstChoice) {
    guard !choice.lines.isEmpty else {
      h.empty(Phrase("还没有复议申请，法院也没有报数。", en: "No application and no court figure yet."))
      return
    }
    h.table(
      Phrase("分月", en: "By month"),
      columns: [
        (Phrase("时期", en: "Period"), false), (Phrase("复议申请", en: "Applications"), true),
        (Phrase("直接起诉的一审行政案件", en: "Suits brought at once"), true),
        (Phrase("首选率", en: "Chosen first"), true),
        (Phrase("法院数的出处", en: "Court figure from"), false),
      ]
    ) { table in
      for line in choice.lines {
        table.row([
          { $0.text(line.period) }, { $0.text(Figures.grouped(line.cases)) },
          { h in
            if let count = line.count {
              h.text(Figures.grouped(count.suits))
            } else {
              h.tag(Phrase("未报", en: "not reported"), .warn)
            }
          },
          { $0.text(line.share.map { Figures.fixed($0 * 100, 2) + "%" } ?? "—") },
          { h in
            guard let count = line.count else { return h.text("—") }
            h.text(
              Phrase(
                "\(count.source)，\(count.reportedOn)", en: "\(count.source), \(count.reportedOn)"))
          },
        ])
      }
    }
  }

  private func table(_ h: inout HTML, _ indicators: [IndicatorValue]) {
    h.table(
      Phrase("各项指标", en: "Indicators"),
      columns: [
        (Phrase("指标", en: "Indicator"), false), (Phrase("本市", en: "Here"), true),
        (Phrase("已公布的", en: "Published"), false), (Phrase("怎么算", en: "Formula"), false),
      ], isCaptionHidden: true
    ) { table in
      for indicator in indicators {
        let published = profile.figures.first { $0.indicator == indicator.id }
        table.row([
          { h in
            h.text(indicator.name)
            if let note = indicator.note { h.element("span", .class("sub"), text: note) }
          },
          { $0.text(indicator.text) },
          { $0.text(published.map { $0.place + Phrase("：", en: ": ") + $0.label } ?? .same("—")) },
          { $0.text(indicator.formula) },
        ])
      }
    }
  }

  /// The months and the figure for programs.
  func json(_ visit: Visit, _ figures: ReconsiderationStatistics) -> Response {
    let choice = figures.firstChoice(on: office.setting.day(visit.now))
    return .json([
      "year": JSONValue(choice.year), "share": choice.share.map(JSONValue.number) ?? .null,
      "missing": .array(choice.missing.map { .string($0) }),
      "reported": JSONValue(choice.reportedOn),
      "periods": .array(
        choice.lines.map { line in
          [
            "period": .string(line.period), "applications": .integer(line.cases),
            "suits": line.count.map { .integer($0.suits) } ?? .null,
            "source": JSONValue(line.count?.source), "reported": JSONValue(line.count?.reportedOn),
            "share": line.share.map(JSONValue.number) ?? .null,
          ]
        }),
    ])
  }

  // MARK: Entering

  private static let fields: [CaseField] = [
    CaseField(
      "period", Phrase("时期", en: "Period"),
      hint: Phrase("月份如 2026-02，全年如 2026", en: "A month such as 2026-02, or a year such as 2026"),
      .line(7)),
    CaseField(
      "suits",
      Phrase("未经复议直接起诉的一审行政案件数", en: "Suits of first instance brought without reconsideration"),
      .count(0...10_000_000)),
    CaseField("source", Phrase("出处", en: "Source"), .line(120)),
    CaseField("reported", Phrase("报数日期", en: "Reported on"), .date),
  ]

  func enter(
    _ visit: Visit, _ figures: ReconsiderationStatistics, _ problem: Problem? = nil
  ) -> Response {
    let today = office.setting.day(visit.now)
    let state = visit.entered(problem, else: [("reported", today.description)])
    let title = Phrase("法院报数", en: "Court figures")
    let trail = [PageShell.Link(office.procedure.card.name, "/desk/reconsideration")]
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      if visit.request.query["done"] != nil {
        h.banner(Phrase("已记入公开日志。", en: "It stands in the public log."), .good)
      }
      h.heading(
        title,
        lead: Phrase(
          "用于计算行政复议首选率；同一时期后报的代替先报的，都留在日志里。",
          en:
            "For the share that chose reconsideration first. A later figure for a period replaces the earlier; both stay in the log."
        ))
      h.element("div", .class("panel reading")) { h in
        h.form(
          "/desk/reconsideration/court-counts", csrf: visit.csrf,
          idempotencyKey: state.value("idempotency_key").isEmpty
            ? visit.freshKey : state.value("idempotency_key")
        ) { h in
          CaseForm(FiguresPage.fields, in: profile).write(&h, state)
          h.button(Phrase("报数", en: "Report"))
        }
      }
      months(&h, figures.firstChoice(on: today))
    }
  }

  func take(_ visit: Visit, _ figures: ReconsiderationStatistics) async throws -> Response {
    let form = try visit.request.form()
    do {
      let said = try CaseForm(FiguresPage.fields, in: profile).read(form)
      _ = try await office.desk.submit(command(said), by: visit.actor, visit.terms(form))
      return .seeOther("/desk/reconsideration/court-counts?done=1")
    } catch let problem as Problem where problem.status == 422 {
      return enter(visit, figures, problem)
    }
  }

  func takeJSON(_ visit: Visit) async throws -> Response {
    let said = try CaseForm(FiguresPage.fields, in: profile).read(visit.request.json())
    let done = try await office.desk.submit(command(said), by: visit.actor, visit.terms())
    return .json(["act": .string(String(done.row.key.raw))], status: 201)
  }

  private func command(_ said: CaseFacts) -> EnterCourtCount {
    EnterCourtCount(
      period: said.text("period"), suits: said.integer("suits") ?? -1,
      source: said.text("source"), reportedOn: said.date("reported") ?? CivilDate(dayNumber: 0),
      zone: profile.zone)
  }
}
