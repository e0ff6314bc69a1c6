import Commons
import MeasureKit

/// What the public acts say of the protection of intellectual property; everything is counted from them
/// alone.
struct IPFigures: Sendable {
  private(set) var notices = 0
  private(set) var taken: Int64 = 0
  private(set) var restored = 0
  private(set) var administrative = 0
  private(set) var received = 0
  private(set) var closed = 0
  private(set) var technical = 0
  private(set) var handedOver = 0
  private(set) var late = 0

  mutating func consume(_ act: PublicAct) {
    let prefix = "ip-protection."
    guard act.kind.hasPrefix(prefix), !act.kind.hasSuffix(".refused") else { return }
    switch act.kind.dropFirst(prefix.count) {
    case "notify": notices += 1
    case "measures": taken += act.fields["taken"]?.integer ?? 0
    case "lift": restored += 1
    case "accept": administrative += 1
    case "hand-over": handedOver += 1
    case "receive", "docket": received += 1
    case "judge":
      closed += 1
      if act.fields["technical"]?.bool == true { technical += 1 }
    case "measures-due", "lift-due": late += 1
    default: break
    }
  }

  var indicators: [IndicatorValue] {
    func count(_ id: String, _ zh: String, _ en: String, _ formula: Phrase, _ value: Int64)
      -> IndicatorValue
    {
      IndicatorValue(
        "ip-protection.\(id)", Phrase(zh, en: en), formula: formula, value: Double(value),
        format: .count)
    }
    return [
      count(
        "links", "下架侵权链接", "Links taken down",
        Phrase("“已采取措施”记录中下架链接数之和", en: "sum of links in acts “measures”"), taken),
      count(
        "administrative", "维权行政案件", "Administrative cases",
        Phrase("“受理投诉”记录的件数", en: "acts “accept”"), Int64(administrative)),
      count(
        "court-received", "法院新收", "Received by the court",
        Phrase("“立案”和“签收”记录的件数", en: "acts “docket” and “receive”"), Int64(received)),
      count(
        "court-closed", "法院审结", "Closed by the court",
        Phrase("“裁判”记录的件数", en: "acts “judge”"), Int64(closed)),
      count(
        "technical", "审结技术类案件", "Technical cases closed",
        Phrase("“裁判”记录中属技术类的件数", en: "acts “judge” of technical cases"), Int64(technical)),
      count(
        "notices", "侵权通知", "Notices", Phrase("“发出侵权通知”记录的件数", en: "acts “notify”"),
        Int64(notices)),
      count(
        "handed-over", "连同证据移交法院", "Handed over with evidence",
        Phrase("“移交法院”记录的件数", en: "acts “hand-over”"), Int64(handedOver)),
      count(
        "late", "平台逾期", "Platforms late",
        Phrase("“逾期未采取措施”“逾期未终止措施”记录的件数", en: "acts “measures-due” and “lift-due”"),
        Int64(late)),
    ]
  }
}
