import AccessControl
import Accounts
import App
import Books
import CityProfiles
import Commons
import Desk
import Foundation
import HTTPValues
import MeasureKit
import ServiceRequests
import Storage
import Testing

/// Whoever is shown the words of a person, it stands in the access log before the answer is given.
@Suite struct AccessTests {
  private static let words = "只有本人和经办人能看的话"
  private static let reads = Query(Statement("SELECT count(*) FROM access_log")) { $0.integer(0) }

  /// A request that is not public, with an attachment, filed by an account.
  private func file(_ test: TestCity, by account: Int64) async throws -> (key: Int64, blob: Int64) {
    let place = try await test.city.desk.reserve()
    let bytes = Array("%PDF-1.4 \(AccessTests.words)".utf8)
    let blob = try await test.city.desk.stage(
      IncomingFile(name: "a.pdf", mediaType: "application/pdf", bytes: bytes), for: place)
    let intake = Intake(
      item: test.city.profile.items[0].id, title: "标题", text: AccessTests.words, channel: "web",
      district: "donghu", attachments: [.init(key: blob, digest: Digest.of(bytes).bytes)])
    let citizen = Actor(kind: .citizen, account: account, permissions: ["requests.file"])
    let done = try await test.city.desk.submit(
      SubmitRequest(intake, rules: test.city.rules), by: citizen, .init(reservation: place))
    try await test.city.settle()
    return (done.aggregate, blob)
  }

  @Test func everyRouteThatShowsSealedWordsRecordsIt() async throws {
    let test = try await TestCity()
    let sessions: [(who: String, session: String?)] = [
      ("nobody", nil), ("owner", try await test.signIn("owner", [])),
      ("stranger", try await test.signIn("stranger", [])),
      (
        "officer",
        try await test.signIn("officer", [Post(RequestsMeasure.handler.id, agency: "urban")])
      ), ("dispatcher", try await test.signIn("dispatcher", [Post(RequestsMeasure.dispatcher.id)])),
      ("supervisor", try await test.signIn("supervisor", [Post(RequestsMeasure.supervisor.id)])),
      ("arbiter", try await test.signIn("arbiter", [Post(RequestsMeasure.arbiter.id)])),
      ("administrator", try await test.signIn("admin", [Post("administrator")])),
      ("auditor", try await test.signIn("auditor", [Post("auditor")])),
    ]
    let owner = try #require(try await test.city.account("owner"))
    let (key, blob) = try await file(test, by: owner)
    let row = try #require(try await test.city.desk.store.first(CaseBook.find(key)))
    let token = test.city.ring.trackingToken(key)
    var shown: Set<String> = []
    for (who, session) in sessions {
      for route in test.front.routes where route.method == .get {
        for query in ["", "?token=\(token)"] {
          let target = AccessTests.fill(route.pattern, row.number, blob) + query
          let before = try await test.city.desk.store.first(AccessTests.reads) ?? 0
          let response = try await test.send(
            .get, target, session: route.kind == .page ? session : nil,
            bearer: route.kind == .interface ? session : nil)
          guard response.text.contains(AccessTests.words) else { continue }
          shown.insert("\(route.pattern) \(query.isEmpty ? who : "token")")
          let after = try await test.city.desk.store.first(AccessTests.reads) ?? 0
          #expect(after > before, "\(route.pattern) shows it to \(who)\(query) and records nothing")
          #expect(query != "" || !["nobody", "stranger", "auditor"].contains(who), "\(target)")
        }
      }
    }
    // The walk met the words where they belong.
    for expected in [
      "/requests/{number} owner", "/requests/{number} token", "/desk/requests/{number} dispatcher",
      "/api/requests/{number} owner", "/api/requests/{number} dispatcher",
      "/requests/{number}/files/{file} owner", "/receipts/{number}/{version} owner",
      "/receipts/{number}/{version}.json token", "/receipts/{number}/{version}.html dispatcher",
    ] { #expect(shown.contains(expected), "\(expected) not among \(shown.sorted())") }
  }

  /// A page that comes back with an error shows the words again.
  @Test func aRefusedStepRecordsTheReadToo() async throws {
    let test = try await TestCity()
    let session = try await test.signIn("owner", [])
    let owner = try #require(try await test.city.account("owner"))
    let (key, _) = try await file(test, by: owner)
    let row = try #require(try await test.city.desk.store.first(CaseBook.find(key)))
    let before = try await test.city.desk.store.first(AccessTests.reads) ?? 0
    let response = try await test.post(
      "/requests/\(row.number)/steps", session: session, [("command", "supply"), ("text", "")])
    #expect(response.status == 422 && response.text.contains(AccessTests.words))
    #expect(try await test.city.desk.store.first(AccessTests.reads) ?? 0 > before)
  }

  private static func fill(_ pattern: String, _ number: CaseNumber, _ blob: Int64) -> String {
    let values = [
      "number": number.description, "version": "1", "file": "\(blob)", "id": number.description,
      "token": number.description, "slug": "requests", "code": "x", "mandate": "1", "level": "0",
      "path...": "0", "first": "1", "second": "1",
    ]
    return values.reduce(pattern) { $0.replacing("{\($1.key)}", with: $1.value) }
  }

  // MARK: Files

  @Test func theFilesOfACityAreForItsOwnerAlone() async throws {
    let test = try await TestCity()
    _ = try await test.file()
    let folder = test.folder
    let file = try folder.databaseFile()
    let made = [file, file + "-wal", file + "-shm", folder.keys.path, folder.path + "/lock"]
    for path in made {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(path): \(String(mode ?? 0, radix: 8))")
    }
    #expect(folder.openToOthers().isEmpty)
    for path in [file, file + "-wal", folder.path] {
      #expect(chmod(path, 0o755) == 0)
      #expect(folder.openToOthers() == [path])
      #expect(chmod(path, 0o700) == 0)
    }
  }
}
