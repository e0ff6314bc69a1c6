import Commons
import MeasureKit

/// What the public acts say of the measure; everything is counted from them alone.
struct ProcurementFigures: Sendable {
  /// Alerts raised, by grade.
  private(set) var grades: [String: Int] = [:]
  /// Alerts and deals by month, for the trend.
  private(set) var alertsByMonth: [String: Int] = [:]
  private(set) var dealsByMonth: [String: Int] = [:]
  private(set) var handled = 0
  private(set) var refusals = 0
  private(set) var objections = 0
  private(set) var objectionsLate = 0
  private(set) var alertsLate = 0
  private var deals: [String: Deal] = [:]

  private struct Deal: Sendable {
    var priceFen: Int128 = 0
    var ceilingFen: Int128 = 0
    var bidders = 0
    var isOpen = false
    var isOwn = false
    var month = ""
  }

  private var priceFen: Int128 = 0
  private var savedFen: Int128 = 0
  private var openDeals = 0
  private var ownDeals = 0
  private var bidDeals = 0
  private var bidders = 0

  /// Alerts raised.
  var alerts: Int { grades.values.reduce(0, +) }

  mutating func consume(_ act: PublicAct) {
    if act.kind.hasSuffix(".refused") {
      refusals += 1
      return
    }
    let month = String(act.effectiveAt.rfc3339(in: .beijing).prefix(7))
    switch act.kind {
    case "procurement.alerts.raise":
      grades[act.fields["grade"]?.string ?? "", default: 0] += 1
      alertsByMonth[month, default: 0] += 1
    case "procurement.alerts.handle": handled += 1
    case "procurement.alerts.handle-due": alertsLate += 1
    case "procurement.objections.raise": objections += 1
    case "procurement.objections.answer-due": objectionsLate += 1
    default: break
    }
  }

  /// Takes over what a compiled release says of a deal; one whose award is no longer active is none.
  mutating func take(_ ocid: String, _ release: JSONValue) {
    let award = release["awards"]?.array?.first
    var deal: Deal?
    if award?["status"]?.string == "active" {
      let date = award?["date"]?.string ?? ""
      deal = Deal(
        priceFen: Self.fen(award?["value"]),
        ceilingFen: Self.fen(release["tender"]?["maximumValue"]),
        bidders: Int(release["tender"]?["numberOfTenderers"]?.integer ?? 0),
        isOpen: release["tender"]?["procurementMethod"]?.string == "open",
        isOwn: ocid.hasPrefix(ReleaseParts.prefix + "-"),
        month: date.utf8.count >= 7 ? String(date.prefix(7)) : "")
    }
    if let old = deals[ocid] { count(old, adds: false) }
    if let deal { count(deal, adds: true) }
    deals[ocid] = deal
  }

  /// Adds a deal to the sums, or takes it away: a page asks for sums at any number of deals.
  private mutating func count(_ deal: Deal, adds: Bool) {
    let step = adds ? 1 : -1
    let whole = Int128(step)
    priceFen += whole * deal.priceFen
    if deal.ceilingFen > 0 { savedFen += whole * (deal.ceilingFen - deal.priceFen) }
    openDeals += deal.isOpen ? step : 0
    ownDeals += deal.isOwn ? step : 0
    if deal.bidders > 0 {
      bidDeals += step
      bidders += step * deal.bidders
    }
    // A deal belongs to the month of its first award, whoever held the purchase.
    guard !deal.month.isEmpty else { return }
    let left = (dealsByMonth[deal.month] ?? 0) + step
    dealsByMonth[deal.month] = left > 0 ? left : nil
  }

  /// Whole fen, so that a sum is the same in any order; none of what no purchase costs, or of another currency.
  static func fen(_ value: JSONValue?) -> Int128 {
    guard value?["currency"]?.string ?? "CNY" == "CNY", let yuan = value?["amount"]?.double,
      yuan.isFinite, abs(yuan) < 1e15
    else { return 0 }
    return Int128((yuan * 100).rounded())
  }

  private static func count(
    _ id: String, _ name: Phrase, _ formula: Phrase, _ value: Double?,
    _ format: IndicatorValue.Format = .count, note: Phrase? = nil
  ) -> IndicatorValue {
    IndicatorValue(
      "procurement.\(id)", name, formula: formula, value: value, format: format, note: note)
  }

  /// Deals and alerts month by month, the first first.
  var months: [ProcurementReplay.Month] {
    Set(dealsByMonth.keys).union(alertsByMonth.keys).sorted().map { month in
      ProcurementReplay.Month(
        name: month, deals: dealsByMonth[month] ?? 0, alerts: alertsByMonth[month] ?? 0,
        rate: rate(month))
    }
  }

  private func rate(_ month: String) -> Double? {
    guard let deals = dealsByMonth[month], deals > 0 else { return nil }
    return Double(alertsByMonth[month] ?? 0) * 1000 / Double(deals)
  }

  /// By how much alerts per deal have changed from the first full month to the last; nil before there are two.
  private var trend: Double? {
    let months = dealsByMonth.keys.sorted().dropLast()
    guard let first = months.first, let last = months.last, first != last, let a = rate(first),
      let b = rate(last), a > 0
    else { return nil }
    return b / a - 1
  }

  var indicators: [IndicatorValue] {
    let amount = Double(priceFen) / 100
    let ceilings = Double(savedFen) / 100
    return [
      Self.count(
        "deals", Phrase("成交宗数", en: "Deals"), Phrase("“定标”的件数", en: "acts “award”"),
        Double(deals.count)),
      Self.count(
        "amount", Phrase("成交金额（元）", en: "Amount (yuan)"),
        Phrase("成交价之和", en: "sum of the prices awarded"), amount),
      Self.count(
        "saved", Phrase("节约资金（元）", en: "Saved (yuan)"),
        Phrase("最高限价与成交价之差的和", en: "sum of ceilings less prices"), ceilings),
      Self.count(
        "alerts", Phrase("预警条数", en: "Alerts"), Phrase("“发出预警”的件数", en: "acts “raise an alert”"),
        Double(alerts)),
      Self.count(
        "red", Phrase("其中红色", en: "Of these red"), Phrase("等级为红色的件数", en: "those of grade red"),
        Double(grades["red"] ?? 0)),
      Self.count(
        "alerts-per-thousand", Phrase("每千宗预警", en: "Alerts per 1,000 deals"),
        Phrase("预警条数×1000÷成交宗数", en: "alerts × 1,000 ÷ deals"),
        deals.isEmpty ? nil : Double(alerts) * 1000 / Double(deals.count)),
      Self.count(
        "alerts-change", Phrase("预警变化", en: "Change of alerts"),
        Phrase(
          "最近一个整月每宗预警数÷最早一个月每宗预警数−1",
          en: "alerts per deal in the last full month ÷ in the first − 1"),
        trend, .percent),
      Self.count(
        "bidders", Phrase("每宗响应家数", en: "Bidders per deal"),
        Phrase("有响应的成交项目的响应家数之和÷宗数", en: "tenderers of deals with bids ÷ their number"),
        bidDeals == 0 ? nil : Double(bidders) / Double(bidDeals), .days),
      Self.count(
        "open-share", Phrase("公开招标占比", en: "Share of open tenders"),
        Phrase("公开招标宗数÷成交宗数", en: "deals by open tender ÷ deals"),
        deals.isEmpty ? nil : Double(openDeals) / Double(deals.count),
        .percent),
      Self.count(
        "platform-share", Phrase("平台成交占比", en: "Bought on the platform"),
        Phrase("本平台办理的成交宗数÷成交宗数", en: "deals held on the platform itself ÷ deals"),
        deals.isEmpty ? nil : Double(ownDeals) / Double(deals.count), .percent),
      Self.count(
        "handled", Phrase("已处置预警", en: "Alerts handled"),
        Phrase("“处置并说明理由”的件数", en: "acts “handle, with reasons”"), Double(handled)),
      Self.count(
        "refusals", Phrase("被拒绝的违规尝试", en: "Attempts refused"),
        Phrase("被拒绝并留痕的步骤的件数", en: "acts that were refused on record"), Double(refusals)),
      Self.count(
        "objections", Phrase("询问与异议", en: "Questions and objections"),
        Phrase("“提出询问或者异议”的件数", en: "acts “ask or object”"), Double(objections)),
      Self.count(
        "objections.late", Phrase("答复逾期", en: "Answered late"),
        Phrase("“答复逾期”的件数", en: "acts “not answered in time”"), Double(objectionsLate)),
    ]
  }
}
