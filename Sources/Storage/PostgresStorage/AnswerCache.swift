#if PostgreSQL
  import Commons
  import Storage

  /// A question that a batch has asked, with its answer as long as no change has met it.
  final class Asked {
    let statement: Statement
    let parameters: [SQLValue]
    fileprivate(set) var answer: Result<PostgresAnswer, any Error>?
    /// Whether a change may have altered the answer since; it is asked anew under another entry.
    fileprivate(set) var isStale = false

    init(_ statement: Statement, _ parameters: [SQLValue]) {
      self.statement = statement
      self.parameters = parameters
    }
  }

  /// The answers of one batch. At any moment each is what the server would answer after the changes
  /// that were put into the pipeline so far: a change drops the answers that it may have altered.
  final class AnswerCache {
    /// Statement and values, byte for byte: texts that Swift holds equal may differ for the server.
    private struct Key: Hashable {
      let statement: Int
      let values: [UInt8]

      init(_ statement: Statement, _ parameters: [SQLValue]) {
        self.statement = statement.index
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for parameter in parameters { Key.append(parameter, to: &bytes) }
        values = bytes
      }

      private static func append(_ value: SQLValue, to bytes: inout [UInt8]) {
        func append(_ integer: UInt64) {
          withUnsafeBytes(of: integer) { bytes.append(contentsOf: $0) }
        }
        switch value {
        case .null: bytes.append(0)
        case .integer(let integer):
          bytes.append(1)
          append(UInt64(bitPattern: integer))
        case .real(let real):
          bytes.append(2)
          append(real.bitPattern)
        case .text(let text):
          bytes.append(3)
          append(UInt64(text.utf8.count))
          bytes.append(contentsOf: text.utf8)
        case .blob(let blob):
          bytes.append(4)
          append(UInt64(blob.count))
          bytes.append(contentsOf: blob)
        }
      }
    }

    /// An answer seen from one of its tables.
    private struct Watch {
      let asked: Asked
      let bounds: [StatementReach.Bound]
    }

    /// A column with values of one kind: only those can be told apart.
    private struct Column: Hashable {
      let name: String
      let kind: Int
    }

    /// The answers that look at a table: by the value that a column must have, or at all of it.
    private final class Table {
      var anywhere: [Watch] = []
      var byColumn: [Column: [SQLValue: [Watch]]] = [:]
    }

    private var entries: [Key: Asked] = [:]
    private var tables: [String: Table] = [:]
    private var everything: [Asked] = []
    private var reaches: [StatementReach?] = []
    /// Questions that the server refused; asking them again would abort the transaction again.
    private var refused: [Key: any Error] = [:]

    /// The question as it stands; a new one has no answer yet.
    func entry(_ statement: Statement, _ parameters: [SQLValue]) -> Asked {
      let key = Key(statement, parameters)
      if let known = entries[key], !known.isStale { return known }
      let asked = Asked(statement, parameters)
      if !refused.isEmpty, let error = refused[key] { asked.answer = .failure(error) }
      entries[key] = asked
      return asked
    }

    /// Keeps an answer that has just come in.
    func keep(_ answer: PostgresAnswer, of asked: Asked) {
      asked.answer = .success(answer)
      guard let reads = reach(asked.statement).reads else { return everything.append(asked) }
      for use in reads {
        let watch = Watch(asked: asked, bounds: use.bounds)
        let table = table(use.table)
        if let first = use.bounds.first, first.parameter < asked.parameters.count,
          let kind = AnswerCache.kind(asked.parameters[first.parameter])
        {
          let value = asked.parameters[first.parameter]
          table.byColumn[Column(name: first.column, kind: kind), default: [:]][
            value, default: []
          ].append(watch)
        } else {
          table.anywhere.append(watch)
        }
      }
    }

    private func table(_ name: String) -> Table {
      if let known = tables[name] { return known }
      let table = Table()
      tables[name] = table
      return table
    }

    /// Keeps in mind that the server refuses a question.
    func refuse(_ asked: Asked, _ error: any Error) {
      refused[Key(asked.statement, asked.parameters)] = error
    }

    /// Forgets all answers: what they rested on was rolled back.
    func clear() {
      for entry in entries.values { entry.isStale = true }
      entries.removeAll(keepingCapacity: true)
      tables.removeAll(keepingCapacity: true)
      everything.removeAll(keepingCapacity: true)
    }

    /// Drops the answers that a change may alter.
    func meet(_ change: Change) {
      guard !entries.isEmpty else { return }
      for asked in everything { asked.isStale = true }
      everything.removeAll(keepingCapacity: true)
      guard let writes = reach(change.statement).writes else { return clear() }
      guard let table = tables[writes.table] else { return }
      for watch in table.anywhere { watch.asked.isStale = true }
      table.anywhere.removeAll(keepingCapacity: true)
      for column in table.byColumn.keys {
        if let bound = writes.bounds.first(where: { $0.column == column.name }),
          bound.parameter < change.parameters.count,
          AnswerCache.kind(change.parameters[bound.parameter]) == column.kind
        {
          let value = change.parameters[bound.parameter]
          table.byColumn[column]?[value]?.removeAll { drop($0, writes, change) }
        } else {
          for watches in table.byColumn[column]!.values {
            for watch in watches { watch.asked.isStale = true }
          }
          table.byColumn[column] = nil
        }
      }
    }

    /// Drops an answer unless another of its columns tells it apart from the change.
    private func drop(_ watch: Watch, _ writes: StatementReach.Use, _ change: Change) -> Bool {
      for bound in watch.bounds.dropFirst() where bound.parameter < watch.asked.parameters.count {
        guard let written = writes.bounds.first(where: { $0.column == bound.column }),
          written.parameter < change.parameters.count
        else { continue }
        let asked = watch.asked.parameters[bound.parameter]
        let value = change.parameters[written.parameter]
        let kind = AnswerCache.kind(asked)
        if kind != nil, kind == AnswerCache.kind(value), asked != value { return false }
      }
      watch.asked.isStale = true
      return true
    }

    /// Values of one kind that Swift holds different are different for the server; NULL equals
    /// nothing, and floating-point numbers may equal others.
    static func kind(_ value: SQLValue) -> Int? {
      switch value {
      case .integer: 1
      case .text: 2
      case .blob: 3
      case .null, .real: nil
      }
    }

    private func reach(_ statement: Statement) -> StatementReach {
      if statement.index < reaches.count, let known = reaches[statement.index] { return known }
      while reaches.count <= statement.index { reaches.append(nil) }
      let reach = StatementReach(statement.sql)
      reaches[statement.index] = reach
      return reach
    }
  }
#endif
