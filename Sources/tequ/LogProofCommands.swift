import App
import ArgumentParser
import Commons
import EvidenceLog
import Foundation

/// Makes a proof.
struct ProveEntry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove", abstract: "Make the proof that an entry stands in a log.",
    discussion: """
      A .tlog-proof file (C2SP tlog-proof) with the checkpoint and the signatures of its witnesses; it \
      is checked without a network.
      """)

  @Argument(help: "The log: http(s)://… or a folder.") var source: String
  @Argument(help: "The entry's place, from 0.") var index: Int64
  @Option(help: "The file for the proof; without it, it is printed.") var out: String?
  @Option(name: .customLong("entry"), help: "A file for the entry's bytes.") var entryFile: String?
  @OptionGroup var trust: LogTrust

  func run() async throws {
    try await telling(refusal: 2) {
      let (proof, entry) = try await LogSource(source).prove(
        index, try trust.read(), now: SystemTime().now)
      if let entryFile { try ProveEntry.write(entry, entryFile) }
      guard let out else { return Say.line(String(proof.text.dropLast())) }
      try ProveEntry.write(Array(proof.text.utf8), out)
      Say.line("entry \(index): \(entry.count) bytes, proof in \(out)")
    }
  }

  private static func write(_ bytes: [UInt8], _ path: String) throws {
    do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw Problem.malformed(
        Phrase("无法写入 \(path)。", en: "\(path) cannot be written: \(error.localizedDescription)"))
    }
  }
}

/// Checks a proof.
struct CheckProof: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a .tlog-proof with nothing but files.",
    discussion: "The proof, the entry that it is about, and whom you trust; no network.")

  @Argument(help: "The proof.") var proof: String
  @Option(name: .customLong("entry"), help: "The file with the entry's bytes.") var entryFile:
    String
  @OptionGroup var trust: LogTrust

  func run() async throws {
    try await telling(refusal: 2) {
      let text = try CheckProof.read(proof)
      guard let text = String(validating: text, as: UTF8.self) else {
        throw Problem.malformed(Phrase("\(proof) 不是文本。", en: "\(proof) is no text."))
      }
      let read = try TlogProof(text: text)
      let point = try read.verify(
        leaf: MerkleTree.leafHash(try CheckProof.read(entryFile)), policy: try trust.read(),
        now: SystemTime().now)
      Say.line("entry \(read.index) of \(point.size) of \(point.origin) holds")
    }
  }

  private static func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    return Array(data)
  }
}
