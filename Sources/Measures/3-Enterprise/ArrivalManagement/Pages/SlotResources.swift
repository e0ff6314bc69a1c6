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

/// What an airport has to give away: the gain times the peak hours, and what each hour of a day still has.
extension ArrivalMeasure {
  private static let numbers: [(name: String, label: Phrase, range: ClosedRange<Double>)] = [
    ("before", Phrase("变化前（架次/小时）", en: "Before (an hour)"), 1...400),
    ("after", Phrase("变化后（架次/小时）", en: "After (an hour)"), 1...400),
    ("peak", Phrase("每日高峰小时数", en: "Peak hours a day"), 1...24),
    ("total", Phrase("每小时上限：总量", en: "Limit an hour: total"), 1...400),
    ("arrivals", Phrase("每小时上限：进港", en: "Limit an hour: arrivals"), 1...400),
    ("departures", Phrase("每小时上限：离港", en: "Limit an hour: departures"), 1...400),
  ]

  private func defaults(_ airport: Airport) -> [String: String] {
    let study = airport.scenario.study
    let after = airport.published?.after ?? study.predictedAfter.rounded(.down)
    return [
      "before": Numbers.text(study.declaredBefore, 0), "after": Numbers.text(after, 0),
      "peak": String(study.peakHours), "total": String(airport.slotLimits.total),
      "arrivals": String(airport.slotLimits.arrivals),
      "departures": String(airport.slotLimits.departures),
    ]
  }

  func slotResourcesPage(_ visit: Visit) async throws -> Response {
    let query = visit.request.query
    let airport = try rules.airport(query["airport"] ?? rules.book.airports[0].id)
    let today = visit.now.date(in: rules.profile.zone)
    var values = defaults(airport)
    values["airport"] = airport.id
    var plan = SlotPlan(limits: airport.slotLimits)
    for series in try await series(airport) { plan.add(series) }
    values["on"] =
      query["on"].flatMap { $0.isEmpty ? nil : $0 } ?? (plan.busiest ?? today).description
    var faults: [Problem.Field] = []
    var read: [String: Double] = [:]
    for (name, _, range) in Self.numbers {
      if let text = query[name], !text.isEmpty { values[name] = text }
      if let number = Double(values[name] ?? ""), range.contains(number), number == number.rounded()
      {
        read[name] = number
      } else {
        let bounds = "\(Int(range.lowerBound))–\(Int(range.upperBound))"
        faults.append(
          Problem.Field(
            name, Phrase("请填写\(bounds)之间的整数。", en: "Write a whole number from \(bounds).")))
      }
    }
    let day = CivilDate(values["on"] ?? "")
    if day == nil {
      faults.append(
        Problem.Field("on", Phrase("请写如2026-03-02的日期。", en: "Write a day like 2026-03-02.")))
    }
    let problem = faults.isEmpty ? nil : Problem.invalid(faults)
    func number(_ name: String) -> Int { Int(read[name] ?? 0) }
    let limits = SlotLimits(
      total: number("total"), arrivals: number("arrivals"), departures: number("departures"))
    plan.limits = limits
    let title = Phrase("时刻资源", en: "Slot resources")
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/arrivals")]
    return visit.page(title, trail: trail, status: problem == nil ? 200 : 422) { h in
      h.heading(
        title,
        lead: Phrase(
          "新增时刻＝每小时增量×高峰小时数；余量按进港、离港和总量三个上限分别计算。",
          en:
            "Further slots = gain an hour × peak hours; what is free is counted under three limits: arrivals,"
            + " departures and both."))
      if let problem { h.errorSummary(problem) }
      form(&h, values, problem)
      guard let day, problem == nil else { return }
      gain(&h, airport, before: number("before"), after: number("after"), peak: number("peak"))
      hours(&h, plan, on: day, peak: number("peak"))
    }
  }

  private func form(_ h: inout HTML, _ values: [String: String], _ problem: Problem?) {
    let state = FormState(values: values.map { ($0.key, $0.value) }, problem: problem)
    let airports = rules.book.airports.map { (value: $0.id, label: $0.name) }
    h.element("form", .action("/arrivals/slot-resources"), .named("method", "get")) { h in
      h.select("airport", Phrase("机场", en: "Airport"), state, groups: [(nil, airports)])
      for (name, label, _) in Self.numbers { h.textField(name, label, state, inputMode: "numeric") }
      h.textField("on", Phrase("日期", en: "Day"), state, type: "date")
      h.button(Phrase("计算", en: "Compute"))
    }
  }

  private func gain(
    _ h: inout HTML, _ airport: Airport, before: Int, after: Int, peak: Int
  ) {
    let more = after - before
    h.section(Phrase("新增时刻", en: "Further slots"))
    h.tiles { h in
      h.tile(
        Phrase("每日", en: "A day"), String(more * peak),
        note: Phrase(
          "（\(after)－\(before)）×\(peak)", en: "(\(after) − \(before)) × \(peak)"),
        more > 0 ? .good : .plain)
      h.tile(Phrase("每周", en: "A week"), String(more * peak * 7))
      h.tile(
        Phrase("夏航季（31周）", en: "A summer season (31 weeks)"), String(more * peak * 217))
    }
    if let published = airport.published {
      let (before, after) = (Numbers.text(published.before, 0), Numbers.text(published.after, 0))
      h.p(
        Phrase(
          "公布：\(before)→\(after)，每日新增\(published.slotsPerDay)（\(published.source)）。",
          en:
            "Published: \(before) → \(after), \(published.slotsPerDay) more a day (\(published.source))."
        ))
    }
  }

  private func hours(_ h: inout HTML, _ plan: SlotPlan, on day: CivilDate, peak: Int) {
    let taken = plan.hours(on: day)
    let limits = plan.limits
    h.section(Phrase("\(day)各小时", en: "Hours of \(day)"))
    h.element("div", .class("charts")) { h in
      BarChart(
        Phrase(
          "已分配和已提出（总量，上限\(limits.total)）",
          en: "Allocated and offered (total, limit \(limits.total))"),
        taken.enumerated().map { hour, one in
          .init(
            .same(SlotSeries.text(hour * 60)), Double(one.total),
            text: "\(one.total)/\(limits.total)",
            isBad: one.total >= limits.total)
        }, maximum: Double(limits.total)
      ).render(&h)
    }
    h.table(
      Phrase("已用和余量", en: "Taken and free"),
      columns: [
        (Phrase("小时", en: "Hour"), false), (Phrase("进港", en: "Arrivals"), true),
        (Phrase("离港", en: "Departures"), true), (Phrase("总量", en: "Total"), true),
        (Phrase("进港余量", en: "Free: arrivals"), true),
        (Phrase("离港余量", en: "Free: departures"), true),
        (Phrase("总余量", en: "Free: total"), true), (Phrase("先用完", en: "First used up"), false),
      ]
    ) { table in
      for (hour, one) in taken.enumerated() {
        let free = max(0, limits.total - one.total)
        let arrivals = min(free, max(0, limits.arrivals - one.arrivals))
        let departures = min(free, max(0, limits.departures - one.departures))
        let bound: Phrase =
          free == 0
          ? SlotPlan.Bound.total.name
          : arrivals == 0
            ? SlotPlan.Bound.arrivals.name
            : departures == 0 ? SlotPlan.Bound.departures.name : .same("—")
        table.row([
          { $0.text(SlotSeries.text(hour * 60)) }, { $0.text(String(one.arrivals)) },
          { $0.text(String(one.departures)) }, { $0.text(String(one.total)) },
          { $0.text(String(arrivals)) }, { $0.text(String(departures)) },
          { $0.text(String(free)) }, { $0.text(bound) },
        ])
      }
    }
    let used = taken.reduce(0) { $0 + $1.total }
    h.p(
      Phrase(
        "当日已用\(used)；\(peak)个高峰小时共\(limits.total * peak)个时刻。",
        en: "\(used) taken on the day; \(peak) peak hours have \(limits.total * peak) slots."))
  }

  /// The series of an airport that take room: allocated, and offered until confirmed or lapsed.
  func series(_ airport: Airport) async throws -> [SlotSeries] {
    try await slotFiles(airport, ["allocated", "offered"]).compactMap {
      SlotProcedure.series($0, offered: true)
    }
  }

  /// What the cases of an airport's slots say, in these stages.
  func slotFiles(_ airport: Airport, _ stages: Set<String>) async throws -> [CaseFacts] {
    var found: [CaseFacts] = []
    var cursor = Int64.max
    while true {
      let rows = try await desk.store.all(
        CaseFileBook.about("airport:\(airport.id)", kind: SlotCases.kind, before: cursor))
      for row in rows where stages.contains(row.base.stage) {
        found.append(try CaseFacts(row.facts))
      }
      guard rows.count == 200, let last = rows.last else { return found }
      cursor = last.base.key
    }
  }
}
