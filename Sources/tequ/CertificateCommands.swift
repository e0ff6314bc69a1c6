import App
import ArgumentParser
import Commons
import Credentials
import EvidenceLog
import Foundation

/// Works with certificates.
struct CertificateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate", abstract: "Work with certificates.",
    subcommands: [VerifyCertificate.self])
}

/// Checks a certificate with nothing but files.
struct VerifyCertificate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a certificate, a QR code's content or an SD-JWT.",
    discussion: """
      Needs no network. Exit status: 0 it holds, 2 it does not, 1 it cannot be read. A city hands out \
      whom to trust at /certificates/trust.json, and status lists at the addresses in a certificate.
      """)

  @Argument(help: "The certificate (JSON), the text of its QR code, or an SD-JWT.") var file: String
  @Option(help: "Whom to trust: issuers and logs, as a city's /certificates/trust.json has it.")
  var trust: String
  @Option(help: "A signed status list; may be given several times.") var status: [String] = []
  @Option(help: "The moment for which validity counts (RFC 3339); now without it.") var at: String?
  @Flag(help: "Write the checks as JSON.") var json = false

  func run() async throws {
    try await telling {
      let (issuers, logs) = try VerifyCertificate.trusted(trust)
      let lists = try status.map { try VerifyCertificate.json(try InputFile.bytes($0)) }
      let now = try moment()
      let bytes = try InputFile.bytes(file)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Problem.malformed(Phrase("文件不是UTF-8文本。", en: "The file is not UTF-8."))
      }
      let checks: [Receipt.Check]
      if !text.hasPrefix(CertificateFile.mark), text.contains("~") && !text.hasPrefix("{") {
        checks = VerifyCertificate.disclosure(text, issuers)
      } else {
        checks = try CertificateFile(text: text).verify(issuers, logs: logs, lists: lists, at: now)
      }
      try tell(checks)
    }
  }

  private func tell(_ checks: [Receipt.Check]) throws {
    let holds = checks.allSatisfy(\.holds)
    if json {
      let rows = checks.map { check -> JSONValue in
        ["id": .string(check.id), "holds": .bool(check.holds), "detail": .string(check.detail)]
      }
      Say.line(JSONValue.object(["holds": .bool(holds), "checks": .array(rows)]).canonical)
    } else {
      for check in checks {
        Say.line("\(check.holds ? "ok  " : "FAIL") \(check.name[Say.language]): \(check.detail)")
      }
      Say.line(holds ? "The certificate holds." : "The certificate does not hold.")
    }
    if !holds { throw ExitCode(2) }
  }

  private func moment() throws -> Instant {
    guard let at else { return SystemTime().now }
    guard let moment = Instant(rfc3339: at) else {
      throw Problem.malformed(
        Phrase(
          "--at 应为 2026-03-02T10:00:00Z 的形式。", en: "--at is a time such as 2026-03-02T10:00:00Z."))
    }
    return moment
  }

  private static func json(_ bytes: [UInt8]) throws -> JSONValue {
    do { return try JSONValue(parsing: bytes) } catch { throw error.problem }
  }

  private static func trusted(_ path: String) throws -> (TrustedIssuers, [NoteVerifier]) {
    let json = try json(try InputFile.bytes(path))
    var issuers = TrustedIssuers()
    for document in json["issuers"]?.array ?? [] { try issuers.add(document: document) }
    let logs = try (json["logs"]?.array ?? []).map { value -> NoteVerifier in
      guard let key = value.string.flatMap({ NoteVerifier(text: $0) }) else {
        throw Problem.malformed(
          Phrase("\(path) 中的日志公钥有误。", en: "A key of a log in \(path) is wrong."))
      }
      return key
    }
    guard !logs.isEmpty else {
      throw Problem.malformed(
        Phrase("\(path) 应有 issuers 和 logs。", en: "\(path) needs “issuers” and “logs”."))
    }
    return (issuers, logs)
  }

  /// An SD-JWT as one check, with the claims that it shows.
  private static func disclosure(_ text: String, _ issuers: TrustedIssuers) -> [Receipt.Check] {
    let name = Phrase("SD-JWT", en: "SD-JWT")
    do throws(Problem) {
      let trimmed = String(text.filter { !$0.isNewline })
      let claims = try SelectiveDisclosure(text: trimmed).verify { kid, issuer in
        guard let found = kid.flatMap(issuers.key(of:)), found.issuer == issuer else { return nil }
        return .edwards(found.key)
      }
      return [Receipt.Check(id: "sd-jwt", name: name, holds: true, detail: claims.canonical)]
    } catch {
      return [
        Receipt.Check(
          id: error.slug, name: name, holds: false, detail: error.detail[Say.language])
      ]
    }
  }
}

/// Files that commands read.
enum InputFile {
  static func bytes(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: FolderOptions.absolute(path)) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    return Array(data)
  }
}
