import Commons

/// What happens to which path when releases are merged (OCDS 1.1, “Merging”): left out, or replaced whole.
/// Every other list of objects is merged by their ids, every other value is replaced.
public struct MergeRules: Sendable {
  enum Rule: UInt8 { case omit, whole }

  /// A path that rules say something of, or that leads to one.
  private struct State {
    var rule: Rule?
    var next: [(name: UInt32, state: Int32)] = []
  }

  private var names = TextTable()
  private var states = [State()]

  /// The rules of OCDS 1.1.5, as its release schema marks them.
  public static let ocds = MergeRules(
    omit: ["id", "date", "tag"],
    whole: [
      "parties/additionalIdentifiers", "parties/roles", "buyer/additionalIdentifiers",
      "tender/procuringEntity/additionalIdentifiers", "tender/items/additionalClassifications",
      "tender/additionalProcurementCategories", "tender/submissionMethod",
      "tender/tenderers/additionalIdentifiers", "tender/amendments/changes",
      "tender/amendment/changes", "awards/suppliers/additionalIdentifiers",
      "awards/items/additionalClassifications", "awards/amendments/changes",
      "awards/amendment/changes", "contracts/items/additionalClassifications",
      "contracts/implementation/transactions/payer/additionalIdentifiers",
      "contracts/implementation/transactions/payee/additionalIdentifiers",
      "contracts/relatedProcesses/relationship", "contracts/amendments/changes",
      "contracts/amendment/changes", "relatedProcesses/relationship",
    ])

  private init(omit: [String], whole: [String]) {
    for path in omit { add(path.split(separator: "/").map(String.init), .omit) }
    for path in whole { add(path.split(separator: "/").map(String.init), .whole) }
  }

  /// The rules that a release schema (JSON Schema with `omitWhenMerged` and `wholeListMerge`) marks.
  public init(schema: JSONValue) throws(Problem) {
    guard case .object(let properties)? = schema["properties"] else {
      throw .malformed(Phrase("模式没有 properties。", en: "The schema has no properties."))
    }
    take(properties, schema, [])
  }

  private mutating func add(_ path: [String], _ rule: Rule) {
    var state = 0
    for part in path {
      let name = names.number(of: part)
      if let known = states[state].next.first(where: { $0.name == name }) {
        state = Int(known.state)
      } else {
        states[state].next.append((name, Int32(states.count)))
        state = states.count
        states.append(State())
      }
    }
    states[state].rule = rule
  }

  private mutating func take(
    _ properties: [String: JSONValue], _ schema: JSONValue, _ path: [String]
  ) {
    // A schema that refers to itself would go on for ever.
    guard path.count < 16 else { return }
    for (name, reference) in properties {
      let value = MergeRules.resolve(reference, schema)
      let own = path + [name]
      let types = MergeRules.types(value)
      if value["omitWhenMerged"]?.bool == true || value["mergeStrategy"]?.string == "ocdsOmit" {
        add(own, .omit)
      } else if types.contains("array"),
        value["wholeListMerge"]?.bool == true || value["mergeStrategy"]?.string == "ocdsVersion"
      {
        add(own, .whole)
      } else if types.contains("object"), let inner = value["properties"]?.object {
        take(inner, schema, own)
      } else if types.contains("array"), let reference = value["items"] {
        takeItems(MergeRules.resolve(reference, schema), schema, own)
      }
    }
  }

  private mutating func takeItems(_ items: JSONValue, _ schema: JSONValue, _ path: [String]) {
    let types = MergeRules.types(items)
    if types.contains(where: { $0 != "object" }) {
      add(path, .whole)
    } else if types.contains("object"), let inner = items["properties"]?.object {
      if inner["id"] == nil { add(path, .whole) } else { take(inner, schema, path) }
    }
  }

  private static func types(_ value: JSONValue) -> [String] {
    value["type"]?.string.map { [$0] } ?? value["type"]?.array?.compactMap(\.string) ?? []
  }

  /// What a reference within the schema stands for.
  private static func resolve(_ value: JSONValue, _ schema: JSONValue) -> JSONValue {
    var value = value
    for _ in 0..<8 {
      guard let reference = value["$ref"]?.string, reference.hasPrefix("#/") else { break }
      value = reference.dropFirst(2).split(separator: "/").reduce(schema) {
        $0[String($1)] ?? .null
      }
    }
    return value
  }

  /// One step along a path: the state after it, below 0 where no rule can follow, and the rule there.
  @inline(__always)
  func step(_ state: Int32, _ name: ByteText) -> (state: Int32, rule: Rule?) {
    guard state >= 0, !states[Int(state)].next.isEmpty, let number = names.find(name) else {
      return (-1, nil)
    }
    for next in states[Int(state)].next where next.name == number {
      return (next.state, states[Int(next.state)].rule)
    }
    return (-1, nil)
  }
}
