import Commons
import LegalTime

/// The Administrative Reconsideration Law (行政复议法, revised 2023-09-01, in force since 2024-01-01,
/// art. 90) as rules: whether one can still file and where, what is accepted, which procedure is
/// followed, what each step may take, when a case stands still or ends, and what may be decided.
/// Every article was compared with the official text. The law before it (2017 edition) stands here
/// where the Implementing Regulations of 2007 give its content, and its own numbers, which were not
/// at hand in the official text, are marked unverified.
public enum ReconsiderationLaw {
  /// All of it.
  public static let pack = RulePack(
    facts: facts,
    parameters: periodParameters + archiveParameters + [
      smallAmount, representatives, officers, assessors,
    ],
    rules: periods + acceptance + firstGrounds + jurisdiction + procedure + standingStill
      + decisions + afterwards + archives)

  /// The day on which the revised law came into force (art. 90).
  public static let start = CivilDate(dayNumber: 19_723)
  /// The day on which the Implementing Regulations came into force (their art. 66).
  static let regulationsStart = CivilDate(dayNumber: 13_726)
  /// The day on which the edition of 2017 came into force.
  static let formerStart = CivilDate(dayNumber: 17_532)

  /// A place in the law as revised in 2023.
  public static func law(
    _ article: Int, _ paragraph: Int? = nil, item: Int? = nil
  ) -> Citation {
    Citation(
      "行政复议法", edition: "2023-09-01", article: article, paragraph: paragraph, item: item)
  }

  /// A place in the Implementing Regulations of 2007.
  public static func regulations(
    _ article: Int, _ paragraph: Int? = nil, item: Int? = nil
  ) -> Citation {
    Citation(
      "行政复议法实施条例", edition: "2007-05-29 国务院令第499号", article: article, paragraph: paragraph,
      item: item)
  }

  /// A place in the edition of 2017, of which the official text was not at hand.
  static func former(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Citation {
    Citation(
      "行政复议法", edition: "2017-09-01", article: article, paragraph: paragraph, item: item,
      verified: false)
  }

  /// The names of rules and facts of this pack begin with it.
  static let prefix = "recon."

  static func rule(_ name: String) -> RuleID { RuleID(prefix + name) }

  /// A question that is answered with no unless its condition holds. The condition is a rule of its
  /// own, so that the answer says what it looked at.
  static func question(
    _ name: String, _ title: Phrase, _ citation: Citation, from: CivilDate = start,
    to: CivilDate? = nil, when condition: Condition
  ) -> [Rule] {
    [
      Rule(rule(name), title, citation, from: from, to: to, .truth(false)),
      Rule(
        rule(name + ".yes"), title, citation, from: from, to: to, exceptionOf: rule(name),
        when: condition, .truth(true)),
    ]
  }

  static func holds(_ fact: String) -> Condition { .holds(FactID(prefix + fact)) }
  static func lacks(_ fact: String) -> Condition { .not(holds(fact)) }
  static func equals(_ fact: String, _ code: String) -> Condition {
    .equals(FactID(prefix + fact), code)
  }
  static func isOne(of codes: String..., fact: String) -> Condition {
    .any(codes.map { equals(fact, $0) })
  }

  // MARK: Numbers

  static let smallAmount = Parameter(
    "recon.small-amount", Phrase("简易程序款额上限", en: "greatest amount of the simplified procedure"),
    [.init(from: start, .money(.yuan(3000)), law(53, 1, item: 3))])
  /// How many may represent many applicants, and from how many on they must be chosen.
  static let representatives = Parameter(
    "recon.many",
    Phrase("须推选代表人的申请人人数（超过）", en: "more applicants than this choose representatives"),
    [.init(from: regulationsStart, .count(5), regulations(8))])
  static let officers = Parameter(
    "recon.least-officers", Phrase("调查取证人员最少人数", en: "fewest officers who gather evidence"),
    [.init(from: start, .count(2), law(45, 2))])
  static let assessors = Parameter(
    "recon.least-assessors", Phrase("听证员最少人数", en: "fewest assessors of a hearing"),
    [.init(from: start, .count(2), law(50, 3))])
}

extension Money {
  /// Whole yuan.
  fileprivate static func yuan(_ amount: Int64) -> Money { .fen(amount * 100) }
}
