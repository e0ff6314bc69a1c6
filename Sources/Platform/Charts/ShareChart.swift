import Commons
import Markup

/// Shares side by side as dots with their range, on an axis that begins where the data does. The
/// range is Wilson's at 95 %: with few cases it is wide, so that chance does not look like merit.
public struct ShareChart: Sendable {
  /// One share: so many of so many.
  public struct Row: Sendable {
    let label: Phrase
    let part: Int
    let whole: Int
    /// `part` of `whole`.
    public init(_ label: Phrase, _ part: Int, of whole: Int) {
      self.label = label
      self.part = part
      self.whole = whole
    }

    var share: Double { whole > 0 ? Double(part) / Double(whole) : 0 }

    /// Wilson's score interval at 95 %.
    var range: (low: Double, high: Double) {
      guard whole > 0 else { return (0, 1) }
      let (n, p, z) = (Double(whole), share, 1.96)
      let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
      let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
      return (max(0, centre - reach), min(1, centre + reach))
    }
  }

  private let title: Phrase
  private let rows: [Row]
  private let mean: Double?
  private let floor: Double

  /// A chart with the city's mean as a line; rows without a case are left out.
  public init(_ title: Phrase, _ rows: [Row], mean: Double?) {
    self.title = title
    self.rows = rows.filter { $0.whole > 0 }
    self.mean = mean
    let lowest = min(self.rows.map(\.share).min() ?? 0, mean ?? 1)
    // The next twentieth below, with some room; never a floor that leaves nothing to see.
    floor = min(0.95, max(0, ((lowest - 0.015) * 20).rounded(.down) / 20))
  }

  private static let left = 150
  private static let right = 66
  private static let rowHeight = 25

  private func x(_ share: Double) -> Int {
    let room = Double(Plot.width - ShareChart.left - ShareChart.right - 10)
    return ShareChart.left + 5 + Int((room * (max(floor, share) - floor) / (1 - floor)).rounded())
  }

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let bottom = rows.count * ShareChart.rowHeight
    let isAnyLow = rows.contains(where: isLow)
    Plot.figure(
      &h, title, description, height: max(1, bottom) + 22,
      legend: [
        ("dot", Phrase("该项比率", en: "share")),
        ("whisker", Phrase("95%置信区间", en: "95% range")),
      ] + (mean == nil ? [] : [("rule", Phrase("全市", en: "city"))])
        + (isAnyLow ? [("dot-bad", Phrase("明显低于全市", en: "clearly below the city"))] : [])
    ) { h in
      for step in 0...2 {
        let share = floor + (1 - floor) * Double(step) / 2
        Plot.line(&h, "axis", x(share), 0, x(share), bottom + 2)
        Plot.text(&h, x(share), bottom + 17, "middle", .same(percent(share)))
      }
      if let mean { Plot.line(&h, "rule", x(mean), 0, x(mean), bottom) }
      for (index, row) in rows.enumerated() {
        let y = index * ShareChart.rowHeight + 13
        let range = row.range
        Plot.text(&h, ShareChart.left - 8, y + 4, "end", Plot.short(row.label), class: "name")
        Plot.line(&h, "whisker", x(range.low), y, x(range.high), y)
        Plot.dot(&h, isLow(row) ? "dot-bad" : "dot", x(row.share), y)
        Plot.text(
          &h, Plot.width - 2, y + 4, "end", .same(ShareChart.figure(row.share)), class: "value")
      }
    }
  }

  /// Whether a share lies below the city's beyond what chance explains.
  private func isLow(_ row: Row) -> Bool { mean.map { row.range.high < $0 } ?? false }

  private func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return tenths.isMultiple(of: 10) ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
  }

  private static func figure(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }

  private var description: Phrase {
    func text(_ pick: (Phrase) -> String) -> String {
      rows.map { "\(pick($0.label)) \(ShareChart.figure($0.share)) (\($0.part)/\($0.whole))" }
        .joined(separator: "; ")
    }
    return Phrase(text { $0.zh }, en: text { $0.en })
  }
}
