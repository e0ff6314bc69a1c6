import Charts
import CityProfiles
import Commons
import HTTPValues
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
          "全部数字由公开存证日志计算，任何人可以复算。",
          en: "All figures follow from the public log; anybody can compute them again."))
      page.tiles(&h)
      page.comparison(&h)
      page.charts(&h)
      page.tables(&h)
    }
  }
}

/// Figures as tiles, charts and tables, for the public page and the supervisor's.
struct FiguresPage {
  let rules: RequestRules
  let figures: RequestStatistics
  let now: Instant
  private var profile: CityProfile { rules.profile }
  private static let chartDays = 60

  init(rules: RequestRules, figures: RequestStatistics, now: Instant) {
    self.rules = rules
    self.figures = figures
    self.now = now
  }

  func tiles(_ h: inout HTML) {
    h.tiles { h in
      for indicator in RequestIndicators.all(figures, at: now) {
        let isBad = indicator.id == "requests.overdue" && (indicator.value ?? 0) > 0
        h.tile(indicator.name, indicator.text, isBad ? .bad : .plain)
      }
      h.tile(Phrase("在办", en: "Open"), Figures.grouped(Int64(figures.open)))
    }
  }

  /// Our figures beside the published ones, with the formula.
  func comparison(_ h: inout HTML) {
    let own = RequestIndicators.all(figures, at: now)
    h.table(
      Phrase("成效指标与公布数据对照", en: "Indicators beside the published figures"),
      columns: [
        (Phrase("指标", en: "Indicator"), false), (Phrase("本市", en: "Here"), true),
        (Phrase("公布数据", en: "Published"), false), (Phrase("算法", en: "Formula"), false),
      ]
    ) { table in
      for indicator in own {
        let published = profile.figures.first { $0.indicator == indicator.id }
        table.row([
          { $0.text(indicator.name) }, { $0.text(indicator.text) },
          { h in
            guard let published else { return h.text("—") }
            h.text(published.place)
            h.text("：")
            h.text(published.label)
            h.element("span", .class("hint"), text: "（\(published.source)）")
          },
          { $0.text(indicator.formula) },
        ])
      }
    }
  }

  func charts(_ h: inout HTML) {
    h.element("div", .class("charts")) { h in
      trend(&h)
      bars(&h, .agency, Phrase("按时办结率（承办单位，受理最多的12个）", en: "On time, by agency (12 busiest)")) {
        $0.onTimeRate
      }
      bars(&h, .category, Phrase("受理件数（类别）", en: "Received, by category"), nil)
      bars(&h, .agency, Phrase("满意率（承办单位）", en: "Satisfied, by agency")) { $0.satisfactionRate }
    }
  }

  private func trend(_ h: inout HTML) {
    let last = rules.day(now)
    let first = last.adding(days: 1 - FiguresPage.chartDays)
    let days = (0..<FiguresPage.chartDays).map { figures.days[first.adding(days: $0)] }
    LineChart(
      Phrase("近\(FiguresPage.chartDays)天", en: "The last \(FiguresPage.chartDays) days"),
      from: first,
      [
        .init(Phrase("受理", en: "received"), days.map { Double($0?.received ?? 0) }),
        .init(Phrase("答复", en: "answered"), days.map { Double($0?.replied ?? 0) }),
      ]
    ).render(&h)
  }

  private func bars(
    _ h: inout HTML, _ dimension: RequestStatistics.Dimension, _ title: Phrase,
    _ share: ((RequestTally) -> Double?)?
  ) {
    let parts = figures.parts(dimension).prefix(12)
    let bars = parts.map { part -> BarChart.Bar in
      let value = share.map { $0(part.tally) ?? 0 } ?? Double(part.tally.received)
      let text =
        share == nil
        ? Figures.grouped(Int64(part.tally.received))
        : share?(part.tally) == nil ? "—" : Figures.fixed(value * 100, 1) + "%"
      return BarChart.Bar(
        name(part.name, dimension), value, text: text,
        isBad: share != nil && value < 0.9)
    }
    BarChart(title, bars, maximum: share == nil ? nil : 1).render(&h)
  }

  func tables(_ h: inout HTML) {
    let titles: [(RequestStatistics.Dimension, Phrase)] = [
      (.agency, Phrase("按承办单位", en: "By agency")), (.category, Phrase("按类别", en: "By category")),
      (.channel, Phrase("按渠道", en: "By channel")), (.district, Phrase("按区", en: "By district")),
    ]
    for (dimension, title) in titles { table(&h, dimension, title) }
  }

  private func table(
    _ h: inout HTML, _ dimension: RequestStatistics.Dimension, _ title: Phrase
  ) {
    h.table(
      title,
      columns: [
        (title, false), (Phrase("受理", en: "Received"), true), (Phrase("答复", en: "Answered"), true),
        (Phrase("按时率", en: "On time"), true), (Phrase("平均天数", en: "Mean days"), true),
        (Phrase("评价", en: "Judged"), true), (Phrase("满意率", en: "Satisfied"), true),
        (Phrase("重办", en: "Redone"), true), (Phrase("退回", en: "Returned"), true),
      ]
    ) { table in
      for part in figures.parts(dimension) {
        let tally = part.tally
        func percent(_ value: Double?) -> String {
          value.map { Figures.fixed($0 * 100, 2) + "%" } ?? "—"
        }
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

  private func name(_ id: String, _ dimension: RequestStatistics.Dimension) -> Phrase {
    let name: Phrase? =
      switch dimension {
      case .agency: profile.agency(id)?.name
      case .category: profile.category(id)?.name
      case .channel: profile.channel(id)?.name
      case .district: id.isEmpty ? Phrase("未填", en: "not given") : profile.district(id)?.name
      }
    return name ?? .same(id)
  }
}
