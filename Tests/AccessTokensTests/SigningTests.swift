import Commons
import CryptoExtras
import Testing

@testable import AccessTokens

@Suite struct SigningTests {
  private static let now = Instant(seconds: 1_800_000_000)

  private static func pem() throws -> String {
    try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation
  }

  @Test func aNewKeySignsWhileTheOldOneIsStillPublished() throws {
    let (old, new) = (try SigningTests.pem(), try SigningTests.pem())
    let before = try SigningKeys(pem: old, name: "https://auth.example")
    let after = try SigningKeys(pem: new + "\n" + old, name: "https://auth.example")
    let keys = try after.publicKeys.map { try TokenKey(pem: $0, allowsTestKey: false) }
    let verifier = TokenVerifier(keys: keys, audiences: ["dss.example"])
    for set in [before, after] {
      let token = try set.issuer.token(
        for: "uss1", scopes: ["a"], audience: "dss.example", at: SigningTests.now, id: "1")
      #expect(try verifier.verify(token, at: SigningTests.now).subject == "uss1")
    }
    let published = after.keySet["keys"]?.array ?? []
    #expect(published.count == 2)
    #expect(Set(published.compactMap { $0["kid"]?.string }).count == 2)
    // 2048 bits without a leading zero; 65537.
    let n = try #require(published.first?["n"]?.string)
    #expect(Base64.decode(n, url: true)?.count == 256 && published.first?["e"]?.string == "AQAB")
    #expect(before.keySet["keys"]?.array?.first?["kid"] == published.last?["kid"])
  }

  @Test func refusesWhatIsNoKeyOrStandsTwice() throws {
    let good = try SigningTests.pem()
    #expect(throws: SigningKeys.Refusal.none) { try SigningKeys(pem: "", name: "x") }
    #expect(throws: SigningKeys.Refusal.double(2)) { try SigningKeys(pem: good + good, name: "x") }
    #expect(throws: SigningKeys.Refusal.unreadable(2)) {
      try SigningKeys(pem: good + "-----BEGIN X-----\nAA\n-----END X-----\n", name: "x")
    }
  }

  @Test func aSecretIsKeptAsADigestWithItsOwnSalt() throws {
    let one = ClientSecret.make([UInt8](0..<48))
    let other = ClientSecret.make([UInt8](0..<32) + [UInt8](repeating: 9, count: 16))
    #expect(one.shown == other.shown && one.kept != other.kept)
    let again = try #require(ClientSecret(one.kept.text))
    #expect(again.fits(one.shown) && !again.fits(one.shown + "A") && !again.fits(""))
    for text in ["", "sha256$$", "sha256$00$00", "md5" + one.kept.text.dropFirst(6)] {
      #expect(ClientSecret(text) == nil)
    }
  }

  @Test func assertionsProveAClientForOneServerForFiveMinutes() throws {
    let pem = try SigningTests.pem()
    let key = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
    let public_ = try TokenKey(pem: key.publicKey.pemRepresentation, allowsTestKey: false)
    let now = SigningTests.now
    func assertion(
      by name: String = "uss1", audience: String = "https://auth.example", life: Int64 = 60,
      id: String = "j"
    ) throws -> String {
      try TokenIssuer(key: key, name: name).token(
        for: "uss1", scopes: [], audience: audience, at: now, id: id, lifeSeconds: life)
    }
    func problem(_ jwt: String, at now: Instant = SigningTests.now) -> TokenProblem? {
      do throws(TokenProblem) {
        _ = try ClientAssertion(jwt, key: public_, audiences: ["https://auth.example"], at: now)
        return nil
      } catch { return error }
    }
    #expect(problem(try assertion()) == nil)
    #expect(ClientAssertion.named(try assertion()) == "uss1")
    #expect(problem(try assertion(by: "uss2")) == .nobody)
    #expect(problem(try assertion(audience: "https://other.example")) == .otherAudience)
    #expect(problem(try assertion(life: 3600)) == .expired)
    #expect(problem(try assertion(), at: now.adding(seconds: 61)) == .expired)
    #expect(problem(try assertion(id: "")) == .malformed)
    let stranger = try TokenIssuer(
      key: _RSA.Signing.PrivateKey(keySize: .bits2048), name: "uss1"
    ).token(
      for: "uss1", scopes: [], audience: "https://auth.example", at: now, id: "j", lifeSeconds: 60)
    #expect(problem(stranger) == .forged)
  }
}
