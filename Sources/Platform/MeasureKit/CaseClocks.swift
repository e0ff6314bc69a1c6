import CaseEngine
import Commons
import LegalTime

/// How long each clock of a case runs, and by how much it is extended.
public struct ClockPeriods: Sendable {
  private let period: @Sendable (ClockID) throws -> Period
  private let extension_: @Sendable (ClockID) throws -> Period

  /// Periods that a city's rules give.
  public init(
    period: @escaping @Sendable (ClockID) throws -> Period,
    extension: @escaping @Sendable (ClockID) throws -> Period
  ) {
    self.period = period
    extension_ = `extension`
  }

  func start(_ clock: ClockID) throws -> Period { try period(clock) }
  func longer(_ clock: ClockID) throws -> Period { try extension_(clock) }
}

/// The legal clocks of one case with their dates. The case engine says what is to be done to them,
/// this does it; the text form stands in the case's row.
public struct CaseClocks: Hashable, Sendable {
  private var clocks: [ClockID: LegalClock]

  /// No clock runs.
  public init() { clocks = [:] }

  /// Reads ``text``; throws 400 for anything else.
  public init(_ text: String) throws {
    clocks = [:]
    for part in text.utf8.split(separator: UInt8(ascii: ";")) {
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")),
        let clock = LegalClock(text: Substring(part[part.index(after: equals)...])),
        clocks.updateValue(clock, forKey: ClockID(String(Substring(part[..<equals])))) == nil
      else { throw CaseClocks.unreadable(text) }
    }
  }

  private static func unreadable(_ text: String) -> Problem {
    .malformed(Phrase("时限“\(text)”无法读取。", en: "“\(text)” is no set of clocks."))
  }

  /// Name and ``LegalClock/text`` of each clock, by name: `handle=20514@28800 5wd;accept=…`.
  public var text: String {
    all.map { "\($0.id.text)=\($0.clock.text)" }.joined(separator: ";")
  }

  /// Does what a step of the case asks for.
  public mutating func apply(
    _ effects: [ClockEffect], at moment: Instant, zone: ZoneOffset, periods: ClockPeriods
  ) throws {
    for effect in effects {
      let id = effect.clock
      switch effect.move {
      case .start, .restart:
        clocks[id] = LegalClock(start: moment, period: try periods.start(id), zone: zone)
      case .suspend: try clocks[id]?.suspend(at: moment)
      case .resume: try clocks[id]?.resume(at: moment)
      case .extend: try clocks[id]?.extend(by: try periods.longer(id))
      case .lapse: break  // It stays as it is, past its end; the status says that it is late.
      case .stop: clocks[id] = nil
      }
    }
  }

  /// Starts a clock, afresh if need be, that ends at a moment which the law names.
  public mutating func start(
    _ id: ClockID, at moment: Instant, endingAt end: Instant, zone: ZoneOffset
  ) { clocks[id] = LegalClock(start: moment, endingAt: end, zone: zone) }

  /// A clock.
  public subscript(id: ClockID) -> LegalClock? { clocks[id] }

  /// The clocks that are there, by name.
  public var all: [(id: ClockID, clock: LegalClock)] {
    clocks.sorted { $0.key.text < $1.key.text }.map { (id: $0.key, clock: $0.value) }
  }

  /// When a clock runs out; nil if it is not running.
  public func end(of id: ClockID, _ calendar: WorkCalendar) -> Instant? {
    clocks[id]?.deadline(calendar)?.instant
  }

  /// The earliest end of the running clocks, apart from those that have lapsed already.
  public func wake(_ type: CaseType, _ status: CaseStatus, _ calendar: WorkCalendar) -> Instant? {
    clocks.keys.filter { type.clock($0, of: status) == .running }
      .compactMap { end(of: $0, calendar) }.min()
  }

  /// The running clocks that have run out at a moment, the earliest first.
  public func due(
    at moment: Instant, _ type: CaseType, _ status: CaseStatus, _ calendar: WorkCalendar
  ) -> [(id: ClockID, end: Instant)] {
    clocks.keys.filter { type.clock($0, of: status) == .running }
      .compactMap { id in end(of: id, calendar).map { (id: id, end: $0) } }
      .filter { $0.end <= moment }
      .sorted { ($0.end, $0.id.text) < ($1.end, $1.id.text) }
  }
}
