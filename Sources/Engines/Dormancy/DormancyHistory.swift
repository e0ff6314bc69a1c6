import Commons
import LegalTime

/// All spells of one business with what other systems report of it: who is dormant on a day, since
/// when, until when, how much is left, and what ended it. A value; the same answers follow at any time.
public struct DormancyHistory: Sendable {
  /// The spells, the earliest first.
  public let spells: [DormancySpell]
  /// What other systems report, the earliest first.
  public let events: [DormancyEvent]

  /// Spells in any order; throws ``Problem`` 422 that names every spell whose days are impossible and
  /// every two that overlap.
  public init(_ spells: [DormancySpell], events: [DormancyEvent] = []) throws(Problem) {
    self.spells = spells.sorted { ($0.from, $0.through) < ($1.from, $1.through) }
    self.events = events.enumerated().sorted {
      ($0.element.on, $0.offset) < ($1.element.on, $1.offset)
    }
    .map(\.element)
    let faults = DormancyHistory.faults(self.spells)
    guard faults.isEmpty else { throw .invalid(faults) }
  }

  private static func faults(_ spells: [DormancySpell]) -> [Problem.Field] {
    var found: [Problem.Field] = []
    for (index, spell) in spells.enumerated() {
      let place = "spells/\(index)"
      if spell.through < spell.from {
        found.append(
          .init(
            "\(place)/through",
            Phrase(
              "歇业期限\(spell.phrase.zh)的末日早于首日。",
              en: "The spell \(spell.phrase.en) ends before it begins.")))
      } else if let resumed = spell.resumedOn, resumed < spell.from {
        found.append(
          .init(
            "\(place)/resumed",
            Phrase(
              "恢复日\(resumed)早于歇业首日\(spell.from)。",
              en: "It resumed on \(resumed), before it began on \(spell.from).")))
      } else if let resumed = spell.resumedOn, resumed > spell.through.adding(days: 1) {
        found.append(
          .init(
            "\(place)/resumed",
            Phrase(
              "恢复日\(resumed)晚于期限届满次日，期限\(spell.phrase.zh)届满即已恢复。",
              en: "It resumed on \(resumed), yet the spell \(spell.phrase.en) was over by then.")))
      }
    }
    for (index, (a, b)) in zip(spells, spells.dropFirst()).enumerated()
    where b.from <= a.lastOnRecord && a.from <= a.lastOnRecord {
      found.append(
        .init(
          "spells/\(index + 1)/from",
          Phrase(
            "两段歇业重叠：\(a.phrase.zh)与\(b.phrase.zh)。请先登记前一段的恢复日。",
            en: "Two spells overlap: \(a.phrase.en) and \(b.phrase.en). "
              + "Record first when the earlier one ended.")))
    }
    return found
  }

  // MARK: Answers

  /// What became of each spell by the end of a day, under terms and with those kinds of event that are
  /// business. What is recorded for later days does not count yet.
  public func outcomes(
    on day: CivilDate, _ terms: DormancyTerms, business: Set<DormancyEvent.Kind>
  ) -> [DormancySpellOutcome] {
    var used = 0
    return spells.map { spell in
      let limit = terms.limit(from: spell.from, usedBefore: used)
      let last = min(spell.through, limit.day)
      let event = events.first {
        $0.on >= spell.from && $0.on <= min(last, day) && business.contains($0.kind)
      }
      var end: (on: CivilDate, why: DormancySpellOutcome.End) = (
        max(last.adding(days: 1), spell.from),
        spell.through <= limit.day ? .term : limit.isCumulative ? .cumulative : .longest
      )
      if let event, event.on < end.on { end = (event.on, .deemed(event)) }
      if let resumed = spell.resumedOn, resumed <= end.on, resumed <= day {
        end = (resumed, .decided)
      }
      let isOver = end.on <= day
      let until = isOver ? end.on.adding(days: -1) : day
      let own = max(0, spell.from.days(to: until))
      let outcome = DormancySpellOutcome(
        spell: spell, usedBefore: used, lastDay: last, limit: limit.day, end: isOver ? end : nil,
        used: own)
      used += own
      return outcome
    }
  }

  /// Where the business stands at the end of a day.
  public func standing(
    on day: CivilDate, _ terms: DormancyTerms, business: Set<DormancyEvent.Kind>,
    _ calendar: WorkCalendar
  ) -> DormancyStanding {
    let outcomes = outcomes(on: day, terms, business: business)
    let used = outcomes.reduce(0) { $0 + $1.used }
    let current = outcomes.last { $0.spell.from <= day }
    let planned = outcomes.first { $0.spell.from > day }
    guard let current, current.end == nil else {
      return DormancyStanding(
        day: day, state: planned != nil ? .planned : current == nil ? .neverDormant : .active,
        latest: current, planned: planned?.spell, used: used,
        left: max(0, day.days(to: terms.limit(from: day, usedBefore: used).day)),
        publishBy: current.flatMap { publishBy($0, terms, calendar) }, window: nil)
    }
    return DormancyStanding(
      day: day, state: .dormant, latest: current, planned: nil, used: used,
      left: max(0, day.days(to: current.limit)), publishBy: nil,
      window: terms.extensionWindow(current.lastDay))
  }

  /// By when the end of a spell must be published, or ended on record: after an end by will or by
  /// business the time of 实施细则第42条第1款, after an end by time that of a local rule, if any.
  private func publishBy(
    _ outcome: DormancySpellOutcome, _ terms: DormancyTerms, _ calendar: WorkCalendar
  ) -> CivilDate? {
    guard let end = outcome.end else { return nil }
    switch end.why {
    case .decided, .deemed: return terms.publishEnd.map { calendar.due($0, from: end.on).date }
    case .term, .longest, .cumulative:
      return terms.endAfterTerm.map { calendar.due($0, from: outcome.lastDay).date }
    }
  }
}

/// Where a business stands at the end of a day.
public struct DormancyStanding: Hashable, Sendable {
  /// In words of the program.
  public enum State: String, Hashable, Sendable {
    /// It has no spell that has begun, and none is planned.
    case neverDormant = "never-dormant"
    /// A spell is on file that begins later.
    case planned
    /// It is dormant.
    case dormant
    /// It was dormant and is in business again.
    case active
  }

  /// The day.
  public let day: CivilDate
  /// Where it stands.
  public let state: State
  /// The latest spell that has begun.
  public let latest: DormancySpellOutcome?
  /// The next spell that has not begun.
  public let planned: DormancySpell?
  /// Days used in all.
  public let used: Int
  /// Days that may still be used: of a dormant business, until the law's last day; of another, if it
  /// went dormant on the day.
  public let left: Int
  /// By when the end of the latest spell must be published; nil where nothing is owed.
  public let publishBy: CivilDate?
  /// The days on which an extension may be filed.
  public let window: ClosedRange<CivilDate>?

  /// Whether a reminder is due on the day: so many days before the last day.
  public func isReminderDue(_ leads: [Int]) -> Bool {
    guard state == .dormant, let latest else { return false }
    return leads.contains(day.days(to: latest.lastDay))
  }

  /// As data.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "state": .string(state.rawValue), "used_days": .integer(Int64(used)),
      "left_days": .integer(Int64(left)),
    ]
    if let latest {
      members["from"] = .string(latest.spell.from.description)
      members["last_day"] = .string(latest.lastDay.description)
      members["limit"] = .string(latest.limit.description)
      if let end = latest.end {
        members["resumed_on"] = .string(end.on.description)
        members["why"] = .string(end.why.code)
        if case .deemed(let event) = end.why {
          members["evidence"] = [
            "kind": .string(event.kind.code), "on": .string(event.on.description),
            "source": .string(event.source), "id": .string(event.id),
          ]
        }
      }
    }
    if let publishBy { members["publish_by"] = .string(publishBy.description) }
    if let window {
      members["extend_from"] = .string(window.lowerBound.description)
      members["extend_through"] = .string(window.upperBound.description)
    }
    return .object(members)
  }
}
