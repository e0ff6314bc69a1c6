import Books
import Commons
import Desk
import EvidenceLog
import MeasureKit
import Storage
import Verification

/// Moves acts from the journal's queue into the evidence log, and tells the measures of each. There
/// is one for a store; the order in which it takes acts is the only total order there is.
public actor Sequencer {
  private let desk: CommandDesk
  private let time: any TimeSource
  private let signer: NoteSigner
  private let measures: [any Measure]
  private var tree = TiledTree()
  private var stamps: [Int64: StampBook.Stamp] = [:]
  private var isLoaded = false

  /// A sequencer over a desk's store.
  public init(
    desk: CommandDesk, time: any TimeSource, signer: NoteSigner, measures: [any Measure]
  ) {
    self.desk = desk
    self.time = time
    self.signer = signer
    self.measures = measures
  }

  /// Acts taken at a time.
  public static let batchLimit = 4000

  /// Reads where the log ends and lets the measures take in what it holds.
  public func load() async throws {
    guard !isLoaded else { return }
    let store = desk.store
    let size = try await store.first(LogBook.state)?.size ?? 0
    tree = try await store.report { view in
      try TiledTree(size: size) { tile in
        try view.first(LogBook.tile(level: tile.level, index: tile.index))
      }
    }
    try await readStamps()
    var next: Int64 = 0
    while next < size {
      let (from, to) = (next, min(size, next + 10_000))
      let rows = try await store.report { try $0.all(LogBook.entries(from: from, to: to)) }
      for row in rows { tell(try LogEntry(row.row, stamps)) }
      next = to
    }
    isLoaded = true
  }

  private func readStamps() async throws {
    for stamp in try await desk.store.all(StampBook.list) { stamps[stamp.number] = stamp }
  }

  /// Takes what waits, at most ``batchLimit`` acts; the answer is how many.
  public func runOnce() async throws -> Int {
    try await load()
    let rows = try await desk.store.all(JournalBook.waiting(limit: Sequencer.batchLimit))
    guard !rows.isEmpty else { return 0 }
    if rows.contains(where: { stamps[$0.stamp] == nil }) { try await readStamps() }
    let entries = try rows.map { try LogEntry($0, stamps) }
    let leaves = entries.map(\.leafHash)
    var grown = tree
    let tiles = grown.append(leaves).map {
      (level: $0.tile.level, index: $0.tile.index, hashes: $0.hashes)
    }
    let point = Checkpoint(origin: signer.name, size: grown.size, root: grown.root)
    let state = LogBook.State(
      size: grown.size, checkpoint: try signer.sign(point.text).description, signedAt: time.now)
    try await desk.maintain(.integrate(rows.map(\.key), at: tree.size, tiles: tiles, state))
    tree = grown
    for entry in entries { tell(entry) }
    return rows.count
  }

  /// Takes all that waits.
  public func drain() async throws {
    while try await runOnce() > 0 {}
  }

  private func tell(_ entry: LogEntry) {
    let act = PublicAct(
      kind: entry.kind, matter: entry.matter, recordedAt: entry.recordedAt,
      effectiveAt: entry.effectiveAt, fields: entry.publicFields)
    for measure in measures { measure.consume(act) }
  }
}

/// Makes receipts and proofs from the log's tables.
public struct ReceiptDesk: Sendable {
  private let desk: CommandDesk
  private let key: String

  /// Receipts of a log with this key.
  public init(desk: CommandDesk, signer: NoteSigner) {
    self.desk = desk
    key = signer.verifier.text
  }

  /// The receipt of an act; nil while it waits for the log. With `opening`, the private part is in it.
  public func receipt(_ entry: JournalKey, withOpening: Bool) async throws -> Receipt? {
    let found = try await desk.store.read { view -> Found? in
      guard let row = try view.first(JournalBook.entry(entry)) else {
        throw Problem.notFound(Phrase("没有这条记录。", en: "There is no such act."))
      }
      guard let index = try view.first(LogBook.index(of: entry)),
        let state = try view.first(LogBook.state), index < state.size
      else { return nil }
      let stamps = Dictionary(
        uniqueKeysWithValues: try view.all(StampBook.list).map { ($0.number, $0) })
      let proof = try ProofMaker(size: state.size) { tile in
        try view.first(LogBook.tile(level: tile.level, index: tile.index))
      }.inclusion(of: index)
      return Found(
        row: row, entry: try LogEntry(row, stamps), index: index, proof: proof,
        checkpoint: state.checkpoint)
    }
    guard let found else { return nil }
    var opening: Receipt.Opening?
    if withOpening, let opened = try await desk.opening(of: found.row) {
      opening = Receipt.Opening(
        salt: opened.salt, privatePart: String(decoding: opened.privatePart, as: UTF8.self))
    }
    return Receipt(
      entry: String(decoding: found.entry.canonicalBytes, as: UTF8.self), index: found.index,
      proof: found.proof, checkpoint: found.checkpoint, key: key, opening: opening)
  }

  private struct Found: Sendable {
    let row: JournalRow
    let entry: LogEntry
    let index: Int64
    let proof: [[UInt8]]
    let checkpoint: String
  }
}
