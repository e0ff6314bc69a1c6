import Commons
import Storage

/// What was answered to a request that carried a key, so that the same request gets the same answer.
public enum IdempotencyBook {
  static let migration = Migration(
    "idempotency.0001",
    [
      """
      CREATE TABLE idempotency (
        scope {bytes} NOT NULL PRIMARY KEY, digest {bytes} NOT NULL, entry_key BIGINT NOT NULL,
        answered_at BIGINT NOT NULL, mark {bytes} NOT NULL) {clustered}
      """
    ])

  /// The table.
  public static let table = MarkedTable(
    "idempotency", ["scope", "digest", "entry_key", "answered_at"])
  private static let byScope = Statement(
    "SELECT digest, entry_key FROM idempotency WHERE scope = $1")
  private static let ofEntries = Statement(
    "DELETE FROM idempotency WHERE entry_key BETWEEN $1 AND $2")
  private static let before = Statement(
    "DELETE FROM idempotency WHERE answered_at < $1")

  /// Days for which an answer is kept.
  public static let keptDays: Int64 = 30

  /// The scope of a key: who, what kind of command, which key; 16 bytes.
  public static func scope(actor: Int64, kind: String, key: String) -> [UInt8] {
    Array(Digest.of("\(actor)\n\(kind)\n\(key)").bytes.prefix(16))
  }

  /// What was answered in a scope: the request's digest and the act.
  public static func find(_ scope: [UInt8]) -> Query<(digest: [UInt8], entry: JournalKey)> {
    Query(byScope, [.blob(scope)]) { ($0.blob(0), JournalKey(raw: $0.integer(1))) }
  }

  /// The change that keeps an answer.
  public static func keep(
    scope: [UInt8], digest: [UInt8], entry: JournalKey, at moment: Instant, _ ring: KeyRing
  ) -> Change {
    table.inserting(
      [.blob(scope), .blob(digest), .integer(entry.raw), .integer(moment.microseconds)], ring)
  }

  /// The change that forgets all answers about an aggregate: a digest of a request could be matched
  /// with guessed words.
  public static func forget(_ aggregate: Int64) -> Change {
    let first = JournalKey(aggregate: aggregate, version: 0)
    let last = JournalKey(aggregate: aggregate, version: JournalKey.maximumVersion)
    return Change(ofEntries, [.integer(first.raw), .integer(last.raw)])
  }

  /// The change that forgets answers older than ``keptDays``.
  public static func prune(at moment: Instant) -> Change {
    let limit = moment.adding(seconds: -keptDays * 86_400)
    return Change(before, [.integer(limit.microseconds)])
  }
}
