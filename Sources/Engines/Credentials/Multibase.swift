import Commons

/// Base-58 of Bitcoin's alphabet, and the two multibase forms that credentials use (W3C Controlled
/// Identifiers 1.0 §2.4).
public enum Multibase {
  private static let alphabet = Array(
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
  /// Longest text that is read as base-58: the work grows with the square of the length.
  private static let limit = 1024

  /// `z` and base-58.
  public static func base58(_ bytes: [UInt8]) -> String {
    var digits: [UInt8] = []
    for byte in bytes {
      var carry = Int(byte)
      for place in digits.indices {
        carry += Int(digits[place]) << 8
        digits[place] = UInt8(carry % 58)
        carry /= 58
      }
      while carry > 0 {
        digits.append(UInt8(carry % 58))
        carry /= 58
      }
    }
    let zeros = bytes.prefix { $0 == 0 }.count
    let text =
      [UInt8](repeating: alphabet[0], count: zeros) + digits.reversed().map { alphabet[Int($0)] }
    return "z" + String(decoding: text, as: UTF8.self)
  }

  /// `u` and base64url without padding.
  public static func base64url(_ bytes: [UInt8]) -> String { "u" + Base64.encode(bytes, url: true) }

  /// The bytes of either form; nil for another prefix or a wrong character.
  public static func decode(_ text: String) -> [UInt8]? {
    switch text.first {
    case "u": return Base64.decode(text.dropFirst(), url: true)
    case "z":
      guard text.utf8.count <= limit else { return nil }
      return decode58(Array(text.utf8.dropFirst()))
    default: return nil
    }
  }

  private static func decode58(_ characters: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    for character in characters {
      guard var carry = alphabet.firstIndex(of: character) else { return nil }
      for place in bytes.indices {
        carry += Int(bytes[place]) * 58
        bytes[place] = UInt8(carry & 0xFF)
        carry >>= 8
      }
      while carry > 0 {
        bytes.append(UInt8(carry & 0xFF))
        carry >>= 8
      }
    }
    let zeros = characters.prefix { $0 == alphabet[0] }.count
    return [UInt8](repeating: 0, count: zeros) + bytes.reversed()
  }
}

/// Base 45 (RFC 9285): the densest text of the characters that a QR code packs.
public enum Base45 {
  private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)

  /// Three characters for two bytes, two for a last one.
  public static func encode(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count * 3 / 2 + 2)
    for start in stride(from: 0, to: bytes.count, by: 2) {
      let isPair = start + 1 < bytes.count
      var value = isPair ? Int(bytes[start]) << 8 | Int(bytes[start + 1]) : Int(bytes[start])
      for _ in 0..<(isPair ? 3 : 2) {
        out.append(alphabet[value % 45])
        value /= 45
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes; nil for another character, a wrong length or a group that is too large.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var digits: [Int] = []
    for byte in text.utf8 {
      guard let digit = alphabet.firstIndex(of: byte) else { return nil }
      digits.append(digit)
    }
    var out: [UInt8] = []
    for start in stride(from: 0, to: digits.count, by: 3) {
      let group = digits[start..<min(start + 3, digits.count)]
      let value = group.reversed().reduce(0) { $0 * 45 + $1 }
      switch group.count {
      case 3 where value <= 0xFFFF: out += [UInt8(value >> 8), UInt8(value & 0xFF)]
      case 2 where value <= 0xFF: out.append(UInt8(value))
      default: return nil
      }
    }
    return out
  }
}
