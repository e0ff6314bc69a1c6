import Commons

/// A series of slots: one time of day on some weekdays between two days.
struct SlotSeries: Hashable, Sendable {
  let from: CivilDate
  let to: CivilDate
  /// 1 is Monday.
  let weekdays: Set<Int>
  /// Minutes after midnight.
  let minute: Int

  /// The days on which it flies.
  var days: [CivilDate] {
    guard from <= to else { return [] }
    return (0...from.days(to: to)).map { from.adding(days: $0) }
      .filter { weekdays.contains($0.weekday) }
  }

  func at(_ minute: Int) -> SlotSeries {
    SlotSeries(from: from, to: to, weekdays: weekdays, minute: minute)
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

/// What is given away at an airport, and what is free.
struct SlotPlan: Sendable {
  /// Movements an hour that are declared.
  let declared: Int
  /// Movements by day and hour.
  private var taken: [CivilDate: [Int]] = [:]

  /// A plan in which nothing is given away.
  init(declared: Int) { self.declared = declared }

  mutating func add(_ series: SlotSeries) {
    for day in series.days {
      taken[day, default: Array(repeating: 0, count: 24)][series.minute / 60] += 1
    }
  }

  /// How many movements are taken in the busiest of the series' hours.
  func most(_ series: SlotSeries) -> Int {
    series.days.reduce(0) { max($0, taken[$1]?[series.minute / 60] ?? 0) }
  }

  /// Whether every hour of the series has room.
  func hasRoom(_ series: SlotSeries) -> Bool { most(series) < declared }

  /// The time nearest to the wish, in steps of five minutes within the tolerance, at which every hour of the
  /// series has room; the earlier of two that are equally near. Nil if there is none.
  func nearest(_ series: SlotSeries, tolerance: Int) -> Int? {
    for shift in stride(from: 0, through: tolerance, by: 5) {
      for minute in [series.minute - shift, series.minute + shift]
      where (0..<1440).contains(minute) && hasRoom(series.at(minute)) { return minute }
    }
    return nil
  }
}
