import Commons
import Foundation
import LegalTime
import Rulebook
import Testing

private let today = CivilDate("2026-03-02")!

private func base() throws -> RuleBase {
  try RuleBase([IPCompetence.pack, PlatformNotices.pack])
}

private func outcome(_ rule: RuleID, _ facts: [String: String]) throws -> String {
  let base = try base()
  return try base.evaluate(rule, base.sheet(reading: facts), asOf: today).outcome.phrase.en
}

/// The rows of a published table beside the repository, by column; nil where it is absent.
private func table(_ name: String) -> [[String: String]]? {
  let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data/people/rules/\(name).csv")
  guard let text = try? String(contentsOf: path, encoding: .utf8) else { return nil }
  let lines = text.split(whereSeparator: \.isNewline).map {
    $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
  return lines.dropFirst().map {
    Dictionary(zip(lines[0], $0), uniquingKeysWith: { first, _ in first })
  }
}

@Suite struct IPLawTests {
  // Worked out by hand from 法释〔2022〕13号.
  @Test(arguments: [
    "ip.right=invention,ip.amount=0 > IP court | provincial-capital IPC | SPC-designated IPC",
    "ip.right=monopoly,ip.procedure=administrative,ip.defendant=customs > "
      + "IP court | provincial-capital IPC | SPC-designated IPC",
    "ip.right=design,ip.basic-court-approved=true > IP court | IPC | approved basic court",
    "ip.right=design,ip.procedure=administrative,ip.basic-court-approved=true > IP court | IPC",
    "ip.right=well-known-mark,ip.procedure=administrative,ip.basic-court-approved=true > "
      + "IP court | IPC | approved basic court",
    "ip.right=copyright,ip.amount=4999999.99 > SPC-designated basic court",
    "ip.right=copyright,ip.amount=5000000 > IPC",
    "ip.right=copyright,ip.amount=5000000,ip.stated-threshold=10000000 > SPC-designated basic court",
    "ip.right=trademark,ip.procedure=administrative,ip.defendant=customs > IPC",
    "ip.right=trademark,ip.procedure=administrative,ip.defendant=other > SPC-designated basic court",
  ])
  func courtsFollowTheArticles(line: String) throws {
    let halves = line.components(separatedBy: " > ")
    let facts = halves[0].split(separator: ",").map {
      $0.split(separator: "=").map(String.init)
    }
    let found = try outcome(
      "ip.court", Dictionary(uniqueKeysWithValues: facts.map { ($0[0], $0[1]) }))
    #expect(found == halves[1])
  }

  @Test func everyRowOfTheCourtTableAgrees() throws {
    guard let rows = table("ip_first_instance_jurisdiction") else {
      return print("skipped: ../shared is not here")
    }
    for row in rows {
      func code(_ column: String, _ choices: [FactType.Choice]) throws -> String {
        try #require(choices.first { $0.name.zh == row[column] }?.code)
      }
      let found = try outcome(
        "ip.court",
        [
          "ip.right": code("type", IPCompetence.rights),
          "ip.procedure": code("procedure", IPCompetence.procedures),
          "ip.defendant": code("defendant", IPCompetence.defendants),
          "ip.amount": row["amount"] ?? "", "ip.stated-threshold": row["threshold"] ?? "",
          "ip.basic-court-approved": (row["basic_court_approved"] ?? "").lowercased(),
        ])
      #expect(found == row["expected_court_level"], "\(row)")
    }
    #expect(rows.count > 50)
  }

  @Test func everyRowOfTheTakedownTableAgrees() throws {
    guard let rows = table("takedown_ecommerce_law_art43") else {
      return print("skipped: ../shared is not here")
    }
    let base = try base()
    let last = try #require(rows[0].keys.first { $0.hasPrefix("max_20_working_days") })
    for row in rows {
      let arrival = try #require(CivilDate(row["declaration_reached_rightholder"] ?? ""))
      func end(_ rule: RuleID) throws -> String? {
        try base.opened(rule, asOf: today).dated(base.sheet(), from: arrival, under: .stateCouncil)?
          .due.date.description
      }
      #expect(try end("takedown.wait") == row["fifteen_day_limit"])
      #expect(try end("takedown.notarisation") == row[last], "\(row)")
      var facts = ["takedown.answer": (row["event"] ?? "").components(separatedBy: "_")[0]]
      if let day = CivilDate(row["event_date"] ?? "") {
        facts["takedown.days"] = String(arrival.days(to: day))
      }
      #expect(try outcome("takedown.measures", facts) == row["expected"], "\(row)")
    }
    #expect(rows.count > 15)
  }

  @Test func theTwoFormsOfFifteenDaysAreOne() throws {
    let numbers = PlatformNotices.pack.parameters
    let period = numbers.first { $0.id == "takedown.wait" }?.series.last?.value
    let count = numbers.first { $0.id == "takedown.wait-days" }?.series.last?.value
    guard case .period(let days, .days, _) = period, case .count(let number) = count else {
      Issue.record("wrong kinds")
      return
    }
    #expect(Int64(days) == number)
  }

  @Test(arguments: [
    "invention patents city", "design patents city", "trademark market district",
    "technical-secret market city", "software copyright city", "plant-variety agriculture city",
    "layout-design national city", "technology-contract none district",
  ])
  func agencies(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    #expect(try outcome("ip.agency", ["ip.right": words[0]]) == words[1])
    #expect(try outcome("ip.agency-level", ["ip.right": words[0]]) == words[2])
    #expect(try outcome("ip.agency", ["ip.right": words[0], "ip.at-border": "true"]) == "customs")
    #expect(
      try outcome(
        "ip.agency", ["ip.right": words[0], "ip.at-border": "true", "ip.crime": "true"])
        == "police")
  }

  @Test func placeAndAmountDecideTheLevel() throws {
    let mark = ["ip.right": "trademark", "ip.city-amount": "1000000"]
    #expect(try outcome("ip.agency-level", mark) == "district")
    let large = mark.merging(["ip.amount": "1000000"]) { $1 }
    #expect(try outcome("ip.agency-level", large) == "city")
    let wide = mark.merging(["ip.crosses-districts": "true"]) { $1 }
    #expect(try outcome("ip.agency-level", wide) == "city")
  }

  @Test func technicalCases() throws {
    #expect(try outcome("ip.technical", ["ip.right": "software"]) == "yes")
    #expect(try outcome("ip.technical", ["ip.right": "monopoly"]) == "no")
    #expect(try outcome("ip.technical", ["ip.right": "copyright"]) == "no")
  }

  @Test func beforeTheRulesNothingIsAnswered() throws {
    let base = try base()
    #expect(throws: Problem.self) {
      try base.evaluate(
        "ip.court", base.sheet(["ip.right": .choice("copyright")]),
        asOf: CivilDate("2022-04-30")!)
    }
  }
}
