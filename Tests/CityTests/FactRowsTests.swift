import App
import Commons
import Foundation
import LegalTime
import Rulebook
import Testing

/// Facts from files, for the rules of law.
@Suite struct FactRowsTests {
  private func rows(_ text: String, _ name: String) throws -> [FactRows.Row] {
    let path = "/tmp/tequ-facts-\(getpid())-\(UUID().uuidString).\(name)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    var reader = try FactRows(path)
    var found: [FactRows.Row] = []
    while let row = try reader.next() { found.append(row) }
    return found
  }

  @Test func csvAndJSONGiveTheSame() throws {
    let base = try AllLaw.base()
    let csv = try rows(
      "note,claim.amount,case.kind\n\"a, \"\"b\"\"\",100000,property\n\n,1,labour\n", "csv")
    #expect(csv.count == 2 && csv[0].line == 2 && csv[1].line == 4)
    #expect(csv[0].cells[0].text == "a, \"b\"")
    #expect(FactRows.unknown(csv[0], base) == ["note"])
    let json = try rows("{\"claim.amount\": \"100000\", \"case.kind\": \"property\"}\n", "jsonl")
    for row in [csv[0], json[0]] {
      let sheet = try #require(try FactRows.sheet(row, for: "court-fee.property", base))
      let open = try base.opened("court-fee.property", asOf: CivilDate("2026-03-02")!)
      #expect(try open.value(sheet).phrase.en == "CNY 2300.00")
    }
  }

  @Test func aScheduleAsksItsOwnRule() throws {
    let base = try AllLaw.base()
    let row = try rows(
      "schedule,amount_cny\npreservation_application,100000\nnothing,1\n", "csv")
    #expect(try FactRows.sheet(row[0], for: "court-fee.preservation", base) != nil)
    #expect(try FactRows.sheet(row[0], for: "court-fee.property", base) == nil)
    #expect(try FactRows.sheet(row[1], for: "court-fee.property", base) == nil)
  }

  @Test func aRowOfPeriodsNamesRuleDayAndFacts() throws {
    let base = try AllLaw.base()
    let row = try rows(
      "period,basis,start_date,days,naive_end,legal_end_last_day\n"
        + "defence_foreign,x,2025-02-07,30,2025-03-09,2025-03-10\n", "csv")[0]
    #expect(FactRows.unknown(row, base).isEmpty)
    #expect(FactRows.rule(of: row) == "civil-procedure.defence")
    #expect(FactRows.start(of: row) == CivilDate("2025-02-07"))
    let sheet = try #require(try FactRows.sheet(row, for: "civil-procedure.defence", base))
    #expect(sheet.value(of: "procedure.abroad") == .truth(true))
    #expect(try FactRows.sheet(row, for: "civil-procedure.docketing", base) == nil)
  }

  @Test func allVectorsOfPeriodsAgree() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared/data/people/rules/civil_periods.csv").path
    guard FileManager.default.fileExists(atPath: path) else {
      return print("skipped: ../shared is not here")
    }
    let base = try AllLaw.base()
    var reader = try FactRows(path)
    var checked = 0
    while let row = try reader.next() {
      let rule = try #require(FactRows.rule(of: row), "line \(row.line)")
      let sheet = try #require(try FactRows.sheet(row, for: rule, base))
      let start = try #require(FactRows.start(of: row))
      let dated = try base.opened(rule, asOf: start).dated(
        sheet, from: start, under: .stateCouncil)
      let expected = row.cells.first { $0.name == "legal_end_last_day" }?.text
      let days = row.cells.first { $0.name == "days" }?.text
      #expect(dated?.due.date.description == expected, "line \(row.line)")
      #expect(dated?.finding.outcome.phrase.en == "\(days ?? "") days", "line \(row.line)")
      checked += 1
    }
    #expect(checked == 65)
  }

  @Test func aCityWithoutAnOrdinanceFallsToItsProfile() throws {
    let law = try CityLaw.base(for: "990000", folder: nil)
    let day = CivilDate("2026-03-02")!
    let needs = try law.needs(of: "hotline.dispatch", asOf: day, in: "990000")
    #expect(needs.parameters.first?.value.value.phrase.en == "1 working day")
    #expect(needs.rule.citation.phrase.en.hasPrefix("City policy: Shifan"))
    #expect(needs.rule.citation.phrase.zh.hasPrefix("本市规定："))
    #expect(try law.digest != AllLaw.base().digest)
    #expect(try CityLaw.base(for: "3701", folder: nil).digest == AllLaw.base().digest)
  }

  @Test func wrongCellsAreAllNamed() throws {
    let base = try AllLaw.base()
    let row = try rows("claim.amount,case.kind\nmany,colour\n", "csv")
    let problem = #expect(throws: Problem.self) {
      try FactRows.sheet(row[0], for: "court-fee.acceptance", base)
    }
    #expect(problem?.fields.map(\.pointer) == ["claim.amount", "case.kind"])
    #expect(throws: Problem.self) { try rows("a,b\n1\n", "csv") }
    #expect(throws: Problem.self) { try rows("[1]\n", "jsonl") }
  }
}
