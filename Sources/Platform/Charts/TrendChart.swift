import Commons
import Markup

/// A quantity month by month as one line with a dot for each month; months without a value are gaps. The page puts
/// the table beside it.
public struct TrendChart: Sendable {
  /// A month, such as `2026-03`, and its value; nil where there is none.
  public struct Month: Sendable {
    let name: String
    let value: Double?
    /// A month.
    public init(_ name: String, _ value: Double?) {
      self.name = name
      self.value = value.flatMap { $0.isFinite && $0 >= 0 ? min($0, 1e12) : nil }
    }
  }

  private let title: Phrase
  private let series: Phrase
  private let months: [Month]
  private let note: Phrase?

  /// A chart of months in order; `series` says what the line is.
  public init(_ title: Phrase, series: Phrase, _ months: [Month], note: Phrase? = nil) {
    self.title = title
    self.series = series
    self.months = months
    self.note = note
  }

  private static let height = 220
  private static let left = 52
  private static let top = 10
  private static let bottom = 28

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let top = Plot.roundUp(months.compactMap(\.value).max() ?? 0)
    Plot.figure(
      &h, title, summary, height: TrendChart.height, note: note, legend: [("line", series)]
    ) { h in
      for step in 0...4 {
        let value = top * Double(step) / 4
        Plot.line(&h, "axis", TrendChart.left, y(value, top), Plot.width - 6, y(value, top))
        Plot.text(
          &h, TrendChart.left - 6, y(value, top) + 4, "end", .same(TrendChart.figure(value, top)))
      }
      for run in runs where run.count > 1 {
        let points = run.map { "\(x($0)),\(y(months[$0].value ?? 0, top))" }
        h.element("polyline", .class("line"), .named("points", points.joined(separator: " "))) {
          _ in
        }
      }
      for (index, month) in months.enumerated() {
        guard let value = month.value else { continue }
        Plot.dot(&h, "dot", x(index), y(value, top), radius: 3)
      }
      guard let last = months.indices.last else { return }
      for index in Set([0, last / 2, last]).sorted() {
        let anchor = index == 0 ? "start" : index == last ? "end" : "middle"
        Plot.text(&h, x(index), TrendChart.height - 8, anchor, .same(months[index].name))
      }
    }
  }

  /// Months that follow one another and have a value, by their places.
  private var runs: [[Int]] {
    months.indices.reduce(into: [[]]) { runs, index in
      if months[index].value == nil {
        runs.append([])
      } else {
        runs[runs.count - 1].append(index)
      }
    }
  }

  private var summary: Phrase {
    guard let first = months.first(where: { $0.value != nil }),
      let last = months.last(where: { $0.value != nil }), let from = first.value,
      let to = last.value
    else { return Phrase("没有数据", en: "no data") }
    let words =
      "\(first.name) \(TrendChart.figure(from, to)), \(last.name) \(TrendChart.figure(to, from))"
    return .same(words)
  }

  private func x(_ index: Int) -> Int {
    let room = Plot.width - 12 - TrendChart.left
    return TrendChart.left + (months.count > 1 ? index * room / (months.count - 1) : room / 2)
  }

  private func y(_ value: Double, _ top: Double) -> Int {
    let room = Double(TrendChart.height - TrendChart.bottom - TrendChart.top)
    return TrendChart.top + Int((room * (1 - value / max(top, 1e-9))).rounded())
  }

  /// With one decimal where values are small.
  private static func figure(_ value: Double, _ top: Double) -> String {
    let whole = Int(value.rounded())
    guard max(top, value) < 10, Double(whole) != value else { return String(whole) }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
