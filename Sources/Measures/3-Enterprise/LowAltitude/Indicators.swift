import Commons
import MeasureKit

/// What is counted of the public acts.
struct AirCounts: Sendable {
  /// Acts that keep an operational intent.
  private(set) var kept = 0
  /// Those of them in which the aircraft keeps to its plan.
  private(set) var nominal = 0

  /// Flights applied for, approved, refused, decided on in time or late, replanned, landed.
  private(set) var filed = 0
  private(set) var approved = 0
  private(set) var refused = 0
  private(set) var inTime = 0
  private(set) var alarms = 0
  private(set) var replanned = 0
  private(set) var landed = 0
  private(set) var landedOnTime = 0
  private(set) var incidents = 0

  private mutating func takeFlight(_ kind: Substring, _ fields: JSONValue) {
    switch kind {
    case "file": filed += 1
    case "approve", "refuse":
      if kind == "approve" { approved += 1 } else { refused += 1 }
      if fields["in-time"]?.bool == true { inTime += 1 }
    case "decide-due", "confirm-due", "land-due": alarms += 1
    case "take-offer": replanned += 1
    case "land":
      landed += 1
      if fields["on-time"]?.bool == true { landedOnTime += 1 }
    default: break
    }
  }

  mutating func take(_ act: PublicAct) {
    let flight = LowAltitudeMeasure.card.slug + ".flights."
    if act.kind.hasPrefix(flight) {
      return takeFlight(act.kind.dropFirst(flight.count), act.fields)
    }
    if act.kind == LowAltitudeMeasure.card.slug + ".incidents.notify" { incidents += 1 }
    guard act.kind == LowAltitudeMeasure.card.slug + ".intent.put" else { return }
    kept += 1
    if !IntentWish.offNominal.contains(act.fields["state"]?.string ?? "") { nominal += 1 }
  }

  /// Those of flights.
  var flights: [IndicatorValue] {
    func count(_ id: String, _ zh: String, _ en: String, _ act: String, _ value: Int)
      -> IndicatorValue
    {
      IndicatorValue(
        "low-altitude.\(id)", Phrase(zh, en: en),
        formula: Phrase("“\(act)”的次数", en: "acts of the kind “\(act)”"), value: Double(value),
        format: .count)
    }
    let decided = approved + refused
    return [
      count("filed", "飞行活动申请", "Flights applied for", "file", filed),
      count("approved", "批准", "Approved", "approve", approved),
      count("refused", "不予批准", "Refused", "refuse", refused),
      IndicatorValue(
        "low-altitude.in-time", Phrase("按时决定占比", en: "Decided in time"),
        formula: Phrase(
          "飞行前1日21时前（紧急任务起飞10分钟前）作出的决定 ÷ 全部决定",
          en: "decisions by 21:00 of the day before (urgent: 10 min ahead) ÷ all decisions"),
        value: decided == 0 ? nil : Double(inTime) / Double(decided), format: .percent),
      count("alarms", "时限报警", "Alarms of clocks", "decide-due, confirm-due, land-due", alarms),
      count("replanned", "冲突自动排除", "Conflicts solved by another plan", "take-offer", replanned),
      count("landed", "完成飞行", "Flights landed", "land", landed),
      IndicatorValue(
        "low-altitude.on-time", Phrase("准点结束占比", en: "Ended on time"),
        formula: Phrase(
          "在批准时间内报告结束 ÷ 全部结束", en: "ends reported within the approved time ÷ all ends"),
        value: landed == 0 ? nil : Double(landedOnTime) / Double(landed), format: .percent),
      count("incidents", "飞行安全问题", "Incidents", "incidents.notify", incidents),
    ]
  }

  var values: [IndicatorValue] {
    flights + [
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
