import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Rulebook
import Storage

// What every step does once the rules of its procedure have spoken.
extension CaseDraft {
  init(
    _ step: SpokenStep, _ said: CaseFacts, by actor: Actor, at moment: Instant, key: Int64,
    _ setting: CaseSetting, version: Int64, before: CaseFileRow?, statusBefore: CaseStatus?,
    status: CaseStatus,
    clocks: CaseClocks, facts: CaseFacts, title: String,
    random: any RandomSource
  ) {
    command = step.command
    capacity = step.capacity
    self.actor = actor
    at = moment
    today = setting.day(moment)
    self.key = key
    self.version = version
    self.before = before
    self.statusBefore = statusBefore
    self.status = status
    self.said = said
    self.random = random
    calendar = setting.calendar
    zone = setting.profile.zone
    self.clocks = clocks
    self.facts = facts
    self.title = title
    agency = before?.base.agency
    handler = before?.base.handler
    party = before?.party
    subject = before?.subject
  }

  /// Takes over the answers that are facts, and publishes those that are open.
  mutating func take(_ fields: [CaseField]) {
    for field in fields where field.keeping != .sealed {
      guard let value = said[field.name] else { continue }
      facts[field.name] = value
      if field.keeping == .open { publicFields[field.name] = value }
    }
  }

  /// Does to the clocks what the step asks for.
  func run(
    _ effects: [ClockEffect], on clocks: inout CaseClocks, _ setting: CaseSetting
  ) throws {
    let periods = ClockPeriods(
      period: { try setting.procedure.period(of: $0, self) },
      extension: { try setting.procedure.prolongation(of: $0, self) })
    for effect in effects {
      if let end = endsAt[effect.clock], effect.move == .start || effect.move == .restart {
        clocks.start(effect.clock, at: startsAt[effect.clock] ?? at, endingAt: end, zone: zone)
        continue
      }
      try clocks.apply(
        [effect], at: startsAt[effect.clock] ?? at, zone: zone, periods: periods)
    }
  }

  /// Brings the case's row to where the step leads.
  func settle(
    _ row: inout CaseRow, _ status: CaseStatus, _ clocks: CaseClocks, _ setting: CaseSetting
  ) {
    let stage = setting.type.stage(of: status)
    row.stage = stage.id.text
    row.status = setting.type.text(status)
    row.agency = agency
    row.handler = handler
    row.clocks = clocks.text
    let wasClosed = row.closedAt
    row.closedAt = stage.isFinal ? wasClosed ?? at : nil
    let dates = CaseDates(setting.type, status, clocks, setting.calendar)
    row.dueAt = dates.due
    row.wakeAt = dates.wake
  }

  /// Gives numbers to the documents that issue with the step, without gaps per agency, word and year;
  /// they stand in the act's public fields.
  mutating func numberDocuments(
    _ setting: CaseSetting, _ view: any View, _ ring: KeyRing
  ) throws -> [Change] {
    var changes: [Change] = []
    for document in setting.procedure.documents where document.commands.contains(command) {
      guard let word = document.numberWord else { continue }
      let holder = agency ?? setting.profile.slug
      let series = "\(setting.procedure.prefix):\(holder):\(word):\(today.year)"
      let (number, change) = try NumberBook.next(series, view, ring)
      documentNumbers[document.id] = "\(word)〔\(today.year)〕\(number)号"
      changes.append(change)
    }
    return changes
  }

  /// The public fields of the act.
  func record(
    _ stage: Stage, before: CaseFileRow?, _ row: CaseFileRow, _ setting: CaseSetting,
    _ context: Context
  ) -> JSONValue {
    var fields = publicFields
    fields["stage"] = .string(stage.id.text)
    if row.base.agency != before?.base.agency { fields["agency"] = JSONValue(row.base.agency) }
    if row.base.dueAt != before?.base.dueAt {
      fields["due"] = JSONValue(row.base.dueAt?.seconds)
    }
    if stage.isFinal { fields["closed"] = true }
    if !documentNumbers.isEmpty {
      fields["documents"] = .object(documentNumbers.mapValues { .string($0) })
    }
    if let first = findings.first {
      fields["rules"] = .string(first.receipt.rules.hex)
      // Salted: the inputs of a rule are few enough to be guessed.
      let salt = context.sealing.salt(
        at: JournalKey(aggregate: context.aggregate, version: version).raw)
      fields["findings"] = .array(
        findings.map { finding in
          .string(Digest.of(salt, Array(finding.receipt.json.canonicalBytes)).hex)
        })
    }
    return .object(fields)
  }

  /// Rows of the measure's own tables, with their marks.
  func ownRows(_ ring: KeyRing) -> [Change] { changes + rows.flatMap { $0(ring) } }

  /// What leaves the store after the commit: a notice where the step calls for one.
  func told(_ setting: CaseSetting) -> [Effect] {
    effects + (setting.procedure.notices[command] == nil ? [] : [Effect("notice")])
  }
}
