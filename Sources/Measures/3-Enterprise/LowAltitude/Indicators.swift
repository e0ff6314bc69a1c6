import Commons
import MeasureKit

/// What is counted of the public acts.
struct AirCounts: Sendable {
  /// Acts that keep an operational intent.
  private(set) var kept = 0
  /// Those of them in which the aircraft keeps to its plan.
  private(set) var nominal = 0

  mutating func take(_ act: PublicAct) {
    guard act.kind == LowAltitudeMeasure.card.slug + ".intent.put" else { return }
    kept += 1
    if !IntentWish.offNominal.contains(act.fields["state"]?.string ?? "") { nominal += 1 }
  }

  var values: [IndicatorValue] {
    [
      IndicatorValue(
        "low-altitude.intents", Phrase("飞行意图登记次数", en: "Operational intents kept"),
        formula: Phrase("登记和更新的次数", en: "the acts by which one is made or changed"),
        value: Double(kept), format: .count),
      IndicatorValue(
        "low-altitude.nominal", Phrase("按计划飞行占比", en: "Kept to plan"),
        formula: Phrase(
          "状态不是“偏离”或者“应急”的登记次数 ÷ 全部登记次数",
          en: "acts in a state other than Nonconforming and Contingent ÷ all such acts"),
        value: kept == 0 ? nil : Double(nominal) / Double(kept), format: .percent),
    ]
  }
}
