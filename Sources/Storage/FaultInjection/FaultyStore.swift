import Commons
import Storage
import Synchronization

/// A store that fails, delays and ends at seeded points, over any driver: before a commit, after it
/// with the answer lost, for one commit or for all.
public final class FaultyStore: Store {
  /// Something that goes wrong with one commit.
  public enum Fault: String, CaseIterable, Sendable {
    /// Nothing is done, and the caller is told so.
    case refuses = "commit.refuses"
    /// It is durable, but the caller is told that the store is unavailable.
    case losesAnswer = "commit.loses-answer"
    /// It takes long; everybody's clock goes on meanwhile.
    case delays = "commit.delays"
    /// The program ends before the commit.
    case endsBefore = "commit.ends-before"
    /// The program ends after the commit, before anybody is answered.
    case endsAfter = "commit.ends-after"
  }

  private struct State {
    var commits = 0
    var fired: [String: Int] = [:]
    var isDead = false
  }

  private let inner: any Store
  private let plan: [Int: Fault]
  private let onDelay: @Sendable () -> Void
  private let state = Mutex(State())

  /// A store in which the n-th commit, from 1, meets the fault that `plan` has for it.
  ///
  /// - Parameter onDelay: called when a commit takes long, to move simulated time.
  public init(
    _ inner: any Store, plan: [Int: Fault], onDelay: @escaping @Sendable () -> Void = {}
  ) {
    self.inner = inner
    self.plan = plan
    self.onDelay = onDelay
  }

  /// Whether a fault has ended the program: every call fails since.
  public var isDead: Bool { state.withLock { $0.isDead } }
  /// How often each fault has come, by its name.
  public var faults: [String: Int] { state.withLock { $0.fired } }
  /// Commits that were asked for so far, failed ones among them.
  public var attempts: Int { state.withLock { $0.commits } }

  /// The dialect of the store below.
  public var dialect: Dialect { inner.dialect }
  /// The commits of the store below.
  public var commits: CommitCount { inner.commits }

  private static let ended = StorageError("the program has ended")

  private func begin() throws -> Fault? {
    let fault = try state.withLock { state -> Fault? in
      guard !state.isDead else { throw FaultyStore.ended }
      state.commits += 1
      guard let fault = plan[state.commits] else { return nil }
      state.fired[fault.rawValue, default: 0] += 1
      if fault == .endsBefore { state.isDead = true }
      return fault
    }
    switch fault {
    case .refuses: throw Problem.unavailable()
    case .endsBefore: throw FaultyStore.ended
    case .delays: onDelay()
    default: break
    }
    return fault
  }

  private func finish(_ fault: Fault?) throws {
    switch fault {
    case .losesAnswer: throw Problem.unavailable()
    case .endsAfter:
      state.withLock { $0.isDead = true }
      throw FaultyStore.ended
    default: break
    }
  }

  /// Runs one unit, unless its commit's fault comes before.
  public func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
    let fault = try begin()
    let result: Result<Answer, any Error>
    do { result = .success(try await inner.write(unit)) } catch { result = .failure(error) }
    try finish(fault)
    return try result.get()
  }

  /// Runs several units as one commit; a fault meets them all.
  public func writeAll<Answer>(
    _ units: [WriteUnit<Answer>]
  ) async -> [Result<Answer, any Error>] {
    do {
      let fault = try begin()
      let results = await inner.writeAll(units)
      try finish(fault)
      return results
    } catch { return units.map { _ in .failure(error) } }
  }

  /// Reads from the store below, unless the program has ended.
  public func read<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output {
    guard !isDead else { throw FaultyStore.ended }
    return try await inner.read(body)
  }

  /// Reads from the store below, unless the program has ended.
  public func report<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output {
    guard !isDead else { throw FaultyStore.ended }
    return try await inner.report(body)
  }

  /// Closes the store below.
  public func close() { inner.close() }
}
