import Commons
import LegalTime

// The canonical form that a rule set's digest covers. `reflected` would change with the names of
// the code; these words stand in receipts and do not change.

extension FactDeclaration {
  var json: JSONValue {
    [
      "id": .string(id.text), "name": .string(name.zh), "meaning": .string(meaning.zh),
      "type": type.json, "silence": whenSilent?.json ?? .null,
    ]
  }
}

extension FactType {
  // Words of their own: what people read may be put better without another rule set coming of it.
  var json: JSONValue {
    switch self {
    case .truth: "truth"
    case .count: "count"
    case .money(let currency): ["money", .string(currency.code)]
    case .share: "share"
    case .date: "date"
    case .choice(let choices): .array(["choice"] + choices.map { .string($0.code) })
    }
  }
}

extension Rule {
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id.text), "zh": .string(name.zh), "en": .string(name.en),
      "citation": citation.json, "span": span.json, "territory": JSONValue(territory?.code),
      "when": condition.json, "decided_by": JSONValue(decidedBy?.zh),
    ]
    if case .exception(let of) = rank { members["exception_of"] = .string(of.text) }
    if let rounding {
      members["rounding"] = [
        "method": .string("\(rounding.method)"), "citation": rounding.citation?.json ?? "assumed",
      ]
    }
    switch answer {
    case .value(let formula): members["value"] = formula.json
    case .truth(let truth): members["truth"] = .bool(truth)
    case .choice(let code, _): members["choice"] = .string(code)
    case .period(let id):
      members["period"] = .string(id.text)
      members["counting"] = .string(counting.rawValue)
      if isBackwards { members["backwards"] = true }
    case .designated(let id, let unit):
      members["designated"] = [.string(id.text), .string(unit.rawValue)]
      members["counting"] = .string(counting.rawValue)
    }
    return .object(members)
  }
}

extension Formula {
  var json: JSONValue {
    func made(_ word: String) -> JSONValue { .array([.string(word)] + parts.map(\.json)) }
    return switch self {
    case .fact(let id): ["fact", .string(id.text)]
    case .parameter(let id): ["parameter", .string(id.text)]
    case .rule(let id): ["rule", .string(id.text)]
    case .excepted: ["excepted"]
    case .nothing(let currency): ["nothing", .string(currency.code)]
    case .whole: ["whole"]
    case .sum: made("sum")
    case .difference: made("difference")
    case .product: made("product")
    case .quotient: made("quotient")
    case .lesser: made("lesser")
    case .greater: made("greater")
    case .between: made("between")
    case .scale(let id, let of): ["scale", .string(id.text), of.json]
    case .select(let id, let ways):
      .array(
        ["select", .string(id.text)] + ways.map { [.string($0.code), $0.formula.json] })
    }
  }
}

extension Condition {
  var json: JSONValue {
    switch self {
    case .always: ["always"]
    case .holds(let id): ["holds", .string(id.text)]
    case .equals(let id, let code): ["equals", .string(id.text), .string(code)]
    case .compare(let a, let comparison, let b):
      [.string(comparison.rawValue), a.json, b.json]
    case .not(let inner): ["not", inner.json]
    case .all(let parts): .array(["all"] + parts.map(\.json))
    case .any(let parts): .array(["any"] + parts.map(\.json))
    }
  }
}
