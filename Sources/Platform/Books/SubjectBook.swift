import Commons
import Storage

/// The sealing keys of subjects, each wrapped under the store's key.
public enum SubjectBook {
  static let migration = Migration(
    "subjects.0001", ["CREATE TABLE subjects (subject {key}, wrapped {bytes} NOT NULL)"])

  private static let insert = Statement("INSERT INTO subjects (subject, wrapped) VALUES ($1, $2)")
  private static let select = Statement("SELECT wrapped FROM subjects WHERE subject = $1")
  private static let list = Statement("SELECT subject, wrapped FROM subjects ORDER BY subject")
  private static let destroy = Statement("UPDATE subjects SET wrapped = $2 WHERE subject = $1")

  /// The change that keeps a subject's key.
  public static func add(
    _ key: SealingKey, _ ring: KeyRing, random: some RandomSource
  ) -> Change {
    Change(insert, [.integer(key.subject), .blob(key.wrapped(ring, random: random))])
  }

  /// The wrapped key of a subject; empty once the subject is forgotten.
  public static func wrapped(_ subject: Int64) -> Query<[UInt8]> {
    Query(select, [.integer(subject)]) { $0.blob(0) }
  }

  /// All subjects with their wrapped keys.
  public static let all = Query(list) { ($0.integer(0), $0.blob(1)) }

  /// The change that forgets a subject: nothing sealed for it can be opened again.
  public static func forget(_ subject: Int64) -> Change {
    Change(destroy, [.integer(subject), .blob([])], touchesOneRow: true)
  }
}
