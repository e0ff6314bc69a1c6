import Synchronization

/// A reproducible generator (xoshiro256++, Blackman and Vigna 2019), seeded through SplitMix64.
/// For simulation and lotteries whose seed is committed; never for keys or tokens.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// A generator whose whole output follows from `seed`.
  public init(seed: UInt64) {
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var z = mixer
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    state = (next(), next(), next(), next())
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotate(state.0 &+ state.3, 23) &+ state.0
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = rotate(state.3, 45)
    return result
  }

  /// A uniform number in 0 ..< 1, with 53 bits.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A uniform integer in 0 ..< bound; the bias is below 2⁻⁶⁴ × bound.
  public mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// True with this probability.
  public mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// An independent generator for a named part, so that adding draws to one part leaves the
  /// others unchanged.
  public func fork(_ name: String) -> SeededRandom {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return SeededRandom(seed: hash ^ state.0)
  }
}

/// Where unpredictable bytes come from: the system in production, a seed in simulation.
public protocol RandomSource: Sendable {
  /// Fresh random bytes.
  func bytes(_ count: Int) -> [UInt8]
}

/// Reproducible bytes for simulation and tests.
public final class SeededBytes: RandomSource {
  private let generator: Mutex<SeededRandom>

  /// A source whose whole output follows from `seed`.
  public init(seed: UInt64) { generator = Mutex(SeededRandom(seed: seed)) }

  /// The next `count` bytes; what is left of the last eight drawn is dropped.
  public func bytes(_ count: Int) -> [UInt8] {
    generator.withLock { random in
      var out: [UInt8] = []
      out.reserveCapacity(count + 8)
      while out.count < count {
        withUnsafeBytes(of: random.next()) { out.append(contentsOf: $0) }
      }
      out.removeLast(out.count - count)
      return out
    }
  }
}
