import Commons
import SQLiteStorage
import Storage
import StorageConformance
import Testing

@Suite struct ConformanceTests {
  private func store(
    _ batchLimit: Int = 1000, _ planning: SQLiteStore.Configuration.Planning = .whileBusy
  ) throws -> SQLiteStore {
    var configuration = SQLiteStore.Configuration(path: nil, batchLimit: batchLimit)
    configuration.planning = planning
    return try SQLiteStore(configuration, migrations: StoreConformance.migrations)
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
      probe, seed: 4, on: [store(100, planning)], callers: 64)
    #expect(failures == [])
  }

  @Test func parametersBindByNameNotByAppearance() async throws {
    #expect(try await StoreConformance.parametersByName(on: store()) == [])
  }

  @Test func everyTypeReadsBack() async throws {
    #expect(try await StoreConformance.types(on: store(), takesZero: true) == [])
  }

  @Test func aReaderSeesOneSnapshot() async throws {
    #expect(try await StoreConformance.oneSnapshot(on: store()) == [])
  }

  @Test func aUnitThatFailsLeavesNothing() async throws {
    #expect(try await StoreConformance.rollback(on: store()) == [])
  }

  @Test func pagesVisitEveryRowOnce() async throws {
    #expect(try await StoreConformance.keysetPaging(on: store()) == [])
  }

  @Test func nothingIsLostBetweenCallers() async throws {
    #expect(try await StoreConformance.noLostUpdate(on: [store()], callers: 32) == [])
    #expect(try await StoreConformance.noWriteSkew(on: [store()]) == [])
  }

  @Test func everyJobIsHandedOverOnce() async throws {
    let store = try store()
    #expect(try await StoreConformance.handOver(on: [store], workers: 12, jobs: 600) == [])
  }

  @Test func editedAndUnknownSchemaStepsAreRefused() throws {
    let path = "/tmp/tequ-migration-\(UInt64.random(in: 0 ... .max)).sqlite"
    defer { for suffix in ["", "-wal", "-shm"] { removeFile(path + suffix) } }
    let failures = StoreConformance.migrations { steps in
      try SQLiteStore(.init(path: path), migrations: steps).close()
    }
    #expect(failures == [])
  }
}
