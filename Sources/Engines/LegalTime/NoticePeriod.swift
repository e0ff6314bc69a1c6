import Commons

// Periods that are counted backwards: what must be done so long before a day, such as telling the
// parties of a hearing. As forwards, the day of the event does not count (民法典第201条); nothing is
// said of a last day that is a day off, and such a day moves back, never forward: who is to be told gets
// the whole period.
extension WorkCalendar {
  /// The last day on which something can be done that must be done a period before a day.
  ///
  /// Working days: the n-th working day before it. Calendar days, months and years: the corresponding
  /// day, or the working day before that if it is a day off and the period rolls over.
  public func latest(_ period: Period, before day: CivilDate) -> DueDate {
    let nominal: CivilDate
    switch period.unit {
    case .workingDays: nominal = period.amount == 0 ? day : workingDay(before: day, period.amount)
    case .days: nominal = day.adding(days: -period.amount)
    case .months: nominal = day.adding(months: -period.amount)
    case .years: nominal = day.adding(months: -12 * period.amount)
    }
    let movesBack = period.rollsOver && period.amount > 0 && !isWorkingDay(nominal)
    let latest = movesBack ? workingDay(before: nominal, 1) : nominal
    let rests = period.unit == .workingDays || period.rollsOver
    return DueDate(latest, isProvisional: rests && isProvisional(latest, through: day))
  }

  /// The first day that may be named on a day if it must be told of a period before: the first whose
  /// ``latest(_:before:)`` is not past.
  public func earliest(_ period: Period, toldOn today: CivilDate) -> CivilDate {
    var day = today
    // A period is no longer backwards than forwards but for days off at its ends.
    let rough = due(period.amount, period.unit, rollsOver: false, from: today).date
    if latest(period, before: rough).date < today { day = rough }
    while latest(period, before: day).date < today { day = day.adding(days: 1) }
    return day
  }

  /// The `number`-th working day before a day; the day itself does not count.
  public func workingDay(before day: CivilDate, _ number: Int) -> CivilDate {
    var left = number
    var current = day
    // Hearings are days away, not years: stepping costs less than a second table.
    while left > 0 {
      current = current.adding(days: -1)
      if isWorkingDay(current) { left -= 1 }
    }
    return current
  }
}
