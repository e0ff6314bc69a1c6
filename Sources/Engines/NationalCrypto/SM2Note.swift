import Commons
import EvidenceLog

/// The kind of a note's key that signs with SM2 and SM3. C2SP has no byte for it: such kinds begin with
/// 0xFF and a longer identifier of their own (C2SP signed-note, signature types). Who does not know the
/// kind passes over the line.
enum SM2NoteKind {
  static let bytes: [UInt8] = [0xFF] + Array("tequ/sm2-sm3/v1".utf8)

  /// SHA-256(name ‖ LF ‖ kind ‖ point), the first four bytes.
  static func keyHash(_ name: String, _ key: SM2PublicKey) -> [UInt8] {
    Array(Digest.of(Array(name.utf8) + [0x0A] + bytes, key.bytes).bytes.prefix(4))
  }
}

/// Signs notes with SM2 as a second signature beside that of the log.
public struct SM2NoteSigner: Sendable {
  /// The key's name: that of the log.
  public let name: String
  private let key: SM2PrivateKey

  /// A key under the name of a log, as ``NoteSigner`` takes it.
  public init(name: String, key: SM2PrivateKey) {
    self.name = name
    self.key = key
  }

  /// The public half.
  public var verifier: SM2NoteVerifier { SM2NoteVerifier(name: name, key: key.publicKey) }

  /// The signature over a note's text: r and s, 64 bytes, after the key's hash.
  ///
  /// - Throws: ``Problem`` 503 if the library fails.
  public func sign(_ text: String) throws(Problem) -> SignedNote.Signature {
    SignedNote.Signature(
      name: name,
      bytes: SM2NoteKind.keyHash(name, key.publicKey) + (try key.sign(Array(text.utf8))))
  }
}

/// Checks the second signature of a note.
public struct SM2NoteVerifier: Hashable, Sendable {
  /// The key's name.
  public let name: String
  /// The key.
  public let key: SM2PublicKey

  /// A key under the name of a log.
  public init(name: String, key: SM2PublicKey) {
    self.name = name
    self.key = key
  }

  /// The text by which the key is handed out: `name+hash+base64(kind ‖ point)`.
  public var text: String {
    "\(name)+\(Hex.encode(SM2NoteKind.keyHash(name, key)))+"
      + Base64.encode(SM2NoteKind.bytes + key.bytes)
  }

  /// Reads ``text``; nil for anything else, or if the hash does not fit.
  public init?(text: String) {
    let parts = text.split(separator: "+", maxSplits: 2)
    guard parts.count == 3, let bytes = Base64.decode(String(parts[2])),
      bytes.starts(with: SM2NoteKind.bytes),
      let key = try? SM2PublicKey(bytes: Array(bytes.dropFirst(SM2NoteKind.bytes.count)))
    else { return nil }
    self.init(name: String(parts[0]), key: key)
    guard Hex.encode(SM2NoteKind.keyHash(name, key)) == parts[1] else { return nil }
  }

  /// Whether a note bears a valid signature of this key.
  public func verifies(_ note: SignedNote) -> Bool {
    let hash = SM2NoteKind.keyHash(name, key)
    return note.signatures.contains { signature in
      signature.name == name && signature.bytes.count == 68
        && signature.bytes.prefix(4).elementsEqual(hash)
        && key.isValid(Array(signature.bytes.dropFirst(4)), over: Array(note.text.utf8))
    }
  }
}
