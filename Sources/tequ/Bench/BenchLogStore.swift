import App
import ArgumentParser
import Books
import Commons
import Desk
import EvidenceLog
import Foundation
import Simulation
import Storage
import Verification

extension BenchLog {
  /// A log as a folder of files, one of whose last entries is altered: how long until it is named.
  static func locate(_ count: Int, _ folder: String, _ report: BenchReport) throws {
    let signer = try NoteSigner(
      name: "log.example/bench", seed: [UInt8](repeating: 7, count: MerkleTree.hashBytes))
    let log = LogFolder(folder)
    let width = Int(Tile.width)
    var tree = TiledTree()
    var entries = [UInt8](repeating: 0x61, count: 100 * width)
    var open: [Tile: [UInt8]] = [:]
    func put(_ bytes: [UInt8], _ name: String) throws {
      let url = URL(fileURLWithPath: folder + "/" + name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
    for first in stride(from: 0, to: count, by: width) {
      let size = min(width, count - first)
      let ends = fill(&entries, from: first, count: size)
      let bundle = (0..<size).map { Array(entries[(100 * $0)..<(100 * $0 + 100)]) }
      try put(
        try EntryBundle.write(bundle, from: Int64(first)),
        EntryBundle.path(Int64(first / width), count: size))
      for (tile, hashes) in tree.append(hashes: TreeHasher.best.leaves(entries, ends: ends)) {
        open[tile] = hashes.count < width * MerkleTree.hashBytes ? hashes : nil
        if open[tile] == nil { try put(hashes, tile.path(count: width)) }
      }
    }
    for (tile, hashes) in open {
      try put(hashes, tile.path(count: hashes.count / MerkleTree.hashBytes))
    }
    let point = Checkpoint(origin: signer.name, size: tree.size, root: tree.root)
    try put(Array(try signer.sign(point.text).description.utf8), "checkpoint")
    try find(count - 1, in: log, signer.verifier, report)
  }

  private static func find(
    _ index: Int, in log: LogFolder, _ key: NoteVerifier, _ report: BenchReport
  ) throws {
    let policy = WitnessPolicy(log: key)
    let whole = Usage.now
    let point = try log.verify(policy, now: SystemTime().now)
    report.work("whole log verified in its folder", Int(point.size), "entries", whole.since())
    let width = Int(Tile.width)
    let path =
      log.path + "/"
      + EntryBundle.path(
        Int64(index / width), count: min(width, Int(point.size) - index / width * width))
    var bytes = Array(FileManager.default.contents(atPath: path) ?? Data())
    bytes[bytes.count - 1] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let start = Usage.now
    do {
      _ = try log.verify(policy, now: SystemTime().now)
      throw ValidationError("The altered entry was not noticed.")
    } catch let problem as Problem where problem.detail.en.hasPrefix("Entry \(index) ") {
      report.work("altered entry \(index) named", Int(point.size), "entries", start.since())
    }
  }

  /// Acts of a city, durable in its journal, are taken into its log: every batch one commit with its tiles
  /// and a signed checkpoint.
  static func durable(
    _ count: Int, _ options: BenchOptions, _ folder: DataFolder
  ) async throws {
    let city = try await options.city(try options.folder(folder, "log-city"))
    let progress = ProgressLine("filling the journal", total: count)
    try await CityBench(city).fill(count) { progress.update($0) }
    progress.finish(count)
    let before = city.desk.store.commits
    let start = Usage.now
    try await city.sequencer.drain()
    let cost = start.since()
    let size = try await city.desk.store.first(LogBook.state)?.size ?? 0
    options.report.work("acts taken into the log, durable", Int(size), "entries", cost)
    options.report.figures(
      "  its commits",
      [("transactions", Double(city.desk.store.commits.since(before).transactions), "")])
    let again = Usage.now
    let (store, ring, key) = (city.desk.store, city.ring, city.signer.verifier)
    let findings = try await store.report { try LogChecks.all(signedBy: key).run($0, ring) }
    guard findings.isEmpty else { throw StorageError("the log does not hold: \(findings)") }
    options.report.work("log computed again from the journal", Int(size), "entries", again.since())
    city.close()
  }
}
