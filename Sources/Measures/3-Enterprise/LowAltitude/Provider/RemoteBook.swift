import Books
import Commons
import Storage

/// Flights that are identified remotely together, under one area in the DSS.
struct RemoteGroup: Hashable, Sendable {
  /// What it is called by who brought it.
  let id: String
  /// Changes with each change.
  let version: String
  /// The area in the DSS.
  let area: String
  /// The flights, as they were brought.
  let flights: JSONValue
}

/// The table of flights that are identified remotely.
enum RemoteBook {
  static let migration = Migration(
    "low-altitude.0004",
    [
      """
      CREATE TABLE air_remote (
        id TEXT NOT NULL PRIMARY KEY, version TEXT NOT NULL, area TEXT NOT NULL,
        flights TEXT NOT NULL, mark {bytes} NOT NULL)
      """
    ])

  static let table = MarkedTable("air_remote", ["id", "version", "area", "flights"])

  private static func values(_ group: RemoteGroup) -> [SQLValue] {
    [
      .text(group.id), .text(group.version), .text(group.area), .text(group.flights.canonical),
    ]
  }

  private static func read(_ row: Row) throws -> RemoteGroup {
    RemoteGroup(
      id: row.text(0), version: row.text(1), area: row.text(2),
      flights: try JSONValue(parsing: Array(row.text(3).utf8)))
  }

  private static let one = Statement(
    "SELECT id, version, area, flights FROM air_remote WHERE id = $1")
  private static let byArea = Statement(
    "SELECT id, version, area, flights FROM air_remote WHERE area = $1")
  private static let heads = Statement("SELECT id, version FROM air_remote ORDER BY id")

  static func find(_ id: String) -> Query<RemoteGroup> {
    Query(one, [.text(id)]) { try read($0) }
  }

  /// The group of an area.
  static func find(area: String) -> Query<RemoteGroup> {
    Query(byArea, [.text(area)]) { try read($0) }
  }

  /// Which groups there are, and in which version.
  static let versions = Query(heads, []) { (id: $0.text(0), version: $0.text(1)) }

  static func save(_ new: RemoteGroup, over old: RemoteGroup?, _ ring: KeyRing) -> Change {
    guard let old else { return table.inserting(values(new), ring) }
    return table.updating(values(new), from: values(old), ring)
  }

  static func remove(_ id: String) -> Change { table.deleting([.text(id)]) }
}
