import Commons

/// Aircraft that cannot all land in their windows, none of which can be left out of the reason.
public struct LandingConflict: Hashable, Sendable {
  /// The aircraft, counted from 0; without any one of them the others can land.
  public let aircraft: [Int]
  /// Whether leaving out any of them was really found to help; if not, the steps did not suffice for all.
  public let isLeast: Bool

  /// Why a problem has no schedule; nil if it has one, or it takes too long to say.
  ///
  /// Aircraft are taken in the order of their latest times until they no longer fit, then those are left
  /// out again without which it still does not fit (deletion filter, Chinneck and Dravnieks 1991).
  ///
  /// - Parameter steps: The most part sequences that are looked at for each question.
  public init?(_ problem: LandingProblem, steps: Int = 50_000) {
    var isSure = true
    func fits(_ members: [Int]) -> Bool? {
      guard !members.isEmpty else { return true }
      return LandingConflict.fits(members, problem, steps: steps)
    }
    let order = problem.arrivals.indices.sorted {
      (problem.arrivals[$0].latest, $0) < (problem.arrivals[$1].latest, $1)
    }
    // Leaving aircraft out never hinders the others, so the shortest prefix that does not fit is found by
    // halving.
    var (low, high) = (0, order.count)
    guard fits(order) == false else { return nil }
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(Array(order[..<middle])) == false { high = middle } else { low = middle }
    }
    var members = Array(order[..<high])
    for aircraft in order[..<high] where members.count > 1 {
      let without = members.filter { $0 != aircraft }
      switch fits(without) {
      case false: members = without
      case true: break
      case nil: isSure = false
      }
    }
    aircraft = members.sorted()
    isLeast = isSure
  }

  /// Whether some aircraft can land in their windows; nil if the steps did not suffice to know.
  private static func fits(_ members: [Int], _ problem: LandingProblem, steps: Int) -> Bool? {
    let free = Arrival.Penalty(early: 0, late: 0)
    let arrivals = members.map {
      Arrival(
        earliest: problem.arrivals[$0].earliest, target: problem.arrivals[$0].earliest,
        latest: problem.arrivals[$0].latest, penalty: free)
    }
    let separations = members.flatMap { leader in
      members.map { $0 == leader ? 0 : problem.separation(leader, $0) }
    }
    guard
      let part = try? LandingProblem(
        arrivals: arrivals, separations: separations, runways: problem.runways)
    else { return nil }
    let model = LandingModel(part)
    var search = LandingSearch(model, steps: steps)
    for width in [8, LandingSearch.widest] {
      let outcome = search.run(
        from: 0, to: model.count, below: model.ceiling, width: width, span: model.count)
      if outcome.best != nil { return true }
      if outcome.lost == .max { return false }
    }
    return nil
  }

  /// What to say of each aircraft.
  func fields(_ problem: LandingProblem) -> [Problem.Field] {
    let numbers = aircraft.map { String($0 + 1) }
    return aircraft.prefix(20).map { index in
      let arrival = problem.arrivals[index]
      let window = (problem.time(arrival.earliest), problem.time(arrival.latest))
      let others = numbers.filter { $0 != String(index + 1) }
      return Problem.Field(
        "arrivals/\(index + 1)",
        Phrase(
          "第\(index + 1)架只能在\(window.0)至\(window.1)降落，与第\(others.joined(separator: "、"))架的时间窗和间隔不能同时满足。",
          en: "Aircraft \(index + 1) can land from \(window.0) to \(window.1) only; with aircraft"
            + " \(others.joined(separator: ", ")) windows and separations cannot all be kept."))
    }
  }
}
