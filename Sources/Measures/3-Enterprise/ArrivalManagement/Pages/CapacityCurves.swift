import ArrivalFlow
import Charts
import Commons
import Markup
import MeasureKit

/// How the capacity of an airport changes with its fleet and with the precision of spacing.
struct CapacityCurves {
  let study: CapacityStudy

  private typealias Points = [(at: Double, before: Double, after: Double)]

  /// Movements an hour: the declared share of the best balanced rate.
  private func movements(_ fleet: [FleetGroup], _ rules: SpacingRules) -> Double {
    study.declaredShare * RunwayCapacity(fleet, rules).rate(study.runways).balanced
  }

  private static func isHeavy(_ group: FleetGroup) -> Bool { group.type.mass_kg >= 136_000 }

  /// Thirteen shares of heavy aircraft; among themselves heavy ones and the others keep their shares.
  private var byHeavies: Points {
    let heavy = study.fleet.filter(Self.isHeavy).reduce(0) { $0 + $1.weight }
    let rest = study.fleet.reduce(0) { $0 + $1.weight } - heavy
    guard heavy > 0, rest > 0 else { return [] }
    return stride(from: 0.0, through: 60, by: 5).map { percent in
      let fleet = study.fleet.compactMap { group -> FleetGroup? in
        let share =
          Self.isHeavy(group)
          ? group.weight / heavy * percent : group.weight / rest * (100 - percent)
        guard share > 0 else { return nil }
        return FleetGroup(
          group.type, weight: share, profile: group.profile, occupancy_s: group.occupancy_s)
      }
      return (percent, movements(fleet, study.before), movements(fleet, study.after))
    }
  }

  /// Buffers of 0 to 40 seconds with the minima before and after.
  private var byBuffer: Points {
    stride(from: 0.0, through: 40, by: 5).map { seconds in
      var (before, after) = (study.before, study.after)
      before.buffer = .fixed(seconds)
      after.buffer = .fixed(seconds)
      return (seconds, movements(study.fleet, before), movements(study.fleet, after))
    }
  }

  func render(_ h: inout HTML) {
    let heavies = byHeavies
    let buffers = byBuffer
    let (share, buffer) = (
      Phrase("重型机份额（%）", en: "share of heavy aircraft (%)"), Phrase("缓冲（秒）", en: "buffer (s)")
    )
    h.element("div", .class("charts")) { h in
      chart(&h, Phrase("容量随机队变化", en: "Capacity by fleet"), share, heavies, isMinima: false)
      chart(&h, Phrase("容量随间隔精度变化", en: "Capacity by precision"), buffer, buffers, isMinima: true)
    }
    h.details(Phrase("曲线的数据", en: "Figures of the curves")) { h in
      table(&h, Phrase("容量随机队变化", en: "Capacity by fleet"), share, heavies, isMinima: false)
      table(&h, Phrase("容量随间隔精度变化", en: "Capacity by precision"), buffer, buffers, isMinima: true)
    }
  }

  private func names(_ isMinima: Bool) -> (before: Phrase, after: Phrase) {
    isMinima
      ? (Phrase("变化前的最小间隔", en: "minima before"), Phrase("变化后的最小间隔", en: "minima after"))
      : (Phrase("变化前", en: "before"), Phrase("变化后", en: "after"))
  }

  private func chart(
    _ h: inout HTML, _ title: Phrase, _ axis: Phrase, _ points: Points, isMinima: Bool
  ) {
    guard !points.isEmpty else { return }
    let names = names(isMinima)
    CurveChart(
      title + Phrase("（架次/小时）", en: " (movements an hour)"), axis: axis, points.map(\.at),
      [.init(names.before, points.map(\.before)), .init(names.after, points.map(\.after))]
    ).render(&h)
  }

  private func table(
    _ h: inout HTML, _ title: Phrase, _ axis: Phrase, _ points: Points, isMinima: Bool
  ) {
    guard !points.isEmpty else { return }
    let names = names(isMinima)
    h.table(title, columns: [(axis, true), (names.before, true), (names.after, true)]) { table in
      for point in points {
        table.row(texts: [
          Numbers.text(point.at, 0), Numbers.text(point.before, 1), Numbers.text(point.after, 1),
        ])
      }
    }
  }
}
