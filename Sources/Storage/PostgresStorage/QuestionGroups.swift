#if PostgreSQL
  import Storage

  /// A question with its values.
  struct Question: Sendable {
    let statement: Statement
    let parameters: [SQLValue]
  }

  /// Asks many questions of one statement by one: the parameters go as arrays, and each row of the answer
  /// says whose it is. To carry a statement out and to describe its columns costs both sides more than
  /// to find a row by its key.
  final class QuestionGroups {
    private struct Shape {
      let statement: Statement
      let types: [ColumnType]
    }

    /// What became of the statements that were looked at: nil for those that are asked one by one.
    private var shapes: [Int: Shape?] = [:]

    /// The answers to questions, in their order, each as of the moment in which it is given.
    ///
    /// - Throws: why one of them has no answer; then none is given.
    func answers(
      to questions: [Question], on connection: PostgresConnection
    ) throws(PostgresFailure) -> [PostgresAnswer] {
      var members: [Int: [Int]] = [:]
      for (place, question) in questions.enumerated() {
        members[question.statement.index, default: []].append(place)
      }
      // Before anything is sent: to learn a shape the server must be asked.
      for places in members.values where places.count > 1 {
        try learn(questions[places[0]].statement, connection)
      }
      var sent: [(places: [Int], isGroup: Bool)] = []
      var refusal: PostgresFailure?
      for places in members.values {
        let statement = questions[places[0]].statement
        let rows = places.map { questions[$0].parameters }
        if let shape = shape(statement, rows) {
          let arrays = shape.types.enumerated().map { column, type in
            SQLValue.blob(ArrayEncoder.array(of: type, rows.map { $0[column] }))
          }
          try connection.send(shape.statement, arrays)
          sent.append((places, true))
          continue
        }
        for place in places {
          do { try connection.send(statement, questions[place].parameters) } catch {
            guard case .refused = error.kind else { throw error }
            // What was sent before it is still answered, and must not be taken for another answer.
            refusal = error
            break
          }
          sent.append(([place], false))
        }
      }
      let answers = try collect(questions, sent, connection.finish())
      guard answers.count == questions.count else {
        throw refusal
          ?? PostgresFailure(.other, "PostgreSQL left questions without an answer of their own")
      }
      return answers
    }

    private func collect(
      _ questions: [Question], _ sent: [(places: [Int], isGroup: Bool)],
      _ outcomes: [PostgresConnection.Outcome]
    ) throws(PostgresFailure) -> [PostgresAnswer] {
      var answers = [PostgresAnswer?](repeating: nil, count: questions.count)
      var failure: PostgresFailure?
      for (part, outcome) in zip(sent, outcomes) {
        switch outcome {
        case .done(let answer) where part.isGroup:
          if let own = answer.split(part.places.count) {
            for (place, answer) in zip(part.places, own) { answers[place] = answer }
          } else {
            shapes[questions[part.places[0]].statement.index] = .some(nil)
          }
        case .done(let answer): answers[part.places[0]] = answer
        case .failed(let reason):
          failure = reason
          if part.isGroup { shapes[questions[part.places[0]].statement.index] = .some(nil) }
        case .skipped: continue
        }
      }
      if let failure { throw failure }
      return answers.compactMap { $0 }
    }

    private func learn(
      _ statement: Statement, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
      if shapes[statement.index] == nil {
        shapes[statement.index] = .some(try make(statement, connection))
      }
    }

    private func shape(_ statement: Statement, _ rows: [[SQLValue]]) -> Shape? {
      guard rows.count > 1, let shape = shapes[statement.index] ?? nil,
        rows.allSatisfy({ row in
          row.count == shape.types.count && zip(row, shape.types).allSatisfy { $1.holds($0) }
        })
      else { return nil }
      return shape
    }

    private func make(
      _ statement: Statement, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Shape? {
      guard let sql = QuestionGroups.replacingParameters(statement.sql) else { return nil }
      let names = try connection.parameterTypes(of: statement)
      let types = names.compactMap { ColumnType(name: $0) }
      guard !types.isEmpty, types.count == names.count else { return nil }
      let arrays = types.enumerated().map { "$\($0 + 1)::\($1.name)[]" }.joined(separator: ", ")
      let columns = types.indices.map { "p\($0 + 1)" }.joined(separator: ", ")
      return Shape(
        statement: Statement(
          """
          SELECT asked_by.place, q.* FROM unnest(\(arrays)) WITH ORDINALITY AS asked_by
          (\(columns), place), LATERAL (\(sql)) AS q
          """), types: types)
    }

    /// A question's text with a column for each parameter; nil for what is no question, and for a literal
    /// in which there is a `$`.
    private static func replacingParameters(_ sql: String) -> String? {
      let parts = sql.split(separator: "'", omittingEmptySubsequences: false)
      let literals = stride(from: 1, to: parts.count, by: 2).map { parts[$0] }
      guard sql.hasPrefix("SELECT"), !literals.contains(where: { $0.contains("$") }) else {
        return nil
      }
      return sql.replacing("$", with: "asked_by.p")
    }
  }
#endif
