import Books
import Commons
import Foundation

/// The file that holds a city's secrets, outside the database. Whoever has it and the database can
/// read everything; without it the sealed fields are lost. Readable by its owner alone.
public struct KeyFile: Sendable {
  /// Where it is.
  public let path: String

  /// A file that need not exist yet.
  public init(_ path: String) { self.path = path }

  /// Whether it is there.
  public var exists: Bool { FileManager.default.fileExists(atPath: path) }

  /// Reads it.
  ///
  /// - Throws: ``Problem`` 404 if it is not there, 400 if others may read it or it is no key file.
  public func read() throws -> KeySecrets {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem.notFound(
        Phrase(
          "缺少密钥文件 \(path)。没有它就无法读取已加密的内容；请从备份中恢复。",
          en: "The key file \(path) is missing. Sealed fields cannot be read without it; "
            + "restore it from your backup."))
    }
    guard !PrivateFile.isOpenToOthers(path) else {
      throw Problem.malformed(
        Phrase(
          "\(path) 的权限过宽（应为 600）。请执行 chmod 600 \(path)。",
          en: "\(path) may be read by others (must be 600). Run chmod 600 \(path)."))
    }
    do {
      do { return try KeySecrets(json: JSONValue(parsing: Array(data))) } catch let error
        as JSONError
      {
        throw error.problem
      }
    } catch let problem as Problem {
      throw Problem.malformed(
        Phrase(
          "\(path)：\(problem.detail.zh)", en: "\(path): \(problem.detail.en)"))
    }
  }

  /// Writes it, in the stead of an older one.
  public func write(_ secrets: KeySecrets) throws {
    try PrivateFile.replace(path, with: secrets.json.canonicalBytes)
  }

  /// Tells one state of the file from another without reading it.
  struct Mark: Hashable, Sendable {
    let inode: UInt64
    let seconds: Int
    let nanoseconds: Int
  }

  /// The state of the file; nil if it is not there.
  var mark: Mark? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    return Mark(
      inode: UInt64(facts.st_ino), seconds: facts.st_mtim.tv_sec,
      nanoseconds: facts.st_mtim.tv_nsec)
  }
}
