import Commons
import Markup

/// Days as a calendar, a column a week, the stronger the colour the more.
public struct CalendarChart: Sendable {
  private let title: Phrase
  private let first: CivilDate
  private let values: [Int]
  private let note: Phrase?

  /// Values from `first` on, one a day.
  public init(_ title: Phrase, from first: CivilDate, _ values: [Int], note: Phrase? = nil) {
    self.title = title
    self.first = first
    self.values = values.map { min(max(0, $0), 1_000_000_000) }
    self.note = note
  }

  private static let left = 34
  private static let head = 18

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let lead = first.weekday - 1
    let weeks = max(1, (lead + values.count + 6) / 7)
    let cell = min(44, (Plot.width - CalendarChart.left - 2) / weeks)
    let height = 27
    let limits = limits
    Plot.figure(
      &h, title, summary, height: CalendarChart.head + 7 * height + 2, note: note
    ) { h in
      for day in 0..<7 {
        let name = CivilDate(year: 2024, month: 1, day: 1 + day)?.weekdayName ?? .same("")
        Plot.text(&h, CalendarChart.left - 6, CalendarChart.head + day * height + 18, "end", name)
      }
      for (index, value) in values.enumerated() {
        let place = lead + index
        let x = CalendarChart.left + place / 7 * cell
        let y = CalendarChart.head + place % 7 * height
        let date = first.adding(days: index)
        Plot.rectangle(
          &h, "heat-\(level(value, limits))", x: x, y: y, width: cell - 2, height: height - 2,
          radius: 3, title: date.weekdayPhrase + .same(" \(value)"))
        if date.day == 1 || index == 0 {
          Plot.text(
            &h, x, 12, "start", Phrase("\(date.month)月", en: String(date.dayPhrase.en.suffix(3))))
        }
      }
      marks(&h, lead: lead, cell: cell, height: height, limits)
    }
  }

  /// The figures in the cells, as long as they fit.
  private func marks(_ h: inout HTML, lead: Int, cell: Int, height: Int, _ limits: [Int]) {
    guard cell >= 30 else { return }
    for (index, value) in values.enumerated() {
      let place = lead + index
      Plot.text(
        &h, CalendarChart.left + place / 7 * cell + (cell - 2) / 2,
        CalendarChart.head + place % 7 * height + 17, "middle", .same(String(value)),
        class: level(value, limits) >= 3 ? "on-dark" : "value")
    }
  }

  /// The quartiles of the days that have any.
  private var limits: [Int] {
    let sorted = values.filter { $0 > 0 }.sorted()
    guard !sorted.isEmpty else { return [1, 1, 1] }
    return (1...3).map { sorted[min(sorted.count - 1, sorted.count * $0 / 4)] }
  }

  private func level(_ value: Int, _ limits: [Int]) -> Int {
    value == 0 ? 0 : 1 + limits.count { value >= $0 }
  }

  private var summary: Phrase {
    let total = values.reduce(0, +)
    let most = values.max() ?? 0
    return Phrase("合计\(total)，最多一日\(most)", en: "total \(total), at most \(most) a day")
  }
}
