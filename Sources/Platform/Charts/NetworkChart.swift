import Commons
import Markup

/// Two columns of names with lines between those that have to do with each other: thin ones for a single bid;
/// flagged lines are marked. The page puts the table beside it.
public struct NetworkChart: Sendable {
  /// A line between a name on the left and one on the right, by their places.
  public struct Edge: Sendable {
    let left: Int
    let right: Int
    let weight: Int
    let isFlagged: Bool
    /// A line of some weight.
    public init(_ left: Int, _ right: Int, weight: Int, isFlagged: Bool) {
      self.left = left
      self.right = right
      self.weight = weight
      self.isFlagged = isFlagged
    }
  }

  private let title: Phrase
  private let left: [Phrase]
  private let right: [Phrase]
  private let edges: [Edge]

  /// A chart; lines to places that are not there are left out.
  public init(_ title: Phrase, left: [Phrase], right: [Phrase], _ edges: [Edge]) {
    self.title = title
    self.left = left
    self.right = right
    self.edges = edges.filter { left.indices.contains($0.left) && right.indices.contains($0.right) }
  }

  private static let labelWidth = 172
  private static let rowHeight = 26

  /// Writes the chart.
  public func render(_ h: inout HTML) {
    let height = max(left.count, right.count, 1) * NetworkChart.rowHeight + 8
    Plot.figure(
      &h, title, summary, height: height,
      legend: [
        ("line", Phrase("往来", en: "bids")), ("line-bad", Phrase("有预警的往来", en: "flagged")),
      ]
    ) { h in
      // Flagged lines come last, on top of the others.
      for edge in edges.sorted(by: { !$0.isFlagged && $1.isFlagged }) {
        let width = edge.weight > 1 ? "" : " thin"
        Plot.line(
          &h, (edge.isFlagged ? "line-bad" : "line") + width, NetworkChart.labelWidth + 6,
          y(edge.left, left.count, height), Plot.width - NetworkChart.labelWidth - 6,
          y(edge.right, right.count, height))
      }
      column(&h, left, x: NetworkChart.labelWidth, "end", height)
      column(&h, right, x: Plot.width - NetworkChart.labelWidth, "start", height)
    }
  }

  private func column(
    _ h: inout HTML, _ names: [Phrase], x: Int, _ anchor: String, _ height: Int
  ) {
    for (place, name) in names.enumerated() {
      let y = y(place, names.count, height)
      Plot.dot(&h, "dot", x + (anchor == "end" ? 2 : -2), y, radius: 3)
      Plot.text(
        &h, x + (anchor == "end" ? -6 : 6), y + 4, anchor, Plot.short(name, 21), class: "tie")
    }
  }

  private func y(_ place: Int, _ count: Int, _ height: Int) -> Int {
    (2 * place + 1) * height / (2 * max(1, count))
  }

  private var summary: Phrase {
    let flagged = edges.count { $0.isFlagged }
    return Phrase(
      "\(edges.count)条往来，其中有预警\(flagged)条", en: "\(edges.count) lines, \(flagged) flagged")
  }
}
