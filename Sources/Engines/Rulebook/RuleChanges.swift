import Commons

/// A day on which the law of a rule base changes: where mistakes of one day sit.
public struct DateEdge: Hashable, Sendable {
  /// What changes.
  public enum Subject: Hashable, Sendable {
    /// The edition of a rule at this place in ``RuleBase/rules``.
    case rule(Int)
    /// A value, by places in ``RuleBase/parameters`` and in its series.
    case parameter(Int, value: Int)
  }

  /// The first day of the new state.
  public let date: CivilDate
  /// What changes.
  public let subject: Subject
  /// True where it begins to be in force, false where it ends.
  public let begins: Bool
}

/// One difference between the law of two days.
public struct RuleChange: Hashable, Sendable {
  /// The name of the rule or parameter.
  public let name: String
  /// What was; nil if it is new.
  public let before: Phrase?
  /// What is; nil if it has ended.
  public let after: Phrase?
  /// Where the change stands.
  public let citation: Citation
}

extension RuleBase {
  /// All days on which a rule or a value begins or ends, in the order of rules and parameters.
  public var edges: [DateEdge] {
    func ends(_ span: Span, _ subject: DateEdge.Subject) -> [DateEdge] {
      [DateEdge(date: span.from, subject: subject, begins: true)]
        + (span.to.map { [DateEdge(date: $0, subject: subject, begins: false)] } ?? [])
    }
    return rules.indices.flatMap { ends(rules[$0].span, .rule($0)) }
      + parameters.indices.flatMap { place in
        parameters[place].series.indices.flatMap {
          ends(parameters[place].series[$0].span, .parameter(place, value: $0))
        }
      }
  }

  /// Whether what an edge speaks of is in force on a day.
  public func isInForce(_ subject: DateEdge.Subject, on date: CivilDate) -> Bool {
    switch subject {
    case .rule(let place): rules[place].span.contains(date)
    case .parameter(let place, let value):
      parameters[place].value(on: date) == parameters[place].series[value]
    }
  }

  /// The rules in force on a day for a place, by name.
  public func listing(asOf: CivilDate, in territory: Territory? = nil) -> [Rule] {
    rules.filter { $0.span.contains(asOf) && $0.holds(in: territory) }
  }

  /// What differs between the law of two days for a place, by name.
  public func diff(
    from before: CivilDate, to after: CivilDate, in territory: Territory? = nil
  ) -> [RuleChange] {
    let old = listing(asOf: before, in: territory)
    let new = listing(asOf: after, in: territory)
    var changes =
      old.filter { !new.contains($0) }.map {
        RuleChange(name: $0.id.text, before: $0.name, after: nil, citation: $0.citation)
      }
      + new.filter { !old.contains($0) }.map {
        RuleChange(name: $0.id.text, before: nil, after: $0.name, citation: $0.citation)
      }
    for id in series.keys.sorted() {
      let a = value(of: id, asOf: before, in: territory)?.1
      let b = value(of: id, asOf: after, in: territory)?.1
      guard a != b, let citation = b?.citation ?? a?.citation else { continue }
      changes.append(
        RuleChange(
          name: id.text, before: a?.value.phrase, after: b?.value.phrase, citation: citation))
    }
    return changes
  }
}
