import ArrivalFlow
import CaseWork
import Charts
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// What is published: procedures in effect, slots by hour and kind, who bore the delay.
extension ArrivalMeasure {
  /// The series that were allocated, as comma-separated text.
  func resultsTable(_ visit: Visit) async throws -> Response {
    var text = "airport,airline,movement,from,to,weekdays,asked,allocated,bound\n"
    for airport in rules.book.airports {
      for facts in try await slotFiles(airport, ["allocated"]) {
        let fields = [
          airport.id, facts.text("airline"), facts.text("movement"), facts.text("from"),
          facts.text("to"), facts.list("weekdays").joined(), facts.text("time"),
          facts.text("offered"), facts.text("bound"),
        ]
        text += fields.joined(separator: ",") + "\n"
      }
    }
    return Response(type: "text/csv; charset=utf-8", Array(text.utf8))
  }

  func resultsPage(_ visit: Visit) async throws -> Response {
    let today = visit.now.date(in: rules.profile.zone)
    var found: [AirportResult] = []
    for airport in rules.book.airports {
      found.append(
        AirportResult(
          airport: airport, version: try await inEffect(airport, on: today),
          slots: try await slotFiles(airport, ["allocated"]),
          tally: try await board(airport, now: visit.now).board.tally))
    }
    let title = Phrase("公布的程序和时刻", en: "Published results")
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/arrivals")]
    return visit.page(title, trail: trail) { h in
      h.heading(title)
      procedures(&h, found)
      h.section(Phrase("已分配的时刻", en: "Slots that are allocated"))
      let count = found.reduce(0) { $0 + $1.slots.count }
      h.p(Phrase("已分配系列\(count)个。", en: "\(count) series are allocated."))
      for one in found where !one.slots.isEmpty { one.render(&h) }
      h.buttonLink(Phrase("下载（CSV）", en: "Download (CSV)"), "/arrivals/results.csv", .quiet)
      h.section(Phrase("延误由谁承担", en: "Who bears the delay"))
      let flown = found.filter { !$0.tally.lines.isEmpty }
      if flown.isEmpty {
        h.empty(Phrase("还没有排序落地。", en: "No landing was sequenced yet."))
      }
      for one in flown {
        h.p(one.airport.name)
        FairnessTable.render(&h, one.tally)
      }
    }
  }

  private func procedures(_ h: inout HTML, _ found: [AirportResult]) {
    h.table(
      Phrase("有效的程序", en: "Procedures in effect"),
      columns: [
        (Phrase("机场", en: "Airport"), false), (Phrase("版本", en: "Version"), true),
        (Phrase("生效", en: "In effect from"), false),
        (Phrase("时刻上限：进港/离港/总量", en: "Slot limits: arrivals / departures / total"), false),
      ]
    ) { table in
      for one in found {
        let limits = one.airport.slotLimits
        table.row([
          { $0.a("/arrivals/airports/\(one.airport.id)", one.airport.name) },
          { $0.text(one.version?.integer("version").map { String($0) } ?? "—") },
          { $0.text(one.version?.text("effective-on") ?? "—") },
          { $0.text("\(limits.arrivals) / \(limits.departures) / \(limits.total)") },
        ])
      }
    }
  }
}

/// What is published of one airport.
private struct AirportResult: Sendable {
  let airport: Airport
  let version: CaseFacts?
  let slots: [CaseFacts]
  let tally: BoardTally

  /// Allocated slots of the season by hour and kind.
  func render(_ h: inout HTML) {
    var hours = Array(repeating: SlotPlan.Hour(), count: 24)
    for facts in slots {
      guard let series = SlotProcedure.series(facts, offered: true) else { continue }
      let count = series.days.count
      if series.isArrival {
        hours[series.minute / 60].arrivals += count
      } else {
        hours[series.minute / 60].departures += count
      }
    }
    let used = hours.enumerated().filter { $0.element.total > 0 }
    BarChart(
      airport.name + Phrase("：各小时已分配时刻", en: ": slots allocated by hour"),
      used.map {
        .init(
          .same(SlotSeries.text($0.offset * 60)), Double($0.element.total),
          text: "\($0.element.total)")
      }
    ).render(&h)
    h.table(
      airport.name + Phrase("：各小时已分配时刻", en: ": slots allocated by hour"),
      columns: [
        (Phrase("小时", en: "Hour"), false), (Phrase("进港", en: "Arrivals"), true),
        (Phrase("离港", en: "Departures"), true), (Phrase("总量", en: "Total"), true),
      ], isCaptionHidden: true
    ) { table in
      for (hour, one) in used {
        table.row(texts: [
          SlotSeries.text(hour * 60), String(one.arrivals), String(one.departures),
          String(one.total),
        ])
      }
    }
  }
}
