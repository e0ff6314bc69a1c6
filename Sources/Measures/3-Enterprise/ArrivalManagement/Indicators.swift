import ArrivalFlow
import Commons
import MeasureKit

/// What the public acts say of the measure; everything is counted from them alone.
struct ArrivalFigures: Sendable {
  private(set) var designs = 0
  private(set) var published = 0
  private(set) var refusedChecks = 0
  private(set) var reports = 0
  private(set) var landed = 0
  private(set) var delay_s: Int64 = 0
  private(set) var kept = 0
  private(set) var feeds = 0
  private(set) var requests = 0
  private(set) var offered = 0
  private(set) var shift: Int64 = 0
  private(set) var allocated = 0
  private(set) var late = 0

  mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix("arrivals.") else { return }
    func number(_ name: String) -> Int64 { act.fields[name]?.integer ?? 0 }
    switch act.kind.dropFirst(9) {
    case "feed":
      feeds += 1
      reports += Int(number("reports"))
      landed += Int(number("landed"))
      delay_s += number("delay_s")
      if act.fields["making"]?.string == "as-ruled" { kept += 1 }
    case "procedures.design": designs += 1
    case "procedures.check.refused": refusedChecks += 1
    case "procedures.publish": published += 1
    case "slots.request": requests += 1
    case "slots.offer":
      offered += 1
      shift += number("shift")
    case "slots.accept": allocated += 1
    default: if act.kind.hasSuffix("-due"), !act.kind.hasSuffix("chase-due") { late += 1 }
    }
  }

  private static func value(
    _ id: String, _ name: Phrase, _ formula: Phrase, _ value: Double?,
    _ format: IndicatorValue.Format = .count
  ) -> IndicatorValue {
    IndicatorValue("arrivals.\(id)", name, formula: formula, value: value, format: format)
  }

  /// The figures; `study` gives those that the city's data predicts and no act tells.
  func indicators(_ airport: Airport?) -> [IndicatorValue] {
    let study = airport?.scenario.study
    return [
      Self.value(
        "capacity-after", Phrase("预测高峰小时容量", en: "Predicted capacity an hour"),
        Phrase(
          "城市档案首个机场：公布容量×变化后最优率÷变化前最优率",
          en: "first airport of the profile: declared × best rate after ÷ before"),
        study?.predictedAfter, .days),
      Self.value(
        "slots-a-day", Phrase("预测每日新增时刻", en: "Predicted further slots a day"),
        Phrase("每小时整架次增量×高峰小时数", en: "whole movements gained an hour × peak hours"),
        study.map { Double($0.slotsPerDay) }),
      Self.value(
        "procedures.designs", Phrase("设计的版本", en: "Versions designed"),
        Phrase("“设计新版本”的件数", en: "acts “design a version”"), Double(designs)),
      Self.value(
        "procedures.published", Phrase("公布的版本", en: "Versions published"),
        Phrase("“公布”的件数", en: "acts “publish”"), Double(published)),
      Self.value(
        "procedures.infeasible", Phrase("校核未通过", en: "Designs that cannot be flown"),
        Phrase("被拒绝并留痕的“校核”的件数", en: "checks refused on record"), Double(refusedChecks)),
      Self.value(
        "board.reports", Phrase("收到的报告", en: "Reports taken"),
        Phrase("“收到航迹或计划”中报告数之和", en: "sum of reports in acts of feeds"), Double(reports)),
      Self.value(
        "board.landed", Phrase("已排序落地", en: "Landings sequenced"),
        Phrase("其中落地数之和", en: "sum of landings in them"), Double(landed)),
      Self.value(
        "board.delay", Phrase("平均延误（分钟）", en: "Mean delay (minutes)"),
        Phrase("延误秒数之和÷60÷落地数", en: "sum of delays ÷ 60 ÷ landings"),
        landed == 0 ? nil : Double(delay_s) / 60 / Double(landed), .days),
      Self.value(
        "board.as-ruled", Phrase("按规则排出的占比", en: "Sequences within the rules"),
        Phrase("making为as-ruled的件数÷全部", en: "acts with making as-ruled ÷ all"),
        feeds == 0 ? nil : Double(kept) / Double(feeds), .percent),
      Self.value(
        "slots.requests", Phrase("时刻申请", en: "Requests for slots"),
        Phrase("“申请时刻”的件数", en: "acts “ask for slots”"), Double(requests)),
      Self.value(
        "slots.allocated", Phrase("已分配系列", en: "Series allocated"),
        Phrase("“接受”的件数", en: "acts “accept”"), Double(allocated)),
      Self.value(
        "slots.shift", Phrase("平均偏移（分钟）", en: "Mean shift (minutes)"),
        Phrase("“提出时刻”偏移之和÷件数", en: "sum of shifts offered ÷ offers"),
        offered == 0 ? nil : Double(shift) / Double(offered), .days),
      Self.value(
        "overdue", Phrase("逾期", en: "Late"), Phrase("逾期记录的件数", en: "acts by which a step is late"),
        Double(late)),
    ]
  }

  /// Those of one kind of case, by the path of its pages.
  func indicators(of path: String, _ airport: Airport?) -> [IndicatorValue] {
    let word = String(path.split(separator: "/").last ?? "")
    return indicators(airport).filter { $0.id.hasPrefix("arrivals.\(word).") }
  }
}
