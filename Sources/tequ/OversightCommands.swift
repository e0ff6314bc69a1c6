import App
import ArgumentParser
import Cities
import Commons
import EvidenceLog
import Foundation
import LegalTime
import MeasureKit
import ProcurementOversight
import Rulebook
import SealedFiles
import Verification

/// Watches over the procurement of state firms.
struct OversightCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oversight", abstract: "Watch over the procurement of state firms.",
    subcommands: [AuditAlerts.self, RecountAlerts.self])
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

/// Counts alerts again from entries of the log alone.
struct RecountAlerts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recount",
    abstract: "Count alerts again from the entries of a log, and find those that were passed over.",
    discussion: """
      The file holds all entries of a city's log, a line each, as /log/entries.jsonl gives them; - is standard input. \
      Nothing of the city is asked for. Every release of OCDS in it is folded and every flag computed again: an alert \
      that is called for and missing was passed over, one that nothing called for was raised without reason. That the \
      entries are those that the city signed says tequ log verify. Exit status: 0 all is as it must be, 3 it is not.
      """)

  @Argument(help: "Entries, a line each, or - for standard input.") var file: String
  @Option(help: "A city's folder, for its rules alone; without it those of the demonstration city.")
  var data: String?
  @Option(help: "Hours within which an alert may still be raised.") var grace: Int64 = 24
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    guard (0...8760).contains(grace) else {
      throw ValidationError("--grace must be 0 to 8760.")
    }
  }

  func run() async throws {
    try await telling {
      let profile = try data.map { try RunningCity.profile(DataFolder($0)) }
      var recount = try AlertRecount(
        try ProcurementRules(
          profile ?? BundledCities.shifan(), law: AllLaw.base(), calendar: .stateCouncil))
      var number = 0
      try FlagFile.forEachValue(of: file) { line in
        number += 1
        let entry = try LogEntry(
          canonicalBytes: Array(UnsafeBufferPointer(start: line.bytes, count: line.count)))
        recount.take(
          PublicAct(
            kind: entry.kind, matter: entry.matter, recordedAt: entry.recordedAt,
            effectiveAt: entry.effectiveAt, fields: entry.publicFields))
      }
      try tell(recount, number)
    }
  }

  private func tell(_ recount: AlertRecount, _ entries: Int) throws {
    let missing = recount.missing(graceSeconds: grace * 3600)
    if json {
      func counts(_ all: [String: Int]) -> JSONValue {
        .object(all.mapValues { .integer(Int64($0)) })
      }
      let answer: JSONValue = [
        "clean": .bool(missing.isEmpty && recount.uncalled.isEmpty),
        "entries": .integer(Int64(entries)), "acts": .integer(Int64(recount.acts)),
        "purchases": .integer(Int64(recount.purchases)), "alerts": .integer(Int64(recount.raised)),
        "grades": counts(recount.grades), "codes": counts(recount.codes),
        "passed_over": .array(
          missing.map {
            ["alert": .string($0.id), "since": .string($0.since.rfc3339(in: .utc))]
          }), "without_reason": .array(recount.uncalled.map { .string($0) }),
      ]
      Say.line(answer.canonical)
    } else {
      for one in missing {
        Say.line(
          Phrase(
            "应发未发：\(one.id)（\(one.since.rfc3339(in: .beijing)) 起）",
            en: "passed over: \(one.id) (since \(one.since.rfc3339(in: .utc)))")[Say.language])
      }
      for id in recount.uncalled {
        Say.line(Phrase("无由发出：\(id)", en: "raised without reason: \(id)")[Say.language])
      }
      Say.line(
        Phrase(
          "日志\(entries)条，采购\(recount.purchases)宗，预警\(recount.raised)条，应发未发\(missing.count)条，无由发出\(recount.uncalled.count)条",
          en:
            "\(entries) entries, \(recount.purchases) purchases, \(recount.raised) alerts, \(missing.count) passed over, \(recount.uncalled.count) without reason"
        )[Say.language])
    }
    if !missing.isEmpty || !recount.uncalled.isEmpty { throw ExitCode(3) }
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
    abstract: "Take one seal off bids: {number: base64} in, the same out; --last gives texts.",
    discussion: "A bid that the key does not open is said as null; the exit status is 3 then.")

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
      var isWhole = true
      for (number, value) in bids {
        if value == .null {
          open[number] = .null
          continue
        }
        guard let bytes = Base64.decode(value.string ?? "") else {
          throw Problem.malformed(Phrase("\(number) 不是 base64。", en: "\(number) is no base64."))
        }
        guard let under = try? BidEnvelope.unseal(bytes, identity) else {
          Say.error(
            Phrase(
              "\(number) 用此密钥无法开启，记为 null。",
              en: "\(number): this key does not open it; said as null.")[
                Say.language])
          open[number] = .null
          isWhole = false
          continue
        }
        open[number] = .string(
          last ? String(decoding: under, as: UTF8.self) : Base64.encode(under))
      }
      Say.line(JSONValue.object(open).canonical)
      if !isWhole { throw ExitCode(3) }
    }
  }
}
