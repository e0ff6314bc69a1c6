import App
import Commons
import FaultInjection
import SQLiteStorage
import Storage

/// One bit of a database at rest turns over: whoever reads sees what was there before or is told that
/// the page is damaged, and never anything else. Verification finds it, unless it lies where nothing is.
struct BitFlip {
  private let template: FaultTemplate
  private let image: [String: [UInt8]]
  private let seed: UInt64

  /// A flip in an image, its place drawn by the seed.
  init(_ template: FaultTemplate, _ image: [String: [UInt8]], seed: UInt64) {
    self.template = template
    self.image = image
    self.seed = seed
  }

  /// Whether the flip was found; false if it changed nothing. Throws if it is served as sound.
  func isFound() async throws -> Bool {
    let disk = SimulatedDisk(image, seed: seed)
    let before = try await template.contents(store(disk, isReadOnly: true))
    var random = SeededRandom(seed: seed).fork("bit")
    let byte = disk.flipBit(of: FaultTemplate.file, place: place(&random))
    do {
      let after = try await template.contents(store(disk, isReadOnly: true))
      let changed = before.keys.filter { before[$0] != after[$0] }.sorted()
      guard changed.isEmpty else {
        throw Served(
          description: "bit turned over in byte \(byte ?? 0): "
            + "\(changed.joined(separator: ", ")) were served changed")
      }
    } catch let served as Served { throw served } catch { return true }
    do { return try await !isClean(disk) } catch { return true }
  }

  /// What must never happen.
  private struct Served: Error, CustomStringConvertible {
    let description: String
  }

  /// Mostly a bit among others that are set: much of a small file is empty.
  private func place(_ random: inout SeededRandom) -> Int {
    let bytes = image[FaultTemplate.file] ?? []
    var place = random.below(max(1, bytes.count * 8))
    while random.chance(0.9), !bytes.isEmpty, bytes[place / 8] == 0 {
      place = random.below(bytes.count * 8)
    }
    return place
  }

  private func store(_ disk: SimulatedDisk, isReadOnly: Bool) throws -> SQLiteStore {
    try SQLiteStore(
      .init(path: disk.uri(FaultTemplate.file), cacheMegabytes: 4, isReadOnly: isReadOnly),
      migrations: RunningCity.migrations)
  }

  private func isClean(_ disk: SimulatedDisk) async throws -> Bool {
    var options = RunningCity.Options()
    options.creates = true
    options.isReadOnly = true
    options.time = ManualTime(FaultTemplate.start)
    options.profile = template.profile
    let store = try store(disk, isReadOnly: true)
    options.store = { _ in store }
    let city = try await RunningCity(
      DataFolder(
        template.path, database: .sqlite(path: disk.uri(FaultTemplate.file))), options)
    return try await CityVerification.run(city).isClean
  }
}
