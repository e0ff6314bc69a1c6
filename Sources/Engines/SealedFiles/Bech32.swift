/// The text form of age keys: Bech32 (BIP 173) without its limit of 90 characters.
enum Bech32 {
  private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

  /// `prefix`, a 1, the bytes and a checksum of six characters, in lower case.
  static func encode(_ bytes: [UInt8], prefix: String) -> String {
    let data = regroup(bytes, from: 8, to: 5, pads: true) ?? []
    let code = checksum(expand(prefix) + data + [0, 0, 0, 0, 0, 0]) ^ 1
    let tail = (0..<6).map { UInt8(code >> UInt32(5 * (5 - $0)) & 31) }
    return prefix + "1"
      + String(decoding: (data + tail).map { alphabet[Int($0)] }, as: UTF8.self)
  }

  /// The bytes behind `prefix`, in one case; nil for a wrong checksum, prefix or character.
  static func decode(_ text: String, prefix: String) -> [UInt8]? {
    let lower = text.lowercased()
    guard lower == text || text.uppercased() == text, lower.hasPrefix(prefix + "1") else {
      return nil
    }
    let values = lower.utf8.dropFirst(prefix.utf8.count + 1).map { alphabet.firstIndex(of: $0) }
    guard values.count >= 6, !values.contains(nil) else { return nil }
    let data = values.compactMap { $0.map(UInt8.init) }
    guard checksum(expand(prefix) + data) == 1 else { return nil }
    return regroup(data.dropLast(6), from: 5, to: 8, pads: false)
  }

  private static func expand(_ prefix: String) -> [UInt8] {
    prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
  }

  private static func checksum(_ values: [UInt8]) -> UInt32 {
    let generators: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
    return values.reduce(1) { sum, value in
      let top = sum >> 25
      let next = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
      return (0..<5).reduce(next) { top >> UInt32($1) & 1 == 1 ? $0 ^ generators[$1] : $0 }
    }
  }

  private static func regroup(
    _ bytes: some Sequence<UInt8>, from: Int, to: Int, pads: Bool
  ) -> [UInt8]? {
    var out: [UInt8] = []
    var buffer: UInt32 = 0
    var bits = 0
    for byte in bytes {
      buffer = (buffer << UInt32(from) | UInt32(byte)) & 0xFFFFF
      bits += from
      while bits >= to {
        bits -= to
        out.append(UInt8(buffer >> UInt32(bits) & (1 << UInt32(to) - 1)))
      }
    }
    let rest = buffer & (1 << UInt32(bits) - 1)
    if pads {
      if bits > 0 { out.append(UInt8(rest << UInt32(to - bits))) }
    } else if bits >= from || rest != 0 {
      return nil
    }
    return out
  }
}
