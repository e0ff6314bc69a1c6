import App
import ArgumentParser
import Commons
import ServiceRequests
import Verification

/// Brings records of other systems in.
struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring records of other systems in.", subcommands: [ImportRequests.self])
}

/// Brings messages with their replies in as service requests.
struct ImportRequests: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requests",
    abstract: "Bring messages in as service requests, with their real times and replies.",
    discussion: """
      The file holds one JSON object a line, plain or gzip: id, title, body and either asked, reply, \
      replied or time. Bad lines are told with their reason and the rest goes in. Running it again \
      adds nothing twice. Exit status: 0 all in, 3 some lines were refused, 1 nothing could be done.
      """)

  @Argument(help: "The file.") var file: String
  @OptionGroup var data: FolderOptions
  @Flag(help: "Write the report as JSON.") var json = false

  func run() async throws {
    try await telling {
      var options = RunningCity.Options()
      options.creates = true
      let city = try await RunningCity(data.folder, options)
      let report = try await RequestsImport.run(file, into: city)
      await city.retire()
      if json {
        Say.line(report.json.canonical)
      } else {
        for refused in report.refused {
          Say.error("line \(refused.line): \(refused.problem.detail[Say.language])")
          for field in refused.problem.fields {
            Say.error("  \(field.pointer): \(field.message[Say.language])")
          }
        }
        Say.line(
          "\(report.rows) rows: \(report.imported) imported, \(report.known) known before, "
            + "\(report.refused.count) refused")
      }
      if !report.refused.isEmpty { throw ExitCode(3) }
    }
  }
}

/// Proves the store again.
struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prove the store again: rows, references, seals, clocks, log.",
    discussion: "Reads only, beside a running server too. Exit status: 0 clean, 2 findings.")

  @OptionGroup var data: FolderOptions
  @Flag(help: "Write the report as JSON.") var json = false

  func run() async throws {
    try await telling {
      let city = try await RunningCity(data.folder, .reading(damaged: true))
      let report = try await CityVerification.run(city)
      if json {
        Say.line(report.json.canonical)
      } else {
        Say.findings(report.findings)
        Say.line(
          "\(report.acts) acts, \(report.entries) in the log, \(report.checks.count) checks, "
            + "\(report.findings.count) findings")
      }
      if !report.isClean { throw ExitCode(2) }
    }
  }
}

/// Gives programs of others their keys.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Keys for programs of others.", subcommands: [IssueKey.self])
}

/// Gives an application its Open311 key.
struct IssueKey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Print the Open311 api_key of an application.",
    discussion: "The key follows from the application's name and the city's keys.json.")

  @Argument(help: "The application's name: letters, digits, dots.") var name: String
  @OptionGroup var data: FolderOptions

  func run() async throws {
    try await telling {
      guard !name.isEmpty,
        name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") })
      else { throw ValidationError("The name has letters, digits and dots.") }
      let city = try await RunningCity(data.folder, .reading())
      Say.line(city.requests.apiKey(for: name))
    }
  }
}
