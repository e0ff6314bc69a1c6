/// A dynamic programme over the window of places that position limits leave open: a state is the first
/// movement that has not been placed, and which of the next ones have been, as bits.
///
/// Each part sequence knows, for every class of movements (kind, group, runway), the earliest second at
/// which one may follow. That is all that matters of its past, whether or not the triangle inequality
/// holds; one is dropped if another of the same state is nowhere later and no dearer.
struct RunwayFlowSearch {
  let order: [Int]
  private(set) var wasCut = false
  /// The movement at which the last part sequences ended, if none went on.
  private(set) var stuck: Int?

  private let movements: [RunwayMovement]
  private let options: RunwayFlow.Options
  private let runways: Int
  private let classes: Int
  private let classOf: [Int]
  /// From class to class, in whole seconds; `never` if they do not hinder each other.
  private let gaps: [Int]
  private let open: [[Int]]

  private static let never = Int.min / 4

  private struct Label {
    var first: Int
    var mask: UInt32
    var cost: Int
    var step: Int
    var next: Int32
    var isAlive: Bool
  }

  private struct Step {
    let parent: Int
    let slot: RunwayFlow.Slot
  }

  private var now: [Label] = []
  private var then: [Label] = []
  private var free: [Int] = []
  private var freeThen: [Int] = []
  private var heads: [Int32] = Array(repeating: -1, count: 4096)
  private var steps: [Step] = []

  init(
    _ movements: [RunwayMovement], _ system: RunwaySystem, _ options: RunwayFlow.Options
  ) {
    self.movements = movements
    self.options = options
    runways = system.uses.count
    order = movements.indices.sorted { (movements[$0].target, $0) < (movements[$1].target, $1) }
    let groups = system.fleet.count
    let classes = runways * groups * 2
    self.classes = classes
    // A class is kind and group, times runways.
    classOf = movements.map { ($0.kind.rawValue * groups + $0.group) * system.uses.count }
    open = movements.map { movement in
      movement.runway.map { [$0] }
        ?? system.uses.indices.filter { system.uses[$0].contains(movement.kind) }
    }
    func parts(_ index: Int) -> (kind: RunwayMovement.Kind, group: Int, runway: Int) {
      let pair = index / system.uses.count
      return (
        pair / groups == 0 ? .arrival : .departure, pair % groups, index % system.uses.count
      )
    }
    gaps = (0..<classes * classes).map { index in
      system.gap_s(parts(index / classes), parts(index % classes)).map { Int($0.rounded(.up)) }
        ?? RunwayFlowSearch.never
    }
  }

  mutating func run() -> (slots: [RunwayFlow.Slot], cost: Int)? {
    now = [Label(first: 0, mask: 0, cost: 0, step: -1, next: -1, isAlive: true)]
    free = Array(repeating: RunwayFlowSearch.never, count: classes)
    for position in order.indices {
      then.removeAll(keepingCapacity: true)
      freeThen.removeAll(keepingCapacity: true)
      for index in heads.indices { heads[index] = -1 }
      var chosen = now.indices.filter { now[$0].isAlive }
      if chosen.count > options.width {
        let labels = now
        chosen.sort { (labels[$0].cost, $0) < (labels[$1].cost, $1) }
        chosen.removeLast(chosen.count - options.width)
        wasCut = true
      }
      for label in chosen { expand(label, at: position) }
      guard !then.isEmpty else {
        stuck = chosen.first.map { order[now[$0].first] }
        return nil
      }
      swap(&now, &then)
      swap(&free, &freeThen)
    }
    let alive = now.indices.filter { now[$0].isAlive }
    guard let best = alive.min(by: { now[$0].cost < now[$1].cost }) else { return nil }
    var slots: [RunwayFlow.Slot] = []
    var step = now[best].step
    while step >= 0 {
      slots.append(steps[step].slot)
      step = steps[step].parent
    }
    return (slots.reversed(), now[best].cost)
  }

  private mutating func expand(_ label: Int, at position: Int) {
    let first = now[label].first
    let mask = now[label].mask
    // The first one left has waited for as long as it may: it must come now.
    let last =
      first <= position - options.shift ? first : min(position + options.shift, order.count - 1)
    guard first <= last else { return }
    for place in first...last where mask >> UInt32(place - first) & 1 == 0 {
      let index = order[place]
      let movement = movements[index]
      for runway in open[index] {
        let earliest = max(movement.earliest, free[label * classes + classOf[index] + runway])
        guard earliest <= movement.latest else { continue }
        add(label, place, runway, earliest)
        // Waiting pays only for a time that was announced.
        if options.stability > 0, let announced = movement.announced, announced > earliest,
          announced <= movement.latest
        {
          add(label, place, runway, announced)
        }
      }
    }
  }

  private mutating func add(_ parent: Int, _ place: Int, _ runway: Int, _ time: Int) {
    let index = order[place]
    let movement = movements[index]
    var made = now[parent]
    made.mask |= 1 << UInt32(place - made.first)
    while made.mask & 1 == 1 {
      made.mask >>= 1
      made.first += 1
    }
    made.cost += movement.weight * max(0, time - movement.target)
    if let announced = movement.announced {
      made.cost += options.stability * abs(time - announced)
    }
    made.isAlive = true
    let base = freeThen.count
    let row = (classOf[index] + runway) * classes
    for other in 0..<classes {
      freeThen.append(max(free[parent * classes + other], time + gaps[row + other]))
    }
    let slot =
      Int(truncatingIfNeeded: (made.first &* 2_654_435_761) ^ Int(made.mask &* 40_503)) & 4095
    var other = heads[slot]
    while other >= 0 {
      let at = Int(other)
      other = then[at].next
      guard then[at].isAlive, then[at].first == made.first, then[at].mask == made.mask else {
        continue
      }
      if covers(at, then[at].cost, base, made.cost) {
        freeThen.removeLast(classes)
        return
      }
      if covers(base / classes, made.cost, at * classes, then[at].cost) { then[at].isAlive = false }
    }
    made.next = heads[slot]
    heads[slot] = Int32(then.count)
    steps.append(
      Step(parent: made.step, slot: RunwayFlow.Slot(movement: index, runway: runway, time: time)))
    made.step = steps.count - 1
    then.append(made)
  }

  /// Whether one part sequence is nowhere later and no dearer than another; places in `freeThen`.
  private func covers(_ one: Int, _ cost: Int, _ other: Int, _ otherCost: Int) -> Bool {
    guard cost <= otherCost else { return false }
    let base = one * classes
    for index in 0..<classes where freeThen[base + index] > freeThen[other + index] { return false }
    return true
  }
}
