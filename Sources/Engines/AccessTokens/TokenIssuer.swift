import Commons
import CryptoExtras

/// Signs tokens with RS256.
public struct TokenIssuer: Sendable {
  private let key: _RSA.Signing.PrivateKey
  private let name: String

  /// Seconds for which a token holds.
  public static let lifeSeconds: Int64 = 3600

  /// An issuer with an RSA private key in PEM; nil if it is none.
  ///
  /// - Parameter name: what tokens say of who issued them (`iss`).
  public init?(pem: String, name: String) {
    guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) else { return nil }
    self.key = key
    self.name = name
  }

  /// An issuer whose key is read already.
  init(key: _RSA.Signing.PrivateKey, name: String) {
    self.key = key
    self.name = name
  }

  /// The public half, in PEM.
  public var publicKey: String { key.publicKey.pemRepresentation }

  /// A token for a subject.
  ///
  /// - Parameter id: what tells it from all others (`jti`).
  public func token(
    for subject: String, scopes: [String], audience: String, at now: Instant, id: String,
    lifeSeconds: Int64 = TokenIssuer.lifeSeconds
  ) throws -> String {
    let keyID = TokenIssuer.keyID(key.publicKey)
    let claims: JSONValue = [
      "iss": .string(name), "sub": .string(subject), "client_id": .string(subject),
      "scope": .string(scopes.joined(separator: " ")), "aud": .string(audience),
      "nbf": .integer(now.seconds - 1), "exp": .integer(now.seconds + lifeSeconds),
      "jti": .string(id),
    ]
    let head: JSONValue = ["alg": "RS256", "kid": .string(keyID), "typ": "JWT"]
    let message =
      Base64.encode(head.canonicalBytes, url: true) + "."
      + Base64.encode(claims.canonicalBytes, url: true)
    let signature = try key.signature(
      for: Array(message.utf8), padding: .insecurePKCS1v1_5)
    return message + "." + Base64.encode(Array(signature.rawRepresentation), url: true)
  }

  /// A name of a key that follows from it: its fingerprint's first half.
  static func keyID(_ key: _RSA.Signing.PublicKey) -> String {
    String(Commons.Digest.of(Array(key.derRepresentation)).hex.prefix(32))
  }
}
