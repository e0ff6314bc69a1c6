import Books
import Commons
import Desk
import EvidenceLog
import Foundation
import Interchange
import Storage
import Verification

/// A log as a folder of files (C2SP tlog-tiles), which any web server can serve.
public struct LogFolder: Sendable {
  /// The folder.
  public let path: String

  /// A folder that exists or will.
  public init(_ path: String) { self.path = path }

  /// The bytes of a file; nil if there is none.
  public func file(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path + "/" + name).map { Array($0) }
  }

  /// Puts a file there whole or not at all.
  func put(_ bytes: [UInt8], _ name: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url, options: .atomic)
  }

  /// The checkpoint that lies there, accepted by a policy; none if there is none.
  public func checkpoint(
    _ policy: WitnessPolicy, now: Instant
  ) throws -> (note: SignedNote, point: Checkpoint)? {
    guard let bytes = file("checkpoint") else { return nil }
    let note = try LogFolder.note(bytes)
    return (note, try policy.verify(note, now: now).checkpoint)
  }

  /// Reads a signed note; throws 400 for bytes that are none.
  static func note(_ bytes: [UInt8]) throws(Problem) -> SignedNote {
    guard let note = String(validating: bytes, as: UTF8.self).flatMap({ SignedNote($0) }) else {
      throw .malformed(Phrase("检查点不是签名文本。", en: "The checkpoint is no signed note."))
    }
    return note
  }

  // MARK: Export

  /// Writes the log of a city there; files that lie there already are kept, the checkpoint comes last.
  /// The answer is the number of entries.
  ///
  /// - Throws: ``Problem`` 404 if the log is empty, 422 for an entry that no bundle can hold.
  public func export(_ city: RunningCity) async throws -> Int64 {
    guard let state = try await city.desk.store.first(LogBook.state) else {
      throw Problem.notFound(Phrase("日志中还没有条目。", en: "There is nothing in the log yet."))
    }
    try await city.desk.store.report { view in
      let stamps = Dictionary(
        try view.all(StampBook.list).map { ($0.number, $0) },
        uniquingKeysWith: { first, _ in first })
      let files = LogFiles(size: state.size) { _ in nil }
      for part in LogFiles.parts(size: state.size) where file(files.path(of: part)) == nil {
        try put(try LogFolder.bytes(of: part, files, view, stamps), files.path(of: part))
      }
    }
    try put(Array((city.signer.verifier.text + "\n").utf8), "key")
    try put(Array(state.checkpoint.utf8), "checkpoint")
    return state.size
  }

  private static func bytes(
    of part: LogFiles.Part, _ files: LogFiles, _ view: any View,
    _ stamps: [Int64: StampBook.Stamp]
  ) throws -> [UInt8] {
    let count = files.count(of: part)
    switch part {
    case .tile(let tile):
      let hashes = try view.first(LogBook.tile(level: tile.level, index: tile.index)) ?? []
      return Array(hashes.prefix(count * MerkleTree.hashBytes))
    case .bundle(let index):
      let first = index * Tile.width
      let rows = try view.all(LogBook.entries(from: first, to: first + Int64(count)))
      return try EntryBundle.write(
        rows.map { try LogEntry($0.row, stamps).canonicalBytes }, from: first)
    }
  }

  // MARK: Check

  /// Computes the whole log again from the entries in the folder; throws the first thing that does not
  /// hold. The answer is the checkpoint.
  public func verify(
    _ policy: WitnessPolicy, now: Instant, progress: (Int64) -> Void = { _ in }
  ) throws -> Checkpoint {
    guard let (_, point) = try checkpoint(policy, now: now) else {
      throw Problem.notFound(
        Phrase("\(path) 中没有检查点。", en: "There is no checkpoint in \(path)."))
    }
    try LogFiles(size: point.size) { file($0) }.verify(against: point, progress: progress)
    return point
  }
}

/// Where a log can be read: behind a web address or in a folder.
public enum LogSource: Sendable {
  /// Below an address.
  case web(WebFiles)
  /// In a folder.
  case folder(LogFolder)

  /// An http(s) address or a path; throws 400 for an address that is none.
  public init(_ text: String) throws(Problem) {
    self = text.contains("://") ? .web(try WebFiles(text)) : .folder(LogFolder(text))
  }

  /// A file; throws 404 if there is none.
  func file(_ path: String) async throws -> [UInt8] {
    let bytes =
      switch self {
      case .web(let files): try await files.file(path)
      case .folder(let folder): folder.file(path)
      }
    guard let bytes else {
      throw Problem.notFound(Phrase("日志缺少文件 \(path)。", en: "The log lacks the file \(path)."))
    }
    return bytes
  }

  /// A file that a proof needs and that is not there yet.
  private struct Missing: Error {
    let path: String
  }

  /// Takes the log's checkpoint in; the tiles that a proof needs are read as it asks for them.
  public func observe(_ monitor: inout Monitor, now: Instant) async throws -> Monitor.Finding {
    let note = try LogFolder.note(try await file("checkpoint"))
    var tiles: [String: [UInt8]] = [:]
    while true {
      do {
        return try monitor.observe(note, now: now) { first, second in
          try LogFiles(size: second) { path in
            guard let bytes = tiles[path] else { throw Missing(path: path) }
            return bytes
          }.proofs.consistency(from: first)
        }
      } catch let missing as Missing {
        tiles[missing.path] = try await file(missing.path)
      }
    }
  }

  /// Copies the log into a folder, file by file; what lies there is not fetched again. The whole copy is
  /// computed again and compared with the last one before its checkpoint is put down.
  ///
  /// - Throws: what does not hold; the folder keeps its last checkpoint.
  public func mirror(
    to folder: LogFolder, _ policy: WitnessPolicy, now: Instant,
    progress: (Int64, Int64) -> Void = { _, _ in }
  ) async throws -> Monitor.Finding {
    let note = try LogFolder.note(try await file("checkpoint"))
    let point = try policy.verify(note, now: now).checkpoint
    var monitor = Monitor(policy: policy, latest: try folder.checkpoint(policy, now: now)?.note)
    let files = LogFiles(size: point.size) { folder.file($0) }
    // An older tree is no reason to fetch anything.
    let known = monitor.latest.flatMap { Checkpoint(text: $0.text) }
    let parts = known.map { $0.size > point.size } == true ? [] : LogFiles.parts(size: point.size)
    for (number, part) in parts.enumerated() {
      let path = files.path(of: part)
      if folder.file(path) == nil { try folder.put(try await file(path), path) }
      progress(Int64(number + 1), Int64(parts.count))
    }
    let finding = try monitor.observe(note, now: now) { first, _ in
      try files.proofs.consistency(from: first)
    }
    guard finding.isGood else { return finding }
    try files.verify(against: point)
    try folder.put(Array(note.description.utf8), "checkpoint")
    return finding
  }
}
