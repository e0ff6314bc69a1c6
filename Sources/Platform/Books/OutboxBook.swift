import Commons
import Storage

/// Effects that leave the store: decided in the act's transaction, handed over afterwards, at least
/// once, with a key by which the other side can tell repetitions.
public enum OutboxBook {
  static let migration = Migration(
    "outbox.0001",
    [
      """
      CREATE TABLE outbox (
        entry_key BIGINT NOT NULL, ordinal BIGINT NOT NULL, kind TEXT NOT NULL,
        payload TEXT NOT NULL, not_before BIGINT NOT NULL, attempts BIGINT NOT NULL,
        mark {bytes} NOT NULL, PRIMARY KEY (entry_key, ordinal)) {clustered}
      """,
      "CREATE INDEX outbox_later ON outbox (not_before) WHERE attempts > 0",
      """
      CREATE TABLE deliveries (
        entry_key BIGINT NOT NULL, ordinal BIGINT NOT NULL, kind TEXT NOT NULL,
        payload TEXT NOT NULL, finished_at BIGINT NOT NULL, proof TEXT NOT NULL, read_at BIGINT,
        mark {bytes} NOT NULL, PRIMARY KEY (entry_key, ordinal)) {clustered}
      """,
    ])

  /// Effects that wait.
  public static let table = MarkedTable(
    "outbox", keyCount: 2,
    ["entry_key", "ordinal", "kind", "payload", "not_before", "attempts"])
  /// Effects that were handed over or given up, with the proof.
  public static let deliveries = MarkedTable(
    "deliveries", keyCount: 2,
    ["entry_key", "ordinal", "kind", "payload", "finished_at", "proof", "read_at"])

  private static let columns = table.columns.joined(separator: ", ")
  private static let fresh = Statement(
    """
    SELECT \(columns) FROM outbox WHERE attempts = 0 AND kind = $1
    ORDER BY entry_key, ordinal LIMIT $2
    """)
  private static let later = Statement(
    """
    SELECT \(columns) FROM outbox WHERE attempts > 0 AND (not_before <= $1 OR not_before > $2)
    AND kind = $3 ORDER BY not_before LIMIT $4
    """)
  private static let ofKind = Statement(
    """
    SELECT \(columns) FROM outbox WHERE kind = $1 ORDER BY entry_key, ordinal LIMIT $2
    """)
  private static let ofEntries = Statement(
    """
    SELECT entry_key, ordinal, kind, payload, finished_at, proof, read_at FROM deliveries
    WHERE entry_key BETWEEN $1 AND $2 ORDER BY entry_key, ordinal
    """)
  private static let remove = Statement(
    "DELETE FROM outbox WHERE entry_key = $1 AND ordinal = $2")

  /// One effect that waits. The payload names things by key; it holds no personal words.
  public struct Waiting: Sendable {
    /// The act that decided it.
    public let entry: JournalKey
    /// Which of the act's effects, from 0.
    public let ordinal: Int
    /// What it is, such as `notice`.
    public let kind: String
    /// Canonical JSON.
    public let payload: String
    /// Not to be tried earlier.
    public let notBefore: Instant
    /// Tries so far.
    public let attempts: Int64

    /// An effect.
    public init(
      entry: JournalKey, ordinal: Int, kind: String, payload: String, notBefore: Instant,
      attempts: Int64 = 0
    ) {
      self.entry = entry
      self.ordinal = ordinal
      self.kind = kind
      self.payload = payload
      self.notBefore = notBefore
      self.attempts = attempts
    }

    init(_ row: Row) {
      self.init(
        entry: JournalKey(raw: row.integer(0)), ordinal: Int(row.integer(1)), kind: row.text(2),
        payload: row.text(3), notBefore: row.instant(4), attempts: row.integer(5))
    }

    /// The key by which the receiver tells repetitions.
    public var key: String { "\(entry.aggregate).\(entry.version).\(ordinal)" }

    var values: [SQLValue] {
      [
        .integer(entry.raw), .integer(Int64(ordinal)), .text(kind), .text(payload),
        .integer(notBefore.microseconds), .integer(attempts),
      ]
    }
  }

  /// One effect that is over.
  public struct Delivery: Sendable {
    /// The act that decided it.
    public let entry: JournalKey
    /// Which of the act's effects, from 0.
    public let ordinal: Int
    /// What it is.
    public let kind: String
    /// Canonical JSON.
    public let payload: String
    /// When it was handed over or given up.
    public let finishedAt: Instant
    /// What the receiver answered, or why it was given up.
    public let proof: String
    /// When the addressee opened it, if known.
    public let readAt: Instant?

    /// Whether nobody could be told, as no address is on file.
    public var hadNobody: Bool { proof == OutboxBook.nobody }
  }

  /// The proof of a notice for which there is no address.
  public static let nobody = "nobody to tell"

  /// The kind of an effect that tells a person something.
  public static let notice = "notice"

  /// Effects of a kind that have not been tried yet.
  public static func fresh(limit: Int, kind: String = notice) -> Query<Waiting> {
    Query(fresh, [.text(kind), .integer(Int64(limit))]) { Waiting($0) }
  }

  /// Effects of a kind that wait, whether they are due or not.
  public static func waiting(limit: Int, kind: String) -> Query<Waiting> {
    Query(ofKind, [.text(kind), .integer(Int64(limit))]) { Waiting($0) }
  }

  /// Seconds for which an effect is put off at most.
  public static let longestPauseSeconds: Int64 = 3600

  /// Effects of a kind that were put off and may be tried again at `moment`. One that was put off for longer
  /// than is ever done was put off before the clock was set back, and is tried now.
  public static func later(
    at moment: Instant, limit: Int, kind: String = notice
  ) -> Query<Waiting> {
    let horizon = moment.adding(seconds: longestPauseSeconds)
    return Query(
      later,
      [
        .integer(moment.microseconds), .integer(horizon.microseconds), .text(kind),
        .integer(Int64(limit)),
      ]
    ) { Waiting($0) }
  }

  /// What became of the effects of an aggregate's acts.
  public static func deliveries(of aggregate: Int64) -> Query<Delivery> {
    let first = JournalKey(aggregate: aggregate, version: 0).raw
    return Query(ofEntries, [.integer(first), .integer(first | 0xFFFF)]) { row in
      Delivery(
        entry: JournalKey(raw: row.integer(0)), ordinal: Int(row.integer(1)), kind: row.text(2),
        payload: row.text(3), finishedAt: row.instant(4), proof: row.text(5),
        readAt: row.optionalInstant(6))
    }
  }

  /// The change that puts an effect in the box.
  public static func put(_ effect: Waiting, _ ring: KeyRing) -> Change {
    table.inserting(effect.values, ring)
  }

  /// The change that puts off an effect after a failed try.
  public static func postpone(_ effect: Waiting, until: Instant, _ ring: KeyRing) -> Change {
    table.updating(
      Waiting(
        entry: effect.entry, ordinal: effect.ordinal, kind: effect.kind, payload: effect.payload,
        notBefore: until, attempts: effect.attempts + 1
      ).values, ring)
  }

  /// The changes that record what became of an effect.
  public static func finish(
    _ effect: Waiting, at moment: Instant, proof: String, _ ring: KeyRing
  ) -> [Change] {
    [
      Change(
        remove, [.integer(effect.entry.raw), .integer(Int64(effect.ordinal))],
        touchesOneRow: true),
      deliveries.inserting(
        [
          .integer(effect.entry.raw), .integer(Int64(effect.ordinal)), .text(effect.kind),
          .text(effect.payload), .integer(moment.microseconds), .text(proof), .null,
        ], ring),
    ]
  }

  /// The change that records that the addressee opened a notice.
  public static func markRead(_ delivery: Delivery, at moment: Instant, _ ring: KeyRing) -> Change {
    deliveries.updating(
      [
        .integer(delivery.entry.raw), .integer(Int64(delivery.ordinal)), .text(delivery.kind),
        .text(delivery.payload), .integer(delivery.finishedAt.microseconds),
        .text(delivery.proof), .integer(moment.microseconds),
      ], ring)
  }
}
