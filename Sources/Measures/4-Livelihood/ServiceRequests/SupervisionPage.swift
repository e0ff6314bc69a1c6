import Charts
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// The supervisor's view: the whole way of all requests, what is late, who is full, how it goes.
extension DeskPages {
  /// Late cases that are listed, the longest overdue first.
  static let lateLimit = 50

  func supervision(
    _ visit: Visit, _ late: [RequestCase], _ figures: RequestFigures
  ) -> Response {
    let page = FiguresPage(rules: rules, figures: figures, now: visit.now)
    let title = Phrase("督办与统计", en: "Supervision")
    return visit.page(title, trail: DeskPages.trail) { h in
      h.heading(title)
      page.tiles(&h)
      page.funnel(&h)
      let shown = late.count < DeskPages.lateLimit ? "\(late.count)" : "\(DeskPages.lateLimit)+"
      h.section(Phrase("逾期待督办（\(shown)件）", en: "Late (\(shown))"))
      if late.isEmpty {
        h.empty(
          Phrase(
            "没有逾期件。逾期的会自动出现在这里。", en: "Nothing is late. What gets late appears here by itself."))
      } else {
        table(&h, visit, late, withBoxes: false)
      }
      loads(&h, figures.load(at: visit.now))
      page.overTime(&h)
      page.comparisons(&h, visit, "/desk/requests/supervision")
    }
  }

  /// What lies with each agency, the fullest first: the chart, and the table with all.
  private func loads(_ h: inout HTML, _ load: [(agency: String?, open: Int, late: Int)]) {
    let sorted = load.filter { $0.open > 0 }.sorted { ($0.late, $0.open) > ($1.late, $1.open) }
    func name(_ one: (agency: String?, open: Int, late: Int)) -> Phrase {
      guard let id = one.agency else {
        return Phrase("热线中心（未派单）", en: "The centre (not dispatched)")
      }
      return profile.agency(id)?.name ?? .same(id)
    }
    h.section(Phrase("各单位在办", en: "Open by agency"))
    h.element("div", .class("charts")) { h in
      BarChart(
        Phrase("在办最多的单位（件）", en: "The fullest desks"),
        sorted.prefix(14).map { one in
          let text = one.late > 0 ? "\(one.open) / \(one.late)" : String(one.open)
          return .init(name(one), Double(one.open), text: text, isBad: one.late > 0)
        },
        note: Phrase("红色：有逾期件，斜线后为逾期件数。", en: "Red: some are late; their number after the stroke.")
      ).render(&h)
      h.element("div") { h in
        h.table(
          Phrase("各单位在办与逾期", en: "Open and late by agency"),
          columns: [
            (Phrase("承办单位", en: "Agency"), false), (Phrase("在办", en: "Open"), true),
            (Phrase("其中逾期", en: "Late"), true),
          ], isCaptionHidden: true
        ) { table in
          for one in sorted.prefix(14) {
            table.row([
              { h in
                guard let id = one.agency else { return h.text(name(one)) }
                h.a("/desk/requests?agency=\(id)", name(one))
              }, { $0.text(Figures.grouped(Int64(one.open))) },
              { $0.text(Figures.grouped(Int64(one.late))) },
            ])
          }
        }
      }
    }
    guard sorted.count > 14 else { return }
    h.details(Phrase("其余\(sorted.count - 14)个单位", en: "The other \(sorted.count - 14)")) { h in
      h.element("p") { h in
        for (index, one) in sorted.dropFirst(14).enumerated() {
          if index > 0 { h.text(Phrase("；", en: "; ")) }
          h.text(name(one) + .same(" \(one.open)"))
        }
      }
    }
  }
}
