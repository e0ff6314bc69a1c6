import App
import ArgumentParser
import Commons
import Foundation
import ProcurementOversight
import SealedFiles
import Verification

/// Watches over the procurement of state firms.
struct OversightCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oversight", abstract: "Watch over the procurement of state firms.",
    subcommands: [AuditAlerts.self])
}

/// Finds alerts that were changed behind the program's back.
struct AuditAlerts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract:
      "Find every stored alert that was changed, removed or added behind the program's back.",
    discussion: """
      Compares the tables of alerts with the journal and the evidence log, and names each row that does not follow. \
      Reads only; the city may run meanwhile. Exit status: 0 all is as it was written, 3 something is not.
      """)

  @OptionGroup var data: FolderOptions
  @Flag(help: "Print one JSON object.") var json = false

  func run() async throws {
    try await telling {
      let city = try await RunningCity(data.folder, .reading(damaged: true))
      let report = try await OversightAudit.run(city)
      city.close()
      if json {
        Say.line(report.json.canonical)
      } else {
        Say.findings(report.findings)
        Say.line(
          Phrase(
            "预警\(report.alerts)条，记录\(report.acts)条，问题\(report.findings.count)处",
            en: "\(report.alerts) alerts, \(report.acts) acts, \(report.findings.count) findings")[
              Say.language])
      }
      if !report.findings.isEmpty { throw ExitCode(3) }
    }
  }
}

/// Seals and opens bids on the bidder's and the keepers' own machines.
struct BidCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bid", abstract: "Seal a bid on your own machine, and open bids with two keys.",
    subcommands: [MakeBidKey.self, SealBid.self, UnsealBids.self])
}

/// Makes an opening key.
struct MakeBidKey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Make an opening key; only its public half leaves your machine.")

  @Argument(help: "The file for the secret half; it must not exist.") var file: String

  func run() async throws {
    try await telling {
      let identity = SealedFile.Identity(random: KernelRandom())
      guard !FileManager.default.fileExists(atPath: file),
        FileManager.default.createFile(
          atPath: file, contents: Data((identity.text + "\n").utf8),
          attributes: [.posixPermissions: 0o600])
      else {
        throw Problem.refused(
          "file-exists", Phrase("文件 \(file) 已存在或者无法写入。", en: "\(file) exists or cannot be written.")
        )
      }
      Say.line(identity.recipient.text)
    }
  }
}

/// Seals a bid.
struct SealBid: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal",
    abstract: "Seal a bid for two keepers; prints what is to be handed in, as JSON.",
    discussion: """
      The bid is a JSON object with tenderer {id, name}, amount (fen) and, if you like, deposit, fingerprint, agent, \
      projectTeam and documents as in OCDS. Project, format and a random salt are added. The same two keys as in the \
      notice, in its order; age opens it too.
      """)

  @Argument(help: "The bid, a JSON file.") var file: String
  @Option(help: "Number of the purchase.") var project: String
  @Option(
    name: .customLong("key"), help: "The two opening keys, age1…, in the order of the notice.")
  var keys: [String] = []
  @Option(help: "Where the bid's text is kept, so that you can show it later.") var keep: String?

  func run() async throws {
    try await telling {
      guard keys.count == 2 else { throw ValidationError("Give --key twice.") }
      guard let data = FileManager.default.contents(atPath: file),
        var bid = try JSONValue(parsing: [UInt8](data)).object
      else {
        throw Problem.malformed(Phrase("\(file) 不是 JSON 对象。", en: "\(file) is no JSON object."))
      }
      guard bid["tenderer"]?["id"]?.string?.isEmpty == false, (bid["amount"]?.integer ?? 0) > 0
      else {
        throw Problem.malformed(
          Phrase("缺少 tenderer.id 或者 amount（分）。", en: "tenderer.id or amount (fen) is missing."))
      }
      bid["format"] = "tequ-bid-1"
      bid["project"] = .string(project)
      bid["salt"] = .string(Hex.encode(KernelRandom().bytes(16)))
      let text = JSONValue.object(bid).canonical
      let sealed = try BidEnvelope.seal(text, keys: (keys[0], keys[1]), random: KernelRandom())
      if let keep { try Data(text.utf8).write(to: URL(fileURLWithPath: keep)) }
      let answer: JSONValue = [
        "project": .string(project), "content-digest": .string(sealed.content),
        "inner-digest": .string(sealed.inner), "envelope": .string(sealed.envelope),
      ]
      Say.line(answer.canonical)
    }
  }
}

/// Takes one seal off all bids of a purchase.
struct UnsealBids: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unseal",
    abstract: "Take one seal off bids: {number: base64} in, the same out; --last gives texts.")

  @Argument(help: "The bids, a JSON file {number: base64}.") var file: String
  @Option(help: "The file with your secret half.") var key: String
  @Flag(help: "This is the second seal: print texts.") var last = false

  func run() async throws {
    try await telling {
      guard let data = FileManager.default.contents(atPath: file),
        let bids = try JSONValue(parsing: [UInt8](data)).object,
        let secret = FileManager.default.contents(atPath: key),
        let identity = SealedFile.Identity(text: String(decoding: secret, as: UTF8.self))
      else {
        throw Problem.malformed(
          Phrase("投标或者密钥文件无法读取。", en: "The bids or the key cannot be read."))
      }
      var open: [String: JSONValue] = [:]
      for (number, value) in bids {
        guard let bytes = Base64.decode(value.string ?? "") else {
          throw Problem.malformed(Phrase("\(number) 不是 base64。", en: "\(number) is no base64."))
        }
        let under = try BidEnvelope.unseal(bytes, identity)
        open[number] = .string(
          last ? String(decoding: under, as: UTF8.self) : Base64.encode(under))
      }
      Say.line(JSONValue.object(open).canonical)
    }
  }
}
