import Glibc

/// The cells of a level that an area on the ground touches.
///
/// On a face of the cube great circles are straight and cells are rectangles between fixed lines, so that
/// this is a question about polygons in the plane: cells that an edge passes are marked row by row; a cell
/// that no edge passes lies wholly inside or outside.
public enum CellCovering {
  /// The cells that a polygon touches, whose edges are great circles; in order, without repetition. The
  /// polygon must be simple and lie within a hemisphere. The smaller side of it is its inside.
  public static func cells(
    of polygon: [LatLng], level: Int = S2Cell.standardLevel
  ) -> [S2Cell] {
    let points = polygon.map(\.direction)
    var cells: Set<S2Cell> = []
    for face in 0..<6 {
      let local = points.map { CubeFace.axes(face, $0) }
      // A polygon that is small enough lies in front of each face on which it has a part.
      guard local.allSatisfy({ $0.w > 0.05 }) else { continue }
      var painter = FacePainter(level: level)
      painter.paint(local.map { (u: $0.u / $0.w, v: $0.v / $0.w) })
      for (row, columns) in painter.rows {
        for column in columns {
          cells.insert(S2Cell(face: face, i: column, j: row, level: level))
        }
      }
    }
    return cells.sorted()
  }
}

/// Marks cells of one face.
private struct FacePainter {
  /// The columns that are marked in each row.
  private(set) var rows: [Int: Set<Int>] = [:]
  private let count: Int
  /// The lines between cells, on either axis.
  private let size: Double

  init(level: Int) {
    count = 1 << level
    size = Double(count)
  }

  private func line(_ index: Int) -> Double { CubeFace.u(Double(index) / size) }

  /// The cell of a coordinate, also beyond the face.
  private func index(_ u: Double) -> Int {
    // Beyond the face the projection goes on, but only whether it is beyond matters.
    if u < -1 { return -1 }
    if u > 1 { return count }
    return max(0, min(count - 1, Int((CubeFace.s(u) * size).rounded(.down))))
  }

  // Rounding must not lose a cell that an edge touches at its border.
  private static let slack = 1e-13

  mutating func paint(_ polygon: [(u: Double, v: Double)]) {
    for (place, from) in polygon.enumerated() {
      paintEdge(from, polygon[(place + 1) % polygon.count])
    }
    fill(polygon)
  }

  private mutating func paintEdge(_ a: (u: Double, v: Double), _ b: (u: Double, v: Double)) {
    let (low, high) = a.v <= b.v ? (a, b) : (b, a)
    let slack = FacePainter.slack
    let first = max(0, index(low.v - slack))
    let last = min(count - 1, index(high.v + slack))
    guard first <= last else { return }
    for row in first...last {
      let (bottom, top) = (line(row) - slack, line(row + 1) + slack)
      let from = at(max(low.v, bottom), low, high)
      let to = at(min(high.v, top), low, high)
      // An edge along a row is whole in it.
      let isFlat = high.v - low.v <= 4 * slack
      mark(
        row, isFlat ? min(low.u, high.u) : min(from, to),
        isFlat ? max(low.u, high.u) : max(from, to))
    }
  }

  /// Where an edge is at a height.
  private func at(
    _ v: Double, _ low: (u: Double, v: Double), _ high: (u: Double, v: Double)
  ) -> Double {
    let rise = high.v - low.v
    guard rise > 0 else { return low.u }
    let share = max(0, min(1, (v - low.v) / rise))
    return low.u + share * (high.u - low.u)
  }

  private mutating func mark(_ row: Int, _ from: Double, _ to: Double) {
    let first = max(0, index(from - FacePainter.slack))
    let last = min(count - 1, index(to + FacePainter.slack))
    guard first <= last else { return }
    for column in first...last { rows[row, default: []].insert(column) }
  }

  /// Marks the cells inside of which no edge passes, by their middle.
  private mutating func fill(_ polygon: [(u: Double, v: Double)]) {
    let heights = polygon.map(\.v)
    guard let lowest = heights.min(), let highest = heights.max() else { return }
    let first = max(0, index(lowest))
    let last = min(count - 1, index(highest))
    guard first <= last else { return }
    for row in first...last {
      let middle = (line(row) + line(row + 1)) / 2
      var crossings: [Double] = []
      for (place, a) in polygon.enumerated() {
        let b = polygon[(place + 1) % polygon.count]
        guard (a.v <= middle) != (b.v <= middle) else { continue }
        crossings.append(a.u + (middle - a.v) / (b.v - a.v) * (b.u - a.u))
      }
      crossings.sort()
      for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
        // The cells at both ends are passed by an edge and marked already.
        mark(row, crossings[pair], crossings[pair + 1])
      }
    }
  }
}
