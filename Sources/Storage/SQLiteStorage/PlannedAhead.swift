import Commons
import Storage

/// A unit's plan, made on the caller's thread from the committed rows while the writer is busy with
/// others, together with what it rests on.
///
/// A unit is a pure function of the answers it gets. So when the writer asks the same questions at
/// the unit's turn and gets the same answers, byte for byte, the plan is the very one that it would
/// make; if any answer differs, because a unit before it has changed something, the plan is dropped
/// and the unit runs again. What is decided, sealed and written as JSON ahead costs the one writing
/// thread nothing.
struct PlannedAhead {
  private struct Asked {
    let statement: Statement
    let parameters: [SQLValue]
    let onlyFirst: Bool
  }

  /// What it would change.
  let changes: [Change]
  private let asked: [Asked]
  private let answers: [UInt8]

  /// Runs a unit against a reading connection; throws what the unit throws.
  init(_ plan: (any View) throws -> [Change], _ connection: SQLiteConnection) throws {
    let witness = Witness(connection)
    changes = try plan(witness)
    asked = witness.asked
    answers = witness.answers
  }

  /// Whether the writing connection gives the same answers now.
  func holds(_ connection: SQLiteConnection, scratch: inout [UInt8]) throws -> Bool {
    scratch.removeAll(keepingCapacity: true)
    for question in asked {
      try connection.record(
        question.statement, question.parameters, onlyFirst: question.onlyFirst, to: &scratch)
    }
    return scratch == answers
  }

  /// A view that writes down what it was asked and what it answered.
  private final class Witness: View {
    private let connection: SQLiteConnection
    private(set) var asked: [Asked] = []
    private(set) var answers: [UInt8] = []

    init(_ connection: SQLiteConnection) {
      self.connection = connection
      answers.reserveCapacity(512)
    }

    func all<Output>(_ query: Query<Output>) throws -> [Output] {
      var rows: [Output] = []
      try ask(query, onlyFirst: false) { rows.append($0) }
      return rows
    }

    func first<Output>(_ query: Query<Output>) throws -> Output? {
      var row: Output?
      try ask(query, onlyFirst: true) { row = $0 }
      return row
    }

    private func ask<Output>(
      _ query: Query<Output>, onlyFirst: Bool, _ body: (Output) -> Void
    ) throws {
      asked.append(
        Asked(
          statement: query.statement, parameters: query.parameters, onlyFirst: onlyFirst))
      try connection.record(
        query.statement, query.parameters, onlyFirst: onlyFirst, to: &answers
      ) { body(try query.decode(Row(connection))) }
    }
  }
}
