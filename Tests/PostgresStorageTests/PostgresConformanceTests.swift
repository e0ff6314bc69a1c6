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
    private func stores(
      _ count: Int, batchLimit: Int = 1000, planners: Int = 1
    ) throws -> [PostgresStore] {
      let address = try PostgresServer.shared.get().newSchema()
      return try (0..<count).map { _ in
        var configuration = PostgresStore.Configuration(address: address, batchLimit: batchLimit)
        configuration.planners = planners
        return try PostgresStore(configuration, migrations: StoreConformance.migrations)
      }
    }

    /// A store whose writer has had its first turn, after which it streams what is planned ahead.
    private func streaming(batchLimit: Int, planners: Int) async throws -> PostgresStore {
      let store = try stores(1, batchLimit: batchLimit, planners: planners)[0]
      try await store.write { _ in WritePlan([], answer: ()) }
      return store
    }

    private func store() throws -> PostgresStore { try stores(1)[0] }

    @Test(arguments: HostileProbe.allCases, [1, 7, 1000])
    func hostileProbesMeanTheSameInEveryBatch(
      _ probe: HostileProbe, _ batchLimit: Int
    ) async throws {
      for planners in [0, 2] {
        for seed in UInt64(1)...(planners == 0 ? 1 : 3) {
          let failures = try await StoreConformance.run(
            probe, seed: seed, on: streaming(batchLimit: batchLimit, planners: planners),
            batchLimit: batchLimit)
          #expect(failures == [], "\(planners) planners")
        }
      }
    }

    @Test(arguments: HostileProbe.allCases, [1, 3])
    func hostileProbesHoldWhateverTheOrder(_ probe: HostileProbe, _ nodes: Int) async throws {
      for planners in [0, 3] {
        let failures = try await StoreConformance.runConcurrently(
          probe, seed: 4, on: stores(nodes, batchLimit: 100, planners: planners), callers: 64)
        #expect(failures == [], "\(planners) planners")
      }
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
