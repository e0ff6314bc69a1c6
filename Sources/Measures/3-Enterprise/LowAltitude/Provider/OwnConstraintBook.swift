import Books
import Commons
import Storage

/// A closure of the city as others may ask for it: its constraint in the DSS is kept by the same act.
struct OwnConstraint: Hashable, Sendable {
  /// The id of the constraint.
  let id: String
  /// The case of the closure.
  let closure: Int64
  /// Details as F3548-21 writes them: volumes and type.
  var details: JSONValue
}

/// The table of the city's own constraints.
enum OwnConstraintBook {
  static let migration = Migration(
    "low-altitude.0005",
    [
      """
      CREATE TABLE air_own_constraints (
        id TEXT NOT NULL PRIMARY KEY, closure_key BIGINT NOT NULL, details TEXT NOT NULL,
        mark {bytes} NOT NULL)
      """,
      "CREATE INDEX air_remote_area ON air_remote (area)",
    ])

  static let table = MarkedTable("air_own_constraints", ["id", "closure_key", "details"])

  private static func values(_ row: OwnConstraint) -> [SQLValue] {
    [.text(row.id), .integer(row.closure), .text(row.details.canonical)]
  }

  private static func read(_ row: Row) throws -> OwnConstraint {
    OwnConstraint(
      id: row.text(0), closure: row.integer(1),
      details: try JSONValue(parsing: Array(row.text(2).utf8)))
  }

  private static let list = "SELECT id, closure_key, details FROM air_own_constraints"
  private static let one = Statement("\(list) WHERE id = $1")
  private static let every = Statement("\(list) ORDER BY closure_key, id")

  static func find(_ id: String) -> Query<OwnConstraint> {
    Query(one, [.text(id)]) { try read($0) }
  }

  /// All of them: a city closes few places at a time, and each goes a day after its end.
  static let all = Query(every, []) { try read($0) }

  static func save(_ new: OwnConstraint, over old: OwnConstraint?, _ ring: KeyRing) -> Change {
    guard let old else { return table.inserting(values(new), ring) }
    return table.updating(values(new), from: values(old), ring)
  }

  static func remove(_ id: String) -> Change { table.deleting([.text(id)]) }
}
