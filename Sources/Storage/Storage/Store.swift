import Commons

/// What a decision or a page may look at: the committed rows and those of the commands before it in
/// the same batch. It can only be asked.
public protocol View: AnyObject {
  /// All rows of an answer.
  func all<Output>(_ query: Query<Output>) throws -> [Output]
  /// The first row of an answer, nil if there is none.
  func first<Output>(_ query: Query<Output>) throws -> Output?
}

/// What one unit of writing comes to: the changes, and what the caller is told once they are durable.
public struct WritePlan<Answer: Sendable>: Sendable {
  /// Changes in the order in which they are made: all or none.
  public let changes: [Change]
  /// Told to the caller after the commit.
  public let answer: Answer

  /// A plan.
  public init(_ changes: [Change], answer: Answer) {
    self.changes = changes
    self.answer = answer
  }
}

/// A pure function from what is there to what shall change. It may run more than once, so all that
/// varies (time, ids, random draws) is fixed before it is made.
public typealias WriteUnit<Answer: Sendable> = @Sendable (any View) throws -> WritePlan<Answer>

/// One store of one city, whatever the engine below.
///
/// Units that wait together are committed together, yet mean exactly what they mean one after the
/// other in the order of arrival: each sees the changes of those before it. A unit that throws
/// changes nothing. An answer is given only after the commit is durable.
public protocol Store: Sendable {
  /// Runs one unit. Throws what the unit throws, ``Problem/stale`` if a row it relies on has
  /// changed, or ``Problem/unavailable(retryAfterSeconds:)`` if nothing could be committed.
  func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer

  /// Runs several units that arrive together, one answer for each.
  func writeAll<Answer>(
    _ units: [WriteUnit<Answer>]
  ) async -> [Result<Answer, any Error>]

  /// Reads within one snapshot.
  func read<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output

  /// Reads a long report off the threads that serve requests, within one snapshot.
  func report<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output

  /// The dialect in which this store's schema is written.
  var dialect: Dialect { get }

  /// What was committed since the store was opened.
  var commits: CommitCount { get }

  /// Makes what was deleted or overwritten unreadable in the engine's files, as far as the engine
  /// can while it is in use. Throws 503 if somebody reads an older state all the while.
  func scrub() async throws

  /// Refuses further writes, finishes those that wait and closes the writing connection.
  func close()
}

extension Store {
  /// Does nothing: an engine that keeps traces says so itself.
  public func scrub() async throws {}

  /// All rows of one answer.
  public func all<Output>(_ query: Query<Output>) async throws -> [Output] {
    try await read { try $0.all(query) }
  }

  /// The first row of one answer.
  public func first<Output>(_ query: Query<Output>) async throws -> Output? {
    try await read { try $0.first(query) }
  }
}

/// What went wrong inside a storage engine; never a fault of the caller's input.
public struct StorageError: Error, CustomStringConvertible, Sendable {
  /// What was being done and what the engine said.
  public let description: String
  /// Whether a constraint (unique, foreign key, check) refused a row.
  public let isConstraint: Bool
  /// Whether there was no room left on the disk.
  public let isFull: Bool

  /// An error of the engine.
  public init(_ description: String, isConstraint: Bool = false, isFull: Bool = false) {
    self.description = description
    self.isConstraint = isConstraint
    self.isFull = isFull
  }
}
