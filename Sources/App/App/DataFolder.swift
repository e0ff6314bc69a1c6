import Books
import Commons
import Foundation
import SQLiteStorage
import Storage

/// The folder that holds a city: keys, mail, lock, and the database unless that is elsewhere. Into a
/// SQLite file one process writes at a time; nodes that share a PostgreSQL database have a folder
/// each, with the same keys.
///
/// The key file is the only secret, see ``KeyFile``; it may be kept elsewhere.
public struct DataFolder: Sendable {
  /// The folder.
  public let path: String
  /// Where the rows are.
  public let database: StoreAddress
  /// Where the keys are.
  public let keys: KeyFile

  /// A folder that need not exist yet; without an address its rows are in `city.sqlite` in it, and
  /// without a path its keys are in `keys.json` in it.
  public init(_ path: String, database: StoreAddress? = nil, keys: String? = nil) {
    self.path = path
    self.database = database ?? .sqlite(path: path + "/city.sqlite")
    self.keys = KeyFile(keys ?? path + "/keys.json")
  }

  /// The database file.
  ///
  /// - Throws: ``Problem`` 400 if the rows are in PostgreSQL.
  public func databaseFile() throws(Problem) -> String {
    guard case .sqlite(let path) = database else {
      throw .malformed(
        Phrase(
          "数据库 \(database.shown) 不是 SQLite 文件，此操作只适用于文件。",
          en: "The database \(database.shown) is no SQLite file, and this works on files only."))
    }
    return path
  }
  /// The policy file of the log's witnesses (C2SP tlog-policy); there need not be one.
  public var witnesses: String { path + "/witnesses" }
  /// Where the maildir connector delivers.
  public var mail: String { path + "/mail" }

  /// Whether a city was ever made here.
  ///
  /// - Throws: ``StorageError`` if the database server cannot be asked.
  public func isCity() throws -> Bool { try database.holdsCity() }

  /// Whether the demonstration was being built here and did not come to its end.
  public var isUnfinished: Bool { FileManager.default.fileExists(atPath: path + "/unfinished") }

  /// Notes that the demonstration is being built, or is finished.
  public func mark(unfinished: Bool) throws {
    if unfinished {
      guard FileManager.default.createFile(atPath: path + "/unfinished", contents: Data()) else {
        throw Problem.malformed(
          Phrase("无法写入数据目录 \(path)。", en: "The data folder \(path) cannot be written to."))
      }
    } else {
      try FileManager.default.removeItem(atPath: path + "/unfinished")
    }
  }

  /// Makes the folder if it is not there.
  public func create() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Problem.malformed(
        Phrase(
          "无法建立数据目录 \(path)：\(error.localizedDescription)",
          en: "The data folder \(path) cannot be made: \(error.localizedDescription)"))
    }
  }

  /// Throws 404 unless a city was made here.
  public func requireCity() throws {
    guard try isCity() else {
      let place = database == DataFolder(path).database ? path : database.shown
      throw Problem.notFound(
        Phrase(
          "\(place) 中没有城市数据。请先运行 tequ serve --demo --data \(path)。",
          en: "There is no city in \(place). Run tequ serve --demo --data \(path) first."))
    }
  }

  /// Reads the keys, or makes them if this is a new folder.
  public func secrets(create: Bool, random: some RandomSource) throws -> KeySecrets {
    if try create && !keys.exists && !isCity() {
      let secrets = KeySecrets(random: random)
      try keys.write(secrets)
      return secrets
    }
    return try keys.read()
  }

  /// What lies here and may be read or written by others than its owner.
  public func openToOthers() -> [String] {
    var paths = [path, keys.path, path + "/config.json", mail]
    if case .sqlite(let file) = database { paths += [file, file + "-wal", file + "-shm"] }
    return paths.filter(PrivateFile.isOpenToOthers)
  }

  /// Takes the rows for this process until the lock is released; nil where nodes may share them.
  public func lock() throws -> FolderLock? {
    switch database {
    case .postgresql: nil
    case .sqlite(path + "/city.sqlite"): try FolderLock(path + "/lock")
    case .sqlite(let file): try FolderLock(file + ".lock")
    }
  }
}

/// An exclusive lock on a data folder; the system lets it go when the process ends, however it ends.
public final class FolderLock: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws {
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard opened >= 0 else {
      throw Problem.malformed(
        Phrase("无法打开锁文件 \(path)。", en: "The lock file \(path) cannot be opened."))
    }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      var buffer = [UInt8](repeating: 0, count: 32)
      let count = read(opened, &buffer, 32)
      close(opened)
      let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
      let holder = text.filter(\.isNumber)
      throw Problem(
        "folder-in-use", status: 409,
        title: Phrase("数据目录正在使用", en: "The data folder is in use"),
        detail: Phrase(
          "进程 \(holder) 正在写入此数据目录。请通过该进程的服务操作，或先停止它。",
          en: "Process \(holder) is writing to this data folder. Use its server, or stop it first.")
      )
    }
    ftruncate(opened, 0)
    let text = Array("\(getpid())\n".utf8)
    _ = write(opened, text, text.count)
    descriptor = opened
  }

  deinit { close(descriptor) }
}
