import Commons
import Storage
import Synchronization

/// A store under which many callers run, one at a time, in an order that somebody else gives: each
/// runs until it waits for a commit, and what waits is committed together when it is told to. So a
/// run with concurrent callers can be had again, commit by commit.
///
/// Callers must not start tasks that write at the same time; waiting for one that does is fine.
public final class TurnStore: Store {
  private typealias Unit = WriteUnit<any Sendable>

  private struct Waiting: Sendable {
    let units: [Unit]
    let continuation: UnsafeContinuation<[Result<any Sendable, any Error>], Never>
  }

  private struct State {
    var waiting: [Waiting] = []
    var quiet: UnsafeContinuation<Void, Never>?
    var isDirect = true
  }

  private let inner: any Store
  private let state = Mutex(State())

  /// Turns over a store. Until ``beginTurns()`` calls go straight through.
  public init(_ inner: any Store) { self.inner = inner }

  /// The dialect of the store below.
  public var dialect: Dialect { inner.dialect }
  /// The commits of the store below.
  public var commits: CommitCount { inner.commits }

  // MARK: The one who gives turns

  /// From now on a write waits until ``commit(_:)``.
  public func beginTurns() { state.withLock { $0.isDirect = false } }

  /// From now on calls go straight through; nobody may be waiting.
  public func endTurns() {
    state.withLock { state in
      precondition(state.waiting.isEmpty, "somebody waits for a commit")
      state.isDirect = true
    }
  }

  /// Callers that wait for a commit.
  public var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Starts a caller and returns when it waits for a commit or has ended.
  public func start(_ body: @escaping @Sendable () async -> Void) async {
    await untilQuiet {
      Task {
        await body()
        self.becomeQuiet()
      }
    }
  }

  /// Commits what some callers wait for, in this order, as one batch; then lets each go on in the same
  /// order until it waits again or has ended. Numbers count among those waiting.
  public func commit(_ order: [Int]) async {
    let chosen = take(order)
    var results = await inner.writeAll(chosen.flatMap(\.units))[...]
    for caller in chosen {
      let own = Array(results.prefix(caller.units.count))
      results = results.dropFirst(caller.units.count)
      await untilQuiet { caller.continuation.resume(returning: own) }
    }
  }

  /// Answers everybody who waits with an error, as nobody is left to commit, until nobody waits.
  public func abandon(_ error: any Error) async {
    while waitingCount > 0 {
      for caller in take(Array(0..<waitingCount)) {
        let own = caller.units.map { _ in Result<any Sendable, any Error>.failure(error) }
        await untilQuiet { caller.continuation.resume(returning: own) }
      }
    }
  }

  private func take(_ order: [Int]) -> [Waiting] {
    state.withLock { state in
      let chosen = order.map { state.waiting[$0] }
      let left = Set(state.waiting.indices).subtracting(order).sorted()
      state.waiting = left.map { state.waiting[$0] }
      return chosen
    }
  }

  private func untilQuiet(_ go: () -> Void) async {
    await withUnsafeContinuation { continuation in
      state.withLock { $0.quiet = continuation }
      go()
    }
  }

  private func becomeQuiet() {
    let quiet = state.withLock { state in
      defer { state.quiet = nil }
      return state.quiet
    }
    quiet?.resume()
  }

  // MARK: The callers

  private func wait(_ units: [Unit]) async -> [Result<any Sendable, any Error>] {
    await withUnsafeContinuation { continuation in
      state.withLock { $0.waiting.append(Waiting(units: units, continuation: continuation)) }
      becomeQuiet()
    }
  }

  private func erased<Answer>(_ unit: @escaping WriteUnit<Answer>) -> Unit {
    { view in
      let plan = try unit(view)
      return WritePlan(plan.changes, answer: plan.answer)
    }
  }

  private func typed<Answer>(_ answer: any Sendable) -> Answer {
    guard let typed = answer as? Answer else { preconditionFailure("an answer of another unit") }
    return typed
  }

  /// Waits for its turn, then for the commit.
  public func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
    if state.withLock({ $0.isDirect }) { return try await inner.write(unit) }
    return typed(try await wait([erased(unit)])[0].get())
  }

  /// Waits for its turn, then for the commit; its units stay together.
  public func writeAll<Answer>(
    _ units: [WriteUnit<Answer>]
  ) async -> [Result<Answer, any Error>] {
    if units.isEmpty || state.withLock({ $0.isDirect }) { return await inner.writeAll(units) }
    return await wait(units.map { erased($0) }).map { $0.map { typed($0) } }
  }

  /// Reads at once.
  public func read<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output { try await inner.read(body) }

  /// Reads at once.
  public func report<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output { try await inner.report(body) }

  /// Closes the store below.
  public func close() { inner.close() }
}
