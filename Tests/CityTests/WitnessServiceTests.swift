import App
import Books
import Commons
import Desk
import EvidenceLog
import Foundation
import HTTPValues
import SQLiteStorage
import Storage
import Testing

/// Witnesses with folders of their own, reached without a network; each can be away or lie.
final class TestWitnesses: Sendable {
  let folders: [String]
  let policy: String
  private let services = Locked<[WitnessService]>([])
  private let absent = Locked<Set<Int>>([])

  /// Those that do not answer.
  var away: Set<Int> {
    get { absent.withLock { $0 } }
    set { absent.withLock { $0 = newValue } }
  }

  init(_ count: Int, needed: Int) throws {
    let base = "/tmp/tequ-witness-\(getpid())-\(UUID().uuidString)"
    folders = (0..<count).map { "\(base)-\($0)" }
    var text = ""
    for (number, folder) in folders.enumerated() {
      let key = try WitnessService.create(
        folder, name: "witness\(number).example", random: SeededBytes(seed: UInt64(number)))
      text += "witness w\(number) \(key.text) http://witness.invalid/\(number)\n"
    }
    let names = (0..<count).map { "w\($0)" }.joined(separator: " ")
    policy = text + "group enough \(needed) \(names)\nquorum enough\n"
  }

  deinit {
    for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
  }

  func open(_ log: NoteVerifier, _ time: any TimeSource) async throws {
    for folder in folders { try WitnessService.add(log.text, to: folder) }
    var opened: [WitnessService] = []
    for folder in folders { opened.append(try await WitnessService(folder, time: time)) }
    let all = opened
    services.withLock { $0 = all }
  }

  func close() {
    for service in services.withLock({ $0 }) { service.close() }
    services.withLock { $0 = [] }
  }

  subscript(number: Int) -> WitnessService { services.withLock { $0[number] } }

  static func send(
    _ service: WitnessService, _ method: HTTPValues.Method, _ target: String, _ body: String = ""
  ) async throws -> Response {
    await service.respond(
      try Request(
        method: method, target: target, headers: Headers([("host", "witness.test")]),
        body: Array(body.utf8), remoteAddress: "192.0.2.1", requestID: "test"))
  }

  /// Takes a request to the witness that its address names.
  func call(_ address: URL, _ body: String) async throws -> WitnessContact.Answer {
    guard let number = Int(address.pathComponents[1]), !away.contains(number) else {
      throw StorageError("connection refused")
    }
    let answer = try await TestWitnesses.send(
      self[number], .post, "/add-checkpoint", body)
    return .init(
      status: answer.status, mediaType: answer.headers["content-type"] ?? "", body: answer.text)
  }
}

@Suite struct WitnessServiceTests {
  private func city(
    _ backend: Backend, _ witnesses: TestWitnesses
  ) async throws -> TestCity {
    let test = try await TestCity(
      backend, witnesses: witnesses.policy, witnessCaller: { try await witnesses.call($0, $1) })
    try await witnesses.open(test.city.signer.verifier, test.time)
    return test
  }

  private func shown(_ test: TestCity) async throws -> SignedNote {
    try #require(SignedNote(try await test.get("/log/checkpoint").text))
  }

  @Test(arguments: Backend.all) func checkpointsAreShownWithTheirWitnesses(
    _ backend: Backend
  ) async throws {
    let witnesses = try TestWitnesses(3, needed: 2)
    let test = try await city(backend, witnesses)
    let policy = try #require(test.city.publisher.policy)
    func size() async throws -> Int64 {
      try #require(Checkpoint(text: try await shown(test).text)).size
    }
    // One is away: two of three are enough.
    witnesses.away = [2]
    _ = try await test.file()
    try await test.city.sequencer.drain()
    try await test.city.publisher.prepare()
    #expect(try await test.city.publisher.runOnce() == 1)
    let first = try await shown(test)
    #expect(try policy.verify(first, now: test.time.now).seen.count == 2)
    #expect(first.signatures.count == 3)
    #expect(try await test.city.publisher.runOnce() == 0)
    // Too few: the log goes on, receipts are given, only the checkpoint waits, and not for ever.
    witnesses.away = [0, 2]
    let (number, token) = try await test.file()
    try await test.city.sequencer.drain()
    #expect(try await test.city.publisher.runOnce() == 0)
    let before = try await size()
    let receipt = try await test.get("/receipts/\(number)/1.json?token=\(token)")
    #expect(receipt.status == 200)
    #expect(try await shown(test) == first)
    test.time.advance(seconds: 31)
    #expect(try await test.city.publisher.runOnce() == 0)
    let bare = try await shown(test)
    #expect(try await size() > before)
    #expect(throws: Problem.self) { try policy.verify(bare, now: test.time.now) }
    // They come back, one with an old memory, and are told where to go on from.
    witnesses.away = []
    test.time.advance(seconds: 120)
    #expect(try await test.city.publisher.runOnce() == 1)
    let late = try await shown(test)
    #expect(try policy.verify(late, now: test.time.now).seen.count >= 2)
    _ = try await test.file()
    try await test.city.sequencer.drain()
    #expect(try await test.city.publisher.runOnce() == 1)
    let all = try await shown(test)
    #expect(try policy.verify(all, now: test.time.now).seen.count == 3)
    // The receipt now carries them, and says the same.
    let again = try await test.get("/receipts/\(number)/1.json?token=\(token)")
    let read = try Receipt(try JSONValue(parsing: again.body))
    #expect(read.checkpoint == all.description)
    #expect(read.verify(trusting: [test.city.signer.verifier]).filter { !$0.holds }.isEmpty)
    let page = try await test.get("/log")
    #expect(page.status == 200 && page.text.contains("witness2.example"))
    let report = try await CityVerification.run(test.city)
    #expect(report.isClean, "\(report.findings.prefix(3))")
    witnesses.close()
  }

  @Test func aCityWithoutWitnessesAnyMoreShowsItsLastCheckpoint() async throws {
    let witnesses = try TestWitnesses(1, needed: 1)
    let test = try await city(.sqlite, witnesses)
    _ = try await test.file()
    try await test.city.sequencer.drain()
    try await test.city.publisher.prepare()
    witnesses.away = [0]
    _ = try await test.file()
    try await test.city.sequencer.drain()
    let store = test.city.desk.store
    #expect(try await store.first(LogBook.lastPublished)?.size == 1)
    let alone = try CheckpointPublisher(
      desk: test.city.desk,
      duty: Duty("log", node: "x", store: store, time: test.time, isAlone: true),
      time: test.time, logger: test.city.logger, policy: nil)
    try await alone.prepare()
    #expect(try await store.first(LogBook.lastPublished) == nil)
    #expect(try await shown(test).text.contains("\n2\n"))
    witnesses.close()
  }

  @Test func policiesThatCannotWorkAreRefusedWithTheirLine() async throws {
    let key = try NoteSigner(
      name: "w.example", seed: [UInt8](repeating: 1, count: 32), kind: .witness
    ).verifier.text
    let log = try NoteSigner(name: "other.example", seed: [UInt8](repeating: 2, count: 32)).verifier
    for (policy, words) in [
      ("witness w \(key)\nquorum w\n", "no address"),
      ("witness w \(key) ftp://w/\nquorum w\n", "no http(s) address"),
      ("witness w \(key) http://w/\nquorum x\n", "Line 2"),
      ("log \(log.text)\nwitness w \(key) http://w/\nquorum w\n", "this city's key"),
    ] {
      do {
        _ = try await TestCity(witnesses: policy)
        Issue.record("\(policy) was taken")
      } catch let problem as Problem {
        #expect(problem.detail.en.contains(words), "\(problem.detail.en)")
      }
    }
  }

  /// The service over its interface: every status of the protocol, and what it keeps.
  @Test func aWitnessAnswersAsTheProtocolSays() async throws {
    let witnesses = try TestWitnesses(1, needed: 1)
    let signer = try NoteSigner(name: "log.example/x", seed: [UInt8](repeating: 5, count: 32))
    let time = ManualTime(TestCity.start)
    try await witnesses.open(signer.verifier, time)
    func grown(_ size: Int, _ salt: String = "") -> (TiledTree, [Tile: [UInt8]]) {
      var tree = TiledTree()
      var tiles: [Tile: [UInt8]] = [:]
      let leaves = (0..<size).map { Array("\($0)\($0 > 2 ? salt : "")".utf8) }
      for (tile, hashes) in tree.append(hashes: TreeHasher.best.leaves(leaves)) {
        tiles[tile] = hashes
      }
      return (tree, tiles)
    }
    func request(_ old: Int, _ new: Int, _ salt: String = "") throws -> String {
      let (tree, tiles) = grown(new, salt)
      let proof = try ProofMaker(size: Int64(new)) { tiles[$0] }.consistency(from: Int64(old))
      let point = Checkpoint(origin: signer.name, size: Int64(new), root: tree.root)
      return AddCheckpoint(oldSize: Int64(old), proof: proof, note: try signer.sign(point.text))
        .text
    }
    func post(_ body: String) async throws -> Response {
      try await TestWitnesses.send(witnesses[0], .post, "/add-checkpoint", body)
    }
    #expect(try await post(request(0, 5)).status == 200)
    let conflict = try await post(request(0, 7))
    #expect(conflict.status == 409 && conflict.text == "5\n")
    #expect(conflict.headers["content-type"] == "text/x.tlog.size")
    #expect(try await post(request(5, 7)).status == 200)
    #expect(try await post(request(7, 7)).status == 200)
    #expect(try await post(request(7, 9, "!")).status == 422)
    let split = try await post(request(7, 7, "!"))
    #expect(split.status == 409 && split.text.contains("split view"))
    #expect(try await post("old 7\n").status == 400)
    #expect(
      try await post(request(7, 9).replacing("log.example/x", with: "log.example/y")).status == 404)
    let size = try request(7, 9).replacing("\n9\n", with: "\n8\n")
    #expect(try await post(size).status == 403)
    let kept = try await TestWitnesses.send(
      witnesses[0], .get, "/\(Digest.of("log.example/x").hex)/checkpoint")
    let note = try #require(SignedNote(kept.text))
    #expect(witnesses[0].key.cosigned(note) == TestCity.start && note.text.contains("\n7\n"))
    #expect(try await TestWitnesses.send(witnesses[0], .get, "/key").text.hasPrefix("witness0"))
    #expect(try await TestWitnesses.send(witnesses[0], .get, "/nothing").status == 404)
    #expect(try await TestWitnesses.send(witnesses[0], .get, "/add-checkpoint").status == 405)
    // Both notes of each contradiction are kept, once.
    _ = try await post(request(7, 7, "!"))
    let evidence = try await witnesses[0].evidence()
    #expect(evidence.count == 2)
    #expect(evidence.allSatisfy { $0.notes.components(separatedBy: "— log.example/x").count == 3 })
    // What it signed outlives the process, and a second process is kept out.
    await #expect(throws: Problem.self) {
      try await WitnessService(witnesses.folders[0], time: time)
    }
    witnesses.close()
    let again = try await WitnessService(witnesses.folders[0], time: time)
    let body = try request(0, 9)
    #expect(try await TestWitnesses.send(again, .post, "/add-checkpoint", body).text == "7\n")
    again.close()
  }

  /// Requests that come at once for the same step: one is signed, the other is told the new size.
  @Test func twoRequestsAtOnceCannotBothBeSigned() async throws {
    let witnesses = try TestWitnesses(1, needed: 1)
    let signer = try NoteSigner(name: "log.example/x", seed: [UInt8](repeating: 5, count: 32))
    try await witnesses.open(signer.verifier, ManualTime(TestCity.start))
    let bodies = try (0..<24).map { number -> String in
      var tree = TiledTree()
      _ = tree.append(hashes: TreeHasher.best.leaves([[UInt8(number)]]))
      let point = Checkpoint(origin: signer.name, size: 1, root: tree.root)
      return AddCheckpoint(oldSize: 0, proof: [], note: try signer.sign(point.text)).text
    }
    let service = witnesses[0]
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for body in bodies { group.addTask { try await service.add(body).status } }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 200 } == 1 && statuses.count { $0 == 409 } == 23)
    witnesses.close()
  }

  @Test func aDamagedMemoryIsNoticedAtTheStart() async throws {
    let witnesses = try TestWitnesses(1, needed: 1)
    let test = try await city(.sqlite, witnesses)
    _ = try await test.file()
    try await test.city.sequencer.drain()
    try await test.city.publisher.prepare()
    _ = try await test.city.publisher.runOnce()
    witnesses.close()
    // By somebody who can write to the store and has not the key: a size is set back.
    let store = try SQLiteStore(
      .init(path: witnesses.folders[0] + "/witness.sqlite"),
      migrations: [WitnessService.migration])
    let setBack = Statement("UPDATE witnessed SET cosigned = replace(cosigned, $1, $2)")
    try await store.write { _ in
      WritePlan([Change(setBack, ["\n1\n", "\n0\n"])], answer: ())
    }
    store.close()
    do {
      _ = try await WitnessService(witnesses.folders[0], time: test.time)
      Issue.record("a changed memory was taken")
    } catch let problem as Problem { #expect(problem.slug == "witness-broken") }
  }
}
