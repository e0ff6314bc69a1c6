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
  /// Readings of goods in a cold chain, and those within it.
  private(set) var readings = 0
  private(set) var cold = 0
  /// Firms' trials approved, evaluated, passed.
  private(set) var trials = 0
  private(set) var evaluated = 0
  private(set) var passed = 0

  private mutating func takeFlight(_ kind: Substring, _ fields: JSONValue) {
    switch kind {
    case "file": filed += 1
    case "approve", "record", "refuse":
      if kind == "refuse" { refused += 1 } else { approved += 1 }
      if fields["in-time"]?.bool == true { inTime += 1 }
    case "decide-due", "confirm-due", "land-due": alarms += 1
    case "take-offer": replanned += 1
    case "load", "receive":
      guard let chain = fields["cold-chain"]?.string else { return }
      readings += 1
      if chain == "kept" { cold += 1 }
    case "land":
      landed += 1
      if fields["on-time"]?.bool == true { landedOnTime += 1 }
    default: break
    }
  }

  private mutating func takeTrial(_ kind: Substring) {
    switch kind {
    case "approve": trials += 1
    case "pass", "fail":
      evaluated += 1
      if kind == "pass" { passed += 1 }
    default: break
    }
  }

  mutating func take(_ act: PublicAct) {
    let trial = LowAltitudeMeasure.card.slug + ".trials."
    if act.kind.hasPrefix(trial) { return takeTrial(act.kind.dropFirst(trial.count)) }
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
      count("approved", "批准", "Approved", "approve, record", approved),
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

  /// Those of goods in a cold chain and of firms' trials.
  var trialValues: [IndicatorValue] {
    [
      IndicatorValue(
        "low-altitude.cold-chain", Phrase("冷链正常占比", en: "Cold chain kept"),
        formula: Phrase(
          "交接时温度在申报范围内的次数 ÷ 全部交接测温次数",
          en: "readings within the range applied for ÷ all readings at hand-overs"),
        value: readings == 0 ? nil : Double(cold) / Double(readings), format: .percent),
      IndicatorValue(
        "low-altitude.trials", Phrase("同意的企业试点", en: "Trials of firms approved"),
        formula: Phrase("“trials.approve”的次数", en: "acts of the kind “trials.approve”"),
        value: Double(trials), format: .count),
      IndicatorValue(
        "low-altitude.trials-passed", Phrase("试点评估通过占比", en: "Trials that passed"),
        formula: Phrase("评估通过 ÷ 全部评估", en: "trials passed ÷ trials evaluated"),
        value: evaluated == 0 ? nil : Double(passed) / Double(evaluated), format: .percent),
    ]
  }

  var values: [IndicatorValue] {
    flights + trialValues + [
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
