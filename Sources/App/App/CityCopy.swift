import Commons
import Foundation
import SQLiteStorage

/// Copies of a city in plain sight: the database as of one moment, the keys, the city's own data. For
/// tests and for moving by hand; what is kept is made by ``CityArchive``.
public enum CityCopy {
  private static let files = ["config.json", "witnesses", "city"]

  /// Copies a city into a folder that is not there yet, also while it is served.
  public static func backup(_ city: DataFolder, to target: DataFolder) throws {
    try city.requireCity()
    try requireAbsent(target)
    try target.create()
    try SQLiteBackup.copy(from: city.databaseFile(), to: target.databaseFile())
    try carry(city, to: target)
  }

  /// Makes a city's folder from a copy whose database is whole.
  public static func restore(_ copy: DataFolder, to city: DataFolder) throws {
    try copy.requireCity()
    try requireAbsent(city)
    let faults = try SQLiteBackup.integrityFindings(copy.databaseFile())
    guard faults.isEmpty else {
      throw Problem.refused(
        "copy-damaged",
        Phrase("备份文件已损坏：\(faults[0])", en: "The copy is damaged: \(faults[0])"))
    }
    try city.create()
    try SQLiteBackup.copy(from: copy.databaseFile(), to: city.databaseFile())
    try carry(copy, to: city)
  }

  private static func requireAbsent(_ folder: DataFolder) throws {
    guard try !folder.isCity() else { throw notEmpty(folder) }
  }

  static func notEmpty(_ folder: DataFolder) -> Problem {
    .refused(
      "folder-not-empty",
      Phrase(
        "\(folder.path)（\(folder.database.shown)）中已有城市数据或密钥，请换一个目录和数据库。",
        en: "There is a city or its keys in \(folder.path) (\(folder.database.shown)) already; "
          + "name another folder and database."))
  }

  private static func carry(_ source: DataFolder, to target: DataFolder) throws {
    for name in files {
      let from = source.path + "/" + name
      guard FileManager.default.fileExists(atPath: from) else { continue }
      try FileManager.default.copyItem(atPath: from, toPath: target.path + "/" + name)
    }
    try target.keys.write(source.keys.read())
  }
}
