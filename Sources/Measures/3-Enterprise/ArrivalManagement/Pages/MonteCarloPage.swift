import ArrivalFlow
import Charts
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// Simulated hours of an airport's procedure: distributions, and the parameters with which anybody gets the same.
extension ArrivalMeasure {
  private static let kept = 64
  private static let numbers: [(name: String, label: Phrase, range: ClosedRange<Int>, usual: Int)] =
    [
      ("hourly", Phrase("每小时进港架次", en: "Arrivals drawn an hour"), 1...60, 32),
      ("hours", Phrase("模拟小时数", en: "Hours"), 1...1000, 200),
      ("seed", Phrase("随机种子", en: "Seed"), 0...1_000_000_000, 13),
      ("shift", Phrase("最多移位", en: "Moves at most"), 0...6, 3),
    ]

  func monteCarloPage(_ visit: Visit) async throws -> Response {
    let query = visit.request.query
    let airport = try rules.airport(query["airport"] ?? rules.book.airports[0].id)
    var values: [String: String] = ["airport": airport.id]
    var read: [String: Int] = [:]
    var faults: [Problem.Field] = []
    for (name, _, range, usual) in Self.numbers {
      let text = query[name].flatMap { $0.isEmpty ? nil : $0 } ?? String(usual)
      values[name] = text
      if let number = Int(text), range.contains(number) {
        read[name] = number
      } else {
        let bounds = "\(range.lowerBound)–\(range.upperBound)"
        faults.append(
          Problem.Field(
            name, Phrase("请填写\(bounds)之间的整数。", en: "Write a whole number from \(bounds).")))
      }
    }
    let problem = faults.isEmpty ? nil : Problem.invalid(faults)
    let run = try problem == nil ? monteCarlo(airport, read) : nil
    let title = Phrase("蒙特卡洛模拟", en: "Monte Carlo")
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/arrivals")]
    return visit.page(title, trail: trail, status: problem == nil ? 200 : 422) { h in
      h.heading(
        title,
        lead: Phrase(
          "在一条跑道的点融合程序上随机生成进港小时，逐小时排序；同样的参数总得到同样的结果。",
          en:
            "Hours of random arrivals on the point-merge procedure of one runway, each put in order. The same"
            + " parameters always give the same result."))
      if let problem { h.errorSummary(problem) }
      form(&h, values, problem)
      if let run { MonteCarloView(run: run, airport: airport).render(&h) }
    }
  }

  private func form(_ h: inout HTML, _ values: [String: String], _ problem: Problem?) {
    let state = FormState(values: values.map { ($0.key, $0.value) }, problem: problem)
    let airports = rules.book.airports.map { (value: $0.id, label: $0.name) }
    h.element("form", .action("/arrivals/monte-carlo"), .named("method", "get")) { h in
      h.select("airport", Phrase("机场", en: "Airport"), state, groups: [(nil, airports)])
      for (name, label, _, _) in Self.numbers {
        h.textField(name, label, state, inputMode: "numeric")
      }
      h.button(Phrase("模拟", en: "Simulate"))
    }
  }

  /// A run, kept until others push it out.
  private func monteCarlo(_ airport: Airport, _ read: [String: Int]) throws -> MonteCarloRun {
    let wish = MonteCarloRun.Wish(
      airport: airport.id, runway: airport.merge.threshold.name, hourly: read["hourly"] ?? 1,
      hours: read["hours"] ?? 1, seed: UInt64(read["seed"] ?? 0), shift: read["shift"] ?? 0)
    if let found = runs.withLock({ $0[wish] }) { return found }
    let json = airport.mergeScenario(
      airport.merge, fleet: airport.scenario.study.fleet, wind: nil, hourly: wish.hourly,
      shift: wish.shift)
    let made = try MonteCarloRun(wish, try MergeTables(try MergeScenario(json)))
    runs.withLock { kept in
      if kept.count >= Self.kept { kept.removeAll() }
      kept[wish] = made
    }
    return made
  }

  /// The procedure of an airport as a file for `tequ arrivals simulate`.
  func scenarioFile(_ visit: Visit) throws -> Response {
    let airport = try rules.airport(visit["airport"])
    let query = visit.request.query
    func number(_ name: String) -> Int {
      guard let row = Self.numbers.first(where: { $0.name == name }) else { return 0 }
      return query[name].flatMap { Int($0) }.flatMap { row.range.contains($0) ? $0 : nil }
        ?? row.usual
    }
    return .json(
      airport.mergeScenario(
        airport.merge, fleet: airport.scenario.study.fleet, wind: nil, hourly: number("hourly"),
        shift: number("shift")))
  }
}

/// The figures and plots of a run.
struct MonteCarloView {
  let run: MonteCarloRun
  let airport: Airport

  func render(_ h: inout HTML) {
    let all = run.statistics
    let wish = run.wish
    h.section(Phrase("结果", en: "Results"))
    h.tiles { h in
      h.tile(
        Phrase("通过量", en: "Throughput"), Numbers.text(all.throughput, 1),
        unit: Phrase("架次/小时", en: "an hour"))
      h.tile(
        Phrase("平均延误", en: "Mean delay"), Numbers.text(all.meanDelay, 0),
        unit: Phrase("秒", en: "s"),
        note: Phrase(
          "中位\(all.delay(share: 0.5))，90%不超过\(all.delay(share: 0.9))，99%不超过\(all.delay(share: 0.99))",
          en:
            "half \(all.delay(share: 0.5)), 90 % \(all.delay(share: 0.9)), 99 % \(all.delay(share: 0.99)) at most"
        ))
      h.tile(
        Phrase("弧的使用", en: "Use of the arcs"), Numbers.text(all.meanArcUse * 100, 0),
        unit: .same("%"),
        note: Phrase(
          "弧用尽\(all.runOuts)架次，涉及\(all.runOutHours)小时",
          en: "\(all.runOuts) aircraft ran out of arc, in \(all.runOutHours) hours"))
      h.tile(
        Phrase("航空公司间不均（基尼）", en: "Inequality among airlines (Gini)"),
        Numbers.text(run.inequality, 2), note: Phrase("各小时的平均", en: "mean of the hours"))
    }
    charts(&h)
    tables(&h)
    h.section(Phrase("参数", en: "Parameters"))
    let file =
      "/arrivals/airports/\(airport.id)/scenario.json?hourly=\(wish.hourly)&shift=\(wish.shift)"
    h.p(
      Phrase(
        "\(airport.name.zh)，跑道\(wish.runway)，静风，每小时\(wish.hourly)架，\(wish.hours)小时，种子\(wish.seed)，最多移位\(wish.shift)；"
          + "已证明最优的小时\(all.proved)。",
        en:
          "\(airport.name.en), runway \(wish.runway), calm air, \(wish.hourly) an hour, \(wish.hours) hours, seed"
          + " \(wish.seed), at most \(wish.shift) moves; \(all.proved) hours proved best."))
    h.element("p") { h in
      h.a(file, Phrase("下载情形文件", en: "Download the scenario"))
      h.text(
        Phrase(
          "，用 tequ arrivals simulate --scenario 文件 --hours \(wish.hours) --seed \(wish.seed) 得到同样的结果。",
          en:
            ", and get the same with tequ arrivals simulate --scenario FILE --hours \(wish.hours) --seed \(wish.seed)."
        ))
    }
  }

  private var delayBars: [(name: Phrase, count: Int)] {
    let last = run.delays.lastIndex { $0 > 0 } ?? 0
    return run.delays[...last].enumerated().map { index, count in
      let isLast = index == run.delays.count - 1
      return (
        isLast
          ? Phrase("\(index)分钟以上", en: "\(index) min and more")
          : Phrase("\(index)–\(index + 1)分钟", en: "\(index)–\(index + 1) min"), count
      )
    }
  }

  private var arcBars: [(name: Phrase, count: Int)] {
    run.arcs.enumerated().map { index, count in
      (
        index == 10
          ? Phrase("弧用尽", en: "ran out") : .same("\(index * 10)–\(index * 10 + 10) %"), count
      )
    }
  }

  private var rateBars: [(name: Phrase, count: Int)] {
    run.rates.sorted { $0.key < $1.key }.map { (.same("\($0.key)"), $0.value) }
  }

  private var shiftBars: [(name: Phrase, count: Int)] {
    run.shifts.sorted { $0.key < $1.key }.map {
      (.same($0.key > 0 ? "+\($0.key)" : "\($0.key)"), $0.value)
    }
  }

  private var plots: [(title: Phrase, unit: Phrase, bars: [(name: Phrase, count: Int)])] {
    let aircraft = Phrase("架次", en: "aircraft")
    return [
      (Phrase("延误的分布", en: "Delays"), aircraft, delayBars),
      (Phrase("弧使用的分布", en: "Share of the arc that is flown"), aircraft, arcBars),
      (Phrase("每小时落地数的分布", en: "Landings an hour"), Phrase("小时数", en: "hours"), rateBars),
      (Phrase("移位的分布", en: "Places moved"), aircraft, shiftBars),
    ]
  }

  private func charts(_ h: inout HTML) {
    h.element("div", .class("charts")) { h in
      for plot in plots {
        BarChart(
          plot.title + Phrase("（", en: " (") + plot.unit + Phrase("）", en: ")"),
          plot.bars.map { .init($0.name, Double($0.count), text: String($0.count)) }
        ).render(&h)
      }
    }
  }

  private func tables(_ h: inout HTML) {
    for plot in plots {
      h.details(plot.title + Phrase("：数据", en: ": figures")) { h in
        let total = plot.bars.reduce(0) { $0 + $1.count }
        h.table(
          plot.title,
          columns: [
            (plot.title, false), (plot.unit, true), (Phrase("份额（%）", en: "Share (%)"), true),
            (Phrase("累计（%）", en: "Up to here (%)"), true),
          ], isCaptionHidden: true
        ) { table in
          var sum = 0
          for bar in plot.bars {
            sum += bar.count
            let (part, up) = (
              Double(bar.count) * 100 / Double(max(1, total)),
              Double(sum) * 100 / Double(max(1, total))
            )
            table.row([
              { $0.text(bar.name) }, { $0.text(String(bar.count)) },
              { $0.text(Numbers.text(part, 1)) }, { $0.text(Numbers.text(up, 1)) },
            ])
          }
        }
      }
    }
    h.table(
      Phrase("各航空公司（模拟）", en: "Airlines of the simulation"),
      columns: [
        (Phrase("航空公司", en: "Airline"), false), (Phrase("架次", en: "Flights"), true),
        (Phrase("平均延误（秒）", en: "Mean delay (s)"), true), (Phrase("平均移位", en: "Mean move"), true),
      ]
    ) { table in
      for (airline, line) in run.airlines.sorted(by: { $0.key < $1.key }) {
        let count = Double(max(1, line.flights))
        table.row(texts: [
          airline, String(line.flights), Numbers.text(line.delay_s / count, 0),
          Numbers.text(Double(line.shift) / count, 3),
        ])
      }
    }
  }
}
