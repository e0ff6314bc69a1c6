import Commons
import MeasureKit

/// What the public acts say of dormancy; everything is counted from them alone.
struct DormancyFigures: Sendable {
  private(set) var filed = 0
  private(set) var restarted = 0
  private(set) var deemed = 0
  private(set) var overdue = 0
  /// Cases that are dormant, by alias.
  private var open: Set<[UInt8]> = []
  /// Days of cases whose dormancy has ended, by alias.
  private var ended: [[UInt8]: Int64] = [:]

  /// Back in business of its own will: at once, or by publishing or confirming it afterwards.
  private static let own: Set<Substring> = [
    "resume", "resume-earlier", "resume-changed", "publish", "publish-changed", "confirm",
    "confirm-changed",
  ]

  mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix("dormancy."), !act.kind.hasSuffix(".refused") else { return }
    let command = act.kind.dropFirst(9)
    switch command {
    case "file":
      filed += 1
      open.insert(act.matter)
    case "deem": deemed += 1
    case "publish-due", "settle-due": overdue += 1
    case "set-aside":
      deemed -= 1
      ended[act.matter] = nil
      open.insert(act.matter)
    default: break
    }
    if act.fields["resumed"]?.string != nil {
      open.remove(act.matter)
      ended[act.matter] = act.fields["days"]?.integer ?? 0
    }
    if DormancyFigures.own.contains(command) { restarted += 1 }
  }

  /// Businesses whose dormancy was filed and has not ended.
  var dormant: Int { open.count }
  var meanDays: Double? {
    ended.isEmpty ? nil : Double(ended.values.reduce(0, +)) / Double(ended.count)
  }

  var indicators: [IndicatorValue] {
    [
      IndicatorValue(
        "dormancy.filed", Phrase("歇业备案", en: "Dormancy filed"),
        formula: Phrase("“备案并公示歇业”记录的件数", en: "acts “file and publish”"), value: Double(filed),
        format: .count),
      IndicatorValue(
        "dormancy.restarted", Phrase("重新启动经营", en: "Back in business"),
        formula: Phrase(
          "“恢复经营”“公示终止”“确认恢复”记录的件数", en: "acts by which an operator resumes, publishes or confirms"),
        value: Double(restarted), format: .count),
      IndicatorValue(
        "dormancy.dormant", Phrase("歇业中", en: "Dormant now"),
        formula: Phrase("已备案而尚无恢复日的件数", en: "cases filed that have no day of resuming"),
        value: Double(dormant), format: .count),
      IndicatorValue(
        "dormancy.deemed", Phrase("视为恢复营业", en: "Deemed to have resumed"),
        formula: Phrase("“认定视为恢复营业”件数，减撤销件数", en: "acts “deem”, less those set aside"),
        value: Double(deemed), format: .count),
      IndicatorValue(
        "dormancy.days", Phrase("平均歇业天数", en: "Mean days of dormancy"),
        formula: Phrase("已终止的歇业天数之和÷件数", en: "days of ended spells ÷ their number"),
        value: meanDays,
        format: .days),
      IndicatorValue(
        "dormancy.overdue", Phrase("逾期未公示、未确认", en: "Not published or confirmed in time"),
        formula: Phrase("“逾期未公示”“期满逾期未确认”记录的件数", en: "acts “publish-due” and “settle-due”"),
        value: Double(overdue), format: .count),
    ]
  }
}
