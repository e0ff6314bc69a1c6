import App
import ArgumentParser
import Commons
import EvidenceLog

/// The evidence log: in memory on one core, beside the same work with the library's hash; then as a
/// folder of files in which an altered entry is looked for; then in a city's store.
struct BenchLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "Integration, proofs, an altered entry, acts taken in durably.",
    discussion: """
      A check of a proof climbs from a leaf to the root: 20 nodes at a million entries. The signature of \
      the checkpoint is not part of it, since one checkpoint serves many proofs.
      """)

  @OptionGroup var options: BenchOptions
  @Option(help: "Entries to integrate, 100 bytes each.") var entries = 1_000_000
  @Option(help: "Acts to take into the log of a city, durably; 0 for none.") var acts = 200_000
  @Option(help: "Bits to flip in a log of 10,000 entries; each must be noticed.") var flips = 0

  private static let batch = 4096

  func run() async throws {
    guard entries > 0, acts >= 0, flips >= 0 else { throw ValidationError("Counts are positive.") }
    let report = options.report
    let library = BenchLog.grow(entries / 10 + 1, TreeHasher(.library) ?? .best).cost
    let own = BenchLog.grow(entries, .best)
    let plain = Double(entries / 10 + 1) / library.cpu
    report.work(
      "integration, \(TreeHasher.best.path.rawValue) path", entries, "entries", own.cost,
      ratios: [("swift-crypto per cpu second", Double(entries) / own.cost.cpu / plain)])
    try BenchLog.proofs(own.tree, own.tiles, report)
    try await Bench.inScratch(options) { folder in
      try BenchLog.locate(entries, folder.path + "/log", report)
      if acts > 0 { try await BenchLog.durable(acts, options, folder) }
    }
    if flips > 0 { try BenchLog.flip(flips, report) }
  }

  /// Where the entries of a batch end.
  private static let ends = (1...batch).map { Int64(100 * $0) }

  /// Entries of 100 bytes, each another, side by side; the answer is where each ends.
  static func fill(_ bytes: inout [UInt8], from first: Int, count: Int) -> [Int64] {
    // The peers' entries are made within their time too, and cost little of it.
    bytes.withUnsafeMutableBytes { bytes in
      for index in 0..<count {
        bytes.storeBytes(
          of: Int64(first + index).bigEndian, toByteOffset: 100 * index, as: Int64.self)
      }
    }
    return count == batch ? ends : Array(ends.prefix(count))
  }

  /// Entries integrated a batch at a time.
  private static func grow(
    _ count: Int, _ hasher: TreeHasher
  ) -> (tree: TiledTree, tiles: [Tile: [UInt8]], cost: Cost) {
    var tree = TiledTree(hasher: hasher)
    var tiles: [Tile: [UInt8]] = [:]
    var bytes = [UInt8](repeating: 0x61, count: 100 * batch)
    let start = Usage.now
    for first in stride(from: 0, to: count, by: batch) {
      let size = min(batch, count - first)
      let ends = fill(&bytes, from: first, count: size)
      for (tile, hashes) in tree.append(hashes: hasher.leaves(bytes, ends: ends)) {
        tiles[tile] = hashes
      }
    }
    return (tree, tiles, start.since())
  }

  private static func proofs(
    _ tree: TiledTree, _ tiles: [Tile: [UInt8]], _ report: BenchReport
  ) throws {
    let maker = ProofMaker(size: tree.size) { tiles[$0] }
    let root = tree.root
    var random = SeededRandom(seed: 7)
    let making = Usage.now
    let samples = try (0..<5000).map { _ in
      let index = Int64(random.below(Int(tree.size)))
      let tile = tiles[Tile(level: 0, index: index / Tile.width)] ?? []
      let offset = Int(index % Tile.width) * MerkleTree.hashBytes
      return MerkleTree.InclusionClaim(
        leaf: Array(tile[offset..<(offset + MerkleTree.hashBytes)]), index: index,
        proof: try maker.inclusion(of: index))
    }
    report.work("inclusion proofs made", samples.count, "proofs", making.since())
    func check(_ what: String, _ held: () -> Int) throws {
      let checking = Usage.now
      let count = (0..<40).reduce(0) { sum, _ in sum + held() }
      let cost = checking.since()
      guard count == 40 * samples.count else {
        throw Problem.refused(
          "bench-proofs", Phrase("有证明不成立。", en: "Some proofs did not hold."))
      }
      report.work(what, count, "proofs", cost)
    }
    try check("inclusion proofs checked") {
      MerkleTree.includes(samples, size: tree.size, root: root).count { $0 }
    }
    try check("inclusion proofs checked one by one") {
      samples.count {
        MerkleTree.includes(
          leaf: $0.leaf, at: $0.index, size: tree.size, root: root, proof: $0.proof)
      }
    }
  }

  /// Flips one bit at a time of the files of a log of 10,000 entries.
  private static func flip(_ count: Int, _ report: BenchReport) throws {
    let size: Int64 = 10_000
    let entries = (0..<Int(size)).map { Array("entry \($0) of a log that is tried".utf8) }
    var tree = TiledTree()
    var files: [String: [UInt8]] = [:]
    for (tile, hashes) in tree.append(hashes: TreeHasher.best.leaves(entries)) {
      files[tile.path(count: hashes.count / MerkleTree.hashBytes)] = hashes
    }
    for first in stride(from: 0, to: entries.count, by: Int(Tile.width)) {
      let part = Array(entries[first..<min(entries.count, first + Int(Tile.width))])
      files[EntryBundle.path(Int64(first) / Tile.width, count: part.count)] =
        try EntryBundle.write(part, from: Int64(first))
    }
    let point = Checkpoint(origin: "log.example/bench", size: size, root: tree.root)
    let whole = LogFiles(size: size) { files[$0] }
    try whole.verify(against: point)
    let signer = try NoteSigner(
      name: point.origin, seed: [UInt8](repeating: 7, count: MerkleTree.hashBytes))
    let note = try signer.sign(point.text)
    let checkpoint = Array(note.description.utf8)
    let policy = WitnessPolicy(log: signer.verifier)
    // The checkpoint is a file among the others.
    let parts =
      [(nil, "checkpoint")]
      + whole.shape.parts.map { (Optional($0), whole.shape.path(of: $0)) }
    files["checkpoint"] = checkpoint
    var random = SeededRandom(seed: 9)
    var missed = 0
    let start = Usage.now
    for _ in 0..<count {
      let (part, path) = parts[random.below(parts.count)]
      let bit = random.below(8 * (files[path]?.count ?? 0))
      files[path]?[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        if let part {
          try whole.check(part)
          missed += 1
        } else if let read = String(validating: files[path] ?? [], as: UTF8.self)
          .flatMap({ SignedNote($0) })
        {
          _ = try policy.verify(read, now: SystemTime().now)
          missed += 1
        }
      } catch is Problem {}
      files[path]?[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    report.work("bits flipped, \(missed) missed", count, "flips", start.since())
    guard missed == 0 else {
      throw Problem.refused(
        "bench-flips", Phrase("有改动未被发现。", en: "Some changes were not noticed."))
    }
  }
}
