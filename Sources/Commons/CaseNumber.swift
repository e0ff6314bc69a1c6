/// The number by which people know a case: measure, year, serial and a check character, such as
/// `21-2026-0001234-K`.
///
/// The serial is the case's 64-bit key, leased to nodes in blocks: numbers are unique, ascending in
/// the main, and may have gaps. The check character is ISO/IEC 7064 MOD 37,36 over measure, year
/// and serial: it finds every single wrong character and every transposition of neighbours.
public struct CaseNumber: Hashable, Sendable {
  /// The measure, 1–22.
  public let measure: Int
  /// The year in which the case was opened.
  public let year: Int
  /// The case's key.
  public let serial: Int64

  /// A number from its parts.
  public init(measure: Int, year: Int, serial: Int64) {
    self.measure = measure
    self.year = year
    self.serial = serial
  }

  /// Reads a number in either case, with or without hyphens; nil if the check character is wrong.
  public init?(_ text: some StringProtocol) {
    let characters = text.utf8.filter { $0 != 0x2D && $0 != 0x20 }
    guard (14...26).contains(characters.count), let check = characters.last,
      let measure = decimal(characters[0..<2]), (1...22).contains(measure),
      let year = decimal(characters[2..<6]), year >= 1900,
      let serial = decimal(characters[6..<(characters.count - 1)]), serial > 0,
      CaseNumber.checkCharacter(characters.dropLast()) == (check >= 0x61 ? check - 32 : check)
    else { return nil }
    self.init(measure: measure, year: year, serial: Int64(serial))
  }

  /// ISO/IEC 7064 MOD 37,36 over digits and capital letters.
  static func checkCharacter(_ characters: some Sequence<UInt8>) -> UInt8? {
    var p = 36
    for character in characters {
      guard let value = value(character) else { return nil }
      var s = (p + value) % 36
      if s == 0 { s = 36 }
      p = s * 2 % 37
    }
    let check = (37 - p) % 36
    return check < 10 ? 0x30 + UInt8(check) : 0x41 + UInt8(check - 10)
  }

  private static func value(_ character: UInt8) -> Int? {
    switch character {
    case 0x30...0x39: Int(character - 0x30)
    case 0x41...0x5A: Int(character - 0x41) + 10
    case 0x61...0x7A: Int(character - 0x61) + 10
    default: nil
    }
  }
}

extension CaseNumber: CustomStringConvertible {
  /// `MM-YYYY-SSSSSSS-C`, the serial with at least seven digits.
  public var description: String {
    let body = padded(measure, 2) + padded(year, 4) + padded(serial, 7)
    let check = CaseNumber.checkCharacter(body.utf8) ?? 0x3F
    let letter = String(decoding: [check], as: UTF8.self)
    return "\(padded(measure, 2))-\(padded(year, 4))-\(padded(serial, 7))-\(letter)"
  }
}
