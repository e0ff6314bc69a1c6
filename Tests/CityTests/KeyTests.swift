import AccessControl
import Accounts
import Books
import Commons
import Desk
import EvidenceLog
import Foundation
import HTTPValues
import ServiceRequests
import Storage
import Testing

@testable import App

/// The keys of a city change and it stays the same city.
@Suite struct KeyTests {
  private static let wrapped = Query(
    Statement("SELECT wrapped FROM subjects ORDER BY subject")
  ) { $0.blob(0) }

  /// What must outlive a rotation: tokens that citizens hold, the log's key, keys of applications.
  private struct Lasting: Equatable {
    let token, logKey, interfaceKey: String
    let blind: Int64

    init(_ city: RunningCity) {
      token = city.ring.trackingToken(7)
      logKey = city.signer.verifier.text
      interfaceKey = city.requests.apiKey(for: "app.test")
      blind = city.ring.blindIndex("110101199003071234", use: "id")
    }
  }

  @Test func keysChangeInACityAtRest() async throws {
    let test = try await TestCity()
    let folder = try await MovingTests.city(test)
    let old = try folder.keys.read()
    let before = try await state(folder)
    let report = try await CityKeys.rotate(folder)
    #expect(report.generation == 2 && report.renewed > 500 && report.altered == 0)
    let new = try folder.keys.read()
    #expect(new.generations.map(\.number) == [2])
    #expect(new.generations[0].wrapping != old.generations[0].wrapping)
    let after = try await state(folder)
    #expect(after.lasting == before.lasting)
    #expect(Set(after.wrapped).isDisjoint(with: before.wrapped.filter { !$0.isEmpty }))
    let verification = try await MovingTests.verify(folder)
    #expect(verification.isClean, "\(verification.findings.prefix(3))")
    // The old key file opens nothing any more.
    try folder.keys.write(old)
    let problem = await #expect(throws: Problem.self) { try await MovingTests.verify(folder) }
    #expect(problem?.slug == "keys-do-not-fit")
    try folder.keys.write(new)
    #expect(try await CityKeys.rotate(folder).generation == 3)
    #expect(try await MovingTests.verify(folder).isClean)
  }

  private func state(_ folder: DataFolder) async throws -> (lasting: Lasting, wrapped: [[UInt8]]) {
    var options = RunningCity.Options()
    options.isReadOnly = true
    let city = try await RunningCity(folder, options)
    defer { city.close() }
    return (Lasting(city), try await city.store.all(KeyTests.wrapped))
  }

  /// While it is served: rows with either mark hold, what is written meanwhile too.
  @Test func keysChangeWhileTheCityIsServed() async throws {
    let test = try await TestCity()
    test.time.set(SystemTime().now.adding(seconds: 60))
    let session = try await test.signIn("zhang", [])
    for _ in 0..<20 { _ = try await test.file() }
    let before = Lasting(test.city)
    let city = test.city
    let time = test.time
    let server = Task {
      let watch = KeyWatch(city)
      while !Task.isCancelled {
        time.set(SystemTime().now.adding(seconds: 60))
        _ = try await watch.look()
        try await MovingTests.file(city)
        try? await Task.sleep(for: .milliseconds(20))
      }
    }
    defer { server.cancel() }
    let report = try await CityKeys.rotate(test.folder, leadSeconds: 1)
    #expect(report.isByServer && report.generation == 2)
    #expect(try test.folder.keys.read().generations.map(\.number) == [2])
    server.cancel()
    _ = try? await server.value
    #expect(Lasting(test.city) == before)
    _ = try await KeyWatch(test.city).look()
    #expect(!test.city.ring.isRotating && test.city.ring.generation == 2)
    // The server goes on, with the sessions that there were.
    #expect(try await test.get("/requests/mine", session: session).status == 200)
    let filed = try await test.file()
    #expect(
      try await test.get("/requests/\(filed.number)?token=\(filed.token)").text.contains("路灯"))
    let verification = try await CityVerification.run(test.city)
    #expect(verification.isClean, "\(verification.findings.prefix(3))")
  }

  @Test func nodesThatShareADatabaseNeedALead() async throws {
    guard Backend.all.contains(.postgresql) else { return }
    let test = try await TestCity(.postgresql)
    _ = try await test.file()
    let problem = await #expect(throws: Problem.self) { try await CityKeys.rotate(test.folder) }
    #expect(problem?.status == 400)
    let report = try await CityKeys.rotate(test.folder, leadSeconds: 0)
    #expect(report.generation == 2 && report.renewed > 0)
    #expect(try await MovingTests.verify(test.folder).isClean)
  }

  /// A generation whose time has not come is read but not written with; a row that matches none is
  /// left alone and told.
  @Test func aGenerationIsReadBeforeItIsWrittenWith() throws {
    let noon = Instant(rfc3339: "2026-03-02T12:00:00Z")!
    let random = SeededBytes(seed: 9)
    let first = KeySecrets(random: random)
    let second = first.addingGeneration(usedFrom: noon, random: random)
    let ring = KeyRing(first, at: noon)
    let values: [SQLValue] = [1, .blob([1]), .blob([])]
    let mark = SubjectBook.table.mark(values, ring)
    try ring.adopt(second, at: noon.adding(seconds: -1))
    #expect(ring.generation == 1 && ring.isRotating && !ring.usesNewest)
    #expect(SubjectBook.table.mark(values, ring) == mark)
    let sealing = SealingKey(subject: 1, random: random)
    let ahead = sealing.wrapped(KeyRing(second, at: noon), random: random)
    #expect(SealingKey(subject: 1, wrapped: ahead, ring) != nil)
    try ring.adopt(second, at: noon)
    #expect(ring.generation == 2 && ring.usesNewest)
    #expect(SubjectBook.table.mark(values, ring) != mark)
    try ring.adopt(second.withoutOlderGenerations, at: noon)
    #expect(!ring.isRotating)
    #expect(throws: Problem.self) {
      try ring.adopt(KeySecrets(random: random), at: noon)
    }
  }

  /// A digit that was lost, and one secret of another city among this city's own: both are refused
  /// before anything is sealed or marked with them.
  @Test func keysThatAreWrongInPartAreRefused() async throws {
    let test = try await TestCity()
    let folder = try await MovingTests.city(test)
    guard case .object(let right) = try folder.keys.read().json,
      case .array(let generations)? = right["generations"], case .object(let first) = generations[0]
    else { throw StorageError("the key file is no object") }
    func open(_ change: (inout [String: JSONValue]) -> Void) async throws -> Problem? {
      var members = right
      change(&members)
      try Data(JSONValue.object(members).canonicalBytes).write(
        to: URL(fileURLWithPath: folder.keys.path))
      return await #expect(throws: Problem.self) { try await RunningCity(folder) }
    }
    let other = JSONValue.string(String(repeating: "ab", count: 32))
    #expect(try await open { $0["log"] = other }?.detail.en.contains("check") == true)
    for name in ["marking", "wrapping"] {
      let problem = try await open { members in
        var generation = first
        generation[name] = other
        members["generations"] = .array([.object(generation)])
        members["check"] = nil
      }
      #expect(problem?.slug == "keys-do-not-fit", "\(name): \(problem?.slug ?? "")")
    }
  }

  @Test func theKeyFileIsReadStrictlyAndKeptFromOthers() async throws {
    let test = try await TestCity()
    let file = test.folder.keys
    let secrets = try file.read()
    #expect(try KeySecrets(json: secrets.json).json == secrets.json)
    let old = try KeySecrets(json: [
      "version": 1, "master": .string(String(repeating: "ab", count: 32)),
    ])
    #expect(old.generations.count == 1)
    for json: JSONValue in [
      [:], ["master": "ab"], ["log": "00"], ["version": 2, "generations": .array([])],
    ] {
      #expect(throws: Problem.self) { try KeySecrets(json: json) }
    }
    #expect(chmod(file.path, 0o640) == 0)
    let problem = #expect(throws: Problem.self) { try file.read() }
    #expect(problem?.detail.en.contains("chmod 600") == true)
    #expect(chmod(file.path, 0o600) == 0)
    // Elsewhere, by its own path.
    let moved = test.folder.path + "-keys.json"
    defer { unlink(moved) }
    #expect(rename(file.path, moved) == 0)
    let folder = DataFolder(test.folder.path, keys: moved)
    #expect(try await MovingTests.verify(folder).isClean)
    let missing = await #expect(throws: Problem.self) { try await MovingTests.verify(test.folder) }
    #expect(missing?.status == 404)
  }
}
