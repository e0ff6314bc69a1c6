extension SQLValue {
  /// Appends the value in an injective encoding: a type byte, the length where it varies (32 bits,
  /// big-endian), the value. Row marks and table digests are made of it, so that it never changes.
  public func append(to out: inout [UInt8]) {
    switch self {
    case .null: out.append(0)
    case .integer(let integer):
      out.append(1)
      withUnsafeBytes(of: integer.bigEndian) { out.append(contentsOf: $0) }
    case .real(let real):
      out.append(2)
      withUnsafeBytes(of: real.bitPattern.bigEndian) { out.append(contentsOf: $0) }
    case .text(let text):
      out.append(3)
      withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { out.append(contentsOf: $0) }
      out.append(contentsOf: text.utf8)
    case .blob(let bytes):
      out.append(4)
      withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { out.append(contentsOf: $0) }
      out.append(contentsOf: bytes)
    }
  }

  /// Reads values that ``append(to:)`` wrote one after the other; nil for anything else.
  public static func list(_ bytes: [UInt8]) -> [SQLValue]? {
    var values: [SQLValue] = []
    var rest = bytes[...]
    func take(_ count: Int) -> ArraySlice<UInt8>? {
      guard rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    func number(_ count: Int) -> UInt64? {
      take(count).map { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }
    while let type = rest.popFirst() {
      switch type {
      case 0: values.append(.null)
      case 1, 2:
        guard let bits = number(8) else { return nil }
        values.append(
          type == 1 ? .integer(Int64(bitPattern: bits)) : .real(Double(bitPattern: bits)))
      case 3, 4:
        guard let count = number(4), let part = take(Int(count)) else { return nil }
        values.append(type == 3 ? .text(String(decoding: part, as: UTF8.self)) : .blob(Array(part)))
      default: return nil
      }
    }
    return values
  }
}
