import Commons
import Foundation
import PostgresFixture
import SQLiteStorage
import Storage
import StoreCopy
import Synchronization
import Testing

#if PostgreSQL
  import PostgresStorage
#endif

/// Tables of every shape: keys of one and of two columns, of numbers, texts and bytes; NULLs; blobs.
private let schema = [
  Migration(
    "copytest.0001",
    [
      """
      CREATE TABLE things (
        thing {key}, name TEXT NOT NULL, weight DOUBLE PRECISION, note TEXT,
        bytes {bytes} NOT NULL, CHECK (thing > 0), UNIQUE (name, thing))
      """,
      "CREATE INDEX things_name ON things (name)",
      """
      CREATE TABLE pairs (
        word TEXT NOT NULL, ordinal BIGINT NOT NULL, value BIGINT, PRIMARY KEY (word, ordinal))
        {clustered}
      """,
      "CREATE TABLE scopes (scope {bytes} NOT NULL PRIMARY KEY, at BIGINT NOT NULL) {clustered}",
    ]), Migration("copytest.0002", ["ALTER TABLE pairs ADD COLUMN later TEXT"]),
  CopyBook.migration,
]

private enum Sheet {
  static let thing = Statement(
    "INSERT INTO things (thing, name, weight, note, bytes) VALUES ($1, $2, $3, $4, $5)")
  static let pair = Statement(
    "INSERT INTO pairs (word, ordinal, value, later) VALUES ($1, $2, $3, $4)")
  static let scope = Statement("INSERT INTO scopes (scope, at) VALUES ($1, $2)")
  static let drop = Statement("DELETE FROM things WHERE thing = $1")
  static let count = Statement(
    "SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM pairs), (SELECT count(*) FROM scopes)"
  )
  static let progress = Statement("SELECT count(*) FROM copy_progress")
}

@Suite struct StoreCopyTests {
  private func sqlite(_ migrations: [Migration] = schema) throws -> SQLiteStore {
    try SQLiteStore(.init(path: nil), migrations: migrations)
  }

  /// A source with rows of all sorts.
  private func filled(_ count: Int = 5000) async throws -> SQLiteStore {
    let store = try sqlite()
    try await fill(store, 1...count)
    return store
  }

  private func fill(_ store: any Store, _ numbers: ClosedRange<Int>) async throws {
    var random = SeededRandom(seed: 3)
    let words = ["路灯", "🏮 灯", "", "a\u{0301}", "zz", "Ärger"]
    var changes: [Change] = []
    for number in numbers {
      let size = number % 500 == 0 ? 700_000 : random.below(40)
      changes.append(
        Change(
          Sheet.thing,
          [
            .integer(Int64(number)), .text("\(words[number % 6])\(number)"),
            number % 3 == 0 ? .null : .real(Double(number) / 7),
            number % 2 == 0 ? .null : .text(words[random.below(6)]),
            .blob([UInt8](repeating: UInt8(number & 0xFF), count: size)),
          ]))
      changes.append(
        Change(
          Sheet.pair,
          [
            .text(words[number % 6]), .integer(Int64(number) - 100),
            number % 5 == 0 ? .null : .integer(.min + Int64(number)),
            number % 7 == 0 ? .text("später") : .null,
          ]))
      changes.append(
        Change(Sheet.scope, [.blob(Digest.of("\(number)").bytes), .integer(Int64(number))]))
    }
    let all = changes
    try await store.write { _ in WritePlan(all, answer: ()) }
  }

  private func counts(_ store: any Store) async throws -> [Int64] {
    try await store.first(Query(Sheet.count) { [$0.integer(0), $0.integer(1), $0.integer(2)] })
      ?? []
  }

  @Test func tablesAreReadFromTheSteps() throws {
    let tables = try TableSchema.tables(of: schema)
    #expect(tables.map(\.name) == ["guards", "things", "pairs", "scopes", "copy_progress"])
    #expect(tables[1].columns == ["thing", "name", "weight", "note", "bytes"])
    #expect(tables[2].columns == ["word", "ordinal", "value", "later"])
    #expect(
      tables.map(\.key) == [["name"], ["thing"], ["word", "ordinal"], ["scope"], ["table_name"]])
    #expect(throws: StorageError.self) {
      try TableSchema.tables(of: [Migration("x", ["CREATE TABLE t (a TEXT)"])])
    }
    #expect(throws: StorageError.self) {
      try TableSchema.tables(of: schema + [Migration("x", ["ALTER TABLE things RENAME TO t"])])
    }
  }

  @Test func aCopyHasTheSameRowsAndDigests() async throws {
    let source = try await filled()
    let target = try sqlite()
    let seen = Mutex<(done: Int64, total: Int64)>((0, 0))
    let report = try await StoreCopier(from: source, to: target, migrations: schema).run {
      (done, total) in seen.withLock { $0 = (done, total) }
    }
    #expect(report.rows == 15_000 && report.resumedRows == 0 && report.changedTables.isEmpty)
    #expect(seen.withLock { $0 == (15_000, 15_000) })
    #expect(try await counts(target) == counts(source))
    #expect(try await target.first(Query(Sheet.progress) { $0.integer(0) }) == 0)
    // Once more into a third one: the digests are those of the rows, not of the run.
    let again = try await StoreCopier(from: target, to: try sqlite(), migrations: schema).run()
    #expect(again.tables.map(\.digest) == report.tables.map(\.digest))
    // The whole order of types in one table.
    let query = Query(Statement("SELECT * FROM things ORDER BY thing LIMIT 20")) { $0.values }
    #expect(try await target.all(query) == source.all(query))
  }

  #if PostgreSQL
    @Test(.enabled(if: PostgresServer.isWanted))
    func thereAndBackOverPostgreSQLIsTheSame() async throws {
      let source = try await filled(2000)
      let middle = try PostgresStore(
        .init(address: PostgresServer.shared.get().newSchema()), migrations: schema)
      let back = try sqlite()
      let there = try await StoreCopier(from: source, to: middle, migrations: schema).run()
      let again = try await StoreCopier(from: middle, to: back, migrations: schema).run()
      #expect(there.rows == 6000)
      #expect(there.tables.map(\.digest) == again.tables.map(\.digest))
      let query = Query(Statement("SELECT * FROM pairs ORDER BY word, ordinal")) { $0.values }
      #expect(try await back.all(query) == source.all(query))
      middle.close()
    }
  #endif

  /// The target fails after so many commits, at each of them in turn; the next run goes on and the
  /// outcome is the same.
  @Test func anInterruptedCopyGoesOnWhereItStopped() async throws {
    let source = try await filled(1500)
    var resumed: Set<Int64> = []
    for limit in stride(from: 1, to: 24, by: 2) {
      let target = FailingStore(try sqlite(), writes: limit)
      let first = try? await StoreCopier(from: source, to: target, migrations: schema).run()
      if first == nil {
        await #expect(throws: Problem.self) { try await CopyBook.requireWhole(target) }
      }
      target.mend()
      if first == nil {
        let report = try await StoreCopier(from: source, to: target, migrations: schema).run()
        #expect(report.rows == 4500)
        resumed.insert(report.resumedRows)
      }
      try await CopyBook.requireWhole(target)
      #expect(try await counts(target) == [1500, 1500, 1500], "after \(limit) writes")
    }
    #expect(resumed.count > 5, "\(resumed.sorted())")
  }

  @Test func aSourceThatChangedOrAnotherOneIsRefused() async throws {
    for change in 0..<3 {
      let source = try await filled(3000)
      // The table is under way in the third case, and done in the others.
      let target = FailingStore(try sqlite(), writes: change == 2 ? 4 : 9)
      let problem = await #expect(throws: Problem.self) {
        try await StoreCopier(from: source, to: target, migrations: schema).run()
      }
      #expect(problem?.slug == "copy-interrupted")
      target.mend()
      switch change {
      case 0:
        try await source.write { _ in
          WritePlan([Change(Sheet.drop, [.integer(7)])], answer: ())
        }
      case 1: break
      // Rows after those that were copied may come: they are simply copied.
      default: try await fill(source, 3001...3010)
      }
      let from = change == 1 ? try await filled(10) : source
      let copier = try StoreCopier(from: from, to: target, migrations: schema)
      if change == 2 {
        #expect(try await copier.run().rows == 9030)
      } else {
        let refusal = await #expect(throws: Problem.self) { try await copier.run() }
        #expect(refusal?.slug == "source-changed")
      }
    }
  }

  @Test func aTargetWithContentOrAnotherSchemaIsRefused() async throws {
    let source = try await filled(10)
    let full = try sqlite()
    try await fill(full, 1...1)
    let refusal = await #expect(throws: Problem.self) {
      try await StoreCopier(from: source, to: full, migrations: schema).run()
    }
    #expect(refusal?.slug == "target-not-empty")
    #expect(try await counts(full) == [1, 1, 1])
    let newer = schema + [Migration("copytest.0003", ["CREATE TABLE more (m {key})"])]
    let difference = await #expect(throws: Problem.self) {
      try await StoreCopier(from: source, to: try sqlite(newer), migrations: newer).run()
    }
    #expect(difference?.slug == "schema-differs")
    #expect(difference?.detail.en.contains("copytest.0003") == true)
    // An unfinished copy is no source.
    let target = FailingStore(try sqlite(), writes: 3)
    _ = try? await StoreCopier(from: source, to: target, migrations: schema).run()
    let unfinished = await #expect(throws: Problem.self) {
      try await StoreCopier(from: target, to: try sqlite(), migrations: schema).run()
    }
    #expect(unfinished?.slug == "copy-unfinished")
  }

  @Test func aTableThatChangesDuringTheCopyIsTold() async throws {
    let source = try await filled(3000)
    let target = ChangingStore(try sqlite(), after: 5) {
      try await source.write { _ in WritePlan([Change(Sheet.drop, [.integer(2999)])], answer: ()) }
    }
    let report = try await StoreCopier(from: source, to: target, migrations: schema).run()
    #expect(report.changedTables == ["things"])
    // The copy is the one of the moment at which it began.
    #expect(try await counts(target) == [3000, 3000, 3000])
  }

  @Test func rowsThatDoNotArriveAreFound() async throws {
    let source = try await filled(100)
    let target = LosingStore(try sqlite())
    let problem = await #expect(throws: Problem.self) {
      try await StoreCopier(from: source, to: target, migrations: schema).run()
    }
    #expect(problem?.slug == "copy-differs")
  }
}

// MARK: Stores with faults

private class Wrapped: Store, @unchecked Sendable {
  let inner: any Store
  init(_ inner: any Store) { self.inner = inner }
  var dialect: Dialect { inner.dialect }
  var commits: CommitCount { inner.commits }
  func close() { inner.close() }
  func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
    try await inner.write(unit)
  }
  func writeAll<Answer>(_ units: [WriteUnit<Answer>]) async -> [Result<Answer, any Error>] {
    await inner.writeAll(units)
  }
  func read<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output { try await inner.read(body) }
  func report<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output { try await inner.report(body) }
}

/// Commits so many times and then no more, until it is mended.
private final class FailingStore: Wrapped, @unchecked Sendable {
  private let left: Atomic<Int>
  init(_ inner: any Store, writes: Int) {
    left = Atomic(writes)
    super.init(inner)
  }
  func mend() { left.store(.max, ordering: .relaxed) }
  override func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
    guard left.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 else {
      throw StorageError("SQLite: database or disk is full (code 13)")
    }
    return try await super.write(unit)
  }
}

/// Does something else between two commits.
private final class ChangingStore: Wrapped, @unchecked Sendable {
  private let count = Atomic(0)
  private let moment: Int
  private let act: @Sendable () async throws -> Void
  init(_ inner: any Store, after moment: Int, _ act: @escaping @Sendable () async throws -> Void) {
    self.moment = moment
    self.act = act
    super.init(inner)
  }
  override func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
    if count.wrappingAdd(1, ordering: .relaxed).oldValue == moment { try await act() }
    return try await super.write(unit)
  }
}

/// Says that a page was written and leaves out its first row.
private final class LosingStore: Wrapped, @unchecked Sendable {
  override func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
    try await super.write { view in
      let plan = try unit(view)
      let isRow = plan.changes.first?.statement.sql.hasPrefix("INSERT INTO pairs") == true
      return WritePlan(Array(plan.changes.dropFirst(isRow ? 1 : 0)), answer: plan.answer)
    }
  }
}
