import Books
import Commons
import Desk
import PostgresFixture
import SQLiteStorage
import Storage
import Testing

#if PostgreSQL
  import PostgresStorage
#endif

private let user = Actor(kind: .staff, account: 7, permissions: ["toy.use"])
private let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!

/// The engines on which the desk is tried.
enum Engine: CaseIterable {
  case sqlite, postgresql

  static var all: [Engine] {
    #if PostgreSQL
      PostgresServer.isWanted ? [.sqlite, .postgresql] : [.sqlite]
    #else
      [.sqlite]
    #endif
  }

  func store(batchLimit: Int = 1000) throws -> any Store {
    let migrations = BookShelf.migrations + [Toy.migration]
    #if PostgreSQL
      if self == .postgresql {
        let address = try PostgresServer.shared.get().newSchema()
        return try PostgresStore(
          .init(address: address, batchLimit: batchLimit), migrations: migrations)
      }
    #endif
    return try SQLiteStore(.init(path: nil, batchLimit: batchLimit), migrations: migrations)
  }
}

private func makeDesk(_ store: any Store, seed: UInt64 = 1) throws -> CommandDesk {
  CommandDesk(
    store: store, ring: try KeyRing(master: [UInt8](repeating: 3, count: 32)),
    time: ManualTime(start), random: SeededBytes(seed: seed), stamps: ActStamps(1))
}

private func dump(_ store: any Store) async throws -> [String: [[SQLValue]]] {
  var tables: [String: [[SQLValue]]] = [:]
  for name in ["journal", "subjects", "outbox", "idempotency", "purses", "letters"] {
    // A unit that is run again seals anew, and its mark follows: PostgreSQL runs some again.
    let isRepeatable = store.dialect.name == "sqlite" || name != "journal"
    let columns =
      isRepeatable
      ? "*" : JournalBook.table.columns.filter { $0 != "sealed" }.joined(separator: ", ")
    // Sorted here: the first column is not everywhere a key.
    tables[name] = try await store.all(
      Query(Statement("SELECT \(columns) FROM \(name)")) { $0.values }
    ).sorted { "\($0)" < "\($1)" }
  }
  // However many transactions it was.
  tables["log_waiting"] = try await store.all(JournalBook.waiting(limit: 10_000)).flatMap(\.entries)
    .map { [.integer($0.raw)] }
  return tables
}

@Suite struct DeskTests {
  @Test(arguments: Engine.all) func batchesMeanWhatTheirCommandsMeanOneAfterTheOther(
    _ engine: Engine
  ) async throws {
    var dumps: [[String: [[SQLValue]]]] = []
    var outcomes: [[String]] = []
    for limit in [1, 7, 1000] {
      let store = try engine.store(batchLimit: limit)
      let desk = try makeDesk(store)
      var keys: [Int64] = []
      for _ in 0..<3 {
        keys.append(try await desk.submit(Toy.Open(coins: 500), by: user).aggregate)
      }
      var random = SeededRandom(seed: 9)
      var moves: [(Toy.Move, CommandDesk.Terms)] = []
      for index in 0..<400 {
        if let earlier = moves.randomElement(using: &random), random.chance(0.1) {
          moves.append(earlier)
          continue
        }
        let from = random.below(3)
        let coins = Int64(random.below(random.chance(0.1) ? 2000 : 300))
        let key = random.chance(0.05) ? "clash" : "key-\(index)"
        let move = Toy.Move(from: keys[from], to: keys[(from + 1) % 3], coins: coins)
        moves.append((move, CommandDesk.Terms(idempotencyKey: key)))
      }
      let moved = await desk.submit(all: moves, by: user)
      let letters = (0..<100).map { _ in
        (Toy.Write(weight: Int64(random.below(1000))), CommandDesk.Terms())
      }
      let written = await desk.submit(all: letters, by: user)
      outcomes.append((moved + written).map(describe))
      dumps.append(try await dump(store))
    }
    #expect(outcomes[0] == outcomes[1] && outcomes[1] == outcomes[2])
    #expect(dumps[0] == dumps[1] && dumps[1] == dumps[2])
    for outcome in [
      "done", "again", "refused on record", "refused too-few", "refused odd",
      "refused idempotency-key-reused",
    ] {
      #expect(outcomes[0].contains { $0.hasPrefix(outcome) }, "nothing was \(outcome)")
    }
    let numbers = dumps[0]["letters"]!.map { $0[1] }.map { value -> Int64 in
      if case .integer(let number) = value { number } else { -1 }
    }
    #expect(numbers.sorted() == Array(1...Int64(numbers.count)))
  }

  private func describe(_ result: Result<Acknowledged, any Error>) -> String {
    switch result {
    case .success(let done):
      let kind = done.isRepeat ? "again" : done.refusal == nil ? "done" : "refused on record"
      return "\(kind) \(done.row.key) \(done.row.publicFields) \(Hex.encode(done.salt))"
    case .failure(let problem as Problem): return "refused \(problem.slug)"
    case .failure(let error): return "failed \(error)"
    }
  }

  @Test(arguments: Engine.all) func theSameKeyGivesTheSameAnswerAndAnotherRequestIsRefused(
    _ engine: Engine
  ) async throws {
    let store = try engine.store()
    let desk = try makeDesk(store)
    let terms = CommandDesk.Terms(idempotencyKey: "one")
    let first = try await desk.submit(Toy.Open(coins: 5), by: user, terms)
    let second = try await desk.submit(Toy.Open(coins: 5), by: user, terms)
    #expect(second.isRepeat && !first.isRepeat)
    #expect(second.row.key == first.row.key)
    #expect(second.salt == first.salt && second.privatePart == first.privatePart)
    await #expect(throws: Problem.self) {
      try await desk.submit(Toy.Open(coins: 6), by: user, terms)
    }
    let over = Toy.Move(from: first.aggregate, to: first.aggregate, coins: 2000)
    let key = CommandDesk.Terms(idempotencyKey: "two")
    let refused = try await desk.submit(over, by: user, key)
    let again = try await desk.submit(over, by: user, key)
    #expect(refused.refusal?.slug == "too-much" && again.refusal == refused.refusal)
    #expect(again.isRepeat)
    #expect(try await store.all(JournalBook.history(first.aggregate)).count == 2)
  }

  @Test(arguments: Engine.all) func permissionComesFirstAndStaleVersionsAreRefused(_ engine: Engine)
    async throws
  {
    let desk = try makeDesk(try engine.store())
    let nobody = Actor(kind: .anonymous, account: 0, permissions: [])
    await #expect(throws: Problem.loginNeeded) {
      try await desk.submit(Toy.Open(coins: 1), by: nobody)
    }
    let purse = try await desk.submit(Toy.Open(coins: 10), by: user).aggregate
    let other = try await desk.submit(Toy.Open(coins: 10), by: user).aggregate
    let move = Toy.Move(from: purse, to: other, coins: 1)
    _ = try await desk.submit(move, by: user, .init(expectedVersion: 1))
    await #expect(throws: Problem.stale) {
      try await desk.submit(move, by: user, .init(expectedVersion: 1))
    }
    await #expect(throws: Problem.self) {
      try await desk.submit(Toy.Move(from: 999_999, to: purse, coins: 1), by: user)
    }
  }

  @Test(arguments: Engine.all) func everyRowIsMarkedAndAChangedOneIsNamed(_ engine: Engine)
    async throws
  {
    let store = try engine.store()
    let desk = try makeDesk(store)
    let ring = try KeyRing(master: [UInt8](repeating: 3, count: 32))
    let purse = try await desk.submit(Toy.Open(coins: 10), by: user).aggregate
    #expect(try await store.read { try Toy.purses.alteredRows($0, ring) } == [])
    let forge = Statement("UPDATE purses SET coins = 11 WHERE purse = $1")
    try await store.write { _ in WritePlan([Change(forge, [.integer(purse)])], answer: ()) }
    #expect(try await store.read { try Toy.purses.alteredRows($0, ring) } == [[.integer(purse)]])
  }

  @Test(arguments: Engine.all) func commandsOfManyCallersAreAllCarriedOut(_ engine: Engine)
    async throws
  {
    let store = try engine.store()
    let desk = try makeDesk(store)
    let keys = try await withThrowingTaskGroup(of: Int64.self) { group in
      for coins in 0..<500 {
        group.addTask {
          try await desk.submit(Toy.Open(coins: Int64(coins)), by: user).aggregate
        }
      }
      return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
    }
    #expect(keys.count == 500)
    let total = Query(Statement("SELECT sum(coins) FROM purses")) { $0.integer(0) }
    #expect(try await store.first(total) == 124_750)
  }
}
