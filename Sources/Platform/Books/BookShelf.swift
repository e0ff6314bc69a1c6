import Storage

/// All books that every store has.
public enum BookShelf {
  /// Their schema steps.
  public static let migrations: [Migration] = [
    JournalBook.migration, StampBook.migration, SubjectBook.migration, CaseBook.migration,
    KeyBook.migration, IdempotencyBook.migration, NumberBook.migration, LogBook.migration,
    OutboxBook.migration, AccountBook.migration, BlobBook.migration, AccessBook.migration,
    LeaseBook.migration,
    ThrottleBook.migration, JournalBook.lists, CertificateBook.migration, LogBook.published,
    SubscriptionBook.migration,
  ]

  /// The tables whose rows carry a mark.
  public static let markedTables: [MarkedTable] = [
    JournalBook.table, SubjectBook.table, StampBook.table, CaseBook.table, IdempotencyBook.table,
    NumberBook.table,
    OutboxBook.table, OutboxBook.deliveries, AccountBook.table, AccountBook.sessions,
    AccountBook.mandates, BlobBook.table, AccessBook.table, AccessBook.digests,
    LogBook.stateTable, LogBook.publishedTable, CertificateBook.table, CertificateBook.listTable,
    SubscriptionBook.table,
  ]
}
