import ArrivalFlow
import Charts
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// The live sequence under other runways, limits or wind, beside what is announced. Nothing is changed.
extension ArrivalMeasure {
  private static let numbers: [(name: String, label: Phrase, range: ClosedRange<Int>)] = [
    ("freeze", Phrase("冻结时段（秒）", en: "Freeze horizon (s)"), 0...3600),
    ("shift", Phrase("最多移位", en: "Moves at most"), 0...10),
    ("stability", Phrase("改动已宣布时间的代价", en: "Price of changing an announced time"), 0...100),
  ]
  private static let winds: [(value: String, label: Phrase)] = [
    ("set", Phrase("看板上的风", en: "as on the board")), ("calm", Phrase("静风", en: "calm air")),
    ("other", Phrase("下面填写的风", en: "as written below")),
  ]

  func boardWhatIf(_ visit: Visit) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    let (board, _) = try await board(airport, now: visit.now)
    let merges = try await merges(airport, on: visit.now.date(in: rules.profile.zone))
    let values = try whatIfValues(visit, airport, board)
    var problem: Problem?
    var other: ArrivalBoard?
    do throws(Problem) {
      other = try asked(values, airport, board, merges, now: visit.now.seconds)
    } catch { problem = error }
    let name = airport.name + Phrase("：进离港序列", en: ": the board")
    let title = Phrase("假设", en: "What if")
    let trail = [
      PageShell.Link(ArrivalMeasure.card.name, "/desk/arrivals"),
      PageShell.Link(name, "/desk/arrivals/boards/\(airport.id)"),
    ]
    return visit.page(title, trail: trail, status: problem == nil ? 200 : 422) { h in
      h.heading(
        title,
        lead: Phrase(
          "用当前的航班另排一次，与已宣布的序列比较；看板不变。",
          en:
            "The flights of this moment, sequenced otherwise, beside what is announced. The board stays."
        ))
      if let problem { h.errorSummary(problem) }
      whatIfForm(&h, airport, values, problem)
      if let other {
        let clock = BoardView(
          airport: airport, board: other, merges: merges, rules: rules, visit: visit)
        BoardComparison(now: board, asked: other, clock: clock.clock).render(&h)
      }
    }
  }

  private func whatIfValues(
    _ visit: Visit, _ airport: Airport, _ board: ArrivalBoard
  ) throws -> [String: String] {
    let options = try rules.options(on: visit.now.date(in: rules.profile.zone))
    var values = [
      "configuration": airport.configuration(board.configuration).id,
      "freeze": String(options.freeze), "shift": String(options.shift),
      "stability": String(options.stability), "wind": "set", "layers": board.wind?.text ?? "",
    ]
    for name in values.keys {
      if let text = visit.request.query[name], !text.isEmpty { values[name] = text }
    }
    return values
  }

  /// The board sequenced as asked; 422 with all that is wrong.
  private func asked(
    _ values: [String: String], _ airport: Airport, _ board: ArrivalBoard, _ merges: [PointMerge],
    now: Int64
  ) throws(Problem) -> ArrivalBoard {
    var faults: [Problem.Field] = []
    var read: [String: Int] = [:]
    for (name, _, range) in Self.numbers {
      if let number = Int(values[name] ?? ""), range.contains(number) {
        read[name] = number
      } else {
        let bounds = "\(range.lowerBound)–\(range.upperBound)"
        faults.append(
          Problem.Field(
            name, Phrase("请填写\(bounds)之间的整数。", en: "Write a whole number from \(bounds).")))
      }
    }
    if !airport.configurations.contains(where: { $0.id == values["configuration"] }) {
      faults.append(
        Problem.Field("configuration", Phrase("没有这种用法。", en: "There is no such configuration.")))
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    let wind: BoardWind?
    switch values["wind"] {
    case "calm": wind = nil
    case "other": wind = try BoardWind(values["layers"] ?? "", at: now, by: "?")
    default: wind = board.wind
    }
    let options = Resequencing.Options(
      freeze: read["freeze"] ?? 0, shift: read["shift"] ?? 0, stability: read["stability"] ?? 0)
    var other = board
    let (field, fault) = try field(
      board, airport, merges, options: options, configuration: values["configuration"], wind: wind)
    _ = other.sequence(field, now: now)
    if let fault { other.reason = fault }
    return other
  }

  private func whatIfForm(
    _ h: inout HTML, _ airport: Airport, _ values: [String: String], _ problem: Problem?
  ) {
    let state = FormState(values: values.map { ($0.key, $0.value) }, problem: problem)
    let target = "/desk/arrivals/boards/\(airport.id)/what-if"
    h.element("form", .action(target), .named("method", "get")) { h in
      let choices = airport.configurations.map { (value: $0.id, label: $0.name) }
      h.select("configuration", Phrase("跑道用法", en: "Runways"), state, groups: [(nil, choices)])
      for (name, label, _) in Self.numbers { h.textField(name, label, state, inputMode: "numeric") }
      h.select("wind", Phrase("风", en: "Wind"), state, groups: [(nil, Self.winds)])
      h.textArea(
        "layers",
        Phrase("另外的风（每行：高度 来向 风速）", en: "Another wind (a line each: altitude from speed)"), state,
        rows: 3)
      h.button(Phrase("比较", en: "Compare"))
    }
  }
}

/// Two sequences of the same flights side by side.
struct BoardComparison {
  let now: ArrivalBoard
  let asked: ArrivalBoard
  let clock: (Int64) -> String

  private func figures(_ board: ArrivalBoard) -> [(name: Phrase, value: Double, text: String)] {
    let planned = board.flights.filter { $0.planned != nil }
    let late = planned.map { max(0, ($0.planned ?? 0) - ($0.target ?? $0.planned ?? 0)) }
    let sum = Double(late.reduce(0, +))
    let mean = sum / Double(max(1, planned.count))
    let short = planned.filter { $0.missing_s > 0 }.count
    let waits = planned.filter { $0.wait_s > 0 }.count
    let gini = BoardFairness(board.flights).inequality
    return [
      (Phrase("序列中", en: "in sequence"), Double(planned.count), String(planned.count)),
      (Phrase("平均损失（秒）", en: "mean to lose (s)"), mean, Numbers.text(mean, 0)),
      (
        Phrase("最多损失（秒）", en: "most to lose (s)"), Double(late.max() ?? 0), String(late.max() ?? 0)
      ),
      (Phrase("弧用尽", en: "arc run-outs"), Double(short), String(short)),
      (Phrase("高度层冲突", en: "level conflicts"), Double(waits), String(waits)),
      (Phrase("不均（基尼）", en: "inequality (Gini)"), gini, Numbers.text(gini, 2)),
    ]
  }

  func render(_ h: inout HTML) {
    let (one, other) = (figures(now), figures(asked))
    if asked.making == .none {
      h.banner(
        Phrase("按此无法排出序列。", en: "No sequence exists so.") + (asked.reason ?? .same("")), .bad)
    } else if let reason = asked.reason {
      h.banner(reason, .warn)
    }
    h.element("div", .class("charts")) { h in
      BarChart(
        Phrase("平均和最多损失（秒）", en: "Mean and most to lose (s)"),
        [1, 2].flatMap { index in
          [
            .init(
              one[index].name + Phrase("·现在", en: ", now"), one[index].value, text: one[index].text),
            .init(
              one[index].name + Phrase("·假设", en: ", what if"), other[index].value,
              text: other[index].text),
          ]
        }
      ).render(&h)
    }
    h.table(
      Phrase("比较", en: "Compared"),
      columns: [
        (Phrase("指标", en: "Figure"), false), (Phrase("现在", en: "Now"), true),
        (Phrase("假设", en: "What if"), true),
      ]
    ) { table in
      for (left, right) in zip(one, other) {
        table.row([{ $0.text(left.name) }, { $0.text(left.text) }, { $0.text(right.text) }])
      }
    }
    flights(&h)
  }

  private func flights(_ h: inout HTML) {
    let before = Dictionary(now.flights.map { ($0.callsign, $0) }) { first, _ in first }
    let rows = asked.flights.sorted {
      ($0.planned ?? .max, $0.callsign) < ($1.planned ?? .max, $1.callsign)
    }
    h.table(
      Phrase("各架", en: "Flight by flight"),
      columns: [
        (Phrase("呼号", en: "Callsign"), false), (Phrase("现在", en: "Now"), false),
        (Phrase("假设", en: "What if"), false), (Phrase("差（秒）", en: "Difference (s)"), true),
        (Phrase("跑道", en: "Runway"), false), (Phrase("移位", en: "Moved"), true),
      ]
    ) { table in
      for flight in rows {
        let was = before[flight.callsign]?.planned
        let difference = flight.planned.flatMap { new in was.map { new - $0 } }
        table.row(texts: [
          flight.callsign, was.map { clock($0) } ?? "—", flight.planned.map { clock($0) } ?? "—",
          difference.map { $0 > 0 ? "+\($0)" : "\($0)" } ?? "—", flight.runway ?? "—",
          flight.shift > 0 ? "+\(flight.shift)" : "\(flight.shift)",
        ])
      }
    }
  }
}
