import Commons

/// Something in a text that its schema does not allow.
public struct SchemaFault: Hashable, Sendable {
  /// Where it stands, as a JSON Pointer (RFC 6901).
  public let pointer: String
  /// The keyword of the schema that is not met.
  public let keyword: String
  /// What is wrong.
  public let message: Phrase
}

/// Checks procurement in OCDS against the schemas of the standard, or other JSON against other schemas.
///
/// Used by one thread at a time.
public final class SchemaValidator {
  /// What a text is, as its members tell.
  public enum Kind: String, Hashable, Sendable {
    // swift-format-ignore
    case release, record, releasePackage, recordPackage, other
  }

  private let schema: JSONSchema
  private let roots: [Kind: Int]
  private let tape = JSONTape()
  private var scanner = JSONScanner()
  private var path: [Step] = []
  private var faults: [SchemaFault] = []
  /// Whether the first fault is enough: while alternatives are tried.
  private var isTrying = false
  private var failed = false
  private var patterns: [String: Regex<AnyRegexOutput>] = [:]
  private var names: [UInt64: Resolution] = [:]

  /// What a member's name means to a schema: names are few and come again and again.
  private struct Resolution {
    let name: [UInt8]
    let place: Int
    let nodes: [Int]
  }

  private enum Step {
    case name(ByteText)
    case index(Int)
  }

  /// The schemas of OCDS 1.1.5: releases, records and packages of them.
  public static func ocds() throws(Problem) -> SchemaValidator {
    let content: JSONValue
    do throws(JSONError) {
      content = try JSONValue(parsing: PackageResources.ocds_1_1_5_json)
    } catch { throw error.problem }
    let schema = try JSONSchema(content["schemas"]?.array ?? [])
    let base = "https://standard.open-contracting.org/schema/1__1__5/"
    let packages = base + "record-package-schema.json"
    var roots: [Kind: Int] = [:]
    roots[.release] = schema.root(base + "release-schema.json")
    roots[.releasePackage] = schema.root(base + "release-package-schema.json")
    roots[.recordPackage] = schema.root(packages)
    roots[.record] = schema.root(packages, "#/definitions/record")
    return SchemaValidator(schema, roots)
  }

  /// One schema for everything.
  public convenience init(_ schema: JSONValue) throws(Problem) {
    let compiled = try JSONSchema([schema])
    var roots: [Kind: Int] = [:]
    roots[.other] = compiled.root(schema["id"]?.string ?? "")
    self.init(compiled, roots)
  }

  private init(_ schema: JSONSchema, _ roots: [Kind: Int]) {
    self.schema = schema
    self.roots = roots
  }

  /// What the text of a value is found to be.
  public struct Outcome: Sendable {
    /// What it is.
    public let kind: Kind
    /// Its ocid, if it has one.
    public let ocid: String?
    /// What its schema does not allow; none if it is valid.
    public let faults: [SchemaFault]
  }

  /// Checks one value.
  ///
  /// - Parameters:
  ///   - bytes: its text, with ``FlagFold/padding`` bytes behind, the first of which is overwritten for a while.
  ///   - count: bytes of the text; more than space behind the value is a fault.
  /// - Returns: the outcome; or where the text stops to be JSON, in bytes from its beginning, and why.
  public func check(
    _ bytes: UnsafeMutablePointer<UInt8>, count: Int
  ) -> Result<Outcome, SyntaxFault> {
    let behind = bytes[count]
    // The text ends here even if the next line would go on with it.
    bytes[count] = 0
    defer { bytes[count] = behind }
    return check(UnsafePointer(bytes), count)
  }

  private func check(_ bytes: Cursor, _ count: Int) -> Result<Outcome, SyntaxFault> {
    scanner.allowsLineBreaks = true
    scanner.failure = nil
    let begin = scanner.space(bytes)
    guard let after = scanner.skip(begin, depth: 0), scanner.space(after) >= bytes + count else {
      let (fault, place) =
        scanner.failure ?? (.trailing, scanner.space(scanner.skip(begin, depth: 0) ?? begin))
      return .failure(SyntaxFault(offset: min(max(0, place - bytes), count), reason: fault.phrase))
    }
    let view = tape.read(begin)
    let kind = kind(of: view)
    faults.removeAll()
    path.removeAll()
    isTrying = false
    if let root = roots[kind] { validate(view, root) }
    return .success(Outcome(kind: kind, ocid: view["ocid"].text?.string, faults: faults))
  }

  private func kind(of view: JSONView) -> Kind {
    if roots[.other] != nil { return .other }
    if view["ocid"].exists {
      return view["releases"].kind == .array || view["compiledRelease"].exists ? .record : .release
    }
    if view["records"].exists { return .recordPackage }
    return view["releases"].exists ? .releasePackage : .release
  }

  // MARK: Checks

  private func fail(_ keyword: String, _ message: @autoclosure () -> Phrase) {
    failed = true
    guard !isTrying else { return }
    faults.append(SchemaFault(pointer: pointer, keyword: keyword, message: message()))
  }

  private var pointer: String {
    path.reduce(into: "") { text, step in
      switch step {
      case .index(let index): text += "/\(index)"
      case .name(let name):
        text += "/"
        for character in name.string {
          text += character == "~" ? "~0" : character == "/" ? "~1" : String(character)
        }
      }
    }
  }

  private func validate(_ view: JSONView, _ place: Int) {
    let node = schema.nodes[place]
    if let reference = node.reference { return validate(view, reference) }
    if let types = node.types, !types.holds(view) {
      fail("type", Phrase("类型不符", en: "the value is of a wrong type"))
    }
    if let values = node.values, !values.contains(where: { view.equals($0) }) {
      fail("enum", Phrase("不在允许的取值之内", en: "the value is none of those allowed"))
    }
    switch view.kind {
    case .object: validateObject(view, node, place)
    case .array: validateArray(view, node)
    case .text: validateText(view, node)
    default: break
    }
    validateAlternatives(view, node)
  }

  private func validateText(_ view: JSONView, _ node: JSONSchema.Node) {
    guard node.leastLength != nil || node.mostLength != nil || node.pattern != nil else { return }
    let text = view.string ?? ByteText(start: UnsafePointer(bitPattern: 8)!, count: 0)
    let length = (0..<text.count).lazy.filter { text.start[$0] & 0xC0 != 0x80 }.count
    if let least = node.leastLength, length < least {
      fail("minLength", Phrase("少于 \(least) 个字符", en: "shorter than \(least) characters"))
    }
    if let most = node.mostLength, length > most {
      fail("maxLength", Phrase("多于 \(most) 个字符", en: "longer than \(most) characters"))
    }
    if let pattern = node.pattern, !matches(pattern, text.string) {
      fail("pattern", Phrase("不合格式 \(pattern.source)", en: "not of the form \(pattern.source)"))
    }
  }

  private func validateArray(_ view: JSONView, _ node: JSONSchema.Node) {
    let count = node.leastItems == nil && node.mostItems == nil ? 0 : view.count
    if let least = node.leastItems, count < least {
      fail("minItems", Phrase("少于 \(least) 项", en: "fewer than \(least) items"))
    }
    if let most = node.mostItems, count > most {
      fail("maxItems", Phrase("多于 \(most) 项", en: "more than \(most) items"))
    }
    if node.isUnique, view.hasEqualElements {
      fail("uniqueItems", Phrase("有重复的项", en: "items are repeated"))
    }
    guard let items = node.items else { return }
    for (index, element) in view.elements.enumerated() {
      path.append(.index(index))
      validate(element, items)
      path.removeLast()
      if isTrying, failed { return }
    }
  }

  private func validateObject(_ view: JSONView, _ node: JSONSchema.Node, _ place: Int) {
    for name in node.required where !view.has(name) {
      let text = String(decoding: name, as: UTF8.self)
      fail("required", Phrase("缺少 \(text)", en: "\(text) is missing"))
    }
    if let least = node.leastMembers, view.members.reduce(into: 0, { n, _ in n += 1 }) < least {
      fail("minProperties", Phrase("成员少于 \(least) 个", en: "fewer than \(least) members"))
    }
    guard
      !node.properties.isEmpty || !node.patterns.isEmpty || !node.allowsAdditional
        || node.additional != nil
    else { return }
    for (key, value) in view.members {
      let nodes = resolve(key, node, place)
      path.append(.name(key))
      for own in nodes { validate(value, own) }
      if nodes.isEmpty, let additional = node.additional { validate(value, additional) }
      path.removeLast()
      if nodes.isEmpty, !node.allowsAdditional {
        fail(
          "additionalProperties", Phrase("不允许 \(key.string)", en: "\(key.string) is not allowed"))
      }
      if isTrying, failed { return }
    }
  }

  /// Schemas that the value of a member must meet.
  private func resolve(_ key: ByteText, _ node: JSONSchema.Node, _ place: Int) -> [Int] {
    let slot = key.hash ^ UInt64(place) &* 0x9E37_79B9_7F4A_7C15
    if let known = names[slot], known.place == place, key.isBytes(known.name) { return known.nodes }
    var nodes: [Int] = []
    if let own = node.properties.first(where: { key.isBytes($0.name) }) { nodes.append(own.node) }
    for own in node.patterns where own.pattern.couldMatch(key) {
      if matches(own.pattern, key.string) { nodes.append(own.node) }
    }
    // A file of nothing but new names must not fill the memory.
    if names.count > 20_000 { names.removeAll() }
    names[slot] = Resolution(name: key.bytes, place: place, nodes: nodes)
    return nodes
  }

  private func matches(_ pattern: NamePattern, _ text: String) -> Bool {
    if patterns[pattern.source] == nil { patterns[pattern.source] = try? Regex(pattern.source) }
    guard let regex = patterns[pattern.source] else { return false }
    return text.firstMatch(of: regex) != nil
  }

  private func validateAlternatives(_ view: JSONView, _ node: JSONSchema.Node) {
    for place in node.all { validate(view, place) }
    if !node.any.isEmpty, !node.any.contains(where: { holds(view, $0) }) {
      fail("anyOf", Phrase("不符合任何一种允许的形式", en: "none of the forms allowed"))
    }
    if !node.one.isEmpty, node.one.lazy.filter({ self.holds(view, $0) }).count != 1 {
      fail("oneOf", Phrase("不恰好符合一种允许的形式", en: "not exactly one of the forms allowed"))
    }
    if let not = node.not, holds(view, not) {
      fail("not", Phrase("符合不允许的形式", en: "of a form that is not allowed"))
    }
  }

  private func holds(_ view: JSONView, _ place: Int) -> Bool {
    let outer = (isTrying, failed)
    (isTrying, failed) = (true, false)
    validate(view, place)
    let holds = !failed
    (isTrying, failed) = outer
    return holds
  }
}

/// Where and why a text is no JSON.
public struct SyntaxFault: Error, Hashable, Sendable {
  /// Bytes before the fault.
  public let offset: Int
  /// Why.
  public let reason: Phrase
}

extension JSONSchema.Types {
  /// Whether a value is of one of these types. A number with a point or exponent is no integer, as in draft 4.
  func holds(_ view: JSONView) -> Bool {
    switch view.kind {
    case .object: contains(.object)
    case .array: contains(.array)
    case .text: contains(.string)
    case .number: contains(.number) || (contains(.integer) && view.isInteger)
    case .yes, .no: contains(.boolean)
    case .null: contains(.null)
    case nil: true
    }
  }
}

extension ByteText {
  func isBytes(_ bytes: [UInt8]) -> Bool {
    guard count == bytes.count else { return false }
    for index in 0..<count where start[index] != bytes[index] { return false }
    return true
  }
}
