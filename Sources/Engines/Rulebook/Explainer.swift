import Commons

/// Walks the way that an evaluation went and writes down its steps. All values come from the same
/// plan, so reasons and result cannot disagree.
struct Explainer {
  let open: OpenRule
  let facts: FactSheet

  private var base: RuleBase { open.base }

  init(open: OpenRule, facts: FactSheet) {
    self.open = open
    self.facts = facts
  }

  func rule(_ node: Int, _ kind: Reason.Kind = .rule) throws(Fault) -> Reason {
    let this = open.plan.nodes[node]
    let rule = base.rules[this.rule]
    var steps: [Reason] = []
    var chosen: Int?
    let places = this.firstException..<(this.firstException + this.exceptionCount)
    for exception in places.map({ open.plan.links[$0] }) {
      if case .yes = try open.plan.truth(open.plan.nodes[exception].test, facts.cells) {
        chosen = exception
      } else {
        steps.append(notApplied(base.rules[open.plan.nodes[exception].rule]))
      }
    }
    steps += open.memo.outOfReach(rule.id) { outOfReach(rule) }
    if let chosen {
      steps.append(try self.rule(chosen, .exception))
    }
    // The text of the general rule stays in the tree: an exception says what it departs from.
    steps = conditionFacts(rule.condition) + steps
    if chosen == nil { steps += try answer(rule, node) }
    return Reason(kind, rule.name, rule.citation, because: steps)
  }

  private func answer(_ rule: Rule, _ node: Int) throws(Fault) -> [Reason] {
    switch rule.answer {
    case .truth, .choice: return []
    case .period(let id): return [parameter(id)]
    case .designated(let id, _): return [fact(id)]
    case .value(let formula):
      var steps: [Reason] = []
      try value(formula, rule, node, &steps)
      return steps
    }
  }

  private func value(
    _ formula: Formula, _ rule: Rule, _ node: Int, _ steps: inout [Reason]
  ) throws(Fault) {
    switch formula {
    case .fact(let id): steps.append(fact(id))
    case .parameter(let id): steps.append(parameter(id))
    case .scale(let id, let of):
      steps.append(parameter(id))
      try value(of, rule, node, &steps)
    case .rule(let id):
      if let place = open.plan.nodes.firstIndex(where: {
        base.rules[$0.rule].id == id && base.rules[$0.rule].rank == .general
      }) {
        steps.append(try self.rule(place))
      }
    case .excepted:
      guard case .exception(let of) = rule.rank,
        let index = open.plan.nodes.first(where: { base.rules[$0.rule].id == of })?.rule,
        case .value(let other) = base.rules[index].answer
      else { return }
      try value(other, base.rules[index], node, &steps)
    case .select(let id, let ways):
      steps.append(fact(id))
      guard case .choice(let code) = known(id) else { return }
      for way in ways where way.code == code { try value(way.formula, rule, node, &steps) }
    case .between:
      let who = rule.decidedBy ?? Phrase("由人民法院决定", en: "the court decides")
      var inner: [Reason] = []
      for part in formula.parts { try value(part, rule, node, &inner) }
      steps.append(Reason(.discretion, who, rule.citation, because: inner))
    default:
      for part in formula.parts { try value(part, rule, node, &steps) }
    }
  }

  private func known(_ id: FactID) -> FactValue? {
    base.slots[id].flatMap { facts.stated[$0] ?? base.facts[$0].whenSilent }
  }

  private func fact(_ id: FactID) -> Reason {
    guard let slot = base.slots[id] else { return Reason(.fact, .same(id.text)) }
    let declaration = base.facts[slot]
    var shown = known(id)?.phrase ?? Phrase("未说明", en: "not stated")
    if case .choice(let choices) = declaration.type, case .choice(let code) = known(id) {
      shown = choices.first { $0.code == code }?.name ?? shown
    }
    let silence = facts.stated[slot] == nil
    let note = silence ? Phrase("（未说明时视为）", en: " (taken from silence)") : .same("")
    return Reason(
      .fact,
      Phrase(
        "\(declaration.name.zh)：\(shown.zh)\(note.zh)",
        en: "\(declaration.name.en): \(shown.en)\(note.en)"))
  }

  private func parameter(_ id: ParameterID) -> Reason {
    open.memo.parameter(id) { written(id) }
  }

  private func written(_ id: ParameterID) -> Reason {
    guard let (parameter, value) = base.value(of: id, asOf: open.asOf, in: open.territory) else {
      return Reason(.parameter, .same(id.text))
    }
    let shown = value.value.phrase
    return Reason(
      .parameter,
      Phrase(
        "\(parameter.name.zh)：\(shown.zh)（\(value.span.phrase.zh)）",
        en: "\(parameter.name.en): \(shown.en) (\(value.span.phrase.en))"), value.citation)
  }

  private func notApplied(_ rule: Rule) -> Reason {
    Reason(
      .notApplied,
      Phrase("例外未适用：\(rule.name.zh)", en: "Exception not applied: \(rule.name.en)"),
      rule.citation, because: conditionFacts(rule.condition))
  }

  /// Exceptions that hold on other days, or, for a national rule, in other places.
  private func outOfReach(_ rule: Rule) -> [Reason] {
    let group = (base.exceptions[rule.id] ?? []).map { base.rules[$0] }
    let inForce = Set(
      group.filter { $0.span.contains(open.asOf) && $0.holds(in: open.territory) }.map(\.id))
    return group.filter { !inForce.contains($0.id) }.compactMap { exception in
      if let place = exception.territory, !exception.holds(in: open.territory) {
        // Another place's exception of its own rule has nothing to do with this one.
        guard rule.territory == nil else { return nil }
        return Reason(
          .notApplied,
          Phrase(
            "例外未适用：\(exception.name.zh)，仅适用于\(place)",
            en: "Exception not applied: \(exception.name.en), only in \(place)"),
          exception.citation)
      }
      let span = exception.span.phrase
      return Reason(
        .notApplied,
        Phrase(
          "例外未适用：\(exception.name.zh)，施行期间为\(span.zh)",
          en: "Exception not applied: \(exception.name.en), in force \(span.en)"),
        exception.citation)
    }
  }

  private func conditionFacts(_ condition: Condition) -> [Reason] {
    var seen: Set<FactID> = []
    var steps: [Reason] = []
    for atom in condition.atoms {
      switch atom {
      case .holds(let id), .equals(let id, _):
        if seen.insert(id).inserted { steps.append(fact(id)) }
      case .compare(let a, _, let b):
        for formula in a.all + b.all {
          if case .fact(let id) = formula, seen.insert(id).inserted { steps.append(fact(id)) }
          if case .parameter(let id) = formula { steps.append(parameter(id)) }
        }
      default: break
      }
    }
    return steps
  }

  func rounding(_ outcome: Outcome) -> [Reason] {
    guard let step = open.rounding else { return [] }
    switch outcome {
    case .amount, .amounts: break
    default: return []
    }
    let how =
      switch step.method {
      case .down: Phrase("舍去", en: "down")
      case .up: Phrase("进位", en: "up")
      case .halfUp: Phrase("四舍五入", en: "half up")
      case .halfEven: Phrase("四舍六入五成双", en: "half to even")
      }
    let basis =
      step.citation == nil ? Phrase("（推定，法无明文）", en: " (assumed: the law is silent)") : .same("")
    return [
      Reason(
        .rounding,
        Phrase(
          "取至最小货币单位，\(how.zh)\(basis.zh)", en: "Rounded to the minor unit, \(how.en)\(basis.en)"),
        step.citation)
    ]
  }
}
