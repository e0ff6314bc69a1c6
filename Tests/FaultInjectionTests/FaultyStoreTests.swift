import Commons
import FaultInjection
import SQLiteStorage
import Storage
import Testing

@Suite struct FaultyStoreTests {
  private static let table = Migration("items.0001", ["CREATE TABLE items (id {key})"])
  private static let insert = Statement("INSERT INTO items (id) VALUES ($1)")
  private static let count = Statement("SELECT count(*) FROM items")

  private func rows(_ store: some Store) async throws -> Int64? {
    try await store.first(Query(FaultyStoreTests.count) { $0.integer(0) })
  }

  private func add(_ id: Int64, to store: some Store) async throws -> Int64 {
    try await store.write { _ in
      WritePlan([Change(FaultyStoreTests.insert, [.integer(id)])], answer: id)
    }
  }

  /// What is done, what is told, and whether the program goes on, for each fault of the second commit.
  @Test(arguments: [
    (FaultyStore.Fault.refuses, 1, false, false), (.losesAnswer, 2, false, false),
    (.delays, 2, true, false), (.endsBefore, 1, false, true), (.endsAfter, 2, false, true),
  ])
  func aFaultDoesWhatItsNameSays(
    _ fault: FaultyStore.Fault, _ done: Int, _ isAnswered: Bool, _ isEnd: Bool
  ) async throws {
    let sqlite = try SQLiteStore(.init(path: nil), migrations: [FaultyStoreTests.table])
    let delays = Locked(0)
    let store = FaultyStore(sqlite, plan: [2: fault]) { delays.withLock { $0 += 1 } }
    #expect(try await add(1, to: store) == 1)
    let answer = try? await add(2, to: store)
    #expect(answer == (isAnswered ? 2 : nil))
    #expect(try await rows(sqlite) == Int64(done))
    #expect(store.isDead == isEnd)
    #expect(delays.withLock { $0 } == (fault == .delays ? 1 : 0))
    #expect(store.faults == [fault.rawValue: 1] && store.attempts == 2)
    // A dead program answers nothing, not even questions; a living one goes on.
    let later = try? await add(3, to: store)
    #expect(later == (isEnd ? nil : 3))
    if isEnd {
      await #expect(throws: StorageError.self) { try await rows(store) }
    } else {
      #expect(try await rows(store) == Int64(done) + 1)
    }
  }
}
