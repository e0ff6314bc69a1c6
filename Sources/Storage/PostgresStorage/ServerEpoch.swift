#if PostgreSQL
  import Synchronization

  /// Counts how often the writing connection was made anew, which may have been to another server.
  ///
  /// After a change of servers the old one may live on for a while and still answer questions with
  /// what it knew. A connection that reads therefore belongs to an epoch, and what it says counts only
  /// while that epoch lasts: what this node has written is then never missing from what it reads.
  final class ServerEpoch: Sendable {
    private let count = Atomic<Int>(0)

    /// The present one.
    var current: Int { count.load(ordering: .acquiring) }

    /// Begins the next one.
    func begin() { count.add(1, ordering: .releasing) }
  }
#endif
