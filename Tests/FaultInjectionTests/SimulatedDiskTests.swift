import Commons
import FaultInjection
import SQLiteStorage
import Storage
import StorageConformance
import Testing

@Suite struct SimulatedDiskTests {
  private func store(
    _ disk: SimulatedDisk, checkpointPages: Int = 40, cacheMegabytes: Int = 4
  ) throws -> SQLiteStore {
    var configuration = SQLiteStore.Configuration(
      path: disk.uri("probe.sqlite"), batchLimit: 7, cacheMegabytes: cacheMegabytes)
    configuration.checkpointPages = checkpointPages
    configuration.planning = .never
    return try SQLiteStore(configuration, migrations: [HostileProbe.migration])
  }

  @Test(arguments: HostileProbe.allCases)
  func aSoundDiskIsLikeAnyOther(_ probe: HostileProbe) async throws {
    let disk = SimulatedDisk(seed: 1)
    let failures = try await StoreConformance.run(
      probe, seed: 3, on: store(disk), batchLimit: 7)
    #expect(failures == [])
    disk.waitUntilClosed()
    #expect(disk.image.keys.sorted() == ["probe.sqlite"], "the last connection removes the log")
  }

  /// Power is lost at every kind of call, early and late; what was answered is there afterwards.
  @Test func whatWasAnsweredSurvivesALossOfPower() async throws {
    var losses = 0
    for seed in UInt64(1)...40 {
      let lost = try await lifeAndDeath(seed, lies: false)
      #expect(lost.violation == nil, "seed \(seed): \(lost.violation ?? "")")
      losses += lost.hasLostPower ? 1 : 0
    }
    #expect(losses > 20)
  }

  /// The same with a disk that says it has synced and has not: the checks must see it.
  @Test func aDiskThatLiesIsFoundOut() async throws {
    var found = 0
    for seed in UInt64(1)...40 where try await lifeAndDeath(seed, lies: true).violation != nil {
      found += 1
    }
    #expect(found > 5)
  }

  private func lifeAndDeath(
    _ seed: UInt64, lies: Bool
  ) async throws -> (violation: String?, hasLostPower: Bool) {
    var random = SeededRandom(seed: seed)
    let disk = SimulatedDisk(seed: seed)
    if lies { disk.lieAboutSyncs() }
    let probe = HostileProbe.allCases[random.below(3)]
    let units = probe.units(seed: seed, count: 160)
    let fault: DiskFault = random.chance(0.5) ? .powerLossBefore : .powerLossAfter
    disk.plan([
      random.chance(0.5)
        ? DiskEvent(.sync, 1 + random.below(60), fault)
        : DiskEvent(.write, 1 + random.below(400), fault)
    ])
    var (done, submitted) = (0, 0)
    if let store = try? store(disk, checkpointPages: 10 + random.below(60)) {
      var rest = units[...]
      while !rest.isEmpty, !disk.isDead {
        let group = Array(rest.prefix(1 + random.below(12)))
        submitted += group.count
        let answers = await store.writeAll(group)
        // Refusals are answers, too; a store that could not commit has not answered.
        let isAnswered = answers.allSatisfy { answer in
          guard case .failure(let error) = answer, !(error is ProbeRefusal) else { return true }
          return (error as? Problem).map { $0.status != 503 }
            ?? ((error as? StorageError)?.isConstraint ?? false)
        }
        guard isAnswered else { break }
        done += group.count
        rest = rest.dropFirst(group.count)
      }
      store.close()
    }
    let hasLostPower = disk.hasLostPower
    let cut = PowerCut.allCases[random.below(3)]
    disk.restart(cut)
    do {
      _ = try await StoreConformance.recovered(
        probe, seed: seed, on: store(disk), acknowledged: done, submitted: submitted)
      let findings = try SQLiteBackup.integrityFindings(disk.uri("probe.sqlite"))
      return (findings.isEmpty ? nil : findings[0], hasLostPower)
    } catch { return ("\(error)", hasLostPower) }
  }
}
