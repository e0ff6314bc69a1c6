import Commons

/// The hash tree of RFC 6962 §2.1 (RFC 9162 §2.1), with SHA-256.
public enum MerkleTree {
  /// Bytes of a hash.
  public static let hashBytes = 32
  /// The root of a tree without leaves.
  public static let emptyRoot = Digest.of([UInt8]()).bytes

  /// SHA-256(0x00 ‖ entry).
  public static func leafHash(_ entry: [UInt8]) -> [UInt8] { Digest.of([0], entry).bytes }

  /// SHA-256(0x01 ‖ left ‖ right).
  public static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    Digest.of([1], left, right).bytes
  }

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
    guard index >= 0, index < size, !leaf.isEmpty,
      proof.allSatisfy({ $0.count == hashBytes })
    else { return nil }
    var (node, last) = (index, size - 1)
    var hash = leaf
    for sibling in proof {
      guard last > 0 else { return nil }
      if node & 1 == 1 || node == last {
        hash = nodeHash(sibling, hash)
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        hash = nodeHash(hash, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    return last == 0 ? hash : nil
  }

  /// Whether a leaf is in the tree with this root.
  public static func includes(
    leaf: [UInt8], at index: Int64, size: Int64, root expected: [UInt8], proof: [[UInt8]]
  ) -> Bool { root(leaf: leaf, at: index, size: size, proof: proof) == expected }

  /// Whether the tree with the second root is the first one with leaves added (RFC 9162 §2.1.4.2).
  public static func isConsistent(
    size first: Int64, root firstRoot: [UInt8], size second: Int64, root secondRoot: [UInt8],
    proof: [[UInt8]]
  ) -> Bool {
    guard first >= 0, first <= second, proof.allSatisfy({ $0.count == hashBytes }),
      firstRoot.count == hashBytes, secondRoot.count == hashBytes
    else { return false }
    if first == second { return proof.isEmpty && firstRoot == secondRoot }
    if first == 0 { return proof.isEmpty && firstRoot == emptyRoot }
    guard !proof.isEmpty else { return false }
    var rest = proof[...]
    // A first tree that is complete is its own first node.
    if first & (first - 1) == 0 { rest = ([firstRoot] + proof)[...] }
    var (node, last) = (first - 1, second - 1)
    while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
    guard let start = rest.popFirst() else { return false }
    var (one, two) = (start, start)
    while let sibling = rest.popFirst() {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        one = nodeHash(sibling, one)
        two = nodeHash(sibling, two)
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        two = nodeHash(two, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    return last == 0 && one == firstRoot && two == secondRoot
  }
}
