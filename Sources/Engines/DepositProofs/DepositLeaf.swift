import Commons
import EvidenceLog

/// One file of a deposit, as its owner keeps it. Two salts, so that contents and name can be shown
/// apart: whoever knows one guesses nothing of the other.
public struct DepositLeaf: Hashable, Sendable {
  /// The path under which it was deposited; empty for the owner's statement alone.
  public let name: String
  /// Bytes.
  public let size: Int64
  /// SHA-256 of the bytes, 32 bytes.
  public let content: [UInt8]
  /// 32 random bytes that go into the leaf.
  public let salt: [UInt8]
  /// 32 random bytes that hide the name.
  public let nameSalt: [UInt8]

  /// Bytes of a salt.
  public static let saltBytes = 32

  /// A file with its salts.
  public init(name: String, size: Int64, content: [UInt8], salt: [UInt8], nameSalt: [UInt8]) {
    self.name = name
    self.size = size
    self.content = content
    self.salt = salt
    self.nameSalt = nameSalt
  }

  /// SHA-256(name salt ‖ name in UTF-8).
  public var nameDigest: [UInt8] { DepositLeaf.nameDigest(name, salt: nameSalt) }
  /// SHA-256(0x00 ‖ salt ‖ content ‖ name digest).
  public var hash: [UInt8] {
    DepositLeaf.hash(salt: salt, content: content, nameDigest: nameDigest)
  }

  static func nameDigest(_ name: String, salt: [UInt8]) -> [UInt8] {
    Digest.of(salt, Array(name.utf8)).bytes
  }

  static func hash(salt: [UInt8], content: [UInt8], nameDigest: [UInt8]) -> [UInt8] {
    MerkleTree.leafHash(salt + content + nameDigest)
  }

  // MARK: As JSON

  var json: JSONValue {
    [
      "name": .string(name), "size": .integer(size), "content": .string(Hex.encode(content)),
      "salt": .string(Hex.encode(salt)), "name_salt": .string(Hex.encode(nameSalt)),
    ]
  }

  init(_ json: JSONValue) throws(Problem) {
    guard let name = json["name"]?.string, let size = json["size"]?.integer, size >= 0 else {
      throw DepositRecord.wrong("leaves")
    }
    self.init(
      name: name, size: size, content: try DepositRecord.bytes(json, "content"),
      salt: try DepositRecord.bytes(json, "salt"),
      nameSalt: try DepositRecord.bytes(json, "name_salt"))
  }
}

/// The tree over the leaves of a deposit.
struct DepositTree {
  private let size: Int64
  private let tiles: [Tile: [UInt8]]

  init(_ leaves: [[UInt8]]) {
    var tree = TiledTree()
    var tiles: [Tile: [UInt8]] = [:]
    for (tile, hashes) in tree.append(hashes: Array(leaves.joined())) { tiles[tile] = hashes }
    self.tiles = tiles
    size = Int64(leaves.count)
  }

  private var proofs: ProofMaker { ProofMaker(size: size) { tiles[$0] } }

  func root() throws -> [UInt8] { try proofs.root() }
  func proof(of index: Int) throws -> [[UInt8]] { try proofs.inclusion(of: Int64(index)) }
}

/// What is registered of a deposit: one value that shows neither contents nor names nor how many
/// files there are.
public enum DepositValue {
  /// The kind of act that registers one.
  public static let kind = "trade-secrets.deposits.deposit"
  /// The public field of that act.
  public static let field = "deposit"
  private static let prefix = Array("tequ-deposit-1".utf8) + [0]

  /// SHA-256("tequ-deposit-1" ‖ 0x00 ‖ number of leaves, 8 bytes big-endian ‖ root).
  public static func of(size: Int64, root: [UInt8]) -> [UInt8] {
    let count = (0..<8).map { UInt8(truncatingIfNeeded: size >> Int64(8 * (7 - $0))) }
    return Digest.of(prefix, count, root).bytes
  }
}
