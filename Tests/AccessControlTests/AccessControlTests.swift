import AccessControl
import Commons
import Testing

private let duty = Basis.cityPolicy(Phrase("不相容职务分离", en: "separation of duties"))
private let policy = AccessPolicy(
  roles: [
    Role("handler", Phrase("承办", en: "handler"), ["cases.handle"]),
    Role("arbiter", Phrase("裁决", en: "arbiter"), ["cases.rule"], reachesAllAgencies: true),
    Role("clerk", Phrase("受理", en: "clerk"), ["cases.file", "cases.note"]),
  ],
  separations: [RoleSeparation("handler", "arbiter", duty)])

@Suite struct AccessControlTests {
  @Test func reachIsTheUnionOfThePosts() {
    let one = policy.reach(of: [Post("handler", agency: "water"), Post("clerk", agency: "urban")])
    #expect(one.permissions == ["cases.handle", "cases.file", "cases.note"])
    #expect(one.agencies == ["water", "urban"])
    #expect(one.agency == "water")
    #expect(policy.reach(of: [Post("arbiter"), Post("clerk", agency: "urban")]).agencies == nil)
  }

  @Test func aRoleThatIsGoneAllowsNothing() {
    let reach = policy.reach(of: [Post("archivist", agency: "water")])
    #expect(reach.permissions.isEmpty)
    #expect(reach.agencies == [])
  }

  @Test func excludedRolesAreRefusedWithTheirBasis() {
    let posts = [Post("handler", agency: "water"), Post("arbiter")]
    #expect {
      try policy.check(posts)
    } throws: { error in
      let problem = error as? Problem
      return problem?.slug == "separation-of-duties" && problem?.because == [duty]
    }
    #expect(throws: Problem.self) { try policy.check([Post("handler")]) }
    #expect(throws: Problem.self) { try policy.check([Post("nobody")]) }
    #expect(throws: Never.self) { try policy.check([Post("arbiter")]) }
  }

  @Test func postsSurviveTheirText() throws {
    let posts = [Post("handler", agency: "water"), Post("arbiter")]
    #expect(try Post.list(Post.text(posts)) == posts)
    #expect(throws: (any Error).self) { try Post.list("{}") }
    #expect(throws: (any Error).self) { try Post.list("[{\"agency\":\"water\"}]") }
  }

  /// RFC 7914 §12, the vector with N = 1024, r = 8, p = 16 is outside our parameters; the format and
  /// the parameters are checked against Python's hashlib in Tests/independent.
  @Test func passwordsMatchOnlyThemselves() throws {
    let salt = [UInt8](1...16)
    let hash = try PasswordHash("正确的马 电池 订书钉", salt: salt, logRounds: 10)
    #expect(hash.matches("正确的马 电池 订书钉"))
    #expect(!hash.matches("正确的马 电池 订书针"))
    #expect(!hash.matches(""))
    let again = try #require(PasswordHash(text: hash.text))
    #expect(again == hash)
    #expect(PasswordHash(text: "$scrypt$ln=9,r=8,p=1$AAAA$AAAA") == nil)
    #expect(PasswordHash(text: "$argon2id$x$y$z") == nil)
  }

  /// Made by Python 3.11: hashlib.scrypt(b"correct horse", salt=bytes(range(16)), n=2**14, r=8, p=1,
  /// dklen=32, maxmem=2**26).
  @Test func scryptIsWhatOthersComputeToo() throws {
    let hash = try PasswordHash("correct horse", salt: [UInt8](0..<16), logRounds: 14)
    #expect(
      hash.text
        == "$scrypt$ln=14,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$JbN2hANm9NOw4h5BRHZnbjzQ6Jr0QwNWojTOC2WgIbU"
    )
  }

  @Test func shortPasswordsAreRefused() {
    #expect(throws: Problem.self) { try PasswordHash.check("123456789", field: "password") }
    #expect(throws: Never.self) { try PasswordHash.check("1234567890", field: "password") }
    #expect(throws: Problem.self) {
      try PasswordHash.check(String(repeating: "长", count: 100), field: "password")
    }
  }
}
