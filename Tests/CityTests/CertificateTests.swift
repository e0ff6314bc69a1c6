import App
import Books
import BusinessDormancy
import CaseWork
import Cities
import CityProfiles
import Commons
import Credentials
import Desk
import EvidenceLog
import HTTPValues
import NationalCrypto
import Storage
import Testing
import Verification

/// Certificates through the desk and the front: issued with a step, proven by the log, shown in part,
/// suspended and revoked by acts, signed anew after a change of keys, destroyed with the case's words.
@Suite struct CertificateTests {
  /// A city in which businesses have gone dormant.
  private func lived(_ backend: Backend) async throws -> (TestCity, DormancyMeasure) {
    let test = try await TestCity(backend)
    let measure = try #require(
      test.city.measures.lazy.compactMap { $0 as? DormancyMeasure }.first)
    let agents = DormancyAgents(measure, seed: 4, citizen: nil)
    for day in 0..<25 {
      test.time.set(TestCity.start.adding(seconds: 3_600 + Int64(day) * 86_400))
      try await agents.turn(at: test.time.now)
    }
    try await test.city.sequencer.drain()
    return (test, measure)
  }

  private func address(_ test: TestCity, _ number: Int64) async throws -> (
    path: String, token: String
  ) {
    let found = try await test.city.desk.store.first(CertificateBook.find(number))
    let certificate = try #require(found)
    let key = certificate.entry
    let row = try await test.city.desk.store.first(CaseBook.find(key.aggregate))
    let path = "/certificates/\(try #require(row).number)/\(key.version)/\(certificate.document)"
    return (path, test.city.ring.trackingToken(key.aggregate))
  }

  private func file(_ test: TestCity, _ number: Int64) async throws -> CertificateFile {
    let (path, token) = try await address(test, number)
    let answer = try await test.get("\(path).json?token=\(token)")
    #expect(answer.status == 200, "\(answer.text)")
    return try CertificateFile(text: answer.text)
  }

  private func failed(
    _ test: TestCity, _ file: CertificateFile, _ lists: [JSONValue] = []
  ) throws -> [String] {
    let trusted = try CertificateOffice(test.city.profile, test.city.ring).trusted
    return file.verify(
      trusted, logs: [test.city.signer.verifier], lists: lists, at: test.time.now
    ).filter { !$0.holds }.map(\.id)
  }

  private func list(_ test: TestCity, _ file: CertificateFile, _ place: Int) async throws
    -> JSONValue
  {
    let entry = file.credential["credentialStatus"]?.array?[place]
    let whole = try #require(entry?["statusListCredential"]?.string)
    let path = try #require(whole.firstRange(of: "/certificates/"))
    return try JSONValue(parsing: try await test.get(String(whole[path.lowerBound...])).text)
  }

  @Test(arguments: Backend.all) func lives(_ backend: Backend) async throws {
    let (test, measure) = try await lived(backend)
    let first = try await file(test, 1)
    #expect(try failed(test, first) == [])
    #expect(first.credential["type"]?.array?.last == "DormancyFilingCredential")
    #expect(first.credential["credentialSubject"]?["code"]?.string?.count == 18)
    let (path, token) = try await address(test, 1)
    #expect(try await test.get(path + ".json").status == 404)
    let page = try await test.get("\(path)?token=\(token)")
    #expect(page.status == 200 && page.text.contains("class=\"qr\""))
    // The status: set, lifted, set for good, each an act of its own.
    let declared = try #require(
      measure.office.procedure.documents.lazy.compactMap(\.certificate).first)
    func change(_ purpose: StatusList.Purpose, _ isSet: Bool, _ permission: String? = nil)
      async throws -> String
    {
      do {
        _ = try await test.city.desk.submit(
          ChangeCertificateStatus(
            1, declared, purpose, set: isSet, reason: "理由", in: measure.office.setting),
          by: Actor(
            kind: .staff, account: 9,
            permissions: [permission ?? measure.office.procedure.permission(declared.authority)],
            agencies: nil))
        return ""
      } catch let problem as Problem { return problem.slug }
    }
    #expect(try await change(.suspension, true, "dormancy.as-clerk") == "forbidden")
    #expect(try await change(.suspension, false) == "status-unchanged")
    #expect(try await change(.suspension, true) == "")
    #expect(
      try failed(test, first, [try await list(test, first, 1)]) == ["status-suspension"])
    #expect(try await change(.suspension, false) == "")
    #expect(try failed(test, first, [try await list(test, first, 1)]) == [])
    #expect(try await change(.revocation, true) == "")
    #expect(try await change(.revocation, true) == "status-unchanged")
    #expect(try await change(.revocation, false) == "revoked-for-good")
    #expect(
      try failed(test, first, [try await list(test, first, 0)]) == ["status-revocation"])
    #expect(try failed(test, try await file(test, 2), [try await list(test, first, 0)]) == [])
    let kept = try await test.city.desk.store.first(CertificateBook.list("suspension/1"))
    #expect(kept?.version == 2)
    let report = try await CityVerification.run(test.city)
    #expect(report.findings.map(\.message.en) == [])
  }

  @Test func aNewKeySignsAndTheOldOneStaysKnown() async throws {
    let (test, _) = try await lived(.sqlite)
    let before = try await file(test, 1)
    let old = try CertificateOffice(test.city.profile, test.city.ring)
    let secrets = try test.folder.keys.read().addingCertificateKey(random: SeededBytes(seed: 8))
    try test.folder.keys.write(secrets)
    try test.city.ring.adopt(try test.folder.keys.read(), at: test.time.now)
    let new = try CertificateOffice(test.city.profile, test.city.ring)
    #expect(new.issuer.method != old.issuer.method)
    #expect(new.older == [old.issuer.key.publicKey])
    // With an address the issuer stays the same and both keys are in its document.
    var files = BundledCities.shifanFiles
    let json = try JSONValue(parsing: try #require(files["city.json"]))
    files["city.json"] =
      JSONValue.object(
        try #require(json.object).merging(["address": "https://city.example"]) { $1 }
      ).canonicalBytes
    let office = try CertificateOffice(try CityProfile(files: files), test.city.ring)
    #expect(office.issuer.id == "did:web:city.example")
    #expect(office.document["verificationMethod"]?.array?.count == 2)
    // Without one it is known by its key; what the old one signed needs the old document.
    var trusted = TrustedIssuers()
    try trusted.add(document: old.document)
    let failed = before.verify(trusted, at: test.time.now).filter { !$0.holds }
    #expect(failed.isEmpty)
  }

  @Test func placesInAListAreAllDifferent() async throws {
    let test = try await TestCity()
    let office = try CertificateOffice(test.city.profile, test.city.ring)
    var seen = Set<Int>()
    for number in 1...Int64(StatusList.length) {
      let place = office.place(of: number)
      #expect(place.list == 1 && (0..<StatusList.length).contains(place.index))
      seen.insert(place.index)
    }
    #expect(seen.count == StatusList.length)
    #expect(office.place(of: Int64(StatusList.length) + 1).list == 2)
  }

  @Test func aCityWithTheSecondRoot() async throws {
    var files = BundledCities.shifanFiles
    let json = try JSONValue(parsing: try #require(files["city.json"]))
    files["city.json"] =
      JSONValue.object(
        try #require(json.object).merging(["nationalLog": true]) { $1 }
      ).canonicalBytes
    let test = try await TestCity(profile: try CityProfile(files: files))
    _ = try await test.signIn("anna", [])
    try await test.city.sequencer.drain()
    _ = try await test.signIn("bert", [])
    try await test.city.sequencer.drain()
    let state = try #require(try await test.city.desk.store.first(LogBook.state))
    let note = try #require(SignedNote(state.checkpoint))
    let key = try #require(test.city.nationalSigner).verifier
    #expect(key.verifies(note) && test.city.signer.verifier.verifies(note))
    var tree = SM3Tree()
    let answer = try await test.get("/log/entries.jsonl?limit=1000").text
    for line in answer.split(separator: "\n") { tree.append(Array(line.utf8)) }
    #expect(SM3Head.root(in: note.text) == tree.root && tree.size == state.size)
    #expect(try await test.get("/log/sm2-key").text == key.text + "\n")
    #expect(try await CityVerification.run(test.city).isClean)
  }
}
