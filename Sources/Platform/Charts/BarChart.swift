import Commons
import Markup

/// Horizontal bars, one a row, as accessible SVG. The figures stand at the bars; the page puts the
/// table with all of them beside it.
public struct BarChart: Sendable {
  /// One bar.
  public struct Bar: Sendable {
    let label: Phrase
    let value: Double
    let text: String
    let isBad: Bool
    /// A bar with its figure as text.
    public init(_ label: Phrase, _ value: Double, text: String, isBad: Bool = false) {
      self.label = label
      self.value = value.isFinite ? max(0, value) : 0
      self.text = text
      self.isBad = isBad
    }
  }

  private let title: Phrase
  private let bars: [Bar]
  private let maximum: Double
  private let note: Phrase?

  /// A chart; `maximum` is the length of the track (the greatest value if not given).
  public init(_ title: Phrase, _ bars: [Bar], maximum: Double? = nil, note: Phrase? = nil) {
    self.title = title
    self.bars = bars
    self.note = note
    self.maximum = max(maximum ?? bars.map(\.value).max() ?? 0, 1e-9)
  }

  private static let labelWidth = 150
  private static let valueWidth = 62
  private static let rowHeight = 25

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let track = Plot.width - BarChart.labelWidth - BarChart.valueWidth
    Plot.figure(
      &h, title, description, height: max(1, bars.count) * BarChart.rowHeight, note: note
    ) { h in
      for (index, bar) in bars.enumerated() {
        let y = index * BarChart.rowHeight
        let length = Int((bar.value / maximum * Double(track)).rounded())
        Plot.text(
          &h, BarChart.labelWidth - 8, y + 17, "end", Plot.short(bar.label), class: "name")
        Plot.rectangle(
          &h, "bar-track", x: BarChart.labelWidth, y: y + 5, width: track, height: 15, radius: 3)
        Plot.rectangle(
          &h, bar.isBad ? "bar-bad" : "bar", x: BarChart.labelWidth, y: y + 5,
          width: min(track, length), height: 15, radius: 3)
        Plot.text(&h, Plot.width - 2, y + 17, "end", .same(bar.text), class: "value")
      }
    }
  }

  private var description: Phrase {
    let zh = bars.map { "\($0.label.zh) \($0.text)" }.joined(separator: "；")
    let en = bars.map { "\($0.label.en) \($0.text)" }.joined(separator: "; ")
    return Phrase(zh, en: en)
  }
}
