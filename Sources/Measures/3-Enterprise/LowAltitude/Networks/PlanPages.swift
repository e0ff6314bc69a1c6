import Airspace
import CaseWork
import Charts
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The implementation plan (notice, measure 12 (1)): targets by year with owner, actual figure and variance.
extension LowAltitudeMeasure {
  func planRoutes(_ routes: inout Routes) {
    routes.get("/low-altitude/plan") { try await planPage($0) }
    routes.get("/api/low-altitude/plan", .everybody, .interface) { visit in
      let targets = try await desk.store.all(NetworkBook.of(.target))
      return .json([
        "targets": .array(
          targets.map { target in
            var record = target.record.object ?? [:]
            record["variance"] = JSONValue(PlanFigures.variance(target))
            return .object(record)
          })
      ])
    }
  }

  private func planPage(_ visit: Visit) async throws -> Response {
    let targets = try await desk.store.all(NetworkBook.of(.target))
      .filter { $0.state != .closed }
      .sorted {
        ($0.text("measure"), $0.number("year") ?? 0) < ($1.text("measure"), $1.number("year") ?? 0)
      }
    let title = Phrase("低空经济实施方案", en: "Plan of the low-altitude economy")
    return visit.page(title, trail: LowAltitudeMeasure.networkTrail) { h in
      h.heading(
        title,
        lead: Phrase(
          "分年度目标、责任单位、实际完成和差额；产值单列。",
          en:
            "Targets by year, who owes them, what was reached and by how much it differs; output value apart."
        ))
      guard !targets.isEmpty else {
        return h.empty(Phrase("尚未列入目标。", en: "There are no targets yet."))
      }
      h.element("div", .class("charts")) { h in
        for chart in PlanFigures.charts(targets) { chart.render(&h) }
      }
      planTable(&h, targets)
    }
  }

  private func planTable(_ h: inout HTML, _ targets: [NetworkAsset]) {
    h.table(
      Phrase("目标", en: "Targets"),
      columns: [
        (Phrase("指标", en: "Figure"), false), (Phrase("年度", en: "Year"), true),
        (Phrase("目标", en: "Target"), true), (Phrase("实际", en: "Actual"), true),
        (Phrase("差额", en: "Variance"), true), (Phrase("责任单位", en: "Owner"), false),
      ]
    ) { table in
      for target in targets {
        let variance = PlanFigures.variance(target)
        table.row([
          { h in
            h.a("/low-altitude/networks/\(target.code)", target.name, class: "main")
            h.element("span", .class("sub"), text: target.text("unit"))
          },
          { $0.text(String(target.number("year") ?? 0)) },
          { $0.text(Figures.grouped(target.number("target") ?? 0)) },
          { $0.text(target.number("actual").map { Figures.grouped($0) } ?? "—") },
          { h in
            guard let variance else { return h.text("—") }
            h.tag(
              .same((variance > 0 ? "+" : "") + Figures.grouped(variance)),
              variance < 0 ? .warn : .good)
          }, { $0.text(target.text("owner")) },
        ])
      }
    }
    let output = targets.compactMap { $0.number("output_fen") }.reduce(0, +)
    h.p(
      Phrase(
        "已申报产值合计 \(Figures.grouped(output / 100)) 元。",
        en: "Output value reported: CNY \(Figures.grouped(output / 100))."))
  }
}

/// What follows from the targets.
enum PlanFigures {
  /// Actual less target; nil before there is an actual figure.
  static func variance(_ target: NetworkAsset) -> Int64? {
    guard let actual = target.number("actual"), let wanted = target.number("target") else {
      return nil
    }
    return actual - wanted
  }

  /// For each figure of the plan how much of its target each year reached, in per cent.
  static func charts(_ targets: [NetworkAsset]) -> [BarChart] {
    Dictionary(grouping: targets) { $0.text("measure") }.sorted { $0.key < $1.key }.map {
      measure, years in
      BarChart(
        Phrase("\(measure)：完成率（%）", en: "\(measure): reached (%)"),
        years.compactMap { year in
          guard let actual = year.number("actual"), let target = year.number("target"), target > 0
          else { return nil }
          let share = 100 * Double(actual) / Double(target)
          return BarChart.Bar(
            .same(String(year.number("year") ?? 0)), share, text: Figures.fixed(share, 1) + "%",
            isBad: share < 100)
        }, maximum: 100)
    }
  }
}
