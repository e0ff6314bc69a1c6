import ArgumentParser
import Commons
import EvidenceLog
import EvidencePackets
import Foundation

/// Works with evidence packets: no city is needed.
struct PacketCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "packet", abstract: "Pack, verify and report on evidence packets.",
    discussion: "Exit status: 0 all holds, 2 something does not hold, 1 something cannot be read.",
    subcommands: [PackPacket.self, VerifyPacket.self, ReportPacket.self, PacketSchema.self])

  static func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    return Array(data)
  }
}

/// Packs files.
struct PackPacket: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack", abstract: "Pack files with what is said of them.",
    discussion: """
      CONTENT is a JSON object as the schema's member “content” describes it, without nonce and items, \
      which follow from chance and the files.
      """)

  @Argument(help: "The JSON file with what is said.") var content: String
  @Argument(help: "The files.") var files: [String]
  @Option(help: "Where the packet goes.") var out: String

  func run() async throws {
    try await telling {
      var said: [String: JSONValue]
      do {
        said = try JSONValue(parsing: PacketCommand.read(content)).object ?? [:]
      } catch let error as JSONError { throw error.problem }
      var random = SystemRandomNumberGenerator()
      said["nonce"] = .string(
        Hex.encode((0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }))
      let packed = try files.map { path in
        PacketFile(
          name: URL(fileURLWithPath: path).lastPathComponent,
          mediaType: PackPacket.types[URL(fileURLWithPath: path).pathExtension]
            ?? "application/octet-stream",
          bytes: try PacketCommand.read(path))
      }
      let packet = try EvidencePacket(packing: packed, said)
      try Data(packet.bytes).write(to: URL(fileURLWithPath: out), options: .atomic)
      Say.line("\(packet.contentDigest.hex)  \(out)")
    }
  }

  private static let types = [
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp",
    "pdf": "application/pdf", "txt": "text/plain", "html": "text/html", "mp4": "video/mp4",
    "json": "application/json",
  ]
}

/// Checks a packet with nothing but itself and a key.
struct VerifyPacket: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a packet with nothing but itself and the log's key.")

  @Argument(help: "The packet.") var packet: String
  @Option(name: .customLong("vkey"), help: "The log's key, as its /key says.") var key: String

  func run() async throws {
    try await telling {
      let packet = try EvidencePacket(PacketCommand.read(packet))
      let checks = packet.verify(trusting: [try ReportPacket.verifier(key)])
      for check in checks {
        Say.line("\(check.holds ? "ok  " : "FAIL") \(check.name[Say.language])  \(check.detail)")
      }
      if !checks.allSatisfy(\.holds) { throw ExitCode(2) }
    }
  }
}

/// What a packet shows on each factor that a court weighs.
struct ReportPacket: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "What a packet shows on each factor that a court weighs.")

  @Argument(help: "The packet.") var packet: String
  @Option(name: .customLong("vkey"), help: "The log's key, as its /key says.") var key: String
  @Flag(help: "Write a JSON array.") var json = false

  func run() async throws {
    try await telling {
      let packet = try EvidencePacket(PacketCommand.read(packet))
      let checks = packet.verify(trusting: [try ReportPacket.verifier(key)])
      let report = FactorReport(packet, checks)
      guard !json else { return Say.line(report.json.canonical) }
      for factor in report.factors {
        Say.line(
          "\(factor.question[Say.language])  \(factor.standing.name[Say.language])  "
            + "§ \(factor.basis.phrase[Say.language])")
        for finding in factor.findings { Say.line("  \(finding[Say.language])") }
      }
    }
  }

  static func verifier(_ key: String) throws(Problem) -> NoteVerifier {
    guard let verifier = NoteVerifier(text: key), verifier.kind == .log else {
      throw .malformed(Phrase("--vkey 不是日志公钥。", en: "--vkey is no key of a log."))
    }
    return verifier
  }
}

/// The format as JSON Schema.
struct PacketSchema: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "The format of packets as JSON Schema.")

  func run() async throws { Say.line(PacketFormat.schema.canonical) }
}
