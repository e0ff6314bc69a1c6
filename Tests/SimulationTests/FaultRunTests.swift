import Commons
import Foundation
import Testing

@testable import Simulation

/// Small cities live and die under faults, and must keep what they promised; and the checks must see
/// it where a promise is broken on purpose.
@Suite(.serialized) struct FaultRunTests {
  /// Runs; the full count is that of the faults target of the Makefile.
  private static let runs = Int(ProcessInfo.processInfo.environment["TEQU_FAULT_RUNS"] ?? "") ?? 36

  private func campaign() async throws -> FaultCampaign {
    try await FaultCampaign(
      scratch: "/tmp/tequ-faults-\(getpid())-\(UInt64.random(in: 0 ... .max))")
  }

  @Test func nothingPromisedIsBroken() async throws {
    let campaign = try await campaign()
    defer { campaign.clear() }
    let report = await campaign.run(from: 1, runs: FaultRunTests.runs)
    #expect(report.violations.map { "seed \($0.seed): \($0.what)" } == [])
    // The runs must have been what they are meant to be.
    #expect(report.powerLosses > FaultRunTests.runs / 4)
    #expect(report.kills > FaultRunTests.runs / 4)
    #expect(report.acknowledged > 5 * FaultRunTests.runs)
    #expect(report.faults.count >= 18, "\(report.faults)")
  }

  /// Seed 2369 turns over a bit by which a page of the journal leads back to where the search came
  /// from: proving the store must come to an end, and name the damage.
  @Test func aPageThatLeadsInACircleIsFound() async throws {
    let campaign = try await campaign()
    defer { campaign.clear() }
    let report = await campaign.run(from: 2369, runs: 1)
    #expect(report.violations.isEmpty && report.flips.found == 1, "\(report.json)")
  }

  @Test func theSameSeedGivesTheSameRun() async throws {
    let campaign = try await campaign()
    defer { campaign.clear() }
    let first = await campaign.run(from: 100, runs: 12)
    let second = await campaign.run(from: 100, runs: 12)
    #expect(first.digest == second.digest)
    #expect(await campaign.run(from: 200, runs: 12).digest != first.digest)
  }

  @Test func aDiskThatLiesAboutSyncsIsFoundOut() async throws {
    var mutation = FaultRun.Mutation()
    mutation.liesAboutSyncs = true
    try await expectFound(mutation, "was acknowledged and is lost")
  }

  @Test(arguments: [
    (MutantStore.Flaw.answersBeforeCommit, "lost"), (.commitsInHalves, "verify: "),
    (.forgetsKeys, "carried out twice"), (.skipsTheLog, "neither in the log nor waiting"),
  ])
  func aFlawedStoreIsFoundOut(_ flaw: MutantStore.Flaw, _ words: String) async throws {
    var mutation = FaultRun.Mutation()
    mutation.wrap = { MutantStore($0, flaw) }
    try await expectFound(mutation, words)
  }

  /// Among a few dozen runs there is one that finds the flaw, in these words, and it does so again.
  private func expectFound(_ mutation: FaultRun.Mutation, _ words: String) async throws {
    let campaign = try await campaign()
    defer { campaign.clear() }
    var first: UInt64 = 1
    var violation: (seed: UInt64, what: String)?
    // A few at a time: most flaws are found by one of the first runs.
    while violation == nil, first <= 30 {
      let report = await campaign.run(from: first, runs: 3, mutation)
      violation = report.violations.first { $0.what.contains(words) }.map { ($0.seed, $0.what) }
      first += 3
    }
    let found = try #require(violation, "30 runs did not find it")
    let again = await campaign.run(from: found.seed, runs: 1, mutation)
    #expect(again.violations.contains { $0.what == found.what })
  }
}
