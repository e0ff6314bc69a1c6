import App
import Books
import Commons
import Desk
import EvidenceLog
import Foundation
import Storage
import Testing
import Verification

/// The log is looked at before anything is added to it.
@Suite struct LogStartTests {
  private static let change = Statement(
    "UPDATE log_tiles SET hashes = $1 WHERE tile_key = $2")

  private func problem(_ body: () async throws -> Void) async throws -> Problem? {
    do { try await body() } catch let problem as Problem { return problem }
    return nil
  }

  @Test(arguments: Backend.all) func aBrokenTreeIsNotGrownFurther(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    for _ in 0..<3 { _ = try await test.file() }
    try await test.city.sequencer.drain()
    try await test.city.sequencer.load()
    let store = test.city.desk.store
    let tile = try #require(try await store.first(LogBook.tile(level: 0, index: 0)))
    var changed = tile
    changed[40] ^= 1
    let key = LogBook.tileKey(level: 0, index: 0)
    func put(_ bytes: [UInt8]) async throws {
      try await store.write { _ in
        WritePlan([Change(LogStartTests.change, [.blob(bytes), .integer(key)])], answer: ())
      }
    }
    try await put(changed)
    #expect(try await problem { try await test.city.sequencer.load() }?.slug == "log-broken")
    // A node that takes the duty over reads the tree anew and refuses, too; the act stays in the queue.
    _ = try await test.file()
    let other = Sequencer(
      desk: test.city.desk,
      duty: Duty("log", node: "other", store: store, time: test.time, isAlone: true),
      time: test.time, signer: test.city.signer, measures: [])
    #expect(try await problem { _ = try await other.runOnce() }?.slug == "log-broken")
    #expect(try await store.first(LogBook.state)?.size == 3)
    try await put(tile)
    #expect(try await other.runOnce() == 1)
    let report = try await CityVerification.run(test.city)
    #expect(report.isClean, "\(report.findings.prefix(3))")
  }
}
