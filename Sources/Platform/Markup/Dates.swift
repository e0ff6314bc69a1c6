import Commons

/// Dates as people write them: 2026年8月22日, 22 August 2026.
extension CivilDate {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays: [(zh: String, en: String)] = [
    ("周一", "Mon"), ("周二", "Tue"), ("周三", "Wed"), ("周四", "Thu"), ("周五", "Fri"), ("周六", "Sat"),
    ("周日", "Sun"),
  ]

  /// The whole date: 2026年8月22日.
  public var phrase: Phrase {
    Phrase("\(year)年\(month)月\(day)日", en: "\(day) \(CivilDate.months[month - 1]) \(year)")
  }

  /// The day within its year: 8月22日.
  public var dayPhrase: Phrase {
    Phrase("\(month)月\(day)日", en: "\(day) \(CivilDate.months[month - 1].prefix(3))")
  }

  /// The day of the week: 周六.
  public var weekdayName: Phrase {
    let name = CivilDate.weekdays[weekday - 1]
    return Phrase(name.zh, en: name.en)
  }

  /// The day with its day of the week: 8月22日（周六）.
  public var weekdayPhrase: Phrase {
    Phrase("\(dayPhrase.zh)（\(weekdayName.zh)）", en: "\(weekdayName.en) \(dayPhrase.en)")
  }
}

/// How much of a moment is written.
public enum MomentStyle: Sendable {
  /// Date and time.
  case full
  /// The date alone.
  case date
  /// Day and time; the year too if it is another than this one.
  case short(year: Int)
  /// The day; the year too if it is another than this one.
  case day(year: Int)
}

extension HTML {
  /// A moment, readable by machines too.
  public mutating func time(
    _ moment: Instant, in zone: ZoneOffset, _ style: MomentStyle = .full
  ) {
    element("time", .datetime(moment.rfc3339(in: zone)), text: moment.phrase(in: zone, style))
  }
}

extension Instant {
  /// The moment as people write it, on a 24-hour clock.
  public func phrase(in zone: ZoneOffset, _ style: MomentStyle = .full) -> Phrase {
    let day = date(in: zone)
    let second = secondOfDay(in: zone)
    let clock = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
    switch style {
    case .full: return day.phrase + Phrase(" \(clock)", en: ", \(clock)")
    case .date: return day.phrase
    case .short(let year):
      let name = day.year == year ? day.dayPhrase : day.phrase
      return name + .same(" \(clock)")
    case .day(let year): return day.year == year ? day.dayPhrase : day.phrase
    }
  }
}
