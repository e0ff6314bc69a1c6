import Commons
import Crypto
import CryptoExtras

/// The header of a sealed file: the file key, wrapped, and a MAC under it.
enum SealedHeader {
  private static let fileKeyBytes = 16
  private static let zeros = [UInt8](repeating: 0, count: 12)

  // MARK: Making

  static func make(
    _ lock: SealedFile.Lock, fileKey: [UInt8], random: some RandomSource
  ) throws -> [UInt8] {
    let arguments: [String]
    let body: [UInt8]
    switch lock {
    case .passphrase(let words, let logRounds):
      let salt = random.bytes(16)
      arguments = ["scrypt", bare(salt), "\(logRounds)"]
      body = SealedFile.seal(fileKey, try scrypt(words, salt, logRounds), zeros)
    case .recipient(let recipient):
      let own = SealedFile.Identity(random: random)
      let share = own.recipient.bytes
      arguments = ["X25519", bare(share)]
      guard let key = agree(own.key, recipient.bytes, share: share, with: recipient.bytes) else {
        throw Problem.malformed(
          Phrase("\(recipient.text) 不是可用的公钥。", en: "\(recipient.text) is no usable key."))
      }
      body = SealedFile.seal(fileKey, key, zeros)
    }
    let text =
      "\(SealedFile.intro)\n-> \(arguments.joined(separator: " "))\n\(bare(body))\n---"
    return Array("\(text) \(bare(mac(text, fileKey)))\n".utf8)
  }

  // MARK: Reading

  /// The file key that a header wraps.
  ///
  /// - Throws: ``Problem`` 422 `wrong-archive-key` if the key does not fit, 400 if this is no header.
  static func open(_ text: String, _ key: SealedFile.Key) throws -> [UInt8] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.first == SealedFile.intro, lines.count >= 4, lines.last == "",
      let macLine = lines.dropLast().last, macLine.hasPrefix("--- ")
    else { throw unreadable }
    let stanzas = try stanzas(lines.dropFirst().dropLast(2))
    guard let fileKey = try stanzas.lazy.compactMap({ try unwrap($0, key) }).first else {
      throw wrongKey
    }
    let signed = lines.dropLast(2).joined(separator: "\n") + "\n---"
    guard let code = decode(macLine.dropFirst(4)),
      constantTimeEqual(code, mac(signed, fileKey))
    else { throw SealedFile.damaged(Phrase("文件头", en: "its header")) }
    return fileKey
  }

  private struct Stanza {
    let arguments: [String]
    let body: [UInt8]
  }

  private static func stanzas(_ lines: ArraySlice<String>) throws -> [Stanza] {
    var stanzas: [Stanza] = []
    var rest = lines
    while let line = rest.popFirst() {
      guard line.hasPrefix("-> ") else { throw unreadable }
      var body = ""
      // A line of 64 characters is followed by another one.
      repeat { body += rest.first ?? "" } while rest.popFirst()?.count == 64
      guard let bytes = decode(body) else { throw unreadable }
      stanzas.append(
        Stanza(
          arguments: line.dropFirst(3).split(separator: " ").map(String.init), body: bytes))
    }
    return stanzas
  }

  private static func unwrap(_ stanza: Stanza, _ key: SealedFile.Key) throws -> [UInt8]? {
    let wrapping: SymmetricKey?
    switch (key, stanza.arguments.first, stanza.arguments.count) {
    case (.passphrase(let words), "scrypt", 3):
      guard let salt = decode(stanza.arguments[1]), salt.count == 16,
        let rounds = Int(stanza.arguments[2]), (1...20).contains(rounds)
      else { throw unreadable }
      wrapping = try scrypt(words, salt, rounds)
    case (.identity(let identity), "X25519", 2):
      guard let share = decode(stanza.arguments[1]), share.count == 32 else { throw unreadable }
      wrapping = agree(identity.key, share, share: share, with: identity.recipient.bytes)
    default: return nil
    }
    guard let wrapping, stanza.body.count == fileKeyBytes + SealedFile.tagBytes else { return nil }
    return SealedFile.open(stanza.body[...], wrapping, zeros)
  }

  private static let unreadable = Problem.malformed(
    Phrase("这不是加密备份文件（age 格式）。", en: "This is no encrypted backup (age format)."))
  private static let wrongKey = Problem.refused(
    "wrong-archive-key",
    Phrase(
      "口令或密钥与此备份不符。请使用制作备份时的口令文件或密钥文件。",
      en:
        "The passphrase or key does not fit this backup. Use the passphrase file or key file with "
        + "which it was made."))

  // MARK: Keys

  private static func scrypt(
    _ words: [UInt8], _ salt: [UInt8], _ logRounds: Int
  ) throws -> SymmetricKey {
    // 128·r·N bytes of memory, with r = 8; the library's own limit is lower.
    try KDF.Scrypt.deriveKey(
      from: words, salt: Array("age-encryption.org/v1/scrypt".utf8) + salt, outputByteCount: 32,
      rounds: 1 << logRounds, blockSize: 8, parallelism: 1,
      maxMemory: (1 << logRounds) * 1024 + (1 << 20))
  }

  private static func agree(
    _ own: Curve25519.KeyAgreement.PrivateKey, _ other: [UInt8], share: [UInt8],
    with recipient: [UInt8]
  ) -> SymmetricKey? {
    guard let other = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: other),
      let secret = try? own.sharedSecretFromKeyAgreement(with: other)
    else { return nil }
    return SealedFile.derive(
      secret.withUnsafeBytes { Array($0) }, salt: share + recipient,
      info: "age-encryption.org/v1/X25519")
  }

  private static func mac(_ text: String, _ fileKey: [UInt8]) -> [UInt8] {
    let key = SealedFile.derive(fileKey, salt: [], info: "header")
    return Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
  }

  // MARK: Base64 without padding

  private static func bare(_ bytes: [UInt8]) -> String { Base64.encode(bytes).filter { $0 != "=" } }

  private static func decode(_ text: some StringProtocol) -> [UInt8]? {
    guard !text.contains("=") else { return nil }
    return Base64.decode(text + String(repeating: "=", count: (4 - text.count % 4) % 4))
  }
}
