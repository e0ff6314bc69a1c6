import App
import ArgumentParser
import Commons
import DepositProofs
import EvidenceLog
import Foundation
import Interchange

/// Works with trade secrets on the owner's own machine (measure 4).
struct SecretCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secret",
    abstract:
      "Guard trade secrets on your own machine: deposit, prove, verify, take stock, assess.",
    discussion: """
      Nothing but one salted value leaves this machine, and that only where you give a city's address. \
      Exit status: 0 it is done or holds, 2 it does not hold, 1 something cannot be read or reached.
      """,
    subcommands: [
      DepositSecret.self, SubmitDeposit.self, ProveDeposit.self, VerifyPossession.self,
      InventoryCommand.self, AssessSecrecy.self, EstimateLoss.self, WriteForm.self,
    ])
}

/// Files of secrets on this machine.
enum SecretFiles {
  /// Files are read in pieces of so many bytes.
  static let piece = 1 << 20

  static func bytes(_ path: String) throws(Problem) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    return Array(data)
  }

  static func json(_ path: String) throws(Problem) -> JSONValue {
    let limits = JSONValue.Limits(bytes: 256 << 20)
    do { return try JSONValue(parsing: try bytes(path), limits: limits) } catch {
      if let problem = error as? Problem { throw problem }
      throw (error as? JSONError)?.problem ?? .malformed(.same(path))
    }
  }

  static func record(_ path: String) throws -> DepositRecord { try DepositRecord(json(path)) }

  static func save(_ record: DepositRecord, _ path: String) throws {
    try PrivateFile.replace(path, with: try record.json.canonicalBytes + [10])
  }

  /// SHA-256 of a file, piece by piece.
  static func digest(_ path: String) throws -> (size: Int64, content: [UInt8]) {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw Problem.notFound(Phrase("无法读取文件 \(path)。", en: "The file \(path) cannot be read."))
    }
    defer { try? file.close() }
    var builder = Digest.Builder()
    var size: Int64 = 0
    while let data = try file.read(upToCount: piece), !data.isEmpty {
      builder.update(Array(data))
      size += Int64(data.count)
    }
    return (size, builder.finish().bytes)
  }

  /// The files under paths: a file by its own name, those of a folder by their path in it.
  static func collect(_ paths: [String]) throws -> [DepositRecord.File] {
    var found: [DepositRecord.File] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
      }
      let names = isFolder.boolValue ? try inside(path) : [""]
      for name in names {
        let (size, content) = try digest(name.isEmpty ? path : path + "/" + name)
        found.append(
          DepositRecord.File(
            name: name.isEmpty ? (path as NSString).lastPathComponent : name, size: size,
            content: content))
      }
    }
    return found
  }

  private static func inside(_ folder: String) throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return try names.filter { name in
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
      return attributes[.type] as? FileAttributeType == .typeRegular
    }
  }
}

/// Talks to a city about a deposit.
struct DepositOffice {
  let files: WebFiles
  let address: String

  init(_ address: String) throws(Problem) {
    files = try WebFiles(address)
    self.address = address
  }

  /// Registers a deposit: the value goes out, nothing else.
  func register(_ record: inout DepositRecord) async throws {
    let (status, body) = try await files.post(
      try record.request, to: "api/trade-secrets/deposits",
      headers: ["Idempotency-Key": Hex.encode(record.key)])
    let answer = try? JSONValue(parsing: body)
    guard status == 201, let number = answer?["number"]?.string,
      let token = answer?["token"]?.string
    else {
      throw Problem(
        "deposit-not-taken", status: 502, title: Phrase("城市未受理存证", en: "The city did not take it"),
        detail: .same("HTTP \(status) " + (answer?["detail"]?.string ?? "")))
    }
    record.filing = DepositRecord.Filing(city: address, number: number, token: token)
  }

  /// Fetches the public receipt; false while the log has not taken the act in.
  func fetchReceipt(_ record: inout DepositRecord) async throws -> Bool {
    guard let number = record.filing?.number else { return false }
    let (status, body) = try await files.get("receipts/\(number)/1.json")
    if status == 202 { return false }
    guard status == 200 else {
      throw Problem(
        "fetch-failed", status: 502, title: Phrase("无法取得回执", en: "The receipt cannot be fetched"),
        detail: .same("HTTP \(status)"))
    }
    let json: JSONValue
    do throws(JSONError) { json = try JSONValue(parsing: body) } catch { throw error.problem }
    try record.attach(try Receipt(json))
    return true
  }

  /// Registers a deposit if that was not done, and waits a while for its receipt.
  func complete(_ record: inout DepositRecord, saving path: String) async throws {
    if record.filing == nil {
      try await register(&record)
      // The number is not to be lost if the receipt takes its time.
      try SecretFiles.save(record, path)
    }
    for _ in 0..<40 {
      if try await fetchReceipt(&record) {
        try SecretFiles.save(record, path)
        return
      }
      try await Task.sleep(nanoseconds: 250_000_000)
    }
    throw Problem(
      "receipt-pending", status: 202, title: Phrase("回执尚未生成", en: "The receipt is not ready"),
      detail: Phrase("稍后再运行 tequ secret submit。", en: "Run tequ secret submit again later."))
  }
}

/// Hashes files and registers the deposit.
struct DepositSecret: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deposit",
    abstract: "Hash files on this machine and register one salted value.",
    discussion: """
      The record holds every file's digest and salts: keep it with the files, show it to nobody. \
      Without --to nothing is sent; --save writes what would be sent, for the city's page or another machine.
      """)

  @Argument(help: "Files and folders.") var paths: [String]
  @Option(help: "Where the record is put; it must not exist.") var record: String
  @Option(help: "The city's address, such as https://city.example.") var to: String?
  @Option(help: "Write what leaves this machine to a file.") var save: String?
  @Option(
    help:
      "A JSON file of what you say of it, such as {\"owner\", \"asset\"}; it stays in the record.")
  var statement: String?

  func run() async throws {
    try await telling {
      guard !FileManager.default.fileExists(atPath: record) else {
        throw Problem.refused(
          "record-exists",
          Phrase("\(record) 已存在，不会覆盖。", en: "\(record) exists and is not overwritten."))
      }
      // From a file: whoever is on this machine can read the arguments of a process.
      var said: [String: JSONValue] = [:]
      if let statement {
        guard let members = try SecretFiles.json(statement).object else {
          throw Problem.malformed(
            Phrase("\(statement) 应为JSON对象。", en: "\(statement) must hold a JSON object."))
        }
        said = members
      }
      said["made_at"] = .string(SystemTime().now.description)
      var deposit = try DepositRecord(
        SecretFiles.collect(paths), statement: said, random: KernelRandom())
      try SecretFiles.save(deposit, record)
      let value = Hex.encode(try deposit.value)
      Say.line("\(deposit.leaves.count - 1) files, deposit \(value)")
      if let save {
        try Data(try deposit.request.canonicalBytes + [10]).write(to: URL(fileURLWithPath: save))
      }
      guard let to else {
        return Say.line(
          "Nothing was sent. Register it with: tequ secret submit \(record) --to CITY")
      }
      try await DepositOffice(to).complete(&deposit, saving: record)
      SubmitDeposit.tell(deposit)
    }
  }
}

/// Registers a deposit that was made before, or takes in its receipt.
struct SubmitDeposit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Register a deposit made before, or take in its receipt.",
    discussion: "Sent again, it registers nothing twice.")

  @Argument(help: "The record.") var record: String
  @Option(help: "The city's address; without it, that of the filing.") var to: String?
  @Option(help: "A receipt that you downloaded from the city's page (JSON).") var receipt: String?

  func run() async throws {
    try await telling {
      var deposit = try SecretFiles.record(record)
      if let receipt {
        try deposit.attach(try Receipt(SecretFiles.json(receipt)))
        try SecretFiles.save(deposit, record)
        return SubmitDeposit.tell(deposit)
      }
      guard let address = to ?? deposit.filing?.city, !address.isEmpty else {
        throw Problem.malformed(
          Phrase("请用 --to 给出城市地址，或用 --receipt 给出回执。", en: "Give --to CITY or --receipt FILE."))
      }
      try await DepositOffice(address).complete(&deposit, saving: record)
      SubmitDeposit.tell(deposit)
    }
  }

  static func tell(_ deposit: DepositRecord) {
    if let filing = deposit.filing {
      Say.line("Registered as \(filing.number), token \(filing.token)")
    }
    guard let receipt = deposit.receipt,
      let entry = try? LogEntry(canonicalBytes: Array(receipt.entry.utf8))
    else { return }
    Say.line("In the log since \(entry.recordedAt) at place \(receipt.index), key \(receipt.key)")
  }
}

/// Makes a proof of some files.
struct ProveDeposit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Prove that files were in a deposit, without showing the others.",
    discussion: "Hand over the proof together with the files; the record stays with you.")

  @Argument(help: "The record.") var record: String
  @Argument(help: "The files to be proven.") var files: [String]
  @Option(help: "Where the proof is put.") var out: String
  @Flag(help: "Show under which names they were deposited.") var names = false
  @Flag(help: "Show the statement made with the deposit: who, when, for which asset.")
  var statement = false

  func run() async throws {
    try await telling {
      let proof = try PossessionProof(
        of: SecretFiles.record(record), contents: files.map { try SecretFiles.digest($0).content },
        showsNames: names, showsStatement: statement)
      try PrivateFile.replace(out, with: proof.json.canonicalBytes + [10])
      Say.line("\(files.count) of \(proof.size - 1) files proven in \(out)")
    }
  }
}

/// Checks a proof of possession with nothing but the files.
struct VerifyPossession: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a proof of possession offline.",
    discussion: "Exit status: 0 it holds, 2 it does not, 1 it cannot be read.")

  @Argument(help: "The proof.") var proof: String
  @Argument(help: "The files that are shown.") var files: [String]
  @Option(name: .customLong("vkey"), help: "The log's key that you trust (name+hash+key).")
  var key: String?
  @Flag(help: "Write JSON.") var json = false

  func run() async throws {
    try await telling {
      var trusted: [NoteVerifier] = []
      if let key {
        guard let verifier = NoteVerifier(text: key) else {
          throw Problem.malformed(Phrase("--vkey 不是公钥。", en: "--vkey is no key of a log."))
        }
        trusted = [verifier]
      }
      let found = try PossessionProof(SecretFiles.json(proof))
      let checks = found.verify(
        contents: try files.map { try SecretFiles.digest($0).content }, trusting: trusted)
      let holds = checks.allSatisfy(\.holds)
      tell(found, checks, holds)
      if !holds { throw ExitCode(2) }
    }
  }

  private func tell(_ found: PossessionProof, _ checks: [Receipt.Check], _ holds: Bool) {
    let at = found.recordedAt?.description
    if json {
      let rows = checks.map { check -> JSONValue in
        ["id": .string(check.id), "holds": .bool(check.holds), "detail": .string(check.detail)]
      }
      let report: JSONValue = [
        "holds": .bool(holds), "recorded_at": holds ? JSONValue(at) : .null,
        "key": .string(found.receipt.key), "key_was_given": .bool(key != nil),
        "checks": .array(rows),
      ]
      return Say.line(report.canonical)
    }
    for check in checks {
      Say.line("\(check.holds ? "ok  " : "FAIL") \(check.name[Say.language]): \(check.detail)")
    }
    guard holds else { return Say.line("The proof does not hold.") }
    Say.line("The files existed on \(at ?? "?").")
    if key == nil { Say.line("Compare the log's key yourself: \(found.receipt.key)") }
  }
}
