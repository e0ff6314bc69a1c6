import Commons
import Foundation
import Storage
import StoreCopy

/// Moves a city's rows from one database to another, whatever the engines. The key file stays as it
/// is: rows are copied sealed and marked.
public enum CityMove {
  /// Copies all rows, or goes on with an interrupted copy. A SQLite file is locked meanwhile, so that
  /// no server writes to it; the nodes of a PostgreSQL database are to be stopped by whoever moves it,
  /// and a table that changes all the same is told.
  ///
  /// - Throws: ``Problem`` 404 if there is no city at the source, 409 if one of the files is in use,
  ///   and what ``StoreCopier/run(comparesAgain:progress:)`` throws.
  public static func copy(
    from source: StoreAddress, to target: StoreAddress,
    progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
  ) async throws -> StoreCopier.Report {
    guard source != target else {
      throw Problem.malformed(
        Phrase("来源和目标是同一个数据库。", en: "Source and target are the same database."))
    }
    guard try source.holdsCity() else {
      throw Problem.notFound(
        Phrase("\(source.shown) 中没有城市数据。", en: "There is no city in \(source.shown)."))
    }
    let locks = try (locks(source) + locks(target))
    defer { withExtendedLifetime(locks) {} }
    let migrations = RunningCity.migrations
    var opening = StoreAddress.Opening()
    opening.isPatient = true
    opening.isReadOnly = true
    let from = try source.open(opening, migrations: migrations)
    defer { from.close() }
    try await StoreCopier.requireSource(from, migrations)
    opening.isReadOnly = false
    let to = try target.open(opening, migrations: migrations)
    defer { to.close() }
    return try await StoreCopier(from: from, to: to, migrations: migrations).run(
      progress: progress)
  }

  /// The locks that a server of a file would hold: that of a data folder with the usual name in it, or
  /// that of the file.
  private static func locks(_ address: StoreAddress) throws -> [FolderLock] {
    guard case .sqlite(let path) = address else { return [] }
    let folder = (path as NSString).deletingLastPathComponent
    guard FileManager.default.fileExists(atPath: folder.isEmpty ? "." : folder) else {
      throw Problem.notFound(Phrase("没有目录 \(folder)。", en: "There is no folder \(folder)."))
    }
    let isUsual = (path as NSString).lastPathComponent == "city.sqlite"
    return try (isUsual ? [folder + "/lock"] : []).map { try FolderLock($0) }
      + [FolderLock(path + ".lock")]
  }
}
