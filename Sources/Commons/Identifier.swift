/// A public identifier of one kind of thing: a UUID version 7 (RFC 9562), 128 bits, written as 26
/// characters of Crockford base32 so that it can be read out and double-clicked.
///
/// The kind is a phantom type: an `ID<Attachment>` cannot be passed where an `ID<Account>` is
/// asked for. A UUIDv7 shows its creation time; public links use a separate random token.
public struct ID<Kind>: Hashable, Sendable, Comparable {
  /// The upper and lower 64 bits, big-endian order.
  public let high: UInt64
  /// The lower 64 bits.
  public let low: UInt64

  /// An identifier from its two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A new identifier: 48 bits of Unix milliseconds, then 74 random bits.
  public init(at moment: Instant, random: some RandomSource) {
    let bytes = random.bytes(16)
    let milliseconds = UInt64(max(0, moment.microseconds / 1000)) & 0xFFFF_FFFF_FFFF
    let a = UInt64(bytes[0]) << 8 | UInt64(bytes[1])
    var b: UInt64 = 0
    for byte in bytes[2..<10] { b = b << 8 | UInt64(byte) }
    high = milliseconds << 16 | 0x7000 | (a & 0x0FFF)
    low = 0x8000_0000_0000_0000 | (b & 0x3FFF_FFFF_FFFF_FFFF)
  }

  /// Reads 16 bytes.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var halves: (UInt64, UInt64) = (0, 0)
    for (index, byte) in bytes.enumerated() {
      if index < 8 {
        halves.0 = halves.0 << 8 | UInt64(byte)
      } else {
        halves.1 = halves.1 << 8 | UInt64(byte)
      }
    }
    (high, low) = halves
  }

  /// Reads 26 characters of Crockford base32, either case; `O` reads as 0, `I` and `L` as 1.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count == 26 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for (index, byte) in text.utf8.enumerated() {
      guard let value = Base32.value(byte), index > 0 || value < 8 else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(value)
    }
    self.high = high
    self.low = low
  }

  /// The 16 bytes, big-endian.
  public var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
  }

  /// By all 128 bits, so that identifiers stand in the order of their creation, to the millisecond.
  public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension ID: CustomStringConvertible {
  /// 26 characters of Crockford base32.
  public var description: String {
    var characters = [UInt8](repeating: 0, count: 26)
    var (h, l) = (high, low)
    for index in stride(from: 25, through: 0, by: -1) {
      characters[index] = Base32.alphabet[Int(l & 31)]
      l = l >> 5 | h << 59
      h >>= 5
    }
    return String(decoding: characters, as: UTF8.self)
  }
}

/// Crockford base32: no I, L, O, U; case-insensitive; look-alikes are read as digits.
public enum Base32 {
  /// The 32 characters in order of value.
  public static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  private static let values: [Int8] = {
    var table = [Int8](repeating: -1, count: 256)
    for (value, character) in alphabet.enumerated() {
      table[Int(character)] = Int8(value)
      if character >= 0x41 { table[Int(character) + 32] = Int8(value) }
    }
    for (character, value) in [("O", 0), ("o", 0), ("I", 1), ("i", 1), ("L", 1), ("l", 1)] {
      table[Int(character.utf8.first!)] = Int8(value)
    }
    return table
  }()

  /// The value of one character, or nil if it is none of the alphabet.
  public static func value(_ character: UInt8) -> Int? {
    let value = values[Int(character)]
    return value < 0 ? nil : Int(value)
  }

  /// Writes bytes, five bits a character, the last one padded with zero bits.
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var out: [UInt8] = []
    var buffer: UInt32 = 0
    var bits = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        out.append(alphabet[Int(buffer >> UInt32(bits)) & 31])
      }
    }
    if bits > 0 { out.append(alphabet[Int(buffer << UInt32(5 - bits)) & 31]) }
    return String(decoding: out, as: UTF8.self)
  }
}
