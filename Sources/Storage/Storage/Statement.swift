import Synchronization

private let statementCounter = Atomic<Int>(0)

/// One SQL text in the portable subset, with `$1 …` parameters; declared once as a constant.
///
/// Every connection prepares it at first use and keeps it under ``index``, so running it again
/// costs an array access.
public final class Statement: Sendable {
  /// The text.
  public let sql: String
  /// A small number, unique in the process.
  public let index: Int

  /// Declares a statement.
  public init(_ sql: String) {
    self.sql = sql
    index = statementCounter.wrappingAdd(1, ordering: .relaxed).oldValue
  }
}

/// The name of a predicate on which a decision rests: the balance of an account, a grid column, a
/// quota. Who decides by it names it in the query; who changes what it covers raises it. On several
/// nodes, guards turn "nobody else matched" into a row that can be locked, in the order of names.
public struct GuardKey: Hashable, Comparable, Sendable {
  /// The name: space and key, such as `account:42`.
  public let name: String

  /// A guard in a space.
  public init(_ space: String, _ key: some CustomStringConvertible) { name = "\(space):\(key)" }

  /// The order of names, in which guards are locked.
  public static func < (a: GuardKey, b: GuardKey) -> Bool { a.name < b.name }
}

/// A declared question with typed rows.
public struct Query<Output: Sendable>: Sendable {
  /// What is asked.
  public let statement: Statement
  /// The values of `$1 …`.
  public let parameters: [SQLValue]
  /// The predicates that the answer stands for, beyond the rows it returns.
  public let guards: [GuardKey]
  /// Reads one row.
  public let decode: @Sendable (Row) throws -> Output

  /// A question.
  public init(
    _ statement: Statement, _ parameters: [SQLValue] = [], guards: [GuardKey] = [],
    decode: @escaping @Sendable (Row) throws -> Output
  ) {
    self.statement = statement
    self.parameters = parameters
    self.guards = guards
    self.decode = decode
  }
}

/// A declared change of rows.
public struct Change: Sendable {
  /// What is done.
  public let statement: Statement
  /// The values of `$1 …`.
  public let parameters: [SQLValue]
  /// Predicates that this change may falsify.
  public let raises: [GuardKey]
  /// If true, exactly one row must be touched; otherwise the whole command fails as stale.
  public let touchesOneRow: Bool
  /// Whether this is one line of a list: the statement inserts a row with one text, and several such
  /// rows of a transaction mean the same as one row with their texts put together in order. Engines make
  /// them one, so that a line costs no row.
  public let isLine: Bool

  /// A change.
  public init(
    _ statement: Statement, _ parameters: [SQLValue], raises: [GuardKey] = [],
    touchesOneRow: Bool = false
  ) {
    self.statement = statement
    self.parameters = parameters
    self.raises = raises
    self.touchesOneRow = touchesOneRow
    isLine = false
  }

  /// A line of the list into which the statement inserts.
  public init(_ statement: Statement, line: String) {
    self.statement = statement
    parameters = [.text(line)]
    raises = []
    touchesOneRow = false
    isLine = true
  }
}
