import Commons
import Storage

/// The evidence log in tables: which act has which index, the tiles of hashes, the last checkpoint.
public enum LogBook {
  static let migration = Migration(
    "log.0001",
    [
      "CREATE TABLE log_entries (log_index {key}, entry_key BIGINT NOT NULL)",
      "CREATE UNIQUE INDEX log_entries_key ON log_entries (entry_key)",
      "CREATE TABLE log_tiles (tile_key {key}, hashes {bytes} NOT NULL)",
      """
      CREATE TABLE log_state (
        state_key {key}, size BIGINT NOT NULL, checkpoint TEXT NOT NULL,
        signed_at BIGINT NOT NULL, mark {bytes} NOT NULL)
      """,
    ])

  static let published = Migration(
    "log.0002",
    [
      """
      CREATE TABLE log_published (
        state_key {key}, size BIGINT NOT NULL, checkpoint TEXT NOT NULL,
        signed_at BIGINT NOT NULL, mark {bytes} NOT NULL)
      """
    ])

  /// The table of the state.
  public static let stateTable = MarkedTable(
    "log_state", ["state_key", "size", "checkpoint", "signed_at"])

  /// The table of what was published.
  public static let publishedTable = MarkedTable(
    "log_published", ["state_key", "size", "checkpoint", "signed_at"])

  private static let insertEntry = Statement(
    "INSERT INTO log_entries (log_index, entry_key) VALUES ($1, $2)")
  private static let dequeue = Statement("DELETE FROM log_waiting WHERE place = $1")
  private static let putTile = Statement(
    """
    INSERT INTO log_tiles (tile_key, hashes) VALUES ($1, $2)
    ON CONFLICT (tile_key) DO UPDATE SET hashes = excluded.hashes
    """)
  private static let getTile = Statement("SELECT hashes FROM log_tiles WHERE tile_key = $1")
  private static func put(in table: String) -> Statement {
    Statement(
      """
      INSERT INTO \(table) (state_key, size, checkpoint, signed_at, mark)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (state_key) DO UPDATE
      SET size = excluded.size, checkpoint = excluded.checkpoint, signed_at = excluded.signed_at,
        mark = excluded.mark
      """)
  }
  private static func get(from table: String) -> Statement {
    Statement("SELECT size, checkpoint, signed_at FROM \(table) WHERE state_key = 1")
  }
  private static let putState = put(in: "log_state")
  private static let getState = get(from: "log_state")
  private static let putPublished = put(in: "log_published")
  private static let getPublished = get(from: "log_published")
  private static let dropPublished = Statement("DELETE FROM log_published WHERE state_key = 1")
  private static let indexOf = Statement("SELECT log_index FROM log_entries WHERE entry_key = $1")
  private static let range = Statement(
    """
    SELECT e.log_index, \(JournalBook.columns)
    FROM log_entries e JOIN journal j ON j.entry_key = e.entry_key \(JournalBook.ofSubject)
    WHERE e.log_index >= $1 AND e.log_index < $2 ORDER BY e.log_index
    """)
  private static let pairs = Statement(
    "SELECT log_index, entry_key FROM log_entries ORDER BY log_index")
  private static let tiles = Statement("SELECT tile_key, hashes FROM log_tiles ORDER BY tile_key")

  private static let countTiles = Statement("SELECT count(*) FROM log_tiles")
  /// How many tiles are kept.
  public static let tileCount = Query(countTiles) { $0.integer(0) }

  /// The log as it was last signed.
  public struct State: Hashable, Sendable {
    /// Entries in the log.
    public let size: Int64
    /// The signed checkpoint.
    public let checkpoint: String
    /// When it was signed.
    public let signedAt: Instant

    /// A state.
    public init(size: Int64, checkpoint: String, signedAt: Instant) {
      self.size = size
      self.checkpoint = checkpoint
      self.signedAt = signedAt
    }

    init(_ row: Row) {
      self.init(size: row.integer(0), checkpoint: row.text(1), signedAt: row.instant(2))
    }
  }

  /// A tile's key: its level above its index.
  public static func tileKey(level: Int, index: Int64) -> Int64 { Int64(level) << 56 | index }

  /// The last state; none before the first entry.
  public static let state = Query(getState) { State($0) }

  /// The state that witnesses were asked about and that was published, with their signatures, and when;
  /// none where the log has no witnesses.
  public static let lastPublished = Query(getPublished) { State($0) }

  /// What outsiders are shown: what was published where the log has witnesses, else the last state; none
  /// before the first entry.
  public static func shown(_ view: any View) throws -> State? {
    try view.first(lastPublished) ?? view.first(state)
  }

  /// The hashes of a tile, 32 bytes each, up to 256 of them.
  public static func tile(level: Int, index: Int64) -> Query<[UInt8]> {
    Query(getTile, [.integer(tileKey(level: level, index: index))]) { $0.blob(0) }
  }

  /// The index of an act in the log; none while it waits.
  public static func index(of entry: JournalKey) -> Query<Int64> {
    Query(indexOf, [.integer(entry.raw)]) { $0.integer(0) }
  }

  /// Acts with an index in `from ..< to`, in the order of the log.
  public static func entries(
    from: Int64, to: Int64
  ) -> Query<(index: Int64, row: JournalRow)> {
    Query(range, [.integer(from), .integer(to)]) { row in
      (row.integer(0), JournalRow(row, offset: 1))
    }
  }

  /// All pairs of index and act.
  public static let allPairs = Query(pairs) { (index: $0.integer(0), entry: $0.integer(1)) }
  /// All tiles.
  public static let allTiles = Query(tiles) { (key: $0.integer(0), hashes: $0.blob(1)) }

  /// The changes that move what waits from the queue to indexes that begin with `first`.
  public static func integrate(_ waiting: [JournalBook.Waiting], at first: Int64) -> [Change] {
    waiting.lazy.flatMap(\.entries).enumerated().map { offset, entry in
      Change(insertEntry, [.integer(first + Int64(offset)), .integer(entry.raw)])
    }
      + waiting.map { Change(dequeue, [.integer($0.place)], touchesOneRow: true) }
  }

  /// The change that writes a tile.
  public static func put(level: Int, index: Int64, hashes: [UInt8]) -> Change {
    Change(putTile, [.integer(tileKey(level: level, index: index)), .blob(hashes)])
  }

  /// The change that replaces the state.
  public static func put(_ state: State, _ ring: KeyRing) -> Change {
    put(state, putState, stateTable, ring)
  }

  /// What is to be published.
  public enum Publication: Sendable {
    /// The last state as it stands now, if nothing was published before: from then on only what is
    /// published is shown.
    case begin
    /// A checkpoint that witnesses were shown. What is published never shrinks: a smaller one changes
    /// nothing.
    case shown(State)
    /// Nothing any more: the last state is shown again.
    case end
  }

  /// The changes that publish.
  public static func publish(
    _ publication: Publication, _ view: any View, _ ring: KeyRing
  ) throws -> [Change] {
    let last = try view.first(lastPublished)
    let state: State?
    switch publication {
    case .begin: state = last == nil ? try view.first(self.state) : nil
    case .shown(let new): state = last.map { $0.size > new.size } == true ? nil : new
    case .end: return [Change(dropPublished, [])]
    }
    return state.map { [put($0, putPublished, publishedTable, ring)] } ?? []
  }

  private static func put(
    _ state: State, _ statement: Statement, _ table: MarkedTable, _ ring: KeyRing
  ) -> Change {
    let values: [SQLValue] = [
      1, .integer(state.size), .text(state.checkpoint), .integer(state.signedAt.microseconds),
    ]
    return Change(statement, values + [.blob(table.mark(values, ring))])
  }
}
