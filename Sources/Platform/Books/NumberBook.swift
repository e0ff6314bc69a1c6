import Commons
import Storage

/// Document numbers without gaps, per agency, year and kind (文号), given when a document issues.
public enum NumberBook {
  static let migration = Migration(
    "numbers.0001",
    [
      """
      CREATE TABLE document_numbers (
        series TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL, mark {bytes} NOT NULL) {clustered}
      """
    ])

  /// The table.
  public static let table = MarkedTable("document_numbers", ["series", "last"])
  private static let get = Statement("SELECT last FROM document_numbers WHERE series = $1")

  /// The next number of a series, and the change that takes it. Two documents of one batch get two
  /// numbers, because each sees what the one before it took.
  public static func next(
    _ series: String, _ view: any View, _ ring: KeyRing
  ) throws -> (number: Int64, change: Change) {
    let last = try view.first(Query(get, [.text(series)]) { $0.integer(0) })
    let number = (last ?? 0) + 1
    let values: [SQLValue] = [.text(series), .integer(number)]
    return (number, last == nil ? table.inserting(values, ring) : table.updating(values, ring))
  }
}
