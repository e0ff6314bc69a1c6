import Commons
import LegalTime
import Rulebook

/// How long a business may be dormant, by the rules of a place on a day.
public struct DormancyTerms: Hashable, Sendable {
  /// The longest term of one filing (条例第30条第4款).
  public let longest: Period
  /// The longest time in all; nil where no rule sets one (实施细则第42条第3款).
  public let cumulative: Period?
  /// How long before the end an extension may be filed; nil where no rule says (第41条第3款).
  public let window: Period?
  /// Within which time the end must be published; nil where no rule says (第42条第1款).
  public let publishEnd: Period?
  /// Within which time changes must be registered on resuming (第42条第2款).
  public let registerChanges: Period?
  /// Within which time dormancy must be ended after its term, where a local rule asks for it.
  public let endAfterTerm: Period?
  /// How long overdue a business may be before its licence may be revoked, where a rule says so.
  public let revocableAfter: Period?

  /// The terms in force; throws ``Problem`` 422 `rule-not-in-force` where no law on dormancy is.
  public init(
    _ base: RuleBase, asOf: CivilDate, in territory: Territory? = nil
  ) throws(Problem) {
    let sheet = try base.sheet()
    func period(_ id: RuleID) throws(Problem) -> Period? {
      guard
        case .period(let period) = try base.evaluate(id, sheet, asOf: asOf, in: territory).outcome
      else { return nil }
      return period
    }
    func known(_ id: RuleID) throws(Problem) -> Period? {
      do throws(Problem) { return try period(id) } catch {
        guard error.slug == "rule-not-in-force" else { throw error }
        return nil
      }
    }
    guard let longest = try period("dormancy.longest-term") else {
      throw .notFound(Phrase("没有歇业最长期限的规则。", en: "No rule sets the longest term of dormancy."))
    }
    self.longest = longest
    cumulative = try known("dormancy.cumulative-term")
    window = try known("dormancy.extension-window")
    publishEnd = try known("dormancy.publish-end")
    registerChanges = try known("dormancy.register-changes")
    endAfterTerm = try known("dormancy.end-after-term")
    revocableAfter = try known("dormancy.revocable-after")
  }

  /// Which kinds of event are business, by the rules on a day.
  public static func business(
    _ base: RuleBase, asOf: CivilDate, in territory: Territory? = nil
  ) throws(Problem) -> Set<DormancyEvent.Kind> {
    var found: Set<DormancyEvent.Kind> = []
    for kind in DormancyEvent.Kind.allCases {
      let sheet = try base.sheet(["dormancy.event": .choice(kind.code)])
      let finding = try base.evaluate("dormancy.activity", sheet, asOf: asOf, in: territory)
      if finding.outcome == .choice("resumed") { found.insert(kind) }
    }
    return found
  }

  /// The last day of a term that begins on a day, after so many days were used by earlier spells:
  /// the first day does not count, the last is the corresponding day (民法典第201、202条). Spells are
  /// counted as one stretch: the cumulative term runs as if it had begun that many days earlier. A
  /// last day that is a day off stays, since nothing is to be done on it.
  public func limit(from first: CivilDate, usedBefore: Int) -> (day: CivilDate, isCumulative: Bool)
  {
    let own = DormancyTerms.end(longest, from: first)
    guard let cumulative else { return (own, false) }
    let inAll = DormancyTerms.end(cumulative, from: first.adding(days: -usedBefore))
    return inAll < own ? (inAll, true) : (own, false)
  }

  static func end(_ period: Period, from day: CivilDate) -> CivilDate {
    switch period.unit {
    case .years: day.adding(months: 12 * period.amount)
    case .months: day.adding(months: period.amount)
    case .days, .workingDays: day.adding(days: period.amount)
    }
  }

  /// The days on which an extension may be filed: the period before the end, and the last day itself.
  public func extensionWindow(_ lastDay: CivilDate) -> ClosedRange<CivilDate>? {
    window.map { lastDay.adding(days: -$0.amount)...lastDay }
  }
}
