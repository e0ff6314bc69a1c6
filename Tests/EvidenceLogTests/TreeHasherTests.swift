import Commons
import Crypto
import EvidenceLog
import Testing

@Suite struct TreeHasherTests {
  private static let hashers = TreeHasher.Path.allCases.compactMap { TreeHasher($0) }

  private func bytes(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
    (0..<count).map { _ in UInt8(random.below(256)) }
  }

  @Test func everyPathHashesNodesAsTheLibraryDoes() {
    var random = SeededRandom(seed: 11)
    for count in [0, 1, 2, 3, 4, 5, 128, 255, 1001] {
      let pairs = bytes(64 * count, &random)
      let expected = (0..<count).flatMap { index in
        Array(SHA256.hash(data: [1] + pairs[(64 * index)..<(64 * index + 64)]))
      }
      for hasher in TreeHasherTests.hashers {
        #expect(hasher.nodes(pairs) == expected, "\(hasher.path), \(count) pairs")
      }
    }
  }

  @Test func everyPathHashesLeavesOfEveryLengthAsTheLibraryDoes() {
    var random = SeededRandom(seed: 12)
    let ordered = (0...300).map { bytes($0, &random) }
    let mixed = (0..<501).map { _ in bytes(random.below(2000), &random) }
    for entries in [ordered, mixed, [], [[]], [[], []], [bytes(70_000, &random), [1]]] {
      let expected = entries.flatMap { Array(SHA256.hash(data: [0] + $0)) }
      for hasher in TreeHasherTests.hashers {
        #expect(hasher.leaves(entries) == expected, "\(hasher.path), \(entries.count) entries")
      }
    }
  }

  @Test func treesGrowToTheSameRootOnEveryPath() {
    var random = SeededRandom(seed: 13)
    let leaves = bytes(32 * 70_003, &random)
    let roots = TreeHasherTests.hashers.map { hasher -> [UInt8] in
      var tree = TiledTree(hasher: hasher)
      _ = tree.append(hashes: leaves)
      return tree.root
    }
    #expect(Set(roots).count == 1)
    var single = TiledTree()
    for start in stride(from: 0, to: leaves.count, by: 32 * 7919) {
      _ = single.append(hashes: Array(leaves[start..<min(leaves.count, start + 32 * 7919)]))
    }
    #expect(single.root == roots[0])
  }
}
