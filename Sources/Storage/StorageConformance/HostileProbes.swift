import Commons
import Storage

/// Sets of units that go wrong on a store that batches carelessly. Each states what the units mean
/// one after the other, computed by a model in memory that knows nothing of stores; every driver
/// must give the model's answers and rows in batches of 1, 7 and 1,000, and after a kill.
public enum HostileProbe: String, CaseIterable, Sendable {
  /// Transfers between two accounts with an overdraft limit: each must see the balances that its
  /// batch mates left.
  case transfers
  /// Claims of a span in a cell, refused if one there overlaps: a predicate over rows that batch
  /// mates may be inserting.
  case claims
  /// Document numbers without a gap, some of the documents being refused after they looked.
  case numbers
  /// Acts of 10,000 items each, all or nothing, one of which meets a duplicate half-way.
  case batchActs

  /// The tables of all probes.
  public static let migration = Migration(
    "probes.0001",
    [
      "CREATE TABLE probe_accounts (id {key}, balance BIGINT NOT NULL CHECK (balance >= -100))",
      """
      CREATE TABLE probe_claims
      (id {key}, cell BIGINT NOT NULL, lower BIGINT NOT NULL, upper BIGINT NOT NULL)
      """,
      "CREATE INDEX probe_claims_cell ON probe_claims (cell, lower)",
      """
      CREATE TABLE probe_series (name TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL) {clustered}
      """,
      """
      CREATE TABLE probe_documents
      (id {key}, series TEXT NOT NULL, number BIGINT NOT NULL, UNIQUE (series, number))
      """,
      "CREATE TABLE probe_items (id {key}, act BIGINT NOT NULL)",
    ])

  /// The units of this probe; the answer of each is a number, or it throws a refusal.
  public func units(seed: UInt64, count: Int) -> [WriteUnit<Int64>] {
    var random = SeededRandom(seed: seed).fork(rawValue)
    return (0..<count).map { index in
      switch self {
      case .transfers: Transfers.unit(Transfers.draw(&random))
      case .claims: Claims.unit(Claims.draw(&random, id: Int64(index + 1)))
      case .numbers: Numbers.unit(Numbers.draw(&random, id: Int64(index + 1)))
      case .batchActs: BatchActs.unit(BatchActs.draw(&random, act: Int64(index)))
      }
    }
  }

  /// What the units answer one after the other (nil for a refusal), and the rows they leave.
  public func model(seed: UInt64, count: Int) -> (answers: [Int64?], rows: [[SQLValue]]) {
    var random = SeededRandom(seed: seed).fork(rawValue)
    switch self {
    case .transfers: return Transfers.model((0..<count).map { _ in Transfers.draw(&random) })
    case .claims:
      return Claims.model((1...count).map { Claims.draw(&random, id: Int64($0)) })
    case .numbers:
      return Numbers.model((1...count).map { Numbers.draw(&random, id: Int64($0)) })
    case .batchActs:
      return BatchActs.model((0..<count).map { BatchActs.draw(&random, act: Int64($0)) })
    }
  }

  /// The rows that the probe leaves, in a fixed order.
  public var dump: Query<[SQLValue]> {
    let sql =
      switch self {
      case .transfers: Self.dumpTransfers
      case .claims: Self.dumpClaims
      case .numbers: Self.dumpNumbers
      case .batchActs: Self.dumpBatchActs
      }
    return Query(sql) { $0.values }
  }

  private static let dumpTransfers = Statement(
    "SELECT id, balance FROM probe_accounts ORDER BY id")
  private static let dumpClaims = Statement(
    "SELECT id, cell, lower, upper FROM probe_claims ORDER BY id")
  private static let dumpNumbers = Statement(
    "SELECT id, series, number FROM probe_documents ORDER BY id")
  private static let dumpBatchActs = Statement(
    "SELECT act, count(*), min(id), max(id) FROM probe_items GROUP BY act ORDER BY act")

  /// How many units make a telling run.
  public var usualCount: Int { self == .batchActs ? 7 : 1500 }
}

/// A refusal by a probe's rule.
public struct ProbeRefusal: Error, Hashable, Sendable {}

private let setBalance = Statement(
  """
  INSERT INTO probe_accounts (id, balance) VALUES ($1, $2)
  ON CONFLICT (id) DO UPDATE SET balance = excluded.balance
  """)
private let getBalance = Statement("SELECT balance FROM probe_accounts WHERE id = $1")

enum Transfers {
  struct Draw {
    let from: Int64, to: Int64, amount: Int64
  }

  static func draw(_ random: inout SeededRandom) -> Draw {
    let from = Int64(random.below(2))
    return Draw(from: from, to: 1 - from, amount: Int64(random.below(60)) + 1)
  }

  static func unit(_ draw: Draw) -> WriteUnit<Int64> {
    { view in
      func balance(_ id: Int64) throws -> Int64 {
        try view.first(Query(getBalance, [.integer(id)]) { $0.integer(0) }) ?? 0
      }
      let left = try balance(draw.from) - draw.amount
      guard left >= -100 else { throw ProbeRefusal() }
      let gained = try balance(draw.to) + draw.amount
      return WritePlan(
        [
          Change(setBalance, [.integer(draw.from), .integer(left)]),
          Change(setBalance, [.integer(draw.to), .integer(gained)]),
        ], answer: left)
    }
  }

  static func model(_ draws: [Draw]) -> ([Int64?], [[SQLValue]]) {
    var balances: [Int64: Int64] = [:]
    let answers = draws.map { draw -> Int64? in
      let left = balances[draw.from, default: 0] - draw.amount
      guard left >= -100 else { return nil }
      balances[draw.from] = left
      balances[draw.to, default: 0] += draw.amount
      return left
    }
    return (answers, balances.sorted { $0.key < $1.key }.map { [.integer($0), .integer($1)] })
  }
}

private let findClaims = Statement(
  "SELECT count(*) FROM probe_claims WHERE cell = $1 AND lower < $3 AND upper > $2")
private let insertClaim = Statement(
  "INSERT INTO probe_claims (id, cell, lower, upper) VALUES ($1, $2, $3, $4)")

enum Claims {
  struct Draw {
    let id: Int64, cell: Int64, lower: Int64, upper: Int64
  }

  static func draw(_ random: inout SeededRandom, id: Int64) -> Draw {
    let lower = Int64(random.below(2000))
    return Draw(
      id: id, cell: Int64(random.below(4)), lower: lower,
      upper: lower + Int64(random.below(20)) + 1)
  }

  static func unit(_ draw: Draw) -> WriteUnit<Int64> {
    { view in
      let cell = GuardKey("probe-cell", draw.cell)
      let bounds: [SQLValue] = [.integer(draw.cell), .integer(draw.lower), .integer(draw.upper)]
      let overlapping = try view.first(
        Query(findClaims, bounds, guards: [cell]) { $0.integer(0) })
      guard overlapping == 0 else { throw ProbeRefusal() }
      let change = Change(insertClaim, [.integer(draw.id)] + bounds, raises: [cell])
      return WritePlan([change], answer: draw.id)
    }
  }

  static func model(_ draws: [Draw]) -> ([Int64?], [[SQLValue]]) {
    var held: [Draw] = []
    let answers = draws.map { draw -> Int64? in
      let meets = held.contains {
        $0.cell == draw.cell && $0.lower < draw.upper && $0.upper > draw.lower
      }
      guard !meets else { return nil }
      held.append(draw)
      return draw.id
    }
    return (
      answers,
      held.map { [.integer($0.id), .integer($0.cell), .integer($0.lower), .integer($0.upper)] }
    )
  }
}

private let lastNumber = Statement("SELECT last FROM probe_series WHERE name = $1")
private let setNumber = Statement(
  """
  INSERT INTO probe_series (name, last) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET last = excluded.last
  """)
private let insertDocument = Statement(
  "INSERT INTO probe_documents (id, series, number) VALUES ($1, $2, $3)")

enum Numbers {
  struct Draw {
    let id: Int64
    let series: String
    let isRefused: Bool
    /// Tries to write its document twice: fails after it has changed rows.
    let isBroken: Bool
  }

  static func draw(_ random: inout SeededRandom, id: Int64) -> Draw {
    Draw(
      id: id, series: "示〔2026〕\(random.below(3))", isRefused: random.chance(0.2),
      isBroken: random.chance(0.02))
  }

  static func unit(_ draw: Draw) -> WriteUnit<Int64> {
    { view in
      let series = SQLValue.text(draw.series)
      let last = try view.first(Query(lastNumber, [series]) { $0.integer(0) }) ?? 0
      guard !draw.isRefused else { throw ProbeRefusal() }
      let document = Change(insertDocument, [.integer(draw.id), series, .integer(last + 1)])
      var changes = [Change(setNumber, [series, .integer(last + 1)]), document]
      if draw.isBroken { changes.append(document) }
      return WritePlan(changes, answer: last + 1)
    }
  }

  static func model(_ draws: [Draw]) -> ([Int64?], [[SQLValue]]) {
    var last: [String: Int64] = [:]
    var rows: [[SQLValue]] = []
    let answers = draws.map { draw -> Int64? in
      guard !draw.isRefused, !draw.isBroken else { return nil }
      let number = last[draw.series, default: 0] + 1
      last[draw.series] = number
      rows.append([.integer(draw.id), .text(draw.series), .integer(number)])
      return number
    }
    return (answers, rows)
  }
}

private let insertItem = Statement("INSERT INTO probe_items (id, act) VALUES ($1, $2)")

enum BatchActs {
  static let itemCount: Int64 = 10_000

  struct Draw {
    let act: Int64
    /// The act whose items this one repeats from the middle on; a clash if that act went through.
    let clash: Int64?
  }

  static func draw(_ random: inout SeededRandom, act: Int64) -> Draw {
    let clashes = random.chance(0.4) && act > 0
    return Draw(act: act, clash: clashes ? Int64(random.below(Int(act))) : nil)
  }

  private static func items(_ draw: Draw) -> [Int64] {
    (0..<itemCount).map { index in
      let act = index >= itemCount / 2 ? draw.clash ?? draw.act : draw.act
      return act * itemCount + index
    }
  }

  static func unit(_ draw: Draw) -> WriteUnit<Int64> {
    { _ in
      let changes = items(draw).map { Change(insertItem, [.integer($0), .integer(draw.act)]) }
      return WritePlan(changes, answer: itemCount)
    }
  }

  static func model(_ draws: [Draw]) -> ([Int64?], [[SQLValue]]) {
    var owner: [Int64: Int64] = [:]
    let answers = draws.map { draw -> Int64? in
      let items = items(draw)
      guard !items.contains(where: { owner[$0] != nil }) else { return nil }
      for item in items { owner[item] = draw.act }
      return itemCount
    }
    let rows = Dictionary(grouping: owner.keys) { owner[$0]! }.sorted { $0.key < $1.key }
    return (
      answers,
      rows.map { act, items in
        [
          .integer(act), .integer(Int64(items.count)), .integer(items.min()!),
          .integer(items.max()!),
        ]
      }
    )
  }
}
