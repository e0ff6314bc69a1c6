import CityProfiles
import CaseWork
import Commons
import Dormancy
import LegalTime
import Rulebook
import Storage

/// Whether a business may go dormant as it asks: all conditions in one pass, the term against what law
/// and earlier spells leave, other spells on file.
struct DormancyDecision {
  /// What the check came to.
  struct Outcome {
    let review: DormancyReview
    /// The last day that the law allows.
    let limit: CivilDate
    /// Days used by earlier spells.
    let usedBefore: Int
    /// What is asked for.
    let spell: DormancySpell?
  }

  private let rules: DormancyRules
  private let today: CivilDate
  private let review: DormancyReview
  private let spell: DormancySpell?
  private let earlier: [DormancySpell]
  private let events: [DormancyEvent]

  init(
    _ rules: DormancyRules, _ facts: CaseFacts, _ business: OperatorRow, _ today: CivilDate,
    _ view: any View
  ) throws {
    self.rules = rules
    self.today = today
    let sheet = try DormancyDecision.sheet(rules, facts, business, today)
    review = try DormancyReview(rules.law, sheet, asOf: today, in: rules.territory)
    if let from = facts.date("from"), let through = facts.date("through") {
      spell = DormancySpell(from: from, through: through)
    } else {
      spell = nil
    }
    earlier = try view.all(DormancyTables.spells(of: business.key)).map(\.spell)
    events = try view.all(DormancyTables.events(of: business.key)).map(\.event)
  }

  /// The facts that the rules ask for: what was declared, and what the register knows.
  private static func sheet(
    _ rules: DormancyRules, _ facts: CaseFacts, _ business: OperatorRow, _ today: CivilDate
  ) throws(Problem) -> FactSheet {
    func known(_ flag: OperatorRow.Flags) -> FactValue { .truth(business.flags.contains(flag)) }
    var stated: [FactID: FactValue] = [
      "dormancy.in-difficulty": .truth(facts.flag("difficulty")),
      "dormancy.means-to-go-on": .truth(facts.flag("means")),
      "dormancy.labour-settled": .truth(facts.flag("labour")),
      "dormancy.address-replaces-domicile": .truth(facts.flag("replaces")),
      "dormancy.address-confirmed": .truth(facts.flag("confirmed")),
      .decisionDate: .date(today),
      "operator.age-months": .count(
        Int64(DormancySavings.wholeMonths(business.registeredOn, today.adding(days: -1)))),
      "operator.on-abnormal-list": known(.abnormal),
      "operator.on-dishonest-list": known(.dishonest), "operator.locked": known(.locked),
      "operator.has-open-case": known(.openCase),
      "operator.court-assistance": known(.courtAssistance), "operator.listed": known(.listed),
      "operator.barred-by-law": known(.barred),
    ]
    if let cause = facts.string("cause") { stated["dormancy.cause"] = .choice(cause) }
    // Filed in time is what was filed: a first day that passed while the case was handled stays.
    if let from = facts.date("from") {
      let filedOn = facts.date("filed-on") ?? today
      stated["dormancy.from"] = .date(from)
      stated[.decisionDate] = .date(filedOn)
    }
    if business.flags.contains(.pledged) {
      stated["operator.equity-pledged"] = .truth(true)
    } else if let pledged = facts.string("pledged") {
      stated["operator.equity-pledged"] = .truth(pledged == "yes")
    }
    return try rules.law.sheet(stated)
  }

  /// The outcome; throws ``Problem`` 422 with everything that stands against it at once.
  func checked() throws -> Outcome {
    var fields: [Problem.Field] = []
    var because: [Basis] = []
    if let problem = review.problem {
      fields += problem.fields.map {
        Problem.Field(DormancyDecision.input(of: $0.pointer), $0.message)
      }
      because += problem.because
    }
    var limit = today
    var used = 0
    if let spell {
      let before = earlier.filter { $0.from < spell.from }
      used = try DormancyDecision.used(rules, before, events, by: spell.from, on: today)
      let found = try rules.terms(on: today).limit(from: spell.from, usedBefore: used)
      limit = found.day
      if spell.through < spell.from {
        fields.append(
          Problem.Field(
            "through",
            Phrase("截止日早于起始日。", en: "The last day is before the first.")))
      } else if spell.through > found.day {
        fields.append(DormancyDecision.beyond("through", found, spell.from))
        because.append(
          found.isCumulative ? DormancyBasis.rules(42, 3) : DormancyBasis.regulation(30, 4))
      } else {
        fields += overlaps(with: spell)
      }
    }
    guard fields.isEmpty else {
      throw Problem(
        "dormancy-refused", status: 422, title: Phrase("不符合歇业条件", en: "May not go dormant"),
        detail: Phrase(
          "共\(fields.count)项，一次告知如下：", en: "\(fields.count) point(s), all told at once:"),
        fields: fields, because: because)
    }
    return Outcome(review: review, limit: limit, usedBefore: used, spell: spell)
  }

  private func overlaps(with spell: DormancySpell) -> [Problem.Field] {
    do throws(Problem) {
      _ = try DormancyHistory(earlier + [spell])
      return []
    } catch { return error.fields.map { Problem.Field("from", $0.message) } }
  }

  /// Days that spells used before a day.
  private static func used(
    _ rules: DormancyRules, _ spells: [DormancySpell], _ events: [DormancyEvent],
    by day: CivilDate, on today: CivilDate
  ) throws(Problem) -> Int {
    let history = try DormancyHistory(spells, events: events)
    return history.outcomes(
      on: day.adding(days: -1), try rules.terms(on: today), business: try rules.business(on: today)
    ).reduce(0) { $0 + $1.used }
  }

  /// The last day that the law allows a spell, after earlier ones.
  static func limit(
    _ rules: DormancyRules, _ from: CivilDate, after spells: [DormancySpell], on today: CivilDate
  ) throws(Problem) -> (day: CivilDate, isCumulative: Bool) {
    let used = try used(rules, spells, [], by: from, on: today)
    return try rules.terms(on: today).limit(from: from, usedBefore: used)
  }

  static func beyond(
    _ field: String, _ limit: (day: CivilDate, isCumulative: Bool), _ from: CivilDate
  ) -> Problem.Field {
    if limit.day <= from {
      return Problem.Field(
        field,
        Phrase("累计歇业期限已用完，不能再歇业。", en: "The cumulative term is used up; no day is left."))
    }
    return Problem.Field(
      field,
      limit.isCumulative
        ? Phrase(
          "连同此前歇业，累计期限最迟到\(limit.day)。",
          en: "With earlier spells, the cumulative term ends on \(limit.day).")
        : Phrase(
          "自\(from)起，歇业期限最迟到\(limit.day)。",
          en: "From \(from) dormancy may last through \(limit.day)."))
  }

  /// The input of the form behind a rule or fact.
  private static func input(of pointer: String) -> String {
    switch pointer {
    case "dormancy.cause": "cause"
    case "dormancy.difficulty", "dormancy.in-difficulty": "difficulty"
    case "dormancy.will", "dormancy.means-to-go-on": "means"
    case "dormancy.labour", "dormancy.labour-settled": "labour"
    case "dormancy.filed-before", "dormancy.from": "from"
    case "dormancy.address", "dormancy.address-confirmed": "confirmed"
    case "dormancy.pledge", "operator.equity-pledged": "pledged"
    default: "code"
    }
  }
}
