/// The sum that stands in the last eight bytes of every page of a database file: what a disk, a
/// cable or a file system has changed is found when the page is read, and never served.
///
/// Not a defence against somebody who writes pages on purpose: for that rows carry marks and acts
/// stand in the log.
enum PageSum {
  /// Bytes at the end of a page that hold the sum.
  static let bytes = 8

  private static let first: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

  /// The sum over a page without its last eight bytes, and over where in the file it lies, so that a
  /// page at the wrong place is found too. Four lanes of multiply and rotate, as processors like it.
  static func of(_ page: UnsafeRawBufferPointer, at offset: Int64) -> UInt64 {
    let words = (page.count - bytes) / 8
    var lanes = SIMD4<UInt64>(first &+ second, second, 0, 0 &- first)
    var word = 0
    while word + 4 <= words {
      let next = page.loadUnaligned(fromByteOffset: word * 8, as: SIMD4<UInt64>.self)
      lanes = turned(lanes &+ next &* second, by: 31) &* first
      word += 4
    }
    var sum = UInt64(bitPattern: offset) ^ first
    for lane in 0..<4 { sum = mixed(sum ^ lanes[lane]) }
    while word < words {
      sum = mixed(sum ^ page.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))
      word += 1
    }
    return sum ^ sum >> 29
  }

  /// Whether a page holds its sum. A page of nothing but zeros was never written; no structure of the
  /// database looks like that, so nothing can be read from it.
  static func holds(_ page: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
    let found = page.loadUnaligned(fromByteOffset: page.count - bytes, as: UInt64.self)
    return UInt64(littleEndian: found) == of(page, at: offset)
      || (found == 0 && page.allSatisfy { $0 == 0 })
  }

  /// Writes a page's sum into its last eight bytes.
  static func write(into page: UnsafeMutableRawBufferPointer, at offset: Int64) {
    let sum = of(UnsafeRawBufferPointer(page), at: offset)
    page.storeBytes(of: sum.littleEndian, toByteOffset: page.count - bytes, as: UInt64.self)
  }

  private static func turned(_ lanes: SIMD4<UInt64>, by bits: UInt64) -> SIMD4<UInt64> {
    lanes &<< SIMD4(repeating: bits) | lanes &>> SIMD4(repeating: 64 - bits)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value &* second
    return (product << 27 | product >> 37) &* first
  }
}
