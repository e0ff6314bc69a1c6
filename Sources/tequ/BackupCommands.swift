import App
import ArgumentParser
import Commons
import Foundation
import SealedFiles

/// Makes an encrypted backup while the city is served.
struct Backup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make an encrypted backup of a city, also while it is served.",
    discussion: """
      One file in the age format: the database as of one moment, the keys and the city's own data. \
      Sealed for a public key (--recipient age1…, made by tequ keys backup-key) or with the words in \
      a file (--passphrase-file). With --plain it is a folder that anybody who reads it can use.
      """)

  @Argument(help: "The backup; it must not exist.") var target: String
  @OptionGroup var data: FolderOptions
  @Option(help: "A file whose first line is the passphrase (mode 600, 12 characters at least).")
  var passphraseFile: String?
  @Option(help: "The public key for which it is sealed, age1….") var recipient: String?
  @Flag(help: "Not encrypted: a folder with the database and the keys.") var plain = false

  func validate() throws {
    let ways = [passphraseFile != nil, recipient != nil, plain].count { $0 }
    guard ways == 1 else {
      throw ValidationError(
        Phrase(
          "请选择一种方式：--recipient age1…、--passphrase-file 文件，或 --plain（不加密）。",
          en:
            "Choose one way: --recipient age1…, --passphrase-file FILE, or --plain (not encrypted)."
        )[Say.language])
    }
  }

  func run() async throws {
    try await telling {
      if plain {
        try CityCopy.backup(data.folder, to: DataFolder(FolderOptions.absolute(target)))
        return Say.line("copied to \(target), not encrypted")
      }
      let lock: SealedFile.Lock
      if let recipient {
        guard let key = SealedFile.Recipient(text: recipient) else {
          throw Problem.malformed(
            Phrase("--recipient 不是公钥（age1…）。", en: "--recipient is no public key (age1…)."))
        }
        lock = .recipient(key)
      } else {
        lock = .passphrase(try SecretFile.passphrase(passphraseFile ?? ""))
      }
      let progress = SharedProgress("backing up (bytes)")
      try await CityArchive.backup(
        data.folder, to: FolderOptions.absolute(target), lock, at: SystemTime().now,
        random: KernelRandom(), progress: progress.update)
      progress.finish()
      Say.line("backed up to \(target)")
    }
  }
}

/// Makes a city from a backup.
struct Restore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a city from a backup, after proving the backup.",
    discussion: """
      The backup is a file made by tequ backup (give --identity or --passphrase-file), or a folder \
      made with --plain. With --database the rows go there, on either engine. Exit status: 0 restored \
      and clean, 1 nothing was restored, 2 restored with findings.
      """)

  @Argument(help: "The backup.") var source: String
  @OptionGroup var data: FolderOptions
  @Option(help: "A file whose first line is the passphrase.") var passphraseFile: String?
  @Option(help: "The file with the secret key, AGE-SECRET-KEY-1….") var identity: String?

  func run() async throws {
    try await telling {
      let path = FolderOptions.absolute(source)
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      if isFolder.boolValue {
        try CityCopy.restore(DataFolder(path), to: data.folder)
      } else {
        let progress = SharedProgress("restoring (bytes)")
        try await CityArchive.restore(path, key(), to: data.folder, progress: progress.update)
        progress.finish()
      }
      var options = RunningCity.Options()
      options.isReadOnly = true
      let report = try await CityVerification.run(try await RunningCity(data.folder, options))
      Say.line("restored: \(report.acts) acts, \(report.findings.count) findings")
      if !report.isClean { throw ExitCode(2) }
    }
  }

  private func key() throws -> SealedFile.Key {
    switch (passphraseFile, identity) {
    case (let file?, nil): return .passphrase(try SecretFile.passphrase(file))
    case (nil, let file?):
      guard let identity = SealedFile.Identity(text: try SecretFile.text(file)) else {
        throw Problem.malformed(
          Phrase(
            "\(file) 中没有私钥（AGE-SECRET-KEY-1…）。",
            en: "There is no secret key (AGE-SECRET-KEY-1…) in \(file)."))
      }
      return .identity(identity)
    default:
      throw Problem.malformed(
        Phrase(
          "请给出 --identity 密钥文件 或 --passphrase-file 口令文件。",
          en: "Give --identity FILE or --passphrase-file FILE."))
    }
  }
}

/// Files that hold a secret: for nobody but their owner.
enum SecretFile {
  static let minimumCharacters = 12

  static func text(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: FolderOptions.absolute(path)) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    guard !PrivateFile.isOpenToOthers(path) else {
      throw Problem.malformed(
        Phrase(
          "\(path) 的权限过宽（应为 600）。请执行 chmod 600 \(path)。",
          en: "\(path) may be read by others (must be 600). Run chmod 600 \(path)."))
    }
    return String(decoding: data, as: UTF8.self)
  }

  static func passphrase(_ path: String) throws -> [UInt8] {
    let line = try text(path).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard line.count >= minimumCharacters else {
      throw Problem.malformed(
        Phrase(
          "\(path) 第一行的口令不足 \(minimumCharacters) 个字符。",
          en: "The passphrase in the first line of \(path) has fewer than \(minimumCharacters) "
            + "characters."))
    }
    return Array(line.utf8)
  }
}

/// A progress line that work on other threads may move.
final class SharedProgress: Sendable {
  private struct State {
    var line: ProgressLine?
    var done = 0
  }
  private let what: String
  private let state = Locked(State())

  init(_ what: String) { self.what = what }

  /// So much of so much is done.
  func update(_ done: Int64, _ total: Int64) {
    state.withLock { state in
      if state.line == nil { state.line = ProgressLine(what, total: Int(total)) }
      state.done = Int(done)
      state.line?.update(state.done)
    }
  }

  /// The work is over.
  func finish() { state.withLock { $0.line?.finish($0.done) } }
}
