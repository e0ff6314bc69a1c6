import App
import ArgumentParser
import Commons
import EvidenceLog
import Foundation
import NationalCrypto

/// Works with evidence logs: the city's own, and those of others.
struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Export, verify, mirror and watch evidence logs; prove entries.",
    discussion: """
      Exit status: 0 all holds, 2 something does not hold, 1 something cannot be read, 64 the command \
      itself is wrong. How to: docs/how-to/verify-the-log.
      """,
    subcommands: [
      ExportLog.self, VerifyLog.self, MirrorLog.self, WatchLog.self, ProveEntry.self,
      CheckProof.self,
    ])
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
      guard key == nil else {
        throw Problem.malformed(
          Phrase("--vkey 与 --policy 只能给出一个。", en: "Give --vkey or --policy, not both."))
      }
      return try WitnessPolicy(Array(data))
    }
    guard let verifier = key.flatMap({ NoteVerifier(text: $0) }), verifier.kind == .log else {
      if let key {
        throw Problem.malformed(
          Phrase(
            "“\(key)”不是日志公钥：应为 名称+8位十六进制+base64，见日志的 /key。",
            en:
              "“\(key)” is no key of a log: name+8 hexadecimal digits+base64, as the log's /key says."
          ))
      }
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
  @Flag(help: "Every entry must be an act in Tequ's entry format, none recorded in the future.")
  var acts = false
  @OptionGroup var trust: LogTrust
  @Option(
    help: "The log's SM2 key, as its /sm2-key says: checks the second root and signature too.")
  var sm2Key: String?

  func run() async throws {
    try await telling(refusal: 2) {
      let now = SystemTime().now
      let point = try LogFolder(folder).verify(try trust.read(), now: now)
      if acts { try LogFolder(folder).files(size: point.size).checkActs(now: now) }
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

/// How often to look.
struct LogPace: ParsableArguments {
  @Option(help: "Seconds between looks; without it there is one.") var every: Int?

  func validate() throws {
    if let every, !(1...86_400).contains(every) {
      throw ValidationError("--every takes 1 to 86400 seconds.")
    }
  }

  /// Runs once, or again and again: what cannot be fetched now may be there the next time.
  func repeating(_ look: (_ isFirst: Bool) async throws -> Void) async throws {
    guard let every else { return try await look(true) }
    var isFirst = true
    while true {
      do {
        try await look(isFirst)
        isFirst = false
      } catch let problem as Problem where problem.slug == "fetch-failed" { Say.problem(problem) }
      try await Task.sleep(for: .seconds(every))
    }
  }
}

/// Copies a log.
struct MirrorLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mirror", abstract: "Copy a log into a folder and verify the copy.",
    discussion: """
      What is there already is not fetched again: an interrupted copy goes on. With --every it follows \
      the log until something does not hold; a log that cannot be reached is tried again.
      """)

  @Argument(help: "The log: http(s)://… or a folder.") var source: String
  @Argument(help: "The folder for the copy.") var folder: String
  @OptionGroup var pace: LogPace
  @OptionGroup var trust: LogTrust

  func run() async throws {
    try await telling(refusal: 2) {
      let (source, policy) = (try LogSource(source), try trust.read())
      try await pace.repeating { isFirst in
        let finding = try await source.mirror(
          to: LogFolder(folder), policy, now: SystemTime().now)
        try WatchLog.tell(finding, isFirst: isFirst)
      }
    }
  }
}

/// Sees whether a log only grows.
struct WatchLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "See whether a log only grew since the last time.",
    discussion: """
      One look, or one every so many seconds until something does not hold. On a contradiction both \
      checkpoints are printed: with their signatures they prove it to anybody.
      """)

  @Argument(help: "The log: http(s)://… or a folder.") var source: String
  @Option(help: "Where the last checkpoint is kept.") var state: String
  @OptionGroup var pace: LogPace
  @OptionGroup var trust: LogTrust

  func run() async throws {
    try await telling(refusal: 2) {
      let (source, policy) = (try LogSource(source), try trust.read())
      try await pace.repeating { try await look(source, policy, isFirst: $0) }
    }
  }

  private func look(
    _ source: LogSource, _ policy: WitnessPolicy, isFirst: Bool
  ) async throws {
    let known = FileManager.default.contents(atPath: state)
    let latest = known.flatMap { SignedNote(String(decoding: $0, as: UTF8.self)) }
    guard known == nil || latest != nil else {
      throw Problem.malformed(
        Phrase("\(state) 不是检查点。", en: "\(state) holds no checkpoint."))
    }
    var monitor = Monitor(policy: policy, latest: latest)
    let finding = try await source.observe(&monitor, now: SystemTime().now)
    if let note = monitor.latest, note != latest {
      try Data(note.description.utf8).write(
        to: URL(fileURLWithPath: state), options: .atomic)
    }
    try WatchLog.tell(finding, isFirst: isFirst)
  }

  /// Says what was found, after the first look only if it is new; a contradiction ends the process with
  /// status 2, its proof printed.
  static func tell(_ finding: Monitor.Finding, isFirst: Bool) throws {
    if finding == .same, !isFirst { return }
    Say.line(finding.phrase[Say.language])
    for note in finding.evidence { Say.line("\n" + note.description) }
    if !finding.isGood { throw ExitCode(2) }
  }
}
