import Commons
import Storage

/// Duties that one node at a time carries out for all that share the store.
///
/// A lease is a row with a term, which grows whenever the lease changes hands, and a beat, which its
/// holder raises while it lives. No clock is compared with another: whoever has seen the same beat for
/// long enough by its own steady time may take the next term. What a holder writes names its term and
/// is refused once another term has begun (a fencing token), so that two nodes which both believe
/// that they hold it cannot both write.
public enum LeaseBook {
  static let migration = Migration(
    "leases.0001",
    [
      """
      CREATE TABLE leases (
        name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, term BIGINT NOT NULL,
        beat BIGINT NOT NULL) {clustered}
      """
    ])

  private static let get = Statement("SELECT holder, term, beat FROM leases WHERE name = $1")
  private static let put = Statement(
    """
    INSERT INTO leases (name, holder, term, beat) VALUES ($1, $2, $3, 0)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, term = excluded.term, beat = 0
    """)
  private static let raise = Statement(
    "UPDATE leases SET beat = beat + 1 WHERE name = $1 AND holder = $2 AND term = $3")
  private static let leave = Statement(
    "UPDATE leases SET holder = '' WHERE name = $1 AND holder = $2 AND term = $3")

  /// A lease as its row says.
  public struct Lease: Hashable, Sendable {
    /// The node that holds it; empty if it was given back.
    public let holder: String
    /// Times that it has changed hands.
    public let term: Int64
    /// Signs of life of its holder in this term.
    public let beat: Int64
  }

  /// The right of one node in one term.
  public struct Hold: Hashable, Sendable {
    /// The duty.
    public let name: String
    /// The node.
    public let holder: String
    /// The term.
    public let term: Int64

    /// A hold.
    public init(name: String, holder: String, term: Int64) {
      self.name = name
      self.holder = holder
      self.term = term
    }

    private var values: [SQLValue] { [.text(name), .text(holder), .integer(term)] }

    /// The change that shows that the holder lives; stale if it holds the lease no more.
    public var beating: Change { Change(raise, values, touchesOneRow: true) }
    /// The change that gives the lease back.
    public var leaving: Change { Change(leave, values) }

    /// Throws ``Problem/stale`` if another term has begun.
    public func require(_ view: any View) throws {
      guard let lease = try view.first(find(name)), lease.term == term, lease.holder == holder
      else { throw Problem.stale }
    }
  }

  /// A lease; none if nobody ever held it.
  public static func find(_ name: String) -> Query<Lease> {
    Query(get, [.text(name)]) {
      Lease(holder: $0.text(0), term: $0.integer(1), beat: $0.integer(2))
    }
  }

  /// Takes the next term if the lease still is as it was seen; the answer is the hold, nil if somebody
  /// else was quicker.
  public static func take(
    _ name: String, by holder: String, seen: Lease?
  ) -> WriteUnit<Hold?> {
    { view in
      guard try view.first(find(name)) == seen else { return WritePlan([], answer: nil) }
      let hold = Hold(name: name, holder: holder, term: (seen?.term ?? 0) + 1)
      let change = Change(put, [.text(name), .text(holder), .integer(hold.term)])
      return WritePlan([change], answer: hold)
    }
  }
}
