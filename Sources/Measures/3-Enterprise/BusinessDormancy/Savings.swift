import Commons
import LegalTime
import MeasureKit

/// What dormancy saves, as a page shows it: an estimate, whose formula and assumptions stand beside it.
///
/// Saved = months of dormancy × monthly rent (if an address for service replaces the domicile) +
/// filings that quarterly prepayment spares × what a filing is assumed to cost. Rent is what the
/// operator stated; a month counts when it is whole.
struct DormancySavings: Hashable, Sendable {
  let months: Int
  let rent: Money
  let filings: Int
  let filingCost: Money

  init(
    from: CivilDate, through: CivilDate, monthlyRent: Money?, replacesDomicile: Bool,
    isQuarterly: Bool, filingCost: Money
  ) {
    months = DormancySavings.wholeMonths(from, through)
    rent = Money(
      minorUnits: replacesDomicile ? Int64(months) * (monthlyRent?.minorUnits ?? 0) : 0, .cny)
    // Of three monthly prepayments in a quarter one is left.
    filings = isQuarterly ? months / 3 * 2 : 0
    self.filingCost = filingCost
  }

  var total: Money {
    Money(minorUnits: rent.minorUnits + Int64(filings) * filingCost.minorUnits, .cny)
  }

  /// Whole months from a day through another.
  static func wholeMonths(_ from: CivilDate, _ through: CivilDate) -> Int {
    var count = 0
    while from.adding(months: count + 1) <= through.adding(days: 1) { count += 1 }
    return count
  }

  /// What the total is made of.
  var explanation: Phrase {
    var zh: [String] = []
    var en: [String] = []
    if rent.minorUnits > 0 {
      zh.append("\(months)个整月租金\(rent)")
      en.append("rent of \(months) whole months \(rent)")
    }
    if filings > 0 {
      zh.append("少报\(filings)次，每次按\(filingCost)假定")
      en.append("\(filings) filings spared, each assumed to cost \(filingCost)")
    }
    return Phrase(zh.joined(separator: "；"), en: en.joined(separator: "; "))
  }

  static let formula = Phrase(
    "节省估算＝歇业整月数×月租金（以送达地址代替住所的）＋因按季预缴少报的次数×每次申报成本（假定）",
    en:
      "estimate = whole months × monthly rent (where an address for service replaces the domicile) + "
      + "filings spared by quarterly prepayment × assumed cost of a filing")
}
