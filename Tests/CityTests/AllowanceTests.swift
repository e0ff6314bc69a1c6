import Commons
import Testing

@testable import App

/// Nodes that share a store grant one allowance between them.
@Suite struct AllowanceTests {
  @Test(arguments: Backend.all) func nodesAddUpWhatTheyGranted(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let now = test.time.now
    let nodes = [RateLimiter(perMinute: 60), RateLimiter(perMinute: 60)]
    func granted(_ address: String, at now: Instant) -> Int {
      var count = 0
      for node in nodes { while node.take(address, at: now) == nil { count += 1 } }
      return count
    }
    // Before they have added up, each grants a whole allowance; afterwards neither grants any until
    // what both granted has been worked off.
    #expect(granted("192.0.2.7", at: now) == 120)
    for _ in 0..<2 {
      for node in nodes { _ = try await node.exchange(test.city.desk, test.city.ring, at: now) }
      // The first has to look again, after the second has told.
      for node in nodes { #expect(node.take("192.0.2.8", at: now) == nil) }
    }
    _ = nodes[0].take("192.0.2.7", at: now.adding(seconds: 61))
    _ = try await nodes[0].exchange(test.city.desk, test.city.ring, at: now)
    #expect(nodes[0].take("192.0.2.7", at: now.adding(seconds: 59)) != nil)
    #expect(nodes[1].take("192.0.2.7", at: now.adding(seconds: 59)) != nil)
    #expect(granted("192.0.2.7", at: now.adding(seconds: 3600)) >= 60)
  }

  @Test func anAllowanceFillsUpAgain() {
    let limiter = RateLimiter(perMinute: 6)
    let now = TestCity.start
    for _ in 0..<6 { #expect(limiter.take("a", at: now) == nil) }
    #expect(limiter.take("a", at: now) == 10)
    #expect(limiter.take("a", at: now.adding(seconds: 4)) == 6)
    #expect(limiter.take("a", at: now.adding(seconds: 10)) == nil)
    #expect(limiter.take("a", at: now.adding(seconds: 10)) == 10)
    #expect(limiter.take("b", at: now) == nil)
  }
}
