import CSHA256
import Commons

/// Hashes many leaves or nodes of a tree of RFC 6962 §2.1 in one call. All ways give the same hashes
/// (SHA-256, FIPS 180-4); they differ in speed.
public struct TreeHasher: Hashable, Sendable {
  /// How the hashes are computed.
  public enum Path: String, CaseIterable, Sendable {
    /// A call of swift-crypto for each hash.
    case library
    /// Plain C, for every processor.
    case portable
    /// The processor's SHA-256 instructions, two hashes interleaved.
    case hardware
  }

  /// The way taken.
  public let path: Path

  /// A hasher that goes a certain way; nil where the processor cannot.
  public init?(_ path: Path) {
    guard path != .hardware || tequ_sha256_has_hardware() != 0 else { return nil }
    self.path = path
  }

  /// The quickest way on this machine: the library has instructions of its own where ours are missing.
  public static let best = TreeHasher(.hardware) ?? TreeHasher(.library)!

  /// SHA-256(0x01 ‖ left ‖ right) of hashes that lie in pairs one after the other, 64 bytes a pair; the
  /// answer has 32 bytes a pair. Bytes after the last whole pair are not looked at.
  public func nodes(_ pairs: [UInt8]) -> [UInt8] {
    let count = pairs.count / 64
    return [UInt8](unsafeUninitializedCapacity: 32 * count) { out, written in
      pairs.withUnsafeBufferPointer { nodes($0, count, into: out) }
      written = 32 * count
    }
  }

  /// The same in place where `out` is the buffer of the pairs.
  func nodes(
    _ pairs: UnsafeBufferPointer<UInt8>, _ count: Int, into out: UnsafeMutableBufferPointer<UInt8>
  ) {
    guard count > 0, let from = pairs.baseAddress, let to = out.baseAddress else { return }
    guard path == .library else {
      return tequ_sha256_nodes(path == .hardware ? 1 : 0, from, count, to)
    }
    for index in 0..<count {
      let pair = [1] + UnsafeBufferPointer(start: from + 64 * index, count: 64)
      _ = UnsafeMutableBufferPointer(start: to + 32 * index, count: 32)
        .update(from: Digest.of(pair).bytes)
    }
  }

  /// The same of pairs at an address.
  func nodes(
    _ pairs: UnsafeRawPointer, _ count: Int, into out: UnsafeMutableRawPointer
  ) {
    nodes(
      UnsafeBufferPointer(start: pairs.assumingMemoryBound(to: UInt8.self), count: 64 * count),
      count,
      into: UnsafeMutableBufferPointer(
        start: out.assumingMemoryBound(to: UInt8.self), count: 32 * count))
  }

  /// SHA-256(0x00 ‖ entry) of entries that lie one after the other; entry i ends before `ends[i]` and
  /// the next begins there. The answer has 32 bytes an entry. `ends` must not fall and must stay within
  /// the bytes.
  public func leaves(_ bytes: [UInt8], ends: [Int64]) -> [UInt8] {
    var last: Int64 = 0
    for end in ends {
      precondition(end >= last && end <= Int64(bytes.count), "ends must rise within the bytes")
      last = end
    }
    guard path != .library else {
      var start = 0
      return ends.flatMap { end in
        defer { start = Int(end) }
        return Digest.of([0] + bytes[start..<Int(end)]).bytes
      }
    }
    return [UInt8](unsafeUninitializedCapacity: 32 * ends.count) { out, written in
      bytes.withUnsafeBufferPointer { bytes in
        // An empty array has no address, and none of its bytes is read.
        withUnsafePointer(to: 0 as UInt8) { nowhere in
          tequ_sha256_leaves(
            path == .hardware ? 1 : 0, bytes.baseAddress ?? nowhere, ends, ends.count,
            out.baseAddress)
        }
      }
      written = 32 * ends.count
    }
  }

  /// The leaf hashes of entries, 32 bytes each.
  public func leaves(_ entries: [[UInt8]]) -> [UInt8] {
    var ends: [Int64] = []
    ends.reserveCapacity(entries.count)
    var total = 0
    for entry in entries {
      total += entry.count
      ends.append(Int64(total))
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(total)
    for entry in entries { bytes += entry }
    return leaves(bytes, ends: ends)
  }

  /// The root of a run of subtrees of equal height, 32 bytes each (the last may be lower): at least one.
  func root(_ hashes: some Collection<UInt8>) -> [UInt8] {
    var level = Array(hashes)
    var count = level.count / 32
    level.withUnsafeMutableBufferPointer { level in
      while count > 1 {
        nodes(UnsafeBufferPointer(level), count / 2, into: level)
        if !count.isMultiple(of: 2) {
          for byte in 0..<32 { level[32 * (count / 2) + byte] = level[32 * (count - 1) + byte] }
        }
        count = (count + 1) / 2
      }
    }
    return Array(level.prefix(32))
  }
}
