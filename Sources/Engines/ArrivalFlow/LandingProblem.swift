import Commons

/// One aircraft on its way to the runway.
public struct Arrival: Hashable, Sendable {
  /// What it costs to land at a moment: nothing at the target, and for each unit of time before or after it
  /// a rate. Within a stretch the rate is constant; further from the target it never falls.
  public struct Penalty: Hashable, Sendable {
    /// Cost units for each unit of time before the target.
    public let early: Int
    /// Cost units for each unit of time after it.
    public let late: Int
    /// Rates.
    public init(early: Int, late: Int) {
      self.early = early
      self.late = late
    }
  }

  /// A time that is wished, and what leaving it costs.
  public struct Wish: Hashable, Sendable {
    /// The time.
    public let time: Int
    /// The rates.
    public let penalty: Penalty
    /// A wish.
    public init(_ time: Int, _ penalty: Penalty) {
      self.time = time
      self.penalty = penalty
    }
  }

  /// The earliest landing, in units of time.
  public let earliest: Int
  /// The preferred landing.
  public let target: Int
  /// The latest landing.
  public let latest: Int
  /// What leaving the target costs.
  public let penalty: Penalty
  /// A second wish with its own rates, such as a time that was already announced.
  public let announced: Wish?

  /// An aircraft with its window and what leaving the target costs.
  public init(
    earliest: Int, target: Int, latest: Int, penalty: Penalty,
    announced: Wish? = nil
  ) {
    self.earliest = earliest
    self.target = target
    self.latest = latest
    self.penalty = penalty
    self.announced = announced
  }

  /// The cost of landing at a moment, in cost units.
  public func cost(at time: Int) -> Int {
    func cost(_ wish: Int, _ penalty: Penalty) -> Int {
      time < wish ? (wish - time) * penalty.early : (time - wish) * penalty.late
    }
    return cost(target, penalty) + (announced.map { cost($0.time, $0.penalty) } ?? 0)
  }
}

/// The static aircraft landing problem (Beasley, Krishnamoorthy, Sharaiha and Abramson 2000): a time
/// and a runway for each aircraft within its window, so that every pair on one runway is separated and
/// the sum of the penalties is least. Aircraft on different runways do not hinder each other.
///
/// Times and costs are whole numbers of a unit, so that every result is exact. With whole times and
/// separations some optimum has whole times: for a given order the constraints are differences.
public struct LandingProblem: Hashable, Sendable {
  /// How whole numbers are read: a time of 15 with a scale of 10 means 1.5.
  public struct Scale: Hashable, Sendable {
    /// Units of time in one.
    public let time: Int
    /// Units of penalty rate in one; a cost unit is the product of both.
    public let rate: Int
    /// Scales, both at least 1.
    public init(time: Int = 1, rate: Int = 1) {
      self.time = time
      self.rate = rate
    }
  }

  /// The aircraft.
  public let arrivals: [Arrival]
  /// Row after row: the least time from the landing of the row's aircraft to that of the column's, if
  /// they use one runway in this order. The triangle inequality need not hold.
  public let separations: [Int]
  /// How many runways there are.
  public let runways: Int
  /// How the numbers are read.
  public let scale: Scale

  /// A problem, checked.
  ///
  /// - Throws: ``Problem`` 422 that names each aircraft whose window, rates or separations cannot be.
  public init(
    arrivals: [Arrival], separations: [Int], runways: Int, scale: Scale = Scale()
  ) throws(Problem) {
    self.arrivals = arrivals
    self.separations = separations
    self.runways = runways
    self.scale = scale
    let faults = self.faults()
    guard faults.isEmpty else { throw Problem.invalid(Array(faults.prefix(20))) }
  }

  /// How many aircraft there are.
  public var count: Int { arrivals.count }

  /// The least time between two landings on one runway.
  public func separation(_ leader: Int, _ follower: Int) -> Int {
    separations[leader * count + follower]
  }

  /// The same aircraft with another number of runways.
  public func with(runways: Int) throws(Problem) -> LandingProblem {
    try LandingProblem(
      arrivals: arrivals, separations: separations, runways: runways, scale: scale)
  }

  /// A cost as it is written outside: 1234 units at a scale of 100 are 12.34.
  public func cost(_ units: Int) -> String { Decimal.text(units, scale: scale.time * scale.rate) }

  /// A time as it is written outside.
  public func time(_ units: Int) -> String { Decimal.text(units, scale: scale.time) }

  /// The largest count and magnitudes that are taken; sums then stay within 63 bits.
  public static let limits = (aircraft: 1000, runways: 8, time: 1 << 31, rate: 1 << 16)

  private func faults() -> [Problem.Field] {
    var found: [Problem.Field] = []
    func fault(_ pointer: String, _ zh: String, _ en: String) {
      found.append(Problem.Field(pointer, Phrase(zh, en: en)))
    }
    let limits = LandingProblem.limits
    if !(1...limits.runways).contains(runways) {
      fault("runways", "跑道数应为1至\(limits.runways)。", "Give 1 to \(limits.runways) runways.")
    }
    if !(1...limits.aircraft).contains(count) {
      fault(
        "arrivals", "航空器数应为1至\(limits.aircraft)。", "Give 1 to \(limits.aircraft) aircraft.")
    }
    if scale.time < 1 || scale.rate < 1 {
      fault("scale", "比例应不小于1。", "Scales are at least 1.")
    }
    guard separations.count == count * count else {
      fault(
        "separations", "间隔应有\(count)×\(count)个，现有\(separations.count)个。",
        "There must be \(count) × \(count) separations, not \(separations.count).")
      return found
    }
    for (index, arrival) in arrivals.enumerated() {
      for (zh, en) in LandingProblem.faults(of: arrival) {
        fault("arrivals/\(index + 1)", zh, en)
      }
      for other in 0..<count where other != index {
        let gap = separation(index, other)
        if gap < 0 || gap > limits.time {
          fault(
            "separations/\(index + 1)/\(other + 1)", "间隔\(gap)应为0至\(limits.time)。",
            "A separation of \(gap) must be 0 to \(limits.time).")
        }
      }
    }
    return found
  }

  private static func faults(of arrival: Arrival) -> [(String, String)] {
    var found: [(String, String)] = []
    if !(arrival.earliest <= arrival.target && arrival.target <= arrival.latest) {
      found.append(
        (
          "最早\(arrival.earliest)、目标\(arrival.target)、最晚\(arrival.latest)应依次不减。",
          "Earliest \(arrival.earliest), target \(arrival.target) and latest \(arrival.latest) must not"
            + " fall."
        ))
    }
    var times = [arrival.earliest, arrival.target, arrival.latest]
    var penalties = [arrival.penalty]
    if let announced = arrival.announced {
      times.append(announced.time)
      penalties.append(announced.penalty)
    }
    if times.contains(where: { $0.magnitude > limits.time }) {
      found.append(("时间不得超出±\(limits.time)。", "Times must be within ±\(limits.time)."))
    }
    if penalties.contains(where: {
      !(0...limits.rate).contains($0.early) || !(0...limits.rate).contains($0.late)
    }) {
      found.append(("费率应为0至\(limits.rate)。", "Rates must be 0 to \(limits.rate)."))
    }
    return found
  }
}

/// Decimal fractions as whole numbers of a power of ten.
enum Decimal {
  /// `1234` at a scale of 100 is `12.34`; zeros at the end are left out.
  static func text(_ units: Int, scale: Int) -> String {
    let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: UInt(scale))
    let sign = units < 0 ? "-" : ""
    guard rest > 0 else { return sign + String(whole) }
    var digits = ""
    var left = rest
    // A scale that is no power of ten cannot be reached from a file; six digits then do.
    for _ in 0..<18 where left > 0 {
      let (digit, remainder) = (left * 10).quotientAndRemainder(dividingBy: UInt(scale))
      digits.append(String(digit))
      left = remainder
    }
    return sign + String(whole) + "." + digits
  }
}
