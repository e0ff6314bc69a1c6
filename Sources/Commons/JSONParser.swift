/// Why and where a JSON text cannot be read.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let reason: String
  /// Line and column, both from 1; the column counts bytes.
  public let line: Int
  /// The column, in bytes from 1.
  public let column: Int

  /// `line 3, column 17: …`.
  public var description: String { "line \(line), column \(column): \(reason)" }

  /// The same as a ``Problem``.
  public var problem: Problem {
    .malformed(
      Phrase(
        "JSON 格式有误（第 \(line) 行第 \(column) 列）：\(reason)。",
        en: "The JSON is wrong at \(self)."))
  }
}

extension JSONValue {
  /// How much a reader accepts.
  public struct Limits: Sendable {
    /// Arrays and objects within one another.
    public let depth: Int
    /// Bytes of the whole text.
    public let bytes: Int
    /// Whether strings may hold U+0000, which texts of a store may not.
    public let allowsNUL: Bool
    /// Limits by nesting depth and size.
    public init(depth: Int = 64, bytes: Int = 16 << 20, allowsNUL: Bool = true) {
      self.depth = depth
      self.bytes = bytes
      self.allowsNUL = allowsNUL
    }
  }

  /// Reads one JSON text (RFC 8259, with I-JSON's ban on duplicate names, RFC 7493 §2.3).
  public init(parsing text: some StringProtocol, limits: Limits = Limits()) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }

  /// Reads one JSON text from UTF-8 bytes.
  public init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(JSONError) {
    var parser = JSONParser(bytes: bytes, limits: limits)
    guard bytes.count <= limits.bytes else {
      throw parser.failure("the text has \(bytes.count) bytes; \(limits.bytes) are allowed")
    }
    self = try parser.document()
  }
}

struct JSONParser {
  let bytes: [UInt8]
  let limits: JSONValue.Limits
  var index = 0

  init(bytes: [UInt8], limits: JSONValue.Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  func failure(_ reason: String) -> JSONError {
    let before = bytes[..<min(index, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = index - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return JSONError(reason: reason, line: line, column: column)
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try self.value(depth: 0)
    skipSpace()
    guard index == bytes.count else { throw failure("text after the end of the value") }
    return value
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      index += 1
    }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    guard depth <= limits.depth else {
      throw failure("nested more than \(limits.depth) levels deep")
    }
    switch current {
    case 0x7B: return try object(depth: depth)
    case 0x5B: return try array(depth: depth)
    case 0x22: return .string(try string())
    case 0x74: return try word("true", .bool(true))
    case 0x66: return try word("false", .bool(false))
    case 0x6E: return try word("null", .null)
    case 0x2D?, (0x30...0x39)?: return try number()
    case nil: throw failure("the text ends where a value is expected")
    default: throw failure("a value is expected here")
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[index...].starts(with: word.utf8) else { throw failure("a value is expected here") }
    index += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    index += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if current == 0x7D {
      index += 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard current == 0x22 else { throw failure("a member name in double quotes is expected") }
      let name = try string()
      skipSpace()
      guard current == 0x3A else { throw failure("“:” is expected after the member name") }
      index += 1
      let value = try self.value(depth: depth + 1)
      guard members.updateValue(value, forKey: name) == nil else {
        throw failure("the member “\(name)” occurs twice")
      }
      skipSpace()
      switch current {
      case 0x2C: index += 1
      case 0x7D:
        index += 1
        return .object(members)
      default: throw failure("“,” or “}” is expected")
      }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    index += 1
    var elements: [JSONValue] = []
    skipSpace()
    if current == 0x5D {
      index += 1
      return .array(elements)
    }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      switch current {
      case 0x2C: index += 1
      case 0x5D:
        index += 1
        return .array(elements)
      default: throw failure("“,” or “]” is expected")
      }
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = index
    var isInteger = true
    if current == 0x2D { index += 1 }
    if current == 0x30 {
      index += 1
      if let next = current, (0x30...0x39).contains(next) {
        throw failure("a number may not begin with 0")
      }
    } else {
      try digits()
    }
    if current == 0x2E {
      isInteger = false
      index += 1
      try digits()
    }
    if current == 0x65 || current == 0x45 {
      isInteger = false
      index += 1
      if current == 0x2B || current == 0x2D { index += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, text != "-0", let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw failure("the number \(text) is out of range")
    }
    return .number(value)
  }

  private mutating func digits() throws(JSONError) {
    let start = index
    while let byte = current, (0x30...0x39).contains(byte) { index += 1 }
    guard index > start else { throw failure("a digit is expected") }
  }

  private mutating func string() throws(JSONError) -> String {
    index += 1
    let start = index
    while let byte = current, byte != 0x22, byte != 0x5C, byte >= 0x20 { index += 1 }
    if current == 0x22 {
      defer { index += 1 }
      return try utf8(bytes[start..<index])
    }
    var out = Array(bytes[start..<index])
    while true {
      switch current {
      case nil: throw failure("the text ends inside a string")
      case 0x22:
        let text = try utf8(out[...])
        index += 1
        return text
      case 0x5C: try escape(to: &out)
      case let byte? where byte < 0x20: throw failure("a control character inside a string")
      case let byte?:
        out.append(byte)
        index += 1
      }
    }
  }

  private func utf8(_ slice: ArraySlice<UInt8>) throws(JSONError) -> String {
    // ASCII needs no validation, which is slow where it is generic.
    if slice.allSatisfy({ $0 < 0x80 }) { return String(decoding: slice, as: UTF8.self) }
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw failure("a string before this place is not valid UTF-8")
    }
    return text
  }

  private mutating func escape(to out: inout [UInt8]) throws(JSONError) {
    index += 1
    switch current {
    case 0x22, 0x5C, 0x2F: out.append(current!)
    case 0x62: out.append(0x08)
    case 0x66: out.append(0x0C)
    case 0x6E: out.append(0x0A)
    case 0x72: out.append(0x0D)
    case 0x74: out.append(0x09)
    case 0x75:
      out.append(contentsOf: String(Character(try unicodeEscape())).utf8)
      return
    default: throw failure("“\\” is followed by a character that may not be escaped")
    }
    index += 1
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let first = try codeUnit()
    guard first != 0 || limits.allowsNUL else { throw failure("U+0000 is not taken here") }
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, current == 0x5C, index + 1 < bytes.count, bytes[index + 1] == 0x75 else {
      throw failure("a surrogate without its partner")
    }
    index += 1
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second) else {
      throw failure("a surrogate without its partner")
    }
    return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00)))!
  }

  /// Reads `uXXXX`, the index standing on `u`.
  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    guard index + 4 < bytes.count else { throw failure("four hexadecimal digits are expected") }
    var unit: UInt32 = 0
    for byte in bytes[(index + 1)...(index + 4)] {
      guard let digit = Hex.value(byte) else {
        throw failure("four hexadecimal digits are expected")
      }
      unit = unit << 4 | UInt32(digit)
    }
    index += 5
    return unit
  }
}
