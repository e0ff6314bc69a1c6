import Commons

/// A question with the receipt of its answer, to be put again.
public struct RecordedAnswer: Sendable {
  /// The rule that was asked.
  public let rule: RuleID
  /// As of which day.
  public let asOf: CivilDate
  /// For which place.
  public let territory: Territory?
  /// The stated facts, as texts by name.
  public let facts: [String: String]
  /// The receipt.
  public let receipt: RuleReceipt

  /// A recorded answer.
  public init(_ finding: Finding, _ facts: FactSheet) {
    rule = finding.rule
    asOf = finding.asOf
    territory = finding.territory
    self.facts = facts.texts
    receipt = finding.receipt
  }

  /// Reads a line of JSON: `{"rule", "on", "city", "facts": {name: text}, "receipt": {"rules",
  /// "inputs", "finding"}}`; without `city`, national law.
  ///
  /// - Throws: ``Problem`` 422 with a field for each member that is missing or unreadable.
  public init(_ value: JSONValue) throws(Problem) {
    var faults: [Problem.Field] = []
    func text(_ name: String) -> String {
      if let text = value[name]?.string { return text }
      faults.append(
        Problem.Field(
          name, Phrase("缺少“\(name)”（文本）。", en: "“\(name)” is missing (a text).")))
      return ""
    }
    func digest(_ name: String) -> Digest {
      if let hex = value["receipt"]?[name]?.string, let bytes = Hex.decode(hex),
        let digest = Digest(bytes: bytes)
      {
        return digest
      }
      faults.append(
        Problem.Field(
          "receipt/\(name)",
          Phrase(
            "“\(name)”应为64位十六进制摘要。", en: "“\(name)” must be a digest of 64 hexadecimal digits.")))
      return Digest.of([])
    }
    rule = RuleID(text("rule"))
    let day = text("on")
    if !day.isEmpty, let fault = CivilDate.fault(day) { faults.append(Problem.Field("on", fault)) }
    asOf = CivilDate(day) ?? CivilDate(dayNumber: 0)
    territory = value["city"]?.string.map { Territory($0) }
    var facts: [String: String] = [:]
    for (name, fact) in value["facts"]?.object ?? [:] {
      facts[name] = fact.string ?? fact.canonical
    }
    self.facts = facts
    if value["facts"]?.object == nil {
      faults.append(Problem.Field("facts", Phrase("缺少“facts”。", en: "“facts” is missing.")))
    }
    receipt = RuleReceipt(
      rules: digest("rules"), inputs: digest("inputs"), finding: digest("finding"))
    guard faults.isEmpty else { throw .invalid(faults) }
  }

  /// As data: a line that ``init(_:)-(JSONValue)`` reads.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "rule": .string(rule.text), "on": .string(asOf.description), "receipt": receipt.json,
      "facts": .object(facts.mapValues(JSONValue.string)),
    ]
    if let territory { members["city"] = .string(territory.code) }
    return .object(members)
  }
}

/// What comes of putting a recorded question again.
public enum RuleReplay: Hashable, Sendable {
  /// The same finding, reason by reason.
  case replays
  /// It was answered under another rule set, the one with this digest.
  case otherRules(Digest)
  /// The rule set is the same; rule, day, place or facts are not those of the receipt.
  case otherInputs
  /// Rule set and inputs are the same, the finding is not: the receipt is not of this program's making.
  case otherFinding
  /// The question cannot be answered.
  case unanswered(Problem)
}

extension RuleReplay {
  /// What came of it, under the rule set with this digest.
  public func phrase(under rules: Digest?) -> Phrase {
    switch self {
    case .replays: return Phrase("可重放，结果与理由一致", en: "replays: same result, same reasons")
    case .otherRules(let made):
      let own = rules?.hex ?? "—"
      return Phrase(
        "回执出自规则集\(made.hex)，本程序的规则集为\(own)，不能在此重放",
        en: "was made under rule set \(made.hex); this program has \(own): cannot be replayed here")
    case .otherInputs:
      return Phrase(
        "规则集相同，但规则、日期、地域或事实与回执不符",
        en: "same rule set, but rule, day, place or facts are not those of the receipt")
    case .otherFinding:
      return Phrase(
        "规则集和输入相同，结果不符：回执不是由这些规则得出的",
        en:
          "same rule set and inputs, another finding: the receipt does not follow from these rules")
    case .unanswered(let problem):
      let fields = problem.fields.map(\.message)
      return Phrase(
        "无法回答：\(([problem.detail] + fields).map(\.zh).joined())",
        en: "cannot be answered: " + ([problem.detail] + fields).map(\.en).joined(separator: " "))
    }
  }
}

extension RuleBase {
  /// Puts a recorded question again and compares the answer with its receipt.
  public func replay(_ recorded: RecordedAnswer) -> RuleReplay {
    guard recorded.receipt.rules == digest else { return .otherRules(recorded.receipt.rules) }
    let finding: Finding
    do throws(Problem) {
      finding = try evaluate(
        recorded.rule, sheet(reading: recorded.facts), asOf: recorded.asOf, in: recorded.territory)
    } catch { return .unanswered(error) }
    let receipt = finding.receipt
    if receipt == recorded.receipt { return .replays }
    return receipt.inputs == recorded.receipt.inputs ? .otherFinding : .otherInputs
  }

  /// A sheet with facts given as texts, by name.
  ///
  /// - Throws: ``Problem`` 422 with a field for each that is unknown or cannot be read.
  public func sheet(reading texts: [String: String]) throws(Problem) -> FactSheet {
    var sheet = try sheet()
    var faults: [Problem.Field] = []
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      do throws(Problem) {
        guard let slot = slots[FactID(name)] else {
          try sheet.state(FactID(name), nil)
          continue
        }
        try sheet.state(slot: slot, facts[slot].read(text))
      } catch { faults += error.fields }
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    return sheet
  }

  /// Computes a finding again and compares it with a receipt.
  public func replays(
    _ receipt: RuleReceipt, _ id: RuleID, _ facts: FactSheet, asOf: CivilDate,
    in territory: Territory? = nil
  ) -> Bool {
    (try? evaluate(id, facts, asOf: asOf, in: territory))?.receipt == receipt
  }
}
