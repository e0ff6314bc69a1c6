import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// What the low altitude comes to, beside the figures that were published for Shenzhen.
extension LowAltitudeMeasure {
  private static let flightCounts = Query(
    Statement("SELECT mission, state, count(*) FROM air_flights GROUP BY mission, state")
  ) { (mission: $0.text(0), state: $0.text(1), count: $0.integer(2)) }

  func statisticsRoutes(_ routes: inout Routes) {
    routes.get("/low-altitude/statistics") { visit in
      let flights = try await desk.store.report { try $0.all(LowAltitudeMeasure.flightCounts) }
      let complaints = try await desk.store.all(ComplaintBook.numbers)
      let title = Phrase("低空统计", en: "Low altitude in figures")
      return visit.page(title, trail: LowAltitudeMeasure.networkTrail) { h in
        h.heading(title)
        besideShenzhen(&h, visit)
        indicatorTable(&h, visit)
        missionTable(&h, flights)
        complaintTable(&h, complaints)
      }
    }
  }

  /// The figures that Shenzhen published first, each with the city's own.
  private func besideShenzhen(_ h: inout HTML, _ visit: Visit) {
    let values = indicators(at: visit.now)
    let shown = values.filter { value in profile.figures.contains { $0.indicator == value.id } }
    let more = values.filter {
      ["low-altitude.on-time", "low-altitude.replanned", "low-altitude.in-time"].contains($0.id)
    }
    h.tiles { h in
      for value in shown {
        let published = profile.figures.first { $0.indicator == value.id }
        h.tile(
          value.name, value.text,
          note: Phrase("深圳：", en: "Shenzhen: ") + (published?.label ?? .same("—")))
      }
      for value in more { h.tile(value.name, value.text, note: value.formula) }
    }
  }

  private func indicatorTable(_ h: inout HTML, _ visit: Visit) {
    h.table(
      Phrase("指标与深圳公布数", en: "Figures beside those published for Shenzhen"),
      columns: [
        (Phrase("指标", en: "Figure"), false), (Phrase("本市", en: "Here"), true),
        (Phrase("深圳（截至2023年6月底）", en: "Shenzhen (June 2023)"), false),
        (Phrase("算法", en: "Formula"), false),
      ]
    ) { table in
      for value in indicators(at: visit.now) {
        let published = profile.figures.first { $0.indicator == value.id }
        table.row([
          { $0.text(value.name) }, { $0.text(value.text) },
          { $0.text(published?.label ?? .same("—")) }, { $0.text(value.formula) },
        ])
      }
    }
  }

  private func missionTable(
    _ h: inout HTML, _ counts: [(mission: String, state: String, count: Int64)]
  ) {
    h.table(
      Phrase("经批准的飞行（按任务）", en: "Approved flights by mission"),
      columns: [
        (Phrase("任务", en: "Mission"), false), (Phrase("待飞", en: "Planned"), true),
        (Phrase("在飞", en: "In the air"), true), (Phrase("已完成", en: "Ended"), true),
        (Phrase("取消", en: "Dropped"), true),
      ]
    ) { table in
      for mission in Mission.allCases {
        let own = counts.filter { $0.mission == mission.rawValue }
        guard !own.isEmpty else { continue }
        let cells = ApprovedFlight.State.allCases.map { state -> String in
          Figures.grouped(own.first { $0.state == state.rawValue }?.count ?? 0)
        }
        table.row([{ $0.text(mission.name) }] + cells.map { text in { $0.text(text) } })
      }
    }
  }

  private func complaintTable(
    _ h: inout HTML, _ counts: [(topic: String, all: Int64, found: Int64)]
  ) {
    guard !counts.isEmpty else { return }
    h.table(
      Phrase("投诉", en: "Complaints"),
      columns: [
        (Phrase("事项", en: "About"), false), (Phrase("件数", en: "Number"), true),
        (Phrase("找到航班", en: "With a flight"), true),
      ]
    ) { table in
      for count in counts {
        let topic = ComplaintRow.Topic(rawValue: count.topic)?.name ?? .same(count.topic)
        table.row([
          { $0.text(topic) }, { $0.text(Figures.grouped(count.all)) },
          { $0.text(Figures.grouped(count.found)) },
        ])
      }
    }
  }
}
