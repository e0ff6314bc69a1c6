import AccessControl
import Accounts
import App
import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import EvidenceLog
import Foundation
import HTTPValues
import ServiceRequests
import Storage
import Testing

/// What the law lets a person have forgotten is gone: from the rows, from the file that holds them,
/// from the memory of every node. Everything else is proven as before.
@Suite struct ErasureTests {
  private static let clerk = Actor.system([
    "accounts.register", "accounts.manage", "subjects.forget", "requests.file",
    "requests.as-dispatcher", "requests.as-handler", "requests.desk",
  ])
  private static let title = "一号楼的独一无二的标题"
  private static let words = "独一无二的话语 13912345678"

  /// A closed case with an attachment, an idempotency key and a notice; its key.
  private func close(_ test: TestCity) async throws -> Int64 {
    let place = try await test.city.desk.reserve()
    let bytes = Array("%PDF-1.4 独一无二的附件".utf8)
    let key = try await test.city.desk.stage(
      IncomingFile(name: "独一无二.pdf", mediaType: "application/pdf", bytes: bytes), for: place)
    let intake = Intake(
      item: test.city.profile.items[0].id, title: ErasureTests.title, text: ErasureTests.words,
      channel: "web", district: "donghu", name: "王五", phone: "13912345678",
      email: "wang@example.cn", attachments: [.init(key: key, digest: Digest.of(bytes).bytes)])
    let done = try await test.city.desk.submit(
      SubmitRequest(intake, rules: test.city.rules), by: ErasureTests.clerk,
      .init(idempotencyKey: "erase-1", reservation: place))
    _ = try await test.city.desk.submit(
      MoveRequest(
        "refuse-remit", as: .dispatcher, on: done.aggregate, text: "不属于受理范围",
        rules: test.city.rules), by: ErasureTests.clerk, .init(idempotencyKey: "erase-2"))
    try await test.city.settle()
    return done.aggregate
  }

  private func rows(_ test: TestCity, _ sql: String, _ key: Int64) async throws -> [[SQLValue]] {
    try await test.city.desk.store.all(Query(Statement(sql), [.integer(key)]) { $0.values })
  }

  @Test(arguments: Backend.all) func aForgottenCaseIsGoneAndTheRestIsProven(_ backend: Backend)
    async throws
  {
    let test = try await TestCity(backend)
    let other = try await test.file()
    let key = try await close(test)
    let sealed = try await rows(
      test, "SELECT sealed FROM journal WHERE entry_key / 65536 = $1", key)
    #expect(sealed.count == 2)
    let receipt = try await test.city.receipts.receipt(
      JournalKey(aggregate: key, version: 1), withOpening: true)
    #expect(receipt?.opening?.privatePart.contains("独一无二") == true)
    _ = try await test.city.desk.forget(key, reason: "本人申请", by: ErasureTests.clerk)
    try await test.city.settle()
    // The salt follows from the key, so that it went with it; nothing opens.
    let first = try #require(
      try await test.city.desk.store.first(
        JournalBook.entry(JournalKey(aggregate: key, version: 1))))
    #expect(try await test.city.desk.opening(of: first) == nil)
    #expect(try await rows(test, "SELECT * FROM blobs WHERE aggregate = $1", key).isEmpty)
    #expect(
      try await rows(
        test,
        "SELECT * FROM blob_chunks WHERE chunk_key / 65536 NOT IN (SELECT blob_key FROM blobs) AND $1 > 0",
        key
      ).isEmpty)
    #expect(
      try await rows(test, "SELECT * FROM idempotency WHERE entry_key / 65536 = $1", key).isEmpty)
    for table in ["outbox", "deliveries"] {
      let left = try await rows(test, "SELECT * FROM \(table) WHERE entry_key / 65536 = $1", key)
      #expect(
        !left.flatMap { $0 }.contains { text($0).contains("wang@") || text($0).contains("王") })
    }
    let titles = try await rows(test, "SELECT title FROM cases WHERE case_key = $1", key)
    #expect(titles == [["—"]])
    // Its entry still stands in the log and is proven; what others did is proven with their words.
    let after = try #require(
      try await test.city.receipts.receipt(
        JournalKey(aggregate: key, version: 1), withOpening: true))
    #expect(after.opening == nil && after.entry == receipt?.entry)
    let failed = after.verify(trusting: [test.city.signer.verifier]).filter { !$0.holds }
    #expect(failed.isEmpty)
    let kept = try await test.get("/requests/\(other.number)?token=\(other.token)")
    #expect(kept.text.contains("路灯"))
    let report = try await CityVerification.run(test.city)
    #expect(report.isClean, "\(report.findings.prefix(3))")
  }

  private func text(_ value: SQLValue) -> String {
    if case .text(let text) = value { text } else { "" }
  }

  /// The bytes of the file and of its log, not what SQL shows of them.
  @Test func theFileHoldsNoTraceOfAForgottenSubject() async throws {
    let test = try await TestCity()
    let folder = try test.anotherFolder()
    try await SimulatedDays.live(folder, days: 6, perDay: 60) { city in
      let closed = try await city.desk.store.all(
        Query(
          Statement("SELECT case_key FROM cases WHERE closed_at IS NOT NULL ORDER BY case_key")
        ) { $0.integer(0) })
      #expect(closed.count > 40)
      var gone: [[UInt8]] = []
      var kept: [[UInt8]] = []
      for (index, key) in closed.enumerated() {
        let subject = try #require(try await city.desk.store.first(SubjectBook.find(key)))
        if index.isMultiple(of: 2) {
          gone.append(subject.wrapped)
          gone += try await city.desk.store.all(
            Query(
              Statement("SELECT digest FROM idempotency WHERE entry_key / 65536 = $1"),
              [.integer(key)]
            ) { $0.blob(0) })
          _ = try await city.desk.forget(key, reason: "test", by: ErasureTests.clerk)
        } else {
          kept.append(subject.wrapped)
        }
      }
      let file = try folder.databaseFile()
      var raw = try Data(contentsOf: URL(fileURLWithPath: file))
      raw += (try? Data(contentsOf: URL(fileURLWithPath: file + "-wal"))) ?? Data()
      for bytes in gone {
        #expect(raw.range(of: Data(bytes)) == nil, "\(Hex.encode(bytes)) is still in the file")
      }
      // The search finds what is there.
      for bytes in kept { #expect(raw.range(of: Data(bytes)) != nil) }
      #expect(gone.count >= 20)
    }
    let report = try await MovingTests.verify(folder)
    #expect(report.isClean, "\(report.findings.prefix(3))")
  }

  @Test func theWordsOfACaseAreNotInTheFileAtAll() async throws {
    let test = try await TestCity()
    let key = try await close(test)
    let file = try test.folder.databaseFile()
    func raw() throws -> Data {
      var raw = try Data(contentsOf: URL(fileURLWithPath: file))
      raw += (try? Data(contentsOf: URL(fileURLWithPath: file + "-wal"))) ?? Data()
      return raw
    }
    // The title stands open in lists until then; the words never do.
    #expect(try raw().range(of: Data(ErasureTests.title.utf8)) != nil)
    for words in [ErasureTests.words, "王五", "13912345678", "wang@example.cn", "独一无二的附件"] {
      #expect(try raw().range(of: Data(words.utf8)) == nil, "\(words)")
    }
    _ = try await test.city.desk.forget(key, reason: "本人申请", by: ErasureTests.clerk)
    #expect(try raw().range(of: Data(ErasureTests.title.utf8)) == nil)
  }

  @Test(arguments: Backend.all) func aForgottenAccountCannotSignInAndHasNoName(_ backend: Backend)
    async throws
  {
    let test = try await TestCity(backend)
    let session = try await test.signIn("zhangsan", [])
    let key = try #require(try await test.city.account("zhangsan"))
    _ = try await test.city.desk.forget(key, reason: "注销", by: ErasureTests.clerk)
    #expect(try await test.city.account("zhangsan") == nil)
    #expect(try await test.get("/requests/mine", session: session).status != 200)
    await #expect(throws: Problem.self) {
      try await test.city.signIn.signIn(
        login: "zhangsan", password: TestCity.password, from: "192.0.2.1")
    }
    await #expect(throws: Problem.self) {
      try await test.city.signIn.signIn(
        login: "~\(key)", password: TestCity.password, from: "192.0.2.1")
    }
    try await test.city.settle()
    let report = try await CityVerification.run(test.city)
    #expect(report.isClean, "\(report.findings.prefix(3))")
  }

  /// Another node has the key in memory; within five seconds it has not.
  @Test func anErasureReachesEveryNodeWithinSeconds() async throws {
    let test = try await TestCity()
    let key = try await close(test)
    let here = test.city.desk.store
    let node = CommandDesk(
      store: here, ring: test.city.ring, time: test.time, random: KernelRandom(),
      stamps: ActStamps(1))
    let row = try #require(
      try await here.first(JournalBook.entry(JournalKey(aggregate: key, version: 1))))
    #expect(try await node.opening(of: row) != nil)
    _ = try await test.city.desk.forget(key, reason: "本人申请", by: ErasureTests.clerk)
    test.time.advance(seconds: 5)
    #expect(try await node.opening(of: row) == nil)
  }
}
