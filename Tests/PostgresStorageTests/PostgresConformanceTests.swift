#if PostgreSQL
  import Commons
  import PostgresFixture
  import PostgresStorage
  import Storage
  import StorageConformance
  import Testing

  /// The same checks as for SQLite, on one node and on three over one database.
  @Suite(
    .serialized,
    .enabled(if: PostgresServer.isWanted, "PostgreSQL 15 is not installed: install postgresql-15"))
  struct PostgresConformanceTests {
    private func stores(_ count: Int, batchLimit: Int = 1000) throws -> [PostgresStore] {
      let address = try PostgresServer.shared.get().newSchema()
      return try (0..<count).map { _ in
        try PostgresStore(
          .init(address: address, batchLimit: batchLimit), migrations: StoreConformance.migrations)
      }
    }

    private func store() throws -> PostgresStore { try stores(1)[0] }

    @Test(arguments: HostileProbe.allCases, [1, 7, 1000])
    func hostileProbesMeanTheSameInEveryBatch(
      _ probe: HostileProbe, _ batchLimit: Int
    ) async throws {
      for seed in UInt64(1)...3 {
        let failures = try await StoreConformance.run(
          probe, seed: seed, on: stores(1, batchLimit: batchLimit)[0], batchLimit: batchLimit)
        #expect(failures == [])
      }
    }

    @Test(arguments: HostileProbe.allCases, [1, 3])
    func hostileProbesHoldWhateverTheOrder(_ probe: HostileProbe, _ nodes: Int) async throws {
      let failures = try await StoreConformance.runConcurrently(
        probe, seed: 4, on: stores(nodes, batchLimit: 100), callers: 64)
      #expect(failures == [])
    }

    @Test func parametersBindByNameNotByAppearance() async throws {
      #expect(try await StoreConformance.parametersByName(on: store()) == [])
    }

    @Test func everyTypeReadsBack() async throws {
      #expect(try await StoreConformance.types(on: store(), takesZero: false) == [])
    }

    @Test func aReaderSeesOneSnapshot() async throws {
      #expect(try await StoreConformance.oneSnapshot(on: store()) == [])
    }

    @Test func aUnitThatFailsLeavesNothing() async throws {
      for batchLimit in [1, 2, 1000] {
        let store = try stores(1, batchLimit: batchLimit)[0]
        #expect(try await StoreConformance.rollback(on: store) == [])
      }
    }

    @Test func pagesVisitEveryRowOnce() async throws {
      #expect(try await StoreConformance.keysetPaging(on: store()) == [])
    }

    @Test(arguments: [1, 3]) func nothingIsLostBetweenCallers(_ nodes: Int) async throws {
      #expect(try await StoreConformance.noLostUpdate(on: stores(nodes), callers: 32) == [])
      #expect(try await StoreConformance.noWriteSkew(on: stores(nodes)) == [])
    }

    @Test(arguments: [1, 3]) func everyJobIsHandedOverOnce(_ nodes: Int) async throws {
      #expect(try await StoreConformance.handOver(on: stores(nodes), workers: 12, jobs: 600) == [])
    }

    @Test func editedAndUnknownSchemaStepsAreRefused() throws {
      let address = try PostgresServer.shared.get().newSchema()
      let failures = StoreConformance.migrations { steps in
        try PostgresStore(.init(address: address), migrations: steps).close()
      }
      #expect(failures == [])
    }
  }
#endif
