/// What a relaxation says of the landings to come.
struct LandingOutlook {
  /// For class and place, what may follow a landing there.
  let onward: [LandingRelaxation.Onward]
  let classOf: [Int]
  let prices: [Int]
  /// The sum of all prices.
  let total: Int
  /// What the ways of a free runway cost at the least.
  let least: Int
  /// The time of place 0, and how many places there are.
  let origin: Int
  let span: Int
}

extension LandingRelaxation {
  /// What the tables say after ``cut(below:)``.
  var outlook: LandingOutlook {
    LandingOutlook(
      onward: onward, classOf: classOf, prices: prices, total: prices.reduce(0, +), least: least,
      origin: origin, span: span)
  }

  /// What a sweep costs, in steps of a search.
  var work: Int { (moments + span * classes * classes) / 32 + 1 }
}

/// Bounds of part sequences from the outlook.
extension LandingSearch {
  /// Raises the bound of a new label by the outlook for the aircraft still to land, and leaves out the landing
  /// times of its last aircraft at which the limit cannot be kept. False if none is left.
  mutating func look(
    _ outlook: LandingOutlook, _ label: inout LandingLabels.Label, _ made: Int, _ runway: Int,
    _ aircraft: Int
  ) -> Bool {
    label.prices -= outlook.prices[aircraft]
    let base = made * model.runways
    var rest = label.prices
    for other in 0..<model.runways where other != runway {
      rest +=
        then.tails[base + other].aircraft < 0
        ? outlook.least
        : times(outlook, base + other, made, rest: 0, most: .max)?.least ?? 0
    }
    let most = limit * LandingRelaxation.fine
    guard let kept = times(outlook, base + runway, made, rest: rest, most: most) else {
      return false
    }
    label.bound = max(label.bound, LandingRelaxation.units(kept.least))
    guard !model.hasDetours else { return true }
    label.least -= then.curves[base + runway].least
    then.curves[base + runway].keep(kept.low, kept.high, &then.pieces)
    label.least += then.curves[base + runway].least
    return label.least < limit
  }

  /// The first and last time of a curve at which it and what follows, with `rest`, cost less than `most`; and
  /// the least of that, in fine units.
  private func times(
    _ outlook: LandingOutlook, _ tail: Int, _ made: Int, rest: Int, most: Int
  ) -> (least: Int, low: Int, high: Int)? {
    let curve = then.curves[tail]
    let kind = outlook.classOf[Int(then.tails[tail].aircraft)]
    var at = kind * outlook.span + curve.start - outlook.origin
    var value = curve.value * LandingRelaxation.fine + rest
    var time = curve.start
    var place = curve.first
    var found: (least: Int, low: Int, high: Int)?
    while true {
      // Who has landed does not follow; that the tables know of two is enough.
      let way = outlook.onward[at]
      let hasLanded = way.aircraft >= 0 && isIn(made, Int(way.aircraft))
      let cost = value + (hasLanded ? way.second : way.best)
      if cost < most { found = (min(found?.least ?? cost, cost), found?.low ?? time, time) }
      // Later than its least time neither the curve nor what follows falls.
      guard time < curve.leastAt else { return found }
      if then.pieces[place].end <= time { place += 1 }
      value += then.pieces[place].slope * LandingRelaxation.fine
      time += 1
      at += 1
    }
  }
}
