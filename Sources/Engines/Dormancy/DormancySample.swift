import Commons

/// Made-up histories that follow from a seed, for measuring and testing.
public enum DormancySample {
  /// A business whose spells lie within the six years before a day: most have none, and some of the
  /// spells reach beyond the day.
  public static func history(
    _ random: inout SeededRandom, until day: CivilDate
  ) -> DormancyHistory? {
    let (spells, events) = columns(&random, until: day)
    return try? DormancyHistory(
      spells,
      events: events.enumerated().map { place, event in
        DormancyEvent(event.1, on: event.0, source: "sample", id: String(place))
      })
  }

  /// Spells and events of a business in the order of their days.
  public static func columns(
    _ random: inout SeededRandom, until day: CivilDate
  ) -> (spells: [DormancySpell], events: [(CivilDate, DormancyEvent.Kind)]) {
    var spells: [DormancySpell] = []
    var next = day.adding(days: -2200 + random.below(2200))
    let count = [0, 0, 1, 1, 1, 2, 3][random.below(7)]
    for _ in 0..<count {
      let through = next.adding(days: 30 + random.below(1200))
      let resumes = random.chance(0.6)
      let resumed = resumes ? next.adding(days: random.below(next.days(to: through) + 2)) : nil
      spells.append(DormancySpell(from: next, through: through, resumedOn: resumed))
      next = (resumed ?? through.adding(days: 1)).adding(days: 1 + random.below(300))
    }
    var events: [(CivilDate, DormancyEvent.Kind)] = []
    if random.chance(0.4) {
      var on = day.adding(days: -2200 + random.below(2000))
      for _ in 0...random.below(4) {
        events.append((on, DormancyEvent.Kind.allCases[random.below(7)]))
        on = on.adding(days: random.below(500))
      }
    }
    return (spells, events)
  }
}
