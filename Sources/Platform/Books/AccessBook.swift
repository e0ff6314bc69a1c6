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
      """,
      """
      CREATE TABLE access_digests (
        digest_key {key}, first_after BIGINT NOT NULL, through BIGINT NOT NULL,
        reads BIGINT NOT NULL, digest {bytes} NOT NULL, mark {bytes} NOT NULL)
      """,
    ])

  /// The table.
  public static let table = MarkedTable(
    "access_log", ["access_key", "at", "actor", "aggregate", "what"])
  /// The digests that stand in the journal.
  public static let digests = MarkedTable(
    "access_digests", ["digest_key", "first_after", "through", "reads", "digest"])
  private static let highest = Statement(
    "SELECT access_key FROM access_log ORDER BY access_key DESC LIMIT 1")
  private static let last = Statement(
    "SELECT digest_key, first_after, through, reads, digest FROM access_digests "
      + "ORDER BY digest_key DESC LIMIT 1")
  private static let everyDigest = Statement(
    "SELECT digest_key, first_after, through, reads, digest FROM access_digests "
      + "ORDER BY digest_key")
  private static let after = Statement(
    """
    SELECT access_key, at, actor, aggregate, what FROM access_log
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

  /// The key of the latest read.
  public static let lastKey = Query(
    highest, guards: [GuardKey("access-log", "end")]
  ) { $0.integer(0) }

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

    fileprivate var values: [SQLValue] {
      [
        .integer(key), .integer(at.microseconds), .integer(actor), .integer(aggregate),
        .text(what),
      ]
    }
  }

  /// Reads recorded after a key, in order.
  public static func recorded(after key: Int64, limit: Int) -> Query<Access> {
    Query(after, [.integer(key), .integer(Int64(limit))]) { row in
      Access(
        key: row.integer(0), at: row.instant(1), actor: row.integer(2), aggregate: row.integer(3),
        what: row.text(4))
    }
  }

  /// A digest over the reads with keys in `from + 1 ... through`.
  public struct Digested: Sendable {
    /// The aggregate of the act that put it into the journal.
    public let key: Int64
    /// The last key of the digest before it.
    public let from: Int64
    /// The last key that it covers.
    public let through: Int64
    /// Reads that it covers.
    public let count: Int64
    /// See ``AccessBook/digest(_:_:)``, 32 bytes.
    public let digest: [UInt8]

    /// A digest.
    public init(key: Int64, from: Int64, through: Int64, count: Int64, digest: [UInt8]) {
      self.key = key
      self.from = from
      self.through = through
      self.count = count
      self.digest = digest
    }

    init(_ row: Row) {
      self.init(
        key: row.integer(0), from: row.integer(1), through: row.integer(2),
        count: row.integer(3), digest: row.blob(4))
    }
  }

  /// The digest of rows: HMAC-SHA-256 over their values in the order of keys, under a key that
  /// outlives every rotation, as the digest stands in the log for ever. Keyed, because who read what
  /// and when could be guessed from a plain one.
  public static func digest(_ rows: [Access], _ ring: KeyRing) -> [UInt8] {
    var message: [UInt8] = []
    for row in rows { for value in row.values { value.append(to: &message) } }
    return MAC.sha256(message, key: ring.secret(for: "access digests 1"))
  }

  /// The latest digest.
  public static let lastDigest = Query(last) { Digested($0) }
  /// All digests in order.
  public static let allDigests = Query(everyDigest) { Digested($0) }

  /// The change that keeps a digest.
  public static func keep(_ digest: Digested, _ ring: KeyRing) -> Change {
    digests.inserting(
      [
        .integer(digest.key), .integer(digest.from), .integer(digest.through),
        .integer(digest.count), .blob(digest.digest),
      ], ring)
  }
}
