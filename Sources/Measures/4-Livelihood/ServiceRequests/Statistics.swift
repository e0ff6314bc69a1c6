import Commons

/// What an outsider reads of one act in the log, as far as the indicators need it.
public struct PublicAct: Sendable {
  /// The kind of act.
  public let kind: String
  /// The alias of the request.
  public let matter: [UInt8]
  /// When it takes effect.
  public let effectiveAt: Instant
  /// The public fields.
  public let fields: JSONValue

  /// An act.
  public init(kind: String, matter: [UInt8], effectiveAt: Instant, fields: JSONValue) {
    self.kind = kind
    self.matter = matter
    self.effectiveAt = effectiveAt
    self.fields = fields
  }
}

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
  /// Mean days from intake to the first answer; nil before the first.
  public var meanDaysToReply: Double? {
    replied > 0 ? Double(secondsToReply) / 86_400 / Double(replied) : nil
  }
}

/// The indicators of measure 21 as a fold over the log: whoever has the exported entries can
/// compute the same figures.
public struct RequestStatistics: Sendable {
  /// By what the counts are split.
  public enum Dimension: String, CaseIterable, Hashable, Sendable {
    case agency, category, channel, district
  }

  /// All requests.
  public private(set) var total = RequestTally()
  /// Split by one dimension and its value.
  public private(set) var parts: [Dimension: [String: RequestTally]] = [:]
  /// By the day of intake (received) and of the first answer (replied, on time).
  public private(set) var days: [CivilDate: RequestTally] = [:]
  /// Requests that are open, by alias.
  public private(set) var open: [Alias: Facts] = [:]
  /// Requests that are closed but may be reopened.
  private var closed: [Alias: Facts] = [:]
  private let zone: ZoneOffset

  /// An alias as a value of 128 bits.
  public struct Alias: Hashable, Sendable {
    let high: UInt64
    let low: UInt64
    init(_ bytes: [UInt8]) {
      high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
      low = bytes.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// What the fold remembers of a request.
  public struct Facts: Sendable {
    let openedAt: Instant
    var values: [Dimension: String]
    var due: Instant?
    var repliedAt: Instant?
    var isLate = false
    var score: Int64?
    var isWaitingForReply = true
  }

  /// An empty fold for a city's zone.
  public init(zone: ZoneOffset) { self.zone = zone }

  /// Open requests that wait for an answer past their period at a moment.
  public func overdue(at moment: Instant) -> Int {
    open.values.count { facts in
      facts.isWaitingForReply && facts.due.map { $0 < moment } ?? false
    }
  }

  /// Takes in the next act; acts of other measures are passed over.
  public mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix("requests."), !act.kind.hasSuffix(".refused") else { return }
    let alias = Alias(act.matter)
    var facts: Facts
    if let known = open[alias] ?? closed[alias] {
      facts = known
    } else {
      facts = Facts(openedAt: act.effectiveAt, values: [:])
      for dimension in Dimension.allCases {
        facts.values[dimension] = act.fields[dimension.rawValue]?.string
      }
      count(facts) { $0.received += 1 }
      days[act.effectiveAt.date(in: zone), default: RequestTally()].received += 1
    }
    if let agency = act.fields["agency"]?.string, agency != facts.values[.agency] {
      transfer(&facts, to: agency)
    }
    if let due = act.fields["due"]?.integer { facts.due = Instant(seconds: due) }
    apply(act, &facts)
    if act.fields["closed"]?.bool == true {
      if open[alias] != nil || closed[alias] == nil { count(facts) { $0.closed += 1 } }
      open[alias] = nil
      closed[alias] = facts
    } else {
      if closed.removeValue(forKey: alias) != nil { count(facts) { $0.closed -= 1 } }
      open[alias] = facts
    }
  }

  private mutating func apply(_ act: PublicAct, _ facts: inout Facts) {
    switch act.kind {
    case "requests.reply":
      let isLate = facts.due.map { act.effectiveAt > $0 } ?? false
      facts.isWaitingForReply = false
      reply(act, &facts, isLate: isLate)
    case "requests.evaluate":
      guard let score = act.fields["score"]?.integer else { return }
      let before = facts.score
      facts.score = score
      count(facts) { tally in
        if before == nil { tally.evaluated += 1 }
        tally.satisfied += (score >= 4 ? 1 : 0) - ((before ?? 0) >= 4 ? 1 : 0)
      }
    case "requests.redo":
      facts.isWaitingForReply = true
      count(facts) { $0.redone += 1 }
    case "requests.return": count(facts) { $0.returned += 1 }
    case "requests.refuse":
      facts.isWaitingForReply = false
      count(facts) { $0.refused += 1 }
    case "requests.withdraw": facts.isWaitingForReply = false
    default: break
    }
  }

  private mutating func reply(_ act: PublicAct, _ facts: inout Facts, isLate: Bool) {
    if facts.repliedAt == nil {
      facts.repliedAt = act.effectiveAt
      facts.isLate = isLate
      let seconds = act.effectiveAt.seconds - facts.openedAt.seconds
      count(facts) { tally in
        tally.replied += 1
        tally.onTime += isLate ? 0 : 1
        tally.secondsToReply += seconds
      }
      let day = act.effectiveAt.date(in: zone)
      days[day, default: RequestTally()].replied += 1
      days[day, default: RequestTally()].onTime += isLate ? 0 : 1
    } else if isLate, !facts.isLate {
      facts.isLate = true
      count(facts) { $0.onTime -= 1 }
    }
  }

  /// Moves a request's counts from the agency that had it to the one that has it now: the figures
  /// of an agency are those of the requests that ended up with it.
  private mutating func transfer(_ facts: inout Facts, to agency: String) {
    if let from = facts.values[.agency] { add(facts, sign: -1, to: from) }
    facts.values[.agency] = agency
    add(facts, sign: 1, to: agency)
  }

  private mutating func add(_ facts: Facts, sign: Int, to agency: String) {
    var tally = parts[.agency, default: [:]][agency] ?? RequestTally()
    tally.received += sign
    if let repliedAt = facts.repliedAt {
      tally.replied += sign
      tally.onTime += facts.isLate ? 0 : sign
      tally.secondsToReply += Int64(sign) * (repliedAt.seconds - facts.openedAt.seconds)
    }
    if let score = facts.score {
      tally.evaluated += sign
      tally.satisfied += score >= 4 ? sign : 0
    }
    parts[.agency, default: [:]][agency] = tally
  }

  private mutating func count(_ facts: Facts, _ change: (inout RequestTally) -> Void) {
    change(&total)
    for (dimension, value) in facts.values {
      change(&parts[dimension, default: [:]][value, default: RequestTally()])
    }
  }
}
