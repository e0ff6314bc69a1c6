import Commons
import MeasureKit

/// Counts of requests, all of which follow from the public acts.
public struct RequestTally: Hashable, Sendable {
  /// Requests that came in.
  public var received = 0
  /// Requests that were answered at least once.
  public var replied = 0
  /// Of those, answered within the legal period every time.
  public var onTime = 0
  /// Requests that are closed.
  public var closed = 0
  /// Requests that were turned away at intake with the reason.
  public var refused = 0
  /// Requests that the citizen judged.
  public var evaluated = 0
  /// Of those, judged 4 or 5 of 5 at the last judgement.
  public var satisfied = 0
  /// Times that a request was handled again because the citizen was not satisfied.
  public var redone = 0
  /// Times that an agency returned a request as not its own.
  public var returned = 0
  /// Seconds from intake to the first answer, summed.
  public var secondsToReply: Int64 = 0

  /// On-time answers per answer; nil before the first.
  public var onTimeRate: Double? { replied > 0 ? Double(onTime) / Double(replied) : nil }
  /// Satisfied judgements per judgement; nil before the first.
  public var satisfactionRate: Double? {
    evaluated > 0 ? Double(satisfied) / Double(evaluated) : nil
  }
  /// Closed requests per request; nil before the first.
  public var closedRate: Double? { received > 0 ? Double(closed) / Double(received) : nil }
  /// Mean days from intake to the first answer; nil before the first.
  public var meanDaysToReply: Double? {
    replied > 0 ? Double(secondsToReply) / 86_400 / Double(replied) : nil
  }
}

/// The indicators of measure 21 as a fold over the log: whoever has the exported entries can
/// compute the same figures.
public struct RequestStatistics: Sendable {
  /// By what the counts are split.
  public enum Dimension: Int, CaseIterable, Hashable, Sendable {
    case agency, category, channel, district

    /// The public field that holds its value.
    var field: String {
      switch self {
      case .agency: "agency"
      case .category: "category"
      case .channel: "channel"
      case .district: "district"
      }
    }
  }

  /// Boxes of ``waits``: thirty days.
  static let waitBoxes = 120

  /// All requests.
  public private(set) var total = RequestTally()
  /// By the day of intake (received) and of the first answer (replied, on time).
  public private(set) var days: [CivilDate: RequestTally] = [:]
  /// First answers by the week in which they were given (its Monday) and by how long they took, in
  /// quarters of a day; the last box holds all that took longer.
  public private(set) var waits: [CivilDate: [Int32]] = [:]
  /// Requests that were sent to an agency.
  public private(set) var dispatched = 0
  /// Requests that were supervised: a period ran out, or a supervisor stepped in.
  public private(set) var supervised = 0
  private var slots = Array(repeating: Slots(), count: Dimension.allCases.count)
  private var facts: [Alias: Facts] = [:]
  /// Requests that wait for an answer, by agency and the moment when it is due. Legal periods end with
  /// a day, so there are few moments.
  private var waiting: [UInt16: [Int64: Int]] = [:]
  private let zone: ZoneOffset

  /// The counts of one dimension, by small numbers instead of names: a city has millions of
  /// requests and a few hundred names.
  private struct Slots: Sendable {
    var names: [String] = []
    var index: [String: UInt16] = [:]
    var tallies: [RequestTally] = []

    mutating func number(_ name: String) -> UInt16 {
      if let known = index[name] { return known }
      let number = UInt16(clamping: names.count)
      names.append(name)
      tallies.append(RequestTally())
      index[name] = number
      return number
    }
  }

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

    func slot(_ dimension: Dimension) -> UInt16 {
      switch dimension {
      case .agency: slots.0
      case .category: slots.1
      case .channel: slots.2
      case .district: slots.3
      }
    }

    mutating func set(_ dimension: Dimension, _ slot: UInt16) {
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

  /// The counts of one dimension by the value's name, the most received first.
  public func parts(_ dimension: Dimension) -> [(name: String, tally: RequestTally)] {
    let slots = slots[dimension.rawValue]
    return zip(slots.names, slots.tallies).map { (name: $0, tally: $1) }
      .filter { $0.tally.received > 0 }
      .sorted { ($1.tally.received, $0.name) < ($0.tally.received, $1.name) }
  }

  /// Requests that wait for an answer past their period at a moment.
  public func overdue(at moment: Instant) -> Int {
    waiting.values.reduce(0) { $0 + RequestStatistics.late($1, at: moment) }
  }

  /// Requests that are open.
  public var open: Int { total.received - total.closed }

  /// What each agency has open, and how much of it waits past its period; nil names the requests that
  /// no agency has yet.
  public func load(at moment: Instant) -> [(agency: String?, open: Int, late: Int)] {
    let agencies = slots[Dimension.agency.rawValue]
    let own = agencies.names.indices.map { index in
      (
        agency: Optional(agencies.names[index]),
        open: agencies.tallies[index].received - agencies.tallies[index].closed,
        late: RequestStatistics.late(waiting[UInt16(index)] ?? [:], at: moment)
      )
    }
    let rest = open - own.reduce(0) { $0 + $1.open }
    return own + [(agency: nil, open: rest, late: 0)]
  }

  private static func late(_ dues: [Int64: Int], at moment: Instant) -> Int {
    dues.reduce(0) { $1.key < moment.seconds ? $0 + $1.value : $0 }
  }

  /// The percentiles of the days to the first answer in a week; nil without an answer.
  func waits(inWeekOf monday: CivilDate, _ shares: [Double]) -> [Double]? {
    guard let boxes = waits[monday] else { return nil }
    let total = Double(boxes.reduce(0, +))
    guard total > 0 else { return nil }
    return shares.map { share in
      var seen = 0.0
      for (box, count) in boxes.enumerated() where count > 0 {
        seen += Double(count)
        // Within a box the answers count as spread evenly.
        if seen >= share * total {
          let inside = (share * total - (seen - Double(count))) / Double(count)
          return (Double(box) + inside) / 4
        }
      }
      return Double(boxes.count) / 4
    }
  }

  /// Takes in the next act; acts of other measures are passed over.
  public mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix("requests."), !act.kind.hasSuffix(".refused") else { return }
    let alias = Alias(act.matter)
    let before = facts[alias]
    var known = before ?? opened(act)
    for dimension in Dimension.allCases {
      guard let name = act.fields[dimension.field]?.string else { continue }
      let slot = slots[dimension.rawValue].number(name)
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
    let count = waiting[agency, default: [:]][due, default: 0] + change
    waiting[agency, default: [:]][due] = count == 0 ? nil : count
  }

  private mutating func opened(_ act: PublicAct) -> Facts {
    let none = Facts.nothing
    total.received += 1
    days[act.effectiveAt.date(in: zone), default: RequestTally()].received += 1
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
      dispatched += facts.wasDispatched ? 0 : 1
      facts.wasDispatched = true
    case "requests.supervise", "requests.handle-due", "requests.supervise-due":
      supervised += facts.wasSupervised ? 0 : 1
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
      days[day, default: RequestTally()].replied += 1
      days[day, default: RequestTally()].onTime += isLate ? 0 : 1
      let monday = day.adding(days: 1 - day.weekday)
      let box = min(RequestStatistics.waitBoxes - 1, max(0, Int(seconds / 21_600)))
      waits[monday, default: Array(repeating: 0, count: RequestStatistics.waitBoxes)][box] += 1
    } else if isLate, !facts.isLate {
      facts.isLate = true
      count(facts) { $0.onTime -= 1 }
    }
  }

  /// Moves a request's counts from the value it had to the one it has now: the figures of an
  /// agency are those of the requests that ended up with it.
  private mutating func move(_ facts: inout Facts, _ dimension: Dimension, to slot: UInt16) {
    let from = facts.slot(dimension)
    if from != Facts.nothing {
      add(facts, sign: -1, to: &slots[dimension.rawValue].tallies[Int(from)])
    }
    facts.set(dimension, slot)
    add(facts, sign: 1, to: &slots[dimension.rawValue].tallies[Int(slot)])
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
    change(&total)
    for dimension in Dimension.allCases where facts.slot(dimension) != Facts.nothing {
      change(&slots[dimension.rawValue].tallies[Int(facts.slot(dimension))])
    }
  }
}
