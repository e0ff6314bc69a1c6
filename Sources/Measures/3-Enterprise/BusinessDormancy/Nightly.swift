import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import Dormancy
import LegalTime
import MeasureKit
import Storage

/// What a night's sweep came to.
struct SweepRow: Hashable, Sendable {
  let day: CivilDate
  /// Open spells that were looked at.
  var spells: Int64 = 0
  /// Cases of which an event showed that the business had resumed.
  var resumed: Int64 = 0
  /// Steps of clocks that were due: reminders, ends of terms.
  var steps: Int64 = 0
  /// Spells without a case here that were found to be over.
  var ended: Int64 = 0

  init(day: CivilDate) { self.day = day }

  init(_ row: Row) {
    day = CivilDate(dayNumber: Int32(row.integer(0)))
    spells = row.integer(1)
    resumed = row.integer(2)
    steps = row.integer(3)
    ended = row.integer(4)
  }

  var values: [SQLValue] {
    [
      .integer(Int64(day.dayNumber)), .integer(spells), .integer(resumed), .integer(steps),
      .integer(ended),
    ]
  }

  var json: JSONValue {
    [
      "day": .string(day.description), "spells": .integer(spells), "resumed": .integer(resumed),
      "steps": .integer(steps), "ended": .integer(ended),
    ]
  }
}

/// Records that a night's sweep was carried out, so that no other node and no restart repeats it.
struct RecordSweep: Command {
  typealias Loaded = Void
  let sweep: SweepRow

  var kind: String { "dormancy.sweep" }
  var permission: String { "dormancy.sweep" }
  var aggregate: Int64? { nil }
  var content: JSONValue { sweep.json }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    guard try view.first(DormancyTables.sweep(sweep.day)) == nil else { throw Problem.stale }
    return .accepted(
      publicFields: sweep.json,
      changes: [DormancyTables.add(sweep, context.ring)])
  }
}

/// Ends spells that were filed elsewhere and are over: by their term, or by an event that shows business.
/// Those with a case here end by the case's own steps. One act for a batch.
struct EndSpells: Command {
  typealias Loaded = Void
  /// Spells by key, each with the day on which the business is back.
  let ends: [(key: Int64, on: CivilDate)]

  var kind: String { "dormancy.end-spells" }
  var permission: String { "dormancy.sweep" }
  var aggregate: Int64? { nil }
  var content: JSONValue {
    .array(ends.map { [.string(String($0.key)), .string($0.on.description)] })
  }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    var changes: [Change] = []
    for (key, day) in ends {
      // Whoever was quicker has ended it already.
      guard let row = try view.first(DormancyTables.spell(key)), !row.hasCase,
        row.spell.resumedOn == nil
      else { continue }
      var next = row
      next.spell = DormancySpell(
        from: row.spell.from, through: row.spell.through,
        resumedOn: max(row.spell.from, min(day, row.spell.through.adding(days: 1))))
      changes.append(DormancyTables.move(next, from: row, context.ring))
    }
    return .accepted(publicFields: ["ended": .integer(Int64(changes.count))], changes: changes)
  }
}

extension DormancyMeasure {
  /// The hour from which a night's sweep runs.
  private static let hour: Int64 = 2

  /// Sweeps all open spells once a day: what clocks call for, resumptions that events show, spells filed
  /// elsewhere that are over. Whatever was done before a stop is passed over when it is done again.
  public func nightly(at moment: Instant) async throws -> Int {
    let zone = rules.profile.zone
    let today = moment.date(in: zone)
    guard moment >= Instant(today, in: zone).adding(seconds: Self.hour * 3600),
      try await desk.store.first(DormancyTables.sweep(today)) == nil
    else { return 0 }
    let sweep = try await sweep(at: moment)
    do {
      _ = try await desk.submit(
        RecordSweep(sweep: sweep), by: program,
        CommandDesk.Terms(idempotencyKey: "dormancy.sweep.\(today)"))
    } catch let problem as Problem where problem == .stale { return 0 }
    return 1
  }

  /// Looks at every open spell.
  func sweep(at moment: Instant) async throws -> SweepRow {
    var result = SweepRow(day: moment.date(in: rules.profile.zone))
    var cursor: (Int64, Int64) = (.min, .min)
    let expiry = CaseExpiry(desk: desk, [office.setting])
    while true {
      let rows = try await desk.store.all(DormancyTables.open(after: cursor, limit: 1000))
      guard let last = rows.last else { return result }
      result.spells += Int64(rows.count)
      // Events first: a business that resumed within its term did not wait for its end.
      result.resumed += Int64(
        try await resumptions(of: Array(Set(rows.map(\.business))), at: moment).count)
      result.steps += Int64(try await expire(rows.filter(\.hasCase), expiry, at: moment))
      result.ended += Int64(try await end(rows.filter { !$0.hasCase }, at: moment))
      cursor = (Int64(last.spell.through.dayNumber), last.key)
    }
  }

  /// The steps that clocks of these cases call for, until none does.
  private func expire(
    _ rows: [SpellRow], _ expiry: CaseExpiry, at moment: Instant
  ) async throws -> Int {
    var done = 0
    while true {
      let due = try await desk.store.read { view in
        try rows.compactMap { try view.first(CaseBook.find($0.key)) }
          .filter { row in row.wakeAt.map { $0 <= moment } ?? false }
      }
      let steps = due.isEmpty ? 0 : try await expiry.expire(due, at: moment)
      if steps == 0 { return done }
      done += steps
    }
  }

  private func end(_ rows: [SpellRow], at moment: Instant) async throws -> Int {
    guard !rows.isEmpty else { return 0 }
    let today = moment.date(in: rules.profile.zone)
    let terms = try rules.terms(on: today)
    let business = try rules.business(on: today)
    let ends = try await desk.store.read { view in
      try rows.compactMap { row -> (key: Int64, on: CivilDate)? in
        let spells = try view.all(DormancyTables.spells(of: row.business)).map(\.spell)
        let events = try view.all(DormancyTables.events(of: row.business)).map(\.event)
        guard let history = try? DormancyHistory(spells, events: events) else { return nil }
        let outcome = history.outcomes(on: today, terms, business: business)
          .first { $0.spell == row.spell }
        return outcome?.end.map { (row.key, $0.on) }
      }
    }
    guard !ends.isEmpty else { return 0 }
    _ = try await desk.submit(EndSpells(ends: ends), by: program)
    return ends.count
  }
}
