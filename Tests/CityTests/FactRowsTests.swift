import App
import Commons
import Foundation
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
