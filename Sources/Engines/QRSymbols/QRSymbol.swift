import Commons

/// A QR code symbol (ISO/IEC 18004:2024), dark and light modules without the margin.
public struct QRSymbol: Hashable, Sendable {
  /// The version, from 1 to 40.
  public let version: Int
  /// Modules on a side.
  public let side: Int
  /// Whether a module is dark, row by row.
  public let modules: [Bool]

  /// Light modules that must surround a symbol.
  public static let margin = 4

  /// The smallest symbol that holds a text.
  ///
  /// - Throws: ``Problem`` 422 `qr-too-long` if none does.
  public init(_ text: String, correction level: QRCorrection = .low) throws(Problem) {
    let data = QRData(text)
    guard
      let version = (1...40).first(where: {
        data.bitCount($0) <= 8 * QRCapacity.dataWords($0, level)
      })
    else {
      throw .refused(
        "qr-too-long",
        Phrase("内容过长，二维码容纳不下。", en: "The text is too long for a QR code."))
    }
    let words = QRSymbol.interleaved(data.words(version, level), version, level)
    var best: (grid: QRGrid, penalty: Int)?
    for mask in 0..<8 {
      var grid = QRGrid(version: version)
      grid.place(words)
      grid.apply(mask: mask)
      grid.writeFormat(level, mask: mask)
      let penalty = grid.penalty
      if penalty < best?.penalty ?? .max { best = (grid, penalty) }
    }
    self.version = version
    side = QRCapacity.side(version)
    modules = best!.grid.dark
  }

  /// Whether a module is dark.
  public subscript(row: Int, column: Int) -> Bool { modules[row * side + column] }

  /// The dark modules as a path of SVG in units of a module, the margin included: a run of modules in a
  /// row is one rectangle.
  public var path: String {
    var out = ""
    for row in 0..<side {
      var column = 0
      while column < side {
        guard self[row, column] else {
          column += 1
          continue
        }
        let start = column
        while column < side, self[row, column] { column += 1 }
        let (x, y) = (start + QRSymbol.margin, row + QRSymbol.margin)
        out += "M\(x) \(y)h\(column - start)v1h-\(column - start)z"
      }
    }
    return out
  }

  /// Data in blocks, each with its correction, word by word from all blocks in turn (§7.6).
  private static func interleaved(
    _ data: [UInt8], _ version: Int, _ level: QRCorrection
  ) -> [UInt8] {
    let count = QRCapacity.blocks(version, level)
    let solomon = ReedSolomon(count: QRCapacity.correctionWords(version, level))
    let short = data.count / count
    let longBlocks = data.count % count
    var blocks: [ArraySlice<UInt8>] = []
    var next = 0
    for index in 0..<count {
      let length = short + (index < count - longBlocks ? 0 : 1)
      blocks.append(data[next..<(next + length)])
      next += length
    }
    var out: [UInt8] = []
    for place in 0...short {
      for block in blocks where place < block.count { out.append(block[block.startIndex + place]) }
    }
    let corrections = blocks.map { solomon.correction(of: $0) }
    for place in 0..<corrections[0].count {
      for correction in corrections { out.append(correction[place]) }
    }
    return out
  }
}

/// A text as the bits of one segment: alphanumeric where its characters allow, else bytes of UTF-8 (§7.4).
struct QRData {
  private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)
  private let bytes: [UInt8]
  /// The place of each character in the alphabet; nil where one has none.
  private let codes: [Int]?

  init(_ text: String) {
    bytes = Array(text.utf8)
    let found = bytes.map { byte in QRData.alphabet.firstIndex(of: byte) }
    codes = found.contains(nil) ? nil : found.compactMap { $0 }
  }

  private func countBits(_ version: Int) -> Int {
    let group = version < 10 ? 0 : version < 27 ? 1 : 2
    return (codes == nil ? [8, 16, 16] : [9, 11, 13])[group]
  }

  func bitCount(_ version: Int) -> Int {
    let content = codes.map { 11 * ($0.count / 2) + 6 * ($0.count % 2) } ?? 8 * bytes.count
    return 4 + countBits(version) + content
  }

  /// The data codewords, filled up with pad words (§7.4.10).
  func words(_ version: Int, _ level: QRCorrection) -> [UInt8] {
    var bits: [Bool] = []
    func put(_ value: Int, _ count: Int) {
      for bit in (0..<count).reversed() { bits.append(value >> bit & 1 == 1) }
    }
    put(codes == nil ? 0b0100 : 0b0010, 4)
    put(codes?.count ?? bytes.count, countBits(version))
    if let codes {
      for start in stride(from: 0, to: codes.count, by: 2) {
        start + 1 < codes.count
          ? put(codes[start] * 45 + codes[start + 1], 11) : put(codes[start], 6)
      }
    } else {
      for byte in bytes { put(Int(byte), 8) }
    }
    let count = QRCapacity.dataWords(version, level)
    put(0, min(4, 8 * count - bits.count))
    put(0, (8 - bits.count % 8) % 8)
    var out = stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
    }
    for index in 0..<(count - out.count) { out.append(index % 2 == 0 ? 0xEC : 0x11) }
    return out
  }
}
