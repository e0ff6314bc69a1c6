import Commons
import Markup

/// Values as dots along a line, with fences drawn across: what lies beyond one stands out.
public struct FenceChart: Sendable {
  private let title: Phrase
  private let values: [Double]
  private let low: Double?
  private let high: Double?

  /// A chart of values; a fence that is nil is not drawn.
  public init(_ title: Phrase, _ values: [Double], low: Double?, high: Double?) {
    self.title = title
    self.values = values.filter(\.isFinite)
    self.low = low.flatMap { $0.isFinite ? $0 : nil }
    self.high = high.flatMap { $0.isFinite ? $0 : nil }
  }

  private static let height = 150
  private static let left = 12
  /// Values up to which each is a dot.
  private static let many = 1000

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let all = values + [low, high].compactMap { $0 }
    let (least, most) = (min(0, all.min() ?? 0), max(all.max() ?? 0, 1e-9))
    func x(_ value: Double) -> Int {
      let room = Double(Plot.width - 2 * FenceChart.left)
      return FenceChart.left + Int(((value - least) / max(most - least, 1e-9) * room).rounded())
    }
    Plot.figure(
      &h, title, summary, height: FenceChart.height,
      legend: [
        ("dot", Phrase("正常", en: "within")), ("dot-bad", Phrase("越过围栏", en: "beyond a fence")),
        ("rule", Phrase("围栏", en: "fence")),
      ]
    ) { h in
      Plot.line(&h, "axis", FenceChart.left, 118, Plot.width - FenceChart.left, 118)
      var drawn: Set<Int> = []
      for (place, value) in values.enumerated() {
        let (x, y) = (x(value), 100 - place * 37 % 76)
        // Of many values those that would lie on one another are one dot: a page holds thousands, not all of a city.
        let cell = (x / 3) << 16 | (y / 6) << 1 | (isBeyond(value) ? 1 : 0)
        guard values.count <= FenceChart.many || drawn.insert(cell).inserted else { continue }
        Plot.dot(&h, isBeyond(value) ? "dot-bad" : "dot", x, y, radius: 4)
      }
      for fence in [low, high].compactMap({ $0 }) {
        Plot.line(&h, "rule", x(fence), 10, x(fence), 118)
        Plot.text(&h, x(fence), 134, "middle", .same(text(fence)), class: "value")
      }
      Plot.text(&h, FenceChart.left, 148, "start", .same(text(least)))
      Plot.text(&h, Plot.width - FenceChart.left, 148, "end", .same(text(most)))
    }
  }

  private func isBeyond(_ value: Double) -> Bool {
    low.map { value <= $0 } ?? false || high.map { value >= $0 } ?? false
  }

  private func text(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    let sign = thousandths < 0 ? "-" : ""
    let digits = String(abs(thousandths) % 1000 + 1000).dropFirst()
    return "\(sign)\(abs(thousandths) / 1000).\(digits)"
  }

  private var summary: Phrase {
    let beyond = values.count { isBeyond($0) }
    return Phrase(
      "\(values.count)个值，越过围栏\(beyond)个", en: "\(values.count) values, \(beyond) beyond a fence")
  }
}
