import Commons
import Rulebook

/// All conditions of dormancy looked at in one pass: what is met, what is not, what the registrar
/// must judge, which facts are missing.
public struct DormancyReview: Sendable {
  /// What a condition came to.
  public enum Verdict: String, Hashable, Sendable {
    case met
    case judged
    case failed
  }

  /// One condition.
  public struct Condition: Sendable {
    /// The rule.
    public let id: RuleID
    /// What it asks.
    public let name: Phrase
    /// What it came to.
    public let verdict: Verdict
    /// The step that decides: the exception that applies, or the rule itself.
    public let reason: Reason
    /// The result with all its reasons.
    public let finding: Finding
  }

  /// The day of the rules.
  public let asOf: CivilDate
  /// The place; nil for national law alone.
  public let territory: Territory?
  /// The conditions in force for which all facts were there.
  public let conditions: [Condition]
  /// What is missing, each fact once.
  public let missing: [Problem.Field]

  /// Looks at all conditions in force on a day at a place; throws ``Problem`` 422 where no law on
  /// dormancy is in force, or two rules contradict each other.
  public init(
    _ base: RuleBase, _ facts: FactSheet, asOf: CivilDate, in territory: Territory? = nil
  ) throws(Problem) {
    self.asOf = asOf
    self.territory = territory
    var conditions: [Condition] = []
    var missing: [Problem.Field] = []
    var isInForce = false
    for id in DormancyLaw.conditionIDs {
      do throws(Problem) {
        let finding = try base.evaluate(id, facts, asOf: asOf, in: territory)
        isInForce = true
        guard let root = finding.because.first, case .choice(let code) = finding.outcome,
          let verdict = Verdict(rawValue: code)
        else { continue }
        conditions.append(
          Condition(
            id: id, name: root.text, verdict: verdict, reason: DormancyReview.deciding(root),
            finding: finding))
      } catch {
        switch error.slug {
        case "rule-not-in-force": continue
        case "invalid":
          isInForce = true
          missing += error.fields.filter { !missing.contains($0) }
        default: throw error
        }
      }
    }
    guard isInForce else {
      throw .refused(
        "no-dormancy-law",
        Phrase(
          "\(asOf)当地没有施行中的歇业规定：全国规定自2022-03-01起施行。",
          en: "No law on dormancy was in force there on \(asOf); national law is since 2022-03-01."),
        because: [.law(DormancyLaw.regulation)])
    }
    self.conditions = conditions
    self.missing = missing
  }

  private static func deciding(_ reason: Reason) -> Reason {
    reason.because.last { $0.kind == .exception }.map(deciding) ?? reason
  }

  /// The conditions that are not met.
  public var failures: [Condition] { conditions.filter { $0.verdict == .failed } }
  /// The conditions that the registrar must judge.
  public var judged: [Condition] { conditions.filter { $0.verdict == .judged } }
  /// Whether nothing stands against it.
  public var isPassed: Bool { missing.isEmpty && failures.isEmpty }

  /// All that stands against it at once: every condition that is not met with its article, every fact
  /// that is missing; nil if nothing does.
  public var problem: Problem? {
    guard !isPassed else { return nil }
    let fields =
      failures.map { Problem.Field($0.id.text, $0.reason.text + DormancyReview.cited($0.reason)) }
      + missing
    return Problem(
      "dormancy-refused", status: 422, title: Phrase("不符合歇业条件", en: "May not go dormant"),
      detail: Phrase(
        "\(failures.count)项条件不符合，缺少\(missing.count)项事实。",
        en: "\(failures.count) condition(s) not met, \(missing.count) fact(s) missing."),
      fields: fields, because: failures.compactMap { $0.reason.citation.map { .law($0) } })
  }

  private static func cited(_ reason: Reason) -> Phrase {
    guard let citation = reason.citation else { return .same("") }
    return Phrase("（\(citation.phrase.zh)）", en: " (\(citation.phrase.en))")
  }
}
