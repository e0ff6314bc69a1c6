import Synchronization

/// How many transactions a store committed, and how many units in them: what group commit makes of the
/// callers that wait.
public struct CommitCount: Hashable, Sendable {
  /// Transactions.
  public let transactions: Int
  /// Units in them.
  public let units: Int
  /// Units in the largest.
  public let largest: Int

  /// Units in a transaction on average; 0 if there was none.
  public var mean: Double { transactions == 0 ? 0 : Double(units) / Double(transactions) }

  /// What came between an earlier count and this one; the largest stays that of all.
  public func since(_ earlier: CommitCount) -> CommitCount {
    CommitCount(
      transactions: transactions - earlier.transactions, units: units - earlier.units,
      largest: largest)
  }
}

/// Counts commits; one thread adds, any may look.
package final class CommitCounter: Sendable {
  private let transactions = Atomic<Int>(0)
  private let units = Atomic<Int>(0)
  private let largest = Atomic<Int>(0)

  package init() {}

  package func add(_ count: Int) {
    transactions.wrappingAdd(1, ordering: .relaxed)
    units.wrappingAdd(count, ordering: .relaxed)
    largest.max(count, ordering: .relaxed)
  }

  package var count: CommitCount {
    CommitCount(
      transactions: transactions.load(ordering: .relaxed), units: units.load(ordering: .relaxed),
      largest: largest.load(ordering: .relaxed))
  }
}
