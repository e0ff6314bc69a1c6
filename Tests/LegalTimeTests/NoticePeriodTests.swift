import Commons
import LegalTime
import Testing

/// Periods that are counted backwards from a day.
@Suite struct NoticePeriodTests {
  private static let calendar = WorkCalendar.stateCouncil

  // day, period, the last day on which it can be done; worked out by hand with the State Council's days
  // off of 2026 (Spring Festival 15–23 February, worked 14 and 28 February; Labour Day 1–5 May, worked
  // 9 May).
  @Test(arguments: [
    // Monday: Friday, Thursday, Wednesday, Tuesday, Monday.
    "2026-03-16 5wd 2026-03-09",
    // A Saturday counts the five days of its week.
    "2026-03-14 5wd 2026-03-09", "2026-03-15 5wd 2026-03-09",
    // Over the Spring Festival: 14 (worked), 13, 12, 11, 10 February.
    "2026-02-24 5wd 2026-02-10", "2026-02-25 1wd 2026-02-24",
    // The Saturday 28 February is worked.
    "2026-03-02 1wd 2026-02-28", "2026-03-02 2wd 2026-02-27",
    // Calendar days: a day off moves back to the working day before.
    "2026-05-20 15d 2026-04-30", "2026-03-17 3d 2026-03-13", "2026-03-17 3d! 2026-03-14",
    "2026-03-31 1m 2026-02-28", "2026-05-31 1m! 2026-04-30", "2026-03-02 1y! 2025-03-02",
    "2026-03-16 0wd 2026-03-16", "2026-03-14 0d 2026-03-14",
  ])
  func theLastDayToTell(_ line: String) throws {
    let words = line.split(separator: " ")
    let period = try #require(Period(words[1], basis: .cityPolicy(.same("-"))))
    let day = try #require(CivilDate(String(words[0])))
    #expect(
      Self.calendar.latest(period, before: day).date.description == String(words[2]), "\(line)")
  }

  @Test func theEarliestDayIsTheFirstThatCanBeToldOf() throws {
    for (amount, unit) in [(5, Period.Unit.workingDays), (3, .days), (1, .months)] {
      let period = Period(amount, unit, basis: .cityPolicy(.same("-")))
      for offset in 0..<400 {
        let today = CivilDate("2025-12-01")!.adding(days: offset)
        let day = Self.calendar.earliest(period, toldOn: today)
        #expect(Self.calendar.latest(period, before: day).date >= today)
        #expect(Self.calendar.latest(period, before: day.adding(days: -1)).date < today, "\(today)")
      }
    }
  }

  @Test func aYearThatIsNotAnnouncedIsProvisional() {
    let period = Period(5, .workingDays, basis: .cityPolicy(.same("-")))
    #expect(!Self.calendar.latest(period, before: CivilDate("2026-12-31")!).isProvisional)
    #expect(Self.calendar.latest(period, before: CivilDate("2027-01-05")!).isProvisional)
  }
}
