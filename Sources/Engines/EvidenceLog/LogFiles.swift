import Commons

/// Entries of a log side by side, up to 256 (C2SP tlog-tiles): of each its length as a 16-bit number,
/// big-endian, and its bytes.
public enum EntryBundle {
  /// The longest entry that fits.
  public static let entryLimit = Int(UInt16.max)

  /// The path under which the bundle with `count` entries is served: `tile/entries/x001/067.p/8`.
  public static func path(_ index: Int64, count: Int) -> String {
    Tile.path(folder: "entries", index: index, count: count)
  }

  /// The bundle of entries of which the first has this place; throws 422 for one that is too long.
  public static func write(_ entries: [[UInt8]], from first: Int64) throws(Problem) -> [UInt8] {
    var out: [UInt8] = []
    for (offset, entry) in entries.enumerated() {
      guard entry.count <= entryLimit else {
        throw .refused(
          "log-entry-size",
          Phrase(
            "第 \(first + Int64(offset)) 条有 \(entry.count) 字节，超过 \(entryLimit)。",
            en:
              "Entry \(first + Int64(offset)) has \(entry.count) bytes; at most \(entryLimit) fit a bundle."
          ))
      }
      out += [UInt8(entry.count >> 8), UInt8(entry.count & 0xFF)]
      out += entry
    }
    return out
  }

  /// Reads exactly `count` entries; throws 422 with the place of the entry at which the bundle ends, or
  /// after which there is more.
  public static func read(
    _ bytes: [UInt8], from first: Int64, count: Int
  ) throws(Problem) -> [[UInt8]] {
    try parts(bytes, from: first, count: count).map { Array(bytes[$0]) }
  }

  /// Where each of exactly `count` entries lies, see ``read(_:from:count:)``.
  public static func parts(
    _ bytes: [UInt8], from first: Int64, count: Int
  ) throws(Problem) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    parts.reserveCapacity(count)
    var next = 0
    for offset in 0..<count {
      let length = next + 2 <= bytes.count ? Int(bytes[next]) << 8 | Int(bytes[next + 1]) : -1
      guard length >= 0, next + 2 + length <= bytes.count else {
        throw .refused(
          "log-truncated",
          Phrase(
            "条目文件在第 \(first + Int64(offset)) 条处中断：请重新取得。",
            en: "The bundle ends within entry \(first + Int64(offset)): fetch it again."))
      }
      parts.append((next + 2)..<(next + 2 + length))
      next += 2 + length
    }
    guard next == bytes.count else {
      throw .refused(
        "log-trailing",
        Phrase(
          "条目文件在第 \(first + Int64(count) - 1) 条之后还有内容。",
          en: "The bundle goes on after entry \(first + Int64(count) - 1)."))
    }
    return parts
  }

  /// The leaf hashes of exactly `count` entries, 32 bytes each, see ``read(_:from:count:)``.
  public static func leaves(
    _ bytes: [UInt8], from first: Int64, count: Int
  ) throws(Problem) -> [UInt8] {
    var entries: [UInt8] = []
    entries.reserveCapacity(bytes.count)
    var ends: [Int64] = []
    ends.reserveCapacity(count)
    for part in try parts(bytes, from: first, count: count) {
      entries += bytes[part]
      ends.append(Int64(entries.count))
    }
    return TreeHasher.best.leaves(entries, ends: ends)
  }
}

/// Reads a file of a log by its path, such as `tile/0/000`; nil if there is none.
public typealias LogFileReader = (String) throws -> [UInt8]?

/// Which files a log of so many entries has (C2SP tlog-tiles).
public struct LogShape: Hashable, Sendable {
  /// Entries.
  public let size: Int64

  /// The shape of a log of so many entries.
  public init(size: Int64) { self.size = size }

  /// A file of a log besides its checkpoint.
  public enum Part: Hashable, Sendable {
    /// Entries.
    case bundle(Int64)
    /// Hashes.
    case tile(Tile)
  }

  /// All files: bundles, then tiles level by level.
  public var parts: [Part] {
    let bundles = (size + Tile.width - 1) / Tile.width
    var found = (0..<bundles).map { Part.bundle($0) }
    var (level, hashes) = (0, size)
    while hashes > 0 {
      for index in 0..<((hashes + Tile.width - 1) / Tile.width) {
        found.append(.tile(Tile(level: level, index: index)))
      }
      (level, hashes) = (level + 1, hashes / Tile.width)
    }
    return found
  }

  /// How many entries or hashes a file of this log holds; 0 or less if the log has no such file.
  public func count(of part: Part) -> Int {
    switch part {
    case .bundle(let index): Int(min(Tile.width, size - index * Tile.width))
    case .tile(let tile):
      Int(min(Tile.width, size >> Int64(8 * tile.level) - tile.index * Tile.width))
    }
  }

  /// The path of a file of this log.
  public func path(of part: Part) -> String {
    switch part {
    case .bundle(let index): EntryBundle.path(index, count: count(of: part))
    case .tile(let tile): tile.path(count: count(of: part))
    }
  }

  /// The part at a path of this log; nil if the log has no such file.
  public func part(at path: String) -> Part? {
    let parts = path.split(separator: "/", maxSplits: 2)
    guard parts.count == 3, parts[0] == "tile", let place = Tile.place(String(parts[2])) else {
      return nil
    }
    let part: Part
    if parts[1] == "entries" {
      part = .bundle(place.index)
    } else {
      guard let level = Int(parts[1]), (0..<Tile.levelCount).contains(level) else { return nil }
      part = .tile(Tile(level: level, index: place.index))
    }
    return count(of: part) > 0 && self.path(of: part) == path ? part : nil
  }

  /// The path of the full file of which a part is the beginning, and how to cut it: a log may drop a
  /// partial file once the full one is there. Nil where the part is full itself.
  public func whole(_ part: Part) -> (path: String, cut: @Sendable ([UInt8]) throws -> [UInt8])? {
    let count = count(of: part)
    guard count < Int(Tile.width) else { return nil }
    switch part {
    case .tile(let tile):
      return (tile.path(count: Int(Tile.width)), { Array($0.prefix(count * MerkleTree.hashBytes)) })
    case .bundle(let index):
      let first = index * Tile.width
      return (
        EntryBundle.path(index, count: Int(Tile.width)),
        { bytes in
          let parts = try EntryBundle.parts(bytes, from: first, count: Int(Tile.width))
          return Array(bytes[..<parts[count - 1].upperBound])
        }
      )
    }
  }
}

/// The files of a log (C2SP tlog-tiles) as they lie in a folder or behind a web server.
public struct LogFiles {
  /// Which files there are.
  public let shape: LogShape
  private let read: LogFileReader

  /// The files of a log of so many entries.
  public init(size: Int64, read: @escaping LogFileReader) {
    shape = LogShape(size: size)
    self.read = read
  }

  private var size: Int64 { shape.size }

  /// The hashes of a tile as wide as this log has it; throws 404 or 422 for one that is missing or of
  /// another length.
  public func hashes(of tile: Tile) throws -> [UInt8] {
    let count = shape.count(of: .tile(tile))
    let path = tile.path(count: count)
    let bytes = try file(path)
    guard bytes.count == count * MerkleTree.hashBytes else {
      throw Problem.refused(
        "log-truncated",
        Phrase(
          "文件 \(path) 有 \(bytes.count) 字节，应为 \(count * MerkleTree.hashBytes)：请重新取得。",
          en:
            "File \(path) has \(bytes.count) bytes instead of \(count * MerkleTree.hashBytes): fetch it again."
        ))
    }
    return bytes
  }

  private func file(_ path: String) throws -> [UInt8] {
    guard let bytes = try read(path) else {
      throw Problem.notFound(Phrase("日志缺少文件 \(path)。", en: "The log lacks the file \(path)."))
    }
    return bytes
  }

  /// Proofs from these files.
  public var proofs: ProofMaker {
    ProofMaker(size: size) { try hashes(of: $0) }
  }

  /// Computes the whole log again from its entries: every tile and the root must come out as they lie
  /// there. Throws the first that does not, an entry by its place. With each bundle `progress` is told
  /// how many entries were checked.
  public func verify(against checkpoint: Checkpoint, progress: (Int64) -> Void = { _ in }) throws {
    for index in 0..<((size + Tile.width - 1) / Tile.width) {
      try check(bundle: index)
      progress(min(size, (index + 1) * Tile.width))
    }
    try checkTiles(against: checkpoint)
  }

  /// Checks what can be checked without entries: that every tile follows from those below it and that
  /// they lead to the root. Throws the first that does not.
  public func checkTiles(against checkpoint: Checkpoint) throws {
    for case .tile(let tile) in shape.parts where tile.level > 0 {
      try check(tile: tile)
    }
    guard checkpoint.size == size, try proofs.root() == checkpoint.root else {
      throw Problem.refused(
        "log-root",
        Phrase(
          "由 \(size) 条算出的根值与检查点不符。",
          en: "The root over the \(size) entries is not the one in the checkpoint."))
    }
  }

  /// Checks that every entry is an act in the format of ``LogEntry``, none recorded later than a clock
  /// that is ``WitnessPolicy/allowedLeadSeconds`` ahead of ours could say; throws 422 with the first that
  /// is not.
  public func checkActs(now: Instant) throws {
    let latest = now.adding(seconds: WitnessPolicy.allowedLeadSeconds)
    for bundle in 0..<((size + Tile.width - 1) / Tile.width) {
      for (offset, bytes) in try entries(of: bundle).enumerated() {
        let index = bundle * Tile.width + Int64(offset)
        guard let act = try? LogEntry(canonicalBytes: bytes) else {
          throw Problem.refused(
            "log-act",
            Phrase("第 \(index) 条不是第 1 版格式的办理记录。", en: "Entry \(index) is no act in format 1."))
        }
        guard act.recordedAt <= latest else {
          let time = act.recordedAt.rfc3339(in: .utc)
          throw Problem.refused(
            "log-future",
            Phrase(
              "第 \(index) 条记录于 \(time)，在未来：请核对时钟。",
              en:
                "Entry \(index) was recorded at \(time), which is in the future: compare the clocks."
            ))
        }
      }
    }
  }

  /// The entries of a bundle.
  public func entries(of bundle: Int64) throws -> [[UInt8]] {
    try EntryBundle.read(
      try file(shape.path(of: .bundle(bundle))), from: bundle * Tile.width,
      count: shape.count(of: .bundle(bundle)))
  }

  /// Checks one file against those that depend on it, as ``verify(against:progress:)`` does for all.
  public func check(_ part: LogShape.Part) throws {
    switch part {
    case .bundle(let index): try check(bundle: index)
    case .tile(let tile) where tile.level == 0: try check(bundle: tile.index)
    case .tile(let tile): try check(tile: tile)
    }
  }

  /// Checks the entries of a bundle against the tile of their hashes; throws the place of the first that
  /// does not fit.
  public func check(bundle: Int64) throws {
    let part = LogShape.Part.bundle(bundle)
    let computed = try EntryBundle.leaves(
      try file(shape.path(of: part)), from: bundle * Tile.width, count: shape.count(of: part))
    let kept = try hashes(of: Tile(level: 0, index: bundle))
    guard computed != kept else { return }
    let place = zip(computed, kept).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let index = bundle * Tile.width + Int64((place ?? 0) / MerkleTree.hashBytes)
    throw Problem.refused(
      "log-entry",
      Phrase(
        "第 \(index) 条与其哈希不符：条目或哈希块被改动。",
        en: "Entry \(index) does not fit its hash: the entry or the tile was changed."))
  }

  /// Checks that the hashes of a tile above level 0 are the roots of the tiles below it.
  public func check(tile: Tile) throws {
    let kept = try hashes(of: tile)
    let count = Int64(kept.count / MerkleTree.hashBytes)
    var computed: [UInt8] = []
    for offset in 0..<count {
      let below = Tile(level: tile.level - 1, index: tile.index * Tile.width + offset)
      computed += TreeHasher.best.root(try hashes(of: below))
    }
    guard computed != kept else { return }
    let path = tile.path(count: Int(count))
    throw Problem.refused(
      "log-tile",
      Phrase(
        "文件 \(path) 与其下层不符。", en: "File \(path) does not follow from the tiles below it."))
  }
}
