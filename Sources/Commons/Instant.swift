/// A moment: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Instant: Hashable, Comparable, Sendable {
  /// Microseconds since the Unix epoch (UTC).
  public let microseconds: Int64

  /// The moment that many microseconds after the Unix epoch.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The moment `seconds` after the Unix epoch.
  public init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  /// Midnight at the start of a civil day in a zone, plus a time of day in seconds.
  public init(_ date: CivilDate, secondOfDay: Int = 0, in zone: ZoneOffset) {
    microseconds =
      (Int64(date.dayNumber) * 86_400 + Int64(secondOfDay) - Int64(zone.seconds)) * 1_000_000
  }

  /// Whole seconds since the Unix epoch, rounded down.
  public var seconds: Int64 { Int64(Int(microseconds).floorDivided(by: 1_000_000)) }

  /// The civil day on which this moment falls in a zone.
  public func date(in zone: ZoneOffset) -> CivilDate {
    CivilDate(dayNumber: Int32((Int(seconds) + zone.seconds).floorDivided(by: 86_400)))
  }

  /// Seconds since local midnight, 0 ..< 86,400.
  public func secondOfDay(in zone: ZoneOffset) -> Int {
    (Int(seconds) + zone.seconds).modulo(86_400)
  }

  /// The moment `seconds` later.
  public func adding(seconds: Int64) -> Instant {
    Instant(microseconds: microseconds + seconds * 1_000_000)
  }

  /// The moment `microseconds` later.
  public func adding(microseconds: Int64) -> Instant {
    Instant(microseconds: self.microseconds + microseconds)
  }

  /// Whether `a` is earlier than `b`.
  public static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }
}

/// A fixed offset from UTC. Mainland China has kept UTC+8 without summer time since 1992, so the
/// product needs no zone database; a city profile names its offset.
public struct ZoneOffset: Hashable, Sendable {
  /// Seconds east of UTC.
  public let seconds: Int
  /// An offset of that many seconds east of UTC.
  public init(seconds: Int) { self.seconds = seconds }
  /// UTC.
  public static let utc = ZoneOffset(seconds: 0)
  /// China Standard Time, UTC+8.
  public static let beijing = ZoneOffset(seconds: 8 * 3600)

  /// `Z` or `±HH:MM`.
  public var designator: String {
    guard seconds != 0 else { return "Z" }
    let minutes = abs(seconds) / 60
    return (seconds < 0 ? "-" : "+") + "\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
  }
}

extension Instant: CustomStringConvertible {
  /// RFC 3339 in UTC, with as many fraction digits as are needed (0, 3 or 6).
  public var description: String { rfc3339(in: .utc) }

  /// RFC 3339 at an offset, with 0, 3 or 6 fraction digits as needed.
  public func rfc3339(in zone: ZoneOffset) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(32)
    write(in: zone, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends the UTF-8 bytes of ``rfc3339(in:)``.
  public func write(in zone: ZoneOffset, to out: inout [UInt8]) {
    func digits(_ value: Int, _ width: Int) {
      var scale = 1
      for _ in 1..<width { scale *= 10 }
      while scale > 0 {
        out.append(0x30 + UInt8(value / scale % 10))
        scale /= 10
      }
    }
    let day = date(in: zone).components
    if (0...9999).contains(day.year) {
      digits(day.year, 4)
      out.append(0x2D)
      digits(day.month, 2)
      out.append(0x2D)
      digits(day.day, 2)
    } else {
      out.append(contentsOf: date(in: zone).description.utf8)
    }
    let second = secondOfDay(in: zone)
    for (mark, value) in [(0x54, second / 3600), (0x3A, second / 60 % 60), (0x3A, second % 60)] {
      out.append(UInt8(mark))
      digits(value, 2)
    }
    let fraction = Int(microseconds).modulo(1_000_000)
    if fraction != 0 {
      out.append(0x2E)
      if fraction % 1000 == 0 { digits(fraction / 1000, 3) } else { digits(fraction, 6) }
    }
    out.append(contentsOf: zone.designator.utf8)
  }

  /// Reads an RFC 3339 date-time: `2026-01-02T03:04:05[.fraction](Z|±HH:MM)`. Digits beyond
  /// microseconds are dropped; a leap second (:60) is taken as the next second.
  public init?(rfc3339 text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, let date = CivilDate(String(decoding: bytes[0..<10], as: UTF8.self)),
      bytes[10] == 0x54 || bytes[10] == 0x74 || bytes[10] == 0x20, bytes[13] == 0x3A,
      bytes[16] == 0x3A, let hour = decimal(bytes[11..<13]), hour < 24,
      let minute = decimal(bytes[14..<16]), minute < 60,
      let second = decimal(bytes[17..<19]), second <= 60
    else { return nil }
    var index = 19
    var fraction = 0
    if bytes[index] == 0x2E {
      index += 1
      let start = index
      var scale = 100_000
      while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
        fraction += Int(bytes[index] - 0x30) * scale
        scale /= 10
        index += 1
      }
      guard index > start else { return nil }
    }
    guard let offset = Instant.offset(bytes[index...]) else { return nil }
    let day = Int64(date.dayNumber) * 86_400
    let time = Int64(hour * 3600 + minute * 60 + second - offset)
    microseconds = (day + time) * 1_000_000 + Int64(fraction)
  }

  private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
    if bytes.count == 1 { return bytes.first == 0x5A || bytes.first == 0x7A ? 0 : nil }
    let b = Array(bytes)
    guard b.count == 6, b[0] == 0x2B || b[0] == 0x2D, b[3] == 0x3A,
      let hours = decimal(b[1..<3]), hours < 24, let minutes = decimal(b[4..<6]), minutes < 60
    else { return nil }
    let seconds = hours * 3600 + minutes * 60
    return b[0] == 0x2D ? -seconds : seconds
  }
}

/// Where time comes from. The wall clock lives in the composition root; everything below it is
/// given one of these, so that a simulated city can run years in seconds and a failure replays.
public protocol TimeSource: Sendable {
  /// The present moment.
  var now: Instant { get }
  /// Microseconds since some moment in the past: for spans between two events in this process. Unlike
  /// ``now`` it never goes back when the clock is set.
  var steady: Int64 { get }
}

extension TimeSource {
  /// Time that nobody sets: the present moment serves for spans, too.
  public var steady: Int64 { now.microseconds }
}

/// A time source that stands still until it is told to move.
public final class ManualTime: TimeSource {
  private let moment: Locked<Instant>

  /// Starts at `now`.
  public init(_ now: Instant) { moment = Locked(now) }

  /// The moment to which it was last moved.
  public var now: Instant { moment.withLock { $0 } }

  /// Moves to a later (or earlier) moment.
  public func set(_ now: Instant) { moment.withLock { $0 = now } }

  /// Moves forward by some seconds.
  public func advance(seconds: Int64) { moment.withLock { $0 = $0.adding(seconds: seconds) } }
}
