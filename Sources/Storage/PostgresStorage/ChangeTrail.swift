#if PostgreSQL
  import Storage
  import Synchronization

  /// What the last batches have changed, so that an answer that was fetched outside of them can be told
  /// to be still the one that the server would give at a unit's turn.
  ///
  /// Batches of this node are numbered. An answer was fetched after a certain batch was over; it holds
  /// as long as no other node has written since and no change of a later batch of this node can meet it.
  /// What a change could meet is read from the SQL, see ``StatementReach``. Used by the writer's thread,
  /// but for ``settled``.
  final class ChangeTrail {
    /// The values that a column had in changed rows; open if a change did not name it.
    private struct Column {
      var values: Set<SQLValue> = []
      var kinds = 0
      var isOpen: Bool

      mutating func add(_ value: SQLValue?) {
        guard let value, let kind = AnswerCache.kind(value) else { return isOpen = true }
        kinds |= 1 << kind
        values.insert(value)
      }

      func mayHold(_ value: SQLValue) -> Bool {
        // Values of different kinds may be equal for the server.
        guard !isOpen, let kind = AnswerCache.kind(value), kinds & ~(1 << kind) == 0 else {
          return true
        }
        return values.contains(value)
      }
    }

    /// What one batch has changed: by table, the columns by which questions are bound; nil for a table
    /// that it left alone.
    private struct Batch {
      var tables: [[Column]?] = []
      var hasChanges = false
      var isUnknown = false
    }

    private struct Write {
      let table: Int
      let columns: [Int?]
      let version: Int
    }

    private struct Use {
      let table: Int
      let bounds: [(column: Int, parameter: Int)]
    }

    private var batches: [Batch] = []
    /// The number of the last batch.
    private(set) var current = 0
    /// The batch since whose beginning no other node has written.
    private var chainStart = 0
    private let settledNumber = Atomic<Int>(0)

    private var tableNumbers: [String: Int] = [:]
    /// The columns by which questions have ever been bound, by table.
    private var watched: [[String]] = []
    private var version = 0
    private var reaches: [StatementReach?] = []
    private var writes: [Write?] = []
    private var reads: [[Use]?] = []

    /// Batches whose changes are known; what rests on an older state is fetched anew.
    private static let kept = 16

    /// The last batch that is over. What is asked for after this was read contains its changes. May be
    /// read by any thread.
    var settled: Int { settledNumber.load(ordering: .acquiring) }

    // MARK: Batches

    /// Begins the next batch. With `chained` false others may have written before it.
    func begin(chained: Bool) {
      current += 1
      if batches.count == ChangeTrail.kept { batches.removeFirst() }
      batches.append(Batch())
      if !chained { breakChain() }
    }

    /// Others may have written before the current batch.
    func breakChain() { chainStart = current }

    /// Notes that the batches up to a number are over.
    func settle(_ number: Int) { settledNumber.store(number, ordering: .releasing) }

    /// Takes a change of the current batch in.
    func note(_ change: Change) {
      let last = batches.count - 1
      batches[last].hasChanges = true
      guard let write = write(change.statement) else { return batches[last].isUnknown = true }
      while batches[last].tables.count <= write.table { batches[last].tables.append(nil) }
      if batches[last].tables[write.table] == nil {
        batches[last].tables[write.table] = write.columns.map { _ in Column(isOpen: false) }
      }
      while batches[last].tables[write.table]!.count < write.columns.count {
        batches[last].tables[write.table]!.append(Column(isOpen: true))
      }
      for (column, parameter) in write.columns.enumerated() {
        let value = parameter.flatMap {
          $0 < change.parameters.count ? change.parameters[$0] : nil
        }
        batches[last].tables[write.table]![column].add(value)
      }
    }

    /// Whether answers that were asked for when the batch `since` was over are what the server would
    /// answer now.
    func holds(_ questions: [Question], since: Int) -> Bool {
      guard since >= chainStart, since >= current - batches.count else { return false }
      let later = batches.suffix(current - since)
      return questions.allSatisfy { question in
        let uses = uses(question.statement)
        return !later.contains { meets($0, uses, question.parameters) }
      }
    }

    private func meets(_ batch: Batch, _ uses: [Use]?, _ parameters: [SQLValue]) -> Bool {
      guard batch.hasChanges else { return false }
      guard let uses, !batch.isUnknown else { return true }
      return uses.contains { use in
        guard use.table < batch.tables.count, let columns = batch.tables[use.table] else {
          return false
        }
        return use.bounds.allSatisfy { bound in
          guard bound.column < columns.count, bound.parameter < parameters.count else {
            return true
          }
          return columns[bound.column].mayHold(parameters[bound.parameter])
        }
      }
    }

    // MARK: What statements reach

    private func reach(_ statement: Statement) -> StatementReach {
      while reaches.count <= statement.index { reaches.append(nil) }
      if let known = reaches[statement.index] { return known }
      let reach = StatementReach(statement.sql)
      reaches[statement.index] = reach
      return reach
    }

    private func number(of table: String) -> Int {
      if let known = tableNumbers[table] { return known }
      tableNumbers[table] = watched.count
      watched.append([])
      return watched.count - 1
    }

    private func write(_ statement: Statement) -> Write? {
      while writes.count <= statement.index { writes.append(nil) }
      if let known = writes[statement.index], known.version == version { return known }
      guard let use = reach(statement).writes else { return nil }
      let table = number(of: use.table)
      let columns = watched[table].map { name in
        use.bounds.first { $0.column == name }?.parameter
      }
      let write = Write(table: table, columns: columns, version: version)
      writes[statement.index] = write
      return write
    }

    // A column that is watched from now on was not noted before: in what was changed so far it may have
    // had any value. That is what a missing column means.
    private func uses(_ statement: Statement) -> [Use]? {
      while reads.count <= statement.index { reads.append(nil) }
      if let known = reads[statement.index] { return known }
      guard let found = reach(statement).reads else { return nil }
      let uses = found.map { use in
        let table = number(of: use.table)
        let bounds = use.bounds.map { bound in
          let column = watched[table].firstIndex(of: bound.column) ?? watched[table].count
          if column == watched[table].count {
            watched[table].append(bound.column)
            version += 1
          }
          return (column: column, parameter: bound.parameter)
        }
        return Use(table: table, bounds: bounds)
      }
      reads[statement.index] = uses
      return uses
    }
  }
#endif
