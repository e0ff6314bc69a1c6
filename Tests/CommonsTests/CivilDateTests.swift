import Testing

@testable import Commons

@Suite struct CivilDateTests {
  @Test func readsAndWritesEveryDayOfFourCenturies() {
    var expected = CivilDate(year: 1900, month: 1, day: 1)!
    for _ in 0..<146_097 {
      let (year, month, day) = expected.components
      #expect(CivilDate(year: year, month: month, day: day) == expected)
      expected = expected.adding(days: 1)
    }
    #expect(expected == CivilDate(year: 2300, month: 1, day: 1))
  }

  @Test(arguments: ["2023-02-29", "2024-13-01", "2024-00-10", "24-01-01", "2024-1-1", "2024/01/01"])
  func refusesWhatIsNoDate(_ text: String) { #expect(CivilDate(text) == nil) }

  @Test func monthsEndOnTheLastDayWhenShorter() {
    #expect("\(CivilDate("2024-01-31")!.adding(months: 1))" == "2024-02-29")
    #expect("\(CivilDate("2023-01-31")!.adding(months: 1))" == "2023-02-28")
    #expect("\(CivilDate("2024-02-29")!.adding(months: 12))" == "2025-02-28")
    #expect("\(CivilDate("2024-03-31")!.adding(months: -1))" == "2024-02-29")
  }

  @Test func weekdaysFollowISO8601() {
    #expect(CivilDate("2026-11-23")!.weekday == 1)
    #expect(CivilDate("1970-01-01")!.weekday == 4)
  }

  @Test func instantsKeepTheCivilDayOfTheirZone() {
    let evening = Instant(rfc3339: "2026-01-01T16:30:00Z")!
    #expect("\(evening.date(in: .beijing))" == "2026-01-02")
    #expect(evening.rfc3339(in: .beijing) == "2026-01-02T00:30:00+08:00")
    #expect(
      Instant(rfc3339: "2026-01-02T00:30:00.25+08:00")! == evening.adding(microseconds: 250_000))
    #expect(Instant(rfc3339: "2026-01-02T00:30:00") == nil)
  }
}
