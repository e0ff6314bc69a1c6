/// A problem laid out for the search: flat tables, an order by target time, and who must land before whom.
struct LandingModel {
  let problem: LandingProblem
  let count: Int
  let runways: Int
  /// Words of a set of aircraft.
  let words: Int
  let earliest: [Int]
  /// The earliest time at which each aircraft costs least.
  let target: [Int]
  let latest: [Int]
  /// Row after row, the leader's row.
  let gaps: [Int]
  let widestGap: Int
  /// What each aircraft costs over its window beyond its least cost.
  let costs: [CostCurve]
  let costPieces: [CostPiece]
  /// The sum of the least costs.
  let base: Int
  /// Aircraft by target time, and where each stands in that order.
  let byTarget: [Int]
  let place: [Int]
  /// Aircraft by earliest time.
  let byEarliest: [Int]
  /// For each aircraft the set of those that some optimum lands no later.
  let predecessors: [UInt64]
  /// Whether an aircraft between two others can be too short a distance: the triangle inequality fails.
  let hasDetours: Bool
  /// Only then: after this time from the row's aircraft to the column's, the first hinders nobody beyond
  /// the second.
  let detours: [Int]
  /// A number for each aircraft; a set's hash is their exclusive or.
  let marks: [UInt64]

  /// - Parameters:
  ///   - ordersAlike: Whether ``predecessors`` are looked for.
  ///   - windows: Smaller windows, if every schedule that is still looked for keeps them.
  init(
    _ problem: LandingProblem, ordersAlike: Bool = true, windows: [ClosedRange<Int>]? = nil
  ) {
    let n = problem.count
    self.problem = problem
    count = n
    runways = problem.runways
    words = (n + 63) / 64
    let windows = windows ?? problem.arrivals.map { $0.earliest...$0.latest }
    earliest = windows.map(\.lowerBound)
    latest = windows.map(\.upperBound)
    gaps = problem.separations
    var widest = 0
    for a in 0..<n { for b in 0..<n where a != b { widest = max(widest, gaps[a * n + b]) } }
    widestGap = widest
    var pieces: [CostPiece] = []
    var unused: [CostPiece] = []
    let leasts = problem.arrivals.map {
      CostCurve($0, $0.earliest...$0.latest, into: &unused).least
    }
    base = leasts.reduce(0, +)
    var costs = problem.arrivals.indices.map {
      CostCurve(problem.arrivals[$0], windows[$0], into: &pieces)
    }
    for index in costs.indices {
      costs[index].value -= leasts[index]
      costs[index].least -= leasts[index]
    }
    self.costs = costs
    costPieces = pieces
    let target = costs.map(\.leastAt)
    self.target = target
    byTarget = (0..<n).sorted { (target[$0], $0) < (target[$1], $1) }
    var place = Array(repeating: 0, count: n)
    for (index, aircraft) in byTarget.enumerated() { place[aircraft] = index }
    self.place = place
    let earliest = earliest
    byEarliest = (0..<n).sorted { (earliest[$0], $0) < (earliest[$1], $1) }
    hasDetours = LandingModel.hasDetours(gaps, n)
    detours = hasDetours ? LandingModel.detours(gaps, n) : []
    predecessors =
      ordersAlike
      ? LandingModel.predecessors(problem, words) : Array(repeating: 0, count: n * words)
    var state: UInt64 = 0x5DEE_CE66_D1CE_4E5B
    marks = (0..<n).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static func hasDetours(_ gaps: [Int], _ n: Int) -> Bool {
    // Only a pair that is wider than the least ways out of its first and into its second can have one.
    var out = Array(repeating: Int.max, count: n)
    var into = out
    for a in 0..<n {
      for b in 0..<n where a != b {
        out[a] = min(out[a], gaps[a * n + b])
        into[b] = min(into[b], gaps[a * n + b])
      }
    }
    for a in 0..<n {
      for c in 0..<n where a != c && gaps[a * n + c] > out[a] + into[c] {
        for b in 0..<n where b != a && b != c && gaps[a * n + c] > gaps[a * n + b] + gaps[b * n + c]
        {
          return true
        }
      }
    }
    return false
  }

  private static func detours(_ gaps: [Int], _ n: Int) -> [Int] {
    var most = Array(repeating: 0, count: n * n)
    for a in 0..<n {
      for b in 0..<n where a != b {
        for c in 0..<n where c != a && c != b {
          most[a * n + b] = max(most[a * n + b], gaps[a * n + c] - gaps[b * n + c])
        }
      }
    }
    return most
  }

  // Two aircraft that keep the same distances to all others can change places. If that never costs
  // more, one order is enough: the sum of their costs is then least with the earlier first (the
  // difference of their costs never falls over the times that both can use).
  private static func predecessors(_ problem: LandingProblem, _ words: Int) -> [UInt64] {
    let n = problem.count
    var sets: [UInt64] = Array(repeating: 0, count: n * words)
    for a in 0..<n {
      for b in 0..<n
      where a != b && isExchangeable(problem, a, b)
        && !(a > b && isExchangeable(problem, b, a))
      {
        sets[b * words + a >> 6] |= 1 << UInt64(a & 63)
      }
    }
    return sets
  }

  /// Whether `first` may be asked to land no later than `second`.
  private static func isExchangeable(
    _ problem: LandingProblem, _ first: Int, _ second: Int
  ) -> Bool {
    let (a, b) = (problem.arrivals[first], problem.arrivals[second])
    guard a.earliest <= b.earliest, a.latest <= b.latest,
      problem.separation(first, second) <= problem.separation(second, first)
    else { return false }
    for other in 0..<problem.count where other != first && other != second {
      guard problem.separation(first, other) == problem.separation(second, other),
        problem.separation(other, first) == problem.separation(other, second)
      else { return false }
    }
    let cuts = [a.target, b.target, a.announced?.time ?? a.target, b.announced?.time ?? b.target]
    let inner = cuts.filter { b.earliest < $0 && $0 < a.latest }
    let times = ([b.earliest, a.latest] + inner).sorted()
    guard b.earliest < a.latest else { return true }
    var before = Int.min
    for time in times {
      let difference = a.cost(at: time) - b.cost(at: time)
      guard difference >= before else { return false }
      before = difference
    }
    return true
  }
}
