import Commons
import LegalTime
import Testing

@testable import Rulebook

/// Every day on which a rule or a number of any pack begins or ends: the day before, the day, the day
/// after, with facts drawn until they make the rule decide.
@Suite struct EdgeTests {
  private static let base = Result { try AllLaw.base() }

  /// Draws facts: half of those that may stay silent do.
  private func draw(
    _ random: inout SeededRandom, _ base: RuleBase, _ facts: [FactDeclaration]
  ) throws -> FactSheet {
    var sheet = try base.sheet()
    for fact in facts {
      guard fact.whenSilent == nil || random.chance(0.5) else { continue }
      let value: FactValue =
        switch fact.type {
        case .truth: .truth(random.chance(0.5))
        // Days and people are few, grams and metres many.
        case .count:
          .count(Int64(random.below([40, 40, 40, 400, 20_000, 400_000][random.below(6)])))
        case .money(let currency):
          // Sums of everyday life, and those at which crimes begin to weigh more.
          .money(
            Money(
              minorUnits: Int64(random.below(random.chance(0.7) ? 90_000_000 : 2_000_000_000)),
              currency))
        case .share: .share(Rational(Int64(random.below(4)), over: 4)!)
        case .date: .date(CivilDate(dayNumber: Int32(18_000 + random.below(3000))))
        case .choice(let choices): .choice(choices[random.below(choices.count)].code)
        }
      try sheet.state(fact.id, value)
    }
    return sheet
  }

  /// Whether the edition is among the reasons as one that was used.
  private func uses(_ reasons: [Reason], _ rule: Rule) -> Bool {
    reasons.contains { reason in
      guard reason.kind != .notApplied else { return false }
      let isOwn = reason.kind == .rule || reason.kind == .exception
      return isOwn && reason.citation == rule.citation && reason.text == rule.name
        || uses(reason.because, rule)
    }
  }

  /// Facts for which the general rule rests on this edition; nil if no draw finds any.
  private func sheet(
    for rule: Rule, _ base: RuleBase, on day: CivilDate, _ random: inout SeededRandom
  ) throws -> FactSheet? {
    let general = base.general(of: rule.id)
    let needs = try base.needs(of: general, asOf: day, in: rule.territory)
    let open = try base.opened(general, asOf: day, in: rule.territory)
    // Some rules ask for many facts at once, such as agricultural flights that share the airspace.
    for _ in 0..<50_000 {
      let sheet = try draw(&random, base, needs.facts)
      guard (try? open.value(sheet)) != nil else { continue }
      if uses(try open.finding(sheet).because, rule) { return sheet }
    }
    return nil
  }

  @Test func everyRuleDecidesFromItsFirstDayToItsLast() throws {
    let base = try EdgeTests.base.get()
    var random = SeededRandom(seed: 11)
    var checked = 0
    for edge in base.edges {
      guard case .rule(let place) = edge.subject else { continue }
      let rule = base.rules[place]
      let inside = edge.begins ? edge.date : edge.date.adding(days: -1)
      let facts = try #require(
        try sheet(for: rule, base, on: inside, &random), "\(rule.id) \(edge)")
      for (step, isIn) in [(-1, !edge.begins), (0, edge.begins), (1, edge.begins)] {
        let day = edge.date.adding(days: step)
        #expect(base.isInForce(edge.subject, on: day) == isIn, "\(rule.id) \(day)")
        let finding = try? base.evaluate(
          base.general(of: rule.id), facts, asOf: day, in: rule.territory)
        #expect(finding.map { uses($0.because, rule) } ?? false == isIn, "\(rule.id) \(day)")
        checked += 1
      }
    }
    #expect(checked > 400)
  }

  @Test func everyNumberCountsFromItsFirstDayToItsLast() throws {
    let base = try EdgeTests.base.get()
    var checked = 0
    for edge in base.edges {
      guard case .parameter(let place, let index) = edge.subject else { continue }
      let parameter = base.parameters[place]
      let value = parameter.series[index]
      for (step, isIn) in [(-1, !edge.begins), (0, edge.begins), (1, edge.begins)] {
        let day = edge.date.adding(days: step)
        let found = base.value(of: parameter.id, asOf: day, in: parameter.territory)
        #expect((found?.0 == parameter && found?.1 == value) == isIn, "\(parameter.id) \(day)")
        checked += 1
      }
    }
    #expect(checked > 300)
  }

  @Test func everyNumberIsInTheDigest() throws {
    let base = try EdgeTests.base.get()
    func digest(_ place: Int, _ index: Int, _ value: ParameterValue) -> Digest {
      let old = base.parameters[place]
      var series = old.series
      series[index] = Parameter.Value(
        from: series[index].span.from, to: series[index].span.to, value, series[index].citation)
      var parameters = base.parameters
      parameters[place] = Parameter(old.id, old.name, in: old.territory, series)
      return RuleBase.digest(base.rules, parameters, base.facts)
    }
    var seen: Set<Digest> = [base.digest]
    var changes = 0
    for (place, parameter) in base.parameters.enumerated() {
      for (index, value) in parameter.series.enumerated() {
        #expect(digest(place, index, value.value) == base.digest)
        for other in EdgeTests.others(value.value) {
          changes += 1
          #expect(seen.insert(digest(place, index, other)).inserted, "\(parameter.id) \(other)")
        }
      }
    }
    #expect(changes > 150)
  }

  /// The smallest changes of a value.
  private static func others(_ value: ParameterValue) -> [ParameterValue] {
    switch value {
    case .money(let money): return [.money(Money(minorUnits: money.minorUnits + 1, money.currency))]
    case .share(let share):
      return [.share((try? share.adding(Rational(1, over: 1_000_000)!)) ?? .zero)]
    case .count(let count): return [.count(count + 1)]
    case .date(let date): return [.date(date.adding(days: 1))]
    case .period(let amount, let unit, let rollsOver):
      return [
        .period(amount + 1, unit, rollsOver: rollsOver),
        .period(amount, unit, rollsOver: !rollsOver),
        .period(amount, unit == .days ? .workingDays : .days, rollsOver: rollsOver),
      ]
    case .scale(let scale):
      return [.scale(Scale(scale.currency, fixed: scale.fixed + 1, scale.bands))]
        + scale.bands.indices.flatMap { band -> [ParameterValue] in
          let old = scale.bands[band]
          var higher = scale.bands
          higher[band] = .init(above: old.above + 1, old.rate)
          var dearer = scale.bands
          dearer[band] = .init(
            above: old.above, (try? old.rate.adding(Rational(1, over: 1_000_000)!)) ?? .zero)
          return [higher, dearer].map { .scale(Scale(scale.currency, fixed: scale.fixed, $0)) }
        }
    }
  }
}
