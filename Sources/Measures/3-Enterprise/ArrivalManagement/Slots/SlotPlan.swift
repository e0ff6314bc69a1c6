import Commons

/// A series of slots: one time of day on some weekdays between two days.
struct SlotSeries: Hashable, Sendable {
  let from: CivilDate
  let to: CivilDate
  /// 1 is Monday.
  let weekdays: Set<Int>
  /// Minutes after midnight.
  let minute: Int
  /// Whether its flights land; else they take off.
  var isArrival = true

  /// The days on which it flies.
  var days: [CivilDate] {
    guard from <= to else { return [] }
    return (0...from.days(to: to)).map { from.adding(days: $0) }
      .filter { weekdays.contains($0.weekday) }
  }

  func at(_ minute: Int) -> SlotSeries {
    SlotSeries(
      from: from, to: to, weekdays: weekdays, minute: minute, isArrival: isArrival)
  }

  /// `HH:MM` as minutes after midnight; nil if it is no such time.
  static func minute(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
      parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else { return nil }
    return hour * 60 + minute
  }

  static func text(_ minute: Int) -> String {
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    return "\(two(minute / 60)):\(two(minute % 60))"
  }
}

/// What is given away at an airport, and what is free: arrivals, departures and both together.
struct SlotPlan: Sendable {
  /// What is used up first.
  enum Bound: String, Sendable {
    case total, arrivals, departures

    var name: Phrase {
      switch self {
      case .total: Phrase("总量", en: "total")
      case .arrivals: Phrase("进港", en: "arrivals")
      case .departures: Phrase("离港", en: "departures")
      }
    }
  }

  /// Movements of one hour.
  struct Hour: Hashable, Sendable {
    var arrivals = 0
    var departures = 0
    var total: Int { arrivals + departures }
  }

  /// What is given away an hour.
  var limits: SlotLimits
  private var taken: [CivilDate: [Hour]] = [:]

  /// A plan in which nothing is given away.
  init(limits: SlotLimits) { self.limits = limits }

  mutating func add(_ series: SlotSeries) {
    for day in series.days {
      var hours = taken[day] ?? Array(repeating: Hour(), count: 24)
      if series.isArrival {
        hours[series.minute / 60].arrivals += 1
      } else {
        hours[series.minute / 60].departures += 1
      }
      taken[day] = hours
    }
  }

  /// The day on which most is taken; the first of several. Nil if nothing is.
  var busiest: CivilDate? {
    taken.map { day, hours in (day: day, total: hours.reduce(0) { $0 + $1.total }) }
      .max { ($0.total, $1.day) < ($1.total, $0.day) }?.day
  }

  /// What is taken in the hours of a day.
  func hours(on day: CivilDate) -> [Hour] {
    taken[day] ?? Array(repeating: Hour(), count: 24)
  }

  /// The limit of a bound.
  func limit(_ bound: Bound) -> Int {
    switch bound {
    case .total: limits.total
    case .arrivals: limits.arrivals
    case .departures: limits.departures
    }
  }

  /// The limit that leaves no room for a series on some day; that of its own kind before the total. Nil if every
  /// hour has room.
  func bound(_ series: SlotSeries) -> Bound? {
    var isFull = false
    for day in series.days {
      guard let hour = taken[day]?[series.minute / 60] else { continue }
      let own = series.isArrival ? hour.arrivals : hour.departures
      if own >= (series.isArrival ? limits.arrivals : limits.departures) {
        return series.isArrival ? .arrivals : .departures
      }
      if hour.total >= limits.total { isFull = true }
    }
    return isFull ? .total : nil
  }

  /// The time nearest to the wish, in steps of five minutes within the tolerance, at which every hour of the
  /// series has room; the earlier of two that are equally near. Nil if there is none.
  func nearest(_ series: SlotSeries, tolerance: Int) -> Int? {
    for shift in stride(from: 0, through: tolerance, by: 5) {
      for minute in [series.minute - shift, series.minute + shift]
      where (0..<1440).contains(minute) && bound(series.at(minute)) == nil { return minute }
    }
    return nil
  }
}
