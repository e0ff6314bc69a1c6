import Commons

/// JSON Schemas of draft 4, read into a form that checks quickly. Of the draft's keywords those that the schemas
/// of OCDS use are known, and more; a schema that uses another one is refused, never half checked.
public struct JSONSchema: Sendable {
  struct Types: OptionSet {
    let rawValue: UInt8
    static let object = Types(rawValue: 1)
    static let array = Types(rawValue: 2)
    static let string = Types(rawValue: 4)
    static let number = Types(rawValue: 8)
    static let integer = Types(rawValue: 16)
    static let boolean = Types(rawValue: 32)
    static let null = Types(rawValue: 64)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(name: String) {
      let names = ["object", "array", "string", "number", "integer", "boolean", "null"]
      guard let place = names.firstIndex(of: name) else { return nil }
      self.init(rawValue: 1 << UInt8(place))
    }
  }

  /// One schema within the others; it does not change once all are read. A class, since it is looked at for every
  /// value and must not be copied.
  final class Node: @unchecked Sendable {
    var reference: Int?
    var types: Types?
    var required: [[UInt8]] = []
    var properties: [(name: [UInt8], node: Int)] = []
    var patterns: [(pattern: NamePattern, node: Int)] = []
    /// What members without a schema of their own must be: nothing at all, or a schema.
    var additional: Int?
    var allowsAdditional = true
    var items: Int?
    var values: ValueList?
    var isUnique = false
    var leastLength: Int?
    var mostLength: Int?
    var leastItems: Int?
    var mostItems: Int?
    var leastMembers: Int?
    var pattern: NamePattern?
    var all: [Int] = []
    var any: [Int] = []
    var one: [Int] = []
    var not: Int?
  }

  private(set) var nodes: [Node] = []
  /// Nodes by where they stand: the schema's id and a pointer within it.
  private var places: [String: Int] = [:]
  private var roots: [String: JSONValue] = [:]
  private var problems: [Problem.Field] = []

  /// Keywords that say nothing of validity.
  private static let silent: Set<String> = [
    "id", "$schema", "title", "description", "default", "definitions", "format", "codelist",
    "openCodelist", "deprecated", "deprecatedVersion", "omitWhenMerged", "wholeListMerge",
    "versionId", "mergeStrategy", "mergeOptions", "propertyOrder",
  ]

  /// Reads schemas that may refer to one another by their ids.
  public init(_ schemas: [JSONValue]) throws(Problem) {
    for schema in schemas { roots[schema["id"]?.string ?? ""] = schema }
    for id in roots.keys.sorted() { _ = node(id, "#", roots[id] ?? .null) }
    guard problems.isEmpty else { throw .invalid(problems) }
  }

  /// The node of a whole schema, or of a part of it.
  func root(_ id: String, _ pointer: String = "#") -> Int? { places[id + pointer] }

  /// Ids of the schemas.
  var ids: [String] { roots.keys.sorted() }

  private mutating func node(_ id: String, _ pointer: String, _ schema: JSONValue) -> Int {
    if let known = places[id + pointer] { return known }
    let place = nodes.count
    nodes.append(Node())
    places[id + pointer] = place
    guard let members = schema.object else {
      fail(id, pointer, Phrase("模式应为对象", en: "a schema should be an object"))
      return place
    }
    let node = nodes[place]
    if let reference = schema["$ref"]?.string {
      // What stands beside a reference counts for nothing in draft 4.
      node.reference = self.reference(reference, id, pointer)
      return place
    }
    for (keyword, value) in members.sorted(by: { $0.key < $1.key }) {
      if !take(keyword, value, node, id, pointer), !JSONSchema.silent.contains(keyword) {
        fail(
          id, pointer, Phrase("不支持关键字 \(keyword)", en: "the keyword \(keyword) is not supported"))
      }
    }
    return place
  }

  private mutating func fail(_ id: String, _ pointer: String, _ message: Phrase) {
    problems.append(Problem.Field(id + pointer, message))
  }

  private mutating func take(
    _ keyword: String, _ value: JSONValue, _ node: Node, _ id: String, _ pointer: String
  ) -> Bool {
    let inner = "\(pointer)/\(keyword)"
    switch keyword {
    case "type":
      let names = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
      node.types = Types(names.compactMap(Types.init(name:)))
    case "required":
      node.required = value.array?.compactMap { $0.string.map { Array($0.utf8) } } ?? []
    case "properties":
      for (name, schema) in (value.object ?? [:]).sorted(by: { $0.key < $1.key }) {
        node.properties.append((Array(name.utf8), self.node(id, "\(inner)/\(name)", schema)))
      }
    case "patternProperties":
      for (name, schema) in (value.object ?? [:]).sorted(by: { $0.key < $1.key }) {
        guard let pattern = pattern(name, id, pointer) else { continue }
        node.patterns.append((pattern, self.node(id, "\(inner)/\(name)", schema)))
      }
    case "additionalProperties":
      if let isAllowed = value.bool {
        node.allowsAdditional = isAllowed
      } else {
        node.additional = self.node(id, inner, value)
      }
    case "items": node.items = self.node(id, inner, value)
    case "enum": node.values = value.array.map(ValueList.init)
    case "uniqueItems": node.isUnique = value.bool ?? false
    case "minLength": node.leastLength = value.integer.map(Int.init)
    case "maxLength": node.mostLength = value.integer.map(Int.init)
    case "minItems": node.leastItems = value.integer.map(Int.init)
    case "maxItems": node.mostItems = value.integer.map(Int.init)
    case "minProperties": node.leastMembers = value.integer.map(Int.init)
    case "pattern": node.pattern = value.string.flatMap { pattern($0, id, pointer) }
    case "allOf": node.all = list(value, id, inner)
    case "anyOf": node.any = list(value, id, inner)
    case "oneOf": node.one = list(value, id, inner)
    case "not": node.not = self.node(id, inner, value)
    default: return false
    }
    return true
  }

  private mutating func list(_ value: JSONValue, _ id: String, _ inner: String) -> [Int] {
    (value.array ?? []).enumerated().map { node(id, "\(inner)/\($0)", $1) }
  }

  private mutating func pattern(_ text: String, _ id: String, _ pointer: String) -> NamePattern? {
    guard let pattern = NamePattern(text) else {
      fail(id, pointer, Phrase("正则表达式有误：\(text)", en: "the pattern is wrong: \(text)"))
      return nil
    }
    return pattern
  }

  private mutating func reference(_ text: String, _ id: String, _ pointer: String) -> Int? {
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let other = parts[0].isEmpty ? id : String(parts[0])
    let fragment = parts.count > 1 ? String(parts[1]) : ""
    guard let root = roots[other] else {
      fail(id, pointer, Phrase("找不到 \(text)", en: "\(text) is not there"))
      return nil
    }
    var schema = root
    for part in fragment.split(separator: "/") {
      guard let next = schema[String(part)] else {
        fail(id, pointer, Phrase("找不到 \(text)", en: "\(text) is not there"))
        return nil
      }
      schema = next
    }
    return node(other, "#" + fragment, schema)
  }
}

/// The values that an enumeration allows; texts among them are found by their hash, since a list of currencies
/// holds hundreds.
struct ValueList: Sendable {
  private let texts: TextTable
  private let others: [JSONValue]

  init(_ values: [JSONValue]) {
    var texts = TextTable()
    for text in values.compactMap(\.string) {
      Array(text.utf8).withUnsafeBufferPointer { bytes in
        guard let start = bytes.baseAddress else { return }
        _ = texts.number(of: ByteText(start: start, count: bytes.count))
      }
    }
    self.texts = texts
    let hasEmpty = values.contains { $0.string?.isEmpty ?? false }
    others = values.filter { $0.string == nil } + (hasEmpty ? [.string("")] : [])
  }

  func holds(_ view: JSONView) -> Bool {
    if let text = view.string, text.count > 0 { return texts.find(text) != nil }
    return others.contains { view.equals($0) }
  }
}

/// A regular expression and the letters that a text must begin with to match it.
struct NamePattern: Sendable {
  let source: String
  private let start: [UInt8]

  /// Nil if it is no regular expression.
  init?(_ source: String) {
    guard (try? Regex(source)) != nil else { return nil }
    self.source = source
    var start: [UInt8] = []
    if source.hasPrefix("^") {
      for character in source.dropFirst() where character != "(" {
        guard character.isLetter || character == "_" else { break }
        start += character.utf8
      }
      // A letter may be followed by a sign that makes it optional.
      let rest = source.dropFirst().filter { $0 != "(" }.dropFirst(start.count)
      if source.contains("|"), !source.hasPrefix("^(") { start = [] }
      if let next = rest.first, "?*{|".contains(next) { start = [] }
    }
    self.start = start
  }

  func couldMatch(_ text: ByteText) -> Bool {
    text.count >= start.count && start.indices.allSatisfy { text.start[$0] == start[$0] }
  }
}
