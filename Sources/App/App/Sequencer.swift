import Books
import Commons
import Desk
import EvidenceLog
import MeasureKit
import NationalCrypto
import Storage
import Verification

/// Moves acts from the journal's queue into the evidence log, and tells this node's measures of each.
/// Among the nodes of a store one takes acts, those of the others only read what it took; the order
/// in which acts are taken is the only total order there is.
public actor Sequencer {
  private let desk: CommandDesk
  private let duty: Duty
  private let time: any TimeSource
  private let signer: NoteSigner
  private let audience: LogAudience
  /// The last batch that is being told of.
  private var telling: Task<Void, Never>?
  /// The next batch, if more was waiting while the last one was written.
  private var ready: Batch?
  private var stamps: [Int64: StampBook.Stamp] = [:]
  /// The tree while this node has the duty, with the term in which it was read.
  private var grown: (tree: TiledTree, hold: LeaseBook.Hold)?

  /// A sequencer over a desk's store.
  public init(
    desk: CommandDesk, duty: Duty, time: any TimeSource, signer: NoteSigner,
    measures: [any Measure], national: SM2NoteSigner? = nil
  ) {
    self.desk = desk
    self.duty = duty
    self.time = time
    self.signer = signer
    audience = LogAudience(measures, national: national)
  }

  /// Acts taken at a time, rounded up to the next whole transaction.
  public static let batchLimit = 4000
  /// Transactions looked at for them: at first, and at most.
  private static let listLimits = 16...400
  /// Transactions looked at next: some more than filled the last batch, since none is read for nothing
  /// when they are large.
  private var listLimit = listLimits.lowerBound

  /// Sees that the log holds together and lets the measures take in what it holds.
  ///
  /// - Throws: ``Problem`` 422 if its tiles do not lead to the roots that were signed.
  public func load() async throws {
    let key = signer.verifier
    try await desk.store.read { view in
      guard let state = try view.first(LogBook.state) else { return }
      _ = try Sequencer.tree(of: state, view, key)
      guard let shown = try view.first(LogBook.lastPublished) else { return }
      let root = try ProofMaker(size: shown.size, tiles: logTiles(view)).root()
      let fault = LogChecks.fault(of: shown, signedBy: key, root: root)
      guard fault == nil, shown.size <= state.size else { throw Sequencer.broken(shown, fault) }
    }
    try await follow()
  }

  /// The tree of a state, which must lead to the root that was signed.
  private static func tree(
    of state: LogBook.State, _ view: any View, _ key: NoteVerifier
  ) throws -> TiledTree {
    let tree = try TiledTree(size: state.size, tiles: logTiles(view))
    if let fault = LogChecks.fault(of: state, signedBy: key, root: tree.root) {
      throw broken(state, fault)
    }
    return tree
  }

  private static func broken(_ state: LogBook.State, _ fault: Phrase?) -> Problem {
    Problem(
      "log-broken", status: 422, title: Phrase("存证日志不完整", en: "The evidence log is broken"),
      detail: Phrase(
        "\(state.size) 条的日志自相矛盾（\(fault?.zh ?? "条数不符")）：不再写入。请运行 tequ verify 查找改动之处，或从备份恢复。",
        en:
          "The log of \(state.size) entries contradicts itself (\(fault?.en ?? "sizes differ")); nothing is added to it. Run tequ verify to find what was changed, or restore a backup."
      ))
  }

  /// Tells the measures what came into the log since the last time, whoever put it there.
  public func follow() async throws {
    await telling?.value
    let size = try await desk.store.first(LogBook.state)?.size ?? 0
    while true {
      let from = await audience.told
      guard from < size else { return }
      let to = min(size, from + 10_000)
      let rows = try await desk.store.report { try $0.all(LogBook.entries(from: from, to: to)) }
      guard Int64(rows.count) == to - from else {
        throw StorageError(
          "the log has \(rows.count) entries from \(from) to \(to): run tequ verify")
      }
      await audience.tell(try await entries(rows.map(\.row)), from: from)
    }
  }

  /// Tells the measures of the batch that begins at `first`, beside what follows; of one batch at a time,
  /// so that no more than two are in memory.
  private func tell(_ entries: [LogEntry], from first: Int64) async throws {
    await telling?.value
    guard await audience.told >= first else { return try await follow() }
    telling = Task { [audience] in await audience.tell(entries, from: first) }
  }

  private func entries(_ rows: [JournalRow]) async throws -> [LogEntry] {
    if rows.contains(where: { stamps[$0.stamp] == nil }) {
      for stamp in try await desk.store.all(StampBook.list) { stamps[stamp.number] = stamp }
    }
    return try rows.map { try LogEntry($0, stamps) }
  }

  /// Takes what waits, at most ``batchLimit`` acts, and tells the measures of it; the answer is how many.
  /// While another node has this duty it takes nothing, and tells the measures what the other took.
  public func runOnce() async throws -> Int {
    let count = try await take()
    await telling?.value
    return count
  }

  /// Takes what waits; the measures may still be being told of it.
  private func take() async throws -> Int {
    let ready = self.ready
    self.ready = nil
    guard let hold = try await duty.held() else {
      grown = nil
      try await follow()
      return 0
    }
    var tree = try await tree(hold)
    let batch = if let ready { ready } else { try await prepare(besides: []) }
    let entries = batch.entries
    if entries.isEmpty { return 0 }
    let first = tree.size
    let tiles = tree.append(hashes: batch.leaves).map {
      (level: $0.tile.level, index: $0.tile.index, hashes: $0.hashes)
    }
    let point = Checkpoint(origin: signer.name, size: tree.size, root: tree.root)
    let state = LogBook.State(
      size: tree.size, checkpoint: try await checkpoint(point, adding: entries), signedAt: time.now)
    // Where more waits, it is read and hashed while this batch is written.
    async let next =
      entries.count < Sequencer.batchLimit ? nil : try? prepare(besides: batch.waiting)
    do {
      try await desk.maintain(
        .integrate(batch.waiting, at: first, tiles: tiles, state, under: hold))
    } catch {
      // Another node may have begun a term, or the commit's answer was lost: the tree is read anew.
      grown = nil
      if let problem = error as? Problem, problem == .stale { await duty.drop(hold) }
      throw error
    }
    grown = (tree, hold)
    self.ready = await next
    try await tell(entries, from: first)
    return entries.count
  }

  /// Acts that are taken together, read and hashed.
  private struct Batch: Sendable {
    let waiting: [JournalBook.Waiting]
    let entries: [LogEntry]
    /// The leaves of the entries, 32 bytes each.
    let leaves: [UInt8]
  }

  /// What is taken next, besides what is being taken.
  private func prepare(besides taken: [JournalBook.Waiting]) async throws -> Batch {
    let waiting = try await waiting(besides: Set(taken.map(\.place)))
    let entries = try await entries(try await rows(waiting.flatMap(\.entries)))
    return Batch(waiting: waiting, entries: entries, leaves: LogEntry.leafHashes(entries))
  }

  /// The signed checkpoint, with the second root and signature where the city has them.
  private func checkpoint(_ point: Checkpoint, adding entries: [LogEntry]) async throws -> String {
    guard audience.isNational else { return try signer.sign(point.text).description }
    // The second tree has taken in what the measures were told of.
    try await follow()
    guard await audience.told == point.size - Int64(entries.count),
      let head = try await audience.head(point, adding: entries)
    else {
      // Another node took acts meanwhile: the first tree is read anew.
      grown = nil
      throw Problem.unavailable()
    }
    return try signer.sign(head.text).adding([head.signature]).description
  }

  /// What is taken next: whole transactions, as they were committed. Those in places being taken are passed
  /// over one by one: a smaller place may be seen later than a greater one.
  private func waiting(besides places: Set<Int64>) async throws -> [JournalBook.Waiting] {
    let lists = try await desk.store.all(JournalBook.waiting(limit: listLimit + places.count))
      .filter { !places.contains($0.place) }
    var count = 0
    let taken = Array(
      lists.prefix { list in
        defer { count += list.entries.count }
        return count < Sequencer.batchLimit
      })
    let (least, most) = (Sequencer.listLimits.lowerBound, Sequencer.listLimits.upperBound)
    // A batch that the limit cut short doubles it.
    let wanted = count < Sequencer.batchLimit ? 2 * listLimit : taken.count + taken.count / 4
    listLimit = min(max(wanted, least), most)
    return taken
  }

  /// Acts by their keys. Those of this process are still in memory; if one is of another, all are read.
  private func rows(_ keys: [JournalKey]) async throws -> [JournalRow] {
    if let rows = desk.recent.take(keys) { return rows }
    let found = try await desk.store.report { view in
      try JournalBook.entries(keys).flatMap { try view.all($0) }
    }
    let rows = Dictionary(found.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    return try keys.map { key in
      guard let row = rows[key] else {
        throw StorageError("the act \(key.raw) waits for the log and is not there: run tequ verify")
      }
      return row
    }
  }

  /// The tree as the log stands: kept during a term, read anew in the next one.
  private func tree(_ hold: LeaseBook.Hold) async throws -> TiledTree {
    if let grown, grown.hold == hold { return grown.tree }
    try await follow()
    let key = signer.verifier
    let tree = try await desk.store.report { view in
      try view.first(LogBook.state).map { try Sequencer.tree(of: $0, view, key) } ?? TiledTree()
    }
    grown = (tree, hold)
    return tree
  }

  /// Takes all that waits.
  public func drain() async throws {
    while try await take() > 0 {}
    await telling?.value
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
        let last = try view.first(LogBook.state), index < last.size
      else { return nil }
      // What witnesses saw says more, if the act was in it already.
      let shown = try view.first(LogBook.lastPublished)
      let state = shown.flatMap { index < $0.size ? $0 : nil } ?? last
      let stamps = Dictionary(
        try view.all(StampBook.list).map { ($0.number, $0) },
        uniquingKeysWith: { first, _ in first })
      let proof = try ProofMaker(size: state.size, tiles: logTiles(view)).inclusion(of: index)
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
