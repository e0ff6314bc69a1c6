import Books
import Commons
import Storage

/// One duty of a store, such as the log, as seen from one node: whether this node has it now.
///
/// Among nodes that share a store one has it; if that one falls silent another takes over within
/// ``patience`` and the time between two of its looks. A node that could not show that it lives for
/// ``selfDoubt`` asks whether it still has the duty before it goes on.
public actor Duty {
  private let name: String
  private let node: String
  private let store: any Store
  private let time: any TimeSource
  private let isAlone: Bool
  private var hold: LeaseBook.Hold?
  private var shownAt: Int64 = 0
  private var seen: LeaseBook.Lease?
  private var seenSince: Int64 = 0

  /// Microseconds of silence after which another node may take over.
  public static let patience: Int64 = 6_000_000
  /// Microseconds without a sign of life after which the holder asks first.
  public static let selfDoubt: Int64 = 5_000_000
  /// Microseconds between two signs of life.
  public static let pause: Int64 = 2_000_000

  /// A duty of a store.
  ///
  /// - Parameters:
  ///   - node: the node's name, unlike that of any other.
  ///   - isAlone: whether no other process can write to the store, so that a lease left behind by an
  ///     earlier one is void.
  public init(
    _ name: String, node: String, store: any Store, time: any TimeSource, isAlone: Bool
  ) {
    self.name = name
    self.node = node
    self.store = store
    self.time = time
    self.isAlone = isAlone
  }

  /// The right to carry it out now; nil if another node has it.
  public func held() async throws -> LeaseBook.Hold? {
    if hold != nil, !isAlone, time.steady - shownAt >= Duty.selfDoubt { try await beat() }
    if let hold { return hold }
    let found = try await store.first(LeaseBook.find(name))
    let now = time.steady
    if found != seen || seenSince == 0 {
      seen = found
      seenSince = now
    }
    let isFree = found.map { $0.holder.isEmpty } ?? true
    guard isAlone || isFree || now - seenSince >= Duty.patience else { return nil }
    let before = time.steady
    guard let taken = try await store.write(LeaseBook.take(name, by: node, seen: found)) else {
      return nil
    }
    hold = taken
    shownAt = before
    return taken
  }

  /// Shows that this node lives, if it has the duty; to be called every ``pause``.
  public func beat() async throws {
    guard let hold, !isAlone else { return }
    let before = time.steady
    do {
      try await store.write { _ in WritePlan([hold.beating], answer: ()) }
      if self.hold == hold { shownAt = before }
    } catch let problem as Problem where problem == .stale { drop(hold) }
  }

  /// Forgets a right that proved to be over.
  public func drop(_ lost: LeaseBook.Hold) {
    if hold == lost { hold = nil }
  }

  /// Gives the duty back, so that another node need not wait.
  public func leave() async throws {
    guard let hold else { return }
    self.hold = nil
    try await store.write { _ in WritePlan([hold.leaving], answer: ()) }
  }
}
