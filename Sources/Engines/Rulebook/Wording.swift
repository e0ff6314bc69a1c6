import Commons
import LegalTime

extension RuleBase {
  /// What a rule gives and when it applies, in words.
  public func words(of rule: Rule) -> Phrase {
    let wording = Wording(base: self)
    let answer = wording.answer(of: rule)
    if case .always = rule.condition { return answer }
    let condition = wording.words(rule.condition)
    return Phrase(
      "\(condition.zh)时：\(answer.zh)", en: "If \(condition.en): \(answer.en)")
  }

  /// The name of a rule, by its latest edition.
  public func title(of id: RuleID) -> Phrase { Wording(base: self).rule(id) }

  /// The rule whose exception a rule is, at any depth; the rule itself if it is general.
  public func general(of id: RuleID) -> RuleID {
    guard let place = editions[id]?.first, case .exception(let of) = rules[place].rank else {
      return id
    }
    return general(of: of)
  }

  /// The result in words, a choice by its name.
  public func name(of finding: Finding) -> Phrase {
    guard case .choice(let code) = finding.outcome else { return finding.outcome.phrase }
    for rule in rules where general(of: rule.id) == finding.rule {
      if case .choice(code, let name) = rule.answer, rule.holds(in: finding.territory) {
        return name
      }
    }
    return finding.outcome.phrase
  }
}

/// Rules in words, made from their formulas and conditions.
struct Wording {
  let base: RuleBase

  func fact(_ id: FactID) -> Phrase { base.slots[id].map { base.facts[$0].name } ?? .same(id.text) }

  func parameter(_ id: ParameterID) -> Phrase { base.series[id]?.first?.name ?? .same(id.text) }

  func rule(_ id: RuleID) -> Phrase {
    base.editions[id]?.last.map { base.rules[$0].name } ?? .same(id.text)
  }

  func choice(_ fact: FactID, _ code: String) -> Phrase {
    guard let slot = base.slots[fact], case .choice(let choices) = base.facts[slot].type else {
      return .same(code)
    }
    return choices.first { $0.code == code }?.name ?? .same(code)
  }

  func answer(of rule: Rule) -> Phrase {
    switch rule.answer {
    case .value(let formula): return words(formula)
    case .truth(let truth): return FactValue.truth(truth).phrase
    case .choice(_, let name): return name
    case .period(let id):
      let found = base.value(of: id, asOf: rule.span.from, in: rule.territory)
      return found?.1.value.phrase ?? parameter(id)
    case .designated(let id, let unit):
      let words: Phrase =
        switch unit {
        case .workingDays: Phrase("个工作日", en: " working days")
        case .days: Phrase("日", en: " days")
        case .months: Phrase("个月", en: " months")
        case .years: Phrase("年", en: " years")
        }
      return Phrase("（\(fact(id).zh)）\(words.zh)", en: "(\(fact(id).en))\(words.en)")
    }
  }

  func words(_ formula: Formula) -> Phrase {
    func two(_ a: Formula, _ sign: String, _ b: Formula) -> Phrase {
      Phrase(
        "\(inner(a).zh) \(sign) \(inner(b).zh)", en: "\(inner(a).en) \(sign) \(inner(b).en)")
    }
    switch formula {
    case .fact(let id): return quoted(fact(id))
    case .parameter(let id): return quoted(parameter(id))
    case .rule(let id): return quoted(rule(id))
    case .excepted: return Phrase("一般规则所得", en: "what the general rule gives")
    case .nothing: return Phrase("零", en: "nothing")
    case .whole: return .same("1")
    case .sum(let a, let b): return two(a, "+", b)
    case .difference(let a, let b): return two(a, "−", b)
    case .product(let a, let b): return two(a, "×", b)
    case .quotient(let a, let b): return two(a, "÷", b)
    case .lesser(let a, let b):
      return Phrase(
        "\(words(a).zh)与\(words(b).zh)中较小者", en: "the smaller of \(words(a).en) and \(words(b).en)")
    case .greater(let a, let b):
      return Phrase(
        "\(words(a).zh)与\(words(b).zh)中较大者", en: "the greater of \(words(a).en) and \(words(b).en)")
    case .between(let a, let b):
      return Phrase("\(words(a).zh)至\(words(b).zh)", en: "\(words(a).en) to \(words(b).en)")
    case .scale(let id, let of):
      return Phrase(
        "对\(words(of).zh)按\(quoted(parameter(id)).zh)分段累计",
        en: "\(quoted(parameter(id)).en) over the bands of \(words(of).en)")
    case .select(let id, let ways):
      let parts = ways.map { (choice(id, $0.code), words($0.formula)) }
      return Phrase(
        "按\(quoted(fact(id)).zh)：" + parts.map { "\($0.zh)，\($1.zh)" }.joined(separator: "；"),
        en: "by \(quoted(fact(id)).en): "
          + parts.map { "\($0.en), \($1.en)" }.joined(separator: "; "))
    }
  }

  private func inner(_ formula: Formula) -> Phrase {
    switch formula {
    case .fact, .parameter, .rule, .excepted, .nothing, .whole: return words(formula)
    default: return Phrase("（\(words(formula).zh)）", en: "(\(words(formula).en))")
    }
  }

  private func quoted(_ name: Phrase) -> Phrase { Phrase("“\(name.zh)”", en: "“\(name.en)”") }

  func words(_ condition: Condition) -> Phrase {
    func list(_ parts: [Condition], _ zh: String, _ en: String) -> Phrase {
      let all = parts.map { part in
        switch part {
        case .all, .any: Phrase("（\(words(part).zh)）", en: "(\(words(part).en))")
        default: words(part)
        }
      }
      return Phrase(
        all.map(\.zh).joined(separator: zh), en: all.map(\.en).joined(separator: " \(en) "))
    }
    switch condition {
    case .always: return Phrase("一律", en: "always")
    case .holds(let id): return quoted(fact(id))
    case .equals(let id, let code):
      let (name, choice) = (quoted(fact(id)), choice(id, code))
      return Phrase("\(name.zh)为“\(choice.zh)”", en: "\(name.en) is “\(choice.en)”")
    case .compare(let a, let comparison, let b):
      let sign = comparison.rawValue
      return Phrase(
        "\(words(a).zh) \(sign) \(words(b).zh)", en: "\(words(a).en) \(sign) \(words(b).en)")
    case .not(let inner): return Phrase("非\(words(inner).zh)", en: "not \(words(inner).en)")
    case .all(let parts): return list(parts, "且", "and")
    case .any(let parts): return list(parts, "或", "or")
    }
  }
}
