import Commons
import EvidenceLog
import Testing

@testable import DepositProofs

/// A log of acts among which one registers a deposit.
private func receipt(
  registering value: String, kind: String = DepositValue.kind, opening: Receipt.Opening? = nil
) throws -> Receipt {
  let signer = try NoteSigner(name: "log.example/shifan", seed: [UInt8](repeating: 7, count: 32))
  let at = try #require(Instant(rfc3339: "2026-03-02T01:00:00Z"))
  func entry(_ kind: String, _ fields: JSONValue) -> LogEntry {
    LogEntry(
      kind: kind, recordedAt: at, effectiveAt: at, jurisdiction: "990000", authorisation: "",
      matter: [UInt8](repeating: 3, count: 16), publicText: fields.canonical,
      commitment: opening.map {
        LogEntry.commitment(salt: $0.salt, privatePart: Array($0.privatePart.utf8))
      } ?? [UInt8](repeating: 5, count: 32))
  }
  let entries = [
    entry("requests.file", ["a": 1]), entry(kind, ["deposit": .string(value), "stage": "kept"]),
    entry("requests.reply", ["a": 2]),
  ]
  var tree = TiledTree()
  var tiles: [Tile: [UInt8]] = [:]
  for (tile, hashes) in tree.append(entries.map(\.leafHash)) { tiles[tile] = hashes }
  let point = Checkpoint(origin: signer.verifier.name, size: 3, root: tree.root)
  return Receipt(
    entry: String(decoding: entries[1].canonicalBytes, as: UTF8.self), index: 1,
    proof: try ProofMaker(size: 3) { tiles[$0] }.inclusion(of: 1),
    checkpoint: try signer.sign(point.text).description, key: signer.verifier.text,
    opening: opening)
}

private let files = ["recipe.txt", "sub/算法.py", "a.bin", "z.bin", "y.bin"].map {
  DepositRecord.File(name: $0, size: Int64($0.utf8.count), content: Digest.of($0).bytes)
}

private func record(_ statement: [String: JSONValue] = ["owner": "晨光科技"]) throws -> DepositRecord {
  var record = try DepositRecord(files, statement: statement, random: SeededBytes(seed: 1))
  try record.attach(try receipt(registering: Hex.encode(record.value)))
  return record
}

private func content(_ name: String) -> [UInt8] { Digest.of(name).bytes }

private func failed(_ checks: [Receipt.Check]) -> [String] {
  checks.filter { !$0.holds }.map(\.id)
}

@Suite struct DepositProofsTests {
  @Test func onlyOneDigestLeaves() throws {
    let first = try DepositRecord(files, statement: [:], random: SeededBytes(seed: 1))
    let second = try DepositRecord(files, statement: [:], random: SeededBytes(seed: 2))
    #expect(try Set(#require(try first.request.object).keys) == ["deposit"])
    // The same files under other salts share nothing that leaves.
    #expect(try first.value != second.value)
    #expect(first.leaves.map(\.name) == ["", "a.bin", "recipe.txt", "sub/算法.py", "y.bin", "z.bin"])
    #expect(Set(first.leaves.flatMap { [$0.salt, $0.nameSalt] }).count == 12)
  }

  @Test func aPartIsProvenWithoutTheRest() throws {
    let record = try record()
    for (showsNames, showsStatement) in [(false, false), (true, false), (true, true)] {
      for file in files {
        let proof = try PossessionProof(
          of: record, contents: [file.content], showsNames: showsNames,
          showsStatement: showsStatement)
        let read = try PossessionProof(try JSONValue(parsing: proof.json.canonical))
        #expect(failed(read.verify(contents: [file.content])) == [])
        #expect(read.recordedAt?.description == "2026-03-02T01:00:00Z")
        let text = read.json.canonical
        for other in files where other.name != file.name {
          #expect(!text.contains(Hex.encode(other.content)))
          #expect(!text.contains(other.name))
        }
        #expect(text.contains(file.name) == showsNames)
        #expect(text.contains("晨光科技") == showsStatement)
      }
    }
    let all = try PossessionProof(
      of: record, contents: files.map(\.content), showsNames: true, showsStatement: true)
    #expect(failed(all.verify(contents: files.map(\.content).reversed())) == [])
  }

  @Test func whatIsNotShownIsNotProven() throws {
    let proof = try PossessionProof(
      of: try record(), contents: [content("a.bin"), content("z.bin")], showsNames: false,
      showsStatement: false)
    #expect(failed(proof.verify(contents: [content("a.bin")])) == ["shown-5"])
    #expect(
      failed(proof.verify(contents: [content("a.bin"), content("changed")]))
        == ["shown-5", "unknown"])
    let statement = try PossessionProof(
      of: try record(), contents: [], showsNames: false, showsStatement: true)
    #expect(failed(statement.verify(contents: [])) == ["shown"])
  }

  @Test func aFileThatWasChangedIsNotInTheDeposit() throws {
    let record = try record()
    #expect(throws: Problem.self) {
      try PossessionProof(
        of: record, contents: [content("other")], showsNames: false, showsStatement: false)
    }
    let bare = try DepositRecord(files, statement: [:], random: SeededBytes(seed: 1))
    #expect(throws: Problem.self) {
      try PossessionProof(
        of: bare, contents: [content("a.bin")], showsNames: false, showsStatement: false)
    }
  }

  @Test func onlyItsOwnReceiptIsTakenInAndLosesWhatIsPrivate() throws {
    var record = try DepositRecord(files, statement: [:], random: SeededBytes(seed: 1))
    let value = Hex.encode(try record.value)
    #expect(throws: Problem.self) {
      try record.attach(try receipt(registering: String(repeating: "0", count: 64)))
    }
    #expect(throws: Problem.self) {
      try record.attach(try receipt(registering: value, kind: "requests.file"))
    }
    let opening = Receipt.Opening(salt: [UInt8](repeating: 1, count: 16), privatePart: #"{"a":1}"#)
    try record.attach(try receipt(registering: value, opening: opening))
    #expect(record.receipt?.opening == nil)
    let text = try record.json.canonical
    let read = try DepositRecord(try JSONValue(parsing: text))
    #expect(try read.json.canonical == text)
  }

  /// A single bit of a proof that is changed makes it unreadable or makes a check fail.
  @Test func everyBitCounts() throws {
    let proof = try PossessionProof(
      of: try record(), contents: [content("a.bin")], showsNames: true, showsStatement: true)
    let bytes = proof.json.canonicalBytes
    var survivors = 0
    var random = SeededRandom(seed: 4)
    for _ in 0..<3000 {
      var changed = bytes
      let place = random.below(bytes.count * 8)
      changed[place / 8] ^= 1 << (place % 8)
      guard let json = try? JSONValue(parsing: changed), let read = try? PossessionProof(json)
      else { continue }
      if failed(read.verify(contents: [content("a.bin")])).isEmpty { survivors += 1 }
    }
    #expect(survivors == 0)
  }

  @Test(arguments: [
    ("a.bin", "a.bin"), ("", "b"),
  ])
  func namesAreDistinctAndNotEmpty(first: String, second: String) {
    #expect(throws: Problem.self) {
      try DepositRecord(
        [first, second].map { .init(name: $0, size: 0, content: content($0)) }, statement: [:],
        random: SeededBytes(seed: 1))
    }
  }

  @Test func brokenRecordsAreToldApart() throws {
    let json = try record().json
    let members = try #require(json.object)
    for name in members.keys where name != "receipt" {
      var changed = members
      changed[name] = nil
      #expect(throws: Problem.self, "\(name)") { try DepositRecord(.object(changed)) }
    }
    #expect(throws: Problem.self) {
      try DepositRecord([], statement: [:], random: SeededBytes(seed: 1))
    }
  }
}
