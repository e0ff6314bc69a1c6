import Commons
import MeasureKit

/// The figures of reconsideration, folded from public acts alone: whoever has the log computes the
/// same.
struct ReconsiderationStatistics: Sendable {
  private struct Case: Sendable {
    var acceptedAt: Instant?
    var isClosed = false
    var isSued = false
    var isLate = false
  }

  private var cases: [[UInt8]: Case] = [:]
  private(set) var filed = 0
  private(set) var voluntary = 0
  private(set) var accepted = 0
  private(set) var deemed = 0
  private(set) var decided = 0
  private(set) var corrected = 0
  private(set) var silent = 0
  private(set) var replied = 0
  private(set) var lateServices = 0
  private(set) var lateDecisions = 0
  private(set) var archived = 0
  private(set) var closed = 0
  private var sued = 0
  /// Applications by month of filing.
  private var filedIn: [String: Int64] = [:]
  /// What the courts reported, by month or year.
  private var courtCounts: [String: CourtCount] = [:]
  /// How many cases were decided after so many days.
  private var days: [Int: Int] = [:]

  private static let prefix = "reconsideration."
  private static let openings: Set<Substring> = ["file", "take-down", "reroute", "lodge"]
  private static let acceptances: Set<Substring> = [
    "accept", "accept-simplified", "review-due", "order-acceptance",
  ]
  /// Decisions that put the act right.
  private static let corrections: Set<String> = [
    "change", "revoke", "revoke-part", "unlawful", "perform", "void", "agreement",
  ]

  mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix(Self.prefix), !act.kind.hasSuffix(".refused") else { return }
    let step = act.kind.dropFirst(Self.prefix.count)
    if step == "court-count" { return count(act.fields) }
    if step == "officer" { return }
    var this = cases[act.matter] ?? Case()
    if Self.openings.contains(step) {
      filed += 1
      if act.fields["first"] == false { voluntary += 1 }
      if let day = act.fields["filed"]?.string { filedIn[String(day.prefix(7)), default: 0] += 1 }
    }
    if Self.acceptances.contains(step) {
      accepted += 1
      if step == "review-due" { deemed += 1 }
      this.acceptedAt = act.effectiveAt
    }
    count(step, &this)
    if let kind = act.fields["decision"]?.string {
      decided += 1
      if this.isLate { lateDecisions += 1 }
      if Self.corrections.contains(kind) { corrected += 1 }
      if let from = this.acceptedAt {
        let length = Int((act.effectiveAt.seconds - from.seconds) / 86_400)
        days[max(0, length), default: 0] += 1
      }
    }
    if act.fields["closed"] == true, !this.isClosed {
      this.isClosed = true
      closed += 1
    }
    if step == "report-suit", !this.isSued {
      this.isSued = true
      sued += 1
    }
    cases[act.matter] = this
  }

  private mutating func count(_ fields: JSONValue) {
    guard let period = fields["period"]?.string, let suits = fields["suits"]?.integer else {
      return
    }
    courtCounts[period] = CourtCount(
      suits: suits, source: fields["source"]?.string ?? "",
      reportedOn: fields["reported"]?.string ?? "")
  }

  /// How often reconsideration was chosen first, as far as courts have reported.
  func firstChoice(on today: CivilDate) -> FirstChoice {
    FirstChoice(filedIn, courtCounts, on: today)
  }

  private mutating func count(_ step: Substring, _ this: inout Case) {
    switch step {
    case "reply-due": silent += 1
    case "reply": replied += 1
    case "serve-due": lateServices += 1
    case "decide-due": this.isLate = true
    case "archive": archived += 1
    default: break
    }
  }

  private var medianDays: Double? {
    let all = days.values.reduce(0, +)
    guard all > 0 else { return nil }
    func value(_ place: Int) -> Int {
      var seen = 0
      for (length, count) in days.sorted(by: { $0.key < $1.key }) {
        seen += count
        if seen > place { return length }
      }
      return 0
    }
    return Double(value((all - 1) / 2) + value(all / 2)) / 2
  }

  private func share(_ part: Int, of whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }

  /// All figures on a day.
  func indicators(on today: CivilDate) -> [IndicatorValue] {
    let choice = firstChoice(on: today)
    return [
      IndicatorValue(
        "reconsideration.first-choice", Phrase("行政复议首选率", en: "Reconsideration chosen first"),
        formula: Phrase(
          "复议申请 ÷（复议申请＋未经复议直接起诉的一审行政案件），只计法院已报数的月份",
          en:
            "applications ÷ (applications + administrative suits of first instance brought without "
            + "reconsideration), in months of which courts have reported"),
        value: choice.share, format: .percent, note: choice.note),
      IndicatorValue(
        "reconsideration.filed", Phrase("收到申请", en: "Applications"),
        formula: Phrase("各种申请方式的记录数", en: "acts by which a case opens"),
        value: Double(filed), format: .count),
      IndicatorValue(
        "reconsideration.voluntary", Phrase("可诉而先选复议", en: "Chosen though a suit was open"),
        formula: Phrase(
          "法律未要求先复议的申请 ÷ 全部申请",
          en: "applications that the law did not ask for before a suit ÷ all"),
        value: share(voluntary, of: filed), format: .percent),
      IndicatorValue(
        "reconsideration.resolved", Phrase("化解率", en: "Resolved"),
        formula: Phrase(
          "办结后法院未通报诉讼的 ÷ 办结", en: "closed cases of which no suit was reported ÷ closed"),
        value: share(closed - sued, of: closed), format: .percent),
      IndicatorValue(
        "reconsideration.corrected", Phrase("纠错率", en: "Acts put right"),
        formula: Phrase(
          "变更、撤销、确认违法或无效、责令履行等决定 ÷ 全部决定（含调解书）",
          en: "decisions that change, revoke, declare unlawful or void or order ÷ all, letters of "
            + "mediation included"), value: share(corrected, of: decided), format: .percent),
      IndicatorValue(
        "reconsideration.median-days", Phrase("受理到决定（中位天数）", en: "Days to decide (median)"),
        formula: Phrase("受理记录到决定记录的天数的中位数", en: "median of days from acceptance to decision"),
        value: medianDays, format: .days),
      IndicatorValue(
        "reconsideration.deemed", Phrase("逾期视为受理", en: "Deemed accepted"),
        formula: Phrase("由审查期限届满受理的件数", en: "cases accepted by the end of the time to examine"),
        value: Double(deemed), format: .count),
      IndicatorValue(
        "reconsideration.silent", Phrase("被申请人逾期未答复", en: "No reply"),
        formula: Phrase("答复期限届满而未答复的件数", en: "cases in which no reply came in time"),
        value: Double(silent), format: .count),
    ]
  }
}
