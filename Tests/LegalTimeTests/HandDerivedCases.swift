/// Due dates derived by hand from the statutes and the announced days off, one a line:
/// start (Beijing time unless marked Z), period, last day, `?` if provisional, and why.
///
/// Law: 民法典 arts. 201–203; 民事诉讼法(2023) art. 85; 行政复议法(2023) art. 88.
enum HandDerivedCases {
  static let periods = """
    2026-03-02 1wd 2026-03-03 | the day of the event does not count (201)
    2026-03-06 1wd 2026-03-09 | over a weekend
    2026-03-02T23:59:59 1wd 2026-03-03 | filed in the evening: still that day
    2026-03-03T00:00:00 1wd 2026-03-04 | filed at midnight: the next day
    2026-03-02T16:30:00Z 1wd 2026-03-04 | half past midnight in Beijing
    2026-03-02T15:59:59Z 1wd 2026-03-03 | a second before midnight in Beijing
    2026-03-07 1wd 2026-03-09 | filed on a Saturday
    2026-03-08 1wd 2026-03-09 | filed on a Sunday
    2026-03-06 5wd 2026-03-13 | one week of working days
    2026-03-02 0wd 2026-03-02 | no day to wait for
    2026-03-07 0d 2026-03-09 | the day itself, moved off the weekend
    2026-02-13 1wd 2026-02-14 | a Saturday worked before Spring Festival
    2026-02-13 2wd 2026-02-24 | Spring Festival 15–23 February
    2026-02-14 1wd 2026-02-24 | filed on the worked Saturday
    2026-02-18 1wd 2026-02-24 | filed in the festival
    2026-02-23 1wd 2026-02-24 | filed on its last day
    2026-02-26 2wd 2026-02-28 | a Saturday worked after the festival
    2026-02-27 5wd 2026-03-05 | the same, then a Sunday off
    2026-09-30 1wd 2026-10-08 | National Day
    2026-09-30 3wd 2026-10-10 | and the Saturday worked after it
    2026-09-30 5wd 2026-10-13 | and the Sunday off after that
    2026-09-18 1wd 2026-09-20 | a Sunday worked before National Day
    2026-09-24 1wd 2026-09-28 | Mid-autumn
    2026-04-03 1wd 2026-04-07 | Tomb-sweeping Day
    2026-04-30 1wd 2026-05-06 | Labour Day
    2026-05-08 1wd 2026-05-09 | the Saturday worked for Labour Day
    2026-06-18 1wd 2026-06-22 | Dragon Boat Festival
    2025-12-31 1wd 2026-01-04 | New Year: the Sunday is worked
    2025-09-28 1wd 2025-09-29 | from a worked Sunday
    2025-09-30 1wd 2025-10-09 | eight days off
    2025-09-30 3wd 2025-10-11 | the worked Saturday after them
    2025-01-24 1wd 2025-01-26 | the worked Sunday before Spring Festival
    2025-01-27 1wd 2025-02-05 | Spring Festival 2025
    2024-02-09 1wd 2024-02-18 | New Year's Eve is a working day, the Sunday after is worked
    2023-12-29 10wd 2024-01-15 | over New Year
    2026-12-31 1wd 2027-01-01 ? | 2027 is not announced
    2026-12-30 1wd 2026-12-31 | the last day that is
    2026-12-25 10wd 2027-01-08 ? | runs into 2027
    2024-02-28 1d 2024-02-29 | leap day
    2023-02-28 1d 2023-03-01 | no leap day
    2024-02-01 28d 2024-02-29 | February of a leap year
    2024-01-31 1m 2024-02-29 | no 31 February: the last day of the month (202)
    2023-01-31 1m 2023-02-28 | the same without leap day
    2024-02-29 1y 2025-02-28 | no 29 February 2025
    2024-02-29 4y 2028-02-29 ? | the next leap day
    2026-03-31 1m 2026-04-30 | 31 to 30 days
    2026-08-31 1m 2026-09-30 | the same
    2026-05-31 1m 2026-06-30 | the same
    2025-11-30 3m 2026-02-28 | over the year's end, on a worked Saturday
    2026-01-31 1m 2026-02-28 | the same Saturday
    2026-01-30 1m 2026-02-28 | no 30 February either
    2026-10-31 4m 2027-03-01 ? | 28 February 2027 is a Sunday
    2026-01-21 1m 2026-02-24 | the last day in Spring Festival (203)
    2026-04-01 1m 2026-05-06 | on Labour Day
    2026-09-01 1m 2026-10-08 | on National Day
    2025-10-01 1y 2026-10-08 | a year later, on National Day
    2026-03-02 15d 2026-03-17 | calendar days
    2026-03-06 15d 2026-03-23 | a Saturday moves to Monday
    2026-03-06 15d! 2026-03-21 | unless the rule does not let it
    2026-09-01 30d 2026-10-08 | the thirtieth day is National Day
    2026-02-01 15d 2026-02-24 | the fifteenth in Spring Festival
    2026-01-30 15d 2026-02-14 | a worked Saturday is no day off
    2026-08-21 30d 2026-09-20 | nor is a worked Sunday
    2026-12-02 29d 2026-12-31 | the last announced day
    2026-12-02 30d 2027-01-01 ? | a day later nobody knows
    2026-12-02 30d! 2027-01-01 | without roll-over nothing can change
    """

  /// Start, period, then what happens to the clock (`+` extended by, `~` stands still from–to).
  static let clocks = """
    2026-03-02 5wd ~2026-03-04..2026-03-04 2026-03-09 | suspended and resumed on one day
    2026-03-02 5wd ~2026-03-04..2026-03-06 2026-03-11 | Thursday and Friday do not count
    2026-03-02 5wd ~2026-03-06..2026-03-09 2026-03-10 | over a weekend: Monday does not count
    2026-03-02 5wd ~2026-03-06..2026-03-08 2026-03-09 | only days off between
    2026-03-02 5wd ~2026-03-02..2026-03-03 2026-03-10 | from the first day
    2026-03-02 5wd ~2026-03-09..2026-03-10 2026-03-10 | on the last day
    2026-03-02 3wd ~2026-03-09..2026-03-12 2026-03-05 | after the end nothing changes
    2026-03-02 15d ~2026-03-05..2026-03-10 2026-03-23 | five days more, then a Sunday
    2026-03-02 15d! ~2026-03-05..2026-03-10 2026-03-22 | the same without roll-over
    2026-03-02 1m ~2026-03-10..2026-03-20 2026-04-13 | ten days more, then a Sunday
    2026-09-28 5wd ~2026-09-30..2026-10-08 2026-10-12 | over National Day: one working day
    2026-03-02 5wd ~2026-03-03..2026-03-05 ~2026-03-09..2026-03-10 2026-03-12 | twice
    2026-03-02 5wd +5wd 2026-03-16 | extended once
    2026-03-06 15d +15d 2026-04-07 | from the Saturday, not from the Monday; then Tomb-sweeping
    2026-01-05 60d +30d 2026-04-07 | sixty days and thirty more
    2026-01-31 1m +1m 2026-03-30 | from 28 February: 28 March is a Saturday
    2026-03-02 5wd +5wd ~2026-03-04..2026-03-06 2026-03-18 | extended and suspended
    2026-12-20 5wd +10wd 2027-01-08 ? | extended into a year not announced
    """
}
