import Commons
import Markup

/// A matrix of numbers as accessible SVG: the greater, the darker. The page puts the table beside it.
public struct MatrixChart: Sendable {
  private let title: Phrase
  private let rows: [String]
  private let columns: [String]
  private let values: [[Double?]]
  private let corner: Phrase

  /// A matrix by row and column; a cell without a value is empty. `corner` says what rows and columns are.
  public init(
    _ title: Phrase, corner: Phrase, rows: [String], columns: [String], _ values: [[Double?]]
  ) {
    self.title = title
    self.corner = corner
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  private static let left = 60
  private static let head = 36
  private static let height = 34

  /// Writes the matrix.
  public func render(_ h: inout HTML) {
    guard !rows.isEmpty, !columns.isEmpty else { return }
    let width = (Plot.width - MatrixChart.left) / columns.count
    let numbers = values.flatMap { $0.compactMap { $0 } }
    let (least, most) = (numbers.min() ?? 0, numbers.max() ?? 0)
    let height = MatrixChart.head + rows.count * MatrixChart.height + 2
    Plot.figure(&h, title, description(least, most), height: height) { h in
      Plot.text(&h, 0, 12, "start", corner)
      for (index, column) in columns.enumerated() {
        let middle = MatrixChart.left + index * width + width / 2
        Plot.text(&h, middle, MatrixChart.head - 6, "middle", .same(column), class: "name")
      }
      for (index, row) in rows.enumerated() {
        let y = MatrixChart.head + index * MatrixChart.height
        Plot.text(&h, MatrixChart.left - 10, y + 21, "end", .same(row), class: "name")
        for (place, value) in values[index].prefix(columns.count).enumerated() {
          let x = MatrixChart.left + place * width
          let level = value.map { MatrixChart.level($0, least, most) } ?? 0
          Plot.rectangle(
            &h, "heat-\(level)", x: x + 1, y: y + 1, width: width - 2,
            height: MatrixChart.height - 2, radius: 3)
          Plot.text(
            &h, x + width / 2, y + 21, "middle", .same(value.map(MatrixChart.text) ?? "—"),
            class: level >= 3 ? "on-dark" : "value")
        }
      }
    }
  }

  private func description(_ least: Double, _ most: Double) -> Phrase {
    let (low, high) = (MatrixChart.text(least), MatrixChart.text(most))
    return Phrase(
      "\(rows.count)行\(columns.count)列，\(low)至\(high)",
      en: "\(rows.count) rows, \(columns.count) columns, \(low) to \(high)")
  }

  /// One of four shades by how far a value lies between the least and the greatest.
  private static func level(_ value: Double, _ least: Double, _ most: Double) -> Int {
    guard most > least else { return 1 }
    return 1 + min(3, Int((value - least) / (most - least) * 4))
  }

  /// With one decimal; none if it is whole.
  private static func text(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "—" }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
  }
}
