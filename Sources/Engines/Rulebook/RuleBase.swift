import Commons
import LegalTime

/// Rules, parameters and facts that were checked together: what questions are put to.
public struct RuleBase: Sendable {
  /// All rules, by name, place and date, whatever their order in the packs.
  public let rules: [Rule]
  /// All parameters, by name and place.
  public let parameters: [Parameter]
  /// All facts that rules may ask for.
  public let facts: [FactDeclaration]
  /// SHA-256 of the canonical JSON of rules, parameters and facts.
  public let digest: Digest
  let slots: [FactID: Int]
  let editions: [RuleID: [Int]]
  let exceptions: [RuleID: [Int]]
  let series: [ParameterID: [Parameter]]
  /// The currency of each rule's amount, by the rule's place.
  private(set) var currencies: [Currency?] = []

  /// Checks packs together; the problem lists everything that is wrong with them.
  public init(_ packs: [RulePack]) throws(Problem) {
    rules = packs.flatMap(\.rules).sorted { $0.order < $1.order }
    parameters = packs.flatMap(\.parameters).sorted { $0.order < $1.order }
    facts =
      FactDeclaration.dates + packs.flatMap(\.facts).sorted { $0.id < $1.id }
    slots = Dictionary(
      facts.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    editions = Dictionary(grouping: rules.indices) { [rules] in rules[$0].id }
    let ranked = rules.indices.filter { [rules] in rules[$0].rank != .general }
    exceptions = Dictionary(grouping: ranked) { [rules] index in
      guard case .exception(let of) = rules[index].rank else { return rules[index].id }
      return of
    }
    series = Dictionary(grouping: parameters, by: \.id)
    digest = RuleBase.digest(rules, parameters, facts)
    let checks = RuleChecks(base: self)
    let faults = checks.faults()
    guard faults.isEmpty else {
      throw Problem(
        "rules-refused", status: 422, title: Phrase("规则不能载入", en: "The rules cannot be loaded"),
        detail: Phrase("有 \(faults.count) 处错误。", en: "\(faults.count) error(s)."), fields: faults)
    }
    // Only now: kinds of rules that run in a circle would never be found.
    currencies = rules.map { rule in
      if case .money(let currency)? = checks.kind(of: rule) { currency } else { nil }
    }
  }

  static func digest(
    _ rules: [Rule], _ parameters: [Parameter], _ facts: [FactDeclaration]
  ) -> Digest {
    Digest.of(
      JSONValue.object([
        "rules": .array(rules.map(\.json)), "parameters": .array(parameters.map(\.json)),
        "facts": .array(facts.map(\.json)), "counting": CountingLaw.json,
      ]).canonicalBytes)
  }

  /// The place of a fact in a sheet, for ``FactSheet/state(slot:_:)``; nil if there is none.
  public func slot(_ id: FactID) -> Int? { slots[id] }

  /// A sheet with these facts.
  public func sheet(_ stated: [FactID: FactValue] = [:]) throws(Problem) -> FactSheet {
    var sheet = FactSheet(declarations: facts, slots: slots)
    for (id, value) in stated.sorted(by: { $0.key < $1.key }) { try sheet.state(id, value) }
    return sheet
  }

  /// The rule as it stands on a day, for a place, ready for many evaluations.
  public func opened(
    _ id: RuleID, asOf: CivilDate, in territory: Territory? = nil
  ) throws(Problem) -> OpenRule {
    var compiler = Compiler(base: self, asOf: asOf, territory: territory)
    let node = try compiler.general(id)
    return OpenRule(
      base: self, asOf: asOf, territory: territory, plan: compiler.plan, node: node, id: id)
  }

  /// What a rule gives for these facts, with its reasons.
  public func evaluate(
    _ id: RuleID, _ facts: FactSheet, asOf: CivilDate, in territory: Territory? = nil
  ) throws(Problem) -> Finding {
    try opened(id, asOf: asOf, in: territory).finding(facts)
  }

  func edition(of id: RuleID, asOf: CivilDate, in territory: Territory?) -> Int? {
    editions[id]?.first { rules[$0].span.contains(asOf) && rules[$0].holds(in: territory) }
  }

  /// The value in force: the series made for the narrowest place that holds one on the day.
  func value(
    of id: ParameterID, asOf: CivilDate, in territory: Territory?
  ) -> (Parameter, Parameter.Value)? {
    let fitting = (series[id] ?? []).filter { parameter in
      guard let own = parameter.territory else { return true }
      return territory.map(own.contains) ?? false
    }
    let narrowestFirst = fitting.sorted {
      ($0.territory?.code.utf8.count ?? 0) > ($1.territory?.code.utf8.count ?? 0)
    }
    for parameter in narrowestFirst {
      if let value = parameter.value(on: asOf) { return (parameter, value) }
    }
    return nil
  }

  func number(of id: ParameterID, asOf: CivilDate, in territory: Territory?) -> Rational {
    switch value(of: id, asOf: asOf, in: territory)?.1.value {
    case .money(let money): Rational(money.minorUnits)
    case .share(let share): share
    case .count(let count): Rational(count)
    case .date(let date): Rational(Int64(date.dayNumber))
    default: .zero
    }
  }

  func steps(of id: ParameterID, asOf: CivilDate, in territory: Territory?) -> [Scale.Step] {
    guard case .scale(let scale) = value(of: id, asOf: asOf, in: territory)?.1.value else {
      return []
    }
    return (try? scale.steps()) ?? []
  }

  func choices(of id: FactID) -> [String] {
    guard let slot = slots[id], case .choice(let choices) = facts[slot].type else { return [] }
    return choices.map(\.code)
  }

  func notInForce(_ id: RuleID, asOf: CivilDate, in territory: Territory?) -> Problem {
    guard let known = editions[id] else {
      return .notFound(Phrase("没有名为“\(id)”的规则。", en: "There is no rule called “\(id)”."))
    }
    let spans = known.map { place -> Phrase in
      let rule = rules[place]
      guard let own = rule.territory else { return rule.span.phrase }
      return Phrase("\(rule.span.phrase.zh)（\(own)）", en: "\(rule.span.phrase.en) (\(own))")
    }
    let place = territory.map { Phrase("（\($0)）", en: " in \($0)") } ?? .same("")
    return .refused(
      "rule-not-in-force",
      Phrase(
        "规则“\(id)”在\(asOf)\(place.zh)不适用；其施行期间：\(spans.map(\.zh).joined(separator: "；"))。",
        en: "The rule “\(id)” is not in force on \(asOf)\(place.en); it is "
          + spans.map(\.en).joined(separator: "; ") + "."),
      because: known.map { .law(rules[$0].citation) })
  }
}

/// One rule as it stands on a day, for a place.
public struct OpenRule: Sendable {
  let base: RuleBase
  /// The day.
  public let asOf: CivilDate
  /// The place; nil for national law alone.
  public let territory: Territory?
  let plan: Plan
  let node: Int
  let id: RuleID
  let memo = ReasonMemo()

  /// The result alone, without reasons: the fast path.
  public func value(_ facts: FactSheet) throws(Problem) -> Outcome {
    do {
      let deciding = try plan.deciding(node, facts.cells)
      return try outcome(deciding, facts)
    } catch { throw problem(error, facts) }
  }

  /// The rule or exception that decides for these facts.
  func rule(deciding facts: FactSheet) throws(Problem) -> Rule {
    do { return base.rules[plan.nodes[try plan.deciding(node, facts.cells)].rule] } catch {
      throw problem(error, facts)
    }
  }

  private func outcome(_ deciding: Int, _ facts: FactSheet) throws(Fault) -> Outcome {
    let rule = base.rules[plan.nodes[deciding].rule]
    switch rule.answer {
    case .truth(let truth): return .truth(truth)
    case .choice(let code, _): return .choice(code)
    case .period(let parameter):
      guard let value = base.value(of: parameter, asOf: asOf, in: territory)?.1,
        case .period(let amount, let unit, let rollsOver) = value.value
      else { throw .notCovered(deciding) }
      return .period(Period(amount, unit, rollsOver: rollsOver, basis: .law(value.citation)))
    case .designated(let fact, let unit):
      guard let slot = base.slots[fact], case .count(let amount)? = facts.stated[slot] else {
        throw .missing(base.slots[fact] ?? 0)
      }
      guard amount <= Int64(Period.limit) else { throw .overflow }
      return .period(Period(Int(amount), unit, basis: .law(rule.citation)))
    case .value:
      let interval = try plan.interval(plan.nodes[deciding].op, facts.cells)
      guard let rounding = rounding, let currency = currency else {
        return interval.low == interval.high
          ? .number(interval.low) : .numbers(interval.low, interval.high)
      }
      guard let low = interval.low.rounded(rounding.method),
        let high = interval.high.rounded(rounding.method)
      else { throw .overflow }
      let amount = Money(minorUnits: low, currency)
      return interval.low == interval.high
        ? .amount(amount) : .amounts(amount, Money(minorUnits: high, currency))
    }
  }

  var rounding: RoundingStep? { base.rules[plan.nodes[node].rule].rounding }

  var currency: Currency? { base.currencies[plan.nodes[node].rule] }

  /// The result with its reasons.
  public func finding(_ facts: FactSheet) throws(Problem) -> Finding {
    let spans = facts.spanFaults
    guard spans.isEmpty else { throw .invalid(spans) }
    let outcome = try value(facts)
    let explainer = Explainer(open: self, facts: facts)
    do {
      let reason = try explainer.rule(node)
      return Finding(
        rule: id, asOf: asOf, territory: territory, outcome: outcome,
        because: [reason] + explainer.rounding(outcome), rules: base.digest,
        inputs: inputs(facts))
    } catch { throw problem(error, facts) }
  }

  func inputs(_ facts: FactSheet) -> Digest {
    Digest.of(
      JSONValue.object([
        "rule": .string(id.text), "as_of": .string(asOf.description),
        "territory": JSONValue(territory?.code), "facts": facts.json,
      ]).canonicalBytes)
  }

  private func problem(_ fault: Fault, _ facts: FactSheet) -> Problem {
    let law = { (place: Int) in Basis.law(base.rules[plan.nodes[place].rule].citation) }
    switch fault {
    case .missing(let slot):
      var wanted = MissingFacts(plan: plan, cells: facts.cells)
      wanted.node(node, isCertain: true)
      // Where the evaluation stopped, whatever the walk finds.
      wanted.certain.insert(slot)
      return .invalid(
        base.facts.indices.compactMap { place in
          wanted.certain.contains(place)
            ? base.facts[place].absence
            : wanted.possible.contains(place) ? base.facts[place].possibleAbsence : nil
        })
    case .overflow, .zeroDivisor:
      return .refused(
        "rule-number-out-of-range",
        Phrase("计算结果超出可表示的范围，未给出结果。", en: "A number is out of range; no result is given."),
        because: [law(node)])
    case .conflict(let a, let b):
      let names = [a, b].map { base.rules[plan.nodes[$0].rule] }
      return .refused(
        "rule-conflict",
        Phrase(
          "两条同位阶的例外同时适用：\(names[0].name.zh)、\(names[1].name.zh)。",
          en: "Two exceptions of equal rank apply: \(names[0].name.en); \(names[1].name.en)."),
        because: [law(a), law(b)])
    case .notCovered(let place):
      let name = base.rules[plan.nodes[place].rule].name
      return .refused(
        "rule-not-applicable",
        Phrase("规则“\(name.zh)”不适用于所述事实。", en: "“\(name.en)” does not cover these facts."),
        because: [law(place)])
    }
  }
}

extension Rule {
  fileprivate var order: String {
    "\(id) \(territory?.code ?? "") \(span.from) \(name.en)"
  }
}

extension Parameter {
  fileprivate var order: String { "\(id) \(territory?.code ?? "")" }
}
