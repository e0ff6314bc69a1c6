import Commons

/// How the burden of delay falls on airlines: of the flights that are planned, or of those that have landed.
struct BoardFairness: Sendable {
  /// What one airline bears.
  struct Share: Sendable {
    let airline: String
    let flights: Int
    let meanDelay_s: Double
    let medianDelay_s: Int64
    let longestDelay_s: Int64
    /// The mean of the places moved; positive is later.
    let meanShift: Double
    let movedBack: Int
    let movedForward: Int
  }

  let all: Share
  let airlines: [Share]
  /// The Gini coefficient of the airlines' mean delays: 0 all alike, towards 1 one bears all.
  let inequality: Double

  /// Of the planned arrivals of a board: the delay is the planned landing less the first expected one.
  init(_ flights: [BoardFlight]) {
    let planned = flights.filter { !$0.isDeparture && $0.planned != nil }
    all = Self.share("", planned)
    airlines = Dictionary(grouping: planned, by: \.airline).sorted { $0.key < $1.key }
      .map { Self.share($0.key, $0.value) }
    inequality = Self.gini(airlines.map(\.meanDelay_s))
  }

  private static func share(_ airline: String, _ flights: [BoardFlight]) -> Share {
    let delays = flights.map(\.delay_s).sorted()
    let shifts = flights.map(\.shift)
    let count = Double(max(1, flights.count))
    return Share(
      airline: airline, flights: flights.count,
      meanDelay_s: Double(delays.reduce(0, +)) / count,
      medianDelay_s: delays.isEmpty ? 0 : delays[(delays.count - 1) / 2],
      longestDelay_s: delays.last ?? 0, meanShift: Double(shifts.reduce(0, +)) / count,
      movedBack: shifts.filter { $0 > 0 }.count, movedForward: shifts.filter { $0 < 0 }.count)
  }

  /// The Gini coefficient of numbers that are not negative.
  static func gini(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let total = sorted.reduce(0, +)
    guard total > 0 else { return 0 }
    let count = sorted.count
    let weighted = sorted.enumerated().reduce(0.0) {
      $0 + Double(2 * ($1.offset + 1) - count - 1) * $1.element
    }
    return weighted / (Double(count) * total)
  }
}

extension BoardFlight {
  /// What it lands later than it was first expected, in seconds; sooner counts as none.
  var delay_s: Int64 { max(0, (planned ?? 0) - (firstTarget ?? planned ?? 0)) }
}

/// The landings of a day by airline.
struct BoardTally: Hashable, Sendable {
  /// The landings of one airline.
  struct Line: Hashable, Sendable {
    var landed: Int64 = 0
    var delay_s: Int64 = 0
    var longest_s: Int64 = 0
    /// The sum of places moved, and of their amounts.
    var shift: Int64 = 0
    var moved: Int64 = 0
  }

  /// The day; a new one begins with nothing.
  private(set) var day = ""
  private(set) var lines: [String: Line] = [:]

  init() {}

  /// Adds landings of a day.
  mutating func add(_ landed: [BoardFlight], on today: CivilDate) {
    if day != today.description {
      day = today.description
      lines = [:]
    }
    for flight in landed {
      var line = lines[flight.airline] ?? Line()
      line.landed += 1
      line.delay_s += flight.delay_s
      line.longest_s = max(line.longest_s, flight.delay_s)
      line.shift += flight.shift
      line.moved += abs(flight.shift)
      lines[flight.airline] = line
    }
  }

  var json: JSONValue {
    let all = lines.mapValues { line -> JSONValue in
      .array(
        [line.landed, line.delay_s, line.longest_s, line.shift, line.moved].map { .integer($0) })
    }
    return ["day": .string(day), "lines": .object(all)]
  }

  /// Reads ``json``.
  init(_ json: JSONValue?) {
    day = json?["day"]?.string ?? ""
    for (airline, row) in json?["lines"]?.object ?? [:] {
      let numbers = row.array?.compactMap(\.integer) ?? []
      guard numbers.count == 5 else { continue }
      lines[airline] = Line(
        landed: numbers[0], delay_s: numbers[1], longest_s: numbers[2], shift: numbers[3],
        moved: numbers[4])
    }
  }
}
