import Commons

/// The rules that one question can reach, as of one day and for one place, in flat arrays without
/// reference counts: what an evaluation runs on.
struct Plan: Sendable {
  enum Op: Sendable {
    case constant(Int)
    case fact(Int)
    case rule(Int)
    case sum(Int, Int)
    case difference(Int, Int)
    case product(Int, Int)
    case quotient(Int, Int)
    case lesser(Int, Int)
    case greater(Int, Int)
    case between(Int, Int)
    case scale(first: Int, count: Int, of: Int)
    /// Places in `links` by code; -1 where no way is given.
    case select(slot: Int, first: Int, count: Int, node: Int)
  }

  enum Test: Sendable {
    case always
    case holds(Int)
    case equals(Int, Int32)
    case compare(Int, Condition.Comparison, Int)
    case not(Int)
    case all(first: Int, count: Int)
    case any(first: Int, count: Int)
  }

  struct Node: Sendable {
    /// The rule's place in the base.
    let rule: Int
    var test = 0
    /// The place of its formula, or -1.
    var op = -1
    var firstException = 0
    var exceptionCount = 0
  }

  /// From `low` through `high`; both are the same where nobody has discretion.
  struct Interval: Sendable {
    var low: Rational
    var high: Rational
  }

  /// Truth of a condition; unknown where a fact that decides is missing (Kleene), so that the
  /// outcome does not depend on the order in which facts are looked at.
  enum Truth: Sendable { case no, yes, unknown(Int) }

  var ops: [Op] = []
  var tests: [Test] = []
  var nodes: [Node] = []
  var numbers: [Rational] = []
  var steps: [Scale.Step] = []
  var links: [Int] = []

  /// The rule that decides: the one exception that applies, at any depth, or the rule itself.
  func deciding(_ node: Int, _ cells: [Cell]) throws(Fault) -> Int {
    let this = nodes[node]
    var chosen = -1
    var missing = Int.max
    for place in this.firstException..<(this.firstException + this.exceptionCount) {
      let exception = links[place]
      switch try truth(nodes[exception].test, cells) {
      case .no: continue
      case .unknown(let slot): missing = min(missing, slot)
      case .yes:
        // Reported in the order of the base, whatever the order of the links.
        if chosen >= 0 { throw .conflict(min(chosen, exception), max(chosen, exception)) }
        chosen = exception
      }
    }
    if missing < Int.max { throw .missing(missing) }
    if chosen >= 0 { return try deciding(chosen, cells) }
    switch try truth(this.test, cells) {
    case .yes: return node
    case .unknown(let slot): throw .missing(slot)
    case .no: throw .notCovered(node)
    }
  }

  func truth(_ test: Int, _ cells: [Cell]) throws(Fault) -> Truth {
    switch tests[test] {
    case .always: return .yes
    case .holds(let slot):
      guard case .truth(let value) = cells[slot] else { return .unknown(slot) }
      return value ? .yes : .no
    case .equals(let slot, let code):
      guard case .code(let value) = cells[slot] else { return .unknown(slot) }
      return value == code ? .yes : .no
    case .compare(let a, let comparison, let b): return try compare(a, comparison, b, cells)
    case .not(let inner):
      switch try truth(inner, cells) {
      case .yes: return .no
      case .no: return .yes
      case .unknown(let slot): return .unknown(slot)
      }
    case .all(let first, let count): return try combine(first, count, cells, isAll: true)
    case .any(let first, let count): return try combine(first, count, cells, isAll: false)
    }
  }

  private func combine(
    _ first: Int, _ count: Int, _ cells: [Cell], isAll: Bool
  ) throws(Fault) -> Truth {
    var missing = Int.max
    for place in first..<(first + count) {
      switch try truth(links[place], cells) {
      case .yes: if !isAll { return .yes }
      case .no: if isAll { return .no }
      case .unknown(let slot): missing = min(missing, slot)
      }
    }
    if missing < Int.max { return .unknown(missing) }
    return isAll ? .yes : .no
  }

  // A range on one side makes a comparison true or false only if it is so for the whole range.
  private func compare(
    _ a: Int, _ comparison: Condition.Comparison, _ b: Int, _ cells: [Cell]
  ) throws(Fault) -> Truth {
    let left: Interval
    let right: Interval
    do {
      left = try interval(a, cells)
      right = try interval(b, cells)
    } catch {
      if case .missing(let slot) = error { return .unknown(slot) }
      throw error
    }
    let holds: Bool
    switch comparison {
    case .less: holds = try left.high.isLess(than: right.low)
    case .greater: holds = try right.high.isLess(than: left.low)
    case .atMost: holds = try !right.low.isLess(than: left.high)
    case .atLeast: holds = try !left.low.isLess(than: right.high)
    case .equal: holds = left.low == right.low && left.high == right.high
    }
    return holds ? .yes : .no
  }

  func interval(_ op: Int, _ cells: [Cell]) throws(Fault) -> Interval {
    switch ops[op] {
    case .constant(let place): return Interval(low: numbers[place], high: numbers[place])
    case .fact(let slot):
      guard case .number(let value) = cells[slot] else { throw .missing(slot) }
      return Interval(low: value, high: value)
    case .rule(let node): return try interval(nodes[deciding(node, cells)].op, cells)
    case .scale(let first, let count, let of):
      let of = try interval(of, cells)
      let low = try scaled(of.low, first, count)
      return Interval(low: low, high: of.low == of.high ? low : try scaled(of.high, first, count))
    case .select(let slot, let first, let count, let node):
      guard case .code(let code) = cells[slot] else { throw .missing(slot) }
      guard Int(code) < count, links[first + Int(code)] >= 0 else { throw .notCovered(node) }
      return try interval(links[first + Int(code)], cells)
    case .between(let a, let b):
      return Interval(low: try interval(a, cells).low, high: try interval(b, cells).high)
    case .sum(let a, let b), .difference(let a, let b), .product(let a, let b),
      .quotient(let a, let b), .lesser(let a, let b), .greater(let a, let b):
      return try combined(ops[op], interval(a, cells), interval(b, cells))
    }
  }

  // Amounts, rates and divisors of the law are not negative, hence the ends meet their like.
  private func combined(_ op: Op, _ a: Interval, _ b: Interval) throws(Fault) -> Interval {
    if a.low == a.high, b.low == b.high {
      let value = try combined(op, a.low, b.low)
      return Interval(low: value, high: value)
    }
    switch op {
    case .difference, .quotient:
      return Interval(
        low: try combined(op, a.low, b.high), high: try combined(op, a.high, b.low))
    default:
      return Interval(
        low: try combined(op, a.low, b.low), high: try combined(op, a.high, b.high))
    }
  }

  private func combined(_ op: Op, _ a: Rational, _ b: Rational) throws(Fault) -> Rational {
    switch op {
    case .sum: try a.adding(b)
    case .difference: try a.subtracting(b)
    case .product: try a.multiplied(by: b)
    case .quotient: try a.divided(by: b)
    case .lesser: try b.isLess(than: a) ? b : a
    default: try a.isLess(than: b) ? b : a
    }
  }

  private func scaled(_ amount: Rational, _ first: Int, _ count: Int) throws(Fault) -> Rational {
    var place = first
    while place + 1 < first + count, try steps[place + 1].above.isLess(than: amount) { place += 1 }
    let step = steps[place]
    guard step.rate.numerator != 0 else { return step.base }
    return try step.base.adding(amount.subtracting(step.above).multiplied(by: step.rate))
  }
}
