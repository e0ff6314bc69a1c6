import Commons
import Markup

/// How a quantity spreads, week by week: the middle as a line, the middle half dark, four fifths
/// light.
public struct BandChart: Sendable {
  /// The spread of one week.
  public struct Week: Sendable {
    let monday: CivilDate
    let values: [Double]
    /// The 10th, 25th, 50th, 75th and 90th percentile of the week that begins on `monday`.
    public init(_ monday: CivilDate, _ percentiles: [Double]) {
      self.monday = monday
      values = percentiles.map { $0.isFinite ? max(0, $0) : 0 }
    }
  }

  private let title: Phrase
  private let unit: Phrase
  private let weeks: [Week]

  /// A chart of weeks in order.
  public init(_ title: Phrase, unit: Phrase, _ weeks: [Week]) {
    self.title = title
    self.unit = unit
    self.weeks = weeks.filter { $0.values.count == 5 }
  }

  private static let height = 230
  private static let left = 34
  private static let bottom = 28
  private static let head = 12

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let top = Plot.roundUp(weeks.compactMap { $0.values.last }.max() ?? 0)
    Plot.figure(
      &h, title, summary, height: BandChart.height,
      legend: [
        ("line", Phrase("中位数", en: "median")),
        ("band-2", Phrase("25%–75%", en: "25–75%")), ("band", Phrase("10%–90%", en: "10–90%")),
      ]
    ) { h in
      band(&h, "band", 0, 4, top)
      band(&h, "band-2", 1, 3, top)
      for step in 0...4 {
        let value = top * Double(step) / 4
        Plot.line(&h, "axis", BandChart.left, y(value, top), Plot.width - 4, y(value, top))
        Plot.text(
          &h, BandChart.left - 6, y(value, top) + 4, "end", .same(String(Int(value.rounded()))))
      }
      let middle = weeks.enumerated().map { "\(x($0)),\(y($1.values[2], top))" }
      h.element("polyline", .class("line"), .named("points", middle.joined(separator: " "))) { _ in
      }
      for (index, week) in weeks.enumerated() {
        Plot.dot(&h, "dot", x(index), y(week.values[2], top), radius: 3)
      }
      dates(&h)
    }
  }

  private func band(_ h: inout HTML, _ name: String, _ low: Int, _ high: Int, _ top: Double) {
    let upper = weeks.enumerated().map { "\(x($0)),\(y($1.values[high], top))" }
    let lower = weeks.enumerated().reversed().map {
      "\(x($0.offset)),\(y($0.element.values[low], top))"
    }
    h.element(
      "polygon", .class(name), .named("points", (upper + lower).joined(separator: " "))
    ) { _ in }
  }

  private func dates(_ h: inout HTML) {
    guard !weeks.isEmpty else { return }
    let last = weeks.count - 1
    for index in Set([0, last / 2, last]).sorted() {
      let anchor = last == 0 ? "middle" : index == 0 ? "start" : index == last ? "end" : "middle"
      Plot.text(
        &h, x(index), BandChart.height - 8, anchor,
        weeks[index].monday.dayPhrase + Phrase("起", en: "–"))
    }
  }

  private var summary: Phrase {
    guard let last = weeks.last else { return Phrase("暂无数据", en: "no data yet") }
    func figure(_ value: Double) -> String {
      let tenths = Int((value * 10).rounded())
      return "\(tenths / 10).\(tenths % 10)"
    }
    let (middle, high) = (figure(last.values[2]), figure(last.values[4]))
    return Phrase(
      "最近一周中位数\(middle)\(unit.zh)，90%在\(high)\(unit.zh)以内",
      en: "last week median \(middle) \(unit.en), 90% within \(high) \(unit.en)")
  }

  private func x(_ index: Int) -> Int {
    let room = Plot.width - 12 - BandChart.left
    return BandChart.left + 4 + (weeks.count > 1 ? index * room / (weeks.count - 1) : room / 2)
  }

  private func y(_ value: Double, _ top: Double) -> Int {
    let room = Double(BandChart.height - BandChart.bottom - BandChart.head)
    return BandChart.head + Int((room * (1 - value / max(top, 1e-9))).rounded())
  }
}
