import Commons
import Crypto

/// What a log says of itself (C2SP tlog-checkpoint): its name, how many entries, which root.
public struct Checkpoint: Hashable, Sendable {
  /// The log's name, a schemaless address.
  public let origin: String
  /// Entries.
  public let size: Int64
  /// The root, 32 bytes.
  public let root: [UInt8]

  /// A checkpoint.
  public init(origin: String, size: Int64, root: [UInt8]) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// The text that is signed: three lines.
  public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root))\n" }

  /// Reads the text; nil for anything else. Lines after the third are extensions and are ignored.
  public init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines.last == "", !lines[0].isEmpty,
      let size = Int64(lines[1]), size >= 0, String(size) == lines[1],
      let root = Base64.decode(String(lines[2])), root.count == 32
    else { return nil }
    self.init(origin: String(lines[0]), size: size, root: root)
  }
}

/// A text with signatures under it (C2SP signed-note).
public struct SignedNote: Hashable, Sendable {
  /// One signature.
  public struct Signature: Hashable, Sendable {
    /// The key's name.
    public let name: String
    /// The key's hash, four bytes, and the signature.
    public let bytes: [UInt8]
  }

  /// The text, ending with a line break.
  public let text: String
  /// The signatures.
  public let signatures: [Signature]

  /// A note with signatures.
  public init(text: String, signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note; nil if it is none.
  public init?(_ note: String) {
    guard let gap = note.range(of: "\n\n", backwards: true), note.hasSuffix("\n") else {
      return nil
    }
    var signatures: [Signature] = []
    for line in note[gap.upperBound...].split(separator: "\n") {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == "—", !parts[1].isEmpty,
        let bytes = Base64.decode(String(parts[2])), bytes.count > 4, signatures.count < 100
      else { return nil }
      signatures.append(Signature(name: String(parts[1]), bytes: bytes))
    }
    guard !signatures.isEmpty else { return nil }
    self.init(text: String(note[..<gap.lowerBound]) + "\n", signatures: signatures)
  }

  /// The whole note.
  public var description: String {
    text + "\n"
      + signatures.map { "— \($0.name) \(Base64.encode($0.bytes))\n" }.joined()
  }
}

extension String {
  /// The last (or first) place of a piece of text, without Foundation.
  fileprivate func range(of piece: String, backwards: Bool) -> Range<String.Index>? {
    let bytes = Array(utf8)
    let wanted = Array(piece.utf8)
    guard bytes.count >= wanted.count else { return nil }
    for start in (0...(bytes.count - wanted.count)).reversed()
    where bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
      let lower = utf8.index(utf8.startIndex, offsetBy: start)
      return lower..<utf8.index(lower, offsetBy: wanted.count)
    }
    return nil
  }
}

/// A key that signs notes: Ed25519 (RFC 8032), signature type 1 of signed-note.
public struct NoteSigner: Sendable {
  /// The key's name: for a log its origin.
  public let name: String
  private let key: Curve25519.Signing.PrivateKey

  /// A key from its seed of 32 bytes; throws 400 for another length or a name with spaces or plus.
  public init(name: String, seed: [UInt8]) throws(Problem) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed), !name.isEmpty,
      !name.contains(where: { $0.isWhitespace || $0 == "+" })
    else {
      throw .malformed(
        Phrase("签名密钥或名称有误。", en: "The signing key or its name is not usable."))
    }
    self.name = name
    self.key = key
  }

  /// The public half.
  public var verifier: NoteVerifier {
    NoteVerifier(name: name, publicKey: Array(key.publicKey.rawRepresentation))
  }

  /// Signs a text that ends with a line break.
  public func sign(_ text: String) throws -> SignedNote {
    let signature = Array(try key.signature(for: Array(text.utf8)))
    return SignedNote(
      text: text, signatures: [.init(name: name, bytes: verifier.keyHash + signature)])
  }
}

/// A key that checks notes.
public struct NoteVerifier: Hashable, Sendable {
  /// The key's name.
  public let name: String
  /// The Ed25519 public key, 32 bytes.
  public let publicKey: [UInt8]

  init(name: String, publicKey: [UInt8]) {
    self.name = name
    self.publicKey = publicKey
  }

  /// SHA-256(name ‖ LF ‖ 0x01 ‖ public key), the first four bytes.
  var keyHash: [UInt8] {
    Array(Digest.of(Array(name.utf8) + [0x0A, 0x01], publicKey).bytes.prefix(4))
  }

  /// The text by which the key is handed out: `name+hash+key`.
  public var text: String {
    "\(name)+\(Hex.encode(keyHash))+\(Base64.encode([0x01] + publicKey))"
  }

  /// Reads ``text``; nil for anything else, or if the hash does not fit.
  public init?(text: String) {
    let parts = text.split(separator: "+", maxSplits: 2)
    guard parts.count == 3, let key = Base64.decode(String(parts[2])), key.count == 33,
      key[0] == 1
    else { return nil }
    self.init(name: String(parts[0]), publicKey: Array(key[1...]))
    guard Hex.encode(keyHash) == parts[1] else { return nil }
  }

  /// Whether a note bears a valid signature of this key.
  public func verifies(_ note: SignedNote) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return note.signatures.contains { signature in
      signature.name == name && signature.bytes.prefix(4).elementsEqual(keyHash)
        && key.isValidSignature(signature.bytes.dropFirst(4), for: Array(note.text.utf8))
    }
  }
}
