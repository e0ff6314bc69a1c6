import Commons

/// A value that a statement takes or a row holds. Exactly the types that SQLite and PostgreSQL
/// share: truth values are 0 and 1, moments are microseconds, money is minor units.
public enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// The integer, or NULL if there is none.
  public init(_ integer: Int64?) { self = integer.map(SQLValue.integer) ?? .null }
  /// The text, or NULL if there is none.
  public init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }
  /// The bytes, or NULL if there are none.
  public init(_ bytes: [UInt8]?) { self = bytes.map(SQLValue.blob) ?? .null }
  /// The moment in microseconds, or NULL.
  public init(_ moment: Instant?) { self.init(moment?.microseconds) }
  /// 1 or 0.
  public init(_ flag: Bool) { self = .integer(flag ? 1 : 0) }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByNilLiteral
{
  /// An integer that is written in the source.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A text that is written in the source.
  public init(stringLiteral value: String) { self = .text(value) }
  /// NULL, written `nil`.
  public init(nilLiteral: ()) { self = .null }
}

/// The cells of the row a driver stands on. Valid only during the call that hands it out.
public protocol RowCells: AnyObject {
  /// Columns in the row.
  var count: Int { get }
  /// Whether the cell is NULL.
  func isNull(_ column: Int) -> Bool
  /// The integer in a cell.
  func integer(_ column: Int) -> Int64
  /// The floating-point number in a cell.
  func real(_ column: Int) -> Double
  /// The text in a cell.
  func text(_ column: Int) -> String
  /// The bytes in a cell.
  func blob(_ column: Int) -> [UInt8]
  /// The cell with its own type.
  func value(_ column: Int) -> SQLValue
}

/// One row of an answer, read by position; columns count from 0.
public struct Row {
  private let cells: any RowCells

  /// A row over a driver's cells.
  public init(_ cells: any RowCells) { self.cells = cells }

  /// Columns in the row.
  public var count: Int { cells.count }
  /// The integer in a column that is NOT NULL.
  public func integer(_ column: Int) -> Int64 { cells.integer(column) }
  /// The integer in a column, nil for NULL.
  public func optionalInteger(_ column: Int) -> Int64? {
    cells.isNull(column) ? nil : cells.integer(column)
  }
  /// The floating-point number in a column that is NOT NULL.
  public func real(_ column: Int) -> Double { cells.real(column) }
  /// The text in a column that is NOT NULL.
  public func text(_ column: Int) -> String { cells.text(column) }
  /// The text in a column, nil for NULL.
  public func optionalText(_ column: Int) -> String? {
    cells.isNull(column) ? nil : cells.text(column)
  }
  /// The bytes in a column that is NOT NULL.
  public func blob(_ column: Int) -> [UInt8] { cells.blob(column) }
  /// The bytes in a column, nil for NULL.
  public func optionalBlob(_ column: Int) -> [UInt8]? {
    cells.isNull(column) ? nil : cells.blob(column)
  }
  /// The moment in a column that is NOT NULL.
  public func instant(_ column: Int) -> Instant {
    Instant(microseconds: cells.integer(column))
  }
  /// The moment in a column, nil for NULL.
  public func optionalInstant(_ column: Int) -> Instant? {
    optionalInteger(column).map { Instant(microseconds: $0) }
  }
  /// 1 as true, 0 as false.
  public func flag(_ column: Int) -> Bool { cells.integer(column) != 0 }
  /// The value with the type that the store holds.
  public func value(_ column: Int) -> SQLValue { cells.value(column) }
  /// All values of the row.
  public var values: [SQLValue] { (0..<count).map(value) }
}
