import Commons

/// What is checked before rules are used: every error is listed, each naming its place.
struct RuleChecks {
  let base: RuleBase

  func faults() -> [Problem.Field] {
    var found: [Problem.Field] = []
    found += nameFaults()
    found += seriesFaults()
    found += base.rules.flatMap(referenceFaults)
    // What follows walks references and would not end, or find nothing, where they are wrong.
    guard found.isEmpty else { return found }
    found += cycleFaults()
    guard found.isEmpty else { return found }
    found += base.rules.flatMap(kindFaults)
    found += editionFaults()
    found += base.rules.flatMap(coverageFaults)
    found += conflictFaults()
    return found
  }

  private func fault(_ place: String, _ zh: String, _ en: String) -> Problem.Field {
    Problem.Field(place, Phrase(zh, en: en))
  }

  private func backwards(_ place: String, _ span: Span) -> Problem.Field {
    fault(
      place, "期间的终点不晚于起点：\(span.phrase.zh)。",
      "The span ends before it begins: \(span.phrase.en).")
  }

  private func nameFaults() -> [Problem.Field] {
    let names =
      base.rules.map { ($0.id.text, $0.id.isWellFormed) }
      + base.parameters.map { ($0.id.text, $0.id.isWellFormed) }
      + base.facts.map { ($0.id.text, $0.id.isWellFormed) }
    var found = names.filter { !$0.1 }.map { fault($0.0, "名称不合规。", "The name is not well formed.") }
    let places = base.rules.compactMap(\.territory) + base.parameters.compactMap(\.territory)
    found += places.filter { !$0.isWellFormed }.map {
      fault($0.code, "不是GB/T 2260代码的前缀。", "This is no prefix of a GB/T 2260 code.")
    }
    for (id, group) in Dictionary(grouping: base.facts, by: \.id) where group.count > 1 {
      found.append(fault(id.text, "事实重复声明。", "The fact is declared twice."))
    }
    for fact in base.facts {
      if let value = fact.whenSilent, !fact.accepts(value) {
        found.append(fault(fact.id.text, "缺省值类型不符。", "What silence means is of another type."))
      }
    }
    return found.sorted { $0.pointer < $1.pointer }
  }

  private func seriesFaults() -> [Problem.Field] {
    var found: [Problem.Field] = []
    for parameter in base.parameters {
      let id = parameter.id.text
      if parameter.series.isEmpty { found.append(fault(id, "没有任何值。", "The series is empty.")) }
      for (a, b) in zip(parameter.series, parameter.series.dropFirst())
      where a.span.to != b.span.from {
        let overlap = a.span.overlaps(b.span) || b.span.from < a.span.from
        found.append(
          overlap
            ? fault(
              id, "\(b.span.from)处的值重叠：\(a.span.phrase.zh)与\(b.span.phrase.zh)。",
              "Values overlap at \(b.span.from): \(a.span.phrase.en) and \(b.span.phrase.en).")
            : fault(
              id, "\(b.span.from)之前有空档，前一个值\(a.span.phrase.zh)。",
              "There is a gap before \(b.span.from): the value before is \(a.span.phrase.en)."))
      }
      for value in parameter.series {
        if let to = value.span.to, to <= value.span.from {
          found.append(backwards(id, value.span))
        }
        if case .scale(let scale) = value.value, !scale.isAscending || (try? scale.steps()) == nil {
          found.append(fault(id, "分段不是递增的。", "The bands do not ascend."))
        }
      }
    }
    for (id, group) in base.series.sorted(by: { $0.key < $1.key }) {
      if Set(group.map(\.territory)).count < group.count {
        found.append(fault(id.text, "同一地域有两个系列。", "Two series for one place."))
      }
      if Set(group.flatMap(\.series).map(\.value.kind)).count > 1 {
        found.append(fault(id.text, "各值类型不一致。", "The values are of different kinds."))
      }
    }
    return found
  }

  private func referenceFaults(_ rule: Rule) -> [Problem.Field] {
    var found: [Problem.Field] = []
    func unknown(_ name: String) {
      found.append(
        fault(rule.id.text, "引用了不存在的“\(name)”。", "It refers to “\(name)”, which is unknown."))
    }
    if let to = rule.span.to, to <= rule.span.from {
      found.append(backwards(rule.id.text, rule.span))
    }
    if case .exception(let of) = rule.rank, base.editions[of] == nil { unknown(of.text) }
    if case .period(let id) = rule.answer, base.series[id] == nil { unknown(id.text) }
    if case .designated(let id, _) = rule.answer,
      base.slots[id].map({ base.facts[$0].type }) != .count
    {
      unknown(id.text)
    }
    for formula in formulas(of: rule) {
      switch formula {
      case .fact(let id): if base.slots[id] == nil { unknown(id.text) }
      case .parameter(let id), .scale(let id, _): if base.series[id] == nil { unknown(id.text) }
      case .rule(let id): if base.editions[id] == nil { unknown(id.text) }
      case .select(let id, let ways):
        let codes = base.choices(of: id)
        for way in ways where !codes.contains(way.code) { unknown("\(id)=\(way.code)") }
        if base.slots[id] == nil { unknown(id.text) }
      case .excepted:
        if rule.rank == .general {
          found.append(fault(rule.id.text, "一般规则没有被例外的规则。", "A general rule excepts nothing."))
        }
      default: break
      }
    }
    for atom in rule.condition.atoms {
      if case .holds(let id) = atom, base.slots[id].map({ base.facts[$0].type }) != .truth {
        unknown("\(id)?")
      }
      if case .equals(let id, let code) = atom, !base.choices(of: id).contains(code) {
        unknown("\(id)=\(code)")
      }
    }
    return found
  }

  func formulas(of rule: Rule) -> [Formula] {
    if case .value(let formula) = rule.answer { return rule.condition.formulas + formula.all }
    return rule.condition.formulas
  }

  // Exceptions and references together must form no cycle, or an evaluation would not end.
  private func cycleFaults() -> [Problem.Field] {
    var edges: [RuleID: Set<RuleID>] = [:]
    for rule in base.rules {
      for case .rule(let id) in formulas(of: rule) { edges[rule.id, default: []].insert(id) }
      if case .exception(let of) = rule.rank { edges[of, default: []].insert(rule.id) }
    }
    var done: Set<RuleID> = []
    var found: [Problem.Field] = []
    func visit(_ id: RuleID, _ path: [RuleID]) {
      if let start = path.firstIndex(of: id) {
        let circle = (path[start...] + [id]).map(\.text).joined(separator: " → ")
        found.append(fault(id.text, "规则循环：\(circle)。", "The rules run in a circle: \(circle)."))
        return
      }
      guard !done.contains(id) else { return }
      for next in (edges[id] ?? []).sorted() { visit(next, path + [id]) }
      done.insert(id)
    }
    for id in base.editions.keys.sorted() { visit(id, []) }
    return found
  }

  private func editionFaults() -> [Problem.Field] {
    var found: [Problem.Field] = []
    for (id, group) in base.editions.sorted(by: { $0.key < $1.key }) {
      for (place, a) in group.enumerated() {
        for b in group[(place + 1)...] where meet(base.rules[a], base.rules[b]) {
          let spans = [a, b].map { base.rules[$0].span.phrase }
          found.append(
            fault(
              id.text, "两个版本的期间和地域重叠：\(spans[0].zh)与\(spans[1].zh)。",
              "Two editions overlap in time and place: \(spans[0].en) and \(spans[1].en)."))
        }
      }
      if Set(group.map { base.rules[$0].rank }).count > 1 {
        found.append(fault(id.text, "各版本位阶不一致。", "The editions differ in rank."))
      }
    }
    return found
  }

  func meet(_ a: Rule, _ b: Rule) -> Bool {
    guard a.span.overlaps(b.span) else { return false }
    guard let x = a.territory, let y = b.territory else { return true }
    return x.contains(y) || y.contains(x)
  }

  // Each parameter and rule that a rule needs must be there for as long as the rule is in force.
  private func coverageFaults(_ rule: Rule) -> [Problem.Field] {
    var found: [Problem.Field] = []
    func require(_ name: String, _ spans: [Span]) {
      var day = rule.span.from
      while true {
        guard let span = spans.first(where: { $0.contains(day) }) else {
          found.append(
            fault(rule.id.text, "“\(name)”在\(day)没有值。", "“\(name)” has no value on \(day)."))
          return
        }
        guard let to = span.to, rule.span.to.map({ to < $0 }) ?? true else { return }
        day = to
      }
    }
    func parameter(_ id: ParameterID) {
      let fitting = (base.series[id] ?? []).filter {
        $0.territory.map { own in
          rule.territory.map(own.contains) ?? false
        } ?? true
      }
      require(id.text, fitting.flatMap(\.series).map(\.span))
    }
    if case .period(let id) = rule.answer { parameter(id) }
    for formula in formulas(of: rule) {
      switch formula {
      case .parameter(let id), .scale(let id, _): parameter(id)
      case .rule(let id):
        let fitting = (base.editions[id] ?? []).map { base.rules[$0] }
          .filter { $0.rank == .general && $0.holds(in: rule.territory) }
        require(id.text, fitting.map(\.span))
      default: break
      }
    }
    return found
  }
}
