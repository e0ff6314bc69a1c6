import Commons

/// What a token says that was found to be good.
public struct TokenClaims: Hashable, Sendable {
  /// For whom it was issued (`sub`): a USS, as the standards of unmanned traffic understand it.
  public let subject: String
  /// What it may be used for (`scope`, RFC 8693 §4.2).
  public let scopes: Set<String>
  /// From when it holds (`nbf`); nil for ever before.
  let begins: Int64?
  /// Until when it holds (`exp`), in seconds of Unix time.
  let ends: Int64

  /// Claims.
  public init(subject: String, scopes: Set<String>, begins: Int64? = nil, ends: Int64) {
    self.subject = subject
    self.scopes = scopes
    self.begins = begins
    self.ends = ends
  }

  func require(_ now: Instant) throws(TokenProblem) {
    guard now.seconds < ends else { throw .expired }
    if let begins, now.seconds + TokenVerifier.leewaySeconds < begins { throw .early }
  }
}

/// Why a token is not good.
public enum TokenProblem: String, Error, Hashable, Sendable {
  /// None was shown.
  case missing = "no access token was shown: send Authorization: Bearer <token>"
  /// It is no JWT with RS256.
  case malformed = "the access token is no JSON Web Token signed with RS256"
  /// No key of ours signed it.
  case forged = "the signature of the access token fits none of the accepted keys"
  /// Its time is over, or it never ends.
  case expired = "the access token has expired, or has no exp"
  /// Its time has not begun.
  case early = "the access token is not valid yet"
  /// It is meant for another server.
  case otherAudience = "the access token is for another audience than this server"
  /// It names nobody.
  case nobody = "the access token has no sub"
}

/// Tells good tokens from bad: JSON Web Tokens (RFC 7519) signed with RS256 by one of several keys for
/// one of several audiences.
public final class TokenVerifier: Sendable {
  private let keys: [TokenKey]
  private let audiences: Set<String>
  // Verifying costs some 30 µs; clients use one token for an hour.
  private let known = Locked<[String: TokenClaims]>([:])
  private static let mostKnown = 10_000
  private static let longest = 8192

  /// Seconds by which the clock of the authorisation server may be ahead (`nbf`).
  static let leewaySeconds: Int64 = 60

  /// A verifier; without keys it takes no token at all.
  public init(keys: [TokenKey], audiences: Set<String>) {
    self.keys = keys
    self.audiences = audiences
  }

  /// The claims of the token in an `Authorization` header.
  public func verify(header: String?, at now: Instant) throws(TokenProblem) -> TokenClaims {
    guard let header else { throw .missing }
    let halves = header.split(separator: " ", maxSplits: 1)
    guard halves.count == 2, halves[0].lowercased() == "bearer" else { throw .missing }
    return try verify(String(halves[1]), at: now)
  }

  /// The claims of a token.
  public func verify(_ token: String, at now: Instant) throws(TokenProblem) -> TokenClaims {
    if let claims = known.withLock({ $0[token] }) {
      try claims.require(now)
      return claims
    }
    let claims = try read(token)
    try claims.require(now)
    known.withLock { known in
      if known.count >= TokenVerifier.mostKnown { known.removeAll() }
      known[token] = claims
    }
    return claims
  }

  private func read(_ token: String) throws(TokenProblem) -> TokenClaims {
    guard token.utf8.count <= TokenVerifier.longest else { throw .malformed }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let head = Base64.decode(parts[0], url: true),
      let body = Base64.decode(parts[1], url: true),
      let signature = Base64.decode(parts[2], url: true),
      let header = try? JSONValue(parsing: head), header["alg"]?.string == "RS256",
      // A critical extension must be understood (RFC 7515 §4.1.11), and none is.
      header["crit"] == nil
    else { throw .malformed }
    let message = Array("\(parts[0]).\(parts[1])".utf8)
    guard keys.contains(where: { $0.signed(message, signature) }) else { throw .forged }
    guard let claims = try? JSONValue(parsing: body) else { throw .malformed }
    return try read(claims)
  }

  private func read(_ claims: JSONValue) throws(TokenProblem) -> TokenClaims {
    let named = claims["aud"]?.array?.compactMap(\.string) ?? [claims["aud"]?.string ?? ""]
    guard !audiences.isDisjoint(with: named) else { throw .otherAudience }
    guard let subject = claims["sub"]?.string, !subject.isEmpty else { throw .nobody }
    guard let ends = TokenVerifier.seconds(claims["exp"]) else { throw .expired }
    let scopes =
      claims["scope"]?.array?.compactMap(\.string)
      ?? (claims["scope"]?.string ?? "").split(separator: " ").map(String.init)
    return TokenClaims(
      subject: subject, scopes: Set(scopes), begins: TokenVerifier.seconds(claims["nbf"]),
      ends: ends)
  }

  /// A NumericDate, which may have a fraction (RFC 7519 §2).
  private static func seconds(_ value: JSONValue?) -> Int64? {
    guard let number = value?.double, abs(number) < 1e15 else { return nil }
    return Int64(number.rounded(.down))
  }
}
