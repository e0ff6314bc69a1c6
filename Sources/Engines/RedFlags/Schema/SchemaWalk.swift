import Commons

/// One value after another held against a schema. A structure, so that its parts are told apart when it is
/// compiled and not each time that one is looked at.
struct SchemaWalk {
  private let schema: JSONSchema
  private var path: [Step] = []
  private var faults: [SchemaFault] = []
  /// Whether the first fault is enough: while alternatives are tried.
  private var isTrying = false
  private var failed = false
  private var patterns: [String: Regex<AnyRegexOutput>] = [:]
  /// Names are few and come again and again: each has a number, and by it each schema knows what it means there.
  private var names = TextTable()
  private var meanings: [ContiguousArray<Meaning>]
  /// The schemas of all meanings.
  private var meant: ContiguousArray<Int32> = []

  /// The schemas that the value of a member must meet: a part of ``meant``.
  private struct Meaning {
    static let unknown = Meaning(first: 0, count: -1)
    let first: Int32
    let count: Int32
  }

  private enum Step {
    case name(ByteText)
    case index(Int)
  }

  init(_ schema: JSONSchema) {
    self.schema = schema
    meanings = Array(repeating: [], count: schema.nodes.count)
  }

  /// What a value has that its schema does not allow.
  mutating func faults(of view: JSONView, against root: Int) -> [SchemaFault] {
    faults.removeAll()
    path.removeAll()
    isTrying = false
    if names.count > 4000 { forgetNames() }
    validate(view, root)
    return faults
  }

  private mutating func fail(_ keyword: String, _ message: @autoclosure () -> Phrase) {
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

  private mutating func validate(_ view: JSONView, _ place: Int) {
    let node = schema.nodes[place]
    if let reference = node.reference { return validate(view, reference) }
    if let types = node.types, !types.holds(view) {
      fail("type", Phrase("类型不符", en: "the value is of a wrong type"))
    }
    if let values = node.values, !values.holds(view) {
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

  private mutating func validateText(_ view: JSONView, _ node: JSONSchema.Node) {
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

  private mutating func validateArray(_ view: JSONView, _ node: JSONSchema.Node) {
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

  private mutating func validateObject(_ view: JSONView, _ node: JSONSchema.Node, _ place: Int) {
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
      let meaning = meaning(of: key, node, place)
      path.append(.name(key))
      for index in 0..<meaning.count { validate(value, Int(meant[Int(meaning.first + index)])) }
      if meaning.count == 0, let additional = node.additional { validate(value, additional) }
      path.removeLast()
      if meaning.count == 0, !node.allowsAdditional {
        fail(
          "additionalProperties", Phrase("不允许 \(key.string)", en: "\(key.string) is not allowed"))
      }
      if isTrying, failed { return }
    }
  }

  /// What a name means to a schema.
  private mutating func meaning(of key: ByteText, _ node: JSONSchema.Node, _ place: Int) -> Meaning
  {
    let number = Int(names.number(of: key))
    if number < meanings[place].count, meanings[place][number].count >= 0 {
      return meanings[place][number]
    }
    let first = meant.count
    if let own = node.properties.first(where: { key.isBytes($0.name) }) {
      meant.append(Int32(own.node))
    }
    for own in node.patterns where own.pattern.couldMatch(key) {
      if matches(own.pattern, key.string) { meant.append(Int32(own.node)) }
    }
    let meaning = Meaning(first: Int32(first), count: Int32(meant.count - first))
    let missing = number + 1 - meanings[place].count
    if missing > 0 {
      meanings[place].append(contentsOf: repeatElement(.unknown, count: missing))
    }
    meanings[place][number] = meaning
    return meaning
  }

  /// A file of nothing but new names must not fill the memory.
  private mutating func forgetNames() {
    names = TextTable()
    meanings = Array(repeating: [], count: schema.nodes.count)
    meant.removeAll()
  }

  private mutating func matches(_ pattern: NamePattern, _ text: String) -> Bool {
    if patterns[pattern.source] == nil { patterns[pattern.source] = try? Regex(pattern.source) }
    guard let regex = patterns[pattern.source] else { return false }
    return text.firstMatch(of: regex) != nil
  }

  private mutating func validateAlternatives(_ view: JSONView, _ node: JSONSchema.Node) {
    for place in node.all { validate(view, place) }
    if !node.any.isEmpty, !node.any.contains(where: { holds(view, $0) }) {
      fail("anyOf", Phrase("不符合任何一种允许的形式", en: "none of the forms allowed"))
    }
    if !node.one.isEmpty, node.one.count(where: { holds(view, $0) }) != 1 {
      fail("oneOf", Phrase("不恰好符合一种允许的形式", en: "not exactly one of the forms allowed"))
    }
    if let not = node.not, holds(view, not) {
      fail("not", Phrase("符合不允许的形式", en: "of a form that is not allowed"))
    }
  }

  private mutating func holds(_ view: JSONView, _ place: Int) -> Bool {
    let outer = (isTrying, failed)
    (isTrying, failed) = (true, false)
    validate(view, place)
    let holds = !failed
    (isTrying, failed) = outer
    return holds
  }
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
