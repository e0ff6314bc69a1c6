import Commons
import Markup

/// One or two series over days as accessible SVG: each day thin, its week's mean thick, days off
/// shaded, so that the rhythm of the week shows and does not hide the trend.
public struct LineChart: Sendable {
  /// A series of values, one a day.
  public struct Series: Sendable {
    let name: Phrase
    let values: [Double]
    /// A named series.
    public init(_ name: Phrase, _ values: [Double]) {
      self.name = name
      self.values = values.map { $0.isFinite ? min(max(0, $0), 1e12) : 0 }
    }

    /// The mean of each day and the six before it.
    var weekly: [Double] {
      values.indices.map { index in
        let window = values[max(0, index - 6)...index]
        return window.reduce(0, +) / Double(window.count)
      }
    }
  }

  private let title: Phrase
  private let first: CivilDate
  private let series: [Series]
  private let isDayOff: @Sendable (CivilDate) -> Bool

  /// A chart whose first values belong to `first`, the next to the day after, and so on.
  public init(
    _ title: Phrase, from first: CivilDate, _ series: [Series],
    isDayOff: @escaping @Sendable (CivilDate) -> Bool = { $0.weekday > 5 }
  ) {
    self.title = title
    self.first = first
    self.series = series
    self.isDayOff = isDayOff
  }

  private static let height = 230
  private static let left = 40
  private static let top = 10
  private static let bottom = 28

  private var count: Int { series.map(\.values.count).max() ?? 0 }

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let top = Plot.roundUp(series.flatMap(\.values).max() ?? 0)
    var legend: [(mark: String, name: Phrase)] = []
    for (index, one) in series.enumerated() {
      legend.append(
        (index == 0 ? "line" : "line-2", one.name + Phrase("（7日均）", en: " (7-day mean)")))
    }
    legend.append(("off", Phrase("非工作日", en: "days off")))
    Plot.figure(
      &h, title, summary, height: LineChart.height,
      note: Phrase("细线为每日件数。", en: "Thin lines: each day."), legend: legend
    ) { h in
      shade(&h)
      for step in 0...4 { grid(&h, step, top) }
      for (index, one) in series.enumerated() {
        let name = index == 0 ? "line" : "line-2"
        line(&h, name + " thin", one.values, top)
        line(&h, name, one.weekly, top)
        // A line needs two points; a single day is a dot.
        if let only = one.values.first, one.values.count == 1 {
          Plot.dot(&h, index == 0 ? "dot" : "dot-2", x(0), y(only, top), radius: 3)
        }
      }
      dates(&h)
    }
  }

  private var summary: Phrase {
    func text(_ pick: (Phrase) -> String) -> String {
      series.map { one in
        "\(pick(one.name)) \(Int(one.values.reduce(0, +).rounded()))"
      }.joined(separator: ", ")
    }
    return Phrase("合计 " + text { $0.zh }, en: "total " + text { $0.en })
  }

  private func shade(_ h: inout HTML) {
    guard count > 1 else { return }
    for index in 0..<count where isDayOff(first.adding(days: index)) {
      let from = max(LineChart.left, (x(index) + x(max(0, index - 1))) / 2)
      let to = (x(index) + x(min(count - 1, index + 1)) + 1) / 2
      Plot.rectangle(
        &h, "off", x: from, y: LineChart.top, width: to - from,
        height: LineChart.height - LineChart.bottom - LineChart.top)
    }
  }

  private func line(_ h: inout HTML, _ name: String, _ values: [Double], _ top: Double) {
    let points = values.enumerated().map { "\(x($0)),\(y($1, top))" }.joined(separator: " ")
    h.element("polyline", .class(name), .named("points", points)) { _ in }
  }

  private func grid(_ h: inout HTML, _ step: Int, _ top: Double) {
    let y = y(top * Double(step) / 4, top)
    Plot.line(&h, "axis", LineChart.left, y, Plot.width - 4, y)
    Plot.text(
      &h, LineChart.left - 6, y + 4, "end", .same(LineChart.figure(top * Double(step) / 4)))
  }

  private func dates(_ h: inout HTML) {
    guard count > 0 else { return }
    for index in Set([0, count / 3, count * 2 / 3, count - 1]).sorted() {
      let anchor = index == 0 ? "start" : index == count - 1 ? "end" : "middle"
      Plot.text(
        &h, x(index), LineChart.height - 8, anchor, first.adding(days: index).dayPhrase)
    }
  }

  private func x(_ index: Int) -> Int {
    let room = Plot.width - 8 - LineChart.left
    return LineChart.left + (count > 1 ? index * room / (count - 1) : room / 2)
  }

  private func y(_ value: Double, _ top: Double) -> Int {
    let room = Double(LineChart.height - LineChart.bottom - LineChart.top)
    return LineChart.top + Int((room * (1 - value / max(top, 1e-9))).rounded())
  }

  private static func figure(_ value: Double) -> String {
    value >= 10_000 ? "\(Int(value / 1000))k" : String(Int(value.rounded()))
  }
}
