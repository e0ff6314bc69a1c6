import Commons
import Storage

/// Certificates that acts issued, and the lists of which are revoked or suspended.
public enum CertificateBook {
  static let migration = Migration(
    "certificates.0001",
    [
      """
      CREATE TABLE certificates (
        certificate {key}, entry_key BIGINT NOT NULL, document TEXT NOT NULL,
        sealed {bytes} NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE INDEX certificates_entry ON certificates (entry_key)",
      """
      CREATE TABLE status_lists (
        list TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, entry_key BIGINT NOT NULL,
        changed_at BIGINT NOT NULL, bits {bytes} NOT NULL, mark {bytes} NOT NULL) {clustered}
      """,
    ])

  /// The certificates.
  public static let table = MarkedTable(
    "certificates", ["certificate", "entry_key", "document", "sealed"])
  /// The lists.
  public static let listTable = MarkedTable(
    "status_lists", ["list", "version", "entry_key", "changed_at", "bits"])

  private static let byEntry = Statement(
    "SELECT certificate, entry_key, document, sealed FROM certificates WHERE entry_key = $1 "
      + "ORDER BY certificate")
  private static let byKey = Statement(
    "SELECT certificate, entry_key, document, sealed FROM certificates WHERE certificate = $1")
  private static let byList = Statement(
    "SELECT list, version, entry_key, changed_at, bits FROM status_lists WHERE list = $1")

  /// A certificate. Its content is sealed for the subject of its act: forgetting the subject destroys it.
  public struct Certificate: Sendable {
    /// Its number, from 1.
    public let number: Int64
    /// The act that issued it.
    public let entry: JournalKey
    /// The document of the act that it certifies.
    public let document: String
    /// The content, sealed.
    public let sealed: [UInt8]

    /// A certificate with its content, sealed.
    public init(
      number: Int64, entry: JournalKey, document: String, content: [UInt8], sealing: SealingKey,
      random: some RandomSource
    ) {
      self.number = number
      self.entry = entry
      self.document = document
      sealed = sealing.seal(content, at: Certificate.place(number), random: random)
    }

    init(_ row: Row) {
      number = row.integer(0)
      entry = JournalKey(raw: row.integer(1))
      document = row.text(2)
      sealed = row.blob(3)
    }

    /// Below zero, where no act and no attachment is sealed.
    private static func place(_ number: Int64) -> Int64 { -number }

    /// The content; nil if the key does not open it.
    public func content(_ sealing: SealingKey) -> [UInt8]? {
      sealing.open(sealed, at: Certificate.place(number))
    }
  }

  /// The series from which certificates have their numbers.
  public static let series = "certificates"

  /// The change that keeps a certificate.
  public static func issue(_ certificate: Certificate, _ ring: KeyRing) -> Change {
    table.inserting(
      [
        .integer(certificate.number), .integer(certificate.entry.raw), .text(certificate.document),
        .blob(certificate.sealed),
      ], ring)
  }

  /// The certificates that an act issued.
  public static func issued(by entry: JournalKey) -> Query<Certificate> {
    Query(byEntry, [.integer(entry.raw)]) { Certificate($0) }
  }

  /// One certificate.
  public static func find(_ number: Int64) -> Query<Certificate> {
    Query(byKey, [.integer(number)]) { Certificate($0) }
  }

  // MARK: Status

  /// One version of a status list.
  public struct List: Sendable {
    /// Purpose and number, such as `revocation/1`.
    public let name: String
    /// How often it was changed.
    public let version: Int64
    /// The act that changed it last.
    public let entry: JournalKey
    /// When.
    public let changedAt: Instant
    /// The bits.
    public let bits: [UInt8]

    /// A version of a list.
    public init(name: String, version: Int64, entry: JournalKey, changedAt: Instant, bits: [UInt8])
    {
      self.name = name
      self.version = version
      self.entry = entry
      self.changedAt = changedAt
      self.bits = bits
    }

    var values: [SQLValue] {
      [
        .text(name), .integer(version), .integer(entry.raw), .integer(changedAt.microseconds),
        .blob(bits),
      ]
    }
  }

  /// A list as it stands; nil before its first change.
  public static func list(_ name: String) -> Query<List> {
    Query(byList, [.text(name)]) { row in
      List(
        name: row.text(0), version: row.integer(1), entry: JournalKey(raw: row.integer(2)),
        changedAt: row.instant(3), bits: row.blob(4))
    }
  }

  /// The change that puts a list in the place of the one that was read.
  public static func change(_ list: List, from old: List?, _ ring: KeyRing) -> Change {
    guard let old else { return listTable.inserting(list.values, ring) }
    return listTable.updating(list.values, from: old.values, ring)
  }
}
