import Commons
import Markup

/// A plan seen from above, north up and true to scale: lines, places and their names.
public struct PlanChart: Sendable {
  /// A place in units of length, x to the right and y up.
  public struct Place: Hashable, Sendable {
    let x: Double
    let y: Double
    /// A place.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// How a thing is drawn.
  public enum Look: String, Sendable {
    /// What is flown.
    case way = "line"
    /// Another thing that is flown.
    case otherWay = "line-2"
    /// A limit.
    case limit = "rule"
    /// What lies in the background.
    case ground = "line thin"
    /// A place.
    case place = "dot"
    /// A moving thing.
    case mover = "dot-2"
    /// Something that stands out.
    case alarm = "dot-bad"
  }

  private struct Line: Sendable {
    let look: Look
    let places: [Place]
  }
  private struct Mark: Sendable {
    let look: Look
    let place: Place
    let name: Phrase?
    let isLeft: Bool
  }

  private let title: Phrase
  private let description: Phrase
  private let note: Phrase?
  private var lines: [Line] = []
  private var marks: [Mark] = []

  /// A plan with nothing on it; the description says in words what it shows.
  public init(_ title: Phrase, _ description: Phrase, note: Phrase? = nil) {
    self.title = title
    self.description = description
    self.note = note
  }

  /// Adds a line.
  public mutating func line(_ look: Look, _ places: [Place]) {
    lines.append(Line(look: look, places: places.filter { $0.x.isFinite && $0.y.isFinite }))
  }

  /// Adds a place, perhaps with its name, which stands to the right or to the left of it.
  public mutating func mark(
    _ look: Look, _ place: Place, _ name: Phrase? = nil, isLeft: Bool = false
  ) {
    guard place.x.isFinite, place.y.isFinite else { return }
    marks.append(Mark(look: look, place: place, name: name, isLeft: isLeft))
  }

  private static let margin = 22.0
  private static let most = 460.0

  /// Writes the plan; the legend names looks that occur.
  public func render(_ h: inout HTML, legend: [(look: Look, name: Phrase)]) {
    let all = lines.flatMap(\.places) + marks.map(\.place)
    guard let first = all.first else { return }
    var (left, right, low, high) = (first.x, first.x, first.y, first.y)
    for place in all {
      (left, right) = (min(left, place.x), max(right, place.x))
      (low, high) = (min(low, place.y), max(high, place.y))
    }
    let room = Double(Plot.width) - 2 * PlanChart.margin
    let scale = min(
      room / max(right - left, 1e-9),
      (PlanChart.most - 2 * PlanChart.margin) / max(high - low, 1e-9))
    let inset = (Double(Plot.width) - (right - left) * scale) / 2
    let height = Int((high - low) * scale + 2 * PlanChart.margin)
    func point(_ place: Place) -> (x: Int, y: Int) {
      (
        Int((inset + (place.x - left) * scale).rounded()),
        Int((PlanChart.margin + (high - place.y) * scale).rounded())
      )
    }
    let names = legend.map { (mark: $0.look.rawValue, name: $0.name) }
    Plot.figure(&h, title, description, height: height, note: note, legend: names) { h in
      for line in lines {
        let text = line.places.map { place in
          let (x, y) = point(place)
          return "\(x),\(y)"
        }
        h.element(
          "polyline", .class(line.look.rawValue), .named("fill", "none"),
          .named("points", text.joined(separator: " "))
        ) { _ in }
      }
      for mark in marks {
        let (x, y) = point(mark.place)
        Plot.dot(&h, mark.look.rawValue, x, y, radius: 4)
        guard let name = mark.name else { continue }
        let isLeft = (mark.isLeft && x > 90) || x > Plot.width - 90
        Plot.text(&h, isLeft ? x - 7 : x + 7, y + 4, isLeft ? "end" : "start", name, class: "name")
      }
    }
  }
}

/// What was wished beside what is planned, on one scale of time that runs upwards: a line from each wished
/// time to its planned time.
public struct LadderChart: Sendable {
  /// One thing.
  public struct Rung: Sendable {
    let label: String
    let wished: Int
    let planned: Int
    let isFixed: Bool
    /// Times in seconds from the bottom of the scale.
    public init(_ label: String, wished: Int, planned: Int, isFixed: Bool) {
      self.label = label
      self.wished = wished
      self.planned = planned
      self.isFixed = isFixed
    }
  }

  private let title: Phrase
  private let rungs: [Rung]
  private let clock: @Sendable (Int) -> String

  /// A ladder; `clock` writes a time of the scale.
  public init(_ title: Phrase, _ rungs: [Rung], clock: @escaping @Sendable (Int) -> String) {
    self.title = title
    self.rungs = rungs
    self.clock = clock
  }

  private static let left = 120
  private static let right = 330

  /// Writes the ladder.
  public func render(_ h: inout HTML) {
    let times = rungs.flatMap { [$0.wished, $0.planned] }
    guard let low = times.min(), let high = times.max() else { return }
    let span = max(60, high - low)
    let height = min(1400, max(220, rungs.count * 24)) + 40
    func y(_ time: Int) -> Int { height - 20 - (time - low) * (height - 40) / span }
    Plot.figure(
      &h, title,
      Phrase(
        "\(rungs.count)架，左为期望时间，右为计划时间", en: "\(rungs.count) aircraft, wished left, planned right"),
      height: height,
      legend: [
        ("dot-2", Phrase("期望", en: "wished")), ("dot", Phrase("计划", en: "planned")),
        ("dot-bad", Phrase("已冻结", en: "frozen")),
      ]
    ) { h in
      Plot.line(&h, "axis", LadderChart.left, 10, LadderChart.left, height - 10)
      Plot.line(&h, "axis", LadderChart.right, 10, LadderChart.right, height - 10)
      var lastText = Int.max
      var lastWish = Int.max
      for rung in rungs.sorted(by: { $0.wished < $1.wished }) {
        let place = min(y(rung.wished) + 4, lastWish - 13)
        lastWish = place
        Plot.text(&h, LadderChart.left - 8, place, "end", .same(clock(rung.wished)))
      }
      for rung in rungs.sorted(by: { $0.planned < $1.planned }) {
        let (from, to) = (y(rung.wished), y(rung.planned))
        Plot.line(&h, "line thin", LadderChart.left, from, LadderChart.right, to)
        Plot.dot(&h, "dot-2", LadderChart.left, from, radius: 3)
        Plot.dot(&h, rung.isFixed ? "dot-bad" : "dot", LadderChart.right, to, radius: 4)
        // Names that would lie on each other move up a little.
        let place = min(to + 4, lastText - 13)
        lastText = place
        Plot.text(
          &h, LadderChart.right + 10, place, "start",
          .same("\(clock(rung.planned)) \(rung.label)"), class: "name")
      }
    }
  }
}
