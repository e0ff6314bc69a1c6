import Books
import Commons
import EvidenceLog
import Storage

extension LogEntry {
  /// The public entry of an act; throws if its stamp is not there.
  public init(_ row: JournalRow, _ stamps: [Int64: StampBook.Stamp]) throws {
    guard let stamp = stamps[row.stamp] else {
      throw StorageError("act \(row.key.raw) bears stamp \(row.stamp), which is not there")
    }
    self.init(
      kind: row.kind, recordedAt: row.recordedAt, effectiveAt: row.effectiveAt,
      jurisdiction: stamp.jurisdiction, authorisation: stamp.authorisation, matter: row.matter,
      publicText: row.publicFields, commitment: row.commitment)
  }
}

/// Reads the tiles of the log's tables.
public func logTiles(_ view: any View) -> TileReader {
  { try view.first(LogBook.tile(level: $0.level, index: $0.index)) }
}

/// What must hold of the log: it is computed again from the journal, entry by entry.
public enum LogChecks {
  private static let pageRows: Int64 = 5000

  /// Indices without a gap, tiles and root as they follow from the acts, the checkpoint signed with
  /// the log's key.
  public static func all(signedBy key: NoteVerifier) -> StoreCheck {
    StoreCheck("evidence log") { view, _ in
      var check = Rebuild(view)
      try check.entries()
      try check.tiles()
      try check.checkpoint(key)
      return check.findings
    }
  }

  /// What is wrong with a checkpoint; nil where it is signed with the log's key and says the size and the
  /// root that it should.
  public static func fault(
    of state: LogBook.State, signedBy key: NoteVerifier, root: [UInt8]
  ) -> Phrase? {
    guard let note = SignedNote(state.checkpoint), key.verifies(note) else {
      return Phrase("检查点签名无效。", en: "the checkpoint is not signed with the log's key")
    }
    guard let point = Checkpoint(text: note.text), point.size == state.size, point.root == root
    else {
      return Phrase("检查点与台账不符。", en: "the checkpoint does not follow from the acts")
    }
    return nil
  }

  private struct Rebuild {
    let view: any View
    var findings: [StoreFinding] = []
    private var tree = TiledTree()
    private var open: [Int64: [UInt8]] = [:]
    private var tileCount = 0

    init(_ view: any View) { self.view = view }

    mutating func entries() throws {
      let stamps = Dictionary(
        try view.all(StampBook.list).map { ($0.number, $0) },
        uniquingKeysWith: { first, _ in first })
      let size = try view.first(LogBook.state)?.size ?? 0
      var next: Int64 = 0
      while next < size {
        let end = min(size, next + pageRows)
        let rows = try view.all(LogBook.entries(from: next, to: end))
        var entries: [LogEntry?] = []
        for (offset, row) in rows.enumerated() {
          guard row.index == next + Int64(offset) else {
            findings.append(
              StoreFinding(
                "log_entries", row: "\(next + Int64(offset))",
                Phrase("序号缺失。", en: "this index is missing")))
            return
          }
          do { entries.append(try LogEntry(row.row, stamps)) } catch {
            findings.append(
              StoreFinding(
                "journal", row: "\(row.row.key.raw)",
                Phrase("无法还原为日志条目。", en: "it cannot be made into a log entry")))
            entries.append(nil)
          }
        }
        guard Int64(rows.count) == end - next else {
          findings.append(
            StoreFinding(
              "log_entries", row: "\(next + Int64(rows.count))",
              Phrase("序号缺失或指向不存在的记录。", en: "this index is missing or names no act")))
          return
        }
        try append(Rebuild.leaves(entries))
        next = end
      }
      if let beyond = try view.all(LogBook.entries(from: size, to: .max)).first {
        findings.append(
          StoreFinding(
            "log_entries", row: "\(beyond.index)",
            Phrase("超出日志大小。", en: "it lies beyond the size of the log")))
      }
    }

    /// The leaves of entries, with a hash that no entry has where one is missing.
    private static func leaves(_ entries: [LogEntry?]) -> [UInt8] {
      let known = LogEntry.leafHashes(entries.compactMap { $0 })
      guard known.count < entries.count * MerkleTree.hashBytes else { return known }
      var rest = known[...]
      return entries.flatMap { entry in
        guard entry != nil else { return MerkleTree.emptyRoot }
        defer { rest = rest.dropFirst(MerkleTree.hashBytes) }
        return Array(rest.prefix(MerkleTree.hashBytes))
      }
    }

    /// Full tiles are compared at once and let go, so that memory holds only the open ones.
    private mutating func append(_ leaves: [UInt8]) throws {
      for (tile, hashes) in tree.append(hashes: leaves) {
        let key = LogBook.tileKey(level: tile.level, index: tile.index)
        if hashes.count == Int(Tile.width) * MerkleTree.hashBytes {
          open[key] = nil
          try compare(tile.level, tile.index, hashes)
        } else {
          open[key] = hashes
        }
      }
    }

    private mutating func compare(_ level: Int, _ index: Int64, _ hashes: [UInt8]) throws {
      tileCount += 1
      if try view.first(LogBook.tile(level: level, index: index)) != hashes {
        findings.append(
          StoreFinding(
            "log_tiles", row: "\(LogBook.tileKey(level: level, index: index))",
            Phrase(
              "块（层\(level)，序\(index)）与台账不符。",
              en: "tile \(level)/\(index) does not follow from the acts")))
      }
    }

    mutating func tiles() throws {
      guard findings.isEmpty else { return }
      for (key, hashes) in open.sorted(by: { $0.key < $1.key }) {
        try compare(Int(key >> 56), key & (1 << 56 - 1), hashes)
      }
      let kept = try view.first(LogBook.tileCount) ?? 0
      if kept != Int64(tileCount) {
        findings.append(
          StoreFinding(
            "log_tiles",
            Phrase(
              "块数为 \(kept)，应为 \(tileCount)。", en: "there are \(kept) tiles instead of \(tileCount)")
          ))
      }
    }

    mutating func checkpoint(_ key: NoteVerifier) throws {
      guard let state = try view.first(LogBook.state) else { return }
      let whole = Phrase("检查点与台账不符。", en: "the checkpoint does not follow from the acts")
      if let fault = LogChecks.fault(of: state, signedBy: key, root: tree.root) {
        findings.append(StoreFinding("log_state", row: "1", fault))
      } else if state.size != tree.size {
        findings.append(StoreFinding("log_state", row: "1", whole))
      }
      guard let shown = try view.first(LogBook.lastPublished) else { return }
      let root = try? ProofMaker(size: shown.size, tiles: logTiles(view)).root()
      if let fault = LogChecks.fault(of: shown, signedBy: key, root: root ?? []) {
        findings.append(StoreFinding("log_published", row: "1", fault))
      } else if shown.size > state.size {
        findings.append(StoreFinding("log_published", row: "1", whole))
      }
    }
  }
}
