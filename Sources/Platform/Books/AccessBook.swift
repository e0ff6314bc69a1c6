import Commons
import Storage

/// Who read personal data, written before the answer is given. Its rows are observations: no act
/// each, but a digest of each hour goes to the journal.
public enum AccessBook {
  static let migration = Migration(
    "access.0001",
    [
      """
      CREATE TABLE access_log (
        access_key {key}, at BIGINT NOT NULL, actor BIGINT NOT NULL, aggregate BIGINT NOT NULL,
        what TEXT NOT NULL, mark {bytes} NOT NULL)
      """
    ])

  /// The table.
  public static let table = MarkedTable(
    "access_log", ["access_key", "at", "actor", "aggregate", "what"])
  private static let after = Statement(
    """
    SELECT access_key, at, actor, aggregate, what, mark FROM access_log
    WHERE access_key > $1 ORDER BY access_key LIMIT $2
    """)

  /// The change that records a read.
  public static func record(
    key: Int64, at moment: Instant, actor: Int64, aggregate: Int64, what: String, _ ring: KeyRing
  ) -> Change {
    table.inserting(
      [
        .integer(key), .integer(moment.microseconds), .integer(actor), .integer(aggregate),
        .text(what),
      ], ring)
  }

  /// One recorded read.
  public struct Access: Sendable {
    /// Its key.
    public let key: Int64
    /// When.
    public let at: Instant
    /// Who, by account.
    public let actor: Int64
    /// Of whom or what, by aggregate.
    public let aggregate: Int64
    /// What was read.
    public let what: String
    /// The row's mark.
    public let mark: [UInt8]
  }

  /// Reads recorded after a key, in order.
  public static func recorded(after key: Int64, limit: Int) -> Query<Access> {
    Query(after, [.integer(key), .integer(Int64(limit))]) { row in
      Access(
        key: row.integer(0), at: row.instant(1), actor: row.integer(2), aggregate: row.integer(3),
        what: row.text(4), mark: row.blob(5))
    }
  }
}
