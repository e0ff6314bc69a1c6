import App
import ArgumentParser
import Commons
import Foundation
import Interchange
import TimeStamping

/// Works with time-stamps of authorities (RFC 3161).
struct TimestampCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timestamp", abstract: "Ask for and check time-stamps (RFC 3161).",
    subcommands: [RequestTimestamp.self, VerifyTimestamp.self])
}

/// What is stamped.
struct StampedData: ParsableArguments {
  @Option(help: "The file that is stamped; only its hash leaves this machine.") var data: String
  @Option(
    help: "The hash: \(ImprintDigest.allCases.map(\.rawValue).joined(separator: ", ")).",
    transform: { text in
      guard let digest = ImprintDigest(rawValue: text) else {
        throw ValidationError("--digest is one of \(ImprintDigest.allCases.map(\.rawValue))")
      }
      return digest
    })
  var digest = ImprintDigest.sha256
  @Option(help: "The policy that is asked for, dotted numbers.") var policy: String?

  func imprint() throws -> [UInt8] { digest.hash(try InputFile.bytes(data)) }
}

/// Makes a request, and sends it where an authority is named.
struct RequestTimestamp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request", abstract: "Make a request; with --url send it and keep the answer.",
    discussion: "Keep the request: `tequ timestamp verify --request` compares its nonce.")

  @OptionGroup var stamped: StampedData
  @Option(help: "Where the request is written (.tsq).") var out: String
  @Option(help: "The authority's address.") var url: String?
  @Option(help: "Where its answer is written (.tsr).") var reply: String?

  func run() async throws {
    try await telling {
      let request = try TimeStampRequest(
        stamped.digest, imprint: try stamped.imprint(), policy: stamped.policy,
        nonce: KernelRandom().bytes(16))
      try OutputFile.write(request.der, to: out)
      guard let url else { return }
      guard let reply else {
        throw Problem.malformed(
          Phrase("请以 --reply 给出答复文件。", en: "Give --reply, where the answer is written."))
      }
      let (answer, stamp) = try await TimeStampService(url).ask(request)
      try OutputFile.write(answer, to: reply)
      Say.line(
        "\(stamp.info.time.rfc3339(in: .utc)) by policy \(stamp.info.policy), not verified yet")
    }
  }
}

/// Checks an answer.
struct VerifyTimestamp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a time-stamp over a file.",
    discussion: """
      Imprint, nonce, policy, signed attributes, signature, and the authority's certificate up to a root as \
      of the time that is stamped. Lists of revoked certificates are not asked. Exit status: 0 it holds, \
      2 it does not, 1 it cannot be read.
      """)

  @Argument(help: "The answer (.tsr) or the token alone.") var file: String
  @OptionGroup var stamped: StampedData
  @Option(help: "Trusted roots, PEM.") var roots: String
  @Option(help: "Certificates between, PEM.") var intermediates: String?
  @Option(help: "The request (.tsq), of which the answer must repeat the nonce.") var request:
    String?

  func run() async throws {
    try await telling(refusal: 2) {
      func certificates(_ path: String) throws -> [[UInt8]] {
        try TimeStampCheck.certificates(
          pem: String(decoding: try InputFile.bytes(path), as: UTF8.self))
      }
      let asked = try request.map { try TimeStampRequest(der: try InputFile.bytes($0)) }
      let check = TimeStampCheck(
        roots: try certificates(roots), intermediates: try intermediates.map(certificates) ?? [],
        policy: stamped.policy, nonce: asked?.nonce)
      let info = try check.verify(
        try SignedTimeStamp(der: try InputFile.bytes(file)), digest: stamped.digest,
        imprint: try stamped.imprint())
      let accuracy = info.accuracyMicroseconds.map { " ± \(Double($0) / 1_000_000) s" } ?? ""
      Say.line(
        "The time-stamp holds: \(info.time.rfc3339(in: .utc))\(accuracy), policy \(info.policy), "
          + "number \(info.serial)")
    }
  }
}

/// Files that commands write.
enum OutputFile {
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(
        to: URL(fileURLWithPath: FolderOptions.absolute(path)), options: .atomic)
    } catch {
      throw Problem.refused(
        "cannot-write",
        Phrase(
          "无法写入 \(path)：\(error.localizedDescription)",
          en: "\(path) cannot be written: \(error.localizedDescription)"))
    }
  }
}
