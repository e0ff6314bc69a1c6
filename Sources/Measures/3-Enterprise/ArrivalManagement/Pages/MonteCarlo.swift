import ArrivalFlow
import Commons

/// Hours of random traffic on a procedure of an airport, sequenced, and what came of them. The same wish always gives
/// the same run; `tequ arrivals simulate` gives the same figures for the scenario that the page offers.
struct MonteCarloRun: Sendable {
  /// What is asked for.
  struct Wish: Hashable, Sendable {
    let airport: String
    /// The runway whose procedure it is.
    let runway: String
    /// Aircraft drawn within each hour.
    let hourly: Int
    let hours: Int
    let seed: UInt64
    /// The most places an aircraft may move.
    let shift: Int
  }

  /// What one airline of the simulation bore in all hours.
  struct Line: Sendable {
    var flights = 0
    var delay_s = 0.0
    var shift = 0
  }

  let wish: Wish
  private(set) var statistics = MergeStatistics()
  /// Aircraft by whole minutes of delay; the last place holds all from there on.
  private(set) var delays = Array(repeating: 0, count: 31)
  /// Aircraft by tenths of their arc; the last are those that need more.
  private(set) var arcs = Array(repeating: 0, count: 11)
  /// Hours by landings an hour.
  private(set) var rates: [Int: Int] = [:]
  /// Aircraft by places moved.
  private(set) var shifts: [Int: Int] = [:]
  private(set) var airlines: [String: Line] = [:]
  private(set) var inequality = 0.0

  /// Runs it.
  ///
  /// - Throws: ``Problem`` 422 if the procedure cannot be flown.
  init(_ wish: Wish, _ tables: MergeTables) throws(Problem) {
    self.wish = wish
    var random = SeededRandom(seed: wish.seed)
    for _ in 0..<wish.hours { add(try tables.hour(&random), tables) }
    inequality /= Double(max(1, wish.hours))
  }

  private mutating func add(_ plan: MergePlan, _ tables: MergeTables) {
    statistics.add(plan, tables)
    inequality += plan.fairness.inequality
    for flight in plan.flights {
      let delay = max(0, flight.landing - flight.earliest)
      delays[min(delays.count - 1, Int(delay / 60))] += 1
      shifts[flight.shift, default: 0] += 1
      let whole = tables.scenario.merge.arcs[flight.entry.arc].length_m
      arcs[flight.along_m.map { min(9, Int($0 / whole * 10)) } ?? 10] += 1
      var line = airlines[flight.entry.airline] ?? Line()
      line.flights += 1
      line.delay_s += delay
      line.shift += flight.shift
      airlines[flight.entry.airline] = line
    }
    let times = plan.flights.map(\.landing)
    if let first = times.min(), let last = times.max(), last > first {
      let rate = Double(plan.flights.count - 1) * 3600 / (last - first)
      rates[Int(rate.rounded()), default: 0] += 1
    }
  }
}
