import Commons
import LegalTime
import Rulebook

/// What somebody says of an act that is to be reconsidered, as far as the time to apply hangs on it.
public struct FilingFacts: Hashable, Sendable {
  /// When the act was made; the day of knowing it if that is not said.
  public var actedOn: CivilDate?
  /// When the applicant knew or should have known of it.
  public var knownOn: CivilDate
  /// Whether right, authority and period were told with the act.
  public var isTold: Bool
  /// When the applicant learned of them, if they were not told.
  public var toldOn: CivilDate?
  /// Days that another statute gives, if more.
  public var statuteDays: Int64
  /// Whether it is about real property.
  public var isRealProperty: Bool
  /// When something made it impossible to apply, and when that ended.
  public var obstacle: (from: CivilDate, to: CivilDate)? {
    get { obstacleFrom.flatMap { from in obstacleTo.map { (from, $0) } } }
    set { (obstacleFrom, obstacleTo) = (newValue?.from, newValue?.to) }
  }
  private var obstacleFrom: CivilDate?
  private var obstacleTo: CivilDate?
  /// When the agency was asked to act, if it did not and no term was set for it.
  public var askedOn: CivilDate?

  /// Facts about an act of which the applicant was told everything.
  public init(knownOn: CivilDate) {
    self.knownOn = knownOn
    isTold = true
    statuteDays = 0
    isRealProperty = false
  }
}

/// Until when an application can be filed (行政复议法 art. 20, 21), with the periods it rests on.
public struct FilingPeriod: Hashable, Sendable {
  /// The last day of the time to apply.
  public let lastDay: CivilDate
  /// The last day on which anything can still be accepted; nil where the law of the day has no bar.
  public let barDay: CivilDate?
  /// From which day the time to apply counts.
  public let startsOn: CivilDate
  /// Whether the last day may still move, its year's days off not being announced.
  public let isProvisional: Bool
  /// The periods, each with its article.
  public let periods: [Period]

  /// The last day that counts: the earlier of both.
  public var deadline: CivilDate { min(lastDay, barDay ?? lastDay) }

  init(_ facts: FilingFacts, _ rules: ReconsiderationRules, on day: CivilDate) throws(Problem) {
    let calendar = rules.calendar
    let ordinary = try rules.period("apply", on: day)
    var used = [ordinary]
    var period = ordinary
    if facts.statuteDays > Int64(ordinary.amount) {
      period = Period(Int(facts.statuteDays), .days, basis: ordinary.basis)
    }
    var start = facts.knownOn
    if let asked = facts.askedOn {
      let term = try rules.period("inaction", on: day)
      used.append(term)
      start = asked.adding(days: term.amount)
    }
    var cap: CivilDate?
    if !facts.isTold, facts.askedOn == nil, let longest = try rules.lawful("untold", on: day) {
      used.append(longest)
      cap = calendar.due(longest, from: start).date
      // Nobody who has not been told yet has lost a day.
      start = facts.toldOn ?? start
      if facts.toldOn == nil { period = longest }
    }
    let clock = try FilingPeriod.clock(start, period, facts)
    guard let end = clock.deadline(calendar) else {
      preconditionFailure("a clock that was resumed has an end")
    }
    lastDay = cap.map { min($0, end.lastDay) } ?? end.lastDay
    isProvisional = end.isProvisional
    startsOn = start
    if let bar = try rules.lawful(
      "bar", ["real-property": .truth(facts.isRealProperty)], on: day)
    {
      used.append(bar)
      barDay = calendar.due(bar, from: facts.actedOn ?? facts.knownOn).date
    } else {
      barDay = nil
    }
    periods = used
  }

  /// An obstacle stops the clock and lets it go on when it is gone.
  private static func clock(
    _ start: CivilDate, _ period: Period, _ facts: FilingFacts
  ) throws(Problem) -> LegalClock {
    let zone = ZoneOffset.beijing
    var clock = LegalClock(start: Instant(start, in: zone), period: period, zone: zone)
    if let obstacle = facts.obstacle, obstacle.to > start {
      try clock.suspend(at: Instant(max(obstacle.from, start), in: zone))
      try clock.resume(at: Instant(obstacle.to, in: zone))
    }
    return clock
  }
}
