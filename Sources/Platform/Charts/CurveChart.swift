import Commons
import Markup

/// One or two curves over a number, as accessible SVG. The page puts the table with the points beside it.
public struct CurveChart: Sendable {
  /// A curve: its value at each point of the chart.
  public struct Curve: Sendable {
    let name: Phrase
    let values: [Double]
    /// A named curve.
    public init(_ name: Phrase, _ values: [Double]) {
      self.name = name
      self.values = values.map { $0.isFinite ? min(max(0, $0), 1e9) : 0 }
    }
  }

  private let title: Phrase
  private let axis: Phrase
  private let points: [Double]
  private let curves: [Curve]

  /// A chart over rising points; `axis` says what they are.
  public init(_ title: Phrase, axis: Phrase, _ points: [Double], _ curves: [Curve]) {
    self.title = title
    self.axis = axis
    self.points = points
    self.curves = curves
  }

  private static let height = 240
  private static let left = 40
  private static let top = 10
  private static let bottom = 44

  /// Writes the chart; nothing for fewer than two points.
  public func render(_ h: inout HTML) {
    guard let first = points.first, let last = points.last, first < last else { return }
    let most = Plot.roundUp(curves.flatMap(\.values).max() ?? 0)
    func x(_ value: Double) -> Int {
      let room = Double(Plot.width - 14 - CurveChart.left)
      return CurveChart.left + Int(((value - first) / (last - first) * room).rounded())
    }
    func y(_ value: Double) -> Int {
      let room = Double(CurveChart.height - CurveChart.bottom - CurveChart.top)
      return CurveChart.top + Int((room * (1 - value / most)).rounded())
    }
    let looks = ["line", "line-2"]
    let shown = curves.prefix(looks.count)
    Plot.figure(
      &h, title, description, height: CurveChart.height,
      legend: zip(looks, shown).map { (mark: $0, name: $1.name) }
    ) { h in
      for step in 0...4 {
        let value = most * Double(step) / 4
        Plot.line(&h, "axis", CurveChart.left, y(value), Plot.width - 4, y(value))
        Plot.text(&h, CurveChart.left - 6, y(value) + 4, "end", .same(String(Int(value))))
      }
      for (look, curve) in zip(looks, shown) {
        let line = zip(points, curve.values).map { "\(x($0)),\(y($1))" }.joined(separator: " ")
        h.element("polyline", .class(look), .named("fill", "none"), .named("points", line)) { _ in
        }
      }
      let ground = CurveChart.height - CurveChart.bottom
      for value in [first, (first + last) / 2, last] {
        Plot.text(
          &h, x(value), ground + 16, value == last ? "end" : value == first ? "start" : "middle",
          .same(String(Int(value.rounded()))))
      }
      Plot.text(&h, (CurveChart.left + Plot.width) / 2, CurveChart.height - 8, "middle", axis)
    }
  }

  private var description: Phrase {
    func text(_ pick: (Phrase) -> String) -> String {
      curves.map { curve in
        let ends = [curve.values.first, curve.values.last].compactMap { $0 }
          .map { String(Int($0.rounded())) }
        return "\(pick(curve.name)) \(ends.joined(separator: "–"))"
      }.joined(separator: ", ")
    }
    return Phrase(text { $0.zh }, en: text { $0.en })
  }
}
