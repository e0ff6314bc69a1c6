import Commons
import FaultInjection
import SQLiteStorage
import Storage
import Testing

/// What the writer does when SQLite gives up a transaction in the middle of a batch.
@Suite struct BrokenTransactionTests {
  private static let table = Migration(
    "items.0001", ["CREATE TABLE items (id {key}, payload {bytes} NOT NULL)"])
  private static let insert = Statement("INSERT INTO items (id, payload) VALUES ($1, $2)")
  private static let count = Statement("SELECT count(*) FROM items")
  private static let look = Statement("SELECT length(payload) FROM items WHERE id = $1")

  private func store(_ disk: SimulatedDisk) throws -> SQLiteStore {
    var configuration = SQLiteStore.Configuration(
      path: disk.uri("items.sqlite"), cacheMegabytes: 0)
    configuration.planning = .never
    return try SQLiteStore(configuration, migrations: [BrokenTransactionTests.table])
  }

  /// A unit that looks at an old row, then adds one of 30 kB, so that pages leave the small cache.
  private func unit(_ id: Int64, looksAt old: Int64) -> WriteUnit<Int64> {
    { view in
      _ = try view.first(Query(BrokenTransactionTests.look, [.integer(old)]) { $0.integer(0) })
      let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: id), count: 30_000)
      return WritePlan(
        [Change(BrokenTransactionTests.insert, [.integer(id), .blob(payload)])], answer: id)
    }
  }

  private func rows(_ store: some Store) async throws -> Int64? {
    try await store.first(Query(BrokenTransactionTests.count) { $0.integer(0) })
  }

  /// Whatever call fails, a batch is done as a whole or not at all, and what is told is what is done.
  @Test(arguments: [DiskCall.read, .write, .sync])
  func aBatchIsDoneAsAWholeOrNotAtAll(_ call: DiskCall) async throws {
    var failures = 0
    for number in stride(from: 1, through: 60, by: 3) {
      let disk = SimulatedDisk(seed: UInt64(number))
      let store = try store(disk)
      for answer in await store.writeAll((1...8).map { unit($0, looksAt: 1) }) {
        _ = try answer.get()
      }
      disk.plan([DiskEvent(call, number, .failsOnce)])
      let answers = await store.writeAll((11...18).map { unit($0, looksAt: $0 - 10) })
      let done = answers.count { (try? $0.get()) != nil }
      #expect(done == 0 || done == 8, "call \(number): \(done) units were told that they are done")
      disk.mend()
      #expect(try await rows(store) == Int64(8 + done), "call \(number)")
      for case .failure(let error) in answers {
        failures += 1
        #expect((error as? Problem)?.status == 503, "\(error)")
      }
      // The same units, sent again, are done.
      if done == 0 {
        for answer in await store.writeAll((11...18).map { unit($0, looksAt: $0 - 10) }) {
          _ = try answer.get()
        }
      }
      #expect(try await rows(store) == 16)
      store.close()
    }
    #expect(failures > 0, "no \(call.rawValue) failed: the test does not meet its case")
  }

  @Test func aFullDiskIsNamed() async throws {
    let disk = SimulatedDisk(seed: 1)
    let store = try store(disk)
    disk.plan([DiskEvent(.write, 1, .full)])
    let answers = await store.writeAll((1...40).map { unit($0, looksAt: 1) })
    for answer in answers {
      guard case .failure(let problem as Problem) = answer else {
        Issue.record("\(answer)")
        continue
      }
      #expect(problem.slug == "disk-full" && problem.status == 503)
    }
    #expect(try await rows(store) == 0)
    disk.mend()
    for answer in await store.writeAll((1...40).map { unit($0, looksAt: 1) }) {
      _ = try answer.get()
    }
    #expect(try await rows(store) == 40)
    store.close()
    #expect(try SQLiteBackup.integrityFindings(disk.uri("items.sqlite")) == [])
  }
}
