import Commons
import Foundation

/// Many seeded runs with faults, and what came of them.
public struct FaultCampaign: Sendable {
  /// What all runs came to.
  public struct Report: Sendable {
    /// Runs.
    public private(set) var runs = 0
    /// Times that power was lost.
    public private(set) var powerLosses = 0
    /// Times that the program was killed, at a call of the disk or at a commit.
    public private(set) var kills = 0
    /// Faults that came, by kind; a lasting one counts once.
    public private(set) var faults: [String: Int] = [:]
    /// Acts that were acknowledged to callers.
    public private(set) var acknowledged = 0
    /// Acts in the journals at the end, those of legal clocks among them.
    public private(set) var acts: Int64 = 0
    /// Bits turned over and found, and those that changed nothing.
    public private(set) var flips = (found: 0, harmless: 0)
    /// What did not hold, with the seed that shows it again.
    public private(set) var violations: [(seed: UInt64, what: String)] = []
    /// Of everything that was acknowledged and failed, run by run.
    public private(set) var digest = Digest.of("")

    /// A report of no runs.
    public init() {}

    mutating func add(_ outcome: FaultRun.Outcome, seed: UInt64) {
      runs += 1
      powerLosses += outcome.powerLosses
      kills += outcome.kills
      faults.merge(outcome.faults) { $0 + $1 }
      acknowledged += outcome.acknowledged
      acts += outcome.acts
      flips.found += outcome.flipsFound
      flips.harmless += outcome.flipsHarmless
      violations += outcome.violations.map { (seed, $0) }
      digest = .of(digest.hex + outcome.digest)
    }

    /// The report for programs.
    public var json: JSONValue {
      [
        "runs": .integer(Int64(runs)), "kills": .integer(Int64(powerLosses + kills)),
        "power_losses": .integer(Int64(powerLosses)), "process_kills": .integer(Int64(kills)),
        "faults": .object(faults.mapValues { .integer(Int64($0)) }),
        "faults_total": .integer(Int64(faults.values.reduce(0, +))),
        "acknowledged": .integer(Int64(acknowledged)), "acts": .integer(acts),
        "bits_flipped": [
          "found": .integer(Int64(flips.found)), "harmless": .integer(Int64(flips.harmless)),
        ],
        "violations": .array(
          violations.map { ["seed": .string(String($0.seed)), "what": .string($0.what)] }),
        "digest": .string(digest.hex),
      ]
    }
  }

  private let template: FaultTemplate

  /// Makes ready what the runs share; `scratch` is a folder for the keys, removed by ``clear()``.
  public init(scratch: String) async throws { template = try await FaultTemplate(scratch) }

  /// Removes the scratch folder.
  public func clear() { FaultCampaign.remove(template.path) }

  static func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs so many seeds, one after the other, from the first; `progress` is told how many are done.
  public func run(
    from seed: UInt64, runs: Int, progress: (Int) -> Void = { _ in }
  ) async -> Report { await run(from: seed, runs: runs, FaultRun.Mutation(), progress: progress) }

  func run(
    from seed: UInt64, runs: Int, _ mutation: FaultRun.Mutation,
    progress: (Int) -> Void = { _ in }
  ) async -> Report {
    var report = Report()
    for offset in 0..<runs {
      let seed = seed &+ UInt64(offset)
      var run = FaultRun(seed: seed, template, mutation)
      report.add(await run.run(), seed: seed)
      progress(offset + 1)
    }
    return report
  }
}
