import Commons

/// Spells and events of many businesses, column by column, so that all of them can be looked at in
/// one night's run: no text, no reference counts.
public struct DormancyColumns: Sendable {
  static let none = Int32.min

  private(set) var spellEnds: [Int32] = []
  private(set) var eventEnds: [Int32] = []
  private(set) var froms: [CivilDate] = []
  private(set) var throughs: [CivilDate] = []
  private(set) var resumptions: [Int32] = []
  private(set) var eventDays: [CivilDate] = []
  private(set) var eventKinds: [UInt8] = []

  /// No business yet, with room for so many.
  public init(reserving count: Int = 0) {
    spellEnds.reserveCapacity(count)
    eventEnds.reserveCapacity(count)
  }

  /// How many businesses.
  public var count: Int { spellEnds.count }
  /// How many spells.
  public var spellCount: Int { froms.count }
  /// How many events.
  public var eventCount: Int { eventDays.count }

  /// A pass that reads every number once: what a sweep is measured against.
  public func bareSum() -> Int {
    var sum = 0
    for place in 0..<count { sum &+= Int(spellEnds[place]) ^ Int(eventEnds[place]) }
    for place in froms.indices {
      sum &+= Int(froms[place].dayNumber) ^ Int(throughs[place].dayNumber) ^ Int(resumptions[place])
    }
    for place in eventDays.indices {
      sum &+= Int(eventDays[place].dayNumber) ^ Int(eventKinds[place])
    }
    return sum
  }

  /// Adds a business; its spells and events must stand in the order of their days, as a
  /// ``DormancyHistory`` has them.
  public mutating func append(
    _ spells: [DormancySpell], _ events: [(CivilDate, DormancyEvent.Kind)]
  ) {
    for spell in spells {
      froms.append(spell.from)
      throughs.append(spell.through)
      resumptions.append(spell.resumedOn?.dayNumber ?? DormancyColumns.none)
    }
    for (day, kind) in events {
      eventDays.append(day)
      eventKinds.append(kind.rawValue)
    }
    spellEnds.append(Int32(froms.count))
    eventEnds.append(Int32(eventDays.count))
  }
}

/// What a sweep found.
public struct DormancySweep: Sendable {
  /// What is to be done about a business.
  public enum Need: UInt8, Hashable, Sendable {
    /// Business was done: record that it is deemed to have resumed.
    case deemed
    /// The term, or all that the law allows, is over: record that it is back in business.
    case over
    /// Remind it.
    case remind
  }

  /// A business about which something is to be done.
  public struct Finding: Hashable, Sendable {
    /// Its place in the columns.
    public let place: Int32
    /// What is to be done.
    public let need: Need
    /// The first day of business again, or the last day of the term of which to remind.
    public let day: CivilDate

    /// A finding.
    public init(place: Int32, need: Need, day: CivilDate) {
      self.place = place
      self.need = need
      self.day = day
    }
  }

  /// Businesses by state.
  public private(set) var counts: [DormancyStanding.State: Int] = [:]
  /// What is to be done, in the order of the columns.
  public private(set) var findings: [Finding] = []
  /// Businesses that may file an extension now.
  public private(set) var inWindow = 0

  /// Looks at every business as of the end of a day; the same rules as
  /// ``DormancyHistory/standing(on:_:business:_:)``.
  public init(
    _ columns: DormancyColumns, on day: CivilDate, _ terms: DormancyTerms,
    business: Set<DormancyEvent.Kind>, remind leads: [Int]
  ) {
    var kinds: UInt64 = 0
    for kind in business { kinds |= 1 << UInt64(kind.rawValue) }
    var tally = (never: 0, planned: 0, dormant: 0, active: 0)
    var firstSpell = 0
    var firstEvent = 0
    for place in 0..<columns.count {
      let lastSpell = Int(columns.spellEnds[place])
      let lastEvent = Int(columns.eventEnds[place])
      defer {
        firstSpell = lastSpell
        firstEvent = lastEvent
      }
      if firstSpell == lastSpell {
        tally.never += 1
        continue
      }
      let walk = DormancyWalk(
        columns: columns, spells: firstSpell..<lastSpell, events: firstEvent..<lastEvent, day: day,
        kinds: kinds)
      let found = walk.latest(terms)
      guard let found else {
        tally.planned += 1
        continue
      }
      if let end = found.end {
        if found.isLast { tally.active += 1 } else { tally.planned += 1 }
        if end.task < 2 {
          findings.append(
            Finding(
              place: Int32(place), need: end.task == 0 ? .deemed : .over, day: end.on))
        }
      } else {
        tally.dormant += 1
        if terms.extensionWindow(found.lastDay)?.contains(day) ?? false { inWindow += 1 }
        if leads.contains(day.days(to: found.lastDay)) {
          findings.append(Finding(place: Int32(place), need: .remind, day: found.lastDay))
        }
      }
    }
    counts = [
      .neverDormant: tally.never, .planned: tally.planned, .dormant: tally.dormant,
      .active: tally.active,
    ]
  }
}

/// Goes through the spells of one business.
private struct DormancyWalk {
  /// The latest spell that has begun.
  struct Latest {
    var lastDay: CivilDate
    /// The first day of business; task 0 deemed, 1 over by time, 2 recorded already.
    var end: (on: CivilDate, task: UInt8)?
    var isLast: Bool
  }

  let columns: DormancyColumns
  let spells: Range<Int>
  let events: Range<Int>
  let day: CivilDate
  let kinds: UInt64

  func latest(_ terms: DormancyTerms) -> Latest? {
    var found: Latest?
    var used = 0
    var event = events.lowerBound
    for spell in spells {
      let from = columns.froms[spell]
      if from > day {
        found?.isLast = false
        return found
      }
      let last = min(columns.throughs[spell], terms.limit(from: from, usedBefore: used).day)
      var end: (on: CivilDate, task: UInt8) = (max(last.adding(days: 1), from), 1)
      while event < events.upperBound,
        columns.eventDays[event] < from || kinds >> UInt64(columns.eventKinds[event]) & 1 == 0
      {
        event += 1
      }
      if event < events.upperBound, columns.eventDays[event] <= min(last, day) {
        end = (columns.eventDays[event], 0)
      }
      let resumed = columns.resumptions[spell]
      if resumed != DormancyColumns.none, resumed <= end.on.dayNumber, resumed <= day.dayNumber {
        end = (CivilDate(dayNumber: resumed), 2)
      }
      let isOver = end.on <= day
      used += max(0, from.days(to: isOver ? end.on.adding(days: -1) : day))
      found = Latest(lastDay: last, end: isOver ? end : nil, isLast: true)
    }
    return found
  }
}
