import Commons
import EvidenceLog
import Testing

private func leaf(_ number: Int) -> [UInt8] { MerkleTree.leafHash(Array("entry \(number)".utf8)) }

/// The definition of RFC 6962 §2.1, word for word.
private func definition(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
  guard leaves.count > 1 else { return leaves.first ?? MerkleTree.emptyRoot }
  var half = 1
  while half * 2 < leaves.count { half *= 2 }
  let middle = leaves.startIndex + half
  return MerkleTree.nodeHash(definition(leaves[..<middle]), definition(leaves[middle...]))
}

private func grow(_ count: Int, step: Int) -> (TiledTree, [Tile: [UInt8]]) {
  var tree = TiledTree()
  var tiles: [Tile: [UInt8]] = [:]
  var next = 0
  while next < count {
    let end = min(count, next + step)
    for (tile, hashes) in tree.append((next..<end).map(leaf)) { tiles[tile] = hashes }
    next = end
  }
  return (tree, tiles)
}

@Suite struct EvidenceLogTests {
  @Test func rootsFollowTheDefinition() throws {
    let leaves = (0..<600).map(leaf)
    var tree = TiledTree()
    #expect(tree.root == MerkleTree.emptyRoot)
    for size in 1...600 {
      _ = tree.append([leaves[size - 1]])
      #expect(tree.root == definition(leaves[..<size]), "size \(size)")
    }
    let (stepped, tiles) = grow(70_000, step: 997)
    let again = try TiledTree(size: 70_000) { tiles[$0] }
    #expect(again.root == stepped.root)
    #expect(try ProofMaker(size: 70_000) { tiles[$0] }.root() == stepped.root)
  }

  @Test func everyProofHoldsAndNoAlteredOneDoes() throws {
    let (_, tiles) = grow(300, step: 7)
    let leaves = (0..<300).map(leaf)
    var random = SeededRandom(seed: 3)
    for size in stride(from: 1, through: 300, by: 13) {
      let root = definition(leaves[..<size])
      let maker = ProofMaker(size: Int64(size)) { tiles[$0] }
      for index in 0..<size {
        let proof = try maker.inclusion(of: Int64(index))
        func holds(_ leaf: [UInt8], _ at: Int, _ proof: [[UInt8]]) -> Bool {
          MerkleTree.includes(
            leaf: leaf, at: Int64(at), size: Int64(size), root: root, proof: proof)
        }
        #expect(holds(leaves[index], index, proof))
        #expect(!holds(leaves[(index + 1) % 300], index, proof))
        if !proof.isEmpty {
          var altered = proof
          altered[random.below(proof.count)][random.below(32)] ^= 1 << UInt8(random.below(8))
          #expect(!holds(leaves[index], index, altered))
          #expect(!holds(leaves[index], index, Array(proof.dropLast())))
        }
        #expect(!holds(leaves[index], index, proof + [root]))
      }
      for first in stride(from: 1, through: size, by: 5) {
        let proof = try maker.consistency(from: Int64(first))
        func holds(_ root1: [UInt8]) -> Bool {
          MerkleTree.isConsistent(
            size: Int64(first), root: root1, size: Int64(size), root: root, proof: proof)
        }
        #expect(holds(definition(leaves[..<first])))
        #expect(!holds(leaf(9999)))
      }
    }
  }

  /// Many at a time, each alone and the steps of the standard must agree, also where proofs are too short,
  /// too long, wrong, or of places that are none.
  @Test func proofsCheckedTogetherHoldAsEachAlone() throws {
    let (_, tiles) = grow(300, step: 7)
    let leaves = (0..<300).map(leaf)
    var random = SeededRandom(seed: 11)
    for size in [1, 2, 3, 64, 255, 300] {
      let root = definition(leaves[..<size])
      let maker = ProofMaker(size: Int64(size)) { tiles[$0] }
      var claims: [MerkleTree.InclusionClaim] = []
      var expected: [Bool] = []
      for _ in 0..<400 {
        let index = random.below(size)
        var proof = try maker.inclusion(of: Int64(index))
        var (place, holds, hash) = (Int64(index), false, leaves[index])
        switch random.below(8) {
        case 0 where !proof.isEmpty: proof.removeLast()
        case 1: proof.append(root)
        case 2: hash = leaf(9999)
        case 3: place = random.below(2) == 0 ? -1 : Int64(size)
        case 4: hash.removeLast()
        case 5 where !proof.isEmpty: proof[0].append(0)
        default: holds = true
        }
        claims.append(.init(leaf: hash, index: place, proof: proof))
        expected.append(holds)
      }
      let together = MerkleTree.includes(claims, size: Int64(size), root: root)
      #expect(together == expected)
      let alone = claims.map {
        MerkleTree.includes(
          leaf: $0.leaf, at: $0.index, size: Int64(size), root: root, proof: $0.proof)
      }
      #expect(alone == expected)
    }
    #expect(MerkleTree.includes([], size: 3, root: leaves[0]).isEmpty)
  }

  @Test func theEntryFormatIsFrozen() throws {
    let entry = LogEntry(
      kind: "requests.reply", recordedAt: Instant(rfc3339: "2026-03-02T01:02:03.000004Z")!,
      effectiveAt: Instant(rfc3339: "2026-03-02T01:02:03Z")!, jurisdiction: "990000",
      authorisation: "示范市政府令第1号", matter: Array(0..<16),
      publicText: #"{"due":1772800000,"stage":"replied"}"#,
      commitment: LogEntry.commitment(
        salt: [UInt8](repeating: 7, count: 16), privatePart: Array("{}".utf8)))
    let text = String(decoding: entry.canonicalBytes, as: UTF8.self)
    #expect(
      text == """
        {"authorisation":"示范市政府令第1号","commitment":"\
        \(Hex.encode(Digest.of([UInt8](repeating: 7, count: 16), Array("{}".utf8)).bytes))",\
        "effective_at":"2026-03-02T01:02:03Z","jurisdiction":"990000","kind":"requests.reply",\
        "matter":"000102030405060708090a0b0c0d0e0f","public":{"due":1772800000,"stage":"replied"},\
        "recorded_at":"2026-03-02T01:02:03.000004Z","v":1}
        """)
    #expect(try LogEntry(canonicalBytes: entry.canonicalBytes) == entry)
    for wrong in [text + " ", text.replacing("\"v\":1", with: "\"v\":2"), "{}", "[", "null"] {
      #expect(throws: Problem.self) { try LogEntry(canonicalBytes: Array(wrong.utf8)) }
    }
  }

  /// The example of Go's golang.org/x/mod/sumdb/note package documentation.
  @Test func aNoteSignedElsewhereIsAccepted() throws {
    let key = try #require(
      NoteVerifier(text: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"))
    let text = """
      If you think cryptography is the answer to your problem,
      then you don't know what your problem is.

      — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

      """
    let note = try #require(SignedNote(text))
    #expect(key.verifies(note))
    #expect(note.description == text)
    #expect(!key.verifies(try #require(SignedNote(text.replacing("answer", with: "question")))))
    #expect(NoteVerifier(text: key.text) == key)
    #expect(SignedNote("no signature\n") == nil)
  }

  @Test func aReceiptVerifiesAndEveryMutationFails() throws {
    let signer = try NoteSigner(name: "log.example/shifan", seed: [UInt8](repeating: 1, count: 32))
    let salt = [UInt8](repeating: 9, count: 16)
    let part = #"{"content":{"text":"路灯坏了"}}"#
    let entry = LogEntry(
      kind: "requests.file", recordedAt: Instant(seconds: 1_772_413_323),
      effectiveAt: Instant(seconds: 1_772_413_323), jurisdiction: "990000", authorisation: "",
      matter: [UInt8](repeating: 2, count: 16), publicText: #"{"stage":"received"}"#,
      commitment: LogEntry.commitment(salt: salt, privatePart: Array(part.utf8)))
    var tree = TiledTree()
    var tiles: [Tile: [UInt8]] = [:]
    let leaves = (0..<40).map(leaf) + [entry.leafHash] + (41..<77).map(leaf)
    for (tile, hashes) in tree.append(leaves) { tiles[tile] = hashes }
    let point = Checkpoint(origin: signer.name, size: 77, root: tree.root)
    let receipt = Receipt(
      entry: String(decoding: entry.canonicalBytes, as: UTF8.self), index: 40,
      proof: try ProofMaker(size: 77) { tiles[$0] }.inclusion(of: 40),
      checkpoint: try signer.sign(point.text).description, key: signer.verifier.text,
      opening: .init(salt: salt, privatePart: part))
    let bytes = receipt.json.canonicalBytes
    #expect(receipt.verify(trusting: [signer.verifier]).allSatisfy { $0.holds })
    let other = try NoteSigner(name: signer.name, seed: [UInt8](repeating: 2, count: 32))
    #expect(receipt.verify(trusting: [other.verifier]).contains { !$0.holds })
    var random = SeededRandom(seed: 8)
    var refused = 0
    for _ in 0..<2000 {
      var altered = bytes
      altered[random.below(bytes.count)] ^= 1 << UInt8(random.below(7))
      guard let value = try? JSONValue(parsing: altered), value.canonicalBytes != bytes,
        let mutant = try? Receipt(value)
      else { refused += 1; continue }
      let holds = mutant.verify(trusting: [signer.verifier]).allSatisfy(\.holds)
      // Base64 has spare bits at the end; a mutant that decodes to the same proof is the same.
      let isSame = mutant.json == receipt.json
      #expect(!holds || isSame, "\(String(decoding: altered, as: UTF8.self))")
    }
    #expect(refused > 0)
  }
}
