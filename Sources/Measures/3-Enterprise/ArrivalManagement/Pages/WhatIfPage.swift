import ArrivalFlow
import Charts
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// Another fleet, scheme, buffer, runways or number of peak hours, beside what the data says.
struct WhatIfPage {
  let rules: ArrivalRules

  private struct Wish {
    let airport: Airport
    let values: [String: String]

    func text(_ name: String) -> String { values[name] ?? "" }
  }

  private static let numbers: [(name: String, label: Phrase, least: Double, most: Double)] = [
    ("before-buffer", Phrase("变化前缓冲（秒）", en: "Buffer before (s)"), 0, 120),
    ("before-radar", Phrase("变化前雷达间隔（公里）", en: "Radar minimum before (km)"), 3, 20),
    ("after-buffer", Phrase("变化后缓冲（秒）", en: "Buffer after (s)"), 0, 120),
    ("after-radar", Phrase("变化后雷达间隔（公里）", en: "Radar minimum after (km)"), 3, 20),
    ("declared", Phrase("变化前公布容量（架次/小时）", en: "Declared before (an hour)"), 1, 400),
    ("peak", Phrase("高峰小时数", en: "Peak hours a day"), 1, 24),
    ("heavy", Phrase("重型机份额（%）", en: "Share of heavy aircraft (%)"), 0, 100),
  ]

  private static let uses: [(value: String, label: Phrase)] = [
    ("profile", Phrase("按档案", en: "as in the profile")),
    ("segregated-2", Phrase("一降一起", en: "one lands, one departs")),
    ("mixed-2", Phrase("两条混合", en: "two in mixed use")),
    ("staggered-3", Phrase("两降（交错）一起", en: "two land staggered, one departs")),
    ("segregated-4", Phrase("两降两起", en: "two land, two depart")),
  ]

  private static func runways(_ use: String) -> JSONValue? {
    switch use {
    case "segregated-2":
      [["use": "arrivals", "runways": 1], ["use": "departures", "runways": 1]]
    case "mixed-2": [["use": "mixed", "runways": 2]]
    case "staggered-3":
      .array([
        .object(["use": "staggered", "slant_km": .number(3.7), "spacing_km": .number(1.6)]),
        ["use": "departures", "runways": 1],
      ])
    case "segregated-4":
      [["use": "arrivals", "runways": 2], ["use": "departures", "runways": 2]]
    default: nil
    }
  }

  // MARK: Reading

  private func defaults(_ airport: Airport) -> [String: String] {
    let study = airport.scenario.study
    let total = study.fleet.reduce(0) { $0 + $1.weight }
    let heavy = study.fleet.filter { $0.type.mass_kg >= 136_000 }.reduce(0) { $0 + $1.weight }
    return [
      "before-buffer": Numbers.text(study.before.buffer_s, 0),
      "before-radar": Numbers.text(study.before.radarMinimum_m / 1000, 1),
      "after-buffer": Numbers.text(study.after.buffer_s, 0),
      "after-radar": Numbers.text(study.after.radarMinimum_m / 1000, 1),
      "before-scheme": study.before.scheme.id, "after-scheme": study.after.scheme.id,
      "declared": Numbers.text(study.declaredBefore, 0), "peak": String(study.peakHours),
      "heavy": Numbers.text(heavy / max(total, 1e-9) * 100, 0), "use": "profile",
    ]
  }

  private func wish(_ visit: Visit) throws(Problem) -> Wish {
    let query = visit.request.query
    let id = query["airport"] ?? rules.book.airports[0].id
    let airport = try rules.airport(id)
    var values = defaults(airport)
    for name in values.keys { if let text = query[name], !text.isEmpty { values[name] = text } }
    return Wish(airport: airport, values: values)
  }

  /// The scenario with the wishes; throws 422 with all that is wrong.
  private func study(_ wish: Wish) throws(Problem) -> CapacityStudy {
    var faults: [Problem.Field] = []
    var numbers: [String: Double] = [:]
    for (name, _, least, most) in Self.numbers {
      if let number = Double(wish.text(name)), (least...most).contains(number) {
        numbers[name] = number
      } else {
        let range = "\(Numbers.text(least, 0))–\(Numbers.text(most, 0))"
        faults.append(
          Problem.Field(
            name, Phrase("请填写\(range)之间的数。", en: "Write a number from \(range).")))
      }
    }
    guard Self.uses.contains(where: { $0.value == wish.text("use") }) else {
      throw .invalid(
        faults + [Problem.Field("use", Phrase("没有这种用法。", en: "There is no such use."))])
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    func number(_ name: String) -> Double { numbers[name] ?? 0 }
    var json = wish.airport.scenarioJSON.object ?? [:]
    for side in ["before", "after"] {
      var rules = json[side]?.object ?? [:]
      rules["deviation_s"] = nil
      rules["deviations"] = nil
      rules["scheme"] = .string(wish.text(side + "-scheme"))
      rules["buffer_s"] = .number(number(side + "-buffer"))
      rules["radar_km"] = .number(number(side + "-radar"))
      json[side] = .object(rules)
    }
    json["declared_before"] = .number(number("declared"))
    json["peak_hours"] = .integer(Int64(number("peak")))
    if let runways = Self.runways(wish.text("use")) {
      json["runways"] = runways
      // The profile's further sets go with its own runways.
      json["expansions"] = nil
    }
    json["fleet"] = fleet(json["fleet"], heavy: number("heavy") / 100)
    return try CapacityScenario(.object(json)).study
  }

  /// The fleet with another share of heavy aircraft; within both groups the shares stay as they are.
  private func fleet(_ json: JSONValue?, heavy: Double) -> JSONValue {
    let groups = json?.array ?? []
    func isHeavy(_ group: JSONValue) -> Bool { (group["mass_kg"]?.double ?? 0) >= 136_000 }
    func sum(_ wanted: Bool) -> Double {
      groups.filter { isHeavy($0) == wanted }.reduce(0) { $0 + ($1["share"]?.double ?? 0) }
    }
    let (most, rest) = (sum(true), sum(false))
    guard most > 0, rest > 0 else { return .array(groups) }
    return .array(
      groups.compactMap { group in
        var members = group.object ?? [:]
        let share = group["share"]?.double ?? 0
        let new = isHeavy(group) ? share / most * heavy : share / rest * (1 - heavy)
        guard new > 0 else { return nil }
        members["share"] = .number(new)
        return .object(members)
      })
  }

  // MARK: Page

  func render(_ visit: Visit) throws -> Response {
    let wish = try wish(visit)
    var problem: Problem?
    var study: CapacityStudy?
    do throws(Problem) { study = try self.study(wish) } catch { problem = error }
    let title = Phrase("假设分析", en: "What if")
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/arrivals")]
    return visit.page(title, trail: trail, status: problem == nil ? 200 : 422) { h in
      h.heading(
        title,
        lead: Phrase(
          "改动任何一项，与档案中的情形比较。", en: "Change anything and compare with the profile's own case."))
      if let problem { h.errorSummary(problem) }
      form(&h, wish, problem)
      if let study {
        CapacityView(airport: wish.airport, study: study).render(&h)
        comparison(&h, wish.airport.scenario.study, study)
        CapacityCurves(study: study).render(&h)
      }
    }
  }

  private func form(_ h: inout HTML, _ wish: Wish, _ problem: Problem?) {
    var values = wish.values
    values["airport"] = wish.airport.id
    let state = FormState(values: values.map { ($0.key, $0.value) }, problem: problem)
    let schemes = Set(WakeScheme.all.map(\.id)).sorted().map { id in
      (value: id, label: WakeScheme.all.first { $0.id == id }?.name ?? .same(id))
    }
    let airports = rules.book.airports.map { (value: $0.id, label: $0.name) }
    h.element("form", .action("/arrivals/what-if"), .named("method", "get")) { h in
      h.select("airport", Phrase("机场", en: "Airport"), state, groups: [(nil, airports)])
      h.select("use", Phrase("跑道", en: "Runways"), state, groups: [(nil, Self.uses)])
      h.select(
        "before-scheme", Phrase("变化前尾流标准", en: "Wake scheme before"), state,
        groups: [(nil, schemes)])
      h.select(
        "after-scheme", Phrase("变化后尾流标准", en: "Wake scheme after"), state,
        groups: [(nil, schemes)])
      for (name, label, _, _) in Self.numbers {
        h.textField(name, label, state, inputMode: "decimal")
      }
      h.button(Phrase("计算", en: "Compute"))
    }
  }

  private func comparison(_ h: inout HTML, _ profile: CapacityStudy, _ asked: CapacityStudy) {
    let rows = [
      (Phrase("档案", en: "Profile"), profile), (Phrase("假设", en: "What if"), asked),
    ]
    let chart = BarChart(
      Phrase("比较（架次/小时）", en: "Compared (movements an hour)"),
      rows.flatMap { name, study in
        [
          .init(
            name + Phrase("·前", en: ", before"), study.declaredBefore,
            text: Numbers.text(study.declaredBefore, 1)),
          .init(
            name + Phrase("·后", en: ", after"), study.predictedAfter,
            text: Numbers.text(study.predictedAfter, 1)),
        ]
      }
    )
    h.element("div", .class("charts")) { chart.render(&$0) }
    h.table(
      Phrase("情形比较", en: "Scenarios compared"),
      columns: [
        (Phrase("情形", en: "Scenario"), false), (Phrase("前", en: "Before"), true),
        (Phrase("后", en: "After"), true), (Phrase("每日新增时刻", en: "Further slots a day"), true),
        (Phrase("高峰小时", en: "Peak hours"), true),
      ]
    ) { table in
      for (name, study) in rows {
        table.row([
          { $0.text(name) }, { $0.text(Numbers.text(study.declaredBefore, 1)) },
          { $0.text(Numbers.text(study.predictedAfter, 1)) },
          { $0.text(String(study.slotsPerDay)) },
          { $0.text(String(study.peakHours)) },
        ])
      }
    }
  }
}
