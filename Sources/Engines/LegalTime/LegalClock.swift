import Commons

/// One legal clock: when it started, for how long it runs, when it stood still, by how much it was
/// extended. A value; its end follows from it and the calendar, now or years later.
///
/// Counting is in civil days of the city's zone: the day of the event does not count, whatever the
/// hour (民法典第201条第1款); the period ends at 24:00 of its last day (第203条第2款). A clock that
/// stands still counts neither the days after the day on which it was suspended nor the day on
/// which it is resumed; so suspending and resuming on one day changes nothing. Extensions run on
/// from the last day before it was moved for a day off.
///
/// Where a law names a moment instead ("by 21:00 of the day before", "ten minutes before take-off"), the
/// clock ends at that moment: it is neither suspended nor extended.
public struct LegalClock: Hashable, Sendable {
  private struct Span: Hashable, Sendable {
    let amount: Int
    let unit: Period.Unit
    let rollsOver: Bool

    init(_ period: Period) {
      self.init(amount: period.amount, unit: period.unit, rollsOver: period.rollsOver)
    }

    init(amount: Int, unit: Period.Unit, rollsOver: Bool) {
      self.amount = amount
      self.unit = unit
      self.rollsOver = rollsOver
    }
  }

  private struct Pause: Hashable, Sendable {
    let from: CivilDate
    var to: CivilDate?
  }

  private let start: CivilDate
  private let zone: ZoneOffset
  private let span: Span
  private var extensions: [Span] = []
  private var pauses: [Pause] = []
  /// The moment that the law names, if it names one; in whole seconds.
  private var moment: Instant?

  /// Pauses and extensions at most.
  public static let changeLimit = 60

  /// A clock that starts with an event.
  public init(start moment: Instant, period: Period, zone: ZoneOffset) {
    start = moment.date(in: zone)
    self.zone = zone
    span = Span(period)
  }

  /// A clock that ends at a moment that the law names, rounded down to the second.
  public init(start: Instant, endingAt end: Instant, zone: ZoneOffset) {
    self.start = start.date(in: zone)
    self.zone = zone
    span = Span(
      amount: max(0, self.start.days(to: end.date(in: zone))), unit: .days, rollsOver: false)
    moment = Instant(seconds: end.seconds)
  }

  /// The day of the event that started it.
  public var startedOn: CivilDate { start }
  /// In which units it is counted.
  public var unit: Period.Unit { span.unit }
  /// Whether it stands still.
  public var isSuspended: Bool { pauses.last.map { $0.to == nil } ?? false }
  /// Whether it was extended.
  public var isExtended: Bool { !extensions.isEmpty }

  // MARK: Moves

  /// It stands still from a moment; throws 422 if it does already.
  public mutating func suspend(at moment: Instant) throws(Problem) {
    guard !isSuspended else {
      throw .refused("clock-suspended", Phrase("时限已经中止。", en: "The clock stands still already."))
    }
    try room()
    let day = moment.date(in: zone)
    try order(day, after: pauses.last?.to ?? start)
    pauses.append(Pause(from: day))
  }

  /// It runs on from a moment; throws 422 if it was not standing still.
  public mutating func resume(at moment: Instant) throws(Problem) {
    guard let pause = pauses.last, pause.to == nil else {
      throw .refused("clock-running", Phrase("时限没有中止。", en: "The clock is not standing still."))
    }
    let day = moment.date(in: zone)
    try order(day, after: pause.from)
    pauses[pauses.count - 1].to = day
  }

  /// It runs longer by a period.
  public mutating func extend(by period: Period) throws(Problem) {
    try room()
    extensions.append(Span(period))
  }

  private func room() throws(Problem) {
    guard moment == nil else {
      throw .refused(
        "clock-fixed",
        Phrase(
          "此时限到法定时刻为止，不中止、不延长。",
          en:
            "This clock ends at a moment that the law names; it is neither suspended nor extended.")
      )
    }
    guard pauses.count + extensions.count < LegalClock.changeLimit else {
      throw .refused(
        "clock-changes",
        Phrase(
          "同一时限最多变更 \(LegalClock.changeLimit) 次。",
          en: "A clock may be changed \(LegalClock.changeLimit) times at most."))
    }
  }

  private func order(_ day: CivilDate, after earlier: CivilDate) throws(Problem) {
    guard day >= earlier else {
      throw .refused(
        "clock-order",
        Phrase("\(day) 早于此前的 \(earlier)。", en: "\(day) is before \(earlier), the change before it.")
      )
    }
  }

  // MARK: Answers

  /// Where a clock ends.
  public struct Deadline: Hashable, Sendable {
    /// The last day.
    public let lastDay: CivilDate
    /// The end of the last day: the first moment that is too late.
    public let instant: Instant
    /// Whether it rests on a year whose days off have not been announced.
    public let isProvisional: Bool
  }

  /// The end; nil while it stands still.
  public func deadline(_ calendar: WorkCalendar) -> Deadline? {
    isSuspended ? nil : end(calendar)
  }

  /// The end if it were resumed on a day; the end as it is for a clock that runs.
  public func deadline(_ calendar: WorkCalendar, resumedOn day: CivilDate) -> Deadline? {
    guard isSuspended, let last = pauses.last else { return end(calendar) }
    var copy = self
    copy.pauses[copy.pauses.count - 1].to = max(day, last.from)
    return copy.end(calendar)
  }

  private func end(_ calendar: WorkCalendar) -> Deadline {
    if let moment {
      return Deadline(lastDay: moment.date(in: zone), instant: moment, isProvisional: false)
    }
    var nominal = start
    var first = start
    var rolls = span.rollsOver
    for part in [span] + extensions {
      nominal = calendar.due(part.amount, part.unit, rollsOver: false, from: nominal).date
      rolls = part.rollsOver
    }
    for pause in pauses {
      guard let to = pause.to, pause.from <= rolled(nominal, rolls, calendar) else { continue }
      if span.unit == .workingDays {
        let days = calendar.workingDays(after: pause.from, through: to)
        if days > 0 { nominal = calendar.workingDay(after: nominal, days) }
      } else {
        nominal = nominal.adding(days: pause.from.days(to: to))
      }
    }
    let last = rolled(nominal, rolls, calendar)
    let usesCalendar = ([span] + extensions).contains { $0.unit == .workingDays }
    if !usesCalendar { first = nominal }
    let isProvisional = (usesCalendar || rolls) && calendar.isProvisional(first, through: last)
    return Deadline(
      lastDay: last, instant: Instant(last.adding(days: 1), in: zone),
      isProvisional: isProvisional)
  }

  private func rolled(_ day: CivilDate, _ rolls: Bool, _ calendar: WorkCalendar) -> CivilDate {
    rolls ? calendar.workingDay(onOrAfter: day) : day
  }

  /// Units used by the end of a day and units in all, for a meter: working days for a period of
  /// working days, else calendar days.
  public func used(by day: CivilDate, _ calendar: WorkCalendar) -> (used: Int, total: Int) {
    let until: CivilDate
    if isSuspended, let pause = pauses.last { until = min(day, pause.from) } else { until = day }
    let last = deadline(calendar, resumedOn: day)?.lastDay ?? until
    func length(_ from: CivilDate, _ to: CivilDate) -> Int {
      span.unit == .workingDays
        ? calendar.workingDays(after: from, through: to) : from.days(to: to)
    }
    var pausedBefore = 0
    var pausedInAll = 0
    for pause in pauses {
      let to = pause.to ?? max(day, pause.from)
      pausedInAll += length(pause.from, to)
      pausedBefore += length(min(pause.from, until), min(to, until))
    }
    return (
      used: max(0, length(start, max(until, start)) - pausedBefore),
      total: max(0, length(start, last) - pausedInAll)
    )
  }

  // MARK: Text

  /// A compact form: `day@zone 15wd +5wd ~from-to ~from`, days as numbers since 1970-01-01; for a moment
  /// `day@zone 1d! =day.second`.
  public var text: String {
    var parts = ["\(start.dayNumber)@\(zone.seconds)", LegalClock.write(span)]
    if let moment {
      parts.append("=\(moment.date(in: zone).dayNumber).\(moment.secondOfDay(in: zone))")
    }
    parts += extensions.map { "+" + LegalClock.write($0) }
    parts += pauses.map { pause in
      "~\(pause.from.dayNumber)" + (pause.to.map { "-\($0.dayNumber)" } ?? "")
    }
    return parts.joined(separator: " ")
  }

  private static func write(_ span: Span) -> String {
    "\(span.amount)\(span.unit.rawValue)\(span.rollsOver ? "" : "!")"
  }

  /// Reads ``text``; nil for anything else.
  public init?(text: some StringProtocol) {
    var reader = ClockReader(text)
    guard let day = reader.day(), reader.take("@"), let seconds = reader.signed(),
      abs(seconds) <= 64_800, reader.take(" "), let span = reader.span()
    else { return nil }
    start = day
    zone = ZoneOffset(seconds: seconds)
    self.span = span
    var fixed: Instant?
    while reader.take(" ") {
      guard extensions.count + pauses.count < LegalClock.changeLimit else { return nil }
      if reader.take("="), fixed == nil, let day = reader.day(), reader.take("."),
        let second = reader.signed(), (0..<86_400).contains(second)
      {
        fixed = Instant(day, secondOfDay: second, in: zone)
      } else if reader.take("+"), let span = reader.span() {
        extensions.append(span)
      } else if reader.take("~"), !isSuspended, let from = reader.day() {
        var pause = Pause(from: from)
        if reader.take("-") {
          guard let to = reader.day(), to >= from else { return nil }
          pause.to = to
        }
        pauses.append(pause)
      } else {
        return nil
      }
    }
    guard reader.isAtEnd, fixed == nil || (extensions.isEmpty && pauses.isEmpty) else { return nil }
    moment = fixed
  }

  /// Reads the compact form byte by byte: a case is read with every step, so nothing is allocated.
  private struct ClockReader {
    private var bytes: ArraySlice<UInt8>

    init(_ text: some StringProtocol) { bytes = Array(text.utf8)[...] }

    var isAtEnd: Bool { bytes.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard let first = bytes.first, UInt32(first) == character.value else { return false }
      bytes.removeFirst()
      return true
    }

    mutating func number() -> Int? {
      var value = 0
      var count = 0
      while let byte = bytes.first, (0x30...0x39).contains(byte), count < 9 {
        value = value * 10 + Int(byte - 0x30)
        count += 1
        bytes.removeFirst()
      }
      return count > 0 ? value : nil
    }

    mutating func signed() -> Int? { take("-") ? number().map { -$0 } : number() }

    mutating func day() -> CivilDate? { signed().map { CivilDate(dayNumber: Int32($0)) } }

    mutating func span() -> Span? {
      guard let amount = number(), amount <= Period.limit else { return nil }
      let unit: Period.Unit
      if take("w") {
        guard take("d") else { return nil }
        unit = .workingDays
      } else if take("d") {
        unit = .days
      } else if take("m") {
        unit = .months
      } else if take("y") {
        unit = .years
      } else {
        return nil
      }
      return Span(amount: amount, unit: unit, rollsOver: !take("!"))
    }
  }
}
