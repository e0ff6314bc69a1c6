import Commons
import EvidenceLog
import Testing

/// A log in memory with its files.
struct SmallLog {
  let signer: NoteSigner
  var files: [String: [UInt8]] = [:]
  var entries: [[UInt8]] = []

  init(_ count: Int, name: String = "log.example/shifan", salt: String = "") throws {
    signer = try NoteSigner(name: name, seed: [UInt8](repeating: 1, count: 32))
    entries = (0..<count).map { Array("entry \($0)\($0 % 9 == 8 ? salt : "")".utf8) }
    var tree = TiledTree()
    for (tile, hashes) in tree.append(hashes: TreeHasher.best.leaves(entries)) {
      files[tile.path(count: hashes.count / 32)] = hashes
    }
    for first in stride(from: 0, to: count, by: 256) {
      let part = Array(entries[first..<min(count, first + 256)])
      files[EntryBundle.path(Int64(first / 256), count: part.count)] = try EntryBundle.write(
        part, from: Int64(first))
    }
  }

  func checkpoint(_ size: Int) throws -> (point: Checkpoint, note: SignedNote) {
    var tree = TiledTree()
    _ = tree.append(hashes: TreeHasher.best.leaves(Array(entries.prefix(size))))
    let point = Checkpoint(origin: signer.name, size: Int64(size), root: tree.root)
    return (point, try signer.sign(point.text))
  }

  func proof(_ first: Int, _ second: Int) throws -> [[UInt8]] {
    var tree = TiledTree()
    var tiles: [Tile: [UInt8]] = [:]
    for (tile, hashes) in tree.append(
      hashes: TreeHasher.best.leaves(Array(entries.prefix(second))))
    { tiles[tile] = hashes }
    return try ProofMaker(size: Int64(second)) { tiles[$0] }.consistency(from: Int64(first))
  }
}

@Suite struct WitnessTests {
  private let now = Instant(seconds: 1_772_413_323)

  private func witness(_ number: UInt8) throws -> NoteSigner {
    try NoteSigner(
      name: "witness\(number).example", seed: [UInt8](repeating: 100 + number, count: 32),
      kind: .witness)
  }

  @Test func aWitnessSignsOnlyWhatFollows() throws {
    let log = try SmallLog(40)
    let other = try SmallLog(40, salt: "!")
    let signer = try witness(1)
    var witness = Witness(signer: signer, logs: [log.signer.verifier])
    func request(_ from: Int, _ to: Int, _ log: SmallLog) throws -> String {
      AddCheckpoint(
        oldSize: Int64(from), proof: try log.proof(from, to), note: try log.checkpoint(to).note
      ).text
    }
    let first = try witness.add(request(0, 10, log), at: now)
    guard case .signed(let signature) = first else {
      Issue.record("\(first)")
      return
    }
    let note = try log.checkpoint(10).note.adding([signature])
    #expect(signer.verifier.cosigned(note) == now)
    #expect(first.status == 200 && first.body == signature.line)
    #expect(try witness.add(request(0, 20, log), at: now) == .conflict(size: 10))
    #expect(Witness.Answer.conflict(size: 10).body == "10\n")
    #expect(Witness.Answer.conflict(size: 10).mediaType == "text/x.tlog.size")
    let known = try log.checkpoint(10).note
    let rewritten = try witness.add(request(10, 20, other), at: now)
    #expect(rewritten == .inconsistent(shown: try other.checkpoint(20).note, known: known))
    let split = try witness.add(request(10, 10, other), at: now)
    #expect(split == .splitView(shown: try other.checkpoint(10).note, known: known))
    let alike = try other.checkpoint(10).note
    #expect(split.status == 409 && split.evidence == [known, alike])
    #expect(split.mediaType.hasPrefix("text/plain") && split.body.hasPrefix("split view"))
    #expect(try witness.add(request(10, 20, log), at: now).status == 200)
    #expect(try witness.add(request(20, 20, log), at: now).status == 200)
    #expect(try witness.latest[log.signer.name] == log.checkpoint(20).note)
    let stranger = try SmallLog(40, name: "other.example")
    #expect(try witness.add(request(0, 5, stranger), at: now) == .unknownLog)
    let forged = try NoteSigner(name: log.signer.name, seed: [UInt8](repeating: 9, count: 32))
    let unsigned = AddCheckpoint(
      oldSize: 20, proof: try log.proof(20, 30),
      note: try forged.sign(try log.checkpoint(30).point.text))
    #expect(try witness.add(unsigned.text, at: now) == .unsigned)
    let backwards = AddCheckpoint(oldSize: 20, proof: [], note: try log.checkpoint(10).note)
    for text in ["", "old 020\n\n", "old 20\nAAAA\n\n" + note.description, backwards.text] {
      #expect(try witness.add(text, at: now) == .malformed, "\(text)")
    }
    #expect(try witness.latest[log.signer.name] == log.checkpoint(20).note)
  }

  @Test func anEmptyLogHasTheEmptyRoot() throws {
    let log = try SmallLog(1)
    var witness = Witness(signer: try witness(1), logs: [log.signer.verifier])
    let wrong = Checkpoint(origin: log.signer.name, size: 0, root: [UInt8](repeating: 0, count: 32))
    let request = AddCheckpoint(oldSize: 0, proof: [], note: try log.signer.sign(wrong.text))
    #expect(
      try witness.add(request.text, at: now) == .inconsistent(shown: request.note, known: nil))
  }

  /// The side of the log: what it asks, and what it makes of every answer that a witness can give.
  @Test func aLogUnderstandsItsWitnesses() throws {
    let log = try SmallLog(40)
    let other = try SmallLog(40, salt: "!")
    let signer = try witness(1)
    let policy = try WitnessPolicy(
      text: "witness court \(signer.verifier.text) http://127.0.0.1:9/w\nquorum court\n")
    let member = try #require(policy.witnesses.first)
    #expect(member.address == "http://127.0.0.1:9/w" && member.name == "court")
    var witness = Witness(signer: signer, logs: [log.signer.verifier])
    var contact = WitnessContact(member)
    func submit(_ size: Int, _ log: SmallLog, at time: Instant? = nil) throws
      -> WitnessContact.Outcome
    {
      let (point, note) = try log.checkpoint(size)
      let request = try contact.request(note, of: point) { try log.proof(Int($0), size) }
      let answer = try witness.add(request.text, at: time ?? now)
      return contact.take(
        .init(status: answer.status, mediaType: answer.mediaType, body: answer.body), to: request,
        now: now)
    }
    guard case .cosigned(let signature) = try submit(10, log) else {
      Issue.record("the first checkpoint was not signed")
      return
    }
    let noted = try log.checkpoint(10).note.adding([signature])
    #expect(try policy.of(log.signer.verifier).verify(noted, now: now).seen.count == 1)
    guard case .cosigned = try submit(30, log) else {
      Issue.record("the second checkpoint was not signed")
      return
    }
    // A log that lost its memory asks from nothing, is told the size, and goes on from there.
    contact = WitnessContact(member, known: noted)
    #expect(contact.size == 10)
    #expect(try submit(40, log) == .again)
    #expect(contact.size == 30)
    guard case .cosigned = try submit(40, log) else {
      Issue.record("the third checkpoint was not signed")
      return
    }
    // One that was set back, and one that shows another history, are told so.
    contact = WitnessContact(member)
    guard case .contradicted(let back) = try submit(20, log) else {
      Issue.record("a log that was set back was not told so")
      return
    }
    #expect(back.en.contains("40") && back.en.contains("20"))
    contact = WitnessContact(member, known: try log.checkpoint(40).note.adding([signature]))
    contact = WitnessContact(member)
    #expect(try submit(40, other) == .again)
    guard case .contradicted = try submit(40, other) else {
      Issue.record("a split view was not told")
      return
    }
  }

  @Test func answersThatAreNoneDoNoHarm() throws {
    let log = try SmallLog(10)
    let policy = try WitnessPolicy(
      text: "witness court \(try witness(1).verifier.text)\nquorum court\n")
    var contact = WitnessContact(policy.witnesses[0])
    let (point, note) = try log.checkpoint(10)
    let request = contact.request(note, of: point) { _ in [] }
    func take(_ status: Int, _ body: String, _ type: String = "text/plain")
      -> WitnessContact.Outcome
    {
      contact.take(.init(status: status, mediaType: type, body: body), to: request, now: now)
    }
    let stranger = try witness(2).cosign(note.text, at: now).line
    let late = try witness(1).cosign(note.text, at: now.adding(seconds: 301)).line
    let cases: [(Int, String, String)] = [
      (200, "", "text/plain"), (200, stranger, "text/plain"), (200, late, "text/plain"),
      (200, "— witness1.example AAAA\n", "text/plain"), (404, "", "text/plain"),
      (500, "x", "text/html"), (409, "0\n", "text/x.tlog.size"),
      (409, "010\n", "text/x.tlog.size"), (409, "-1", "text/x.tlog.size"),
      (409, "99999999999999999999\n", "text/x.tlog.size"),
    ]
    for (status, body, type) in cases {
      guard case .failed = take(status, body, type) else {
        Issue.record("\(status) \(body) was not taken as a failure")
        continue
      }
      #expect(contact.size == 0)
    }
    // A signature of its own among those of others is found.
    let own = try witness(1).cosign(note.text, at: now)
    #expect(take(200, stranger + own.line) == .cosigned(own))
  }

  @Test func policiesCountWitnesses() throws {
    let log = try SmallLog(3)
    let signers = try (1...4).map { try witness(UInt8($0)) }
    let text = """
      # two of three, and the court
      log \(log.signer.verifier.text) https://log.example/
      witness a \(signers[0].verifier.text)
      witness b \(signers[1].verifier.text)
      witness c \(signers[2].verifier.text)
      witness court \(signers[3].verifier.text)
      group offices 2 a b c
      group both all offices court
      quorum both

      """
    let policy = try WitnessPolicy(text: text)
    let note = try log.checkpoint(3).note
    for mask in 0..<16 {
      let signed = try signers.enumerated().filter { mask & 1 << $0.offset != 0 }.map {
        try $0.element.cosign(note.text, at: now)
      }
      let suffices = (mask & 7).nonzeroBitCount >= 2 && mask & 8 != 0
      let accepted = try? policy.verify(note.adding(signed), now: now)
      #expect((accepted != nil) == suffices, "witnesses \(mask)")
      if suffices { #expect(accepted?.seen.count == mask.nonzeroBitCount) }
    }
    let late = try signers.map { try $0.cosign(note.text, at: now.adding(seconds: 301)) }
    #expect(throws: Problem.self) { try policy.verify(note.adding(late), now: now) }
    for (wrong, right) in [
      ("quorum both", "quorum nobody"), ("quorum both", "quorum both\nquorum both"),
      ("2 a b c", "4 a b c"), ("2 a b c", "0 a b c"), ("all offices court", "all offices court a"),
      ("witness b", "witness a"), ("witness b", "witness none"), ("quorum both", ""),
      ("log ", "log x"), ("witness a", "log a"), ("2 a b c", "2 a b court2"),
    ] {
      #expect(throws: Problem.self, "\(right)") {
        try WitnessPolicy(text: text.replacing(wrong, with: right))
      }
    }
    // Names are bytes: the Kelvin sign is no K, and a CR is no part of a line.
    let kelvin = try WitnessPolicy(
      text: "witness K \(signers[0].verifier.text)\nwitness \u{212A} \(signers[1].verifier.text)\n"
        + "group g all K \u{212A}\nquorum g\n")
    #expect(kelvin.witnesses.count == 2)
    #expect(throws: Problem.self) {
      try WitnessPolicy(text: text.replacing("\n", with: "\r\n"))
    }
    let key = signers[0].verifier
    #expect(NoteVerifier(text: key.text) == key)
    #expect(throws: Problem.self) { try signers[0].sign(note.text) }
    #expect(throws: Problem.self) { try log.signer.cosign(note.text, at: now) }
  }

  @Test func proofFilesAreReadAndVerified() throws {
    let log = try SmallLog(700)
    let policy = WitnessPolicy(log: log.signer.verifier)
    let (_, note) = try log.checkpoint(700)
    let proofs = LogFiles(size: 700) { log.files[$0] }.proofs
    for extra in [nil, [], Array("环评".utf8)] as [[UInt8]?] {
      let proof = TlogProof(
        extra: extra, index: 411, hashes: try proofs.inclusion(of: 411),
        checkpoint: note.description)
      #expect(try TlogProof(text: proof.text) == proof)
      let leaf = MerkleTree.leafHash(log.entries[411])
      #expect(try proof.verify(leaf: leaf, policy: policy, now: now).size == 700)
      #expect(throws: Problem.self) {
        try proof.verify(
          leaf: MerkleTree.leafHash(log.entries[412]), policy: policy, now: now)
      }
    }
    let text = TlogProof(
      extra: [1], index: 0, hashes: [MerkleTree.emptyRoot], checkpoint: note.description
    ).text
    for (right, wrong) in [
      ("@v1", "@v2"), ("index 0", "index 00"), ("index 0", "index -1"), ("extra AQ==", "extra A"),
      ("47DEQ", "47DE"), ("\n\n", "\n"),
    ] {
      let mutant = text.replacing(right, with: wrong)
      #expect(throws: Problem.self, "\(wrong)") {
        try TlogProof(text: mutant).verify(
          leaf: MerkleTree.emptyRoot, policy: policy, now: now)
      }
    }
  }

  @Test func aMonitorSeesEveryWayToLie() throws {
    let log = try SmallLog(40)
    let other = try SmallLog(40, salt: "!")
    var monitor = Monitor(policy: WitnessPolicy(log: log.signer.verifier))
    func observe(_ log: SmallLog, _ size: Int) throws -> Monitor.Finding {
      try monitor.observe(try log.checkpoint(size).note, now: now) {
        try log.proof(Int($0), Int($1))
      }
    }
    #expect(try observe(log, 10) == .first)
    #expect(try observe(log, 10) == .same)
    let known = try log.checkpoint(10).note
    let split = try observe(other, 10)
    #expect(split == .splitView(shown: try other.checkpoint(10).note, known: known))
    #expect(split.evidence.count == 2 && !split.isGood)
    #expect(
      try observe(other, 30) == .rewritten(shown: try other.checkpoint(30).note, known: known))
    #expect(try observe(log, 5) == .replayed(shown: try log.checkpoint(5).note, known: known))
    #expect(try observe(log, 30) == .grown(from: 10, to: 30))
    let foreign = try SmallLog(40, name: "other.example")
    #expect(throws: Problem.self) { try observe(foreign, 40) }
  }
}
