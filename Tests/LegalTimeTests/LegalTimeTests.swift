import Commons
import Foundation
import LegalTime
import Testing

private let calendar = WorkCalendar.stateCouncil
private let policy = Basis.cityPolicy(Phrase("测试", en: "test"))

private func moment(_ text: Substring) throws -> Instant {
  if let moment = Instant(rfc3339: text) { return moment }
  if let day = CivilDate(text) { return Instant(day, secondOfDay: 36_000, in: .beijing) }
  return try #require(Instant(rfc3339: text + "+08:00"), "\(text)")
}

private func rows(_ table: String) -> [[Substring]] {
  table.split(separator: "\n").map { $0.prefix { $0 != "|" }.split(separator: " ") }
}

private func repository(_ path: String) -> String {
  var parts = #filePath.split(separator: "/").dropLast(3).map(String.init)
  for part in path.split(separator: "/") {
    if part == ".." { parts.removeLast() } else { parts.append(String(part)) }
  }
  return "/" + parts.joined(separator: "/")
}

@Suite struct LegalTimeTests {
  @Test(arguments: rows(HandDerivedCases.periods))
  func periodsEndWhereTheStatutesSay(row: [Substring]) throws {
    let period = try #require(Period(row[1], basis: policy))
    let clock = LegalClock(start: try moment(row[0]), period: period, zone: .beijing)
    let end = try #require(clock.deadline(calendar))
    #expect(end.lastDay.description == row[2], "\(row)")
    #expect(end.isProvisional == (row.count > 3), "\(row)")
    #expect(end.instant == Instant(end.lastDay.adding(days: 1), in: .beijing))
    #expect(calendar.due(period, from: clock.startedOn).date == end.lastDay)
  }

  @Test(arguments: rows(HandDerivedCases.clocks))
  func clocksStandStillAndRunLonger(row: [Substring]) throws {
    var clock = try LegalClock(
      start: moment(row[0]), period: #require(Period(row[1], basis: policy)),
      zone: .beijing)
    var words = row.dropFirst(2)
    var isProvisional = false
    if words.last == "?" { isProvisional = words.popLast() != nil }
    let last = words.popLast()
    let expected = try #require(last)
    for word in words {
      if word.hasPrefix("+") {
        try clock.extend(by: #require(Period(word.dropFirst(), basis: policy)))
      } else {
        let days = word.dropFirst().split(separator: ".")
        try clock.suspend(at: try moment(days[0]))
        #expect(clock.deadline(calendar) == nil)
        try clock.resume(at: try moment(days[1]))
      }
    }
    let end = try #require(clock.deadline(calendar))
    #expect(end.lastDay.description == expected, "\(row)")
    #expect(end.isProvisional == isProvisional, "\(row)")
    #expect(LegalClock(text: clock.text) == clock)
  }

  @Test func publishedVectorsAgree() throws {
    let complete = repository("../shared/data/civic/deadline_vectors.csv")
    let sample = repository("Tests/Fixtures/deadlines.csv")
    let isComplete = FileManager.default.fileExists(atPath: complete)
    if !isComplete { print("only the committed sample: ../shared is not here") }
    let text = try String(contentsOfFile: isComplete ? complete : sample, encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline)
    let periods =
      lines[0].split(separator: ",").dropFirst().map { name in
        let isWorking = name.hasPrefix("wd")
        return (Int(name.drop { $0.isLetter })!, isWorking ? Period.Unit.workingDays : .days)
      } as [(Int, Period.Unit)]
    var count = 0
    var wrong: [String] = []
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",")
      let start = try #require(CivilDate(cells[0]))
      for (period, cell) in zip(periods, cells.dropFirst()) {
        let due = calendar.due(period.0, period.1, rollsOver: true, from: start).date
        if due.description != cell { wrong.append("\(start) \(period): \(due), not \(cell)") }
        count += 1
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) of \(count): \(wrong.prefix(5))")
    #expect(count == (isComplete ? 53_720 : 1_350))
  }

  /// Counting day by day, as a clerk does with a wall calendar.
  private func clerk(_ amount: Int, _ start: CivilDate) -> CivilDate {
    var day = start
    var left = amount
    while left > 0 {
      day = day.adding(days: 1)
      if calendar.isWorkingDay(day) { left -= 1 }
    }
    return day
  }

  @Test func tablesAgreeWithCountingDayByDay() throws {
    var random = SeededRandom(seed: 4)
    for _ in 0..<20_000 {
      let start = CivilDate(dayNumber: Int32(6000 + random.below(30_000)))
      let amount = 1 + random.below(200)
      let due = calendar.workingDay(after: start, amount)
      #expect(due == clerk(amount, start), "\(amount) working days after \(start)")
      #expect(calendar.workingDays(after: start, through: due) == amount)
    }
  }

  @Test func aPauseOfADayMovesTheEndByThatDayOnly() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<5000 {
      let start = CivilDate(year: 2024, month: 1, day: 1)!.adding(days: random.below(600))
      let period = Period(1 + random.below(40), .workingDays, basis: policy)
      var clock = LegalClock(start: Instant(start, in: .beijing), period: period, zone: .beijing)
      let before = try #require(clock.deadline(calendar))
      let from = start.adding(days: random.below(10))
      let to = from.adding(days: random.below(20))
      try clock.suspend(at: Instant(from, in: .beijing))
      try clock.resume(at: Instant(to, in: .beijing))
      let after = try #require(clock.deadline(calendar))
      let stood = from <= before.lastDay ? calendar.workingDays(after: from, through: to) : 0
      #expect(calendar.workingDays(after: before.lastDay, through: after.lastDay) == stood)
    }
  }

  @Test func wrongMovesAndTextsAreRefused() throws {
    var clock = LegalClock(
      start: try moment("2026-03-02"), period: Period(5, .workingDays, basis: policy),
      zone: .beijing)
    #expect(throws: Problem.self) { try clock.resume(at: try moment("2026-03-03")) }
    try clock.suspend(at: try moment("2026-03-04"))
    #expect(throws: Problem.self) { try clock.suspend(at: try moment("2026-03-05")) }
    #expect(throws: Problem.self) { try clock.resume(at: try moment("2026-03-03")) }
    #expect(
      clock.deadline(calendar, resumedOn: CivilDate("2026-03-06")!)?.lastDay.description
        == "2026-03-11")
    #expect(clock.used(by: CivilDate("2026-03-20")!, calendar) == (used: 2, total: 5))
    for text in [
      "", "5wd", "20514@28800", "x@28800 5wd", "20514@28800 5xd", "20514@28800 5wd ~9-1",
    ] { #expect(LegalClock(text: text) == nil, "\(text)") }
    for text in ["", "wd", "5", "-5d", "5 d", "99999d", "5dd"] {
      #expect(Period(text, basis: policy) == nil, "\(text)")
    }
    #expect(throws: Problem.self) { try WorkCalendar(parsing: "2026\n休 13-01 x") }
    #expect(throws: Problem.self) { try WorkCalendar(parsing: "休 01-01 x") }
  }
}
