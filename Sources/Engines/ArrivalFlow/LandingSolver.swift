import Commons

/// What solving a landing problem gave.
public struct LandingSolution: Hashable, Sendable {
  /// The best schedule that was found.
  public let schedule: LandingSchedule
  /// What it costs, in cost units.
  public let cost: Int
  /// No schedule costs less than this.
  public let lowerBound: Int
  /// How many part sequences were looked at.
  public let steps: Int

  /// Whether no schedule is better.
  public var isProved: Bool { lowerBound >= cost }

  /// The share of the cost that is not proved to be needed, from 0 to 1.
  public var gap: Double { cost == 0 ? 0 : Double(cost - lowerBound) / Double(cost) }
}

/// Finds the cheapest schedule of a landing problem and proves it.
///
/// With few aircraft lower bounds come from parts: the aircraft from some target time on, solved on their
/// own, last ones first (Verfaillie, Lemaître and Schiex 1996); where that comes to all of them, they are
/// solved. With many, narrow searches give a schedule, searches of its neighbourhood improve it, and a
/// relaxation of the whole (``LandingRelaxation``) bounds what any schedule costs, cuts the windows, and
/// guides ever wider searches. What is left then is looked for without it. All is decided by counting
/// steps, unless a clock is asked for, so it can be repeated.
public struct LandingSolver {
  /// How much work is allowed and where.
  public struct Options: Hashable, Sendable {
    /// The most part sequences that are looked at.
    public var steps: Int
    /// The share of the steps that may go into lower bounds from parts, in hundredths.
    public var boundShare: Int
    /// With at most so many aircraft bounds from parts come first, with more the relaxation of the whole.
    public var few: Int
    /// Options.
    public init(steps: Int = 100_000_000, boundShare: Int = 50, few: Int = 64) {
      self.steps = steps
      self.boundShare = boundShare
      self.few = few
    }
  }

  let problem: LandingProblem
  let model: LandingModel
  private let options: Options
  var search: LandingSearch
  private(set) var best: (cost: Int, steps: [LandingSearch.Step])?
  /// What is looked for costs less.
  private(set) var limit: Int
  var lower = 0

  private init(_ problem: LandingProblem, _ options: Options, _ goesOn: (() -> Bool)?) {
    self.problem = problem
    self.options = options
    model = LandingModel(problem)
    search = LandingSearch(model, steps: options.steps)
    search.goesOn = goesOn
    limit = model.ceiling
  }

  /// Solves a problem.
  ///
  /// - Parameter goesOn: Is asked now and then whether there is still time; the best that was found by then is
  ///   the answer, with its bound. Without it only the steps count, and the same problem always has the
  ///   same answer.
  /// - Throws: ``Problem`` 422 if no schedule exists, or none was found within the steps or the time.
  public static func solve(
    _ problem: LandingProblem, _ options: Options = Options(), while goesOn: (() -> Bool)? = nil
  ) throws(Problem) -> LandingSolution {
    var solver = LandingSolver(problem, options, goesOn)
    do throws(Problem) { try solver.run() } catch {
      guard error == LandingSolver.impossible, let conflict = LandingConflict(problem) else {
        throw error
      }
      throw LandingSolver.impossible(conflict.fields(problem))
    }
    guard let best = solver.best else { throw LandingSolver.notFound(solver.search.steps) }
    let model = solver.model
    let schedule = model.schedule(best.steps)
    return LandingSolution(
      schedule: schedule, cost: schedule.cost(problem),
      lowerBound: min(solver.lower, best.cost) + model.base, steps: solver.search.steps)
  }

  private mutating func run() throws(Problem) {
    // Parts settle what is small at once. Where much is to land, the relaxation of the whole is far nearer
    // to the truth; but it knows only the distances of neighbours.
    let isMuch = model.count > options.few && !model.hasDetours
    var relaxation = isMuch ? LandingRelaxation(model) : nil
    if relaxation == nil { boundParts() }
    if best == nil { begin() }
    if isOpen, relaxation == nil { relaxation = LandingRelaxation(model) }
    if let relaxation { try relax(relaxation) }
    try prove()
  }

  /// A first schedule, quickly.
  private mutating func begin() {
    for width in [8, 64, 512] where best == nil {
      take(search.run(from: 0, to: search.model.count, below: limit, width: width, span: 24))
    }
    improve(width: 64, shift: 5)
  }

  private mutating func boundParts() {
    let parts = SegmentBounds(budget: search.stepsLeft / 100 * options.boundShare, &search)
    search.tailBounds = parts.bounds
    lower = parts.bounds[0]
    best = parts.whole
    limit = parts.whole?.cost ?? limit
  }

  var isOpen: Bool { search.hasSteps && best.map { $0.cost > lower } ?? true }

  private mutating func prove() throws(Problem) {
    var width = 256
    while isOpen {
      let before = (cost: best?.cost, steps: search.steps)
      try settle(
        search.run(
          from: 0, to: search.model.count, below: limit, width: width, span: search.model.count),
        below: limit)
      if before.cost != best?.cost { improve(width: 64, shift: 5) }
      try raise(max(1_000_000, search.steps - before.steps))
      width *= 4
    }
  }

  /// Complete searches below limits between the bound and the best cost, as long as each ends within
  /// its allowance.
  private mutating func raise(_ allowance: Int) throws(Problem) {
    while isOpen {
      let reserve = search.stepsLeft - min(search.stepsLeft, allowance)
      search.stepsLeft -= reserve
      let asked = lower + max(1, (limit - lower) / 4)
      let outcome = search.run(
        from: 0, to: search.model.count, below: asked, width: LandingSearch.widest,
        span: search.model.count)
      search.stepsLeft += reserve
      try settle(outcome, below: asked)
      if outcome.lost < asked { return }
    }
  }

  mutating func settle(
    _ outcome: LandingSearch.Outcome, below asked: Int
  ) throws(Problem) {
    take(outcome)
    lower = max(lower, min(outcome.lost, asked, limit))
    if lower >= model.ceiling { throw LandingSolver.impossible }
  }

  private mutating func take(_ outcome: LandingSearch.Outcome) {
    guard let found = outcome.best, found.cost < limit else { return }
    best = found
    limit = found.cost
  }

  /// Searches sequences near the best until none is better.
  private mutating func improve(width: Int, shift: Int) {
    while let current = best, search.hasSteps, current.cost > lower {
      look(near: current.steps.map { Int($0.aircraft) }, width: width, shift: shift)
      if best?.cost == current.cost { return }
    }
  }

  private mutating func look(near order: [Int], width: Int, shift: Int) {
    search.positions = PositionLimits(order, shift: shift)
    take(
      search.run(
        from: 0, to: search.model.count, below: limit, width: width, span: search.model.count))
    search.positions = nil
  }

  private static let impossible = impossible([])

  private static func impossible(_ fields: [Problem.Field]) -> Problem {
    let refused = Problem.refused("no-schedule", reason)
    return Problem(
      refused.slug, status: refused.status, title: refused.title, detail: reason, fields: fields)
  }

  private static let reason = Phrase(
    "没有可行的降落时刻：各航空器的时间窗和间隔无法同时满足。请增加跑道或放宽最晚时间。",
    en: "No schedule exists: the windows and separations cannot all be kept. Add a runway or allow"
      + " later landings.")

  private static func notFound(_ steps: Int) -> Problem {
    .refused(
      "no-schedule-found",
      Phrase(
        "在\(steps)步之内未找到可行的降落时刻。请增加步数、时间或跑道。",
        en:
          "No schedule was found within \(steps) steps. Allow more steps or time, or add a runway.")
    )
  }
}

extension LandingModel {
  /// More than any schedule costs beyond ``base``.
  var ceiling: Int {
    costs.reduce(1) { sum, cost in
      sum + max(cost.value, cost.value(at: cost.end, costPieces))
    }
  }
}

/// Lower bounds from parts of a problem. Leaving aircraft out never makes the others dearer, so the
/// optimum of any aircraft is a bound, and those of parts that share none add up.
///
/// Parts are stretches of the order by target time. The last stretch grows backwards, aircraft by
/// aircraft, each optimum being the bound for the next; when one is too hard, a new stretch begins.
struct SegmentBounds {
  /// For each place in the order by target, what the aircraft from there on cost at least.
  private(set) var bounds: [Int]
  /// The best of all aircraft together, if the last stretch came so far.
  private(set) var whole: (cost: Int, steps: [LandingSearch.Step])?

  init(budget: Int, _ search: inout LandingSearch) {
    let n = search.model.count
    bounds = Array(repeating: 0, count: n + 1)
    let start = search.stepsLeft
    var end = n
    var growth = 0
    for from in (0..<n).reversed() {
      let left = budget - (start - search.stepsLeft)
      guard left > 0 else {
        bounds[from] = bounds[from + 1]
        continue
      }
      for place in (from + 1)...n {
        search.tailBounds[place] = max(0, bounds[min(place, end)] - bounds[end])
      }
      search.tailBounds[from] = search.tailBounds[from + 1]
      let reserve = search.stepsLeft - min(search.stepsLeft, (left + 1) / 2)
      search.stepsLeft -= reserve
      var lower = search.tailBounds[from]
      var isSolved = false
      // Most aircraft add nothing, the others about as much as the last that did.
      var more = 1
      while !isSolved, search.hasSteps, lower < search.model.ceiling {
        let asked = search.tailBounds[from] + more
        let outcome = search.run(
          from: from, to: end, below: asked, width: LandingSearch.widest, span: n)
        isSolved = outcome.best != nil && outcome.lost == .max
        if isSolved, from == 0, end == n { whole = outcome.best }
        lower = max(lower, min(outcome.lost, asked, outcome.best?.cost ?? .max))
        if outcome.lost < asked { break }
        more = max(more * 3, growth / 2)
      }
      if isSolved, lower > search.tailBounds[from] { growth = lower - search.tailBounds[from] }
      search.stepsLeft += reserve
      bounds[from] = bounds[end] + lower
      if !isSolved { end = from }
    }
  }
}
