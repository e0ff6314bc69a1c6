import App
import CityProfiles
import Commons
import Desk
import FaultInjection
import Foundation
import Interchange
import SQLiteStorage
import Storage

/// What all runs share, made once: the keys, the city's data, an empty city on a disk. A run copies
/// the disk instead of making the tables again.
struct FaultTemplate: Sendable {
  static let file = "city.sqlite"
  /// Monday, 2 March 2026, 9:00 in Beijing.
  static let start = Instant(seconds: 1_772_413_200)

  let path: String
  let profile: CityProfile
  let image: [String: [UInt8]]
  /// Reads all rows of each table.
  let tables: [(name: String, rows: Statement)]

  /// Tables of which no content is wrong: any number does for a guard or a lease, and for a key block
  /// any that is above the keys in use, which is verified.
  private static let free: Set<String> = ["guards", "key_blocks", "leases"]
  private static let tableNames = Statement(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")

  /// Makes the template; `path` is a scratch folder for the keys.
  init(_ path: String) async throws {
    self.path = path
    let folder = DataFolder(path)
    try folder.create()
    // Always the same keys: a run is to be the same in every process.
    let keys = JSONValue.object([
      "master": .string(Hex.encode([UInt8](repeating: 0x5A, count: 32))), "version": 1,
    ])
    guard
      FileManager.default.createFile(
        atPath: path + "/keys.json", contents: Data(keys.canonical.utf8),
        attributes: [.posixPermissions: 0o600])
    else {
      throw Problem.malformed(
        Phrase("无法写入目录 \(path)。", en: "The folder \(path) cannot be written to."))
    }
    profile = try RunningCity.profile(folder)
    let disk = SimulatedDisk(seed: 0)
    tables = try await FaultTemplate.build(path, on: disk)
    disk.waitUntilClosed()
    image = disk.image
  }

  /// Makes an empty city; the answer is its tables. Its last connection, which goes with it, copies
  /// the write-ahead log into the database.
  private static func build(
    _ path: String, on disk: SimulatedDisk
  ) async throws -> [(name: String, rows: Statement)] {
    let address = disk.uri(file)
    var options = RunningCity.Options()
    options.creates = true
    options.time = ManualTime(start)
    options.random = SeededBytes(seed: 0)
    options.store = { try SQLiteStore(.init(path: address), migrations: $0) }
    let city = try await RunningCity(
      DataFolder(path, database: .sqlite(path: address)), options)
    let names = try await city.desk.store.all(Query(tableNames) { $0.text(0) })
    city.close()
    return names.map { ($0, Statement("SELECT * FROM \($0)")) }
  }

  /// Everything in the rows of these tables that somebody may rely on, as one digest for each.
  func contents(_ store: some Store) async throws -> [String: Digest] {
    try await store.read { view in
      var found: [String: Digest] = [:]
      for (name, rows) in tables where !FaultTemplate.free.contains(name) {
        found[name] = .of("\(try view.all(Query(rows) { $0.values }))")
      }
      return found
    }
  }
}
