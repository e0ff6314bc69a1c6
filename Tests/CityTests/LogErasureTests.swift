import App
import Books
import Commons
import Desk
import EvidenceLog
import Foundation
import HTTPValues
import Storage
import Testing

/// A tenth of the cases is forgotten, chosen at random; everything else is proven as before: by receipts
/// that people kept, by new ones, by an exported folder, by a mirror made before.
@Suite struct LogErasureTests {
  private static let clerk = Actor.system(["subjects.forget"])

  private struct Held {
    let key: JournalKey
    let receipt: Receipt
  }

  /// The receipts of all acts with what they commit to, as those who may have it hold them.
  private func receipts(_ city: RunningCity) async throws -> [Held] {
    let size = try await city.desk.store.first(LogBook.state)?.size ?? 0
    let keys = try await city.desk.store.all(LogBook.entries(from: 0, to: size)).map(\.row.key)
    var held: [Held] = []
    for key in keys {
      let receipt = try await city.receipts.receipt(key, withOpening: true)
      held.append(Held(key: key, receipt: try #require(receipt)))
    }
    return held
  }

  private func verify(_ folder: LogFolder, _ city: RunningCity) throws -> Checkpoint {
    try folder.verify(WitnessPolicy(log: city.signer.verifier), now: SystemTime().now)
  }

  @Test(arguments: Backend.all) func everythingElseIsProvenAsBefore(
    _ backend: Backend
  ) async throws {
    let test = try await TestCity(backend)
    let folder = try test.anotherFolder()
    let (before, after) = (
      LogFolder(test.folder.path + "/before"), LogFolder(test.folder.path + "/after")
    )
    try await SimulatedDays.live(folder, days: 8, perDay: 60) { city in
      let held = try await receipts(city)
      let count = try await before.export(city)
      #expect(count == Int64(held.count) && count > 1000)
      let first = try verify(before, city)
      // What was closed may be forgotten; a tenth of it is.
      var closed = try await city.desk.store.all(
        Query(
          Statement("SELECT case_key FROM cases WHERE closed_at IS NOT NULL ORDER BY case_key")
        ) { $0.integer(0) })
      var random = SeededRandom(seed: 10)
      var gone: Set<Int64> = []
      let wanted = closed.count / 10
      while gone.count < wanted { gone.insert(closed.remove(at: random.below(closed.count))) }
      #expect(gone.count >= 8)
      for key in gone.sorted() {
        _ = try await city.desk.forget(key, reason: "本人申请", by: LogErasureTests.clerk)
      }
      try await city.settle()
      try await proven(held, gone, city)
      // The folder of today holds the one of before, byte for byte where files are full.
      #expect(try await after.export(city) >= count + Int64(gone.count))
      let second = try verify(after, city)
      let proof = try after.files(size: second.size).proofs.consistency(from: first.size)
      #expect(second.follows(first, proof: proof))
      #expect(try verify(before, city) == first)
      for part in LogShape(size: first.size).parts {
        let path = LogShape(size: first.size).path(of: part)
        if !path.contains(".p/") { #expect(before.file(path) == after.file(path), "\(path)") }
      }
      // A copy made before goes on with what came after.
      let finding = try await LogSource.folder(after).mirror(
        to: before, WitnessPolicy(log: city.signer.verifier), now: SystemTime().now)
      #expect(finding == .grown(from: first.size, to: second.size))
    }
    let report = try await MovingTests.verify(folder)
    #expect(report.isClean, "\(report.findings.prefix(3))")
  }

  private func proven(_ held: [Held], _ gone: Set<Int64>, _ city: RunningCity) async throws {
    let trusted = [city.signer.verifier]
    var (kept, lost) = (0, 0)
    for one in held {
      // Whoever holds a receipt proves it with nothing but the file.
      let old = one.receipt.verify(trusting: trusted).filter { !$0.holds }
      #expect(old.isEmpty, "act \(one.key.raw): \(old.map(\.id))")
      let new = try #require(try await city.receipts.receipt(one.key, withOpening: true))
      let failed = new.verify(trusting: trusted).filter { !$0.holds }
      #expect(failed.isEmpty, "act \(one.key.raw): \(failed.map(\.id))")
      #expect(new.entry == one.receipt.entry && new.index == one.receipt.index)
      if gone.contains(one.key.aggregate) {
        // Neither salt nor words can be had again, so that the commitment says nothing.
        #expect(new.opening == nil && one.receipt.opening != nil)
        lost += 1
      } else {
        #expect(new.opening?.salt == one.receipt.opening?.salt)
        #expect(new.opening?.privatePart == one.receipt.opening?.privatePart)
        kept += 1
      }
    }
    #expect(lost > gone.count && kept > 4 * lost)
  }
}
