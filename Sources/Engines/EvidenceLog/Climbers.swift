/// Inclusion proofs on their way up the tree (RFC 9162 §2.1.3.2), two at a time and without an
/// allocation for each step.
enum Climbers {
  private static let bytes = MerkleTree.hashBytes

  /// One proof on its way.
  private struct Climber {
    let claim: Int
    let proof: [[UInt8]]
    var step = 0
    /// Where the hash stands on its level, and the last place there.
    var node: Int64
    var last: Int64

    /// Whether the next sibling stands to the left; nil at the end of the proof, or where the proof is
    /// longer than the way.
    mutating func next() -> Bool? {
      guard step < proof.count, last > 0 else { return nil }
      step += 1
      let isLeft = node & 1 == 1 || node == last
      if isLeft {
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      }
      (node, last) = (node >> 1, last >> 1)
      return isLeft
    }

    var isAtRoot: Bool { step == proof.count && last == 0 }
  }

  /// Follows claims about the tree of a size; `done` is told the root to which one leads, and nothing of
  /// one that leads nowhere.
  static func run(
    claims count: Int, size: Int64, claim: (Int) -> MerkleTree.InclusionClaim,
    done: (Int, UnsafeRawBufferPointer) -> Void
  ) {
    var taken = 0
    func take(_ hash: UnsafeMutableRawPointer) -> Climber? {
      while taken < count {
        defer { taken += 1 }
        let next = claim(taken)
        guard next.index >= 0, next.index < size, next.leaf.count == bytes,
          next.proof.allSatisfy({ $0.count == bytes })
        else { continue }
        copy(next.leaf, to: hash)
        return Climber(claim: taken, proof: next.proof, node: next.index, last: size - 1)
      }
      return nil
    }
    /// Puts the next pair of a climber, or of those that come after it, in its place.
    func prepare(
      _ climber: inout Climber?, _ hash: UnsafeMutableRawPointer, _ pair: UnsafeMutableRawPointer
    ) {
      while true {
        if climber == nil { climber = take(hash) }
        if climber == nil { return }
        if let isLeft = climber!.next() {
          copy(climber!.proof[climber!.step - 1], to: isLeft ? pair : pair + bytes)
          (isLeft ? pair + bytes : pair).copyMemory(from: hash, byteCount: bytes)
          return
        }
        if climber!.isAtRoot {
          done(climber!.claim, UnsafeRawBufferPointer(start: hash, count: bytes))
        }
        climber = nil
      }
    }
    withUnsafeTemporaryAllocation(byteCount: 6 * bytes, alignment: 16) { room in
      let hashes = room.baseAddress!
      let pairs = hashes + 2 * bytes
      var (one, two): (Climber?, Climber?)
      while true {
        prepare(&one, hashes, pairs)
        prepare(&two, hashes + bytes, pairs + 2 * bytes)
        let (first, count) = one == nil ? (1, two == nil ? 0 : 1) : (0, two == nil ? 1 : 2)
        guard count > 0 else { return }
        TreeHasher.best.nodes(pairs + first * 2 * bytes, count, into: hashes + first * bytes)
      }
    }
  }

  private static func copy(_ hash: [UInt8], to place: UnsafeMutableRawPointer) {
    hash.withUnsafeBytes { place.copyMemory(from: $0.baseAddress!, byteCount: bytes) }
  }
}
