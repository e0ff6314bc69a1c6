import Commons
import MeasureKit

/// The indicators of measure 21 as a fold over the log: whoever has the exported entries can
/// compute the same figures.
public struct RequestStatistics: Sendable {
  /// What came of it so far.
  public private(set) var figures = RequestFigures()
  private var facts: [Alias: Facts] = [:]
  private let zone: ZoneOffset

  private struct Alias: Hashable, Sendable {
    let high: UInt64
    let low: UInt64
    init(_ bytes: [UInt8]) {
      high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
      low = bytes.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// What the fold remembers of a request: 48 bytes.
  private struct Facts: Sendable {
    static let nothing = UInt16.max
    let openedAt: Int64
    var due: Int64?
    var repliedAt: Int64?
    var slots: (UInt16, UInt16, UInt16, UInt16)
    var score: Int8 = 0
    var isLate = false
    var isWaiting = true
    var isClosed = false
    var wasDispatched = false
    var wasSupervised = false

    func slot(_ dimension: RequestFigures.Dimension) -> UInt16 {
      switch dimension {
      case .agency: slots.0
      case .category: slots.1
      case .channel: slots.2
      case .district: slots.3
      }
    }

    mutating func set(_ dimension: RequestFigures.Dimension, _ slot: UInt16) {
      switch dimension {
      case .agency: slots.0 = slot
      case .category: slots.1 = slot
      case .channel: slots.2 = slot
      case .district: slots.3 = slot
      }
    }
  }

  /// An empty fold for a city's zone.
  public init(zone: ZoneOffset) { self.zone = zone }

  /// Takes in the next act; acts of other measures are passed over.
  public mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix("requests."), !act.kind.hasSuffix(".refused") else { return }
    let alias = Alias(act.matter)
    let before = facts[alias]
    var known = before ?? opened(act)
    for dimension in RequestFigures.Dimension.allCases {
      guard let name = act.fields[dimension.field]?.string else { continue }
      let slot = figures.slots[dimension.rawValue].number(name)
      if slot != known.slot(dimension) { move(&known, dimension, to: slot) }
    }
    // An answer is measured by the due moment before it: the answer itself ends the period.
    apply(act, &known)
    if let due = act.fields["due"] { known.due = due.integer }
    let isClosed = act.fields["closed"]?.bool ?? false
    if isClosed != known.isClosed {
      known.isClosed = isClosed
      count(known) { $0.closed += isClosed ? 1 : -1 }
    }
    if isClosed { known.isWaiting = false }
    if let before { wait(before, -1) }
    wait(known, 1)
    facts[alias] = known
  }

  private mutating func wait(_ facts: Facts, _ change: Int) {
    guard facts.isWaiting, let due = facts.due else { return }
    let agency = facts.slot(.agency)
    let count = figures.waiting[agency, default: [:]][due, default: 0] + change
    figures.waiting[agency, default: [:]][due] = count == 0 ? nil : count
  }

  private mutating func opened(_ act: PublicAct) -> Facts {
    let none = Facts.nothing
    figures.total.received += 1
    figures.days[act.effectiveAt.date(in: zone), default: RequestTally()].received += 1
    return Facts(openedAt: act.effectiveAt.seconds, slots: (none, none, none, none))
  }

  private mutating func apply(_ act: PublicAct, _ facts: inout Facts) {
    switch act.kind {
    case "requests.reply", "requests.answer":
      facts.isWaiting = false
      reply(act, &facts)
    case "requests.satisfied", "requests.unsatisfied":
      guard let score = act.fields["score"]?.integer else { return }
      let before = facts.score
      facts.score = Int8(clamping: score)
      count(facts) { tally in
        if before == 0 { tally.evaluated += 1 }
        tally.satisfied += (score >= 4 ? 1 : 0) - (before >= 4 ? 1 : 0)
      }
    case "requests.dispatch":
      figures.dispatched += facts.wasDispatched ? 0 : 1
      facts.wasDispatched = true
    case "requests.supervise", "requests.handle-due", "requests.supervise-due":
      figures.supervised += facts.wasSupervised ? 0 : 1
      facts.wasSupervised = true
    case "requests.redo", "requests.review-due":
      guard act.fields["stage"]?.string == "handling" else { return }
      facts.isWaiting = true
      count(facts) { $0.redone += 1 }
    case "requests.reopen": facts.isWaiting = true
    case "requests.return": count(facts) { $0.returned += 1 }
    default:
      if act.fields["stage"]?.string == "refused" { count(facts) { $0.refused += 1 } }
    }
  }

  private mutating func reply(_ act: PublicAct, _ facts: inout Facts) {
    let at = act.effectiveAt.seconds
    let isLate = facts.due.map { at > $0 } ?? false
    if facts.repliedAt == nil {
      facts.repliedAt = at
      facts.isLate = isLate
      let seconds = at - facts.openedAt
      count(facts) { tally in
        tally.replied += 1
        tally.onTime += isLate ? 0 : 1
        tally.secondsToReply += seconds
      }
      let day = act.effectiveAt.date(in: zone)
      figures.days[day, default: RequestTally()].replied += 1
      figures.days[day, default: RequestTally()].onTime += isLate ? 0 : 1
      let monday = day.adding(days: 1 - day.weekday)
      let box = min(RequestFigures.waitBoxes - 1, max(0, Int(seconds / 21_600)))
      figures.waits[monday, default: Array(repeating: 0, count: RequestFigures.waitBoxes)][box] += 1
    } else if isLate, !facts.isLate {
      facts.isLate = true
      count(facts) { $0.onTime -= 1 }
    }
  }

  /// Moves a request's counts from the value it had to the one it has now: the figures of an
  /// agency are those of the requests that ended up with it.
  private mutating func move(
    _ facts: inout Facts, _ dimension: RequestFigures.Dimension, to slot: UInt16
  ) {
    let from = facts.slot(dimension)
    if from != Facts.nothing {
      add(facts, sign: -1, to: &figures.slots[dimension.rawValue].tallies[Int(from)])
    }
    facts.set(dimension, slot)
    add(facts, sign: 1, to: &figures.slots[dimension.rawValue].tallies[Int(slot)])
  }

  private func add(_ facts: Facts, sign: Int, to tally: inout RequestTally) {
    tally.received += sign
    if let repliedAt = facts.repliedAt {
      tally.replied += sign
      tally.onTime += facts.isLate ? 0 : sign
      tally.secondsToReply += Int64(sign) * (repliedAt - facts.openedAt)
    }
    if facts.score > 0 {
      tally.evaluated += sign
      tally.satisfied += facts.score >= 4 ? sign : 0
    }
    if facts.isClosed { tally.closed += sign }
  }

  private mutating func count(_ facts: Facts, _ change: (inout RequestTally) -> Void) {
    change(&figures.total)
    for dimension in RequestFigures.Dimension.allCases where facts.slot(dimension) != Facts.nothing
    {
      change(&figures.slots[dimension.rawValue].tallies[Int(facts.slot(dimension))])
    }
  }
}
