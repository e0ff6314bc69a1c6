import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// The last day as a strip of bars, one for each half hour: how many flights were in the air in it, and a link to them.
/// It is the slider of the air picture that works without scripts.
struct DayStrip {
  /// A half hour of the strip.
  struct Bar: Hashable, Sendable {
    /// When it begins.
    let from: Instant
    /// The moment of it that is shown: the first at which something flew.
    let at: Instant
    let count: Int
  }

  /// Seconds from bar to bar.
  static let step: Int64 = 1800

  let bars: [Bar]
  /// The moment that is shown.
  let moment: Instant
  let zone: ZoneOffset

  private static let width = 13
  private static let height = 60

  func render(_ h: inout HTML) {
    let most = max(1, bars.map(\.count).max() ?? 1)
    let title = Phrase(
      "过去24小时在飞架次（点选半小时）", en: "Flights in the air, last 24 hours (choose a half hour)")
    h.element("figure", .class("chart")) { h in
      h.element("figcaption", text: title)
      h.element(
        "svg", .class("map"), .named("viewBox", "0 0 \(bars.count * DayStrip.width) 86"),
        .named("role", "group"),
        .label(title)
      ) { h in
        for (index, bar) in bars.enumerated() { draw(&h, bar, index, most) }
      }
    }
  }

  private func draw(_ h: inout HTML, _ bar: Bar, _ index: Int, _ most: Int) {
    let x = index * DayStrip.width
    let tall = bar.count * DayStrip.height / most
    let second = bar.from.secondOfDay(in: zone)
    let clock = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
    let isShown = (0..<DayStrip.step).contains(moment.seconds - bar.from.seconds)
    let target =
      "/low-altitude/picture?at=" + PercentCoding.encode(bar.at.rfc3339(in: zone))
    h.element(
      "a", .href(target),
      .label(Phrase("\(clock)，\(bar.count)架次", en: "\(clock), \(bar.count) flights"))
    ) { h in
      // The whole column can be hit, however low its bar.
      h.element(
        "rect", .class(isShown ? "band-2" : "off"), .named("x", String(x)), .named("y", "0"),
        .named("width", String(DayStrip.width - 1)), .named("height", String(DayStrip.height + 2))
      ) { $0.element("title", text: "\(clock) · \(bar.count)") }
      if tall > 0 {
        h.element(
          "rect", .class("bar"), .named("x", String(x + 2)),
          .named("y", String(DayStrip.height - tall)), .named("width", String(DayStrip.width - 5)),
          .named("height", String(tall + 2))
        ) { _ in }
      }
    }
    guard second % 10_800 == 0 else { return }
    h.element(
      "text", .named("x", String(index == 0 ? 0 : x + DayStrip.width / 2)), .named("y", "81"),
      .named("text-anchor", index == 0 ? "start" : "middle"), text: clock)
  }
}
