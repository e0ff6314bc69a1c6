import Commons

/// What a JSON value must look like, declared once: it checks values and writes JSON Schema.
public indirect enum PacketShape: Sendable {
  /// A member of an object.
  public struct Member: Sendable {
    /// Its name.
    public let name: String
    /// What it means.
    public let meaning: String
    /// What it looks like.
    public let shape: PacketShape
    /// Whether it must be there.
    public let isRequired: Bool

    /// A member.
    public init(_ name: String, _ shape: PacketShape, _ meaning: String, required: Bool = true) {
      self.name = name
      self.shape = shape
      self.meaning = meaning
      isRequired = required
    }
  }

  /// Text of some characters (Unicode scalars), at least one.
  case text(Int)
  /// Text that may be empty.
  case anyText(Int)
  /// A whole number within bounds.
  case integer(ClosedRange<Int64>)
  /// Yes or no.
  case truth
  /// One of these words.
  case word([String])
  /// So many bytes in lower-case hexadecimal.
  case hex(Int)
  /// Bytes in base64 with padding.
  case base64
  /// A moment, RFC 3339 in UTC with microseconds, as ``Instant`` writes it.
  case instant
  /// So many of one shape at most.
  case list(PacketShape, ClosedRange<Int>)
  /// An object with these members and no others.
  case object([Member])

  /// What is wrong with a value, each with a JSON Pointer; empty if it fits.
  public func faults(_ value: JSONValue?, at pointer: String = "") -> [Problem.Field] {
    func wrong(_ zh: String, _ en: String) -> [Problem.Field] {
      [Problem.Field(pointer.isEmpty ? "/" : pointer, Phrase(zh, en: en))]
    }
    guard let value else { return wrong("缺少此项。", "It is missing.") }
    switch self {
    case .text(let limit):
      let count = value.string?.unicodeScalars.count ?? 0
      return (1...limit).contains(count)
        ? [] : wrong("应为1至\(limit)个字符。", "1 to \(limit) characters are expected.")
    case .anyText(let limit):
      let count = value.string?.unicodeScalars.count ?? .max
      return count <= limit ? [] : wrong("应为至多\(limit)个字符。", "At most \(limit) characters.")
    case .integer(let bounds):
      return value.integer.map(bounds.contains) ?? false
        ? []
        : wrong(
          "应为\(bounds.lowerBound)至\(bounds.upperBound)的整数。",
          "A whole number from \(bounds.lowerBound) to \(bounds.upperBound) is expected.")
    case .truth:
      if case .bool = value { return [] }
      return wrong("应为true或false。", "true or false is expected.")
    case .word(let words):
      return value.string.map(words.contains) ?? false
        ? []
        : wrong(
          "应为：\(words.joined(separator: "、"))。", "One of: \(words.joined(separator: ", ")).")
    case .hex(let count):
      let bytes = value.string.flatMap(Hex.decode)
      return bytes?.count == count && bytes.map(Hex.encode) == value.string
        ? [] : wrong("应为\(count)字节的小写十六进制。", "\(count) bytes in lower-case hexadecimal.")
    case .base64:
      let bytes = value.string.flatMap { Base64.decode($0) }
      return bytes.map { Base64.encode($0) } == value.string && bytes != nil
        ? [] : wrong("应为base64（带填充）。", "base64 with padding is expected.")
    case .instant:
      return value.string.map(isMoment) == true
        ? [] : wrong("应为UTC时刻，如2026-03-02T01:02:03.000000Z。", "A moment in UTC is expected.")
    case .list(let shape, let bounds): return listFaults(value, shape, bounds, pointer)
    case .object(let members): return objectFaults(value, members, pointer)
    }
  }

  /// A moment of RFC 3339 in UTC, to the second or with 3 or 6 digits of its fraction.
  private func isMoment(_ text: String) -> Bool {
    guard let moment = Instant(rfc3339: text), text.hasSuffix("Z") else { return false }
    // The second 60 and offsets are written in another way.
    return [20, 24, 27].contains(text.utf8.count)
      && text.prefix(19) == moment.description.prefix(19)
  }

  private func listFaults(
    _ value: JSONValue, _ shape: PacketShape, _ bounds: ClosedRange<Int>, _ pointer: String
  ) -> [Problem.Field] {
    guard let items = value.array, bounds.contains(items.count) else {
      return [
        Problem.Field(
          pointer,
          Phrase(
            "应为\(bounds.lowerBound)至\(bounds.upperBound)项的数组。",
            en: "A list of \(bounds.lowerBound) to \(bounds.upperBound) is expected."))
      ]
    }
    return items.enumerated().flatMap { shape.faults($1, at: "\(pointer)/\($0)") }
  }

  private func objectFaults(
    _ value: JSONValue, _ members: [Member], _ pointer: String
  ) -> [Problem.Field] {
    guard let object = value.object else {
      return [
        Problem.Field(
          pointer.isEmpty ? "/" : pointer, Phrase("应为JSON对象。", en: "A JSON object is expected."))
      ]
    }
    let known = Set(members.map(\.name))
    let unknown = object.keys.filter { !known.contains($0) }.sorted().map {
      Problem.Field("\(pointer)/\($0)", Phrase("格式中没有此项。", en: "The format has no such member."))
    }
    return unknown
      + members.flatMap { member -> [Problem.Field] in
        let found = object[member.name]
        if found == nil, !member.isRequired { return [] }
        return member.shape.faults(found, at: "\(pointer)/\(member.name)")
      }
  }

  /// As JSON Schema (2020-12).
  public var schema: JSONValue {
    switch self {
    case .text(let limit):
      ["type": "string", "minLength": 1, "maxLength": .integer(Int64(limit))]
    case .anyText(let limit): ["type": "string", "maxLength": .integer(Int64(limit))]
    case .integer(let bounds):
      [
        "type": "integer", "minimum": .integer(bounds.lowerBound),
        "maximum": .integer(bounds.upperBound),
      ]
    case .truth: ["type": "boolean"]
    case .word(let words): ["enum": .array(words.map { .string($0) })]
    case .hex(let count): ["type": "string", "pattern": .string("^[0-9a-f]{\(count * 2)}$")]
    case .base64: ["type": "string", "contentEncoding": "base64"]
    case .instant:
      [
        "type": "string",
        "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3}(\\d{3})?)?Z$",
      ]
    case .list(let shape, let bounds):
      [
        "type": "array", "items": shape.schema,
        "minItems": .integer(Int64(bounds.lowerBound)),
        "maxItems": .integer(Int64(bounds.upperBound)),
      ]
    case .object(let members): objectSchema(members)
    }
  }

  private func objectSchema(_ members: [Member]) -> JSONValue {
    var properties: [String: JSONValue] = [:]
    for member in members {
      var schema = member.shape.schema.object ?? [:]
      schema["description"] = .string(member.meaning)
      properties[member.name] = .object(schema)
    }
    return [
      "type": "object", "properties": .object(properties), "additionalProperties": false,
      "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
    ]
  }
}
