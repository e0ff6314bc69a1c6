import Charts
import CityProfiles
import Commons
import HTTPValues
import LegalTime
import Markup
import MeasureKit

extension RequestsMeasure {
  /// The figures for everybody: no names, nothing that the log does not show.
  func figuresPage(_ visit: Visit) async throws -> Response {
    let page = FiguresPage(rules: rules, figures: figures, now: visit.now)
    let title = Phrase("办理情况", en: "Figures")
    return visit.page(title, trail: IntakePages.trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "全部数字由公开的存证日志计算，任何人都可以复算。",
          en: "All figures follow from the public log; anybody can compute them again."))
      page.tiles(&h)
      page.overTime(&h)
      page.comparisons(&h, visit, "/requests/figures")
      page.published(&h)
    }
  }
}

/// Figures as tiles, charts and tables, for the public page and the supervisor's.
struct FiguresPage {
  let rules: RequestRules
  let figures: RequestFigures
  let now: Instant
  private var profile: CityProfile { rules.profile }
  private static let chartDays = 63
  private static let chartRows = 14

  init(rules: RequestRules, figures: RequestFigures, now: Instant) {
    self.rules = rules
    self.figures = figures
    self.now = now
  }

  func tiles(_ h: inout HTML) {
    h.tiles { h in
      for indicator in RequestIndicators.all(figures, at: now) {
        let isBad = indicator.id == "requests.overdue" && (indicator.value ?? 0) > 0
        h.tile(
          indicator.name, indicator.text, unit: indicator.unit, isBad ? .bad : .plain)
      }
      h.tile(
        Phrase("在办", en: "Open"), Figures.grouped(Int64(figures.open)),
        unit: Phrase("件", en: "cases"))
    }
  }

  // MARK: Over time

  /// The last weeks: how much came in and was answered, when, and how long answers took.
  func overTime(_ h: inout HTML) {
    h.section(Phrase("近九周", en: "The last nine weeks"))
    let last = rules.day(now)
    let first = last.adding(days: 1 - FiguresPage.chartDays)
    let days = (0..<FiguresPage.chartDays).map { figures.days[first.adding(days: $0)] }
    let calendar = rules.calendar
    h.element("div", .class("charts")) { h in
      LineChart(
        Phrase("每日受理与答复（件）", en: "Received and answered each day"), from: first,
        [
          .init(Phrase("受理", en: "received"), days.map { Double($0?.received ?? 0) }),
          .init(Phrase("答复", en: "answered"), days.map { Double($0?.replied ?? 0) }),
        ], isDayOff: { !calendar.isWorkingDay($0) }
      ).render(&h)
      BandChart(
        Phrase("从受理到首次答复用时（日，按答复周）", en: "Days to the first answer, by week of answer"),
        unit: Phrase("日", en: "days"), weeks(through: last)
      ).render(&h)
      CalendarChart(
        Phrase("受理日历（件）", en: "Received, day by day"), from: first,
        days.map { $0?.received ?? 0 },
        note: Phrase("颜色按四分位分级，越浓越多。", en: "Shades are quartiles, the stronger the more.")
      ).render(&h)
      byCategory(&h)
    }
    h.details(Phrase("查看每周数据表", en: "The weeks as a table")) { weekTable(&$0, last) }
  }

  private func mondays(through last: CivilDate) -> [CivilDate] {
    let monday = last.adding(days: 1 - last.weekday)
    return (0..<9).reversed().map { monday.adding(days: -7 * $0) }
  }

  private func weeks(through last: CivilDate) -> [BandChart.Week] {
    mondays(through: last).compactMap { monday in
      figures.waits(inWeekOf: monday, [0.1, 0.25, 0.5, 0.75, 0.9]).map {
        BandChart.Week(monday, $0)
      }
    }
  }

  private func weekTable(_ h: inout HTML, _ last: CivilDate) {
    h.table(
      Phrase("每周受理与答复", en: "Week by week"),
      columns: [
        (Phrase("周（起始日）", en: "Week from"), false), (Phrase("受理", en: "Received"), true),
        (Phrase("答复", en: "Answered"), true), (Phrase("按时率", en: "On time"), true),
        (Phrase("用时中位数（日）", en: "Median days"), true), (Phrase("90%以内（日）", en: "90% within"), true),
      ], isCaptionHidden: true
    ) { table in
      for monday in mondays(through: last).reversed() {
        let tallies = (0..<7).compactMap { figures.days[monday.adding(days: $0)] }
        let replied = tallies.map(\.replied).reduce(0, +)
        let onTime = tallies.map(\.onTime).reduce(0, +)
        let waits = figures.waits(inWeekOf: monday, [0.5, 0.9])
        table.row([
          { $0.text(monday.dayPhrase) },
          { $0.text(Figures.grouped(Int64(tallies.map(\.received).reduce(0, +)))) },
          { $0.text(Figures.grouped(Int64(replied))) },
          { $0.text(percent(replied > 0 ? Double(onTime) / Double(replied) : nil)) },
          { $0.text(waits.map { Figures.fixed($0[0], 1) } ?? "—") },
          { $0.text(waits.map { Figures.fixed($0[1], 1) } ?? "—") },
        ])
      }
    }
  }

  private func byCategory(_ h: inout HTML) {
    let parts = figures.parts(.category).prefix(8)
    BarChart(
      Phrase("受理最多的八类（件）", en: "The eight busiest categories"),
      parts.map {
        BarChart.Bar(
          name($0.name, .category), Double($0.tally.received),
          text: Figures.grouped(Int64($0.tally.received)))
      }
    ).render(&h)
  }

  // MARK: Side by side

  private static let dimensions: [(id: String, RequestFigures.Dimension, name: Phrase)] = [
    ("agency", .agency, Phrase("承办单位", en: "Agencies")),
    ("category", .category, Phrase("类别", en: "Categories")),
    ("channel", .channel, Phrase("渠道", en: "Channels")),
    ("district", .district, Phrase("区", en: "Districts")),
  ]

  /// On time and satisfied, by agency, category, channel or district: two charts and the table.
  func comparisons(_ h: inout HTML, _ visit: Visit, _ path: String) {
    let wanted = visit.request.query["by"]
    let chosen = FiguresPage.dimensions.first { $0.id == wanted } ?? FiguresPage.dimensions[0]
    h.element("div", .id("by")) { $0.section(Phrase("分项对比", en: "Comparison")) }
    h.tabs(
      FiguresPage.dimensions.map {
        (
          label: $0.name, count: String(figures.parts($0.1).count),
          target: "\(path)?by=\($0.id)#by",
          isCurrent: $0.id == chosen.id
        )
      }, label: Phrase("分项", en: "Split by"))
    let parts = figures.parts(chosen.1)
    let shown = parts.prefix(FiguresPage.chartRows)
    h.element("div", .class("charts")) { h in
      ShareChart(
        Phrase("按时办结率", en: "Answered on time"),
        shown.map { .init(name($0.name, chosen.1), $0.tally.onTime, of: $0.tally.replied) },
        mean: figures.total.onTimeRate
      ).render(&h)
      ShareChart(
        Phrase("满意率", en: "Satisfaction"),
        shown.map { .init(name($0.name, chosen.1), $0.tally.satisfied, of: $0.tally.evaluated) },
        mean: figures.total.satisfactionRate
      ).render(&h)
    }
    if parts.count > shown.count {
      h.p(
        Phrase(
          "图中为受理最多的\(shown.count)项，全部\(parts.count)项见下表。",
          en: "The charts show the \(shown.count) busiest; the table has all \(parts.count)."),
        class: "hint")
    }
    table(&h, chosen.1, chosen.name, parts)
  }

  private func percent(_ value: Double?) -> String {
    value.map { Figures.fixed($0 * 100, 1) + "%" } ?? "—"
  }

  private func table(
    _ h: inout HTML, _ dimension: RequestFigures.Dimension, _ title: Phrase,
    _ parts: [(name: String, tally: RequestTally)]
  ) {
    h.table(
      title,
      columns: [
        (title, false), (Phrase("受理", en: "Received"), true), (Phrase("答复", en: "Answered"), true),
        (Phrase("按时率", en: "On time"), true), (Phrase("平均用时（日）", en: "Mean days"), true),
        (Phrase("评价", en: "Rated"), true), (Phrase("满意率", en: "Satisfaction"), true),
        (Phrase("重办", en: "Redone"), true), (Phrase("退回", en: "Returned"), true),
      ], isCaptionHidden: true
    ) { table in
      for part in parts {
        let tally = part.tally
        let label = name(part.name, dimension)
        table.row([
          { $0.text(label) }, { $0.text(Figures.grouped(Int64(tally.received))) },
          { $0.text(Figures.grouped(Int64(tally.replied))) },
          { $0.text(percent(tally.onTimeRate)) },
          { $0.text(tally.meanDaysToReply.map { Figures.fixed($0, 1) } ?? "—") },
          { $0.text(Figures.grouped(Int64(tally.evaluated))) },
          { $0.text(percent(tally.satisfactionRate)) },
          { $0.text(Figures.grouped(Int64(tally.redone))) },
          { $0.text(Figures.grouped(Int64(tally.returned))) },
        ])
      }
    }
  }

  func name(_ id: String, _ dimension: RequestFigures.Dimension) -> Phrase {
    let name: Phrase? =
      switch dimension {
      case .agency: profile.agency(id)?.name
      case .category: profile.category(id)?.name
      case .channel: profile.channel(id)?.name
      case .district: id.isEmpty ? Phrase("未填", en: "not given") : profile.district(id)?.name
      }
    return name ?? .same(id)
  }

  // MARK: How they are computed

  /// Our figures beside the published ones, with the formula.
  func published(_ h: inout HTML) {
    h.section(
      Phrase("指标算法与公布数据", en: "Formulas and published figures"),
      more: Phrase("导出日志条目，自行复算 ›", en: "Export the log and compute them ›"), "/log")
    h.table(
      Phrase("指标算法与公布数据", en: "Formulas and published figures"),
      columns: [
        (Phrase("指标", en: "Indicator"), false), (Phrase("本市", en: "Here"), true),
        (Phrase("公布数据", en: "Published"), false), (Phrase("算法", en: "Formula"), false),
      ], isCaptionHidden: true
    ) { table in
      for indicator in RequestIndicators.all(figures, at: now) {
        let published = profile.figures.first { $0.indicator == indicator.id }
        table.row([
          { $0.element("strong", text: indicator.name) }, { $0.text(indicator.text) },
          { h in
            guard let published else { return }
            h.text(published.place + Phrase("：", en: ": ") + published.label)
            h.element("span", .class("sub"), text: published.source)
          },
          { $0.text(indicator.formula) },
        ])
      }
    }
  }

  /// The way of all requests: collected, dispatched, handled, supervised, evaluated.
  func funnel(_ h: inout HTML) {
    let total = figures.total
    let steps: [(Phrase, Int, Phrase)] = [
      (Phrase("收集", en: "Collect"), total.received, Phrase("各渠道受理", en: "received")),
      (Phrase("分拨", en: "Dispatch"), figures.dispatched, Phrase("已派单", en: "sent to an agency")),
      (Phrase("办理", en: "Handle"), total.replied, Phrase("已答复", en: "answered")),
      (
        Phrase("监督", en: "Supervise"), figures.supervised,
        Phrase("曾逾期或督办", en: "late or supervised")
      ),
      (Phrase("评价", en: "Evaluate"), total.evaluated, Phrase("已评价", en: "rated")),
    ]
    h.element("ol", .class("flow")) { h in
      for (name, count, note) in steps {
        let share = total.received > 0 ? Double(count) / Double(total.received) : nil
        h.element("li") { h in
          h.element("strong", text: name)
          h.element("p", .class("figure"), text: Figures.grouped(Int64(count)))
          h.element("p") { h in
            h.text(note)
            if count != total.received { h.text(" · " + percent(share)) }
          }
        }
      }
    }
  }
}

extension IndicatorValue {
  /// The unit that stands beside the figure.
  var unit: Phrase? {
    switch format {
    case .count: Phrase("件", en: value == 1 ? "case" : "cases")
    case .days: Phrase("日", en: "days")
    case .percent: nil
    }
  }
}
