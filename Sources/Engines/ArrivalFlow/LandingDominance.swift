extension LandingSearch {
  static func permutations(of count: Int) -> [[Int]] {
    var all: [[Int]] = [[]]
    // Beyond four runways trying all matchings costs more than it drops.
    guard count <= 4 else { return [Array(0..<count)] }
    for place in 0..<count {
      all = all.flatMap { head in
        (0...head.count).map { Array(head[..<$0]) + [place] + Array(head[$0...]) }
      }
    }
    return all
  }

  func isIn(_ label: Int, _ aircraft: Int) -> Bool {
    then.sets[label * model.words + aircraft >> 6] >> UInt64(aircraft & 63) & 1 == 1
  }

  /// Appends the sets, tails and curves of a new label after `parent`; its entry in `labels` comes later.
  mutating func add(_ aircraft: Int, _ parent: Int, _ runway: Int, _ curve: CostCurve, gap: Int) {
    let made = then.labels.count
    for word in 0..<model.words { then.sets.append(now.sets[parent * model.words + word]) }
    then.sets[made * model.words + aircraft >> 6] |= 1 << UInt64(aircraft & 63)
    let base = parent * model.runways
    for other in 0..<model.runways {
      guard other != runway else {
        then.curves.append(curve)
        then.tails.append(
          LandingLabels.Tail(
            aircraft: Int32(aircraft), trail: Int32(then.trails.count), trailCount: 0))
        continue
      }
      var copy = now.curves[base + other]
      let first = copy.first
      copy.first = then.pieces.count
      for piece in first..<first + copy.count { then.pieces.append(now.pieces[piece]) }
      then.curves.append(copy)
      var tail = now.tails[base + other]
      let trail = Int(tail.trail)
      tail.trail = Int32(then.trails.count)
      for earlier in trail..<trail + Int(tail.trailCount) {
        then.trails.append(now.trails[earlier])
      }
      then.tails.append(tail)
    }
    guard gap >= 0 else { return }
    let tail = now.tails[base + runway]
    let trail = then.trails.count
    func remember(_ earlier: Int32, _ age: Int) {
      guard age < model.detours[Int(earlier) * model.count + aircraft] else { return }
      then.trails.append(LandingLabels.Earlier(aircraft: earlier, age: age))
    }
    for earlier in now.trails[Int(tail.trail)..<Int(tail.trail + tail.trailCount)] {
      remember(earlier.aircraft, earlier.age + gap)
    }
    remember(tail.aircraft, gap)
    then.tails[made * model.runways + runway].trail = Int32(trail)
    then.tails[made * model.runways + runway].trailCount = Int32(then.trails.count - trail)
  }

  /// How long after the last landing on a runway an aircraft may land there; nil if it is free.
  func offset(_ runway: Int, _ aircraft: Int) -> Int? {
    let tail = then.tails[runway]
    guard tail.aircraft >= 0 else { return nil }
    var offset = model.gaps[Int(tail.aircraft) * model.count + aircraft]
    if tail.trailCount > 0 {
      for earlier in then.trails[Int(tail.trail)..<Int(tail.trail + tail.trailCount)] {
        offset = max(
          offset, model.gaps[Int(earlier.aircraft) * model.count + aircraft] - earlier.age)
      }
    }
    return offset
  }

  /// What the aircraft still to land cost at least after a label; nil if one of them comes too late.
  func ahead(_ label: Int, _ first: Int, _ reach: Int, end: Int) -> Int? {
    let base = label * model.runways
    var latestStart = Int.min
    for runway in 0..<model.runways {
      latestStart = max(latestStart, then.curves[base + runway].start)
    }
    var sum = 0
    var best = 0
    for place in first..<end {
      if place >= reach { best = max(best, sum + tailBounds[place]) }
      let aircraft = model.byTarget[place]
      if model.target[aircraft] >= latestStart + model.widestGap, place >= reach { return best }
      if isIn(label, aircraft) { continue }
      var ready = Int.max
      for runway in 0..<model.runways {
        guard let offset = offset(base + runway, aircraft) else {
          ready = .min
          break
        }
        ready = min(ready, then.curves[base + runway].start + offset)
      }
      ready = max(ready, latestStart)
      if ready > model.latest[aircraft] { return nil }
      if ready > model.target[aircraft] {
        sum += model.costs[aircraft].value(at: ready, model.costPieces)
      }
    }
    return max(best, sum)
  }

  /// Whether no other label of the same set makes this one needless; drops those that it makes so.
  mutating func survives(_ made: Int) -> Bool {
    let hash = then.labels[made].hash
    var other = then.head(hash)
    while other >= 0 {
      let index = Int(other)
      other = then.labels[index].next
      guard then.labels[index].isAlive, then.labels[index].hash == hash, haveOneSet(index, made)
      else { continue }
      if covers(index, made) { return false }
      if covers(made, index) { then.labels[index].isAlive = false }
    }
    return true
  }

  private func haveOneSet(_ a: Int, _ b: Int) -> Bool {
    for word in 0..<model.words
    where then.sets[a * model.words + word] != then.sets[b * model.words + word] { return false }
    return true
  }

  /// Whether `a` allows every completion of `b` at no greater cost.
  private func covers(_ a: Int, _ b: Int) -> Bool {
    guard then.labels[a].least <= then.labels[b].least else { return false }
    return permutations.contains { covers(a, b, $0) }
  }

  private func covers(_ a: Int, _ b: Int, _ permutation: [Int]) -> Bool {
    var excess = 0
    for runway in 0..<model.runways {
      let mine = a * model.runways + permutation[runway]
      let theirs = b * model.runways + runway
      switch delay(mine, theirs, from: Int(then.labels[b].opening)) {
      case .never: return false
      case .harmless: excess += then.curves[mine].least - then.curves[theirs].least
      case .by(let delay):
        guard
          let more = then.curves[mine].excess(
            delay: delay, then.pieces, over: then.curves[theirs], then.pieces)
        else { return false }
        excess += more
      }
    }
    return excess <= 0
  }

  private enum Delay {
    /// The runway hinders somebody whom the other does not.
    case never
    /// It hinders nobody.
    case harmless
    /// It is never worse than the other if its last landing is so much earlier.
    case by(Int)
  }

  private func delay(_ mine: Int, _ theirs: Int, from opening: Int) -> Delay {
    let (a, b) = (then.tails[mine], then.tails[theirs])
    if a.aircraft < 0 { return .harmless }
    if a.aircraft == b.aircraft, a.trailCount == 0, b.trailCount == 0 { return .by(0) }
    let label = mine / model.runways
    let end = then.curves[mine].leastAt
    var most: Int?
    for place in opening..<model.count {
      let aircraft = model.byEarliest[place]
      if model.earliest[aircraft] >= end + model.widestGap { break }
      if isIn(label, aircraft) { continue }
      guard let offset = offset(mine, aircraft), end + offset > model.earliest[aircraft] else {
        continue
      }
      guard let other = self.offset(theirs, aircraft) else { return .never }
      most = max(most ?? .min, offset - other)
    }
    guard let most else { return .harmless }
    // With several runways the order of landings across them must hold as well.
    return .by(model.runways > 1 ? max(0, most) : most)
  }
}
