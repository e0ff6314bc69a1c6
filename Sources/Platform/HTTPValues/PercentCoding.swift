import Commons

/// Percent-encoding (RFC 3986 §2.1) and the form encoding of the WHATWG URL standard.
public enum PercentCoding {
  /// Decodes; nil for a broken escape, a NUL or bytes that are not UTF-8.
  public static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(nibble), let low = rest.next().flatMap(nibble)
        else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
      default: bytes.append(byte)
      }
    }
    guard !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Encodes everything but the unreserved characters of RFC 3986.
  public static func encode(_ text: String) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 {
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
      if isPlain {
        out.append(byte)
      } else {
        let digits = Array("0123456789ABCDEF".utf8)
        out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}

/// Names with values, in their order: a query string or a form without files.
public struct QueryItems: Hashable, Sendable {
  /// The items.
  public let items: [Item]

  /// One item.
  public struct Item: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The value, empty if there was none.
    public let value: String
    /// An item.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Items at most.
  public static let limit = 1000

  /// Items that are already decoded.
  public init(_ items: [Item]) { self.items = items }

  /// Reads `a=1&b=2`; throws 400 for broken escapes, bytes that are not UTF-8 or too many items.
  public init(parsing text: some StringProtocol) throws(Problem) {
    var items: [Item] = []
    for piece in text.split(separator: "&") {
      let halves = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentCoding.decode(halves[0], plusIsSpace: true),
        let value = PercentCoding.decode(halves.count > 1 ? halves[1] : "", plusIsSpace: true)
      else {
        throw .malformed(
          Phrase(
            "参数编码有误：应为 UTF-8 的百分号编码。",
            en: "A parameter is wrongly encoded: it must be percent-encoded UTF-8."))
      }
      guard items.count < QueryItems.limit else {
        throw .malformed(
          Phrase("参数超过 \(QueryItems.limit) 个。", en: "More than \(QueryItems.limit) parameters."))
      }
      items.append(Item(name, value))
    }
    self.items = items
  }

  /// The first value under a name.
  public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  /// All values under a name.
  public func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

  /// The encoded form.
  public var encoded: String {
    items.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }
      .joined(separator: "&")
  }

  /// The same items with one name set to a value (or taken out).
  public func setting(_ name: String, _ value: String?) -> QueryItems {
    let others = items.filter { $0.name != name }
    return QueryItems(others + (value.map { [Item(name, $0)] } ?? []))
  }
}
