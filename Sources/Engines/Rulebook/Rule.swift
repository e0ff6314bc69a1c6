import Commons
import LegalTime

/// How a value is computed, as data: it is checked, listed, digested and compiled, never run as
/// code. It holds no number of the law; those are parameters.
public indirect enum Formula: Hashable, Sendable {
  /// One way of a ``select(_:_:)``.
  public struct Way: Hashable, Sendable {
    let code: String
    let formula: Formula
    /// For the choice with this code, this formula.
    public init(_ code: String, _ formula: Formula) {
      self.code = code
      self.formula = formula
    }
  }

  /// A fact that is a number, an amount or a date.
  case fact(FactID)
  /// A parameter's value on the day.
  case parameter(ParameterID)
  /// What another rule gives, before it is rounded.
  case rule(RuleID)
  /// What the rule gives of which this one is an exception.
  case excepted
  /// No amount is due.
  case nothing(Currency)
  /// The whole, so that a remainder can be written: the whole less a share.
  case whole
  case sum(Formula, Formula)
  case difference(Formula, Formula)
  case product(Formula, Formula)
  case quotient(Formula, Formula)
  /// The smaller of two: a cap.
  case lesser(Formula, Formula)
  /// The greater of two: a minimum.
  case greater(Formula, Formula)
  /// A parameter that is a scale, applied to an amount.
  case scale(ParameterID, of: Formula)
  /// Discretion: from the first through the second; who decides is not picked here.
  case between(Formula, Formula)
  /// By a fact that is a choice.
  case select(FactID, [Way])
}

/// When a rule applies.
public indirect enum Condition: Hashable, Sendable {
  /// How two values are compared.
  public enum Comparison: String, Hashable, Sendable {
    case less = "<"
    case atMost = "≤"
    case equal = "="
    case atLeast = "≥"
    case greater = ">"
  }

  case always
  /// A fact that is yes or no.
  case holds(FactID)
  /// A fact that is a choice, with this code.
  case equals(FactID, String)
  case compare(Formula, Comparison, Formula)
  case not(Condition)
  case all([Condition])
  case any([Condition])
}

/// What a rule gives.
public enum Answer: Hashable, Sendable {
  /// An amount or a number.
  case value(Formula)
  /// Yes or no.
  case truth(Bool)
  /// A code with its name.
  case choice(String, Phrase)
  /// A parameter that is a period.
  case period(ParameterID)
  /// A period that somebody designates: as many of the unit as a fact (a whole number) says.
  case designated(FactID, Period.Unit)
}

/// How a result is rounded, once, when it leaves the rule base.
public struct RoundingStep: Hashable, Sendable {
  /// To the whole minor unit, by this method.
  public let method: Rounding
  /// Where the law says so; nil if it is silent and the step is assumed.
  public let citation: Citation?

  /// A step that the law orders.
  public init(_ method: Rounding, _ citation: Citation) {
    self.method = method
    self.citation = citation
  }

  private init(assumed method: Rounding) {
    self.method = method
    citation = nil
  }

  /// A step on which the law is silent.
  public static func assumed(_ method: Rounding) -> RoundingStep { RoundingStep(assumed: method) }
}

/// One edition of a rule of law. It is never edited once it was in force: it is closed (`to`), and
/// the next edition stands beside it. Transitional rules are rules of their own.
public struct Rule: Hashable, Sendable {
  /// General, or standing before another rule.
  public enum Rank: Hashable, Sendable {
    case general
    case exception(of: RuleID)
  }

  /// Its name, shared by its editions.
  public let id: RuleID
  /// How people call it.
  public let name: Phrase
  /// Where it stands in the law.
  public let citation: Citation
  /// When it is in force.
  public let span: Span
  /// Where it holds; nil for the whole country.
  public let territory: Territory?
  /// General or an exception.
  public let rank: Rank
  /// When it applies.
  public let condition: Condition
  /// What it gives.
  public let answer: Answer
  /// How an amount is rounded when this rule is asked; general rules about amounts must say.
  public let rounding: RoundingStep?
  /// Who decides where the result is a range.
  public let decidedBy: Phrase?
  /// By which law a period that it gives is counted.
  public let counting: CountingLaw
  /// Whether the period lies before the day of the event, as that of a notice does.
  public let isBackwards: Bool

  /// An edition of a rule.
  public init(
    _ id: RuleID, _ name: Phrase, _ citation: Citation, from: CivilDate, to: CivilDate? = nil,
    in territory: Territory? = nil, exceptionOf general: RuleID? = nil,
    when condition: Condition = .always,
    _ answer: Answer, rounding: RoundingStep? = nil, decidedBy: Phrase? = nil,
    counting: CountingLaw = .civilCode, backwards isBackwards: Bool = false
  ) {
    self.id = id
    self.name = name
    self.citation = citation
    span = Span(from: from, to: to)
    self.territory = territory
    rank = general.map { .exception(of: $0) } ?? .general
    self.condition = condition
    self.answer = answer
    self.rounding = rounding
    self.decidedBy = decidedBy
    self.counting = counting
    self.isBackwards = isBackwards
  }

  func holds(in place: Territory?) -> Bool {
    territory.map { own in place.map(own.contains) ?? false } ?? true
  }
}

/// What one instrument adds to a rule base.
public struct RulePack: Hashable, Sendable {
  /// The facts that its rules ask for.
  public let facts: [FactDeclaration]
  /// Its numbers.
  public let parameters: [Parameter]
  /// Its rules, in any order.
  public let rules: [Rule]
  /// A pack.
  public init(facts: [FactDeclaration], parameters: [Parameter], rules: [Rule]) {
    self.facts = facts
    self.parameters = parameters
    self.rules = rules
  }
}
