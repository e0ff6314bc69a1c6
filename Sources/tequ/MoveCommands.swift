import App
import ArgumentParser
import Books
import Commons
import StoreCopy

/// Copies a city's rows from one database to another.
struct Copy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy a city's rows to another database, on the same or another engine.",
    discussion: """
      Stop the city first: a SQLite file that is being served is refused; stop all nodes of a \
      PostgreSQL database. After an interruption run the same command again: it goes on. The key file \
      stays as it is; afterwards use the city with --data DIR --database TARGET. Exit status: 0 \
      copied and proven by digests, 1 refused or interrupted, 2 copied, but the source was changed \
      meanwhile.
      """)

  @Option(
    help: "Where the rows are: sqlite:PATH or postgresql://….",
    transform: { try FolderOptions.address($0) })
  var from: StoreAddress
  @Option(
    help: "Where they go: an empty database or a file that does not exist.",
    transform: { try FolderOptions.address($0) })
  var to: StoreAddress
  @Flag(help: "Write the report as JSON.") var json = false

  func run() async throws {
    try await telling {
      let time = SystemTime()
      let start = time.steady
      let progress = SharedProgress("copying (rows)")
      let report = try await CityMove.copy(from: from, to: to, progress: progress.update)
      progress.finish()
      let seconds = Double(time.steady - start) / 1e6
      if json { tell(report, seconds) } else { say(report, seconds) }
      if !report.changedTables.isEmpty { throw ExitCode(2) }
    }
  }

  private func say(_ report: StoreCopier.Report, _ seconds: Double) {
    for table in report.tables where table.rows > 0 {
      Say.line("\(table.name): \(table.rows) rows, \(Hex.encode(table.digest.prefix(8)))…")
    }
    let resumed = report.resumedRows > 0 ? " (\(report.resumedRows) by an earlier run)" : ""
    Say.line("\(report.rows) rows in \(report.tables.count) tables\(resumed), equal on both sides")
    Say.line("took \(Int(seconds.rounded())) s")
    for table in report.changedTables {
      Say.error(
        Phrase(
          "表 \(table) 在迁移期间被改动：目标不含这些改动。请停止来源后重新迁移。",
          en:
            "The table \(table) was changed during the copy; the target lacks that. Stop the source "
            + "and copy anew.")[Say.language])
    }
  }

  private func tell(_ report: StoreCopier.Report, _ seconds: Double) {
    let value: JSONValue = [
      "rows": .integer(report.rows), "resumed_rows": .integer(report.resumedRows),
      "seconds": .number(seconds),
      "changed_tables": .array(report.changedTables.map { .string($0) }),
      "tables": .array(
        report.tables.map {
          [
            "name": .string($0.name), "rows": .integer($0.rows),
            "sha256": .string(Hex.encode($0.digest)),
          ]
        }),
    ]
    Say.line(value.canonical)
  }
}

/// The city's own keys.
struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "The city's own keys.",
    subcommands: [RotateKeys.self, RenewCertificateKey.self, MakeBackupKey.self])
}

/// Signs certificates with a new key from now on.
struct RenewCertificateKey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew-certificates", abstract: "Sign certificates with a new key from now on.",
    discussion: """
      The new key is added to the key file; a running server takes it up within a second. Older keys stay       in the city's DID document, so that what they signed stays valid. Bring the key file to every node       that shares the database.
      """)

  @OptionGroup var data: FolderOptions

  func run() async throws {
    try await telling {
      try data.folder.requireCity()
      let secrets = try data.folder.keys.read().addingCertificateKey(random: KernelRandom())
      try data.folder.keys.write(secrets)
      Say.line("certificates are signed with key \(secrets.certificates.count + 1) from now on")
    }
  }
}

/// Brings new keys into use and takes the old ones out of it.
struct RotateKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Replace the keys that wrap and mark, also while it is served.",
    discussion: """
      A new generation is added to the key file, every subject's key is wrapped and every row marked \
      anew, and the old generation leaves the key file once nothing rests on it. May be interrupted \
      and run again. Tracking tokens, application keys and the log's key stay. Where several nodes \
      share a PostgreSQL database, give --lead-seconds and bring the key file to every node before \
      they are over; bring it again when the command is done.
      """)

  @OptionGroup var data: FolderOptions
  @Option(help: "Seconds after which the new keys come into use.") var leadSeconds: Int64?
  @Flag(help: "Write the report as JSON.") var json = false

  func run() async throws {
    try await telling {
      let progress = SharedProgress("renewing (rows)")
      let report = try await CityKeys.rotate(
        data.folder, leadSeconds: leadSeconds, progress: { progress.update(Int64($0), 0) })
      progress.finish()
      if json {
        let value: JSONValue = [
          "generation": .integer(report.generation), "renewed": .integer(Int64(report.renewed)),
          "altered": .integer(Int64(report.altered)), "by_server": .bool(report.isByServer),
        ]
        Say.line(value.canonical)
      } else {
        Say.line(
          "generation \(report.generation) is in use alone; \(report.renewed) rows renewed"
            + (report.isByServer ? " by the server" : ""))
      }
      if report.altered > 0 {
        Say.error("\(report.altered) rows match no key: run tequ verify")
        throw ExitCode(2)
      }
    }
  }
}

/// Makes a key pair for backups.
struct MakeBackupKey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup-key", abstract: "Make a key pair for backups; print the public half.",
    discussion: """
      The file holds the secret half, which opens backups: keep it away from the city's machine. The \
      public half goes to tequ backup --recipient. The same as age-keygen makes.
      """)

  @Argument(help: "The file for the secret half; it must not exist.") var file: String

  func run() async throws {
    try await telling {
      Say.line(try CityKeys.makeBackupKey(FolderOptions.absolute(file)))
    }
  }
}
