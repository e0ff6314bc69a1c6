import Books
import Commons
import Dormancy
import Storage

/// A business as the registration authority reports it.
struct OperatorRow: Hashable, Sendable {
  /// What is known against it, as bits; these numbers stand in rows and never change.
  struct Flags: OptionSet, Hashable, Sendable {
    let rawValue: Int64
    static let abnormal = Flags(rawValue: 1)
    static let dishonest = Flags(rawValue: 2)
    static let locked = Flags(rawValue: 4)
    static let openCase = Flags(rawValue: 8)
    static let courtAssistance = Flags(rawValue: 16)
    static let pledged = Flags(rawValue: 32)
    static let listed = Flags(rawValue: 64)
    static let barred = Flags(rawValue: 128)

    /// Names in the feed and in facts.
    static let names: [(name: String, flag: Flags, label: Phrase)] = [
      ("abnormal", .abnormal, Phrase("列入经营异常名录", en: "on the list of abnormal operations")),
      ("dishonest", .dishonest, Phrase("列入严重违法失信名单", en: "on the list of serious dishonesty")),
      ("locked", .locked, Phrase("登记信息锁定", en: "entry locked")),
      ("open_case", .openCase, Phrase("被立案调查", en: "open case")),
      ("court_assistance", .courtAssistance, Phrase("法院协助执行", en: "a court's request")),
      ("pledged", .pledged, Phrase("股权出质", en: "shares pledged")),
      ("listed", .listed, Phrase("上市公司", en: "listed company")),
      ("barred", .barred, Phrase("法律、行政法规另有规定", en: "barred by another law")),
    ]
  }

  /// A keyed digest of its code: the code itself stands here only for organisations.
  let key: Int64
  /// The code, for organisations.
  let code: String?
  /// Its name; of an individual business only how it begins.
  let name: String
  /// Company, partnership, sole, cooperative, branch or individual.
  let kind: String
  /// When it was registered.
  let registeredOn: CivilDate
  /// What is known against it.
  let flags: Flags

  init(
    key: Int64, code: String?, name: String, kind: String, registeredOn: CivilDate, flags: Flags
  ) {
    self.key = key
    self.code = code
    self.name = name
    self.kind = kind
    self.registeredOn = registeredOn
    self.flags = flags
  }

  init(_ row: Row) {
    key = row.integer(0)
    code = row.optionalText(1)
    name = row.text(2)
    kind = row.text(3)
    registeredOn = CivilDate(dayNumber: Int32(row.integer(4)))
    flags = Flags(rawValue: row.integer(5))
  }

  var values: [SQLValue] {
    [
      .integer(key), SQLValue(code), .text(name), .text(kind),
      .integer(Int64(registeredOn.dayNumber)), .integer(flags.rawValue),
    ]
  }

  /// Whether its name may tell who a person is.
  var isPersonal: Bool { kind == "individual" || kind == "sole" }
}

/// A spell of dormancy on file. Term and address for service are public by law (条例第30条第3款).
struct SpellRow: Hashable, Sendable {
  /// The case, or for one that was filed elsewhere a digest of business and first day.
  let key: Int64
  /// The business.
  let business: Int64
  /// Whether a case here keeps it.
  let hasCase: Bool
  /// The name as published.
  let name: String
  /// The address for service as published.
  let address: String
  var spell: DormancySpell

  init(
    key: Int64, business: Int64, hasCase: Bool, name: String, address: String, spell: DormancySpell
  ) {
    self.key = key
    self.business = business
    self.hasCase = hasCase
    self.name = name
    self.address = address
    self.spell = spell
  }

  init(_ row: Row) {
    key = row.integer(0)
    business = row.integer(1)
    hasCase = row.flag(2)
    name = row.text(3)
    address = row.text(4)
    func day(_ number: Int64) -> CivilDate { CivilDate(dayNumber: Int32(number)) }
    spell = DormancySpell(
      from: day(row.integer(5)), through: day(row.integer(6)),
      resumedOn: row.optionalInteger(7).map(day))
  }

  var values: [SQLValue] {
    [
      .integer(key), .integer(business), SQLValue(hasCase), .text(name), .text(address),
      .integer(Int64(spell.from.dayNumber)), .integer(Int64(spell.through.dayNumber)),
      SQLValue(spell.resumedOn.map { Int64($0.dayNumber) }),
    ]
  }
}

/// An event that another system reported, by its natural id.
struct EventRow: Hashable, Sendable {
  /// A keyed digest of source and id, so that an event counts once.
  let key: Int64
  let business: Int64
  let event: DormancyEvent
  /// Whether the registrar found that it was no business after all; it does not count then.
  var isSetAside = false

  init(key: Int64, business: Int64, event: DormancyEvent) {
    self.key = key
    self.business = business
    self.event = event
  }

  init(_ row: Row) {
    key = row.integer(0)
    business = row.integer(1)
    event = DormancyEvent(
      DormancyEvent.Kind(code: row.text(2)) ?? .annualReport,
      on: CivilDate(dayNumber: Int32(row.integer(3))), source: row.text(4), id: row.text(5))
    isSetAside = row.flag(6)
  }

  var values: [SQLValue] {
    [
      .integer(key), .integer(business), .text(event.kind.code),
      .integer(Int64(event.on.dayNumber)), .text(event.source), .text(event.id),
      SQLValue(isSetAside),
    ]
  }
}

/// The tables of measure 15.
public enum DormancyTables {
  /// Their schema steps.
  public static let migrations = [
    Migration(
      "dormancy.0001",
      [
        """
        CREATE TABLE dormancy_operators (
          operator_key {key}, code TEXT, name TEXT NOT NULL, kind TEXT NOT NULL,
          registered_day BIGINT NOT NULL, flags BIGINT NOT NULL, mark {bytes} NOT NULL)
        """,
        """
        CREATE TABLE dormancy_spells (
          spell_key {key}, operator_key BIGINT NOT NULL, has_case BIGINT NOT NULL,
          name TEXT NOT NULL, address TEXT NOT NULL, from_day BIGINT NOT NULL,
          through_day BIGINT NOT NULL, resumed_day BIGINT, mark {bytes} NOT NULL)
        """,
        "CREATE INDEX dormancy_spells_operator ON dormancy_spells (operator_key, from_day)",
        """
        CREATE INDEX dormancy_spells_open ON dormancy_spells (through_day, spell_key)
        WHERE resumed_day IS NULL
        """,
        """
        CREATE TABLE dormancy_events (
          event_key {key}, operator_key BIGINT NOT NULL, kind TEXT NOT NULL,
          event_day BIGINT NOT NULL, source TEXT NOT NULL, natural_id TEXT NOT NULL,
          is_set_aside BIGINT NOT NULL, mark {bytes} NOT NULL)
        """,
        "CREATE INDEX dormancy_events_operator ON dormancy_events (operator_key, event_day)",
      ]),
    Migration(
      "dormancy.0002",
      [
        """
        CREATE TABLE dormancy_publicity (
          entry_key {key}, case_key BIGINT NOT NULL, matter TEXT NOT NULL,
          published_day BIGINT NOT NULL, from_day BIGINT NOT NULL, through_day BIGINT NOT NULL,
          resumed_day BIGINT, address TEXT NOT NULL, handed_at BIGINT, mark {bytes} NOT NULL)
        """,
        """
        CREATE INDEX dormancy_publicity_waiting ON dormancy_publicity (entry_key)
        WHERE handed_at IS NULL
        """,
        """
        CREATE TABLE dormancy_sweeps (
          sweep_day {key}, spells BIGINT NOT NULL, resumed BIGINT NOT NULL, steps BIGINT NOT NULL,
          ended BIGINT NOT NULL, mark {bytes} NOT NULL)
        """,
      ]),
  ]

  static let operators = MarkedTable(
    "dormancy_operators", ["operator_key", "code", "name", "kind", "registered_day", "flags"])
  static let spells = MarkedTable(
    "dormancy_spells",
    [
      "spell_key", "operator_key", "has_case", "name", "address", "from_day", "through_day",
      "resumed_day",
    ])
  static let events = MarkedTable(
    "dormancy_events",
    [
      "event_key", "operator_key", "kind", "event_day", "source", "natural_id", "is_set_aside",
    ])

  static let publicity = MarkedTable(
    "dormancy_publicity",
    [
      "entry_key", "case_key", "matter", "published_day", "from_day", "through_day", "resumed_day",
      "address", "handed_at",
    ])
  static let sweeps = MarkedTable(
    "dormancy_sweeps", ["sweep_day", "spells", "resumed", "steps", "ended"])

  /// Tables whose rows carry a mark.
  public static let markedTables = [operators, spells, events, publicity, sweeps]

  // MARK: Keys

  /// A code's keyed digest.
  static func key(of code: String, _ ring: KeyRing) -> Int64 {
    ring.blindIndex(code, use: "dormancy operator")
  }
  static func key(of spell: DormancySpell, of business: Int64, _ ring: KeyRing) -> Int64 {
    ring.blindIndex("\(business) \(spell.from)", use: "dormancy spell")
  }
  static func key(of event: DormancyEvent, _ ring: KeyRing) -> Int64 {
    ring.blindIndex("\(event.source)\n\(event.id)", use: "dormancy event")
  }

  // MARK: Queries

  private static func list(_ table: MarkedTable) -> String {
    "SELECT \(table.columns.joined(separator: ", ")) FROM \(table.name)"
  }
  private static let oneOperator = Statement("\(list(operators)) WHERE operator_key = $1")
  private static let oneSpell = Statement("\(list(spells)) WHERE spell_key = $1")
  private static let oneEvent = Statement("\(list(events)) WHERE event_key = $1")
  private static let spellsOf = Statement(
    "\(list(spells)) WHERE operator_key = $1 ORDER BY from_day, spell_key")
  private static let eventsOf = Statement(
    "\(list(events)) WHERE operator_key = $1 AND is_set_aside = 0 ORDER BY event_day, event_key")
  private static let openSpells = Statement(
    """
    \(list(spells)) WHERE resumed_day IS NULL AND (through_day, spell_key) > ($1, $2)
    ORDER BY through_day, spell_key LIMIT $3
    """)
  private static let pageOfSpells = Statement(
    "\(list(spells)) WHERE spell_key > $1 ORDER BY spell_key LIMIT 2000")

  private static let onePublication = Statement("\(list(publicity)) WHERE entry_key = $1")
  private static let waiting = Statement(
    "\(list(publicity)) WHERE handed_at IS NULL AND entry_key > $1 ORDER BY entry_key LIMIT $2")
  private static let oneSweep = Statement("\(list(sweeps)) WHERE sweep_day = $1")

  /// Who decides by the spells of a business names this; who changes them raises it.
  private static func spellGuard(_ business: Int64) -> GuardKey {
    GuardKey("dormancy-spells", business)
  }
  private static func operatorGuard(_ business: Int64) -> GuardKey {
    GuardKey("dormancy-operator", business)
  }
  private static func eventGuard(_ key: Int64) -> GuardKey { GuardKey("dormancy-event", key) }
  private static func eventsGuard(_ business: Int64) -> GuardKey {
    GuardKey("dormancy-events", business)
  }

  static func business(_ key: Int64) -> Query<OperatorRow> {
    Query(oneOperator, [.integer(key)], guards: [operatorGuard(key)]) { OperatorRow($0) }
  }
  static func spell(_ key: Int64) -> Query<SpellRow> {
    Query(oneSpell, [.integer(key)]) { SpellRow($0) }
  }
  static func spells(of business: Int64) -> Query<SpellRow> {
    Query(spellsOf, [.integer(business)], guards: [spellGuard(business)]) { SpellRow($0) }
  }
  static func event(_ key: Int64) -> Query<EventRow> {
    Query(oneEvent, [.integer(key)], guards: [eventGuard(key)]) { EventRow($0) }
  }
  /// Events that count.
  static func events(of business: Int64) -> Query<EventRow> {
    Query(eventsOf, [.integer(business)], guards: [eventsGuard(business)]) { EventRow($0) }
  }
  /// Spells that have not been ended, by their last day, after a cursor.
  static func open(after cursor: (Int64, Int64), limit: Int) -> Query<SpellRow> {
    Query(openSpells, [.integer(cursor.0), .integer(cursor.1), .integer(Int64(limit))]) {
      SpellRow($0)
    }
  }

  static func publication(_ key: Int64) -> Query<PublicityRow> {
    Query(onePublication, [.integer(key)], guards: [GuardKey("dormancy-publicity", key)]) {
      PublicityRow($0)
    }
  }
  /// Publications that nobody has taken over, the oldest first, after a key.
  static func waitingPublicity(after key: Int64, limit: Int) -> Query<PublicityRow> {
    Query(waiting, [.integer(key), .integer(Int64(limit))]) { PublicityRow($0) }
  }
  /// The sweep of a day; whoever records one raises its guard.
  static func sweep(_ day: CivilDate) -> Query<SweepRow> {
    let number = Int64(day.dayNumber)
    return Query(oneSweep, [.integer(number)], guards: [GuardKey("dormancy-sweep", number)]) {
      SweepRow($0)
    }
  }

  /// Every spell, some thousand in memory at a time.
  static func forEachSpell(_ view: any View, _ body: (SpellRow) throws -> Void) throws {
    var after = Int64.min
    while true {
      let page = try view.all(Query(pageOfSpells, [.integer(after)]) { SpellRow($0) })
      guard let last = page.last else { return }
      for row in page { try body(row) }
      after = last.key
    }
  }

  // MARK: Changes

  static func put(_ row: OperatorRow, over old: OperatorRow?, _ ring: KeyRing) -> [Change] {
    guard row != old else { return [] }
    let change =
      old.map { operators.updating(row.values, from: $0.values, ring) }
      ?? operators.inserting(row.values, ring)
    return [raising(change, operatorGuard(row.key))]
  }
  static func add(_ row: SpellRow, _ ring: KeyRing) -> Change {
    raising(spells.inserting(row.values, ring), spellGuard(row.business))
  }
  static func move(_ row: SpellRow, from old: SpellRow, _ ring: KeyRing) -> Change {
    raising(spells.updating(row.values, from: old.values, ring), spellGuard(row.business))
  }
  static func add(_ row: EventRow, _ ring: KeyRing) -> Change {
    raising(events.inserting(row.values, ring), eventGuard(row.key), eventsGuard(row.business))
  }
  static func setAside(_ row: EventRow, _ ring: KeyRing) -> Change {
    var next = row
    next.isSetAside = true
    return raising(
      events.updating(next.values, from: row.values, ring), eventGuard(row.key),
      eventsGuard(row.business))
  }

  static func add(_ row: SweepRow, _ ring: KeyRing) -> Change {
    raising(
      sweeps.inserting(row.values, ring), GuardKey("dormancy-sweep", Int64(row.day.dayNumber)))
  }
  static func move(_ row: PublicityRow, from old: PublicityRow, _ ring: KeyRing) -> Change {
    raising(
      publicity.updating(row.values, from: old.values, ring),
      GuardKey("dormancy-publicity", row.key))
  }

  private static func raising(_ change: Change, _ keys: GuardKey...) -> Change {
    Change(
      change.statement, change.parameters, raises: change.raises + keys,
      touchesOneRow: change.touchesOneRow)
  }
}
