import Airspace
import Books
import Commons
import Storage

/// Something that a DSS keeps so that others find it: an operational intent, a constraint, an area that is
/// identified remotely, a subscription, or whether a USS works.
struct AirEntity: Hashable, Sendable {
  /// What it is; the numbers stand in the store.
  enum Kind: Int64, Sendable, CaseIterable {
    case intent = 1
    case constraint = 2
    case subscription = 3
    case area = 4
    case areaSubscription = 5
    case availability = 6
    /// This DSS itself, as its operator's heartbeats say.
    case instance = 7
  }

  /// What a subscription is told of.
  struct Options: OptionSet, Hashable, Sendable {
    let rawValue: Int64
    static let intents = Options(rawValue: 1)
    static let constraints = Options(rawValue: 2)
    /// It was made with an operational intent and goes with its last one.
    static let implicit = Options(rawValue: 4)
  }

  let kind: Kind
  /// A UUID in lower case; of an availability the name of the USS.
  let id: String
  /// The aggregate in the journal; an implicit subscription has that of the intent that made it.
  let aggregate: Int64
  /// Acts on it.
  var version: Int64 = 0
  /// The USS that manages it.
  let manager: String
  /// Where that USS is asked for details.
  var url = ""
  /// What the next change must name: an OVN, or a version.
  var tag = ""
  /// The state of an intent or of a USS.
  var state = ""
  /// Millimetres above the ellipsoid of WGS84; nil is without limit.
  var lower: Int64?
  /// Millimetres above the ellipsoid of WGS84.
  var upper: Int64?
  var start: Instant
  var end: Instant
  /// In order.
  var cells: [S2Cell] = []
  /// The subscription of an intent.
  var subscription: String?
  var options: Options = []
  /// Notices that its subscriber was sent.
  var notices: Int64 = 0

  /// Takes the place and time of a volume.
  mutating func take(_ volume: AirVolume) {
    (lower, upper) = (volume.lower, volume.upper)
    (start, end) = (volume.start, volume.end)
    cells = volume.cells
  }

  /// Where and when it is.
  var volume: AirVolume {
    AirVolume(cells: cells, lower: lower, upper: upper, start: start, end: end)
  }
}

/// Cells, a band of altitudes and a span of time: all that a DSS compares (F3548-21, DSS0040).
struct AirVolume: Hashable, Sendable {
  /// In order.
  var cells: [S2Cell]
  /// Millimetres; nil is without limit.
  var lower: Int64?
  /// Millimetres; nil is without limit.
  var upper: Int64?
  var start: Instant
  var end: Instant

  /// The smallest that holds both.
  func union(_ other: AirVolume) -> AirVolume {
    func both(_ a: Int64?, _ b: Int64?, _ pick: (Int64, Int64) -> Int64) -> Int64? {
      guard let a, let b else { return nil }
      return pick(a, b)
    }
    return AirVolume(
      cells: Set(cells).union(other.cells).sorted(), lower: both(lower, other.lower, min),
      upper: both(upper, other.upper, max), start: min(start, other.start),
      end: max(end, other.end))
  }

  /// Whether altitudes and times are shared; their limits count.
  func overlaps(_ other: AirEntity) -> Bool {
    if let upper, let floor = other.lower, upper < floor { return false }
    if let lower, let ceiling = other.upper, ceiling < lower { return false }
    return start <= other.end && other.start <= end
  }

  /// Whether a cell is shared, too.
  func meets(_ other: AirEntity) -> Bool {
    overlaps(other) && !Set(cells).isDisjoint(with: other.cells)
  }
}

/// The tables of the DSS.
enum AirBook {
  static let migration = Migration(
    "low-altitude.0001",
    [
      """
      CREATE TABLE air_entities (
        kind BIGINT NOT NULL, id TEXT NOT NULL, aggregate BIGINT NOT NULL, version BIGINT NOT NULL,
        manager TEXT NOT NULL, url TEXT NOT NULL, tag TEXT NOT NULL, state TEXT NOT NULL,
        lower_mm BIGINT, upper_mm BIGINT, starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL,
        cells {bytes} NOT NULL, subscription TEXT, options BIGINT NOT NULL,
        notices BIGINT NOT NULL, mark {bytes} NOT NULL,
        PRIMARY KEY (kind, id))
      """,
      "CREATE INDEX air_entities_subscription ON air_entities (subscription)",
      // What a search compares stands in the slot's own row, so that no other row is read in vain.
      """
      CREATE TABLE air_slots (
        slot BIGINT NOT NULL, ends_at BIGINT NOT NULL, id TEXT NOT NULL, starts_at BIGINT NOT NULL,
        lower_mm BIGINT NOT NULL, upper_mm BIGINT NOT NULL,
        PRIMARY KEY (slot, ends_at, id)) {clustered}
      """,
    ])

  static let table = MarkedTable("air_entities", keyCount: 2, columns)
  private static let columns = [
    "kind", "id", "aggregate", "version", "manager", "url", "tag", "state", "lower_mm", "upper_mm",
    "starts_at", "ends_at", "cells", "subscription", "options", "notices",
  ]

  // MARK: Rows

  private static func values(_ entity: AirEntity) -> [SQLValue] {
    [
      .integer(entity.kind.rawValue), .text(entity.id), .integer(entity.aggregate),
      .integer(entity.version), .text(entity.manager), .text(entity.url), .text(entity.tag),
      .text(entity.state), SQLValue(entity.lower), SQLValue(entity.upper),
      SQLValue(entity.start), SQLValue(entity.end), .blob(bytes(entity.cells)),
      SQLValue(entity.subscription), .integer(entity.options.rawValue), .integer(entity.notices),
    ]
  }

  @Sendable static func read(_ row: Row) throws -> AirEntity {
    guard let kind = AirEntity.Kind(rawValue: row.integer(0)) else {
      throw StorageError("air_entities: \(row.integer(0)) is no kind of entity")
    }
    return AirEntity(
      kind: kind, id: row.text(1), aggregate: row.integer(2), version: row.integer(3),
      manager: row.text(4), url: row.text(5), tag: row.text(6), state: row.text(7),
      lower: row.optionalInteger(8), upper: row.optionalInteger(9), start: row.instant(10),
      end: row.instant(11), cells: cells(row.blob(12)), subscription: row.optionalText(13),
      options: AirEntity.Options(rawValue: row.integer(14)), notices: row.integer(15))
  }

  private static func bytes(_ cells: [S2Cell]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(cells.count * 8)
    for cell in cells { withUnsafeBytes(of: cell.id.bigEndian) { out.append(contentsOf: $0) } }
    return out
  }

  private static func cells(_ bytes: [UInt8]) -> [S2Cell] {
    stride(from: 0, to: bytes.count - 7, by: 8).map { at in
      S2Cell(id: bytes[at..<(at + 8)].reduce(0) { $0 << 8 | UInt64($1) })
    }
  }

  // MARK: Questions

  static let list = columns.map { "e." + $0 }.joined(separator: ", ")
  private static let one = Statement(
    "SELECT \(list) FROM air_entities e WHERE e.kind = $1 AND e.id = $2")
  private static let states = Statement(
    "SELECT \(list) FROM air_entities e WHERE e.kind = $1")
  private static let dependents = Statement(
    "SELECT e.id FROM air_entities e WHERE e.subscription = $1 ORDER BY e.id")

  static func find(_ kind: AirEntity.Kind, _ id: String) -> Query<AirEntity> {
    Query(one, [.integer(kind.rawValue), .text(id)], decode: read)
  }

  /// What the USSs said of themselves, by name; whoever is not there is “Unknown”.
  static func availability(_ view: any View) throws -> [String: String] {
    let rows = try view.all(
      Query(states, [.integer(AirEntity.Kind.availability.rawValue)], decode: read))
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.state) })
  }

  /// The intents that rest on a subscription, by id.
  static func dependents(of subscription: String) -> Query<String> {
    Query(dependents, [.text(subscription)]) { $0.text(0) }
  }

  // Lists of slots of some lengths: few for a flight, many for an area. What reaches over many heights looks
  // at all that is kept in its cells, from one number to another.
  private static let narrow = [32, 64, 128, 256].map { count in
    Search(size: count, width: 1, "s.slot IN (\(Search.places(count, from: 6)))")
  }
  private static let wide = [8, 128].map { count in
    let pairs = (0..<count).map { "s.slot BETWEEN $\(2 * $0 + 6) AND $\(2 * $0 + 7)" }
    return Search(size: count, width: 2, "(\(pairs.joined(separator: " OR ")))")
  }

  private struct Search: Sendable {
    /// How many slots or ranges it takes.
    let size: Int
    /// The numbers that each of them is.
    let width: Int
    let statement: Statement

    init(size: Int, width: Int, _ condition: String) {
      self.size = size
      self.width = width
      statement = Statement(
        """
        SELECT \(list) FROM air_slots s JOIN air_entities e ON e.kind = $1 AND e.id = s.id
        WHERE \(condition) AND s.ends_at >= $2 AND s.starts_at <= $3
          AND s.upper_mm >= $4 AND s.lower_mm <= $5
        """)
    }

    static func places(_ count: Int, from: Int) -> String {
      (0..<count).map { "$\($0 + from)" }.joined(separator: ", ")
    }
  }

  private static let mostCells = 64

  /// The entities of a kind that share a cell, an altitude and a moment with a volume, by id.
  static func entities(
    _ kind: AirEntity.Kind, in volume: AirVolume, _ view: any View
  ) throws -> [AirEntity] {
    let band = AirBand(volume.lower, volume.upper)
    let numbers: [[Int64]]
    let searches: [Search]
    // In a large area as many ranges as cells are fewer than slots.
    if band.isWide || volume.cells.count > mostCells {
      (numbers, searches) = (volume.cells.map { band.range(kind, $0) }, wide)
    } else {
      (numbers, searches) = (volume.cells.flatMap { band.searched(kind, $0) }, narrow)
    }
    // The longest list is used again and again for what is longer.
    guard let search = searches.first(where: { numbers.count <= $0.size }) ?? searches.last
    else { return [] }
    let guards = guards(volume.cells)
    var found: [String: AirEntity] = [:]
    for from in stride(from: 0, to: numbers.count, by: search.size) {
      let part = numbers[from..<min(from + search.size, numbers.count)]
      var parameters: [SQLValue] = [
        .integer(kind.rawValue), SQLValue(volume.start), SQLValue(volume.end),
        .integer(band.lower), .integer(band.upper),
      ]
      parameters.reserveCapacity(5 + search.size * search.width)
      for item in part { for number in item { parameters.append(.integer(number)) } }
      // No slot has the number −1.
      let rest = (search.size - part.count) * search.width
      parameters += Array(repeating: .integer(-1), count: rest)
      let rows = try view.all(
        Query(search.statement, parameters, guards: guards, decode: read))
      for row in rows { found[row.id] = row }
    }
    return found.values.sorted { $0.id < $1.id }
  }

  /// The predicates under which cells are looked at and changed: larger cells, so that an area needs few.
  private static func guards(_ cells: some Collection<S2Cell>) -> [GuardKey] {
    Set(cells.map { $0.parent(guardLevel) }).sorted().map { GuardKey("air", $0.token) }
  }
  private static let guardLevel = 10

  private static let numbers = Statement(
    "SELECT kind, count(*) FROM air_entities WHERE ends_at >= $1 GROUP BY kind")

  /// How many of each kind are not over.
  static func held(at now: Instant, _ view: any View) throws -> [AirEntity.Kind: Int64] {
    let rows = try view.all(
      Query(numbers, [SQLValue(now)]) { (kind: $0.integer(0), count: $0.integer(1)) })
    var held: [AirEntity.Kind: Int64] = [:]
    for row in rows { held[AirEntity.Kind(rawValue: row.kind) ?? .availability] = row.count }
    return held
  }

  // MARK: Changes

  private static let addSlot = Statement(
    """
    INSERT INTO air_slots (slot, ends_at, id, starts_at, lower_mm, upper_mm)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)
  private static let dropSlot = Statement(
    "DELETE FROM air_slots WHERE slot = $1 AND ends_at = $2 AND id = $3")

  private static func raising(_ change: Change, _ cells: [S2Cell]) -> Change {
    Change(
      change.statement, change.parameters, raises: guards(cells),
      touchesOneRow: change.touchesOneRow)
  }

  private static func added(_ entity: AirEntity) -> [Change] {
    slots(entity).map {
      Change(
        addSlot,
        [
          .integer($0.slot), .integer($0.end), .text($0.id), .integer($0.start),
          .integer($0.lower), .integer($0.upper),
        ])
    }
  }

  private static func dropped(_ entity: AirEntity) -> [Change] {
    slots(entity).map {
      Change(
        dropSlot, [.integer($0.slot), .integer($0.end), .text($0.id)], touchesOneRow: true)
    }
  }

  /// Puts an entity in the place of what it was.
  static func save(_ new: AirEntity, over old: AirEntity?, _ ring: KeyRing) -> [Change] {
    guard let old else {
      return [raising(table.inserting(values(new), ring), new.cells)] + added(new)
    }
    let row = raising(
      table.updating(values(new), from: values(old), ring), old.cells + new.cells)
    if old.volume == new.volume { return [row] }
    return [row] + dropped(old) + added(new)
  }

  /// Takes an entity away.
  static func remove(_ old: AirEntity) -> [Change] {
    [
      raising(
        Change(table.delete, [.integer(old.kind.rawValue), .text(old.id)], touchesOneRow: true),
        old.cells)
    ] + dropped(old)
  }

  // MARK: Proof

  private static let everything = Statement(
    "SELECT \(list) FROM air_entities e ORDER BY e.kind, e.id")
  private static let everySlot = Statement(
    "SELECT slot, ends_at, id, starts_at, lower_mm, upper_mm FROM air_slots ORDER BY slot")

  /// A row by which an entity is found.
  private struct SlotRow: Hashable {
    let slot: Int64
    let end: Int64
    let id: String
    let start: Int64
    let lower: Int64
    let upper: Int64
  }

  private static func slots(_ entity: AirEntity) -> [SlotRow] {
    let band = AirBand(entity.lower, entity.upper)
    return entity.cells.map { cell in
      SlotRow(
        slot: band.kept(entity.kind, cell), end: entity.end.microseconds, id: entity.id,
        start: entity.start.microseconds, lower: band.lower, upper: band.upper)
    }
  }

  /// That entities are found in just the slots that their rows name, by just their times and altitudes.
  @Sendable static func misplaced(_ view: any View) throws -> [(row: Int64, what: Phrase)] {
    var wanted: [SlotRow: Int64] = [:]
    // A kind that is none was written by somebody else: the row's mark says so.
    let entities = try view.all(
      Query(everything) { row -> AirEntity? in
        AirEntity.Kind(rawValue: row.integer(0)) == nil ? nil : try read(row)
      })
    for case let entity? in entities {
      for row in slots(entity) { wanted[row] = entity.aggregate }
    }
    var broken: [(row: Int64, what: Phrase)] = []
    let rows = try view.all(
      Query(everySlot) {
        SlotRow(
          slot: $0.integer(0), end: $0.integer(1), id: $0.text(2), start: $0.integer(3),
          lower: $0.integer(4), upper: $0.integer(5))
      })
    for row in rows where wanted.removeValue(forKey: row) == nil {
      broken.append(
        (
          row.slot,
          Phrase(
            "网格 \(row.slot) 中有不应在此的 \(row.id)。",
            en: "\(row.id) does not belong so in slot \(row.slot).")
        ))
    }
    for (row, aggregate) in wanted {
      broken.append(
        (
          aggregate,
          Phrase("网格 \(row.slot) 中缺少 \(row.id)。", en: "\(row.id) is missing in slot \(row.slot).")
        ))
    }
    return broken
  }
}
