import ArgumentParser
import Foundation
import Simulation
import StorageConformance

/// Runs a hostile probe until it is killed; for crash tests.
struct ProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Run a hostile probe on a scratch database, reporting every acknowledgement.",
    discussion: "Made for crash tests: kill it at any moment, then check what survived.",
    shouldDisplay: false)

  @Argument(help: "transfers, claims, numbers or batchActs.") var name: String
  @Option(help: "The scratch database file.") var database: String
  @Option(help: "The seed.") var seed: UInt64 = 1
  @Option(help: "Units in a transaction at most.") var batch = 1000
  @Option(help: "Units in all.") var count = 100_000

  func run() async throws {
    guard let probe = HostileProbe(rawValue: name) else {
      throw ValidationError("“\(name)” is no probe; use transfers, claims, numbers or batchActs.")
    }
    let crash = CrashProbe(probe, seed: seed, batchLimit: batch, database: database)
    try await crash.run(count: count) { word, number in
      FileHandle.standardOutput.write(Data("\(word) \(number)\n".utf8))
    }
  }
}
