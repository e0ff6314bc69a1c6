import Books
import Commons
import Desk
import Foundation
import SealedFiles
import Storage

/// Changes the keys of a city.
public enum CityKeys {
  /// What a rotation came to.
  public struct Report: Sendable {
    /// The generation that is left.
    public let generation: Int64
    /// Rows that were brought to it.
    public let renewed: Int
    /// Rows that match no generation: changed behind the program's back.
    public let altered: Int
    /// Whether a server that held the store did it.
    public let isByServer: Bool
  }

  /// Seconds that a server on the same machine has to take up a new key file; it looks every second.
  static let localLead: Int64 = 4
  /// Microseconds for which a server may renew nothing before the command gives up waiting.
  static let patience: Int64 = 60_000_000

  /// Adds a generation, unless one is under way, brings all rows to it and drops the others. While a
  /// server holds the store, the server renews the rows and this waits for it.
  ///
  /// - Parameters:
  ///   - leadSeconds: after which the new generation comes into use; needed where nodes share the
  ///     store, as each has a key file.
  ///   - progress: told rows renewed.
  /// - Throws: ``Problem`` 400 if `leadSeconds` is missing, 404 without a city or a key file.
  public static func rotate(
    _ folder: DataFolder, leadSeconds: Int64? = nil, progress: @Sendable (Int) -> Void = { _ in }
  ) async throws -> Report {
    try folder.requireCity()
    let isServed = try isServed(folder)
    var secrets = try folder.keys.read()
    let now = SystemTime().now
    if secrets.generations.count == 1 {
      guard !folder.database.isShared || leadSeconds != nil else {
        throw Problem.malformed(
          Phrase(
            "多个节点共用此数据库：请用 --lead-seconds 给出启用新密钥前的秒数，并在此之前把密钥文件送到每个节点。",
            en: "Nodes may share this database: give --lead-seconds, after which the new keys come "
              + "into use, and bring the key file to every node before that."))
      }
      let lead = leadSeconds ?? (isServed ? localLead : 0)
      secrets = secrets.addingGeneration(
        usedFrom: now.adding(seconds: lead), random: KernelRandom())
      try folder.keys.write(secrets)
    }
    // A second more, as clocks of nodes differ a little and each looks once a second.
    let start = secrets.generations.last?.usedFrom ?? now
    let wait = start.microseconds - now.microseconds + (folder.database.isShared ? 2_000_000 : 0)
    if wait > 0 { try await Task.sleep(for: .microseconds(wait)) }
    let report =
      isServed ? try await watch(folder, progress) : try await renew(folder, progress)
    try folder.keys.write(secrets.withoutOlderGenerations)
    return report
  }

  private static func isServed(_ folder: DataFolder) throws -> Bool {
    do { _ = try folder.lock() } catch let problem as Problem where problem.slug == "folder-in-use"
    {
      return true
    }
    return false
  }

  private static func renew(
    _ folder: DataFolder, _ progress: @Sendable (Int) -> Void
  ) async throws -> Report {
    let city = try await RunningCity(folder)
    defer { city.close() }
    let rotation = KeyRotation(
      city.store, city.ring, RunningCity.markedTables, random: city.random)
    let done = try await rotation.run(progress: progress)
    let left = try await rotation.remaining()
    guard left.renewed == 0 else {
      throw Problem.refused(
        "rotation-unfinished",
        Phrase(
          "仍有 \(left.renewed) 行使用旧密钥：某个节点可能没有新的密钥文件。请送达后再次运行。",
          en:
            "\(left.renewed) rows still rest on old keys: a node may lack the new key file. Bring it "
            + "there and run this again."))
    }
    return Report(
      generation: city.ring.generation, renewed: done.renewed, altered: left.altered,
      isByServer: false)
  }

  /// Looks now and then how many rows the server has still to renew.
  private static func watch(
    _ folder: DataFolder, _ progress: @Sendable (Int) -> Void
  ) async throws -> Report {
    var options = RunningCity.Options()
    options.isReadOnly = true
    let city = try await RunningCity(folder, options)
    defer { city.close() }
    let rotation = KeyRotation(
      city.store, city.ring, RunningCity.markedTables, random: city.random)
    var first: Int?
    var least = Int.max
    var movedAt = SystemTime().steady
    while true {
      let left = try await rotation.remaining()
      if left.renewed < least {
        least = left.renewed
        movedAt = SystemTime().steady
      } else if SystemTime().steady - movedAt > patience {
        throw Problem.refused(
          "rotation-stands-still",
          Phrase(
            "服务进程没有更新剩下的 \(left.renewed) 行：它可能读不到 \(folder.keys.path)。请查看其日志，或停止服务后再次运行。",
            en:
              "The server does not renew the \(left.renewed) rows that are left: it may be unable to "
              + "read \(folder.keys.path). See its log, or stop it and run this again."))
      }
      first = first ?? left.renewed
      progress((first ?? 0) - left.renewed)
      if left.renewed == 0 {
        return Report(
          generation: city.ring.generation, renewed: first ?? 0, altered: left.altered,
          isByServer: true)
      }
      // The server may have ended meanwhile: then its work is done here.
      if try !isServed(folder) { return try await renew(folder, progress) }
      try await Task.sleep(for: .seconds(1))
    }
  }

  /// Writes a new secret key for backups to a file; the answer is its public half.
  public static func makeBackupKey(_ path: String) throws -> String {
    let identity = SealedFile.Identity(random: KernelRandom())
    let file = try PrivateFile.make(path)
    let text = "# public key: \(identity.recipient.text)\n\(identity.text)\n"
    try file.write(contentsOf: Data(text.utf8))
    try file.synchronize()
    try file.close()
    return identity.recipient.text
  }
}
