/// A dynamic programme over part sequences, one aircraft longer in every layer. A label stands for all
/// landing times of its sequence at once (``CostCurve``), so times are never enumerated.
///
/// Labels of the same set of aircraft compete: one is dropped if another allows every completion at no
/// greater cost. Labels whose bound reaches the best known cost are dropped. If a layer is wider than
/// allowed, the most promising labels are kept and the least bound of the others is remembered: nothing
/// better than it can have been lost. Without such a cut the search is a proof.
struct LandingSearch {
  private(set) var model: LandingModel
  /// For each place in the order by target, what the aircraft from there on cost at least.
  var tailBounds: [Int]
  /// The most steps that may be taken.
  var stepsLeft: Int
  /// Whether there is still time; asked now and then.
  var goesOn: (() -> Bool)?
  private var isOver = false
  /// What all aircraft still to land cost at least; only for searches of all.
  private(set) var outlook: LandingOutlook?
  /// Where aircraft may stand in the sequence; nil for anywhere.
  var positions: PositionLimits?
  /// The runway of each aircraft that has no choice; empty if all have. Runways are then not alike.
  var runwayOf: [Int?] = [] {
    didSet {
      areAlike = runwayOf.allSatisfy { $0 == nil }
      permutations =
        areAlike ? LandingSearch.permutations(of: model.runways) : [Array(0..<model.runways)]
    }
  }
  private var areAlike = true
  private(set) var steps = 0

  var now = LandingLabels()
  var then = LandingLabels()
  private var path: [Step] = []
  private(set) var limit = 0
  private var lost = Int.max
  private(set) var permutations: [[Int]]

  struct Step {
    var parent: Int32
    var aircraft: Int32
    var runway: Int32
    /// The exact time since the last landing on the runway; −1 if any that is long enough.
    var gap: Int
    /// With no exact gap, the least.
    var least: Int
  }

  /// What a search found.
  struct Outcome {
    /// The landings in order, with the cost; nil if none costs less than asked.
    var best: (cost: Int, steps: [Step])?
    /// Nothing that costs less than this was overlooked; `Int.max` if nothing was.
    var lost: Int
  }

  /// As many labels of a length as memory has room for; what was found to be complete never had so many.
  static let widest = 200_000

  init(_ model: LandingModel, steps: Int) {
    self.model = model
    tailBounds = Array(repeating: 0, count: model.count + 1)
    stepsLeft = steps
    permutations = LandingSearch.permutations(of: model.runways)
  }

  /// Whether it may go on.
  var hasSteps: Bool { stepsLeft > 0 && !isOver }

  /// Goes on with smaller windows and a better outlook; bounds of parts no longer count.
  mutating func narrow(to model: LandingModel, _ outlook: LandingOutlook) {
    self.model = model
    self.outlook = outlook
    tailBounds = Array(repeating: 0, count: model.count + 1)
  }

  /// Looks for the cheapest sequence of the aircraft from place `from` up to `to` in the order by target,
  /// below `limit`, with at most `width` labels in a layer and aircraft taken at most `span` places ahead.
  mutating func run(from: Int, to: Int, below limit: Int, width: Int, span: Int) -> Outcome {
    self.limit = limit
    lost = .max
    path.removeAll(keepingCapacity: true)
    now.clear()
    begin(from: from, to: to)
    for length in 0..<(to - from) {
      then.clear()
      let order = chosen(width)
      guard !order.isEmpty else { return Outcome(best: nil, lost: lost) }
      for (index, label) in order.enumerated() {
        if index & 63 == 0, let goesOn, !goesOn() { isOver = true }
        guard hasSteps else {
          for other in order[index...] { lost = min(lost, now.labels[other].bound) }
          for other in then.labels where other.isAlive { lost = min(lost, other.bound) }
          return Outcome(best: nil, lost: lost)
        }
        expand(label, length: length, end: to, span: span)
      }
      swap(&now, &then)
    }
    let alive = now.labels.indices.filter { now.labels[$0].isAlive }
    guard let best = alive.min(by: { now.labels[$0].least < now.labels[$1].least }) else {
      return Outcome(best: nil, lost: lost)
    }
    var steps: [Step] = []
    var step = now.labels[best].step
    while step >= 0 {
      steps.append(path[Int(step)])
      step = path[Int(step)].parent
    }
    return Outcome(best: (now.labels[best].least, steps.reversed()), lost: lost)
  }

  private mutating func begin(from: Int, to: Int) {
    let n = model.count
    var label = LandingLabels.Label(
      bound: 0, least: 0, hash: 0, step: -1, next: -1, first: Int32(from), reach: Int32(from),
      opening: 0, isAlive: true)
    var set: [UInt64] = Array(repeating: 0, count: model.words)
    for place in 0..<n where place < from || place >= to {
      let aircraft = model.byTarget[place]
      set[aircraft >> 6] |= 1 << UInt64(aircraft & 63)
      label.hash ^= model.marks[aircraft]
    }
    label.prices = outlook?.total ?? 0
    now.labels.append(label)
    now.sets += set
    for _ in 0..<model.runways {
      now.curves.append(.idle)
      now.tails.append(.none)
    }
  }

  /// The labels to expand, by bound; where there are more than `width`, the bound of the rest is lost.
  private mutating func chosen(_ width: Int) -> [Int] {
    var order = now.labels.indices.filter { now.labels[$0].isAlive }
    let labels = now.labels
    order.sort { (labels[$0].bound, $0) < (labels[$1].bound, $1) }
    if order.count > width {
      lost = min(lost, labels[order[width]].bound)
      order.removeLast(order.count - width)
    }
    return order
  }

  private mutating func expand(_ parent: Int, length: Int, end: Int, span: Int) {
    let set = parent * model.words
    let first = Int(now.labels[parent].first)
    let forced = positions?.forced(at: length, set: set, in: now.sets)
    for place in first..<min(end, first + span) {
      let aircraft = model.byTarget[place]
      guard now.sets[set + aircraft >> 6] >> UInt64(aircraft & 63) & 1 == 0,
        isReady(aircraft, set)
      else { continue }
      if let positions {
        if let forced, forced != aircraft { continue }
        guard positions.allows(aircraft, at: length) else { continue }
      }
      land(aircraft, after: parent, end: end)
    }
    if first + span < end { lost = min(lost, now.labels[parent].bound) }
  }

  private func isReady(_ aircraft: Int, _ set: Int) -> Bool {
    for word in 0..<model.words
    where model.predecessors[aircraft * model.words + word] & ~now.sets[set + word] != 0 {
      return false
    }
    return true
  }

  private mutating func land(_ aircraft: Int, after parent: Int, end: Int) {
    let base = parent * model.runways
    var lower = Int.min
    // Aircraft are listed in the order of their landing, whatever the runway.
    for runway in 0..<model.runways { lower = max(lower, now.curves[base + runway].start) }
    let given = runwayOf.isEmpty ? nil : runwayOf[aircraft]
    for runway in 0..<model.runways where given ?? runway == runway {
      let tail = now.tails[base + runway]
      guard tail.aircraft >= 0 else {
        child(aircraft, parent, runway, gap: 0, isExact: false, lower: lower, end: end)
        // Of empty runways that are alike one is enough.
        if areAlike { break }
        continue
      }
      let leader = Int(tail.aircraft)
      var least = model.gaps[leader * model.count + aircraft]
      guard model.hasDetours else {
        child(aircraft, parent, runway, gap: least, isExact: false, lower: lower, end: end)
        continue
      }
      for earlier in now.trails[Int(tail.trail)..<Int(tail.trail + tail.trailCount)] {
        least = max(
          least, model.gaps[Int(earlier.aircraft) * model.count + aircraft] - earlier.age)
      }
      let free = freeGap(aircraft, parent, runway, least)
      child(aircraft, parent, runway, gap: free, isExact: false, lower: lower, end: end)
      for gap in stride(from: free - 1, through: least, by: -1) {
        child(aircraft, parent, runway, gap: gap, isExact: true, lower: lower, end: end)
      }
    }
  }

  /// The time from the last landing on the runway after which it hinders nobody beyond the next.
  private func freeGap(_ aircraft: Int, _ parent: Int, _ runway: Int, _ least: Int) -> Int {
    let n = model.count
    let curve = now.curves[parent * model.runways + runway]
    let tail = now.tails[parent * model.runways + runway]
    var free = least
    let trail = now.trails[Int(tail.trail)..<Int(tail.trail + tail.trailCount)]
    guard
      model.detours[Int(tail.aircraft) * n + aircraft] > least
        || trail.contains(where: {
          model.detours[Int($0.aircraft) * n + aircraft] - $0.age > least
        })
    else { return free }
    for other in model.byEarliest {
      if model.earliest[other] >= curve.end + model.widestGap { break }
      guard other != aircraft,
        now.sets[parent * model.words + other >> 6] >> UInt64(other & 63) & 1 == 0
      else { continue }
      let own = model.gaps[aircraft * n + other]
      let gap = model.gaps[Int(tail.aircraft) * n + other]
      if curve.end + gap > model.earliest[other] { free = max(free, gap - own) }
      for earlier in trail {
        let gap = model.gaps[Int(earlier.aircraft) * n + other] - earlier.age
        if curve.end + gap > model.earliest[other] { free = max(free, gap - own) }
      }
    }
    return free
  }

  private mutating func child(
    _ aircraft: Int, _ parent: Int, _ runway: Int, gap: Int, isExact: Bool, lower: Int, end: Int
  ) {
    steps += 1
    stepsLeft -= 1
    let before = now.curves[parent * model.runways + runway]
    let mark = (pieces: then.pieces.count, trails: then.trails.count)
    guard
      let curve = before.appending(
        gap: gap, isExact: isExact, now.pieces, own: model.costs[aircraft], model.costPieces,
        lower: lower, keepsRise: model.hasDetours, into: &then.pieces)
    else { return }
    let others = now.labels[parent].least - before.least
    guard others + curve.least < limit else {
      return then.pieces.removeLast(then.pieces.count - mark.pieces)
    }
    let made = then.labels.count
    add(aircraft, parent, runway, curve, gap: isExact ? gap : -1)
    var label = now.labels[parent]
    label.hash ^= model.marks[aircraft]
    label.reach = max(label.reach, Int32(model.place[aircraft] + 1))
    label.least = others + curve.least
    while Int(label.first) < end, isIn(made, model.byTarget[Int(label.first)]) { label.first += 1 }
    while Int(label.opening) < model.count, isIn(made, model.byEarliest[Int(label.opening)]) {
      label.opening += 1
    }
    guard let rest = ahead(made, Int(label.first), Int(label.reach), end: end),
      label.least + rest < limit
    else { return drop(mark) }
    then.curves[made * model.runways + runway].trim(
      to: limit - 1 - others - rest, &then.pieces)
    label.bound = max(label.bound, label.least + rest)
    if let outlook, !look(outlook, &label, made, runway, aircraft) { return drop(mark) }
    then.labels.append(label)
    guard survives(made) else {
      then.labels.removeLast()
      return drop(mark)
    }
    path.append(
      Step(
        parent: label.step, aircraft: Int32(aircraft), runway: Int32(runway),
        gap: isExact ? gap : -1, least: gap))
    then.labels[made].step = Int32(path.count - 1)
    then.enter(made)
  }

  /// Takes back what was appended for a label that is not wanted.
  private mutating func drop(_ mark: (pieces: Int, trails: Int)) {
    then.pieces.removeLast(then.pieces.count - mark.pieces)
    then.trails.removeLast(then.trails.count - mark.trails)
    then.sets.removeLast(model.words)
    then.curves.removeLast(model.runways)
    then.tails.removeLast(model.runways)
  }
}
