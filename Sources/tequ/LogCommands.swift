import App
import ArgumentParser
import Commons
import EvidenceLog
import Foundation
import NationalCrypto

/// Works with evidence logs: the city's own, and those of others.
struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Export, verify, mirror and watch evidence logs.",
    discussion: "Exit status: 0 all holds, 2 something does not hold, 1 something cannot be read.",
    subcommands: [ExportLog.self, VerifyLog.self, MirrorLog.self, WatchLog.self])
}

/// Whom to believe.
struct LogTrust: ParsableArguments {
  @Option(name: .customLong("vkey"), help: "The log's key (name+hash+key), as its /key says.")
  var key: String?
  @Option(help: "A file of logs, witnesses and quorum (C2SP tlog-policy), instead of --vkey.")
  var policy: String?

  func read() throws -> WitnessPolicy {
    if let policy {
      guard let data = FileManager.default.contents(atPath: policy) else {
        throw Problem.notFound(Phrase("没有文件 \(policy)。", en: "There is no file \(policy)."))
      }
      return try WitnessPolicy(text: String(decoding: data, as: UTF8.self))
    }
    guard let verifier = key.flatMap({ NoteVerifier(text: $0) }), verifier.kind == .log else {
      throw Problem.malformed(
        Phrase(
          "请以 --vkey 给出日志公钥，或以 --policy 给出策略文件。",
          en: "Give the log's key with --vkey, or a policy file with --policy."))
    }
    return WitnessPolicy(log: verifier)
  }
}

/// Writes the city's log into a folder.
struct ExportLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the city's log into a folder for any web server.",
    discussion: "C2SP tlog-tiles. Run again, it adds what is new.")

  @Argument(help: "The folder.") var folder: String
  @OptionGroup var data: FolderOptions

  func run() async throws {
    try await telling {
      var options = RunningCity.Options()
      options.isReadOnly = true
      let city = try await RunningCity(data.folder, options)
      let count = try await LogFolder(folder).export(city)
      Say.line("\(count) entries in \(folder), key \(city.signer.verifier.text)")
    }
  }
}

/// Computes an exported log again.
struct VerifyLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compute a log again from the entries in a folder.",
    discussion: "Names the first entry or file that does not fit.")

  @Argument(help: "The folder.") var folder: String
  @OptionGroup var trust: LogTrust
  @Option(
    help: "The log's SM2 key, as its /sm2-key says: checks the second root and signature too.")
  var sm2Key: String?

  func run() async throws {
    try await telling(refusal: 2) {
      let point = try LogFolder(folder).verify(try trust.read(), now: SystemTime().now)
      if let sm2Key {
        guard let key = SM2NoteVerifier(text: sm2Key) else {
          throw Problem.malformed(Phrase("--sm2-key 不是SM2公钥。", en: "--sm2-key is no SM2 key."))
        }
        try LogFolder(folder).verifyNational(key)
      }
      Say.line("\(point.origin): \(point.size) entries hold, root \(Base64.encode(point.root))")
    }
  }
}

/// Copies a log.
struct MirrorLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mirror", abstract: "Copy a log into a folder and verify the copy.",
    discussion: "What is there already is not fetched again: an interrupted copy goes on.")

  @Argument(help: "The log: http(s)://… or a folder.") var source: String
  @Argument(help: "The folder for the copy.") var folder: String
  @OptionGroup var trust: LogTrust

  func run() async throws {
    try await telling(refusal: 2) {
      let finding = try await LogSource(source).mirror(
        to: LogFolder(folder), try trust.read(), now: SystemTime().now)
      try WatchLog.tell(finding)
    }
  }
}

/// Sees whether a log only grows.
struct WatchLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "See whether a log only grew since the last time.",
    discussion: "One look; run it from a timer. On a contradiction both checkpoints are printed.")

  @Argument(help: "The log: http(s)://… or a folder.") var source: String
  @Option(help: "Where the last checkpoint is kept.") var state: String
  @OptionGroup var trust: LogTrust

  func run() async throws {
    try await telling(refusal: 2) {
      let known = FileManager.default.contents(atPath: state)
      let latest = known.flatMap { SignedNote(String(decoding: $0, as: UTF8.self)) }
      guard known == nil || latest != nil else {
        throw Problem.malformed(
          Phrase("\(state) 不是检查点。", en: "\(state) holds no checkpoint."))
      }
      var monitor = Monitor(policy: try trust.read(), latest: latest)
      let finding = try await LogSource(source).observe(&monitor, now: SystemTime().now)
      if let note = monitor.latest, note != latest {
        try Data(note.description.utf8).write(
          to: URL(fileURLWithPath: state), options: .atomic)
      }
      try WatchLog.tell(finding)
    }
  }

  /// Says what was found; a contradiction ends the process with status 2, its proof printed.
  static func tell(_ finding: Monitor.Finding) throws {
    Say.line(finding.phrase[Say.language])
    for note in finding.evidence { Say.line("\n" + note.description) }
    if !finding.isGood { throw ExitCode(2) }
  }
}
