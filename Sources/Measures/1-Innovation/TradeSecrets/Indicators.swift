import Commons
import MeasureKit

/// What the public acts say of the measure; everything is counted from them alone.
struct SecretFigures: Sendable {
  private(set) var deposits = 0
  /// Assessments on file, by alias, with their industry.
  private(set) var firms: [[UInt8]: String] = [:]
  private(set) var assessments = 0
  private(set) var requests = 0
  private(set) var algorithmRequests = 0
  private(set) var visits = 0
  private(set) var volunteers: Int64 = 0
  private(set) var lookedAt = 0
  private(set) var mended = 0
  private(set) var matters = 0
  private(set) var resolved = 0
  private(set) var overdue = 0

  mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix("trade-secrets."), !act.kind.hasSuffix(".refused") else { return }
    switch act.kind.dropFirst(14) {
    case "deposits.deposit": deposits += 1
    case "assessments.file":
      assessments += 1
      firms[act.matter] = act.fields["industry"]?.string ?? ""
    case "assessments.renew": assessments += 1
    case "stations.request":
      requests += 1
      if act.fields["topic"]?.string == "algorithm" { algorithmRequests += 1 }
    case "stations.plan": volunteers += act.fields["volunteers"]?.integer ?? 0
    case "stations.visit": visits += 1
    case "stations.follow-up":
      lookedAt += 1
      if act.fields["outcome"]?.string == "mended" { mended += 1 }
    case "stations.assign-due", "stations.plan-due", "stations.visit-due", "stations.follow-due":
      overdue += 1
    case "conference.raise": matters += 1
    case "conference.accept": resolved += 1
    default: break
    }
  }

  private static func count(_ id: String, _ name: Phrase, _ formula: Phrase, _ value: Int)
    -> IndicatorValue
  {
    IndicatorValue(
      "trade-secrets.\(id)", name, formula: formula, value: Double(value), format: .count)
  }

  var indicators: [IndicatorValue] {
    [
      Self.count(
        "firms", Phrase("自评企业", en: "Firms assessed"),
        Phrase("“登记自评”的件数（每家一件）", en: "cases opened by “register an assessment”, one a firm"),
        firms.count),
      Self.count(
        "industries", Phrase("覆盖行业", en: "Industries"),
        Phrase("“登记自评”中不同行业的个数", en: "distinct industries in them"), Set(firms.values).count),
      Self.count(
        "deposits", Phrase("商业秘密存证", en: "Deposits"),
        Phrase("“登记存证”记录的件数", en: "acts “register a deposit”"), deposits),
      Self.count(
        "stations.requests", Phrase("服务申请", en: "Requests to stations"),
        Phrase("“申请保护服务”的件数", en: "acts “ask for help”"), requests),
      Self.count(
        "stations.algorithms", Phrase("其中算法保护", en: "Of these on algorithms"),
        Phrase("事项为“算法保护”的件数", en: "those about algorithms"), algorithmRequests),
      Self.count(
        "stations.visits", Phrase("上门服务", en: "Visits"),
        Phrase("“上门并出具意见”的件数", en: "acts “visit and advise”"), visits),
      Self.count(
        "stations.volunteers", Phrase("志愿者人次", en: "Volunteers"),
        Phrase("“约定上门日期”中志愿者人数之和", en: "sum of volunteers in acts “plan a visit”"),
        Int(volunteers)),
      IndicatorValue(
        "trade-secrets.stations.mended", Phrase("整改率", en: "Mended"),
        formula: Phrase("回访结果为“已整改”的件数÷回访件数", en: "looked at again and mended ÷ looked at again"),
        value: lookedAt == 0 ? nil : Double(mended) / Double(lookedAt), format: .percent),
      Self.count(
        "stations.overdue", Phrase("工作站逾期", en: "Late stations"),
        Phrase("分派、安排、上门、回访逾期记录的件数", en: "acts by which a step of a station is late"), overdue),
      Self.count(
        "conference.matters", Phrase("联席会议议题", en: "Matters of the joint conference"),
        Phrase("“提出议题”的件数", en: "acts “raise a matter”"), matters),
      Self.count(
        "conference.closed", Phrase("其中已办结", en: "Of these closed"),
        Phrase("“验收办结”的件数", en: "acts “accept and close”"), resolved),
    ]
  }

  /// Those of one kind of case, by the path of its pages.
  func indicators(of path: String) -> [IndicatorValue] {
    let word = String(path.split(separator: "/").last ?? "")
    let own: Set<String> =
      word == "assessments"
      ? ["trade-secrets.firms", "trade-secrets.industries"] : ["trade-secrets.\(word)"]
    return indicators.filter {
      own.contains($0.id) || $0.id.hasPrefix("trade-secrets.\(word).")
    }
  }
}
