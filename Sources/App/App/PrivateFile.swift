import Commons
import Foundation

/// Files that only their owner may read, whatever the process's umask.
public enum PrivateFile {
  /// Opens a new file for writing.
  ///
  /// - Throws: ``Problem`` 422 if there is one already or it cannot be made.
  public static func make(_ path: String) throws -> FileHandle {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw Problem.refused(
        "cannot-write",
        Phrase("无法建立文件 \(path)：\(reason)", en: "The file \(path) cannot be made: \(reason)"))
    }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Puts a file in place as a whole, in the stead of an older one: after a crash at any moment there
  /// is the one or the other.
  public static func replace(_ path: String, with bytes: [UInt8]) throws {
    let temporary = path + ".new"
    unlink(temporary)
    let file = try make(temporary)
    do {
      try file.write(contentsOf: Data(bytes))
      try file.synchronize()
      try file.close()
    } catch {
      unlink(temporary)
      throw cannotWrite(path, error)
    }
    try move(temporary, to: path)
  }

  /// Gives a finished file its name, durably.
  public static func move(_ from: String, to path: String) throws {
    guard rename(from, path) == 0 else {
      throw cannotWrite(path, String(cString: strerror(errno)))
    }
    let folder = open(
      (path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  static func cannotWrite(_ path: String, _ reason: Any) -> Problem {
    .refused(
      "cannot-write",
      Phrase("无法写入 \(path)：\(reason)", en: "\(path) cannot be written: \(reason)"))
  }

  /// Whether others than the owner may do anything with a file or folder; false if it is not there.
  public static func isOpenToOthers(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & 0o077 != 0
  }
}
