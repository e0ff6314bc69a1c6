import Commons
import LegalTime

/// A number of the law with its unit.
public enum ParameterValue: Hashable, Sendable {
  /// An amount.
  case money(Money)
  /// A rate, a factor or a share; exact.
  case share(Rational)
  /// A whole number.
  case count(Int64)
  /// A day, such as the one that a transitional rule names.
  case date(CivilDate)
  /// So many days, working days, months or years.
  case period(Int, Period.Unit, rollsOver: Bool)
  /// A fee that grows in steps.
  case scale(Scale)

  /// How it is shown.
  public var phrase: Phrase {
    switch self {
    case .money(let money): .same(money.description)
    case .share(let share): .same(share.description)
    case .count(let count): .same(String(count))
    case .date(let date): .same(date.description)
    case .period(let amount, let unit, _):
      Period(amount, unit, basis: .cityPolicy(.same(""))).phrase
    case .scale(let scale): scale.phrase
    }
  }

  var kind: ValueKind {
    switch self {
    case .money(let money): .money(money.currency)
    case .share, .count: .number
    case .date: .date
    case .period: .period
    case .scale(let scale): .scale(scale.currency)
    }
  }

  var json: JSONValue {
    if case .scale(let scale) = self { return scale.json }
    if case .period(let amount, let unit, let rollsOver) = self {
      return .string("\(amount)\(unit.rawValue)\(rollsOver ? "" : "!")")
    }
    return .string(phrase.zh)
  }
}

/// An amount that grows in bands (分段累计): a fixed part up to a limit, then a rate for the part
/// in each further band.
public struct Scale: Hashable, Sendable {
  /// One band: the part above this amount, at this rate.
  public struct Band: Hashable, Sendable {
    /// The band begins above this many minor units.
    public let above: Int64
    /// The rate on the part in the band.
    public let rate: Rational
    /// A band.
    public init(above: Int64, _ rate: Rational) {
      self.above = above
      self.rate = rate
    }
  }

  /// The currency of amounts and result.
  public let currency: Currency
  /// What is due for any amount, in minor units.
  public let fixed: Int64
  /// The bands, ascending.
  public let bands: [Band]

  /// A scale.
  public init(_ currency: Currency, fixed: Int64, _ bands: [Band]) {
    self.currency = currency
    self.fixed = fixed
    self.bands = bands
  }

  /// How it is shown.
  public var phrase: Phrase {
    let amount = { (minor: Int64) in Money(minorUnits: minor, currency).description }
    return Phrase(
      amount(fixed) + bands.map { "；超过\(amount($0.above))的部分按\($0.rate.percentage)" }.joined(),
      en: amount(fixed)
        + bands.map { "; above \(amount($0.above)) at \($0.rate.percentage)" }.joined())
  }

  var isAscending: Bool {
    zip(bands, bands.dropFirst()).allSatisfy { $0.above < $1.above }
      && (bands.first?.above ?? 0) >= 0
  }

  var json: JSONValue {
    .array(
      [.string(Money(minorUnits: fixed, currency).description)]
        + bands.map { [.string(String($0.above)), .string($0.rate.description)] })
  }

  /// The bands with what is due for all bands before, so that an evaluation multiplies once.
  func steps() throws(Fault) -> [Step] {
    var steps = [Step(above: .zero, base: Rational(fixed), rate: .zero)]
    for band in bands {
      let above = Rational(band.above)
      let last = steps[steps.count - 1]
      let base = try last.base.adding(above.subtracting(last.above).multiplied(by: last.rate))
      steps.append(Step(above: above, base: base, rate: band.rate))
    }
    return steps
  }

  struct Step: Sendable {
    let above: Rational
    let base: Rational
    let rate: Rational
  }
}

/// What a value is, as far as formulas may mix it.
enum ValueKind: Hashable, Sendable {
  case money(Currency)
  case number
  case date
  case period
  case scale(Currency)
  case truth
  case choice
}

/// A number that the law sets, as a series of dated values each with its own citation. A city's or
/// province's own series of the same name stands before the national one.
public struct Parameter: Hashable, Sendable {
  /// A value while it is in force.
  public struct Value: Hashable, Sendable {
    /// When it is in force.
    public let span: Span
    /// The value.
    public let value: ParameterValue
    /// Where it stands; an unverified citation marks the value as unverified.
    public let citation: Citation

    /// A value from a day on, until the day before `to`.
    public init(
      from: CivilDate, to: CivilDate? = nil, _ value: ParameterValue, _ citation: Citation
    ) {
      span = Span(from: from, to: to)
      self.value = value
      self.citation = citation
    }

    var json: JSONValue {
      ["span": span.json, "value": value.json, "citation": citation.json]
    }
  }

  /// Its name.
  public let id: ParameterID
  /// How people call it.
  public let name: Phrase
  /// Where it holds; nil for the whole country.
  public let territory: Territory?
  /// The values, in the order of their dates.
  public let series: [Value]

  /// A parameter.
  public init(_ id: ParameterID, _ name: Phrase, in territory: Territory? = nil, _ series: [Value])
  {
    self.id = id
    self.name = name
    self.territory = territory
    self.series = series
  }

  /// The value in force on a day, or nil if there is none.
  public func value(on date: CivilDate) -> Value? { series.last { $0.span.contains(date) } }

  var json: JSONValue {
    [
      "id": .string(id.text), "territory": JSONValue(territory?.code),
      "name": .string(name.zh), "series": .array(series.map(\.json)),
    ]
  }
}

extension Citation {
  var json: JSONValue {
    if let cityPolicy {
      return ["city_policy": ["zh": .string(cityPolicy.zh), "en": .string(cityPolicy.en)]]
    }
    return [
      "instrument": .string(instrument), "edition": .string(edition),
      "article": JSONValue(article.map(Int64.init)),
      "paragraph": JSONValue(paragraph.map(Int64.init)), "item": JSONValue(item.map(Int64.init)),
      "verified": .bool(isVerified),
    ]
  }
}
