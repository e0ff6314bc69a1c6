import Commons
import Crypto

/// The secrets of one store, kept in a file outside the database.
///
/// One random master secret; every use has its own key, derived by HKDF (RFC 5869) under its name,
/// so that one leaked use does not open another.
public struct KeyRing: Sendable {
  /// Wraps the sealing keys of subjects.
  let wrapping: SymmetricKey
  /// Marks rows, see ``MarkedTable``: the keyed state, to be copied.
  let marker: HMAC<SHA256>
  /// Makes tracking tokens: the keyed state, to be copied.
  private let tracker: HMAC<SHA256>
  private let master: SymmetricKey
  /// The Ed25519 seed with which checkpoints of the log are signed, 32 bytes.
  public let logSeed: [UInt8]

  /// The keys that follow from a master secret of 32 bytes.
  public init(master secret: [UInt8]) throws(Problem) {
    guard secret.count == 32 else {
      throw .malformed(
        Phrase("主密钥应为32字节。", en: "The master secret must have 32 bytes."))
    }
    master = SymmetricKey(data: secret)
    wrapping = KeyRing.derive(master, "tequ wrapping 1")
    marker = HMAC<SHA256>(key: KeyRing.derive(master, "tequ marking 1"))
    tracker = HMAC<SHA256>(key: KeyRing.derive(master, "tequ tracking 1"))
    logSeed = KeyRing.derive(master, "tequ log 1").withUnsafeBytes { Array($0) }
  }

  private static func derive(_ master: SymmetricKey, _ use: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: master, info: Array(use.utf8), outputByteCount: 32)
  }

  /// The token with which an anonymous person tracks a case: 80 bits that follow from its key and
  /// cannot be guessed; 16 characters of base32.
  public func trackingToken(_ aggregate: Int64) -> String {
    var code = tracker
    code.update(data: KeyRing.bytes(aggregate))
    return Base32.encode(Array(code.finalize().prefix(10)))
  }

  /// A keyed index of a personal value: equal values meet, the value cannot be read back.
  public func blindIndex(_ value: String, use: String) -> Int64 {
    let key = KeyRing.derive(master, "tequ blind \(use) 1")
    return code(Array(value.utf8), key).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
  }

  /// A secret for one purpose outside the books, 32 bytes.
  public func secret(for use: String) -> [UInt8] {
    KeyRing.derive(master, "tequ use \(use)").withUnsafeBytes { Array($0) }
  }

  private func code(_ message: [UInt8], _ key: SymmetricKey) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
  }

  static func bytes(_ value: Int64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> Int64(56 - 8 * $0)) }
  }
}

/// The key under which the personal words of one subject (a case, an account) are sealed. Destroying
/// its wrapped form forgets the subject, in backups too.
public struct SealingKey: Sendable {
  let key: SymmetricKey
  /// Makes salts: the keyed state, to be copied.
  private let salter: HMAC<SHA256>
  /// The subject to which it belongs.
  public let subject: Int64

  /// A fresh key for a subject.
  public init(subject: Int64, random: some RandomSource) {
    self.init(SymmetricKey(data: random.bytes(32)), subject)
  }

  /// Unwraps what ``wrapped(_:random:)`` made; nil if it was altered or belongs to another subject.
  public init?(subject: Int64, wrapped: [UInt8], _ ring: KeyRing) {
    guard let bytes = AEAD.open(wrapped, ring.wrapping, bound: KeyRing.bytes(subject)) else {
      return nil
    }
    self.init(SymmetricKey(data: bytes), subject)
  }

  private init(_ key: SymmetricKey, _ subject: Int64) {
    self.key = key
    self.subject = subject
    var salter = HMAC<SHA256>(key: key)
    salter.update(data: Array("tequ salt 1".utf8))
    self.salter = salter
  }

  /// The key sealed under the store's own, bound to its subject.
  public func wrapped(_ ring: KeyRing, random: some RandomSource) -> [UInt8] {
    let bytes = key.withUnsafeBytes { Array($0) }
    return AEAD.seal(bytes, ring.wrapping, bound: KeyRing.bytes(subject), random)
  }

  /// The salt of the commitment of the act at a place, 16 bytes: it follows from the key, so that none
  /// is stored and destroying the key destroys it.
  public func salt(at place: Int64) -> [UInt8] {
    var code = salter
    code.update(data: KeyRing.bytes(place))
    return Array(code.finalize().prefix(16))
  }

  /// Seals bytes, bound to a place (the row's key), so that they cannot be moved to another one.
  public func seal(_ plain: [UInt8], at place: Int64, random: some RandomSource) -> [UInt8] {
    AEAD.seal(plain, key, bound: KeyRing.bytes(place), random)
  }

  /// Opens sealed bytes; nil if they were altered, moved or sealed under another key.
  public func open(_ sealed: [UInt8], at place: Int64) -> [UInt8]? {
    AEAD.open(sealed, key, bound: KeyRing.bytes(place))
  }
}

/// AES-256-GCM (NIST SP 800-38D) in the form nonce ‖ ciphertext ‖ tag.
private enum AEAD {
  static func seal(
    _ plain: [UInt8], _ key: SymmetricKey, bound: [UInt8], _ random: some RandomSource
  ) -> [UInt8] {
    // Both calls fail only for a nonce or key of a wrong length, which these are not.
    guard let nonce = try? AES.GCM.Nonce(data: random.bytes(12)),
      let box = try? AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: bound),
      let combined = box.combined
    else { preconditionFailure("AES-GCM refused a 12-byte nonce") }
    return Array(combined)
  }

  static func open(_ sealed: [UInt8], _ key: SymmetricKey, bound: [UInt8]) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed),
      let plain = try? AES.GCM.open(box, using: key, authenticating: bound)
    else { return nil }
    return Array(plain)
  }
}
