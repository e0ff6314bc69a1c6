/// How much error correction a symbol carries (ISO/IEC 18004:2024 table 9).
public enum QRCorrection: Int, Hashable, Sendable {
  /// About 7 % of the codewords can be restored.
  case low = 1
  /// About 15 %.
  case medium = 0
}

/// Sizes and capacities of the 40 versions of a symbol.
enum QRCapacity {
  /// Codewords of error correction in a block, by version from 1.
  private static let correctionWords: [QRCorrection: [Int]] = [
    .low: [
      7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30,
      26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    .medium: [
      10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28,
      28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    ],
  ]
  /// Blocks, by version from 1.
  private static let blockCounts: [QRCorrection: [Int]] = [
    .low: [
      1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14,
      15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
    ],
    .medium: [
      1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25,
      26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
    ],
  ]

  static func correctionWords(_ version: Int, _ level: QRCorrection) -> Int {
    correctionWords[level]![version - 1]
  }
  static func blocks(_ version: Int, _ level: QRCorrection) -> Int {
    blockCounts[level]![version - 1]
  }

  /// Modules on a side.
  static func side(_ version: Int) -> Int { 17 + 4 * version }

  /// The middles of alignment patterns, in rows and columns (annex E).
  static func alignment(_ version: Int) -> [Int] {
    guard version > 1 else { return [] }
    let count = version / 7 + 2
    let last = side(version) - 7
    // Even steps from the far end; the first one takes what is left over.
    let gap = count == 2 ? 0 : ((last - 6) + (count - 1) - 1) / (count - 1)
    let step = version == 32 ? 26 : gap + gap % 2
    return [6] + (1..<count).map { last - (count - 1 - $0) * step }
  }

  /// Codewords in a symbol: all modules that no pattern takes, in eights.
  static func words(_ version: Int) -> Int {
    let side = side(version)
    let centres = alignment(version).count
    // Three finders with their margins, two timing lines, two copies of the format and the dark module.
    var taken = 3 * 64 + 2 * (side - 16) + 31
    if centres > 0 {
      let patterns = centres * centres - 3
      // Those on the timing lines share five modules with them.
      taken += 25 * patterns - 2 * 5 * (centres - 2)
    }
    if version >= 7 { taken += 36 }
    return (side * side - taken) / 8
  }

  /// Codewords left for data.
  static func dataWords(_ version: Int, _ level: QRCorrection) -> Int {
    words(version) - correctionWords(version, level) * blocks(version, level)
  }
}
