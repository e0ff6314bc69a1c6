import Commons
import SQLiteStorage
import Storage
import StorageConformance
import Testing

@Suite struct BackupTests {
  @Test func aCopyTakenUnderLoadIsOneStateOfTheStore() async throws {
    let stem = "/tmp/tequ-backup-\(UInt64.random(in: 0 ... .max))"
    defer {
      for file in [stem, stem + ".copy"] {
        for suffix in ["", "-wal", "-shm"] { removeFile(file + suffix) }
      }
    }
    let store = try SQLiteStore(.init(path: stem), migrations: [HostileProbe.migration])
    let probe = HostileProbe.numbers
    let units = probe.units(seed: 5, count: 3000)
    _ = await store.writeAll(Array(units[..<1000]))
    async let writing: Void = {
      for start in stride(from: 1000, to: 3000, by: 20) {
        _ = await store.writeAll(Array(units[start..<(start + 20)]))
      }
    }()
    var steps = 0
    try SQLiteBackup.copy(from: stem, to: stem + ".copy") { _, _ in steps += 1 }
    await writing
    #expect(steps > 0)
    #expect(try SQLiteBackup.integrityFindings(stem + ".copy") == [])
    let copy = try SQLiteStore(.init(path: stem + ".copy"), migrations: [HostileProbe.migration])
    let survived = try await StoreConformance.recovered(
      probe, seed: 5, on: copy, acknowledged: 1000, submitted: 3000)
    #expect(survived >= 1000)
  }
}
