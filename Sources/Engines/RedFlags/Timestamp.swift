import Commons

/// A date and time of RFC 3339, in UTC. As chrono reads it: a leap second is allowed at any minute's end and
/// date and time may stand apart.
struct Timestamp {
  /// Days since 1970-01-01 and seconds of the day; nanoseconds from 10⁹ are a leap second.
  private let day: Int
  private let second: Int
  private let nanosecond: Int

  init?(_ text: ByteText) {
    var reader = FieldReader(text)
    guard let year = reader.digits(4), reader.take(0x2D), let month = reader.digits(2),
      reader.take(0x2D), let dayOfMonth = reader.digits(2), reader.takeGap(),
      let hour = reader.digits(2), reader.take(0x3A), let minute = reader.digits(2),
      reader.take(0x3A), let second = reader.digits(2),
      let fraction = reader.take(0x2E) ? reader.fraction() : 0, let offset = reader.offset(),
      reader.isAtEnd, hour < 24, minute < 60, second <= 60,
      (1...12).contains(month), (1...Timestamp.days(in: month, year)).contains(dayOfMonth)
    else { return nil }
    let seconds = hour * 3600 + minute * 60 + min(second, 59) - offset
    let shift = seconds < 0 ? -1 : seconds >= 86_400 ? 1 : 0
    day = Timestamp.dayNumber(year, month, dayOfMonth) + shift
    self.second = seconds - shift * 86_400
    nanosecond = fraction + (second == 60 ? 1_000_000_000 : 0)
  }

  /// Seconds since 1970-01-01T00:00:00Z; a leap second is that before it.
  var seconds: Int { day * 86_400 + second }

  /// The civil day in China, whose time is eight hours ahead all year: days since 1970-01-01.
  var dayInChina: Int { (seconds + 8 * 3600).floorDivided(by: 86_400) }

  /// Whole days between the two, towards zero.
  func wholeDays(since earlier: Timestamp) -> Int {
    var seconds = (day - earlier.day) * 86_400 + second - earlier.second
    // A leap second that lies between the two times of day is counted.
    if second > earlier.second, earlier.nanosecond >= 1_000_000_000 { seconds += 1 }
    if second < earlier.second, nanosecond >= 1_000_000_000 { seconds -= 1 }
    var fraction = nanosecond - earlier.nanosecond
    while fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + 1_000_000_000) }
    while fraction >= 1_000_000_000 {
      (seconds, fraction) = (seconds + 1, fraction - 1_000_000_000)
    }
    if seconds < 0, fraction > 0 { seconds += 1 }
    return seconds / 86_400
  }

  private static func days(in month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar.
  private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = year + 400 - (month <= 2 ? 1 : 0)
    let century = shifted / 400
    let yearOfEra = shifted % 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return (century - 1) * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
      - 719_468
  }

  /// Takes fields off the front of a text.
  private struct FieldReader {
    let text: ByteText
    var index = 0

    init(_ text: ByteText) { self.text = text }

    var isAtEnd: Bool { index == text.count }
    private var current: UInt8 { index < text.count ? text.start[index] : 0 }

    mutating func digits(_ count: Int) -> Int? {
      var value = 0
      for _ in 0..<count {
        guard JSONScanner.isDigit(current) else { return nil }
        value = value * 10 + Int(current - 0x30)
        index += 1
      }
      return value
    }

    mutating func take(_ byte: UInt8) -> Bool {
      guard current == byte, index < text.count else { return false }
      index += 1
      return true
    }

    mutating func takeGap() -> Bool { take(0x54) || take(0x74) || take(0x20) }

    /// Nanoseconds; digits past the ninth are passed over.
    mutating func fraction() -> Int? {
      guard JSONScanner.isDigit(current) else { return nil }
      var (value, scale) = (0, 100_000_000)
      while JSONScanner.isDigit(current) {
        value += Int(current - 0x30) * scale
        scale /= 10
        index += 1
      }
      return value
    }

    /// Seconds east of UTC. The minus sign of Unicode is taken too.
    mutating func offset() -> Int? {
      if take(0x5A) || take(0x7A) { return 0 }
      let sign: Int
      if take(0x2B) {
        sign = 1
      } else if take(0x2D) || (take(0xE2) && take(0x88) && take(0x92)) {
        sign = -1
      } else {
        return nil
      }
      guard let hours = digits(2), take(0x3A), let minutes = digits(2), hours < 24, minutes < 60
      else { return nil }
      return sign * (hours * 3600 + minutes * 60)
    }
  }
}
