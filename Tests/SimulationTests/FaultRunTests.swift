import Commons
import Foundation
import Testing

@testable import Simulation

@Suite(.serialized) struct FaultRunTests {
  private func campaign() async throws -> FaultCampaign {
    try await FaultCampaign(
      scratch: "/tmp/tequ-faults-\(getpid())-\(UInt64.random(in: 0 ... .max))")
  }

  @Test func nothingPromisedIsBroken() async throws {
    let campaign = try await campaign()
    defer { campaign.clear() }
    let report = await campaign.run(from: 1, runs: 60)
    #expect(report.violations.map { "\($0.seed): \($0.what)" } == [])
    #expect(report.powerLosses > 10 && report.kills > 10 && report.acknowledged > 300)
    print(report.json.canonical)
  }
}
