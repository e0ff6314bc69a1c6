import Books
import Commons
import Storage

/// Something in a store that does not hold: which table, which row, what is wrong.
public struct StoreFinding: Hashable, Sendable {
  /// The table.
  public let table: String
  /// The row's key; empty if the table as a whole is concerned.
  public let row: String
  /// What is wrong and what to do.
  public let message: Phrase

  /// A finding.
  public init(_ table: String, row: String = "", _ message: Phrase) {
    self.table = table
    self.row = row
    self.message = message
  }

  /// A finding about a row with a composite key.
  public init(_ table: String, row: [SQLValue], _ message: Phrase) {
    self.init(table, row: row.map(StoreFinding.text).joined(separator: "/"), message)
  }

  static func text(_ value: SQLValue) -> String {
    switch value {
    case .null: "NULL"
    case .integer(let integer): String(integer)
    case .real(let real): String(real)
    case .text(let text): text
    case .blob(let bytes): Hex.encode(bytes)
    }
  }
}

/// One thing that must hold in a store, proven again from the rows. Read-only.
public struct StoreCheck: Sendable {
  /// Its name, as reports list it.
  public let name: String
  /// Looks; the answer is what does not hold.
  public let run: @Sendable (any View, KeyRing) throws -> [StoreFinding]

  /// A check.
  public init(
    _ name: String, run: @escaping @Sendable (any View, KeyRing) throws -> [StoreFinding]
  ) {
    self.name = name
    self.run = run
  }

  /// Every row of these tables carries the mark that follows from its other columns.
  public static func marks(_ tables: [MarkedTable]) -> StoreCheck {
    StoreCheck("row marks") { view, ring in
      try tables.flatMap { table in
        try table.alteredRows(view, ring).map { key in
          StoreFinding(
            table.name, row: key,
            Phrase(
              "此行被程序以外的手段改动过；请从备份恢复并查明来源。",
              en: "the row was changed behind the program's back; restore it from a backup and "
                + "find out how"))
        }
      }
    }
  }
}
