import Commons
import Markup

/// What the charts have in common: their width in units of the view box, and the writing of marks.
enum Plot {
  static let width = 460

  static func rectangle(
    _ h: inout HTML, _ name: String, x: Int, y: Int, width: Int, height: Int, radius: Int = 0,
    title: Phrase? = nil
  ) {
    h.element(
      "rect", .class(name), .named("x", String(x)), .named("y", String(y)),
      .named("width", String(max(0, width))), .named("height", String(max(0, height))),
      .named("rx", radius > 0 ? String(radius) : nil)
    ) { h in if let title { h.element("title", text: title) } }
  }

  static func line(_ h: inout HTML, _ name: String, _ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int) {
    h.element(
      "line", .class(name), .named("x1", String(x1)), .named("y1", String(y1)),
      .named("x2", String(x2)), .named("y2", String(y2))
    ) { _ in }
  }

  static func dot(_ h: inout HTML, _ name: String, _ x: Int, _ y: Int, radius: Int = 5) {
    h.element(
      "circle", .class(name), .named("cx", String(x)), .named("cy", String(y)),
      .named("r", String(radius))
    ) { _ in }
  }

  static func text(
    _ h: inout HTML, _ x: Int, _ y: Int, _ anchor: String, _ words: Phrase,
    class name: String? = nil
  ) {
    h.element(
      "text", .class(name), .named("x", String(x)), .named("y", String(y)),
      .named("text-anchor", anchor), text: words)
  }

  /// A figure with its caption, the drawing, perhaps a legend and a note.
  static func figure(
    _ h: inout HTML, _ title: Phrase, _ description: Phrase, height: Int, note: Phrase? = nil,
    legend: [(mark: String, name: Phrase)] = [], drawing: (inout HTML) -> Void
  ) {
    h.element("figure", .class("chart")) { h in
      h.element("figcaption", text: title)
      h.element(
        "svg", .named("viewBox", "0 0 \(width) \(height)"), .named("role", "img"),
        .label(title + Phrase("：", en: ": ") + description)
      ) { drawing(&$0) }
      if !legend.isEmpty {
        h.element("ul", .class("legend")) { h in
          for one in legend {
            h.element("li") { h in
              key(&h, one.mark)
              h.text(one.name)
            }
          }
        }
      }
      if let note { h.element("p", .class("chart-note"), text: note) }
    }
  }

  private static func key(_ h: inout HTML, _ mark: String) {
    h.element(
      "svg", .class("key"), .named("viewBox", "0 0 22 10"), .named("aria-hidden", "true")
    ) { h in
      if mark.hasPrefix("line") || mark.hasPrefix("rule") || mark.hasPrefix("whisker") {
        line(&h, mark, 1, 5, 21, 5)
      } else if mark.hasPrefix("dot") {
        dot(&h, mark, 11, 5, radius: 4)
      } else {
        rectangle(&h, mark, x: 1, y: 0, width: 20, height: 10, radius: 2)
      }
    }
  }

  /// As much of a label as fits: Chinese characters are twice as wide as Latin ones.
  static func short(_ phrase: Phrase, _ units: Int = 22) -> Phrase {
    Phrase(cut(phrase.zh, units), en: cut(phrase.en, units - 3))
  }

  private static func cut(_ text: String, _ units: Int) -> String {
    var room = units
    var out = ""
    for character in text {
      room -= character.isASCII ? 1 : 2
      if room < 0 { return out + "…" }
      out.append(character)
    }
    return out
  }

  /// The next of 4, 8, 20, 40, 80, 200 … so that quarters are whole.
  static func roundUp(_ value: Double) -> Double {
    var scale = 4.0
    while true {
      for factor in [1.0, 2, 5] where scale * factor >= value { return scale * factor }
      scale *= 10
    }
  }
}

/// A small line without axes, beside a figure.
public struct Sparkline: Sendable {
  private let values: [Double]

  /// The values in order.
  public init(_ values: [Double]) { self.values = values.map { $0.isFinite ? max(0, $0) : 0 } }

  /// Writes the line; it says nothing that the figures beside it do not.
  public func render(_ h: inout HTML) {
    guard values.count > 1, let top = values.max(), top > 0 else { return }
    let points = values.enumerated().map { index, value in
      "\(index * 120 / (values.count - 1)),\(28 - Int((value / top * 26).rounded()))"
    }
    h.element(
      "svg", .class("spark"), .named("viewBox", "0 0 120 30"),
      .named("preserveAspectRatio", "none"), .named("aria-hidden", "true")
    ) { h in
      h.element("polyline", .class("line"), .named("points", points.joined(separator: " "))) { _ in
      }
    }
  }
}
