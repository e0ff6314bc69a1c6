import Books
import Commons
import Foundation
import SQLiteStorage
import SealedFiles
import Storage
import StoreCopy

/// Encrypted backups of a city: one file in the age format that holds a tar of the database as of one
/// moment, the keys and the city's own data. Made while the city is served, from either engine;
/// restored to either engine.
public struct CityArchive: Sendable {
  /// Told bytes done and bytes in all.
  public typealias Progress = @Sendable (_ done: Int64, _ total: Int64) -> Void

  private static let database = "city.sqlite"
  private static let keys = "keys.json"
  private static let manifest = "manifest.json"
  private static let others = [
    "config.json", "witnesses", "city/airports.json", "city/city.json", "city/catalogue.json",
  ]
  private static let format = "tequ backup 1"
  private static let pieceBytes = 1 << 20

  // MARK: Making

  /// Makes a backup at a path where there is nothing yet; after a failure there is nothing either.
  ///
  /// - Throws: ``Problem`` 404 if there is no city, 409 if another backup of it is being made, 422 if
  ///   the file cannot be written.
  public static func backup(
    _ city: DataFolder, to path: String, _ lock: SealedFile.Lock, at moment: Instant,
    random: some RandomSource, progress: @escaping Progress = { _, _ in }
  ) async throws {
    try city.requireCity()
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Problem.refused(
        "file-exists",
        Phrase("\(path) 已存在，请换一个文件名。", en: "\(path) exists already; name another file."))
    }
    let mine = try FolderLock(city.path + "/backup.lock")
    defer { withExtendedLifetime(mine) {} }
    let scratch = city.path + "/backup.partial"
    defer { remove(scratch) }
    remove(scratch)
    let secrets = try city.keys.read()
    try await snapshot(city, to: scratch)
    var entries: [(name: String, content: Content)] = [
      (
        manifest,
        .bytes(
          JSONValue.object([
            "format": .string(format), "made_at": .string(moment.description),
          ]).canonicalBytes)
      ), (keys, .bytes(secrets.json.canonicalBytes)),
    ]
    for name in others {
      guard let data = FileManager.default.contents(atPath: city.path + "/" + name) else {
        continue
      }
      entries.append((name, .bytes(Array(data))))
    }
    entries.append((database, .file(scratch)))
    let partial = path + ".partial"
    unlink(partial)
    do {
      try write(entries, to: partial, lock, at: moment, random: random, progress)
      try PrivateFile.move(partial, to: path)
    } catch {
      unlink(partial)
      throw error is Problem ? error : PrivateFile.cannotWrite(path, error)
    }
  }

  private enum Content {
    case bytes([UInt8])
    case file(String)
  }

  /// The database as of one moment, in one SQLite file, whatever engine the city has.
  private static func snapshot(_ city: DataFolder, to file: String) async throws {
    if case .sqlite(let source) = city.database {
      return try SQLiteBackup.copy(from: source, to: file)
    }
    var opening = StoreAddress.Opening()
    opening.isPatient = true
    let target = try StoreAddress.sqlite(path: file)
      .open(opening, migrations: RunningCity.migrations)
    opening.isReadOnly = true
    let source = try city.database.open(opening, migrations: RunningCity.migrations)
    defer { source.close() }
    // Others go on writing to the source; the copy is that of the snapshot.
    _ = try await StoreCopier(from: source, to: target, migrations: RunningCity.migrations)
      .run(comparesAgain: false)
    target.close()
    try SQLiteBackup.settle(file)
  }

  private static func write(
    _ entries: [(name: String, content: Content)], to path: String, _ lock: SealedFile.Lock,
    at moment: Instant, random: some RandomSource, _ progress: Progress
  ) throws {
    var sealer = try FileSealer(lock, random: random)
    let file = try PrivateFile.make(path)
    func put(_ bytes: [UInt8]) throws {
      let sealed = sealer.seal(bytes)
      if !sealed.isEmpty { try file.write(contentsOf: Data(sealed)) }
    }
    try file.write(contentsOf: Data(sealer.header))
    for (name, content) in entries {
      switch content {
      case .bytes(let bytes):
        let size = Int64(bytes.count)
        try put(Tar.header(name, size: size, seconds: moment.seconds))
        try put(bytes + Tar.padding(size: size))
      case .file(let source):
        guard let reader = FileHandle(forReadingAtPath: source) else {
          throw PrivateFile.cannotWrite(source, "?")
        }
        let size = Int64(try reader.seekToEnd())
        try reader.seek(toOffset: 0)
        try put(Tar.header(name, size: size, seconds: moment.seconds))
        var done: Int64 = 0
        while let data = try reader.read(upToCount: pieceBytes), !data.isEmpty {
          try put(Array(data))
          done += Int64(data.count)
          progress(done, size)
        }
        try put(Tar.padding(size: size))
      }
    }
    try put(Tar.end)
    try file.write(contentsOf: Data(sealer.finish()))
    try file.synchronize()
    try file.close()
  }

  // MARK: Restoring

  /// Makes a city from a backup. The whole file is opened and proven before anything is put in place;
  /// the database comes last, so that a city is there or is not.
  ///
  /// - Throws: ``Problem`` 404 if there is no such file, 422 `folder-not-empty` if there is a city or
  ///   another city's key file already, 422 `wrong-archive-key` or `archive-damaged`.
  public static func restore(
    _ path: String, _ key: SealedFile.Key, to city: DataFolder,
    progress: @escaping Progress = { _, _ in }
  ) async throws {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    try await requireRoom(city)
    let isNew = !FileManager.default.fileExists(atPath: city.path)
    try city.create()
    let scratch = city.path + "/restoring"
    do {
      let mine = try FolderLock(city.path + "/backup.lock")
      defer {
        withExtendedLifetime(mine) {}
        try? FileManager.default.removeItem(atPath: scratch)
      }
      try? FileManager.default.removeItem(atPath: scratch)
      try extract(file, key, to: scratch, progress)
      try prove(scratch, city)
      try await place(scratch, city)
    } catch {
      if isNew { try? FileManager.default.removeItem(atPath: city.path) }
      throw error
    }
  }

  /// Nothing may be overwritten; but a restore into a database server that was interrupted goes on.
  private static func requireRoom(_ city: DataFolder) async throws {
    guard try city.isCity() else { return }
    if city.database.isShared {
      var opening = StoreAddress.Opening()
      opening.isReadOnly = true
      let store = try city.database.open(opening, migrations: RunningCity.migrations)
      defer { store.close() }
      do { try await CopyBook.requireWhole(store) } catch let problem as Problem
        where problem.slug == "copy-unfinished"
      { return }
    }
    throw CityCopy.notEmpty(city)
  }

  private static func extract(
    _ file: FileHandle, _ key: SealedFile.Key, to folder: String, _ progress: Progress
  ) throws {
    try FileManager.default.createDirectory(
      atPath: folder + "/city", withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let total = Int64(try file.seekToEnd())
    try file.seek(toOffset: 0)
    var opener = FileOpener(key)
    var tar = TarReader()
    var out: FileHandle?
    func take(_ bytes: [UInt8]) throws {
      for event in try tar.read(bytes) {
        switch event {
        case .file(let name, _):
          try out?.synchronize()
          try out?.close()
          guard ([manifest, keys, database] + others).contains(name) else {
            throw damaged(Phrase("内有未知文件 \(name)", en: "it holds an unknown file \(name)"))
          }
          out = try PrivateFile.make(folder + "/" + name)
        case .bytes(let bytes): try out?.write(contentsOf: Data(bytes))
        }
      }
    }
    var done: Int64 = 0
    while let data = try file.read(upToCount: pieceBytes), !data.isEmpty {
      try take(opener.open(Array(data)))
      done += Int64(data.count)
      progress(done, total)
    }
    try take(opener.finish())
    try out?.synchronize()
    try out?.close()
    guard tar.isAtEnd else { throw damaged(Phrase("内容不完整", en: "its content is not whole")) }
  }

  private static func prove(_ folder: String, _ city: DataFolder) throws {
    let head = FileManager.default.contents(atPath: folder + "/" + manifest) ?? Data()
    guard let json = try? JSONValue(parsing: Array(head)), json["format"]?.string == format else {
      throw damaged(Phrase("不是本程序的备份", en: "it is no backup of this program"))
    }
    let found = try KeyFile(folder + "/" + keys).read()
    if city.keys.exists, try city.keys.read().json != found.json { throw CityCopy.notEmpty(city) }
    let faults = try SQLiteBackup.integrityFindings(folder + "/" + database)
    guard faults.isEmpty else { throw damaged(.same(faults[0])) }
  }

  private static func place(_ folder: String, _ city: DataFolder) async throws {
    for name in others + [keys] {
      let from = folder + "/" + name
      guard let data = FileManager.default.contents(atPath: from) else { continue }
      if name.hasPrefix("city/") {
        try FileManager.default.createDirectory(
          atPath: city.path + "/city", withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      }
      let to = name == keys ? city.keys.path : city.path + "/" + name
      try PrivateFile.replace(to, with: Array(data))
    }
    let file = folder + "/" + database
    if city.database == DataFolder(city.path).database {
      return try PrivateFile.move(file, to: city.databaseFile())
    }
    _ = try await CityMove.copy(from: .sqlite(path: file), to: city.database)
  }

  private static func damaged(_ what: Phrase) -> Problem {
    .refused(
      "archive-damaged",
      Phrase(
        "备份文件已损坏：\(what.zh)。请使用另一份备份。",
        en: "The backup is damaged: \(what.en). Use another backup."))
  }

  private static func remove(_ file: String) {
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(file + suffix) }
  }
}
