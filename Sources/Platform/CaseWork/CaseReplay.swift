import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// One case of a procedure, lived through without a store: the same case type, clocks and rules as
/// the commands use, and the program's own steps when clocks run out. For scenarios, for comparison
/// with others' restatements of a law, and for “what would have happened”. Pure.
public struct CaseReplay: Sendable {
  /// What came of one step.
  public struct Outcome: Sendable {
    /// The command.
    public let command: CommandID
    /// When it was given.
    public let at: Instant
    /// Why it was refused; nil if it was carried out.
    public let problem: Problem?
    /// The case after it; nil before it is opened.
    public let row: CaseFileRow?
  }

  /// The procedure in a city.
  public let setting: CaseSetting
  /// The case; nil before it is opened.
  public private(set) var row: CaseFileRow?
  private var key: Int64 = 1

  /// No case yet.
  public init(_ setting: CaseSetting) { self.setting = setting }

  /// What the case has come to.
  public var facts: CaseFacts { row.flatMap { try? CaseFacts($0.facts) } ?? CaseFacts() }
  /// Where it stands; nil before it is opened.
  public var status: CaseStatus? { row.flatMap { try? setting.type.status($0.base.status) } }
  /// Its clocks.
  public var clocks: CaseClocks { row.flatMap { try? CaseClocks($0.base.clocks) } ?? CaseClocks() }

  /// Carries out what the clocks call for up to a moment, the earliest first, each at its end.
  public mutating func advance(to moment: Instant) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    let type = setting.type
    while let status, let due = clocks.due(at: moment, type, status, setting.calendar).first,
      let spec = type.clocks.first(where: { $0.id == due.id })
    {
      let outcome = try take(spec.onExpiry, as: .system, at: due.end)
      outcomes.append(outcome)
      // A clock that nothing answers would call for ever.
      if outcome.problem != nil { break }
    }
    return outcomes
  }

  /// Takes a step at a moment, given by one person for each capacity.
  public mutating func take(
    _ command: CommandID, as capacity: ActorKind, at moment: Instant,
    said: CaseFacts = CaseFacts()
  ) throws -> Outcome {
    do {
      if let row {
        try move(row, command, capacity, moment, said)
      } else {
        try open(command, capacity, moment, said)
      }
      return Outcome(command: command, at: moment, problem: nil, row: self.row)
    } catch let problem as Problem {
      return Outcome(command: command, at: moment, problem: problem, row: row)
    }
  }

  private func actor(_ capacity: ActorKind) -> Actor {
    let place = setting.procedure.capacities.firstIndex(of: capacity) ?? -2
    return capacity == .citizen
      ? Actor(kind: .citizen, account: Int64(place + 1), permissions: [])
      : Actor(kind: .staff, account: Int64(place + 1), permissions: [], agencies: nil)
  }

  private mutating func open(
    _ command: CommandID, _ capacity: ActorKind, _ moment: Instant, _ said: CaseFacts
  ) throws {
    let type = setting.type
    let step = SpokenStep(command: command, capacity: capacity, said: said, files: [])
    let checked = try step.checked(setting)
    let opened = try type.open(command, by: capacity)
    var draft = CaseDraft(
      step, checked, by: actor(capacity), at: moment, key: key, setting, version: 1, before: nil,
      statusBefore: nil, status: opened.status, clocks: CaseClocks(), facts: CaseFacts(),
      title: type.name.zh, random: SeededBytes(seed: UInt64(bitPattern: key)))
    let base = CaseRow(
      key: key, measure: setting.measure, version: 1, stage: type.stage(of: opened.status).id.text,
      status: type.text(opened.status), title: draft.title,
      applicant: capacity == .citizen ? actor(capacity).applicant : nil, openedAt: moment)
    let row = CaseFileRow(
      base: base, kind: type.id, party: nil, subject: nil, facts: "{}", updatedAt: moment)
    self.row = try settled(row, &draft, opened, moment)
  }

  private mutating func move(
    _ row: CaseFileRow, _ command: CommandID, _ capacity: ActorKind, _ moment: Instant,
    _ said: CaseFacts
  ) throws {
    let type = setting.type
    let before = try type.status(row.base.status)
    let taken = try type.step(before, command, by: capacity)
    let step = SpokenStep(command: command, capacity: capacity, said: said, files: [])
    var draft = CaseDraft(
      step, try step.checked(setting), by: actor(capacity), at: moment, key: key, setting,
      version: row.base.version + 1, before: row, statusBefore: before, status: taken.status,
      clocks: try CaseClocks(row.base.clocks), facts: try CaseFacts(row.facts),
      title: row.base.title,
      random: SeededBytes(seed: UInt64(bitPattern: key) << 16 | UInt64(row.base.version)))
    self.row = try settled(row, &draft, taken, moment)
  }

  private func settled(
    _ row: CaseFileRow, _ draft: inout CaseDraft, _ step: CaseStep, _ moment: Instant
  ) throws -> CaseFileRow {
    draft.take(setting.fields(of: draft.command))
    try setting.procedure.decide(&draft, NoRows())
    if let refusal = draft.refusal { throw refusal }
    var clocks = draft.clocks
    try draft.run(step.clockEffects, on: &clocks, setting)
    var row = row
    row.base.version = draft.version
    row.base.title = draft.title
    draft.settle(&row.base, step.status, clocks, setting)
    row.party = draft.party
    row.subject = draft.subject
    row.facts = draft.facts.text
    row.updatedAt = moment
    return row
  }
}

/// A store in which there is nothing.
private final class NoRows: View {
  func all<Output>(_ query: Query<Output>) throws -> [Output] { [] }
  func first<Output>(_ query: Query<Output>) throws -> Output? { nil }
}

extension CaseReplay {
  /// One history, written as a line of JSON: `events`, each with `at` (a day, or a day and a time
  /// `2026-03-02T10:00`), `do`, `as` and `said`, and `until`, the day through whose end clocks run on.
  public struct History: Sendable {
    let id: JSONValue
    let events: [JSONValue]
    let until: CivilDate?

    /// Reads a history; throws 400 for anything else.
    public init(_ json: JSONValue) throws(Problem) {
      guard let events = json["events"]?.array else {
        throw .malformed(Phrase("应有 events 数组。", en: "An array “events” is expected."))
      }
      id = json["id"] ?? .null
      self.events = events
      until = json["until"]?.string.flatMap { CivilDate($0) }
    }
  }

  /// Lives through a history and writes what came of it: one entry `[command, carried out, stage,
  /// {clock: last day}]` for each step, those of the program among them. The last day of a clock that
  /// has run out ends in `!`; one that stands still has `~`.
  ///
  /// - Throws: ``Problem`` 400 for an event that cannot be read.
  public static func lines(
    _ history: History, in setting: CaseSetting, reasons: Bool = false
  ) throws -> JSONValue {
    var replay = CaseReplay(setting)
    var log: [JSONValue] = []
    for event in history.events {
      guard let text = event["at"]?.string, let moment = moment(text, setting),
        let command = event["do"]?.string,
        let capacity = setting.procedure.capacities.first(where: { $0.id == event["as"]?.string })
      else {
        throw Problem.malformed(
          Phrase(
            "事件 \(event.canonical) 应有 at、do、as。",
            en: "The event \(event.canonical) needs at, do and as."))
      }
      log += try replay.advance(to: moment).map { try entry($0, setting, reasons) }
      let said = CaseFacts(event["said"]?.object ?? [:])
      let outcome = try replay.take(
        CommandID(command), as: capacity, at: moment, said: said)
      log.append(try entry(outcome, setting, reasons))
    }
    if let until = history.until {
      let end = Instant(until.adding(days: 1), in: setting.profile.zone)
      log += try replay.advance(to: end).map { try entry($0, setting, reasons) }
    }
    return ["id": history.id, "log": .array(log), "facts": replay.facts.json]
  }

  private static func moment(_ text: String, _ setting: CaseSetting) -> Instant? {
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let day = CivilDate(String(parts[0])) else { return nil }
    let start = Instant(day, in: setting.profile.zone)
    guard parts.count == 2 else { return start }
    let time = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    guard time.count == 2, let hour = Int64(time[0]), let minute = Int64(time[1]),
      (0..<24).contains(hour), (0..<60).contains(minute)
    else { return nil }
    return Instant(seconds: start.seconds + hour * 3600 + minute * 60)
  }

  private static func entry(
    _ outcome: Outcome, _ setting: CaseSetting, _ reasons: Bool
  ) throws -> JSONValue {
    let type = setting.type
    var due: [String: JSONValue] = [:]
    if let row = outcome.row {
      let status = try type.status(row.base.status)
      let clocks = try CaseClocks(row.base.clocks)
      for (clock, state) in type.openClocks(of: status) {
        let day = clocks[clock.id]?.deadline(setting.calendar)?.lastDay.description
        due[clock.id.text] = .string(
          state == .suspended ? "~" : (day ?? "~") + (state == .lapsed ? "!" : ""))
      }
    }
    var entry: [JSONValue] = [
      .string(outcome.command.text), .bool(outcome.problem == nil),
      .string(outcome.row?.base.stage ?? ""), .object(due),
    ]
    if reasons, let problem = outcome.problem {
      entry.append(.string(problem.slug))
      entry.append(.string(problem.detail.zh))
      entry += problem.fields.map { .string("\($0.pointer): \($0.message.zh)") }
    }
    return .array(entry)
  }
}
