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

  /// The log's files here.
  public func files(size: Int64) -> LogFiles { LogFiles(size: size) { file($0) } }

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
    guard let state = try await city.desk.store.read({ try LogBook.shown($0) }) else {
      throw Problem.notFound(Phrase("日志中还没有条目。", en: "There is nothing in the log yet."))
    }
    try await city.desk.store.report { view in
      let stamps = Dictionary(
        try view.all(StampBook.list).map { ($0.number, $0) },
        uniquingKeysWith: { first, _ in first })
      let shape = LogShape(size: state.size)
      for part in shape.parts where file(shape.path(of: part)) == nil {
        try put(try LogFolder.bytes(of: part, shape, view, stamps), shape.path(of: part))
      }
    }
    try put(Array((city.signer.verifier.text + "\n").utf8), "key")
    try put(Array(state.checkpoint.utf8), "checkpoint")
    return state.size
  }

  private static func bytes(
    of part: LogShape.Part, _ shape: LogShape, _ view: any View,
    _ stamps: [Int64: StampBook.Stamp]
  ) throws -> [UInt8] {
    let count = shape.count(of: part)
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
    try files(size: point.size).verify(against: point, progress: progress)
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

  /// A part of a log; where its partial file is gone it is cut from the full one.
  func part(_ part: LogShape.Part, of shape: LogShape) async throws -> [UInt8] {
    do { return try await file(shape.path(of: part)) } catch let problem as Problem
      where problem.status == 404
    {
      guard let whole = shape.whole(part), let bytes = try? await file(whole.path) else {
        throw problem
      }
      return try whole.cut(bytes)
    }
  }

  /// Files of a log that are fetched at the same time.
  private static let fetches = 8

  /// Asks files that are read as they are asked for: what is missing is fetched, then it is asked again.
  private func asking<Answer>(
    _ size: Int64, _ ask: (LogFiles) throws -> Answer
  ) async throws -> Answer {
    var kept: [String: [UInt8]] = [:]
    let shape = LogShape(size: size)
    while true {
      let files = LogFiles(size: size) { path in
        guard let bytes = kept[path] else { throw Absent(path: path) }
        return bytes
      }
      do { return try ask(files) } catch let absent as Absent {
        guard let part = shape.part(at: absent.path) else { throw absent }
        kept[absent.path] = try await self.part(part, of: shape)
      }
    }
  }

  private struct Absent: Error {
    let path: String
  }

  /// Takes the log's checkpoint in; the tiles that a proof needs are read as it asks for them.
  public func observe(_ monitor: inout Monitor, now: Instant) async throws -> Monitor.Finding {
    let note = try LogFolder.note(try await file("checkpoint"))
    let size = Checkpoint(text: note.text)?.size ?? 0
    return try await asking(size) { files in
      try monitor.observe(note, now: now) { first, _ in
        try files.proofs.consistency(from: first)
      }
    }
  }

  /// Makes the proof that an entry stands in the log, from its tiles; the answer is the entry, too.
  ///
  /// - Throws: what does not hold of the checkpoint, 404 for an entry that is not there.
  public func prove(
    _ index: Int64, _ policy: WitnessPolicy, now: Instant
  ) async throws -> (proof: TlogProof, entry: [UInt8]) {
    let note = try LogFolder.note(try await file("checkpoint"))
    let point = try policy.verify(note, now: now).checkpoint
    let (hashes, entry) = try await asking(point.size) { files in
      (
        try files.proofs.inclusion(of: index),
        try files.entries(of: index / Tile.width)[Int(index % Tile.width)]
      )
    }
    let proof = TlogProof(index: index, hashes: hashes, checkpoint: note.description)
    _ = try proof.verify(leaf: MerkleTree.leafHash(entry), policy: policy, now: now)
    return (proof, entry)
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
    let files = folder.files(size: point.size)
    // An older tree is no reason to fetch anything.
    let known = monitor.latest.flatMap { Checkpoint(text: $0.text) }
    let parts = known.map { $0.size > point.size } == true ? [] : files.shape.parts
    try await fetch(parts, of: files.shape, to: folder, progress)
    let finding = try monitor.observe(note, now: now) { first, _ in
      try files.proofs.consistency(from: first)
    }
    guard finding.isGood else { return finding }
    try files.verify(against: point)
    try folder.put(Array(note.description.utf8), "checkpoint")
    return finding
  }

  /// Fetches what is not in the folder yet, some files at a time.
  private func fetch(
    _ parts: [LogShape.Part], of shape: LogShape, to folder: LogFolder,
    _ progress: (Int64, Int64) -> Void
  ) async throws {
    var done: Int64 = 0
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, part) in parts.enumerated() {
        if number >= LogSource.fetches { try await group.next() }
        group.addTask {
          let path = shape.path(of: part)
          if folder.file(path) == nil {
            try folder.put(try await self.part(part, of: shape), path)
          }
        }
        done += 1
        progress(done, Int64(parts.count))
      }
      try await group.waitForAll()
    }
  }
}
