/// The hash SM3 (GB/T 32905-2016): 32 bytes over any number of them.
public struct SM3: Sendable {
  private var state: [UInt32] = SM3.start
  private var block: [UInt8] = []
  private var length: UInt64 = 0

  private static let start: [UInt32] = [
    0x7380_166F, 0x4914_B2B9, 0x1724_42D7, 0xDA8A_0600, 0xA96F_30BC, 0x1631_38AA, 0xE38D_EE4D,
    0xB0FB_0E4E,
  ]

  /// A hash over nothing yet.
  public init() {}

  /// The hash of parts, one after the other.
  public static func hash(_ parts: [UInt8]...) -> [UInt8] {
    var hash = SM3()
    for part in parts { hash.update(part) }
    return hash.finalize()
  }

  /// Takes more bytes.
  public mutating func update(_ bytes: [UInt8]) {
    length += UInt64(bytes.count)
    bytes.withUnsafeBufferPointer { bytes in
      var next = 0
      if !block.isEmpty {
        next = min(64 - block.count, bytes.count)
        block.append(contentsOf: bytes[..<next])
        guard block.count == 64 else { return }
        block.withUnsafeBufferPointer { SM3.compress(&state, $0.baseAddress!) }
        block.removeAll(keepingCapacity: true)
      }
      while bytes.count - next >= 64 {
        SM3.compress(&state, bytes.baseAddress! + next)
        next += 64
      }
      block.append(contentsOf: bytes[next...])
    }
  }

  /// The hash of all that was taken.
  public consuming func finalize() -> [UInt8] {
    var end: [UInt8] = [0x80]
    end += [UInt8](repeating: 0, count: (119 - block.count) % 64)
    let bits = length &* 8
    end += (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) }
    update(end)
    return state.flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) }
    }
  }

  @inline(__always)
  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }

  /// The constants T_j, turned left by j as the rounds use them.
  private static let turned: [UInt32] = (0..<64).map { round in
    let constant: UInt32 = round < 16 ? 0x79CC_4519 : 0x7A87_9D8A
    let count = UInt32(round % 32)
    return count == 0 ? constant : rotated(constant, count)
  }

  /// The compression function CF (clause 5.3.3) over a block of 64 bytes.
  private static func compress(_ state: inout [UInt32], _ block: UnsafePointer<UInt8>) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 68) { words in
      for index in 0..<16 {
        words[index] = UInt32(
          bigEndian: UnsafeRawPointer(block).loadUnaligned(
            fromByteOffset: 4 * index, as: UInt32.self))
      }
      for index in 16..<68 {
        let mixed = words[index - 16] ^ words[index - 9] ^ rotated(words[index - 3], 15)
        words[index] =
          mixed ^ rotated(mixed, 15) ^ rotated(mixed, 23) ^ rotated(words[index - 13], 7)
          ^ words[index - 6]
      }
      rounds(&state, words)
    }
  }

  private static func rounds(
    _ state: inout [UInt32], _ words: UnsafeMutableBufferPointer<UInt32>
  ) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    turned.withUnsafeBufferPointer { turned in
      for round in 0..<64 {
        let turn = rotated(a, 12)
        let first = rotated(turn &+ e &+ turned[round], 7)
        let second = first ^ turn
        let isEarly = round < 16
        let ff = isEarly ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
        let gg = isEarly ? e ^ f ^ g : (e & f) | (~e & g)
        let left = ff &+ d &+ second &+ (words[round] ^ words[round + 4])
        let right = gg &+ h &+ first &+ words[round]
        (d, c, b, a) = (c, rotated(b, 9), a, left)
        (h, g, f, e) = (g, rotated(f, 19), e, right ^ rotated(right, 9) ^ rotated(right, 17))
      }
    }
    state[0] ^= a
    state[1] ^= b
    state[2] ^= c
    state[3] ^= d
    state[4] ^= e
    state[5] ^= f
    state[6] ^= g
    state[7] ^= h
  }
}
