import Commons
import Crypto

/// What a key of signed notes signs (C2SP signed-note, tlog-cosignature): the number stands before the
/// key and goes into its hash.
public enum NoteKeyKind: UInt8, Hashable, Sendable {
  /// Ed25519 over the text: a log.
  case log = 1
  /// Ed25519 over the time and the text (cosignature/v1): a witness.
  case witness = 4
}

/// A key that signs notes: Ed25519 (RFC 8032).
public struct NoteSigner: Sendable {
  /// The key's name: for a log its origin.
  public let name: String
  private let kind: NoteKeyKind
  private let key: Curve25519.Signing.PrivateKey

  /// A key from its seed of 32 bytes; throws 400 for another length or a name with spaces or plus.
  public init(
    name: String, seed: [UInt8], kind: NoteKeyKind = .log
  ) throws(Problem) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed), !name.isEmpty,
      !name.contains(where: { $0.isWhitespace || $0 == "+" })
    else {
      throw .malformed(
        Phrase("签名密钥或名称有误。", en: "The signing key or its name is not usable."))
    }
    self.name = name
    self.kind = kind
    self.key = key
  }

  /// The public half.
  public var verifier: NoteVerifier {
    NoteVerifier(kind, name: name, publicKey: Array(key.publicKey.rawRepresentation))
  }

  /// Signs a text that ends with a line break. A witness's key signs nothing without a time, see
  /// ``cosign(_:at:)``: it throws 400.
  public func sign(_ text: String) throws -> SignedNote {
    guard kind == .log else { throw NoteSigner.wrongKind }
    let signature = Array(try key.signature(for: Array(text.utf8)))
    return SignedNote(
      text: text, signatures: [.init(name: name, bytes: verifier.keyHash + signature)])
  }

  /// The signature of a witness under a checkpoint that it saw at a time (in whole seconds); throws 400
  /// for the key of a log.
  public func cosign(_ checkpoint: String, at time: Instant) throws -> SignedNote.Signature {
    guard kind == .witness, time.seconds >= 0 else { throw NoteSigner.wrongKind }
    let message = NoteVerifier.cosigned(checkpoint, seconds: UInt64(time.seconds))
    let seconds = (0..<8).map { UInt8(truncatingIfNeeded: time.seconds >> (56 - 8 * $0)) }
    return SignedNote.Signature(
      name: name, bytes: verifier.keyHash + seconds + Array(try key.signature(for: message)))
  }

  private static let wrongKind = Problem.malformed(
    Phrase("这把密钥不能这样签名。", en: "This key does not sign in this way."))
}

/// A key that checks notes.
public struct NoteVerifier: Hashable, Sendable {
  /// What it signs.
  public let kind: NoteKeyKind
  /// The key's name.
  public let name: String
  /// The Ed25519 public key, 32 bytes.
  public let publicKey: [UInt8]

  init(_ kind: NoteKeyKind, name: String, publicKey: [UInt8]) {
    self.kind = kind
    self.name = name
    self.publicKey = publicKey
  }

  /// SHA-256(name ‖ LF ‖ kind ‖ public key), the first four bytes.
  var keyHash: [UInt8] {
    Array(Digest.of(Array(name.utf8) + [0x0A, kind.rawValue], publicKey).bytes.prefix(4))
  }

  /// The text by which the key is handed out: `name+hash+key`.
  public var text: String {
    "\(name)+\(Hex.encode(keyHash))+\(Base64.encode([kind.rawValue] + publicKey))"
  }

  /// Reads ``text``; nil for anything else, or if the hash does not fit.
  public init?(text: String) {
    let parts = text.split(separator: "+", maxSplits: 2)
    guard parts.count == 3, let key = Base64.decode(String(parts[2])), key.count == 33,
      let kind = NoteKeyKind(rawValue: key[0])
    else { return nil }
    self.init(kind, name: String(parts[0]), publicKey: Array(key[1...]))
    guard Hex.encode(keyHash) == parts[1] else { return nil }
  }

  /// Whether a note bears a valid signature of this key.
  public func verifies(_ note: SignedNote) -> Bool {
    guard kind == .log else { return cosigned(note) != nil }
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return note.signatures.contains { signature in
      isOwn(signature)
        && key.isValidSignature(signature.bytes.dropFirst(4), for: Array(note.text.utf8))
    }
  }

  /// When this witness says it saw the checkpoint: the latest of its valid signatures; nil without one.
  public func cosigned(_ note: SignedNote) -> Instant? {
    guard kind == .witness,
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
    else { return nil }
    return note.signatures.compactMap { signature -> Instant? in
      guard isOwn(signature), signature.bytes.count == 76 else { return nil }
      let seconds = signature.bytes[4..<12].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      guard seconds <= UInt64(Int64.max / 1_000_000),
        key.isValidSignature(
          signature.bytes.dropFirst(12), for: NoteVerifier.cosigned(note.text, seconds: seconds))
      else { return nil }
      return Instant(seconds: Int64(seconds))
    }.max()
  }

  private func isOwn(_ signature: SignedNote.Signature) -> Bool {
    signature.name.utf8.elementsEqual(name.utf8)
      && signature.bytes.prefix(4).elementsEqual(keyHash)
  }

  /// What a witness signs.
  static func cosigned(_ checkpoint: String, seconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(seconds)\n\(checkpoint)".utf8)
  }
}
