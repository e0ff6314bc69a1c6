import Commons

/// Which days are working days, and the due dates that follow from them.
///
/// Weekends rest, but for the exceptions that are announced year by year. For a year that is not
/// announced yet only weekends are known, and a due date that falls there is provisional.
///
/// All questions are answered by table look-up: for each day the working days up to it are counted
/// beforehand, and for each count the day is known.
public struct WorkCalendar: Sendable {
  /// What a day is.
  public enum DayKind: Hashable, Sendable {
    case workingDay
    case weekend
    /// A day off that was announced, with its occasion.
    case holiday(String)
    /// A Saturday or Sunday on which people work, with its occasion.
    case makeUpDay(String)
  }

  /// Days outside the table, in whole weeks on both sides of the announced years.
  private static let firstDay = CivilDate(year: 1990, month: 1, day: 1)!
  private static let lastDay = CivilDate(year: 2060, month: 12, day: 31)!

  private let exceptions: [CivilDate: DayKind]
  private let years: Set<Int>
  /// `counts[i]`: working days from the first day of the table through day `i`.
  private let counts: [Int32]
  /// `days[n]`: the day number of the n-th working day of the table, from 0.
  private let days: [Int32]
  private let publishedFrom: Int32
  private let publishedThrough: Int32

  /// A calendar in which only weekends rest.
  public init() {
    self.init(exceptions: [:], years: [])
  }

  private init(exceptions: [CivilDate: DayKind], years: Set<Int>) {
    self.exceptions = exceptions
    self.years = years
    var counts: [Int32] = []
    var days: [Int32] = []
    var day = WorkCalendar.firstDay
    while day <= WorkCalendar.lastDay {
      if WorkCalendar.works(exceptions[day], day) { days.append(day.dayNumber) }
      counts.append(Int32(days.count))
      day = day.adding(days: 1)
    }
    self.counts = counts
    self.days = days
    // The latest unbroken run of announced years: outside it a date is provisional.
    var first = years.max() ?? 0
    while years.contains(first - 1) { first -= 1 }
    let end = years.max().flatMap { CivilDate(year: $0, month: 12, day: 31) }
    publishedFrom = CivilDate(year: first, month: 1, day: 1)?.dayNumber ?? .max
    publishedThrough = end?.dayNumber ?? .min
  }

  /// Reads the project's calendar format: a line with a year, then lines `休 MM-DD[..MM-DD] name`
  /// for days off and `班 MM-DD[..MM-DD] name` for days worked; `#` begins a comment. Throws 400
  /// with the line.
  public init(parsing text: String) throws(Problem) {
    var exceptions: [CivilDate: DayKind] = [:]
    var years: Set<Int> = []
    var year: Int?
    for (number, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = raw.prefix { $0 != "#" }.split(separator: " ")
      if words.isEmpty { continue }
      if words.count == 1, let announced = Int(words[0]), (1990...2060).contains(announced) {
        year = announced
        years.insert(announced)
        continue
      }
      guard let year, words.count == 3, words[0] == "休" || words[0] == "班",
        let range = WorkCalendar.range(words[1], year)
      else {
        throw .malformed(
          Phrase(
            "日历第 \(number + 1) 行“\(raw)”无法识别（例：休 10-01..10-07 国庆节）。",
            en: "Calendar line \(number + 1), “\(raw)”, cannot be read "
              + "(such as: 休 10-01..10-07 国庆节)."))
      }
      let name = String(words[2])
      var day = range.0
      while day <= range.1 {
        exceptions[day] = words[0] == "休" ? .holiday(name) : .makeUpDay(name)
        day = day.adding(days: 1)
      }
    }
    self.init(exceptions: exceptions, years: years)
  }

  private static func range(_ text: Substring, _ year: Int) -> (CivilDate, CivilDate)? {
    let ends = text.split(separator: ".").map { CivilDate("\(year)-\($0)") }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last,
      ends.count <= 2
    else { return nil }
    return (first, last)
  }

  private static func works(_ exception: DayKind?, _ day: CivilDate) -> Bool {
    switch exception {
    case .holiday: false
    case .makeUpDay, .workingDay: true
    case .weekend: false
    case nil: day.weekday <= 5
    }
  }

  // MARK: Questions

  /// What a day is.
  public func kind(of day: CivilDate) -> DayKind {
    exceptions[day] ?? (day.weekday <= 5 ? .workingDay : .weekend)
  }

  /// Whether a day is a working day.
  public func isWorkingDay(_ day: CivilDate) -> Bool {
    guard let index = index(day) else { return day.weekday <= 5 }
    return counts[index] != (index == 0 ? 0 : counts[index - 1])
  }

  /// Whether the days off of a year have been announced.
  public func isPublished(year: Int) -> Bool { years.contains(year) }

  /// Whether an answer that rests on the days from `first` to `last` may still change.
  public func isProvisional(_ first: CivilDate, through last: CivilDate) -> Bool {
    first.dayNumber < publishedFrom || last.dayNumber > publishedThrough
  }

  /// Working days after `day` up to and with `other`; negative if `other` is earlier.
  public func workingDays(after day: CivilDate, through other: CivilDate) -> Int {
    count(through: other) - count(through: day)
  }

  /// The first working day on or after a day.
  public func workingDay(onOrAfter day: CivilDate) -> CivilDate {
    isWorkingDay(day) ? day : workingDay(after: day, 1)
  }

  /// The `number`-th working day after a day; the day itself does not count.
  public func workingDay(after day: CivilDate, _ number: Int) -> CivilDate {
    let wanted = count(through: day) + number - 1
    if days.indices.contains(wanted) { return CivilDate(dayNumber: days[wanted]) }
    return WorkCalendar.beyondTable(day, number)
  }

  private func count(through day: CivilDate) -> Int {
    if let index = index(day) { return Int(counts[index]) }
    // Outside the table every week has five working days.
    let edge = day < WorkCalendar.firstDay ? WorkCalendar.firstDay : WorkCalendar.lastDay
    let base = day < WorkCalendar.firstDay ? 0 : days.count
    let distance = edge.days(to: day)
    let weeks = distance >= 0 ? distance / 7 : -((-distance + 6) / 7)
    var total = base + weeks * 5
    var rest = edge.adding(days: weeks * 7)
    if day < WorkCalendar.firstDay { rest = rest.adding(days: -1) }
    while rest < day {
      rest = rest.adding(days: 1)
      if rest.weekday <= 5 { total += 1 }
    }
    return total
  }

  private static func beyondTable(_ day: CivilDate, _ number: Int) -> CivilDate {
    var left = number
    var current = day
    while left > 0 {
      current = current.adding(days: 1)
      if current.weekday <= 5 { left -= 1 }
    }
    return current
  }

  private func index(_ day: CivilDate) -> Int? {
    let index = Int(day.dayNumber) - Int(WorkCalendar.firstDay.dayNumber)
    return counts.indices.contains(index) ? index : nil
  }
}
