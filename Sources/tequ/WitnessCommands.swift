import App
import ArgumentParser
import Commons
import EvidenceLog
import Logging
import WebServer

/// Sees that logs only grow, and signs what it saw.
struct WitnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness", abstract: "Run a witness of evidence logs (C2SP tlog-witness).",
    discussion: """
      A court, a notary, a supervisor or a neighbouring city: whoever runs one sees that a log only \
      grows and never shows two histories.
        tequ witness init DIR --name witness.court.example
        tequ witness add DIR LOG_KEY
        tequ witness serve DIR --port 8090
      """,
    subcommands: [InitWitness.self, AddLog.self, ServeWitness.self, WitnessEvidence.self])
}

/// Makes a witness.
struct InitWitness: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a witness's folder and key; print its public half.")

  @Argument(help: "The folder.") var folder: String
  @Option(help: "The witness's name: a host name without a scheme, such as witness.court.example.")
  var name: String

  func run() async throws {
    try await telling {
      Say.line(try WitnessService.create(folder, name: name, random: KernelRandom()).text)
    }
  }
}

/// Adds a log.
struct AddLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Watch a log, from the next start of the witness on.")

  @Argument(help: "The witness's folder.") var folder: String
  @Argument(help: "The log's key (name+hash+key), as its /key says.") var key: String

  func run() async throws {
    try await telling { try WitnessService.add(key, to: folder) }
  }
}

/// Serves a witness.
struct ServeWitness: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve the witness on the loopback address until told to stop.")

  @Argument(help: "The witness's folder.") var folder: String
  @Option(help: "The port; 0 takes any free one.") var port = 8090
  @Option(help: "The address to listen on.") var host = "127.0.0.1"

  func run() async throws {
    try await telling {
      let witness = try await WitnessService(folder, time: SystemTime())
      let host = host
      let server = HTTPServer(host: host, port: port, logger: Logger(label: "tequ witness")) {
        await witness.respond($0)
      }
      try await server.run { port in
        Say.line("\(witness.key.text) listening on http://\(host):\(port)")
      }
      witness.close()
    }
  }
}

/// Tells what contradicted.
struct WitnessEvidence: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence", abstract: "Print the checkpoints that contradicted what was signed.",
    discussion: "Exit status: 0 there are none, 2 there are some.")

  @Argument(help: "The witness's folder.") var folder: String

  func run() async throws {
    try await telling {
      let witness = try await WitnessService(folder, time: SystemTime(), isReadOnly: true)
      let found = try await witness.evidence()
      for one in found {
        Say.line("seen at \(one.seenAt.rfc3339(in: .utc))\n\n\(one.notes)")
      }
      if !found.isEmpty { throw ExitCode(2) }
    }
  }
}
