import Books
import Commons
import Desk
import Storage

/// A board as it lies in the store.
struct BoardRow: Sendable {
  let airport: String
  let aggregate: Int64
  var version: Int64
  var board: String
  var updatedAt: Instant

  static let columns = ["airport", "aggregate", "version", "board", "updated_at"]

  var values: [SQLValue] {
    [
      .text(airport), .integer(aggregate), .integer(version), .text(board), SQLValue(updatedAt),
    ]
  }
}

/// The table of the boards, a row an airport.
enum BoardBook {
  static let migration = Migration(
    "arrivals.0001",
    [
      """
      CREATE TABLE arrival_boards (
        airport TEXT NOT NULL PRIMARY KEY, aggregate BIGINT NOT NULL, version BIGINT NOT NULL,
        board TEXT NOT NULL, updated_at BIGINT NOT NULL, mark {bytes} NOT NULL)
      """
    ])
  static let table = MarkedTable("arrival_boards", BoardRow.columns)

  private static let one = Statement(
    "SELECT \(BoardRow.columns.joined(separator: ", ")) FROM arrival_boards WHERE airport = $1")
  private static let every = Statement("SELECT airport, aggregate, board FROM arrival_boards")

  static func find(_ airport: String) -> Query<BoardRow> {
    Query(one, [.text(airport)]) { row in
      BoardRow(
        airport: row.text(0), aggregate: row.integer(1), version: row.integer(2),
        board: row.text(3), updatedAt: row.instant(4))
    }
  }

  static func save(_ new: BoardRow, over old: BoardRow?, _ ring: KeyRing) -> Change {
    old.map { table.updating(new.values, from: $0.values, ring) }
      ?? table.inserting(new.values, ring)
  }

  /// Boards that cannot be read.
  @Sendable static func unreadable(_ view: any View) throws -> [(row: Int64, what: Phrase)] {
    let rows = try view.all(Query(every) { ($0.text(0), $0.integer(1), $0.text(2)) })
    return rows.compactMap { airport, aggregate, text in
      guard (try? ArrivalBoard(text)) == nil else { return nil }
      return (
        aggregate,
        Phrase("机场 \(airport) 的进场序列无法读取。", en: "The board of \(airport) cannot be read.")
      )
    }
  }
}

/// A change of the board of an airport: a message of a feed, the wind, the use of the runways. The new board was
/// computed outside, on the version that it names.
struct BoardAct: Command {
  let kind: String
  let permission: String
  let airport: String
  /// The board that the new one was made of; nil if there was none.
  let before: BoardRow?
  let board: String
  let publicFields: JSONValue
  /// What was sent, as a digest: positions are no acts.
  let content: JSONValue

  var aggregate: Int64? { before?.aggregate }

  func load(_ view: any View, _ context: Context) throws -> BoardRow? {
    let found = try view.first(BoardBook.find(airport))
    guard found?.version == before?.version else { throw Problem.stale }
    return found
  }

  func authorise(_ loaded: BoardRow?, _ context: Context) throws {}
  func version(of loaded: BoardRow?) -> Int64 { loaded?.version ?? 0 }

  func decide(_ loaded: BoardRow?, _ view: any View, _ context: Context) throws -> Decision {
    let new = BoardRow(
      airport: airport, aggregate: context.aggregate, version: (loaded?.version ?? 0) + 1,
      board: board, updatedAt: context.recordedAt)
    return .accepted(
      publicFields: publicFields, changes: [BoardBook.save(new, over: loaded, context.ring)])
  }
}
