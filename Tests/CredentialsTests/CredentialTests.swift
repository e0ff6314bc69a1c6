import Commons
import EvidenceLog
import Testing

@testable import Credentials

func slug(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch { return (error as? Problem)?.slug ?? "\(error)" }
}

/// What the specifications print.
@Suite struct CredentialVectorTests {
  @Test func base45AsInItsDocument() {
    // RFC 9285 §4.3 and §4.4.
    for (plain, text) in [
      ("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0"),
    ] {
      #expect(Base45.encode(Array(plain.utf8)) == text)
      #expect(Base45.decode(text) == Array(plain.utf8))
    }
    for wrong in ["GGW", ":::", "A", "a1", "::"] {
      #expect(Base45.decode(wrong) == nil, "\(wrong)")
    }
  }

  @Test func multibaseRoundTrips() {
    #expect(Multibase.base58(Array("yes mani !".utf8)) == "z7paNL19xttacUY")
    #expect(Multibase.decode("z17paNL19xttacUY") == [0] + Array("yes mani !".utf8))
    #expect(Multibase.decode("z0") == nil && Multibase.decode("x1") == nil)
    let random = SeededBytes(seed: 58)
    for length in 0..<90 {
      let bytes = random.bytes(length)
      #expect(Multibase.decode(Multibase.base58(bytes)) == bytes)
      #expect(Multibase.decode(Multibase.base64url(bytes)) == bytes)
      #expect(Base45.decode(Base45.encode(bytes)) == bytes)
    }
  }

  /// W3C Data Integrity EdDSA Cryptosuites 1.0, appendix B.2 (W3C Software and Document License).
  static let signed = """
    {"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],
    "id":"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33","type":["VerifiableCredential","AlumniCredential"],
    "name":"Alumni Credential","description":"A minimum viable example of an Alumni Credential.",
    "issuer":"https://vc.example/issuers/5678","validFrom":"2023-01-01T00:00:00Z",
    "credentialSubject":{"id":"did:example:abcdefgh","alumniOf":"The School of Examples"},
    "proof":{"type":"DataIntegrityProof","cryptosuite":"eddsa-jcs-2022","created":"2023-02-24T23:36:38Z",
    "verificationMethod":"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    "proofPurpose":"assertionMethod",
    "@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],
    "proofValue":"z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"}}
    """

  @Test func theProofOfTheSpecification() throws {
    let document = try JSONValue(parsing: CredentialVectorTests.signed)
    // The private key as a Multikey: 0x8026, then the seed.
    let secret = try #require(
      Multibase.decode("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"))
    let key = try CredentialKey(seed: Array(secret.dropFirst(2)))
    #expect(key.publicKey.multikey == "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
    let (plain, method) = try DataIntegrity.verify(document) { _ in key.publicKey }
    #expect(method.hasPrefix("did:key:z6MkrJVna"))
    // Ed25519 as RFC 8032 defines it gives one signature only: ours is the one that is printed.
    let created = try #require(Instant(rfc3339: "2023-02-24T23:36:38Z"))
    let again = try DataIntegrity.sign(plain, by: CredentialIssuer(key: key), at: created)
    #expect(again == document)
  }

  @Test func theExampleOfSDJWT() throws {
    // RFC 9901 §5 (issuer-signed part and two of its disclosures) and §A.5 (key).
    let signed =
      "eyJhbGciOiAiRVMyNTYifQ.eyJfc2QiOiBbIkNyUWU3UzVrcUJBSHQtbk1ZWGdjNmJkdDJTSDVhVFkxc1VfTS1QZ2tqUEkiLCAiSnpZakg0c3ZsaUgwUjNQeUVNZmVadTZKdDY5dTVxZWhabzdGN0VQWWxTRSIsICJQb3JGYnBLdVZ1Nnh5bUphZ3ZrRnNGWEFiUm9jMkpHbEFVQTJCQTRvN2NJIiwgIlRHZjRvTGJnd2Q1SlFhSHlLVlFaVTlVZEdFMHc1cnREc3JaemZVYW9tTG8iLCAiWFFfM2tQS3QxWHlYN0tBTmtxVlI2eVoyVmE1TnJQSXZQWWJ5TXZSS0JNTSIsICJYekZyendzY002R242Q0pEYzZ2Vks4QmtNbmZHOHZPU0tmcFBJWmRBZmRFIiwgImdiT3NJNEVkcTJ4Mkt3LXc1d1BFemFrb2I5aFYxY1JEMEFUTjNvUUw5Sk0iLCAianN1OXlWdWx3UVFsaEZsTV8zSmx6TWFTRnpnbGhRRzBEcGZheVF3TFVLNCJdLCAiaXNzIjogImh0dHBzOi8vZXhhbXBsZS5jb20vaXNzdWVyIiwgImlhdCI6IDE2ODMwMDAwMDAsICJleHAiOiAxODgzMDAwMDAwLCAic3ViIjogInVzZXJfNDIiLCAibmF0aW9uYWxpdGllcyI6IFt7Ii4uLiI6ICJwRm5kamtaX1ZDem15VGE2VWpsWm8zZGgta284YUlLUWM5RGxHemhhVllvIn0sIHsiLi4uIjogIjdDZjZKa1B1ZHJ5M2xjYndIZ2VaOGtoQXYxVTFPU2xlclAwVmtCSnJXWjAifV0sICJfc2RfYWxnIjogInNoYS0yNTYiLCAiY25mIjogeyJqd2siOiB7Imt0eSI6ICJFQyIsICJjcnYiOiAiUC0yNTYiLCAieCI6ICJUQ0FFUjE5WnZ1M09IRjRqNFc0dmZTVm9ISVAxSUxpbERsczd2Q2VHZW1jIiwgInkiOiAiWnhqaVdXYlpNUUdIVldLVlE0aGJTSWlyc1ZmdWVjQ0U2dDRqVDlGMkhaUSJ9fX0.kmx687kUBiIDvKWgo2Dub-TpdCCRLZwtD7TOj4RoLsUbtFBI8sMrtH2BejXtm_P6fOAjKAVc_7LRNJFgm3PJhg"
    let given = "WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd"
    let nation = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIlVTIl0"
    let x = Base64.decode("b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ", url: true)!
    let y = Base64.decode("Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8", url: true)!
    let found = try SelectiveDisclosure(text: "\(signed)~\(given)~\(nation)~").verify { _, issuer in
      issuer == "https://example.com/issuer" ? .p256(x + y) : nil
    }
    #expect(found["given_name"] == "John" && found["family_name"] == nil)
    #expect(found["nationalities"] == ["US"])
    #expect(found["_sd"] == nil && found["_sd_alg"] == nil && found["sub"] == "user_42")
  }
}

@Suite struct CredentialTests {
  static let issuer: CredentialIssuer = {
    guard let key = try? CredentialKey(seed: [UInt8](repeating: 5, count: 32)) else {
      preconditionFailure("32 bytes are a seed")
    }
    return CredentialIssuer(key: key)
  }()
  static let time = Instant(rfc3339: "2026-09-30T08:00:00Z")!

  static var trusted: TrustedIssuers {
    var trusted = TrustedIssuers()
    try? trusted.add(didKey: issuer.id)
    return trusted
  }

  static func credential(_ more: [String: JSONValue] = [:]) throws -> JSONValue {
    let plain: [String: JSONValue] = [
      "@context": ["https://www.w3.org/ns/credentials/v2"],
      "type": ["VerifiableCredential", "DormancyFiling"], "issuer": .string(issuer.id),
      "validFrom": "2026-09-30T08:00:00Z", "credentialSubject": ["名称": "示范公司", "n": 3],
    ]
    return try DataIntegrity.sign(
      .object(plain.merging(more) { $1 }), by: issuer, at: time)
  }

  private func failed(_ checks: [Receipt.Check]) -> [String] {
    checks.filter { !$0.holds }.map(\.id)
  }

  @Test func everyChangeIsFound() throws {
    let credential = try CredentialTests.credential()
    let trusted = CredentialTests.trusted
    #expect(failed(CredentialCheck.checks(credential, trusted, at: CredentialTests.time)) == [])
    let text = credential.canonicalBytes
    for place in text.indices {
      for bit in [0, 1, 5] {
        var altered = text
        altered[place] ^= 1 << UInt8(bit)
        guard let value = try? JSONValue(parsing: altered) else { continue }
        let checks = CredentialCheck.checks(value, trusted, at: CredentialTests.time)
        #expect(!failed(checks).isEmpty, "byte \(place), bit \(bit)")
      }
    }
  }

  @Test func everyRefusalHasItsName() throws {
    let credential = try CredentialTests.credential()
    func verify(_ change: (inout [String: JSONValue], inout [String: JSONValue]) -> Void) -> String
    {
      var members = credential.object!
      var proof = members["proof"]!.object!
      change(&members, &proof)
      if members["proof"] != nil { members["proof"] = .object(proof) }
      return slug {
        _ = try DataIntegrity.verify(.object(members)) {
          CredentialTests.trusted.key(of: $0)?.key
        }
      }
    }
    #expect(verify { _, _ in } == "")
    #expect(verify { members, _ in members["proof"] = nil } == "credential-proof-missing")
    #expect(verify { _, proof in proof["cryptosuite"] = "eddsa-rdfc-2022" } == "credential-suite")
    #expect(verify { _, proof in proof["proofPurpose"] = "authentication" } == "credential-purpose")
    #expect(verify { _, proof in proof["created"] = "yesterday" } == "credential-created")
    #expect(verify { _, proof in proof["verificationMethod"] = nil } == "credential-method")
    #expect(
      verify { _, proof in proof["verificationMethod"] = "did:web:x#1" } == "credential-issuer")
    #expect(verify { _, proof in proof["proofValue"] = "z1" } == "credential-proof-value")
    #expect(verify { _, proof in proof["@context"] = ["https://other"] } == "credential-context")
    #expect(verify { members, _ in members["id"] = "urn:x" } == "credential-signature")
    // A trusted key may not speak for another issuer.
    let other = try CredentialTests.credential(["issuer": "did:web:other.example"])
    #expect(
      failed(CredentialCheck.checks(other, CredentialTests.trusted, at: CredentialTests.time))
        == ["signature"])
    let past = try CredentialTests.credential(["validUntil": "2026-01-01T00:00:00Z"])
    #expect(
      failed(CredentialCheck.checks(past, CredentialTests.trusted, at: CredentialTests.time))
        == ["validity"])
    let formless = try CredentialTests.credential(["type": ["Something"]])
    #expect(
      failed(CredentialCheck.checks(formless, CredentialTests.trusted, at: CredentialTests.time))
        == ["form"])
  }

  @Test func didWebNamesItsKeys() throws {
    let key = try CredentialKey(seed: [UInt8](repeating: 6, count: 32))
    let issuer = try CredentialIssuer(host: "city.example:8443", key: key)
    #expect(issuer.id == "did:web:city.example%3A8443")
    let old = try CredentialKey(seed: [UInt8](repeating: 7, count: 32)).publicKey
    var trusted = TrustedIssuers()
    try trusted.add(document: issuer.document(older: [old]))
    #expect(trusted.key(of: issuer.method)?.key == key.publicKey)
    #expect(trusted.key(of: "\(issuer.id)#\(old.multikey)")?.key == old)
    #expect(
      slug {
        var t = TrustedIssuers(); try t.add(document: [:])
      } == "malformed")
    #expect(
      slug {
        var t = TrustedIssuers(); try t.add(didKey: "did:key:zQ")
      } == "malformed")
    #expect(slug { _ = try CredentialIssuer(host: "a/b", key: key) } == "malformed")
  }
}

@Suite struct StatusListTests {
  private let address = "https://city.example/certificates/status/revocation/1"

  private func signed(_ list: StatusList, purpose: StatusList.Purpose = .revocation) throws
    -> JSONValue
  {
    let issuer = CredentialTests.issuer
    return try DataIntegrity.sign(
      list.credential(purpose, at: address, issuer: issuer.id, from: CredentialTests.time),
      by: issuer, at: CredentialTests.time)
  }

  @Test func bitsCountFromTheLeft() throws {
    var list = StatusList()
    list.set(0, true)
    list.set(131_071, true)
    #expect(list.bytes.first == 0x80 && list.bytes.last == 0x01)
    let read = try StatusList(encoded: list.encoded)
    #expect(read == list && read[0] == true && read[1] == false && read[131_072] == nil)
    list.set(0, false)
    #expect(list[0] == false && list.digest != read.digest)
  }

  @Test func revocationIsSeen() throws {
    let entry = StatusList.entry(.revocation, index: 77, list: address)
    let credential = try CredentialTests.credential(["credentialStatus": [entry]])
    func failed(_ list: JSONValue, _ credential: JSONValue) -> [String] {
      CredentialCheck.checks(
        credential, CredentialTests.trusted, lists: [list], at: CredentialTests.time
      ).filter { !$0.holds }.map(\.id)
    }
    var list = StatusList()
    #expect(failed(try signed(list), credential) == [])
    list.set(77, true)
    #expect(failed(try signed(list), credential) == ["status-revocation"])
    // A list that nobody signed, one for another purpose, an index that is none.
    let bare = list.credential(
      .revocation, at: address, issuer: CredentialTests.issuer.id, from: CredentialTests.time)
    #expect(failed(bare, credential) == ["status"])
    #expect(failed(try signed(list, purpose: .suspension), credential) == ["status"])
    let beyond = try CredentialTests.credential([
      "credentialStatus": StatusList.entry(.revocation, index: 200_000, list: address)
    ])
    #expect(failed(try signed(list), beyond) == ["status"])
  }

  @Test func damagedListsAreRefused() throws {
    let text = StatusList().encoded
    #expect(slug { _ = try StatusList(encoded: "") } == "status-list")
    #expect(slug { _ = try StatusList(encoded: "uAAAA") } == "status-list")
    for length in stride(from: 1, to: text.utf8.count, by: 3) {
      #expect(slug { _ = try StatusList(encoded: String(text.prefix(length))) } == "status-list")
    }
    // A bomb: far more zeros than a list may have.
    let bomb = Deflate.compress([UInt8](repeating: 0, count: 8 << 20), .gzip)
    #expect(slug { _ = try StatusList(encoded: Multibase.base64url(bomb)) } == "status-list")
    var dice = SeededRandom(seed: 8)
    let random = SeededBytes(seed: 8)
    let packed = Deflate.compress(StatusList().bytes, .gzip)
    for _ in 0..<3000 {
      var altered = packed
      for _ in 0...dice.below(4) { altered[dice.below(altered.count)] = random.bytes(1)[0] }
      _ = try? StatusList(encoded: Multibase.base64url(altered))
      _ = CertificateFileTests.read("TC1:" + Base45.encode(altered))
    }
  }
}

@Suite struct SelectiveDisclosureTests {
  private func issued() throws -> SelectiveDisclosure {
    try SelectiveDisclosure.issue(
      [
        "iss": .string(CredentialTests.issuer.id), "vct": "https://city.example/dormancy",
        "credentialSubject": ["name": "甲", "code": "91440300", "days": 90],
      ], hiding: ["name", "code"], within: "credentialSubject", by: CredentialTests.issuer,
      random: SeededBytes(seed: 9))
  }

  private func verify(_ text: String) throws -> JSONValue {
    try SelectiveDisclosure(text: text).verify { kid, issuer in
      guard let found = kid.flatMap(CredentialTests.trusted.key(of:)), found.issuer == issuer else {
        return nil
      }
      return .edwards(found.key)
    }
  }

  @Test func onlyWhatIsShownIsSeen() throws {
    let whole = try issued()
    #expect(Set(whole.names) == ["name", "code"])
    #expect(
      try verify(whole.text)["credentialSubject"] == ["name": "甲", "code": "91440300", "days": 90])
    let part = whole.showing(["code"])
    #expect(try verify(part.text)["credentialSubject"] == ["code": "91440300", "days": 90])
    #expect(try verify(whole.showing([]).text)["credentialSubject"] == ["days": 90])
  }

  @Test func everyRefusalHasItsName() throws {
    let whole = try issued()
    let parts = whole.signed.split(separator: ".").map(String.init)
    func result(_ text: String) -> String { slug { _ = try verify(text) } }
    #expect(result("") == "sd-jwt-form")
    #expect(result(whole.signed) == "sd-jwt-form")
    #expect(result(whole.signed + "~a.b.c") == "sd-jwt-key-binding")
    #expect(result("x.y.z~") == "sd-jwt-form")
    #expect(result(whole.text + whole.disclosures[0] + "~") == "sd-jwt-disclosure")
    #expect(result(whole.text + "QUJD~") == "sd-jwt-disclosure")
    let stranger = Base64.encode(Array("[\"s\",\"role\",\"mayor\"]".utf8), url: true)
    #expect(result(whole.text + stranger + "~") == "sd-jwt-undisclosed")
    #expect(
      result("\(parts[0]).\(parts[1]).\(Base64.encode([1, 2], url: true))~") == "sd-jwt-signature")
    let other = CredentialIssuer(key: try CredentialKey(seed: [UInt8](repeating: 1, count: 32)))
    let forged = try SelectiveDisclosure.issue(
      ["iss": .string(CredentialTests.issuer.id)], hiding: [], by: other,
      random: SeededBytes(seed: 1))
    #expect(result(forged.text) == "sd-jwt-issuer")
    var altered = Array(whole.text.utf8)
    for place in altered.indices {
      altered[place] ^= 0x01
      #expect(!result(String(decoding: altered, as: UTF8.self)).isEmpty, "byte \(place)")
      altered[place] ^= 0x01
    }
  }
}

@Suite struct CertificateFileTests {
  static func read(_ text: String) -> CertificateFile? { try? CertificateFile(text: text) }

  /// A certificate, and a log of seven entries of which the third issues it.
  private func made() throws -> CertificateFile {
    let credential = try CredentialTests.credential()
    var fields: [String: JSONValue] = [:]
    var entries: [[UInt8]] = []
    for number in 0..<7 {
      fields["n"] = .integer(Int64(number))
      fields["certificates"] =
        number == 2 ? ["notice": .string(CertificateFile.digest(of: credential))] : nil
      let entry = LogEntry(
        kind: "dormancy.file", recordedAt: CredentialTests.time, effectiveAt: CredentialTests.time,
        jurisdiction: "440300", authorisation: "", matter: [UInt8](repeating: 1, count: 16),
        publicText: JSONValue.object(fields).canonical, commitment: [UInt8](repeating: 2, count: 32)
      )
      entries.append(entry.canonicalBytes)
    }
    var tree = TiledTree()
    var tiles: [Tile: [UInt8]] = [:]
    for grown in tree.append(entries.map(MerkleTree.leafHash)) { tiles[grown.tile] = grown.hashes }
    let signer = try NoteSigner(name: "log.example/a", seed: [UInt8](repeating: 3, count: 32))
    let point = Checkpoint(origin: "log.example/a", size: 7, root: tree.root)
    let receipt = Receipt(
      entry: String(decoding: entries[2], as: UTF8.self), index: 2,
      proof: try ProofMaker(size: 7) { tiles[$0] }.inclusion(of: 2),
      checkpoint: try signer.sign(point.text).description, key: signer.verifier.text,
      opening: .init(salt: [UInt8](repeating: 0, count: 16), privatePart: "{}"))
    return CertificateFile(credential: credential, receipt: receipt)
  }

  @Test func holdsAndEveryChangeIsFound() throws {
    let file = try made()
    func failed(_ file: CertificateFile) -> [String] {
      file.verify(CredentialTests.trusted, at: CredentialTests.time).filter { !$0.holds }.map(\.id)
    }
    #expect(failed(file) == [])
    #expect(file.receipt.opening == nil)
    let again = try CertificateFile(text: file.code + "\n")
    #expect(again.json == file.json && failed(again) == [])
    #expect(
      failed(
        CertificateFile(
          credential: try CredentialTests.credential(["id": "urn:2"]), receipt: file.receipt)) == [
          "logged"
        ])
    let text = file.json.canonicalBytes
    for place in text.indices {
      var altered = text
      altered[place] ^= 0x01
      guard let read = CertificateFileTests.read(String(decoding: altered, as: UTF8.self)),
        read.json != file.json
      else { continue }
      #expect(!failed(read).isEmpty, "byte \(place)")
    }
  }

  @Test func whatIsNoneIsRefused() throws {
    let code = try made().code
    #expect(slug { _ = try CertificateFile(text: "") } == "malformed")
    #expect(slug { _ = try CertificateFile(text: "{}") } == "malformed")
    #expect(slug { _ = try CertificateFile(text: "TC1:") } == "malformed")
    for length in 4..<code.utf8.count {
      #expect(CertificateFileTests.read(String(code.prefix(length))) == nil)
    }
  }
}
