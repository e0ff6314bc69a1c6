import Commons

/// Values by name, as canonical JSON: what is said with a step, or what a case has come to. A value
/// that is empty is absent.
public struct CaseFacts: Hashable, Sendable {
  /// The values.
  public private(set) var values: [String: JSONValue]

  /// Values by name.
  public init(_ values: [String: JSONValue] = [:]) { self.values = values }

  /// Reads ``text``; throws 400 for anything else.
  public init(_ text: String) throws {
    guard let values = try JSONValue(parsing: Array(text.utf8)).object else {
      throw Problem.malformed(Phrase("办件事实无法读取。", en: "The facts of the case cannot be read."))
    }
    self.values = values
  }

  /// The canonical text.
  public var text: String { JSONValue.object(values).canonical }
  /// As JSON.
  public var json: JSONValue { .object(values) }

  /// A value as it stands.
  public subscript(name: String) -> JSONValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// A text or the code of a choice; nil if it is absent.
  public func string(_ name: String) -> String? { values[name]?.string }
  /// A text or a code; empty if it is absent.
  public func text(_ name: String) -> String { values[name]?.string ?? "" }
  /// A whole number, or an amount in minor units.
  public func integer(_ name: String) -> Int64? { values[name]?.integer }
  /// Yes or no; no if it is absent.
  public func flag(_ name: String) -> Bool { values[name]?.bool ?? false }
  /// A day.
  public func date(_ name: String) -> CivilDate? { values[name]?.string.flatMap { CivilDate($0) } }
  /// An amount.
  public func money(_ name: String, _ currency: Currency) -> Money? {
    integer(name).map { Money(minorUnits: $0, currency) }
  }
  /// The codes of several choices, or other texts.
  public func list(_ name: String) -> [String] {
    values[name]?.array?.compactMap(\.string) ?? []
  }

  /// Sets a day, or takes it away with nil.
  public mutating func set(_ name: String, _ date: CivilDate?) {
    values[name] = date.map { .string($0.description) }
  }
  /// Sets a text, or takes it away with nil.
  public mutating func set(_ name: String, _ text: String?) {
    values[name] = text.map { .string($0) }
  }
  /// Sets a whole number, or takes it away with nil.
  public mutating func set(_ name: String, _ number: Int64?) {
    values[name] = number.map { .integer($0) }
  }
  /// Sets yes, or takes it away with no.
  public mutating func set(_ name: String, _ flag: Bool) { values[name] = flag ? true : nil }

  /// These values and those of others, which count where both have one.
  public func merged(_ others: CaseFacts) -> CaseFacts {
    CaseFacts(values.merging(others.values) { $1 })
  }
}

/// Something that is said with a step.
public struct CaseField: Sendable {
  /// What kind of value it is.
  public enum Kind: Hashable, Sendable {
    /// A line of at most so many characters.
    case line(Int)
    /// Words of at most so many characters.
    case words(Int)
    /// A day, `2026-03-02`.
    case date
    /// An amount of at least nothing.
    case money(Currency)
    /// A whole number within bounds.
    case count(ClosedRange<Int64>)
    /// One of these.
    case choice([Choice])
    /// Any of these.
    case choices([Choice])
    /// Yes, or nothing said.
    case flag
    /// One of the city's agencies.
    case agency
    /// Files that go with the step.
    case files
  }

  /// One of several.
  public struct Choice: Hashable, Sendable {
    /// The code that is kept.
    public let code: String
    /// What it means.
    public let name: Phrase
    /// A choice.
    public init(_ code: String, _ name: Phrase) {
      self.code = code
      self.name = name
    }
  }

  /// What becomes of the value.
  public enum Keeping: Hashable, Sendable {
    /// It stands sealed in the act alone: names, addresses, words.
    case sealed
    /// It also becomes a fact of the case, in the clear: nothing that tells who somebody is.
    case fact
    /// It is a fact and stands in the act's public fields: outsiders recompute indicators from it.
    case open
  }

  /// A condition under which it is asked for: another field of the form has one of these values
  /// (`true` for a flag).
  public struct Condition: Hashable, Sendable {
    let field: String
    let values: [String]
    /// Another field has one of these values.
    public init(_ field: String, is values: String...) {
      self.field = field
      self.values = values
    }
  }

  /// The name in forms, facts and interface.
  public let name: String
  /// What people are asked.
  public let label: Phrase
  /// What helps to answer.
  public let hint: Phrase?
  /// What kind of value it is.
  public let kind: Kind
  /// Whether it must be answered (where its condition holds).
  public let isRequired: Bool
  /// What becomes of the value.
  public let keeping: Keeping
  /// When it is asked for; always without a condition.
  public let condition: Condition?
  /// The heading under which a form shows it; fields of one heading stand together.
  public let group: Phrase?
  /// What it rests on, shown under the field.
  public let basis: Basis?
  /// Whether the measure's own code says it, such as how somebody was identified: no form asks for it,
  /// and what comes from outside may not say it.
  public private(set) var isInternal = false

  /// The same field, said by the measure's own code alone.
  public func saidByTheMeasure() -> CaseField {
    var field = self
    field.isInternal = true
    return field
  }

  /// A field.
  public init(
    _ name: String, _ label: Phrase, hint: Phrase? = nil, _ kind: Kind, required: Bool = true,
    keeping: Keeping = .sealed, when condition: Condition? = nil, group: Phrase? = nil,
    _ basis: Basis? = nil
  ) {
    self.name = name
    self.label = label
    self.hint = hint
    self.kind = kind
    isRequired = required
    self.keeping = keeping
    self.condition = condition
    self.group = group
    self.basis = basis
  }
}
