import Commons

/// What a rule rests on as it stands on a day: its exceptions, the numbers in force, the facts that may
/// be asked for, all with those of the rules that it uses.
public struct RuleNeeds: Sendable {
  /// The edition in force.
  public let rule: Rule
  /// Rules that stand before it or before one that it uses, by name.
  public let exceptions: [Rule]
  /// Numbers with the value in force, by name.
  public let parameters: [(parameter: Parameter, value: Parameter.Value)]
  /// Facts, in the order of the base.
  public let facts: [FactDeclaration]
}

extension RuleBase {
  /// What a rule rests on.
  ///
  /// - Throws: ``Problem`` 404 if there is no such rule, 422 if it is not in force then and there.
  public func needs(
    of id: RuleID, asOf: CivilDate, in territory: Territory? = nil
  ) throws(Problem) -> RuleNeeds {
    guard let place = edition(of: id, asOf: asOf, in: territory) else {
      throw notInForce(id, asOf: asOf, in: territory)
    }
    var walk = NeedsWalk(base: self, asOf: asOf, territory: territory)
    walk.visit(id)
    let names = walk.parameters
    return RuleNeeds(
      rule: rules[place], exceptions: walk.exceptions.sorted { $0.id < $1.id },
      parameters: names.sorted().compactMap { name in
        value(of: name, asOf: asOf, in: territory).map { (parameter: $0.0, value: $0.1) }
      },
      facts: facts.filter { [found = walk.facts] in found.contains($0.id) })
  }
}

private struct NeedsWalk {
  let base: RuleBase
  let asOf: CivilDate
  let territory: Territory?
  var rules: Set<RuleID> = []
  var exceptions: [Rule] = []
  var parameters: Set<ParameterID> = []
  var facts: Set<FactID> = []

  init(base: RuleBase, asOf: CivilDate, territory: Territory?) {
    self.base = base
    self.asOf = asOf
    self.territory = territory
  }

  mutating func visit(_ id: RuleID) {
    guard rules.insert(id).inserted,
      let place = base.edition(of: id, asOf: asOf, in: territory)
    else { return }
    let rule = base.rules[place]
    visit(rule.condition)
    switch rule.answer {
    case .value(let formula): visit(formula)
    case .period(let parameter): parameters.insert(parameter)
    case .designated(let fact, _): facts.insert(fact)
    case .truth, .choice: break
    }
    for exception in Set((base.exceptions[id] ?? []).map { base.rules[$0].id }).sorted() {
      guard let place = base.edition(of: exception, asOf: asOf, in: territory) else { continue }
      exceptions.append(base.rules[place])
      visit(exception)
    }
  }

  private mutating func visit(_ condition: Condition) {
    switch condition {
    case .always: break
    case .holds(let fact), .equals(let fact, _): facts.insert(fact)
    case .compare(let a, _, let b):
      visit(a)
      visit(b)
    case .not(let inner): visit(inner)
    case .all(let parts), .any(let parts): for part in parts { visit(part) }
    }
  }

  private mutating func visit(_ formula: Formula) {
    switch formula {
    case .fact(let fact): facts.insert(fact)
    case .parameter(let parameter): parameters.insert(parameter)
    case .rule(let rule): visit(rule)
    case .excepted, .nothing, .whole: break
    case .sum(let a, let b), .difference(let a, let b), .product(let a, let b),
      .quotient(let a, let b), .lesser(let a, let b), .greater(let a, let b),
      .between(let a, let b):
      visit(a)
      visit(b)
    case .scale(let parameter, let of):
      parameters.insert(parameter)
      visit(of)
    case .select(let fact, let ways):
      facts.insert(fact)
      for way in ways { visit(way.formula) }
    }
  }
}
