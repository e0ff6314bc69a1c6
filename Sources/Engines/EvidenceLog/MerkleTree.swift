import Commons

/// The hash tree of RFC 6962 §2.1 (RFC 9162 §2.1), with SHA-256.
public enum MerkleTree {
  /// Bytes of a hash.
  public static let hashBytes = 32
  /// The root of a tree without leaves.
  public static let emptyRoot = Digest.of([UInt8]()).bytes

  /// SHA-256(0x00 ‖ entry).
  public static func leafHash(_ entry: [UInt8]) -> [UInt8] {
    TreeHasher.best.leaves(entry, ends: [Int64(entry.count)])
  }

  /// SHA-256(0x01 ‖ left ‖ right), of hashes.
  public static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    precondition(left.count == hashBytes && right.count == hashBytes, "hashes have 32 bytes")
    return TreeHasher.best.nodes(left + right)
  }

  /// The parents of hashes that lie in pairs one after the other, see ``TreeHasher/nodes(_:)``.
  public static func hashNodes(_ pairs: [UInt8]) -> [UInt8] { TreeHasher.best.nodes(pairs) }

  /// The greatest power of two below `size`, which is 2 or more.
  static func split(_ size: Int64) -> Int64 {
    1 << (63 - Int64((size - 1).leadingZeroBitCount))
  }

  // MARK: Checking proofs

  /// The root that follows from a leaf and its inclusion proof (RFC 9162 §2.1.3.2); nil if the proof
  /// does not have the right length.
  public static func root(
    leaf: [UInt8], at index: Int64, size: Int64, proof: [[UInt8]]
  ) -> [UInt8]? {
    var found: [UInt8]?
    let claim = InclusionClaim(leaf: leaf, index: index, proof: proof)
    Climbers.run(claims: 1, size: size, claim: { _ in claim }) { found = Array($1) }
    return found
  }

  /// A statement that a leaf stands at a place, with the hashes beside its way to the root.
  public struct InclusionClaim: Sendable {
    /// The leaf's hash.
    public let leaf: [UInt8]
    /// Its place.
    public let index: Int64
    /// The inclusion proof, from the leaf up.
    public let proof: [[UInt8]]

    /// A statement.
    public init(leaf: [UInt8], index: Int64, proof: [[UInt8]]) {
      self.leaf = leaf
      self.index = index
      self.proof = proof
    }
  }

  /// Which of many statements about one tree hold. Two are followed at a time, which is quicker than one
  /// after the other.
  public static func includes(
    _ claims: [InclusionClaim], size: Int64, root expected: [UInt8]
  ) -> [Bool] {
    var holds = [Bool](repeating: false, count: claims.count)
    Climbers.run(claims: claims.count, size: size, claim: { claims[$0] }) { claim, root in
      holds[claim] = root.elementsEqual(expected)
    }
    return holds
  }

  /// Whether a leaf is in the tree with this root.
  public static func includes(
    leaf: [UInt8], at index: Int64, size: Int64, root expected: [UInt8], proof: [[UInt8]]
  ) -> Bool { root(leaf: leaf, at: index, size: size, proof: proof) == expected }

  /// Whether the tree with the second root is the first one with leaves added (RFC 9162 §2.1.4.2). A tree
  /// without leaves has no proof: see ``Checkpoint/follows(_:proof:)``.
  public static func isConsistent(
    size first: Int64, root firstRoot: [UInt8], size second: Int64, root secondRoot: [UInt8],
    proof: [[UInt8]]
  ) -> Bool {
    guard first > 0 else { return false }
    return contains(
      subtree: Subtree(start: 0, end: first), root: firstRoot, size: second, root: secondRoot,
      proof: proof)
  }

  // MARK: Subtrees

  /// The leaves from `start` up to but not with `end`, where these make up a node of the tree that has
  /// `end` leaves: `start` is a multiple of the least power of two that is no less than their number
  /// (C2SP merkle-tree, draft-ietf-plants-merkle-tree-certs §4). One without leaves is in every tree.
  public struct Subtree: Hashable, Sendable {
    /// The first leaf.
    public let start: Int64
    /// After the last leaf.
    public let end: Int64

    /// The leaves of one node; nil where there is no such node.
    public init?(start: Int64, end: Int64) {
      guard start >= 0, start <= end else { return nil }
      if start < end {
        let bits = Int64.bitWidth - (end - start - 1).leadingZeroBitCount
        guard bits < 63, start & (1 << Int64(bits) - 1) == 0 else { return nil }
      }
      self.start = start
      self.end = end
    }
  }

  /// Whether a leaf is in the subtree with this root.
  public static func includes(
    leaf: [UInt8], at index: Int64, in subtree: Subtree?, root expected: [UInt8], proof: [[UInt8]]
  ) -> Bool {
    guard let subtree, index >= subtree.start else { return false }
    return includes(
      leaf: leaf, at: index - subtree.start, size: subtree.end - subtree.start, root: expected,
      proof: proof)
  }

  /// Whether the tree of `size` leaves with the second root holds the subtree with the first.
  public static func contains(
    subtree: Subtree?, root node: [UInt8], size: Int64, root expected: [UInt8], proof: [[UInt8]]
  ) -> Bool {
    guard let subtree, subtree.end <= size, proof.allSatisfy({ $0.count == hashBytes }) else {
      return false
    }
    if subtree.start == subtree.end { return proof.isEmpty && node == emptyRoot }
    var (first, last, edge) = (subtree.start, subtree.end - 1, size - 1)
    func up() { (first, last, edge) = (first >> 1, last >> 1, edge >> 1) }
    // At the right edge of the tree the subtree is a node of it, else its last complete part is.
    while first != last, last == edge || last & 1 == 1 { up() }
    var rest = proof[...]
    guard let start = first == last ? node : rest.popFirst() else { return false }
    if rest.isEmpty, first == last { return edge == 0 && node == expected }
    guard start.count == hashBytes else { return false }
    var (part, whole) = (Climb(start), Climb(start))
    while let sibling = rest.popFirst() {
      guard edge > 0 else { return false }
      if last & 1 == 1 || last == edge {
        if first < last { part.join(left: sibling) }
        whole.join(left: sibling)
        while last & 1 == 0, last != 0 { up() }
      } else {
        whole.join(right: sibling)
      }
      up()
    }
    return edge == 0 && part.hash == node && whole.hash == expected
  }
}

/// A hash on its way up the tree, without an allocation for each step.
private struct Climb {
  /// Room for a pair; between steps the hash lies in its first half.
  private var pair: [UInt8]

  init(_ hash: [UInt8]) {
    pair = hash
    pair.reserveCapacity(64)
    pair.append(contentsOf: repeatElement(0, count: 32))
  }

  var hash: [UInt8] { Array(pair.prefix(32)) }

  mutating func join(right sibling: [UInt8]) {
    pair.withUnsafeMutableBytes { pair in
      sibling.withUnsafeBytes { sibling in
        (pair.baseAddress! + 32).copyMemory(from: sibling.baseAddress!, byteCount: 32)
      }
    }
    fold()
  }

  mutating func join(left sibling: [UInt8]) {
    pair.withUnsafeMutableBytes { pair in
      (pair.baseAddress! + 32).copyMemory(from: pair.baseAddress!, byteCount: 32)
      sibling.withUnsafeBytes { sibling in
        pair.baseAddress!.copyMemory(from: sibling.baseAddress!, byteCount: 32)
      }
    }
    fold()
  }

  private mutating func fold() {
    pair.withUnsafeMutableBufferPointer { pair in
      TreeHasher.best.nodes(UnsafeBufferPointer(pair), 1, into: pair)
    }
  }
}
