import Commons
import MeasureKit

/// What is counted of the public acts of the networks, the picture and the complaints.
struct NetworkCounts: Sendable {
  private(set) var routes = 0
  private(set) var pads = 0
  private(set) var alarms = 0
  private(set) var handled = 0
  private(set) var complaints = 0
  private(set) var found = 0

  mutating func take(_ act: PublicAct) {
    let prefix = "low-altitude."
    guard act.kind.hasPrefix(prefix) else { return }
    switch act.kind.dropFirst(prefix.count) {
    case "alarm.raise": alarms += 1
    case "alarm.handle": handled += 1
    case "complaint.file":
      complaints += 1
      if act.fields["found"]?.bool == true { found += 1 }
    case let kind where kind.hasPrefix("asset."): takeAsset(act.fields)
    default: break
    }
  }

  private mutating func takeAsset(_ fields: JSONValue) {
    let running = NetworkAsset.State.inService.rawValue
    let (before, after) = (fields["from"]?.string == running, fields["state"]?.string == running)
    let change = (after ? 1 : 0) - (before ? 1 : 0)
    switch fields["kind"]?.string {
    case NetworkAsset.Kind.route.rawValue: routes += change
    case NetworkAsset.Kind.pad.rawValue: pads += change
    default: break
    }
  }

  var values: [IndicatorValue] {
    [
      IndicatorValue(
        "low-altitude.routes", Phrase("运行中的无人机航线", en: "Routes in service"),
        formula: Phrase(
          "投入运行和恢复的航路 − 暂停和关闭的航路", en: "routes put into service or resumed − suspended or closed"),
        value: Double(routes), format: .count),
      IndicatorValue(
        "low-altitude.pads", Phrase("运行中的起降点", en: "Pads in service"),
        formula: Phrase("同上，起降点", en: "the same for pads"), value: Double(pads), format: .count),
      IndicatorValue(
        "low-altitude.alarms-handled", Phrase("告警处置率", en: "Alarms handled"),
        formula: Phrase("已处置告警 ÷ 全部告警", en: "alarms handled ÷ all alarms"),
        value: alarms == 0 ? nil : Double(handled) / Double(alarms), format: .percent),
      IndicatorValue(
        "low-altitude.complaints-found", Phrase("投诉找到航班的占比", en: "Complaints with a flight found"),
        formula: Phrase("找到航班的投诉 ÷ 全部投诉", en: "complaints with a flight ÷ all complaints"),
        value: complaints == 0 ? nil : Double(found) / Double(complaints), format: .percent),
    ]
  }
}
