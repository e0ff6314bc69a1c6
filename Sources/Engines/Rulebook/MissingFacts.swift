import Commons

/// Which facts a question that stopped for want of one still waits for: those that it needs whatever
/// the others are, and those that it needs for some values of the others. Places in the rule base.
struct MissingFacts {
  let plan: Plan
  let cells: [Cell]
  var certain: Set<Int> = []
  var possible: Set<Int> = []
  private var seen: Set<Visit> = []

  private struct Visit: Hashable {
    let node: Int
    let isCertain: Bool
  }

  init(plan: Plan, cells: [Cell]) {
    self.plan = plan
    self.cells = cells
  }

  mutating func node(_ place: Int, isCertain: Bool) {
    guard seen.insert(Visit(node: place, isCertain: isCertain)).inserted else { return }
    let this = plan.nodes[place]
    var chosen: [Int] = []
    var undecided: [Int] = []
    for link in this.firstException..<(this.firstException + this.exceptionCount) {
      let exception = plan.links[link]
      // A number out of range decides nothing; the evaluation itself reports it.
      switch try? plan.truth(plan.nodes[exception].test, cells) {
      case .no, nil: continue
      case .yes: chosen.append(exception)
      case .unknown:
        undecided.append(exception)
        test(plan.nodes[exception].test, isCertain: isCertain)
      }
    }
    for exception in chosen { node(exception, isCertain: isCertain) }
    for exception in undecided { node(exception, isCertain: false) }
    guard chosen.isEmpty else { return }
    let isOwn = isCertain && undecided.isEmpty
    test(this.test, isCertain: isOwn)
    if this.op >= 0 { op(this.op, isCertain: isOwn) }
  }

  /// The facts on which a condition that is not decided waits.
  private mutating func test(_ place: Int, isCertain: Bool) {
    guard case .unknown? = try? plan.truth(place, cells) else { return }
    switch plan.tests[place] {
    case .always: return
    case .holds(let slot), .equals(let slot, _): want(slot, isCertain)
    case .compare(let a, _, let b):
      op(a, isCertain: isCertain)
      op(b, isCertain: isCertain)
    case .not(let inner): test(inner, isCertain: isCertain)
    case .all(let first, let count), .any(let first, let count):
      for link in first..<(first + count) { test(plan.links[link], isCertain: isCertain) }
    }
  }

  private mutating func op(_ place: Int, isCertain: Bool) {
    switch plan.ops[place] {
    case .constant: return
    case .fact(let slot): want(slot, isCertain)
    case .rule(let inner): node(inner, isCertain: isCertain)
    case .scale(_, _, let of): op(of, isCertain: isCertain)
    case .select(let slot, let first, let count, _):
      if case .code(let code) = cells[slot] {
        if Int(code) < count, plan.links[first + Int(code)] >= 0 {
          op(plan.links[first + Int(code)], isCertain: isCertain)
        }
        return
      }
      want(slot, isCertain)
      for link in first..<(first + count) where plan.links[link] >= 0 {
        op(plan.links[link], isCertain: false)
      }
    case .sum(let a, let b), .difference(let a, let b), .product(let a, let b),
      .quotient(let a, let b), .lesser(let a, let b), .greater(let a, let b),
      .between(let a, let b):
      op(a, isCertain: isCertain)
      op(b, isCertain: isCertain)
    }
  }

  private mutating func want(_ slot: Int, _ isCertain: Bool) {
    guard cells[slot] == .missing else { return }
    if isCertain { certain.insert(slot) } else { possible.insert(slot) }
  }
}
