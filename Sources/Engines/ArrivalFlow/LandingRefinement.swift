import Commons

/// The search for many aircraft, guided by a relaxation of the whole.
extension LandingSolver {
  /// Raises the bound by prices, cuts the windows below the best cost, and searches what is left, each time
  /// wider. The nearer bound and best cost come to each other, the smaller the windows and the fewer the part
  /// sequences that can still be better.
  mutating func relax(_ relaxation: LandingRelaxation) throws(Problem) {
    var relaxation = relaxation
    var width = 200
    while isOpen, width < 2 * LandingSearch.widest {
      rise(&relaxation)
      spend(3 * relaxation.work)
      let fits = relaxation.cut(below: limit)
      try settle(.init(best: nil, lost: fits ? relaxation.bound : limit), below: limit)
      // Distances beyond neighbours are what such a problem is about, and prices know nothing of them.
      guard fits, isOpen, !model.hasDetours else { return }
      search.narrow(to: LandingModel(problem, windows: relaxation.windows), relaxation.outlook)
      try settle(
        search.run(
          from: 0, to: model.count, below: limit, width: min(width, LandingSearch.widest),
          span: model.count),
        below: limit)
      width *= 2
    }
  }

  /// Raises the bound as long as that closes a tenth of the gap.
  private mutating func rise(_ relaxation: inout LandingRelaxation) {
    while isOpen {
      let gap = limit - relaxation.bound
      let rounds = min(50, search.stepsLeft / relaxation.work + 1)
      relaxation.rise(below: limit, rounds: rounds, while: search.goesOn)
      spend(rounds * relaxation.work)
      guard (limit - relaxation.bound) * 10 < gap * 9 else { return }
    }
  }

  private mutating func spend(_ work: Int) {
    search.stepsLeft -= min(search.stepsLeft, work)
  }
}
