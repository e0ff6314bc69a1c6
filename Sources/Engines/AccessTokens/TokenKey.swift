import Commons
import CryptoExtras

/// The public key of an authorisation server: RSA, for tokens signed with RS256 (RFC 7518 §3.3).
public struct TokenKey: Sendable {
  /// SHA-256 of the key as SubjectPublicKeyInfo.
  public let fingerprint: Commons.Digest
  private let key: _RSA.Signing.PublicKey

  /// What keeps a key from being used.
  public enum Refusal: Error, Hashable, Sendable {
    /// It is no RSA key in PEM.
    case unreadable
    /// It has fewer than 2048 bits (RFC 7518 §3.3).
    case short
    /// Everybody knows its private half.
    case known
  }

  /// The key pair of InterUSS's test suites, whose private half is published with them.
  static let publishedTestKey =
    "bfa71ffa0f0f95bfa63b36a9593f172950190e0c1a1d1719edbdbb50df6d92cf"

  /// Reads a key in PEM (`BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`).
  ///
  /// - Parameter allowsTestKey: whether the published test key of InterUSS is taken, with which anybody
  ///   can sign a token for anybody.
  public init(pem: String, allowsTestKey: Bool) throws(Refusal) {
    guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) else { throw .unreadable }
    guard key.keySizeInBits >= 2048 else { throw .short }
    self.key = key
    fingerprint = Commons.Digest.of(Array(key.derRepresentation))
    if fingerprint.hex == TokenKey.publishedTestKey, !allowsTestKey { throw .known }
  }

  /// Whether this key signed a message.
  func signed(_ message: [UInt8], _ signature: [UInt8]) -> Bool {
    key.isValidSignature(
      _RSA.Signing.RSASignature(rawRepresentation: signature), for: message,
      padding: .insecurePKCS1v1_5)
  }
}
