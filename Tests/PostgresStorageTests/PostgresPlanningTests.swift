#if PostgreSQL
  import Commons
  import Glibc
  import PostgresFixture
  import Storage
  import StorageConformance
  import Synchronization
  import Testing

  @testable import PostgresStorage

  /// Plans that are made before a unit's turn stand only if they are what the unit would do at its turn.
  @Suite(
    .serialized,
    .enabled(if: PostgresServer.isWanted, "PostgreSQL 15 is not installed: install postgresql-15"))
  struct PostgresPlanningTests {
    private let get = Statement("SELECT balance FROM probe_accounts WHERE id = $1")
    private let set = Statement(
      """
      INSERT INTO probe_accounts (id, balance) VALUES ($1, $2)
      ON CONFLICT (id) DO UPDATE SET balance = excluded.balance
      """)

    private func balance(_ id: Int64) -> Query<Int64> {
      Query(get, [.integer(id)]) { $0.integer(0) }
    }

    private func stores(_ count: Int) async throws -> [PostgresStore] {
      let address = try PostgresServer.shared.get().newSchema()
      let stores = try (0..<count).map { _ in
        var configuration = PostgresStore.Configuration(address: address)
        configuration.planners = 2
        return try PostgresStore(configuration, migrations: StoreConformance.migrations)
      }
      // Batches of one node in a row, so that it streams.
      for _ in 0..<20 { try await stores[0].write { _ in WritePlan([], answer: ()) } }
      return stores
    }

    private final class Gate: Sendable {
      private let isOpen = Atomic<Bool>(false)
      private let runs = Atomic<Int>(0)
      var count: Int { runs.load(ordering: .acquiring) }
      func open() { isOpen.store(true, ordering: .releasing) }
      /// Holds the first run up until the gate is opened.
      func pass() {
        guard runs.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue == 0 else { return }
        while !isOpen.load(ordering: .acquiring) { usleep(1000) }
      }
    }

    /// Adds to a balance; the first time that it has an answer it waits at the gate with it.
    private func adding(_ amount: Int64, to id: Int64, _ gate: Gate?) -> WriteUnit<Int64> {
      let (query, set) = (balance(id), set)
      return { view in
        let sum = (try view.first(query) ?? 0) + amount
        gate?.pass()
        return WritePlan([Change(set, [.integer(id), .integer(sum)])], answer: sum)
      }
    }

    @Test(arguments: [1, 2]) func aPlanThatWasOvertakenIsMadeAgain(_ nodes: Int) async throws {
      let stores = try await stores(nodes)
      let gate = Gate()
      async let slow = stores[0].write(adding(1, to: 1, gate))
      while gate.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
      // The slow unit has its answer, which this makes wrong.
      #expect(try await stores[nodes - 1].write(adding(10, to: 1, nil)) == 10)
      gate.open()
      #expect(try await slow == 11)
      #expect(gate.count > 1)
      #expect(try await stores[0].first(balance(1)) == 11)
    }

    @Test func aPlanThatNobodyTouchedStands() async throws {
      let store = try await stores(1)[0]
      let gate = Gate()
      async let slow = store.write(adding(1, to: 1, gate))
      while gate.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
      #expect(try await store.write(adding(10, to: 2, nil)) == 10)
      gate.open()
      #expect(try await slow == 1)
      #expect(gate.count == 1)
    }

    @Test func whatIsRefusedAmongOthersFailsAlone() async throws {
      let store = try await stores(1)[0]
      let put = Statement("INSERT INTO probe_items (id, act) VALUES ($1, $2)")
      let move = Statement("UPDATE probe_items SET act = $2 WHERE id = $1")
      try await store.write { _ in WritePlan([Change(put, [0, 0])], answer: ()) }
      let answers = await withTaskGroup(of: (Int64, Bool).self) { group in
        for number in Int64(1)...200 {
          group.addTask {
            // Every tenth meets a row that is there, every seventh misses one that is not.
            let change =
              number % 7 == 0
              ? Change(move, [.integer(-number), 1], touchesOneRow: true)
              : Change(put, [.integer(number % 10 == 0 ? 0 : number), 1])
            do {
              return (try await store.write { _ in WritePlan([change], answer: number) }, true)
            } catch { return (number, false) }
          }
        }
        return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      let good = (Int64(1)...200).filter { $0 % 7 != 0 && $0 % 10 != 0 }
      #expect(answers.filter(\.value).keys.sorted() == good)
      let all = Query(Statement("SELECT id FROM probe_items ORDER BY id")) { $0.integer(0) }
      #expect(try await store.all(all) == [0] + good)
    }

    @Test func questionsThatGoTogetherGetTheirOwnAnswers() async throws {
      let address = try PostgresServer.shared.get().newSchema()
      _ = try PostgresStore(.init(address: address), migrations: StoreConformance.migrations)
      let connection = try PostgresConnection(
        .init(address: address), role: "test", settings: PostgresSession.byKey)
      for id in 1...5 {
        let insert = Statement("INSERT INTO probe_claims VALUES ($1, $2, $3, $4)")
        let values = [id, id % 2, 10 * id, 10 * id + 5].map { SQLValue.integer(Int64($0)) }
        _ = try connection.ask(insert, values)
      }
      let list = Statement(
        "SELECT id, lower FROM probe_claims WHERE cell = $1 AND lower > $2 ORDER BY id DESC LIMIT $3"
      )
      let count = Statement("SELECT count(*) FROM probe_claims WHERE cell = $1 AND 'a' = 'a'")
      let wrong = Statement("SELECT count(*) FROM probe_claims WHERE cell = $1 AND 1 / id > 2")
      let questions =
        [[1, 0, 9], [0, 20, 9], [7, 0, 9], [1, 0, 2], [1, 0, 9]].map {
          Question(statement: list, parameters: $0.map { .integer($0) })
        } + [0, 1, 5].map { Question(statement: count, parameters: [.integer($0)]) }
      let groups = QuestionGroups()
      for _ in 1...3 {
        let answers = try groups.answers(to: questions, on: connection)
        let rows = try answers.map { try $0.all { $0.values.map { $0 } } }
        #expect(
          rows == [
            [[5, 50], [3, 30], [1, 10]], [[4, 40]], [], [[5, 50], [3, 30]],
            [[5, 50], [3, 30], [1, 10]], [[2]], [[3]], [[0]],
          ])
      }
      _ = try connection.ask(Statement("INSERT INTO probe_claims VALUES (0, 9, 0, 0)"))
      let refused = Question(statement: wrong, parameters: [9])
      let failing = questions + [refused, refused]
      #expect(throws: PostgresFailure.self) { try groups.answers(to: failing, on: connection) }
      #expect(try groups.answers(to: questions, on: connection).count == questions.count)
    }
  }

  /// What a batch changed and what could meet it.
  @Suite struct ChangeTrailTests {
    private let read = Statement("SELECT a FROM t WHERE k = $1")
    private let join = Statement("SELECT 1 FROM t JOIN u ON u.k = t.k WHERE t.k = $1")
    private let whole = Statement("SELECT max(k) FROM t")
    private let write = Statement("UPDATE t SET a = $2 WHERE k = $1")
    private let range = Statement("DELETE FROM t WHERE k < $1")
    private let other = Statement("INSERT INTO u (k) VALUES ($1)")
    private let strange = Statement("TRUNCATE v")

    private func question(_ statement: Statement, _ values: SQLValue...) -> [Question] {
      [Question(statement: statement, parameters: values)]
    }

    @Test func answersHoldUntilAChangeCanMeetThem() {
      let trail = ChangeTrail()
      trail.begin(chained: false)
      #expect(trail.holds(question(read, 1), since: 1))
      #expect(!trail.holds(question(read, 1), since: 0), "others may have written before")
      trail.begin(chained: true)
      trail.note(Change(write, [1, 5]))
      #expect(!trail.holds(question(read, 1), since: 1))
      #expect(trail.holds(question(read, 2), since: 1))
      #expect(!trail.holds(question(read, "2"), since: 1), "another kind of value may be equal")
      #expect(!trail.holds(question(read, .null), since: 1))
      #expect(!trail.holds(question(whole), since: 1))
      #expect(trail.holds(question(read, 1), since: 2), "the answer contains it")
      #expect(trail.holds(question(join, 2), since: 1))
      trail.note(Change(other, [2]))
      #expect(!trail.holds(question(join, 2), since: 1))
      trail.note(Change(range, [2]))
      #expect(!trail.holds(question(read, 7), since: 1))
    }

    @Test func aColumnThatNobodyAskedForBeforeMayHaveHadAnyValue() {
      let trail = ChangeTrail()
      trail.begin(chained: false)
      trail.begin(chained: true)
      trail.note(Change(write, [1, 5]))
      #expect(!trail.holds(question(read, 2), since: 1))
      trail.note(Change(write, [3, 5]))
      #expect(!trail.holds(question(read, 2), since: 1))
      trail.begin(chained: true)
      trail.note(Change(write, [3, 5]))
      #expect(trail.holds(question(read, 2), since: 2))
      #expect(!trail.holds(question(read, 3), since: 2))
    }

    @Test func whatIsNotUnderstoodMeetsEverything() {
      let trail = ChangeTrail()
      trail.begin(chained: false)
      trail.begin(chained: true)
      let unread = Statement("WITH x AS (SELECT 1) SELECT * FROM x")
      #expect(trail.holds(question(unread), since: 1))
      trail.note(Change(strange, []))
      #expect(!trail.holds(question(read, 1), since: 1))
      #expect(!trail.holds(question(unread), since: 1))
      for _ in 0..<40 { trail.begin(chained: true) }
      #expect(!trail.holds(question(read, 1), since: 3), "too old to be known")
      #expect(trail.holds(question(read, 1), since: trail.current - 1))
    }
  }
#endif
