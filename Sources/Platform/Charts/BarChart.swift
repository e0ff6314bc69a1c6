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

  /// A chart; `maximum` is the length of the track (the greatest value if not given).
  public init(_ title: Phrase, _ bars: [Bar], maximum: Double? = nil) {
    self.title = title
    self.bars = bars
    self.maximum = max(maximum ?? bars.map(\.value).max() ?? 0, 1e-9)
  }

  private static let width = 520
  private static let labelWidth = 168
  private static let valueWidth = 84
  private static let rowHeight = 26

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let height = max(1, bars.count) * BarChart.rowHeight
    let track = BarChart.width - BarChart.labelWidth - BarChart.valueWidth
    h.element("figure", .class("chart")) { h in
      h.element("figcaption", text: title)
      h.element(
        "svg", .named("viewBox", "0 0 \(BarChart.width) \(height)"), .named("role", "img"),
        .label(title + description)
      ) { h in
        for (index, bar) in bars.enumerated() {
          let y = index * BarChart.rowHeight
          let length = Int((bar.value / maximum * Double(track)).rounded())
          h.element(
            "text", .named("x", String(BarChart.labelWidth - 8)), .named("y", String(y + 17)),
            .named("text-anchor", "end"), text: BarChart.short(bar.label[h.language]))
          rectangle(&h, BarChart.labelWidth, y + 6, track, "bar-track")
          rectangle(
            &h, BarChart.labelWidth, y + 6, min(track, length), bar.isBad ? "bar-bad" : "bar")
          h.element(
            "text", .class("value"), .named("x", String(BarChart.width - BarChart.valueWidth + 8)),
            .named("y", String(y + 17)), text: bar.text)
        }
      }
    }
  }

  private var description: Phrase {
    let zh = bars.map { "\($0.label.zh) \($0.text)" }.joined(separator: "；")
    let en = bars.map { "\($0.label.en) \($0.text)" }.joined(separator: "; ")
    return Phrase("：" + zh, en: ": " + en)
  }

  private func rectangle(_ h: inout HTML, _ x: Int, _ y: Int, _ width: Int, _ name: String) {
    h.element(
      "rect", .class(name), .named("x", String(x)), .named("y", String(y)),
      .named("width", String(max(0, width))), .named("height", "14"), .named("rx", "3")
    ) { _ in }
  }

  /// As much of a label as fits: Chinese characters are twice as wide as Latin ones.
  private static func short(_ text: String) -> String {
    var room = 24
    var out = ""
    for character in text {
      room -= character.isASCII ? 1 : 2
      if room < 0 { return out + "…" }
      out.append(character)
    }
    return out
  }
}
