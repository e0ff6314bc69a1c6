import Commons

/// What kind of value a fact has.
public enum FactType: Hashable, Sendable {
  /// One of a closed list, each with its name.
  public struct Choice: Hashable, Sendable {
    /// The code: stands in data and receipts.
    public let code: String
    /// How people call it.
    public let name: Phrase
    /// A choice.
    public init(_ code: String, _ name: Phrase) {
      self.code = code
      self.name = name
    }
  }

  /// Yes or no.
  case truth
  /// A whole number of at least 0.
  case count
  /// An amount of at least 0.
  case money(Currency)
  /// An exact fraction from 0 to 1.
  case share
  /// A day.
  case date
  /// One of these.
  case choice([Choice])

  /// How it is called.
  public var phrase: Phrase {
    switch self {
    case .truth: Phrase("是或否", en: "yes or no")
    case .count: Phrase("非负整数", en: "a whole number of at least 0")
    case .money(let currency):
      Phrase("非负金额（\(currency.code)）", en: "an amount of at least 0 (\(currency.code))")
    case .share: Phrase("0至1的分数", en: "a fraction from 0 to 1")
    case .date: Phrase("日期（YYYY-MM-DD）", en: "a date (YYYY-MM-DD)")
    case .choice(let choices):
      Phrase(
        choices.map { "\($0.name.zh)（\($0.code)）" }.joined(separator: "、"),
        en: "one of " + choices.map(\.code).joined(separator: ", "))
    }
  }
}

/// A stated fact.
public enum FactValue: Hashable, Sendable {
  case truth(Bool)
  case count(Int64)
  case money(Money)
  case share(Rational)
  case date(CivilDate)
  /// The code of a choice.
  case choice(String)

  /// How it is shown.
  public var phrase: Phrase {
    switch self {
    case .truth(let value): value ? Phrase("是", en: "yes") : Phrase("否", en: "no")
    case .count(let value): .same(String(value))
    case .money(let value): .same(value.description)
    case .share(let value): .same(value.description)
    case .date(let value): .same(value.description)
    case .choice(let code): .same(code)
    }
  }

  /// As ``FactDeclaration/read(_:)`` reads it.
  public var text: String {
    switch self {
    case .truth(let value): value ? "true" : "false"
    // The description leads with the currency, which the declaration knows.
    case .money(let value): String(value.description.drop { $0 != " " }.dropFirst())
    case .count, .share, .date, .choice: phrase.zh
    }
  }

  // Text throughout: a JSON number is a double, and an amount may exceed 2⁵³ (RFC 8785 §3.2.2.3).
  var json: JSONValue {
    if case .truth(let value) = self { return .bool(value) }
    return .string(phrase.zh)
  }
}

/// A fact that rules may ask for.
public struct FactDeclaration: Hashable, Sendable {
  /// Its name.
  public let id: FactID
  /// How people call it.
  public let name: Phrase
  /// What it means and how it is found out.
  public let meaning: Phrase
  /// What kind of value it has.
  public let type: FactType
  /// What silence means; nil if the fact must be stated when a rule needs it.
  public let whenSilent: FactValue?

  /// A fact.
  public init(
    _ id: FactID, _ name: Phrase, _ type: FactType, meaning: Phrase, whenSilent: FactValue? = nil
  ) {
    self.id = id
    self.name = name
    self.meaning = meaning
    self.type = type
    self.whenSilent = whenSilent
  }

  /// The three dates that every rule base knows and keeps apart (DESIGN §8).
  public static let dates: [FactDeclaration] = [
    FactDeclaration(
      .factDate, Phrase("事实发生日", en: "date of the fact"), .date,
      meaning: Phrase("所判断的事情发生之日", en: "the day on which what is judged happened")),
    FactDeclaration(
      .decisionDate, Phrase("决定日", en: "date of the decision"), .date,
      meaning: Phrase("作出决定之日", en: "the day on which it is decided")),
    FactDeclaration(
      .publicationDate, Phrase("公布日", en: "date of publication"), .date,
      meaning: Phrase("决定公布之日", en: "the day on which the decision is published")),
  ]

  /// Reads a value of this fact's type: `true`, `12`, `1234.05` (units, not minor units), `1/3`,
  /// `2026-01-31`, or a code. Spaces, signs and separators are refused.
  public func read(_ text: String) throws(Problem) -> FactValue {
    let value: FactValue? =
      switch type {
      case .truth: ["true": true, "false": false][text].map(FactValue.truth)
      case .count: decimal(Array(text.utf8)).map { .count(Int64($0)) }
      case .money(let currency): Money(text, currency).map(FactValue.money)
      case .share: Rational(text).map(FactValue.share)
      case .date: CivilDate(text).map(FactValue.date)
      case .choice: .choice(text)
      }
    guard let value, accepts(value) else { throw .invalid([wrong(text)]) }
    return value
  }

  func wrong(_ text: String) -> Problem.Field {
    let why = type == .date ? CivilDate.fault(text) : nil
    return Problem.Field(
      id.text,
      Phrase(
        "“\(name.zh)”（\(meaning.zh)）不能是“\(text)”，应为：\(type.phrase.zh)。\(why?.zh ?? "")",
        en: "“\(name.en)” (\(meaning.en)) cannot be “\(text)”; give \(type.phrase.en)."
          + (why.map { " \($0.en)" } ?? "")))
  }

  var absence: Problem.Field {
    Problem.Field(
      id.text,
      Phrase(
        "缺少事实“\(name.zh)”：\(meaning.zh)。请填写：\(type.phrase.zh)。",
        en: "The fact “\(name.en)” is missing: \(meaning.en). Give \(type.phrase.en)."))
  }

  var possibleAbsence: Problem.Field {
    Problem.Field(
      id.text,
      Phrase(
        "可能还需要事实“\(name.zh)”（视其他事实而定）：\(meaning.zh)。请填写：\(type.phrase.zh)。",
        en: "The fact “\(name.en)” may be needed too, depending on the others: \(meaning.en). "
          + "Give \(type.phrase.en)."))
  }

  func accepts(_ value: FactValue) -> Bool {
    switch (type, value) {
    case (.truth, .truth), (.date, .date): true
    case (.count, .count(let count)): count >= 0
    case (.money(let currency), .money(let money)):
      money.currency == currency && money.minorUnits >= 0
    case (.share, .share(let share)):
      share.numerator >= 0 && share.numerator <= share.denominator
    case (.choice(let choices), .choice(let code)): choices.contains { $0.code == code }
    default: false
    }
  }
}

extension Money {
  /// Reads an amount written in whole units and at most as many decimals as the currency has.
  init?(_ text: String, _ currency: Currency) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = decimal(Array(parts[0].utf8)) else {
      return nil
    }
    var minor = Int64(whole)
    var fraction = Int64(0)
    let digits = parts.count == 2 ? Array(parts[1].utf8) : []
    guard parts.count == 1 || (1...currency.minorDigits).contains(digits.count) else { return nil }
    for place in 0..<currency.minorDigits {
      let (product, overflow) = minor.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      minor = product
      guard place < digits.count else {
        fraction *= 10
        continue
      }
      guard let digit = decimal(digits[place...place]) else { return nil }
      fraction = fraction * 10 + Int64(digit)
    }
    let (sum, overflow) = minor.addingReportingOverflow(fraction)
    guard !overflow else { return nil }
    self.init(minorUnits: sum, currency)
  }
}

extension Rational {
  /// Reads `1/3` or `0`.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let above = decimal(Array(parts[0].utf8)),
      let below = parts.count == 2 ? decimal(Array(parts[1].utf8)) : 1
    else { return nil }
    self.init(Int64(above), over: Int64(below))
  }
}

/// A fact in the form that a plan reads: no text, no reference counts.
enum Cell: Hashable, Sendable {
  case missing
  case truth(Bool)
  case number(Rational)
  case code(Int32)
}

/// Facts laid out for one rule base, checked against their declarations. Reuse one and change
/// single facts where many evaluations follow one another.
public struct FactSheet: Sendable {
  let declarations: [FactDeclaration]
  let slots: [FactID: Int]
  private(set) var stated: [FactValue?]
  private(set) var cells: [Cell]

  init(declarations: [FactDeclaration], slots: [FactID: Int]) {
    self.declarations = declarations
    self.slots = slots
    stated = Array(repeating: nil, count: declarations.count)
    cells = declarations.map { declaration in
      declaration.whenSilent.map { FactSheet.cell($0, declaration) } ?? .missing
    }
  }

  /// States a fact, or takes it back with nil.
  public mutating func state(_ id: FactID, _ value: FactValue?) throws(Problem) {
    guard let slot = slots[id] else {
      throw .invalid([
        Problem.Field(
          id.text, Phrase("没有名为“\(id)”的事实。", en: "There is no fact called “\(id)”."))
      ])
    }
    try state(slot: slot, value)
  }

  /// States a fact by its place (``RuleBase/slot(_:)``), without looking up its name.
  public mutating func state(slot: Int, _ value: FactValue?) throws(Problem) {
    let declaration = declarations[slot]
    if let value, !declaration.accepts(value) {
      throw .invalid([declaration.wrong(value.phrase.en)])
    }
    stated[slot] = value
    cells[slot] =
      (value ?? declaration.whenSilent).map { FactSheet.cell($0, declaration) } ?? .missing
  }

  /// The stated facts as texts that ``FactDeclaration/read(_:)`` reads, by name.
  public var texts: [String: String] {
    var texts: [String: String] = [:]
    for (slot, value) in stated.enumerated() {
      if let value { texts[declarations[slot].id.text] = value.text }
    }
    return texts
  }

  /// A stated fact, or what silence about it means; nil if neither is there.
  public func value(of id: FactID) -> FactValue? {
    slots[id].flatMap { stated[$0] ?? declarations[$0].whenSilent }
  }

  private static func cell(_ value: FactValue, _ declaration: FactDeclaration) -> Cell {
    switch value {
    case .truth(let truth): return .truth(truth)
    case .count(let count): return .number(Rational(count))
    case .money(let money): return .number(Rational(money.minorUnits))
    case .share(let share): return .number(share)
    case .date(let date): return .number(Rational(Int64(date.dayNumber)))
    case .choice(let code):
      guard case .choice(let choices) = declaration.type else { return .missing }
      return choices.firstIndex { $0.code == code }.map { .code(Int32($0)) } ?? .missing
    }
  }

  var json: JSONValue {
    var members: [String: JSONValue] = [:]
    for (slot, value) in stated.enumerated() {
      if let value { members[declarations[slot].id.text] = value.json }
    }
    return .object(members)
  }
}
