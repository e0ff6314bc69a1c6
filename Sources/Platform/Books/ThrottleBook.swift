import Commons
import Storage

/// Who has to wait: wrong passwords in a row, and how much of an allowance of writes is used up. Names
/// and addresses stand as blind indexes, so that the table tells nobody's address.
public enum ThrottleBook {
  static let migration = Migration(
    "throttles.0001",
    [
      """
      CREATE TABLE throttles (
        name_index {key}, count BIGINT NOT NULL, until_at BIGINT NOT NULL)
      """,
      "CREATE INDEX throttles_until ON throttles (until_at)",
    ])

  private static let get = Statement("SELECT count, until_at FROM throttles WHERE name_index = $1")
  private static let set = Statement(
    """
    INSERT INTO throttles (name_index, count, until_at) VALUES ($1, $2, $3)
    ON CONFLICT (name_index) DO UPDATE SET count = excluded.count, until_at = excluded.until_at
    """)
  private static let remove = Statement("DELETE FROM throttles WHERE name_index = $1")
  private static let old = Statement("DELETE FROM throttles WHERE until_at < $1")

  /// One who was noted.
  public struct Throttle: Hashable, Sendable {
    /// Wrong passwords in a row; 0 for an allowance.
    public let count: Int64
    /// Until when they wait; for an allowance, when it will be whole again.
    public let until: Instant

    /// A note.
    public init(count: Int64, until: Instant) {
      self.count = count
      self.until = until
    }
  }

  /// What is noted under an index.
  public static func find(_ index: Int64) -> Query<Throttle> {
    Query(get, [.integer(index)]) { Throttle(count: $0.integer(0), until: $0.instant(1)) }
  }

  /// The change that notes somebody.
  public static func put(_ index: Int64, _ throttle: Throttle) -> Change {
    Change(
      set, [.integer(index), .integer(throttle.count), .integer(throttle.until.microseconds)])
  }

  /// The change that forgives.
  public static func forgive(_ index: Int64) -> Change { Change(remove, [.integer(index)]) }

  /// The change that drops what is over.
  public static func prune(at moment: Instant) -> Change {
    Change(old, [.integer(moment.microseconds)])
  }
}
