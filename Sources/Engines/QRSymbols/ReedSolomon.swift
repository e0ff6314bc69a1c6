/// Error correction codewords over GF(2⁸) with x⁸ + x⁴ + x³ + x² + 1 (ISO/IEC 18004 §7.5).
struct ReedSolomon {
  private static let tables: (exponents: [UInt8], logarithms: [Int]) = {
    var exponents = [UInt8](repeating: 0, count: 512)
    var logarithms = [Int](repeating: 0, count: 256)
    var value = 1
    for power in 0..<255 {
      exponents[power] = UInt8(value)
      exponents[power + 255] = UInt8(value)
      logarithms[value] = power
      value <<= 1
      if value > 255 { value ^= 0x11D }
    }
    return (exponents, logarithms)
  }()

  static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
    guard a != 0, b != 0 else { return 0 }
    return tables.exponents[tables.logarithms[Int(a)] + tables.logarithms[Int(b)]]
  }

  /// The generator polynomial without its leading one, the highest power first.
  private let generator: [UInt8]

  init(count: Int) {
    var generator: [UInt8] = [1]
    for power in 0..<count {
      var next = generator + [0]
      for (place, factor) in generator.enumerated() {
        next[place + 1] ^= ReedSolomon.product(factor, ReedSolomon.tables.exponents[power])
      }
      generator = next
    }
    self.generator = Array(generator.dropFirst())
  }

  /// The remainder of the data, moved up, by the generator.
  func correction(of data: ArraySlice<UInt8>) -> [UInt8] {
    var rest = [UInt8](repeating: 0, count: generator.count)
    for byte in data {
      let factor = byte ^ rest[0]
      rest.removeFirst()
      rest.append(0)
      for place in rest.indices { rest[place] ^= ReedSolomon.product(generator[place], factor) }
    }
    return rest
  }
}
