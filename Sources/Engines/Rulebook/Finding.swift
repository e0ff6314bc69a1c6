import Commons
import LegalTime

/// What a rule gives for some facts.
public enum Outcome: Hashable, Sendable {
  case amount(Money)
  /// Discretion: from the first through the second.
  case amounts(Money, Money)
  case number(Rational)
  /// Discretion: from the first through the second.
  case numbers(Rational, Rational)
  case truth(Bool)
  /// A code.
  case choice(String)
  case period(Period)

  /// How it is shown.
  public var phrase: Phrase {
    switch self {
    case .amount(let money): .same(money.description)
    case .amounts(let low, let high): Phrase("\(low)至\(high)", en: "\(low) to \(high)")
    case .number(let number): .same(number.description)
    case .numbers(let low, let high): Phrase("\(low)至\(high)", en: "\(low) to \(high)")
    case .truth(let truth): FactValue.truth(truth).phrase
    case .choice(let code): .same(code)
    case .period(let period): period.phrase
    }
  }

  /// Whether somebody has to decide within a range.
  public var isDiscretion: Bool {
    switch self {
    case .amounts, .numbers: true
    default: false
    }
  }

  var json: JSONValue {
    switch self {
    case .amounts(let low, let high):
      ["from": .string(low.description), "through": .string(high.description)]
    case .numbers(let low, let high):
      ["from": .string(low.description), "through": .string(high.description)]
    case .truth(let truth): .bool(truth)
    case .period(let period): .string(period.text)
    default: .string(phrase.en)
    }
  }
}

/// One step of why a result is what it is, with the steps it rests on.
public struct Reason: Hashable, Sendable {
  /// What kind of step it is.
  public enum Kind: String, Hashable, Sendable {
    /// A rule that was used.
    case rule
    /// An exception that applied.
    case exception
    /// An exception that was looked at and did not apply.
    case notApplied = "not-applied"
    /// A parameter's value.
    case parameter
    /// A fact, stated or taken from silence.
    case fact
    /// A rounding step.
    case rounding
    /// A range within which somebody decides.
    case discretion
    /// A step of counting a period.
    case counting
  }

  /// What kind of step it is.
  public let kind: Kind
  /// The step in words.
  public let text: Phrase
  /// Where it stands; nil for facts and assumptions.
  public let citation: Citation?
  /// What it rests on.
  public let because: [Reason]

  init(_ kind: Kind, _ text: Phrase, _ citation: Citation? = nil, because: [Reason] = []) {
    self.kind = kind
    self.text = text
    self.citation = citation
    self.because = because
  }

  var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "zh": .string(text.zh), "en": .string(text.en),
      "citation": citation?.json ?? .null, "because": .array(because.map(\.json)),
    ]
  }

  func lines(_ language: Language, depth: Int) -> [String] {
    var line = String(repeating: "  ", count: depth) + text[language]
    if let citation {
      line +=
        language == .zh
        ? "（\(citation.phrase.zh)）" : " (\(citation.phrase.en))"
    }
    return [line] + because.flatMap { $0.lines(language, depth: depth + 1) }
  }
}

/// A result with its reasons, the rule set and the inputs it came from.
public struct Finding: Hashable, Sendable {
  /// The rule that was asked.
  public let rule: RuleID
  /// As of which day.
  public let asOf: CivilDate
  /// For which place.
  public let territory: Territory?
  /// The result.
  public let outcome: Outcome
  /// Why.
  public let because: [Reason]
  let rules: Digest
  let inputs: Digest

  /// Whether a citation that it rests on has not been compared with the official text.
  public var isUnverified: Bool { because.contains(where: Finding.isUnverified) }

  private static func isUnverified(_ reason: Reason) -> Bool {
    // An exception that did not apply has no part in the result.
    guard reason.kind != .notApplied else { return false }
    return reason.citation?.isVerified == false || reason.because.contains(where: isUnverified)
  }

  /// The result and its reasons, one a line, indented by what rests on what.
  public func explanation(_ language: Language) -> String {
    let head = Phrase(
      "结果：\(outcome.phrase.zh)（依\(asOf)的规则）",
      en: "Result: \(outcome.phrase.en) (rules as of \(asOf))")
    return ([head[language]] + because.flatMap { $0.lines(language, depth: 0) })
      .joined(separator: "\n")
  }

  /// As data; its ``JSONValue/canonicalBytes`` are what a receipt digests.
  public var json: JSONValue {
    [
      "rule": .string(rule.text), "as_of": .string(asOf.description),
      "territory": JSONValue(territory?.code), "outcome": outcome.json,
      "discretion": .bool(outcome.isDiscretion), "unverified": .bool(isUnverified),
      "because": .array(because.map(\.json)), "rules": .string(rules.hex),
      "inputs": .string(inputs.hex),
    ]
  }

  /// What proves later that this result follows from those rules and inputs.
  public var receipt: RuleReceipt {
    RuleReceipt(rules: rules, inputs: inputs, finding: Digest.of(json.canonicalBytes))
  }
}

/// Digests (SHA-256 of canonical JSON, RFC 8785) of a rule set, of what was put to it and of what
/// it found. Whoever has rules and inputs can compute the finding again and compare.
public struct RuleReceipt: Hashable, Sendable {
  /// Of the rule set.
  public let rules: Digest
  /// Of rule, day, place and facts.
  public let inputs: Digest
  /// Of the finding with its reasons.
  public let finding: Digest
  /// A receipt.
  public init(rules: Digest, inputs: Digest, finding: Digest) {
    self.rules = rules
    self.inputs = inputs
    self.finding = finding
  }

  /// As data.
  public var json: JSONValue {
    ["rules": .string(rules.hex), "inputs": .string(inputs.hex), "finding": .string(finding.hex)]
  }
}
