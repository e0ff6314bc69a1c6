import Commons

/// Turns the rules in force on a day, for a place, into a ``Plan``.
struct Compiler {
  let base: RuleBase
  let asOf: CivilDate
  let territory: Territory?
  var plan = Plan()
  private var places: [RuleID: Int] = [:]

  init(base: RuleBase, asOf: CivilDate, territory: Territory?) {
    self.base = base
    self.asOf = asOf
    self.territory = territory
  }

  /// The place of the general rule with this name.
  mutating func general(_ id: RuleID) throws(Problem) -> Int {
    if let place = places[id] { return place }
    guard let rule = base.edition(of: id, asOf: asOf, in: territory) else {
      throw base.notInForce(id, asOf: asOf, in: territory)
    }
    let place = try node(rule, excepted: nil)
    places[id] = place
    return place
  }

  private mutating func node(_ index: Int, excepted: Formula?) throws(Problem) -> Int {
    let rule = base.rules[index]
    let place = plan.nodes.count
    plan.nodes.append(Plan.Node(rule: index))
    plan.nodes[place].test = try test(rule.condition, excepted, place)
    var own: Formula?
    if case .value(let formula) = rule.answer {
      let whole = formula.replacingExcepted(by: excepted)
      own = whole
      plan.nodes[place].op = try op(whole, place)
    }
    var exceptions: [Int] = []
    for exception in base.exceptions[rule.id] ?? []
    where base.rules[exception].span.contains(asOf) && base.rules[exception].holds(in: territory) {
      exceptions.append(try node(exception, excepted: own))
    }
    plan.nodes[place].firstException = plan.links.count
    plan.nodes[place].exceptionCount = exceptions.count
    plan.links += exceptions
    return place
  }

  private mutating func op(_ formula: Formula, _ node: Int) throws(Problem) -> Int {
    let made: Plan.Op
    switch formula {
    case .fact(let id): made = .fact(base.slots[id]!)
    case .parameter(let id): made = constant(base.number(of: id, asOf: asOf, in: territory))
    case .rule(let id): made = .rule(try general(id))
    case .excepted, .nothing: made = constant(.zero)
    case .whole: made = constant(.one)
    case .sum(let a, let b): made = .sum(try op(a, node), try op(b, node))
    case .difference(let a, let b): made = .difference(try op(a, node), try op(b, node))
    case .product(let a, let b): made = .product(try op(a, node), try op(b, node))
    case .quotient(let a, let b): made = .quotient(try op(a, node), try op(b, node))
    case .lesser(let a, let b): made = .lesser(try op(a, node), try op(b, node))
    case .greater(let a, let b): made = .greater(try op(a, node), try op(b, node))
    case .between(let a, let b): made = .between(try op(a, node), try op(b, node))
    case .scale(let id, let of):
      let steps = base.steps(of: id, asOf: asOf, in: territory)
      let first = plan.steps.count
      plan.steps += steps
      made = .scale(first: first, count: steps.count, of: try op(of, node))
    case .select(let id, let ways):
      let choices = base.choices(of: id)
      var targets = Array(repeating: -1, count: choices.count)
      for way in ways {
        if let code = choices.firstIndex(of: way.code) { targets[code] = try op(way.formula, node) }
      }
      made = .select(
        slot: base.slots[id]!, first: plan.links.count, count: targets.count, node: node)
      plan.links += targets
    }
    plan.ops.append(made)
    return plan.ops.count - 1
  }

  private mutating func constant(_ number: Rational) -> Plan.Op {
    plan.numbers.append(number)
    return .constant(plan.numbers.count - 1)
  }

  mutating func test(
    _ condition: Condition, _ excepted: Formula?, _ node: Int
  ) throws(Problem) -> Int {
    let made: Plan.Test
    switch condition {
    case .always: made = .always
    case .holds(let id): made = .holds(base.slots[id]!)
    case .equals(let id, let code):
      made = .equals(base.slots[id]!, Int32(base.choices(of: id).firstIndex(of: code)!))
    case .compare(let a, let comparison, let b):
      made = .compare(
        try op(a.replacingExcepted(by: excepted), node), comparison,
        try op(b.replacingExcepted(by: excepted), node))
    case .not(let inner): made = .not(try test(inner, excepted, node))
    case .all(let parts), .any(let parts):
      var tests: [Int] = []
      for part in parts { tests.append(try test(part, excepted, node)) }
      let first = plan.links.count
      plan.links += tests
      if case .all = condition {
        made = .all(first: first, count: tests.count)
      } else {
        made = .any(first: first, count: tests.count)
      }
    }
    plan.tests.append(made)
    return plan.tests.count - 1
  }
}

extension Formula {
  func replacingExcepted(by other: Formula?) -> Formula {
    func on(_ formula: Formula) -> Formula { formula.replacingExcepted(by: other) }
    return switch self {
    case .excepted: other ?? self
    case .fact, .parameter, .rule, .nothing, .whole: self
    case .sum(let a, let b): .sum(on(a), on(b))
    case .difference(let a, let b): .difference(on(a), on(b))
    case .product(let a, let b): .product(on(a), on(b))
    case .quotient(let a, let b): .quotient(on(a), on(b))
    case .lesser(let a, let b): .lesser(on(a), on(b))
    case .greater(let a, let b): .greater(on(a), on(b))
    case .between(let a, let b): .between(on(a), on(b))
    case .scale(let id, let of): .scale(id, of: on(of))
    case .select(let id, let ways): .select(id, ways.map { Way($0.code, on($0.formula)) })
    }
  }

  /// The formulas directly inside.
  var parts: [Formula] {
    switch self {
    case .fact, .parameter, .rule, .excepted, .nothing, .whole: []
    case .sum(let a, let b), .difference(let a, let b), .product(let a, let b),
      .quotient(let a, let b), .lesser(let a, let b), .greater(let a, let b),
      .between(let a, let b):
      [a, b]
    case .scale(_, let of): [of]
    case .select(_, let ways): ways.map(\.formula)
    }
  }

  /// This formula and all inside.
  var all: [Formula] { [self] + parts.flatMap(\.all) }
}

extension Condition {
  /// The formulas that are compared, with all inside.
  var formulas: [Formula] {
    switch self {
    case .always, .holds, .equals: []
    case .compare(let a, _, let b): a.all + b.all
    case .not(let inner): inner.formulas
    case .all(let parts), .any(let parts): parts.flatMap(\.formulas)
    }
  }

  /// The conditions inside that have none inside.
  var atoms: [Condition] {
    switch self {
    case .always, .holds, .equals, .compare: [self]
    case .not(let inner): inner.atoms
    case .all(let parts), .any(let parts): parts.flatMap(\.atoms)
    }
  }
}
