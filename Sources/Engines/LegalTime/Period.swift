import Commons

/// A period that a rule gives: so many working days, days, months or years, counted from the day
/// after the event (民法典第201条), in months and years to the corresponding day (第202条), with a
/// last day that is a day off moved to the next working day if it rolls over (第203条).
public struct Period: Hashable, Sendable {
  /// In what it is counted.
  public enum Unit: String, Hashable, Sendable, CaseIterable {
    case workingDays = "wd"
    case days = "d"
    case months = "m"
    case years = "y"
  }

  /// How many; 0 or more.
  public let amount: Int
  /// Of what.
  public let unit: Unit
  /// Whether a last day that is a day off moves to the next working day.
  public let rollsOver: Bool
  /// What it rests on.
  public let basis: Basis

  /// The greatest amount.
  public static let limit = 36_500

  /// A period.
  public init(_ amount: Int, _ unit: Unit, rollsOver: Bool = true, basis: Basis) {
    self.amount = min(max(0, amount), Period.limit)
    self.unit = unit
    self.rollsOver = rollsOver
    self.basis = basis
  }

  /// Reads `15wd`, `30d`, `2m` or `1y`; a `!` at the end means that it does not roll over.
  public init?(_ text: some StringProtocol, rollsOver: Bool = true, basis: Basis) {
    let isFixed = text.hasSuffix("!")
    let body = isFixed ? text.dropLast() : text[...]
    let digits = body.prefix { $0.isASCII && $0.isNumber }
    guard let amount = Int(digits), amount <= Period.limit,
      let unit = Unit(rawValue: String(body.dropFirst(digits.count)))
    else { return nil }
    self.init(amount, unit, rollsOver: rollsOver && !isFixed, basis: basis)
  }

  /// The text form.
  public var text: String { "\(amount)\(unit.rawValue)\(rollsOver ? "" : "!")" }

  private var plural: String { amount == 1 ? "" : "s" }

  /// How people say it.
  public var phrase: Phrase {
    switch unit {
    case .workingDays: Phrase("\(amount)个工作日", en: "\(amount) working day\(plural)")
    case .days: Phrase("\(amount)日", en: "\(amount) day\(plural)")
    case .months: Phrase("\(amount)个月", en: "\(amount) month\(plural)")
    case .years: Phrase("\(amount)年", en: "\(amount) year\(plural)")
    }
  }
}

extension Period.Unit {
  /// What a clock that is counted in it counts day by day.
  public var dayName: Phrase {
    self == .workingDays ? Phrase("个工作日", en: "working days") : Phrase("日", en: "days")
  }
}

/// The last day of a period.
public struct DueDate: Hashable, Sendable {
  /// The last day.
  public let date: CivilDate
  /// Whether it rests on a year whose days off have not been announced.
  public let isProvisional: Bool

  /// A last day.
  public init(_ date: CivilDate, isProvisional: Bool) {
    self.date = date
    self.isProvisional = isProvisional
  }
}

extension WorkCalendar {
  /// The last day of a period whose event falls on `start`.
  public func due(_ period: Period, from start: CivilDate) -> DueDate {
    due(period.amount, period.unit, rollsOver: period.rollsOver, from: start)
  }

  /// The last day of so many units after `start`.
  public func due(
    _ amount: Int, _ unit: Period.Unit, rollsOver: Bool, from start: CivilDate
  ) -> DueDate {
    let nominal: CivilDate
    switch unit {
    case .workingDays:
      // No working day to wait for: it is due on the day itself.
      nominal = amount == 0 ? start : workingDay(after: start, amount)
    case .days: nominal = start.adding(days: amount)
    case .months: nominal = start.adding(months: amount)
    case .years: nominal = start.adding(months: 12 * amount)
    }
    let last = rollsOver ? workingDay(onOrAfter: nominal) : nominal
    // A fixed number of calendar days without roll-over rests on no announcement.
    let first = unit == .workingDays ? start : nominal
    let rests = unit == .workingDays || rollsOver
    return DueDate(last, isProvisional: rests && isProvisional(first, through: last))
  }
}
