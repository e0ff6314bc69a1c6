import Books
import Commons
import Desk

/// Looks after the key file while a city is served: takes up generations that were added or dropped,
/// lets the newest come into use when its time has come, and, where this process alone writes, brings
/// the rows to it.
actor KeyWatch {
  private let file: KeyFile
  private let ring: KeyRing
  private let time: any TimeSource
  private let rotation: KeyRotation?
  private var mark: KeyFile.Mark?
  private var secrets: KeySecrets?
  private var rotatedTo: Int64 = 0

  init(_ city: RunningCity) {
    file = city.folder.keys
    ring = city.ring
    time = city.time
    // Rows that several nodes share are renewed by the command, once.
    rotation =
      city.folder.database.isShared || city.isReading
      ? nil
      : KeyRotation(city.store, city.ring, RunningCity.markedTables, random: city.random)
  }

  /// One look; the answer is how many rows were renewed.
  func look() async throws -> Int {
    let found = file.mark
    if found != mark || secrets == nil {
      secrets = try file.read()
      mark = found
    }
    if let secrets { try ring.adopt(secrets, at: time.now) }
    guard let rotation, ring.isRotating, ring.usesNewest, rotatedTo < ring.generation else {
      return 0
    }
    let report = try await rotation.run()
    rotatedTo = ring.generation
    return report.renewed
  }
}
