import CaseEngine
import CaseWork
import Commons
import MeasureKit
import Testing

@testable import AdministrativeReconsideration

/// Who is given a case, and how often reconsideration is chosen first.
@Suite struct ReconsiderationOfficeTests {
  private func officer(
    _ number: Int64, _ fields: [String], load: Int64 = 0, isActive: Bool = true
  ) -> OfficerRow {
    OfficerRow(
      number: number, name: "甲\(number)", fields: fields, isQualified: true, isActive: isActive,
      load: load)
  }

  @Test func aCaseGoesToItsFieldAndTheLeastLoaded() {
    let roster = [
      officer(1, ["licence"]), officer(2, ["penalty"], load: 4), officer(3, [], load: 2),
      officer(4, ["penalty"], load: 2), officer(5, ["penalty"], isActive: false),
    ]
    func chosen(_ kind: String, _ count: Int) -> [Int64] {
      OfficerChoice.choose(roster, for: kind, count: count).map(\.number)
    }
    #expect(chosen("penalty", 2) == [3, 4])
    #expect(chosen("penalty", 4) == [3, 4, 2, 1])
    #expect(chosen("licence", 2) == [1, 3])
    #expect(OfficerChoice.choose([], for: "penalty", count: 2).isEmpty)
  }

  private func act(_ kind: String, _ fields: JSONValue) -> PublicAct {
    PublicAct(
      kind: "reconsideration.\(kind)", matter: [UInt8](repeating: 1, count: 16),
      recordedAt: Instant(seconds: 0), effectiveAt: Instant(seconds: 0), fields: fields)
  }

  private func count(_ period: String, _ suits: Int64, _ reported: String = "2026-04-02")
    -> PublicAct
  {
    act(
      "court-count",
      [
        "period": .string(period), "suits": .integer(suits), "source": "月报",
        "reported": .string(reported),
      ])
  }

  @Test func theShareRestsOnMonthsThatCourtsReported() throws {
    var figures = ReconsiderationStatistics()
    let today = try #require(CivilDate("2026-04-10"))
    func filed(_ day: String) { figures.consume(act("file", ["filed": .string(day)])) }
    for _ in 0..<6 { filed("2026-02-10") }
    for _ in 0..<9 { filed("2026-03-10") }
    var choice = figures.firstChoice(on: today)
    #expect(choice.share == nil && choice.missing == ["2026-02", "2026-03"])
    #expect(choice.note.zh == "法院尚未报数，缺2026-02、2026-03法院数")
    let shown = figures.indicators(on: today).first { $0.id == "reconsideration.first-choice" }
    #expect(shown?.value == nil && shown?.note == choice.note)
    figures.consume(count("2026-02", 2))
    choice = figures.firstChoice(on: today)
    #expect(choice.share == 0.75 && choice.missing == ["2026-03"] && choice.year == "2026")
    figures.consume(count("2026-03", 3))
    choice = figures.firstChoice(on: today)
    #expect(choice.share == 0.75 && choice.missing.isEmpty)
    // A later report of the same month replaces the earlier.
    figures.consume(count("2026-03", 18, "2026-04-09"))
    #expect(figures.firstChoice(on: today).share == 15.0 / 35.0)
    #expect(figures.firstChoice(on: today).reportedOn == "2026-04-09")
    // A figure of the whole year stands before its months.
    figures.consume(count("2026", 5))
    #expect(figures.firstChoice(on: today).share == 0.75)
    #expect(figures.firstChoice(on: today).lines.map(\.period) == ["2026-03", "2026-02", "2026"])
  }
}
