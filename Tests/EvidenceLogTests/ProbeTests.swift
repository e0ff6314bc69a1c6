import Commons
import EvidenceLog
import Foundation
import Testing

/// What others published to try logs with; it lies beside the repository and is not part of it.
enum SharedData {
  static let folder: URL = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.appendingPathComponent("shared/data/trust")
  }()

  static let isHere = FileManager.default.fileExists(atPath: folder.path)

  static func file(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(path)))
  }
}

@Suite(.enabled(if: SharedData.isHere, "skipped: ../shared/data/trust is not here"))
struct ProbeTests {
  private struct Probe: Decodable {
    var leafIdx: UInt64?
    var treeSize: UInt64?
    var start: UInt64?
    var end: UInt64?
    var size: UInt64?
    var size1: UInt64?
    var size2: UInt64?
    var root: Data?
    var leafHash: Data?
    var root1: Data?
    var root2: Data?
    var proof: [Data]?
    var wantErr: Bool

    /// Whether our check accepts it. Numbers beyond 2⁶³ become −1, which no log has.
    func holds(_ kind: String) -> Bool? {
      func number(_ value: UInt64?) -> Int64 { value.flatMap { Int64(exactly: $0) } ?? -1 }
      func bytes(_ value: Data?) -> [UInt8] { Array(value ?? Data()) }
      let hashes = (proof ?? []).map { Array($0) }
      let subtree = MerkleTree.Subtree(start: number(start), end: number(end))
      switch kind {
      case "inclusion":
        return MerkleTree.includes(
          leaf: bytes(leafHash), at: number(leafIdx), size: number(treeSize), root: bytes(root),
          proof: hashes)
      case "consistency":
        return MerkleTree.isConsistent(
          size: number(size1), root: bytes(root1), size: number(size2), root: bytes(root2),
          proof: hashes)
      case "subtreeinclusion":
        return MerkleTree.includes(
          leaf: bytes(leafHash), at: number(leafIdx), in: subtree, root: bytes(root),
          proof: hashes)
      case "subtreeconsistency":
        return MerkleTree.contains(
          subtree: subtree, root: bytes(root1), size: number(size), root: bytes(root2),
          proof: hashes)
      default: return nil
      }
    }
  }

  /// The probes of transparency-dev/merkle: what each says is what we say.
  @Test func all518ProbesAreJudgedAsTheySay() throws {
    var counts: [String: Int] = [:]
    let testdata = SharedData.folder.appendingPathComponent("merkle-probes/testdata")
    let files = FileManager.default.enumerator(at: testdata, includingPropertiesForKeys: nil)
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "json" else { continue }
      let kind = file.pathComponents[testdata.pathComponents.count]
      let probe = try JSONDecoder().decode(Probe.self, from: Data(contentsOf: file))
      #expect(probe.holds(kind) == !probe.wantErr, "\(file.path)")
      counts[kind, default: 0] += 1
    }
    #expect(counts.values.reduce(0, +) == 518, "\(counts)")
    #expect(counts.count == 4)
  }

  private static let mirror =
    "skylight-tree/cmd/skylight/testdata/witness/mirror/"
    + "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/"
  private static let mirrorKey =
    "mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"

  /// Sunlight's mirror of 300 entries: its cosignature and its hash tiles are real.
  @Test func aMirrorMadeBySunlightIsAccepted() throws {
    let key = try #require(NoteVerifier(text: ProbeTests.mirrorKey))
    let bytes = try SharedData.file(ProbeTests.mirror + "checkpoint")
    let note = try #require(SignedNote(String(decoding: bytes, as: UTF8.self)))
    #expect(key.cosigned(note) == Instant(seconds: 1_767_139_200))
    let point = try #require(Checkpoint(text: note.text))
    let files = LogFiles(size: point.size) { try? SharedData.file(ProbeTests.mirror + $0) }
    #expect(try files.proofs.root() == point.root)
    #expect(try TiledTree(size: 300, tiles: { try files.hashes(of: $0) }).root == point.root)

    for bit in 0..<(8 * bytes.count) {
      var altered = bytes
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      let mutant = String(validating: altered, as: UTF8.self).flatMap { SignedNote($0) }
      #expect(mutant.flatMap { key.cosigned($0) } == nil, "bit \(bit)")
    }
    for tile in ["tile/0/000", "tile/0/001.p/44"] {
      let hashes = try SharedData.file(ProbeTests.mirror + tile)
      for bit in stride(from: 0, to: 8 * hashes.count, by: 61) {
        let mutant = LogFiles(size: point.size) { path in
          var bytes = try SharedData.file(ProbeTests.mirror + path)
          if path == tile { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
          return bytes
        }
        #expect(throws: Problem.self) { try mutant.checkTiles(against: point) }
      }
    }
  }

  /// The same log seen by a witness: its signature stands beside one of a kind that we do not know.
  @Test func aCheckpointOfAWitnessMadeBySunlightIsAccepted() throws {
    let folder = "skylight-tree/cmd/skylight/testdata/"
    let key = try #require(
      NoteVerifier(
        text: "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN"))
    let bytes = try SharedData.file(
      folder + "witness/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint"
    )
    let note = try #require(SignedNote(String(decoding: bytes, as: UTF8.self)))
    #expect(key.verifies(note))
    #expect(!key.verifies(SignedNote(text: note.text, signatures: [note.signatures[0]])))
  }
}
