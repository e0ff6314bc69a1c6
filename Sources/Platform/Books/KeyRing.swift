import Commons
import Crypto
import Synchronization

/// The secrets of one store at work, kept in a file outside the database, see ``KeySecrets``.
///
/// Every use has its own key, so that one leaked use does not open another. Copies share the
/// generations of the keys that are changed from time to time: what one adopts, all have.
public struct KeyRing: Sendable {
  /// Makes tracking tokens: the keyed state, to be copied.
  private let tracker: HMAC<SHA256>
  private let lasting: SymmetricKey
  private let generations: KeyGenerations
  /// The Ed25519 seed with which checkpoints of the log are signed, 32 bytes.
  public let logSeed: [UInt8]

  /// The keys of a store as of a moment.
  public init(_ secrets: KeySecrets, at moment: Instant) {
    tracker = HMAC<SHA256>(key: SymmetricKey(data: secrets.tracking))
    lasting = SymmetricKey(data: secrets.lasting)
    logSeed = secrets.log
    generations = KeyGenerations(secrets, at: moment)
  }

  /// The keys that follow from a master secret of 32 bytes.
  public init(master secret: [UInt8]) throws(Problem) {
    self.init(try KeySecrets(master: secret), at: Instant(microseconds: 0))
  }

  static func derive(_ master: SymmetricKey, _ use: String) -> SymmetricKey {
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
    let key = KeyRing.derive(lasting, "tequ blind \(use) 1")
    return code(Array(value.utf8), key).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
  }

  /// A secret for one purpose outside the books, 32 bytes; it outlives every rotation.
  public func secret(for use: String) -> [UInt8] {
    KeyRing.derive(lasting, "tequ use \(use)").withUnsafeBytes { Array($0) }
  }

  /// The Ed25519 seed with which certificates are signed, 32 bytes. A store whose key file has none of its
  /// own has one that follows from the lasting secret.
  public var certificateSeed: [UInt8] {
    generations.certificateSeeds.last ?? secret(for: "certificates 1")
  }
  /// Seeds that signed certificates before: their public halves stay known.
  public var olderCertificateSeeds: [[UInt8]] {
    let seeds = generations.certificateSeeds
    return seeds.isEmpty ? [] : [secret(for: "certificates 1")] + seeds.dropLast()
  }
  /// The seed of the SM2 key with which checkpoints are signed a second time.
  public var nationalLogSeed: [UInt8] { secret(for: "sm2 log 1") }

  private func code(_ message: [UInt8], _ key: SymmetricKey) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
  }

  static func bytes(_ value: Int64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> Int64(56 - 8 * $0)) }
  }

  // MARK: Generations

  /// The one for what is written now.
  var current: KeyGeneration { generations.current }
  /// All that may be met, the current one first.
  var readable: [KeyGeneration] { generations.readable }

  /// The number of the generation for what is written now.
  public var generation: Int64 { generations.current.number }
  /// Whether rows of more than one generation may be met.
  public var isRotating: Bool { generations.readable.count > 1 }
  /// Whether the newest generation is the one for what is written now.
  public var usesNewest: Bool {
    let readable = generations.readable
    return readable.allSatisfy { $0.number <= readable[0].number }
  }

  /// Takes the generations that the key file has now, in all copies of this ring. The secrets that
  /// stay must be the same.
  ///
  /// - Throws: ``Problem`` 422 `keys-of-another-store` if they are not.
  public func adopt(_ secrets: KeySecrets, at moment: Instant) throws {
    guard secrets.log == logSeed else {
      throw Problem.refused(
        "keys-of-another-store",
        Phrase("密钥文件属于另一座城市。", en: "The key file belongs to another city."))
    }
    generations.adopt(secrets, at: moment)
  }
}

/// A pair of keys that are changed together.
struct KeyGeneration: Sendable {
  let number: Int64
  /// Wraps the sealing keys of subjects.
  let wrapping: SymmetricKey
  /// Marks rows, see ``MarkedTable``: the keyed state, to be copied.
  let marker: HMAC<SHA256>
}

/// The generations that are known, shared by all copies of a ring.
private final class KeyGenerations: Sendable {
  private let known: Mutex<[KeyGeneration]>
  private let certificates: Mutex<[[UInt8]]>

  init(_ secrets: KeySecrets, at moment: Instant) {
    known = Mutex(KeyGenerations.order(secrets, moment))
    certificates = Mutex(secrets.certificates)
  }

  /// The Ed25519 seeds with which certificates are and were signed, the present one last.
  var certificateSeeds: [[UInt8]] { certificates.withLock { $0 } }

  var current: KeyGeneration { known.withLock { $0[0] } }
  var readable: [KeyGeneration] { known.withLock { $0 } }

  func adopt(_ secrets: KeySecrets, at moment: Instant) {
    let next = KeyGenerations.order(secrets, moment)
    known.withLock { $0 = next }
    certificates.withLock { $0 = secrets.certificates }
  }

  /// The newest whose time has come, then the others from the newest on.
  private static func order(_ secrets: KeySecrets, _ moment: Instant) -> [KeyGeneration] {
    var all = secrets.generations
    let place = all.lastIndex { $0.usedFrom <= moment } ?? 0
    let current = all.remove(at: place)
    return ([current] + all.reversed()).map {
      KeyGeneration(
        number: $0.number, wrapping: SymmetricKey(data: $0.wrapping),
        marker: HMAC<SHA256>(key: SymmetricKey(data: $0.marking)))
    }
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
    let place = KeyRing.bytes(subject)
    let found = ring.readable.lazy.compactMap { AEAD.open(wrapped, $0.wrapping, bound: place) }
      .first
    guard let found else { return nil }
    self.init(SymmetricKey(data: found), subject)
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
    return AEAD.seal(bytes, ring.current.wrapping, bound: KeyRing.bytes(subject), random)
  }

  /// Whether a wrapped form rests on the generation for what is written now.
  static func isCurrent(subject: Int64, wrapped: [UInt8], _ ring: KeyRing) -> Bool {
    AEAD.open(wrapped, ring.current.wrapping, bound: KeyRing.bytes(subject)) != nil
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
