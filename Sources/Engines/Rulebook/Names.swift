import Commons

/// The name of something declared in a rule pack: `a–z`, `0–9`, `-` and `.`, starting with a
/// letter, at most 64 characters. Names stand in receipts, so they never change their meaning.
public protocol RuleName: Hashable, Comparable, Sendable, ExpressibleByStringLiteral,
  CustomStringConvertible
where StringLiteralType == String {
  /// The characters.
  var text: String { get }
  /// A name with these characters; a rule base reports those that are not allowed.
  init(_ text: String)
}

extension RuleName {
  /// A name written as a literal.
  public init(stringLiteral text: String) { self.init(text) }
  /// The characters.
  public var description: String { text }
  /// In the order of their characters.
  public static func < (a: Self, b: Self) -> Bool { a.text < b.text }

  var isWellFormed: Bool {
    let characters = text.utf8
    guard (1...64).contains(characters.count), let first = characters.first,
      (0x61...0x7A).contains(first)
    else { return false }
    return characters.allSatisfy { character in
      (0x61...0x7A).contains(character) || (0x30...0x39).contains(character)
        || character == 0x2D || character == 0x2E
    }
  }
}

/// The name of a rule. Editions that follow one another in time share it.
public struct RuleID: RuleName {
  /// The characters.
  public let text: String
  /// A rule's name.
  public init(_ text: String) { self.text = text }
}

/// The name of a parameter.
public struct ParameterID: RuleName {
  /// The characters.
  public let text: String
  /// A parameter's name.
  public init(_ text: String) { self.text = text }
}

/// The name of a fact.
public struct FactID: RuleName {
  /// The characters.
  public let text: String
  /// A fact's name.
  public init(_ text: String) { self.text = text }

  /// The day on which what is judged happened.
  public static let factDate: FactID = "date.fact"
  /// The day on which it is decided.
  public static let decisionDate: FactID = "date.decision"
  /// The day on which the decision is published.
  public static let publicationDate: FactID = "date.publication"
}

/// A place for which a rule or a value is made: the leading digits of a GB/T 2260 code, so that
/// `44` is Guangdong and `4403` Shenzhen.
public struct Territory: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// 2, 4 or 6 digits, or more for places below a county.
  public let code: String
  /// A place by its code.
  public init(_ code: String) { self.code = code }
  /// A place written as a literal.
  public init(stringLiteral code: String) { self.init(code) }
  /// The digits.
  public var description: String { code }

  /// Whether the other place lies in this one.
  public func contains(_ other: Territory) -> Bool { other.code.hasPrefix(code) }

  var isWellFormed: Bool {
    let digits = code.utf8
    return [2, 4, 6, 9, 12].contains(digits.count)
      && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}

/// From a day on, until the day before another, or without end.
public struct Span: Hashable, Sendable {
  /// The first day.
  public let from: CivilDate
  /// The first day after it; nil while it is open.
  public let to: CivilDate?

  /// From a day on, until the day before `to`.
  public init(from: CivilDate, to: CivilDate? = nil) {
    self.from = from
    self.to = to
  }

  /// Whether a day lies in it.
  public func contains(_ date: CivilDate) -> Bool { date >= from && to.map { date < $0 } ?? true }

  func overlaps(_ other: Span) -> Bool {
    (other.to.map { from < $0 } ?? true) && (to.map { other.from < $0 } ?? true)
  }

  /// `2007-04-01 .. <2023-01-01` in words.
  public var phrase: Phrase {
    guard let to else { return Phrase("自\(from)起", en: "from \(from)") }
    return Phrase("自\(from)起至\(to)前", en: "from \(from) until before \(to)")
  }

  var json: JSONValue { ["from": .string(from.description), "to": JSONValue(to?.description)] }
}
