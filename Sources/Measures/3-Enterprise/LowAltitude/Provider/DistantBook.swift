import Books
import Commons
import Storage

/// A change of the city's own at a DSS elsewhere that was begun and is not known to be done.
struct BegunChange: Hashable, Sendable {
  let kind: AirEntity.Kind
  /// The entity.
  let id: String
  /// Of F3411, for areas.
  let edition: RemoteID
  /// What was sent, and what stands beside it here; null if the entity was to be taken away.
  let said: JSONValue
  let at: Instant
}

/// The table of what was begun.
enum DistantBook {
  static let migration = Migration(
    "low-altitude.0006",
    [
      """
      CREATE TABLE air_begun (
        kind BIGINT NOT NULL, id TEXT NOT NULL, edition TEXT NOT NULL, said TEXT NOT NULL,
        begun_at BIGINT NOT NULL, mark {bytes} NOT NULL, PRIMARY KEY (kind, id))
      """,
      """
      CREATE TABLE air_references (
        kind BIGINT NOT NULL, id TEXT NOT NULL, reference TEXT NOT NULL, mark {bytes} NOT NULL,
        PRIMARY KEY (kind, id))
      """,
    ])

  static let table = MarkedTable(
    "air_begun", keyCount: 2, ["kind", "id", "edition", "said", "begun_at"])

  /// References as a DSS elsewhere gave them: others are told just these.
  static let references = MarkedTable(
    "air_references", keyCount: 2, ["kind", "id", "reference"])

  private static let given = Statement(
    "SELECT reference FROM air_references WHERE kind = $1 AND id = $2")

  /// What the DSS elsewhere says of an entity of the city's; none if the entity is in the DSS of the same program.
  static func reference(_ kind: AirEntity.Kind, _ id: String) -> Query<JSONValue> {
    Query(given, [.integer(kind.rawValue), .text(id)]) {
      try JSONValue(parsing: Array($0.text(0).utf8))
    }
  }

  /// The change that keeps a reference.
  static func keep(
    _ kind: AirEntity.Kind, _ id: String, _ reference: JSONValue, _ view: any View,
    _ ring: KeyRing
  ) throws -> Change {
    func values(_ reference: JSONValue) -> [SQLValue] {
      [.integer(kind.rawValue), .text(id), .text(reference.canonical)]
    }
    guard let old = try view.first(self.reference(kind, id)) else {
      return references.inserting(values(reference), ring)
    }
    return references.updating(values(reference), from: values(old), ring)
  }

  /// The change that forgets a reference, if there is one.
  static func forget(_ kind: AirEntity.Kind, _ id: String, _ view: any View) throws -> [Change] {
    try view.first(reference(kind, id)) == nil
      ? [] : [references.deleting([.integer(kind.rawValue), .text(id)])]
  }

  private static func values(_ change: BegunChange) -> [SQLValue] {
    [
      .integer(change.kind.rawValue), .text(change.id),
      .text(change.edition == .v19 ? "19" : "22a"), .text(change.said.canonical),
      SQLValue(change.at),
    ]
  }

  private static func read(_ row: Row) throws -> BegunChange {
    guard let kind = AirEntity.Kind(rawValue: row.integer(0)) else {
      throw StorageError("air_begun: \(row.integer(0)) is no kind of entity")
    }
    return BegunChange(
      kind: kind, id: row.text(1), edition: row.text(2) == "19" ? .v19 : .v22a,
      said: try JSONValue(parsing: Array(row.text(3).utf8)), at: row.instant(4))
  }

  private static let list = "SELECT kind, id, edition, said, begun_at FROM air_begun"
  private static let one = Statement("\(list) WHERE kind = $1 AND id = $2")
  private static let old = Statement("\(list) WHERE begun_at < $1 ORDER BY begun_at, id LIMIT 200")

  static func find(_ kind: AirEntity.Kind, _ id: String) -> Query<BegunChange> {
    Query(one, [.integer(kind.rawValue), .text(id)]) { try read($0) }
  }

  /// What was begun before a moment.
  static func begun(before moment: Instant) -> Query<BegunChange> {
    Query(old, [SQLValue(moment)]) { try read($0) }
  }

  static func save(_ new: BegunChange, over old: BegunChange?, _ ring: KeyRing) -> Change {
    guard let old else { return table.inserting(values(new), ring) }
    return table.updating(values(new), from: values(old), ring)
  }

  /// The change that says that it is done, if it was begun.
  static func end(_ kind: AirEntity.Kind, _ id: String, _ view: any View) throws -> [Change] {
    try view.first(find(kind, id)) == nil
      ? [] : [table.deleting([.integer(kind.rawValue), .text(id)])]
  }
}
