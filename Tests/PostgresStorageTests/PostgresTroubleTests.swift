#if PostgreSQL
  import Commons
  import Glibc
  import PostgresFixture
  import Storage
  import StorageConformance
  import Synchronization
  import Testing

  @testable import PostgresStorage

  /// What is told and what survives when the server is wrong, away or comes back.
  @Suite(
    .serialized,
    .enabled(if: PostgresServer.isWanted, "PostgreSQL 15 is not installed: install postgresql-15"))
  struct PostgresTroubleTests {
    private func refusal(_ address: String) -> String {
      do {
        _ = try PostgresStore(.init(address: address), migrations: StoreConformance.migrations)
        return "opened"
      } catch { return error is StorageError ? "\(error)" : "another error: \(error)" }
    }

    @Test func anAddressThatDoesNotServeSaysWhatToDo() throws {
      let server = try PostgresServer.shared.get()
      let away = refusal("host=/tmp/nowhere dbname=postgres user=postgres")
      #expect(away.contains("cannot connect to PostgreSQL") && away.contains("--database"))
      let unknown = refusal("host=\(server.folder) dbname=nothing user=postgres")
      #expect(unknown.contains("\"nothing\" does not exist"))
      let stranger = refusal("host=\(server.folder) dbname=postgres user=stranger")
      #expect(stranger.contains("stranger"))
      #expect(refusal("host=\(server.folder) color=red").contains("color"))
    }

    @Test func theServerHoldsNothingOfTheTestsOpen() throws {
      var ends: [Int32] = [0, 0]
      #expect(pipe(&ends) == 0)
      let server = try PostgresServer()
      close(ends[1])
      var reading = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
      #expect(poll(&reading, 1, 2_000) == 1, "the server still holds the writing end of a pipe")
      close(ends[0])
      try server.crash()
    }

    @Test func aDatabaseInAnotherOrderIsRefused() throws {
      let server = try PostgresServer.shared.get()
      try server.execute(
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
      let said = refusal("host=\(server.folder) dbname=latin user=postgres")
      #expect(said.contains("LATIN1") && said.contains("createdb"))
    }

    @Test func aStoreForReadingRefusesWrites() async throws {
      let address = try PostgresServer.shared.get().newSchema()
      _ = try PostgresStore(.init(address: address), migrations: StoreConformance.migrations)
      var configuration = PostgresStore.Configuration(address: address)
      configuration.isReadOnly = true
      let store = try PostgresStore(configuration, migrations: [])
      let units = HostileProbe.claims.units(seed: 1, count: 1)
      await #expect(throws: StorageError.self) { try await store.write(units[0]) }
      #expect(try await store.all(HostileProbe.claims.dump) == [])
    }

    @Test func aStatementThatTheServerRefusesFailsAlone() async throws {
      let address = try PostgresServer.shared.get().newSchema()
      let store = try PostgresStore(
        .init(address: address), migrations: StoreConformance.migrations)
      let wrong = Query(Statement("SELECT nothing FROM nowhere WHERE id = $1"), [1]) {
        $0.integer(0)
      }
      await #expect(throws: StorageError.self) { try await store.first(wrong) }
      let good = HostileProbe.claims.units(seed: 1, count: 3)
      let units: [WriteUnit<Int64>] = [
        good[0],
        { @Sendable view in WritePlan([], answer: try view.first(wrong) ?? 0) },
        good[1],
        { @Sendable _ in WritePlan([Change(wrong.statement, [1])], answer: 0) },
        good[2],
      ]
      let answers = await store.writeAll(units)
      #expect(answers.map { (try? $0.get()) != nil } == [true, false, true, false, true])
      #expect(try await store.all(HostileProbe.claims.dump).count == 3)
    }

    private func account(_ id: Int64, add amount: Int64) -> Change {
      Change(
        Statement("UPDATE probe_accounts SET balance = balance + \(amount) WHERE id = $1"),
        [.integer(id)], touchesOneRow: true)
    }

    /// A stranger's transaction and ours wait for each other: the server ends ours, which is then done
    /// again.
    @Test func aDeadlockIsSurvived() async throws {
      let address = try PostgresServer.shared.get().newSchema()
      let store = try PostgresStore(
        .init(address: address), migrations: StoreConformance.migrations)
      let fill = Statement("INSERT INTO probe_accounts (id, balance) VALUES ($1, 0)")
      try await store.write { _ in
        WritePlan([Change(fill, [1]), Change(fill, [2])], answer: ())
      }
      // The stranger looks for deadlocks late, so that we are the one who finds it.
      let stranger = try PostgresConnection(
        .init(address: address), role: "stranger", settings: ["SET deadlock_timeout = '60s'"])
      _ = try stranger.ask(Control.begin)
      _ = try stranger.ask(Statement("UPDATE probe_accounts SET balance = 50 WHERE id = 2"))
      let changes = [account(1, add: 5), account(2, add: 5)]
      async let ours: Void = store.write { _ in WritePlan(changes, answer: ()) }
      try await Task.sleep(for: .milliseconds(300))
      _ = try stranger.ask(Statement("UPDATE probe_accounts SET balance = 40 WHERE id = 1"))
      _ = try stranger.ask(Control.commit)
      try await ours
      let rows = try await store.all(
        Query(Statement("SELECT id, balance FROM probe_accounts ORDER BY id")) { $0.values })
      #expect(rows == [[1, 45], [2, 55]])
    }

    /// The server gives up a transaction in favour of another (SQLSTATE 40001), twice: the same units
    /// are carried out once in the end.
    @Test func aTransactionThatWasGivenUpIsDoneAgain() async throws {
      let server = try PostgresServer.shared.get()
      let address = try server.newSchema()
      let store = try PostgresStore(
        .init(address: address), migrations: StoreConformance.migrations)
      let setUp = try PostgresConnection(.init(address: address), role: "stranger", settings: [])
      for sql in [
        "CREATE SEQUENCE troubles",
        """
        CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('troubles') <= 2 THEN RAISE EXCEPTION 'given up' USING ERRCODE = '40001'; END IF;
        RETURN NEW; END $$
        """,
        "CREATE TRIGGER give_up BEFORE INSERT ON probe_items FOR EACH ROW EXECUTE FUNCTION give_up()",
      ] { _ = try setUp.ask(Statement(sql)) }
      let fill = Statement("INSERT INTO probe_items (id, act) VALUES ($1, 7)")
      let units: [WriteUnit<Int64>] = (1...3).map { id in
        { @Sendable _ in WritePlan([Change(fill, [.integer(Int64(id))])], answer: Int64(id)) }
      }
      let answers = await store.writeAll(units)
      #expect(answers.compactMap { try? $0.get() } == [1, 2, 3])
      let rows = try await store.all(
        Query(Statement("SELECT id FROM probe_items ORDER BY id")) { $0.integer(0) })
      #expect(rows == [1, 2, 3])
    }

    @Test func aNodeThatHangsLosesItsTurn() async throws {
      let server = try PostgresServer.shared.get()
      let address = try server.newSchema()
      var configuration = PostgresStore.Configuration(address: address)
      configuration.idleTimeoutSeconds = 1
      configuration.planners = 0
      let hanging = try PostgresStore(configuration, migrations: StoreConformance.migrations)
      let other = try PostgresStore(configuration, migrations: StoreConformance.migrations)
      let started = Flag()
      let hasHung = Hung()
      async let slow = hanging.write { view in
        // Asked within the transaction, so that the other node waits for the lock behind it.
        _ = try view.all(HostileProbe.claims.dump)
        started.raise()
        if hasHung.once() { usleep(8_000_000) }
        return WritePlan([], answer: Int64(0))
      }
      try await started.wait()
      let start = ContinuousClock.now
      let units = HostileProbe.claims.units(seed: 1, count: 1)
      #expect(try await other.write(units[0]) == 1)
      // Before the other one woke up.
      #expect(ContinuousClock.now - start < .seconds(7.5))
      // It lost its transaction, found out, and did its work in another.
      #expect(try await slow == 0)
    }

    /// Waited for without holding one of the few threads that tests share.
    private final class Flag: Sendable {
      private let isRaised = Atomic<Bool>(false)
      func raise() { isRaised.store(true, ordering: .releasing) }
      func wait() async throws {
        while !isRaised.load(ordering: .acquiring) { try await Task.sleep(for: .milliseconds(5)) }
      }
    }

    private final class Hung: Sendable {
      private let flag = Atomic<Bool>(false)
      func once() -> Bool { !flag.exchange(true, ordering: .relaxed) }
    }

    @Test func whatIsReadIsReadWhereWritesGo() async throws {
      // Two servers, of which the second takes over while the first one still answers who is connected.
      let old = try PostgresServer()
      let new = try PostgresServer()
      _ = try old.newSchema()
      _ = try PostgresStore(
        .init(address: new.newSchema()), migrations: StoreConformance.migrations)
      let both = """
        host=\(old.folder),\(new.folder) dbname=postgres user=postgres \
        target_session_attrs=read-write options='-c search_path=s1'
        """
      let store = try PostgresStore(
        .init(address: both, readers: 1), migrations: StoreConformance.migrations)
      let probe = HostileProbe.claims
      let units = probe.units(seed: 1, count: 2)
      _ = try await store.write(units[0])
      #expect(try await store.all(probe.dump).count == 1)
      #expect(try await store.report { try $0.all(probe.dump) }.count == 1)
      try old.execute("ALTER SYSTEM SET default_transaction_read_only = on")
      try old.execute("SELECT pg_reload_conf()")
      try await Task.sleep(for: .milliseconds(500))
      try old.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'tequ writer'
        """)
      _ = try await store.write(units[0])
      _ = try await store.write(units[1])
      #expect(try await store.all(probe.dump).count == 2)
      #expect(try await store.report { try $0.all(probe.dump) }.count == 2)
      try old.crash()
      try new.crash()
    }

    @Test func nothingAcknowledgedIsLostWhenTheServerCrashes() async throws {
      let server = try PostgresServer(settings: ["fsync=on"])
      let address = try server.newSchema()
      let store = try PostgresStore(
        .init(address: address, batchLimit: 20), migrations: StoreConformance.migrations)
      let probe = HostileProbe.numbers
      let units = probe.units(seed: 9, count: 4000)
      let model = probe.model(seed: 9, count: 4000)
      let hasBegun = Flag()
      async let writing: Int = {
        for start in stride(from: 0, to: units.count, by: 20) {
          let answers = await store.writeAll(Array(units[start..<(start + 20)]))
          let given = answers.map { try? $0.get() }
          if given != Array(model.answers[start..<(start + 20)]) { return start }
          if start == 400 { hasBegun.raise() }
        }
        return units.count
      }()
      try await hasBegun.wait()
      try server.crash()
      let acknowledged = await writing
      #expect(acknowledged > 0)
      await #expect(throws: Problem.unavailable()) { try await store.all(probe.dump) }
      try server.restart()
      // The same store finds its way back by itself.
      let survived = try await StoreConformance.recovered(
        probe, seed: 9, on: store, acknowledged: acknowledged,
        submitted: min(4000, acknowledged + 20))
      #expect(survived >= acknowledged)
    }
  }
#endif
