import Commons

extension RuleChecks {
  /// What a rule gives; nil if its formula mixes what may not be mixed.
  func kind(of rule: Rule) -> ValueKind? {
    switch rule.answer {
    case .truth: .truth
    case .choice: .choice
    case .period(let id): base.series[id]?.first?.series.first?.value.kind
    case .designated: .period
    case .value(let formula): kind(of: formula, in: rule)
    }
  }

  func kindFaults(_ rule: Rule) -> [Problem.Field] {
    func fault(_ zh: String, _ en: String) -> [Problem.Field] {
      [Problem.Field(rule.id.text, Phrase(zh, en: en))]
    }
    guard let kind = kind(of: rule) else {
      return fault("公式混用了不同的量。", "The formula mixes different kinds of value.")
    }
    for case .compare(let a, _, let b) in rule.condition.atoms {
      guard let left = self.kind(of: a, in: rule), left == self.kind(of: b, in: rule) else {
        return fault("条件比较了不同的量。", "A condition compares different kinds of value.")
      }
    }
    if case .exception(let of) = rule.rank, let general = base.editions[of]?.first,
      self.kind(of: base.rules[general]) != kind
    {
      return fault("例外与一般规则的结果不同类。", "The exception gives another kind than its rule.")
    }
    if case .money = kind, rule.rank == .general, rule.rounding == nil {
      return fault("金额规则未声明舍入。", "A rule about an amount declares no rounding.")
    }
    return []
  }

  private func kind(of formula: Formula, in rule: Rule) -> ValueKind? {
    switch formula {
    case .fact(let id):
      guard let slot = base.slots[id] else { return nil }
      switch base.facts[slot].type {
      case .money(let currency): return .money(currency)
      case .count, .share: return .number
      case .date: return .date
      case .truth, .choice: return nil
      }
    case .parameter(let id):
      switch base.series[id]?.first?.series.first?.value.kind {
      case .scale, .period, nil: return nil
      case let kind?: return kind
      }
    case .rule(let id): return base.editions[id]?.first.flatMap { kind(of: base.rules[$0]) }
    case .excepted:
      guard case .exception(let of) = rule.rank else { return nil }
      return base.editions[of]?.first.flatMap { kind(of: base.rules[$0]) }
    case .nothing(let currency): return .money(currency)
    case .whole: return .number
    case .scale(let id, let of):
      guard case .scale(let currency)? = base.series[id]?.first?.series.first?.value.kind,
        kind(of: of, in: rule) == .money(currency)
      else { return nil }
      return .money(currency)
    case .select(_, let ways):
      let kinds = Set(ways.map { kind(of: $0.formula, in: rule) })
      return kinds.count == 1 ? kinds.first ?? nil : nil
    case .sum, .difference, .lesser, .greater, .between, .product, .quotient:
      return combined(formula, in: rule)
    }
  }

  private func combined(_ formula: Formula, in rule: Rule) -> ValueKind? {
    let kinds = formula.parts.map { kind(of: $0, in: rule) }
    guard let a = kinds[0], let b = kinds[1] else { return nil }
    switch formula {
    case .product: return a == .number ? b : b == .number ? a : nil
    case .quotient: return b == .number ? a : a == b ? .number : nil
    default: return a == b ? a : nil
    }
  }
}

extension RuleChecks {
  // Decidable here: conditions over facts that are yes or no, or a choice. Where an amount or a
  // date decides, only an evaluation can tell.
  func conflictFaults() -> [Problem.Field] {
    var found: [Problem.Field] = []
    for (of, group) in base.exceptions.sorted(by: { $0.key < $1.key }) {
      for (place, a) in group.enumerated() {
        for b in group[(place + 1)...] {
          let (x, y) = (base.rules[a], base.rules[b])
          guard x.id != y.id, meet(x, y), canBothApply(x.condition, y.condition) else { continue }
          found.append(
            Problem.Field(
              of.text,
              Phrase(
                "两条同位阶的例外可能同时适用：\(x.id)（\(x.citation.phrase.zh)）与"
                  + "\(y.id)（\(y.citation.phrase.zh)）。",
                en: "Two exceptions of equal rank can both apply: \(x.id) (\(x.citation.phrase.en))"
                  + " and \(y.id) (\(y.citation.phrase.en)).")))
        }
      }
    }
    return found
  }

  private func canBothApply(_ a: Condition, _ b: Condition) -> Bool {
    let both = Condition.all([a, b])
    var domains: [FactID: [FactValue]] = [:]
    for atom in both.atoms {
      if case .holds(let id) = atom { domains[id] = [.truth(false), .truth(true)] }
      if case .equals(let id, _) = atom {
        domains[id] = base.choices(of: id).map(FactValue.choice)
      }
    }
    let ids = domains.keys.sorted()
    let size = ids.reduce(1) { min($0 * domains[$1]!.count, 1 << 20) }
    guard size <= 1 << 14 else { return false }
    for number in 0..<size {
      var rest = number
      var facts: [FactID: FactValue] = [:]
      for id in ids {
        let domain = domains[id]!
        facts[id] = domain[rest % domain.count]
        rest /= domain.count
      }
      if both.isCertain(facts) == true { return true }
    }
    return false
  }
}

extension Condition {
  /// Whether it holds for these facts whatever the numbers are; nil if they decide.
  fileprivate func isCertain(_ facts: [FactID: FactValue]) -> Bool? {
    switch self {
    case .always: return true
    case .holds(let id): return facts[id] == .truth(true)
    case .equals(let id, let code): return facts[id] == .choice(code)
    case .compare: return nil
    case .not(let inner): return inner.isCertain(facts).map { !$0 }
    case .all(let parts):
      let values = parts.map { $0.isCertain(facts) }
      return values.contains(false) ? false : values.contains(nil) ? nil : true
    case .any(let parts):
      let values = parts.map { $0.isCertain(facts) }
      return values.contains(true) ? true : values.contains(nil) ? nil : false
    }
  }
}
