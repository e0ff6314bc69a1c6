import Commons
import CryptoExtras
import Testing

@testable import AccessTokens

@Suite struct TokenTests {
  private static let now = Instant(seconds: 1_800_000_000)

  private struct Keys {
    let issuer: TokenIssuer
    let key: TokenKey

    init() throws {
      let made = try _RSA.Signing.PrivateKey(keySize: .bits2048)
      issuer = try #require(TokenIssuer(pem: made.pemRepresentation, name: "test"))
      key = try TokenKey(pem: issuer.publicKey, allowsTestKey: false)
    }

    func token(
      _ subject: String = "uss1", _ audience: String = "dss.example",
      at now: Instant = TokenTests.now
    ) throws -> String {
      try issuer.token(
        for: subject, scopes: ["a.b", "c"], audience: audience, at: now, id: "1")
    }
  }

  private func problem(_ verifier: TokenVerifier, _ token: String, at now: Instant) -> TokenProblem?
  {
    do throws(TokenProblem) {
      _ = try verifier.verify(token, at: now)
      return nil
    } catch { return error }
  }

  @Test func takesTokensOfAnyOfItsKeysForAnyOfItsAudiences() throws {
    let (one, two) = (try Keys(), try Keys())
    let verifier = TokenVerifier(
      keys: [one.key, two.key], audiences: ["dss.example", "localhost"])
    for keys in [one, two] {
      for audience in ["dss.example", "localhost"] {
        let claims = try verifier.verify(
          header: "Bearer " + keys.token("uss1", audience), at: TokenTests.now)
        #expect(claims.subject == "uss1" && claims.scopes == ["a.b", "c"])
      }
    }
  }

  @Test func refusesWhatIsForgedExpiredOrForOthers() throws {
    let (ours, other) = (try Keys(), try Keys())
    let verifier = TokenVerifier(keys: [ours.key], audiences: ["dss.example"])
    let now = TokenTests.now
    let good = try ours.token()
    #expect(problem(verifier, good, at: now) == nil)
    #expect(problem(verifier, try other.token(), at: now) == .forged)
    #expect(problem(verifier, try ours.token("uss1", "elsewhere"), at: now) == .otherAudience)
    #expect(problem(verifier, try ours.token(""), at: now) == .nobody)
    // Kept claims end, too.
    #expect(problem(verifier, good, at: now.adding(seconds: 3600)) == .expired)
    #expect(problem(verifier, good, at: now.adding(seconds: -120)) == .early)
    #expect(problem(verifier, good, at: now.adding(seconds: -30)) == nil)
    for header in [nil, "", "Bearer", "Basic abc", good] {
      #expect(throws: TokenProblem.missing) { try verifier.verify(header: header, at: now) }
    }
  }

  @Test func refusesEveryTokenOfWhichOneCharacterWasChanged() throws {
    let keys = try Keys()
    let verifier = TokenVerifier(keys: [keys.key], audiences: ["dss.example"])
    let token = Array(try keys.token())
    for place in token.indices where token[place] != "." {
      var changed = token
      changed[place] = token[place] == "A" ? "Q" : "A"
      #expect(problem(verifier, String(changed), at: TokenTests.now) != nil, "character \(place)")
    }
  }

  /// RFC 8725 §2.1: what a token says of its own algorithm is not believed.
  @Test(arguments: ["none", "HS256", "RS512", "rs256"])
  func refusesOtherAlgorithms(_ algorithm: String) throws {
    let keys = try Keys()
    let verifier = TokenVerifier(keys: [keys.key], audiences: ["dss.example"])
    let parts = try keys.token().split(separator: ".")
    let head = JSONValue.object(["alg": .string(algorithm), "typ": "JWT"])
    let token = Base64.encode(head.canonicalBytes, url: true) + ".\(parts[1])."
    #expect(problem(verifier, token, at: TokenTests.now) == .malformed)
    #expect(problem(verifier, token + parts[2], at: TokenTests.now) == .malformed)
  }

  /// The public half of the pair that InterUSS publishes for its test suites.
  private static let published = """
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtjrMt+vOxuqjOU+hwrVA
    gHjBMs9nMw1ONSpiLOpUQSnqvBwB0Zba+8e2tGJeQDWEf8KoVt3PfMa34EomLhWZ
    GWEosftV8gZSbneDjUnE+kUTXvZmMFa2Byc9njsl5N7dOC1pT7qHNJOB9RhK/9eh
    Pl7XczRuIJR7N/ZFk+XZSlFh5werq7ME7GdhBPFaO30KZRmRhgwVtAP2kA8sSrqg
    xXuuyy808UvT3MkzL63Sv/EzQSs8YLVAn/BwiQlmWxKFmtzNk9RJdYkxRJN1E9E2
    sS2i6b55j94hiPwwQ16GsAAWUT+ijezlHuGZU+OLYtYfoHy+4Ku31doQc0ujvtYO
    JQIDAQAB
    -----END PUBLIC KEY-----
    """

  @Test func refusesTheKeyWhosePrivateHalfEverybodyKnows() throws {
    #expect(throws: TokenKey.Refusal.known) {
      try TokenKey(pem: TokenTests.published, allowsTestKey: false)
    }
    _ = try TokenKey(pem: TokenTests.published, allowsTestKey: true)
    #expect(throws: TokenKey.Refusal.unreadable) { try TokenKey(pem: "x", allowsTestKey: false) }
  }
}
