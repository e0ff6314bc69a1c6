import AccessControl
import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import Interchange
import LegalTime
import MeasureKit
import Rulebook
import SQLiteStorage
import SealedFiles
import Storage
import Testing

@testable import ProcurementOversight

/// The measure over a store in memory, with a clock that is set by hand.
struct ProcurementBench {
  let measure: ProcurementMeasure
  let time: ManualTime
  let desk: CommandDesk
  let keys = (
    SealedFile.Identity(random: SeededBytes(seed: 11)),
    SealedFile.Identity(random: SeededBytes(seed: 12))
  )

  /// Monday, 2 March 2026, 9:00.
  static let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!

  init(feeds: [String: SignedFeed] = [:], window: Int? = nil) throws {
    let store = try SQLiteStore(
      .init(path: nil),
      migrations: BookShelf.migrations + [CaseFileBook.migration] + AlertTables.migrations)
    time = ManualTime(ProcurementBench.start)
    let ring = try KeyRing(master: [UInt8](repeating: 5, count: 32))
    desk = CommandDesk(
      store: store, ring: ring, time: time, random: SeededBytes(seed: 4), stamps: ActStamps(1))
    var rules = try ProcurementBench.rules()
    if let window { rules.window = window }
    measure = try ProcurementMeasure(
      desk: desk, rules: rules, ring: ring, acknowledger: Acknowledger([]),
      feeds: feeds)
  }

  static func rules() throws -> ProcurementRules {
    try ProcurementRules(
      BundledCities.shifan(), law: RuleBase([ProcurementPeriods.pack]), calendar: .stateCouncil)
  }

  // MARK: Who acts

  static func staff(_ account: Int64, _ role: Role, _ agency: String = "utilities") -> Actor {
    Actor(
      kind: .staff, account: account, permissions: role.permissions, agency: agency,
      agencies: [agency])
  }
  static let needs = staff(1, ProcurementMeasure.needs)
  static let approver = staff(2, ProcurementMeasure.approver)
  static let conductor = staff(3, ProcurementMeasure.conductor)
  static let acceptor = staff(4, ProcurementMeasure.acceptor)
  static let keeper = staff(5, ProcurementMeasure.keeper)
  static let otherKeeper = staff(6, ProcurementMeasure.keeper)
  static let handler = staff(20, ProcurementMeasure.handler, "finance")
  static func bidder(_ number: Int64) -> Actor {
    Actor(
      kind: .citizen, account: 900 + number,
      permissions: [
        "procurement.bids.file", "procurement.bids.as-citizen", "procurement.objections.file",
        "procurement.objections.as-citizen",
      ])
  }

  static func actor(_ capacity: ActorKind) -> Actor {
    switch capacity {
    case .needing: needs
    case .approving, .declarant: approver
    case .accepting: acceptor
    case .opening: keeper
    default: conductor
    }
  }

  // MARK: Steps

  func office(_ word: String) throws -> CaseOffice { try #require(measure.office(word)) }

  func open(
    _ word: String, _ command: CommandID, as capacity: ActorKind, by actor: Actor? = nil,
    _ said: [String: JSONValue]
  ) async throws -> Int64 {
    let done = try await desk.submit(
      OpenCase(command, as: capacity, said: CaseFacts(said), in: office(word).setting),
      by: actor ?? ProcurementBench.actor(capacity))
    if let refusal = done.refusal { throw refusal }
    return done.aggregate
  }

  /// Takes a step; the answer is the code of the refusal on record, nil if the step was taken.
  @discardableResult
  func step(
    _ word: String, _ command: CommandID, as capacity: ActorKind, by actor: Actor? = nil,
    on key: Int64, _ said: [String: JSONValue] = [:]
  ) async throws -> Problem? {
    try await desk.submit(
      MoveCase(command, as: capacity, on: key, said: CaseFacts(said), in: office(word).setting),
      by: actor ?? ProcurementBench.actor(capacity)
    ).refusal
  }

  func row(_ key: Int64) async throws -> CaseFileRow {
    try #require(try await desk.store.first(CaseFileBook.find(key)))
  }

  func set(_ moment: String) { time.set(Instant(rfc3339: moment)!) }

  /// Sets the clock and takes every step that is due.
  func tick(at moment: String) async throws {
    set(moment)
    try await CaseExpiry(desk: desk, measure.offices.map(\.setting)).settle(at: time.now)
  }

  func declare() async throws {
    let key = try await open("bodies", "register", as: .declarant, ["firm": "utilities"])
    let refusal = try await step(
      "bodies", "declare", as: .declarant, on: key,
      ["decision": "2", "organisation": "3 5", "technology": "1 4", "supervision": "6"])
    #expect(refusal == nil)
  }

  static let need: [String: JSONValue] = [
    "firm": "utilities", "title": "配电柜", "category": "goods", "estimate": 100_000_000,
    "text": "更新设备。",
  ]

  /// A purchase that takes bids until 2026-03-26 10:00.
  func bidding(_ method: ProcurementMethod = .tender) async throws -> Int64 {
    let word = method.rawValue
    let key = try await open(word, .need, as: .needing, Self.need)
    #expect(try await step(word, .approve, as: .approving, on: key) == nil)
    #expect(
      try await step(
        word, .plan, as: .conducting, on: key, ["ceiling": 96_000_000, "text": "公开招标。"]) == nil)
    var notice: [String: JSONValue] = [
      "sale-from": "2026-03-02", "sale-to": "2026-03-07", "opens-on": "2026-03-26",
      "opens-hour": 10, "deposit": 2_000_000,
    ]
    if method == .invited || method == .negotiation { notice["invited"] = 5 }
    #expect(try await step(word, .announce, as: .conducting, on: key, notice) == nil)
    let refusal = try await step(
      word, .issue, as: .conducting, on: key,
      [
        "text": "综合评分。", "key-1": .string(keys.0.recipient.text),
        "key-2": .string(keys.1.recipient.text),
      ])
    #expect(refusal == nil)
    return key
  }

  func bid(_ project: Int64, _ number: Int, _ amount: Int64, isRing: Bool = false) async throws
    -> Int64
  {
    let text = ProcurementAgents.text(
      project: try await row(project).base.number.description, number, amount, isRing: isRing,
      salt: Hex.encode(SeededBytes(seed: UInt64(number)).bytes(16)))
    let sealed = try BidEnvelope.seal(
      text, keys: (keys.0.recipient.text, keys.1.recipient.text),
      random: SeededBytes(seed: UInt64(number + 100)))
    return try await open(
      "bids", "seal", as: .owners, by: Self.bidder(Int64(number)),
      [
        "project": .string(try await row(project).base.number.description),
        "content-digest": .string(sealed.content), "inner-digest": .string(sealed.inner),
        "envelope": .string(sealed.envelope),
      ])
  }

  /// What the keepers hand in for bids: under the outer seal, and open.
  func unsealed(_ bids: [Int64]) async throws -> (envelopes: JSONValue, contents: JSONValue) {
    var inner: [String: JSONValue] = [:]
    var open: [String: JSONValue] = [:]
    for key in bids {
      let file = try #require(
        try await CaseFile.load(key, desk, office("bids").setting))
      let envelope = try #require(Base64.decode(file.opening?.text("envelope") ?? ""))
      let under = try BidEnvelope.unseal(envelope, keys.0)
      inner[file.row.base.number.description] = .string(Base64.encode(under))
      open[file.row.base.number.description] = .string(
        String(decoding: try BidEnvelope.unseal(under, keys.1), as: UTF8.self))
    }
    return (
      .string(JSONValue.object(inner).canonical), .string(JSONValue.object(open).canonical)
    )
  }

  /// What verification finds.
  func broken() async throws -> [Phrase] {
    try await desk.store.read { [measure] view in
      try measure.invariants.flatMap { try $0.broken(view).map(\.what) }
    }
  }

  /// Hands the acts of the journal to the measure in the order in which they were recorded.
  func feed() async throws {
    for act in try await acts() { measure.consume(act) }
  }

  /// What the public sees of all acts, in the order in which they were recorded.
  func acts() async throws -> [PublicAct] {
    let all = Statement("SELECT entry_key FROM journal ORDER BY recorded_at, entry_key")
    let keys = try await desk.store.all(Query(all) { JournalKey(raw: $0.integer(0)) })
    var found: [PublicAct] = []
    for key in keys {
      guard let act = try await desk.store.first(JournalBook.entry(key)) else { continue }
      found.append(
        PublicAct(
          kind: act.kind, matter: act.matter, recordedAt: act.recordedAt,
          effectiveAt: act.effectiveAt, fields: try JSONValue(parsing: act.publicFields)))
    }
    return found
  }
}
