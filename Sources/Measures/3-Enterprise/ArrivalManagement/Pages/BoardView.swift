import ArrivalFlow
import Charts
import CityProfiles
import Commons
import Markup
import MeasureKit

/// What a board shows: how the sequence was made, the plan, the ladder, the table, who bears the delay.
struct BoardView {
  let airport: Airport
  let board: ArrivalBoard
  let merges: [PointMerge]
  let rules: ArrivalRules
  let visit: Visit

  private var now: Int64 { visit.now.seconds }

  func clock(_ seconds: Int64) -> String {
    let second = Instant(seconds: seconds).secondOfDay(in: rules.profile.zone)
    let rest = String(second % 60 + 100).dropFirst()
    return SlotSeries.text(second / 60) + ":" + rest
  }

  func render(_ h: inout HTML) {
    let lines = BoardLine.all(board, airport, rules.book, now: now)
    let planned = lines.filter { $0.flight.planned != nil }
    let use = airport.configuration(board.configuration)
    h.p(
      Phrase("\(clock(now))，", en: "\(clock(now)): ") + use.name
        + Phrase("（", en: " (") + use.relationName + Phrase("）。", en: ")."))
    windLine(&h)
    making(&h)
    guard !lines.isEmpty else {
      h.empty(Phrase("还没有收到航迹或计划。", en: "No plan or track has come in yet."))
      return
    }
    tiles(&h, lines, planned)
    charts(&h, planned)
    table(&h, lines)
    warnings(&h, lines)
    fairness(&h)
  }

  // MARK: State

  private func windLine(_ h: inout HTML) {
    guard let wind = board.wind else {
      h.banner(Phrase("尚未设定风：按静风计算。", en: "No wind is set: reckoned in calm air."), .info)
      return
    }
    let layers =
      wind.layers.map { "\($0.altitude_m) m \($0.from_deg)°/\($0.speed_kt) kt" }
      .joined(separator: ", ")
    let by = wind.by.isEmpty ? Phrase("管制员", en: "controller") : .same(wind.by)
    let text = Phrase(
      "风（\(clock(wind.at))，\(by.zh)）：\(layers.isEmpty ? "静风" : layers)",
      en: "Wind (\(clock(wind.at)), \(by.en)): \(layers.isEmpty ? "calm" : layers)")
    if wind.at < now - BoardWind.oldAfter {
      h.banner(text + Phrase("。已超过两小时，请更新。", en: ". It is over two hours old: renew it."), .warn)
    } else {
      h.p(text)
    }
  }

  private func making(_ h: inout HTML) {
    let why = board.reason.map { Phrase(" ", en: " ") + $0 } ?? .same("")
    switch board.making {
    case .asRuled: if let reason = board.reason { h.banner(reason, .warn) }
    case .holding:
      h.banner(
        Phrase("弧已用满，部分飞机需要等待。", en: "The arcs are used up: some aircraft must hold.") + why,
        .warn)
    case .afresh:
      h.banner(
        Phrase(
          "冻结的时间无法保持，已重新排序。", en: "Frozen times could not be kept: the order was made afresh.")
          + why, .warn)
    case .none:
      h.banner(
        Phrase("无法排出序列，请人工处置。", en: "No sequence exists: controllers must act.") + why, .bad)
    }
  }

  private func tiles(_ h: inout HTML, _ lines: [BoardLine], _ planned: [BoardLine]) {
    let departures = planned.filter(\.flight.isDeparture).count
    let fair = BoardFairness(board.flights)
    let turn = board.turn
    h.tiles { h in
      h.tile(
        Phrase("序列中", en: "In sequence"), String(planned.count),
        note: Phrase(
          "进港\(planned.count - departures)，离港\(departures)；看板共\(lines.count)架",
          en:
            "\(planned.count - departures) arrivals, \(departures) departures; \(lines.count) on the board"
        ))
      h.tile(
        Phrase("已冻结", en: "Frozen"), String(turn.frozen),
        note: Phrase(
          "上次排序：\(turn.known)个已知时间中改动\(turn.moved)个，最多\(turn.mostMoved_s)秒",
          en:
            "last sequencing: \(turn.moved) of \(turn.known) known times changed, by \(turn.mostMoved_s) s at most"
        ))
      h.tile(
        Phrase("平均延误", en: "Mean delay"), Numbers.text(fair.all.meanDelay_s / 60, 1),
        unit: Phrase("分钟", en: "min"),
        note: Phrase(
          "航空公司间不均（基尼）\(Numbers.text(fair.inequality, 2))",
          en: "inequality among airlines (Gini) \(Numbers.text(fair.inequality, 2))"))
      h.tile(
        Phrase("限制内最优", en: "Best within the limits"),
        turn.isBest ? "✓" : "—",
        note: turn.isBest
          ? Phrase("已证明没有更好的顺序", en: "proved: no better order within the limits")
          : Phrase("搜索被截断，未证明", en: "the search was cut: not proved"))
    }
  }

  private func charts(_ h: inout HTML, _ planned: [BoardLine]) {
    let landing = airport.configuration(board.configuration).landing
    let used = merges.filter { landing.contains($0.threshold.name) }
    h.element("div", .class("charts")) { h in
      AirportPlan(airport: airport).render(&h, used.isEmpty ? merges : used, board.flights)
      if let first = planned.map({ min($0.flight.planned ?? 0, $0.flight.target ?? .max) }).min() {
        LadderChart(
          Phrase("跑道阶梯", en: "Runway ladder"),
          planned.map { line in
            let flight = line.flight
            return LadderChart.Rung(
              "\(flight.callsign) \(flight.runway ?? "")\(flight.isDeparture ? "↑" : "")",
              wished: Int((flight.target ?? flight.planned ?? first) - first),
              planned: Int((flight.planned ?? 0) - first), isFixed: flight.isFrozen)
          }
        ) { self.clock(first + Int64($0)) }.render(&h)
      }
    }
  }

  private func warnings(_ h: inout HTML, _ lines: [BoardLine]) {
    let bad = lines.filter { !$0.warnings.isEmpty }
    guard !bad.isEmpty else { return }
    h.table(
      Phrase("需要注意", en: "Needs attention"),
      columns: [(Phrase("呼号", en: "Callsign"), false), (Phrase("原因", en: "Why"), false)]
    ) { table in
      for line in bad {
        table.row([
          { $0.text(line.flight.callsign) },
          { h in
            for (index, warning) in line.warnings.enumerated() {
              if index > 0 { h.text(Phrase("；", en: "; ")) }
              h.text(warning)
            }
          },
        ])
      }
    }
  }

  // MARK: Table

  private static let columns: [(Phrase, Bool)] = [
    (Phrase("呼号", en: "Callsign"), false), (Phrase("机型", en: "Type"), false),
    (Phrase("类别", en: "Wake"), false), (Phrase("跑道", en: "Runway"), false),
    (Phrase("计划", en: "Planned"), false), (Phrase("需损失（秒）", en: "To lose (s)"), true),
    (Phrase("弧", en: "Arc"), false), (Phrase("高度（米）", en: "Level (m)"), true),
    (Phrase("弧上（公里）", en: "On the arc (km)"), true),
    (Phrase("转向汇聚点", en: "Turn to merge"), false), (Phrase("移位", en: "Moved"), true),
    (Phrase("改动次数", en: "Changes"), true), (Phrase("状态", en: "State"), false),
  ]

  private func table(_ h: inout HTML, _ lines: [BoardLine]) {
    h.table(Phrase("序列和建议", en: "Sequence and advisories"), columns: Self.columns) { table in
      for line in lines {
        let flight = line.flight
        table.row([
          { $0.text(flight.callsign) }, { $0.text(flight.type.isEmpty ? "?" : flight.type) },
          { $0.text(line.category) },
          { h in
            h.text(flight.runway ?? "—")
            if flight.isDeparture { h.text("↑") }
          },
          { $0.text(flight.planned.map { self.clock($0) } ?? "—") },
          { $0.text(line.lose_s.map { String($0) } ?? "—") },
          { $0.text(arc(flight)) },
          { $0.text(flight.isDeparture ? "—" : flight.arcLevel_m.map { String($0) } ?? "—") },
          { $0.text(flight.along_m.map { Numbers.text(Double($0) / 1000, 1) } ?? "—") },
          { $0.text(flight.turn.map { self.clock($0) } ?? "—") },
          { $0.text(Self.signed(flight.shift)) }, { $0.text(String(flight.moves)) },
          { state(&$0, line) },
        ])
      }
    }
    h.p(
      Phrase(
        "需损失：计划减最早可能；弧上：沿弧飞行的距离；移位：相对先到先服务，正为推后，最多±\(shift)位；改动次数：已宣布时间被改动的次数。",
        en:
          "To lose: planned less the earliest; on the arc: the distance flown along it; moved: places from first come,"
          + " first served, positive is later, at most ±\(shift); changes: how often an announced time was changed."
      ))
  }

  private var shift: Int {
    (try? rules.options(on: visit.now.date(in: rules.profile.zone)).shift) ?? 0
  }

  private static func signed(_ number: Int64) -> String { number > 0 ? "+\(number)" : "\(number)" }

  private func arc(_ flight: BoardFlight) -> String {
    guard !flight.isDeparture, let way = flight.way, let arc = flight.arc else { return "—" }
    return merges.count > 1 ? "\(way).\(arc)" : arc
  }

  private func state(_ h: inout HTML, _ line: BoardLine) {
    let flight = line.flight
    if flight.planned == nil {
      h.tag(Phrase("未排序", en: "not yet"), .plain)
    } else if flight.isFrozen {
      h.tag(Phrase("已冻结", en: "frozen"), .info)
    } else {
      h.tag(Phrase("已排序", en: "planned"), .good)
    }
    if flight.phase == .arc { h.tag(Phrase("弧上", en: "on the arc"), .plain) }
    if flight.phase == .direct { h.tag(Phrase("已转向", en: "turned"), .plain) }
    if line.silent_s != nil { h.tag(Phrase("失联", en: "lost"), .bad) }
    if flight.missing_s > 0 || flight.wait_s > 0 { h.tag(Phrase("需等待", en: "hold"), .warn) }
  }

  // MARK: Fairness

  private func fairness(_ h: inout HTML) {
    let fair = BoardFairness(board.flights)
    guard fair.all.flights > 0 else { return }
    h.section(Phrase("延误由谁承担", en: "Who bears the delay"))
    FairnessTable.render(&h, fair)
    FairnessTable.render(&h, board.tally)
  }
}

/// Who bears the delay, airline by airline.
enum FairnessTable {
  static func render(_ h: inout HTML, _ fair: BoardFairness) {
    h.element("div", .class("charts")) { h in
      BarChart(
        Phrase("各航空公司平均延误（秒），序列中", en: "Mean delay by airline (s), in sequence"),
        fair.airlines.map {
          .init(.same($0.airline), $0.meanDelay_s, text: Numbers.text($0.meanDelay_s, 0))
        }
      ).render(&h)
    }
    h.table(
      Phrase("序列中的航班", en: "Flights in sequence"),
      columns: [
        (Phrase("航空公司", en: "Airline"), false), (Phrase("架次", en: "Flights"), true),
        (Phrase("平均延误（秒）", en: "Mean delay (s)"), true), (Phrase("中位（秒）", en: "Median (s)"), true),
        (Phrase("最长（秒）", en: "Longest (s)"), true), (Phrase("平均移位", en: "Mean move"), true),
        (Phrase("推后/提前", en: "Back / forward"), true),
      ]
    ) { table in
      for share in fair.airlines + [fair.all] {
        table.row([
          { $0.text(share.airline.isEmpty ? Phrase("全部", en: "all") : .same(share.airline)) },
          { $0.text(String(share.flights)) }, { $0.text(Numbers.text(share.meanDelay_s, 0)) },
          { $0.text(String(share.medianDelay_s)) }, { $0.text(String(share.longestDelay_s)) },
          { $0.text(Numbers.text(share.meanShift, 2)) },
          { $0.text("\(share.movedBack) / \(share.movedForward)") },
        ])
      }
    }
  }

  /// The landings of a day.
  static func render(_ h: inout HTML, _ tally: BoardTally) {
    guard !tally.lines.isEmpty else { return }
    let lines = tally.lines.sorted { $0.key < $1.key }
    let means = lines.map { Double($0.value.delay_s) / Double(max(1, $0.value.landed)) }
    let gini = Numbers.text(BoardFairness.gini(means), 2)
    h.table(
      Phrase("\(tally.day)的落地（基尼\(gini)）", en: "Landings of \(tally.day) (Gini \(gini))"),
      columns: [
        (Phrase("航空公司", en: "Airline"), false), (Phrase("落地", en: "Landed"), true),
        (Phrase("平均延误（秒）", en: "Mean delay (s)"), true), (Phrase("最长（秒）", en: "Longest (s)"), true),
        (Phrase("平均移位", en: "Mean move"), true), (Phrase("平均移动位数", en: "Mean places"), true),
      ]
    ) { table in
      for (airline, line) in lines {
        let count = Double(max(1, line.landed))
        table.row(texts: [
          airline, String(line.landed), Numbers.text(Double(line.delay_s) / count, 0),
          String(line.longest_s), Numbers.text(Double(line.shift) / count, 2),
          Numbers.text(Double(line.moved) / count, 2),
        ])
      }
    }
  }
}
