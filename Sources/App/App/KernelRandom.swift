import Commons
import Glibc

/// The kernel's generator, drawn in pools: one system call for four kilobytes instead of one for
/// every eight bytes, of which an act with its keys, salt and nonces needs a dozen.
public final class KernelRandom: RandomSource {
  private struct Pool {
    var bytes = [UInt8](repeating: 0, count: KernelRandom.size)
    var next = KernelRandom.size
  }

  private static let size = 4096
  private let pool = Locked(Pool())

  /// A source with a pool of its own.
  public init() {}

  /// Bytes of `getentropy`, never handed out twice; ends the process if the kernel gives none.
  public func bytes(_ count: Int) -> [UInt8] {
    guard count <= KernelRandom.size else { return KernelRandom.draw(count) }
    return pool.withLock { pool in
      if pool.next + count > KernelRandom.size {
        pool.bytes = KernelRandom.draw(KernelRandom.size)
        pool.next = 0
      }
      let taken = Array(pool.bytes[pool.next..<(pool.next + count)])
      // What was handed out does not stay behind in memory.
      for index in pool.next..<(pool.next + count) { pool.bytes[index] = 0 }
      pool.next += count
      return taken
    }
  }

  private static func draw(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        // getentropy gives at most 256 bytes at a time and never fewer than asked for.
        let part = min(256, count - filled)
        guard let base = buffer.baseAddress, getentropy(base + filled, part) == 0 else {
          fatalError("the kernel gives no random bytes")
        }
        filled += part
      }
    }
  }
}
