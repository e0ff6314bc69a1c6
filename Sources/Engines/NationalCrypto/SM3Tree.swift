import Commons
import EvidenceLog

/// The tree of RFC 9162 §2.1 with SM3 in the place of SHA-256, as far as a log needs it to go on: the
/// roots of its complete subtrees, the largest first.
public struct SM3Tree: Hashable, Sendable {
  /// Leaves.
  public private(set) var size: Int64 = 0
  /// One root of 32 bytes for each bit of ``size`` that is set, from the highest.
  public private(set) var peaks: [[UInt8]] = []

  /// A tree without leaves.
  public init() {}

  /// A tree from what was kept of it; nil if the numbers do not fit.
  public init?(size: Int64, peaks: [[UInt8]]) {
    guard size >= 0, peaks.count == size.nonzeroBitCount, peaks.allSatisfy({ $0.count == 32 })
    else { return nil }
    self.size = size
    self.peaks = peaks
  }

  /// SM3(0x00 ‖ entry).
  public static func leafHash(_ entry: [UInt8]) -> [UInt8] { SM3.hash([0x00], entry) }
  /// SM3(0x01 ‖ left ‖ right).
  public static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    SM3.hash([0x01], left, right)
  }

  /// Adds an entry by its bytes.
  public mutating func append(_ entry: [UInt8]) {
    var node = SM3Tree.leafHash(entry)
    var bits = size
    while bits & 1 == 1 {
      node = SM3Tree.nodeHash(peaks.removeLast(), node)
      bits >>= 1
    }
    peaks.append(node)
    size += 1
  }

  /// The root; SM3 of nothing without leaves.
  public var root: [UInt8] {
    guard var node = peaks.last else { return SM3.hash() }
    for peak in peaks.dropLast().reversed() { node = SM3Tree.nodeHash(peak, node) }
    return node
  }

  /// Whether an entry stands in the tree with this root (RFC 9162 §2.1.3.2 over SM3).
  public static func includes(
    _ entry: [UInt8], at index: Int64, size: Int64, root: [UInt8], proof: [[UInt8]]
  ) -> Bool {
    guard index >= 0, index < size else { return false }
    var (node, last, hash) = (index, size - 1, leafHash(entry))
    for sibling in proof {
      guard last > 0, sibling.count == 32 else { return false }
      if node & 1 == 1 || node == last {
        hash = nodeHash(sibling, hash)
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        hash = nodeHash(hash, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    return last == 0 && hash == root
  }
}

/// The line by which a checkpoint carries the root of the second tree: an extension line (C2SP
/// tlog-checkpoint), which readers that do not know it pass over. Both signatures cover it.
public enum SM3Head {
  private static let prefix = "sm3 "

  /// The line with its line break.
  public static func line(_ root: [UInt8]) -> String { prefix + Base64.encode(root) + "\n" }

  /// The root that a checkpoint's text carries; nil without one, or with more.
  public static func root(in text: String) -> [UInt8]? {
    let lines = text.split(separator: "\n").dropFirst(3).filter { $0.hasPrefix(prefix) }
    guard lines.count == 1, let line = lines.first,
      let root = Base64.decode(line.dropFirst(prefix.count)), root.count == 32
    else { return nil }
    return root
  }
}
