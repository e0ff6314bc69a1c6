import App
import ArgumentParser
import Books
import Commons
import Desk
import Foundation
import Simulation

/// Lives through days of a simulated city.
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Live through days of a simulated city: the same seed, the same cases.",
    discussion: """
      With --faults, small cities on simulated disks live and die instead, one for each seed from \
      --seed on, and are held to what they promised; nothing is written to a data folder. A violation \
      names its seed: --seed X --runs 1 shows it again. Exit status: 0 all held, 2 violations.
      """)

  @OptionGroup var data: FolderOptions
  @Option(help: "The seed from which everything follows.") var seed: UInt64 = 1
  @Option(help: "How many days.") var days = 7
  @Option(help: "Requests a day on average.") var perDay = 80
  @Option(help: "The first day.") var from = "2026-03-02"
  @Flag(help: "Say of every act that it is durable; for crash tests.") var report = false
  @Flag(help: "Lose power, fail writes and syncs, fill the disk, turn the clock, kill the program.")
  var faults = false
  @Option(help: "With --faults: how many seeds.") var runs = 100
  @Flag(help: "Write the summary as JSON.") var json = false

  func run() async throws {
    try await telling {
      if faults { return try await FaultRuns.run(seed: seed, runs: runs, asJSON: json) }
      guard let first = CivilDate(from), days > 0 else {
        throw ValidationError("--from must be a date such as 2026-03-02, --days at least 1.")
      }
      let zone = ZoneOffset.beijing
      let time = SimulatedTime(Instant(first, in: zone))
      var options = RunningCity.Options()
      options.creates = true
      options.time = time
      let city = try await RunningCity(data.folder, options)
      try await city.sequencer.load()
      var wishes = RequestSimulation.Options()
      wishes.seed = seed
      wishes.perDay = perDay
      if report {
        wishes.onAct = {
          Say.line("act \($0.row.key.raw) \(Hex.encode($0.row.commitment).uppercased())")
        }
      }
      var start = Instant(first, in: zone)
      let end = Instant(first.adding(days: days), in: zone)
      if let last = try await city.lastAct() {
        start = max(start, Instant(seconds: last.seconds / 3600 * 3600))
      }
      let agents = CityAgents(city, seed: seed, citizen: nil)
      let summary = try await RequestSimulation(city, time: time, wishes).run(
        from: min(start, end), to: end
      ) { hour, _ in try await agents.turn(at: hour) }
      try await city.settle()
      await city.retire()
      Simulate.tell(summary, json)
    }
  }

  private static func tell(_ summary: RequestSimulation.Summary, _ asJSON: Bool) {
    if asJSON {
      let value: JSONValue = [
        "filed": .integer(Int64(summary.filed)), "steps": .integer(Int64(summary.steps)),
        "expiries": .integer(Int64(summary.expiries)),
      ]
      return Say.line(value.canonical)
    }
    Say.line(
      "\(summary.filed) requests, \(summary.steps) steps by people, \(summary.expiries) by clocks")
  }
}

/// Runs cities with faults and tells what came of them.
enum FaultRuns {
  static func run(seed: UInt64, runs: Int, asJSON: Bool) async throws {
    guard runs > 0 else { throw ValidationError("--runs must be at least 1.") }
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("tequ-faults-\(ProcessInfo.processInfo.processIdentifier)").path
    let campaign = try await FaultCampaign(scratch: scratch)
    defer { campaign.clear() }
    let progress = ProgressLine("runs with faults", total: runs)
    let report = await campaign.run(from: seed, runs: runs) { progress.update($0) }
    progress.finish(runs)
    if asJSON { Say.line(report.json.canonical) } else { tell(report) }
    if !report.violations.isEmpty { throw ExitCode(2) }
  }

  private static func tell(_ report: FaultCampaign.Report) {
    Say.line("\(report.runs) runs, \(report.powerLosses) losses of power, \(report.kills) kills")
    for (fault, times) in report.faults.sorted(by: { $0.key < $1.key }) {
      Say.line("  \(fault): \(times)")
    }
    Say.line("\(report.acknowledged) acts acknowledged, \(report.acts) in the journals")
    Say.line("\(report.flips.found) flipped bits found, \(report.flips.harmless) changed nothing")
    for violation in report.violations {
      Say.line("VIOLATION seed \(violation.seed): \(violation.what)")
    }
    Say.line("\(report.violations.count) violations")
  }
}
