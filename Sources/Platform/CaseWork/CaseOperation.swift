import Commons
import HTTPValues

/// An address of a measure's own in its JSON interface, as it stands in the contract beside those that
/// follow from the declaration.
public struct CaseOperation: Sendable {
  /// The method.
  public let method: HTTPValues.Method
  /// The address under `/api/<slug>`, such as `/register`; parameters in braces.
  public let path: String
  let summary: String
  let query: [(name: String, meaning: String)]
  let body: JSONValue?
  let answer: JSONValue
  let good: Int
  let bad: [Int]

  /// An address that is read. `query` names what may stand after the question mark.
  public static func get(
    _ path: String, _ summary: String, query: [(name: String, meaning: String)] = [],
    answers answer: JSONValue, _ bad: Int...
  ) -> CaseOperation {
    CaseOperation(
      method: .get, path: path, summary: summary, query: query, body: nil, answer: answer,
      good: 200,
      bad: bad)
  }

  /// An address to which something is sent; nil for no body.
  public static func post(
    _ path: String, _ summary: String, body: JSONValue?, answers answer: JSONValue, good: Int = 201,
    _ bad: Int...
  ) -> CaseOperation {
    CaseOperation(
      method: .post, path: path, summary: summary, query: [], body: body, answer: answer,
      good: good, bad: bad)
  }

  /// The schema of an object; members that end in `?` may be absent.
  public static func object(_ members: [String: JSONValue]) -> JSONValue {
    func bare(_ name: String) -> String { name.hasSuffix("?") ? String(name.dropLast()) : name }
    let required = members.keys.filter { !$0.hasSuffix("?") }.sorted()
    return [
      "type": "object",
      "properties": .object(
        Dictionary(uniqueKeysWithValues: members.map { (bare($0.key), $0.value) })),
      "required": .array(required.map { .string($0) }),
    ]
  }

  /// The schema of a list of at most so many items.
  public static func list(of item: JSONValue, atMost limit: Int? = nil) -> JSONValue {
    var schema: [String: JSONValue] = ["type": "array", "items": item]
    if let limit {
      schema["minItems"] = 1
      schema["maxItems"] = .integer(Int64(limit))
    }
    return .object(schema)
  }

  /// The schema of one of some codes.
  public static func one(of codes: [String]) -> JSONValue {
    ["type": "string", "enum": .array(codes.map { .string($0) })]
  }

  /// The schemas of a text, a day and a whole number.
  public static let text: JSONValue = ["type": "string"]
  /// A day, `2026-03-02`.
  public static let day: JSONValue = ["type": "string", "format": "date"]
  /// A whole number.
  public static let count: JSONValue = ["type": "integer"]
  /// What the lists of an interface take after the question mark.
  public static let paging: [(name: String, meaning: String)] = [
    ("after", "The cursor of the Link header of the page before"), ("limit", "At most 200"),
  ]
}

extension CaseContract {
  /// Own addresses as path items, the methods of one address together.
  var ownPaths: [String: JSONValue] {
    var paths: [String: [String: JSONValue]] = [:]
    for operation in setting.procedure.operations {
      paths[base + operation.path, default: [:]][operation.method.rawValue.lowercased()] = item(
        operation)
    }
    return paths.mapValues { .object($0) }
  }

  private func item(_ operation: CaseOperation) -> JSONValue {
    let names = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }
      .map { String($0.dropFirst().dropLast()) }
    var parameters = names.map { CaseContract.parameter($0, in: "path") }
    parameters += operation.query.map { CaseContract.parameter($0.name, in: "query", $0.meaning) }
    var members: [String: JSONValue] = [
      "summary": .string(operation.summary),
      "responses": CaseContract.responses(operation.good, operation.answer, operation.bad),
    ]
    if operation.method == .post { parameters.append(CaseContract.key) }
    if let body = operation.body { members["requestBody"] = CaseContract.body(body) }
    if !parameters.isEmpty { members["parameters"] = .array(parameters) }
    return .object(members)
  }

  static func parameter(
    _ name: String, in place: String, _ meaning: String? = nil
  ) -> JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(name), "in": .string(place), "schema": ["type": "string"],
    ]
    if place == "path" { members["required"] = true }
    if let meaning { members["description"] = .string(meaning) }
    return .object(members)
  }
}
