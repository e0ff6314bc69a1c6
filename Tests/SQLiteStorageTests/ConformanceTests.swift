import Commons
import SQLiteStorage
import Storage
import StorageConformance
import Testing

@Suite struct ConformanceTests {
  private func store(
    _ batchLimit: Int, _ planning: SQLiteStore.Configuration.Planning
  ) throws -> SQLiteStore {
    var configuration = SQLiteStore.Configuration(path: nil, batchLimit: batchLimit)
    configuration.planning = planning
    return try SQLiteStore(configuration, migrations: [HostileProbe.migration])
  }

  @Test(arguments: HostileProbe.allCases, [1, 7, 1000])
  func hostileProbesMeanTheSameInEveryBatch(_ probe: HostileProbe, _ batchLimit: Int) async throws {
    for seed in UInt64(1)...3 {
      for planning in [SQLiteStore.Configuration.Planning.always, .never] {
        let failures = try await StoreConformance.run(
          probe, seed: seed, on: store(batchLimit, planning), batchLimit: batchLimit)
        #expect(failures == [])
      }
    }
  }

  @Test(arguments: HostileProbe.allCases, SQLiteStore.Configuration.Planning.allCases)
  func hostileProbesHoldWhateverTheOrder(
    _ probe: HostileProbe, _ planning: SQLiteStore.Configuration.Planning
  ) async throws {
    let failures = try await StoreConformance.runConcurrently(
      probe, seed: 4, on: store(100, planning), callers: 64)
    #expect(failures == [])
  }

  @Test func parametersBindByNameNotByAppearance() async throws {
    let store = try SQLiteStore(.init(path: nil), migrations: [HostileProbe.migration])
    let swapped = Statement("INSERT INTO probe_accounts (balance, id) VALUES ($2, $1)")
    try await store.write { _ in
      WritePlan([Change(swapped, [7, 50])], answer: ())
    }
    let rows = try await store.all(HostileProbe.transfers.dump)
    #expect(rows == [[7, 50]])
  }

  @Test func everyTypeReadsBack() async throws {
    let migration = Migration(
      "types.0001",
      ["CREATE TABLE t (id {key}, i BIGINT, r DOUBLE PRECISION, s TEXT, b {bytes})"])
    let insert = Statement("INSERT INTO t (id, i, r, s, b) VALUES ($1, $2, $3, $4, $5)")
    let rows: [[SQLValue]] = [
      [1, .integer(.max), .real(0.1), "示范市 😀 \u{0} 'x'", .blob([0, 255])],
      [2, .integer(.min), .real(-1e300), "", .blob([])],
      [3, nil, nil, nil, nil],
    ]
    let store = try SQLiteStore(.init(path: nil), migrations: [migration])
    for row in rows { try await store.write { _ in WritePlan([Change(insert, row)], answer: ()) } }
    let read = try await store.all(Query(Statement("SELECT * FROM t ORDER BY id")) { $0.values })
    #expect(read == rows)
  }

  @Test func anEditedMigrationIsRefused() throws {
    let path = "/tmp/tequ-migration-\(UInt64.random(in: 0 ... .max)).sqlite"
    let first = Migration("a.0001", ["CREATE TABLE a (id {key})"])
    let edited = Migration("a.0001", ["CREATE TABLE a (id {key}, x BIGINT)"])
    try SQLiteStore(.init(path: path), migrations: [first]).close()
    try SQLiteStore(.init(path: path), migrations: [first]).close()
    #expect(throws: StorageError.self) {
      try SQLiteStore(.init(path: path), migrations: [edited])
    }
    for suffix in ["", "-wal", "-shm"] { removeFile(path + suffix) }
  }

  @Test func aReaderSeesOneSnapshot() async throws {
    let store = try SQLiteStore(.init(path: nil), migrations: [HostileProbe.migration])
    let insert = Statement("INSERT INTO probe_items (id, act) VALUES ($1, 1)")
    let count = Query(Statement("SELECT count(*) FROM probe_items")) { $0.integer(0) }
    let counts = try await store.report { view in
      let before = try view.first(count)
      let done = SendableBox()
      Task {
        try await store.write { _ in WritePlan([Change(insert, [1])], answer: ()) }
        done.signal()
      }
      done.wait()
      return [before, try view.first(count)]
    }
    #expect(counts == [0, 0])
    #expect(try await store.first(count) == 1)
  }
}
