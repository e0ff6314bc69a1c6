import Commons
import Storage

/// A subject of acts (a case, an account): its alias in the log and its sealing key.
public struct Subject: Sendable {
  /// The aggregate's key.
  public let key: Int64
  /// The random alias under which its acts stand in the log, 16 bytes. It outlives the sealing key:
  /// the entries of a forgotten subject still belong together and their proofs still hold.
  public let matter: [UInt8]
  /// The sealing key, wrapped under the store's own; empty once the subject is forgotten.
  public let wrapped: [UInt8]

  /// Whether its words were destroyed.
  public var isForgotten: Bool { wrapped.isEmpty }

  /// The unwrapped key; nil if the subject was forgotten or the row was altered.
  public func sealingKey(_ ring: KeyRing) -> SealingKey? {
    SealingKey(subject: key, wrapped: wrapped, ring)
  }

  init(key: Int64, matter: [UInt8], wrapped: [UInt8]) {
    self.key = key
    self.matter = matter
    self.wrapped = wrapped
  }

  init(_ row: Row) {
    self.init(key: row.integer(0), matter: row.blob(1), wrapped: row.blob(2))
  }

  var values: [SQLValue] { [.integer(key), .blob(matter), .blob(wrapped)] }
}

/// The subjects of all acts.
public enum SubjectBook {
  static let migration = Migration(
    "subjects.0001",
    [
      """
      CREATE TABLE subjects (
        subject {key}, matter {bytes} NOT NULL, wrapped {bytes} NOT NULL, mark {bytes} NOT NULL)
      """
    ])

  /// The table.
  public static let table = MarkedTable(
    "subjects", ["subject", "matter", "wrapped"], renewed: [2]
  ) { values, ring, random in
    guard case .integer(let key) = values[0], case .blob(let wrapped) = values[2],
      !wrapped.isEmpty, !SealingKey.isCurrent(subject: key, wrapped: wrapped, ring),
      let sealing = SealingKey(subject: key, wrapped: wrapped, ring)
    else { return values }
    return [values[0], values[1], .blob(sealing.wrapped(ring, random: random))]
  }
  private static let byKey = Statement(
    "SELECT subject, matter, wrapped FROM subjects WHERE subject = $1")
  private static let oldest = Statement(
    "SELECT subject, matter, wrapped FROM subjects ORDER BY subject LIMIT 20")
  private static let list = Statement(
    "SELECT subject, matter, wrapped FROM subjects ORDER BY subject")

  /// The change that keeps a new subject.
  public static func add(
    _ key: SealingKey, matter: [UInt8], _ ring: KeyRing, random: some RandomSource
  ) -> Change {
    let subject = Subject(
      key: key.subject, matter: matter, wrapped: key.wrapped(ring, random: random))
    return table.inserting(subject.values, ring)
  }

  /// One subject.
  public static func find(_ subject: Int64) -> Query<Subject> {
    Query(byKey, [.integer(subject)]) { Subject($0) }
  }

  /// The first subjects that there were.
  public static let first = Query(oldest) { Subject($0) }

  /// All subjects.
  public static let all = Query(list) { Subject($0) }

  /// The change that forgets a subject: nothing sealed for it can be opened again.
  public static func forget(_ subject: Subject, _ ring: KeyRing) -> Change {
    let forgotten = Subject(key: subject.key, matter: subject.matter, wrapped: [])
    return table.updating(forgotten.values, from: subject.values, ring)
  }
}
