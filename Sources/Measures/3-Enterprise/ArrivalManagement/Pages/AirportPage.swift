import ArrivalFlow
import Books
import CaseWork
import Charts
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// One airport: plan, capacity, wake minima, what nobody has checked.
extension ArrivalMeasure {
  func airportPage(_ visit: Visit) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    let today = visit.now.date(in: rules.profile.zone)
    let version = try await inEffect(airport, on: today)
    let merge = try version.map { try DesignProcedure.merge($0, rules) } ?? airport.merge
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/arrivals")]
    return visit.page(airport.name, trail: trail) { h in
      h.heading(airport.name, lead: .same(airport.icao))
      if let number = version?.integer("version") {
        h.banner(
          Phrase("公布的程序，版本\(number)", en: "The published procedure, version \(number)"), .good)
      } else {
        h.banner(
          Phrase(
            "尚未公布程序；下图为档案中的设计示例。", en: "No procedure is published; this is the profile's example."),
          .info)
      }
      h.element("div", .class("charts")) { h in AirportPlan(airport: airport).render(&h, merge) }
      AirportPlan(airport: airport).table(&h, merge)
      h.section(Phrase("容量", en: "Capacity"))
      CapacityView(study: airport.scenario.study).render(&h)
      h.section(Phrase("尾流间隔", en: "Wake minima"))
      WakeMatrix(scheme: airport.scenario.study.before.scheme).render(&h)
      WakeMatrix(scheme: airport.scenario.study.after.scheme).render(&h)
      h.section(Phrase("来源和未核实之处", en: "Source, and what is unverified"))
      h.p(.same(rules.book.source))
      h.element("ul") { h in
        for line in airport.unverified + airport.scenario.assumptions {
          h.element("li", text: line)
        }
      }
    }
  }

  /// The latest version of a procedure that is in effect on a day; nil if there is none.
  func inEffect(_ airport: Airport, on day: CivilDate) async throws -> CaseFacts? {
    let rows = try await desk.store.all(
      CaseFileBook.about("airport:\(airport.id)", kind: DesignCases.kind))
    for row in rows where row.base.stage == "published" {
      let facts = try CaseFacts(row.facts)
      if let from = facts.date("effective-on"), from <= day { return facts }
    }
    return nil
  }

  func wakePage(_ visit: Visit) throws -> Response {
    let today = visit.now.date(in: rules.profile.zone)
    let text = visit.request.query["on"] ?? ""
    let asked = CivilDate(text)
    let day = asked ?? today
    let title = Phrase("尾流间隔", en: "Wake minima")
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/arrivals")]
    let isWrong = asked == nil && !text.isEmpty
    return visit.page(title, trail: trail, status: isWrong ? 422 : 200) { h in
      h.heading(
        title, lead: Phrase("\(day)施行的标准", en: "The schemes in force on \(day)"))
      let message = Phrase("请写如2026-03-02的日期。", en: "Write a day like 2026-03-02.")
      let state = FormState(
        values: [("on", text.isEmpty ? day.description : text)],
        problem: isWrong ? .invalid([Problem.Field("on", message)]) : nil)
      h.element("form", .action("/arrivals/wake"), .named("method", "get")) { h in
        h.textField("on", Phrase("日期", en: "Day"), state, type: "date")
        h.button(Phrase("查看", en: "Show"))
      }
      let ids = Set(WakeScheme.all.map(\.id)).sorted()
      for id in ids {
        if let scheme = try? WakeScheme.named(id, on: day) {
          WakeMatrix(scheme: scheme).render(&h)
        } else {
          h.p(Phrase("\(id)：\(day)尚未施行。", en: "\(id) is not in force on \(day)."))
        }
      }
    }
  }

  // MARK: Results

  private struct SlotResult: Sendable {
    let airport: String
    let facts: CaseFacts
  }

  private func allocated() async throws -> [SlotResult] {
    var found: [SlotResult] = []
    for airport in rules.book.airports {
      var cursor = Int64.max
      while true {
        let rows = try await desk.store.all(
          CaseFileBook.about("airport:\(airport.id)", kind: SlotCases.kind, before: cursor))
        for row in rows where row.base.stage == "allocated" {
          found.append(SlotResult(airport: airport.id, facts: try CaseFacts(row.facts)))
        }
        guard rows.count == 200, let last = rows.last else { break }
        cursor = last.base.key
      }
    }
    return found
  }

  /// The series that were allocated, as comma-separated text.
  func resultsTable(_ visit: Visit) async throws -> Response {
    var text = "airport,airline,movement,from,to,weekdays,asked,allocated\n"
    for one in try await allocated() {
      let facts = one.facts
      let fields = [
        one.airport, facts.text("airline"), facts.text("movement"), facts.text("from"),
        facts.text("to"), facts.list("weekdays").joined(), facts.text("time"),
        facts.text("offered"),
      ]
      text += fields.joined(separator: ",") + "\n"
    }
    return Response(type: "text/csv; charset=utf-8", Array(text.utf8))
  }

  func resultsPage(_ visit: Visit) async throws -> Response {
    let today = visit.now.date(in: rules.profile.zone)
    var versions: [(Airport, CaseFacts?)] = []
    for airport in rules.book.airports {
      versions.append((airport, try await inEffect(airport, on: today)))
    }
    let slots = try await allocated()
    let title = Phrase("公布的程序和时刻", en: "Published results")
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/arrivals")]
    return visit.page(title, trail: trail) { h in
      h.heading(title)
      h.table(
        Phrase("有效的程序", en: "Procedures in effect"),
        columns: [
          (Phrase("机场", en: "Airport"), false), (Phrase("版本", en: "Version"), true),
          (Phrase("生效", en: "In effect from"), false),
        ]
      ) { table in
        for (airport, facts) in versions {
          table.row([
            { $0.a("/arrivals/airports/\(airport.id)", airport.name) },
            { $0.text(facts?.integer("version").map { String($0) } ?? "—") },
            { $0.text(facts?.text("effective-on") ?? "—") },
          ])
        }
      }
      for airport in rules.book.airports {
        let own = slots.filter { $0.airport == airport.id }
        guard !own.isEmpty else { continue }
        var byHour = Array(repeating: 0, count: 24)
        for one in own {
          guard let series = SlotProcedure.series(one.facts, offered: true) else { continue }
          byHour[series.minute / 60] += series.days.count
        }
        BarChart(
          airport.name + Phrase("：各小时已分配时刻", en: ": slots allocated by hour"),
          byHour.enumerated().filter { $0.element > 0 }.map {
            .init(
              .same("\(SlotSeries.text($0.offset * 60))"), Double($0.element), text: "\($0.element)"
            )
          }
        ).render(&h)
      }
      h.p(
        Phrase("已分配系列\(slots.count)个。", en: "\(slots.count) series are allocated."))
      h.buttonLink(Phrase("下载（CSV）", en: "Download (CSV)"), "/arrivals/results.csv", .quiet)
    }
  }
}
