/// A JSON value (RFC 8259), with integers kept exact.
///
/// ``canonical`` writes the JSON Canonicalization Scheme (RFC 8785); ``init(parsing:limits:)`` reads
/// strictly: UTF-8, no duplicate names, no trailing text, bounded depth and size.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number without fraction or exponent that fits 64 bits.
  case integer(Int64)
  /// Any other finite number.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByNilLiteral
{
  /// A string that is written in the source.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer that is written in the source.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A truth value that is written in the source.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array that is written in the source.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object that is written in the source; of two members with one name the last counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
  /// JSON's null, written `nil`.
  public init(nilLiteral: ()) { self = .null }

  /// The text, or null if there is none.
  public init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }
  /// The integer, or null if there is none.
  public init(_ integer: Int64?) { self = integer.map(JSONValue.integer) ?? .null }
}

extension JSONValue {
  /// The text, if this is a string.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The integer, if this is one.
  public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  /// The number as a double, if this is a number.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  /// The truth value, if this is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements, if this is an array.
  public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  /// The members, if this is an object.
  public var object: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }
  /// A member of an object; nil if this is none or has no such member.
  public subscript(name: String) -> JSONValue? { object?[name] }

  /// The RFC 8785 form: no white space, members by UTF-16 code units, ECMAScript numbers.
  public var canonical: String { String(decoding: canonicalBytes, as: UTF8.self) }

  /// The UTF-8 bytes of the RFC 8785 form.
  public var canonicalBytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(128)
    write(to: &out)
    return out
  }

  /// Appends the UTF-8 bytes of the RFC 8785 form.
  public func write(to out: inout [UInt8]) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): JSONValue.write(value, to: &out)
    case .number(let value): out.append(contentsOf: JSONValue.ecmaScript(value).utf8)
    case .string(let text): JSONValue.write(text, to: &out)
    case .array(let elements):
      out.append(0x5B)
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(0x2C) }
        element.write(to: &out)
      }
      out.append(0x5D)
    case .object(let members):
      out.append(0x7B)
      let names = members.keys.sorted(by: JSONValue.precedes)
      for (index, name) in names.enumerated() {
        if index > 0 { out.append(0x2C) }
        JSONValue.write(name, to: &out)
        out.append(0x3A)
        members[name]!.write(to: &out)
      }
      out.append(0x7D)
    }
  }

  // UTF-16 order differs from UTF-8 order only when a surrogate meets U+E000–U+FFFF; Swift orders
  // ASCII strings, as nearly all names are, by their bytes.
  private static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.allSatisfy { $0 < 0x80 } && b.utf8.allSatisfy { $0 < 0x80 }
      ? a < b : a.utf16.lexicographicallyPrecedes(b.utf16)
  }

  // RFC 8785 §3.2.2.3: numbers are IEEE 754 doubles; an integer beyond 2⁵³ would not survive.
  private static func write(_ value: Int64, to out: inout [UInt8]) {
    if value.magnitude <= 1 << 53 {
      out.append(contentsOf: String(value).utf8)
    } else {
      out.append(contentsOf: ecmaScript(Double(value)).utf8)
    }
  }

  /// Writes a JSON string with its quotes, escaping only what RFC 8785 §3.2.2.2 demands.
  public static func write(_ text: String, to out: inout [UInt8]) {
    out.append(0x22)
    var text = text
    text.withUTF8 { bytes in
      // Nearly all strings need no escape and go over in one piece.
      if bytes.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
        escape(bytes, to: &out)
      } else {
        out.append(contentsOf: bytes)
      }
    }
    out.append(0x22)
  }

  private static func escape(_ bytes: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
    for byte in bytes {
      switch byte {
      case 0x22, 0x5C: out.append(contentsOf: [0x5C, byte])
      case 0x08: out.append(contentsOf: [0x5C, 0x62])
      case 0x09: out.append(contentsOf: [0x5C, 0x74])
      case 0x0A: out.append(contentsOf: [0x5C, 0x6E])
      case 0x0C: out.append(contentsOf: [0x5C, 0x66])
      case 0x0D: out.append(contentsOf: [0x5C, 0x72])
      case 0..<0x20: out.append(contentsOf: "\\u00\(Hex.encode([byte]))".utf8)
      default: out.append(byte)
      }
    }
  }

  /// Number-to-string of ECMA-262 §6.1.6.1.20: the shortest digits that read back, in its layout.
  /// A value that is not finite has no JSON form and is written as null.
  static func ecmaScript(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    guard value != 0 else { return "0" }
    let sign = value < 0 ? "-" : ""
    let (digits, exponent) = shortestDigits(value.magnitude)
    let k = digits.count
    if k <= exponent, exponent <= 21 {
      return sign + digits + String(repeating: "0", count: exponent - k)
    }
    if exponent > 0, exponent <= 21 {
      return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
    }
    if exponent > -6, exponent <= 0 {
      return sign + "0." + String(repeating: "0", count: -exponent) + digits
    }
    let power = (exponent > 0 ? "+" : "-") + String(abs(exponent - 1))
    let fraction = k == 1 ? "" : "." + digits.dropFirst()
    return sign + digits.prefix(1) + fraction + "e" + power
  }

  /// The shortest digits d₁…d_k and n such that value = 0.d₁…d_k × 10ⁿ; Swift's own description
  /// already gives the shortest digits, only its layout differs.
  private static func shortestDigits(_ value: Double) -> (String, Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var bytes = Array(value.description.utf8)[...]
    if let e = bytes.firstIndex(of: 0x65) {
      exponent = Int(String(decoding: bytes[(e + 1)...], as: UTF8.self)) ?? 0
      bytes = bytes[..<e]
    }
    for byte in bytes {
      if byte == 0x2E { point = digits.count } else { digits.append(byte) }
    }
    var n = (point ?? digits.count) + exponent
    let leading = digits.prefix { $0 == 0x30 }.count
    digits.removeFirst(leading)
    n -= leading
    while digits.last == 0x30 { digits.removeLast() }
    return (String(decoding: digits, as: UTF8.self), n)
  }
}
