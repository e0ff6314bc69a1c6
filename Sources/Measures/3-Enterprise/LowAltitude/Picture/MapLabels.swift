import Charts
import Commons
import Markup
import MeasureKit

/// Names on a map that do not lie on each other: each is tried at its anchors and around them, and left out where
/// there is no room. Those that are needed stand in any case.
struct MapLabels {
  private struct Box {
    let left, top, right, bottom: Double

    func meets(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  /// A place for letters: which of their ends stands where.
  private struct Spot {
    let x, y: Double
    /// `start`, `middle` or `end`, as SVG has it.
    let anchor: String

    /// What letters of so many units cover there.
    func box(_ wide: Double, _ high: Double) -> Box {
      let left = anchor == "start" ? x : anchor == "end" ? x - wide : x - wide / 2
      return Box(left: left - 1, top: y - high, right: left + wide + 1, bottom: y + 4)
    }
  }

  private let width, height: Double
  private var boxes: [Box] = []
  private var placed: [(words: String, spot: Spot)] = []
  /// What stands, in the order in which it was placed.
  var words: [String] { placed.map(\.words) }

  /// The height of letters, in units of the drawing: as large as a phone shows them, where the drawing is half as wide.
  private static let line = 17.0

  /// A drawing of this size without names.
  init(width: Double, height: Double) { (self.width, self.height) = (width, height) }

  /// Right above a point, right below, left above, left below, above, below.
  private static func spots(_ at: (x: Double, y: Double)) -> [Spot] {
    [
      Spot(x: at.x + 7, y: at.y - 5, anchor: "start"),
      Spot(x: at.x + 7, y: at.y + 18, anchor: "start"),
      Spot(x: at.x - 7, y: at.y - 5, anchor: "end"),
      Spot(x: at.x - 7, y: at.y + 18, anchor: "end"),
      Spot(x: at.x, y: at.y - 9, anchor: "middle"), Spot(x: at.x, y: at.y + 22, anchor: "middle"),
    ]
  }

  /// Places words at the first of some anchors around which there is room.
  mutating func add(_ words: String, at anchors: [(x: Double, y: Double)], isNeeded: Bool = false) {
    // Letters of ASCII are half as wide as others.
    let wide = words.unicodeScalars.reduce(0.0) { $0 + ($1.isASCII ? 11.5 : 20) }
    for anchor in anchors {
      for spot in MapLabels.spots(anchor) {
        let box = spot.box(wide, MapLabels.line)
        guard box.left >= 2, box.right <= width - 2, box.top >= 2, box.bottom <= height - 2,
          !boxes.contains(where: { $0.meets(box) })
        else { continue }
        boxes.append(box)
        placed.append((words, spot))
        return
      }
    }
    guard isNeeded, let first = anchors.first else { return }
    placed.append((words, MapLabels.spots(first)[0]))
  }

  /// Writes the words.
  func render(_ h: inout HTML) {
    for (words, spot) in placed {
      h.element(
        "text", .class("name"), .named("x", Figures.fixed(spot.x, 1).filter { $0 != "," }),
        .named("y", Figures.fixed(spot.y, 1).filter { $0 != "," }),
        .named("text-anchor", spot.anchor), text: words)
    }
  }
}
