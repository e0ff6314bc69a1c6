import Commons
import Markup

/// One or two series over days as accessible SVG, with round figures on the axis.
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
  }

  private let title: Phrase
  private let first: CivilDate
  private let series: [Series]

  /// A chart whose first values belong to `first`, the next to the day after, and so on.
  public init(_ title: Phrase, from first: CivilDate, _ series: [Series]) {
    self.title = title
    self.first = first
    self.series = series
  }

  private static let width = 520
  private static let height = 210
  private static let left = 44
  private static let bottom = 30

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let count = series.map(\.values.count).max() ?? 0
    let top = LineChart.roundUp(series.flatMap(\.values).max() ?? 0)
    h.element("figure", .class("chart")) { h in
      h.element("figcaption", text: title)
      h.element(
        "svg", .named("viewBox", "0 0 \(LineChart.width) \(LineChart.height)"),
        .named("role", "img"), .label(title + summary)
      ) { h in
        for step in 0...4 { grid(&h, step, top) }
        for (index, one) in series.enumerated() {
          h.element(
            "polyline", .class(index == 0 ? "line" : "line-2"),
            .named("points", points(one.values, count, top))
          ) { _ in }
          // A line needs two points; a single day is a dot.
          if let only = one.values.first, one.values.count == 1 {
            h.element(
              "circle", .class(index == 0 ? "dot" : "dot-2"), .named("cx", String(x(0, count))),
              .named("cy", String(position(only, top))), .named("r", "3")
            ) { _ in }
          }
        }
        dates(&h, count)
      }
      legend(&h)
    }
  }

  private var summary: Phrase {
    func text(_ pick: (Phrase) -> String) -> String {
      series.map { one in
        "\(pick(one.name)) \(Int(one.values.reduce(0, +).rounded()))"
      }.joined(separator: ", ")
    }
    return Phrase("：合计 " + text { $0.zh }, en: ": total " + text { $0.en })
  }

  private func grid(_ h: inout HTML, _ step: Int, _ top: Double) {
    let y = position(top * Double(step) / 4, top)
    h.element(
      "line", .class("axis"), .named("x1", String(LineChart.left)), .named("y1", String(y)),
      .named("x2", String(LineChart.width - 4)), .named("y2", String(y))
    ) { _ in }
    h.element(
      "text", .named("x", String(LineChart.left - 6)), .named("y", String(y + 4)),
      .named("text-anchor", "end"), text: LineChart.figure(top * Double(step) / 4))
  }

  private func dates(_ h: inout HTML, _ count: Int) {
    guard count > 0 else { return }
    for index in Set([0, count / 2, count - 1]).sorted() {
      let anchor = index == 0 ? "start" : index == count - 1 ? "end" : "middle"
      h.element(
        "text", .named("x", String(x(index, count))), .named("y", String(LineChart.height - 8)),
        .named("text-anchor", anchor),
        text: String(first.adding(days: index).description.dropFirst(5)))
    }
  }

  private func legend(_ h: inout HTML) {
    guard series.count > 1 else { return }
    h.element("p", .class("hint")) { h in
      for (index, one) in series.enumerated() {
        if index > 0 { h.text("　") }
        h.element(
          "svg", .class("key"), .named("width", "22"), .named("height", "8"),
          .named("aria-hidden", "true")
        ) { h in
          h.element(
            "line", .class(index == 0 ? "line" : "line-2"), .named("x1", "0"), .named("y1", "4"),
            .named("x2", "20"), .named("y2", "4")
          ) { _ in }
        }
        h.text(one.name)
      }
    }
  }

  private func points(_ values: [Double], _ count: Int, _ top: Double) -> String {
    values.enumerated().map { "\(x($0, count)),\(position($1, top))" }.joined(separator: " ")
  }

  private func x(_ index: Int, _ count: Int) -> Int {
    let room = LineChart.width - 8 - LineChart.left
    return LineChart.left + (count > 1 ? index * room / (count - 1) : room / 2)
  }

  private func position(_ value: Double, _ top: Double) -> Int {
    let room = Double(LineChart.height - LineChart.bottom - 10)
    return 10 + Int((room * (1 - value / max(top, 1e-9))).rounded())
  }

  /// The next of 4, 8, 20, 40, 80, 200 … so that quarters are whole.
  private static func roundUp(_ value: Double) -> Double {
    var scale = 4.0
    while true {
      for factor in [1.0, 2, 5] where scale * factor >= value { return scale * factor }
      scale *= 10
    }
  }

  private static func figure(_ value: Double) -> String {
    value >= 10_000 ? "\(Int(value / 1000))k" : String(Int(value.rounded()))
  }
}
