import Commons
import SQLiteStorage
import Storage
import StorageConformance

/// A process that exists to be killed: it runs a hostile probe and reports every acknowledgement
/// before it goes on, so that somebody outside knows what must have survived.
public struct CrashProbe: Sendable {
  let probe: HostileProbe
  let seed: UInt64
  let batchLimit: Int
  let database: String

  /// A probe on a database file.
  public init(_ probe: HostileProbe, seed: UInt64, batchLimit: Int, database: String) {
    self.probe = probe
    self.seed = seed
    self.batchLimit = batchLimit
    self.database = database
  }

  private func open() throws -> SQLiteStore {
    try SQLiteStore(
      .init(path: database, batchLimit: batchLimit), migrations: [HostileProbe.migration])
  }

  /// Submits units in groups of random size and reports, after each group, how many units have
  /// been answered. Before a group it reports how many will have been submitted.
  public func run(count: Int, report: (_ word: String, _ number: Int) -> Void) async throws {
    let store = try open()
    var units = probe.units(seed: seed, count: count)[...]
    var random = SeededRandom(seed: seed).fork("groups")
    var done = 0
    while !units.isEmpty {
      let group = Array(units.prefix(1 + random.below(probe == .batchActs ? 2 : 40)))
      report("submit", done + group.count)
      _ = await store.writeAll(group)
      done += group.count
      units = units.dropFirst(group.count)
      report("done", done)
    }
  }

  /// Opens the database after a kill and checks that what was acknowledged is there, and nothing
  /// that was not submitted; returns how many units took effect.
  public func recover(acknowledged: Int, submitted: Int) async throws -> Int {
    try await StoreConformance.recovered(
      probe, seed: seed, on: open(), acknowledged: acknowledged, submitted: submitted)
  }
}
