import Commons

/// What hours of random traffic on a procedure give.
public struct MergeStatistics: Sendable {
  /// Hours that were drawn.
  public private(set) var hours = 0
  /// Aircraft that landed.
  public private(set) var landed = 0
  /// Hours in which some aircraft needed more delay than its arc has.
  public private(set) var runOutHours = 0
  /// Such aircraft.
  public private(set) var runOuts = 0
  /// Hours whose sequence is proved best within the allowed moves.
  public private(set) var proved = 0
  /// Delays in whole seconds by how many aircraft had them; the last place holds all that are longer.
  public private(set) var delays = Array(repeating: 0, count: 7201)
  /// The sum of the shares of their arc that aircraft fly.
  public private(set) var arcUse = 0.0
  /// The sum over hours of landings an hour, from the first landing to the last.
  public private(set) var rates = 0.0
  /// Seconds that aircraft wait before their entry because all levels are taken.
  public private(set) var held = 0.0

  /// Nothing yet.
  public init() {}

  /// Adds an hour.
  public mutating func add(_ plan: MergePlan, _ tables: MergeTables) {
    hours += 1
    landed += plan.flights.count
    proved += plan.isBest ? 1 : 0
    let late = plan.flights.filter { $0.along_m == nil }.count
    runOuts += late
    runOutHours += late > 0 ? 1 : 0
    for flight in plan.flights {
      let arc = tables.scenario.merge.arcs[flight.entry.arc]
      delays[min(delays.count - 1, max(0, Int(flight.landing - flight.earliest)))] += 1
      arcUse += min(1, (flight.along_m ?? arc.length_m) / arc.length_m)
      held += flight.entered - flight.entry.time
    }
    let times = plan.flights.map(\.landing)
    if let first = times.min(), let last = times.max(), last > first {
      rates += Double(plan.flights.count - 1) * 3600 / (last - first)
    }
  }

  /// The delay that a share of the aircraft does not exceed, in seconds.
  public func delay(share: Double) -> Int {
    var left = Int((share * Double(landed)).rounded(.up))
    for (delay, count) in delays.enumerated() {
      left -= count
      if left <= 0 { return delay }
    }
    return delays.count - 1
  }

  /// The mean delay in seconds.
  public var meanDelay: Double {
    let sum = delays.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    return Double(sum) / Double(max(1, landed))
  }

  /// Landings an hour while there are any, the mean of the hours.
  public var throughput: Double { rates / Double(max(1, hours)) }
  /// The mean share of their arc that aircraft fly.
  public var meanArcUse: Double { arcUse / Double(max(1, landed)) }
}

extension MergeTables {
  /// One hour of random traffic, sequenced; without the points of its flights.
  ///
  /// - Parameter width: The most part sequences kept of one length.
  public func hour(_ random: inout SeededRandom, width: Int = 200) throws(Problem) -> MergePlan {
    let entries = draw(scenario.hourly, seconds: 3600, random: &random)
    return try plan(entries, mayHold: true, width: width)
  }
}
