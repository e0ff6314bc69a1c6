import Commons
import Storage

/// What every driver must do alike, besides the hostile probes. Each check wants a store of its own
/// with ``StoreConformance/migrations`` and returns the ways in which it failed.
extension StoreConformance {
  /// The tables of all checks and probes.
  public static let migrations = [
    HostileProbe.migration,
    Migration(
      "checks.0001",
      [
        """
        CREATE TABLE check_types
        (id {key}, i BIGINT, r DOUBLE PRECISION, s TEXT, b {bytes})
        """,
        "CREATE TABLE check_parents (id {key}, name TEXT NOT NULL UNIQUE)",
        """
        CREATE TABLE check_children
        (id {key}, parent BIGINT NOT NULL REFERENCES check_parents (id), n BIGINT NOT NULL)
        """,
        "CREATE INDEX check_children_n ON check_children (n, id)",
        "CREATE TABLE check_queue (id {key}, worker BIGINT NOT NULL)",
        "CREATE INDEX check_queue_free ON check_queue (id) WHERE worker = 0",
      ]),
  ]

  private static let insertTypes = Statement(
    "INSERT INTO check_types (id, i, r, s, b) VALUES ($1, $2, $3, $4, $5)")
  private static let allTypes = Query(
    Statement("SELECT id, i, r, s, b FROM check_types ORDER BY id")
  ) { $0.values }

  /// Values of every type read back as they were written, and texts are ordered by their bytes.
  ///
  /// - Parameter takesZero: whether the engine can keep U+0000 in a text; if not, it must say so.
  public static func types(on store: any Store, takesZero: Bool) async throws -> [String] {
    let rows: [[SQLValue]] = [
      [1, .integer(.max), .real(0.1), "示范市 😀 龘靐齉 'x' \"y\" \\ \n", .blob([0, 255])],
      [2, .integer(.min), .real(-1e300), "", .blob([])],
      [3, nil, nil, nil, nil],
      [
        4, 0, .real(.leastNonzeroMagnitude), "e\u{301}",
        .blob([UInt8](repeating: 7, count: 70_000)),
      ],
      [5, -1, .real(.greatestFiniteMagnitude), "é", .blob(Array(0...255))],
    ]
    for row in rows {
      try await store.write { _ in WritePlan([Change(insertTypes, row)], answer: ()) }
    }
    var failures: [String] = []
    let read = try await store.all(allTypes)
    if read != rows { failures.append("written \(rows), read \(read)") }
    let zero: [SQLValue] = [6, nil, nil, "a\u{0}b", nil]
    do {
      try await store.write { _ in WritePlan([Change(insertTypes, zero)], answer: ()) }
      let last = try await store.all(allTypes).last
      if !takesZero || last != zero { failures.append("U+0000 read back as \(last ?? [])") }
    } catch {
      if takesZero || !(error is StorageError) { failures.append("U+0000: \(error)") }
    }
    let sums = Query(
      Statement("SELECT sum(n), count(*), max(name) FROM check_children c, check_parents p")
    ) { $0.values }
    if try await store.first(sums) != [nil, 0, nil] { failures.append("sums of nothing") }
    let sum = Query(Statement("SELECT sum(id), min(i), max(i) FROM check_types WHERE id < 4")) {
      $0.values
    }
    let expected: [SQLValue] = [6, .integer(.min), .integer(.max)]
    let given = try await store.first(sum)
    if given != expected { failures.append("sums \(given ?? [])") }
    return failures
  }

  /// `VALUES ($2, $1)` binds by number.
  public static func parametersByName(on store: any Store) async throws -> [String] {
    let swapped = Statement("INSERT INTO probe_accounts (balance, id) VALUES ($2, $1)")
    try await store.write { _ in WritePlan([Change(swapped, [7, 50])], answer: ()) }
    let rows = try await store.all(HostileProbe.transfers.dump)
    return rows == [[7, 50]] ? [] : ["bound as \(rows)"]
  }

  private static let insertItem = Statement("INSERT INTO probe_items (id, act) VALUES ($1, 1)")
  private static let countItems = Query(Statement("SELECT count(*) FROM probe_items")) {
    $0.integer(0)
  }

  /// A report sees one state, whatever is committed meanwhile; so does a page that asks twice.
  public static func oneSnapshot(on store: some Store) async throws -> [String] {
    let counts = try await store.report { view in
      let before = try view.first(countItems)
      let done = Signal()
      Task {
        _ = try? await store.write { _ in WritePlan([Change(insertItem, [1])], answer: ()) }
        done.signal()
      }
      done.wait()
      return [before, try view.first(countItems)]
    }
    var failures = counts == [0, 0] ? [] : ["the report counted \(counts)"]
    let later = try await store.read { view in
      [try view.first(countItems), try view.first(countItems)]
    }
    if later != [1, 1] { failures.append("the page counted \(later)") }
    return failures
  }

  private static let insertParent = Statement(
    "INSERT INTO check_parents (id, name) VALUES ($1, $2)")
  private static let insertChild = Statement(
    "INSERT INTO check_children (id, parent, n) VALUES ($1, $2, $3)")
  private static let renameParent = Statement("UPDATE check_parents SET name = $2 WHERE id = $1")
  private static let parents = Query(
    Statement("SELECT id, name FROM check_parents ORDER BY name")
  ) { $0.values }

  /// A unit that breaks a constraint, touches no row where one must be, or throws, leaves nothing,
  /// and those around it stand.
  public static func rollback(on store: any Store) async throws -> [String] {
    let units: [WriteUnit<Int>] = [
      { _ in WritePlan([Change(insertParent, [1, "龙华"])], answer: 0) },
      { _ in
        WritePlan(
          [Change(insertParent, [2, "b"]), Change(insertParent, [3, "龙华"])], answer: 1)
      },
      { _ in
        WritePlan([Change(insertParent, [4, "d"]), Change(insertChild, [1, 99, 0])], answer: 2)
      },
      { _ in
        WritePlan(
          [
            Change(insertParent, [5, "e"]),
            Change(renameParent, [77, "nobody"], touchesOneRow: true),
          ], answer: 3)
      },
      { _ in throw ProbeRefusal() },
      { view in
        let seen = try view.all(parents).count
        return WritePlan(
          [Change(renameParent, [1, "南山"], touchesOneRow: true), Change(insertChild, [2, 1, 0])],
          answer: 5 + seen)
      },
      { _ in WritePlan([Change(insertParent, [6, "龙华"])], answer: 6) },
    ]
    let answers = await store.writeAll(units)
    var failures: [String] = []
    for (index, (answer, expected)) in zip(answers, [0, nil, nil, nil, nil, 6, 6]).enumerated()
    where (try? answer.get()) != expected {
      failures.append("unit \(index) answered \(answer), expected \(String(describing: expected))")
    }
    func error<E: Error>(_ index: Int, _ type: E.Type) -> E? {
      if case .failure(let error) = answers[index] { error as? E } else { nil }
    }
    if error(1, StorageError.self)?.isConstraint != true {
      failures.append("unique: \(answers[1])")
    }
    if error(2, StorageError.self)?.isConstraint != true {
      failures.append("foreign: \(answers[2])")
    }
    if error(3, Problem.self) != Problem.stale { failures.append("stale: \(answers[3])") }
    if error(4, ProbeRefusal.self) == nil { failures.append("refused: \(answers[4])") }
    let rows = try await store.all(parents)
    if rows != [[1, "南山"], [6, "龙华"]] { failures.append("rows \(rows)") }
    return failures
  }

  private static let page = Statement(
    """
    SELECT n, id FROM check_children WHERE (n, id) > ($1, $2) ORDER BY n, id LIMIT $3
    """)

  /// Pages by key visit every row once and in order.
  public static func keysetPaging(on store: any Store) async throws -> [String] {
    try await store.write { _ in
      WritePlan(
        [Change(insertParent, [1, "p"])]
          + (1...100).map { Change(insertChild, [.integer($0), 1, .integer($0 * 7 % 10)]) },
        answer: ())
    }
    var seen: [[Int64]] = []
    var last: [Int64] = [-1, -1]
    while true {
      let rows = try await store.all(
        Query(page, [.integer(last[0]), .integer(last[1]), 9]) { [$0.integer(0), $0.integer(1)] })
      guard let end = rows.last else { break }
      seen += rows
      last = end
    }
    let expected = (Int64(1)...100).map { [$0 * 7 % 10, $0] }.sorted {
      ($0[0], $0[1]) < ($1[0], $1[1])
    }
    return seen == expected ? [] : ["\(seen.count) rows, or in another order"]
  }

  private static let upsert = Statement(
    """
    INSERT INTO probe_accounts (id, balance) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET balance = excluded.balance
    """)
  private static let balance = Statement("SELECT balance FROM probe_accounts WHERE id = $1")

  /// Callers on several stores over one database count up one number: none is lost, and each gets
  /// a number of its own.
  public static func noLostUpdate(on stores: [any Store], callers: Int) async throws -> [String] {
    let rounds = 20
    let numbers = await withTaskGroup(of: [Int64].self) { group in
      for caller in 0..<callers {
        group.addTask {
          var taken: [Int64] = []
          for _ in 0..<rounds {
            let number = try? await stores[caller % stores.count].write { view in
              let last = try view.first(Query(balance, [1]) { $0.integer(0) }) ?? 0
              return WritePlan([Change(upsert, [1, .integer(last + 1)])], answer: last + 1)
            }
            if let number { taken.append(number) }
          }
          return taken
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    let expected = Array(1...Int64(callers * rounds))
    return numbers.sorted() == expected
      ? [] : ["\(numbers.count) numbers, \(Set(numbers).count) of them different"]
  }

  private static let onCall = Statement(
    "SELECT count(*) FROM probe_accounts WHERE id BETWEEN $1 AND $2 AND balance = 1")
  private static let leave = Statement(
    "UPDATE probe_accounts SET balance = 0 WHERE id = $1 AND balance = 1")

  /// Two on call, each may leave if another stays: of two that ask at once, one is refused. The
  /// rows that they change are different ones; the guard is what they share.
  public static func noWriteSkew(on stores: [any Store]) async throws -> [String] {
    let pairs = 40
    try await stores[0].write { _ in
      WritePlan((0..<Int64(2 * pairs)).map { Change(upsert, [.integer($0), 1]) }, answer: ())
    }
    await withTaskGroup(of: Void.self) { group in
      for doctor in 0..<(2 * pairs) {
        group.addTask {
          let pair = doctor / 2
          let (low, high) = (Int64(2 * pair), Int64(2 * pair + 1))
          let key = GuardKey("on-call", pair)
          _ = try? await stores[doctor % stores.count].write { view in
            let count = try view.first(
              Query(onCall, [.integer(low), .integer(high)], guards: [key]) { $0.integer(0) })
            guard count == 2 else { throw ProbeRefusal() }
            let change = Change(
              leave, [.integer(Int64(doctor))], raises: [key], touchesOneRow: true)
            return WritePlan([change], answer: ())
          }
        }
      }
    }
    let left = try await stores[0].first(
      Query(onCall, [0, .integer(Int64(2 * pairs))]) { $0.integer(0) })
    return left == Int64(pairs) ? [] : ["\(left ?? -1) of \(pairs) pairs still have one on call"]
  }

  /// Opens a store with steps one after the other and wants an edited step, and a database that
  /// knows more steps than the program, refused.
  public static func migrations(open: ([Migration]) throws -> Void) -> [String] {
    let first = Migration("a.0001", ["CREATE TABLE a (id {key})"])
    let edited = Migration("a.0001", ["CREATE TABLE a (id {key}, x BIGINT)"])
    let second = Migration("a.0002", ["CREATE TABLE b (id {key})"])
    let broken = Migration("a.0003", ["CREATE TABLE c (id {key})", "CREATE TABLE"])
    var failures: [String] = []
    func expect(_ works: Bool, _ steps: [Migration], _ what: String) {
      do {
        try open(steps)
        if !works { failures.append("\(what) was accepted") }
      } catch {
        if works || !(error is StorageError) { failures.append("\(what): \(error)") }
      }
    }
    expect(true, [first], "a new database")
    expect(true, [first], "the same steps again")
    expect(false, [edited], "an edited step")
    expect(false, [first, broken], "a step that fails half-way")
    expect(true, [first, second], "a further step")
    expect(false, [first], "a newer database")
    return failures
  }
}
