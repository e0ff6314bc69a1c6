import Commons
import Storage

/// Attachments: sealed chunks of at most ``chunkBytes`` in the store, staged before the act that
/// refers to them, so that they fall under backup, copy and verification like everything else.
public enum BlobBook {
  /// Bytes in a chunk before sealing.
  public static let chunkBytes = 512 * 1024
  /// Bytes in an attachment at most.
  public static let maximumBytes = 10 * 1024 * 1024

  static let migration = Migration(
    "blobs.0001",
    [
      """
      CREATE TABLE blobs (
        blob_key {key}, aggregate BIGINT NOT NULL, entry_key BIGINT, name {bytes} NOT NULL,
        media_type TEXT NOT NULL, size BIGINT NOT NULL, digest {bytes} NOT NULL,
        staged_at BIGINT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE INDEX blobs_aggregate ON blobs (aggregate, blob_key)",
      "CREATE INDEX blobs_staged ON blobs (staged_at) WHERE entry_key IS NULL",
      "CREATE TABLE blob_chunks (chunk_key {key}, bytes {bytes} NOT NULL)",
    ])

  /// The attachments.
  public static let table = MarkedTable(
    "blobs",
    [
      "blob_key", "aggregate", "entry_key", "name", "media_type", "size", "digest", "staged_at",
    ])

  private static let putChunk = Statement(
    "INSERT INTO blob_chunks (chunk_key, bytes) VALUES ($1, $2)")
  private static let getChunks = Statement(
    "SELECT chunk_key, bytes FROM blob_chunks WHERE chunk_key BETWEEN $1 AND $2 ORDER BY chunk_key")
  private static let columns = table.columns.joined(separator: ", ")
  private static let byKey = Statement("SELECT \(columns) FROM blobs WHERE blob_key = $1")
  private static let byAggregate = Statement(
    "SELECT \(columns) FROM blobs WHERE aggregate = $1 ORDER BY blob_key")
  private static let everything = Statement("SELECT \(columns) FROM blobs ORDER BY blob_key")
  private static let dropChunks = Statement(
    "DELETE FROM blob_chunks WHERE chunk_key BETWEEN $1 AND $2")
  private static let orphanChunks = Statement(
    """
    DELETE FROM blob_chunks WHERE (chunk_key / 65536) IN
    (SELECT blob_key FROM blobs WHERE entry_key IS NULL AND staged_at < $1)
    """)
  private static let orphans = Statement(
    "DELETE FROM blobs WHERE entry_key IS NULL AND staged_at < $1")

  /// One attachment without its bytes.
  public struct Blob: Sendable {
    /// Its key.
    public let key: Int64
    /// The case or account under whose key it is sealed.
    public let aggregate: Int64
    /// The act that refers to it; nil while it is only staged.
    public var entry: JournalKey?
    /// The file name, sealed.
    public let name: [UInt8]
    /// The media type that was checked by content.
    public let mediaType: String
    /// Bytes before sealing.
    public let size: Int64
    /// SHA-256 of the bytes before sealing.
    public let digest: [UInt8]
    /// When it was staged.
    public let stagedAt: Instant

    /// An attachment.
    public init(
      key: Int64, aggregate: Int64, entry: JournalKey?, name: [UInt8], mediaType: String,
      size: Int64, digest: [UInt8], stagedAt: Instant
    ) {
      self.key = key
      self.aggregate = aggregate
      self.entry = entry
      self.name = name
      self.mediaType = mediaType
      self.size = size
      self.digest = digest
      self.stagedAt = stagedAt
    }

    init(_ row: Row) {
      self.init(
        key: row.integer(0), aggregate: row.integer(1),
        entry: row.optionalInteger(2).map { JournalKey(raw: $0) }, name: row.blob(3),
        mediaType: row.text(4), size: row.integer(5), digest: row.blob(6),
        stagedAt: row.instant(7))
    }

    var values: [SQLValue] {
      [
        .integer(key), .integer(aggregate), SQLValue(entry?.raw), .blob(name), .text(mediaType),
        .integer(size), .blob(digest), .integer(stagedAt.microseconds),
      ]
    }
  }

  /// One attachment.
  public static func find(_ key: Int64) -> Query<Blob> {
    Query(byKey, [.integer(key)]) { Blob($0) }
  }

  /// The attachments of a case.
  public static func of(_ aggregate: Int64) -> Query<Blob> {
    Query(byAggregate, [.integer(aggregate)]) { Blob($0) }
  }

  /// All attachments.
  public static let all = Query(everything) { Blob($0) }

  /// The sealed chunks of an attachment in order.
  public static func chunks(_ key: Int64) -> Query<(place: Int64, bytes: [UInt8])> {
    Query(getChunks, [.integer(key << 16), .integer(key << 16 | 0xFFFF)]) {
      ($0.integer(0), $0.blob(1))
    }
  }

  /// The changes that stage an attachment: sealed chunk by chunk under its aggregate's key.
  public static func stage(
    _ blob: Blob, _ bytes: [UInt8], sealing: SealingKey, _ ring: KeyRing,
    random: some RandomSource
  ) -> [Change] {
    var changes = [table.inserting(blob.values, ring)]
    for (index, start) in stride(from: 0, to: bytes.count, by: chunkBytes).enumerated() {
      let chunk = Array(bytes[start..<min(bytes.count, start + chunkBytes)])
      let place = blob.key << 16 | Int64(index)
      let sealed = sealing.seal(chunk, at: place, random: random)
      changes.append(Change(putChunk, [.integer(place), .blob(sealed)]))
    }
    return changes
  }

  /// The change that ties a staged attachment to the act that refers to it.
  public static func attach(_ blob: Blob, to entry: JournalKey, _ ring: KeyRing) -> Change {
    var attached = blob
    attached.entry = entry
    return table.updating(attached.values, ring)
  }

  /// The changes that drop an attachment, its digest with it.
  public static func drop(_ blob: Blob) -> [Change] {
    [
      Change(dropChunks, [.integer(blob.key << 16), .integer(blob.key << 16 | 0xFFFF)]),
      table.deleting([.integer(blob.key)]),
    ]
  }

  /// The changes that drop attachments that were staged before `moment` and never referred to.
  public static func sweep(before moment: Instant) -> [Change] {
    [
      Change(orphanChunks, [.integer(moment.microseconds)]),
      Change(orphans, [.integer(moment.microseconds)]),
    ]
  }
}
