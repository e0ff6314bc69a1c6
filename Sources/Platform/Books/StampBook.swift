import Commons
import Storage

/// Jurisdiction and authorisation under which acts are done, written once and named by number in
/// every act.
public enum StampBook {
  static let migration = Migration(
    "stamps.0001",
    [
      """
      CREATE TABLE stamps (
        stamp {key}, jurisdiction TEXT NOT NULL, authorisation TEXT NOT NULL,
        mark {bytes} NOT NULL, UNIQUE (jurisdiction, authorisation))
      """
    ])

  /// The table.
  public static let table = MarkedTable("stamps", ["stamp", "jurisdiction", "authorisation"])
  private static let all = Statement("SELECT stamp, jurisdiction, authorisation FROM stamps")

  /// One stamp.
  public struct Stamp: Hashable, Sendable {
    /// Its number.
    public let number: Int64
    /// GB/T 2260 code of the city.
    public let jurisdiction: String
    /// The document that authorises the measure there; empty where none is needed.
    public let authorisation: String

    /// A stamp.
    public init(number: Int64, jurisdiction: String, authorisation: String) {
      self.number = number
      self.jurisdiction = jurisdiction
      self.authorisation = authorisation
    }
  }

  /// All stamps.
  public static let list = Query(all) { row in
    Stamp(number: row.integer(0), jurisdiction: row.text(1), authorisation: row.text(2))
  }

  /// The change that adds a stamp.
  public static func add(_ stamp: Stamp, _ ring: KeyRing) -> Change {
    table.inserting(
      [.integer(stamp.number), .text(stamp.jurisdiction), .text(stamp.authorisation)], ring)
  }
}
