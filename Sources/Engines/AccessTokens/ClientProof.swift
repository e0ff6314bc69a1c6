import Commons

/// A secret that an authorisation server made for a client, as the server keeps it: a salt and a digest.
///
/// The secret has 256 random bits, so that guessing is hopeless and no slow function is needed; what a
/// person chooses never comes here.
public struct ClientSecret: Hashable, Sendable {
  private let salt: [UInt8]
  private let digest: [UInt8]
  private static let size = 32

  /// A new secret from 48 random bytes, and how it is kept.
  public static func make(_ random: [UInt8]) -> (shown: String, kept: ClientSecret) {
    precondition(random.count == 48)
    let shown = Base64.encode(Array(random.prefix(size)), url: true)
    return (shown, ClientSecret(shown, salt: Array(random.suffix(16))))
  }

  private init(_ shown: String, salt: [UInt8]) {
    self.salt = salt
    digest = Commons.Digest.of(salt, Array(shown.utf8)).bytes
  }

  /// What is kept, as text; nil for other text.
  public init?(_ text: String) {
    let parts = text.split(separator: "$")
    guard parts.count == 3, parts[0] == "sha256", let salt = Hex.decode(parts[1]),
      let digest = Hex.decode(parts[2]), salt.count == 16, digest.count == 32
    else { return nil }
    (self.salt, self.digest) = (salt, digest)
  }

  /// As it is kept.
  public var text: String { "sha256$\(Hex.encode(salt))$\(Hex.encode(digest))" }

  /// Whether this is the secret; takes as long for a wrong one.
  public func fits(_ shown: String) -> Bool {
    let other = Commons.Digest.of(salt, Array(shown.utf8)).bytes
    return zip(digest, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// A JWT by which a client proves itself with its private key (RFC 7523 §3, private_key_jwt).
public struct ClientAssertion: Sendable {
  /// The client (`iss` and `sub`).
  public let client: String
  /// What tells it from others, so that it is used once.
  public let id: String
  /// Until when it holds, in seconds of Unix time.
  public let ends: Int64
  /// Seconds for which one may hold at most.
  public static let mostSeconds: Int64 = 300

  /// Who a JWT says that it is of, unproven: to find the key that proves it.
  public static func named(_ jwt: String) -> String? {
    let parts = jwt.split(separator: ".", omittingEmptySubsequences: false)
    guard jwt.utf8.count <= 8192, parts.count == 3, let body = Base64.decode(parts[1], url: true),
      let claims = try? JSONValue(parsing: body)
    else { return nil }
    return claims["sub"]?.string
  }

  /// Reads and proves one.
  ///
  /// - Parameter audience: what it must be for: the address of the token endpoint or the issuer's name.
  public init(
    _ jwt: String, key: TokenKey, audiences: Set<String>, at now: Instant
  ) throws(TokenProblem) {
    let verifier = TokenVerifier(keys: [key], audiences: audiences)
    let claims = try verifier.verify(jwt, at: now)
    let parts = jwt.split(separator: ".", omittingEmptySubsequences: false)
    guard let bytes = Base64.decode(parts[1], url: true),
      let body = try? JSONValue(parsing: bytes), body["iss"]?.string == claims.subject
    else { throw .nobody }
    guard let id = body["jti"]?.string, (1...255).contains(id.utf8.count) else {
      throw .malformed
    }
    guard claims.ends <= now.seconds + ClientAssertion.mostSeconds else { throw .expired }
    client = claims.subject
    self.id = id
    ends = claims.ends
  }
}
