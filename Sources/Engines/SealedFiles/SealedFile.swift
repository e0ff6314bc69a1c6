import Commons
import Crypto

/// Files that only the holder of a key can read, in the age format, version 1
/// (c2sp.org/age): the `age` tool of other hands opens what is sealed here, and the reverse.
///
/// A random file key is wrapped for one recipient in the header, whose MAC it makes; the content
/// follows in chunks of 64 KiB, each under ChaCha20-Poly1305 with its number and a mark for the last
/// one in the nonce, so that a change, a cut and an exchange of chunks are all found.
public enum SealedFile {
  /// Bytes in a chunk before sealing.
  public static let chunkBytes = 64 * 1024
  static let tagBytes = 16
  static let intro = "age-encryption.org/v1"

  /// For whom a file is sealed.
  public enum Lock: Sendable {
    /// Whoever knows these words; `logRounds` is log₂ of scrypt's N.
    case passphrase([UInt8], logRounds: Int = 17)
    /// Whoever holds the identity of this X25519 key: what seals need not be able to open.
    case recipient(Recipient)
  }

  /// What opens a file.
  public enum Key: Sendable {
    /// The words.
    case passphrase([UInt8])
    /// The secret key.
    case identity(Identity)
  }

  /// The public half of a key pair, written `age1…`.
  public struct Recipient: Hashable, Sendable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads `age1…`; nil for anything else.
    public init?(text: String) {
      guard let bytes = Bech32.decode(text, prefix: "age"), bytes.count == 32 else { return nil }
      self.bytes = bytes
    }

    /// `age1…`
    public var text: String { Bech32.encode(bytes, prefix: "age") }
  }

  /// The secret half, written `AGE-SECRET-KEY-1…`.
  public struct Identity: Sendable {
    let key: Curve25519.KeyAgreement.PrivateKey

    /// A new one.
    public init(random: some RandomSource) {
      // Every 32 bytes are a key of X25519.
      guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: random.bytes(32))
      else { preconditionFailure("X25519 refused 32 bytes") }
      self.key = key
    }

    /// Reads the first line that is a key, as in the files of `age-keygen`; nil if there is none.
    public init?(text: String) {
      let lines = text.split(whereSeparator: \.isNewline).map { $0.filter { !$0.isWhitespace } }
      let found = lines.compactMap { Bech32.decode($0, prefix: "age-secret-key-") }.first
      guard let bytes = found, bytes.count == 32,
        let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes)
      else { return nil }
      self.key = key
    }

    /// `AGE-SECRET-KEY-1…`
    public var text: String {
      Bech32.encode(Array(key.rawRepresentation), prefix: "age-secret-key-").uppercased()
    }

    /// The public half.
    public var recipient: Recipient { Recipient(bytes: Array(key.publicKey.rawRepresentation)) }
  }

  static func derive(_ key: [UInt8], salt: [UInt8], info: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: key), salt: salt, info: Array(info.utf8),
      outputByteCount: 32)
  }

  /// The nonce of a chunk: its number in 11 bytes, then 1 for the last one.
  static func nonce(_ number: UInt64, isLast: Bool) -> [UInt8] {
    [0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
      + [isLast ? 1 : 0]
  }

  static func seal(_ plain: some Sequence<UInt8>, _ key: SymmetricKey, _ nonce: [UInt8]) -> [UInt8]
  {
    // Both calls fail only for a nonce or key of a wrong length, which these are not.
    guard let nonce = try? ChaChaPoly.Nonce(data: nonce),
      let box = try? ChaChaPoly.seal(Array(plain), using: key, nonce: nonce)
    else { preconditionFailure("ChaCha20-Poly1305 refused a 12-byte nonce") }
    return Array(box.ciphertext) + Array(box.tag)
  }

  static func open(_ sealed: ArraySlice<UInt8>, _ key: SymmetricKey, _ nonce: [UInt8]) -> [UInt8]? {
    guard sealed.count >= tagBytes,
      let box = try? ChaChaPoly.SealedBox(
        nonce: ChaChaPoly.Nonce(data: nonce), ciphertext: Array(sealed.dropLast(tagBytes)),
        tag: Array(sealed.suffix(tagBytes)))
    else { return nil }
    return (try? ChaChaPoly.open(box, using: key)).map { Array($0) }
  }
}
