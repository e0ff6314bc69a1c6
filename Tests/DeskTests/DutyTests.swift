import Books
import Commons
import Desk
import Storage
import Testing

/// One node at a time has a duty; what an earlier holder still writes is refused.
@Suite struct DutyTests {
  private func duty(_ node: String, _ store: any Store, _ time: ManualTime) -> Duty {
    Duty("log", node: node, store: store, time: time, isAlone: false)
  }

  @Test(arguments: Engine.all) func aSilentHolderIsReplaced(_ engine: Engine) async throws {
    let store = try engine.store()
    let time = ManualTime(Instant(rfc3339: "2026-03-02T09:00:00+08:00")!)
    let (one, two) = (duty("one", store, time), duty("two", store, time))
    let hold = try #require(try await one.held())
    #expect(try await two.held() == nil)
    // As long as the first shows that it lives, the other waits, however long.
    for _ in 0..<10 {
      time.advance(seconds: 2)
      try await one.beat()
      #expect(try await two.held() == nil)
    }
    time.advance(seconds: 6)
    let next = try #require(try await two.held())
    #expect(next.term == hold.term + 1)
    // The first finds out when it asks, and what it writes in its old term is refused.
    #expect(try await one.held() == nil)
    await #expect(throws: Problem.stale) {
      try await store.write { view in
        try hold.require(view)
        return WritePlan([], answer: ())
      }
    }
    #expect(try await two.held() == next)
  }

  @Test(arguments: Engine.all) func aHolderThatSleptAsksBeforeItGoesOn(_ engine: Engine)
    async throws
  {
    let store = try engine.store()
    let time = ManualTime(Instant(rfc3339: "2026-03-02T09:00:00+08:00")!)
    let one = duty("one", store, time)
    let hold = try await one.held()
    time.advance(seconds: 3600)
    #expect(try await one.held() == hold)
  }

  @Test(arguments: Engine.all) func whatIsGivenBackIsTakenAtOnce(_ engine: Engine) async throws {
    let store = try engine.store()
    let time = ManualTime(Instant(rfc3339: "2026-03-02T09:00:00+08:00")!)
    let (one, two) = (duty("one", store, time), duty("two", store, time))
    _ = try await one.held()
    try await one.leave()
    #expect(try await two.held() != nil)
    #expect(try await one.held() == nil)
  }

  @Test(arguments: Engine.all) func onlyOneOfManyTakesIt(_ engine: Engine) async throws {
    let store = try engine.store()
    let time = ManualTime(Instant(rfc3339: "2026-03-02T09:00:00+08:00")!)
    let nodes = (0..<16).map { duty("node \($0)", store, time) }
    let holders = try await withThrowingTaskGroup(of: Bool.self) { group in
      for node in nodes { group.addTask { try await node.held() != nil } }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(holders == 1)
  }
}
