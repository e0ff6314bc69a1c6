/// A lower bound for all aircraft at once, and how far from it each may land (Lagrangian relaxation, Held and
/// Karp 1970; for one machine Abdul-Razaq and Potts 1988).
///
/// That each aircraft lands exactly once is given up for a price that is paid for landing it. What is left is
/// a cheapest way through times and classes of aircraft with the same distances, found by one sweep over the
/// times; no aircraft follows itself. Whatever the prices, no schedule costs less than the ways on all runways
/// and the prices together. Prices rise for those that no way lands and fall for those that one lands twice.
///
/// Only distances between neighbours count here, so the triangle inequality need not hold.
struct LandingRelaxation {
  /// The cheapest way from a class and place on: its cost, and who lands first on it and where.
  struct Way {
    var cost: Int
    var aircraft: Int32
    var place: Int32

    static let none = Way(cost: .max / 4, aircraft: -1, place: -1)
  }

  /// What may follow a landing at a place: the cost of the cheapest way, with whom it begins, and the cost of
  /// the cheapest that begins with another. None at all costs nothing.
  struct Onward {
    var best: Int
    var aircraft: Int32
    var second: Int

    @inline(__always)
    func cost(after aircraft: Int) -> Int { Int(self.aircraft) == aircraft ? second : best }
  }

  /// Costs here are so many times finer than cost units, so that prices can be.
  static let fine = 64
  /// As many moments of all windows together as memory and time allow.
  static let most = 8_000_000
  /// The largest sum of costs for which sums of prices stay within 63 bits.
  static let dearest = 1 << 36

  let runways: Int
  let count: Int
  let classes: Int
  let classOf: [Int]
  /// From class to class, the leader's row.
  let gaps: [Int]
  /// The same, the follower's row.
  private let gapsBack: [Int]
  /// The time of place 0, and how many places there are.
  let origin: Int
  let span: Int
  /// The window of each aircraft, which ``cut(below:)`` makes smaller; by places.
  private(set) var opening: [Int]
  private(set) var closing: [Int]
  /// What each aircraft costs from its first place on, one after the other.
  private var costs: [Int]
  private let starts: [Int]
  /// What landing each aircraft earns.
  private(set) var prices: [Int]
  /// The bound that these prices give, in fine units.
  private(set) var value = Int.min
  /// What the ways on one runway cost at the least.
  private(set) var least = 0
  /// For class and place, the ways that begin no earlier (backwards) or end no later (forwards).
  private var ways: [Way]
  /// The second best of those, that begin with another aircraft.
  private var others: [Way]
  /// For class and place, what may follow.
  private(set) var onward: [Onward]

  /// Nil if the windows are too wide for tables or costs too large, or if two may land at one moment on one runway: a way could
  /// then go round in circles without time going by.
  init?(_ model: LandingModel) {
    let n = model.count
    let first = model.earliest.min() ?? 0
    let last = model.latest.max() ?? 0
    let moments = (0..<n).reduce(0) { $0 + model.latest[$1] - model.earliest[$1] + 1 }
    let (classOf, gaps) = LandingRelaxation.classes(model)
    let classes = classOf.isEmpty ? 0 : (classOf.max() ?? 0) + 1
    guard gaps.allSatisfy({ $0 > 0 }), model.ceiling <= LandingRelaxation.dearest,
      moments <= LandingRelaxation.most,
      last - first < LandingRelaxation.most,
      (last - first + 1) * classes * classes <= 8 * LandingRelaxation.most
    else { return nil }
    runways = model.runways
    count = n
    self.classes = classes
    self.classOf = classOf
    self.gaps = gaps
    gapsBack = (0..<classes * classes).map { gaps[$0 % classes * classes + $0 / classes] }
    origin = first
    span = last - first + 1
    opening = model.earliest.map { $0 - first }
    closing = model.latest.map { $0 - first }
    var costs: [Int] = []
    costs.reserveCapacity(moments)
    var starts: [Int] = []
    for aircraft in 0..<n {
      // A place of the table is found by adding a place of time.
      starts.append(costs.count - opening[aircraft])
      model.costs[aircraft].appendValues(to: &costs, model.costPieces, LandingRelaxation.fine)
    }
    self.costs = costs
    self.starts = starts
    prices = Array(repeating: 0, count: n)
    ways = Array(repeating: .none, count: classes * span)
    others = ways
    onward = Array(repeating: Onward(best: 0, aircraft: -1, second: 0), count: classes * span)
  }

  /// Aircraft that keep the same distances to all others, as numbers, and the distances between them.
  private static func classes(_ model: LandingModel) -> ([Int], [Int]) {
    let n = model.count
    var classOf: [Int] = []
    var examples: [Int] = []
    for aircraft in 0..<n {
      let same = examples.firstIndex { example in
        (0..<n).allSatisfy { other in
          other == aircraft || other == example
            || model.gaps[aircraft * n + other] == model.gaps[example * n + other]
              && model.gaps[other * n + aircraft] == model.gaps[other * n + example]
        }
      }
      classOf.append(same ?? examples.count)
      if same == nil { examples.append(aircraft) }
    }
    let count = examples.count
    var gaps = Array(repeating: Int.max, count: count * count)
    for a in 0..<n {
      for b in 0..<n where a != b {
        let place = classOf[a] * count + classOf[b]
        gaps[place] = min(gaps[place], model.gaps[a * n + b])
      }
    }
    // An aircraft that is alone in its class does not follow itself; any distance will do.
    return (classOf, gaps.map { $0 == .max ? 1 : $0 })
  }
}

extension CostCurve {
  /// The values from the first time to the last, times a factor.
  func appendValues(to values: inout [Int], _ pieces: [CostPiece], _ factor: Int) {
    var value = value
    var at = start
    values.append(value * factor)
    for piece in pieces[first..<first + count] {
      while at < piece.end {
        value += piece.slope
        at += 1
        values.append(value * factor)
      }
    }
  }
}

extension LandingRelaxation {
  /// What no schedule costs less than, in cost units.
  var bound: Int { value == .min ? 0 : max(0, LandingRelaxation.units(value)) }

  /// Fine units as cost units, rounded up: costs are whole.
  static func units(_ value: Int) -> Int {
    value <= 0 ? 0 : (value + fine - 1) / fine
  }

  /// Aircraft in the order in which a sweep meets them.
  private func met(forwards: Bool) -> [Int] {
    (0..<count).sorted {
      forwards
        ? (opening[$0], $0) < (opening[$1], $1) : (closing[$1], $0) < (closing[$0], $1)
    }
  }

  /// Fills the tables with the cheapest ways: backwards those that begin at a place or later, forwards those
  /// that end there or earlier.
  ///
  /// - Parameter visit: Is told each landing, with the cost of the ways that go on from it.
  mutating func sweep(forwards: Bool, visit: ((Int, Int, Int) -> Void)? = nil) {
    let order = met(forwards: forwards)
    let (span, classes) = (span, classes)
    ways.withUnsafeMutableBufferPointer { ways in
      others.withUnsafeMutableBufferPointer { others in
        onward.withUnsafeMutableBufferPointer { onward in
          var next = 0
          var open: [Int] = []
          for step in 0..<span {
            let place = forwards ? step : span - 1 - step
            for kind in 0..<classes {
              let at = kind * span + place
              ways[at] = step == 0 ? .none : ways[at + (forwards ? -1 : 1)]
              others[at] = step == 0 ? .none : others[at + (forwards ? -1 : 1)]
            }
            open.removeAll { forwards ? closing[$0] < place : opening[$0] > place }
            while next < count,
              forwards ? opening[order[next]] <= place : closing[order[next]] >= place
            {
              open.append(order[next])
              next += 1
            }
            for kind in 0..<classes {
              onward[kind * span + place] = LandingRelaxation.onward(
                kind, place, (classes, span), forwards ? gapsBack : gaps, forwards ? -1 : 1,
                UnsafeBufferPointer(ways), UnsafeBufferPointer(others))
            }
            for aircraft in open {
              let cost = costs[starts[aircraft] + place] - prices[aircraft]
              let at = classOf[aircraft] * span + place
              let goingOn = onward[at].cost(after: aircraft)
              visit?(aircraft, place, goingOn)
              LandingRelaxation.enter(
                Way(cost: cost + goingOn, aircraft: Int32(aircraft), place: Int32(place)),
                &ways[at], &others[at])
            }
          }
        }
      }
    }
  }

  /// The cheapest way on from a landing of a class, which may be none, and the cheapest that begins with
  /// another aircraft.
  @inline(__always)
  private static func onward(
    _ kind: Int, _ place: Int, _ size: (classes: Int, span: Int), _ gaps: [Int], _ sign: Int,
    _ ways: UnsafeBufferPointer<Way>, _ others: UnsafeBufferPointer<Way>
  ) -> Onward {
    var found = Onward(best: 0, aircraft: -1, second: 0)
    for other in 0..<size.classes {
      let at = place + sign * gaps[kind * size.classes + other]
      guard at >= 0, at < size.span else { continue }
      let way = ways[other * size.span + at]
      if way.cost < found.best {
        found = Onward(
          best: way.cost, aircraft: way.aircraft,
          second: min(found.best, others[other * size.span + at].cost))
      } else {
        found.second = min(found.second, way.cost)
      }
    }
    return found
  }

  @inline(__always)
  private static func enter(_ way: Way, _ best: inout Way, _ other: inout Way) {
    guard way.cost < other.cost else { return }
    if way.cost < best.cost {
      if best.aircraft != way.aircraft { other = best }
      best = way
    } else if best.aircraft != way.aircraft {
      other = way
    }
  }

  /// How often the cheapest way of the last sweep, which must have been one backwards, lands each aircraft.
  private func visits() -> [Int] {
    var visits = Array(repeating: 0, count: count)
    var best = Way(cost: 0, aircraft: -1, place: -1)
    for kind in 0..<classes where ways[kind * span].cost < best.cost { best = ways[kind * span] }
    while best.aircraft >= 0 {
      let last = Int(best.aircraft)
      let place = Int(best.place)
      visits[last] += 1
      best = Way(cost: 0, aircraft: -1, place: -1)
      for kind in 0..<classes {
        let at = place + gaps[classOf[last] * classes + kind]
        guard at < span else { continue }
        var way = ways[kind * span + at]
        if Int(way.aircraft) == last { way = others[kind * span + at] }
        if way.cost < best.cost { best = way }
      }
    }
    return visits
  }

  /// What the ways on one runway cost at the least, after a sweep backwards.
  private var root: Int { min(0, (0..<classes).map { ways[$0 * span].cost }.min() ?? 0) }

  /// Looks for prices with a high bound (subgradients with the steps of Polyak 1969, smoothed).
  ///
  /// - Parameters:
  ///   - limit: A cost that some schedule has, in cost units.
  ///   - goesOn: Is asked before every round.
  mutating func rise(below limit: Int, rounds: Int, while goesOn: (() -> Bool)? = nil) {
    var best = (value: value, prices: prices)
    var exact = prices.map(Double.init)
    var direction = Array(repeating: 0.0, count: count)
    var factor = 1.0
    var idle = 0
    for _ in 0..<rounds where goesOn?() ?? true {
      sweep(forwards: false)
      let now = prices.reduce(runways * root, +)
      idle = now > best.value ? 0 : idle + 1
      if now > best.value { best = (now, prices) }
      if idle == 6 {
        idle = 0
        factor /= 1.5
      }
      let visits = visits()
      var square = 0.0
      for aircraft in 0..<count {
        let missing = Double(1 - runways * visits[aircraft])
        direction[aircraft] = missing + 0.7 * direction[aircraft]
        square += missing * missing
      }
      let missing = Double(limit * LandingRelaxation.fine - now)
      // Ways that land each aircraft once are an optimum.
      guard square > 0, missing > 0 else { break }
      for aircraft in 0..<count {
        exact[aircraft] += 0.5 * factor * missing / square * direction[aircraft]
        prices[aircraft] = Int(exact[aircraft].rounded())
      }
    }
    prices = best.prices
    value = best.value
  }

  /// Leaves out the moments at which no schedule that costs less than `limit` lands an aircraft. False if
  /// none is left for one of them: no schedule costs less.
  mutating func cut(below limit: Int) -> Bool {
    sweep(forwards: false)
    let least = root
    let back = onward
    let rest = prices.reduce((runways - 1) * least, +)
    let (costs, starts, prices) = (costs, starts, prices)
    var kept = costs
    var opening = self.opening.map { _ in Int.max }
    var closing = self.closing.map { _ in Int.min }
    let most = limit * LandingRelaxation.fine
    let (classOf, span) = (classOf, span)
    sweep(forwards: true) { aircraft, place, before in
      let after = back[classOf[aircraft] * span + place].cost(after: aircraft)
      let at = starts[aircraft] + place
      if before + after + costs[at] - prices[aircraft] + rest >= most {
        kept[at] = .max / 8
      } else {
        opening[aircraft] = min(opening[aircraft], place)
        closing[aircraft] = max(closing[aircraft], place)
      }
    }
    guard opening.allSatisfy({ $0 < .max }) else { return false }
    self.costs = kept
    self.opening = opening
    self.closing = closing
    settle()
    return true
  }

  /// Makes the tables fit the prices.
  mutating func settle() {
    sweep(forwards: false)
    least = root
    value = max(value, prices.reduce(runways * least, +))
  }

  /// What is left of the windows, as times.
  var windows: [ClosedRange<Int>] {
    (0..<count).map { opening[$0] + origin...closing[$0] + origin }
  }

  /// The moments that are left in all windows.
  var moments: Int { (0..<count).reduce(0) { $0 + closing[$1] - opening[$1] + 1 } }
}
