import Storage

/// How far each subscriber has come in the log. A lost or older row only means that acts are heard again; a raised
/// one would mean that some are never heard, so that rows carry a mark.
public enum SubscriptionBook {
  static let migration = Migration(
    "subscriptions.0001",
    [
      """
      CREATE TABLE subscriptions (
        name TEXT NOT NULL PRIMARY KEY, next_index BIGINT NOT NULL, mark {bytes} NOT NULL)
      """
    ])

  /// The table.
  public static let table = MarkedTable("subscriptions", ["name", "next_index"])

  private static let get = Statement("SELECT next_index FROM subscriptions WHERE name = $1")
  private static let put = Statement(
    """
    INSERT INTO subscriptions (name, next_index, mark) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET next_index = excluded.next_index, mark = excluded.mark
    """)
  private static let heard = Statement(
    """
    SELECT e.log_index, j.entry_key FROM log_entries e JOIN journal j ON j.entry_key = e.entry_key
    WHERE e.log_index >= $1 AND e.log_index < $2 AND j.kind IN ($3, $4, $5, $6, $7, $8, $9, $10)
    ORDER BY e.log_index
    """)

  /// The index from which a subscriber goes on; none if it never heard anything.
  public static func next(_ name: String) -> Query<Int64> {
    Query(get, [.text(name)]) { $0.integer(0) }
  }

  /// Kinds that one subscription may name.
  public static let mostKinds = 8

  /// The acts of some kinds with an index in `from ..< to`.
  public static func acts(
    of kinds: Set<String>, from: Int64, to: Int64
  ) -> Query<(index: Int64, entry: JournalKey)> {
    precondition((1...mostKinds).contains(kinds.count), "a subscription names one to eight kinds")
    let names = kinds.sorted()
    let filled = names + Array(repeating: names[0], count: mostKinds - names.count)
    return Query(heard, [.integer(from), .integer(to)] + filled.map { .text($0) }) {
      (index: $0.integer(0), entry: JournalKey(raw: $0.integer(1)))
    }
  }

  /// The change that says how far a subscriber has come.
  public static func advance(_ name: String, to index: Int64, _ ring: KeyRing) -> Change {
    let values: [SQLValue] = [.text(name), .integer(index)]
    return Change(put, values + [.blob(table.mark(values, ring))])
  }
}
