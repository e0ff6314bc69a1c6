import Crypto

/// A SHA-256 value (FIPS 180-4), 32 bytes.
public struct Digest: Hashable, Sendable {
  /// The four 64-bit words, big-endian; an inline form keeps trees of digests free of allocations.
  private let a, b, c, d: UInt64

  /// Reads 32 bytes.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for (index, byte) in bytes.enumerated() {
      switch index >> 3 {
      case 0: words.0 = words.0 << 8 | UInt64(byte)
      case 1: words.1 = words.1 << 8 | UInt64(byte)
      case 2: words.2 = words.2 << 8 | UInt64(byte)
      default: words.3 = words.3 << 8 | UInt64(byte)
      }
    }
    (a, b, c, d) = words
  }

  private init(_ digest: SHA256.Digest) {
    (a, b, c, d) = digest.withUnsafeBytes { raw in
      (
        UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
        UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
        UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
      )
    }
  }

  /// SHA-256 of bytes.
  public static func of(_ bytes: [UInt8]) -> Digest {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Digest(hash.finalize())
  }

  /// SHA-256 of the concatenation of parts.
  public static func of(_ parts: [UInt8]...) -> Digest {
    var hash = SHA256()
    for part in parts { part.withUnsafeBytes { hash.update(bufferPointer: $0) } }
    return Digest(hash.finalize())
  }

  /// SHA-256 of bytes that come piece by piece, such as those of a long file.
  public struct Builder {
    private var hash = SHA256()
    /// Nothing yet.
    public init() {}
    /// Takes in the next bytes.
    public mutating func update(_ bytes: [UInt8]) {
      bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    /// The digest of all of them.
    public func finish() -> Digest { Digest(hash.finalize()) }
  }

  /// SHA-256 of the UTF-8 bytes of text.
  public static func of(_ text: String) -> Digest { of(Array(text.utf8)) }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      var index = 0
      for word in [a, b, c, d] {
        for shift in stride(from: 56, through: 0, by: -8) {
          buffer[index] = UInt8(truncatingIfNeeded: word >> UInt64(shift))
          index += 1
        }
      }
      count = 32
    }
  }

  /// The first 64 bits as a signed integer, for use as a key of 64 bits.
  public var prefix64: Int64 { Int64(bitPattern: a) }
  /// Lower-case hexadecimal.
  public var hex: String { Hex.encode(bytes) }
  /// Standard base64 with padding (RFC 4648 §4).
  public var base64: String { Base64.encode(bytes) }
}

extension Digest: CustomStringConvertible {
  /// Lower-case hexadecimal.
  public var description: String { hex }
}

/// Keyed hashing (HMAC-SHA-256, RFC 2104).
public enum MAC {
  /// HMAC-SHA-256 of a message, 32 bytes.
  public static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }
}

/// Compares secrets in time that depends on their length only.
public func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  guard a.count == b.count else { return false }
  var difference: UInt8 = 0
  for index in a.indices { difference |= a[index] ^ b[index] }
  return difference == 0
}

/// Hexadecimal (RFC 4648 §8), lower case when written.
public enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  /// Two characters a byte.
  @_specialize(where Bytes == [UInt8])
  public static func encode<Bytes: Sequence<UInt8>>(_ bytes: Bytes) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(2 * bytes.underestimatedCount)
    write(bytes, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends two characters a byte.
  @_specialize(where Bytes == [UInt8])
  public static func write<Bytes: Sequence<UInt8>>(_ bytes: Bytes, to out: inout [UInt8]) {
    digits.withUnsafeBufferPointer { digits in
      for byte in bytes {
        out.append(digits[Int(byte >> 4)])
        out.append(digits[Int(byte & 15)])
      }
    }
  }

  /// Reads either case; nil for an odd length or a stranger.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 2) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(characters.count / 2)
    for index in stride(from: 0, to: characters.count, by: 2) {
      guard let high = value(characters[index]), let low = value(characters[index + 1]) else {
        return nil
      }
      out.append(high << 4 | low)
    }
    return out
  }

  /// The value of one hexadecimal digit.
  public static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x41 + 10
    case 0x61...0x66: character - 0x61 + 10
    default: nil
    }
  }
}

/// Base64 (RFC 4648 §4, §5): strict when read.
public enum Base64 {
  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let url = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Standard alphabet with padding, or the URL alphabet without.
  public static func encode(_ bytes: [UInt8], url isURL: Bool = false) -> String {
    let alphabet = isURL ? url : standard
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let b0 = UInt32(bytes[index])
      let b1 = left > 1 ? UInt32(bytes[index + 1]) : 0
      let b2 = left > 2 ? UInt32(bytes[index + 2]) : 0
      let group = b0 << 16 | b1 << 8 | b2
      out.append(alphabet[Int(group >> 18)])
      out.append(alphabet[Int(group >> 12 & 63)])
      if left > 1 { out.append(alphabet[Int(group >> 6 & 63)]) } else if !isURL { out.append(0x3D) }
      if left > 2 { out.append(alphabet[Int(group & 63)]) } else if !isURL { out.append(0x3D) }
      index += 3
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Reads one canonical encoding; nil for a stranger, a wrong length or padding, or stray bits.
  public static func decode(_ text: some StringProtocol, url isURL: Bool = false) -> [UInt8]? {
    var characters = Array(text.utf8)
    if !isURL {
      guard characters.count.isMultiple(of: 4) else { return nil }
      if characters.last == 0x3D { characters.removeLast() }
      if characters.last == 0x3D, characters.count % 4 == 3 { characters.removeLast() }
    }
    guard characters.count % 4 != 1 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(characters.count * 3 / 4)
    var buffer: UInt32 = 0
    var bits = 0
    for character in characters {
      guard let value = value(character, isURL) else { return nil }
      buffer = buffer << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
      }
    }
    return buffer & (1 << UInt32(bits) - 1) == 0 ? out : nil
  }

  private static func value(_ c: UInt8, _ isURL: Bool) -> UInt32? {
    switch c {
    case 0x41...0x5A: UInt32(c - 0x41)
    case 0x61...0x7A: UInt32(c - 0x61 + 26)
    case 0x30...0x39: UInt32(c - 0x30 + 52)
    case isURL ? 0x2D : 0x2B: 62
    case isURL ? 0x5F : 0x2F: 63
    default: nil
    }
  }
}
