import Commons
import Storage

/// The place of an act in the journal: which aggregate, and which of its versions it made. One
/// integer in the tables, so that an aggregate's acts lie side by side without a second index.
public struct JournalKey: Hashable, Comparable, Sendable {
  /// The aggregate's key, below 2⁴⁷.
  public let aggregate: Int64
  /// The version that the act made, from 1 to ``maximumVersion``.
  public let version: Int64

  /// Acts that one aggregate may have.
  public static let maximumVersion: Int64 = 0xFFFF

  /// A place.
  public init(aggregate: Int64, version: Int64) {
    self.aggregate = aggregate
    self.version = version
  }

  /// A place from its integer.
  public init(raw: Int64) { self.init(aggregate: raw >> 16, version: raw & 0xFFFF) }

  /// The integer.
  public var raw: Int64 { aggregate << 16 | version }

  /// By aggregate, then by version: the order in which the tables keep acts.
  public static func < (a: JournalKey, b: JournalKey) -> Bool { a.raw < b.raw }
}

/// One act as the journal keeps it.
public struct JournalRow: Sendable {
  /// Where it stands.
  public let key: JournalKey
  /// What was done, such as `requests.accept`.
  public let kind: String
  /// When it was recorded.
  public let recordedAt: Instant
  /// When it takes effect; differs from ``recordedAt`` in imports and back-dated acts.
  public let effectiveAt: Instant
  /// Under which jurisdiction and authorisation, see ``StampBook``.
  public let stamp: Int64
  /// The account that acted; 0 nobody known, -1 the system.
  public let actor: Int64
  /// The random alias under which the aggregate appears in the log, 16 bytes; it stands once, with
  /// the ``Subject``.
  public let matter: [UInt8]
  /// The public fields, canonical JSON.
  public let publicFields: String
  /// SHA-256 over salt and private part, 32 bytes.
  public let commitment: [UInt8]
  /// The private part, sealed.
  public let sealed: [UInt8]

  /// An act.
  public init(
    key: JournalKey, kind: String, recordedAt: Instant, effectiveAt: Instant, stamp: Int64,
    actor: Int64, matter: [UInt8], publicFields: String, commitment: [UInt8], sealed: [UInt8]
  ) {
    self.key = key
    self.kind = kind
    self.recordedAt = recordedAt
    self.effectiveAt = effectiveAt
    self.stamp = stamp
    self.actor = actor
    self.matter = matter
    self.publicFields = publicFields
    self.commitment = commitment
    self.sealed = sealed
  }

  init(_ row: Row, offset: Int = 0) {
    let recorded = row.instant(offset + 2)
    self.init(
      key: JournalKey(raw: row.integer(offset)), kind: row.text(offset + 1),
      recordedAt: recorded, effectiveAt: row.optionalInstant(offset + 3) ?? recorded,
      stamp: row.integer(offset + 4), actor: row.integer(offset + 5),
      matter: row.blob(offset + 9), publicFields: row.text(offset + 6),
      commitment: row.blob(offset + 7), sealed: row.blob(offset + 8))
  }

  var values: [SQLValue] {
    [
      .integer(key.raw), .text(kind), .integer(recordedAt.microseconds),
      effectiveAt == recordedAt ? .null : .integer(effectiveAt.microseconds), .integer(stamp),
      .integer(actor), .text(publicFields), .blob(commitment), .blob(sealed),
    ]
  }
}

/// The append-only table of acts and the queue of those that are not yet in the log.
public enum JournalBook {
  static let migration = Migration(
    "journal.0001",
    [
      """
      CREATE TABLE journal (
        entry_key {key}, kind TEXT NOT NULL, recorded_at BIGINT NOT NULL, effective_at BIGINT,
        stamp BIGINT NOT NULL, actor BIGINT NOT NULL, public_fields TEXT NOT NULL, commitment {bytes} NOT NULL,
        sealed {bytes} NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE TABLE log_queue (entry_key {key})",
    ])
  /// The queue became a list of lists: those of one transaction are one row, which is taken as a whole.
  static let lists = Migration(
    "journal.0002",
    [
      "CREATE TABLE log_waiting (place {serial}, entries TEXT NOT NULL)",
      """
      INSERT INTO log_waiting (entries)
      SELECT CAST(entry_key AS TEXT) || ',' FROM log_queue ORDER BY entry_key
      """,
      "DROP TABLE log_queue",
    ])

  /// The journal, row by row marked.
  public static let table = MarkedTable(
    "journal",
    [
      "entry_key", "kind", "recorded_at", "effective_at", "stamp", "actor", "public_fields",
      "commitment", "sealed",
    ])

  private static let enqueue = Statement("INSERT INTO log_waiting (entries) VALUES ($1)")
  /// What ``JournalRow`` reads, the act as `j` and its subject as `s`.
  static let columns =
    table.columns.map { "j.\($0)" }.joined(separator: ", ") + ", s.matter"
  /// Ties an act to its subject.
  static let ofSubject = "JOIN subjects s ON s.subject = j.entry_key / 65536"
  private static let byKey = Statement(
    "SELECT \(columns) FROM journal j \(ofSubject) WHERE j.entry_key = $1")
  private static let range = Statement(
    """
    SELECT \(columns) FROM journal j \(ofSubject)
    WHERE j.entry_key BETWEEN $1 AND $2 ORDER BY j.entry_key
    """)
  private static let queued = Statement(
    "SELECT place, entries FROM log_waiting ORDER BY place LIMIT $1")
  /// Acts that one question reads by key.
  private static let keysAsked = 64
  private static let byKeys = Statement(
    """
    SELECT \(columns) FROM journal j \(ofSubject)
    WHERE j.entry_key IN (\((1...keysAsked).map { "$\($0)" }.joined(separator: ", ")))
    """)

  /// The changes that append an act and put it in the queue for the log.
  public static func append(_ row: JournalRow, _ ring: KeyRing) -> [Change] {
    [table.inserting(row.values, ring), Change(enqueue, line: "\(row.key.raw),")]
  }

  /// One act.
  public static func entry(_ key: JournalKey) -> Query<JournalRow> {
    Query(byKey, [.integer(key.raw)]) { JournalRow($0) }
  }

  /// All acts of an aggregate in order.
  public static func history(_ aggregate: Int64) -> Query<JournalRow> {
    let first = JournalKey(aggregate: aggregate, version: 0)
    let last = JournalKey(aggregate: aggregate, version: JournalKey.maximumVersion)
    return Query(range, [.integer(first.raw), .integer(last.raw)]) { JournalRow($0) }
  }

  /// Acts that were queued for the log by one transaction.
  public struct Waiting: Hashable, Sendable {
    /// Its place in the queue.
    public let place: Int64
    /// The acts, in their order.
    public let entries: [JournalKey]

    init(_ row: Row) throws {
      place = row.integer(0)
      // By bytes: by characters this took a third of all the time in which acts enter the log.
      entries = try row.text(1).utf8.split(separator: UInt8(ascii: ",")).map { bytes in
        guard let raw = Int64(Substring(bytes)) else {
          throw StorageError(
            "log_waiting \(row.integer(0)): \(Substring(bytes)) is no act: run tequ verify")
        }
        return JournalKey(raw: raw)
      }
    }
  }

  /// What was queued first, at most `limit` transactions, in the order in which they were committed.
  public static func waiting(limit: Int) -> Query<Waiting> {
    Query(queued, [.integer(Int64(limit))]) { try Waiting($0) }
  }

  /// Acts by their keys, in no order; those that are not there are left out.
  public static func entries(_ keys: [JournalKey]) -> [Query<JournalRow>] {
    stride(from: 0, to: keys.count, by: keysAsked).map { start in
      let asked = keys[start..<min(keys.count, start + keysAsked)].map { SQLValue.integer($0.raw) }
      let filling = Array(repeating: asked[0], count: keysAsked - asked.count)
      return Query(byKeys, asked + filling) { JournalRow($0) }
    }
  }
}
