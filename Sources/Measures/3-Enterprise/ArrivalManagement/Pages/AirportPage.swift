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
    let merges = try await merges(airport, on: today)
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
      h.element("div", .class("charts")) { h in AirportPlan(airport: airport).render(&h, merges) }
      AirportPlan(airport: airport).table(&h, merges)
      h.section(Phrase("容量", en: "Capacity"))
      CapacityView(airport: airport, study: airport.scenario.study).render(&h)
      CapacityCurves(study: airport.scenario.study).render(&h)
      h.section(Phrase("尾流间隔", en: "Wake minima"))
      WakeMatrix(scheme: airport.scenario.study.before.scheme).render(&h)
      WakeMatrix(scheme: airport.scenario.study.after.scheme).render(&h)
      h.section(Phrase("来源和未核实之处", en: "Source, and what is unverified"))
      h.p(rules.book.source)
      h.element("ul") { h in
        for line in airport.unverified + airport.assumptions {
          h.element("li", text: line)
        }
      }
    }
  }

  /// The latest version of the procedure of a runway (the main one if none is named) that is in effect on a day;
  /// nil if there is none.
  func inEffect(
    _ airport: Airport, runway: String? = nil, on day: CivilDate
  ) async throws -> CaseFacts? {
    let wanted = runway ?? airport.merge.threshold.name
    let rows = try await desk.store.all(
      CaseFileBook.about("airport:\(airport.id)", kind: DesignCases.kind))
    for row in rows where row.base.stage == "published" {
      let facts = try CaseFacts(row.facts)
      if let from = facts.date("effective-on"), from <= day,
        DesignProcedure.runway(facts, airport) == wanted
      {
        return facts
      }
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
}
